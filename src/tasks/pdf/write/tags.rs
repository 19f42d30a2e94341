//! The structure tree of a tagged document: what is a heading, a list, a table, and in which order it is read.
//!
//! By ISO 32000-1, 14.7 and 14.8.

use pdf_writer::{Dict, Finish, Name, Ref, TextStr};

use super::file::File;
use super::links::Written;
use crate::engine::{Code, TaskError};
use crate::tasks::pdf::scene::{Role, Tag, TagChild};

/// Tags inside of each other.
const MAX_DEPTH: usize = 500;

/// What pages have that belongs to leaves of the tree.
#[derive(Default)]
pub(super) struct Marked {
    /// Leaf, page, and number of the content on the page. In the order of the pages.
    contents: Vec<(u32, u32, u32)>,
    /// Leaf, page, and the annotation with its key.
    links: Vec<(u32, u32, Ref, i32)>,
    /// Page and its key.
    pages: Vec<(u32, i32)>,
    next_key: i32,
}

impl Marked {
    /// Counts in contents of a page, of which it has `first` already. Gives the key of the page when it has any.
    pub(super) fn add_page(&mut self, page: usize, first: usize, marks: &[u32], key: Option<i32>) -> Option<i32> {
        if marks.is_empty() {
            return key;
        }
        let page = page as u32;
        self.contents.extend((first..).zip(marks).map(|(number, leaf)| (*leaf, page, number as u32)));
        Some(key.unwrap_or_else(|| {
            let key = self.key();
            self.pages.push((page, key));
            key
        }))
    }

    /// A key for an annotation.
    pub(super) fn key(&mut self) -> i32 {
        self.next_key += 1;
        self.next_key - 1
    }

    pub(super) fn add_link(&mut self, leaf: u32, page: usize, annotation: Ref, key: i32) {
        self.links.push((leaf, page as u32, annotation, key));
    }
}

/// A child of an element.
enum Kid {
    Element(Ref),
    Content { page: u32, number: u32 },
    Annotation { page: u32, id: Ref },
}

struct Tree<'a, 'f, 's> {
    file: &'f mut File<'s>,
    pages: &'a [Written],
    marked: &'a Marked,
    /// The element that each leaf is in.
    parents: Vec<Option<Ref>>,
}

/// Writes the tree. Gives its root.
pub(super) fn write(file: &mut File<'_>, tag: &Tag, mut marked: Marked, pages: &[Written]) -> Result<Ref, TaskError> {
    marked.contents.sort_by_key(|content| content.0);
    marked.links.sort_by_key(|link| link.0);
    let root = file.reserve();
    let mut tree = Tree { file, pages, marked: &marked, parents: Vec::new() };
    let document = tree.element(tag, root, 0)?;
    let parents = tree.parents;
    let parent_tree = write_parents(file, &marked, &parents)?;
    file.object(root, |object| {
        let mut dictionary = object.dict();
        dictionary.pair(Name(b"Type"), Name(b"StructTreeRoot")).pair(Name(b"K"), document);
        dictionary.pair(Name(b"ParentTree"), parent_tree);
        dictionary.pair(Name(b"ParentTreeNextKey"), marked.next_key);
    })?;
    Ok(root)
}

impl Tree<'_, '_, '_> {
    fn element(&mut self, tag: &Tag, parent: Ref, depth: usize) -> Result<Ref, TaskError> {
        if depth > MAX_DEPTH {
            let message = format!("The structure of the document is more than {MAX_DEPTH} tags deep");
            return Err(TaskError::new(Code::InvalidArgValue, message));
        }
        let id = self.file.reserve();
        let mut kids = Vec::with_capacity(tag.children.len());
        for child in &tag.children {
            match child {
                TagChild::Tag(tag) => kids.push(Kid::Element(self.element(tag, id, depth + 1)?)),
                TagChild::Mark(leaf) => self.leaf(*leaf, id, &mut kids),
            }
        }
        let page = kids.iter().find_map(|kid| match kid {
            Kid::Content { page, .. } | Kid::Annotation { page, .. } => Some(*page),
            Kid::Element(_) => None,
        });
        let pages = self.pages;
        self.file.object(id, |object| {
            let mut dictionary = object.dict();
            dictionary.pair(Name(b"Type"), Name(b"StructElem"));
            dictionary.pair(Name(b"S"), Name(name(tag.role))).pair(Name(b"P"), parent);
            if let Some(page) = page.and_then(|page| pages.get(page as usize)) {
                dictionary.pair(Name(b"Pg"), page.id);
            }
            write_kids(&mut dictionary, &kids, page, pages);
            if let Some(alt) = &tag.alt {
                dictionary.pair(Name(b"Alt"), TextStr(alt));
            }
            if let Some(language) = &tag.language {
                dictionary.pair(Name(b"Lang"), TextStr(language));
            }
            write_attributes(&mut dictionary, tag);
        })?;
        Ok(id)
    }

    /// All that pages have of a leaf.
    fn leaf(&mut self, leaf: u32, parent: Ref, kids: &mut Vec<Kid>) {
        let marked = self.marked;
        let first = marked.contents.partition_point(|content| content.0 < leaf);
        let contents = marked.contents[first..].iter().take_while(|content| content.0 == leaf);
        kids.extend(contents.map(|(_, page, number)| Kid::Content { page: *page, number: *number }));
        let first = marked.links.partition_point(|link| link.0 < leaf);
        let links = marked.links[first..].iter().take_while(|link| link.0 == leaf);
        kids.extend(links.map(|(_, page, id, _)| Kid::Annotation { page: *page, id: *id }));
        let index = leaf as usize;
        // Leaves are numbered from 0; one that no page has needs no entry.
        let highest = marked.contents.last().map_or(0, |content| content.0);
        let highest = highest.max(marked.links.last().map_or(0, |link| link.0));
        if leaf > highest {
            return;
        }
        if self.parents.len() <= index {
            self.parents.resize(index + 1, None);
        }
        self.parents[index] = Some(parent);
    }
}

