//! How things are painted, until the page ends or `restore` brings back how it was.

use std::sync::Arc;

use super::request::{Ink, Stop};
use crate::tasks::pdf::scene::{Color, Gradient, GradientKind, Paint, Stroke};

#[derive(Clone, Debug)]
pub(super) struct Pen {
    pub(super) fill: Paint,
    pub(super) stroke: Stroke,
    pub(super) fill_opacity: f32,
    pub(super) stroke_opacity: f32,
    /// From what is drawn to the page.
    pub(super) transform: [f32; 6],
}

impl Default for Pen {
    fn default() -> Self {
        Self {
            fill: Paint::Color(Color::BLACK),
            stroke: Stroke::default(),
            fill_opacity: 1.0,
            stroke_opacity: 1.0,
            transform: [1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
        }
    }
}

impl Pen {
    /// `next` is what comes first.
    pub(super) fn concat(&mut self, next: [f32; 6]) {
        let [a, b, c, d, e, f] = self.transform;
        let [na, nb, nc, nd, ne, nf] = next;
        self.transform = [
            a * na + c * nb,
            b * na + d * nb,
            a * nc + c * nd,
            b * nc + d * nd,
            a * ne + c * nf + e,
            b * ne + d * nf + f,
        ];
    }

    /// Where a point is on the page.
    pub(super) fn on_page(&self, x: f32, y: f32) -> (f32, f32) {
        let [a, b, c, d, e, f] = self.transform;
        (a * x + c * y + e, b * x + d * y + f)
    }

    /// Letters have one colour: of a gradient its first.
    pub(super) fn letters(&self) -> Color {
        plain(&self.fill)
    }

    /// The colour of lines round letters.
    pub(super) fn outlines(&self) -> Color {
        plain(&self.stroke.paint)
    }
}

fn plain(paint: &Paint) -> Color {
    match paint {
        Paint::Color(color) => *color,
        Paint::Gradient(gradient) => gradient.stops.first().map_or(Color::BLACK, |(_, color)| *color),
    }
}

pub(super) fn paint(ink: &Ink) -> Paint {
    let gradient = |kind, stops: &[Stop]| {
        let mut stops: Vec<(f32, Color)> = stops.iter().map(|stop| (stop.offset.clamp(0.0, 1.0), stop.color)).collect();
        stops.sort_by(|a, b| a.0.total_cmp(&b.0));
        match stops[..] {
            [] => Paint::Color(Color::BLACK),
            [(_, color)] => Paint::Color(color),
            _ => Paint::Gradient(Arc::new(Gradient { kind, stops })),
        }
    };
    match ink {
        Ink::Color(color) => Paint::Color(*color),
        Ink::Linear { linear, stops } => gradient(GradientKind::Linear(*linear), stops),
        Ink::Radial { radial, stops } => gradient(GradientKind::Radial(*radial), stops),
    }
}
