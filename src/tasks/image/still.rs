//! One still picture for a document: what a JPEG says of itself, and the pixels of every format that is read here.
//!
//! Runs on: the thread of the task, and every idle thread of the pool.

use super::decode::{self, Ask, Kind, jpeg};
use super::limits::{PixelLimit, check_source};
use super::request::FailOn;
use super::{colour, exif};
use crate::engine::{Code, Context, TaskError};

/// A JPEG that goes into a document as it is.
#[derive(Debug)]
pub(in crate::tasks) struct JpegHeader {
    pub(in crate::tasks) width: u32,
    pub(in crate::tasks) height: u32,
    /// 1, 3 or 4.
    pub(in crate::tasks) components: usize,
    /// 1 (upright) to 8.
    pub(in crate::tasks) orientation: u8,
    /// Three components are brightness and colour differences.
    pub(in crate::tasks) is_ycc: bool,
    /// It has Adobe's marker: four components are inverted.
    pub(in crate::tasks) is_adobe: bool,
    /// Coded as every reader of PDF knows it: baseline, extended or progressive, with Huffman's codes.
    pub(in crate::tasks) is_common: bool,
}

/// A picture in memory: 8 bits a sample, grey or sRGB, with or without alpha, which is not premultiplied.
#[derive(Debug)]
pub(in crate::tasks) struct Still {
    pub(in crate::tasks) width: u32,
    pub(in crate::tasks) height: u32,
    /// 1 to 4.
    pub(in crate::tasks) channels: usize,
    pub(in crate::tasks) samples: Vec<u8>,
    /// 1 (upright) to 8.
    pub(in crate::tasks) orientation: u8,
}

/// Reads the header of a JPEG. `None` when the bytes are not one.
pub(in crate::tasks) fn jpeg_header(
    bytes: &[u8],
    limit: u64,
    context: &Context<'_>,
) -> Result<Option<JpegHeader>, TaskError> {
    if Kind::of(bytes)? != Kind::Jpeg {
        return Ok(None);
    }
    let header = jpeg::header(bytes, context)?;
    check_pixels(header.width, header.height, limit)?;
    let coding = jpeg::coding(bytes);
    Ok(Some(JpegHeader {
        width: header.width,
        height: header.height,
        components: header.channels,
        orientation: header.orientation,
        is_ycc: coding.is_ycc,
        is_adobe: coding.is_adobe,
        is_common: coding.is_huffman,
    }))
}

/// Fails when a picture has more pixels than allowed.
pub(in crate::tasks) fn check_pixels(width: u32, height: u32, limit: u64) -> Result<(), TaskError> {
    check_source((width, height), 1, PixelLimit::of(limit))
}

/// The orientation in EXIF, without the `Exif\0\0` before it.
pub(in crate::tasks) fn orientation_of(exif: &[u8]) -> u8 {
    exif::orientation_of(exif)
}

/// Decodes the first page of a picture of at most `limit` pixels, in any format that is read here.
pub(in crate::tasks) fn still(bytes: &[u8], limit: u64, context: &Context<'_>) -> Result<Still, TaskError> {
    let header = decode::header(bytes, 0, context)?;
    check_pixels(header.width, header.height, limit)?;
    let ask = Ask { shrink: 1, page: 0, pages: 1, fail_on: FailOn::Warning };
    let picture = decode::decode(&header, bytes, &ask, context)?.frames.into_iter().next();
    let picture = picture.ok_or_else(|| TaskError::new(Code::ImageInvalid, "The image has no frames"))?;
    let raster = colour::to_srgb(picture, &header, false, context)?.narrowed(context)?;
    Ok(Still {
        width: raster.width,
        height: raster.height,
        channels: raster.channels,
        samples: raster.data.to_vec(),
        orientation: header.orientation,
    })
}
