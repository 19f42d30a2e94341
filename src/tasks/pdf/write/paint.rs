//! Colours, gradients, lines and paths in a content stream.

use std::sync::Arc;

use super::content::Content;
use super::number::{LENGTH, SHARE, put, put_integer};
use super::standard::Refusal;
use crate::tasks::pdf::scene::{Cap, Color, Gradient, Join, Paint, Path, Segment, Stroke};

impl Content<'_> {
    pub(super) fn stroke_style(&mut self, stroke: &Stroke) {
        self.stroke_paint(&stroke.paint);
        self.line_width(stroke.width);
        if self.state.dash.0 != stroke.dash || self.state.dash.1.to_bits() != stroke.dash_phase.to_bits() {
            self.state.dash = (stroke.dash.clone(), stroke.dash_phase);
            self.out.push(b'[');
            // A dash of nothing but zeros is an error in a PDF.
            let lengths = stroke.dash.iter().map(|length| length.max(0.0));
            if lengths.clone().any(|length| length > 0.005) {
                for length in lengths {
                    self.number(length, LENGTH);
                }
            }
            self.out.push(b']');
            self.number(stroke.dash_phase.max(0.0), LENGTH);
            self.operator(b"d");
        }
        if self.state.cap != stroke.cap {
            self.state.cap = stroke.cap;
            self.operator(match stroke.cap {
                Cap::Butt => b"0 J",
                Cap::Round => b"1 J",
                Cap::Square => b"2 J",
            });
        }
        if self.state.join != stroke.join {
            self.state.join = stroke.join;
            self.operator(match stroke.join {
                Join::Miter => b"0 j",
                Join::Round => b"1 j",
                Join::Bevel => b"2 j",
            });
        }
        let limit = if stroke.miter_limit >= 1.0 { stroke.miter_limit } else { 1.0 };
        if self.state.miter_limit.to_bits() != limit.to_bits() {
            self.state.miter_limit = limit;
            self.number(limit, LENGTH);
            self.operator(b"M");
        }
    }

    pub(super) fn line_width(&mut self, width: f32) {
        let width = width.max(0.0);
        if self.state.line_width.to_bits() != width.to_bits() {
            self.state.line_width = width;
            self.number(width, SHARE);
            self.operator(b"w");
        }
    }

    pub(super) fn fill_paint(&mut self, paint: &Paint) {
        match paint {
            Paint::Color(color) => self.fill_color(*color),
            paint => {
                self.gradient(paint, b"/Pattern cs/P", b" scn");
                self.state.fill = None;
            }
        }
    }

    fn stroke_paint(&mut self, paint: &Paint) {
        match paint {
            Paint::Color(color) => self.stroke_color(*color),
            paint => {
                self.gradient(paint, b"/Pattern CS/P", b" SCN");
                self.state.stroke = None;
            }
        }
    }

    fn gradient(&mut self, paint: &Paint, before: &[u8], after: &[u8]) {
        let Paint::Gradient(gradient) = paint else { return };
        let is_cmyk = gradient.stops.iter().any(|(_, color)| is_cmyk(*color));
        self.refuse(Refusal::Cmyk, is_cmyk);
        let matrix = self.state.matrix;
        let paints = &mut self.resources.paints;
        let is_same = |other: &Arc<Gradient>| Arc::ptr_eq(other, gradient) || other == gradient;
        let known = paints.iter().position(|(other, place)| is_same(other) && *place == matrix);
        let index = known.unwrap_or_else(|| {
            paints.push((Arc::clone(gradient), matrix));
            paints.len() - 1
        });
        self.out.extend_from_slice(before);
        put_integer(&mut self.out, index as u64);
        self.operator(after);
    }

    pub(super) fn fill_color(&mut self, color: Color) {
        if self.state.fill != Some(color) {
            self.state.fill = Some(color);
            self.color(color, [b"g", b"rg", b"k"]);
        }
    }

    pub(super) fn stroke_color(&mut self, color: Color) {
        if self.state.stroke != Some(color) {
            self.state.stroke = Some(color);
            self.color(color, [b"G", b"RG", b"K"]);
        }
    }

    fn color(&mut self, color: Color, [grey, rgb, cmyk]: [&[u8]; 3]) {
        self.refuse(Refusal::Cmyk, is_cmyk(color));
        put_color(&mut self.out, color, [grey, rgb, cmyk]);
    }

    /// Sets the opacity of what comes next, which is that of all times its own.
    pub(super) fn alpha(&mut self, fill: f32, stroke: f32) {
        let share = |opacity: f32| (opacity.clamp(0.0, 1.0) * self.state.opacity * 1000.0).round() as u16;
        let alpha = (share(fill), share(stroke));
        if self.state.alpha == alpha {
            return;
        }
        self.refuse(Refusal::Transparency, true);
        self.state.alpha = alpha;
        let alphas = &mut self.resources.alphas;
        let index = alphas.iter().position(|known| *known == alpha).unwrap_or_else(|| {
            alphas.push(alpha);
            alphas.len() - 1
        });
        self.out.extend_from_slice(b"/G");
        put_integer(&mut self.out, index as u64);
        self.operator(b" gs");
    }
}

/// The segments of a path. Lines before a first point would be an error in a PDF: the first point is where they begin.
pub(super) fn put_path(out: &mut Vec<u8>, path: &Path) {
    let mut is_begun = false;
    let numbers = |out: &mut Vec<u8>, values: &[f32], operator: &[u8]| {
        for value in values {
            put(out, *value, LENGTH);
            out.push(b' ');
        }
        out.extend_from_slice(operator);
        out.push(b'\n');
    };
    for segment in &path.0 {
        match *segment {
            Segment::Line(x, y) if !is_begun => numbers(out, &[x, y], b"m"),
            Segment::Curve(_, _, _, _, x, y) if !is_begun => numbers(out, &[x, y], b"m"),
            Segment::Close if !is_begun => continue,
            Segment::Move(x, y) => numbers(out, &[x, y], b"m"),
            Segment::Line(x, y) => numbers(out, &[x, y], b"l"),
            Segment::Curve(a, b, c, d, x, y) => numbers(out, &[a, b, c, d, x, y], b"c"),
            Segment::Close => numbers(out, &[], b"h"),
            Segment::Rect(x, y, width, height) => numbers(out, &[x, y, width, height], b"re"),
        }
        is_begun = true;
    }
    if !is_begun {
        // Painting without a path would be an error.
        out.extend_from_slice(b"0 0 m\n");
    }
}

/// A colour and the operator of its colour space: grey, RGB or CMYK.
pub(super) fn put_color(out: &mut Vec<u8>, color: Color, [grey, rgb, cmyk]: [&[u8]; 3]) {
    let (values, operator): (&[f32], &[u8]) = match color {
        Color::Rgb([r, g, b]) if r == g && g == b => (&[f32::from(r) / 255.0], grey),
        Color::Rgb(samples) => (&samples.map(|sample| f32::from(sample) / 255.0), rgb),
        Color::Cmyk(inks) => (&inks.map(|ink| f32::from(ink.min(100)) / 100.0), cmyk),
    };
    for value in values {
        put(out, *value, SHARE);
        out.push(b' ');
    }
    out.extend_from_slice(operator);
    out.push(b'\n');
}

fn is_cmyk(color: Color) -> bool {
    matches!(color, Color::Cmyk(_))
}
