//! From pixels to bytes: an encoder for each format.
//!
//! Runs on: the thread of the task. Every encoder looks at the cancel token often enough to stop within 20 ms.

#[cfg(feature = "avif")]
mod avif;
mod gif;
pub(super) mod jpeg;
mod palette;
mod png;
mod raw;
mod tiff;
mod watched;
pub(super) mod webp;

use super::raster::Picture;
use super::request::{BitDepth, Output, TiffCompression};
#[cfg(not(feature = "avif"))]
use crate::engine::Code;
use crate::engine::{Context, TaskError};

/// What is to be encoded.
#[derive(Debug)]
pub(super) struct Image {
    /// At least one, all of one size, depth and number of channels. More than one only for formats that have pages.
    pub(super) frames: Vec<Picture>,
    /// Milliseconds for each frame; empty for a still.
    pub(super) delays: Vec<u32>,
    /// How often an animation is shown, 0 for ever.
    pub(super) loops: u32,
    pub(super) extras: Extras,
}

/// What a file says beside its pixels. Formats write what they have a place for.
#[derive(Clone, Debug, Default)]
pub(super) struct Extras {
    pub(super) icc: Option<Vec<u8>>,
    /// The TIFF structure, without the `Exif\0\0` before it. Its orientation is already right.
    pub(super) exif: Option<Vec<u8>>,
    pub(super) xmp: Option<Vec<u8>>,
    /// Pixels per inch.
    pub(super) density: Option<f64>,
}

/// Encodes the image. `progress` is told the percentage that is done, as far as the encoder knows it.
pub(super) fn encode(
    image: Image,
    output: &Output,
    context: &Context<'_>,
    progress: &dyn Fn(u64),
) -> Result<Vec<u8>, TaskError> {
    match output {
        Output::Jpeg(options) => jpeg::encode(image, options, context, progress),
        Output::Png(options) => png::encode(image, options, context, progress),
        Output::Webp(options) => webp::encode(image, options, context, progress),
        Output::Gif(options) => gif::encode(image, options, context, progress),
        Output::Tiff(options) => tiff::encode(image, options, context, progress),
        #[cfg(feature = "avif")]
        Output::Avif(options) => avif::encode(image, options, context, progress),
        #[cfg(not(feature = "avif"))]
        Output::Avif(_) => check_built(output).map(|()| Vec::new()),
        Output::Raw(options) => raw::encode(image, options, context, progress),
    }
}

/// Fails for a format that this build does not write.
#[cfg(not(feature = "avif"))]
pub(super) fn check_built(output: &Output) -> Result<(), TaskError> {
    if !matches!(output, Output::Avif(_)) {
        return Ok(());
    }
    let message = "This build of offloop cannot write AVIF: it was built without the feature `avif`";
    Err(TaskError::new(Code::ImageUnsupported, message))
}

/// Fails for a format that this build does not write: there is none.
#[cfg(feature = "avif")]
pub(super) fn check_built(_: &Output) -> Result<(), TaskError> {
    Ok(())
}

/// The bytes that an encoder takes for each pixel, where they are many.
pub(super) fn bytes_of_pixel(output: &Output) -> u64 {
    match output {
        // Measured: 22 for 8 bits in full colours.
        Output::Avif(avif) if avif.bitdepth == BitDepth::Eight => 24,
        Output::Avif(_) => 48,
        _ => 0,
    }
}

/// The longest side that a format can have.
pub(super) fn max_side(output: &Output) -> u32 {
    match output {
        Output::Jpeg(_) | Output::Gif(_) | Output::Avif(_) => 65535,
        Output::Tiff(tiff) if tiff.compression == TiffCompression::Jpeg => 65535,
        Output::Webp(_) => webp::MAX_SIDE,
        Output::Png(_) | Output::Tiff(_) | Output::Raw(_) => u32::MAX,
    }
}
