//! The pages that are being filled, and where on them the next thing goes.
//!
//! Columns are laid out one after the other from the same place, so a page stays open until nothing can come back to it.

use std::collections::VecDeque;

use crate::tasks::pdf::request::Margins;
use crate::tasks::pdf::scene::{Anchor, Frame, Item, Link, Page, Path, Segment};

/// Where the next thing goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cursor {
    pub(super) page: usize,
    pub(super) x: f32,
    pub(super) width: f32,
    pub(super) y: f32,
}

impl Cursor {
    /// Whether it stands behind another in the document.
    pub(super) fn is_after(&self, other: &Self) -> bool {
        (self.page, self.y) > (other.page, other.y)
    }
}

/// A page that is not complete.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub(super) page: Page,
    pub(super) margins: Margins,
    /// What the outline, tables of contents and page references know by its page, once that has a number.
    pub(super) notes: Vec<Note>,
    /// Items of the background, before which nothing goes.
    pub(super) background: usize,
}

/// Something on a page that is looked up by where it is, or that waits for where something else is.
#[derive(Clone, Debug)]
pub(super) enum Note {
    /// The node with this id begins here.
    Id {
        id: String,
        y: f32,
    },
    Bookmark {
        title: String,
        y: f32,
        id: Option<String>,
        parent: Option<String>,
        open: bool,
    },
    /// The number of the page of a node is to be written here.
    Reference(Reference),
}

#[derive(Clone, Debug)]
pub(super) struct Reference {
    pub(super) id: String,
    /// Before which item it is painted.
    pub(super) at: usize,
    pub(super) x: f32,
    /// The baseline.
    pub(super) y: f32,
    /// How much room there is, and how much of what is left of it is before the number: 0, a half or 1.
    pub(super) width: f32,
    pub(super) share: f32,
    pub(super) style: std::sync::Arc<super::style::Resolved>,
}

impl Note {
    fn shift(&mut self, dx: f32, dy: f32) {
        match self {
            Self::Id { y, .. } | Self::Bookmark { y, .. } => *y += dy,
            Self::Reference(reference) => {
                reference.x += dx;
                reference.y += dy;
            }
        }
    }
}

/// Part of a page that is placed as a whole: laid out from y = 0, at the x where it will stand.
#[derive(Clone, Debug, Default)]
pub(super) struct Fragment {
    pub(super) items: Vec<Item>,
    pub(super) links: Vec<Link>,
    pub(super) anchors: Vec<Anchor>,
    pub(super) notes: Vec<Note>,
    pub(super) height: f32,
}

impl Fragment {
    pub(super) fn shift(&mut self, dx: f32, dy: f32) {
        shift(&mut self.items, dx, dy);
        for link in &mut self.links {
            link.frame.x += dx;
            link.frame.y += dy;
        }
        for anchor in &mut self.anchors {
            anchor.x += dx;
            anchor.y += dy;
        }
        self.notes.iter_mut().for_each(|note| note.shift(dx, dy));
    }
}

/// Moves what stands on a page.
pub(super) fn shift(items: &mut [Item], dx: f32, dy: f32) {
    // Inside of a transform of its own everything has its own coordinates.
    let mut depth = 0;
    let mut own = None;
    for item in items {
        match item {
            Item::Save => depth += 1,
            Item::Restore => {
                depth -= 1;
                if own == Some(depth + 1) {
                    own = None;
                }
            }
            _ if own.is_some() => {}
            Item::Text(text) => {
                text.x += dx;
                text.y += dy;
            }
            Item::Shape(shape) => {
                shift_path(&mut shape.path, dx, dy);
                for paint in shape.fill.iter_mut().chain(shape.stroke.as_mut().map(|stroke| &mut stroke.paint)) {
                    paint.shift(dx, dy);
                }
            }
            Item::Picture { frame, .. } => shift_frame(frame, dx, dy),
            Item::Clip(path) => shift_path(path, dx, dy),
            Item::Transform([.., e, f]) => {
                *e += dx;
                *f += dy;
                own = Some(depth);
            }
            Item::Opacity(_) | Item::Mark(_) | Item::EndMark => {}
        }
    }
}

