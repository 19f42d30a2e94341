//! The content stream of a page. Made apart from all others, so that threads can make several at once.
//!
//! The page is flipped once, so that everything else is written as it stands in the scene. By ISO 32000-1, 8 and 9.

use std::sync::Arc;

use super::fonts::Fonts;
use super::number::{FACTOR, LENGTH, put, put_integer};
use super::paint::put_path;
use super::standard::{Refusal, Rules};
use super::state::State;
use crate::tasks::pdf::font::FaceId;
use crate::tasks::pdf::picture::{Colors, Picture, PictureId, Pictures};
use crate::tasks::pdf::scene::{Frame, Gradient, Item, Mark, Page, Path, Shape};

/// What a page needs beside its content. Each list in the order of first use.
#[derive(Clone, Debug, Default)]
pub(super) struct Resources {
    pub(super) faces: Vec<FaceId>,
    pub(super) pictures: Vec<PictureId>,
    /// Opacities in thousandths: of what is filled, and of strokes.
    pub(super) alphas: Vec<(u16, u16)>,
    /// Each with the matrix from its coordinates to those of the page.
    pub(super) paints: Vec<(Arc<Gradient>, [f32; 6])>,
}

/// A page that only has to be written.
#[derive(Debug)]
pub(super) struct Made {
    /// Deflated, where the document is.
    pub(super) data: Vec<u8>,
    pub(super) resources: Resources,
    /// The leaf of the structure tree that each marked content belongs to, by the numbers of the content.
    pub(super) marks: Vec<u32>,
    /// What the standard of the document does not allow.
    pub(super) refusal: Option<Refusal>,
}

/// What all pages of a document share.
pub(super) struct Shared<'a> {
    pub(super) fonts: &'a Fonts,
    pub(super) pictures: &'a Pictures,
    pub(super) rules: Rules,
    pub(super) is_tagged: bool,
    /// The streams are to be read by people.
    pub(super) is_readable: bool,
}

pub(super) struct Content<'a> {
    pub(super) out: Vec<u8>,
    pub(super) shared: &'a Shared<'a>,
    pub(super) state: State,
    stack: Vec<State>,
    /// Where the line of text begins, as it was written, while a text object is open.
    pub(super) line: Option<(f32, f32)>,
    pub(super) resources: Resources,
    marks: Vec<u32>,
    /// The number of the first of them.
    first_mark: usize,
    /// Marks that wait for their end.
    open_marks: usize,
    refusal: Option<Refusal>,
    /// The string of glyphs that is being put together, kept for its memory.
    pub(super) run: super::text::Run,
}

/// What there is already of the page that content is for.
#[derive(Clone, Default)]
pub(super) struct Base {
    pub(super) resources: Resources,
    /// How many marked contents it has.
    pub(super) marks: usize,
    /// Other content of the page comes after: it finds everything as it was.
    pub(super) is_followed: bool,
}

/// The content of a page, not deflated.
pub(super) fn made(page: &Page, base: Base, shared: &Shared<'_>) -> Made {
    let flip = [1.0, 0.0, 0.0, -1.0, 0.0, page.height];
    let mut content = Content {
        out: Vec::with_capacity(64 * page.items.len() + 64),
        shared,
        state: State::new(flip),
        stack: Vec::new(),
        line: None,
        resources: base.resources,
        marks: Vec::new(),
        first_mark: base.marks,
        open_marks: 0,
        refusal: None,
        run: super::text::Run::default(),
    };
    if !page.items.is_empty() {
        if base.is_followed {
            content.save();
        }
        content.matrix(flip);
        page.items.iter().for_each(|item| content.item(item));
        content.close();
    }
    Made { data: content.out, resources: content.resources, marks: content.marks, refusal: content.refusal }
}

