//! One font of a TTF, OTF or TTC file, checked, with the numbers that layout and writer ask for.

use std::sync::{Arc, OnceLock};

use ttf_parser::{LineMetrics, PlatformId, name_id};

use super::plans::{Plan, PlanKey, Plans};
use super::{FontError, contained};

/// Which font of a collection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(in crate::tasks::pdf) enum Pick {
    #[default]
    First,
    Index(u32),
    /// By its PostScript name, as pdfkit has it.
    Name(String),
}

/// A font whose tables were read and can be used: shared by documents and never changed.
pub(in crate::tasks::pdf) struct FontFile {
    bytes: Arc<[u8]>,
    index: u32,
    /// blake3 of the bytes.
    hash: [u8; 32],
    pub(super) metrics: Metrics,
    advances: OnceLock<Vec<u16>>,
    plans: Plans,
}

/// In fractions of an em, y upwards.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::tasks::pdf) struct Metrics {
    pub(super) postscript_name: String,
    pub(super) units_per_em: u16,
    pub(super) glyphs: u16,
    pub(super) cff: bool,
    pub(super) ascent: f32,
    pub(super) descent: f32,
    pub(super) line_gap: f32,
    pub(super) cap_height: f32,
    pub(super) x_height: f32,
    pub(super) underline: (f32, f32),
    pub(super) strikeout: (f32, f32),
    pub(super) italic_angle: f32,
    pub(super) italic: bool,
    pub(super) bbox: [f32; 4],
    pub(super) weight: u16,
    pub(super) fixed_pitch: bool,
    pub(super) embeddable: bool,
}

impl AsRef<[u8]> for FontFile {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl FontFile {
    /// Reads the tables that are needed and refuses what cannot be shaped or embedded.
    pub(super) fn parse(bytes: Arc<[u8]>, hash: [u8; 32], pick: &Pick) -> Result<Self, FontError> {
        let read = || {
            let index = index_of(&bytes, pick)?;
            let face = ttf_parser::Face::parse(&bytes, index)
                .map_err(|error| FontError::Refused(format!("It is not a font that can be read: {error}")))?;
            Ok((index, Metrics::of(&face)?))
        };
        let damaged = || Err(FontError::Refused("It is not a font that can be read: it is damaged".into()));
        let (index, metrics) = contained(read).unwrap_or_else(damaged)?;
        Ok(Self { bytes, index, hash, metrics, advances: OnceLock::new(), plans: Plans::default() })
    }

    pub(in crate::tasks::pdf) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(in crate::tasks::pdf) fn index(&self) -> u32 {
        self.index
    }

    pub(in crate::tasks::pdf) fn hash(&self) -> &[u8; 32] {
        &self.hash
    }

    /// The bytes it holds on to: of a collection, all of it.
    pub(super) fn size(&self) -> usize {
        self.bytes.len()
    }

    /// A plan that was made before.
    pub(in crate::tasks::pdf) fn plan(&self, key: &PlanKey) -> Option<Arc<Plan>> {
        self.plans.get(key)
    }

    pub(in crate::tasks::pdf) fn make_plan(&self, key: &PlanKey, face: &rustybuzz::Face<'_>) -> Arc<Plan> {
        self.plans.make(key, face)
    }

