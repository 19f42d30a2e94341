//! PNG encoding, rows at a time.

use std::io::Write;

use png::{BitDepth, ColorType, Compression, EncodingError};

use super::pixels::Pixels;
use crate::engine::{Code, Context, TaskError};

/// Bytes of pixels that are compressed between two looks at the cancel token: a few milliseconds.
const PIECE: usize = 32 * 1024;

pub(super) fn encode(pixels: &Pixels, context: &Context<'_>) -> Result<Vec<u8>, TaskError> {
    let mut bytes = Vec::new();
    write(pixels, &mut bytes, context)?
        .map_err(|error: EncodingError| TaskError::new(Code::TaskFailed, format!("Cannot encode the PNG: {error}")))?;
    Ok(bytes)
}

/// `Err` when the task was cancelled.
fn write(pixels: &Pixels, bytes: &mut Vec<u8>, context: &Context<'_>) -> Result<Result<(), EncodingError>, TaskError> {
    let mut encoder = png::Encoder::new(bytes, pixels.width, pixels.height);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_color(match pixels.channels {
        1 => ColorType::Grayscale,
        2 => ColorType::GrayscaleAlpha,
        3 => ColorType::Rgb,
        _ => ColorType::Rgba,
    });
    encoder.set_compression(Compression::Balanced);
    let mut header = match encoder.write_header() {
        Ok(header) => header,
        Err(error) => return Ok(Err(error)),
    };
    let mut writer = match header.stream_writer() {
        Ok(writer) => writer,
        Err(error) => return Ok(Err(error)),
    };
    for piece in pixels.data.chunks(PIECE) {
        context.check()?;
        if let Err(error) = writer.write_all(piece) {
            return Ok(Err(error.into()));
        }
    }
    Ok(writer.finish())
}
