//! How wide the lines and paddings of a table are, and what colour: by its layout, in pdfmake's words.

use std::collections::HashMap;

use crate::tasks::pdf::request::{Cycle, Dash, LayoutChoice, Table, TableLayout};
use crate::tasks::pdf::scene::Color;

/// pdfmake's grey for light lines.
const LIGHT: Color = Color::Rgb([0xaa; 3]);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Preset {
    Grid,
    NoBorders,
    HeaderLineOnly,
    LightHorizontalLines,
}

/// The layout of a table.
pub(super) struct Rules {
    preset: Preset,
    own: Option<TableLayout>,
    rows: usize,
    columns: usize,
    header: usize,
}

impl Rules {
    /// `Err` has the name that no layout has.
    pub(super) fn of<'t>(
        table: &'t Table,
        columns: usize,
        layouts: &HashMap<String, TableLayout>,
    ) -> Result<Self, &'t str> {
        let (preset, own) = match &table.layout {
            None => (Preset::Grid, None),
            Some(LayoutChoice::Own(own)) => (Preset::Grid, Some(TableLayout::clone(own))),
            Some(LayoutChoice::Named(name)) => match (layouts.get(name), name.as_str()) {
                (Some(own), _) => (Preset::Grid, Some(own.clone())),
                (None, "noBorders") => (Preset::NoBorders, None),
                (None, "headerLineOnly") => (Preset::HeaderLineOnly, None),
                (None, "lightHorizontalLines") => (Preset::LightHorizontalLines, None),
                (None, name) => return Err(name),
            },
        };
        Ok(Self { preset, own, rows: table.body.len(), columns, header: table.header_rows })
    }

    fn said<T: Copy>(
        &self,
        of: impl Fn(&TableLayout) -> &Option<Cycle<T>>,
        place: usize,
        count: usize,
        is_header: bool,
    ) -> Option<T> {
        of(self.own.as_ref()?).as_ref()?.at(place, count, is_header)
    }

    /// Of the line above a row; the last is below all rows.
    pub(super) fn h_line_width(&self, line: usize) -> f32 {
        let is_header = self.header > 0 && line == self.header;
        if let Some(width) = self.said(|own| &own.h_line_width, line, self.rows + 1, is_header) {
            return width.max(0.0);
        }
        let is_inner = line > 0 && line < self.rows;
        match self.preset {
            Preset::Grid => 1.0,
            Preset::NoBorders => 0.0,
            Preset::HeaderLineOnly => {
                if is_inner && is_header {
                    2.0
                } else {
                    0.0
                }
            }
            Preset::LightHorizontalLines => match (is_inner, is_header) {
                (false, _) => 0.0,
                (true, true) => 2.0,
                (true, false) => 1.0,
            },
        }
    }

    /// Of the line left of a column; the last is right of all columns.
    pub(super) fn v_line_width(&self, line: usize) -> f32 {
        let said = self.said(|own| &own.v_line_width, line, self.columns + 1, false);
        said.unwrap_or(if self.preset == Preset::Grid { 1.0 } else { 0.0 }).max(0.0)
    }

    pub(super) fn h_line_color(&self, line: usize) -> Color {
        let is_header = self.header > 0 && line == self.header;
        let said = self.said(|own| &own.h_line_color, line, self.rows + 1, is_header);
        said.unwrap_or(match self.preset {
            Preset::LightHorizontalLines if line != 1 => LIGHT,
            _ => Color::BLACK,
        })
    }

    pub(super) fn v_line_color(&self, line: usize) -> Color {
        self.said(|own| &own.v_line_color, line, self.columns + 1, false).unwrap_or(Color::BLACK)
    }

    pub(super) fn h_dash(&self, line: usize) -> Option<Dash> {
        let is_header = self.header > 0 && line == self.header;
        self.said(|own| &own.h_line_style, line, self.rows + 1, is_header).map(|style| style.dash)
    }

    pub(super) fn v_dash(&self, line: usize) -> Option<Dash> {
        self.said(|own| &own.v_line_style, line, self.columns + 1, false).map(|style| style.dash)
    }

    pub(super) fn padding_left(&self, column: usize) -> f32 {
        let said = self.said(|own| &own.padding_left, column, self.columns, false);
        said.unwrap_or(match (self.preset, column) {
            (Preset::Grid, _) => 4.0,
            (_, 0) => 0.0,
            (Preset::NoBorders, _) => 4.0,
            _ => 8.0,
        })
    }

    pub(super) fn padding_right(&self, column: usize) -> f32 {
        let said = self.said(|own| &own.padding_right, column, self.columns, false);
        let is_last = column + 1 == self.columns;
        said.unwrap_or(match self.preset {
            Preset::Grid => 4.0,
            _ if is_last => 0.0,
            Preset::NoBorders => 4.0,
            _ => 8.0,
        })
    }

    pub(super) fn padding_top(&self, row: usize) -> f32 {
        self.said(|own| &own.padding_top, row, self.rows, row < self.header).unwrap_or(2.0)
    }

    pub(super) fn padding_bottom(&self, row: usize) -> f32 {
        self.said(|own| &own.padding_bottom, row, self.rows, row < self.header).unwrap_or(2.0)
    }

    pub(super) fn fill(&self, row: usize) -> Option<Color> {
        self.said(|own| &own.fill_color, row, self.rows, row < self.header)
    }

    pub(super) fn fill_opacity(&self, row: usize) -> f32 {
        self.said(|own| &own.fill_opacity, row, self.rows, row < self.header).unwrap_or(1.0)
    }

    /// Whether a row that is broken has a line where it ends on a page and where it goes on.
    pub(super) fn line_when_broken(&self) -> bool {
        self.own.as_ref().and_then(|own| own.h_line_when_broken).unwrap_or(true)
    }

    pub(super) fn default_border(&self) -> bool {
        self.own.as_ref().and_then(|own| own.default_border).unwrap_or(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_more_special_counts() {
        let layout: TableLayout = serde_json::from_str(
            r##"{ "fillColor": { "header": "red", "odd": "#00ff00", "at": { "2": "blue" } },
                  "hLineWidth": { "first": 2, "last": 3, "inner": 0.5 }, "paddingTop": 7 }"##,
        )
        .expect("it is a layout");
        let rules = Rules { preset: Preset::Grid, own: Some(layout), rows: 4, columns: 2, header: 1 };
        let red = Some(Color::Rgb([255, 0, 0]));
        assert_eq!(
            [0, 1, 2, 3].map(|row| rules.fill(row)),
            [red, Some(Color::Rgb([0, 255, 0])), Some(Color::Rgb([0, 0, 255])), Some(Color::Rgb([0, 255, 0])),]
        );
        assert_eq!([0, 1, 4].map(|line| rules.h_line_width(line)), [2.0, 0.5, 3.0]);
        assert_eq!((rules.padding_top(2), rules.padding_bottom(2), rules.v_line_width(0)), (7.0, 2.0, 1.0));
    }

    #[test]
    fn presets_are_those_of_pdfmake() {
        let rules = |preset| Rules { preset, own: None, rows: 3, columns: 2, header: 1 };
        let lines = |rules: &Rules| [0, 1, 2, 3].map(|line| rules.h_line_width(line));
        assert_eq!(lines(&rules(Preset::Grid)), [1.0; 4]);
        assert_eq!(lines(&rules(Preset::NoBorders)), [0.0; 4]);
        assert_eq!(lines(&rules(Preset::HeaderLineOnly)), [0.0, 2.0, 0.0, 0.0]);
        assert_eq!(lines(&rules(Preset::LightHorizontalLines)), [0.0, 2.0, 1.0, 0.0]);
        assert_eq!(rules(Preset::LightHorizontalLines).h_line_color(2), LIGHT);
        assert_eq!([0, 1].map(|column| rules(Preset::NoBorders).padding_left(column)), [0.0, 4.0]);
        assert_eq!([0, 1].map(|column| rules(Preset::HeaderLineOnly).padding_right(column)), [8.0, 0.0]);
    }
}
