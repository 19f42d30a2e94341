//! Documents written from scenes, and read again by lopdf.

mod archive;
mod content;
mod document;

use std::sync::Arc;

use lopdf::{Dictionary, Document, Object};

use super::*;
use crate::engine::{CancelToken, Code};
use crate::tasks::pdf::font::{FaceId, FontSource, Pick, open};
use crate::tasks::pdf::scene::{Color, Frame, Glyph, Item, Page, Paint, Path, Segment, Shape, Text};

/// A document in the making.
pub(super) struct Desk {
    pub(super) faces: Faces,
    pub(super) pictures: Pictures,
    pub(super) settings: Settings,
    pub(super) closing: Closing,
    pub(super) pages: Vec<Page>,
}

impl Desk {
    pub(super) fn new() -> Self {
        let mut faces = Faces::default();
        let token = CancelToken::default();
        let context = Context::detached(&token);
        for variant in ["Regular", "Bold"] {
            let path = format!("{}/lib/pdf/fonts/Roboto-{variant}.ttf", env!("CARGO_MANIFEST_DIR"));
            let bytes: Arc<[u8]> = std::fs::read(path).unwrap().into();
            faces.add(open(&FontSource::Bytes(bytes, Pick::First), &context).unwrap()).unwrap();
        }
        Self {
            faces,
            pictures: Pictures::default(),
            settings: Settings::default(),
            closing: Closing::default(),
            pages: vec![Page { width: 595.28, height: 841.89, ..Page::default() }],
        }
    }

    pub(super) fn push(&mut self, item: Item) -> &mut Self {
        self.pages.last_mut().unwrap().items.push(item);
        self
    }

    pub(super) fn next_page(&mut self) {
        self.pages.push(Page { width: 595.28, height: 841.89, ..Page::default() });
    }

    /// A glyph for each character, as wide as the font has it.
    pub(super) fn text(&self, x: f32, y: f32, size: f32, text: &str) -> Text {
        self.text_of(FaceId(0), x, y, size, text)
    }

    pub(super) fn text_of(&self, id: FaceId, x: f32, y: f32, size: f32, text: &str) -> Text {
        let face = self.faces.get(id);
        let cmap = ttf_parser::Face::parse(face.bytes(), face.index()).unwrap();
        let glyphs = text.char_indices().map(|(from, char)| {
            let id = cmap.glyph_index(char).map_or(0, |glyph| glyph.0);
            let to = (from + char.len_utf8()) as u32;
            Glyph { id, advance: face.advance(id) * size, dx: 0.0, dy: 0.0, from: from as u32, to }
        });
        let glyphs = glyphs.collect();
        Text { x, y, face: id, size, color: Color::BLACK, outline: None, glyphs, text: text.into() }
    }

    pub(super) fn write(self) -> Result<Vec<u8>, TaskError> {
        self.write_with_summary().map(|(bytes, _)| bytes)
    }

    pub(super) fn write_with_summary(self) -> Result<(Vec<u8>, Summary), TaskError> {
        let token = CancelToken::default();
        let context = Context::detached(&token);
        let mut bytes = Vec::new();
        let protected = self.settings.protection.is_some().then(|| self.settings.clone());
        let mut writer = Writer::new(self.settings, &mut bytes)?;
        writer.pages(self.pages, &self.faces, &self.pictures, &context)?;
        let summary = writer.finish(&self.closing, &self.faces, &self.pictures, &context)?;
        let Some(settings) = protected else { return Ok((bytes, summary)) };
        let mut encrypted = Vec::new();
        protect(&bytes, &settings, &mut encrypted)?;
        Ok((encrypted, summary))
    }
}

fn load(bytes: &[u8]) -> Document {
    Document::load_mem(bytes).unwrap()
}

/// The content of a page, inflated.
fn content(document: &Document, page: u32) -> String {
    let bytes = document.get_page_content(document.get_pages()[&page]);
    String::from_utf8_lossy(&bytes).into_owned()
}

fn catalog(document: &Document) -> &Dictionary {
    document.catalog().unwrap()
}

/// What a key of a dictionary holds, whether it is there or elsewhere.
fn get<'a>(document: &'a Document, dictionary: &'a Dictionary, key: &str) -> &'a Object {
    document.dereference(dictionary.get(key.as_bytes()).unwrap()).unwrap().1
}

fn dict<'a>(document: &'a Document, dictionary: &'a Dictionary, key: &str) -> &'a Dictionary {
    match get(document, dictionary, key) {
        Object::Stream(stream) => &stream.dict,
        object => object.as_dict().unwrap(),
    }
}

fn shape(path: Vec<Segment>, fill: Paint) -> Item {
    let path = Path(path);
    Item::Shape(Shape { path, fill: Some(fill), even_odd: false, stroke: None, fill_opacity: 1.0, stroke_opacity: 1.0 })
}

fn frame(x: f32, y: f32) -> Frame {
    Frame { x, y, width: 100.0, height: 20.0 }
}

fn hello() -> Desk {
    let mut desk = Desk::new();
    let text = desk.text(50.0, 60.0, 12.0, "Hello");
    desk.push(Item::Text(text));
    desk
}

fn standard(part: u8, level: Level) -> Option<Standard> {
    Some(Standard { part, level })
}
