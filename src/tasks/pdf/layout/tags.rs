//! The structure of a tagged document, as it is laid out.

use super::Layout;
use crate::engine::TaskError;
use crate::tasks::pdf::request::Node;
use crate::tasks::pdf::scene::{Item, Mark, Role, Tag, TagChild};

/// The tags that are open, the outermost first. Without any the document is not tagged.
#[derive(Default)]
pub(super) struct Tags {
    open: Vec<Tag>,
    marks: u32,
}

impl Tags {
    pub(super) fn of(language: Option<&str>) -> Self {
        let mut root = tag(Role::Document);
        root.language = language.map(str::to_owned);
        Self { open: vec![root], marks: 0 }
    }

    /// The whole tree.
    pub(super) fn finish(mut self) -> Option<Tag> {
        while self.open.len() > 1 {
            self.close();
        }
        self.open.pop()
    }

    fn close(&mut self) {
        let Some(closed) = self.open.pop() else { return };
        if let Some(parent) = self.open.last_mut() {
            parent.children.push(TagChild::Tag(closed));
        }
    }
}

fn tag(role: Role) -> Tag {
    Tag { role, children: Vec::new(), alt: None, language: None, spans: (1, 1) }
}

impl Layout<'_> {
    /// Whether what is laid out is part of what the document says: not so in headers and footers.
    fn is_tagged(&self) -> bool {
        !self.tags.open.is_empty() && self.fields.is_none()
    }

    pub(super) fn open_tag(&mut self, role: Role) {
        if self.is_tagged() {
            self.tags.open.push(tag(role));
        }
    }

    pub(super) fn close_tag(&mut self) {
        if self.is_tagged() {
            self.tags.close();
        }
    }

    pub(super) fn open_cell(&mut self, cell: &Node, is_header: bool) {
        if self.is_tagged() {
            let block = cell.block.as_deref();
            let spans = block.map_or((1, 1), |block| (block.col_span as u32, block.row_span as u32));
            let role = if is_header { Role::TableHeader } else { Role::TableCell };
            self.tags.open.push(Tag { spans, ..tag(role) });
        }
    }

    /// The role of a paragraph: a heading, if the node says which level it has.
    pub(super) fn role_of(node: &Node) -> Role {
        let level = node.block.as_ref().and_then(|block| block.headline_level);
        level.map_or(Role::Paragraph, |level| Role::Heading(level.clamp(1, 6) as u8))
    }

    /// A leaf with a mark for its content. Nothing, where nothing is tagged.
    pub(super) fn leaf(&mut self, role: Role, alt: Option<&str>) -> Option<Mark> {
        if !self.is_tagged() {
            return None;
        }
        let mark = self.tags.marks;
        self.tags.marks += 1;
        let leaf = Tag { alt: alt.map(str::to_owned), children: vec![TagChild::Mark(mark)], ..tag(role) };
        self.tags.open.last_mut()?.children.push(TagChild::Tag(leaf));
        Some(Mark::Content(mark))
    }

    /// A link inside of the paragraph that was made last.
    pub(super) fn link_leaf(&mut self) -> Option<Mark> {
        if !self.is_tagged() {
            return None;
        }
        let mark = self.tags.marks;
        let Some(TagChild::Tag(paragraph)) = self.tags.open.last_mut()?.children.last_mut() else { return None };
        paragraph.children.push(TagChild::Tag(Tag { children: vec![TagChild::Mark(mark)], ..tag(Role::Link) }));
        self.tags.marks += 1;
        Some(Mark::Content(mark))
    }

    /// An item of a list, with its content in the body.
    pub(super) fn tagged_item(
        &mut self,
        lay_out: impl FnOnce(&mut Self) -> Result<(), TaskError>,
    ) -> Result<(), TaskError> {
        self.open_tag(Role::ListItem);
        self.open_tag(Role::ListBody);
        let outcome = lay_out(self);
        self.close_tag();
        self.close_tag();
        outcome
    }

    /// How much has been tagged in what is open, to go back to when it is laid out again.
    pub(super) fn tag_count(&self) -> usize {
        self.tags.open.last().map_or(0, |open| open.children.len())
    }

    pub(super) fn truncate_tags(&mut self, count: usize) {
        if self.is_tagged()
            && let Some(open) = self.tags.open.last_mut()
        {
            open.children.truncate(count);
        }
    }

    /// Items that are not part of what the document says.
    pub(super) fn as_artifact(&self, mut items: Vec<Item>) -> Vec<Item> {
        if self.matter.document.tagged && !items.is_empty() {
            items.insert(0, Item::Mark(Mark::Artifact));
            items.push(Item::EndMark);
        }
        items
    }
}
