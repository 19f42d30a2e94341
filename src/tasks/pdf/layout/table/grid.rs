//! The grid of a table: how wide its columns are, and which cell covers which place.

use std::sync::{Arc, Mutex, PoisonError};

use super::rules::Rules;
use crate::engine::{Code, TaskError};
use crate::tasks::pdf::layout::columns::{Column, widths};
use crate::tasks::pdf::layout::matter::Matter;
use crate::tasks::pdf::layout::measure::Widths;
use crate::tasks::pdf::layout::place::Place;
use crate::tasks::pdf::layout::style::Resolved;
use crate::tasks::pdf::request::{Length, Node, Table};

/// Rows that are measured by one thread at a time: about a millisecond of work.
const BLOCK: usize = 128;

pub(super) struct Grid {
    pub(super) rules: Rules,
    /// Of the content of each column.
    widths: Vec<f32>,
    /// Where the line left of each column begins; the last is where the table ends.
    lefts: Vec<f32>,
    /// For the row at hand: the row and column of the cell that covers each column.
    owners: Vec<(usize, usize)>,
    /// The same for the row above.
    above: Vec<(usize, usize)>,
    /// The row behind the last that the cell in a column covers.
    until: Vec<usize>,
}

/// What the columns of a table ask for.
struct Wishes {
    columns: Vec<Widths>,
    /// Cells that span columns: the first, how many, and what they ask for.
    spans: Vec<(usize, usize, Widths)>,
}

impl Grid {
    pub(super) fn of(
        table: &Table,
        matter: Matter<'_>,
        style: &Arc<Resolved>,
        available: f32,
        place: &Place<'_>,
    ) -> Result<Self, TaskError> {
        let columns = table.body[0].len();
        if let Some(row) = table.body.iter().position(|row| row.len() < columns) {
            let cause = format!("it has {} cells, the first row has {columns}", table.body[row].len());
            return Err(place.index(row).error(Code::InvalidArgValue, cause));
        }
        let rules = Rules::of(table, columns, &matter.document.table_layouts)
            .map_err(|name| place.error(Code::InvalidArgValue, format!("no table layout has the name '{name}'")))?;
        let lengths = lengths(table, columns);
        let wishes = wishes(table, &lengths, &rules, matter, style)?;
        let columns = columns_of(&lengths, &wishes, &rules);
        let beside = beside(&rules, columns.len());
        let widths = widths(&columns, available - beside, available);
        let mut lefts = Vec::with_capacity(columns.len() + 1);
        let mut x = 0.0;
        for (column, width) in widths.iter().enumerate() {
            lefts.push(x);
            x += rules.v_line_width(column) + rules.padding_left(column) + width + rules.padding_right(column);
        }
        lefts.push(x);
        let count = widths.len();
        let owners: Vec<(usize, usize)> = (0..count).map(|column| (0, column)).collect();
        Ok(Self { rules, widths, lefts, above: owners.clone(), owners, until: vec![0; count] })
    }

    pub(super) fn columns(&self) -> usize {
        self.widths.len()
    }

    /// Learns which cells cover the places of a row. Rows come in their order; one that is laid out again comes again.
    pub(super) fn enter_row(&mut self, table: &Table, row: usize) {
        self.above.clone_from(&self.owners);
        let columns = self.columns();
        let mut column = 0;
        while column < columns {
            if row > self.owners[column].0 && row < self.until[column] {
                column += 1;
                continue;
            }
            let span = self.col_span(table, row, column);
            let rows = row_span(table, row, column);
            for covered in column..column + span {
                self.owners[covered] = (row, column);
                self.until[covered] = row + rows;
            }
            column += span;
        }
    }

    /// The cell that covers a column of the row at hand.
    pub(super) fn owner(&self, column: usize) -> (usize, usize) {
        self.owners[column]
    }

    pub(super) fn owner_above(&self, column: usize) -> (usize, usize) {
        self.above[column]
    }

    /// The row behind the last that the cell in this column of the row at hand covers.
    pub(super) fn until(&self, column: usize) -> usize {
        self.until[column]
    }

    pub(super) fn col_span(&self, table: &Table, row: usize, column: usize) -> usize {
        col_span(table, row, column, self.columns())
    }

    /// Where the content of a cell begins, and how wide it is.
    pub(super) fn inside(&self, column: usize, span: usize) -> (f32, f32) {
        let last = column + span - 1;
        let x = self.lefts[column] + self.rules.v_line_width(column) + self.rules.padding_left(column);
        let end = self.lefts[last + 1] - self.rules.padding_right(last);
        (x, (end - x).max(0.0))
    }

    /// Where the line left of a column begins, or where the table ends before its last line.
    pub(super) fn left(&self, line: usize) -> f32 {
        self.lefts[line]
    }

    /// The least height of the content of a row.
    pub(super) fn row_height(&self, table: &Table, row: usize) -> Option<f32> {
        let heights = &table.heights.as_ref()?.0;
        if heights.len() == 1 { heights[0].0 } else { heights.get(row)?.0 }
    }

    /// The row behind all that cells of this row, and of those that they reach, cover.
    pub(super) fn group_end(&self, table: &Table, first: usize) -> usize {
        let mut end = first + 1;
        let mut row = first;
        while row < end {
            for column in 0..self.columns() {
                end = end.max(row + row_span(table, row, column));
            }
            row += 1;
        }
        end
    }
}

