//! Colours, as CSS writes them or as objects.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

/// A colour as CSS writes it, or an object.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::tasks::image) struct Color {
    pub(in crate::tasks::image) rgba: [u8; 4],
}

impl Default for Color {
    fn default() -> Self {
        Self { rgba: [0, 0, 0, 255] }
    }
}

impl Color {
    pub(in crate::tasks::image) fn is_grey(self) -> bool {
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
}
