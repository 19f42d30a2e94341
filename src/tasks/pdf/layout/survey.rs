//! Reads the document once before anything is placed: opens its fonts and pictures, and gathers what tables of contents and
//! references will say.

use std::collections::HashMap;
use std::sync::Arc;

use super::MAX_DEPTH;
use super::assets::Assets;
use super::fonts::Fonts;
use super::place::Place;
use super::style::{Resolved, StyleSheet};
use crate::engine::{Code, Context, TaskError};
use crate::tasks::pdf::request::{Block, Document, Kind, Node, Paged, Reference};

/// What was found.
#[derive(Default)]
pub(super) struct Survey<'a> {
    /// Nodes that tables of contents list, by the id of the table.
    entries: HashMap<Option<String>, Vec<Entry<'a>>>,
    /// Ids of nodes that have none of their own, and that a table of contents links to.
    ids: HashMap<*const Node, String>,
    /// Text of nodes with an id.
    texts: HashMap<&'a str, String>,
    /// Tables of contents that make lines of the outline.
    outlined: Vec<Option<String>>,
    /// Whether a header, footer or background says how many pages there are, or which is the last.
    pub(super) counts_pages: bool,
}

// SAFETY: the pointers are only compared, never followed.
unsafe impl Sync for Survey<'_> {}

/// A node that a table of contents lists.
#[derive(Clone)]
pub(super) struct Entry<'a> {
    pub(super) node: &'a Node,
    pub(super) text: String,
    pub(super) id: String,
}

/// A line of the outline.
pub(super) struct OutlineLine {
    pub(super) title: String,
    pub(super) parent: Option<String>,
    pub(super) expanded: bool,
}

/// What the survey fills on its way.
struct Surveyor<'a, 'f> {
    survey: Survey<'a>,
    styles: &'f StyleSheet<'a>,
    fonts: &'f mut Fonts,
    assets: &'f mut Assets<'a>,
    context: &'f Context<'f>,
}

impl<'a> Survey<'a> {
    pub(super) fn of(
        document: &'a Document,
        styles: &StyleSheet<'a>,
        fonts: &mut Fonts,
        assets: &mut Assets<'a>,
        context: &Context<'_>,
    ) -> Result<(Self, Arc<Resolved>), TaskError> {
        let mut surveyor = Surveyor { survey: Survey::default(), styles, fonts, assets, context };
        let bare = styles.base(&document.default_style, surveyor.fonts);
        checked(&bare, &Place::root("defaultStyle"))?;
        surveyor.fonts.learn(&bare, context, &Place::root("defaultStyle"))?;
        let base = styles.base(&document.default_style, surveyor.fonts);
        for (name, paged) in
            [("header", &document.header), ("footer", &document.footer), ("background", &document.background)]
        {
            let Some(paged) = paged else { continue };
            surveyor.survey.counts_pages |= name != "background" && paged.names_last();
            for node in paged.nodes() {
                surveyor.node(node, &base, &Place::root(name))?;
                surveyor.survey.counts_pages |= name != "background" && says_count(node);
            }
        }
        if let Some(mark) = &document.watermark {
            let mut style = Resolved::clone(&base);
            if let Some(font) = &mark.font {
                style.font = font.as_str().into();
            }
            (style.bold, style.italics) = (mark.bold, mark.italics);
            surveyor.fonts.learn(&style, context, &Place::root("watermark"))?;
        }
        surveyor.node(&document.content, &base, &Place::root("content"))?;
        Ok((surveyor.survey, base))
    }

    pub(super) fn id_of(&self, node: &Node, block: &Block) -> Option<String> {
        block.id.as_deref().map(str::to_owned).or_else(|| self.ids.get(&std::ptr::from_ref(node)).cloned())
    }

    pub(super) fn text_of(&self, id: &str) -> Option<&str> {
        self.texts.get(id).map(String::as_str)
    }

    pub(super) fn entries(&self, toc: &Option<String>) -> &[Entry<'a>] {
        self.entries.get(toc).map_or(&[], Vec::as_slice)
    }

    /// The line that a node has in the outline: its own, or because a table of contents lists it.
    pub(super) fn outline_of(&self, node: &Node, block: &Block) -> Option<OutlineLine> {
        let listed = block.toc.as_ref().is_some_and(|item| item.tocs.iter().any(|toc| self.outlined.contains(toc)));
        let own = block.outline.as_deref();
        if own.is_none() && !listed {
            return None;
        }
        Some(OutlineLine {
            title: own.and_then(|own| own.text.clone()).unwrap_or_else(|| text_of(node)),
            parent: own.and_then(|own| own.parent.clone()),
            expanded: own.is_some_and(|own| own.expanded),
        })
    }
}

