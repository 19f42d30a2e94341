//! Tables, and how their lines, paddings and fills are given.

use serde::Deserialize;
use serde::de::{Deserializer, Error};

use super::canvas::Dash;
use super::node::Node;
use super::values::{Length, OneOrMany};
use crate::tasks::pdf::scene::Color;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::tasks::pdf) struct Table {
    pub(in crate::tasks::pdf) body: Vec<Vec<Node>>,
    /// One for all columns, or one for each; `auto` unless given.
    pub(in crate::tasks::pdf) widths: Option<OneOrMany<Length>>,
    /// The least heights of rows.
    pub(in crate::tasks::pdf) heights: Option<OneOrMany<RowHeight>>,
    /// Rows that are repeated on every page.
    #[serde(default)]
    pub(in crate::tasks::pdf) header_rows: usize,
    /// Rows that stay on one page with those.
    #[serde(default)]
    pub(in crate::tasks::pdf) keep_with_header_rows: usize,
    #[serde(default)]
    pub(in crate::tasks::pdf) dont_break_rows: bool,
    /// Stands beside `table` in the node.
    #[serde(skip)]
    pub(in crate::tasks::pdf) layout: Option<LayoutChoice>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::tasks::pdf) struct RowHeight(pub(in crate::tasks::pdf) Option<f32>);

impl<'de> Deserialize<'de> for RowHeight {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Length::deserialize(deserializer)? {
            Length::Points(height) => Ok(Self(Some(height))),
            Length::Auto => Ok(Self(None)),
            _ => Err(D::Error::custom("expected a number of points or 'auto'")),
        }
    }
}

/// The name of a layout, or one in place.
#[derive(Clone, Debug)]
pub(in crate::tasks::pdf) enum LayoutChoice {
    Named(String),
    Own(Box<TableLayout>),
}

impl<'de> Deserialize<'de> for LayoutChoice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        match value {
            serde_json::Value::String(name) => Ok(Self::Named(name)),
            value => TableLayout::deserialize(value).map(|own| Self::Own(Box::new(own))).map_err(D::Error::custom),
        }
    }
}

/// Lines, paddings and fills. What is not said is as in a table without a layout.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub(in crate::tasks::pdf) struct TableLayout {
    /// By the line: 0 is above the first row.
    pub(in crate::tasks::pdf) h_line_width: Option<Cycle<f32>>,
    /// By the line: 0 is left of the first column.
    pub(in crate::tasks::pdf) v_line_width: Option<Cycle<f32>>,
    pub(in crate::tasks::pdf) h_line_color: Option<Cycle<Color>>,
    pub(in crate::tasks::pdf) v_line_color: Option<Cycle<Color>>,
    pub(in crate::tasks::pdf) h_line_style: Option<Cycle<LineStyle>>,
    pub(in crate::tasks::pdf) v_line_style: Option<Cycle<LineStyle>>,
    /// By the column.
    pub(in crate::tasks::pdf) padding_left: Option<Cycle<f32>>,
    pub(in crate::tasks::pdf) padding_right: Option<Cycle<f32>>,
    /// By the row.
    pub(in crate::tasks::pdf) padding_top: Option<Cycle<f32>>,
    pub(in crate::tasks::pdf) padding_bottom: Option<Cycle<f32>>,
    pub(in crate::tasks::pdf) fill_color: Option<Cycle<Color>>,
    pub(in crate::tasks::pdf) fill_opacity: Option<Cycle<f32>>,
    pub(in crate::tasks::pdf) h_line_when_broken: Option<bool>,
    pub(in crate::tasks::pdf) default_border: Option<bool>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub(in crate::tasks::pdf) struct LineStyle {
    pub(in crate::tasks::pdf) dash: Dash,
}

/// What pdfmake asks a function for, row by row or column by column: one value for all, or some by their place. What is
/// more special counts: a number, then the first and the last, the header, those between, odd and even, and the default.
#[derive(Clone, Debug)]
pub(in crate::tasks::pdf) enum Cycle<T> {
    All(T),
    Some(Box<Places<T>>),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, bound = "T: Deserialize<'de>")]
pub(in crate::tasks::pdf) struct Places<T> {
    first: Option<T>,
    last: Option<T>,
    header: Option<T>,
    inner: Option<T>,
    odd: Option<T>,
    even: Option<T>,
    default: Option<T>,
    #[serde(default = "std::collections::BTreeMap::new")]
    at: std::collections::BTreeMap<usize, T>,
}

impl<T: Copy> Cycle<T> {
    /// The value at one of `count` places, of which some may be the header.
    pub(in crate::tasks::pdf) fn at(&self, place: usize, count: usize, is_header: bool) -> Option<T> {
        let places = match self {
            Self::All(value) => return Some(*value),
            Self::Some(places) => places,
        };
        let is_last = place + 1 == count;
        let by_place = places.at.get(&place).copied();
        by_place
            .or(places.first.filter(|_| place == 0))
            .or(places.last.filter(|_| is_last))
            .or(places.header.filter(|_| is_header))
            .or(places.inner.filter(|_| place > 0 && !is_last))
            .or(if place % 2 == 1 { places.odd } else { places.even })
            .or(places.default)
    }
}

impl<'de, T: for<'a> Deserialize<'a>> Deserialize<'de> for Cycle<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        let is_places = value.as_object().is_some_and(|object| {
            let names = ["first", "last", "header", "inner", "odd", "even", "default", "at"];
            object.keys().any(|key| names.contains(&key.as_str()))
        });
        if is_places {
            return Places::deserialize(value).map(|places| Self::Some(Box::new(places))).map_err(D::Error::custom);
        }
        T::deserialize(value).map(Self::All).map_err(D::Error::custom)
    }
}
