//! Paths, as they are put together.

use std::f32::consts::{FRAC_PI_2, TAU};

use crate::tasks::pdf::scene::{Path, Segment};

/// How far the control points of a quarter of a circle are from its ends, in radii.
const KAPPA: f32 = 0.552_284_8;

/// The path that is being put together.
#[derive(Debug, Default)]
pub(super) struct Outline {
    path: Vec<Segment>,
    /// Where it is, and where its part began.
    at: (f32, f32),
    start: (f32, f32),
}

impl Outline {
    pub(super) fn take(&mut self) -> Path {
        Path(std::mem::take(&mut self.path))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.path.is_empty()
    }

    pub(super) fn move_to(&mut self, x: f32, y: f32) {
        (self.at, self.start) = ((x, y), (x, y));
        self.path.push(Segment::Move(x, y));
    }

    pub(super) fn line_to(&mut self, x: f32, y: f32) {
        self.begin(x, y);
        self.at = (x, y);
        self.path.push(Segment::Line(x, y));
    }

    pub(super) fn curve_to(&mut self, [x1, y1, x2, y2, x, y]: [f32; 6]) {
        self.begin(x1, y1);
        self.at = (x, y);
        self.path.push(Segment::Curve(x1, y1, x2, y2, x, y));
    }

    /// Raised to a cubic curve: its control points are two thirds of the way to the one.
    pub(super) fn quadratic_to(&mut self, [cx, cy, x, y]: [f32; 4]) {
        self.begin(cx, cy);
        let toward = |from: f32, to: f32| from + (to - from) * 2.0 / 3.0;
        let (from_x, from_y) = self.at;
        self.curve_to([toward(from_x, cx), toward(from_y, cy), toward(x, cx), toward(y, cy), x, y]);
    }

    pub(super) fn close(&mut self) {
        if !self.is_empty() {
            self.at = self.start;
            self.path.push(Segment::Close);
        }
    }

    pub(super) fn rect(&mut self, x: f32, y: f32, width: f32, height: f32) {
        (self.at, self.start) = ((x, y), (x, y));
        self.path.push(Segment::Rect(x, y, width, height));
    }

    /// Radii from the top left corner, clockwise.
    pub(super) fn rounded_rect(&mut self, x: f32, y: f32, width: f32, height: f32, radii: [f32; 4]) {
        let most = (width / 2.0).min(height / 2.0);
        let [top_left, top_right, bottom_right, bottom_left] = radii.map(|radius| radius.min(most).max(0.0));
        let (right, bottom) = (x + width, y + height);
        let rest = |radius: f32| radius * (1.0 - KAPPA);
        self.move_to(x + top_left, y);
        self.line_to(right - top_right, y);
        let c = rest(top_right);
        self.corner(top_right, [right - c, y, right, y + c, right, y + top_right]);
        self.line_to(right, bottom - bottom_right);
        let c = rest(bottom_right);
        self.corner(bottom_right, [right, bottom - c, right - c, bottom, right - bottom_right, bottom]);
        self.line_to(x + bottom_left, bottom);
        let c = rest(bottom_left);
        self.corner(bottom_left, [x + c, bottom, x, bottom - c, x, bottom - bottom_left]);
        self.line_to(x, y + top_left);
        let c = rest(top_left);
        self.corner(top_left, [x, y + c, x + c, y, x + top_left, y]);
        self.close();
    }

    fn corner(&mut self, radius: f32, curve: [f32; 6]) {
        if radius > 0.0 {
            self.curve_to(curve);
        }
    }

    pub(super) fn ellipse(&mut self, x: f32, y: f32, rx: f32, ry: f32) {
        let (kx, ky) = (rx * KAPPA, ry * KAPPA);
        self.move_to(x - rx, y);
        self.curve_to([x - rx, y - ky, x - kx, y - ry, x, y - ry]);
        self.curve_to([x + kx, y - ry, x + rx, y - ky, x + rx, y]);
        self.curve_to([x + rx, y + ky, x + kx, y + ry, x, y + ry]);
        self.curve_to([x - kx, y + ry, x - rx, y + ky, x - rx, y]);
        self.close();
    }

    /// Angles in radians, clockwise from the right.
    pub(super) fn arc(&mut self, x: f32, y: f32, radius: f32, start: f32, end: f32, anticlockwise: bool) {
        let mut turn = end - start;
        if turn.abs() > TAU {
            turn = TAU;
        } else if turn != 0.0 && anticlockwise != (turn < 0.0) {
            turn += if anticlockwise { -TAU } else { TAU };
        }
        let count = (turn.abs() / FRAC_PI_2).ceil().max(1.0);
        let each = turn / count;
        let handle = each / FRAC_PI_2 * KAPPA * radius;
        let point = |angle: f32| (x + angle.cos() * radius, y + angle.sin() * radius);
        let (begin_x, begin_y) = point(start);
        self.move_to(begin_x, begin_y);
        for step in 0..count as u32 {
            let (from, to) = (start + each * step as f32, start + each * (step + 1) as f32);
            let ((ax, ay), (bx, by)) = (point(from), point(to));
            self.curve_to([
                ax - from.sin() * handle,
                ay + from.cos() * handle,
                bx + to.sin() * handle,
                by - to.cos() * handle,
                bx,
                by,
            ]);
        }
    }

    pub(super) fn polygon(&mut self, corners: &[[f32; 2]]) {
        for (i, [x, y]) in corners.iter().enumerate() {
            if i == 0 { self.move_to(*x, *y) } else { self.line_to(*x, *y) }
        }
        self.close();
    }

    pub(super) fn append(&mut self, path: &Path) {
        for segment in &path.0 {
            match *segment {
                Segment::Move(x, y) => self.move_to(x, y),
                Segment::Line(x, y) => self.line_to(x, y),
                Segment::Curve(x1, y1, x2, y2, x, y) => self.curve_to([x1, y1, x2, y2, x, y]),
                Segment::Close => self.close(),
                Segment::Rect(x, y, width, height) => self.rect(x, y, width, height),
            }
        }
    }

    /// A path that does not say where it begins does so at its first point.
    fn begin(&mut self, x: f32, y: f32) {
        if self.is_empty() {
            self.move_to(x, y);
        }
    }
}
