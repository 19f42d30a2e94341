//! The file around the streams: ISO/IEC 14496-12, 23008-12 and the AV1 image file format, as little of them as a still
//! picture needs.

use super::av1::Stream;
use crate::tasks::image::encode::Extras;
use crate::tasks::image::exif::{orientation_of, upright};

/// A box under way: its size is known when it ends.
struct Boxes {
    bytes: Vec<u8>,
}

impl Boxes {
    fn put(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// A box, with what `inside` puts into it.
    fn in_box(&mut self, name: &[u8; 4], inside: impl FnOnce(&mut Self)) {
        let start = self.bytes.len();
        self.put(&[0; 4]);
        self.put(name);
        inside(self);
        let size = (self.bytes.len() - start) as u32;
        self.bytes[start..start + 4].copy_from_slice(&size.to_be_bytes());
    }

    /// The same with a version and flags.
    fn in_full_box(&mut self, name: &[u8; 4], version: u8, flags: u32, inside: impl FnOnce(&mut Self)) {
        self.in_box(name, |this| {
            this.put(&(u32::from(version) << 24 | flags).to_be_bytes());
            inside(this);
        });
    }
}

/// An item of the file. Its number is its place among them, from 1.
struct Item<'a> {
    kind: &'static [u8; 4],
    content_type: Option<&'static str>,
    bytes: Vec<&'a [u8]>,
    /// What refers to the picture, the first item: as what.
    refers: Option<&'static [u8; 4]>,
    /// Numbers of properties, from 1; with the high bit those that must be known.
    properties: Vec<u8>,
}

const MUST: u8 = 0x80;

