//! The picture of an AVIF (the AV1 image file format, and MIAF, ISO/IEC 23000-22): which items hold its colours and its
//! alpha, and what is said of them.

use std::borrow::Cow;

use super::boxes::{Fault, Parsed, Reader};
use super::items::{Item, Items};
use crate::tasks::image::turn::Turn;

/// What an item must be told to be an alpha channel.
const ALPHA: [&[u8]; 2] = [b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", b"urn:mpeg:hevc:2015:auxid:1"];

pub(super) struct Shown<'a> {
    pub(super) color: Coded<'a>,
    pub(super) alpha: Option<Coded<'a>>,
    pub(super) premultiplied: bool,
    /// What makes the picture upright. EXIF's orientation does not count here.
    pub(super) turn: Turn,
    pub(super) icc: Option<&'a [u8]>,
    /// The TIFF structure.
    pub(super) exif: Option<Cow<'a, [u8]>>,
    pub(super) xmp: Option<Cow<'a, [u8]>>,
}

/// A picture of one piece or of several, side by side and one below the other.
pub(super) struct Coded<'a> {
    pub(super) size: (u32, u32),
    /// The size of each piece.
    pub(super) piece: (u32, u32),
    /// Pieces in a row.
    pub(super) columns: u32,
    /// AV1 streams, row by row.
    pub(super) pieces: Vec<Cow<'a, [u8]>>,
    pub(super) coding: Coding,
    /// What the samples mean; where the container does not say it, the stream does.
    pub(super) nclx: Option<Nclx>,
}

/// How samples are stored, by the box `av1C`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Coding {
    pub(super) bits: u8,
    pub(super) monochrome: bool,
    /// Whether chroma has half the width, and half the height.
    pub(super) halved: (bool, bool),
}

/// What samples mean, by ITU-T H.273, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Nclx {
    pub(super) matrix: u16,
    pub(super) full_range: bool,
}

impl<'a> Shown<'a> {
    pub(super) fn of(file: &'a [u8]) -> Parsed<Self> {
        let items = Items::of(file)?;
        let primary = items.item(items.primary)?;
        let color = Coded::of(&items, primary)?;
        let mut turn = Turn::default();
        let mut icc = None;
        for (name, inside, _) in items.properties(primary) {
            let mut property = Reader::new(inside);
            match &name {
                // Quarter turns against the clock.
                b"irot" => turn = turn.then(Turn::quarters(-i64::from(property.u8()? & 3))),
                // 0 swaps top and bottom, 1 left and right.
                b"imir" => {
                    let sideways = property.u8()? & 1 == 1;
                    turn = turn.then(Turn::mirrored(sideways, !sideways));
                }
                b"colr" if matches!(&property.name()?, b"prof" | b"rICC") => icc = Some(property.rest()),
                _ => {}
            }
        }
        let is_alpha = |item: &&Item<'_>| {
            let property = items.property(item, b"auxC");
            property.is_some_and(|mut property| {
                property.version().is_ok() && property.text().is_ok_and(|name| ALPHA.contains(&name))
            })
        };
        let alpha = match items.sources(primary.id, b"auxl").find(is_alpha) {
            Some(item) => Some((item.id, Coded::of(&items, item)?)),
            None => None,
        };
        if alpha.as_ref().is_some_and(|(_, alpha)| alpha.size != color.size) {
            return Err(Fault::unsupported("its alpha channel has another size"));
        }
        let premultiplied = alpha.as_ref().is_some_and(|(id, _)| items.targets(primary.id, b"prem").contains(id));
        // What is broken beside the picture is no reason to refuse it.
        let described = |wanted: &dyn Fn(&Item<'_>) -> bool| {
            let item = items.sources(primary.id, b"cdsc").find(|item| wanted(item))?;
            items.bytes(item).ok()
        };
        let exif = described(&|item| item.kind == *b"Exif").and_then(tiff_of);
        let xmp = described(&|item| item.kind == *b"mime" && item.content_type == b"application/rdf+xml");
        Ok(Self { color, alpha: alpha.map(|(_, alpha)| alpha), premultiplied, turn, icc, exif, xmp })
    }
}

