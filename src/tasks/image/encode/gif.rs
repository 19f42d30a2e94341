//! GIF by the crate `gif`: one palette for all frames, and of each frame only what is new.

use std::io::Write;

use gif::{DisposalMethod, Encoder, EncodingError, Frame, Repeat};
use weezl::encode::Encoder as Lzw;
use weezl::{BitOrder, LzwStatus};

use super::Image;
use super::palette::{Alpha, Palette, is_transparent};
use crate::engine::{Code, Context, TaskError};
use crate::tasks::image::memory::Samples;
use crate::tasks::image::ops::alpha;
use crate::tasks::image::raster::{Raster, out_of_memory};
use crate::tasks::image::request;

/// Indices that are compressed between two looks at the cancel token.
const PIECE: usize = 64 * 1024;

pub(super) fn encode(
    image: Image,
    options: &request::Gif,
    context: &Context<'_>,
    progress: &dyn Fn(u64),
) -> Result<Vec<u8>, TaskError> {
    let Image { frames, delays, loops, .. } = image;
    let colored = |frame| alpha::colored(frame, context)?.narrowed(context);
    let frames = frames.into_iter().map(colored).collect::<Result<Vec<Raster<u8>>, _>>()?;
    let (width, height) = frames[0].size();
    let sides = u16::try_from(width).ok().zip(u16::try_from(height).ok());
    let (width, height) = sides.expect("checked against the longest side");
    // What did not change is transparent over what is there.
    let has_transparency = frames.len() > 1 || frames[0].channels == 4;
    let colors = options.colours.0 as usize;
    let mut palette = Palette::of(&frames, colors, Alpha::OnOff, has_transparency, context)?;

    let failed = |error: EncodingError| {
        let fault = || TaskError::new(Code::TaskFailed, format!("Cannot encode the GIF: {error}"));
        context.check().err().unwrap_or_else(fault)
    };
    let mut bytes = Vec::new();
    let table: Vec<u8> = palette.colors.iter().flat_map(|[r, g, b, _]| [*r, *g, *b]).collect();
    let mut encoder = Encoder::new(&mut bytes, width, height, &table).map_err(failed)?;
    if frames.len() > 1 {
        let repeat = if loops == 0 { Repeat::Infinite } else { Repeat::Finite(loops.min(65535) as u16) };
        encoder.set_repeat(repeat).map_err(failed)?;
    }
    let vanishes = frames.windows(2).any(|pair| vanishes(&pair[0], &pair[1]));
    for (i, raster) in frames.iter().enumerate() {
        progress((100 * i / frames.len()) as u64);
        let indices = palette.indices(raster, options.dither.0 as f32, context)?;
        let before = i.checked_sub(1).map(|before| &frames[before]).filter(|_| !vanishes);
        let part = match (before, palette.transparent) {
            (Some(before), Some(transparent)) => changed(raster, before, &indices, transparent)?,
            _ => Part { left: 0, top: 0, width: raster.width as usize, height: raster.height as usize, indices },
        };
        let frame = Frame {
            // Hundredths of a second.
            delay: delays.get(i).map_or(0, |delay| u16::try_from(delay.div_ceil(10)).unwrap_or(u16::MAX)),
            dispose: if vanishes { DisposalMethod::Background } else { DisposalMethod::Keep },
            transparent: palette.transparent,
            left: part.left as u16,
            top: part.top as u16,
            width: part.width as u16,
            height: part.height as u16,
            buffer: compressed(&part.indices, palette.colors.len(), context)?.into(),
            ..Frame::default()
        };
        encoder.write_lzw_pre_encoded_frame(&frame).map_err(failed)?;
    }
    drop(encoder);
    bytes.flush().map_err(|error| failed(error.into()))?;
    Ok(bytes)
}

/// Whether something opaque becomes transparent, which a frame over another cannot do.
fn vanishes(before: &Raster<u8>, after: &Raster<u8>) -> bool {
    let pixels = before.data.chunks_exact(before.channels).zip(after.data.chunks_exact(after.channels));
    before.channels == 4 && pixels.into_iter().any(|(before, after)| !is_transparent(before) && is_transparent(after))
}

/// A rectangle of a frame.
struct Part {
    left: usize,
    top: usize,
    width: usize,
    height: usize,
    indices: Samples<u8>,
}

/// The smallest part around all that differs from the frame before; in it, what does not differ is transparent.
fn changed(raster: &Raster<u8>, before: &Raster<u8>, indices: &[u8], transparent: u8) -> Result<Part, TaskError> {
    let (channels, all) = (raster.channels, raster.width as usize);
    let differs = |x: usize, y: usize| {
        let at = (y * all + x) * channels;
        raster.data[at..at + channels] != before.data[at..at + channels]
    };
    let is_changed = |y: &usize| raster.row(*y) != before.row(*y);
    let rows = 0..raster.height as usize;
    let (top, bottom) = match (rows.clone().find(is_changed), rows.rev().find(is_changed)) {
        (Some(top), Some(bottom)) => (top, bottom + 1),
        // Nothing moves: one pixel keeps the time.
        _ => (0, 1),
    };
    let ends = (top..bottom).filter_map(|y| {
        let left = (0..all).find(|x| differs(*x, y))?;
        Some((left, (left..all).rev().find(|x| differs(*x, y)).unwrap_or(left) + 1))
    });
    let (left, right) = ends.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).unwrap_or((0, 1));
    let (width, height) = (right - left, bottom - top);
    let mut part = Samples::of_len(width * height).ok_or_else(|| out_of_memory(raster.width, raster.height))?;
    for (y, row) in (top..).zip(part.chunks_exact_mut(width)) {
        for (x, index) in (left..).zip(row) {
            *index = if differs(x, y) { indices[y * all + x] } else { transparent };
        }
    }
    Ok(Part { left, top, width, height, indices: part })
}

/// The indices by LZW, with the size of a code before them.
fn compressed(indices: &[u8], colors: usize, context: &Context<'_>) -> Result<Vec<u8>, TaskError> {
    let code_size = colors.next_power_of_two().trailing_zeros().max(2) as u8;
    let mut bytes = vec![code_size];
    let mut encoder = Lzw::new(BitOrder::Lsb, code_size);
    let mut codes = [0; 4096];
    for piece in indices.chunks(PIECE) {
        context.check()?;
        let mut rest = piece;
        while !rest.is_empty() {
            let done = encoder.encode_bytes(rest, &mut codes);
            done.status.map_err(|error| TaskError::new(Code::TaskFailed, format!("Cannot encode the GIF: {error}")))?;
            bytes.extend_from_slice(&codes[..done.consumed_out]);
            rest = &rest[done.consumed_in..];
        }
    }
    encoder.finish();
    loop {
        let done = encoder.encode_bytes(&[], &mut codes);
        bytes.extend_from_slice(&codes[..done.consumed_out]);
        if !matches!(done.status, Ok(LzwStatus::Ok)) {
            return Ok(bytes);
        }
    }
}
