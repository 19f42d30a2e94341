//! Links, what they go to, and the outline.

use super::Drawer;
use super::request::OutlineItem;
use crate::tasks::pdf::scene::{Anchor, Bookmark, Frame, Link, Target};

/// Items of the outline one below the other, at most.
const MAX_LEVEL: usize = 100;

/// A line of the outline, before it has its place in it.
pub(super) struct Entry {
    title: String,
    page: usize,
    y: f32,
    open: bool,
    parent: Option<usize>,
}

#[cfg(test)]
impl Entry {
    pub(super) fn new(title: &str, parent: Option<usize>) -> Self {
        Self { title: title.to_owned(), page: 0, y: 0.0, open: false, parent }
    }
}

impl Drawer<'_> {
    /// A place that a click goes somewhere from, as it is before the transform.
    pub(super) fn link(&mut self, [x, y, width, height]: [f32; 4], target: Target) {
        let corners = [(x, y), (x + width, y), (x, y + height), (x + width, y + height)];
        let corners = corners.map(|(x, y)| self.pen.on_page(x, y));
        let least = |pick: fn(&(f32, f32)) -> f32| corners.iter().map(pick).fold(f32::INFINITY, f32::min);
        let most = |pick: fn(&(f32, f32)) -> f32| corners.iter().map(pick).fold(f32::NEG_INFINITY, f32::max);
        let (left, top) = (least(|corner| corner.0), least(|corner| corner.1));
        let frame =
            Frame { x: left, y: top, width: most(|corner| corner.0) - left, height: most(|corner| corner.1) - top };
        self.sheets.push_link(Link { frame, target, mark: None, title: None });
    }

    pub(super) fn destination(&mut self, name: &str, x: f32, y: f32) {
        self.sheets.push_anchor(Anchor { name: name.to_owned(), x, y });
    }

    pub(super) fn outline(&mut self, item: &OutlineItem) {
        self.entries.push(Entry {
            title: item.title.clone(),
            page: item.page.unwrap_or_else(|| self.sheets.number()),
            y: item.y,
            open: item.expanded,
            parent: item.parent,
        });
    }
}

/// The tree of the outline. An item that names none before it as its parent stands at the top.
pub(super) fn tree(entries: Vec<Entry>) -> Vec<Bookmark> {
    let mut levels: Vec<usize> = Vec::with_capacity(entries.len());
    let mut parents = Vec::with_capacity(entries.len());
    for (i, entry) in entries.iter().enumerate() {
        // What is too deep stands beside what it would stand below.
        let mut parent = entry.parent.filter(|parent| *parent < i);
        if let Some(above) = parent.filter(|parent| levels[*parent] + 1 >= MAX_LEVEL) {
            parent = parents[above];
        }
        levels.push(parent.map_or(0, |parent| levels[parent] + 1));
        parents.push(parent);
    }
    let mut waiting: Vec<Option<Bookmark>> = entries
        .into_iter()
        .map(|Entry { title, page, y, open, .. }| Some(Bookmark { title, page, y, open, children: Vec::new() }))
        .collect();
    let mut top = Vec::new();
    // From the last to the first, so that all that is below an item is there when its turn comes.
    for i in (0..waiting.len()).rev() {
        let Some(mut bookmark) = waiting[i].take() else { continue };
        bookmark.children.reverse();
        match parents[i].and_then(|parent| waiting[parent].as_mut()) {
            Some(parent) => parent.children.push(bookmark),
            None => top.push(bookmark),
        }
    }
    top.reverse();
    top
}
