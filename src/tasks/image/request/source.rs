//! Where the pixels come from.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::{MapDeserializer, StrDeserializer};
use serde::de::{Error, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

use super::color::Color;
use super::number::{Integer, Side};
use crate::engine::Binary;
use crate::tasks::file::FilePath;

/// Where the pixels come from.
pub(in crate::tasks::image) enum Source {
    File(FilePath),
    Bytes(Binary),
    /// Pixels as they are: rows without padding.
    Raw(RawPixels),
    /// A picture of one colour.
    Create(Create),
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::tasks::image) struct RawPixels {
    /// 8 bits a sample, or 16 in a `Uint16Array`.
    pub(in crate::tasks::image) data: Binary,
    pub(in crate::tasks::image) width: Side,
    pub(in crate::tasks::image) height: Side,
    pub(in crate::tasks::image) channels: Integer<1, 4>,
    /// The colours are multiplied by the alpha.
    #[serde(default)]
    pub(in crate::tasks::image) premultiplied: bool,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::tasks::image) struct Create {
    pub(in crate::tasks::image) width: Side,
    pub(in crate::tasks::image) height: Side,
    pub(in crate::tasks::image) channels: Integer<3, 4>,
    pub(in crate::tasks::image) background: Color,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_source_is_told_what_was_expected() {
        for bad in ["1", "[]", "{\"a\":1}", "true"] {
            let error = serde_json::from_str::<Source>(bad).err().expect(bad).to_string();
            assert!(error.contains("expected a path, a `file:` URL, or a Buffer"), "{error}");
        }
    }
}
