//! The document as a whole: its content, its pages, its fonts, and what stands around the content.

use std::collections::{BTreeMap, HashMap};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{self, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor};

use super::files::{Attachment, FileSource, FontSources};
use super::look::{Style, Styles};
use super::node::{Node, Orientation};
use super::table::TableLayout;
use super::values::{MaybeMargins, OneOrMany, PageSize};
use crate::tasks::file::FilePath;
use crate::tasks::pdf::scene::Color;
use crate::tasks::pdf::write::Permissions;

/// The input of `pdf.document`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::tasks) struct Request {
    /// The document, in pdfmake's words.
    pub(in crate::tasks::pdf) document: Box<Document>,
    /// Where the PDF goes, in place of into the result.
    pub(in crate::tasks::pdf) file: Option<FilePath>,
    /// The folder with the fonts that come with the package.
    pub(in crate::tasks::pdf) font_folder: String,
    /// The most pages, 100,000 unless given.
    pub(in crate::tasks::pdf) max_pages: Option<usize>,
    /// The most pixels of a picture, 268402689 (0x3FFF squared) unless given.
    pub(in crate::tasks::pdf) limit_input_pixels: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::tasks::pdf) struct Document {
    pub(in crate::tasks::pdf) content: Node,
    #[serde(default)]
    pub(in crate::tasks::pdf) styles: Styles,
    #[serde(default)]
    pub(in crate::tasks::pdf) default_style: Style,
    pub(in crate::tasks::pdf) page_size: Option<PageSize>,
    pub(in crate::tasks::pdf) page_orientation: Option<Orientation>,
    /// 40 points on each side unless given.
    pub(in crate::tasks::pdf) page_margins: Option<MaybeMargins>,
    pub(in crate::tasks::pdf) header: Option<Paged>,
    pub(in crate::tasks::pdf) footer: Option<Paged>,
    pub(in crate::tasks::pdf) background: Option<Paged>,
    pub(in crate::tasks::pdf) watermark: Option<Watermark>,
    pub(in crate::tasks::pdf) page_break_before: Option<PageBreakBefore>,
    #[serde(default)]
    pub(in crate::tasks::pdf) images: HashMap<String, FileSource>,
    #[serde(default)]
    pub(in crate::tasks::pdf) fonts: BTreeMap<String, FontSources>,
    /// Families that are asked for what a font lacks.
    #[serde(default)]
    pub(in crate::tasks::pdf) fallback_fonts: Vec<String>,
    #[serde(default)]
    pub(in crate::tasks::pdf) table_layouts: HashMap<String, TableLayout>,
    #[serde(default)]
    pub(in crate::tasks::pdf) attachments: BTreeMap<String, Attachment>,
    #[serde(default)]
    pub(in crate::tasks::pdf) files: BTreeMap<String, Attachment>,
    #[serde(default)]
    pub(in crate::tasks::pdf) info: Info,
    #[serde(alias = "lang")]
    pub(in crate::tasks::pdf) language: Option<String>,
    #[serde(default = "yes")]
    pub(in crate::tasks::pdf) compress: bool,
    pub(in crate::tasks::pdf) version: Option<String>,
    /// `1b`, `2b`, `3b`, or pdfmake's `subset: 'PDF/A-1b'`.
    #[serde(alias = "subset")]
    pub(in crate::tasks::pdf) pdfa: Option<String>,
    #[serde(default)]
    pub(in crate::tasks::pdf) tagged: bool,
    #[serde(default)]
    pub(in crate::tasks::pdf) display_title: bool,
    pub(in crate::tasks::pdf) user_password: Option<String>,
    pub(in crate::tasks::pdf) owner_password: Option<String>,
    #[serde(default)]
    pub(in crate::tasks::pdf) permissions: Permissions,
}

fn yes() -> bool {
    true
}

impl JsonSchema for Document {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Document".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object", "description": "a document definition, as `PdfDocumentDefinition` in index.d.ts has it" })
    }
}

/// A node for all pages, or one by the place of the page.
pub(in crate::tasks::pdf) enum Paged {
    All(Box<Node>),
    Some(Box<Pages>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::tasks::pdf) struct Pages {
    #[serde(default, deserialize_with = "present")]
    first: Option<Node>,
    #[serde(default, deserialize_with = "present")]
    last: Option<Node>,
    #[serde(default, deserialize_with = "present")]
    odd: Option<Node>,
    #[serde(default, deserialize_with = "present")]
    even: Option<Node>,
    #[serde(default, deserialize_with = "present")]
    default: Option<Node>,
}

/// `null` says that nothing stands there; what is not said comes from the others.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Node>, D::Error> {
    Node::deserialize(deserializer).map(Some)
}

impl Pages {
    pub(in crate::tasks::pdf) fn nodes(&self) -> Vec<&Node> {
        let nodes = [&self.first, &self.last, &self.odd, &self.even, &self.default];
        nodes.into_iter().flatten().collect()
    }
}

impl Paged {
    /// Whether something is said of the last page, which is known only at the end.
    pub(in crate::tasks::pdf) fn names_last(&self) -> bool {
        matches!(self, Self::Some(pages) if pages.last.is_some())
    }

