//! From bytes to pixels: what format it is, how large the header says it is, and only then the memory for it.
//!
//! Runs on: the thread of the task. All decoders are Rust, and their input ends when the task is cancelled, so that
//! they stop wherever they are.

use std::fmt::Display;
use std::io::{self, BufRead, Cursor, Read, Seek, SeekFrom};

use image::codecs::{bmp::BmpDecoder, gif::GifDecoder, png::PngDecoder, webp::WebPDecoder};
use image::metadata::Orientation;
use image::{ColorType, ImageDecoder, ImageError, ImageFormat, Limits};

use super::jpeg;
use super::options::Format;
use super::pixels::{Pixels, in_bands, out_of_memory, zeroed};
use crate::engine::{Code, Context, TaskError};

/// Bytes handed to a decoder between two looks at the cancel token. They may be a thousand times as many pixels.
const PIECE: usize = 8 * 1024;

/// Bytes that PNG's own chunks may take beside the pixels: colour profiles and the like.
const PNG_CHUNKS: u64 = 64 * 1024 * 1024;

/// How many bytes tell a format.
pub(super) const SIGNATURE: usize = 32;

/// A format that is read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    Jpeg,
    Png,
    Webp,
    Gif,
    Bmp,
}

impl Kind {
    /// Tells the format by the first bytes.
    pub(super) fn of(bytes: &[u8]) -> Result<Self, TaskError> {
        let unsupported = |name: &str| {
            let message = format!("The image is {name}, which cannot be read here; JPEG, PNG, WebP, GIF and BMP can");
            Err(TaskError::new(Code::ImageUnsupported, message))
        };
        let head = &bytes[..bytes.len().min(SIGNATURE)];
        match image::guess_format(head) {
            Ok(ImageFormat::Jpeg) => Ok(Self::Jpeg),
            Ok(ImageFormat::Png) => Ok(Self::Png),
            Ok(ImageFormat::WebP) => Ok(Self::Webp),
            Ok(ImageFormat::Gif) => Ok(Self::Gif),
            Ok(ImageFormat::Bmp) => Ok(Self::Bmp),
            Ok(ImageFormat::Tiff) => unsupported("a TIFF"),
            Ok(ImageFormat::Avif) => unsupported("an AVIF"),
            Ok(ImageFormat::Ico) => unsupported("an ICO"),
            _ if matches!(head.get(4..12), Some(b"ftypheic" | b"ftypheix" | b"ftypmif1")) => unsupported("a HEIF"),
            _ if bytes.is_empty() => Err(TaskError::new(Code::ImageInvalid, "The image is empty: it has no bytes")),
            _ => {
                let start: Vec<String> = head.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
                let message = format!("The bytes are no image of a known format: they begin with {}", start.join(" "));
                Err(TaskError::new(Code::ImageInvalid, message))
            }
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Webp => "WebP",
            Self::Gif => "GIF",
            Self::Bmp => "BMP",
        }
    }

    /// The format to write when nobody names one.
    pub(super) fn natural_output(self) -> Format {
        match self {
            Self::Jpeg => Format::Jpeg,
            Self::Webp => Format::Webp,
            Self::Png | Self::Gif | Self::Bmp => Format::Png,
        }
    }
}

/// An image as it is stored.
#[derive(Debug)]
pub(super) struct Decoded {
    pub(super) pixels: Pixels,
    /// How a viewer is to turn it.
    pub(super) orientation: Orientation,
}

/// Decodes an image of at most `limit` pixels; of an animation the first frame.
pub(super) fn decode(kind: Kind, bytes: &[u8], limit: u64, context: &Context<'_>) -> Result<Decoded, TaskError> {
    let input = || Input { bytes: Cursor::new(bytes), context };
    let broken = |error| failed(kind, error, context);
    let limits = |max_alloc| {
        let mut limits = Limits::no_limits();
        limits.max_alloc = Some(max_alloc);
        limits
    };
    match kind {
        Kind::Jpeg => jpeg::decode(bytes, limit, context),
        Kind::Png => {
            let decoder = PngDecoder::with_limits(input(), limits(PNG_CHUNKS)).map_err(broken)?;
            read(kind, decoder, limit, context)
        }
        Kind::Webp => read(kind, WebPDecoder::new(input()).map_err(broken)?, limit, context),
        Kind::Gif => read(kind, GifDecoder::new(input()).map_err(broken)?, limit, context),
        Kind::Bmp => read(kind, BmpDecoder::new(input()).map_err(broken)?, limit, context),
    }
}

