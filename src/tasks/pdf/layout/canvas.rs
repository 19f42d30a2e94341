//! Lines and areas of a canvas.

use std::sync::Arc;

use super::Layout;
use super::flow::shift;
use super::list::ellipse;
use super::place::Place;
use super::style::Resolved;
use crate::engine::{Code, TaskError};
use crate::tasks::pdf::request::{Alignment, Ink, Vector};
use crate::tasks::pdf::scene::{Gradient, GradientKind, Item, Paint, Path, Role, Segment, Shape, Stroke};

/// The `d` of an SVG path, or nothing if it is none.
pub(in crate::tasks::pdf) fn svg_path(d: &str) -> Option<Path> {
    let segments = svgtypes::SimplifyingPathParser::from(d).map(|segment| {
        use svgtypes::SimplePathSegment as Simple;
        let narrow = |value: f64| value as f32;
        Some(match segment.ok()? {
            Simple::MoveTo { x, y } => Curve::Straight(Segment::Move(narrow(x), narrow(y))),
            Simple::LineTo { x, y } => Curve::Straight(Segment::Line(narrow(x), narrow(y))),
            Simple::CurveTo { x1, y1, x2, y2, x, y } => {
                let [x1, y1, x2, y2, x, y] = [x1, y1, x2, y2, x, y].map(narrow);
                Curve::Straight(Segment::Curve(x1, y1, x2, y2, x, y))
            }
            Simple::Quadratic { x1, y1, x, y } => {
                let [x1, y1, x, y] = [x1, y1, x, y].map(narrow);
                Curve::Quadratic([x1, y1, x, y])
            }
            Simple::ClosePath => Curve::Straight(Segment::Close),
        })
    });
    let mut path = Vec::new();
    let (mut at, mut start) = ((0.0, 0.0), (0.0, 0.0));
    for segment in segments {
        let segment = match segment? {
            Curve::Straight(segment) => segment,
            // Raised to a cubic curve: its control points are two thirds of the way to the one.
            Curve::Quadratic([cx, cy, x, y]) => {
                let toward = |from: f32, to: f32| from + (to - from) * 2.0 / 3.0;
                Segment::Curve(toward(at.0, cx), toward(at.1, cy), toward(x, cx), toward(y, cy), x, y)
            }
        };
        match segment {
            Segment::Move(x, y) => (at, start) = ((x, y), (x, y)),
            Segment::Line(x, y) | Segment::Curve(.., x, y) => at = (x, y),
            Segment::Close | Segment::Rect(..) => at = start,
        }
        path.push(segment);
    }
    Some(Path(path))
}

enum Curve {
    Straight(Segment),
    Quadratic([f32; 4]),
}

/// How wide and how tall a canvas is: to the farthest of its points.
pub(super) fn extent(vectors: &[Vector]) -> (f32, f32) {
    let (mut width, mut height) = (0.0_f32, 0.0_f32);
    let mut reach = |x: f32, y: f32| {
        width = width.max(x);
        height = height.max(y);
    };
    for vector in vectors {
        match vector {
            Vector::Line { x1, y1, x2, y2, .. } => reach(x1.max(*x2), y1.max(*y2)),
            Vector::Rect { x, y, w, h, .. } => reach(x + w, y + h),
            Vector::Ellipse { x, y, r1, r2, .. } => reach(x + r1, y + r2.unwrap_or(*r1)),
            Vector::Polyline { points, .. } => points.iter().for_each(|point| reach(point.x, point.y)),
            Vector::Path { d, .. } => {
                if let Some(path) = svg_path(d) {
                    let (_, _, right, bottom) = bounds(&path);
                    reach(right, bottom);
                }
            }
        }
    }
    (width, height)
}

/// Left, top, right and bottom of a path, its control points included.
fn bounds(path: &Path) -> (f32, f32, f32, f32) {
    let (mut left, mut top, mut right, mut bottom) = (f32::MAX, f32::MAX, f32::MIN, f32::MIN);
    let mut reach = |x: f32, y: f32| {
        (left, right) = (left.min(x), right.max(x));
        (top, bottom) = (top.min(y), bottom.max(y));
    };
    for segment in &path.0 {
        match *segment {
            Segment::Move(x, y) | Segment::Line(x, y) => reach(x, y),
            Segment::Curve(x1, y1, x2, y2, x, y) => {
                [(x1, y1), (x2, y2), (x, y)].iter().for_each(|(x, y)| reach(*x, *y))
            }
            Segment::Rect(x, y, width, height) => {
                reach(x, y);
                reach(x + width, y + height);
            }
            Segment::Close => {}
        }
    }
    if left > right { (0.0, 0.0, 0.0, 0.0) } else { (left, top, right, bottom) }
}

impl Layout<'_> {
    pub(super) fn canvas(
        &mut self,
        vectors: &[Vector],
        style: &Arc<Resolved>,
        place: &Place<'_>,
    ) -> Result<(), TaskError> {
        let (width, height) = extent(vectors);
        let place = place.key("canvas");
        let mut items = Vec::with_capacity(vectors.len());
        for (i, vector) in vectors.iter().enumerate() {
            items.extend(drawn(vector, &place.index(i))?);
        }
        self.next_page_unless_fits(height)?;
        let x = self.at.x + aligned(style.alignment.unwrap_or_default(), self.at.width, width);
        shift(&mut items, x, self.at.y);
        self.add(items, Role::Figure, None);
        self.at.y += height;
        Ok(())
    }
}

