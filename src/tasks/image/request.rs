//! The options of `image.process` as the caller writes them, in the words of sharp.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::{MapAccessDeserializer, MapDeserializer, StrDeserializer};
use serde::de::{Error, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

use super::decode::Kind;
use crate::engine::Binary;
use crate::tasks::file::FilePath;

/// All that is asked of one picture. What is done is done in sharp's order, whatever the order here: see `pipeline.rs`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::tasks) struct Request {
    /// The image: a path, a `file:` URL, the bytes, `{ raw }` pixels, or `{ create }` for a picture of one colour.
    pub(super) source: Source,
    /// The most pixels that the source and the result may have, 268402689 (0x3FFF squared) unless given.
    #[serde(default)]
    pub(super) limit_input_pixels: PixelLimit,
    /// How bad a damage must be to be an error: `warning` unless given.
    #[serde(default)]
    pub(super) fail_on: FailOn,
    /// The first page or frame that is read, from 0.
    #[serde(default)]
    pub(super) page: u32,
    /// How many pages or frames are read: 1 unless given, -1 for all.
    #[serde(default)]
    pub(super) pages: Pages,
    /// The picture is turned as its EXIF orientation says, unless this is false.
    #[serde(default = "yes")]
    pub(super) auto_orient: bool,
    /// The colour profile is ignored: the samples are taken to be sRGB.
    #[serde(default)]
    pub(super) ignore_icc: bool,

    /// Turned clockwise before all else.
    pub(super) rotate_before: Option<Rotate>,
    /// A part of the source, in pixels of the picture as it is seen.
    pub(super) extract_before: Option<Region>,
    pub(super) resize: Option<Resize>,
    /// Upside down.
    #[serde(default)]
    pub(super) flip: bool,
    /// Left and right change places.
    #[serde(default)]
    pub(super) flop: bool,
    /// Turned clockwise after the resizing.
    pub(super) rotate: Option<Rotate>,
    /// A part of the resized picture.
    pub(super) extract: Option<Region>,
    pub(super) extend: Option<Extend>,
    /// Transparent pixels are merged with this colour, and the alpha channel goes.
    pub(super) flatten: Option<Color>,
    pub(super) gamma: Option<Gamma>,
    #[serde(default)]
    pub(super) greyscale: bool,
    pub(super) threshold: Option<Threshold>,
    pub(super) blur: Option<Blur>,
    #[serde(default)]
    pub(super) composite: Vec<Layer>,
    pub(super) normalise: Option<Normalise>,
    pub(super) linear: Option<Linear>,
    pub(super) modulate: Option<Modulate>,
    /// A colour whose chroma replaces the picture's own.
    pub(super) tint: Option<Color>,
    pub(super) negate: Option<Negate>,
    #[serde(default)]
    pub(super) remove_alpha: bool,
    /// An alpha channel of this value, 0 to 1, unless there is one.
    pub(super) ensure_alpha: Option<Fraction>,

    /// The format of the result and its options, as `{ webp: { quality: 80 } }`. By default that of the name of `file`,
    /// else that of the source where it can be written, else PNG.
    pub(super) output: Option<Output>,
    /// EXIF (the orientation set right), XMP and the resolution go into the result.
    #[serde(default)]
    pub(super) keep_metadata: bool,
    /// The source's colour profile goes into the result, whose colours stay in it.
    #[serde(default)]
    pub(super) keep_icc: bool,
    /// Where the result is written, whole or not at all. Without it the result is a Buffer.
    pub(super) file: Option<FilePath>,
}

fn yes() -> bool {
    true
}

