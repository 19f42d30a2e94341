use super::Image;
use crate::engine::{Context, TaskError};
use crate::tasks::image::request;

/// The longest side of a WebP.
pub(in crate::tasks::image) const MAX_SIDE: u32 = 16383;

pub(super) fn encode(
    _image: Image,
    _options: &request::Webp,
    _context: &Context<'_>,
    _progress: &dyn Fn(u64),
) -> Result<Vec<u8>, TaskError> {
    unimplemented!("webp")
}

/// The planes as they are.
pub(in crate::tasks::image) fn encode_planes(
    _planes: &crate::tasks::image::planes::Planes,
    _options: &request::Webp,
    _extras: &super::Extras,
    _context: &Context<'_>,
    _progress: &dyn Fn(u64),
) -> Result<Vec<u8>, TaskError> {
    unimplemented!("webp")
}