    /// What stands on a page, counted from 0. Without a count nothing is said of the last.
    pub(in crate::tasks::pdf) fn on(&self, page: usize, count: Option<usize>) -> Option<&Node> {
        let pages = match self {
            Self::All(node) => return Some(node),
            Self::Some(pages) => pages,
        };
        let is_last = count == Some(page + 1);
        let first = pages.first.as_ref().filter(|_| page == 0);
        let last = pages.last.as_ref().filter(|_| is_last);
        // Page 1 is odd.
        let side = if page.is_multiple_of(2) { &pages.odd } else { &pages.even };
        first.or(last).or(side.as_ref()).or(pages.default.as_ref())
    }
}

impl<'de> Deserialize<'de> for Paged {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Forms;
        impl<'de> Visitor<'de> for Forms {
            type Value = Paged;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a node, or { first, last, odd, even, default } of nodes")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Paged, E> {
                Node::deserialize(text.into_deserializer()).map(|node| Paged::All(Box::new(node)))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Paged, A::Error> {
                let node = Node::deserialize(de::value::SeqAccessDeserializer::new(seq))?;
                Ok(Paged::All(Box::new(node)))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Paged, A::Error> {
                // The first key tells: no node has any of these.
                let key: Option<String> = map.next_key()?;
                let is_paged = matches!(key.as_deref(), Some("first" | "last" | "odd" | "even" | "default"));
                let whole = de::value::MapAccessDeserializer::new(Replay { key, map });
                if is_paged {
                    return Pages::deserialize(whole).map(|pages| Paged::Some(Box::new(pages)));
                }
                Node::deserialize(whole).map(|node| Paged::All(Box::new(node)))
            }
        }
        deserializer.deserialize_any(Forms)
    }
}

/// A map whose first key was taken out.
struct Replay<A> {
    key: Option<String>,
    map: A,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Replay<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        match self.key.take() {
            Some(key) => seed.deserialize(key.into_deserializer()).map(Some),
            None => self.map.next_key_seed(seed),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}

/// Text across the page. Only the text is needed.
#[derive(Clone, Debug)]
pub(in crate::tasks::pdf) struct Watermark {
    pub(in crate::tasks::pdf) text: String,
    pub(in crate::tasks::pdf) font: Option<String>,
    /// As large as fits unless given.
    pub(in crate::tasks::pdf) font_size: Option<f32>,
    pub(in crate::tasks::pdf) color: Color,
    pub(in crate::tasks::pdf) opacity: f32,
    pub(in crate::tasks::pdf) bold: bool,
    pub(in crate::tasks::pdf) italics: bool,
    /// Degrees, clockwise; along the diagonal unless given.
    pub(in crate::tasks::pdf) angle: Option<f32>,
}

impl<'de> Deserialize<'de> for Watermark {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize, Default)]
        #[serde(deny_unknown_fields, rename_all = "camelCase", default)]
        struct Fields {
            text: String,
            font: Option<String>,
            font_size: Option<f32>,
            color: Option<Color>,
            opacity: Option<f32>,
            bold: bool,
            italics: bool,
            angle: Option<f32>,
        }
        struct Forms;
        impl<'de> Visitor<'de> for Forms {
            type Value = Fields;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("text, or { text, color, opacity, angle, … }")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Fields, E> {
                Ok(Fields { text: text.to_owned(), ..Fields::default() })
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Fields, A::Error> {
                Fields::deserialize(de::value::MapAccessDeserializer::new(map))
            }
        }
        let fields = deserializer.deserialize_any(Forms)?;
        Ok(Self {
            text: fields.text,
            font: fields.font,
            font_size: fields.font_size,
            color: fields.color.unwrap_or(Color::BLACK),
            opacity: fields.opacity.unwrap_or(0.6).clamp(0.0, 1.0),
            bold: fields.bold,
            italics: fields.italics,
            angle: fields.angle,
        })
    }
}

/// Which nodes begin a page, unless they are at the top of one already: in place of pdfmake's function.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub(in crate::tasks::pdf) struct PageBreakBefore {
    /// Nodes of these levels.
    pub(in crate::tasks::pdf) headline_level: Option<OneOrMany<i64>>,
    /// Nodes with one of these styles.
    pub(in crate::tasks::pdf) style: Option<OneOrMany<String>>,
    /// Only where less than this is left of the page, in points.
    pub(in crate::tasks::pdf) when_less_than: Option<f32>,
}

/// What is said of the document. Names that are not known here go into the file as they are.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(in crate::tasks::pdf) struct Info {
    pub(in crate::tasks::pdf) title: Option<String>,
    pub(in crate::tasks::pdf) author: Option<String>,
    pub(in crate::tasks::pdf) subject: Option<String>,
    pub(in crate::tasks::pdf) keywords: Option<String>,
    pub(in crate::tasks::pdf) creator: Option<String>,
    pub(in crate::tasks::pdf) producer: Option<String>,
    /// ISO 8601. Without it the file says nothing, so that the same document gives the same bytes.
    pub(in crate::tasks::pdf) creation_date: Option<String>,
    pub(in crate::tasks::pdf) mod_date: Option<String>,
    pub(in crate::tasks::pdf) trapped: Option<String>,
    #[serde(flatten)]
    pub(in crate::tasks::pdf) more: BTreeMap<String, String>,
}
