//! SVG: parsed by usvg, drawn by svg2pdf into objects of a PDF. Nothing but the text itself is read.
//!
//! Runs on: a thread of its own, whose stack is deep enough for what usvg lets nest.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use svg2pdf::usvg::{self, fontdb};
use svg2pdf::{ConversionError, ConversionOptions};

use super::Drawing;
use crate::engine::{Code, Context, TaskError};

/// Bytes of an SVG.
const MAX_TEXT: usize = 32 << 20;
/// Elements inside of each other.
const MAX_DEPTH: usize = 256;
const STACK: usize = 64 << 20;
/// Between two looks at the cancel token.
const PATIENCE: Duration = Duration::from_millis(5);
/// Points of a side, with which numbers in a PDF stay sane.
const MAX_SIDE: f32 = 100_000.0;

/// The fonts that text in an SVG can have.
#[derive(Clone, Debug, Default)]
pub(in crate::tasks::pdf) struct SvgFonts(Arc<fontdb::Database>);

impl SvgFonts {
    /// Of the bytes of fonts. The first is the one for text that names none.
    pub(in crate::tasks::pdf) fn new(fonts: impl IntoIterator<Item = Arc<dyn AsRef<[u8]> + Send + Sync>>) -> Self {
        let mut database = fontdb::Database::new();
        for font in fonts {
            database.load_font_source(fontdb::Source::Binary(font));
        }
        let first = database.faces().next().and_then(|face| face.families.first()).map(|(name, _)| name.clone());
        if let Some(name) = first {
            database.set_serif_family(name.clone());
            database.set_sans_serif_family(name.clone());
            database.set_cursive_family(name.clone());
            database.set_fantasy_family(name.clone());
            database.set_monospace_family(name);
        }
        Self(Arc::new(database))
    }
}

pub(super) fn drawing(text: &str, fonts: &SvgFonts, context: &Context<'_>) -> Result<Drawing, TaskError> {
    if text.len() > MAX_TEXT {
        let message = format!("The SVG has {} bytes, and no more than {MAX_TEXT} are read", text.len());
        return Err(TaskError::new(Code::ImageTooLarge, message));
    }
    if depth(text) > MAX_DEPTH {
        return Err(invalid(&format!("more than {MAX_DEPTH} elements are inside of each other")));
    }
    let (text, fonts) = (text.to_owned(), fonts.clone());
    let (give, take) = std::sync::mpsc::channel();
    // A panic inside of the libraries is the SVG's fault for all that is known, and must not end the task's thread.
    let draw = move || {
        // Nobody listens once the task was cancelled.
        let _ = give.send(catch_unwind(AssertUnwindSafe(|| convert(&text, &fonts))));
    };
    let thread = std::thread::Builder::new().name("offloop-svg".to_owned()).stack_size(STACK);
    let failed = |error| TaskError::new(Code::TaskFailed, format!("Cannot start a thread for the SVG: {error}"));
    thread.spawn(draw).map_err(failed)?;
    loop {
        // The libraries cannot be stopped: a task that is cancelled leaves them behind.
        match take.recv_timeout(PATIENCE) {
            Ok(Ok(drawing)) => return drawing,
            Ok(Err(_)) | Err(RecvTimeoutError::Disconnected) => return Err(invalid(&"it cannot be drawn")),
            Err(RecvTimeoutError::Timeout) => context.check()?,
        }
    }
}

fn convert(text: &str, fonts: &SvgFonts) -> Result<Drawing, TaskError> {
    let family = fonts.0.faces().next().and_then(|face| face.families.first()).map(|(name, _)| name.clone());
    let options = usvg::Options {
        resources_dir: None,
        image_href_resolver: usvg::ImageHrefResolver {
            resolve_data: Box::new(|_, _, _| None),
            resolve_string: Box::new(|_, _| None),
        },
        font_family: family.unwrap_or_default(),
        fontdb: Arc::clone(&fonts.0),
        // Lengths without a unit are points, as in pdfmake.
        dpi: 72.0,
        ..usvg::Options::default()
    };
    let tree = usvg::Tree::from_str(text, &options).map_err(|error| invalid(&error))?;
    let (width, height) = (tree.size().width(), tree.size().height());
    if !(width <= MAX_SIDE && height <= MAX_SIDE) {
        return Err(invalid(&format!("a side is longer than {MAX_SIDE}")));
    }
    let options = ConversionOptions { pdfa: false, ..ConversionOptions::default() };
    let (chunk, root) = svg2pdf::to_chunk(&tree, options).map_err(|error| match error {
        ConversionError::SubsetError(_) | ConversionError::InvalidFont(_) => invalid(&"a font of its text is broken"),
        error => invalid(&error.to_string().trim_end_matches('.')),
    })?;
    let has = |key: &[u8]| chunk.as_bytes().windows(key.len()).any(|window| window == key);
    let is_transparent = has(b"/SMask") || has(b"/ca ") || has(b"/CA ") || has(b"/Transparency");
    Ok(Drawing { width, height, chunk, root, is_transparent })
}

/// How deep elements are inside of each other, as the brackets tell. Entities can repeat, but not nest without brackets.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let bytes = text.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        match (byte, bytes.get(at + 1)) {
            (b'<', Some(b'/')) => depth = depth.saturating_sub(1),
            (b'<', Some(next)) if next.is_ascii_alphabetic() || *next == b'_' || !next.is_ascii() => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            (b'/', Some(b'>')) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

fn invalid(cause: &dyn std::fmt::Display) -> TaskError {
    TaskError::new(Code::ImageInvalid, format!("Cannot read the SVG: {cause}"))
}
