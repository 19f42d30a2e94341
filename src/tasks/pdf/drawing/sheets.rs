//! The pages of a drawing. They are written in batches as soon as nothing can go back to them.

use super::request::{Format, Sides};
use crate::engine::{Code, Context, TaskError};
use crate::tasks::pdf::layout::Place;
use crate::tasks::pdf::scene::{Anchor, Item, Link, Page};
use crate::tasks::pdf::write::{Closing, Summary, Writer};

use super::Assets;

/// Pages that are written at once, so that threads can share them.
const BATCH: usize = 16;

struct Sheet {
    page: Page,
    /// As it was asked for.
    format: Format,
    /// As they are by now.
    margins: Sides,
    /// What was drawn has left a transform or a clip behind.
    is_altered: bool,
}

pub(super) struct Sheets<'d> {
    writer: Writer<'d>,
    assets: &'d Assets,
    context: &'d Context<'d>,
    sheets: Vec<Sheet>,
    /// Pages that are written.
    written: usize,
    /// The page at hand, among those that are not written.
    at: usize,
    /// All pages stay until the end.
    holds: bool,
    most: usize,
}

impl<'d> Sheets<'d> {
    pub(super) fn new(
        writer: Writer<'d>,
        assets: &'d Assets,
        context: &'d Context<'d>,
        holds: bool,
        most: usize,
    ) -> Self {
        Self { writer, assets, context, sheets: Vec::new(), written: 0, at: 0, holds, most }
    }

    pub(super) fn has_page(&self) -> bool {
        !self.sheets.is_empty()
    }

    /// How many pages there are, whether written or not.
    pub(super) fn count(&self) -> usize {
        self.written + self.sheets.len()
    }

    /// The number of the page at hand, from 0.
    pub(super) fn number(&self) -> usize {
        self.written + self.at
    }

    pub(super) fn add(&mut self, format: Format) -> Result<(), TaskError> {
        self.context.check()?;
        if self.count() >= self.most {
            let message = format!("The document has more than {} pages: `maxPages` allows for more", self.most);
            return Err(TaskError::new(Code::PdfTooLarge, message));
        }
        if !self.holds && self.sheets.len() >= BATCH {
            self.flush()?;
        }
        let page = Page { width: format.width, height: format.height, ..Page::default() };
        self.sheets.push(Sheet { page, format, margins: format.margins, is_altered: false });
        self.at = self.sheets.len() - 1;
        Ok(())
    }

    pub(super) fn switch_to(&mut self, number: usize, place: &Place<'_>) -> Result<(), TaskError> {
        match number.checked_sub(self.written).filter(|at| *at < self.sheets.len()) {
            Some(at) => {
                self.at = at;
                Ok(())
            }
            None => {
                let cause = format!("there is no page {number}: the last one is {}", self.count().saturating_sub(1));
                Err(place.error(Code::OutOfRange, cause))
            }
        }
    }

    /// Goes to a page, on which what was drawn before has no effect on what comes.
    pub(super) fn enter_apart(&mut self, at: usize) {
        self.at = at.min(self.sheets.len().saturating_sub(1));
        let Some(sheet) = self.sheets.get_mut(self.at) else { return };
        if std::mem::take(&mut sheet.is_altered) {
            sheet.page.items.insert(0, Item::Save);
            sheet.page.items.push(Item::Restore);
        }
    }

    /// A transform or a clip is to come, which stays until the page ends if `for_good`.
    pub(super) fn alter(&mut self, for_good: bool) {
        if let Some(sheet) = self.sheets.get_mut(self.at) {
            sheet.is_altered |= for_good;
        }
    }

    /// What a page like the one at hand is like.
    pub(super) fn format(&self) -> Format {
        let none = Format { width: 0.0, height: 0.0, margins: Sides::default() };
        self.sheets.get(self.at).map_or(none, |sheet| sheet.format)
    }

    pub(super) fn margins(&self) -> Sides {
        self.sheets.get(self.at).map_or_else(Sides::default, |sheet| sheet.margins)
    }

    pub(super) fn set_margins(&mut self, margins: Sides) {
        if let Some(sheet) = self.sheets.get_mut(self.at) {
            sheet.margins = margins;
        }
    }

    pub(super) fn push(&mut self, item: Item) {
        if let Some(sheet) = self.sheets.get_mut(self.at) {
            sheet.page.items.push(item);
        }
    }

    pub(super) fn push_link(&mut self, link: Link) {
        if let Some(sheet) = self.sheets.get_mut(self.at) {
            sheet.page.links.push(link);
        }
    }

    pub(super) fn push_anchor(&mut self, anchor: Anchor) {
        if let Some(sheet) = self.sheets.get_mut(self.at) {
            sheet.page.anchors.push(anchor);
        }
    }

    fn flush(&mut self) -> Result<(), TaskError> {
        let Assets { faces, pictures, .. } = self.assets;
        let mut pages = std::mem::take(&mut self.sheets).into_iter().map(|sheet| sheet.page);
        loop {
            let batch: Vec<Page> = pages.by_ref().take(BATCH).collect();
            if batch.is_empty() {
                return Ok(());
            }
            self.written += batch.len();
            self.writer.pages(batch, faces, pictures, self.context)?;
            self.context.progress(self.written as u64, 0);
        }
    }

    pub(super) fn finish(mut self, closing: &Closing) -> Result<Summary, TaskError> {
        self.flush()?;
        let count = self.written as u64;
        let summary = self.writer.finish(closing, &self.assets.faces, &self.assets.pictures, self.context)?;
        self.context.progress(count, count);
        Ok(summary)
    }
}
