//! WebP: the header by image-webp, in Rust; the pixels by libwebp, piece by piece, because image-webp cannot be stopped
//! within a picture.

mod animation;
mod pixels;

use image::codecs::webp::WebPDecoder;

use super::common::{failed, header_of};
use super::watched::Watched;
use super::{Ask, Decoded, Header, Kind};
use crate::engine::{Context, TaskError};
use crate::tasks::image::raster::{Picture, Raster};

const KIND: Kind = Kind::Webp;

pub(super) fn header(bytes: &[u8], context: &Context<'_>) -> Result<Header, TaskError> {
    let decoder = WebPDecoder::new(Watched::new(bytes, context)).map_err(|error| failed(KIND, &error, context))?;
    let is_animated = decoder.has_animation();
    let mut header = header_of(KIND, decoder, context)?;
    if is_animated {
        let (delays, loops) = animation::timing(bytes);
        header.pages = delays.len().max(1) as u32;
        (header.delays, header.loops) = (delays, Some(loops));
    }
    Ok(header)
}

pub(super) fn decode(header: &Header, bytes: &[u8], ask: &Ask, context: &Context<'_>) -> Result<Decoded, TaskError> {
    if header.pages == 1 && header.delays.is_empty() {
        let mut raster = Raster::<u8>::new(header.width, header.height, header.channels)?;
        pixels::decode(bytes, &mut raster, ask.fail_on, context)?;
        return Ok(Decoded { frames: vec![Picture::Eight(raster)] });
    }
    animation::decode(header, bytes, ask, context)
}
