//! Lines and areas of a `canvas`.

use serde::Deserialize;

use crate::tasks::pdf::scene::{Cap, Color, Join};

/// A line or an area, in points from the top left corner of the canvas.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase", rename_all_fields = "camelCase")]
pub(in crate::tasks::pdf) enum Vector {
    Line {
        x1: f32,
        y1: f32,
        x2: f32,
        y2: f32,
        #[serde(flatten)]
        ink: Ink,
    },
    Rect {
        #[serde(default)]
        x: f32,
        #[serde(default)]
        y: f32,
        w: f32,
        h: f32,
        /// The radius of its corners.
        #[serde(default)]
        r: f32,
        #[serde(flatten)]
        ink: Ink,
    },
    Ellipse {
        x: f32,
        y: f32,
        r1: f32,
        /// As `r1` unless given.
        r2: Option<f32>,
        #[serde(flatten)]
        ink: Ink,
    },
    Polyline {
        points: Vec<Point>,
        #[serde(default)]
        close_path: bool,
        #[serde(flatten)]
        ink: Ink,
    },
    /// The `d` of an SVG path.
    Path {
        d: String,
        #[serde(flatten)]
        ink: Ink,
    },
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub(in crate::tasks::pdf) struct Point {
    pub(in crate::tasks::pdf) x: f32,
    pub(in crate::tasks::pdf) y: f32,
}

/// How it is painted.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::tasks::pdf) struct Ink {
    /// 1 unless given.
    pub(in crate::tasks::pdf) line_width: Option<f32>,
    pub(in crate::tasks::pdf) line_color: Option<Color>,
    pub(in crate::tasks::pdf) dash: Option<Dash>,
    pub(in crate::tasks::pdf) line_cap: Option<Cap>,
    pub(in crate::tasks::pdf) line_join: Option<Join>,
    /// What fills it.
    pub(in crate::tasks::pdf) color: Option<Color>,
    /// Colours from the left (or the bottom) to the right.
    pub(in crate::tasks::pdf) linear_gradient: Option<Vec<Color>>,
    pub(in crate::tasks::pdf) fill_opacity: Option<f32>,
    pub(in crate::tasks::pdf) stroke_opacity: Option<f32>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
pub(in crate::tasks::pdf) struct Dash {
    pub(in crate::tasks::pdf) length: f32,
    /// As `length` unless given.
    pub(in crate::tasks::pdf) space: Option<f32>,
    #[serde(default)]
    pub(in crate::tasks::pdf) phase: f32,
}
