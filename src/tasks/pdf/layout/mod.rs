//! Lays a document out on pages, as pdfmake does, so that a document breaks where it broke there.
//!
//! `survey` reads the document once: which fonts and pictures it needs, and what tables of contents and references will
//! say. Then everything is placed from the top down: `Layout` has a cursor, and each kind of node moves it (`text`, `list`,
//! `columns`, `table`, `picture`, `toc`). Pages leave as soon as nothing can come back to them (`pages`), so that a table
//! of any length takes the memory of a few pages.

mod assets;
mod canvas;
mod columns;
mod decoration;
mod flow;
mod fonts;
mod list;
mod matter;
mod measure;
mod pages;
mod picture;
mod place;
mod style;
mod survey;
mod table;
mod tags;
mod text;
mod toc;

use std::sync::Arc;

pub(super) use self::assets::{Assets, at as picture_refused, read};
pub(super) use self::canvas::svg_path;
use self::flow::{Cursor, Fragment, Note, Sheets};
pub(super) use self::fonts::{Fonts, families_of, feature_of, refused as font_refused};
use self::matter::Matter;
pub(super) use self::pages::Press;
pub(super) use self::place::Place;
use self::style::{Resolved, StyleSheet};
use self::survey::Survey;
use self::tags::Tags;
use self::text::Shapers;
use super::request::{Block, Break, Document, Kind, Node};
use crate::engine::{Code, Context, TaskError};

/// How deep nodes may be nested. The stack of a thread is good for some times as much.
const MAX_DEPTH: usize = 120;

/// Fits although the sum of heights was rounded.
const SLACK: f32 = 0.001;

/// A document on its way to pages.
struct Layout<'a> {
    matter: Matter<'a>,
    context: &'a Context<'a>,
    press: &'a mut dyn Press,
    sheets: Sheets,
    at: Cursor,
    /// What the pages that come next are like.
    format: pages::Format,
    /// Kept free at the bottom of a page, for the lower edges of the rows around.
    reserved: f32,
    /// Headers of the tables around, which every new page begins with.
    repeats: Vec<table::Repeat>,
    /// The rows around: where their pages ended.
    rows: Vec<table::RowBreaks>,
    /// The pages that columns around will come back to.
    returns: Vec<usize>,
    /// The columns that the content runs through, one after the other.
    snakes: Option<columns::Snake>,
    /// In a fragment, which has no pages.
    is_apart: bool,
    /// In a header or footer: the number of the page, from 1, and of all pages where that is known.
    fields: Option<pages::Fields>,
    /// The next line is the first of a list's item: its marker goes beside it.
    marker: Option<list::Marker>,
    tags: Tags,
    finished: pages::Finished,
}

/// What is known once all pages are laid out.
pub(super) struct Outcome {
    pub(super) bookmarks: Vec<super::scene::Bookmark>,
    pub(super) tags: Option<super::scene::Tag>,
    /// Characters that no font has, in the order of their code points.
    pub(super) missing: Vec<char>,
}

/// Reads the document, and opens its fonts and pictures.
pub(super) fn prepare<'d>(
    document: &'d Document,
    fonts: &mut Fonts,
    assets: &mut Assets<'d>,
    context: &Context<'_>,
) -> Result<Prepared<'d>, TaskError> {
    let styles = StyleSheet::new(&document.styles, document.language.as_deref());
    let (survey, base) = Survey::of(document, &styles, fonts, assets, context)?;
    Ok(Prepared { document, styles, survey, base })
}

/// A document that is ready to be laid out.
pub(super) struct Prepared<'d> {
    document: &'d Document,
    styles: StyleSheet<'d>,
    survey: Survey<'d>,
    base: Arc<Resolved>,
}

impl Prepared<'_> {
    /// Whether something waits for the number of all pages.
    pub(super) fn counts_pages(&self) -> bool {
        self.survey.counts_pages
    }

    /// Lays the document out, and hands its pages to the press.
    pub(super) fn lay_out(
        &self,
        fonts: &Fonts,
        assets: &Assets<'_>,
        context: &Context<'_>,
        max_pages: usize,
        press: &mut dyn Press,
    ) -> Result<Outcome, TaskError> {
        let Self { document, styles, survey, base } = self;
        let stop = || context.is_canceled();
        let shapers = Shapers::new(&fonts.faces, &stop);
        let matter = Matter { document, styles, fonts, shapers: &shapers, assets, survey, base, context };
        let tags = if document.tagged { Tags::of(document.language.as_deref()) } else { Tags::default() };
        let mut layout = Layout {
            matter,
            context,
            press,
            sheets: Sheets::default(),
            at: Cursor { page: 0, x: 0.0, width: 0.0, y: 0.0 },
            format: pages::Format::of(document, max_pages),
            reserved: 0.0,
            repeats: Vec::new(),
            rows: Vec::new(),
            returns: Vec::new(),
            snakes: None,
            is_apart: false,
            fields: None,
            marker: None,
            tags,
            finished: pages::Finished::default(),
        };
        layout.first_page()?;
        layout.node(&document.content, base, &Place::root("content"))?;
        layout.finish()?;
        if let Some(face) = shapers.broken() {
            let name = fonts.faces.get(face).postscript_name();
            let cause = format!("The font `{name}` is damaged: text cannot be shaped with it");
            return Err(TaskError::new(Code::PdfFontInvalid, cause));
        }
        let (bookmarks, tags) = (layout.finished.outline(), std::mem::take(&mut layout.tags).finish());
        Ok(Outcome { bookmarks, tags, missing: shapers.missing().into_iter().collect() })
    }
}

