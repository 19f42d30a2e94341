//! The fonts and pictures that operations use, opened before anything is drawn.

use std::collections::{BTreeSet, HashMap};

use super::request::{Drawing, FontChoice, Operation};
use crate::engine::{Code, Context, TaskError};
use crate::tasks::pdf::font::{Faces, Families, FontStack, Shaping};
use crate::tasks::pdf::layout::{Place, families_of, feature_of, font_refused, picture_refused, read};
use crate::tasks::pdf::picture::{PictureId, PictureLimits, Pictures};

pub(super) struct Assets {
    pub(super) faces: Faces,
    pub(super) pictures: Pictures,
    /// Fonts that the package's font stands in for.
    pub(super) replaced: BTreeSet<String>,
    first: FontStack,
    fonts: HashMap<FontChoice, FontStack>,
    shapings: HashMap<Vec<String>, Shaping>,
    images: HashMap<String, PictureId>,
}

impl Assets {
    pub(super) fn open(
        drawing: &Drawing,
        font_folder: &str,
        limits: PictureLimits,
        context: &Context<'_>,
    ) -> Result<Self, TaskError> {
        let mut families = families_of(&drawing.settings, font_folder)?;
        let mut faces = Faces::default();
        let first = FontChoice { name: "Roboto".to_owned(), bold: false, italics: false, stands_in_for: None };
        let stack = resolve(&mut families, &mut faces, &first, context, &Place::root("font"))?;
        let mut assets = Self {
            faces,
            pictures: Pictures::new(limits),
            replaced: BTreeSet::new(),
            first: stack,
            fonts: HashMap::new(),
            shapings: HashMap::new(),
            images: HashMap::new(),
        };
        for (name, operations) in [("operations", &drawing.operations), ("everyPage", &drawing.every_page)] {
            let root = Place::root(name);
            for (i, operation) in operations.iter().enumerate() {
                assets.learn(operation, &mut families, drawing, context, &root.index(i))?;
            }
        }
        Ok(assets)
    }

    fn learn(
        &mut self,
        operation: &Operation,
        families: &mut Families,
        drawing: &Drawing,
        context: &Context<'_>,
        place: &Place<'_>,
    ) -> Result<(), TaskError> {
        match operation {
            Operation::Font(choice) => {
                if let Some(name) = &choice.stands_in_for {
                    self.replaced.insert(name.clone());
                }
                if !self.fonts.contains_key(choice) {
                    let stack = resolve(families, &mut self.faces, choice, context, &place.key("font"))?;
                    self.fonts.insert(choice.clone(), stack);
                }
            }
            Operation::Text(text) => self.learn_features(&text.look.features, &place.key("text"))?,
            Operation::List(list) => self.learn_features(&list.look.features, &place.key("list"))?,
            Operation::Image(image) if !self.images.contains_key(&image.src) => {
                let place = place.key("image");
                let unknown = || place.error(Code::InvalidArgValue, "the settings have no such image");
                let source = drawing.settings.images.get(&image.src).ok_or_else(unknown)?;
                let bytes = read(source, context, &place)?;
                let added = self.pictures.add_image(&bytes, context);
                let id = added.map_err(|error| picture_refused(&place, error))?;
                self.images.insert(image.src.clone(), id);
            }
            _ => {}
        }
        Ok(())
    }

    fn learn_features(&mut self, features: &[String], place: &Place<'_>) -> Result<(), TaskError> {
        if features.is_empty() || self.shapings.contains_key(features) {
            return Ok(());
        }
        let place = place.key("features");
        let parsed = features.iter().map(|feature| feature_of(feature, &place)).collect::<Result<Vec<_>, _>>()?;
        let shaping = self.faces.shaping(&parsed, None).map_err(|error| font_refused(&place, error))?;
        self.shapings.insert(features.to_vec(), shaping);
        Ok(())
    }

    pub(super) fn first_font(&self) -> FontStack {
        self.first
    }

    pub(super) fn font(&self, choice: &FontChoice) -> FontStack {
        self.fonts.get(choice).copied().unwrap_or(self.first)
    }

    pub(super) fn shaping(&self, features: &[String]) -> Shaping {
        self.shapings.get(features).copied().unwrap_or_default()
    }

    pub(super) fn image(&self, name: &str) -> Option<PictureId> {
        self.images.get(name).copied()
    }
}

fn resolve(
    families: &mut Families,
    faces: &mut Faces,
    choice: &FontChoice,
    context: &Context<'_>,
    place: &Place<'_>,
) -> Result<FontStack, TaskError> {
    let found = families.resolve(faces, &choice.name, (choice.bold, choice.italics), context);
    found.map_err(|error| font_refused(place, error))
}
