//! WebP: header and animations by image-webp, in Rust; stills by libwebp, piece by piece, because image-webp cannot be
//! stopped within a frame.

use std::ptr::NonNull;

use image::AnimationDecoder;
use image::codecs::webp::WebPDecoder;
use libwebp_sys::{VP8StatusCode, WEBP_CSP_MODE, WebPIDecoder, WebPIDelete, WebPINewRGB, WebPIUpdate};

use super::common::{failed, header_of};
use super::gif::opaque;
use super::watched::Watched;
use super::{Ask, Decoded, Header, Kind};
use crate::engine::{Code, Context, TaskError};
use crate::tasks::image::memory::Samples;
use crate::tasks::image::raster::{Picture, Raster, out_of_memory};
use crate::tasks::image::request::FailOn;

const KIND: Kind = Kind::Webp;

/// Bytes that are decoded between two looks at the cancel token: a few milliseconds.
const PIECE: usize = 8 * 1024;

pub(super) fn header(bytes: &[u8], context: &Context<'_>) -> Result<Header, TaskError> {
    let decoder = decoder(bytes, context)?;
    let is_animated = decoder.has_animation();
    let mut header = header_of(KIND, decoder, context)?;
    if is_animated {
        let animation = animation(bytes);
        header.pages = animation.delays.len().max(1) as u32;
        (header.delays, header.loops) = (animation.delays, Some(animation.loops));
    }
    Ok(header)
}

pub(super) fn decode(header: &Header, bytes: &[u8], ask: &Ask, context: &Context<'_>) -> Result<Decoded, TaskError> {
    if header.pages == 1 && header.delays.is_empty() {
        return Ok(Decoded { frames: vec![Picture::Eight(still(header, bytes, ask, context)?)] });
    }
    frames(decoder(bytes, context)?.into_frames(), header, ask, context)
}

fn decoder<'a>(bytes: &'a [u8], context: &'a Context<'a>) -> Result<WebPDecoder<Watched<'a>>, TaskError> {
    WebPDecoder::new(Watched::new(bytes, context)).map_err(|error| failed(KIND, &error, context))
}

/// What is cut off stays black where `fail_on` lets it.
fn still(header: &Header, bytes: &[u8], ask: &Ask, context: &Context<'_>) -> Result<Raster<u8>, TaskError> {
    let mut raster = Raster::<u8>::new(header.width, header.height, header.channels)?;
    let stride = raster.row_len();
    let mode = if header.has_alpha { WEBP_CSP_MODE::MODE_RGBA } else { WEBP_CSP_MODE::MODE_RGB };
    // SAFETY: the memory has `height` rows of `stride` bytes in the mode's channels, and outlives the decoder, which checks
    // the size of the picture against it.
    let decoder = unsafe { WebPINewRGB(mode, raster.data.as_mut_ptr(), raster.data.len(), stride as i32) };
    let decoder = Incremental(NonNull::new(decoder).ok_or_else(|| out_of_memory(header.width, header.height))?);
    let mut status = VP8StatusCode::VP8_STATUS_SUSPENDED;
    for end in (PIECE..bytes.len()).step_by(PIECE).chain([bytes.len()]) {
        context.check()?;
        // SAFETY: the decoder lives, and the bytes stay where they are, of which so many may be read.
        status = unsafe { WebPIUpdate(decoder.0.as_ptr(), bytes.as_ptr(), end) };
        if status != VP8StatusCode::VP8_STATUS_SUSPENDED {
            break;
        }
    }
    let lenient = matches!(ask.fail_on, FailOn::None);
    match status {
        VP8StatusCode::VP8_STATUS_OK => Ok(()),
        VP8StatusCode::VP8_STATUS_SUSPENDED if lenient => Ok(()),
        VP8StatusCode::VP8_STATUS_SUSPENDED => Err("it ends too early".to_owned()),
        other => Err(format!("{other:?}")),
    }
    .map_err(|cause| super::invalid(KIND, Code::ImageInvalid, &cause, context))?;
    drop(decoder);
    Ok(raster)
}

/// libwebp's decoder of bytes that come bit by bit.
struct Incremental(NonNull<WebPIDecoder>);

impl Drop for Incremental {
    fn drop(&mut self) {
        // SAFETY: libwebp made it, and it is deleted once, here.
        unsafe { WebPIDelete(self.0.as_ptr()) };
    }
}

/// The frames that are asked for, composed, one at a time.
fn frames(frames: image::Frames<'_>, header: &Header, ask: &Ask, context: &Context<'_>) -> Result<Decoded, TaskError> {
    let mut result = Vec::new();
    for frame in frames.take((ask.page + ask.pages) as usize).enumerate() {
        context.check()?;
        let (number, frame) = (frame.0, frame.1.map_err(|error| failed(KIND, &error, context))?);
        if number < ask.page as usize {
            continue;
        }
        let buffer = frame.into_buffer();
        let (width, height) = buffer.dimensions();
        let data = Samples::from_slice(buffer.as_raw()).ok_or_else(|| out_of_memory(width, height))?;
        let raster = Raster { width, height, channels: 4, data };
        result.push(Picture::Eight(if header.has_alpha { raster } else { opaque(&raster, context)? }));
    }
    if result.len() < ask.pages as usize {
        let cause = format!("it has {} of {} frames", result.len(), ask.pages);
        return Err(super::invalid(KIND, Code::ImageInvalid, &cause, context));
    }
    Ok(Decoded { frames: result })
}

#[derive(Default)]
struct Animation {
    delays: Vec<u32>,
    loops: u32,
}

/// The chunks of an animation, by RFC 9649: its loop count in `ANIM`, a delay in every `ANMF`.
fn animation(bytes: &[u8]) -> Animation {
    let mut found = Animation::default();
    let mut rest = bytes.get(12..).unwrap_or_default();
    while let Some((head, after)) = rest.split_first_chunk::<8>() {
        let len = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        let data = &after[..len.min(after.len())];
        match &head[..4] {
            b"ANIM" if data.len() >= 6 => found.loops = u32::from(u16::from_le_bytes([data[4], data[5]])),
            b"ANMF" if data.len() >= 15 => {
                found.delays.push(u32::from_le_bytes([data[12], data[13], data[14], 0]));
            }
            _ => {}
        }
        rest = after.get(len.next_multiple_of(2)..).unwrap_or_default();
    }
    found
}