impl Layout<'_> {
    /// Lays out a node where the cursor is, and moves the cursor below it.
    fn node(&mut self, node: &Node, around: &Arc<Resolved>, place: &Place<'_>) -> Result<(), TaskError> {
        let style = self.matter.styles.of(node, around, self.matter.fonts);
        match node.block.as_deref() {
            // The most of all nodes: cells of tables.
            None if node.styles.is_empty() => self.content(node, &style, place),
            None => {
                if self.begins_page(node, None) {
                    self.next_page()?;
                }
                self.with_margins(node, &style, place)
            }
            Some(block) => self.block(node, block, &style, place),
        }
    }

    fn block(&mut self, node: &Node, block: &Block, style: &Arc<Resolved>, place: &Place<'_>) -> Result<(), TaskError> {
        self.break_before(node, block)?;
        if let Some(position) = block.absolute.or(block.relative) {
            return self.detached(node, block, position, style, place);
        }
        if block.unbreakable && !self.is_apart {
            let fragment = self.apart(|layout| layout.with_margins(node, style, place))?;
            if !self.place_whole(fragment)? {
                // Taller than a page.
                self.with_margins(node, style, place)?;
            }
        } else {
            self.with_margins(node, style, place)?;
        }
        self.break_after(block)
    }

    fn break_before(&mut self, node: &Node, block: &Block) -> Result<(), TaskError> {
        if block.page_orientation.is_some() {
            self.format.orientation = block.page_orientation;
        }
        let parity = match block.page_break {
            Some(Break::Before) => None,
            Some(Break::BeforeOdd) => Some(1),
            Some(Break::BeforeEven) => Some(0),
            _ if self.begins_page(node, Some(block)) => None,
            _ => return Ok(()),
        };
        self.break_page(parity)
    }

    fn break_after(&mut self, block: &Block) -> Result<(), TaskError> {
        let parity = match block.page_break {
            Some(Break::After) => None,
            Some(Break::AfterOdd) => Some(1),
            Some(Break::AfterEven) => Some(0),
            _ => return Ok(()),
        };
        self.break_page(parity)
    }

    /// To the next page, and if it is to be odd or even, to the one after if need be.
    fn break_page(&mut self, parity: Option<usize>) -> Result<(), TaskError> {
        if self.is_apart {
            return Ok(());
        }
        self.next_page()?;
        // Page 0 is the first, which is odd.
        if parity.is_some_and(|parity| (self.at.page + 1) % 2 != parity) {
            self.next_page()?;
        }
        Ok(())
    }

    /// Whether `pageBreakBefore` says that the node begins a page, and it does not yet.
    fn begins_page(&self, node: &Node, block: Option<&Block>) -> bool {
        let Some(rule) = self.matter.document.page_break_before.as_ref().filter(|_| !self.is_apart) else {
            return false;
        };
        let by_level = rule.headline_level.as_ref().zip(block.and_then(|block| block.headline_level));
        let by_level = by_level.is_some_and(|(levels, level)| levels.0.contains(&level));
        let by_style = rule.style.as_ref();
        let by_style =
            by_style.is_some_and(|names| node.styles.iter().any(|own| names.0.iter().any(|name| **name == **own)));
        let is_at_top = self.at.y <= self.top() + SLACK;
        let is_low = rule.when_less_than.is_none_or(|points| self.bottom() - self.at.y < points);
        (by_level || by_style) && !is_at_top && is_low
    }

    /// Out of the flow: nothing else moves.
    fn detached(
        &mut self,
        node: &Node,
        block: &Block,
        position: super::request::Position,
        style: &Arc<Resolved>,
        place: &Place<'_>,
    ) -> Result<(), TaskError> {
        let before = self.at;
        if block.absolute.is_some() {
            let page_width = self.sheets.get(self.at.page).page.width;
            self.at.x = position.x;
            self.at.width = (page_width - position.x).max(0.0);
            self.at.y = position.y;
        } else {
            self.at.x += position.x;
            self.at.y += position.y;
        }
        let fragment = self.apart(|layout| layout.noted(node, block, style, place))?;
        let (page, y) = (self.at.page, self.at.y);
        self.sheets.place(page, fragment, 0.0, y);
        self.at = before;
        Ok(())
    }

    fn with_margins(&mut self, node: &Node, style: &Arc<Resolved>, place: &Place<'_>) -> Result<(), TaskError> {
        let margin = self.matter.styles.margin(node);
        self.move_down(margin.top)?;
        self.at.x += margin.left;
        self.at.width -= margin.left + margin.right;
        match node.block.as_deref() {
            Some(block) => self.noted(node, block, style, place)?,
            None => self.content(node, style, place)?,
        }
        self.at.x -= margin.left;
        self.at.width += margin.left + margin.right;
        self.move_down(margin.bottom)
    }

    /// Space between blocks. What does not fit is lost at the bottom of the page.
    fn move_down(&mut self, space: f32) -> Result<(), TaskError> {
        if space > 0.0 && self.bottom() - self.at.y < space {
            return self.next_page();
        }
        self.at.y += space;
        Ok(())
    }

    /// The content of a node, and what is to be found again: its id and its line in the outline.
    fn noted(&mut self, node: &Node, block: &Block, style: &Arc<Resolved>, place: &Place<'_>) -> Result<(), TaskError> {
        if block.id.is_none() && block.outline.is_none() && block.toc.is_none() {
            return self.content(node, style, place);
        }
        // It begins where its first line goes, which may be the next page.
        if matches!(node.kind, Kind::Plain(_) | Kind::Text(_)) && self.bottom() - self.at.y < style.height {
            self.next_page()?;
        }
        let (x, y, page) = (self.at.x, self.at.y, self.at.page);
        let id = self.matter.survey.id_of(node, block);
        let sheet = self.sheets.get_mut(page);
        if let Some(id) = &id {
            sheet.notes.push(Note::Id { id: id.clone(), y });
            sheet.page.anchors.push(super::scene::Anchor { name: id.clone(), x, y });
        }
        if let Some(outline) = self.matter.survey.outline_of(node, block) {
            sheet.notes.push(Note::Bookmark {
                title: outline.title,
                y,
                id,
                parent: outline.parent,
                open: outline.expanded,
            });
        }
        self.content(node, style, place)
    }

    fn content(&mut self, node: &Node, style: &Arc<Resolved>, place: &Place<'_>) -> Result<(), TaskError> {
        self.context.check()?;
        match &node.kind {
            Kind::Plain(_) | Kind::Text(_) | Kind::Reference(_) => self.text(node, style, place),
            Kind::Stack(stack) => self.stack(&stack.nodes, style, &place.stack(stack.is_keyed)),
            Kind::Columns { columns, snaking } => self.columns(columns, *snaking, style, place),
            Kind::Ul(list) => self.list(list, false, style, place),
            Kind::Ol(list) => self.list(list, true, style, place),
            Kind::Table(table) => self.table(table, style, place),
            Kind::Picture(picture) => self.picture(node, picture, style),
            Kind::Canvas(vectors) => self.canvas(vectors, style, place),
            Kind::Qr(qr) => self.qr(qr, style, place),
            Kind::Barcode(barcode) => self.barcode(barcode, style, place),
            Kind::Toc(toc) => self.toc(toc, style, place),
        }
    }

    fn stack(&mut self, nodes: &[Node], style: &Arc<Resolved>, place: &Place<'_>) -> Result<(), TaskError> {
        if place.depth() > MAX_DEPTH {
            return Err(place.error(Code::PdfTooLarge, "it is nested too deep"));
        }
        for (i, node) in nodes.iter().enumerate() {
            self.node(node, style, &place.index(i))?;
            self.flush(false)?;
        }
        Ok(())
    }

    /// Lays out apart from the pages, on one that has no end.
    fn apart(&mut self, lay_out: impl FnOnce(&mut Self) -> Result<(), TaskError>) -> Result<Fragment, TaskError> {
        let width = self.at.width;
        let sheets = std::mem::replace(&mut self.sheets, Sheets::apart(width));
        let (at, was_apart, reserved) = (self.at, self.is_apart, self.reserved);
        self.at = Cursor { page: 0, y: 0.0, ..at };
        self.is_apart = true;
        self.reserved = 0.0;
        let rows = std::mem::take(&mut self.rows);
        let done = lay_out(self);
        self.rows = rows;
        let height = self.at.y;
        let apart = std::mem::replace(&mut self.sheets, sheets);
        (self.at, self.is_apart, self.reserved) = (at, was_apart, reserved);
        done?;
        Ok(apart.into_fragment(height))
    }

    /// Places a fragment where the cursor is, or on the next page if it fits only there. Whether it fits at all.
    fn place_whole(&mut self, fragment: Fragment) -> Result<bool, TaskError> {
        if fragment.height > self.bottom() - self.at.y + SLACK {
            let page = self.sheets.get(self.at.page);
            if fragment.height > page.page.height - page.margins.top - page.margins.bottom - self.reserved + SLACK {
                return Ok(false);
            }
            if self.at.y > self.top() + SLACK {
                self.next_page()?;
            }
        }
        let height = fragment.height;
        let (page, y) = (self.at.page, self.at.y);
        self.sheets.place(page, fragment, 0.0, y);
        self.at.y += height;
        Ok(true)
    }

    /// Where the content of the page begins and ends.
    fn top(&self) -> f32 {
        self.sheets.get(self.at.page).margins.top
    }

    fn bottom(&self) -> f32 {
        let sheet = self.sheets.get(self.at.page);
        sheet.page.height - sheet.margins.bottom - self.reserved
    }
}
