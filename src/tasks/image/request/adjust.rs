//! Brightness, colours, sharpness.

use schemars::JsonSchema;
use serde::Deserialize;

use super::number::Integer;
use super::yes;

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::tasks::image) struct Gamma {
    /// 1 to 3, applied before the resizing as darkening by 1/gamma.
    pub(in crate::tasks::image) gamma: f64,
    /// 1 to 3, undone after the resizing: `gamma` unless given.
    pub(in crate::tasks::image) gamma_out: Option<f64>,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub(in crate::tasks::image) struct Threshold {
    /// 0 to 255: what is at least this becomes white.
    pub(in crate::tasks::image) threshold: u8,
    /// The picture becomes grey first, unless this is false.
    #[serde(default = "yes")]
    pub(in crate::tasks::image) greyscale: bool,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::tasks::image) struct Blur {
    /// Of the Gaussian, 0.3 to 1000. A fast box blur of 3 × 3 pixels unless given.
    pub(in crate::tasks::image) sigma: Option<f64>,
    /// 0.001 to 1: where the Gaussian is cut off, 0.2 unless given.
    pub(in crate::tasks::image) min_amplitude: Option<f64>,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub(in crate::tasks::image) struct Normalise {
    /// The percentile that becomes black, 0 to 99, 1 unless given.
    pub(in crate::tasks::image) lower: Option<f64>,
    /// The percentile that becomes white, 1 to 100, 99 unless given.
    pub(in crate::tasks::image) upper: Option<f64>,
}

/// `a * input + b` of every channel: one number for all of them, or one for each.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub(in crate::tasks::image) struct Linear {
    #[serde(default)]
    pub(in crate::tasks::image) a: Vec<f64>,
    #[serde(default)]
    pub(in crate::tasks::image) b: Vec<f64>,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub(in crate::tasks::image) struct Modulate {
    /// A factor.
    pub(in crate::tasks::image) brightness: Option<f64>,
    /// A factor.
    pub(in crate::tasks::image) saturation: Option<f64>,
    /// Degrees.
    pub(in crate::tasks::image) hue: Option<f64>,
    /// Added to the lightness.
    pub(in crate::tasks::image) lightness: Option<f64>,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub(in crate::tasks::image) struct Negate {
    #[serde(default = "yes")]
    pub(in crate::tasks::image) alpha: bool,
}

/// The median of the squares of this side around each sample.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub(in crate::tasks::image) struct Median {
    pub(in crate::tasks::image) size: Integer<1, 1000>,
}

/// Unsharp masking of the lightness, as libvips has it; without a sigma a fast filter of 3 × 3 pixels.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub(in crate::tasks::image) struct Sharpen {
    /// Of the Gaussian, 0.000001 to 10.
    pub(in crate::tasks::image) sigma: Option<f64>,
    /// How much flat areas are sharpened, 0 to 1000000. 1 unless given.
    pub(in crate::tasks::image) m1: f64,
    /// How much jagged areas are sharpened, 0 to 1000000. 2 unless given.
    pub(in crate::tasks::image) m2: f64,
    /// Where jagged begins: a difference of the lightness, which is 0 to 100. 2 unless given.
    pub(in crate::tasks::image) x1: f64,
    /// The most that is made lighter. 10 unless given.
    pub(in crate::tasks::image) y2: f64,
    /// The most that is made darker. 20 unless given.
    pub(in crate::tasks::image) y3: f64,
}

impl Default for Sharpen {
    fn default() -> Self {
        Self { sigma: None, m1: 1.0, m2: 2.0, x1: 2.0, y2: 10.0, y3: 20.0 }
    }
}
