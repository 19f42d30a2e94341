//! The input of `pdf.drawing`: what `PdfDocument` recorded.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use crate::tasks::file::FilePath;
use crate::tasks::pdf::request::{Alignment, Document, Valign};
use crate::tasks::pdf::scene::{Cap, Color, Join, Target};

/// The input of `pdf.drawing`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::tasks) struct Request {
    /// What is to be drawn, as `PdfDocument` records it.
    pub(super) drawing: Box<Drawing>,
    /// Where the PDF goes, in place of into the result.
    pub(super) file: Option<FilePath>,
    /// The folder with the fonts that come with the package.
    pub(super) font_folder: String,
    /// The most pages, 100,000 unless given.
    pub(super) max_pages: Option<usize>,
    /// The most pixels of a picture, 268402689 (0x3FFF squared) unless given.
    pub(super) limit_input_pixels: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Drawing {
    /// A document without content: what is said of the file, and the files that the operations use, by their names.
    pub(super) settings: Box<Document>,
    /// Operations may go back to earlier pages.
    #[serde(default)]
    pub(super) buffer_pages: bool,
    pub(super) operations: Vec<Operation>,
    /// Carried out on every page at the end.
    #[serde(default)]
    pub(super) every_page: Vec<Operation>,
}

impl JsonSchema for Drawing {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Drawing".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object", "description": "what `PdfDocument` records" })
    }
}

/// An object with one key, or the name alone. Lengths are points from the top left corner of the page.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Operation {
    AddPage(Format),
    SwitchToPage(usize),
    Margins(Sides),
    X(f32),
    Y(f32),
    Font(FontChoice),
    FontSize(f32),
    LineGap(f32),
    /// Lines of the font at hand.
    MoveDown(f32),
    Text(Box<Text>),
    List(Box<List>),
    Image(Box<Image>),
    Link {
        frame: [f32; 4],
        to: To,
    },
    GoTo {
        frame: [f32; 4],
        to: String,
    },
    Destination {
        name: String,
        x: f32,
        y: f32,
    },
    Outline(Box<OutlineItem>),
    Save,
    Restore,
    LineWidth(f32),
    LineCap(Cap),
    LineJoin(Join),
    MiterLimit(f32),
    Dash {
        lengths: Vec<f32>,
        phase: f32,
    },
    Undash,
    FillColor(Ink),
    StrokeColor(Ink),
    FillOpacity(f32),
    StrokeOpacity(f32),
    MoveTo([f32; 2]),
    LineTo([f32; 2]),
    BezierCurveTo([f32; 6]),
    QuadraticCurveTo([f32; 4]),
    ClosePath,
    /// x, y, width, height.
    Rect([f32; 4]),
    /// The same, and the radii of the corners from the top left one, clockwise.
    RoundedRect(f32, f32, f32, f32, [f32; 4]),
    /// The middle, and the radii.
    Ellipse([f32; 4]),
    /// The middle, the radius, the angles where it begins and ends, and whether it goes anticlockwise.
    Arc(f32, f32, f32, f32, f32, bool),
    Polygon(Vec<[f32; 2]>),
    /// The `d` of an SVG path.
    Path(String),
    Fill(Rule),
    Stroke,
    FillAndStroke(Rule),
    Clip,
    Transform([f32; 6]),
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Format {
    pub(super) width: f32,
    pub(super) height: f32,
    pub(super) margins: Sides,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sides {
    pub(super) top: f32,
    pub(super) left: f32,
    pub(super) bottom: f32,
    pub(super) right: f32,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Hash)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct FontChoice {
    /// A family in the settings, or `Roboto`.
    pub(super) name: String,
    #[serde(default)]
    pub(super) bold: bool,
    #[serde(default)]
    pub(super) italics: bool,
    /// A font that is not there and looks different.
    pub(super) stands_in_for: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Text {
    pub(super) text: String,
    pub(super) x: Option<f32>,
    pub(super) y: Option<f32>,
    #[serde(default)]
    pub(super) look: Look,
}

/// pdfkit's options of text.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub(super) struct Look {
    pub(super) width: Option<f32>,
    pub(super) height: Option<f32>,
    pub(super) align: Option<Alignment>,
    pub(super) line_break: bool,
    pub(super) columns: usize,
    pub(super) column_gap: f32,
    pub(super) indent: f32,
    pub(super) indent_all_lines: bool,
    pub(super) paragraph_gap: f32,
    pub(super) line_gap: Option<f32>,
    pub(super) word_spacing: f32,
    pub(super) character_spacing: f32,
    /// Percent.
    pub(super) horizontal_scaling: f32,
    /// Degrees, counterclockwise.
    pub(super) rotation: f32,
    pub(super) continued: bool,
    pub(super) underline: bool,
    pub(super) strike: bool,
    pub(super) fill: bool,
    pub(super) stroke: bool,
    pub(super) link: Option<To>,
    pub(super) go_to: Option<String>,
    pub(super) destination: Option<String>,
    /// Degrees.
    pub(super) oblique: f32,
    pub(super) baseline: Option<Baseline>,
    pub(super) ellipsis: Option<String>,
    pub(super) features: Vec<String>,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            width: None,
            height: None,
            align: None,
            line_break: true,
            columns: 1,
            column_gap: 18.0,
            indent: 0.0,
            indent_all_lines: false,
            paragraph_gap: 0.0,
            line_gap: None,
            word_spacing: 0.0,
            character_spacing: 0.0,
            horizontal_scaling: 100.0,
            rotation: 0.0,
            continued: false,
            underline: false,
            strike: false,
            fill: false,
            stroke: false,
            link: None,
            go_to: None,
            destination: None,
            oblique: 0.0,
            baseline: None,
            ellipsis: None,
            features: Vec::new(),
        }
    }
}

