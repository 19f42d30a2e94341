//! How wide things are: as narrow as they can be, and as wide as they want to be.

use std::sync::Arc;

use super::columns::length_of;
use super::matter::Matter;
use super::style::Resolved;
use crate::tasks::pdf::request::{Kind, Length, Node};

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Widths {
    /// With every line broken that can be.
    pub(super) min: f32,
    /// With no line broken.
    pub(super) max: f32,
}

impl Widths {
    pub(super) fn fixed(width: f32) -> Self {
        Self { min: width, max: width }
    }

    /// Of two things above one another.
    pub(super) fn over(self, other: Self) -> Self {
        Self { min: self.min.max(other.min), max: self.max.max(other.max) }
    }

    /// Of two things side by side.
    pub(super) fn beside(self, other: Self) -> Self {
        Self { min: self.min + other.min, max: self.max + other.max }
    }

    pub(super) fn plus(self, width: f32) -> Self {
        self.beside(Self::fixed(width))
    }
}

impl Matter<'_> {
    /// Of a node with its margin.
    pub(super) fn widths_of(&self, node: &Node, around: &Arc<Resolved>) -> Widths {
        let style = self.styles.of(node, around, self.fonts);
        let is_detached = node.block.as_ref().is_some_and(|block| block.absolute.or(block.relative).is_some());
        let content = self.content_widths(node, &style);
        if is_detached || (node.block.is_none() && node.styles.is_empty()) {
            return content;
        }
        let margin = self.styles.margin(node);
        content.plus(margin.left + margin.right)
    }

    fn content_widths(&self, node: &Node, style: &Arc<Resolved>) -> Widths {
        match &node.kind {
            Kind::Plain(_) | Kind::Text(_) | Kind::Reference(_) => self.text_widths(node, style),
            Kind::Stack(stack) => self.widest(&stack.nodes, style),
            Kind::Columns { columns, .. } => self.columns_widths(columns, style),
            Kind::Ul(list) => self.widest(&list.items, style).plus(self.marker_width(list, false, style)),
            Kind::Ol(list) => self.widest(&list.items, style).plus(self.marker_width(list, true, style)),
            Kind::Table(table) => self.table_widths(table, style),
            Kind::Picture(picture) => Widths::fixed(self.picture_size(picture).0),
            Kind::Canvas(vectors) => Widths::fixed(super::canvas::extent(vectors).0),
            Kind::Qr(qr) => Widths::fixed(self.assets.qr(qr).map_or(0.0, |code| code.side)),
            Kind::Barcode(barcode) => Widths::fixed(self.assets.barcode(barcode).map_or(0.0, |code| code.width)),
            // As wide as there is room.
            Kind::Toc(_) => Widths { min: 0.0, max: 10_000.0 },
        }
    }

    fn widest(&self, nodes: &[Node], style: &Arc<Resolved>) -> Widths {
        nodes.iter().fold(Widths::default(), |widest, node| widest.over(self.widths_of(node, style)))
    }

    fn columns_widths(&self, columns: &[Node], style: &Arc<Resolved>) -> Widths {
        let mut sum = Widths::fixed(style.column_gap * columns.len().saturating_sub(1) as f32);
        let (mut star, mut stars) = (Widths::default(), 0.0);
        for column in columns {
            let content = self.widths_of(column, style);
            match length_of(column) {
                Length::Points(points) if points > 0.0 => sum = sum.plus(points),
                Length::Star => {
                    star = star.over(content);
                    stars += 1.0;
                }
                _ => sum = sum.beside(content),
            }
        }
        sum.beside(Widths { min: star.min * stars, max: star.max * stars })
    }
}
