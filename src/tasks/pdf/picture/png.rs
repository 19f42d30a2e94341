//! PNG, whose rows a PDF takes as they are when there is no alpha and no interlacing in them.
//!
//! By the PNG specification (third edition), sections 5 and 11.

use flate2::{Decompress, FlushDecompress, Status};

use super::{Coded, Coding, Colors, Image};
use crate::engine::{Code, Context, TaskError};
use crate::tasks::image::still::{check_pixels, orientation_of};

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Inflated at a time.
const BLOCK: usize = 64 << 10;

/// `None` when the bytes are no PNG, or one that has to be decoded first.
pub(super) fn as_is(bytes: &[u8], limit: u64, context: &Context<'_>) -> Result<Option<Image>, TaskError> {
    let Some(rest) = bytes.strip_prefix(SIGNATURE) else { return Ok(None) };
    let Some(found) = Chunks::read(rest) else { return Ok(None) };
    let [a, b, c, d, e, f, g, h, bits, kind, 0, 0, 0] = *found.header else { return Ok(None) };
    let (width, height) = (u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h]));
    let colors = match (kind, bits, found.palette) {
        (0, 1 | 2 | 4 | 8, _) => Colors::Grey,
        (2, 8, _) => Colors::Rgb,
        (3, 1 | 2 | 4 | 8, Some(palette))
            if found.transparency.is_none()
                && palette.len().is_multiple_of(3)
                && (3..=3 << bits).contains(&palette.len()) =>
        {
            Colors::Palette(palette.to_vec())
        }
        _ => return Ok(None),
    };
    if width == 0 || height == 0 || found.has_profile {
        return Ok(None);
    }
    check_pixels(width, height, limit)?;
    let row = 1 + (u64::from(width) * u64::from(colors.samples()) * u64::from(bits)).div_ceil(8);
    let data = found.data.concat();
    // What is damaged goes to the decoder, which says what is wrong.
    if !is_whole(&data, row, u64::from(height), context)? {
        return Ok(None);
    }
    let transparent = found.transparency.map(|samples| {
        samples.chunks_exact(2).map(|sample| u16::from_be_bytes([sample[0], sample[1]])).collect::<Vec<u16>>()
    });
    if transparent.as_ref().is_some_and(|samples| {
        samples.len() != usize::from(colors.samples()) || samples.iter().any(|sample| *sample >= 1 << bits)
    }) {
        return Ok(None);
    }
    Ok(Some(Image {
        width,
        height,
        orientation: found.exif.map_or(1, orientation_of),
        colors,
        coded: Coded { data, bits, coding: Coding::Rows },
        transparent,
        alpha: None,
    }))
}

/// The chunks that matter.
#[derive(Default)]
pub(super) struct Chunks<'a> {
    header: &'a [u8],
    palette: Option<&'a [u8]>,
    transparency: Option<&'a [u8]>,
    exif: Option<&'a [u8]>,
    has_profile: bool,
    pub(super) data: Vec<&'a [u8]>,
}

impl<'a> Chunks<'a> {
    /// Of what follows the signature. `None` when it is damaged.
    pub(super) fn read(mut rest: &'a [u8]) -> Option<Self> {
        let mut found = Self::default();
        loop {
            let (len, after) = rest.split_first_chunk()?;
            let (kind, after) = after.split_first_chunk::<4>()?;
            let body = after.get(..u32::from_be_bytes(*len) as usize)?;
            rest = after.get(body.len() + 4..)?;
            match kind {
                b"IHDR" => found.header = body,
                b"PLTE" => found.palette = Some(body),
                b"tRNS" => found.transparency = Some(body),
                b"eXIf" => found.exif = Some(body),
                b"iCCP" => found.has_profile = true,
                b"IDAT" => found.data.push(body),
                b"IEND" => return Some(found),
                // A chunk that must be known, and is not.
                _ if kind[0].is_ascii_uppercase() => return None,
                _ => {}
            }
        }
    }

    /// The rows of a PNG that was just written.
    pub(super) fn rows_of(bytes: &'a [u8]) -> Option<Vec<u8>> {
        Some(Self::read(bytes.strip_prefix(SIGNATURE)?)?.data.concat())
    }
}

/// Whether the data inflate to so many rows of so many bytes, each with a filter that there is.
fn is_whole(data: &[u8], row: u64, rows: u64, context: &Context<'_>) -> Result<bool, TaskError> {
    let mut inflate = Decompress::new(true);
    let mut block = vec![0; BLOCK];
    let mut rest = data;
    // How many bytes came so far.
    let mut len = 0_u64;
    loop {
        context.check()?;
        let (before_in, before_out) = (inflate.total_in(), inflate.total_out());
        let Ok(status) = inflate.decompress(rest, &mut block, FlushDecompress::None) else { return Ok(false) };
        let taken = (inflate.total_in() - before_in) as usize;
        let given = (inflate.total_out() - before_out) as usize;
        rest = rest.get(taken..).unwrap_or_default();
        // The first filter in this block.
        let mut at = (row - len % row) % row;
        while let Some(filter) = usize::try_from(at).ok().and_then(|at| block[..given].get(at)) {
            if *filter > 4 {
                return Ok(false);
            }
            at += row;
        }
        len += given as u64;
        match status {
            Status::StreamEnd => return Ok(len == row * rows),
            _ if taken == 0 && given == 0 || len > row * rows => return Ok(false),
            _ => {}
        }
    }
}

/// What is said when pixels cannot be written.
pub(super) fn failed(cause: &dyn std::fmt::Display) -> TaskError {
    TaskError::new(Code::TaskFailed, format!("Cannot compress the image: {cause}"))
}
