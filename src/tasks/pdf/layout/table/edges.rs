//! The lines and fills of a row, drawn once it is known where it ended.

use std::sync::Arc;

use super::Run;
use super::breaks::RowBreaks;
use crate::tasks::pdf::layout::Layout;
use crate::tasks::pdf::layout::style::Resolved;
use crate::tasks::pdf::request::{Block, Dash, Table};
use crate::tasks::pdf::scene::{Color, Item, Mark, Paint, Path, Segment, Shape, Stroke};

const LEFT: usize = 0;
const TOP: usize = 1;
const RIGHT: usize = 2;
const BOTTOM: usize = 3;

/// The vertical lines of the row before, which go on where the next row has the same: one long line in place of many.
#[derive(Default)]
pub(super) struct Edges {
    lines: Vec<Option<Upright>>,
}

struct Upright {
    page: usize,
    item: usize,
    bottom: f32,
    color: Color,
    width: f32,
    x: f32,
}

impl Edges {
    /// What was drawn before is not where it was.
    pub(super) fn forget(&mut self) {
        self.lines.clear();
    }
}

fn block_of(table: &Table, (row, column): (usize, usize)) -> Option<&Block> {
    table.body[row][column].block.as_deref()
}

/// Whether a cell has a line on a side, and in what colour if that is its own.
fn side(table: &Table, cell: (usize, usize), side: usize, default: bool) -> (bool, Option<Color>) {
    let Some(block) = block_of(table, cell) else { return (default, None) };
    let is_drawn = block.border.and_then(|border| border[side]).unwrap_or(default);
    (is_drawn, block.border_color.and_then(|colors| colors[side]).filter(|_| is_drawn))
}

