//! Tables of contents: a line for every node that is listed, with the number of its page at the right.

use std::sync::Arc;

use super::flow::{Note, Reference};
use super::place::Place;
use super::style::Resolved;
use super::survey::Entry;
use super::text::PAGE_NUMBER;
use super::{Cursor, Layout};
use crate::engine::TaskError;
use crate::tasks::pdf::request::{Kind, Margins, Node, SortBy, Toc, TocStyle};
use crate::tasks::pdf::scene::{Frame, Link, Role, Target};

/// Between a title and its number, and above and below a line: the paddings of pdfmake's table.
const GAP: f32 = 8.0;
const PADDING: f32 = 2.0;

impl Layout<'_> {
    pub(super) fn toc(&mut self, toc: &Toc, style: &Arc<Resolved>, place: &Place<'_>) -> Result<(), TaskError> {
        let mut entries = self.matter.survey.entries(&toc.id).to_vec();
        if entries.is_empty() && toc.hide_empty {
            return Ok(());
        }
        let place = place.key("toc");
        if let Some(title) = &toc.title {
            self.node(title, style, &place.key("title"))?;
        }
        if toc.sort_by == Some(SortBy::Title) {
            entries.sort_by(|a, b| a.text.cmp(&b.text));
        }
        self.open_tag(Role::Toc);
        let outcome = entries.iter().try_for_each(|entry| self.entry(toc, entry, style, &place));
        self.close_tag();
        outcome
    }

    fn entry(
        &mut self,
        toc: &Toc,
        entry: &Entry<'_>,
        style: &Arc<Resolved>,
        place: &Place<'_>,
    ) -> Result<(), TaskError> {
        let matter = self.matter;
        let item = entry.node.block.as_ref().and_then(|block| block.toc.as_deref());
        let own = item.and_then(|item| item.style.as_ref()).or(toc.text_style.as_ref());
        let own_number = item.and_then(|item| item.number_style.as_ref()).or(toc.number_style.as_ref());
        let own_number = own_number.or(toc.text_style.as_ref());
        let styled = |own: Option<&TocStyle>| match own {
            Some(own) => matter.styles.with(&own.names, Some(&own.look), style, matter.fonts),
            None => Arc::clone(style),
        };
        let (text_style, number_style) = (styled(own), styled(own_number));
        let margin = item.and_then(|item| item.margin);
        let margin = margin.or(toc.text_margin.map(|margin| margin.resolved())).unwrap_or_default();
        let room = matter.line_of(PAGE_NUMBER, &number_style).width;
        let title = Node { kind: Kind::Plain(entry.text.as_str().into()), styles: Vec::new(), look: None, block: None };
        let start = self.at;
        let line = self.apart(|layout| {
            let Margins { left, top, right, bottom } = margin;
            layout.at = Cursor {
                x: start.x + left,
                width: (start.width - left - right - room - GAP).max(0.0),
                y: PADDING + top,
                ..layout.at
            };
            let first = layout.at.y;
            layout.open_tag(Role::TocItem);
            let placed = layout.text(&title, &text_style, place);
            layout.close_tag();
            placed?;
            layout.at.y = layout.at.y.max(first + number_style.height) + bottom + PADDING;
            let height = layout.at.y;
            let sheet = layout.sheets.get_mut(0);
            sheet.notes.push(Note::Reference(Reference {
                id: entry.id.clone(),
                at: sheet.page.items.len(),
                x: start.x + start.width - room,
                y: first + number_style.ascent,
                width: room,
                share: 1.0,
                style: Arc::clone(&number_style),
            }));
            let frame = Frame { x: start.x, y: 0.0, width: start.width, height };
            let target = Target::Anchor(entry.id.clone());
            sheet.page.links.push(Link { frame, target, mark: None, title: None });
            layout.at.x = start.x;
            Ok(())
        })?;
        self.place_whole(line)?;
        Ok(())
    }
}
