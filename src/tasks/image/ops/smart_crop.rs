//! Which part of an image matters: the `entropy` and `attention` positions of `cover`.

use crate::engine::{Context, TaskError};
use crate::tasks::image::raster::Picture;
use crate::tasks::image::request::Position;

/// Left and top of the part of this size that is to be kept.
pub(in crate::tasks::image) fn corner(_picture: &Picture, _size: (u32, u32), _position: Position, _context: &Context<'_>) -> Result<(u32, u32), TaskError> {
    unimplemented!("smart_crop")
}

