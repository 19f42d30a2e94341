//! The state of a reader's graphics while it goes through a page: what was said is not said again.

use crate::tasks::pdf::font::FaceId;
use crate::tasks::pdf::scene::{Cap, Color, Join};

/// What an operator set last. `None` where nothing did, or where it is not known.
#[derive(Clone, Debug)]
pub(super) struct State {
    /// From the coordinates of now to those of the page, whose y goes up.
    pub(super) matrix: [f32; 6],
    pub(super) font: Option<(FaceId, f32)>,
    pub(super) fill: Option<Color>,
    pub(super) stroke: Option<Color>,
    pub(super) line_width: f32,
    pub(super) dash: (Vec<f32>, f32),
    pub(super) cap: Cap,
    pub(super) join: Join,
    pub(super) miter_limit: f32,
    /// Of the text: 0 filled, 2 with an outline.
    pub(super) rendering: u8,
    /// Of the text, upwards.
    pub(super) rise: f32,
    /// The opacity that all has, 0 to 1.
    pub(super) opacity: f32,
    /// Thousandths: of what is filled, and of strokes.
    pub(super) alpha: (u16, u16),
}

impl State {
    /// That at the beginning of a page, by ISO 32000-1, 8.4.1.
    pub(super) fn new(matrix: [f32; 6]) -> Self {
        Self {
            matrix,
            font: None,
            fill: Some(Color::BLACK),
            stroke: Some(Color::BLACK),
            line_width: 1.0,
            dash: (Vec::new(), 0.0),
            cap: Cap::Butt,
            join: Join::Miter,
            miter_limit: 10.0,
            rendering: 0,
            rise: 0.0,
            opacity: 1.0,
            alpha: (1000, 1000),
        }
    }

    /// `matrix` applied before what is applied already.
    pub(super) fn transform(&mut self, [a, b, c, d, e, f]: [f32; 6]) {
        let [m, n, o, p, q, r] = self.matrix;
        self.matrix =
            [a * m + b * o, a * n + b * p, c * m + d * o, c * n + d * p, e * m + f * o + q, e * n + f * p + r];
    }
}
