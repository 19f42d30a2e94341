//! The options of `image.process` as the caller writes them, in the words of sharp.

mod adjust;
mod avif;
mod color;
mod geometry;
mod layer;
mod number;
mod output;
mod ranges;
mod source;

use schemars::JsonSchema;
use serde::Deserialize;

pub(super) use self::adjust::{Blur, Gamma, Linear, Median, Modulate, Negate, Normalise, Sharpen, Threshold};
#[cfg(feature = "avif")]
pub(super) use self::avif::Avif;
pub(super) use self::avif::BitDepth;
pub(super) use self::color::Color;
pub(super) use self::geometry::{Extend, ExtendWith, Fit, Focus, Kernel, Position, Region, Resize, Rotate, Trim};
pub(super) use self::layer::{Blend, Layer};
#[cfg(test)]
pub(super) use self::number::Integer;
pub(super) use self::number::PixelLimit;
use self::number::{Fraction, Pages};
pub(super) use self::output::{
    Delay, Gif, Jpeg, Output, Png, Predictor, Raw, RawDepth, Subsampling, Tiff, TiffCompression, Webp,
};
pub(super) use self::source::{Create, RawPixels, Source};
use crate::tasks::file::FilePath;

/// All that is asked of one picture. What is done is done in sharp's order, whatever the order here: see `pipeline.rs`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::tasks) struct Request {
    /// The image: a path, a `file:` URL, the bytes, `{ raw }` pixels, or `{ create }` for a picture of one colour.
    pub(super) source: Source,
    /// The most pixels that the source and the result may have, 268402689 (0x3FFF squared) unless given.
    #[serde(default)]
    pub(super) limit_input_pixels: PixelLimit,
    /// How bad a damage must be to be an error: `warning` unless given.
    #[serde(default)]
    pub(super) fail_on: FailOn,
    /// The first page or frame that is read, from 0.
    #[serde(default)]
    pub(super) page: u32,
    /// How many pages or frames are read: 1 unless given, -1 for all.
    #[serde(default)]
    pub(super) pages: Pages,
    /// The picture is turned as its EXIF orientation says, unless this is false.
    #[serde(default = "yes")]
    pub(super) auto_orient: bool,
    /// The colour profile is ignored: the samples are taken to be sRGB.
    #[serde(default)]
    pub(super) ignore_icc: bool,

    /// Turned clockwise before all else.
    pub(super) rotate_before: Option<Rotate>,
    /// What looks like the background is cut off on all sides.
    pub(super) trim: Option<Trim>,
    /// A part of the source, in pixels of the picture as it is seen.
    pub(super) extract_before: Option<Region>,
    pub(super) resize: Option<Resize>,
    /// Upside down.
    #[serde(default)]
    pub(super) flip: bool,
    /// Left and right change places.
    #[serde(default)]
    pub(super) flop: bool,
    /// Turned clockwise after the resizing.
    pub(super) rotate: Option<Rotate>,
    /// A part of the resized picture.
    pub(super) extract: Option<Region>,
    pub(super) extend: Option<Extend>,
    /// Transparent pixels are merged with this colour, and the alpha channel goes.
    pub(super) flatten: Option<Color>,
    pub(super) gamma: Option<Gamma>,
    #[serde(default)]
    pub(super) greyscale: bool,
    pub(super) median: Option<Median>,
    pub(super) threshold: Option<Threshold>,
    pub(super) blur: Option<Blur>,
    pub(super) sharpen: Option<Sharpen>,
    #[serde(default)]
    pub(super) composite: Vec<Layer>,
    pub(super) normalise: Option<Normalise>,
    pub(super) linear: Option<Linear>,
    pub(super) modulate: Option<Modulate>,
    /// A colour whose chroma replaces the picture's own.
    pub(super) tint: Option<Color>,
    pub(super) negate: Option<Negate>,
    #[serde(default)]
    pub(super) remove_alpha: bool,
    /// An alpha channel of this value, 0 to 1, unless there is one.
    pub(super) ensure_alpha: Option<Fraction>,

    /// The format of the result and its options, as `{ webp: { quality: 80 } }`. By default that of the name of `file`,
    /// else that of the source where it can be written, else PNG.
    pub(super) output: Option<Output>,
    /// EXIF (the orientation set right), XMP and the resolution go into the result.
    #[serde(default)]
    pub(super) keep_metadata: bool,
    /// The source's colour profile goes into the result, whose colours stay in it.
    #[serde(default)]
    pub(super) keep_icc: bool,
    /// Where the result is written, whole or not at all. Without it the result is a Buffer.
    pub(super) file: Option<FilePath>,
}

fn yes() -> bool {
    true
}

#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, PartialOrd)]
#[serde(rename_all = "lowercase")]
pub(super) enum FailOn {
    /// Whatever can be decoded is decoded.
    None,
    /// The data ends too early.
    Truncated,
    /// The data is broken.
    Error,
    /// The data breaks the rules of its format anywhere.
    #[default]
    Warning,
}
