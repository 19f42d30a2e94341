//! Numbers with bounds, which their error messages name.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

/// A number from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::tasks::image) struct Fraction(pub(in crate::tasks::image) f64);

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
pub(in crate::tasks::image) struct Pages(pub(in crate::tasks::image) Option<u32>);

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
pub(in crate::tasks::image) struct Integer<const MIN: u64, const MAX: u64>(pub(in crate::tasks::image) u64);

/// A width or a height of a result: as much as a JPEG can have.
pub(in crate::tasks::image) type Side = Integer<1, 65535>;

pub(in crate::tasks::image) type Quality = Integer<1, 100>;

pub(in crate::tasks::image) type PixelLimit = Integer<1, { (1 << 53) - 1 }>;

impl PixelLimit {
    pub(in crate::tasks::image) fn of(pixels: u64) -> Self {
        Self(pixels)
    }
}

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
