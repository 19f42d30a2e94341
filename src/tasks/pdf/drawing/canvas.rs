//! Lines, areas, colours and transforms.

use super::Drawer;
use super::pen::paint;
use super::request::{Operation, Rule};
use crate::engine::{Code, TaskError};
use crate::tasks::pdf::layout::{Place, svg_path};
use crate::tasks::pdf::scene::{Item, Shape};

/// Pens that are kept at once: more than any drawing needs, and no more than readers bear.
const MOST_SAVED: usize = 1000;

impl Drawer<'_> {
    pub(super) fn paint(&mut self, operation: &Operation, place: &Place<'_>) -> Result<(), TaskError> {
        match operation {
            Operation::Save => self.save(place)?,
            Operation::Restore => self.restore(),
            Operation::LineWidth(width) => self.pen.stroke.width = *width,
            Operation::LineCap(cap) => self.pen.stroke.cap = *cap,
            Operation::LineJoin(join) => self.pen.stroke.join = *join,
            Operation::MiterLimit(limit) => self.pen.stroke.miter_limit = *limit,
            Operation::Dash { lengths, phase } => {
                self.pen.stroke.dash.clone_from(lengths);
                self.pen.stroke.dash_phase = *phase;
            }
            Operation::Undash => self.pen.stroke.dash.clear(),
            Operation::FillColor(ink) => self.pen.fill = paint(ink),
            Operation::StrokeColor(ink) => self.pen.stroke.paint = paint(ink),
            Operation::FillOpacity(opacity) => self.pen.fill_opacity = opacity.clamp(0.0, 1.0),
            Operation::StrokeOpacity(opacity) => self.pen.stroke_opacity = opacity.clamp(0.0, 1.0),
            Operation::MoveTo([x, y]) => self.path.move_to(*x, *y),
            Operation::LineTo([x, y]) => self.path.line_to(*x, *y),
            Operation::BezierCurveTo(curve) => self.path.curve_to(*curve),
            Operation::QuadraticCurveTo(curve) => self.path.quadratic_to(*curve),
            Operation::ClosePath => self.path.close(),
            Operation::Rect([x, y, width, height]) => self.path.rect(*x, *y, *width, *height),
            Operation::RoundedRect(x, y, width, height, radii) => {
                self.path.rounded_rect(*x, *y, *width, *height, *radii);
            }
            Operation::Ellipse([x, y, rx, ry]) => self.path.ellipse(*x, *y, *rx, *ry),
            Operation::Arc(x, y, radius, start, end, anticlockwise) => {
                self.path.arc(*x, *y, *radius, *start, *end, *anticlockwise);
            }
            Operation::Polygon(corners) => self.path.polygon(corners),
            Operation::Path(d) => {
                let refused = || place.key("path").error(Code::InvalidArgValue, "it is no SVG path");
                self.path.append(&svg_path(d).ok_or_else(refused)?);
            }
            Operation::Fill(rule) => self.paint_path(Some(*rule), false),
            Operation::Stroke => self.paint_path(None, true),
            Operation::FillAndStroke(rule) => self.paint_path(Some(*rule), true),
            Operation::Clip => self.clip(),
            Operation::Transform(matrix) => self.transform(*matrix),
            // Those that `step` carries out itself.
            _ => {}
        }
        Ok(())
    }

    pub(super) fn save(&mut self, place: &Place<'_>) -> Result<(), TaskError> {
        if self.saved.len() == MOST_SAVED {
            return Err(place.error(Code::PdfTooLarge, format!("more than {MOST_SAVED} states are saved")));
        }
        self.saved.push(self.pen.clone());
        self.sheets.push(Item::Save);
        Ok(())
    }

    /// Without a `save` before it nothing happens.
    pub(super) fn restore(&mut self) {
        if let Some(pen) = self.saved.pop() {
            self.pen = pen;
            self.sheets.push(Item::Restore);
        }
    }

    pub(super) fn transform(&mut self, matrix: [f32; 6]) {
        self.pen.concat(matrix);
        self.sheets.alter(self.saved.is_empty());
        self.sheets.push(Item::Transform(matrix));
    }

    fn clip(&mut self) {
        if !self.path.is_empty() {
            let path = self.path.take();
            self.sheets.alter(self.saved.is_empty());
            self.sheets.push(Item::Clip(path));
        }
    }

    fn paint_path(&mut self, fill: Option<Rule>, is_stroked: bool) {
        if self.path.is_empty() {
            return;
        }
        let path = self.path.take();
        let shape = Shape {
            path,
            fill: fill.map(|_| self.pen.fill.clone()),
            even_odd: fill == Some(Rule::EvenOdd),
            stroke: is_stroked.then(|| self.pen.stroke.clone()),
            fill_opacity: self.pen.fill_opacity,
            stroke_opacity: self.pen.stroke_opacity,
        };
        self.push_apart(Item::Shape(shape));
    }
}
