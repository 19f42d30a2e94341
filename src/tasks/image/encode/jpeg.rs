use super::Image;
use crate::engine::{Context, TaskError};
use crate::tasks::image::request;

pub(super) fn encode(
    _image: Image,
    _options: &request::Jpeg,
    _context: &Context<'_>,
    _progress: &dyn Fn(u64),
) -> Result<Vec<u8>, TaskError> {
    unimplemented!("jpeg")
}

/// The planes as they are.
pub(in crate::tasks::image) fn encode_planes(
    _planes: &crate::tasks::image::planes::Planes,
    _options: &request::Jpeg,
    _extras: &super::Extras,
    _context: &Context<'_>,
    _progress: &dyn Fn(u64),
) -> Result<Vec<u8>, TaskError> {
    unimplemented!("jpeg")
}
