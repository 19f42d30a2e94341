//! The fonts of a document: which faces its styles ask for, with their measures.

use std::collections::HashMap;
use std::sync::Arc;

use super::place::Place;
use super::style::Resolved;
use crate::engine::{Code, Context, TaskError};
use crate::tasks::pdf::font::{
    Faces, Families, Family, Feature, FontError, FontSource, FontStack, Pick, Shaping, open,
};
use crate::tasks::pdf::picture::SvgFonts;
use crate::tasks::pdf::request::FontSources;
use crate::tasks::pdf::request::{self, Document, FileSource};

/// Features and a language.
type ShapingKey = (Arc<[String]>, Option<Arc<str>>);

/// Filled by the survey; from then on it only answers.
pub(in crate::tasks::pdf) struct Fonts {
    families: Families,
    pub(in crate::tasks::pdf) faces: Faces,
    stacks: HashMap<(Arc<str>, bool, bool), FontStack>,
    shapings: HashMap<ShapingKey, Shaping>,
}

impl Fonts {
    pub(in crate::tasks::pdf) fn of(document: &Document, folder: &str) -> Result<Self, TaskError> {
        let families = families_of(document, folder)?;
        Ok(Self { families, faces: Faces::default(), stacks: HashMap::new(), shapings: HashMap::new() })
    }

    /// Opens the font that a style asks for, unless it is open.
    pub(super) fn learn(
        &mut self,
        style: &Resolved,
        context: &Context<'_>,
        place: &Place<'_>,
    ) -> Result<(), TaskError> {
        let key = (Arc::clone(&style.font), style.bold, style.italics);
        if !self.stacks.contains_key(&key) {
            let variant = (style.bold, style.italics);
            let found = self.families.resolve(&mut self.faces, &style.font, variant, context);
            let stack = found.map_err(|error| {
                let key = match variant {
                    (false, false) => "normal",
                    (true, false) => "bold",
                    (false, true) => "italics",
                    (true, true) => "bolditalics",
                };
                let fonts = Place::root("fonts");
                let family = fonts.key(&style.font);
                match error {
                    FontError::Task(error) => family.key(key).file(error),
                    FontError::Refused(cause) => {
                        place.error(Code::PdfFontInvalid, format!("`{}`: {cause}", family.key(key)))
                    }
                }
            })?;
            self.stacks.insert(key, stack);
        }
        if style.features.is_empty() && style.language.is_none() {
            return Ok(());
        }
        let key = (Arc::clone(&style.features), style.language.clone());
        if !self.shapings.contains_key(&key) {
            let features =
                style.features.iter().map(|feature| feature_of(feature, place)).collect::<Result<Vec<_>, _>>()?;
            let shaping = self.faces.shaping(&features, style.language.as_deref());
            self.shapings.insert(key, shaping.map_err(|error| refused(place, error))?);
        }
        Ok(())
    }

    /// All fonts, for text inside of an SVG.
    pub(super) fn for_svg(&self, first: &str, context: &Context<'_>, place: &Place<'_>) -> Result<SvgFonts, TaskError> {
        let sources = self.families.sources(first).into_iter();
        let files = sources.map(|source| open(source, context)).collect::<Result<Vec<_>, _>>();
        let files = files.map_err(|error| refused(place, error))?;
        Ok(SvgFonts::new(files.into_iter().map(|file| -> Arc<dyn AsRef<[u8]> + Send + Sync> { file })))
    }

    /// Gives a style its faces and their measures. Before its font is learnt it has none.
    pub(super) fn fit(&self, style: &mut Resolved) {
        let key = (Arc::clone(&style.font), style.bold, style.italics);
        let Some(stack) = self.stacks.get(&key) else { return };
        style.stack = Some(*stack);
        let plain = style.features.is_empty() && style.language.is_none();
        let key = (Arc::clone(&style.features), style.language.clone());
        style.shaping = if plain { Shaping::default() } else { self.shapings.get(&key).copied().unwrap_or_default() };
        let face = self.faces.get(stack.primary());
        let size = style.size();
        style.ascent = face.ascent() * size;
        style.height = (face.ascent() - face.descent()) * size * style.line_height;
    }
}

/// The families that a document can ask for.
pub(in crate::tasks::pdf) fn families_of(document: &Document, folder: &str) -> Result<Families, TaskError> {
    let mut families = Families::new(folder);
    for (name, sources) in &document.fonts {
        families.define(name.clone(), family(name, sources)?);
    }
    let set = families.set_fallbacks(document.fallback_fonts.clone());
    set.map_err(|error| refused(&Place::root("fallbackFonts"), error))?;
    Ok(families)
}

/// A font's own error, with its place.
pub(in crate::tasks::pdf) fn refused(place: &Place<'_>, error: FontError) -> TaskError {
    match error {
        FontError::Task(error) => place.file(error),
        FontError::Refused(cause) => place.error(Code::PdfFontInvalid, cause),
    }
}

/// `liga`, or `liga=0` to turn it off.
pub(in crate::tasks::pdf) fn feature_of(text: &str, place: &Place<'_>) -> Result<Feature, TaskError> {
    let (tag, value) = text.split_once('=').unwrap_or((text, "1"));
    let parsed = <[u8; 4]>::try_from(tag.trim().as_bytes()).ok().zip(value.trim().parse().ok());
    let Some((tag, value)) = parsed else {
        let cause = format!("'{text}' is no OpenType feature: four letters, such as 'smcp', or 'liga=0'");
        return Err(place.error(Code::InvalidArgValue, cause));
    };
    Ok(Feature { tag, value })
}

fn family(name: &str, sources: &FontSources) -> Result<Family, TaskError> {
    let fonts = Place::root("fonts");
    let place = fonts.key(name);
    let source = |source: &Option<request::FontSource>, key: &str| match source {
        None => Ok(None),
        Some(source) => font_source(source, &place.key(key)).map(Some),
    };
    Ok(Family {
        normal: source(&sources.normal, "normal")?,
        bold: source(&sources.bold, "bold")?,
        italics: source(&sources.italics, "italics")?,
        bolditalics: source(&sources.bolditalics, "bolditalics")?,
    })
}

fn font_source(source: &request::FontSource, place: &Place<'_>) -> Result<FontSource, TaskError> {
    let pick = source.face.as_ref().map_or(Pick::First, |name| match name.parse() {
        Ok(index) => Pick::Index(index),
        Err(_) => Pick::Name(name.clone()),
    });
    match &source.file {
        FileSource::Bytes(binary) => Ok(FontSource::Bytes(binary.bytes().into_owned().into(), pick)),
        FileSource::Named(path) => Ok(FontSource::Path(super::assets::path_of(path, place)?, pick)),
    }
}
