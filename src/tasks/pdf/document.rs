//! The task `pdf.document`: a document in pdfmake's words becomes the bytes of a PDF, or a file.

use std::borrow::Cow;
use std::io::Write;

use serde::Serialize;

use super::layout::{Assets, Fonts, Outcome, Place, Press, prepare, read};
use super::picture::PictureLimits;
use super::request::{self, Document, Request};
use super::scene::Page;
use super::settings::settings_of;
use super::write::{Attachment, Closing, Relationship, Settings, Summary, Writer, protect};
use crate::engine::{Binary, Code, Context, Output, Task, TaskError};
use crate::tasks::file::FilePath;
use crate::tasks::pdf::settings::moment_of;

/// Pages unless the caller says more.
pub(super) const MAX_PAGES: usize = 100_000;

/// Bytes of all pictures of a document, as they are kept.
pub(super) const PICTURE_BYTES: u64 = 1 << 30;

/// Pages that are written at once, so that threads can share them.
const BATCH: usize = 16;

pub(in crate::tasks) struct MakeDocument;

impl Task for MakeDocument {
    const NAME: &'static str = "pdf.document";
    const DESCRIPTION: &'static str = "Lays out a document in the words of pdfmake, and writes it as a PDF.";
    type Input = Request;

    fn run(request: Request, context: &Context<'_>) -> Result<Output, TaskError> {
        let outcome = make(&request, context);
        let_go(request, context);
        outcome
    }
}

/// Drops what a task was given. To free a million values takes longer than to stop: then another thread does it.
pub(super) fn let_go<T: Send + 'static>(request: T, context: &Context<'_>) {
    if context.is_canceled() {
        let thread = std::thread::Builder::new().name("offloop-drop".to_owned());
        let _ = thread.spawn(move || drop(request));
    }
}

fn make(request: &Request, context: &Context<'_>) -> Result<Output, TaskError> {
    let Request { document, file, font_folder, max_pages, limit_input_pixels } = request;
    let settings = settings_of(document)?;
    let job = Job { document, settings: &settings, font_folder, context };
    let limits = (max_pages.unwrap_or(MAX_PAGES), *limit_input_pixels);
    deliver(file.as_ref(), &settings, context, |sink| job.run(limits, sink))
}

/// Makes a document into a file, or into the result.
pub(super) fn deliver(
    file: Option<&FilePath>,
    settings: &Settings,
    context: &Context<'_>,
    make: impl FnOnce(&mut dyn Write) -> Result<Made, TaskError>,
) -> Result<Output, TaskError> {
    if let Some(file) = file {
        file.check_target()?;
    }
    let mut memory = Vec::new();
    let made = match file {
        // What is encrypted is whole before.
        Some(file) if settings.protection.is_none() => {
            let mut draft = file.draft()?;
            let made = make(&mut draft)?;
            draft.commit()?;
            made
        }
        _ => {
            let mut made = make(&mut memory)?;
            if settings.protection.is_some() {
                let plain = std::mem::take(&mut memory);
                made.size = protect(&plain, settings, &mut memory)?;
            }
            if let Some(file) = file {
                file.replace(&std::mem::take(&mut memory), context)?;
            }
            made
        }
    };
    Output::of(Made { data: file.is_none().then(|| Binary::from_vec(memory)), ..made })
}

/// What the caller gets.
#[derive(Serialize)]
pub(super) struct Made {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) data: Option<Binary>,
    pub(super) size: u64,
    pub(super) pages: usize,
    pub(super) warnings: Vec<Warning>,
}

/// Something that is not as the caller meant it, and that the document could be made without.
#[derive(Serialize)]
pub(super) struct Warning {
    pub(super) code: &'static str,
    pub(super) message: Cow<'static, str>,
}

struct Job<'j> {
    document: &'j Document,
    settings: &'j Settings,
    font_folder: &'j str,
    context: &'j Context<'j>,
}

impl Job<'_> {
    fn run(&self, (max_pages, pixels): (usize, Option<u64>), sink: &mut dyn Write) -> Result<Made, TaskError> {
        let Self { document, settings, font_folder, context } = self;
        let mut limits = PictureLimits { bytes: PICTURE_BYTES, ..PictureLimits::default() };
        if let Some(pixels) = pixels {
            limits.pixels = pixels;
        }
        let mut fonts = Fonts::of(document, font_folder)?;
        let mut assets = Assets::new(&document.images, limits);
        let prepared = prepare(document, &mut fonts, &mut assets, context)?;
        let attachments = attachments(document, context)?;
        let mut writer = Writer::new(Settings::clone(settings), sink)?;
        if prepared.counts_pages() {
            writer.hold_pages();
        }
        let (waiting, over) = (Vec::new(), Vec::new());
        let mut press = Printer { writer, fonts: &fonts, assets: &assets, context, waiting, over };
        let outcome = prepared.lay_out(&fonts, &assets, context, max_pages, &mut press)?;
        let Outcome { bookmarks, tags, missing } = outcome;
        let closing = Closing { outline: bookmarks, tags, attachments };
        let summary = press.finish(&closing)?;
        let mut warnings = warnings(&summary, &missing);
        if assets.has_inner_pictures {
            let message = "The pictures inside of an SVG are not drawn: put them into the document themselves".into();
            warnings.push(Warning { code: "SVG_PICTURES", message });
        }
        Ok(Made { data: None, size: summary.bytes, pages: summary.pages, warnings })
    }
}

