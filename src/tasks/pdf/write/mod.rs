//! Writes pages as a PDF: content streams, fonts, pictures, and all that goes around them.
//!
//! Runs on: the thread of the task; content streams also on idle threads of the pool. Pages go out as they come, and what
//! is kept is where objects are and which glyphs were used, so that the length of a document hardly counts. The same
//! pages give the same bytes, whichever threads made them.

mod attachments;
mod content;
mod embed;
mod file;
mod fonts;
mod gradients;
mod links;
mod metadata;
mod number;
mod pages;
mod paint;
mod pictures;
mod protect;
mod settings;
mod srgb;
mod standard;
mod state;
mod subsets;
mod tags;
#[cfg(test)]
mod tests;
mod text;

use std::collections::HashMap;
use std::io::Write;

use pdf_writer::writers::Catalog;
use pdf_writer::{Name, Ref, TextStr};

use self::file::{File, Roots};
use self::fonts::Fonts;
use self::links::{Anchors, Pages, write_outline};
use self::pages::Laid;
pub(super) use self::settings::{Attachment, Info, Moment, Permissions, Protection, Relationship, Settings, Version};
pub(super) use self::standard::{Level, Standard};
use self::standard::{Rules, check, check_attachments};
use self::tags::Marked;
use super::font::Faces;
use super::picture::{PictureId, Pictures};
use super::scene::{Bookmark, Tag};
use crate::engine::{Code, Context, TaskError};

/// What a document has beside its pages.
#[derive(Debug, Default)]
pub(super) struct Closing {
    pub(super) outline: Vec<Bookmark>,
    /// The structure tree, in a tagged document.
    pub(super) tags: Option<Tag>,
    pub(super) attachments: Vec<Attachment>,
}

/// What was written.
#[derive(Debug, PartialEq)]
pub(super) struct Summary {
    pub(super) pages: usize,
    pub(super) bytes: u64,
    /// Names that links go to and that no page has.
    pub(super) missing_anchors: Vec<String>,
    /// The first page beyond the last one that a link or the outline goes to.
    pub(super) missing_page: Option<usize>,
}

/// A document that is being written.
pub(super) struct Writer<'s> {
    file: File<'s>,
    settings: Settings,
    version: Version,
    rules: Rules,
    catalog: Ref,
    page_tree: Ref,
    pages: Pages,
    anchors: Anchors,
    fonts: Fonts,
    /// The XObjects of the pictures that were used.
    pictures: HashMap<PictureId, Ref>,
    /// The same in the order of first use.
    picture_order: Vec<PictureId>,
    marked: Marked,
    /// Pages that wait for what is painted over them, if pages do.
    held: Option<Vec<Laid>>,
}

impl<'s> Writer<'s> {
    /// Begins a document. Where it has passwords, the sink is memory, and what is in it at the end goes to `protect`.
    pub(super) fn new(settings: Settings, sink: &'s mut dyn Write) -> Result<Self, TaskError> {
        let version = check(&settings)?;
        // The first part of PDF/A does not have object streams, and encryption goes the plain way as well.
        let pack = version.minor() >= 5
            && settings.compress
            && settings.protection.is_none()
            && settings.standard.is_none_or(|standard| standard.part > 1);
        let minor = if settings.protection.is_some() { version.minor().max(6) } else { version.minor() };
        let mut file = File::new(sink, minor, pack, settings.compress)?;
        let (catalog, page_tree) = (file.reserve(), file.reserve());
        Ok(Self {
            file,
            version,
            rules: Rules(settings.standard),
            catalog,
            page_tree,
            pages: Pages::default(),
            anchors: Anchors::default(),
            fonts: Fonts::default(),
            pictures: HashMap::new(),
            picture_order: Vec::new(),
            marked: Marked::default(),
            held: None,
            settings,
        })
    }