/// The file of a picture, whose first stream are its colours and whose second one is its alpha channel.
pub(super) fn file(
    color: &Stream,
    alpha: Option<&Stream>,
    (width, height): (u32, u32),
    bits: usize,
    extras: &Extras,
) -> Vec<u8> {
    // A reader turns by properties and not by EXIF, which therefore says nothing of it.
    let (turn, exif) = match &extras.exif {
        Some(exif) => (orientation_of(exif), Some(upright(exif))),
        None => (1, None),
    };
    let mut properties = Boxes { bytes: Vec::new() };
    let mut count = 0_u8;
    let mut property = |name: &[u8; 4], inside: &[u8]| {
        properties.in_box(name, |this| this.put(inside));
        count += 1;
        count
    };
    let size = property(b"ispe", &[&[0; 4][..], &width.to_be_bytes(), &height.to_be_bytes()].concat());
    let depths = |channels: usize| [&[0, 0, 0, 0, channels as u8][..], &vec![bits as u8; channels]].concat();
    let mut of_color = vec![size, property(b"pixi", &depths(if color.monochrome { 1 } else { 3 }))];
    of_color.push(MUST | property(b"av1C", &color.configuration));
    // BT.709 primaries, sRGB, BT.601, full range.
    of_color.push(property(b"colr", b"nclx\0\x01\0\x0d\0\x06\x80"));
    if let Some(icc) = &extras.icc {
        of_color.push(property(b"colr", &[b"prof", &icc[..]].concat()));
    }
    let (quarters, mirror) = turn_of(turn);
    of_color.extend(quarters.map(|quarters| MUST | property(b"irot", &[quarters])));
    of_color.extend(mirror.map(|mirror| MUST | property(b"imir", &[mirror])));

    let mut items =
        vec![Item { kind: b"av01", content_type: None, bytes: vec![&color.bytes], refers: None, properties: of_color }];
    if let Some(alpha) = alpha {
        let mut of_alpha = vec![size, property(b"pixi", &depths(1))];
        of_alpha.push(MUST | property(b"av1C", &alpha.configuration));
        of_alpha.push(property(b"auxC", b"\0\0\0\0urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0"));
        of_alpha.extend(quarters.map(|quarters| MUST | property(b"irot", &[quarters])));
        of_alpha.extend(mirror.map(|mirror| MUST | property(b"imir", &[mirror])));
        items.push(Item {
            kind: b"av01",
            content_type: None,
            bytes: vec![&alpha.bytes],
            refers: Some(b"auxl"),
            properties: of_alpha,
        });
    }
    let described =
        |kind, content_type, bytes| Item { kind, content_type, bytes, refers: Some(b"cdsc"), properties: Vec::new() };
    if let Some(exif) = &exif {
        // How far after these four bytes the TIFF structure begins.
        items.push(described(b"Exif", None, vec![&[0; 4], exif]));
    }
    if let Some(xmp) = &extras.xmp {
        items.push(described(b"mime", Some("application/rdf+xml"), vec![xmp]));
    }

    let mut file = Boxes { bytes: Vec::new() };
    file.in_box(b"ftyp", |this| this.put(b"avif\0\0\0\0avifmif1miaf"));
    let mut places = Vec::new();
    file.in_full_box(b"meta", 0, 0, |meta| {
        meta.in_full_box(b"hdlr", 0, 0, |this| this.put(b"\0\0\0\0pict\0\0\0\0\0\0\0\0\0\0\0\0\0"));
        meta.in_full_box(b"pitm", 0, 0, |this| this.put(&[0, 1]));
        meta.in_full_box(b"iloc", 0, 0, |this| {
            // Offsets and lengths of 4 bytes, and no base.
            this.put(&[0x44, 0, 0, items.len() as u8]);
            for (number, item) in (1..).zip(&items) {
                let len: usize = item.bytes.iter().map(|bytes| bytes.len()).sum();
                this.put(&[0, number, 0, 0, 0, 1]);
                places.push(this.bytes.len());
                this.put(&[0; 4]);
                this.put(&(len as u32).to_be_bytes());
            }
        });
        meta.in_full_box(b"iinf", 0, 0, |this| {
            this.put(&[0, items.len() as u8]);
            for (number, item) in (1..).zip(&items) {
                this.in_full_box(b"infe", 2, 0, |this| {
                    this.put(&[0, number, 0, 0]);
                    this.put(item.kind);
                    this.put(b"\0");
                    if let Some(content_type) = item.content_type {
                        this.put(content_type.as_bytes());
                        this.put(b"\0");
                    }
                });
            }
        });
        if items.len() > 1 {
            meta.in_full_box(b"iref", 0, 0, |this| {
                for (number, item) in (1..).zip(&items) {
                    if let Some(kind) = item.refers {
                        this.in_box(kind, |this| this.put(&[0, number, 0, 1, 0, 1]));
                    }
                }
            });
        }
        meta.in_box(b"iprp", |this| {
            this.in_box(b"ipco", |this| this.put(&properties.bytes));
            this.in_full_box(b"ipma", 0, 0, |this| {
                let told = || (1_u8..).zip(&items).filter(|(_, item)| !item.properties.is_empty());
                this.put(&(told().count() as u32).to_be_bytes());
                for (number, item) in told() {
                    this.put(&[0, number, item.properties.len() as u8]);
                    this.put(&item.properties);
                }
            });
        });
    });
    file.in_box(b"mdat", |this| {
        for (item, place) in items.iter().zip(places) {
            let offset = this.bytes.len() as u32;
            this.bytes[place..place + 4].copy_from_slice(&offset.to_be_bytes());
            item.bytes.iter().for_each(|bytes| this.put(bytes));
        }
    });
    file.bytes
}

/// EXIF's orientation as quarter turns against the clock and a mirroring after them: 0 swaps top and bottom, 1 left and
/// right.
fn turn_of(orientation: u8) -> (Option<u8>, Option<u8>) {
    match orientation {
        2 => (None, Some(1)),
        3 => (Some(2), None),
        4 => (None, Some(0)),
        5 => (Some(1), Some(0)),
        6 => (Some(3), None),
        7 => (Some(3), Some(0)),
        8 => (Some(1), None),
        _ => (None, None),
    }
}
