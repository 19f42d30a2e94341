//! What looks at the pixels around a pixel.

use crate::engine::{Context, TaskError};
use crate::tasks::image::raster::Picture;
use crate::tasks::image::request::{Blur, Sharpen};

/// The median of a square of this side.
pub(in crate::tasks::image) fn median(_picture: Picture, _side: u32, _context: &Context<'_>) -> Result<Picture, TaskError> {
    unimplemented!("filter")
}

/// 
pub(in crate::tasks::image) fn blurred(_picture: Picture, _blur: &Blur, _context: &Context<'_>) -> Result<Picture, TaskError> {
    unimplemented!("filter")
}

/// 
pub(in crate::tasks::image) fn sharpened(_picture: Picture, _sharpen: &Sharpen, _context: &Context<'_>) -> Result<Picture, TaskError> {
    unimplemented!("filter")
}

