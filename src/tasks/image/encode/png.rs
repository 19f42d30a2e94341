//! PNG by the crate `png`, a few rows at a time.

use std::borrow::Cow;
use std::io::Write;

use png::{BitDepth, ColorType, DeflateCompression, Encoder, EncodingError, Filter, Info, PixelDimensions, Unit};

use super::palette::{Alpha, Palette};
use super::{Extras, Image};
use crate::engine::{Code, Context, TaskError};
use crate::tasks::image::ops::alpha;
use crate::tasks::image::raster::{Picture, Raster, Sample, each};
use crate::tasks::image::request;

/// Bytes of pixels that are compressed between two looks at the cancel token: a few milliseconds.
const PIECE: usize = 32 * 1024;

/// Inches in a metre.
const PER_METRE: f64 = 1.0 / 0.0254;

pub(super) fn encode(
    image: Image,
    options: &request::Png,
    context: &Context<'_>,
    progress: &dyn Fn(u64),
) -> Result<Vec<u8>, TaskError> {
    let Image { mut frames, extras, .. } = image;
    let picture = frames.remove(0);
    if options.palette {
        return with_palette(picture, options, &extras, context, progress);
    }
    each!(&picture, raster => {
        let info = info(raster, &extras);
        write(info, &raster.data, options, &extras, context, progress)
    })
}

/// Indices of a palette, in as few bits as they need.
fn with_palette(
    picture: Picture,
    options: &request::Png,
    extras: &Extras,
    context: &Context<'_>,
    progress: &dyn Fn(u64),
) -> Result<Vec<u8>, TaskError> {
    let raster = alpha::colored(picture, context)?.narrowed(context)?;
    let frames = [raster];
    let mut palette = Palette::of(&frames, options.colours.0 as usize, Alpha::Full, false, context)?;
    let indices = palette.indices(&frames[0], options.dither.0 as f32, context)?;
    let bits = match palette.colors.len() {
        0..=2 => BitDepth::One,
        3..=4 => BitDepth::Two,
        5..=16 => BitDepth::Four,
        _ => BitDepth::Eight,
    };
    let width = frames[0].width as usize;
    let packed: Vec<u8> = indices.chunks_exact(width).flat_map(|row| packed(row, bits as usize)).collect();
    let mut info = info(&frames[0], extras);
    (info.color_type, info.bit_depth) = (ColorType::Indexed, bits);
    if frames[0].has_alpha() {
        info.trns = Some(palette.colors.iter().map(|color| color[3]).collect());
    }
    info.palette = Some(palette.colors.iter().flat_map(|[r, g, b, _]| [*r, *g, *b]).collect());
    write(info, &packed, options, extras, context, progress)
}

/// A row of indices, the first in the highest bits.
fn packed(row: &[u8], bits: usize) -> impl Iterator<Item = u8> {
    let join = move |byte: u8, (i, index): (usize, &u8)| byte | index << (8 - bits * (i + 1));
    row.chunks(8 / bits).map(move |indices| indices.iter().enumerate().fold(0, join))
}

fn write<T: BigEndian>(
    info: Info<'_>,
    samples: &[T],
    options: &request::Png,
    extras: &Extras,
    context: &Context<'_>,
    progress: &dyn Fn(u64),
) -> Result<Vec<u8>, TaskError> {
    let failed = |error: EncodingError| {
        let fault = || TaskError::new(Code::TaskFailed, format!("Cannot encode the PNG: {error}"));
        context.check().err().unwrap_or_else(fault)
    };
    let mut bytes = Vec::new();
    let mut encoder = Encoder::with_info(&mut bytes, info).map_err(failed)?;
    encoder.set_deflate_compression(match options.compression_level.0 {
        0 => DeflateCompression::NoCompression,
        level => DeflateCompression::Level(level as u8),
    });
    encoder.set_filter(if options.adaptive_filtering { Filter::Adaptive } else { Filter::NoFilter });
    if let Some(xmp) = extras.xmp.as_deref().and_then(|xmp| std::str::from_utf8(xmp).ok()) {
        encoder.add_itxt_chunk("XML:com.adobe.xmp".to_owned(), xmp.to_owned()).map_err(failed)?;
    }
    let mut header = encoder.write_header().map_err(failed)?;
    let mut writer = header.stream_writer().map_err(failed)?;
    let len = samples.len();
    for (number, piece) in samples.chunks(PIECE).enumerate() {
        context.check()?;
        progress((number * PIECE * 100 / len) as u64);
        writer.write_all(&T::big_endian(piece)).map_err(|error| failed(error.into()))?;
    }
    writer.finish().map_err(failed)?;
    header.finish().map_err(failed)?;
    Ok(bytes)
}

fn info<'a, T: BigEndian>(raster: &Raster<T>, extras: &'a Extras) -> Info<'a> {
    let mut info = Info::with_size(raster.width, raster.height);
    info.bit_depth = if T::BITS == 16 { BitDepth::Sixteen } else { BitDepth::Eight };
    info.color_type = match raster.channels {
        1 => ColorType::Grayscale,
        2 => ColorType::GrayscaleAlpha,
        3 => ColorType::Rgb,
        _ => ColorType::Rgba,
    };
    info.icc_profile = extras.icc.as_deref().map(Cow::Borrowed);
    info.exif_metadata = extras.exif.as_deref().map(Cow::Borrowed);
    info.pixel_dims = extras.density.map(|density| {
        let per_metre = (density * PER_METRE).round() as u32;
        PixelDimensions { xppu: per_metre, yppu: per_metre, unit: Unit::Meter }
    });
    info
}

/// Samples as PNG has them: the high byte first.
trait BigEndian: Sample {
    fn big_endian(samples: &[Self]) -> Cow<'_, [u8]>;
}

impl BigEndian for u8 {
    fn big_endian(samples: &[Self]) -> Cow<'_, [u8]> {
        Cow::Borrowed(samples)
    }
}

impl BigEndian for u16 {
    fn big_endian(samples: &[Self]) -> Cow<'_, [u8]> {
        Cow::Owned(samples.iter().flat_map(|sample| sample.to_be_bytes()).collect())
    }
}
