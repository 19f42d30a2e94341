use super::Image;
use crate::engine::{Context, TaskError};
use crate::tasks::image::request;

pub(super) fn encode(
    _image: Image,
    _options: &request::Tiff,
    _context: &Context<'_>,
    _progress: &dyn Fn(u64),
) -> Result<Vec<u8>, TaskError> {
    unimplemented!("tiff")
}