/// What of a line stands at `y`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Baseline {
    /// Points above it.
    Above(f32),
    At(Line),
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Line {
    Alphabetic,
    Bottom,
    Hanging,
    Ideographic,
    Mathematical,
    Middle,
    SvgCentral,
    SvgMiddle,
    Top,
}

/// An address, or the number of a page, from 0.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum To {
    Page(usize),
    Uri(String),
}

impl From<&To> for Target {
    fn from(to: &To) -> Self {
        match to {
            To::Page(page) => Self::Page(*page),
            To::Uri(uri) => Self::Uri(uri.clone()),
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct List {
    pub(super) items: Vec<ListItem>,
    pub(super) x: Option<f32>,
    pub(super) y: Option<f32>,
    #[serde(default)]
    pub(super) look: Look,
    #[serde(default)]
    pub(super) list_type: ListType,
    pub(super) bullet_radius: Option<f32>,
    pub(super) text_indent: Option<f32>,
    pub(super) bullet_indent: Option<f32>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum ListItem {
    Text(String),
    List(Vec<ListItem>),
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum ListType {
    #[default]
    Bullet,
    Numbered,
    Lettered,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Image {
    /// A name in the settings.
    pub(super) src: String,
    pub(super) x: Option<f32>,
    pub(super) y: Option<f32>,
    /// What comes after stands below it.
    #[serde(default)]
    pub(super) in_flow: bool,
    pub(super) width: Option<f32>,
    pub(super) height: Option<f32>,
    pub(super) scale: Option<f32>,
    pub(super) fit: Option<[f32; 2]>,
    pub(super) cover: Option<[f32; 2]>,
    pub(super) align: Option<Alignment>,
    pub(super) valign: Option<Valign>,
    pub(super) link: Option<To>,
    pub(super) go_to: Option<String>,
    pub(super) destination: Option<String>,
    pub(super) opacity: Option<f32>,
    pub(super) alt: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OutlineItem {
    pub(super) title: String,
    pub(super) expanded: bool,
    pub(super) y: f32,
    /// The item above it, by its number.
    pub(super) parent: Option<usize>,
    /// The page at hand unless given.
    pub(super) page: Option<usize>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Ink {
    Linear { linear: [f32; 4], stops: Vec<Stop> },
    Radial { radial: [f32; 6], stops: Vec<Stop> },
    Color(Color),
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stop {
    pub(super) offset: f32,
    pub(super) color: Color,
}

/// Which parts of a path are inside.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Rule {
    NonZero,
    EvenOdd,
}
