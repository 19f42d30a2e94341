//! The format of the result, and how it is encoded, with sharp's defaults.

use schemars::JsonSchema;
use serde::Deserialize;

use super::avif::Avif;
use super::number::{Fraction, Integer, Quality};
use crate::tasks::image::decode::Kind;

/// The format of the result and how it is encoded, with sharp's defaults.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(in crate::tasks::image) enum Output {
    #[serde(alias = "jpg")]
    Jpeg(Jpeg),
    Png(Png),
    Webp(Webp),
    Gif(Gif),
    #[serde(alias = "tif")]
    Tiff(Tiff),
    Avif(Avif),
    Raw(Raw),
}

impl Output {
    /// The format whose files end in this, with its defaults.
    pub(in crate::tasks::image) fn of_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "jpg" | "jpeg" | "jpe" | "jfif" => Some(Self::Jpeg(Jpeg::default())),
            "png" => Some(Self::Png(Png::default())),
            "webp" => Some(Self::Webp(Webp::default())),
            "gif" => Some(Self::Gif(Gif::default())),
            "tif" | "tiff" => Some(Self::Tiff(Tiff::default())),
            "avif" => Some(Self::Avif(Avif::default())),
            "raw" => Some(Self::Raw(Raw::default())),
            _ => None,
        }
    }

    /// The format to write when nobody names one: the one that was read, where it is written.
    pub(in crate::tasks::image) fn natural(kind: Kind) -> Self {
        match kind {
            Kind::Jpeg => Self::Jpeg(Jpeg::default()),
            Kind::Webp => Self::Webp(Webp::default()),
            Kind::Gif => Self::Gif(Gif::default()),
            Kind::Tiff => Self::Tiff(Tiff::default()),
            Kind::Avif => Self::Avif(Avif::default()),
            Kind::Png | Kind::Bmp | Kind::Ico => Self::Png(Png::default()),
        }
    }

    /// The format as sharp's `info` names it.
    pub(in crate::tasks::image) fn name(&self) -> &'static str {
        match self {
            Self::Jpeg(_) => "jpeg",
            Self::Png(_) => "png",
            Self::Webp(_) => "webp",
            Self::Gif(_) => "gif",
            Self::Tiff(_) => "tiff",
            Self::Avif(_) => "avif",
            Self::Raw(_) => "raw",
        }
    }

    /// Whether a file of the format can have several pages or frames.
    pub(in crate::tasks::image) fn has_pages(&self) -> bool {
        matches!(self, Self::Webp(_) | Self::Gif(_) | Self::Tiff(_))
    }

    /// Whether a file of the format can have alpha.
    pub(in crate::tasks::image) fn has_alpha(&self) -> bool {
        match self {
            Self::Jpeg(_) => false,
            Self::Tiff(tiff) => tiff.compression != TiffCompression::Jpeg,
            _ => true,
        }
    }

    /// How often and how fast an animation is shown, where the caller says so.
    pub(in crate::tasks::image) fn animation(&self) -> (Option<u32>, Option<&Delay>) {
        let (loops, delay) = match self {
            Self::Webp(webp) => (webp.loops, webp.delay.as_ref()),
            Self::Gif(gif) => (gif.loops, gif.delay.as_ref()),
            _ => (None, None),
        };
        (loops.map(|loops| loops.0 as u32), delay)
    }
}

#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::tasks::image) struct Jpeg {
    /// 80 unless given.
    pub(in crate::tasks::image) quality: Quality,
    pub(in crate::tasks::image) progressive: bool,
    /// `4:2:0` unless given, or `4:4:4`.
    pub(in crate::tasks::image) chroma_subsampling: Subsampling,
    /// Huffman tables made for the picture, unless this is false.
    #[serde(alias = "optimizeCoding")]
    pub(in crate::tasks::image) optimise_coding: bool,
    /// mozjpeg's slow and small way: trellis quantisation, overshoot deringing, optimised scans. Where the addon was
    /// built without mozjpeg this means progressive with optimised tables.
    pub(in crate::tasks::image) mozjpeg: bool,
}

