//! Families: from a name, bold and italics to a face, and to the faces that stand in for what it lacks.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::Error as PathError;

use super::cache::open;
use super::{FaceId, Faces, FontError, Pick};
use crate::engine::Context;
use crate::tasks::file::FilePath;

/// Where a font comes from.
#[derive(Clone, Debug)]
pub(in crate::tasks::pdf) enum FontSource {
    Path(FilePath, Pick),
    Bytes(Arc<[u8]>, Pick),
}

/// The four fonts of a family, as pdfmake has them.
#[derive(Clone, Debug, Default)]
pub(in crate::tasks::pdf) struct Family {
    pub(in crate::tasks::pdf) normal: Option<FontSource>,
    pub(in crate::tasks::pdf) bold: Option<FontSource>,
    pub(in crate::tasks::pdf) italics: Option<FontSource>,
    pub(in crate::tasks::pdf) bolditalics: Option<FontSource>,
}

impl Family {
    fn variant(&self, bold: bool, italics: bool) -> Option<&FontSource> {
        match (bold, italics) {
            (false, false) => self.normal.as_ref(),
            (true, false) => self.bold.as_ref(),
            (false, true) => self.italics.as_ref(),
            (true, true) => self.bolditalics.as_ref(),
        }
    }
}

/// A face and those that are asked in turn for what it lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::tasks::pdf) struct FontStack {
    faces: [FaceId; Families::FALLBACKS + 1],
    count: u8,
}

impl FontStack {
    pub(in crate::tasks::pdf) fn of(primary: FaceId) -> Self {
        Self { faces: [primary; Families::FALLBACKS + 1], count: 1 }
    }

    /// One more to ask, unless it is there already or there are too many.
    pub(in crate::tasks::pdf) fn push(&mut self, face: FaceId) {
        let count = usize::from(self.count);
        if count < self.faces.len() && !self.faces().contains(&face) {
            self.faces[count] = face;
            self.count += 1;
        }
    }

    pub(in crate::tasks::pdf) fn primary(&self) -> FaceId {
        self.faces[0]
    }

    pub(in crate::tasks::pdf) fn faces(&self) -> &[FaceId] {
        &self.faces[..usize::from(self.count)]
    }
}

/// The families of one document.
#[derive(Default)]
pub(in crate::tasks::pdf) struct Families {
    families: BTreeMap<String, Family>,
    fallbacks: Vec<String>,
    /// What was resolved before.
    stacks: HashMap<(String, bool, bool), FontStack>,
}

impl Families {
    /// Families that stand in, at most.
    pub(in crate::tasks::pdf) const FALLBACKS: usize = 7;
    /// Bytes of a file: the largest collections of Chinese, Japanese and Korean have about 100 MB.
    pub(super) const LARGEST: u64 = 256 << 20;

    /// Starts with 'Roboto' from the folder that has the package's fonts.
    pub(in crate::tasks::pdf) fn new(folder: &str) -> Self {
        let source = |variant: &str| {
            let path = format!("{folder}/Roboto-{variant}.ttf");
            let path: &str = &path;
            let path = FilePath::deserialize(IntoDeserializer::<PathError>::into_deserializer(path));
            path.ok().map(|path| FontSource::Path(path, Pick::First))
        };
        let mut families = Self::default();
        families.define(
            "Roboto".into(),
            Family {
                normal: source("Regular"),
                bold: source("Bold"),
                italics: source("Italic"),
                bolditalics: source("BoldItalic"),
            },
        );
        families
    }

    /// Replaces a family of the same name.
    pub(in crate::tasks::pdf) fn define(&mut self, name: String, family: Family) {
        self.stacks.clear();
        self.families.insert(name, family);
    }

    pub(in crate::tasks::pdf) fn set_fallbacks(&mut self, names: Vec<String>) -> Result<(), FontError> {
        if names.len() > Self::FALLBACKS {
            return Err(FontError::Refused(format!("There are more than {} fallback fonts", Self::FALLBACKS)));
        }
        if let Some(name) = names.iter().find(|name| !self.families.contains_key(*name)) {
            return Err(FontError::Refused(format!("Font `{name}` is not defined in \"fonts\"")));
        }
        self.stacks.clear();
        self.fallbacks = names;
        Ok(())
    }

    /// The normal fonts of all families and then the others, in the order of the names, with those of `first` before all.
    pub(in crate::tasks::pdf) fn sources(&self, first: &str) -> Vec<&FontSource> {
        let mut families: Vec<_> = self.families.iter().collect();
        families.sort_by_key(|(name, _)| *name != first);
        let variants = families
            .into_iter()
            .flat_map(|(_, family)| [&family.normal, &family.bold, &family.italics, &family.bolditalics]);
        variants.flatten().collect()
    }

    /// The faces for text in a family. A variant that the family lacks is an error, as in pdfmake; a fallback family
    /// gives what it has.
    pub(in crate::tasks::pdf) fn resolve(
        &mut self,
        faces: &mut Faces,
        name: &str,
        (bold, italics): (bool, bool),
        context: &Context<'_>,
    ) -> Result<FontStack, FontError> {
        // Few: a document has a handful of families, each asked for by thousands of nodes.
        let known = self.stacks.iter().find(|((known, b, i), _)| known == name && (*b, *i) == (bold, italics));
        if let Some((_, stack)) = known {
            return Ok(*stack);
        }
        let source = self.families.get(name).and_then(|family| family.variant(bold, italics));
        let Some(source) = source else {
            let variant = match (bold, italics) {
                (false, false) => "normal",
                (true, false) => "bold",
                (false, true) => "italics",
                (true, true) => "bolditalics",
            };
            let cause = if self.families.contains_key(name) {
                format!("Font `{name}` has no style `{variant}` in \"fonts\"")
            } else {
                format!("Font `{name}` is not defined in \"fonts\"")
            };
            return Err(FontError::Refused(cause));
        };
        let mut stack = FontStack::of(faces.add(open(source, context)?)?);
        for fallback in &self.fallbacks {
            let family = self.families.get(fallback);
            let source = family.and_then(|family| family.variant(bold, italics).or(family.normal.as_ref()));
            if let Some(source) = source {
                stack.push(faces.add(open(source, context)?)?);
            }
        }
        self.stacks.insert((name.to_owned(), bold, italics), stack);
        Ok(stack)
    }
}