#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, PartialOrd)]
#[serde(rename_all = "lowercase")]
pub(super) enum FailOn {
    /// Whatever can be decoded is decoded.
    None,
    /// The data ends too early.
    Truncated,
    /// The data is broken.
    Error,
    /// The data breaks the rules of its format anywhere.
    #[default]
    Warning,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub(super) struct Rotate {
    /// Degrees, clockwise.
    pub(super) angle: f64,
    /// Beside a picture that is turned by other than a multiple of 90 degrees. Black unless given.
    #[serde(default)]
    pub(super) background: Color,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub(super) struct Region {
    pub(super) left: u32,
    pub(super) top: u32,
    pub(super) width: Side,
    pub(super) height: Side,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Resize {
    /// Pixels. In proportion to the height unless given.
    pub(super) width: Option<Side>,
    /// Pixels. In proportion to the width unless given.
    pub(super) height: Option<Side>,
    /// How the image takes a size of other proportions: `cover` unless given.
    #[serde(default)]
    pub(super) fit: Fit,
    /// Which part `cover` keeps, and where `contain` puts the image.
    #[serde(default)]
    pub(super) position: Position,
    #[serde(default)]
    pub(super) kernel: Kernel,
    /// Beside the image when `fit` is `contain`. Black unless given.
    #[serde(default)]
    pub(super) background: Color,
    /// Leaves an image as it is rather than make it larger.
    #[serde(default)]
    pub(super) without_enlargement: bool,
    /// Leaves an image as it is rather than make it smaller.
    #[serde(default)]
    pub(super) without_reduction: bool,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Fit {
    /// Fills the size, and cuts off what is left over.
    #[default]
    Cover,
    /// All of the image inside the size, with the background beside it.
    Contain,
    /// Stretched to the size.
    Fill,
    /// As large as possible inside the size.
    Inside,
    /// As small as possible around the size.
    Outside,
}

/// One of nine places.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq)]
pub(super) enum Position {
    #[default]
    #[serde(rename = "centre", alias = "center")]
    Centre,
    #[serde(rename = "north", alias = "top")]
    North,
    #[serde(rename = "northeast", alias = "right top")]
    Northeast,
    #[serde(rename = "east", alias = "right")]
    East,
    #[serde(rename = "southeast", alias = "right bottom")]
    Southeast,
    #[serde(rename = "south", alias = "bottom")]
    South,
    #[serde(rename = "southwest", alias = "left bottom")]
    Southwest,
    #[serde(rename = "west", alias = "left")]
    West,
    #[serde(rename = "northwest", alias = "left top")]
    Northwest,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kernel {
    Nearest,
    Linear,
    Cubic,
    Mitchell,
    Lanczos2,
    #[default]
    Lanczos3,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Extend {
    #[serde(default)]
    pub(super) top: u32,
    #[serde(default)]
    pub(super) bottom: u32,
    #[serde(default)]
    pub(super) left: u32,
    #[serde(default)]
    pub(super) right: u32,
    #[serde(default)]
    pub(super) background: Color,
    #[serde(default)]
    pub(super) extend_with: ExtendWith,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(super) enum ExtendWith {
    #[default]
    Background,
    /// The pixels of the edge go on.
    Copy,
    /// The picture again and again.
    Repeat,
    /// The picture mirrored.
    Mirror,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Gamma {
    /// 1 to 3, applied before the resizing as darkening by 1/gamma.
    pub(super) gamma: f64,
    /// 1 to 3, undone after the resizing: `gamma` unless given.
    pub(super) gamma_out: Option<f64>,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub(super) struct Threshold {
    /// 0 to 255: what is at least this becomes white.
    pub(super) threshold: u8,
    /// The picture becomes grey first, unless this is false.
    #[serde(default = "yes")]
    pub(super) greyscale: bool,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Blur {
    /// Of the Gaussian, 0.3 to 1000. A fast box blur of 3 × 3 pixels unless given.
    pub(super) sigma: Option<f64>,
    /// 0.001 to 1: where the Gaussian is cut off, 0.2 unless given.
    pub(super) min_amplitude: Option<f64>,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub(super) struct Normalise {
    /// The percentile that becomes black, 0 to 99, 1 unless given.
    pub(super) lower: Option<f64>,
    /// The percentile that becomes white, 1 to 100, 99 unless given.
    pub(super) upper: Option<f64>,
}

/// `a * input + b` of every channel: one number for all of them, or one for each.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub(super) struct Linear {
    #[serde(default)]
    pub(super) a: Vec<f64>,
    #[serde(default)]
    pub(super) b: Vec<f64>,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub(super) struct Modulate {
    /// A factor.
    pub(super) brightness: Option<f64>,
    /// A factor.
    pub(super) saturation: Option<f64>,
    /// Degrees.
    pub(super) hue: Option<f64>,
    /// Added to the lightness.
    pub(super) lightness: Option<f64>,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub(super) struct Negate {
    #[serde(default = "yes")]
    pub(super) alpha: bool,
}

/// A picture laid over the picture.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Layer {
    pub(super) input: Source,
    #[serde(default)]
    pub(super) blend: Blend,
    #[serde(default)]
    pub(super) gravity: Position,
    /// Pixels from the top; with `left`, in the place of `gravity`. May be negative.
    pub(super) top: Option<i32>,
    pub(super) left: Option<i32>,
    /// The layer is repeated over the whole picture.
    #[serde(default)]
    pub(super) tile: bool,
    /// The layer's colours are already multiplied by its alpha.
    #[serde(default)]
    pub(super) premultiplied: bool,
    /// The layer is turned as its EXIF orientation says.
    #[serde(default)]
    pub(super) auto_orient: bool,
}

/// The operators of libvips, which are those of Porter and Duff and of the PDF specification.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Blend {
    Clear,
    Source,
    #[default]
    Over,
    In,
    Out,
    Atop,
    Dest,
    DestOver,
    DestIn,
    DestOut,
    DestAtop,
    Xor,
    Add,
    Saturate,
    Multiply,
    Screen,
    Overlay,
    Darken,
    Lighten,
    #[serde(alias = "color-dodge")]
    ColourDodge,
    #[serde(alias = "color-burn")]
    ColourBurn,
    HardLight,
    SoftLight,
    Difference,
    Exclusion,
}

/// The format of the result and how it is encoded, with sharp's defaults.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Output {
    #[serde(alias = "jpg")]
    Jpeg(Jpeg),
    Png(Png),
    Webp(Webp),
    Raw(Raw),
}

impl Output {
    /// The format whose files end in this, with its defaults.
    pub(super) fn of_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "jpg" | "jpeg" | "jpe" | "jfif" => Some(Self::Jpeg(Jpeg::default())),
            "png" => Some(Self::Png(Png::default())),
            "webp" => Some(Self::Webp(Webp::default())),
            "raw" => Some(Self::Raw(Raw::default())),
            _ => None,
        }
    }

    /// The format to write when nobody names one: the one that was read, where it is written.
    pub(super) fn natural(kind: Kind) -> Self {
        match kind {
            Kind::Jpeg => Self::Jpeg(Jpeg::default()),
            Kind::Webp => Self::Webp(Webp::default()),
            Kind::Png | Kind::Gif | Kind::Bmp | Kind::Ico => Self::Png(Png::default()),
        }
    }

    /// The format as sharp's `info` names it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Jpeg(_) => "jpeg",
            Self::Png(_) => "png",
            Self::Webp(_) => "webp",
            Self::Raw(_) => "raw",
        }
    }

    /// Whether a file of the format can have several pages or frames.
    pub(super) fn has_pages(&self) -> bool {
        matches!(self, Self::Webp(_))
    }

    /// How often and how fast an animation is shown, where the caller says so.
    pub(super) fn animation(&self) -> (Option<u32>, Option<&Delay>) {
        let (loops, delay) = match self {
            Self::Webp(webp) => (webp.loops, webp.delay.as_ref()),
            _ => (None, None),
        };
        (loops.map(|loops| loops.0 as u32), delay)
    }
}

#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Jpeg {
    /// 80 unless given.
    pub(super) quality: Quality,
    pub(super) progressive: bool,
    /// `4:2:0` unless given, or `4:4:4`.
    pub(super) chroma_subsampling: Subsampling,
    /// Huffman tables made for the picture, unless this is false.
    #[serde(alias = "optimizeCoding")]
    pub(super) optimise_coding: bool,
    /// mozjpeg's slow and small way: trellis quantisation, overshoot deringing, optimised scans. Where the addon was
    /// built without mozjpeg this means progressive with optimised tables.
    pub(super) mozjpeg: bool,
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
pub(super) enum Subsampling {
    #[default]
    #[serde(rename = "4:2:0")]
    Halved,
    #[serde(rename = "4:4:4")]
    Full,
}

#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Png {
    /// 0 (fast) to 9 (small), 6 unless given.
    pub(super) compression_level: Integer<0, 9>,
    /// A filter is chosen for each row, which makes photos smaller.
    pub(super) adaptive_filtering: bool,
}

impl Default for Png {
    fn default() -> Self {
        Self { compression_level: Integer(6), adaptive_filtering: false }
    }
}

#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Webp {
    /// 80 unless given. Without loss: how hard to try.
    pub(super) quality: Quality,
    /// Of the alpha channel, 0 to 100, 100 unless given.
    pub(super) alpha_quality: Integer<0, 100>,
    pub(super) lossless: bool,
    /// Nearly without loss: `quality` says how nearly.
    pub(super) near_lossless: bool,
    /// Sharper edges between colours, slower.
    pub(super) smart_subsample: bool,
    /// 0 (fast) to 6 (small), 4 unless given.
    pub(super) effort: Integer<0, 6>,
    /// The colour of transparent pixels is kept.
    pub(super) exact: bool,
    /// How often an animation is shown, 0 for ever: as the source says unless given.
    #[serde(rename = "loop")]
    pub(super) loops: Option<Integer<0, 65535>>,
    /// Milliseconds between frames: one number for all, or one for each. As the source says unless given.
    pub(super) delay: Option<Delay>,
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
#[serde(untagged)]
pub(super) enum Delay {
    Each(Integer<0, 65535>),
    Of(Vec<Integer<0, 65535>>),
}

#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Raw {
    /// `uchar` (8 bits) unless given, or `ushort` (16 bits in the byte order of the machine).
    pub(super) depth: RawDepth,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(super) enum RawDepth {
    #[default]
    Uchar,
    Ushort,
}

impl RawDepth {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Uchar => "uchar",
            Self::Ushort => "ushort",
        }
    }
}

/// Where the pixels come from.
pub(super) enum Source {
    File(FilePath),
    Bytes(Binary),
    /// Pixels as they are: rows without padding.
    Raw(RawPixels),
    /// A picture of one colour.
    Create(Create),
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPixels {
    /// 8 bits a sample, or 16 in a `Uint16Array`.
    pub(super) data: Binary,
    pub(super) width: Side,
    pub(super) height: Side,
    pub(super) channels: Integer<1, 4>,
    /// The colours are multiplied by the alpha.
    #[serde(default)]
    pub(super) premultiplied: bool,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Create {
    pub(super) width: Side,
    pub(super) height: Side,
    pub(super) channels: Integer<3, 4>,
    pub(super) background: Color,
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Expected;
        impl<'de> Visitor<'de> for Expected {
            type Value = Source;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a path, a `file:` URL, or a Buffer or typed array")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Source, E> {
                FilePath::deserialize(StrDeserializer::new(text)).map(Source::File)
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Source, M::Error> {
                let wrong = |_: M::Error| M::Error::invalid_type(Unexpected::Map, &self);
                let key = map.next_key::<String>()?;
                let source = match key.as_deref() {
                    Some("raw") => Source::Raw(map.next_value()?),
                    Some("create") => Source::Create(map.next_value()?),
                    // A binary value stands as an object of its own.
                    Some(key) => {
                        let entry = std::iter::once((key, map.next_value::<u64>().map_err(wrong)?));
                        Source::Bytes(Binary::deserialize(MapDeserializer::new(entry)).map_err(wrong)?)
                    }
                    None => return Err(M::Error::invalid_type(Unexpected::Map, &self)),
                };
                match map.next_key::<String>()? {
                    None => Ok(source),
                    Some(_) => Err(M::Error::invalid_type(Unexpected::Map, &self)),
                }
            }
        }
        deserializer.deserialize_any(Expected)
    }
}

impl JsonSchema for Source {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Source".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (raw, create) = (generator.subschema_for::<RawPixels>(), generator.subschema_for::<Create>());
        json_schema!({
            "description": "a path, a `file:` URL, a Buffer, typed array or ArrayBuffer, { raw } or { create }",
            "anyOf": [
                { "type": "string" },
                { "type": "object", "properties": { "raw": raw }, "required": ["raw"] },
                { "type": "object", "properties": { "create": create }, "required": ["create"] },
            ],
        })
    }
}

/// A colour as CSS writes it, or an object.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Color {
    pub(super) rgba: [u8; 4],
}

impl Default for Color {
    fn default() -> Self {
        Self { rgba: [0, 0, 0, 255] }
    }
}

impl Color {
    pub(super) fn is_grey(self) -> bool {
        let [r, g, b, _] = self.rgba;
        r == g && g == b
    }