    /// Widths of all glyphs in font units.
    pub(super) fn advances(&self) -> &[u16] {
        self.advances.get_or_init(|| {
            let read = || {
                let face = ttf_parser::Face::parse(&self.bytes, self.index).ok()?;
                let width = |glyph| face.glyph_hor_advance(ttf_parser::GlyphId(glyph)).unwrap_or(0);
                Some((0..self.metrics.glyphs).map(width).collect())
            };
            contained(read).flatten().unwrap_or_default()
        })
    }
}

/// Looks at the first bytes, so that a wrong file is named as what it is.
fn index_of(bytes: &[u8], pick: &Pick) -> Result<u32, FontError> {
    let refuse = |cause: String| Err(FontError::Refused(cause));
    match bytes.get(..4) {
        Some(b"wOFF" | b"wOF2") => {
            return refuse("It is a WOFF file, which is packed for the web: pass the TTF or OTF it was made of".into());
        }
        Some([0, 1, 0, 0] | b"OTTO" | b"true" | b"ttcf") => {}
        _ => return refuse("It is not a TTF, OTF or TTC file".into()),
    }
    let count = ttf_parser::fonts_in_collection(bytes);
    match (pick, count) {
        (Pick::First, _) | (Pick::Index(0), None) => Ok(0),
        (Pick::Index(index), Some(count)) if *index < count => Ok(*index),
        (Pick::Index(index), count) => {
            refuse(format!("It has no font with index {index}: it has {}", count.unwrap_or(1)))
        }
        (Pick::Name(name), count) => {
            // Offsets are checked as they are read, so a count out of all proportion ends early.
            let count = count.unwrap_or(1).min(1024);
            let named = |index: &u32| {
                ttf_parser::Face::parse(bytes, *index).is_ok_and(|face| postscript_name(&face).as_ref() == Some(name))
            };
            match (0..count).find(named) {
                Some(index) => Ok(index),
                None => refuse(format!("It has no font named `{name}`")),
            }
        }
    }
}

fn postscript_name(face: &ttf_parser::Face<'_>) -> Option<String> {
    let names = || face.names().into_iter().filter(|name| name.name_id == name_id::POST_SCRIPT_NAME);
    names().find_map(|name| name.to_string()).or_else(|| {
        let roman = names().find(|name| name.platform_id == PlatformId::Macintosh && name.name.is_ascii())?;
        String::from_utf8(roman.name.to_vec()).ok()
    })
}

impl Metrics {
    fn of(face: &ttf_parser::Face<'_>) -> Result<Self, FontError> {
        let tables = face.tables();
        if tables.glyf.is_none() && tables.cff.is_none() {
            let cause = if tables.cff2.is_some() { "Its outlines are CFF2" } else { "It has no outlines" };
            return Err(FontError::Refused(format!("{cause}, which cannot be put into a PDF")));
        }
        if tables.cmap.is_none() || tables.hmtx.is_none() {
            return Err(FontError::Refused("It has no characters or no widths".into()));
        }
        let em = f32::from(face.units_per_em());
        let per_em = |units: i16| f32::from(units) / em;
        // hhea and no other table, as fontkit does, so that lines are as high as pdfmake's.
        let hhea = &tables.hhea;
        let line = |metrics: Option<LineMetrics>, position: f32| {
            let thickness = metrics.map_or(0.0, |metrics| per_em(metrics.thickness));
            let thickness = if thickness > 0.0 { thickness } else { 0.05 };
            (metrics.map_or(position, |metrics| per_em(metrics.position)), thickness)
        };
        let ascent = per_em(hhea.ascender);
        let cap_height = face.capital_height().filter(|height| *height > 0).map_or(ascent, per_em);
        let x_height = face.x_height().filter(|height| *height > 0).map_or(cap_height * 0.7, per_em);
        let bbox = face.global_bounding_box();
        Ok(Self {
            postscript_name: clean_name(postscript_name(face)),
            units_per_em: face.units_per_em(),
            glyphs: face.number_of_glyphs(),
            cff: tables.cff.is_some() && tables.glyf.is_none(),
            ascent,
            descent: per_em(hhea.descender),
            line_gap: per_em(hhea.line_gap),
            cap_height,
            x_height,
            underline: line(face.underline_metrics(), -0.1),
            strikeout: line(face.strikeout_metrics(), x_height / 2.0),
            italic_angle: face.italic_angle(),
            italic: face.is_italic(),
            bbox: [bbox.x_min, bbox.y_min, bbox.x_max, bbox.y_max].map(per_em),
            weight: face.weight().to_number(),
            fixed_pitch: face.is_monospaced(),
            embeddable: face.permissions() != Some(ttf_parser::Permissions::Restricted),
        })
    }
}

/// What a PDF takes as the name of a font, and nothing longer than its 127 bytes.
fn clean_name(name: Option<String>) -> String {
    let allowed = |char: &char| char.is_ascii_graphic() && !"[](){}<>/%#".contains(*char);
    let name: String = name.unwrap_or_default().chars().filter(allowed).take(100).collect();
    if name.is_empty() { "Font".into() } else { name }
}
