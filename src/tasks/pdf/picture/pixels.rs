//! Pictures of every other format: decoded to pixels, which are filtered and deflated as PNG does it.

use std::io::Write;

use png::{BitDepth, ColorType, Compression, Encoder, Filter};

use super::png::{Chunks, failed};
use super::{Coded, Coding, Colors, Image};
use crate::engine::{Context, TaskError};
use crate::tasks::image::still::{Still, still};

/// Bytes that are deflated between two looks at whether the task goes on: a few milliseconds.
const BAND: usize = 64 << 10;

pub(super) fn decoded(bytes: &[u8], limit: u64, context: &Context<'_>) -> Result<Image, TaskError> {
    let picture = still(bytes, limit, context)?;
    let (width, height) = (picture.width, picture.height);
    let (colors, alpha) = split(&picture);
    let color = if picture.channels < 3 { Colors::Grey } else { Colors::Rgb };
    let coded = coded(&colors, width, height, color.samples(), context)?;
    let alpha = alpha.map(|alpha| self::coded(&alpha, width, height, 1, context)).transpose()?;
    let orientation = picture.orientation;
    Ok(Image { width, height, orientation, colors: color, coded, transparent: None, alpha })
}

/// The colours, and the alpha where there is one that hides something.
fn split(picture: &Still) -> (std::borrow::Cow<'_, [u8]>, Option<Vec<u8>>) {
    let channels = picture.channels;
    if !channels.is_multiple_of(2) {
        return (picture.samples.as_slice().into(), None);
    }
    let mut colors = Vec::with_capacity(picture.samples.len() / channels * (channels - 1));
    let mut alpha = Vec::with_capacity(picture.samples.len() / channels);
    for pixel in picture.samples.chunks_exact(channels) {
        colors.extend_from_slice(&pixel[..channels - 1]);
        alpha.push(pixel[channels - 1]);
    }
    let hides = alpha.iter().any(|alpha| *alpha < 255);
    (colors.into(), hides.then_some(alpha))
}

fn coded(samples: &[u8], width: u32, height: u32, channels: u8, context: &Context<'_>) -> Result<Coded, TaskError> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, width, height);
    encoder.set_color(if channels == 1 { ColorType::Grayscale } else { ColorType::Rgb });
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Balanced);
    encoder.set_filter(Filter::Adaptive);
    let mut writer = encoder.write_header().map_err(|error| failed(&error))?;
    let mut rows = writer.stream_writer().map_err(|error| failed(&error))?;
    for band in samples.chunks(BAND) {
        context.check()?;
        rows.write_all(band).map_err(|error| failed(&error))?;
    }
    rows.finish().and_then(|()| writer.finish()).map_err(|error| failed(&error))?;
    let data = Chunks::rows_of(&file).ok_or_else(|| failed(&"the rows are missing"))?;
    Ok(Coded { data, bits: 8, coding: Coding::Rows })
}
