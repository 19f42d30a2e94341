//! Lines under, through and over text.

use super::style::Resolved;
use crate::tasks::pdf::font::Face;
use crate::tasks::pdf::request::{Decoration, DecorationStyle};
use crate::tasks::pdf::scene::{Cap, Item, Paint, Path, Segment, Shape, Stroke};

/// The lines of a piece of text that begins at `x`, is so wide, and stands on a baseline.
pub(super) fn decorations(style: &Resolved, face: &Face, size: f32, (x, y, width): (f32, f32, f32)) -> Vec<Item> {
    style.decoration.iter().flat_map(|decoration| lines(*decoration, style, face, size, (x, y, width))).collect()
}

fn lines(
    decoration: Decoration,
    style: &Resolved,
    face: &Face,
    size: f32,
    (x, baseline, width): (f32, f32, f32),
) -> Vec<Item> {
    let (position, own) = match decoration {
        Decoration::Underline => face.underline(),
        Decoration::LineThrough => face.strikeout(),
        Decoration::Overline => (face.ascent(), face.underline().1),
    };
    let thickness = style.decoration_thickness.unwrap_or_else(|| (own * size).max(0.25));
    // Positions are above the baseline, pages grow downwards.
    let y = baseline - position * size;
    let straight = |y: f32| Path(vec![Segment::Move(x, y), Segment::Line(x + width, y)]);
    let plain = Stroke {
        paint: Paint::Color(style.decoration_color.unwrap_or(style.color)),
        width: thickness,
        ..Stroke::default()
    };
    let stroke = |path: Path, stroke: Stroke| Item::Shape(Shape { path, stroke: Some(stroke), ..Shape::default() });
    match style.decoration_style {
        DecorationStyle::Solid => vec![stroke(straight(y), plain)],
        DecorationStyle::Double => {
            vec![stroke(straight(y - thickness), plain.clone()), stroke(straight(y + thickness), plain)]
        }
        DecorationStyle::Dashed => {
            vec![stroke(straight(y), Stroke { dash: vec![thickness * 4.0, thickness * 2.0], ..plain })]
        }
        DecorationStyle::Dotted => {
            // Round ends without a length are dots.
            vec![stroke(straight(y), Stroke { dash: vec![0.0, thickness * 2.0], cap: Cap::Round, ..plain })]
        }
        DecorationStyle::Wavy => vec![stroke(wave(x, y, width, thickness.max(0.25)), plain)],
    }
}

/// Half waves of two thicknesses up and down.
fn wave(x: f32, y: f32, width: f32, thickness: f32) -> Path {
    let step = (thickness * 4.0).max(width / 500.0);
    let mut path = vec![Segment::Move(x, y)];
    let mut from = x;
    let mut up = true;
    while from < x + width {
        let to = (from + step).min(x + width);
        let crest = if up { y - thickness * 2.0 } else { y + thickness * 2.0 };
        path.push(Segment::Curve(from + (to - from) / 3.0, crest, to - (to - from) / 3.0, crest, to, y));
        from = to;
        up = !up;
    }
    Path(path)
}
