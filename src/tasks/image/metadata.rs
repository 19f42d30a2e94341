//! `image.metadata`: what the header of an image says, without decoding it; and what of it goes into a result.
//!
//! Runs on: the thread of the task.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::decode::{self, Header, Kind};
use super::encode::Extras;
use super::request::Source;
use super::turn::Turn;
use super::{colour, exif, source};
use crate::engine::{Binary, Context, Output, Task, TaskError};

pub(in crate::tasks) struct Metadata;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::tasks) struct Input {
    /// The image: a path, a `file:` URL, or the bytes.
    source: Source,
}

/// sharp's `metadata()`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Said {
    format: Kind,
    size: usize,
    width: u32,
    height: u32,
    space: &'static str,
    channels: usize,
    depth: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    density: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    chroma_subsampling: Option<&'static str>,
    is_progressive: bool,
    is_palette: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    bits_per_sample: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pages: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    page_height: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none", rename = "loop")]
    loops: Option<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    delay: Vec<u32>,
    has_profile: bool,
    has_alpha: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    orientation: Option<u8>,
    auto_orient: Size,
    #[serde(skip_serializing_if = "Option::is_none")]
    compression: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exif: Option<Binary>,
    #[serde(skip_serializing_if = "Option::is_none")]
    icc: Option<Binary>,
    #[serde(skip_serializing_if = "Option::is_none")]
    xmp: Option<Binary>,
}

#[derive(Serialize)]
struct Size {
    width: u32,
    height: u32,
}

impl Task for Metadata {
    const NAME: &'static str = "image.metadata";
    const DESCRIPTION: &'static str = "Reads the header of an image: format, size, orientation, profile and metadata.";
    type Input = Input;

    fn run(input: Input, context: &Context<'_>) -> Result<Output, TaskError> {
        let bytes = source::read(&input.source, context)?;
        let header = decode::header(&bytes, 0, context)?;
        let (width, height) = Turn::of_exif(header.orientation).size((header.width, header.height));
        let animated = header.pages > 1;
        Output::of(Said {
            format: header.kind,
            size: bytes.len(),
            width: header.width,
            height: header.height,
            space: colour::name_of(header.space, header.depth),
            channels: header.channels,
            depth: if header.depth == 16 { "ushort" } else { "uchar" },
            density: header.density,
            chroma_subsampling: header.chroma_subsampling,
            is_progressive: header.progressive,
            is_palette: header.palette_bits.is_some(),
            bits_per_sample: header.palette_bits.or(header.coded_bits).or(Some(header.depth)),
            pages: animated.then_some(header.pages),
            page_height: animated.then_some(header.height),
            loops: header.loops,
            delay: header.delays,
            has_profile: header.icc.is_some(),
            has_alpha: header.has_alpha,
            orientation: (header.orientation != 1 || header.exif.is_some()).then_some(header.orientation),
            auto_orient: Size { width, height },
            compression: header.compression,
            exif: header.exif.map(Binary::from_vec),
            icc: header.icc.map(Binary::from_vec),
            xmp: header.xmp.map(Binary::from_vec),
        })
    }
}

/// What goes into a result beside its pixels when metadata is kept.
pub(super) fn kept(header: &Header, turned: bool) -> Extras {
    let exif = header.exif.as_ref().map(|bytes| if turned { exif::upright(bytes) } else { bytes.clone() });
    Extras { icc: None, exif, xmp: header.xmp.clone(), density: header.density }
}
