//! Drawings in pdfkit's words: operations that were recorded one by one, carried out in their order on pages.
//!
//! - `request`: the operations as they come
//! - `assets`: the fonts and pictures that they use, opened before anything is drawn
//! - `sheets`: the pages, which leave as soon as nothing can go back to them
//! - `canvas`, `path`: lines, areas, colours and transforms; `pen` is how they are painted
//! - `flow`, `line`, `list`: text that wraps, goes on in columns and on the next page
//! - `image`, `places`: pictures, and links, destinations and the outline
//!
//! Runs on: the thread of the task; idle threads of the pool help to write pages.

mod assets;
mod canvas;
mod flow;
mod image;
mod line;
mod list;
mod path;
mod pen;
mod places;
mod request;
mod sheets;
mod tags;
mod task;
#[cfg(test)]
mod tests;

use self::assets::Assets;
use self::flow::Wrap;
use self::path::Outline;
use self::pen::Pen;
use self::places::Entry;
use self::request::{Operation, Sides};
use self::sheets::Sheets;
use self::tags::Tags;
pub(in crate::tasks) use self::task::MakeDrawing;
use super::font::FontStack;
use super::layout::Place;
use super::scene::Item;
use super::text::Shaper;
use crate::engine::{Context, TaskError};

/// The size of letters before any is set: pdfkit's.
const FONT_SIZE: f32 = 12.0;

/// Operations between two looks at whether the task was cancelled.
const STRIDE: usize = 256;

/// Everything that operations change.
struct Drawer<'d> {
    assets: &'d Assets,
    context: &'d Context<'d>,
    shaper: Shaper<'d>,
    sheets: Sheets<'d>,
    /// Where text goes on.
    x: f32,
    y: f32,
    font: FontStack,
    size: f32,
    line_gap: f32,
    pen: Pen,
    /// Pens that `restore` brings back.
    saved: Vec<Pen>,
    path: Outline,
    /// Text that goes on with the next operation.
    wrap: Option<Wrap>,
    /// On every page, at the end: the number of the page, from 1, and how many there are.
    numbers: Option<(usize, usize)>,
    tags: Option<Tags>,
    entries: Vec<Entry>,
}

impl<'d> Drawer<'d> {
    fn new(
        assets: &'d Assets,
        context: &'d Context<'d>,
        shaper: Shaper<'d>,
        sheets: Sheets<'d>,
        tags: Option<Tags>,
    ) -> Self {
        Self {
            assets,
            context,
            shaper,
            sheets,
            x: 0.0,
            y: 0.0,
            font: assets.first_font(),
            size: FONT_SIZE,
            line_gap: 0.0,
            pen: Pen::default(),
            saved: Vec::new(),
            path: Outline::default(),
            wrap: None,
            numbers: None,
            tags,
            entries: Vec::new(),
        }
    }

    fn run(&mut self, operations: &[Operation], root: &Place<'_>) -> Result<(), TaskError> {
        for (i, operation) in operations.iter().enumerate() {
            if i % STRIDE == 0 {
                self.context.check()?;
            }
            self.step(operation, &root.index(i))?;
        }
        Ok(())
    }

    fn step(&mut self, operation: &Operation, place: &Place<'_>) -> Result<(), TaskError> {
        match operation {
            Operation::AddPage(format) => {
                self.leave_page();
                self.sheets.add(*format)?;
                self.pen = Pen::default();
                self.enter_page();
            }
            Operation::SwitchToPage(number) => {
                self.leave_page();
                self.sheets.switch_to(*number, &place.key("switchToPage"))?;
                self.pen = Pen::default();
            }
            Operation::Margins(margins) => self.sheets.set_margins(*margins),
            Operation::X(x) => self.x = *x,
            Operation::Y(y) => self.y = *y,
            Operation::Font(choice) => self.font = self.assets.font(choice),
            Operation::FontSize(size) => self.size = *size,
            Operation::LineGap(gap) => self.line_gap = *gap,
            Operation::MoveDown(lines) => self.y += self.line_height() * lines + self.line_gap,
            _ if !self.sheets.has_page() => {
                return Err(place.error(crate::engine::Code::InvalidArgValue, "there is no page yet"));
            }
            Operation::Text(text) => self.text(text)?,
            Operation::List(list) => self.list(list)?,
            Operation::Image(image) => self.image(image),
            Operation::Link { frame, to } => self.link(*frame, to.into()),
            Operation::GoTo { frame, to } => self.link(*frame, super::scene::Target::Anchor(to.clone())),
            Operation::Destination { name, x, y } => self.destination(name, *x, *y),
            Operation::Outline(entry) => self.outline(entry),
            other => self.paint(other, place)?,
        }
        Ok(())
    }

    /// Draws on every page what stands on all of them.
    fn run_on_every_page(&mut self, operations: &[Operation]) -> Result<(), TaskError> {
        if operations.is_empty() {
            return Ok(());
        }
        self.leave_page();
        let count = self.sheets.count();
        for page in 0..count {
            self.sheets.enter_apart(page);
            self.numbers = Some((page + 1, count));
            self.pen = Pen::default();
            self.wrap = None;
            self.line_gap = 0.0;
            self.enter_page();
            self.run(operations, &Place::root("everyPage"))?;
            self.leave_page();
        }
        Ok(())
    }

    fn enter_page(&mut self) {
        let Sides { left, top, .. } = self.sheets.margins();
        (self.x, self.y) = (left, top);
    }

    /// Closes what is open on the page.
    fn leave_page(&mut self) {
        for _ in self.saved.drain(..) {
            self.sheets.push(Item::Restore);
        }
        self.path = Outline::default();
    }

    /// Text goes on here: on a page like this one, in the same colour.
    fn next_page(&mut self) -> Result<(), TaskError> {
        self.leave_page();
        self.sheets.add(self.sheets.format())?;
        self.pen = Pen { fill: self.pen.fill.clone(), fill_opacity: self.pen.fill_opacity, ..Pen::default() };
        self.enter_page();
        Ok(())
    }
}