    /// `#fff`, `white`, `rgb(255, 255, 255)`, `hsl(0, 0%, 100%)` and the like.
    fn of_css(text: &str) -> Option<Self> {
        csscolorparser::parse(text).ok().map(|color| Self { rgba: color.to_rgba8() })
    }
}

/// As sharp has it: `alpha` from 0 to 1.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Channels {
    r: u8,
    g: u8,
    b: u8,
    /// 0 (transparent) to 1 (opaque), which it is unless given.
    alpha: Option<f64>,
}

impl<'de> Deserialize<'de> for Color {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Expected;
        impl<'de> Visitor<'de> for Expected {
            type Value = Color;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a colour such as `#ffffff` or { r, g, b, alpha }, with r, g, b 0 to 255 and alpha 0 to 1")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Color, E> {
                Color::of_css(text).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
            }

            fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<Color, M::Error> {
                let Channels { r, g, b, alpha } = Channels::deserialize(MapAccessDeserializer::new(map))
                    .map_err(|_| M::Error::invalid_value(Unexpected::Map, &self))?;
                let alpha = alpha.unwrap_or(1.0);
                if !(0.0..=1.0).contains(&alpha) {
                    return Err(M::Error::invalid_value(Unexpected::Float(alpha), &self));
                }
                Ok(Color { rgba: [r, g, b, (255.0 * alpha).round() as u8] })
            }
        }
        deserializer.deserialize_any(Expected)
    }
}

