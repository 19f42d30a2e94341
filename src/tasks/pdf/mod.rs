//! PDF: documents in pdfmake's words laid out on pages, and drawings in pdfkit's, on a Rust thread.
//!
//! - `request`: a document as it is written; `settings` is what it says of the file
//! - `font`, `text`: from the bytes of fonts to lines of glyphs
//! - `picture`: photos, SVG, QR codes and barcodes
//! - `layout`: everything finds its place; `scene` is the list of what stands where
//! - `write`: the bytes of the file
//! - `document`: the task that goes through all of them
//! - `drawing`: the task for drawings, which have no layout
//!
//! Runs on: the thread of the task; idle threads of the pool help to measure rows and to write pages.

mod document;
mod drawing;
mod font;
mod layout;
mod picture;
mod request;
mod scene;
mod settings;
mod text;
mod write;

pub(super) use self::document::MakeDocument;
pub(super) use self::drawing::MakeDrawing;
