//! WebP by image-webp, in Rust.

use image::AnimationDecoder;
use image::codecs::webp::WebPDecoder;

use super::common::{failed, header_of, pixels_of};
use super::watched::Watched;
use super::{Ask, Decoded, Header, Kind};
use crate::engine::{Context, TaskError};
use crate::tasks::image::memory::Samples;
use crate::tasks::image::raster::{Picture, Raster, out_of_memory};

const KIND: Kind = Kind::Webp;

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
    let decoder = decoder(bytes, context)?;
    if header.pages == 1 {
        return Ok(Decoded { frames: vec![pixels_of(KIND, decoder, context)?] });
    }
    frames(KIND, decoder.into_frames(), header, ask, context)
}

fn decoder<'a>(bytes: &'a [u8], context: &'a Context<'a>) -> Result<WebPDecoder<Watched<'a>>, TaskError> {
    WebPDecoder::new(Watched::new(bytes, context)).map_err(|error| failed(KIND, &error, context))
}

/// The frames that are asked for, composed, one at a time.
pub(super) fn frames(
    kind: Kind,
    frames: image::Frames<'_>,
    header: &Header,
    ask: &Ask,
    context: &Context<'_>,
) -> Result<Decoded, TaskError> {
    let mut result = Vec::new();
    for frame in frames.take((ask.page + ask.pages) as usize).enumerate() {
        context.check()?;
        let (number, frame) = (frame.0, frame.1.map_err(|error| failed(kind, &error, context))?);
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
        return Err(super::invalid(kind, crate::engine::Code::ImageInvalid, &cause, context));
    }
    Ok(Decoded { frames: result })
}

fn opaque(raster: &Raster<u8>, context: &Context<'_>) -> Result<Raster<u8>, TaskError> {
    raster.map_pixels(3, context, &|from, to| to.copy_from_slice(&from[..3]))
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
