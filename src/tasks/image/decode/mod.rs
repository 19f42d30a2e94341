//! From bytes to pixels: what format it is, what its header says, and only then the memory for it.
//!
//! Runs on: the thread of the task. Bytes come from strangers: the header is read first, limits are checked next, memory is
//! taken last. Decoders read through `Watched`, which ends when the task is cancelled, so that they stop wherever they are.

#[cfg(feature = "avif")]
mod avif;
mod common;
mod gif;
pub(super) mod jpeg;
mod png;
mod tiff;
mod watched;
mod webp;

use serde::Serialize;

use super::raster::Picture;
use super::request::FailOn;
use crate::engine::{Code, Context, TaskError};

/// How many bytes tell a format.
pub(super) const SIGNATURE: usize = 32;

/// A format that is read.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Jpeg,
    Png,
    Webp,
    Gif,
    Tiff,
    Avif,
    Bmp,
    Ico,
}

/// What the header of an image says. Nothing of the size of the picture has been allocated for it.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) kind: Kind,
    /// As stored, before any orientation; of an animation the canvas.
    pub(super) width: u32,
    pub(super) height: u32,
    /// Samples of a pixel once it is decoded, alpha included: 1 to 4. CMYK has 4.
    pub(super) channels: usize,
    pub(super) has_alpha: bool,
    /// Bits of a sample once it is decoded: 8 or 16.
    pub(super) depth: u8,
    pub(super) space: Space,
    /// 1 (upright) to 8, as EXIF numbers them, from wherever the format keeps it.
    pub(super) orientation: u8,
    /// Pages or frames.
    pub(super) pages: u32,
    /// Milliseconds for each frame of an animation.
    pub(super) delays: Vec<u32>,
    /// How often an animation is shown, 0 for ever.
    pub(super) loops: Option<u32>,
    pub(super) icc: Option<Vec<u8>>,
    /// The TIFF structure, without the `Exif\0\0` before it.
    pub(super) exif: Option<Vec<u8>>,
    pub(super) xmp: Option<Vec<u8>>,
    /// Pixels per inch, from the format's own field or from EXIF.
    pub(super) density: Option<f64>,
    /// JPEG: `4:2:0` and so on.
    pub(super) chroma_subsampling: Option<&'static str>,
    /// Progressive JPEG, interlaced PNG or GIF.
    pub(super) progressive: bool,
    /// Bits of a sample of the palette's indices, for PNG and GIF with a palette.
    pub(super) palette_bits: Option<u8>,
    /// The compression of a TIFF or AVIF, in sharp's words.
    pub(super) compression: Option<&'static str>,
    /// Bits of a sample as it is stored, where that is neither 8 nor 16.
    pub(super) coded_bits: Option<u8>,
}

/// What the samples mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Space {
    Grey,
    Rgb,
    /// 0 is no ink, already put right where Adobe wrote it inverted.
    Cmyk,
}

/// What is wanted of an image.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ask {
    /// JPEG: 1, 2, 4 or 8, by which the sides are divided, rounded up. Other formats leave it alone.
    pub(super) shrink: u32,
    /// The first page or frame.
    pub(super) page: u32,
    /// How many, at most `Header::pages - page`.
    pub(super) pages: u32,
    pub(super) fail_on: FailOn,
}

/// An image in memory, in the samples of its file: `colour.rs` takes it to sRGB.
#[derive(Debug)]
pub(super) struct Decoded {
    /// One for each page that was asked for, all of the same size: frames of an animation are composed.
    pub(super) frames: Vec<Picture>,
}

