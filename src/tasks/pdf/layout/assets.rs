//! Pictures and codes of a document, opened before anything is placed.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::Error as PathError;

use super::fonts::Fonts;
use super::place::Place;
use crate::engine::{Code, Context, TaskError};
use crate::tasks::file::FilePath;
use crate::tasks::pdf::picture::{self, PictureId, PictureLimits, Pictures, QrOptions, SvgFonts};
use crate::tasks::pdf::request::{Barcode, FileSource, PictureNode, PictureSource, Qr};
use crate::tasks::pdf::scene::Path;

/// Filled by the survey; from then on it only answers. Nodes are known by where they are in memory, which is where they
/// stay as long as the document is laid out.
pub(in crate::tasks::pdf) struct Assets<'d> {
    pub(in crate::tasks::pdf) pictures: Pictures,
    /// The pictures that the document names.
    images: &'d HashMap<String, FileSource>,
    /// Opened for the first SVG.
    svg_fonts: Option<SvgFonts>,
    placed: HashMap<usize, PictureId>,
    /// An SVG has pictures in it, which are not drawn.
    pub(in crate::tasks::pdf) has_inner_pictures: bool,
    qrs: HashMap<usize, Arc<QrCode>>,
    barcodes: HashMap<usize, Arc<BarCode>>,
}

#[derive(Debug)]
pub(super) struct QrCode {
    pub(super) path: Path,
    pub(super) side: f32,
}

#[derive(Debug)]
pub(super) struct BarCode {
    pub(super) path: Path,
    pub(super) width: f32,
}

fn key<T>(node: &T) -> usize {
    std::ptr::from_ref(node).addr()
}

impl<'d> Assets<'d> {
    pub(in crate::tasks::pdf) fn new(images: &'d HashMap<String, FileSource>, limits: PictureLimits) -> Self {
        Self {
            pictures: Pictures::new(limits),
            images,
            svg_fonts: None,
            placed: HashMap::new(),
            has_inner_pictures: false,
            qrs: HashMap::new(),
            barcodes: HashMap::new(),
        }
    }

    pub(super) fn picture_of(&self, node: &PictureNode) -> Option<PictureId> {
        self.placed.get(&key(node)).copied()
    }

    pub(super) fn qr(&self, node: &Qr) -> Option<&Arc<QrCode>> {
        self.qrs.get(&key(node))
    }

    pub(super) fn barcode(&self, node: &Barcode) -> Option<&Arc<BarCode>> {
        self.barcodes.get(&key(node))
    }

    pub(super) fn picture(
        &mut self,
        node: &PictureNode,
        fonts: &Fonts,
        font: &str,
        context: &Context<'_>,
        place: &Place<'_>,
    ) -> Result<(), TaskError> {
        let id = match &node.source {
            PictureSource::Svg(text) => {
                self.has_inner_pictures |= text.contains("<image");
                let svg_fonts = match &mut self.svg_fonts {
                    Some(fonts) => fonts,
                    none => none.insert(fonts.for_svg(font, context, place)?),
                };
                let added = self.pictures.add_svg(text, svg_fonts, context);
                added.map_err(|error| at(&place.key("svg"), error))?
            }
            PictureSource::Bytes(binary) => {
                let added = self.pictures.add_image(&binary.bytes(), context);
                added.map_err(|error| at(&place.key("image"), error))?
            }
            PictureSource::Named(name) => {
                let place = place.key("image");
                let source = self.images.get(&**name).cloned().unwrap_or_else(|| FileSource::Named(name.to_string()));
                let bytes = read(&source, context, &place)?;
                self.pictures.add_image(&bytes, context).map_err(|error| at(&place, error))?
            }
        };
        self.placed.insert(key(node), id);
        Ok(())
    }

    pub(super) fn add_qr(&mut self, node: &Qr, place: &Place<'_>) -> Result<(), TaskError> {
        let options = QrOptions {
            correction: node.ecc_level,
            mode: node.mode,
            version: node.version,
            mask: node.mask,
            padding: node.padding,
        };
        let refused = |cause| place.key("qr").error(Code::InvalidArgValue, cause);
        let modules = picture::qr_modules(&node.text, &options).map_err(refused)? as f32;
        // A module is a whole number of points, as in pdfmake: as many as fit, or four.
        let side = modules * node.fit.map_or(4.0, |side| (side / modules).floor().max(1.0));
        let path = picture::qr(&node.text, side, &options).map_err(refused)?;
        self.qrs.insert(key(node), Arc::new(QrCode { path, side }));
        Ok(())
    }

    pub(super) fn add_barcode(&mut self, node: &Barcode, place: &Place<'_>) -> Result<(), TaskError> {
        let refused = |cause| place.key("barcode").error(Code::InvalidArgValue, cause);
        let width = match node.width {
            Some(width) => width,
            None => picture::barcode_modules(node.kind, &node.text).map_err(refused)? as f32,
        };
        let path = picture::barcode(node.kind, &node.text, width, node.height).map_err(refused)?;
        self.barcodes.insert(key(node), Arc::new(BarCode { path, width }));
        Ok(())
    }
}

/// A picture's own error, with its place in the document.
pub(in crate::tasks::pdf) fn at(place: &Place<'_>, error: TaskError) -> TaskError {
    match error.code {
        Code::ImageInvalid | Code::ImageUnsupported => place.error(Code::PdfImageInvalid, error.message),
        Code::ImageTooLarge => place.error(Code::PdfTooLarge, error.message),
        _ => error,
    }
}

/// The bytes of a file, which is in the document or named by it. No URL is ever fetched.
pub(in crate::tasks::pdf) fn read(
    source: &FileSource,
    context: &Context<'_>,
    place: &Place<'_>,
) -> Result<Vec<u8>, TaskError> {
    let name = match source {
        FileSource::Bytes(binary) => return Ok(binary.bytes().into_owned()),
        FileSource::Named(name) => name,
    };
    if let Some(data) = name.strip_prefix("data:") {
        return decoded(data).ok_or_else(|| place.error(Code::InvalidArgValue, "it is no data URL in base64"));
    }
    let path = path_of(name, place)?;
    let (mut file, metadata) = path.open().map_err(|error| place.file(error))?;
    let mut bytes = Vec::new();
    let len = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
    let refused = |_| place.error(Code::PdfTooLarge, format!("there is no memory for its {len} bytes"));
    bytes.try_reserve_exact(len).map_err(refused)?;
    let done = path.read_pieces(&mut file, context, |piece| bytes.extend_from_slice(piece));
    done.map_err(|error| place.file(error))?;
    Ok(bytes)
}

fn decoded(data: &str) -> Option<Vec<u8>> {
    use base64::Engine as _;
    let (kind, data) = data.split_once(',')?;
    kind.ends_with(";base64").then(|| base64::engine::general_purpose::STANDARD.decode(data.trim()).ok())?
}

pub(super) fn path_of(name: &str, place: &Place<'_>) -> Result<FilePath, TaskError> {
    let scheme = name.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    if let Some(scheme) = scheme.filter(|scheme| scheme != "file") {
        let cause = format!("it is a URL ({scheme}:), and no URL is ever fetched: give the bytes, or a path");
        return Err(place.error(Code::InvalidArgValue, cause));
    }
    let path = FilePath::deserialize(IntoDeserializer::<PathError>::into_deserializer(name));
    path.map_err(|error| place.error(Code::InvalidArgValue, error))
}
