//! How an AVIF is encoded, with sharp's defaults.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, Unexpected};
use serde::{Deserialize, Deserializer};

use super::number::{Integer, Quality};
use super::output::Subsampling;

#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::tasks::image) struct Avif {
    /// 50 unless given.
    pub(in crate::tasks::image) quality: Quality,
    /// 0 (fast) to 9 (small), 4 unless given.
    pub(in crate::tasks::image) effort: Integer<0, 9>,
    /// `4:4:4` unless given, or `4:2:0`.
    pub(in crate::tasks::image) chroma_subsampling: Subsampling,
    /// Bits of a sample: 8 unless given, 10 or 12.
    pub(in crate::tasks::image) bitdepth: BitDepth,
    /// Only `false`: the encoder cannot do without loss.
    pub(in crate::tasks::image) lossless: WithLoss,
}

impl Default for Avif {
    fn default() -> Self {
        Self {
            quality: Integer(50),
            effort: Integer(4),
            chroma_subsampling: Subsampling::Full,
            bitdepth: BitDepth::Eight,
            lossless: WithLoss,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::tasks::image) enum BitDepth {
    Eight = 8,
    Ten = 10,
    Twelve = 12,
}

impl<'de> Deserialize<'de> for BitDepth {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u64::deserialize(deserializer)? {
            8 => Ok(Self::Eight),
            10 => Ok(Self::Ten),
            12 => Ok(Self::Twelve),
            other => Err(D::Error::invalid_value(Unexpected::Unsigned(other), &"8, 10 or 12")),
        }
    }
}

impl JsonSchema for BitDepth {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "BitDepth".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "enum": [8, 10, 12] })
    }
}

/// What sharp's `lossless` can be here.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::tasks::image) struct WithLoss;

impl<'de> Deserialize<'de> for WithLoss {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if bool::deserialize(deserializer)? {
            let expected = "false (AVIF is written with loss only)";
            return Err(D::Error::invalid_value(Unexpected::Bool(true), &expected));
        }
        Ok(Self)
    }
}

impl JsonSchema for WithLoss {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "WithLoss".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "const": false })
    }
}