fn shift_frame(frame: &mut Frame, dx: f32, dy: f32) {
    frame.x += dx;
    frame.y += dy;
}

pub(super) fn shift_path(path: &mut Path, dx: f32, dy: f32) {
    for segment in &mut path.0 {
        match segment {
            Segment::Move(x, y) | Segment::Line(x, y) | Segment::Rect(x, y, ..) => {
                *x += dx;
                *y += dy;
            }
            Segment::Curve(x1, y1, x2, y2, x, y) => {
                for (x, y) in [(x1, y1), (x2, y2), (x, y)] {
                    *x += dx;
                    *y += dy;
                }
            }
            Segment::Close => {}
        }
    }
}

/// The pages that are open.
#[derive(Debug, Default)]
pub(super) struct Sheets {
    open: VecDeque<Sheet>,
    /// The number of the first of them.
    first: usize,
}

impl Sheets {
    /// A single sheet without an end, for what is laid out apart.
    pub(super) fn apart(width: f32) -> Self {
        let mut sheets = Self::default();
        let page = Page { width, height: f32::INFINITY, ..Page::default() };
        sheets.push(Sheet { page, ..Sheet::default() });
        sheets
    }

    /// One more than the number of the last.
    pub(super) fn count(&self) -> usize {
        self.first + self.open.len()
    }

    pub(super) fn push(&mut self, sheet: Sheet) {
        self.open.push_back(sheet);
    }

    pub(super) fn get(&self, page: usize) -> &Sheet {
        &self.open[page - self.first]
    }

    pub(super) fn get_mut(&mut self, page: usize) -> &mut Sheet {
        &mut self.open[page - self.first]
    }

    /// The first of those that are open, with its number.
    pub(super) fn front(&self) -> Option<(usize, &Sheet)> {
        self.open.front().map(|sheet| (self.first, sheet))
    }

    pub(super) fn pop(&mut self) -> Option<(usize, Sheet)> {
        let sheet = self.open.pop_front()?;
        self.first += 1;
        Some((self.first - 1, sheet))
    }

    /// The number of the first that is open.
    pub(super) fn first(&self) -> usize {
        self.first
    }

    pub(super) fn into_fragment(mut self, height: f32) -> Fragment {
        let sheet = self.open.pop_front().unwrap_or_default();
        let Page { items, links, anchors, .. } = sheet.page;
        Fragment { items, links, anchors, notes: sheet.notes, height }
    }

    /// Puts a fragment on a page, `dy` below its top.
    pub(super) fn place(&mut self, page: usize, mut fragment: Fragment, dx: f32, dy: f32) {
        fragment.shift(dx, dy);
        let sheet = self.get_mut(page);
        let before = sheet.page.items.len();
        for note in &mut fragment.notes {
            if let Note::Reference(reference) = note {
                reference.at += before;
            }
        }
        sheet.page.items.append(&mut fragment.items);
        sheet.page.links.append(&mut fragment.links);
        sheet.page.anchors.append(&mut fragment.anchors);
        sheet.notes.append(&mut fragment.notes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tasks::pdf::scene::Shape;

    fn shape(x: f32) -> Item {
        Item::Shape(Shape { path: Path(vec![Segment::Rect(x, 0.0, 1.0, 1.0)]), ..Shape::default() })
    }

    fn x_of(item: &Item) -> f32 {
        match item {
            Item::Shape(shape) => match shape.path.0[0] {
                Segment::Rect(x, ..) => x,
                _ => panic!("it is a rectangle"),
            },
            Item::Transform(matrix) => matrix[4],
            _ => panic!("it has no place"),
        }
    }

    #[test]
    fn what_has_its_own_coordinates_moves_with_them() {
        let turned = Item::Transform([0.0, 1.0, -1.0, 0.0, 10.0, 0.0]);
        let mut items = vec![shape(1.0), Item::Save, turned, shape(2.0), Item::Restore, shape(3.0)];
        shift(&mut items, 5.0, 0.0);
        let moved: Vec<f32> = [0, 2, 3, 5].iter().map(|i| x_of(&items[*i])).collect();
        assert_eq!(moved, [6.0, 15.0, 2.0, 8.0]);
    }
}