impl JsonSchema for Color {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Color".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let css = json_schema!({ "type": "string", "description": "a colour as CSS writes it" });
        json_schema!({ "anyOf": [css, generator.subschema_for::<Channels>()] })
    }
}

/// A number from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Fraction(pub(super) f64);

impl<'de> Deserialize<'de> for Fraction {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = f64::deserialize(deserializer)?;
        if (0.0..=1.0).contains(&value) {
            return Ok(Self(value));
        }
        Err(D::Error::invalid_value(Unexpected::Float(value), &"a number from 0 to 1"))
    }
}

impl JsonSchema for Fraction {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Fraction".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number", "minimum": 0, "maximum": 1 })
    }
}

/// How many pages or frames: `None` for all of them, which callers write as -1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pages(pub(super) Option<u32>);

impl Default for Pages {
    fn default() -> Self {
        Self(Some(1))
    }
}

impl<'de> Deserialize<'de> for Pages {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match i64::deserialize(deserializer)? {
            -1 => Ok(Self(None)),
            count @ 1..=100_000 => Ok(Self(Some(count as u32))),
            other => {
                let expected = "an integer from 1 to 100000, or -1 for all";
                Err(D::Error::invalid_value(Unexpected::Signed(other), &expected))
            }
        }
    }
}

impl JsonSchema for Pages {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Pages".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": -1, "maximum": 100_000 })
    }
}

