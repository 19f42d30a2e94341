//! GIF: its blocks by the crate `gif`, its codes by `weezl`, its frames composed on the canvas row by row.
//!
//! Why not the codes by `gif` as well: it loses the end of a frame that is read by rows (gif 0.14.2, a row shorter than
//! the last word of the dictionary).

use std::fmt::Display;

use gif::{DecodeOptions, Decoder, DecodingError, DisposalMethod, Frame};
use weezl::decode::Decoder as Lzw;
use weezl::{BitOrder, LzwError, LzwStatus};

use super::watched::Watched;
use super::{Ask, Decoded, Header, Kind, Space, invalid};
use crate::engine::{Code, Context, TaskError};
use crate::tasks::image::memory::Samples;
use crate::tasks::image::raster::{Picture, Raster, out_of_memory};
use crate::tasks::image::request::FailOn;

const KIND: Kind = Kind::Gif;

/// How interlaced rows are stored: the first row of each pass, and how far apart its rows are.
const PASSES: [(usize, usize); 4] = [(0, 8), (4, 8), (2, 4), (1, 2)];

pub(super) fn header(bytes: &[u8], context: &Context<'_>) -> Result<Header, TaskError> {
    let reader = reader(bytes, context)?;
    let (width, height) = (u32::from(reader.width()), u32::from(reader.height()));
    if width == 0 || height == 0 {
        return Err(invalid(KIND, Code::ImageInvalid, &"its header says that it has no pixels", context));
    }
    let blocks = Blocks::of(bytes);
    let pages = blocks.delays.len().max(1) as u32;
    let (delays, loops) = if pages > 1 { (blocks.delays, Some(blocks.loops)) } else { (Vec::new(), None) };
    Ok(Header {
        kind: KIND,
        width,
        height,
        channels: if blocks.transparent { 4 } else { 3 },
        has_alpha: blocks.transparent,
        depth: 8,
        space: Space::Rgb,
        orientation: 1,
        pages,
        delays,
        loops,
        icc: None,
        exif: None,
        xmp: None,
        density: None,
        chroma_subsampling: None,
        progressive: blocks.interlaced,
        palette_bits: Some(8),
        compression: None,
        coded_bits: None,
    })
}

pub(super) fn decode(header: &Header, bytes: &[u8], ask: &Ask, context: &Context<'_>) -> Result<Decoded, TaskError> {
    let mut reader = reader(bytes, context)?;
    let blocks = Blocks::of(bytes);
    let mut canvas = Raster::<u8>::new(header.width, header.height, 4)?;
    let mut frames = Vec::new();
    // What is to be done to the canvas before the next frame.
    let mut disposal = Disposal::Keep;
    for number in 0..ask.page + ask.pages {
        context.check()?;
        let Some(frame) = reader.next_frame_info().map_err(|error| failed(&error, context))? else { break };
        let place = Place::of(frame);
        disposal.apply(&mut canvas);
        disposal = match frame.dispose {
            DisposalMethod::Background => Disposal::Clear(place),
            DisposalMethod::Previous => Disposal::Restore(copy(&canvas)?),
            DisposalMethod::Any | DisposalMethod::Keep => Disposal::Keep,
        };
        let transparent = frame.transparent;
        let palette = reader.palette().map_err(|error| failed(&error, context))?;
        let data = blocks.pictures.get(number as usize).copied().unwrap_or_default();
        match place.draw(&mut canvas, data, palette, transparent, context) {
            Err(error) if ask.fail_on != FailOn::None || context.is_canceled() => return Err(error),
            _ => {}
        }
        if number >= ask.page {
            let picture = if header.has_alpha { copy(&canvas)? } else { opaque(&canvas, context)? };
            frames.push(Picture::Eight(picture));
        }
    }
    if frames.len() < ask.pages as usize {
        let cause = format!("it has {} of {} frames", frames.len(), ask.pages);
        return Err(invalid(KIND, Code::ImageInvalid, &cause, context));
    }
    Ok(Decoded { frames })
}

fn reader<'a>(bytes: &'a [u8], context: &'a Context<'a>) -> Result<Decoder<Watched<'a>>, TaskError> {
    let mut options = DecodeOptions::new();
    options.skip_frame_decoding(true);
    options.read_info(Watched::new(bytes, context)).map_err(|error| failed(&error, context))
}

/// What happens to the canvas once a frame was shown.
enum Disposal {
    Keep,
    Clear(Place),
    Restore(Raster<u8>),
}

impl Disposal {
    fn apply(&mut self, canvas: &mut Raster<u8>) {
        match std::mem::replace(self, Self::Keep) {
            Self::Keep => {}
            Self::Clear(place) => place.rows(canvas).for_each(|row| row.fill(0)),
            Self::Restore(before) => *canvas = before,
        }
    }
}

/// Where a frame lies, of which some may be beside the canvas.
#[derive(Clone, Copy)]
struct Place {
    left: usize,
    top: usize,
    width: usize,
    height: usize,
    interlaced: bool,
}

impl Place {
    fn of(frame: &Frame<'_>) -> Self {
        let [left, top, width, height] = [frame.left, frame.top, frame.width, frame.height].map(usize::from);
        Self { left, top, width, height, interlaced: frame.interlaced }
    }