fn col_span(table: &Table, row: usize, column: usize, columns: usize) -> usize {
    let span = table.body[row][column].block.as_ref().map_or(1, |block| block.col_span);
    span.clamp(1, columns - column)
}

fn row_span(table: &Table, row: usize, column: usize) -> usize {
    let span = table.body[row][column].block.as_ref().map_or(1, |block| block.row_span);
    span.clamp(1, table.body.len() - row)
}

/// How wide each column is to be. One length is for all; what is not said is as the last.
fn lengths(table: &Table, columns: usize) -> Vec<Length> {
    let said = table.widths.as_ref().map_or(&[][..], |widths| &widths.0);
    let of = |column: usize| said.get(column).or(said.last()).copied().unwrap_or(Length::Auto);
    (0..columns).map(of).collect()
}

/// The width of lines and paddings together.
fn beside(rules: &Rules, columns: usize) -> f32 {
    let column = |column| rules.v_line_width(column) + rules.padding_left(column) + rules.padding_right(column);
    (0..columns).map(column).sum::<f32>() + rules.v_line_width(columns)
}

fn columns_of(lengths: &[Length], wishes: &Wishes, rules: &Rules) -> Vec<Column> {
    let last = lengths.len().saturating_sub(1);
    let columns = lengths.iter().zip(&wishes.columns).enumerate();
    columns
        .map(|(i, (length, content))| {
            // A line between two columns belongs to both.
            let share = |line: usize| rules.v_line_width(line) / if line == 0 || line == last + 1 { 1.0 } else { 2.0 };
            let beside = rules.padding_left(i) + rules.padding_right(i) + share(i) + share(i + 1);
            Column { length: *length, content: *content, beside }
        })
        .collect()
}

/// Measures the cells of columns that are as wide as what is in them.
fn wishes(
    table: &Table,
    lengths: &[Length],
    rules: &Rules,
    matter: Matter<'_>,
    style: &Arc<Resolved>,
) -> Result<Wishes, TaskError> {
    let is_asked = |length: &Length| matches!(length, Length::Auto | Length::Star);
    let mut wishes = Wishes { columns: vec![Widths::default(); lengths.len()], spans: Vec::new() };
    if !lengths.iter().any(is_asked) {
        return Ok(wishes);
    }
    let rows = table.body.len();
    let found = Mutex::new(Vec::new());
    matter.context.for_each_block(rows.div_ceil(BLOCK), &|block| {
        let mut columns = vec![Widths::default(); lengths.len()];
        let mut spans = Vec::new();
        for row in block * BLOCK..rows.min((block + 1) * BLOCK) {
            let mut column = 0;
            while column < lengths.len() {
                let span = col_span(table, row, column, lengths.len());
                if lengths[column..column + span].iter().any(is_asked) {
                    let cell: &Node = &table.body[row][column];
                    let content = matter.widths_of(cell, style);
                    if span > 1 {
                        spans.push((column, span, content));
                    } else {
                        columns[column] = columns[column].over(content);
                    }
                }
                column += span;
            }
        }
        found.lock().unwrap_or_else(PoisonError::into_inner).push((block, columns, spans));
    })?;
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.sort_by_key(|(block, ..)| *block);
    for (_, columns, spans) in found {
        for (widest, column) in wishes.columns.iter_mut().zip(columns) {
            *widest = widest.over(column);
        }
        wishes.spans.extend(spans);
    }
    wishes.widen(rules);
    Ok(wishes)
}

impl Wishes {
    /// Columns under a wide cell share what they lack.
    fn widen(&mut self, rules: &Rules) {
        for (first, span, content) in &self.spans {
            let covered = *first..first + span;
            let between: f32 = (first + 1..first + span)
                .map(|line| rules.v_line_width(line) + rules.padding_left(line) + rules.padding_right(line - 1))
                .sum();
            let have =
                self.columns[covered.clone()].iter().fold(Widths::fixed(between), |sum, column| sum.beside(*column));
            let share = |wanted: f32, have: f32| (wanted - have).max(0.0) / *span as f32;
            let (min, max) = (share(content.min, have.min), share(content.max, have.max));
            for column in &mut self.columns[covered] {
                *column = column.beside(Widths { min, max });
            }
        }
    }
}

impl Matter<'_> {
    /// Of a table inside of something that is as wide as what is in it.
    pub(in crate::tasks::pdf::layout) fn table_widths(&self, table: &Table, style: &Arc<Resolved>) -> Widths {
        let Some(columns) = table.body.first().map(Vec::len) else { return Widths::default() };
        if table.body.iter().any(|row| row.len() < columns) {
            return Widths::default();
        }
        let Ok(rules) = Rules::of(table, columns, &self.document.table_layouts) else { return Widths::default() };
        let lengths = lengths(table, columns);
        let Ok(wishes) = wishes(table, &lengths, &rules, *self, style) else { return Widths::default() };
        let (mut star, mut stars) = (Widths::default(), 0.0);
        let mut sum = Widths::fixed(beside(&rules, columns));
        for (length, content) in lengths.iter().zip(&wishes.columns) {
            match length {
                Length::Points(points) => sum = sum.plus(*points),
                Length::Star => {
                    star = star.over(*content);
                    stars += 1.0;
                }
                Length::Auto | Length::Percent(_) => sum = sum.beside(*content),
            }
        }
        sum.beside(Widths { min: star.min * stars, max: star.max * stars })
    }
}
