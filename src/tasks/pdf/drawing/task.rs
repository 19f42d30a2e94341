//! The task `pdf.drawing`: the operations that a `PdfDocument` recorded become the bytes of a PDF, or a file.

use std::io::Write;

use super::places::tree;
use super::request::Request;
use super::sheets::Sheets;
use super::tags::Tags;
use super::{Assets, Drawer};
use crate::engine::{Context, Output, Task, TaskError};
use crate::tasks::pdf::document::{MAX_PAGES, Made, PICTURE_BYTES, Warning, attachments, deliver, let_go, warnings};
use crate::tasks::pdf::layout::Place;
use crate::tasks::pdf::picture::PictureLimits;
use crate::tasks::pdf::settings::settings_of;
use crate::tasks::pdf::text::Shaper;
use crate::tasks::pdf::write::{Closing, Settings, Writer};

pub(in crate::tasks) struct MakeDrawing;

impl Task for MakeDrawing {
    const NAME: &'static str = "pdf.drawing";
    const DESCRIPTION: &'static str = "Draws what a PdfDocument recorded, and writes it as a PDF.";
    type Input = Request;

    fn run(request: Request, context: &Context<'_>) -> Result<Output, TaskError> {
        let outcome = make(&request, context);
        let_go(request, context);
        outcome
    }
}

fn make(request: &Request, context: &Context<'_>) -> Result<Output, TaskError> {
    let settings = settings_of(&request.drawing.settings)?;
    deliver(request.file.as_ref(), &settings, context, |sink| draw(request, &settings, sink, context))
}

fn draw(
    request: &Request,
    settings: &Settings,
    sink: &mut dyn Write,
    context: &Context<'_>,
) -> Result<Made, TaskError> {
    let drawing = &request.drawing;
    let mut limits = PictureLimits { bytes: PICTURE_BYTES, ..PictureLimits::default() };
    limits.pixels = request.limit_input_pixels.unwrap_or(limits.pixels);
    let assets = Assets::open(drawing, &request.font_folder, limits, context)?;
    let attachments = attachments(&drawing.settings, context)?;
    let writer = Writer::new(settings.clone(), sink)?;
    let holds = drawing.buffer_pages || !drawing.every_page.is_empty();
    let most = request.max_pages.unwrap_or(MAX_PAGES);
    let stop = || context.is_canceled();
    let shaper = Shaper::new(&assets.faces).stopping(&stop);
    let sheets = Sheets::new(writer, &assets, context, holds, most);
    let tags = settings.tagged.then(|| Tags::of(settings.language.as_deref()));
    let mut drawer = Drawer::new(&assets, context, shaper, sheets, tags);
    drawer.run(&drawing.operations, &Place::root("operations"))?;
    drawer.leave_page();
    drawer.run_on_every_page(&drawing.every_page)?;
    context.check()?;
    let Drawer { sheets, entries, tags, shaper, .. } = drawer;
    let closing = Closing { outline: tree(entries), tags: tags.map(Tags::finish), attachments };
    let missing: Vec<char> = shaper.missing().iter().copied().collect();
    let summary = sheets.finish(&closing)?;
    let mut warnings = warnings(&summary, &missing);
    warnings.extend(assets.replaced.iter().map(|name| Warning {
        code: "FONT_REPLACED",
        message: format!("Roboto stands in for {name}, which is in no file: give a file to `font()`").into(),
    }));
    Ok(Made { data: None, size: summary.bytes, pages: summary.pages, warnings })
}
