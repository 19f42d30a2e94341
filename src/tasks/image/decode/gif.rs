//! GIF, its frames composed on the canvas.

use image::AnimationDecoder;
use image::codecs::gif::GifDecoder;

use super::common::{failed, header_of};
use super::watched::Watched;
use super::webp::frames;
use super::{Ask, Decoded, Header, Kind};
use crate::engine::{Context, TaskError};

const KIND: Kind = Kind::Gif;

pub(super) fn header(bytes: &[u8], context: &Context<'_>) -> Result<Header, TaskError> {
    let decoder = GifDecoder::new(Watched::new(bytes, context)).map_err(|error| failed(KIND, &error, context))?;
    let mut header = header_of(KIND, decoder, context)?;
    let blocks = Blocks::of(bytes);
    header.pages = blocks.delays.len().max(1) as u32;
    header.has_alpha = blocks.transparent;
    header.channels = if blocks.transparent { 4 } else { 3 };
    header.progressive = blocks.interlaced;
    header.palette_bits = Some(8);
    if header.pages > 1 {
        (header.delays, header.loops) = (blocks.delays, Some(blocks.loops));
    }
    Ok(header)
}

pub(super) fn decode(header: &Header, bytes: &[u8], ask: &Ask, context: &Context<'_>) -> Result<Decoded, TaskError> {
    let decoder = GifDecoder::new(Watched::new(bytes, context)).map_err(|error| failed(KIND, &error, context))?;
    frames(KIND, decoder.into_frames(), header, ask, context)
}

/// What stands between the pictures of a GIF, by the specification of GIF89a, without decoding them.
#[derive(Default)]
struct Blocks {
    /// Milliseconds, one for each picture.
    delays: Vec<u32>,
    /// 0 for ever. Once, where nothing is said.
    loops: u32,
    interlaced: bool,
    /// Whether something of the canvas may be seen through.
    transparent: bool,
}

impl Blocks {
    fn of(bytes: &[u8]) -> Self {
        let mut found = Self { loops: 1, ..Self::default() };
        // What ends too early has the blocks that came before.
        let _ = found.read(bytes);
        found
    }

    fn read(&mut self, bytes: &[u8]) -> Option<()> {
        let table = |flags: u8| if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) };
        let canvas = bytes.get(6..10)?;
        let mut rest = bytes.get(13 + table(*bytes.get(10)?)..)?;
        let mut delay = 0;
        loop {
            match *rest.first()? {
                b'!' => {
                    let (label, block) = (*rest.get(1)?, rest.get(2..)?);
                    match label {
                        0xf9 => {
                            self.transparent |= block.get(1)? & 1 != 0;
                            delay = 10 * u32::from(u16::from_le_bytes([*block.get(2)?, *block.get(3)?]));
                        }
                        0xff if block.get(1..12)? == b"NETSCAPE2.0" && block.get(13) == Some(&1) => {
                            self.loops = u32::from(u16::from_le_bytes([*block.get(14)?, *block.get(15)?]));
                        }
                        _ => {}
                    }
                    rest = after_blocks(block)?;
                }
                b',' => {
                    let flags = *rest.get(9)?;
                    self.interlaced |= flags & 0x40 != 0;
                    // The first picture leaves nothing of the canvas when it has the same size.
                    self.transparent |= self.delays.is_empty() && rest.get(5..9)? != canvas;
                    self.delays.push(std::mem::take(&mut delay));
                    // The size of a code comes before the data.
                    rest = after_blocks(rest.get(10 + table(flags) + 1..)?)?;
                }
                _ => return None,
            }
        }
    }
}

/// What comes behind a chain of blocks, each with its length before it, up to an empty one.
fn after_blocks(mut rest: &[u8]) -> Option<&[u8]> {
    loop {
        let len = usize::from(*rest.first()?);
        rest = rest.get(len + 1..)?;
        if len == 0 {
            return Some(rest);
        }
    }
}
