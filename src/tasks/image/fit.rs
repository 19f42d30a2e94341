//! How large a result is, and which part of the image it shows: the arithmetic of sharp's `resize`.

use super::options::{Fit, Resize};
use crate::engine::{Code, TaskError};

/// A part of the source and the size it takes. In the orientation of whoever looks at it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Plan {
    /// Width and height of the part of the source that is shown. It lies in the middle.
    pub(super) shown: (f64, f64),
    /// The size that this part is scaled to.
    pub(super) size: (u32, u32),
    /// The size of the result: larger when there is background beside the image.
    pub(super) canvas: (u32, u32),
}

impl Plan {
    /// The whole source in its own size.
    pub(super) fn unchanged(size: (u32, u32)) -> Self {
        Self { shown: (f64::from(size.0), f64::from(size.1)), size, canvas: size }
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
        if resize.without_enlargement {
            (across, down) = (across.max(1.0), down.max(1.0));
        }
        let scaled = |length: f64, shrink: f64| (length / shrink).round().max(1.0);
        let (full_width, full_height) = (scaled(width, across), scaled(height, down));
        let mut plan = Self {
            shown: (width, height),
            size: (saturating(full_width), saturating(full_height)),
            canvas: (saturating(full_width), saturating(full_height)),
        };
        match (resize.fit, target_width, target_height) {
            (Fit::Cover, Some(x), Some(y)) => {
                let (kept_width, kept_height) = (full_width.min(x), full_height.min(y));
                plan.shown = (width * kept_width / full_width, height * kept_height / full_height);
                plan.size = (saturating(kept_width), saturating(kept_height));
                plan.canvas = plan.size;
            }
            (Fit::Contain, x, y) => {
                let at_least = |length: u32, side: Option<f64>| length.max(saturating(side.unwrap_or(0.0)));
                plan.canvas = (at_least(plan.size.0, x), at_least(plan.size.1, y));
            }
            _ => {}
        }
        Ok(plan)
    }

    /// The same plan for the image lying on its side.
    pub(super) fn on_its_side(self) -> Self {
        let swap = |(x, y)| (y, x);
        Self { shown: (self.shown.1, self.shown.0), size: swap(self.size), canvas: swap(self.canvas) }
    }
}

/// A huge enlargement stays huge, and the limit on pixels refuses it.
fn saturating(length: f64) -> u32 {
    length as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tasks::image::options::Integer;

    fn plan(fit: Fit, target: (u64, u64), source: (u32, u32), without_enlargement: bool) -> Plan {
        let side = |length| (length > 0).then_some(Integer(length));
        let resize = Resize { width: side(target.0), height: side(target.1), fit, without_enlargement };
        Plan::of(&resize, source).unwrap()
    }

    #[test]
    fn fits_give_the_sizes_of_sharp() {
        let of = |fit, target, source| plan(fit, target, source, false);
        assert_eq!(of(Fit::Cover, (80, 60), (200, 100)).size, (80, 60));
        assert_eq!(of(Fit::Cover, (80, 60), (200, 100)).shown.1, 100.0);
        assert!((of(Fit::Cover, (80, 60), (200, 100)).shown.0 - 400.0 / 3.0).abs() < 1e-9);
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
