//! The options of `image.convert` as the caller writes them, in the words of sharp.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{Error, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::engine::Binary;
use crate::tasks::file::FilePath;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::tasks) struct Input {
    /// The image: a path, a `file:` URL, or the bytes.
    pub(super) source: Source,
    /// The size of the result. That of the source unless given.
    pub(super) resize: Option<Resize>,
    /// By default what the name of `output` ends with, else the format of the source, else PNG.
    pub(super) format: Option<Format>,
    /// Of JPEG and lossy WebP, 80 unless given.
    #[serde(default)]
    pub(super) quality: Quality,
    /// WebP without loss.
    #[serde(default)]
    pub(super) lossless: bool,
    /// Beside the image when `fit` is `contain`, and behind a transparent one that becomes a JPEG. Black unless given.
    #[serde(default)]
    pub(super) background: Color,
    /// The most pixels that the source and the result may have, 268402689 (0x3FFF squared) unless given.
    #[serde(default)]
    pub(super) limit_input_pixels: PixelLimit,
    /// Where the result is written, whole or not at all. Without it the result is a Buffer.
    pub(super) output: Option<FilePath>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Resize {
    /// Pixels. In proportion to the height unless given.
    pub(super) width: Option<Side>,
    /// Pixels. In proportion to the width unless given.
    pub(super) height: Option<Side>,
    /// How the image takes a size of other proportions: `cover` unless given.
    #[serde(default)]
    pub(super) fit: Fit,
    /// Leaves an image as it is rather than make it larger.
    #[serde(default)]
    pub(super) without_enlargement: bool,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Fit {
    /// Fills the size, and cuts off what is left over, the same on both sides.
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

/// A format that is written.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Format {
    Webp,
    #[serde(alias = "jpg")]
    Jpeg,
    Png,
}

impl Format {
    pub(super) fn of_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "webp" => Some(Self::Webp),
            "jpg" | "jpeg" => Some(Self::Jpeg),
            "png" => Some(Self::Png),
            _ => None,
        }
    }
}

pub(super) enum Source {
    File(FilePath),
    Bytes(Binary),
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

            fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<Source, M::Error> {
                let binary = Binary::deserialize(MapAccessDeserializer::new(map));
                binary.map(Source::Bytes).map_err(|_| M::Error::invalid_type(Unexpected::Map, &self))
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

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "a path, a `file:` URL, or a Buffer, typed array or ArrayBuffer" })
    }
}

/// A colour, as `#rgb`, `#rrggbb`, `#rrggbbaa`, or an object.
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
    fn of_hex(text: &str) -> Option<Self> {
        let digits: Option<Vec<u8>> =
            text.strip_prefix('#')?.chars().map(|digit| digit.to_digit(16).map(|value| value as u8)).collect();
        let rgba = match digits?[..] {
            [r, g, b] => [17 * r, 17 * g, 17 * b, 255],
            [r, s, g, h, b, c] => [16 * r + s, 16 * g + h, 16 * b + c, 255],
            [r, s, g, h, b, c, a, d] => [16 * r + s, 16 * g + h, 16 * b + c, 16 * a + d],
            _ => return None,
        };
        Some(Self { rgba })
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
                Color::of_hex(text).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
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
        let hex = json_schema!({ "type": "string", "pattern": "^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})$" });
        json_schema!({ "anyOf": [hex, generator.subschema_for::<Channels>()] })
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
        assert_eq!(color(r#"{"r":1,"g":2,"b":3}"#), Some([1, 2, 3, 255]));
        assert_eq!(color(r#"{"r":1,"g":2,"b":3,"alpha":0.5}"#), Some([1, 2, 3, 128]));
        for bad in [r#""white""#, r##""#ff""##, r##""#é0""##, r#"{"r":256,"g":0,"b":0}"#, r#"{"r":1}"#, "7"] {
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
