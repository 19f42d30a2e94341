//! What stands on the pages of a document, once everything has its place: the list that layout and drawing fill, and that
//! `write` turns into the bytes of a PDF.
//!
//! Lengths are points (1/72 inch). The origin is the top left corner of the page, y grows downwards.

use std::ops::Range;
use std::sync::Arc;

use serde::Deserialize;

use super::font::FaceId;
use super::picture::PictureId;

/// One page. Pages are handed to the writer as they are complete, and dropped once they are written.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) width: f32,
    pub(super) height: f32,
    /// In the order in which they are painted.
    pub(super) items: Vec<Item>,
    pub(super) links: Vec<Link>,
    /// Names of places on this page that links and the outline can go to.
    pub(super) anchors: Vec<Anchor>,
}

#[derive(Clone, Debug)]
pub(super) enum Item {
    Text(Text),
    Shape(Shape),
    Picture {
        picture: PictureId,
        frame: Frame,
        /// 0 to 1.
        opacity: f32,
    },
    /// Keeps the transform, the clip and the opacity for the `Restore` that belongs to it.
    Save,
    Restore,
    /// `[a, b, c, d, e, f]` as PDF and SVG have it, applied to what comes after.
    Transform([f32; 6]),
    /// What comes after is seen only inside.
    Clip(Path),
    /// What comes after is seen through, 0 to 1.
    Opacity(f32),
    /// What comes up to `EndMark` belongs to this leaf of the structure tree.
    Mark(Mark),
    EndMark,
}

/// Glyphs of one face, size and colour on one baseline, left to right in the order in which they are seen.
#[derive(Clone, Debug)]
pub(super) struct Text {
    /// Where the first glyph begins, on the baseline.
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) face: FaceId,
    /// Points per em.
    pub(super) size: f32,
    pub(super) color: Color,
    /// Filled, and with an outline of this width and colour if there is one.
    pub(super) outline: Option<(f32, Color)>,
    pub(super) glyphs: Vec<Glyph>,
    /// What the glyphs say, for copying and searching; `Glyph::text` points into it.
    pub(super) text: Arc<str>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Glyph {
    pub(super) id: u16,
    /// From this glyph to the next in points, kerning and spacing included.
    pub(super) advance: f32,
    /// Where it stands beside its place, in points, y downwards.
    pub(super) dx: f32,
    pub(super) dy: f32,
    /// The bytes of the text it stands for. Of several glyphs for one cluster the first has all, the others none.
    pub(super) from: u32,
    pub(super) to: u32,
}

impl Glyph {
    pub(super) fn text(&self) -> Range<usize> {
        self.from as usize..self.to as usize
    }
}

/// Nothing is painted of it unless it has a fill or a stroke.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    pub(super) path: Path,
    pub(super) fill: Option<Paint>,
    /// Filled where the number of windings is odd, rather than not zero.
    pub(super) even_odd: bool,
    pub(super) stroke: Option<Stroke>,
    /// 0 to 1, of both.
    pub(super) fill_opacity: f32,
    pub(super) stroke_opacity: f32,
}

