//! Subsets of faces, kept for the next documents: many small documents have the same few glyphs of the same fonts, and to
//! deflate a subset takes longer than all the rest of such a document.

use std::sync::{Arc, Mutex, PoisonError};

use subsetter::GlyphRemapper;

use super::file::deflated;
use super::fonts::FontUse;
use crate::engine::{Code, TaskError};
use crate::tasks::pdf::font::Face;

/// A font program with the glyphs in the order of their new numbers.
#[derive(Debug)]
pub(super) struct Subset {
    pub(super) data: Vec<u8>,
    pub(super) deflated: Vec<u8>,
    pub(super) is_cff: bool,
    /// How many are in it, parts of composed ones included.
    pub(super) glyphs: u16,
}

/// The bytes of subsets that are kept, in all.
const KEPT: usize = 8 << 20;

/// The last one used comes last.
static SUBSETS: Mutex<Vec<([u8; 32], Arc<Subset>)>> = Mutex::new(Vec::new());

pub(super) fn subset(face: &Face, used: &FontUse) -> Result<Arc<Subset>, TaskError> {
    let key = key(face, used);
    let kept = || SUBSETS.lock().unwrap_or_else(PoisonError::into_inner);
    let mut list = kept();
    if let Some(at) = list.iter().position(|(known, _)| *known == key) {
        let found = list.remove(at);
        let subset = Arc::clone(&found.1);
        list.push(found);
        return Ok(subset);
    }
    drop(list);
    let subset = Arc::new(made(face, used)?);
    let mut list = kept();
    list.push((key, Arc::clone(&subset)));
    let size = |subset: &Subset| subset.data.len() + subset.deflated.len();
    let mut total: usize = list.iter().map(|(_, subset)| size(subset)).sum();
    let first = list.iter().position(|(_, subset)| {
        let fits = total <= KEPT;
        total -= size(subset);
        fits
    });
    let first = first.unwrap_or(list.len());
    list.drain(..first);
    Ok(subset)
}

/// Of the face and the glyphs in their order.
fn key(face: &Face, used: &FontUse) -> [u8; 32] {
    let mut hash = blake3::Hasher::new();
    hash.update(face.file().hash());
    hash.update(&face.index().to_le_bytes());
    for glyph in &used.glyphs {
        hash.update(&glyph.glyph.to_le_bytes());
    }
    *hash.finalize().as_bytes()
}

fn made(face: &Face, used: &FontUse) -> Result<Subset, TaskError> {
    let broken = |cause: &dyn std::fmt::Display| {
        let name = face.postscript_name();
        TaskError::new(Code::PdfFontInvalid, format!("Cannot embed the font `{name}`: {cause}"))
    };
    let mut mapper = GlyphRemapper::new();
    for glyph in used.glyphs.iter().skip(1) {
        mapper.remap(glyph.glyph);
    }
    // A font from a stranger must not end the task with a panic of the library.
    let subset = std::panic::catch_unwind(|| subsetter::subset(face.bytes(), face.index(), &mapper));
    let whole = subset.map_err(|_| broken(&"it is broken"))?.map_err(|error| broken(&error))?;
    let table = |tag: &[u8; 4]| {
        let face = ttf_parser::RawFace::parse(&whole, 0).ok()?;
        face.table(ttf_parser::Tag::from_bytes(tag)).map(<[u8]>::to_vec)
    };
    let glyphs = table(b"maxp").and_then(|maxp| maxp.get(4..)?.first_chunk().copied().map(u16::from_be_bytes));
    let glyphs = glyphs.ok_or_else(|| broken(&"its subset is broken"))?;
    // A PDF wants the outlines of CFF without the tables around them.
    let cff = if face.is_cff() { table(b"CFF ") } else { None };
    let (is_cff, data) = cff.map_or_else(|| (false, whole.clone()), |cff| (true, cff));
    Ok(Subset { deflated: deflated(&data), data, is_cff, glyphs })
}
