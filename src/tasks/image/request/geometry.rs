//! Sizes, parts, borders and turns.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::StrDeserializer;
use serde::{Deserialize, Deserializer};

use super::color::Color;
use super::number::Side;

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub(in crate::tasks::image) struct Rotate {
    /// Degrees, clockwise.
    pub(in crate::tasks::image) angle: f64,
    /// Beside a picture that is turned by other than a multiple of 90 degrees. Black unless given.
    #[serde(default)]
    pub(in crate::tasks::image) background: Color,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub(in crate::tasks::image) struct Region {
    pub(in crate::tasks::image) left: u32,
    pub(in crate::tasks::image) top: u32,
    pub(in crate::tasks::image) width: Side,
    pub(in crate::tasks::image) height: Side,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::tasks::image) struct Resize {
    /// Pixels. In proportion to the height unless given.
    pub(in crate::tasks::image) width: Option<Side>,
    /// Pixels. In proportion to the width unless given.
    pub(in crate::tasks::image) height: Option<Side>,
    /// How the image takes a size of other proportions: `cover` unless given.
    #[serde(default)]
    pub(in crate::tasks::image) fit: Fit,
    /// Which part `cover` keeps, and where `contain` puts the image.
    #[serde(default)]
    pub(in crate::tasks::image) position: Focus,
    #[serde(default)]
    pub(in crate::tasks::image) kernel: Kernel,
    /// Beside the image when `fit` is `contain`. Black unless given.
    #[serde(default)]
    pub(in crate::tasks::image) background: Color,
    /// Leaves an image as it is rather than make it larger.
    #[serde(default)]
    pub(in crate::tasks::image) without_enlargement: bool,
    /// Leaves an image as it is rather than make it smaller.
    #[serde(default)]
    pub(in crate::tasks::image) without_reduction: bool,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(in crate::tasks::image) enum Fit {
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
pub(in crate::tasks::image) enum Position {
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

/// Which part `cover` keeps: at a place, or what is most worth to be seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::tasks::image) enum Focus {
    Place(Position),
    /// Where the histogram has most to say.
    Entropy,
    /// Where edges, saturated colours and the tones of skin are.
    Attention,
}

impl Default for Focus {
    fn default() -> Self {
        Self::Place(Position::default())
    }
}

impl Focus {
    /// The place; what looks for its own is in the middle where there is nothing to choose.
    pub(in crate::tasks::image) fn place(self) -> Position {
        if let Self::Place(position) = self { position } else { Position::Centre }
    }
}

impl<'de> Deserialize<'de> for Focus {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match &*String::deserialize(deserializer)? {
            "entropy" => Ok(Self::Entropy),
            "attention" => Ok(Self::Attention),
            place => Position::deserialize(StrDeserializer::new(place)).map(Self::Place),
        }
    }
}

impl JsonSchema for Focus {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Focus".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [generator.subschema_for::<Position>(), { "enum": ["entropy", "attention"] }] })
    }
}

#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(in crate::tasks::image) enum Kernel {
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
pub(in crate::tasks::image) struct Extend {
    #[serde(default)]
    pub(in crate::tasks::image) top: u32,
    #[serde(default)]
    pub(in crate::tasks::image) bottom: u32,
    #[serde(default)]
    pub(in crate::tasks::image) left: u32,
    #[serde(default)]
    pub(in crate::tasks::image) right: u32,
    #[serde(default)]
    pub(in crate::tasks::image) background: Color,
    #[serde(default)]
    pub(in crate::tasks::image) extend_with: ExtendWith,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(in crate::tasks::image) enum ExtendWith {
    #[default]
    Background,
    /// The pixels of the edge go on.
    Copy,
    /// The picture again and again.
    Repeat,
    /// The picture mirrored.
    Mirror,
}

/// What looks like the background is cut off on all sides.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::tasks::image) struct Trim {
    /// The colour of the pixel at the top left unless given.
    pub(in crate::tasks::image) background: Option<Color>,
    /// By how much a sample may differ from the background, 0 to 255. 10 unless given.
    pub(in crate::tasks::image) threshold: f64,
    /// The picture is drawn in lines: it is not smoothed before it is compared.
    pub(in crate::tasks::image) line_art: bool,
    /// Pixels of the border that stay.
    pub(in crate::tasks::image) margin: u32,
}

impl Default for Trim {
    fn default() -> Self {
        Self { background: None, threshold: 10.0, line_art: false, margin: 0 }
    }
}
