//! One picture laid over another.

use crate::engine::{Context, TaskError};
use crate::tasks::image::raster::Picture;
use crate::tasks::image::request::Layer;

/// The picture with the layer on it. `over` is the decoded layer, in sRGB and upright.
pub(in crate::tasks::image) fn composed(_picture: Picture, _over: &Picture, _layer: &Layer, _context: &Context<'_>) -> Result<Picture, TaskError> {
    unimplemented!("composite")
}

