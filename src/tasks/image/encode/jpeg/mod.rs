//! JPEG: by mozjpeg where the addon has it (`turbo`), else by jpeg-encoder (`rust`).

#[cfg(feature = "turbo")]
mod counting;
#[cfg(not(feature = "turbo"))]
mod rust;
#[cfg(feature = "turbo")]
mod turbo;

#[cfg(not(feature = "turbo"))]
use self::rust as codec;
#[cfg(feature = "turbo")]
use self::turbo as codec;
use super::{Extras, Image};
use crate::engine::{Code, Context, TaskError};
use crate::tasks::image::planes::Planes;
use crate::tasks::image::request;

/// The most bytes of a segment's payload.
const SEGMENT: usize = 65533;

/// Encodes a picture of one channel or three.
pub(super) fn encode(
    image: Image,
    options: &request::Jpeg,
    context: &Context<'_>,
    progress: &dyn Fn(u64),
) -> Result<Vec<u8>, TaskError> {
    let Image { frames, extras, .. } = image;
    let picture = frames.into_iter().next().expect("an image has a frame").narrowed(context)?;
    if !matches!(picture.channels, 1 | 3) {
        let message = format!("A JPEG cannot have {} channels", picture.channels);
        return Err(TaskError::new(Code::TaskFailed, message));
    }
    codec::encode(&picture, options, &extras, context, progress)
}

/// Encodes planes whose chroma has half the size of the brightness, rounded up: 4:2:0.
pub(in crate::tasks::image) fn encode_planes(
    planes: &Planes,
    options: &request::Jpeg,
    extras: &Extras,
    context: &Context<'_>,
    progress: &dyn Fn(u64),
) -> Result<Vec<u8>, TaskError> {
    codec::encode_planes(planes, options, extras, context, progress)
}

/// The payloads of the segments that go before the picture, each with the number of its APPn marker.
fn segments(extras: &Extras) -> Vec<(u8, Vec<u8>)> {
    let mut segments = Vec::new();
    let mut push = |marker: u8, name: &[u8], data: &[u8]| {
        // What does not fit into a segment has no place in a JPEG.
        if name.len() + data.len() <= SEGMENT {
            segments.push((marker, [name, data].concat()));
        }
    };
    if let Some(exif) = &extras.exif {
        push(1, b"Exif\0\0", exif);
    }
    if let Some(xmp) = &extras.xmp {
        push(1, b"http://ns.adobe.com/xap/1.0/\0", xmp);
    }
    if let Some(icc) = &extras.icc {
        let name = b"ICC_PROFILE\0";
        let pieces = icc.chunks(SEGMENT - name.len() - 2);
        let count = pieces.len();
        if count <= 255 {
            for (i, piece) in pieces.enumerate() {
                push(2, name, &[&[i as u8 + 1, count as u8], piece].concat());
            }
        }
    }
    segments
}
