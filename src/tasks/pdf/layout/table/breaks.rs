//! How rows and headers behave where a page ends.

use crate::tasks::pdf::layout::flow::Fragment;
use crate::tasks::pdf::scene::{Item, Mark};

/// The header of a table, with which its pages begin.
pub(in crate::tasks::pdf::layout) struct Repeat {
    pub(in crate::tasks::pdf::layout) fragment: Fragment,
    /// The pages that have it, which two columns may both come to.
    pages: Vec<usize>,
}

impl Repeat {
    pub(super) fn new(mut fragment: Fragment, page: usize) -> Self {
        // It was read out once.
        for item in &mut fragment.items {
            if let Item::Mark(mark) = item {
                *mark = Mark::Artifact;
            }
        }
        Self { fragment, pages: vec![page] }
    }

    /// Whether it is to be put on the page: not there yet.
    pub(in crate::tasks::pdf::layout) fn goes_on(&mut self, page: usize) -> bool {
        let is_new = !self.pages.contains(&page);
        if is_new {
            // Only the last few pages can be come back to.
            if self.pages.len() > 64 {
                self.pages.remove(0);
            }
            self.pages.push(page);
        }
        is_new
    }
}

/// The parts of a row, one for each page that it is on.
pub(in crate::tasks::pdf::layout) struct RowBreaks {
    pub(super) parts: Vec<Part>,
    /// Space above the content where the row goes on.
    pub(in crate::tasks::pdf::layout) lead: f32,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    pub(super) page: usize,
    pub(super) top: f32,
    /// How far down its content goes. Of the last part the end of the row counts instead.
    pub(super) bottom: f32,
    /// The first item of the row on the page.
    pub(super) item: usize,
}

impl RowBreaks {
    pub(super) fn new(page: usize, top: f32, item: usize, lead: f32) -> Self {
        Self { parts: vec![Part { page, top, bottom: top, item }], lead }
    }

    /// The page ends while one of the cells is at `y`.
    pub(in crate::tasks::pdf::layout) fn end(&mut self, page: usize, y: f32) {
        if let Some(part) = self.parts.iter_mut().find(|part| part.page == page) {
            part.bottom = part.bottom.max(y);
        }
    }

    /// The row goes on at the top of a page.
    pub(in crate::tasks::pdf::layout) fn begin(&mut self, page: usize, top: f32, item: usize) {
        if self.parts.iter().all(|part| part.page != page) {
            self.parts.push(Part { page, top, bottom: top, item });
        }
    }
}
