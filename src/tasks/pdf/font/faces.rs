//! The faces of one document, and the ways in which its text asks for them to be shaped.

use std::sync::Arc;

use ttf_parser::Tag;

use super::{FaceId, FontError, FontFile};

/// An OpenType feature and its value: 0 is off, 1 is on, more picks one of several forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tasks::pdf) struct Feature {
    pub(in crate::tasks::pdf) tag: [u8; 4],
    pub(in crate::tasks::pdf) value: u32,
}

/// Features and a language that text is shaped with: a place in the document's list. The default is neither.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(in crate::tasks::pdf) struct Shaping(u16);

#[derive(Clone, PartialEq)]
pub(in crate::tasks::pdf) struct ShapingWords {
    pub(in crate::tasks::pdf) features: Vec<(Tag, u32)>,
    pub(in crate::tasks::pdf) language: Option<String>,
}

/// Filled while the document is read, and then shared by the threads that shape its text.
pub(in crate::tasks::pdf) struct Faces {
    faces: Vec<Face>,
    shapings: Vec<ShapingWords>,
}

impl Default for Faces {
    fn default() -> Self {
        let plain = ShapingWords { features: Vec::new(), language: None };
        Self { faces: Vec::new(), shapings: vec![plain] }
    }
}

impl Faces {
    /// A font that is already there is not added again.
    pub(in crate::tasks::pdf) fn add(&mut self, file: Arc<FontFile>) -> Result<FaceId, FontError> {
        if !file.metrics.embeddable {
            let name = &file.metrics.postscript_name;
            let cause = format!("The licence in the font `{name}` does not allow to embed it (OS/2 fsType)");
            return Err(FontError::Refused(cause));
        }
        let same = |face: &Face| face.0.index() == file.index() && face.0.hash() == file.hash();
        let place = self.faces.iter().position(same).unwrap_or(self.faces.len());
        let id = u16::try_from(place).map_err(|_| FontError::Refused("There are more than 65,536 fonts".into()))?;
        if place == self.faces.len() {
            self.faces.push(Face(file));
        }
        Ok(FaceId(id))
    }

    /// The id is one that `add` gave.
    pub(in crate::tasks::pdf) fn get(&self, id: FaceId) -> &Face {
        &self.faces[usize::from(id.0)]
    }

    /// Features apply in their order; `language` is a BCP 47 tag.
    pub(in crate::tasks::pdf) fn shaping(
        &mut self,
        features: &[Feature],
        language: Option<&str>,
    ) -> Result<Shaping, FontError> {
        let features = features.iter().map(|feature| (Tag::from_bytes(&feature.tag), feature.value)).collect();
        let words = ShapingWords { features, language: language.map(str::to_owned) };
        let place = self.shapings.iter().position(|known| *known == words).unwrap_or(self.shapings.len());
        let too_many = |_| FontError::Refused("There are more than 65,536 different sets of font features".into());
        let shaping = Shaping(u16::try_from(place).map_err(too_many)?);
        if place == self.shapings.len() {
            self.shapings.push(words);
        }
        Ok(shaping)
    }

    pub(in crate::tasks::pdf) fn shaping_words(&self, shaping: Shaping) -> &ShapingWords {
        &self.shapings[usize::from(shaping.0)]
    }
}

/// A font as the document uses it. Lengths are fractions of an em, y upwards.
pub(in crate::tasks::pdf) struct Face(Arc<FontFile>);

impl Face {
    pub(in crate::tasks::pdf) fn file(&self) -> &FontFile {
        &self.0
    }

    pub(in crate::tasks::pdf) fn bytes(&self) -> &[u8] {
        self.0.bytes()
    }

    /// Which font of a collection.
    pub(in crate::tasks::pdf) fn index(&self) -> u32 {
        self.0.index()
    }

    /// Only what may stand in the name of a PDF; never empty.
    pub(in crate::tasks::pdf) fn postscript_name(&self) -> &str {
        &self.0.metrics.postscript_name
    }

    pub(in crate::tasks::pdf) fn units_per_em(&self) -> u16 {
        self.0.metrics.units_per_em
    }

    pub(in crate::tasks::pdf) fn is_cff(&self) -> bool {
        self.0.metrics.cff
    }

    pub(in crate::tasks::pdf) fn ascent(&self) -> f32 {
        self.0.metrics.ascent
    }

    /// Below the baseline, so less than 0.
    pub(in crate::tasks::pdf) fn descent(&self) -> f32 {
        self.0.metrics.descent
    }

    pub(in crate::tasks::pdf) fn line_gap(&self) -> f32 {
        self.0.metrics.line_gap
    }

    pub(in crate::tasks::pdf) fn cap_height(&self) -> f32 {
        self.0.metrics.cap_height
    }

    pub(in crate::tasks::pdf) fn x_height(&self) -> f32 {
        self.0.metrics.x_height
    }

    /// Where the line is, and how thick.
    pub(in crate::tasks::pdf) fn underline(&self) -> (f32, f32) {
        self.0.metrics.underline
    }

    pub(in crate::tasks::pdf) fn strikeout(&self) -> (f32, f32) {
        self.0.metrics.strikeout
    }

    /// In degrees, less than 0 for letters that lean to the right.
    pub(in crate::tasks::pdf) fn italic_angle(&self) -> f32 {
        self.0.metrics.italic_angle
    }

    /// x_min, y_min, x_max, y_max.
    pub(in crate::tasks::pdf) fn bbox(&self) -> [f32; 4] {
        self.0.metrics.bbox
    }

    pub(in crate::tasks::pdf) fn weight(&self) -> u16 {
        self.0.metrics.weight
    }

    pub(in crate::tasks::pdf) fn is_fixed_pitch(&self) -> bool {
        self.0.metrics.fixed_pitch
    }

    pub(in crate::tasks::pdf) fn advance(&self, glyph: u16) -> f32 {
        let units = self.0.advances().get(usize::from(glyph)).copied().unwrap_or(0);
        f32::from(units) / f32::from(self.units_per_em())
    }
}
