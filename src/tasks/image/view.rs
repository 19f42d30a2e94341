//! Which part of a stored picture is shown, which way up, and in what size: the geometry of `rotate`, `extract` and
//! `resize` as one step, so that a picture is resized as it is stored and turned when it is small.

use super::fit::Plan;
use super::pipeline::mirror_of_resized;
use super::request::{Region, Request, Rotate};
use super::turn::{Rectangle, Turn};
use crate::engine::{Code, TaskError};

/// The pixels that a view counts in, and how large they are in pixels of the picture in memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    /// The size of the stored picture.
    pub(super) size: (u32, u32),
    /// Across and down.
    pixel: (f64, f64),
}

impl Scale {
    /// That of a picture as it is.
    pub(super) fn of(size: (u32, u32)) -> Self {
        Self { size, pixel: (1.0, 1.0) }
    }

    /// That of a picture whose sides are divided by `shrink` while it is decoded. The view counts whole pixels only, as
    /// sharp does, which decides about sizes; they are a little larger, so that nothing at the edges is lost.
    pub(super) fn shrunk((width, height): (u32, u32), shrink: u32) -> Self {
        let whole = |side: u32| (side / shrink).max(1);
        let pixel = |side: u32| f64::from(side) / f64::from(shrink) / f64::from(whole(side));
        Self { size: (whole(width), whole(height)), pixel: (pixel(width), pixel(height)) }
    }
}

#[derive(Clone, Debug)]
pub(super) struct View {
    /// From the picture as it is stored to the picture as it is seen.
    pub(super) turn: Turn,
    /// The part of the picture, as seen, that is resized. In whole pixels.
    pub(super) region: Rectangle,
    /// How that part is resized.
    pub(super) plan: Plan,
}

impl View {
    /// All of a picture, turned.
    pub(super) fn whole(stored: (u32, u32), turn: Turn) -> Self {
        let seen = turn.size(stored);
        Self { turn, region: Rectangle::of(seen), plan: Plan::unchanged(seen) }
    }

    /// The view of a picture of the size `stored` that is turned first, and of which the region `extractBefore` is kept.
    pub(super) fn of(request: &Request, stored: (u32, u32), turn: Turn) -> Result<Self, TaskError> {
        let seen = turn.size(stored);
        let region = request
            .extract_before
            .as_ref()
            .map_or(Ok(Rectangle::of(seen)), |region| part(region, seen, "extractBefore"))?;
        let size = (region.width as u32, region.height as u32);
        let mut plan = request.resize.as_ref().map_or(Ok(Plan::unchanged(size)), |resize| Plan::of(resize, size))?;
        // The part that is kept is chosen in the mirrored picture.
        plan.shown = mirror_of_resized(request).rectangle(plan.shown, size);
        Ok(Self { turn, region, plan })
    }

    /// The part of the stored picture that is shown in the resized one, in pixels of the picture in memory.
    pub(super) fn shown(&self, scale: Scale) -> Rectangle {
        let Rectangle { left, top, width, height } = self.plan.shown;
        let seen = Rectangle { left: self.region.left + left, top: self.region.top + top, width, height };
        let Rectangle { left, top, width, height } = self.turn.inverse().rectangle(seen, self.turn.size(scale.size));
        let (across, down) = scale.pixel;
        Rectangle { left: left * across, top: top * down, width: width * across, height: height * down }
    }

    /// The part of the stored picture that is resized, in whole pixels.
    pub(super) fn region_as_stored(&self, stored: (u32, u32)) -> Rectangle {
        self.turn.inverse().rectangle(self.region, self.turn.size(stored))
    }

    /// The size of the resized picture while it lies as it is stored.
    pub(super) fn size(&self) -> (u32, u32) {
        self.turn.inverse().size(self.plan.size)
    }

    /// By how much a JPEG may be shrunk while it is decoded: 1, 2, 4 or 8. As sharp has it: a scale that is only just
    /// enough would leave nothing for the kernel to do.
    pub(super) fn shrink(&self) -> u32 {
        let (across, down) =
            (self.plan.shown.width / f64::from(self.plan.size.0), self.plan.shown.height / f64::from(self.plan.size.1));
        let factor = across.min(down);
        let scale = [8, 4, 2].into_iter().find(|scale| factor >= f64::from(*scale)).unwrap_or(1);
        if scale > 1 && factor as u32 == scale { scale / 2 } else { scale }
    }
}

/// A region that lies inside a picture of the size `of`.
pub(super) fn part(region: &Region, of: (u32, u32), option: &str) -> Result<Rectangle, TaskError> {
    let (width, height) = (region.width.0, region.height.0);
    let inside = u64::from(region.left) + width <= u64::from(of.0) && u64::from(region.top) + height <= u64::from(of.1);
    if !inside {
        let expected = format!("a part of the picture, which is {} × {} pixels there", of.0, of.1);
        let got = format!("{width} × {height} pixels at {}, {}", region.left, region.top);
        return Err(TaskError::expected(Code::OutOfRange, option, &expected, &got));
    }
    let [left, top] = [region.left, region.top].map(f64::from);
    Ok(Rectangle { left, top, width: width as f64, height: height as f64 })
}

/// A rotation by quarter turns, if it is one.
pub(super) fn quarters(rotate: &Rotate) -> Option<Turn> {
    let quarters = rotate.angle / 90.0;
    (quarters.fract() == 0.0 && quarters.abs() < 1e9).then(|| Turn::quarters(quarters as i64))
}
