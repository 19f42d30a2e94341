//! JPEG. The header is read here; the pixels by mozjpeg where the addon has it (`turbo`), else by zune-jpeg (`rust`).

#[cfg(feature = "turbo")]
mod hooked;
#[cfg(feature = "turbo")]
mod huffman;
mod markers;
#[cfg(not(feature = "turbo"))]
mod rust;
#[cfg(feature = "turbo")]
mod turbo;

#[cfg(not(feature = "turbo"))]
use self::rust as codec;
#[cfg(feature = "turbo")]
use self::turbo as codec;
use super::{Ask, Decoded, Header, Kind, Space, invalid};
use crate::engine::{Code, Context, TaskError};
use crate::tasks::image::exif::{density_of, orientation_of};
use crate::tasks::image::planes::Planes;
use crate::tasks::image::raster::Picture;

/// What matters of the coding to those who hand a JPEG on as it is.
#[derive(Debug, Default)]
pub(in crate::tasks::image) struct Coding {
    pub(in crate::tasks::image) is_ycc: bool,
    pub(in crate::tasks::image) is_adobe: bool,
    pub(in crate::tasks::image) is_huffman: bool,
}

/// Reads how a JPEG is coded whose header was found to be sound.
pub(in crate::tasks::image) fn coding(bytes: &[u8]) -> Coding {
    let Ok(markers) = markers::read(bytes) else { return Coding::default() };
    Coding {
        is_ycc: markers.is_ycc(),
        is_adobe: markers.adobe_transform.is_some(),
        is_huffman: matches!(markers.process, 0..=2),
    }
}

pub(in crate::tasks::image) fn header(bytes: &[u8], context: &Context<'_>) -> Result<Header, TaskError> {
    let broken = |cause: &str| invalid(Kind::Jpeg, Code::ImageInvalid, &cause, context);
    let unsupported = |cause: &str| invalid(Kind::Jpeg, Code::ImageUnsupported, &cause, context);
    let markers = markers::read(bytes).map_err(broken)?;
    if markers.width == 0 || markers.height == 0 {
        return Err(broken("its header says that it has no pixels"));
    }
    if markers.precision != 8 {
        return Err(unsupported(&format!("{} bits a sample are not read here", markers.precision)));
    }
    if !matches!(markers.process, 0 | 1 | 2 | 9 | 10) {
        return Err(unsupported("lossless and hierarchical coding are not read here"));
    }
    let space = match markers.components.len() {
        1 => Space::Grey,
        3 => Space::Rgb,
        4 => Space::Cmyk,
        count => return Err(unsupported(&format!("{count} components are not read here"))),
    };
    let exif = markers.exif.as_deref();
    Ok(Header {
        kind: Kind::Jpeg,
        width: markers.width,
        height: markers.height,
        channels: markers.components.len(),
        has_alpha: false,
        depth: 8,
        space,
        orientation: exif.map_or(1, orientation_of),
        pages: 1,
        delays: Vec::new(),
        loops: None,
        density: markers.density.or_else(|| exif.and_then(density_of)),
        chroma_subsampling: markers.subsampling(),
        progressive: markers.progressive,
        palette_bits: None,
        compression: None,
        coded_bits: None,
        icc: markers.icc,
        exif: markers.exif,
        xmp: markers.xmp,
    })
}

pub(super) fn decode(header: &Header, bytes: &[u8], ask: &Ask, context: &Context<'_>) -> Result<Decoded, TaskError> {
    let raster = codec::decode(header, bytes, ask, context)?;
    Ok(Decoded { frames: vec![Picture::Eight(raster)] })
}

/// The planes of a photo at the scale that is asked for, or `None` where it has none: grey, CMYK, stored as RGB, or
/// sampled in an unusual way.
pub(in crate::tasks::image) fn decode_planes(
    header: &Header,
    bytes: &[u8],
    ask: &Ask,
    context: &Context<'_>,
) -> Result<Option<Planes>, TaskError> {
    let Ok(markers) = markers::read(bytes) else { return Ok(None) };
    let [(_, across, down), (_, 1, 1), (_, 1, 1)] = markers.components[..] else { return Ok(None) };
    if across > 2 || down > 2 || !markers.is_ycc() {
        return Ok(None);
    }
    codec::decode_planes(header, bytes, ask, (across, down), context)
}

/// Adobe's programs write CMYK as if 255 were no ink.
fn is_inverted(bytes: &[u8]) -> bool {
    markers::read(bytes).is_ok_and(|markers| markers.adobe_transform.is_some())
}
