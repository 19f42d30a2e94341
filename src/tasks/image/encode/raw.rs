//! Pixels as they are: rows without padding.

use super::Image;
use crate::engine::{Context, TaskError};
use crate::tasks::image::memory::bytes_of;
use crate::tasks::image::request;

pub(super) fn encode(
    image: Image,
    options: &request::Raw,
    context: &Context<'_>,
    _progress: &dyn Fn(u64),
) -> Result<Vec<u8>, TaskError> {
    let picture = image.frames.into_iter().next().expect("an image has a frame");
    match options.depth {
        request::RawDepth::Uchar => picture.narrowed(context).map(|raster| raster.data.to_vec()),
        request::RawDepth::Ushort => picture.widened(context).map(|raster| bytes_of(&raster.data).to_vec()),
    }
}
