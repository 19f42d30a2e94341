//! What the decoders of the crate `image` give: their header, their pixels, and their complaints.

use std::io::{BufRead, Seek};

use image::codecs::{bmp::BmpDecoder, ico::IcoDecoder};
use image::{ColorType, ImageDecoder, ImageError};

use super::watched::Watched;
use super::{Decoded, Header, Kind, Space, invalid};
use crate::engine::{Code, Context, TaskError};
use crate::tasks::image::exif::{density_of, orientation_of};
use crate::tasks::image::memory::bytes_of_mut;
use crate::tasks::image::raster::{Picture, Raster};

pub(super) fn header(kind: Kind, bytes: &[u8], context: &Context<'_>) -> Result<Header, TaskError> {
    let input = Watched::new(bytes, context);
    match kind {
        Kind::Ico => header_of(kind, ico(input, context)?, context),
        _ => header_of(kind, bmp(input, context)?, context),
    }
}

pub(super) fn decode(header: &Header, bytes: &[u8], context: &Context<'_>) -> Result<Decoded, TaskError> {
    let input = Watched::new(bytes, context);
    let picture = match header.kind {
        Kind::Ico => pixels_of(Kind::Ico, ico(input, context)?, context)?,
        kind => pixels_of(kind, bmp(input, context)?, context)?,
    };
    Ok(Decoded { frames: vec![picture] })
}

fn bmp<R: BufRead + Seek>(input: R, context: &Context<'_>) -> Result<BmpDecoder<R>, TaskError> {
    BmpDecoder::new(input).map_err(|error| failed(Kind::Bmp, &error, context))
}

fn ico<R: BufRead + Seek>(input: R, context: &Context<'_>) -> Result<IcoDecoder<R>, TaskError> {
    IcoDecoder::new(input).map_err(|error| failed(Kind::Ico, &error, context))
}

/// Channels, and whether a sample has 16 bits.
fn layout_of(kind: Kind, color: ColorType, context: &Context<'_>) -> Result<(usize, bool), TaskError> {
    Ok(match color {
        ColorType::L8 => (1, false),
        ColorType::La8 => (2, false),
        ColorType::Rgb8 => (3, false),
        ColorType::Rgba8 => (4, false),
        ColorType::L16 => (1, true),
        ColorType::La16 => (2, true),
        ColorType::Rgb16 => (3, true),
        ColorType::Rgba16 => (4, true),
        _ => {
            let cause = format!("pixels of the type {color:?} are not read here");
            return Err(invalid(kind, Code::ImageUnsupported, &cause, context));
        }
    })
}

/// The header of a still image.
pub(super) fn header_of(
    kind: Kind,
    mut decoder: impl ImageDecoder,
    context: &Context<'_>,
) -> Result<Header, TaskError> {
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return Err(invalid(kind, Code::ImageInvalid, &"its header says that it has no pixels", context));
    }
    let (channels, wide) = layout_of(kind, decoder.color_type(), context)?;
    // What is broken beside the picture is no reason to refuse it.
    let exif = decoder.exif_metadata().ok().flatten().map(|exif| {
        // Some writers put JPEG's prefix before it.
        exif.strip_prefix(b"Exif\0\0").map(<[u8]>::to_vec).unwrap_or(exif)
    });
    Ok(Header {
        kind,
        width,
        height,
        channels,
        has_alpha: channels.is_multiple_of(2),
        depth: if wide { 16 } else { 8 },
        space: if channels < 3 { Space::Grey } else { Space::Rgb },
        orientation: exif.as_deref().map_or(1, orientation_of),
        pages: 1,
        delays: Vec::new(),
        loops: None,
        density: exif.as_deref().and_then(density_of),
        chroma_subsampling: None,
        progressive: false,
        palette_bits: None,
        compression: None,
        coded_bits: None,
        icc: decoder.icc_profile().ok().flatten(),
        xmp: decoder.xmp_metadata().ok().flatten(),
        exif,
    })
}

/// The pixels of a still image.
pub(super) fn pixels_of(kind: Kind, decoder: impl ImageDecoder, context: &Context<'_>) -> Result<Picture, TaskError> {
    let (width, height) = decoder.dimensions();
    let (channels, wide) = layout_of(kind, decoder.color_type(), context)?;
    let broken = |error| failed(kind, &error, context);
    let picture = if wide {
        let mut raster = Raster::<u16>::new(width, height, channels)?;
        decoder.read_image(bytes_of_mut(&mut raster.data)).map_err(broken)?;
        Picture::Sixteen(raster)
    } else {
        let mut raster = Raster::<u8>::new(width, height, channels)?;
        decoder.read_image(&mut raster.data).map_err(broken)?;
        Picture::Eight(raster)
    };
    context.check()?;
    Ok(picture)
}

/// A decoder's complaint.
pub(super) fn failed(kind: Kind, error: &ImageError, context: &Context<'_>) -> TaskError {
    let code = match error {
        ImageError::Limits(_) => Code::ImageTooLarge,
        ImageError::Unsupported(_) => Code::ImageUnsupported,
        _ => Code::ImageInvalid,
    };
    invalid(kind, code, error, context)
}
