//! The container around a WebP picture, when there is more to say than the picture: the extended format (VP8X) of RFC 9649.

use crate::tasks::image::encode::Extras;

const ICC: u8 = 0x20;
const ALPHA: u8 = 0x10;
const EXIF: u8 = 0x08;
const XMP: u8 = 0x04;

/// The file with a profile and metadata. `bytes` is a whole file as libwebp writes it.
pub(super) fn with_extras(bytes: Vec<u8>, size: (u32, u32), has_alpha: bool, extras: &Extras) -> Vec<u8> {
    let Extras { icc, exif, xmp, .. } = extras;
    if icc.is_none() && exif.is_none() && xmp.is_none() {
        return bytes;
    }
    let old = bytes.get(12..).unwrap_or_default();
    let mut flags = [(icc, ICC), (exif, EXIF), (xmp, XMP)]
        .iter()
        .filter(|(data, _)| data.is_some())
        .map(|(_, flag)| flag)
        .sum::<u8>();
    let picture = match old.strip_prefix(b"VP8X") {
        Some(rest) => {
            flags |= rest[4];
            &rest[14..]
        }
        None => {
            flags |= if has_alpha { ALPHA } else { 0 };
            old
        }
    };
    let mut body = Vec::with_capacity(bytes.len() + 64);
    body.extend_from_slice(b"WEBP");
    let side = |length: u32| (length - 1).to_le_bytes();
    let (width, height) = (side(size.0), side(size.1));
    chunk(&mut body, b"VP8X", &[&[flags, 0, 0, 0], &width[..3], &height[..3]].concat());
    if let Some(icc) = icc {
        chunk(&mut body, b"ICCP", icc);
    }
    body.extend_from_slice(picture);
    if let Some(exif) = exif {
        chunk(&mut body, b"EXIF", exif);
    }
    if let Some(xmp) = xmp {
        chunk(&mut body, b"XMP ", xmp);
    }
    let mut file = Vec::with_capacity(body.len() + 8);
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(body.len() as u32).to_le_bytes());
    file.append(&mut body);
    file
}

fn chunk(body: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    body.extend_from_slice(name);
    body.extend_from_slice(&(data.len() as u32).to_le_bytes());
    body.extend_from_slice(data);
    // Chunks begin at even places.
    body.resize(body.len().next_multiple_of(2), 0);
}
