//! Parts, borders, turns and mirrors.

use crate::engine::{Context, TaskError};
use crate::tasks::image::raster::Picture;
use crate::tasks::image::request::{Color, Extend, Position, Rotate};

/// A part of the image, which lies inside.
pub(in crate::tasks::image) fn extracted(_picture: Picture, _left: u32, _top: u32, _size: (u32, u32), _context: &Context<'_>) -> Result<Picture, TaskError> {
    unimplemented!("geometry")
}

/// The image with a border.
pub(in crate::tasks::image) fn extended(_picture: Picture, _extend: &Extend, _context: &Context<'_>) -> Result<Picture, TaskError> {
    unimplemented!("geometry")
}

/// The image on a canvas of one colour, which is at least as large, at the place that `position` names.
pub(in crate::tasks::image) fn embedded(_picture: Picture, _canvas: (u32, u32), _position: Position, _background: Color, _context: &Context<'_>) -> Result<Picture, TaskError> {
    unimplemented!("geometry")
}

/// The image as a viewer that heeds this EXIF orientation, 1 to 8, shows it.
pub(in crate::tasks::image) fn oriented(_picture: Picture, _orientation: u8, _context: &Context<'_>) -> Result<Picture, TaskError> {
    unimplemented!("geometry")
}

/// The image turned clockwise by any angle.
pub(in crate::tasks::image) fn rotated(_picture: Picture, _rotate: &Rotate, _context: &Context<'_>) -> Result<Picture, TaskError> {
    unimplemented!("geometry")
}