/// How far to the right something stands in a line.
pub(super) fn aligned(alignment: Alignment, available: f32, width: f32) -> f32 {
    match alignment {
        Alignment::Left | Alignment::Justify => 0.0,
        Alignment::Center => (available - width) / 2.0,
        Alignment::Right => available - width,
    }
}

fn drawn(vector: &Vector, place: &Place<'_>) -> Result<Option<Item>, TaskError> {
    let (path, ink, is_area) = match vector {
        Vector::Line { x1, y1, x2, y2, ink } => {
            (Path(vec![Segment::Move(*x1, *y1), Segment::Line(*x2, *y2)]), ink, false)
        }
        Vector::Rect { x, y, w, h, r, ink } => (rounded(*x, *y, *w, *h, *r), ink, true),
        Vector::Ellipse { x, y, r1, r2, ink } => (ellipse(*x, *y, *r1, r2.unwrap_or(*r1)), ink, true),
        Vector::Polyline { points, close_path, ink } => {
            let mut segments: Vec<Segment> = Vec::with_capacity(points.len() + 1);
            for (i, point) in points.iter().enumerate() {
                segments.push(if i == 0 { Segment::Move(point.x, point.y) } else { Segment::Line(point.x, point.y) });
            }
            if *close_path {
                segments.push(Segment::Close);
            }
            (Path(segments), ink, true)
        }
        Vector::Path { d, ink } => {
            let path = svg_path(d).ok_or_else(|| place.key("d").error(Code::InvalidArgValue, "it is no SVG path"))?;
            (path, ink, true)
        }
    };
    if path.0.is_empty() {
        return Ok(None);
    }
    let fill = if is_area { fill_of(ink, &path) } else { None };
    Ok(Some(Item::Shape(Shape {
        stroke: stroke_of(ink, fill.is_some(), is_area),
        path,
        fill,
        fill_opacity: ink.fill_opacity.unwrap_or(1.0).clamp(0.0, 1.0),
        stroke_opacity: ink.stroke_opacity.unwrap_or(1.0).clamp(0.0, 1.0),
        even_odd: false,
    })))
}

fn fill_of(ink: &Ink, path: &Path) -> Option<Paint> {
    match &ink.linear_gradient {
        Some(colors) if colors.len() > 1 => {
            let (left, top, right, _) = bounds(path);
            let last = (colors.len() - 1) as f32;
            let stops = colors.iter().enumerate().map(|(i, color)| (i as f32 / last, *color)).collect();
            Some(Paint::Gradient(Arc::new(Gradient { kind: GradientKind::Linear([left, top, right, top]), stops })))
        }
        Some(colors) => colors.first().copied().or(ink.color).map(Paint::Color),
        None => ink.color.map(Paint::Color),
    }
}

/// As pdfmake: what is filled has an outline only if a width or a colour is given for it.
fn stroke_of(ink: &Ink, is_filled: bool, is_area: bool) -> Option<Stroke> {
    let is_asked = ink.line_color.is_some() || ink.line_width.is_some() || ink.dash.is_some();
    let width = ink.line_width.unwrap_or(1.0);
    if width <= 0.0 || (is_area && is_filled && !is_asked) {
        return None;
    }
    let dash = ink.dash.map_or_else(Vec::new, |dash| vec![dash.length, dash.space.unwrap_or(dash.length)]);
    Some(Stroke {
        paint: Paint::Color(ink.line_color.unwrap_or(crate::tasks::pdf::scene::Color::BLACK)),
        width,
        dash,
        dash_phase: ink.dash.map_or(0.0, |dash| dash.phase),
        cap: ink.line_cap.unwrap_or_default(),
        join: ink.line_join.unwrap_or_default(),
        ..Stroke::default()
    })
}

/// A rectangle, with quarters of circles at its corners if it has a radius.
fn rounded(x: f32, y: f32, width: f32, height: f32, radius: f32) -> Path {
    let r = radius.min(width.abs() / 2.0).min(height.abs() / 2.0);
    if r <= 0.0 {
        return Path(vec![Segment::Rect(x, y, width, height)]);
    }
    let k = r * (1.0 - 0.552_284_8);
    let (right, bottom) = (x + width, y + height);
    Path(vec![
        Segment::Move(x + r, y),
        Segment::Line(right - r, y),
        Segment::Curve(right - k, y, right, y + k, right, y + r),
        Segment::Line(right, bottom - r),
        Segment::Curve(right, bottom - k, right - k, bottom, right - r, bottom),
        Segment::Line(x + r, bottom),
        Segment::Curve(x + k, bottom, x, bottom - k, x, bottom - r),
        Segment::Line(x, y + r),
        Segment::Curve(x, y + k, x + k, y, x + r, y),
        Segment::Close,
    ])
}
