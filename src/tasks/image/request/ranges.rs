//! The ranges of numbers that are no integers, which serde leaves to us. They are sharp's.
//!
//! A filter of no width, or of one without an end, is no filter: the loops that make its weights rely on this.

use std::ops::RangeInclusive;

use super::Request;
use crate::engine::{Code, TaskError};

/// From 0 on, without an end.
const FROM_0: RangeInclusive<f64> = 0.0..=f64::INFINITY;
/// What sharp allows for the strengths of sharpening.
const STRENGTH: RangeInclusive<f64> = 0.0..=1e6;

impl Request {
    /// Fails when a number is outside of its range.
    pub(in crate::tasks::image) fn check_ranges(&self) -> Result<(), TaskError> {
        if let Some(gamma) = &self.gamma {
            check("gamma.gamma", Some(gamma.gamma), 1.0..=3.0)?;
            check("gamma.gammaOut", gamma.gamma_out, 1.0..=3.0)?;
        }
        if let Some(blur) = &self.blur {
            check("blur.sigma", blur.sigma, 0.3..=1000.0)?;
            check("blur.minAmplitude", blur.min_amplitude, 0.001..=1.0)?;
        }
        if let Some(normalise) = &self.normalise {
            check("normalise.lower", normalise.lower, 0.0..=99.0)?;
            check("normalise.upper", normalise.upper, 1.0..=100.0)?;
        }
        if let Some(modulate) = &self.modulate {
            check("modulate.brightness", modulate.brightness, FROM_0)?;
            check("modulate.saturation", modulate.saturation, FROM_0)?;
        }
        if let Some(sharpen) = &self.sharpen {
            check("sharpen.sigma", sharpen.sigma, 0.000_001..=10.0)?;
            for (option, strength) in [
                ("sharpen.m1", sharpen.m1),
                ("sharpen.m2", sharpen.m2),
                ("sharpen.x1", sharpen.x1),
                ("sharpen.y2", sharpen.y2),
                ("sharpen.y3", sharpen.y3),
            ] {
                check(option, Some(strength), STRENGTH)?;
            }
        }
        Ok(())
    }
}

fn check(option: &str, value: Option<f64>, range: RangeInclusive<f64>) -> Result<(), TaskError> {
    let Some(value) = value.filter(|value| !range.contains(value)) else { return Ok(()) };
    let (low, high) = range.into_inner();
    let expected =
        if high.is_finite() { format!("a number from {low} to {high}") } else { format!("a number >= {low}") };
    Err(TaskError::expected(Code::OutOfRange, option, &expected, &format!("`{value}` (number)")))
}
