//! A node of the content: text, a table, a picture, and so on, each with where and how it stands.

use std::sync::Arc;

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};

use super::canvas::Vector;
use super::look::Look;
use super::table::Table;
use super::values::{Length, Margins, MaybeMargins};
use crate::engine::Binary;
use crate::tasks::pdf::picture::{Correction, QrMode, Symbology};
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

#[derive(Debug)]
pub(in crate::tasks::pdf) struct Qr {
    pub(in crate::tasks::pdf) text: String,
    /// The side in points; four a module unless given.
    pub(in crate::tasks::pdf) fit: Option<f32>,
    pub(in crate::tasks::pdf) ecc_level: Correction,
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
    pub(in crate::tasks::pdf) kind: Symbology,
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