    /// The parts of the canvas's rows that the frame covers.
    fn rows<'a>(&self, canvas: &'a mut Raster<u8>) -> impl Iterator<Item = &'a mut [u8]> + use<'a> {
        let Self { left, top, width, height, .. } = *self;
        let (from, to) = (left.min(canvas.width as usize), (left + width).min(canvas.width as usize));
        let row_len = canvas.row_len();
        canvas.data.chunks_exact_mut(row_len).skip(top).take(height).map(move |row| &mut row[4 * from..4 * to])
    }

    /// The rows of the frame, as they are stored.
    fn order(&self) -> Vec<usize> {
        if !self.interlaced {
            return (0..self.height).collect();
        }
        PASSES.iter().flat_map(|(first, step)| (*first..self.height).step_by(*step)).collect()
    }

    fn draw(
        &self,
        canvas: &mut Raster<u8>,
        data: &[u8],
        palette: &[u8],
        transparent: Option<u8>,
        context: &Context<'_>,
    ) -> Result<(), TaskError> {
        let failed = |cause: &dyn Display| invalid(KIND, Code::ImageInvalid, cause, context);
        let mut codes = Codes::new(data).ok_or_else(|| failed(&"a frame has no codes"))?;
        let mut indices = vec![0; self.width];
        let mut rows: Vec<&mut [u8]> = self.rows(canvas).collect();
        for y in self.order() {
            context.check()?;
            if !codes.fill(&mut indices).map_err(|error| failed(&error))? {
                return Err(failed(&"a frame ends too early"));
            }
            let Some(row) = rows.get_mut(y) else { continue };
            for (pixel, index) in row.chunks_exact_mut(4).zip(&indices) {
                let color = palette.get(3 * usize::from(*index)..).and_then(|rest| rest.first_chunk::<3>());
                if let Some([r, g, b]) = color.filter(|_| transparent != Some(*index)) {
                    pixel.copy_from_slice(&[*r, *g, *b, 255]);
                }
            }
        }
        Ok(())
    }
}

/// The indices of a frame, out of the codes in its chain of blocks.
struct Codes<'a> {
    lzw: Lzw,
    /// What is left of a block, and what comes behind it.
    block: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Codes<'a> {
    /// The size of a code comes before the blocks.
    fn new(data: &'a [u8]) -> Option<Self> {
        let (size, rest) = data.split_first().filter(|(size, _)| (1..=11).contains(*size))?;
        Some(Self { lzw: Lzw::new(BitOrder::Lsb, *size), block: &[], rest })
    }

    /// Whether there were as many.
    fn fill(&mut self, mut row: &mut [u8]) -> Result<bool, LzwError> {
        while !row.is_empty() {
            if self.block.is_empty() {
                self.next_block();
            }
            let done = self.lzw.decode_bytes(self.block, row);
            self.block = &self.block[done.consumed_in..];
            row = &mut row[done.consumed_out..];
            let is_stuck = done.consumed_in == 0 && done.consumed_out == 0;
            if is_stuck && !matches!(done.status?, LzwStatus::Ok) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Of the last block, that is cut off, there may be less than it says. An empty one ends the chain.
    fn next_block(&mut self) {
        let Some((len, rest)) = self.rest.split_first() else { return };
        if *len > 0 {
            (self.block, self.rest) = rest.split_at(rest.len().min(usize::from(*len)));
        }
    }
}

pub(super) fn copy(raster: &Raster<u8>) -> Result<Raster<u8>, TaskError> {
    let data = Samples::from_slice(&raster.data).ok_or_else(|| out_of_memory(raster.width, raster.height))?;
    Ok(Raster { data, ..*raster })
}

/// Without alpha, which is full.
pub(super) fn opaque(raster: &Raster<u8>, context: &Context<'_>) -> Result<Raster<u8>, TaskError> {
    raster.map_pixels(3, context, &|from, to| to.copy_from_slice(&from[..3]))
}

fn failed(error: &DecodingError, context: &Context<'_>) -> TaskError {
    invalid(KIND, Code::ImageInvalid, error, context)
}

/// What stands between the pictures of a GIF, by the specification of GIF89a, without decoding them.
#[derive(Default)]
struct Blocks<'a> {
    /// Milliseconds, one for each picture.
    delays: Vec<u32>,
    /// The bytes from the size of its codes on, for each picture.
    pictures: Vec<&'a [u8]>,
    /// 0 for ever. Once, where nothing is said.
    loops: u32,
    interlaced: bool,
    /// Whether something of the canvas may be seen through.
    transparent: bool,
}

impl<'a> Blocks<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        let mut found = Self { loops: 1, ..Self::default() };
        // What ends too early has the blocks that came before.
        let _ = found.read(bytes);
        found
    }

    fn read(&mut self, bytes: &'a [u8]) -> Option<()> {
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
                    let picture = rest.get(10 + table(flags)..)?;
                    self.pictures.push(picture);
                    // The size of a code comes before the data.
                    rest = after_blocks(picture.get(1..)?)?;
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
