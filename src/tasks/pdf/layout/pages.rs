//! Pages as a whole: how they begin, what stands around their content, and how they leave.

use std::collections::HashMap;
use std::sync::Arc;

use super::Layout;
use super::flow::{Cursor, Fragment, Note, Reference, Sheet};
use super::place::Place;
use super::style::Resolved;
use crate::engine::{Code, TaskError};
use crate::tasks::pdf::request::{Document, Margins, Node, Orientation, PageSize, Paged, Watermark};
use crate::tasks::pdf::scene::{Bookmark, Item, Page};

/// Where complete pages go.
pub(in crate::tasks::pdf) trait Press {
    /// The next page.
    fn page(&mut self, page: Page) -> Result<(), TaskError>;
    /// What is painted over a page that went before: what needs the number of all pages.
    fn over(&mut self, page: usize, over: Page) -> Result<(), TaskError>;
}

/// What new pages are like.
pub(super) struct Format {
    size: PageSize,
    pub(super) orientation: Option<Orientation>,
    margins: Margins,
    max_pages: usize,
}

impl Format {
    pub(super) fn of(document: &Document, max_pages: usize) -> Self {
        let margins = document.page_margins.map_or(Margins::all(40.0), |margins| margins.resolved());
        let size = document.page_size.unwrap_or(PageSize::A4);
        Self { size, orientation: document.page_orientation, margins, max_pages }
    }

    fn sheet(&self) -> Sheet {
        let PageSize { width, height } = self.size;
        let (width, height) = match (height, self.orientation) {
            (Some(height), Some(Orientation::Portrait)) if width > height => (height, width),
            (Some(height), Some(Orientation::Landscape)) if width < height => (height, width),
            (height, _) => (width, height.unwrap_or(f32::INFINITY)),
        };
        Sheet { page: Page { width, height, ..Page::default() }, margins: self.margins, ..Sheet::default() }
    }
}

/// What `{pageNumber}` and `{pageCount}` stand for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields {
    /// From 1.
    pub(super) number: usize,
    pub(super) count: Option<usize>,
}

/// What is kept of pages that have left.
#[derive(Default)]
pub(super) struct Finished {
    /// Pages whose notes were read.
    noted: usize,
    ids: HashMap<String, usize>,
    lines: Vec<Line>,
    sizes: Vec<(f32, f32, Margins)>,
}

/// A line of the outline, before it is under another.
struct Line {
    id: Option<String>,
    parent: Option<String>,
    bookmark: Bookmark,
}

