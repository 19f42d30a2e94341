//! The pictures of `composite`: read before the picture itself, so that the memory for all of them is taken at once.
//!
//! Runs on: the thread of the task.

use std::borrow::Cow;

use super::decode::{self, Ask, Header};
use super::ops::geometry;
use super::raster::Picture;
use super::request::{FailOn, Layer, Request, Source};
use super::turn::Turn;
use super::{colour, limits, source};
use crate::engine::{Context, TaskError};

const ASK: Ask = Ask { shrink: 1, page: 0, pages: 1, fail_on: FailOn::Warning };

/// The layers of a request, of which the headers are known and within the limits.
pub(super) struct Layers<'a>(Vec<Pending<'a>>);

enum Pending<'a> {
    Pixels(&'a Source),
    File { bytes: Cow<'a, [u8]>, header: Box<Header>, layer: &'a Layer },
}

impl<'a> Layers<'a> {
    pub(super) fn read(request: &'a Request, context: &Context<'_>) -> Result<Self, TaskError> {
        let read = |layer: &'a Layer| {
            if let Source::Raw(_) | Source::Create(_) = &layer.input {
                limits::check_source(source::size_of_pixels(&layer.input), 1, request.limit_input_pixels)?;
                return Ok(Pending::Pixels(&layer.input));
            }
            let bytes = source::read(&layer.input, context)?;
            let header = Box::new(decode::header(&bytes, ASK.page, context)?);
            limits::check_source((header.width, header.height), 1, request.limit_input_pixels)?;
            Ok(Pending::File { bytes, header, layer })
        };
        request.composite.iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// The bytes that all of them take once they are decoded.
    pub(super) fn bytes(&self) -> u64 {
        let of = |layer: &Pending<'_>| match layer {
            Pending::Pixels(source) => source::bytes_of_pixels(source),
            Pending::File { header, .. } => limits::bytes_of_source(header, &ASK),
        };
        self.0.iter().map(of).sum()
    }

    /// The pictures, in sRGB and upright if that is asked for.
    pub(super) fn decode(self, context: &Context<'_>) -> Result<Vec<Picture>, TaskError> {
        self.0.into_iter().map(|layer| layer.decode(context)).collect()
    }
}

impl Pending<'_> {
    fn decode(self, context: &Context<'_>) -> Result<Picture, TaskError> {
        let (bytes, header, layer) = match self {
            Self::Pixels(source) => return source::pixels(source, context),
            Self::File { bytes, header, layer } => (bytes, header, layer),
        };
        let mut decoded = decode::decode(&header, &bytes, &ASK, context)?;
        let picture = colour::to_srgb(decoded.frames.remove(0), &header, false, context)?;
        if layer.auto_orient {
            return geometry::oriented(picture, Turn::of_exif(header.orientation), context);
        }
        Ok(picture)
    }
}