fn write_kids(dictionary: &mut Dict<'_>, kids: &[Kid], own_page: Option<u32>, pages: &[Written]) {
    let mut array = dictionary.insert(Name(b"K")).array();
    let of = |page: u32| pages.get(page as usize).map(|page| page.id);
    for kid in kids {
        match kid {
            Kid::Element(id) => {
                array.item(*id);
            }
            Kid::Content { page, number } if Some(*page) == own_page => {
                array.item(*number as i32);
            }
            Kid::Content { page, number } => {
                let mut reference = array.push().dict();
                reference.pair(Name(b"Type"), Name(b"MCR")).pair(Name(b"MCID"), *number as i32);
                if let Some(page) = of(*page) {
                    reference.pair(Name(b"Pg"), page);
                }
            }
            Kid::Annotation { page, id } => {
                let mut reference = array.push().dict();
                reference.pair(Name(b"Type"), Name(b"OBJR")).pair(Name(b"Obj"), *id);
                if let Some(page) = of(*page) {
                    reference.pair(Name(b"Pg"), page);
                }
            }
        }
    }
    array.finish();
}

/// What cells of tables span, and what a header is the header of.
fn write_attributes(dictionary: &mut Dict<'_>, tag: &Tag) {
    let is_header = tag.role == Role::TableHeader;
    let (columns, rows) = tag.spans;
    if !is_header && (tag.role != Role::TableCell || columns <= 1 && rows <= 1) {
        return;
    }
    let mut attributes = dictionary.insert(Name(b"A")).dict();
    attributes.pair(Name(b"O"), Name(b"Table"));
    if is_header {
        attributes.pair(Name(b"Scope"), Name(b"Column"));
    }
    if columns > 1 {
        attributes.pair(Name(b"ColSpan"), columns as i32);
    }
    if rows > 1 {
        attributes.pair(Name(b"RowSpan"), rows as i32);
    }
}

/// Writes the way back: from contents and annotations to their elements.
fn write_parents(file: &mut File<'_>, marked: &Marked, parents: &[Option<Ref>]) -> Result<Ref, TaskError> {
    /// Keys in a leaf.
    const LEAF: usize = 64;
    let parent = |leaf: u32| parents.get(leaf as usize).copied().flatten();
    let mut by_page: Vec<(u32, u32, u32)> =
        marked.contents.iter().map(|(leaf, page, number)| (*page, *number, *leaf)).collect();
    by_page.sort_unstable();
    let mut entries: Vec<(i32, Option<Ref>)> = Vec::new();
    for (page, key) in &marked.pages {
        let first = by_page.partition_point(|content| content.0 < *page);
        let contents = by_page[first..].iter().take_while(|content| content.0 == *page);
        let id = file.reserve();
        file.object(id, |object| {
            let mut array = object.array();
            for (_, _, leaf) in contents {
                match parent(*leaf) {
                    Some(parent) => array.item(parent),
                    None => array.item(pdf_writer::Null),
                };
            }
        })?;
        entries.push((*key, Some(id)));
    }
    entries.extend(marked.links.iter().map(|(leaf, _, _, key)| (*key, parent(*leaf))));
    entries.retain(|entry| entry.1.is_some());
    entries.sort_unstable_by_key(|entry| entry.0);
    let mut leaves = Vec::new();
    for part in entries.chunks(LEAF) {
        let id = file.reserve();
        file.object(id, |object| {
            let mut leaf = object.dict();
            if let (Some(first), Some(last)) = (part.first(), part.last()) {
                leaf.insert(Name(b"Limits")).array().items([first.0, last.0]);
            }
            let mut numbers = leaf.insert(Name(b"Nums")).array();
            for (key, id) in part {
                if let Some(id) = id {
                    numbers.item(*key).item(*id);
                }
            }
        })?;
        leaves.push(id);
    }
    let root = file.reserve();
    file.object(root, |object| {
        let mut root = object.dict();
        if leaves.is_empty() {
            root.insert(Name(b"Nums")).array();
        } else {
            root.insert(Name(b"Kids")).array().items(leaves);
        }
    })?;
    Ok(root)
}

fn name(role: Role) -> &'static [u8] {
    match role {
        Role::Document => b"Document",
        Role::Paragraph => b"P",
        Role::Heading(1) => b"H1",
        Role::Heading(2) => b"H2",
        Role::Heading(3) => b"H3",
        Role::Heading(4) => b"H4",
        Role::Heading(5) => b"H5",
        Role::Heading(_) => b"H6",
        Role::List => b"L",
        Role::ListItem => b"LI",
        Role::ListBody => b"LBody",
        Role::Table => b"Table",
        Role::TableRow => b"TR",
        Role::TableHeader => b"TH",
        Role::TableCell => b"TD",
        Role::Figure => b"Figure",
        Role::Link => b"Link",
        Role::Toc => b"TOC",
        Role::TocItem => b"TOCI",
    }
}