impl Layout<'_> {
    pub(super) fn first_page(&mut self) -> Result<(), TaskError> {
        self.add_page()?;
        let sheet = self.sheets.get(0);
        let Margins { left, top, right, .. } = sheet.margins;
        self.at = Cursor { page: 0, x: left, width: (sheet.page.width - left - right).max(0.0), y: top };
        Ok(())
    }

    /// To the top of the next page, which may be there already. A fragment has no end and so no next page.
    pub(super) fn next_page(&mut self) -> Result<(), TaskError> {
        if self.is_apart {
            return Ok(());
        }
        self.context.check()?;
        if self.next_column() {
            return Ok(());
        }
        let Cursor { page: before, y, .. } = self.at;
        self.rows.iter_mut().for_each(|row| row.end(before, y));
        let page = before + 1;
        if page == self.sheets.count() {
            self.add_page()?;
        }
        let wider = self.sheets.get(page).page.width - self.sheets.get(before).page.width;
        self.at.width = (self.at.width + wider).max(0.0);
        self.at.page = page;
        self.at.y = self.top();
        for i in 0..self.repeats.len() {
            let height = self.repeats[i].fragment.height;
            if self.repeats[i].goes_on(page) {
                let fragment = self.repeats[i].fragment.clone();
                self.sheets.place(page, fragment, 0.0, self.at.y);
            }
            self.at.y += height;
        }
        let item = self.sheets.get(page).page.items.len();
        let mut y = self.at.y;
        for row in &mut self.rows {
            row.begin(page, y, item);
            y += row.lead;
        }
        self.at.y = y;
        Ok(())
    }

    /// To the top of the next column, where the content runs through several. Rows of tables are not torn apart for that.
    fn next_column(&mut self) -> bool {
        let (at, page_top) = (self.at, self.top());
        let Some(snake) = self.snakes.as_mut().filter(|_| self.rows.is_empty()) else { return false };
        snake.lowest = snake.lowest.max(at.y);
        let Some((x, width)) = snake.xs.get(snake.column + 1).copied() else {
            // The first column of the next page.
            snake.column = 0;
            snake.top = page_top;
            snake.lowest = page_top;
            if let Some((x, width)) = snake.xs.first() {
                (self.at.x, self.at.width) = (*x, *width);
            }
            return false;
        };
        snake.column += 1;
        self.at = Cursor { x, width, y: snake.top, ..at };
        true
    }

    fn add_page(&mut self) -> Result<(), TaskError> {
        let page = self.sheets.count();
        if page == self.format.max_pages {
            let cause = format!("The document has more than {page} pages: `maxPages` says how many it may have");
            return Err(TaskError::new(Code::PdfTooLarge, cause));
        }
        self.sheets.push(self.format.sheet());
        let base = self.matter.base;
        let Some(node) = self.matter.document.background.as_ref().and_then(|background| background.on(page, None))
        else {
            return Ok(());
        };
        let width = self.sheets.get(page).page.width;
        let fields = Fields { number: page + 1, count: None };
        let fragment = self.aside(node, base, fields, (width, 0.0), "background")?;
        self.sheets.place(page, fragment, 0.0, 0.0);
        let sheet = self.sheets.get_mut(page);
        sheet.background = sheet.page.items.len();
        Ok(())
    }

    /// Puts items on a page before one that is there.
    pub(super) fn insert(&mut self, page: usize, at: usize, items: Vec<Item>) {
        let sheet = self.sheets.get_mut(page);
        for note in &mut sheet.notes {
            if let Note::Reference(reference) = note
                && reference.at >= at
            {
                reference.at += items.len();
            }
        }
        sheet.page.items.splice(at..at, items);
    }

    /// What stands beside the content, laid out over the whole width of a page, so far below its top.
    fn aside(
        &mut self,
        node: &Node,
        base: &Arc<Resolved>,
        fields: Fields,
        (width, y): (f32, f32),
        name: &str,
    ) -> Result<Fragment, TaskError> {
        let (at, outer) = (self.at, self.fields.replace(fields));
        let marker = self.marker.take();
        self.at = Cursor { x: 0.0, width, ..at };
        let place = Place::root(name);
        let fragment = self.apart(|layout| {
            layout.at.y = y;
            layout.node(node, base, &place)
        });
        (self.at, self.fields, self.marker) = (at, outer, marker);
        let mut fragment = fragment?;
        fragment.items = self.as_artifact(fragment.items);
        Ok(fragment)
    }

    /// Lets go of the pages that are complete. `at_end`: all of them are.
    pub(super) fn flush(&mut self, at_end: bool) -> Result<(), TaskError> {
        if self.is_apart {
            return Ok(());
        }
        let current = if at_end { self.sheets.count() } else { self.at.page };
        let complete = self.returns.iter().copied().min().unwrap_or(current).min(current);
        if complete <= self.sheets.first() {
            return Ok(());
        }
        for page in self.finished.noted.max(self.sheets.first())..complete {
            let notes = std::mem::take(&mut self.sheets.get_mut(page).notes);
            let (references, places): (Vec<_>, Vec<_>) =
                notes.into_iter().partition(|note| matches!(note, Note::Reference(_)));
            self.sheets.get_mut(page).notes = references;
            self.finished.note(page, places);
        }
        self.finished.noted = self.finished.noted.max(complete);
        while self.sheets.first() < complete {
            let is_known = |note: &Note| match note {
                Note::Reference(reference) => self.finished.ids.contains_key(&reference.id),
                _ => true,
            };
            let waits = self.sheets.front().is_some_and(|(_, sheet)| !sheet.notes.iter().all(is_known));
            if waits && !at_end {
                return Ok(());
            }
            let Some((number, sheet)) = self.sheets.pop() else { return Ok(()) };
            self.leave(number, sheet)?;
        }
        Ok(())
    }

    fn leave(&mut self, number: usize, mut sheet: Sheet) -> Result<(), TaskError> {
        self.context.check()?;
        let mut references: Vec<Reference> = Vec::new();
        for note in sheet.notes.drain(..) {
            if let Note::Reference(reference) = note {
                references.push(reference);
            }
        }
        // From the back, so that the places in front stay.
        references.sort_by_key(|reference| std::cmp::Reverse(reference.at));
        for reference in references {
            let Some(page) = self.finished.ids.get(&reference.id) else {
                let cause = format!("No node has the id `{}` that a page reference names", reference.id);
                return Err(TaskError::new(Code::PdfInvalid, cause));
            };
            let items = self.reference(&reference, page + 1);
            let at = reference.at.min(sheet.page.items.len());
            sheet.page.items.splice(at..at, items);
        }
        let fields = Fields { number: number + 1, count: None };
        let (width, height) = (sheet.page.width, sheet.page.height);
        self.finished.sizes.push((width, height, sheet.margins));
        if !self.matter.survey.counts_pages {
            for over in self.around(number, fields, width, height, sheet.margins)? {
                let Fragment { mut items, mut links, mut anchors, .. } = over;
                sheet.page.items.append(&mut items);
                sheet.page.links.append(&mut links);
                sheet.page.anchors.append(&mut anchors);
            }
        }
        if let Some(watermark) = &self.matter.document.watermark {
            let items = self.watermark(watermark, width, height)?;
            sheet.page.items.extend(items);
        }
        self.press.page(sheet.page)?;
        let count = self.sheets.count();
        self.context.progress(number as u64 + 1, count as u64);
        Ok(())
    }

    /// Header and footer of a page.
    fn around(
        &mut self,
        page: usize,
        fields: Fields,
        width: f32,
        height: f32,
        margins: Margins,
    ) -> Result<Vec<Fragment>, TaskError> {
        let (document, base) = (self.matter.document, self.matter.base);
        let mut found = Vec::new();
        let places: [(&Option<Paged>, f32, &str); 2] =
            [(&document.header, 0.0, "header"), (&document.footer, height - margins.bottom, "footer")];
        for (paged, y, name) in places {
            let Some(node) = paged.as_ref().and_then(|paged| paged.on(page, fields.count)) else { continue };
            found.push(self.aside(node, base, fields, (width, y), name)?);
        }
        Ok(found)
    }

    /// The last pages leave, and what needs the number of all pages is painted over them.
    pub(super) fn finish(&mut self) -> Result<(), TaskError> {
        let last = self.sheets.get_mut(self.at.page);
        if last.page.height.is_infinite() {
            last.page.height = self.at.y + last.margins.bottom;
        }
        let pages = self.sheets.count();
        self.flush(true)?;
        if self.matter.survey.counts_pages {
            for page in 0..pages {
                self.context.check()?;
                let (width, height, margins) = self.finished.sizes[page];
                let fields = Fields { number: page + 1, count: Some(pages) };
                let mut over = Page { width, height, ..Page::default() };
                for mut fragment in self.around(page, fields, width, height, margins)? {
                    over.items.append(&mut fragment.items);
                    over.links.append(&mut fragment.links);
                    over.anchors.append(&mut fragment.anchors);
                }
                self.press.over(page, over)?;
            }
        }
        Ok(())
    }

    /// Text across the page, along its diagonal unless an angle is given.
    fn watermark(&mut self, mark: &Watermark, width: f32, height: f32) -> Result<Vec<Item>, TaskError> {
        if mark.text.is_empty() {
            return Ok(Vec::new());
        }
        let angle = mark.angle.unwrap_or_else(|| -height.atan2(width).to_degrees());
        let (sin, cos) = angle.to_radians().sin_cos();
        let mut style = Resolved::clone(self.matter.base);
        if let Some(font) = &mark.font {
            style.font = font.as_str().into();
        }
        style.bold = mark.bold;
        style.italics = mark.italics;
        style.color = mark.color;
        style.line_height = 1.0;
        // What a text takes grows with its size.
        style.font_size = 100.0;
        self.matter.fonts.fit(&mut style);
        let line = self.matter.line_of(&mark.text, &style);
        let (across, up) = (line.width / 100.0, style.height / 100.0);
        let size = mark.font_size.unwrap_or_else(|| {
            let wide = (up * sin).abs() + (across * cos).abs();
            let tall = (across * sin).abs() + (up * cos).abs();
            (width / wide).min(height / tall).min(1000.0)
        });
        style.font_size = size;
        self.matter.fonts.fit(&mut style);
        let line = self.matter.line_of(&mark.text, &style);
        let baseline = style.ascent - style.height / 2.0;
        let mut items = vec![
            Item::Save,
            Item::Transform([cos, sin, -sin, cos, width / 2.0, height / 2.0]),
            Item::Opacity(mark.opacity),
        ];
        let left = -line.width / 2.0;
        items.extend(line.texts(left, baseline, mark.color));
        items.push(Item::Restore);
        Ok(self.as_artifact(items))
    }
}