impl Kind {
    /// Tells the format by the first bytes.
    pub(super) fn of(bytes: &[u8]) -> Result<Self, TaskError> {
        let head = &bytes[..bytes.len().min(SIGNATURE)];
        match head {
            [0xff, 0xd8, 0xff, ..] => Ok(Self::Jpeg),
            [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Ok(Self::Png),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Ok(Self::Webp),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Ok(Self::Gif),
            [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => Ok(Self::Tiff),
            [b'B', b'M', ..] => Ok(Self::Bmp),
            [0, 0, 1, 0, ..] => Ok(Self::Ico),
            [_, _, _, _, b'f', b't', b'y', b'p', brands @ ..] if is_avif(brands) => Ok(Self::Avif),
            [_, _, _, _, b'f', b't', b'y', b'p', b'h' | b'm', ..] => unsupported("a HEIF"),
            [] => Err(TaskError::new(Code::ImageInvalid, "The image is empty: it has no bytes")),
            _ => {
                let start: Vec<String> = head.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
                let message = format!("The bytes are no image of a known format: they begin with {}", start.join(" "));
                Err(TaskError::new(Code::ImageInvalid, message))
            }
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Webp => "WebP",
            Self::Gif => "GIF",
            Self::Tiff => "TIFF",
            Self::Avif => "AVIF",
            Self::Bmp => "BMP",
            Self::Ico => "ICO",
        }
    }
}

/// Whether one of the brands of a file is AVIF's: the first one, or of those that follow after a version one that is within
/// the signature.
fn is_avif(brands: &[u8]) -> bool {
    brands.as_chunks().0.iter().any(|brand: &[u8; 4]| matches!(brand, b"avif" | b"avis"))
}

/// What is said where the addon was built without AVIF.
#[cfg(not(feature = "avif"))]
fn without_avif<T>() -> Result<T, TaskError> {
    let message =
        "The image is an AVIF, which this build of offloop cannot read: it was built without the feature `avif`";
    Err(TaskError::new(Code::ImageUnsupported, message))
}

fn unsupported<T>(name: &str) -> Result<T, TaskError> {
    let message =
        format!("The image is {name}, which cannot be read here; JPEG, PNG, WebP, GIF, TIFF, BMP and ICO can");
    Err(TaskError::new(Code::ImageUnsupported, message))
}

/// Reads the header: that of a page, where pages have their own.
pub(super) fn header(bytes: &[u8], page: u32, context: &Context<'_>) -> Result<Header, TaskError> {
    let kind = Kind::of(bytes)?;
    match kind {
        Kind::Jpeg => jpeg::header(bytes, context),
        Kind::Png => png::header(bytes, context),
        Kind::Webp => webp::header(bytes, context),
        Kind::Gif => gif::header(bytes, context),
        Kind::Tiff => tiff::header(bytes, page, context),
        #[cfg(feature = "avif")]
        Kind::Avif => avif::header(bytes, context),
        #[cfg(not(feature = "avif"))]
        Kind::Avif => without_avif(),
        Kind::Bmp | Kind::Ico => common::header(kind, bytes, context),
    }
}

/// Decodes the image whose header is known, and was found to be within the limits.
pub(super) fn decode(header: &Header, bytes: &[u8], ask: &Ask, context: &Context<'_>) -> Result<Decoded, TaskError> {
    match header.kind {
        Kind::Jpeg => jpeg::decode(header, bytes, ask, context),
        Kind::Png => png::decode(header, bytes, ask, context),
        Kind::Webp => webp::decode(header, bytes, ask, context),
        Kind::Gif => gif::decode(header, bytes, ask, context),
        Kind::Tiff => tiff::decode(header, bytes, ask, context),
        #[cfg(feature = "avif")]
        Kind::Avif => avif::decode(header, bytes, context),
        #[cfg(not(feature = "avif"))]
        Kind::Avif => without_avif(),
        Kind::Bmp | Kind::Ico => common::decode(header, bytes, context),
    }
}

/// A decoder's complaint. When the task was cancelled, that is what the decoder complains of.
pub(super) fn invalid(kind: Kind, code: Code, cause: &dyn std::fmt::Display, context: &Context<'_>) -> TaskError {
    context.check().err().unwrap_or_else(|| {
        let cause = cause.to_string();
        TaskError::new(code, format!("Cannot decode the {}: {}", kind.name(), cause.trim_end_matches('.')))
    })
}
