//! How large a result is, and which part of the image it shows: the arithmetic of sharp's `resize`.

use super::request::{Fit, Focus, Position, Resize};
use super::turn::Rectangle;
use crate::engine::{Code, TaskError};

/// A part of the source and the size it takes. In the orientation of whoever looks at it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Plan {
    /// The part of the source that is shown.
    pub(super) shown: Rectangle,
    /// The size that this part is scaled to.
    pub(super) size: (u32, u32),
    /// The size of the result: larger when there is background beside the image, smaller when what is worth to be seen is
    /// cut out of it.
    pub(super) canvas: (u32, u32),
}

impl Plan {
    /// The whole source in its own size.
    pub(super) fn unchanged(size: (u32, u32)) -> Self {
        Self { shown: Rectangle::of(size), size, canvas: size }
    }

    /// The plan for an image of the size `source`.
    pub(super) fn of(resize: &Resize, source: (u32, u32)) -> Result<Self, TaskError> {
        let (width, height) = (f64::from(source.0), f64::from(source.1));
        let target_width = resize.width.map(|side| side.0 as f64);
        let target_height = resize.height.map(|side| side.0 as f64);
        // How many pixels of the source become one, along each axis.
        let (mut across, mut down) = match (target_width, target_height) {
            (Some(x), Some(y)) => {
                let (across, down) = (width / x, height / y);
                match resize.fit {
                    Fit::Fill => (across, down),
                    Fit::Cover | Fit::Outside => (across.min(down), across.min(down)),
                    Fit::Contain | Fit::Inside => (across.max(down), across.max(down)),
                }
            }
            (Some(x), None) => (width / x, if resize.fit == Fit::Fill { 1.0 } else { width / x }),
            (None, Some(y)) => (if resize.fit == Fit::Fill { 1.0 } else { height / y }, height / y),
            (None, None) => {
                let message = "Expected `resize` to have a `width`, a `height` or both, got neither";
                return Err(TaskError::new(Code::InvalidArgType, message));
            }
        };
        if resize.without_reduction {
            (across, down) = (across.min(1.0), down.min(1.0));
        } else if resize.without_enlargement {
            (across, down) = (across.max(1.0), down.max(1.0));
        }
        // libvips multiplies by the inverse, which decides about half pixels.
        let scaled = |length: f64, shrink: f64| {
            let scale = 1.0 / shrink;
            let exact = if shrink < 1.0 { length * scale } else { length / (1.0 / scale) };
            saturating((exact + 0.5).floor().max(1.0))
        };
        let full = (scaled(width, across), scaled(height, down));
        let mut plan = Self { size: full, canvas: full, ..Self::unchanged(source) };
        let target = |length: u32, side: Option<f64>| side.map_or(length, saturating);
        let target = (target(full.0, target_width), target(full.1, target_height));
        match resize.fit {
            Fit::Cover if full != target => {
                let kept = (full.0.min(target.0), full.1.min(target.1));
                let Focus::Place(position) = resize.position else {
                    // What is worth to be seen is looked for in all of the resized picture.
                    plan.canvas = kept;
                    return Ok(plan);
                };
                let (left, top) = position.within(full, kept, Half::Up);
                let part = |length: f64, pixels: u32, full: u32| length * f64::from(pixels) / f64::from(full);
                plan.shown = Rectangle {
                    left: part(width, left, full.0),
                    top: part(height, top, full.1),
                    width: part(width, kept.0, full.0),
                    height: part(height, kept.1, full.1),
                };
                (plan.size, plan.canvas) = (kept, kept);
            }
            Fit::Contain => plan.canvas = (full.0.max(target.0), full.1.max(target.1)),
            _ => {}
        }
        Ok(plan)
    }
}

/// Which way half a pixel goes in the middle. sharp cuts with the one and embeds with the other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Half {
    Up,
    Down,
}

impl Position {
    /// Left and top of a part of the size `inner` at this place in the size `outer`.
    pub(super) fn within(self, outer: (u32, u32), inner: (u32, u32), half: Half) -> (u32, u32) {
        let (x, y) = (outer.0.saturating_sub(inner.0), outer.1.saturating_sub(inner.1));
        let middle = |space: u32| (space + u32::from(half == Half::Up)) / 2;
        let left = match self {
            Self::Northwest | Self::West | Self::Southwest => 0,
            Self::Northeast | Self::East | Self::Southeast => x,
            _ => middle(x),
        };
        let top = match self {
            Self::Northwest | Self::North | Self::Northeast => 0,
            Self::Southwest | Self::South | Self::Southeast => y,
            _ => middle(y),
        };
        (left, top)
    }
}

/// A huge enlargement stays huge, and the limit on pixels refuses it.
fn saturating(length: f64) -> u32 {
    length as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tasks::image::request::Integer;

    fn plan(fit: Fit, target: (u64, u64), source: (u32, u32), without_enlargement: bool) -> Plan {
        let side = |length| (length > 0).then_some(Integer(length));
        let mut resize: Resize = serde_json::from_str("{}").unwrap();
        (resize.width, resize.height) = (side(target.0), side(target.1));
        (resize.fit, resize.without_enlargement) = (fit, without_enlargement);
        Plan::of(&resize, source).unwrap()
    }

    #[test]
    fn fits_give_the_sizes_of_sharp() {
        let of = |fit, target, source| plan(fit, target, source, false);
        assert_eq!(of(Fit::Cover, (80, 60), (200, 100)).size, (80, 60));
        assert_eq!(of(Fit::Cover, (80, 60), (200, 100)).shown.height, 100.0);
        assert!((of(Fit::Cover, (80, 60), (200, 100)).shown.width - 400.0 / 3.0).abs() < 1e-9);
        assert_eq!(of(Fit::Contain, (80, 60), (200, 100)).size, (80, 40));
        assert_eq!(of(Fit::Contain, (80, 60), (200, 100)).canvas, (80, 60));
        assert_eq!(of(Fit::Fill, (80, 60), (200, 100)).size, (80, 60));
        assert_eq!(of(Fit::Fill, (80, 0), (200, 100)).size, (80, 100));
        assert_eq!(of(Fit::Inside, (80, 60), (200, 100)).canvas, (80, 40));
        assert_eq!(of(Fit::Outside, (80, 60), (200, 100)).canvas, (120, 60));
        assert_eq!(of(Fit::Cover, (80, 0), (200, 101)).canvas, (80, 40));
        assert_eq!(of(Fit::Cover, (0, 1), (1, 1000)).canvas, (1, 1));
    }

    #[test]
    fn without_enlargement_nothing_grows() {
        let of = |fit, target, source| plan(fit, target, source, true);
        assert_eq!(of(Fit::Inside, (800, 600), (200, 100)).canvas, (200, 100));
        assert_eq!(of(Fit::Cover, (300, 50), (200, 100)).canvas, (200, 50));
        assert_eq!(of(Fit::Contain, (300, 300), (200, 100)).size, (200, 100));
        assert_eq!(of(Fit::Contain, (300, 0), (200, 100)).canvas, (300, 100));
        assert_eq!(of(Fit::Fill, (300, 50), (200, 100)).canvas, (200, 50));
    }
}
