//! Pictures that are laid over the picture.

use schemars::JsonSchema;
use serde::Deserialize;

use super::geometry::Position;
use super::source::Source;

/// A picture laid over the picture.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::tasks::image) struct Layer {
    pub(in crate::tasks::image) input: Source,
    #[serde(default)]
    pub(in crate::tasks::image) blend: Blend,
    #[serde(default)]
    pub(in crate::tasks::image) gravity: Position,
    /// Pixels from the top; with `left`, in the place of `gravity`. May be negative.
    pub(in crate::tasks::image) top: Option<i32>,
    pub(in crate::tasks::image) left: Option<i32>,
    /// The layer is repeated over the whole picture.
    #[serde(default)]
    pub(in crate::tasks::image) tile: bool,
    /// The layer's colours are already multiplied by its alpha.
    #[serde(default)]
    pub(in crate::tasks::image) premultiplied: bool,
    /// The layer is turned as its EXIF orientation says.
    #[serde(default)]
    pub(in crate::tasks::image) auto_orient: bool,
}

/// The operators of libvips, which are those of Porter and Duff and of the PDF specification.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(in crate::tasks::image) enum Blend {
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
