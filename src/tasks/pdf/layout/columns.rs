//! Columns side by side, and how wide they are.

use std::sync::Arc;

use super::Layout;
use super::measure::Widths;
use super::place::Place;
use super::style::Resolved;
use crate::engine::TaskError;
use crate::tasks::pdf::request::{Kind, Length, Node};

/// The columns that the content runs through.
pub(super) struct Snake {
    /// Where they begin, and how wide they are.
    pub(super) xs: Vec<(f32, f32)>,
    pub(super) column: usize,
    /// Where they begin on this page.
    pub(super) top: f32,
    /// How far down the content has come on this page.
    pub(super) lowest: f32,
}

/// A column, before it is known how wide it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    pub(super) length: Length,
    pub(super) content: Widths,
    /// For a percentage: what stands beside the content inside of it.
    pub(super) beside: f32,
}

/// How wide columns are, as HTML 4 has it for tables: as wide as what is in them where there is room, and in proportion
/// between that and their narrowest where there is less. A star takes an equal share of what is left.
pub(super) fn widths(columns: &[Column], available: f32, whole: f32) -> Vec<f32> {
    let fixed = |column: &Column| match column.length {
        Length::Points(points) => Some(points),
        Length::Percent(percent) => Some((whole * percent / 100.0 - column.beside).max(0.0)),
        Length::Auto | Length::Star => None,
    };
    let mut left = available - columns.iter().filter_map(fixed).sum::<f32>();
    let of = |length: Length| columns.iter().filter(move |column| column.length == length);
    let (auto, stars) = (of(Length::Auto), of(Length::Star));
    let auto_sum = auto.fold(Widths::default(), |sum, column| sum.beside(column.content));
    let star_count = stars.clone().count() as f32;
    let star = stars.fold(Widths::default(), |widest, column| widest.over(column.content));
    let (min, max) = (auto_sum.min + star.min * star_count, auto_sum.max + star.max * star_count);
    let share = if min >= left {
        None
    } else if max < left {
        Some(1.0)
    } else {
        Some((left - min) / (max - min).max(f32::MIN_POSITIVE))
    };
    let auto_width = |content: Widths| content.min + (content.max - content.min) * share.unwrap_or(0.0);
    left -= of(Length::Auto).map(|column| auto_width(column.content)).sum::<f32>();
    let star_width = if share.is_some() { left / star_count.max(1.0) } else { star.min };
    columns
        .iter()
        .map(|column| {
            fixed(column).unwrap_or_else(|| match column.length {
                Length::Auto => auto_width(column.content),
                _ => star_width,
            })
        })
        .collect()
}

/// How wide a node asks to be as a column.
pub(super) fn length_of(node: &Node) -> Length {
    node.block.as_ref().and_then(|block| block.width).unwrap_or(Length::Star)
}

impl Layout<'_> {
    pub(super) fn columns(
        &mut self,
        nodes: &[Node],
        snaking: bool,
        style: &Arc<Resolved>,
        place: &Place<'_>,
    ) -> Result<(), TaskError> {
        let gap = style.column_gap;
        let gaps = gap * nodes.len().saturating_sub(1) as f32;
        let columns: Vec<Column> = nodes
            .iter()
            .map(|node| {
                let length = length_of(node);
                // What nobody asks for is not measured.
                let content = match length {
                    Length::Auto | Length::Star => self.matter.widths_of(node, style),
                    Length::Points(_) | Length::Percent(_) => Widths::default(),
                };
                Column { length, content, beside: 0.0 }
            })
            .collect();
        let available = self.at.width - gaps;
        let widths = widths(&columns, available, available);
        if snaking {
            return self.snake(nodes, &widths, gap, style, place);
        }
        let start = self.at;
        let mut end = start;
        let mut x = start.x;
        self.returns.push(start.page);
        for (i, (node, width)) in nodes.iter().zip(&widths).enumerate() {
            self.at = super::Cursor { x, width: *width, ..start };
            self.node(node, style, &place.key("columns").index(i))?;
            if self.at.is_after(&end) {
                end = self.at;
            }
            x += width + gap;
        }
        self.returns.pop();
        self.at = super::Cursor { x: start.x, width: start.width, ..end };
        self.flush(false)
    }

    /// The content runs down one column and goes on at the top of the next.
    fn snake(
        &mut self,
        nodes: &[Node],
        widths: &[f32],
        gap: f32,
        style: &Arc<Resolved>,
        place: &Place<'_>,
    ) -> Result<(), TaskError> {
        let start = self.at;
        let columns = place.key("columns");
        let mut x = start.x;
        let xs: Vec<(f32, f32)> = widths
            .iter()
            .map(|width| {
                let at = (x, *width);
                x += width + gap;
                at
            })
            .collect();
        let outer = self.snakes.replace(Snake { xs, column: 0, top: start.y, lowest: start.y });
        self.returns.push(start.page);
        if let Some(first) = widths.first() {
            self.at.width = *first;
        }
        // Empty ones only say that there is a column.
        let is_empty = |node: &Node| matches!(&node.kind, Kind::Plain(text) if text.is_empty());
        for (i, node) in nodes.iter().enumerate().filter(|(_, node)| !is_empty(node)) {
            self.node(node, style, &columns.index(i))?;
        }
        self.returns.pop();
        let snake = std::mem::replace(&mut self.snakes, outer);
        let lowest = snake.map_or(self.at.y, |snake| snake.lowest.max(self.at.y));
        self.at = super::Cursor { page: self.at.page, x: start.x, width: start.width, y: lowest };
        self.flush(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(length: Length, min: f32, max: f32) -> Column {
        Column { length, content: Widths { min, max }, beside: 0.0 }
    }

    #[test]
    fn there_is_room_for_all() {
        let columns = [
            column(Length::Points(100.0), 0.0, 0.0),
            column(Length::Auto, 20.0, 50.0),
            column(Length::Star, 10.0, 30.0),
            column(Length::Star, 10.0, 200.0),
            column(Length::Percent(10.0), 0.0, 0.0),
        ];
        assert_eq!(widths(&columns, 1000.0, 1000.0), [100.0, 50.0, 375.0, 375.0, 100.0]);
    }

    #[test]
    fn there_is_less_than_all_want() {
        let columns = [column(Length::Auto, 20.0, 120.0), column(Length::Auto, 80.0, 280.0)];
        // 100 of the 300 that could be given beyond the narrowest.
        let given = widths(&columns, 200.0, 200.0);
        assert!((given[0] - (20.0 + 100.0 / 3.0)).abs() < 0.001 && (given[1] - (80.0 + 200.0 / 3.0)).abs() < 0.001);
    }

    #[test]
    fn there_is_not_enough() {
        let columns = [column(Length::Auto, 90.0, 120.0), column(Length::Star, 80.0, 280.0)];
        assert_eq!(widths(&columns, 100.0, 100.0), [90.0, 80.0]);
        assert_eq!(widths(&[], 100.0, 100.0), [0.0; 0]);
    }
}
