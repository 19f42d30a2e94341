//! The fonts of a document: subsets of the faces with the glyphs that are used, and what these say.
//!
//! By ISO 32000-1, 9.7 (composite fonts), 9.8 (descriptors) and 9.10 (ToUnicode).

use std::fmt::Write;

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo};
use pdf_writer::writers::{CidFont, FontDescriptor, Type0Font};
use pdf_writer::{Filter, Finish, Name, Rect, Ref, Str};

use super::file::File;
use super::fonts::FontUse;
use super::subsets::{Subset, subset};
use super::text::hex_of;
use crate::engine::TaskError;
use crate::tasks::pdf::font::Face;

const SYSTEM: SystemInfo<'_> = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// Writes a font and all that belongs to it. `with_set`: with the set of its glyphs, which PDF/A-1 asks for.
pub(super) fn embed(file: &mut File<'_>, face: &Face, used: &FontUse, with_set: bool) -> Result<(), TaskError> {
    let subset = subset(face, used)?;
    let name = format!("{}+{}", tag(&subset), face.postscript_name());
    let (descendant, descriptor) = (file.reserve(), file.reserve());
    let (program, says) = (file.reserve(), file.reserve());
    let set = with_set.then(|| file.reserve());

    file.object(used.id, |object| {
        let mut font = object.start::<Type0Font<'_>>();
        font.base_font(Name(name.as_bytes()));
        font.encoding_predefined(Name(b"Identity-H"));
        font.descendant_font(descendant).to_unicode(says);
    })?;
    file.object(descendant, |object| {
        let mut font = object.start::<CidFont<'_>>();
        font.subtype(if subset.is_cff { CidFontType::Type0 } else { CidFontType::Type2 });
        font.base_font(Name(name.as_bytes())).system_info(SYSTEM).font_descriptor(descriptor);
        font.default_width(0.0);
        if !subset.is_cff {
            font.cid_to_gid_map_predefined(Name(b"Identity"));
        }
        font.widths().consecutive(0, used.glyphs.iter().map(|glyph| glyph.width));
    })?;
    file.object(descriptor, |object| describe(object.start(), face, &name, program, set, subset.is_cff))?;
    if let Some(set) = set {
        let count = usize::from(subset.glyphs);
        let mut bits = vec![0xff; count / 8];
        if !count.is_multiple_of(8) {
            bits.push(!(0xff >> (count % 8)));
        }
        file.stream(set, &bits, |_| {})?;
    }
    file.stream(says, to_unicode(used).as_bytes(), |_| {})?;
    let is_cff = subset.is_cff;
    let data = if file.compresses() { &subset.deflated } else { &subset.data };
    let is_deflated = file.compresses();
    file.raw_stream(program, data, |stream| {
        if is_deflated {
            stream.filter(Filter::FlateDecode);
        }
        if is_cff {
            stream.pair(Name(b"Subtype"), Name(b"CIDFontType0C"));
        } else {
            stream.pair(Name(b"Length1"), i32::try_from(subset.data.len()).unwrap_or(i32::MAX));
        }
    })
}

fn describe(mut descriptor: FontDescriptor<'_>, face: &Face, name: &str, program: Ref, set: Option<Ref>, is_cff: bool) {
    let mut flags = FontFlags::SYMBOLIC;
    flags.set(FontFlags::ITALIC, face.italic_angle() != 0.0);
    flags.set(FontFlags::FIXED_PITCH, face.is_fixed_pitch());
    let [left, bottom, right, top] = face.bbox().map(thousandths);
    descriptor.name(Name(name.as_bytes())).flags(flags).bbox(Rect::new(left, bottom, right, top));
    descriptor.italic_angle(sane(face.italic_angle()));
    descriptor.ascent(thousandths(face.ascent())).descent(thousandths(face.descent()));
    descriptor.cap_height(thousandths(face.cap_height()));
    // Fonts do not say how thick their stems are. This is typical for their weight.
    descriptor.stem_v((10.0 + 0.244 * (f32::from(face.weight().clamp(100, 900)) - 50.0)).round());
    if let Some(set) = set {
        descriptor.pair(Name(b"CIDSet"), set);
    }
    if is_cff {
        descriptor.font_file3(program);
    } else {
        descriptor.font_file2(program);
    }
    descriptor.finish();
}

fn thousandths(value: f32) -> f32 {
    sane((value * 1000.0).round())
}

fn sane(value: f32) -> f32 {
    if value.is_finite() { value.clamp(-32_767.0, 32_767.0) } else { 0.0 }
}

/// Six letters that belong to what is in the subset.
fn tag(subset: &Subset) -> String {
    let hash = blake3::hash(&subset.data);
    hash.as_bytes().iter().take(6).map(|byte| char::from(b'A' + byte % 26)).collect()
}

/// What the glyphs say. Ranges do not go beyond one high byte, as the specification has it.
fn to_unicode(used: &FontUse) -> String {
    let mut map = String::from(
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)\
         /Supplement 0>>def\n/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000><FFFF>\n\
         endcodespacerange\n",
    );
    let numbered: Vec<(usize, &str)> = used
        .glyphs
        .iter()
        .enumerate()
        .skip(1)
        .map(|(number, glyph)| (number, if glyph.says.is_empty() { "\u{fffd}" } else { &*glyph.says }))
        .collect();
    let ranges: Vec<&[(usize, &str)]> = numbered.chunk_by(|(one, _), (next, _)| one >> 8 == next >> 8).collect();
    for ranges in ranges.chunks(100) {
        // Writing into a string does not fail.
        let _ = writeln!(map, "{} beginbfrange", ranges.len());
        for range in ranges {
            let (first, last) = (range.first().map_or(0, |one| one.0), range.last().map_or(0, |one| one.0));
            let _ = write!(map, "<{first:04X}> <{last:04X}> [");
            for (index, (_, says)) in range.iter().enumerate() {
                // Some readers want the space.
                let space = if index > 0 { " " } else { "" };
                let _ = write!(map, "{space}<{}>", hex_of(says));
            }
            map.push_str("]\n");
        }
        map.push_str("endbfrange\n");
    }
    map.push_str("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend");
    map
}