    /// Writes fonts, pictures, and all that is known only now.
    pub(super) fn finish(
        mut self,
        closing: &Closing,
        faces: &Faces,
        pictures: &Pictures,
        context: &Context<'_>,
    ) -> Result<Summary, TaskError> {
        check_attachments(self.rules, &closing.attachments)?;
        for laid in self.held.take().unwrap_or_default() {
            self.write_page(laid)?;
        }
        let file = &mut self.file;
        if self.pages.written.is_empty() {
            return Err(TaskError::new(Code::InvalidArgValue, "The document has no pages"));
        }
        let standard = self.settings.standard;
        for (id, used) in self.fonts.iter() {
            context.check()?;
            embed::embed(file, faces.get(id), used, standard.is_some_and(|standard| standard.part == 1))?;
        }
        let mut known = pictures::Known::new();
        for id in &self.picture_order {
            context.check()?;
            if let (Some(object), Some(picture)) = (self.pictures.get(id), pictures.get(*id)) {
                pictures::write(file, *object, picture, &mut known)?;
            }
        }
        context.check()?;
        let tree = match &closing.tags {
            Some(tag) if self.settings.tagged => {
                Some(tags::write(file, tag, std::mem::take(&mut self.marked), &self.pages.written)?)
            }
            _ => None,
        };
        let outline = write_outline(file, &closing.outline, &mut self.pages)?;
        let destinations = self.anchors.write(file)?;
        let attached = attachments::write(file, &closing.attachments, standard.is_some())?;
        let info = metadata::write_info(file, &self.settings.info)?;
        let has_xmp = standard.is_some() || self.settings.tagged;
        let xmp = if has_xmp { Some(metadata::write_xmp(file, &self.settings)?) } else { None };
        let intent = if standard.is_some() { Some(metadata::write_output_intent(file)?) } else { None };

        let written = &self.pages.written;
        let (page_tree, settings) = (self.page_tree, &self.settings);
        file.object(page_tree, |object| {
            let mut tree = object.start::<pdf_writer::writers::Pages<'_>>();
            tree.count(i32::try_from(written.len()).unwrap_or(i32::MAX));
            tree.kids(written.iter().map(|page| page.id));
        })?;
        let is_strong = settings.protection.is_some() && protect::is_strong(self.version);
        file.object(self.catalog, |object| {
            let mut catalog = object.start::<Catalog<'_>>();
            catalog.pages(page_tree);
            write_names(&mut catalog, destinations, attached.names);
            if let Some(outline) = outline {
                catalog.outlines(outline);
            }
            if let Some(tree) = tree {
                catalog.pair(Name(b"StructTreeRoot"), tree);
                catalog.mark_info().marked(true);
            }
            if let Some(language) = &settings.language {
                catalog.lang(TextStr(language));
            }
            if let Some(xmp) = xmp {
                catalog.metadata(xmp);
            }
            if let Some(intent) = intent {
                catalog.insert(Name(b"OutputIntents")).array().item(intent);
            }
            if !attached.files.is_empty() && settings.standard.is_some() {
                catalog.insert(Name(b"AF")).array().items(attached.files);
            }
            if is_strong {
                // Revision 6 of encryption in a file of version 1.7.
                catalog.extensions().insert(Name(b"ADBE")).base_version(1, 7).extension_level(8);
            }
            write_view(&mut catalog, settings);
        })?;
        let summary = Summary {
            pages: written.len(),
            bytes: 0,
            missing_anchors: self.anchors.missing(),
            missing_page: self.pages.missing(),
        };
        let bytes = self.file.finish(&Roots { catalog: self.catalog, info })?;
        Ok(Summary { bytes, ..summary })
    }
}

/// Encrypts a document that a writer with these settings has finished, where they ask for it. Gives its length.
pub(super) fn protect(bytes: &[u8], settings: &Settings, sink: &mut dyn Write) -> Result<u64, TaskError> {
    let protection = settings.protection.clone().unwrap_or_default();
    protect::encrypt(bytes, &protection, settings.version, sink)
}

fn write_names(catalog: &mut Catalog<'_>, destinations: Option<Ref>, files: Option<Ref>) {
    if destinations.is_none() && files.is_none() {
        return;
    }
    let mut names = catalog.insert(Name(b"Names")).dict();
    if let Some(destinations) = destinations {
        names.pair(Name(b"Dests"), destinations);
    }
    if let Some(files) = files {
        names.pair(Name(b"EmbeddedFiles"), files);
    }
}

/// How a reader shows the document at first.
fn write_view(catalog: &mut Catalog<'_>, settings: &Settings) {
    if settings.display_title {
        catalog.viewer_preferences().display_doc_title(true);
    }
}
