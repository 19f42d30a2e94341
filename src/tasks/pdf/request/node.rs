//! A node of the content: text, a table, a picture, and so on, each with where and how it stands.

use std::sync::Arc;

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};

use super::canvas::Vector;
use super::look::{Look, with_look};
use super::table::{LayoutChoice, Table};
use super::values::{Length, Margins, MaybeMargins, OneOrMany};
use crate::engine::Binary;
use crate::tasks::pdf::scene::Color;

/// A node. Most are cells of tables that hold a word, so it is small: what few nodes say is behind a box.
#[derive(Debug)]
pub(in crate::tasks::pdf) struct Node {
    pub(in crate::tasks::pdf) kind: Kind,
    /// Names of styles, of which a later one counts more.
    pub(in crate::tasks::pdf) styles: Vec<Arc<str>>,
    pub(in crate::tasks::pdf) look: Option<Box<Look>>,
    pub(in crate::tasks::pdf) block: Option<Box<Block>>,
}

#[derive(Debug)]
pub(in crate::tasks::pdf) enum Kind {
    /// Text that is all alike.
    Plain(Box<str>),
    /// Text of parts, which are text or references themselves.
    Text(Box<TextNode>),
    Reference(Box<Reference>),
    Stack(Stack),
    Columns {
        columns: Vec<Node>,
        snaking: bool,
    },
    Ul(Box<List>),
    Ol(Box<List>),
    Table(Box<Table>),
    Picture(Box<PictureNode>),
    Canvas(Vec<Vector>),
    Qr(Box<Qr>),
    Barcode(Box<Barcode>),
    Toc(Box<Toc>),
}

#[derive(Debug)]
pub(in crate::tasks::pdf) struct TextNode {
    pub(in crate::tasks::pdf) parts: Vec<Node>,
}

/// Nodes below one another.
#[derive(Debug)]
pub(in crate::tasks::pdf) struct Stack {
    pub(in crate::tasks::pdf) nodes: Vec<Node>,
    /// It is an object with the key `stack`, not an array.
    pub(in crate::tasks::pdf) is_keyed: bool,
}

/// Text that is known only once the document is laid out.
#[derive(Debug)]
pub(in crate::tasks::pdf) enum Reference {
    /// The number of the page that the node with this id is on.
    Page(Arc<str>),
    /// The text of the node with this id.
    Text(Arc<str>),
}

