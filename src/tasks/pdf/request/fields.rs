//! How a node is read: all that one can say, of which the first kind that is there counts, in pdfmake's order.

use std::sync::Arc;

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};

use super::canvas::Vector;
use super::look::with_look;
use super::node::{
    Barcode, Block, Break, Cover, Kind, List, Marker, Node, Orientation, Outline, PictureNode, PictureSource, Position,
    Qr, Reference, Stack, TextNode, Toc, TocItem, TocStyle, Vertical,
};
use super::table::{LayoutChoice, Table};
use super::values::{Length, MaybeMargins, OneOrMany};
use crate::engine::{Binary, is_decoding_in_vain};
use crate::tasks::pdf::picture::{Correction, QrMode, Symbology};
use crate::tasks::pdf::scene::Color;

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
        ecc_level: Option<Correction>,
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
    Barcode(Symbology),
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
        if is_decoding_in_vain() {
            return Err(de::Error::custom("the task was cancelled"));
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
                None => Symbology::default(),
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