/// Fails when the header announces more pixels than allowed, or none.
pub(super) fn check_size(kind: Kind, (width, height): (u32, u32), limit: u64) -> Result<(), TaskError> {
    if width == 0 || height == 0 {
        let message = format!("The {} has no pixels: its header says {width} × {height}", kind.name());
        return Err(TaskError::new(Code::ImageInvalid, message));
    }
    if u64::from(width) * u64::from(height) > limit {
        let message = format!("The {} has {width} × {height} pixels, `limitInputPixels` is {limit}", kind.name());
        return Err(TaskError::new(Code::ImageTooLarge, message));
    }
    Ok(())
}

fn read(kind: Kind, mut decoder: impl ImageDecoder, limit: u64, context: &Context<'_>) -> Result<Decoded, TaskError> {
    let (width, height) = decoder.dimensions();
    check_size(kind, (width, height), limit)?;
    // A broken EXIF block is no reason to refuse the picture.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let color = decoder.color_type();
    let (channels, wide) = match color {
        ColorType::L8 => (1, false),
        ColorType::La8 => (2, false),
        ColorType::Rgb8 => (3, false),
        ColorType::Rgba8 => (4, false),
        ColorType::L16 => (1, true),
        ColorType::La16 => (2, true),
        ColorType::Rgb16 => (3, true),
        ColorType::Rgba16 => (4, true),
        _ => {
            let message = format!("The {} has pixels of the type {color:?}, which cannot be read here", kind.name());
            return Err(TaskError::new(Code::ImageUnsupported, message));
        }
    };
    let len = usize::try_from(decoder.total_bytes()).ok();
    let mut data = len.and_then(zeroed).ok_or_else(|| out_of_memory(width, height))?;
    decoder.read_image(&mut data).map_err(|error| failed(kind, error, context))?;
    context.check()?;
    if !wide {
        return Ok(Decoded { pixels: Pixels { width, height, channels, data }, orientation });
    }
    let mut pixels = Pixels::new(width, height, channels)?;
    let row_len = pixels.row_len();
    in_bands(&mut pixels.data, row_len, context, &|first, band| {
        let samples = data[2 * first * row_len..].chunks_exact(2);
        for (narrow, sample) in band.iter_mut().zip(samples) {
            *narrow = narrowed(u16::from_ne_bytes([sample[0], sample[1]]));
        }
    })?;
    Ok(Decoded { pixels, orientation })
}

/// The nearest of 256 levels.
fn narrowed(sample: u16) -> u8 {
    ((u32::from(sample) + 128) / 257) as u8
}

/// A decoder's complaint. When the task was cancelled, that is what the decoder complains of.
fn failed(kind: Kind, error: ImageError, context: &Context<'_>) -> TaskError {
    let code = match &error {
        ImageError::Limits(_) => Code::ImageTooLarge,
        ImageError::Unsupported(_) => Code::ImageUnsupported,
        _ => Code::ImageInvalid,
    };
    invalid(kind, code, &error, context)
}

pub(super) fn invalid(kind: Kind, code: Code, cause: &dyn Display, context: &Context<'_>) -> TaskError {
    context.check().err().unwrap_or_else(|| {
        let cause = cause.to_string();
        TaskError::new(code, format!("Cannot decode the {}: {}", kind.name(), cause.trim_end_matches('.')))
    })
}

/// The bytes of an image, which fail to be read once the task is cancelled.
struct Input<'a> {
    bytes: Cursor<&'a [u8]>,
    context: &'a Context<'a>,
}

impl Read for Input<'_> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        self.context.check().map_err(io::Error::other)?;
        self.bytes.read(target)
    }
}

impl BufRead for Input<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.context.check().map_err(io::Error::other)?;
        let rest = self.bytes.fill_buf()?;
        Ok(&rest[..rest.len().min(PIECE)])
    }

    fn consume(&mut self, count: usize) {
        self.bytes.consume(count);
    }
}

impl Seek for Input<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.bytes.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_bits_become_the_nearest_of_eight() {
        for level in 0..=255_u16 {
            assert_eq!(narrowed(257 * level), level as u8);
        }
        assert_eq!((narrowed(128), narrowed(129), narrowed(65535)), (0, 1, 255));
    }

    #[test]
    fn what_is_known_and_not_read_is_named() {
        let unsupported = |bytes: &[u8]| {
            let error = Kind::of(bytes).unwrap_err();
            (error.code, error.message.into_owned())
        };
        for (bytes, name) in [
            (&b"II*\0aaaa"[..], "TIFF"),
            (b"\0\0\0\x20ftypavif", "AVIF"),
            (b"\0\0\0\x18ftypheic\0\0", "HEIF"),
            (b"\0\0\x01\0", "ICO"),
        ] {
            let (code, message) = unsupported(bytes);
            assert_eq!(code, Code::ImageUnsupported);
            assert!(message.contains(name), "{message}");
        }
        assert_eq!(unsupported(b"").0, Code::ImageInvalid);
        assert!(unsupported(b"<html>").1.contains("3c 68 74"));
    }
}