#[derive(Debug)]
pub(in crate::tasks::pdf) struct List {
    pub(in crate::tasks::pdf) items: Vec<Node>,
    pub(in crate::tasks::pdf) marker: Option<Marker>,
    /// Before and after a number: `.` after it unless given.
    pub(in crate::tasks::pdf) separator: [String; 2],
    pub(in crate::tasks::pdf) start: Option<i64>,
    pub(in crate::tasks::pdf) reversed: bool,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(in crate::tasks::pdf) enum Marker {
    Disc,
    Circle,
    Square,
    None,
    Decimal,
    LowerAlpha,
    UpperAlpha,
    LowerRoman,
    UpperRoman,
}

#[derive(Debug)]
pub(in crate::tasks::pdf) struct PictureNode {
    pub(in crate::tasks::pdf) source: PictureSource,
    pub(in crate::tasks::pdf) width: Option<f32>,
    pub(in crate::tasks::pdf) height: Option<f32>,
    pub(in crate::tasks::pdf) fit: Option<[f32; 2]>,
    pub(in crate::tasks::pdf) cover: Option<Cover>,
    pub(in crate::tasks::pdf) min: [Option<f32>; 2],
    pub(in crate::tasks::pdf) max: [Option<f32>; 2],
}

#[derive(Debug)]
pub(in crate::tasks::pdf) enum PictureSource {
    Bytes(Binary),
    /// A name in `images`, a data URL, or a path.
    Named(Box<str>),
    Svg(Box<str>),
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::tasks::pdf) struct Cover {
    pub(in crate::tasks::pdf) width: f32,
    pub(in crate::tasks::pdf) height: f32,
    #[serde(default = "center")]
    pub(in crate::tasks::pdf) align: Alignment,
    #[serde(default)]
    pub(in crate::tasks::pdf) valign: Valign,
}

fn center() -> Alignment {
    Alignment::Center
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(in crate::tasks::pdf) enum Valign {
    Top,
    #[default]
    Center,
    Bottom,
}

/// How much of a QR code may be damaged.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
pub(in crate::tasks::pdf) enum EccLevel {
    #[default]
    L,
    M,
    Q,
    H,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(in crate::tasks::pdf) enum BarcodeKind {
    #[default]
    Code128,
    Code39,
    Ean13,
    Ean8,
    Itf,
    Codabar,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(in crate::tasks::pdf) enum QrMode {
    Numeric,
    Alphanumeric,
    Octet,
}

#[derive(Debug)]
pub(in crate::tasks::pdf) struct Qr {
    pub(in crate::tasks::pdf) text: String,
    /// The side in points; four a module unless given.
    pub(in crate::tasks::pdf) fit: Option<f32>,
    pub(in crate::tasks::pdf) ecc_level: EccLevel,
    pub(in crate::tasks::pdf) mode: Option<QrMode>,
    pub(in crate::tasks::pdf) version: Option<u8>,
    pub(in crate::tasks::pdf) mask: Option<u8>,
    pub(in crate::tasks::pdf) foreground: Color,
    pub(in crate::tasks::pdf) background: Option<Color>,
    /// Quiet modules on each side.
    pub(in crate::tasks::pdf) padding: u8,
}

#[derive(Debug)]
pub(in crate::tasks::pdf) struct Barcode {
    pub(in crate::tasks::pdf) text: String,
    pub(in crate::tasks::pdf) kind: BarcodeKind,
    pub(in crate::tasks::pdf) width: Option<f32>,
    pub(in crate::tasks::pdf) height: f32,
    pub(in crate::tasks::pdf) foreground: Color,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::tasks::pdf) struct Toc {
    pub(in crate::tasks::pdf) id: Option<String>,
    pub(in crate::tasks::pdf) title: Option<Node>,
    pub(in crate::tasks::pdf) text_style: Option<TocStyle>,
    pub(in crate::tasks::pdf) number_style: Option<TocStyle>,
    pub(in crate::tasks::pdf) text_margin: Option<MaybeMargins>,
    pub(in crate::tasks::pdf) sort_by: Option<SortBy>,
    #[serde(default)]
    pub(in crate::tasks::pdf) outlines: bool,
    #[serde(default)]
    pub(in crate::tasks::pdf) hide_empty: bool,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(in crate::tasks::pdf) enum SortBy {
    Page,
    Title,
}

/// A style that is named, or written in place.
#[derive(Clone, Debug, Default)]
pub(in crate::tasks::pdf) struct TocStyle {
    pub(in crate::tasks::pdf) names: Vec<Arc<str>>,
    pub(in crate::tasks::pdf) look: Look,
}

impl<'de> Deserialize<'de> for TocStyle {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Forms;
        impl<'de> Visitor<'de> for Forms {
            type Value = TocStyle;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a style or its name")
            }
            fn visit_str<E: de::Error>(self, name: &str) -> Result<TocStyle, E> {
                Ok(TocStyle { names: vec![name.into()], look: Look::default() })
            }
            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<TocStyle, A::Error> {
                let names = Vec::deserialize(de::value::SeqAccessDeserializer::new(seq))?;
                Ok(TocStyle { names, look: Look::default() })
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<TocStyle, A::Error> {
                let style = super::look::Style::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(TocStyle { names: Vec::new(), look: style.look })
            }
        }
        deserializer.deserialize_any(Forms)
    }
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(in crate::tasks::pdf) enum Alignment {
    #[default]
    Left,
    Center,
    Right,
    Justify,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(in crate::tasks::pdf) enum Vertical {
    #[default]
    Top,
    Middle,
    Bottom,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub(in crate::tasks::pdf) enum Break {
    Before,
    BeforeOdd,
    BeforeEven,
    After,
    AfterOdd,
    AfterEven,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(in crate::tasks::pdf) enum Orientation {
    Portrait,
    Landscape,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub(in crate::tasks::pdf) struct Position {
    #[serde(default)]
    pub(in crate::tasks::pdf) x: f32,
    #[serde(default)]
    pub(in crate::tasks::pdf) y: f32,
}

/// Where a node stands, what leads to it, and what it is as a cell.
#[derive(Debug, Default)]
pub(in crate::tasks::pdf) struct Block {
    pub(in crate::tasks::pdf) margin: MaybeMargins,
    pub(in crate::tasks::pdf) width: Option<Length>,
    pub(in crate::tasks::pdf) page_break: Option<Break>,
    pub(in crate::tasks::pdf) page_orientation: Option<Orientation>,
    pub(in crate::tasks::pdf) absolute: Option<Position>,
    pub(in crate::tasks::pdf) relative: Option<Position>,
    pub(in crate::tasks::pdf) unbreakable: bool,
    pub(in crate::tasks::pdf) max_height: Option<f32>,
    pub(in crate::tasks::pdf) id: Option<Arc<str>>,
    pub(in crate::tasks::pdf) headline_level: Option<i64>,
    pub(in crate::tasks::pdf) toc: Option<Box<TocItem>>,
    pub(in crate::tasks::pdf) outline: Option<Box<Outline>>,
    pub(in crate::tasks::pdf) list_type: Option<Marker>,
    pub(in crate::tasks::pdf) counter: Option<i64>,
    pub(in crate::tasks::pdf) col_span: usize,
    pub(in crate::tasks::pdf) row_span: usize,
    pub(in crate::tasks::pdf) border: Option<[Option<bool>; 4]>,
    pub(in crate::tasks::pdf) border_color: Option<[Option<Color>; 4]>,
    pub(in crate::tasks::pdf) vertical: Vertical,
    /// What a picture shows, for those who do not see it.
    pub(in crate::tasks::pdf) alt: Option<String>,
}

#[derive(Debug)]
pub(in crate::tasks::pdf) struct TocItem {
    /// The tables of contents that list it; none is the one without an id.
    pub(in crate::tasks::pdf) tocs: Vec<Option<String>>,
    pub(in crate::tasks::pdf) style: Option<TocStyle>,
    pub(in crate::tasks::pdf) number_style: Option<TocStyle>,
    pub(in crate::tasks::pdf) margin: Option<Margins>,
}

#[derive(Debug)]
pub(in crate::tasks::pdf) struct Outline {
    pub(in crate::tasks::pdf) text: Option<String>,
    pub(in crate::tasks::pdf) parent: Option<String>,
    pub(in crate::tasks::pdf) expanded: bool,
}

/// `true` or the name of a table of contents.
#[derive(Clone, Debug)]
struct TocName(Option<String>);

impl<'de> Deserialize<'de> for TocName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Forms;
        impl Visitor<'_> for Forms {
            type Value = TocName;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("true or the id of a table of contents")
            }
            fn visit_bool<E: de::Error>(self, _: bool) -> Result<TocName, E> {
                Ok(TocName(None))
            }
            fn visit_str<E: de::Error>(self, name: &str) -> Result<TocName, E> {
                Ok(TocName(Some(name.to_owned())))
            }
        }
        deserializer.deserialize_any(Forms)
    }
}

with_look! {
    /// All that a node can say. It lives only while one is read.
    #[derive(Default)]
    struct Fields {
        text: Option<Node>,
        page_reference: Option<Arc<str>>,
        text_reference: Option<Arc<str>>,
        stack: Option<Vec<Node>>,
        columns: Option<Vec<Node>>,
        snaking_columns: bool,
        ul: Option<Vec<Node>>,
        ol: Option<Vec<Node>>,
        table: Option<Table>,
        layout: Option<LayoutChoice>,
        image: Option<ImageValue>,
        svg: Option<Box<str>>,
        canvas: Option<Vec<Vector>>,
        qr: Option<String>,
        barcode: Option<String>,
        toc: Option<Toc>,

        style: Option<OneOrMany<Arc<str>>>,
        margin: Option<MaybeMargins>,
        margin_left: Option<f32>,
        margin_top: Option<f32>,
        margin_right: Option<f32>,
        margin_bottom: Option<f32>,
        width: Option<Length>,
        height: Option<f32>,
        page_break: Option<Break>,
        page_orientation: Option<Orientation>,
        absolute_position: Option<Position>,
        relative_position: Option<Position>,
        unbreakable: bool,
        max_height: Option<f32>,
        id: Option<Arc<str>>,
        headline_level: Option<i64>,
        toc_item: Option<OneOrMany<TocName>>,
        toc_style: Option<TocStyle>,
        toc_number_style: Option<TocStyle>,
        toc_margin: Option<MaybeMargins>,
        outline: Option<bool>,
        outline_text: Option<String>,
        outline_expanded: bool,
        outline_parent_id: Option<String>,

        list_type: Option<Marker>,
        counter: Option<i64>,
        #[serde(rename = "type")]
        kind: Option<TypeName>,
        separator: Option<OneOrMany<String>>,
        start: Option<i64>,
        reversed: bool,

        col_span: Option<usize>,
        row_span: Option<usize>,
        border: Option<[Option<bool>; 4]>,
        border_color: Option<[Option<Color>; 4]>,
        vertical_alignment: Vertical,

        fit: Option<OneOrMany<f32>>,
        cover: Option<Cover>,
        min_width: Option<f32>,
        min_height: Option<f32>,
        max_width: Option<f32>,
        alt: Option<String>,

        foreground: Option<Color>,
        ecc_level: Option<EccLevel>,
        mode: Option<QrMode>,
        version: Option<u8>,
        mask: Option<u8>,
        padding: Option<u8>,
    }
}

/// What `type` says of a list or of a barcode.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(untagged)]
enum TypeName {
    Marker(Marker),
    Barcode(BarcodeKind),
}

#[derive(Debug)]
enum ImageValue {
    Bytes(Binary),
    Named(Box<str>),
}

impl<'de> Deserialize<'de> for ImageValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Forms;
        impl<'de> Visitor<'de> for Forms {
            type Value = ImageValue;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a path, a data URL, a name in `images`, or a Buffer")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<ImageValue, E> {
                Ok(ImageValue::Named(text.into()))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ImageValue, A::Error> {
                Binary::deserialize(de::value::MapAccessDeserializer::new(map)).map(ImageValue::Bytes)
            }
        }
        deserializer.deserialize_any(Forms)
    }
}

impl Node {
    fn plain(text: impl Into<Box<str>>) -> Self {
        Self { kind: Kind::Plain(text.into()), styles: Vec::new(), look: None, block: None }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Forms;
        impl<'de> Visitor<'de> for Forms {
            type Value = Node;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("text, a node, or an array of nodes")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Node, E> {
                Ok(Node::plain(text))
            }
            fn visit_string<E: de::Error>(self, text: String) -> Result<Node, E> {
                Ok(Node::plain(text))
            }
            fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Node, E> {
                Ok(Node::plain(if flag { "true" } else { "false" }))
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Node, E> {
                Ok(Node::plain(number.to_string()))
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Node, E> {
                Ok(Node::plain(number.to_string()))
            }
            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Node, E> {
                Ok(Node::plain(number.to_string()))
            }
            fn visit_unit<E: de::Error>(self) -> Result<Node, E> {
                Ok(Node::plain(""))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Node, A::Error> {
                let nodes = Vec::deserialize(de::value::SeqAccessDeserializer::new(seq))?;
                let kind = Kind::Stack(Stack { nodes, is_keyed: false });
                Ok(Node { kind, styles: Vec::new(), look: None, block: None })
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Node, A::Error> {
                Box::<Fields>::deserialize(de::value::MapAccessDeserializer::new(map))?.into_node()
            }
        }
        deserializer.deserialize_any(Forms)
    }
}

impl Fields {
    fn into_node<E: de::Error>(mut self: Box<Self>) -> Result<Node, E> {
        // A QR code has a background of its own.
        let behind = if self.qr.is_some() { self.background.take() } else { None };
        let look = self.take_look();
        let kind = self.take_kind(behind)?;
        let styles = self.style.take().map(|names| names.0).unwrap_or_default();
        Ok(Node { kind, styles, look, block: self.take_block() })
    }

    /// One kind, the first in the order in which pdfmake looks for them.
    fn take_kind<E: de::Error>(&mut self, behind: Option<Color>) -> Result<Kind, E> {
        if let Some(columns) = self.columns.take() {
            return Ok(Kind::Columns { columns, snaking: self.snaking_columns });
        }
        if let Some(nodes) = self.stack.take() {
            return Ok(Kind::Stack(Stack { nodes, is_keyed: true }));
        }
        if let Some(items) = self.ul.take() {
            return Ok(Kind::Ul(Box::new(self.take_list(items)?)));
        }
        if let Some(items) = self.ol.take() {
            return Ok(Kind::Ol(Box::new(self.take_list(items)?)));
        }
        if let Some(mut table) = self.table.take() {
            table.layout = self.layout.take();
            return Ok(Kind::Table(Box::new(table)));
        }
        if let Some(text) = self.text.take() {
            return Ok(match text {
                Node { kind: Kind::Plain(text), styles, look: None, block: None } if styles.is_empty() => {
                    Kind::Plain(text)
                }
                Node { kind: Kind::Stack(parts), styles, look: None, block: None } if styles.is_empty() => {
                    Kind::Text(Box::new(TextNode { parts: parts.nodes }))
                }
                part => Kind::Text(Box::new(TextNode { parts: vec![part] })),
            });
        }
        if let Some(toc) = self.toc.take() {
            return Ok(Kind::Toc(Box::new(toc)));
        }
        if let Some(source) = self.take_picture() {
            return self.picture(source);
        }
        if let Some(vectors) = self.canvas.take() {
            return Ok(Kind::Canvas(vectors));
        }
        if let Some(text) = self.qr.take() {
            return Ok(Kind::Qr(Box::new(Qr {
                text,
                fit: self.fit.take().and_then(|fit| fit.0.first().copied()),
                ecc_level: self.ecc_level.unwrap_or_default(),
                mode: self.mode,
                version: self.version,
                mask: self.mask,
                foreground: self.foreground.unwrap_or(Color::BLACK),
                background: behind,
                padding: self.padding.unwrap_or(0),
            })));
        }
        if let Some(text) = self.barcode.take() {
            let kind = match self.kind {
                Some(TypeName::Barcode(kind)) => kind,
                None => BarcodeKind::default(),
                Some(TypeName::Marker(_)) => return Err(E::custom("expected `type` to name a kind of barcode")),
            };
            return Ok(Kind::Barcode(Box::new(Barcode {
                text,
                kind,
                width: self.points()?,
                height: self.height.unwrap_or(40.0),
                foreground: self.foreground.unwrap_or(Color::BLACK),
            })));
        }
        if let Some(id) = self.page_reference.take() {
            return Ok(Kind::Reference(Box::new(Reference::Page(id))));
        }
        if let Some(id) = self.text_reference.take() {
            return Ok(Kind::Reference(Box::new(Reference::Text(id))));
        }
        // pdfmake takes an empty object for an empty text, as cells under a span have it.
        Ok(Kind::Plain("".into()))
    }

    fn take_list<E: de::Error>(&mut self, items: Vec<Node>) -> Result<List, E> {
        let separator = match self.separator.take().map(|list| list.0) {
            None => [String::new(), ".".to_owned()],
            Some(mut list) => match list.len() {
                1 => [String::new(), list.remove(0)],
                2 => [list.remove(0), list.remove(0)],
                _ => return Err(E::custom("expected `separator` to be text or an array of two")),
            },
        };
        let marker = match self.kind {
            None => None,
            Some(TypeName::Marker(marker)) => Some(marker),
            Some(TypeName::Barcode(_)) => return Err(E::custom("expected `type` to name a kind of list")),
        };
        Ok(List { items, marker, separator, start: self.start, reversed: self.reversed })
    }

    fn take_picture(&mut self) -> Option<PictureSource> {
        match self.image.take() {
            Some(ImageValue::Bytes(bytes)) => Some(PictureSource::Bytes(bytes)),
            Some(ImageValue::Named(name)) => Some(PictureSource::Named(name)),
            None => self.svg.take().map(PictureSource::Svg),
        }
    }

    fn picture<E: de::Error>(&mut self, source: PictureSource) -> Result<Kind, E> {
        let fit = match self.fit.take().map(|fit| fit.0) {
            None => None,
            Some(fit) => match fit[..] {
                [side] => Some([side, side]),
                [width, height] => Some([width, height]),
                _ => return Err(E::custom("expected `fit` to be [width, height]")),
            },
        };
        Ok(Kind::Picture(Box::new(PictureNode {
            source,
            width: self.points()?,
            height: self.height,
            fit,
            cover: self.cover,
            min: [self.min_width, self.min_height],
            max: [self.max_width, self.max_height.take()],
        })))
    }

    /// The width of a picture, which in columns is that of its column as well.
    fn points<E: de::Error>(&self) -> Result<Option<f32>, E> {
        match self.width {
            Some(Length::Points(width)) => Ok(Some(width)),
            _ => Ok(None),
        }
    }

    fn take_block(&mut self) -> Option<Box<Block>> {
        let sides = [self.margin_left, self.margin_top, self.margin_right, self.margin_bottom];
        let margin = MaybeMargins(sides).or(self.margin.unwrap_or_default());
        let toc = self.toc_item.take().map(|names| {
            Box::new(TocItem {
                tocs: names.0.into_iter().map(|name| name.0).collect(),
                style: self.toc_style.take(),
                number_style: self.toc_number_style.take(),
                margin: self.toc_margin.map(MaybeMargins::resolved),
            })
        });
        let outline = self.outline.filter(|on| *on).map(|_| {
            Box::new(Outline {
                text: self.outline_text.take(),
                parent: self.outline_parent_id.take(),
                expanded: self.outline_expanded,
            })
        });
        let says_something = margin != MaybeMargins::default()
            || self.width.is_some()
            || self.page_break.is_some()
            || self.page_orientation.is_some()
            || self.absolute_position.is_some()
            || self.relative_position.is_some()
            || self.unbreakable
            || self.max_height.is_some()
            || self.id.is_some()
            || self.headline_level.is_some()
            || toc.is_some()
            || outline.is_some()
            || self.list_type.is_some()
            || self.counter.is_some()
            || self.col_span.is_some()
            || self.row_span.is_some()
            || self.border.is_some()
            || self.border_color.is_some()
            || self.vertical_alignment != Vertical::Top
            || self.alt.is_some();
        says_something.then(|| {
            Box::new(Block {
                margin,
                width: self.width,
                page_break: self.page_break,
                page_orientation: self.page_orientation,
                absolute: self.absolute_position,
                relative: self.relative_position,
                unbreakable: self.unbreakable,
                max_height: self.max_height,
                id: self.id.take(),
                headline_level: self.headline_level,
                toc,
                outline,
                list_type: self.list_type,
                counter: self.counter,
                col_span: self.col_span.unwrap_or(1).max(1),
                row_span: self.row_span.unwrap_or(1).max(1),
                border: self.border,
                border_color: self.border_color,
                vertical: self.vertical_alignment,
                alt: self.alt.take(),
            })
        })
    }
}