/// An integer with bounds, which its error message names.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Integer<const MIN: u64, const MAX: u64>(pub(super) u64);

/// A width or a height of a result: as much as a JPEG can have.
pub(super) type Side = Integer<1, 65535>;
pub(super) type Quality = Integer<1, 100>;
pub(super) type PixelLimit = Integer<1, { (1 << 53) - 1 }>;

impl Default for Quality {
    fn default() -> Self {
        Self(80)
    }
}

impl Default for PixelLimit {
    fn default() -> Self {
        Self(0x3fff * 0x3fff)
    }
}

impl<'de, const MIN: u64, const MAX: u64> Deserialize<'de> for Integer<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Expected<const MIN: u64, const MAX: u64>;
        impl<const MIN: u64, const MAX: u64> Visitor<'_> for Expected<MIN, MAX> {
            type Value = Integer<MIN, MAX>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "an integer from {MIN} to {MAX}")
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
                let inside = (MIN..=MAX).contains(&value);
                if inside { Ok(Integer(value)) } else { Err(E::invalid_value(Unexpected::Unsigned(value), &self)) }
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
                Err(E::invalid_value(Unexpected::Signed(value), &self))
            }

            fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
                Err(E::invalid_value(Unexpected::Float(value), &self))
            }
        }
        deserializer.deserialize_any(Expected)
    }
}

impl<const MIN: u64, const MAX: u64> JsonSchema for Integer<MIN, MAX> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Integer".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": MIN, "maximum": MAX })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours() {
        let color = |json: &str| serde_json::from_str::<Color>(json).map(|color| color.rgba).ok();
        assert_eq!(color(r##""#f80""##), Some([255, 136, 0, 255]));
        assert_eq!(color(r##""#FF880080""##), Some([255, 136, 0, 128]));
        assert_eq!(color(r#""rebeccapurple""#), Some([102, 51, 153, 255]));
        assert_eq!(color(r#"{"r":1,"g":2,"b":3}"#), Some([1, 2, 3, 255]));
        assert_eq!(color(r#"{"r":1,"g":2,"b":3,"alpha":0.5}"#), Some([1, 2, 3, 128]));
        for bad in [r#""whitish""#, r##""#ff""##, r##""#é0""##, r#"{"r":256,"g":0,"b":0}"#, r#"{"r":1}"#, "7"] {
            assert_eq!(color(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_wrong_source_is_told_what_was_expected() {
        for bad in ["1", "[]", "{\"a\":1}", "true"] {
            let error = serde_json::from_str::<Source>(bad).err().expect(bad).to_string();
            assert!(error.contains("expected a path, a `file:` URL, or a Buffer"), "{error}");
        }
    }
}