impl Default for Jpeg {
    fn default() -> Self {
        Self {
            quality: Quality::default(),
            progressive: false,
            chroma_subsampling: Subsampling::Halved,
            optimise_coding: true,
            mozjpeg: false,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq)]
pub(in crate::tasks::image) enum Subsampling {
    #[default]
    #[serde(rename = "4:2:0")]
    Halved,
    #[serde(rename = "4:4:4")]
    Full,
}

#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::tasks::image) struct Png {
    /// 0 (fast) to 9 (small), 6 unless given.
    pub(in crate::tasks::image) compression_level: Integer<0, 9>,
    /// A filter is chosen for each row, which makes photos smaller.
    pub(in crate::tasks::image) adaptive_filtering: bool,
    /// A palette of `colours` instead of full colours: much smaller, with loss.
    pub(in crate::tasks::image) palette: bool,
    /// Colours of the palette, 2 to 256, 256 unless given.
    #[serde(alias = "colors")]
    pub(in crate::tasks::image) colours: Integer<2, 256>,
    /// How much of what a palette misses is spread over the neighbours (Floyd and Steinberg), 0 to 1, 1 unless given.
    pub(in crate::tasks::image) dither: Fraction,
}

impl Default for Png {
    fn default() -> Self {
        Self {
            compression_level: Integer(6),
            adaptive_filtering: false,
            palette: false,
            colours: Integer(256),
            dither: Fraction(1.0),
        }
    }
}

#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::tasks::image) struct Webp {
    /// 80 unless given. Without loss: how hard to try.
    pub(in crate::tasks::image) quality: Quality,
    /// Of the alpha channel, 0 to 100, 100 unless given.
    pub(in crate::tasks::image) alpha_quality: Integer<0, 100>,
    pub(in crate::tasks::image) lossless: bool,
    /// Nearly without loss: `quality` says how nearly.
    pub(in crate::tasks::image) near_lossless: bool,
    /// Sharper edges between colours, slower.
    pub(in crate::tasks::image) smart_subsample: bool,
    /// 0 (fast) to 6 (small), 4 unless given.
    pub(in crate::tasks::image) effort: Integer<0, 6>,
    /// The colour of transparent pixels is kept.
    pub(in crate::tasks::image) exact: bool,
    /// How often an animation is shown, 0 for ever: as the source says unless given.
    #[serde(rename = "loop")]
    pub(in crate::tasks::image) loops: Option<Integer<0, 65535>>,
    /// Milliseconds between frames: one number for all, or one for each. As the source says unless given.
    pub(in crate::tasks::image) delay: Option<Delay>,
}

impl Default for Webp {
    fn default() -> Self {
        Self {
            quality: Quality::default(),
            alpha_quality: Integer(100),
            lossless: false,
            near_lossless: false,
            smart_subsample: false,
            effort: Integer(4),
            exact: false,
            loops: None,
            delay: None,
        }
    }
}

#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::tasks::image) struct Gif {
    /// Colours of a palette, 2 to 256, 256 unless given. One of them is for what is transparent.
    #[serde(alias = "colors")]
    pub(in crate::tasks::image) colours: Integer<2, 256>,
    /// How much of what a palette misses is spread over the neighbours (Floyd and Steinberg), 0 to 1, 1 unless given.
    pub(in crate::tasks::image) dither: Fraction,
    /// How often an animation is shown, 0 for ever: as the source says unless given.
    #[serde(rename = "loop")]
    pub(in crate::tasks::image) loops: Option<Integer<0, 65535>>,
    /// Milliseconds between frames: one number for all, or one for each. As the source says unless given.
    pub(in crate::tasks::image) delay: Option<Delay>,
}

impl Default for Gif {
    fn default() -> Self {
        Self { colours: Integer(256), dither: Fraction(1.0), loops: None, delay: None }
    }
}

#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::tasks::image) struct Tiff {
    /// Of JPEG compression, 80 unless given.
    pub(in crate::tasks::image) quality: Quality,
    pub(in crate::tasks::image) compression: TiffCompression,
    /// Samples are stored as differences from their neighbours, which `lzw` and `deflate` make more of: yes unless given.
    pub(in crate::tasks::image) predictor: Predictor,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(in crate::tasks::image) enum TiffCompression {
    /// As a JPEG: 8 bits, without alpha.
    #[default]
    Jpeg,
    Lzw,
    Deflate,
    Packbits,
    None,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(in crate::tasks::image) enum Predictor {
    #[default]
    Horizontal,
    None,
}

#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(untagged)]
pub(in crate::tasks::image) enum Delay {
    Each(Integer<0, 65535>),
    Of(Vec<Integer<0, 65535>>),
}

#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub(in crate::tasks::image) struct Raw {
    /// `uchar` (8 bits) unless given, or `ushort` (16 bits in the byte order of the machine).
    pub(in crate::tasks::image) depth: RawDepth,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(in crate::tasks::image) enum RawDepth {
    #[default]
    Uchar,
    Ushort,
}

impl RawDepth {
    pub(in crate::tasks::image) fn name(self) -> &'static str {
        match self {
            Self::Uchar => "uchar",
            Self::Ushort => "ushort",
        }
    }
}