impl Layout<'_> {
    /// Draws the line above a row, or below the last, where the cursor is, and moves below it.
    pub(super) fn line(&mut self, run: &mut Run<'_>, line: usize) {
        let width = run.grid.rules.h_line_width(line);
        if width <= 0.0 {
            return;
        }
        self.h_line(run, line, self.at.page, self.at.y);
        self.at.y += width;
    }

    fn h_line(&mut self, run: &Run<'_>, line: usize, page: usize, y: f32) {
        let Run { table, grid, .. } = run;
        let rules = &grid.rules;
        let width = rules.h_line_width(line);
        if width <= 0.0 {
            return;
        }
        let (rows, columns) = (table.body.len(), grid.columns());
        // Lines are drawn with the row above entered, but for the first, and for one at the top of a page.
        let entered = grid.owner(0).0.max((0..columns).map(|column| grid.owner(column).0).max().unwrap_or(0));
        let knows_above = line > 0 && entered < line;
        let default = rules.default_border();
        let color_of = |column: usize| -> Option<Color> {
            let above = (line > 0).then(|| if knows_above { grid.owner(column) } else { grid.owner_above(column) });
            let is_inside = line > 0 && line < rows && knows_above && grid.until(column) > line;
            if is_inside {
                return None;
            }
            let (drawn_above, above_color) = above.map_or((false, None), |cell| side(table, cell, BOTTOM, default));
            let below = (line < rows).then_some((line, column));
            let (drawn_below, below_color) = below.map_or((false, None), |cell| side(table, cell, TOP, default));
            (drawn_above || drawn_below)
                .then(|| above_color.or(below_color).unwrap_or_else(|| rules.h_line_color(line)))
        };
        let end = grid.left(columns) + rules.v_line_width(columns);
        let left = self.at.x;
        let mut begun: Option<(f32, Color)> = None;
        let mut items = Vec::new();
        for column in 0..=columns {
            let color = if column < columns { color_of(column) } else { None };
            if let Some((from, before)) = begun
                && color != Some(before)
            {
                let to = if column == columns { end } else { grid.left(column) + rules.v_line_width(column) };
                let (from, to) = ((from + left, y + width / 2.0), (to + left, y + width / 2.0));
                items.push(stroke(from, to, width, before, rules.h_dash(line)));
                begun = None;
            }
            if let Some(color) = color {
                begun.get_or_insert((grid.left(column), color));
            }
        }
        self.draw(page, items);
    }

    /// The fills and upright lines of a row, on every page that it is on.
    pub(super) fn row_edges(&mut self, run: &mut Run<'_>, row: usize, breaks: &RowBreaks, style: &Arc<Resolved>) {
        let rules = &run.grid.rules;
        let above =
            if row == 0 && run.table.header_rows == 0 { rules.h_line_width(0) } else { rules.h_line_width(row) };
        let (below, padding) = (rules.h_line_width(row + 1), rules.padding_bottom(row));
        let when_broken = rules.line_when_broken();
        let has_header = run.table.header_rows > 0;
        let count = breaks.parts.len();
        for (i, part) in breaks.parts.iter().enumerate() {
            let (is_first, is_last) = (i == 0, i + 1 == count);
            // Only the padding of the row was on the page.
            if is_first && !is_last && part.bottom <= part.top + breaks.lead {
                continue;
            }
            let bottom = if is_last { self.at.y } else { part.bottom + padding };
            let top_line = if is_first || has_header { above } else { 0.0 };
            self.row_fills(run, row, part.page, part.item, (part.top - top_line / 2.0, bottom + below / 2.0), style);
            if !is_last && when_broken {
                self.h_line(run, row + 1, part.page, bottom);
            }
            if !is_first && !has_header && when_broken {
                self.h_line(run, row, part.page, part.top);
            }
            self.uprights(run, row, part.page, (part.top - top_line, bottom + below));
        }
    }

    fn row_fills(
        &mut self,
        run: &Run<'_>,
        row: usize,
        page: usize,
        item: usize,
        (top, bottom): (f32, f32),
        style: &Arc<Resolved>,
    ) {
        let Run { table, grid, .. } = run;
        let rules = &grid.rules;
        let mut fills: Vec<Item> = Vec::new();
        for column in 0..grid.columns() {
            let owner = grid.owner(column);
            let cell = &table.body[owner.0][owner.1];
            let has_own = cell.look.is_some() || !cell.styles.is_empty();
            let own = has_own.then(|| self.matter.styles.of(cell, style, self.matter.fonts));
            let color = own.as_ref().and_then(|own| own.fill_color).or(style.fill_color).or_else(|| rules.fill(row));
            let Some(color) = color else { continue };
            let opacity = own.and_then(|own| own.fill_opacity).unwrap_or_else(|| rules.fill_opacity(row));
            let left = grid.left(column) + rules.v_line_width(column) / 2.0;
            let right = grid.left(column + 1) + rules.v_line_width(column + 1) / 2.0;
            let x = self.at.x + left;
            if let Some(Item::Shape(last)) = fills.last_mut()
                && last.fill == Some(Paint::Color(color))
                && last.fill_opacity == opacity
                && let Some(Segment::Rect(from, _, width, _)) = last.path.0.first_mut()
                && (*from + *width - x).abs() < 0.001
            {
                *width += right - left;
                continue;
            }
            let path = Path(vec![Segment::Rect(x, top, right - left, bottom - top)]);
            fills.push(Item::Shape(Shape {
                path,
                fill: Some(Paint::Color(color)),
                fill_opacity: opacity,
                ..Shape::default()
            }));
        }
        let fills = self.as_artifact(fills);
        if fills.is_empty() {
            return;
        }
        self.insert(page, item, fills);
    }

    fn uprights(&mut self, run: &mut Run<'_>, row: usize, page: usize, (top, bottom): (f32, f32)) {
        let Run { table, grid, edges, .. } = run;
        let rules = &grid.rules;
        let columns = grid.columns();
        let default = rules.default_border();
        edges.lines.resize_with(columns + 1, || None);
        for line in 0..=columns {
            let width = rules.v_line_width(line);
            let before = line.checked_sub(1).map(|column| grid.owner(column));
            let after = (line < columns).then(|| grid.owner(line));
            if width <= 0.0 || before == after {
                edges.lines[line] = None;
                continue;
            }
            let (drawn_before, color_before) = before.map_or((false, None), |cell| side(table, cell, RIGHT, default));
            let (drawn_after, color_after) = after.map_or((false, None), |cell| side(table, cell, LEFT, default));
            if !drawn_before && !drawn_after {
                edges.lines[line] = None;
                continue;
            }
            let color = color_before.or(color_after).unwrap_or_else(|| rules.v_line_color(line));
            let x = self.at.x + grid.left(line) + width / 2.0;
            let dash = rules.v_dash(line);
            if dash.is_none()
                && let Some(upright) = &mut edges.lines[line]
                && (upright.page, upright.color, upright.width, upright.x) == (page, color, width, x)
                && (upright.bottom - top).abs() <= rules.h_line_width(row) + 0.001
                && let Some(Item::Shape(shape)) = self.sheets.get_mut(page).page.items.get_mut(upright.item)
                && let Some(Segment::Line(_, end)) = shape.path.0.last_mut()
            {
                *end = bottom;
                upright.bottom = bottom;
                continue;
            }
            let item = stroke((x, top), (x, bottom), width, color, dash);
            let at = self.draw(page, vec![item]);
            edges.lines[line] = dash.is_none().then_some(Upright { page, item: at, bottom, color, width, x });
        }
    }

    /// Adds lines to a page. Where the first of them is.
    fn draw(&mut self, page: usize, mut items: Vec<Item>) -> usize {
        let is_tagged = self.matter.document.tagged;
        let sheet = self.sheets.get_mut(page);
        let first = sheet.page.items.len() + usize::from(is_tagged);
        if is_tagged && !items.is_empty() {
            sheet.page.items.push(Item::Mark(Mark::Artifact));
            sheet.page.items.append(&mut items);
            sheet.page.items.push(Item::EndMark);
        } else {
            sheet.page.items.append(&mut items);
        }
        first
    }
}

fn stroke((x1, y1): (f32, f32), (x2, y2): (f32, f32), width: f32, color: Color, dash: Option<Dash>) -> Item {
    let dashes = dash.map_or_else(Vec::new, |dash| vec![dash.length, dash.space.unwrap_or(dash.length)]);
    let stroke = Stroke {
        paint: Paint::Color(color),
        width,
        dash: dashes,
        dash_phase: dash.map_or(0.0, |dash| dash.phase),
        ..Stroke::default()
    };
    let path = Path(vec![Segment::Move(x1, y1), Segment::Line(x2, y2)]);
    Item::Shape(Shape { path, stroke: Some(stroke), ..Shape::default() })
}
