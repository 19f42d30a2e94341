//! Alpha channels: added, taken away, multiplied in.

use crate::engine::{Context, TaskError};
use crate::tasks::image::raster::Picture;
use crate::tasks::image::request::Color;

/// The image with an alpha channel: its own, else one of this value, 0 to 1.
pub(in crate::tasks::image) fn ensured(_picture: Picture, _value: f64, _context: &Context<'_>) -> Result<Picture, TaskError> {
    unimplemented!("alpha")
}

/// The image without its alpha channel.
pub(in crate::tasks::image) fn removed(_picture: Picture, _context: &Context<'_>) -> Result<Picture, TaskError> {
    unimplemented!("alpha")
}

/// The image on a background, without alpha. The background is taken as opaque.
pub(in crate::tasks::image) fn flattened(_picture: Picture, _background: Color, _context: &Context<'_>) -> Result<Picture, TaskError> {
    unimplemented!("alpha")
}

/// Grey becomes RGB; alpha stays.
pub(in crate::tasks::image) fn colored(_picture: Picture, _context: &Context<'_>) -> Result<Picture, TaskError> {
    unimplemented!("alpha")
}

/// The image whose colours were multiplied by their alpha, without that.
pub(in crate::tasks::image) fn unpremultiplied(_picture: Picture, _context: &Context<'_>) -> Result<Picture, TaskError> {
    unimplemented!("alpha")
}