pub(super) fn warnings(summary: &Summary, missing: &[char]) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if !missing.is_empty() {
        let shown: Vec<String> =
            missing.iter().take(20).map(|char| format!("{char} (U+{:04X})", u32::from(*char))).collect();
        let more = if missing.len() > 20 { format!(" and {} more", missing.len() - 20) } else { String::new() };
        let message =
            format!("No font of the document has {}{more}: add one to `fonts` and `fallbackFonts`", shown.join(", "));
        warnings.push(Warning { code: "MISSING_GLYPHS", message: message.into() });
    }
    if !summary.missing_anchors.is_empty() {
        let message = format!("No node has the id that a link goes to: {}", summary.missing_anchors.join(", "));
        warnings.push(Warning { code: "MISSING_DESTINATION", message: message.into() });
    }
    if let Some(page) = summary.missing_page {
        let message = format!("A link goes to page {}, which the document does not have", page + 1);
        warnings.push(Warning { code: "MISSING_DESTINATION", message: message.into() });
    }
    warnings
}

/// Writes pages in batches.
struct Printer<'p> {
    writer: Writer<'p>,
    fonts: &'p Fonts,
    assets: &'p Assets<'p>,
    context: &'p Context<'p>,
    waiting: Vec<Page>,
    /// What is painted over pages that were written, by their numbers.
    over: Vec<(usize, Page)>,
}

impl Press for Printer<'_> {
    fn page(&mut self, page: Page) -> Result<(), TaskError> {
        self.waiting.push(page);
        if self.waiting.len() < BATCH { Ok(()) } else { self.flush() }
    }

    fn over(&mut self, page: usize, over: Page) -> Result<(), TaskError> {
        self.flush()?;
        self.over.push((page, over));
        if self.over.len() < BATCH { Ok(()) } else { self.flush_over() }
    }
}

impl Printer<'_> {
    fn flush(&mut self) -> Result<(), TaskError> {
        let pages = std::mem::take(&mut self.waiting);
        if pages.is_empty() {
            return Ok(());
        }
        self.writer.pages(pages, &self.fonts.faces, &self.assets.pictures, self.context)
    }

    fn flush_over(&mut self) -> Result<(), TaskError> {
        let over = std::mem::take(&mut self.over);
        self.writer.over(over, &self.fonts.faces, &self.assets.pictures, self.context)
    }

    fn finish(mut self, closing: &Closing) -> Result<Summary, TaskError> {
        self.flush()?;
        self.flush_over()?;
        self.writer.finish(closing, &self.fonts.faces, &self.assets.pictures, self.context)
    }
}

pub(super) fn attachments(document: &Document, context: &Context<'_>) -> Result<Vec<Attachment>, TaskError> {
    let all = [("files", &document.files), ("attachments", &document.attachments)];
    let mut found = Vec::new();
    for (name, files) in all {
        let root = Place::root(name);
        for (key, file) in files {
            found.push(attachment(key, file, context, &root.key(key))?);
        }
    }
    Ok(found)
}

fn attachment(
    key: &str,
    file: &request::Attachment,
    context: &Context<'_>,
    place: &Place<'_>,
) -> Result<Attachment, TaskError> {
    let date =
        |text: &Option<String>, name: &str| text.as_deref().map(|text| moment_of(text, &place.key(name))).transpose();
    let relationship = match file.relationship.as_deref() {
        None | Some("Unspecified") => Relationship::Unspecified,
        Some("Source") => Relationship::Source,
        Some("Data") => Relationship::Data,
        Some("Alternative") => Relationship::Alternative,
        Some("Supplement") => Relationship::Supplement,
        Some(other) => {
            let cause = format!("'{other}' is none of 'Source', 'Data', 'Alternative', 'Supplement', 'Unspecified'");
            return Err(place.key("relationship").error(Code::InvalidArgValue, cause));
        }
    };
    Ok(Attachment {
        name: file.name.clone().unwrap_or_else(|| key.to_owned()),
        bytes: read(&file.src, context, &place.key("src"))?,
        description: file.description.clone(),
        kind: file.mime.clone(),
        created: date(&file.creation_date, "creationDate")?,
        modified: date(&file.modified_date, "modifiedDate")?,
        hidden: file.hidden,
        relationship,
    })
}
