//! Where the border of one colour ends.

use crate::engine::{Context, TaskError};
use crate::tasks::image::raster::Picture;
use crate::tasks::image::request::Trim;

/// Left, top, width and height of what is not border; all of the image when everything is.
pub(in crate::tasks::image) fn bounds(_picture: &Picture, _trim: &Trim, _context: &Context<'_>) -> Result<(u32, u32, u32, u32), TaskError> {
    unimplemented!("trim")
}

