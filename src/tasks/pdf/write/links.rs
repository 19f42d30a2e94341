//! Where one can go: links of pages, named places, and the outline.
//!
//! By ISO 32000-1, 12.3 (destinations, outlines) and 12.5.6.5 (links).

use std::collections::{BTreeMap, HashMap};

use pdf_writer::types::{ActionType, AnnotationFlags, AnnotationType};
use pdf_writer::writers::{Annotation, Destination, Outline, OutlineItem};
use pdf_writer::{Finish, Name, Rect, Ref, Str, TextStr};

use super::file::File;
use crate::engine::TaskError;
use crate::tasks::pdf::scene::{Anchor, Bookmark, Link, Target};

/// Outlines nest no deeper than this; what is deeper stands beside its parent.
const MAX_DEPTH: usize = 64;

/// A page that is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Written {
    pub(super) id: Ref,
    pub(super) height: f32,
}

/// Pages by their numbers, also those to come.
#[derive(Default)]
pub(super) struct Pages {
    pub(super) written: Vec<Written>,
    /// Numbers of objects that pages to come were promised.
    promised: HashMap<usize, Ref>,
}

impl Pages {
    /// The object of a page.
    pub(super) fn get(&mut self, page: usize, file: &mut File<'_>) -> Ref {
        match self.written.get(page) {
            Some(written) => written.id,
            None => *self.promised.entry(page).or_insert_with(|| file.reserve()),
        }
    }

    /// The object of the page that is written next.
    pub(super) fn next(&mut self, file: &mut File<'_>) -> Ref {
        self.promised.remove(&self.written.len()).unwrap_or_else(|| file.reserve())
    }

    /// The first page that was promised and never came.
    pub(super) fn missing(&self) -> Option<usize> {
        self.promised.keys().min().copied()
    }
}

/// Places by their names, and the names that links go to.
#[derive(Default)]
pub(super) struct Anchors {
    places: BTreeMap<String, (Ref, f32, f32)>,
    wanted: BTreeMap<String, usize>,
}

impl Anchors {
    pub(super) fn add(&mut self, anchors: Vec<Anchor>, page: Written) {
        for anchor in anchors {
            // The first of a name counts.
            self.places.entry(anchor.name).or_insert((page.id, anchor.x, page.height - anchor.y));
        }
    }

    /// The names that links go to and that are nowhere.
    pub(super) fn missing(&self) -> Vec<String> {
        self.wanted.keys().filter(|name| !self.places.contains_key(*name)).cloned().collect()
    }

    /// Writes the name tree of the places, if there are any.
    pub(super) fn write(&self, file: &mut File<'_>) -> Result<Option<Ref>, TaskError> {
        /// Names in a leaf.
        const LEAF: usize = 64;
        if self.places.is_empty() {
            return Ok(None);
        }
        let entries: Vec<(&String, &(Ref, f32, f32))> = self.places.iter().collect();
        let mut leaves = Vec::new();
        for part in entries.chunks(LEAF) {
            let id = file.reserve();
            file.object(id, |object| {
                let mut leaf = object.dict();
                if let (Some(first), Some(last)) = (part.first(), part.last()) {
                    leaf.insert(Name(b"Limits")).array().items([Str(first.0.as_bytes()), Str(last.0.as_bytes())]);
                }
                let mut names = leaf.insert(Name(b"Names")).array();
                for (name, (page, x, y)) in part {
                    names.item(Str(name.as_bytes()));
                    names.push().start::<Destination<'_>>().page(*page).xyz(length(*x), length(*y), None);
                }
            })?;
            leaves.push(id);
        }
        let root = file.reserve();
        file.object(root, |object| {
            object.dict().insert(Name(b"Kids")).array().items(leaves);
        })?;
        Ok(Some(root))
    }
}

