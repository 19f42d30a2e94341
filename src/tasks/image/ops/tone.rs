//! Colours and brightness, pixel by pixel.

use crate::engine::{Context, TaskError};
use crate::tasks::image::raster::Picture;
use crate::tasks::image::request::{Color, Linear, Modulate, Negate, Normalise, Threshold};

/// Every colour sample to the power of `exponent`, where 1 is the largest sample.
pub(in crate::tasks::image) fn powered(_picture: Picture, _exponent: f64, _context: &Context<'_>) -> Result<Picture, TaskError> {
    unimplemented!("tone")
}

/// One channel of brightness, and alpha if there is any.
pub(in crate::tasks::image) fn greyscale(_picture: Picture, _context: &Context<'_>) -> Result<Picture, TaskError> {
    unimplemented!("tone")
}

/// Black where the sample is below the threshold, white elsewhere.
pub(in crate::tasks::image) fn threshold(_picture: Picture, _threshold: &Threshold, _context: &Context<'_>) -> Result<Picture, TaskError> {
    unimplemented!("tone")
}

/// Stretches the brightness so that the percentiles become black and white.
pub(in crate::tasks::image) fn normalised(_picture: Picture, _normalise: &Normalise, _context: &Context<'_>) -> Result<Picture, TaskError> {
    unimplemented!("tone")
}

/// `a * sample + b`.
pub(in crate::tasks::image) fn linear(_picture: Picture, _linear: &Linear, _context: &Context<'_>) -> Result<Picture, TaskError> {
    unimplemented!("tone")
}

/// Brightness, saturation, hue and lightness, in LCh.
pub(in crate::tasks::image) fn modulated(_picture: Picture, _modulate: &Modulate, _context: &Context<'_>) -> Result<Picture, TaskError> {
    unimplemented!("tone")
}

/// The chroma of one colour over the brightness of the image.
pub(in crate::tasks::image) fn tinted(_picture: Picture, _tint: Color, _context: &Context<'_>) -> Result<Picture, TaskError> {
    unimplemented!("tone")
}

/// The negative.
pub(in crate::tasks::image) fn negated(_picture: Picture, _negate: &Negate, _context: &Context<'_>) -> Result<Picture, TaskError> {
    unimplemented!("tone")
}