impl Content<'_> {
    fn item(&mut self, item: &Item) {
        match item {
            Item::Text(text) => return self.text(text),
            _ => self.end_text(),
        }
        match item {
            Item::Text(_) => {}
            Item::Shape(shape) => self.shape(shape),
            Item::Picture { picture, frame, opacity } => self.picture(*picture, frame, *opacity),
            Item::Save => self.save(),
            Item::Restore => self.restore(),
            Item::Transform(matrix) => {
                self.matrix(*matrix);
                self.state.transform(*matrix);
            }
            Item::Clip(path) => {
                self.path(path);
                self.operator(b"W n");
            }
            Item::Opacity(opacity) => self.state.opacity = opacity.clamp(0.0, 1.0),
            Item::Mark(mark) => self.mark(*mark),
            Item::EndMark => self.end_mark(),
        }
    }

    fn save(&mut self) {
        self.stack.push(self.state.clone());
        self.operator(b"q");
    }

    fn restore(&mut self) {
        // One too many would make the file invalid.
        if let Some(state) = self.stack.pop() {
            self.state = state;
            self.operator(b"Q");
        }
    }

    /// Ends what is open at the end of the page.
    fn close(&mut self) {
        self.end_text();
        while self.open_marks > 0 {
            self.end_mark();
        }
        while !self.stack.is_empty() {
            self.restore();
        }
    }

    fn mark(&mut self, mark: Mark) {
        if !self.shared.is_tagged {
            return;
        }
        self.open_marks += 1;
        match mark {
            Mark::Artifact => self.operator(b"/Artifact BMC"),
            Mark::Content(leaf) => {
                self.out.extend_from_slice(b"/P<</MCID ");
                put_integer(&mut self.out, (self.first_mark + self.marks.len()) as u64);
                self.operator(b">>BDC");
                self.marks.push(leaf);
            }
        }
    }

    fn end_mark(&mut self) {
        if self.open_marks > 0 {
            self.open_marks -= 1;
            self.operator(b"EMC");
        }
    }

    fn picture(&mut self, id: PictureId, frame: &Frame, opacity: f32) {
        let Some(picture) = self.shared.pictures.get(id) else { return };
        let (is_transparent, is_cmyk) = match picture {
            Picture::Image(image) => (image.alpha.is_some(), matches!(image.colors, Colors::Cmyk { .. })),
            Picture::Drawing(drawing) => (drawing.is_transparent, false),
        };
        self.refuse(Refusal::Transparency, is_transparent);
        self.refuse(Refusal::Cmyk, is_cmyk);
        let Frame { x, y, width, height } = *frame;
        // From the unit square of the picture, whose y goes up, to its frame.
        let matrix = match picture {
            Picture::Image(image) => match image.orientation {
                2 => [-width, 0.0, 0.0, -height, x + width, y + height],
                3 => [-width, 0.0, 0.0, height, x + width, y],
                4 => [width, 0.0, 0.0, height, x, y],
                5 => [0.0, height, -width, 0.0, x + width, y],
                6 => [0.0, height, width, 0.0, x, y],
                7 => [0.0, -height, width, 0.0, x, y + height],
                8 => [0.0, -height, -width, 0.0, x + width, y + height],
                _ => [width, 0.0, 0.0, -height, x, y + height],
            },
            Picture::Drawing(_) => [width, 0.0, 0.0, -height, x, y + height],
        };
        self.save();
        self.alpha(opacity, opacity);
        self.matrix(matrix);
        self.out.extend_from_slice(b"/X");
        put_integer(&mut self.out, u64::from(id.0));
        self.operator(b" Do");
        self.restore();
        if !self.resources.pictures.contains(&id) {
            self.resources.pictures.push(id);
        }
    }

    fn shape(&mut self, shape: &Shape) {
        let stroke = shape.stroke.as_ref();
        if shape.path.0.is_empty() || shape.fill.is_none() && stroke.is_none() {
            return;
        }
        let fill_opacity = if shape.fill.is_some() { shape.fill_opacity } else { shape.stroke_opacity };
        let stroke_opacity = if stroke.is_some() { shape.stroke_opacity } else { shape.fill_opacity };
        self.alpha(fill_opacity, stroke_opacity);
        if let Some(paint) = &shape.fill {
            self.fill_paint(paint);
        }
        if let Some(stroke) = stroke {
            self.stroke_style(stroke);
        }
        self.path(&shape.path);
        self.operator(match (shape.fill.is_some(), stroke.is_some(), shape.even_odd) {
            (true, true, false) => b"B",
            (true, true, true) => b"B*",
            (true, false, false) => b"f",
            (true, false, true) => b"f*",
            (false, ..) => b"S",
        });
    }

    fn matrix(&mut self, [a, b, c, d, e, f]: [f32; 6]) {
        for factor in [a, b, c, d] {
            self.number(factor, FACTOR);
        }
        self.number(e, LENGTH);
        self.number(f, LENGTH);
        self.operator(b"cm");
    }

    fn path(&mut self, path: &Path) {
        put_path(&mut self.out, path);
    }

    pub(super) fn uses_face(&mut self, face: FaceId) {
        if !self.resources.faces.contains(&face) {
            self.resources.faces.push(face);
        }
    }

    pub(super) fn refuse(&mut self, refusal: Refusal, is_there: bool) {
        if is_there && self.refusal.is_none() && self.shared.rules.refuses(refusal) {
            self.refusal = Some(refusal);
        }
    }

    /// A number and a space.
    pub(super) fn number(&mut self, value: f32, decimals: u32) {
        put(&mut self.out, value, decimals);
        self.out.push(b' ');
    }

    pub(super) fn operator(&mut self, operator: &[u8]) {
        self.out.extend_from_slice(operator);
        self.out.push(b'\n');
    }
}