/// The TIFF structure of an item of the kind `Exif`: its place is told in the first four bytes.
pub(super) fn tiff_of(item: Cow<'_, [u8]>) -> Option<Cow<'_, [u8]>> {
    let start = 4_usize.checked_add(u32::from_be_bytes(*item.first_chunk()?) as usize)?;
    match item {
        Cow::Borrowed(bytes) => bytes.get(start..).map(Cow::Borrowed),
        Cow::Owned(bytes) => bytes.get(start..).map(|tiff| Cow::Owned(tiff.to_vec())),
    }
}

impl<'a> Coded<'a> {
    fn of(items: &Items<'a>, item: &Item<'a>) -> Parsed<Self> {
        let size = size_of(items, item)?;
        check_known(items, item)?;
        if item.kind == *b"av01" {
            let pieces = vec![items.bytes(item)?];
            let (coding, nclx) = (coding_of(items, item)?, nclx_of(items, item));
            return Ok(Self { size, piece: size, columns: 1, pieces, coding, nclx });
        }
        if item.kind != *b"grid" {
            let is_hevc = matches!(&item.kind, b"hvc1" | b"hev1");
            let says = if is_hevc { "it is coded by HEVC" } else { "its picture is of a kind that is not read" };
            return Err(Fault::unsupported(says));
        }
        let described = items.bytes(item)?;
        let (rows, columns, told) = grid_of(&described)?;
        let ids = items.targets(item.id, b"dimg");
        if told != size || ids.len() != (rows * columns) as usize {
            return Err(Fault::invalid("its grid does not fit its parts"));
        }
        let first = items.item(ids[0])?;
        let piece = size_of(items, first)?;
        let (coding, nclx) = (coding_of(items, first)?, nclx_of(items, item).or_else(|| nclx_of(items, first)));
        let covers = |piece: u32, count: u32, whole: u32| {
            let (piece, count, whole) = (u64::from(piece), u64::from(count), u64::from(whole));
            // What is decoded is hardly more than the whole, whose size is checked against the limits.
            let is_near = piece <= whole.next_multiple_of(64);
            is_near && piece * count >= whole && piece * (count - 1) < whole
        };
        if !covers(piece.0, columns, size.0) || !covers(piece.1, rows, size.1) {
            return Err(Fault::invalid("its grid does not fit its parts"));
        }
        let mut pieces = Vec::with_capacity(ids.len());
        for id in ids {
            let part = items.item(*id)?;
            check_known(items, part)?;
            if part.kind != *b"av01" || size_of(items, part)? != piece || coding_of(items, part)? != coding {
                return Err(Fault::unsupported("the parts of its grid differ"));
            }
            pieces.push(items.bytes(part)?);
        }
        Ok(Self { size, piece, columns, pieces, coding, nclx })
    }
}

/// Rows, columns, and the size of the whole.
fn grid_of(bytes: &[u8]) -> Parsed<(u32, u32, (u32, u32))> {
    let mut reader = Reader::new(bytes);
    reader.u8()?;
    let wide = if reader.u8()? & 1 == 1 { 4 } else { 2 };
    let (rows, columns) = (u32::from(reader.u8()?) + 1, u32::from(reader.u8()?) + 1);
    let (width, height) = (reader.number(wide)? as u32, reader.number(wide)? as u32);
    Ok((rows, columns, (width, height)))
}

/// The property `ispe`.
fn size_of(items: &Items<'_>, item: &Item<'_>) -> Parsed<(u32, u32)> {
    let mut property = items.property(item, b"ispe").ok_or(Fault::invalid("its size is not told"))?;
    property.version()?;
    let size = (property.u32()?, property.u32()?);
    if size.0 == 0 || size.1 == 0 { Err(Fault::invalid("its header says that it has no pixels")) } else { Ok(size) }
}

/// The property `av1C`.
fn coding_of(items: &Items<'_>, item: &Item<'_>) -> Parsed<Coding> {
    let mut property = items.property(item, b"av1C").ok_or(Fault::invalid("its coding is not told"))?;
    property.u16()?;
    let flags = property.u8()?;
    let is = |bit: u8| flags >> bit & 1 == 1;
    let bits = match (is(6), is(5)) {
        (false, _) => 8,
        (true, false) => 10,
        (true, true) => 12,
    };
    let monochrome = is(4);
    // Chroma that is not there counts as halved; not all writers know.
    let halved = if monochrome { (true, true) } else { (is(3), is(2)) };
    Ok(Coding { bits, monochrome, halved })
}

/// The property `colr`, where it has numbers and no profile.
fn nclx_of(items: &Items<'_>, item: &Item<'_>) -> Option<Nclx> {
    let properties = items.properties(item).filter(|(name, ..)| name == b"colr");
    let mut found = properties.map(|(_, inside, _)| Reader::new(inside)).filter_map(|mut property| {
        let is_nclx = property.name().ok()? == *b"nclx";
        is_nclx.then_some(property)
    });
    let mut property = found.next()?;
    property.u32().ok()?;
    Some(Nclx { matrix: property.u16().ok()?, full_range: property.u8().ok()? >> 7 == 1 })
}

/// Who does not know a property that must be known must not show the item. `clap`, a part of the picture that is to be
/// shown, is not looked at: all of it is.
fn check_known(items: &Items<'_>, item: &Item<'_>) -> Parsed<()> {
    let known = |name: &[u8; 4]| {
        matches!(name, b"av1C" | b"ispe" | b"pixi" | b"colr" | b"irot" | b"imir" | b"auxC" | b"clap" | b"pasp")
    };
    if items.properties(item).any(|(name, _, must)| must && !known(&name)) {
        return Err(Fault::unsupported("it has layers, or something else that is not known"));
    }
    Ok(())
}
