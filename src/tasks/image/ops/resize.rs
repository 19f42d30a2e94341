//! Resizing: box reduction for large factors, then a convolution.

use crate::engine::{Context, TaskError};
use crate::tasks::image::raster::{Picture, Raster};
use crate::tasks::image::request::Kernel;
use crate::tasks::image::turn::Rectangle;

/// The shown part of the picture in this size. Colours are weighted by their alpha.
pub(in crate::tasks::image) fn resized(
    _picture: Picture,
    _shown: Rectangle,
    _size: (u32, u32),
    _kernel: Kernel,
    _context: &Context<'_>,
) -> Result<Picture, TaskError> {
    unimplemented!("resize")
}

/// The same for one plane of a photo, or any image whose channels stand for themselves.
pub(in crate::tasks::image) fn resized_plane(
    _plane: &Raster<u8>,
    _shown: Rectangle,
    _size: (u32, u32),
    _kernel: Kernel,
    _context: &Context<'_>,
) -> Result<Raster<u8>, TaskError> {
    unimplemented!("resize")
}
