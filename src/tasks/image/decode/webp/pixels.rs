//! One picture by libwebp's decoder of bytes that come bit by bit.

use std::ptr::NonNull;

use libwebp_sys::{VP8StatusCode, WEBP_CSP_MODE, WebPGetInfo, WebPIDecoder, WebPIDelete, WebPINewRGB, WebPIUpdate};

use super::KIND;
use crate::engine::{Code, Context, TaskError};
use crate::tasks::image::decode::invalid;
use crate::tasks::image::raster::{Raster, out_of_memory};
use crate::tasks::image::request::FailOn;

/// Bytes that are decoded between two looks at the cancel token: a few milliseconds.
const PIECE: usize = 8 * 1024;

/// Decodes a file, or the picture of a frame (its chunk `ALPH`, if there is one, and the one behind it), into pixels of three
/// or four channels and of exactly its size. What is cut off stays as it is where `fail_on` lets it.
pub(super) fn decode(
    bytes: &[u8],
    raster: &mut Raster<u8>,
    fail_on: FailOn,
    context: &Context<'_>,
) -> Result<(), TaskError> {
    let broken = |cause: &str| invalid(KIND, Code::ImageInvalid, &cause, context);
    let (mut width, mut height) = (0, 0);
    // SAFETY: the bytes may be read up to their end, and the numbers written.
    let known = unsafe { WebPGetInfo(bytes.as_ptr(), bytes.len(), &raw mut width, &raw mut height) };
    if known == 0 {
        return Err(broken("its picture has no header"));
    }
    if (width as u32, height as u32) != (raster.width, raster.height) {
        return Err(broken("its picture is not of the size that the header says"));
    }
    let mode = if raster.channels == 4 { WEBP_CSP_MODE::MODE_RGBA } else { WEBP_CSP_MODE::MODE_RGB };
    let stride = raster.row_len();
    // SAFETY: the memory has `height` rows of `stride` bytes in the mode's channels, and outlives the decoder, which checks
    // the size of the picture against it.
    let decoder = unsafe { WebPINewRGB(mode, raster.data.as_mut_ptr(), raster.data.len(), stride as i32) };
    let decoder = Incremental(NonNull::new(decoder).ok_or_else(|| out_of_memory(raster.width, raster.height))?);
    let mut status = VP8StatusCode::VP8_STATUS_SUSPENDED;
    for end in (PIECE..bytes.len()).step_by(PIECE).chain([bytes.len()]) {
        context.check()?;
        // SAFETY: the decoder lives, and the bytes stay where they are, of which so many may be read.
        status = unsafe { WebPIUpdate(decoder.0.as_ptr(), bytes.as_ptr(), end) };
        if status != VP8StatusCode::VP8_STATUS_SUSPENDED {
            break;
        }
    }
    match status {
        VP8StatusCode::VP8_STATUS_OK => Ok(()),
        VP8StatusCode::VP8_STATUS_SUSPENDED if fail_on == FailOn::None => Ok(()),
        VP8StatusCode::VP8_STATUS_SUSPENDED => Err(broken("it ends too early")),
        other => Err(broken(&format!("{other:?}"))),
    }
}

struct Incremental(NonNull<WebPIDecoder>);

impl Drop for Incremental {
    fn drop(&mut self) {
        // SAFETY: libwebp made it, and it is deleted once, here.
        unsafe { WebPIDelete(self.0.as_ptr()) };
    }
}
