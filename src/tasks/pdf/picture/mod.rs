//! Pictures of a document: photos and SVG as the file will have them, QR codes and barcodes as paths.
//!
//! Runs on: the thread of the task. Bytes come from strangers: headers and limits first, memory last.

mod barcode;
mod jpeg;
mod pixels;
mod png;
mod qr;
mod svg;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

pub(super) use self::barcode::{Symbology, barcode, barcode_modules};
pub(super) use self::qr::{Correction, QrMode, QrOptions, qr, qr_modules};
pub(super) use self::svg::SvgFonts;
use crate::engine::{Code, Context, TaskError};

/// A picture of a document: its place in the document's list of pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct PictureId(pub(super) u32);

/// How much of pictures a document may have.
#[derive(Clone, Copy, Debug)]
pub(super) struct PictureLimits {
    /// Pixels of one picture.
    pub(super) pixels: u64,
    /// Bytes of all pictures as they will be in the file.
    pub(super) bytes: u64,
}

impl Default for PictureLimits {
    /// As many pixels as `image.process` reads unless told otherwise.
    fn default() -> Self {
        Self { pixels: 0x3fff * 0x3fff, bytes: 1 << 30 }
    }
}

/// The pictures of one document. The same bytes are kept once.
#[derive(Debug, Default)]
pub(super) struct Pictures {
    list: Vec<Picture>,
    by_hash: HashMap<[u8; 32], PictureId>,
    limits: PictureLimits,
    bytes: u64,
}

#[derive(Debug)]
pub(super) enum Picture {
    Image(Image),
    Drawing(Drawing),
}

/// Pixels as an image XObject has them.
#[derive(Debug)]
pub(super) struct Image {
    pub(super) width: u32,
    pub(super) height: u32,
    /// 1 (upright) to 8, as EXIF numbers them.
    pub(super) orientation: u8,
    pub(super) colors: Colors,
    pub(super) coded: Coded,
    /// Samples of one colour that are seen through.
    pub(super) transparent: Option<Vec<u16>>,
    pub(super) alpha: Option<Coded>,
}

#[derive(Debug, PartialEq)]
pub(super) enum Colors {
    Grey,
    Rgb,
    /// As Adobe writes it when `inverted`: 255 is no ink.
    Cmyk {
        inverted: bool,
    },
    /// RGB, three bytes a colour.
    Palette(Vec<u8>),
}

impl Colors {
    /// Samples of a pixel.
    pub(super) fn samples(&self) -> u8 {
        match self {
            Self::Grey | Self::Palette(_) => 1,
            Self::Rgb => 3,
            Self::Cmyk { .. } => 4,
        }
    }
}

/// Pixels in the bytes of the file.
#[derive(Debug)]
pub(super) struct Coded {
    pub(super) data: Vec<u8>,
    /// Bits of a sample.
    pub(super) bits: u8,
    pub(super) coding: Coding,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Coding {
    /// A JPEG. `is_rgb`: its three components are not brightness and colour differences, though nothing in it says so.
    Jpeg { is_rgb: bool },
    /// Deflated rows, each with the number of its PNG filter before it.
    Rows,
}

/// An SVG as objects of a PDF, numbered among themselves.
#[derive(Debug)]
pub(super) struct Drawing {
    pub(super) width: f32,
    pub(super) height: f32,
    pub(super) chunk: pdf_writer::Chunk,
    /// The form XObject, which is one by one.
    pub(super) root: pdf_writer::Ref,
    /// It has blending, soft masks or opacity.
    pub(super) is_transparent: bool,
}

impl Pictures {
    pub(super) fn new(limits: PictureLimits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Adds a photo: a JPEG as it is, other formats as pixels.
    pub(super) fn add_image(&mut self, bytes: &[u8], context: &Context<'_>) -> Result<PictureId, TaskError> {
        let hash = *blake3::hash(bytes).as_bytes();
        if let Some(id) = self.by_hash.get(&hash) {
            return Ok(*id);
        }
        let limit = self.limits.pixels;
        let image = match jpeg::as_is(bytes, limit, context)? {
            Some(image) => image,
            None => match png::as_is(bytes, limit, context)? {
                Some(image) => image,
                None => pixels::decoded(bytes, limit, context)?,
            },
        };
        let size = image.coded.data.len() + image.alpha.as_ref().map_or(0, |alpha| alpha.data.len());
        self.add(hash, size, Picture::Image(image))
    }

    /// Adds a drawing. Nothing outside of the text is ever read for it; `fonts` are all that its text can have.
    pub(super) fn add_svg(
        &mut self,
        text: &str,
        fonts: &SvgFonts,
        context: &Context<'_>,
    ) -> Result<PictureId, TaskError> {
        let hash = *blake3::hash(text.as_bytes()).as_bytes();
        if let Some(id) = self.by_hash.get(&hash) {
            return Ok(*id);
        }
        context.check()?;
        let drawing = svg::drawing(text, fonts, context)?;
        self.add(hash, drawing.chunk.len(), Picture::Drawing(drawing))
    }

    fn add(&mut self, hash: [u8; 32], size: usize, picture: Picture) -> Result<PictureId, TaskError> {
        self.bytes = self.bytes.saturating_add(size as u64);
        if self.bytes > self.limits.bytes {
            let message = format!("The pictures of the document take more than {} bytes", self.limits.bytes);
            return Err(TaskError::new(Code::ImageTooLarge, message));
        }
        let id = PictureId(u32::try_from(self.list.len()).unwrap_or(u32::MAX));
        self.list.push(picture);
        self.by_hash.insert(hash, id);
        Ok(id)
    }

    /// Width and height in points as it is seen. A pixel is a point, as in pdfkit.
    pub(super) fn size(&self, id: PictureId) -> (f32, f32) {
        match self.get(id) {
            Some(Picture::Image(image)) if image.orientation >= 5 => (image.height as f32, image.width as f32),
            Some(Picture::Image(image)) => (image.width as f32, image.height as f32),
            Some(Picture::Drawing(drawing)) => (drawing.width, drawing.height),
            None => (0.0, 0.0),
        }
    }

    pub(super) fn get(&self, id: PictureId) -> Option<&Picture> {
        self.list.get(id.0 as usize)
    }
}