/// Writes the annotation of a link. `key`: its entry in the tree of structure parents.
pub(super) fn write_link(
    file: &mut File<'_>,
    link: Link,
    page: Written,
    key: Option<i32>,
    pages: &mut Pages,
    anchors: &mut Anchors,
) -> Result<Ref, TaskError> {
    let id = file.reserve();
    let target_page = match &link.target {
        Target::Page(number) => Some(pages.get(*number, file)),
        _ => None,
    };
    let frame = link.frame;
    let (top, bottom) = (page.height - frame.y, page.height - frame.y - frame.height);
    file.object(id, |object| {
        let mut annotation = object.start::<Annotation<'_>>();
        annotation.subtype(AnnotationType::Link).border(0.0, 0.0, 0.0, None).flags(AnnotationFlags::PRINT);
        annotation.rect(Rect::new(length(frame.x), length(bottom), length(frame.x + frame.width), length(top)));
        match &link.target {
            Target::Uri(uri) => {
                annotation.action().action_type(ActionType::Uri).uri(Str(escaped(uri).as_bytes()));
            }
            Target::Anchor(name) => {
                annotation.pair(Name(b"Dest"), Str(name.as_bytes()));
            }
            Target::Page(_) => {
                if let Some(target) = target_page {
                    annotation.insert(Name(b"Dest")).start::<Destination<'_>>().page(target).fit();
                }
            }
        }
        if let Some(title) = &link.title {
            annotation.contents(TextStr(title));
        }
        if let Some(key) = key {
            annotation.struct_parent(key);
        }
        annotation.finish();
    })?;
    if let Target::Anchor(name) = link.target {
        *anchors.wanted.entry(name).or_default() += 1;
    }
    Ok(id)
}

/// Writes the outline, if it has anything.
pub(super) fn write_outline(
    file: &mut File<'_>,
    bookmarks: &[Bookmark],
    pages: &mut Pages,
) -> Result<Option<Ref>, TaskError> {
    if bookmarks.is_empty() {
        return Ok(None);
    }
    let root = file.reserve();
    let children = write_level(file, bookmarks, root, pages, 0)?;
    file.object(root, |object| {
        let mut outline = object.start::<Outline<'_>>();
        outline.first(children.first).last(children.last).count(children.shown);
    })?;
    Ok(Some(root))
}

struct Level {
    first: Ref,
    last: Ref,
    /// How many lines are seen when it is open.
    shown: i32,
}

fn write_level(
    file: &mut File<'_>,
    bookmarks: &[Bookmark],
    parent: Ref,
    pages: &mut Pages,
    depth: usize,
) -> Result<Level, TaskError> {
    let ids: Vec<Ref> = bookmarks.iter().map(|_| file.reserve()).collect();
    let mut level = Level { first: parent, last: parent, shown: 0 };
    if let (Some(first), Some(last)) = (ids.first(), ids.last()) {
        (level.first, level.last) = (*first, *last);
    }
    for (index, (bookmark, id)) in bookmarks.iter().zip(&ids).enumerate() {
        let has_children = !bookmark.children.is_empty() && depth < MAX_DEPTH;
        let children = match has_children {
            true => Some(write_level(file, &bookmark.children, *id, pages, depth + 1)?),
            false => None,
        };
        let target = pages.get(bookmark.page, file);
        let height = pages.written.get(bookmark.page).map_or(0.0, |page| page.height);
        file.object(*id, |object| {
            let mut item = object.start::<OutlineItem<'_>>();
            item.title(TextStr(&bookmark.title)).parent(parent);
            if let Some(previous) = index.checked_sub(1).and_then(|index| ids.get(index)) {
                item.prev(*previous);
            }
            if let Some(next) = ids.get(index + 1) {
                item.next(*next);
            }
            if let Some(children) = &children {
                item.first(children.first).last(children.last);
                item.count(if bookmark.open { children.shown } else { -children.shown });
            }
            item.dest().page(target).xyz(0.0, length(height - bookmark.y), None);
        })?;
        level.shown += 1 + children.filter(|_| bookmark.open).map_or(0, |children| children.shown);
    }
    Ok(level)
}

/// As ASCII, which a URI in a PDF has to be.
fn escaped(uri: &str) -> String {
    let mut escaped = String::with_capacity(uri.len());
    for byte in uri.bytes() {
        if byte.is_ascii_graphic() {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

/// A length as numbers in content have it.
pub(super) fn length(value: f32) -> f32 {
    super::number::rounded(value, super::number::LENGTH)
}