impl<'a> Surveyor<'a, '_> {
    fn nodes(&mut self, nodes: &'a [Node], style: &Arc<Resolved>, place: &Place<'_>) -> Result<(), TaskError> {
        nodes.iter().enumerate().try_for_each(|(i, node)| self.node(node, style, &place.index(i)))
    }

    fn node(&mut self, node: &'a Node, around: &Arc<Resolved>, place: &Place<'_>) -> Result<(), TaskError> {
        if matches!(node.kind, Kind::Plain(_)) && node.styles.is_empty() && node.look.is_none() && node.block.is_none()
        {
            return Ok(());
        }
        if place.depth() > MAX_DEPTH {
            return Err(place.error(Code::PdfTooLarge, "it is nested too deep"));
        }
        self.context.check()?;
        let mut style = self.styles.of(node, around, self.fonts);
        if !Arc::ptr_eq(&style, around) {
            checked(&style, place)?;
            self.fonts.learn(&style, self.context, place)?;
            style = self.styles.of(node, around, self.fonts);
        }
        if let Some(block) = node.block.as_deref() {
            self.block(node, block, place)?;
        }
        match &node.kind {
            Kind::Plain(_) | Kind::Reference(_) | Kind::Canvas(_) => {}
            Kind::Text(text) => self.nodes(&text.parts, &style, &place.key("text"))?,
            Kind::Stack(stack) => self.nodes(&stack.nodes, &style, &place.stack(stack.is_keyed))?,
            Kind::Columns { columns, .. } => self.nodes(columns, &style, &place.key("columns"))?,
            Kind::Ul(list) => self.nodes(&list.items, &style, &place.key("ul"))?,
            Kind::Ol(list) => self.nodes(&list.items, &style, &place.key("ol"))?,
            Kind::Table(table) => {
                let place = place.key("table");
                let place = place.key("body");
                for (i, row) in table.body.iter().enumerate() {
                    self.nodes(row, &style, &place.index(i))?;
                }
            }
            Kind::Picture(picture) => self.assets.picture(picture, self.fonts, &style.font, self.context, place)?,
            Kind::Qr(qr) => self.assets.add_qr(qr, place)?,
            Kind::Barcode(barcode) => self.assets.add_barcode(barcode, place)?,
            Kind::Toc(toc) => {
                let place = place.key("toc");
                if let Some(title) = &toc.title {
                    self.node(title, &style, &place.key("title"))?;
                }
                for (own, name) in [(&toc.text_style, "textStyle"), (&toc.number_style, "numberStyle")] {
                    let Some(own) = own else { continue };
                    let style = self.styles.with(&own.names, Some(&own.look), &style, self.fonts);
                    self.fonts.learn(&style, self.context, &place.key(name))?;
                }
                if toc.outlines {
                    self.survey.outlined.push(toc.id.clone());
                }
            }
        }
        Ok(())
    }

    fn block(&mut self, node: &'a Node, block: &'a Block, place: &Place<'_>) -> Result<(), TaskError> {
        if let Some(id) = block.id.as_deref()
            && self.survey.texts.insert(id, text_of(node)).is_some()
        {
            return Err(place.error(Code::InvalidArgValue, format!("another node has the id '{id}'")));
        }
        let Some(item) = &block.toc else { return Ok(()) };
        let id = block.id.as_deref().map(str::to_owned).unwrap_or_else(|| {
            let id = format!("toc-{}", self.survey.ids.len() + 1);
            self.survey.ids.insert(std::ptr::from_ref(node), id.clone());
            id
        });
        for toc in &item.tocs {
            let entry = Entry { node, text: text_of(node), id: id.clone() };
            self.survey.entries.entry(toc.clone()).or_default().push(entry);
        }
        for style in [&item.style, &item.number_style].into_iter().flatten() {
            let base = self.styles.base(&crate::tasks::pdf::request::Style::default(), self.fonts);
            let style = self.styles.with(&style.names, Some(&style.look), &base, self.fonts);
            self.fonts.learn(&style, self.context, place)?;
        }
        Ok(())
    }
}

/// Sizes that text can have.
fn checked(style: &Resolved, place: &Place<'_>) -> Result<(), TaskError> {
    let limits = [
        ("fontSize", style.font_size, 0.1, 10_000.0),
        ("lineHeight", style.line_height, 0.0, 1000.0),
        ("characterSpacing", style.character_spacing, -1000.0, 10_000.0),
    ];
    for (name, value, least, most) in limits {
        if !(least..=most).contains(&value) {
            let cause = format!("expected {least} to {most}, got {value}");
            return Err(place.key(name).error(Code::OutOfRange, cause));
        }
    }
    Ok(())
}

/// All text of a node, without its styles.
pub(super) fn text_of(node: &Node) -> String {
    let mut text = String::new();
    gather(node, &mut text);
    text
}

fn gather(node: &Node, text: &mut String) {
    match &node.kind {
        Kind::Plain(own) => text.push_str(own),
        Kind::Text(own) => own.parts.iter().for_each(|part| gather(part, text)),
        Kind::Stack(stack) => stack.nodes.iter().for_each(|node| gather(node, text)),
        _ => {}
    }
}

/// Whether `{pageCount}` stands anywhere in a node.
fn says_count(node: &Node) -> bool {
    match &node.kind {
        Kind::Plain(text) => text.contains("{pageCount}"),
        Kind::Text(text) => text.parts.iter().any(says_count),
        Kind::Stack(stack) => stack.nodes.iter().any(says_count),
        Kind::Columns { columns, .. } => columns.iter().any(says_count),
        Kind::Ul(list) | Kind::Ol(list) => list.items.iter().any(says_count),
        Kind::Table(table) => table.body.iter().flatten().any(says_count),
        Kind::Reference(reference) => matches!(**reference, Reference::Page(_)),
        _ => false,
    }
}

impl Paged {
    /// All nodes that may stand on a page.
    fn nodes(&self) -> Vec<&Node> {
        match self {
            Self::All(node) => vec![node],
            Self::Some(pages) => pages.nodes(),
        }
    }
}
