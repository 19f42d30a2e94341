//! The structure of a tagged drawing: its texts are paragraphs and its pictures figures, in their order.

use super::Drawer;
use crate::tasks::pdf::scene::{Item, Mark, Role, Tag, TagChild};

pub(super) struct Tags {
    root: Tag,
    marks: u32,
    /// The leaf of a text that goes on with the next operation.
    open: Option<u32>,
}

impl Tags {
    pub(super) fn of(language: Option<&str>) -> Self {
        let root = Tag { language: language.map(str::to_owned), ..tag(Role::Document, Vec::new()) };
        Self { root, marks: 0, open: None }
    }

    pub(super) fn finish(self) -> Tag {
        self.root
    }

    fn leaf(&mut self, role: Role, alt: Option<String>) -> u32 {
        let mark = self.marks;
        self.marks += 1;
        let leaf = Tag { alt, ..tag(role, vec![TagChild::Mark(mark)]) };
        self.root.children.push(TagChild::Tag(leaf));
        mark
    }
}

fn tag(role: Role, children: Vec<TagChild>) -> Tag {
    Tag { role, children, alt: None, language: None, spans: (1, 1) }
}

impl Drawer<'_> {
    /// The mark of a text; that of the text which it goes on with, if it does.
    pub(super) fn text_mark(&mut self, is_continued: bool) -> Option<Mark> {
        let apart = self.numbers.is_some();
        let tags = self.tags.as_mut()?;
        if apart {
            return Some(Mark::Artifact);
        }
        let mark = tags.open.take().unwrap_or_else(|| tags.leaf(Role::Paragraph, None));
        tags.open = is_continued.then_some(mark);
        Some(Mark::Content(mark))
    }

    pub(super) fn figure_mark(&mut self, alt: Option<&str>) -> Option<Mark> {
        let apart = self.numbers.is_some();
        let tags = self.tags.as_mut()?;
        Some(if apart { Mark::Artifact } else { Mark::Content(tags.leaf(Role::Figure, alt.map(str::to_owned))) })
    }

    /// Adds what belongs to a leaf of the tree.
    pub(super) fn push_marked(&mut self, mark: Option<Mark>, items: Vec<Item>) {
        if items.is_empty() {
            return;
        }
        if let Some(mark) = mark {
            self.sheets.push(Item::Mark(mark));
        }
        items.into_iter().for_each(|item| self.sheets.push(item));
        if mark.is_some() {
            self.sheets.push(Item::EndMark);
        }
    }

    /// Adds what is not part of what the document says.
    pub(super) fn push_apart(&mut self, item: Item) {
        let mark = self.tags.is_some().then_some(Mark::Artifact);
        self.push_marked(mark, vec![item]);
    }
}
