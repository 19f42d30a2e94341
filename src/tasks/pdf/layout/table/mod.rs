//! Tables: rows of cells, which may span columns and rows, with lines between them.
//!
//! `rules` says how wide lines and paddings are, `grid` how wide columns are and which cell covers what, `edges` draws the
//! lines and fills of a row once it is known where it ended.

mod breaks;
mod edges;
mod grid;
mod rules;

use std::sync::Arc;

pub(super) use self::breaks::{Repeat, RowBreaks};
use self::edges::Edges;
use self::grid::Grid;
use super::flow::{Cursor, Fragment, shift};
use super::place::Place;
use super::style::Resolved;
use super::{Layout, SLACK};
use crate::engine::{Code, TaskError};
use crate::tasks::pdf::request::{Node, Table, Vertical};
use crate::tasks::pdf::scene::Role;

/// A table on its way down the pages.
struct Run<'t> {
    table: &'t Table,
    grid: Grid,
    edges: Edges,
    /// Cells that go on in rows below.
    spans: Vec<Span>,
}

/// A cell that spans rows.
struct Span {
    last_row: usize,
    /// Where its content ended.
    end: Cursor,
}

impl Layout<'_> {
    pub(super) fn table(&mut self, table: &Table, style: &Arc<Resolved>, place: &Place<'_>) -> Result<(), TaskError> {
        let place = &place.key("table");
        let place = &place.key("body");
        if place.depth() > super::MAX_DEPTH {
            return Err(place.error(Code::PdfTooLarge, "it is nested too deep"));
        }
        let rows = table.body.len();
        if rows == 0 {
            return Ok(());
        }
        if table.header_rows > rows {
            return Err(place.error(Code::InvalidArgValue, format!("it has {rows} rows, fewer than `headerRows`")));
        }
        let matter = self.matter;
        let grid = Grid::of(table, matter, style, self.at.width, place)?;
        let mut run = Run { table, grid, edges: Edges::default(), spans: Vec::new() };
        self.open_tag(Role::Table);
        let outcome = self.rows(&mut run, style, place);
        self.close_tag();
        outcome
    }

    fn rows(&mut self, run: &mut Run<'_>, style: &Arc<Resolved>, place: &Place<'_>) -> Result<(), TaskError> {
        let rows = run.table.body.len();
        let header = run.table.header_rows;
        let together = if header == 0 { 0 } else { (header + run.table.keep_with_header_rows).min(rows) };
        let mut row = 0;
        let has_repeat = header > 0 && !self.is_apart;
        if has_repeat {
            row = together;
            let repeat = self.head(run, together, style, place)?;
            self.repeats.push(repeat);
        } else {
            self.room_for_row(run, 0, style)?;
            self.line(run, 0);
        }
        while row < rows {
            let end = if run.table.dont_break_rows && !self.is_apart {
                self.whole_rows(run, row, style, place)?
            } else {
                if self.room_for_row(run, row, style)? && !has_repeat {
                    self.line(run, row);
                }
                self.row(run, row, style, place)?;
                row + 1
            };
            row = end;
            self.flush(false)?;
        }
        if has_repeat {
            self.repeats.pop();
        }
        Ok(())
    }

    /// The header and the rows that stay with it, as a whole. What is repeated on the pages that follow.
    fn head(
        &mut self,
        run: &mut Run<'_>,
        together: usize,
        style: &Arc<Resolved>,
        place: &Place<'_>,
    ) -> Result<Repeat, TaskError> {
        let header = run.table.header_rows;
        let mut repeated = Fragment::default();
        let tags = self.tag_count();
        let whole = self.apart(|layout| {
            layout.line(run, 0);
            for row in 0..together {
                layout.row(run, row, style, place)?;
                if row + 1 == header {
                    let sheet = layout.sheets.get(0);
                    repeated.items = sheet.page.items.clone();
                    repeated.links = sheet.page.links.clone();
                    repeated.height = layout.at.y;
                }
            }
            Ok(())
        })?;
        run.edges.forget();
        if !self.place_whole(whole)? {
            // Taller than a page: as rows that may break.
            self.truncate_tags(tags);
            run.spans.clear();
            self.line(run, 0);
            for row in 0..together {
                self.row(run, row, style, place)?;
            }
        }
        let page = self.sheets.get(self.at.page);
        if repeated.height > page.page.height / 2.0 {
            // It would leave no room for what it heads.
            repeated = Fragment::default();
        }
        Ok(Repeat::new(repeated, self.at.page))
    }

    /// Rows that are not to be broken: one, or as many as a cell spans. The row behind them.
    fn whole_rows(
        &mut self,
        run: &mut Run<'_>,
        first: usize,
        style: &Arc<Resolved>,
        place: &Place<'_>,
    ) -> Result<usize, TaskError> {
        let end = run.grid.group_end(run.table, first);
        let tags = self.tag_count();
        let whole = self.apart(|layout| (first..end).try_for_each(|row| layout.row(run, row, style, place)))?;
        run.edges.forget();
        let room = self.bottom() - self.at.y + SLACK;
        if whole.height > room && self.at.y > self.top() + SLACK {
            self.next_page()?;
            if run.table.header_rows == 0 && run.grid.rules.line_when_broken() {
                self.line(run, first);
            }
        }
        if !self.place_whole(whole)? {
            self.truncate_tags(tags);
            run.spans.clear();
            (first..end).try_for_each(|row| self.row(run, row, style, place))?;
        }
        Ok(end)
    }

    /// To the next page, where not even the first line of the row would fit. Whether that was so.
    fn room_for_row(&mut self, run: &Run<'_>, row: usize, style: &Resolved) -> Result<bool, TaskError> {
        let rules = &run.grid.rules;
        let edges = rules.padding_top(row) + rules.padding_bottom(row) + rules.h_line_width(row + 1);
        let line = run.table.body[row].first().map_or(0.0, |cell| self.first_line(cell, style));
        let least = edges + run.grid.row_height(run.table, row).map_or(line, |height| height.max(line));
        if self.is_apart || self.bottom() - self.at.y + SLACK >= least || self.at.y <= self.top() + SLACK {
            return Ok(false);
        }
        let before = self.at.page;
        self.next_page()?;
        Ok(self.at.page != before && rules.line_when_broken())
    }

    /// How tall the first line of a cell is, roughly.
    fn first_line(&self, cell: &Node, style: &Resolved) -> f32 {
        let size = cell.look.as_ref().and_then(|look| look.font_size);
        size.map_or(style.height, |size| style.height * size / style.font_size.max(f32::MIN_POSITIVE))
    }

    fn row(
        &mut self,
        run: &mut Run<'_>,
        row: usize,
        style: &Arc<Resolved>,
        place: &Place<'_>,
    ) -> Result<(), TaskError> {
        let table = run.table;
        run.grid.enter_row(table, row);
        let rules = &run.grid.rules;
        let (top, bottom) = (rules.padding_top(row), rules.padding_bottom(row) + rules.h_line_width(row + 1));
        let header_lead = if table.header_rows > 0 { 0.0 } else { rules.h_line_width(row) };
        let start = self.at;
        let item = self.sheets.get(start.page).page.items.len();
        self.rows.push(RowBreaks::new(start.page, start.y, item, top + header_lead));
        self.reserved += bottom;
        self.returns.push(start.page);
        self.open_tag(Role::TableRow);
        let outcome = self.cells(run, row, top, style, place);
        self.close_tag();
        self.returns.pop();
        self.reserved -= bottom;
        let breaks = self.rows.pop();
        let mut end = outcome?;
        run.spans.retain(|span| {
            if span.last_row <= row && span.end.is_after(&end) {
                end = span.end;
            }
            span.last_row > row
        });
        end.y += run.grid.rules.padding_bottom(row);
        self.at = Cursor { x: start.x, width: start.width, ..end };
        if let Some(breaks) = breaks {
            self.row_edges(run, row, &breaks, style);
        }
        self.line(run, row + 1);
        Ok(())
    }

    /// The content of the cells. Where the lowest ended.
    fn cells(
        &mut self,
        run: &mut Run<'_>,
        row: usize,
        padding: f32,
        style: &Arc<Resolved>,
        place: &Place<'_>,
    ) -> Result<Cursor, TaskError> {
        let table = run.table;
        let start = self.at;
        let mut end = Cursor { y: start.y + padding, ..start };
        if let Some(height) = run.grid.row_height(table, row) {
            // Taller than a page it ends with the page.
            end.y = (end.y + height).min(self.bottom()).max(end.y);
        }
        let place = place.index(row);
        let mut aligned = Vec::new();
        for column in 0..run.grid.columns() {
            if run.grid.owner(column) != (row, column) {
                continue;
            }
            let cell = &table.body[row][column];
            let (x, width) = run.grid.inside(column, run.grid.col_span(table, row, column));
            self.at = Cursor { page: start.page, x: start.x + x, width, y: start.y + padding };
            let first = self.sheets.get(start.page).page.items.len();
            self.open_cell(cell, row < table.header_rows);
            self.node(cell, style, &place.index(column))?;
            self.close_tag();
            let block = cell.block.as_deref();
            let rows = block.map_or(1, |block| block.row_span).min(table.body.len() - row);
            if let Some(block) = block.filter(|block| block.vertical != Vertical::Top && self.at.page == start.page) {
                let items = first..self.sheets.get(start.page).page.items.len();
                aligned.push((block.vertical, items, self.at.y, rows));
            }
            if rows > 1 {
                run.spans.push(Span { last_row: row + rows - 1, end: self.at });
            } else if self.at.is_after(&end) {
                end = self.at;
            }
        }
        if end.page == start.page {
            for (vertical, items, y, _) in aligned.into_iter().filter(|(.., rows)| *rows == 1) {
                let space = (end.y - y).max(0.0);
                let down = if vertical == Vertical::Middle { space / 2.0 } else { space };
                shift(&mut self.sheets.get_mut(start.page).page.items[items], 0.0, down);
            }
        }
        Ok(end)
    }
}