impl Finished {
    /// Learns what was noted on a page.
    fn note(&mut self, page: usize, notes: Vec<Note>) {
        for note in notes {
            match note {
                Note::Id { id, .. } => {
                    self.ids.entry(id).or_insert(page);
                }
                Note::Bookmark { title, y, id, parent, open } => {
                    let bookmark = Bookmark { title, page, y, open, children: Vec::new() };
                    self.lines.push(Line { id, parent, bookmark });
                }
                Note::Reference(_) => {}
            }
        }
    }

    /// The outline as a tree. A line whose parent is not known stands at the top.
    pub(super) fn outline(&mut self) -> Vec<Bookmark> {
        let lines = std::mem::take(&mut self.lines);
        let places: HashMap<&str, usize> =
            lines.iter().enumerate().rev().filter_map(|(i, line)| Some((line.id.as_deref()?, i))).collect();
        // A parent comes before its children, so that there are no circles.
        let parents: Vec<Option<usize>> = lines
            .iter()
            .enumerate()
            .map(|(i, line)| line.parent.as_deref().and_then(|id| places.get(id).copied()).filter(|parent| *parent < i))
            .collect();
        let mut bookmarks: Vec<Option<Bookmark>> = lines.into_iter().map(|line| Some(line.bookmark)).collect();
        let mut top = Vec::new();
        for (i, parent) in parents.iter().enumerate().rev() {
            let Some(mut bookmark) = bookmarks[i].take() else { continue };
            bookmark.children.reverse();
            match parent.and_then(|parent| bookmarks[parent].as_mut()) {
                Some(parent) => parent.children.push(bookmark),
                None => top.push(bookmark),
            }
        }
        top.reverse();
        top
    }
}
