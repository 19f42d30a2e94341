//! A document as the caller writes it, in the words of pdfmake, as plain data.
//!
//! What pdfmake takes as a function has a form as data here: see `Paged` and `Cycle`.

mod canvas;
mod document;
mod fields;
mod files;
mod look;
mod node;
mod table;
mod values;

pub(super) use self::canvas::{Dash, Ink, Vector};
pub(super) use self::document::{Document, Info, Paged, Request, Watermark};
pub(super) use self::files::{Attachment, FileSource, FontSource, FontSources};
pub(super) use self::look::{Decoration, DecorationStyle, Direction, Look, Style, Styles, WordBreak};
pub(super) use self::node::{
    Alignment, Barcode, Block, Break, Cover, Kind, List, Marker as MarkerKind, Node, Orientation, PictureNode,
    PictureSource, Position, Qr, Reference, SortBy, Toc, TocStyle, Valign, Vertical,
};
pub(super) use self::table::{Cycle, LayoutChoice, Table, TableLayout};
pub(super) use self::values::{Length, Margins, MaybeMargins, PageSize};