impl Default for Shape {
    fn default() -> Self {
        let path = Path::default();
        Self { path, fill: None, even_odd: false, stroke: None, fill_opacity: 1.0, stroke_opacity: 1.0 }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Path(pub(super) Vec<Segment>);

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Segment {
    Move(f32, f32),
    Line(f32, f32),
    /// A cubic Bézier curve: two control points and its end.
    Curve(f32, f32, f32, f32, f32, f32),
    Close,
    /// x, y, width, height.
    Rect(f32, f32, f32, f32),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Paint {
    Color(Color),
    Gradient(Arc<Gradient>),
}

impl Paint {
    /// Moves along with what it fills.
    pub(super) fn shift(&mut self, dx: f32, dy: f32) {
        if let Self::Gradient(gradient) = self {
            match &mut Arc::make_mut(gradient).kind {
                GradientKind::Linear([x1, y1, x2, y2]) | GradientKind::Radial([x1, y1, _, x2, y2, _]) => {
                    *x1 += dx;
                    *y1 += dy;
                    *x2 += dx;
                    *y2 += dy;
                }
            }
        }
    }
}

/// In the coordinates of the page at the time it is used.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Gradient {
    pub(super) kind: GradientKind,
    /// Offsets from 0 to 1, rising.
    pub(super) stops: Vec<(f32, Color)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum GradientKind {
    /// From a point to another: x1, y1, x2, y2.
    Linear([f32; 4]),
    /// From a circle to another: x1, y1, r1, x2, y2, r2.
    Radial([f32; 6]),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stroke {
    pub(super) paint: Paint,
    pub(super) width: f32,
    /// Lengths of dashes and gaps, and where in them the line begins. Without them it is solid.
    pub(super) dash: Vec<f32>,
    pub(super) dash_phase: f32,
    pub(super) cap: Cap,
    pub(super) join: Join,
    pub(super) miter_limit: f32,
}

impl Default for Stroke {
    /// A black line, a point wide. The miter limit is that of PDF.
    fn default() -> Self {
        Self {
            paint: Paint::Color(Color::BLACK),
            width: 1.0,
            dash: Vec::new(),
            dash_phase: 0.0,
            cap: Cap::Butt,
            join: Join::Miter,
            miter_limit: 10.0,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Cap {
    #[default]
    Butt,
    Round,
    Square,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Join {
    #[default]
    Miter,
    Round,
    Bevel,
}

/// sRGB or CMYK, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Color {
    Rgb([u8; 3]),
    /// Percent of ink, 0 to 100.
    Cmyk([u8; 4]),
}

impl Color {
    pub(super) const BLACK: Self = Self::Rgb([0; 3]);
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Frame {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) width: f32,
    pub(super) height: f32,
}

#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) frame: Frame,
    pub(super) target: Target,
    /// The leaf of the structure tree that the annotation belongs to, in a tagged document.
    pub(super) mark: Option<Mark>,
    /// What a reader says of it.
    pub(super) title: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Target {
    Uri(String),
    /// The name of an anchor, which may be on a later page.
    Anchor(String),
    /// The number of a page, from 0.
    Page(usize),
}

#[derive(Clone, Debug)]
pub(super) struct Anchor {
    pub(super) name: String,
    pub(super) x: f32,
    pub(super) y: f32,
}

/// A line of the outline.
#[derive(Debug)]
pub(super) struct Bookmark {
    pub(super) title: String,
    pub(super) page: usize,
    pub(super) y: f32,
    /// Shows what is below it.
    pub(super) open: bool,
    pub(super) children: Vec<Bookmark>,
}

/// A leaf of the structure tree: numbers go up from 0 through the document. A mark may be begun more than once, as when a
/// paragraph goes on on the next page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Mark {
    Content(u32),
    /// Headers, footers, lines and fills: not part of what the document says.
    Artifact,
}

/// The structure tree of a tagged document.
#[derive(Debug)]
pub(super) struct Tag {
    pub(super) role: Role,
    pub(super) children: Vec<TagChild>,
    /// What a picture shows.
    pub(super) alt: Option<String>,
    pub(super) language: Option<String>,
    /// Cells of a table: columns and rows it spans.
    pub(super) spans: (u32, u32),
}

#[derive(Debug)]
pub(super) enum TagChild {
    Tag(Tag),
    /// A `Mark::Content`.
    Mark(u32),
}

/// Standard structure types of ISO 32000-1, 14.8.4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Document,
    Paragraph,
    /// 1 to 6.
    Heading(u8),
    List,
    ListItem,
    ListBody,
    Table,
    TableRow,
    TableHeader,
    TableCell,
    Figure,
    Link,
    Toc,
    TocItem,
}
