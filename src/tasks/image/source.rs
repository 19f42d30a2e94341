//! What a picture is made from, wherever the caller has it: the bytes of an image, or pixels.
//!
//! Runs on: the thread of the task.

use std::borrow::Cow;
use std::path::Path;

use super::decode::{Kind, SIGNATURE};
use super::ops;
use super::raster::{Picture, Raster};
use super::request::{Create, RawPixels, Source};
use crate::engine::{Code, Context, Element, TaskError};
use crate::tasks::file::{FilePath, read_exact_at};

/// All bytes of an image file. A file that is no image is refused by its first bytes.
pub(super) fn read<'a>(source: &'a Source, context: &Context<'_>) -> Result<Cow<'a, [u8]>, TaskError> {
    match source {
        Source::Bytes(binary) => Ok(binary.bytes()),
        Source::File(path) => read_file(path, context).map(Cow::Owned),
        Source::Raw(_) | Source::Create(_) => {
            let message = "Expected `source` to be an image file, got pixels";
            Err(TaskError::new(Code::InvalidArgValue, message))
        }
    }
}

fn read_file(path: &FilePath, context: &Context<'_>) -> Result<Vec<u8>, TaskError> {
    let (mut file, metadata) = path.open()?;
    let len = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
    let mut head = [0; SIGNATURE];
    let head = &mut head[..len.min(SIGNATURE)];
    read_exact_at(&file, head, 0).map_err(|error| TaskError::file("read", path.as_path(), &error))?;
    Kind::of(head)?;
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(len).map_err(|_| no_memory_for(path.as_path(), len))?;
    path.read_pieces(&mut file, context, |piece| bytes.extend_from_slice(piece))?;
    Ok(bytes)
}

fn no_memory_for(path: &Path, len: usize) -> TaskError {
    TaskError::new(Code::ImageTooLarge, format!("There is no memory for the {len} bytes of `{}`", path.display()))
}

/// The size of pixels that came as such.
pub(super) fn size_of_pixels(source: &Source) -> (u32, u32) {
    match source {
        Source::Raw(raw) => (raw.width.0 as u32, raw.height.0 as u32),
        Source::Create(create) => (create.width.0 as u32, create.height.0 as u32),
        Source::File(_) | Source::Bytes(_) => (0, 0),
    }
}

/// The bytes that they take as a picture.
pub(super) fn bytes_of_pixels(source: &Source) -> u64 {
    let (width, height) = size_of_pixels(source);
    let pixel = match source {
        Source::Raw(raw) => raw.channels.0 * raw.data.element().size() as u64,
        Source::Create(create) => create.channels.0,
        Source::File(_) | Source::Bytes(_) => 0,
    };
    pixel * u64::from(width) * u64::from(height)
}

/// The picture of pixels that came as such.
pub(super) fn pixels(source: &Source, context: &Context<'_>) -> Result<Picture, TaskError> {
    match source {
        Source::Raw(raw) => raw_picture(raw, context),
        Source::Create(create) => created(create, context),
        Source::File(_) | Source::Bytes(_) => {
            Err(TaskError::new(Code::InvalidArgValue, "Expected `source` to be pixels, got an image file"))
        }
    }
}

/// Raw pixels, as they are.
fn raw_picture(raw: &RawPixels, context: &Context<'_>) -> Result<Picture, TaskError> {
    let (width, height, channels) = (raw.width.0 as u32, raw.height.0 as u32, raw.channels.0 as usize);
    let samples = u64::from(width) * u64::from(height) * channels as u64;
    if raw.data.len() as u64 != samples {
        let expected = format!("{samples} samples: {width} × {height} pixels of {channels} channels");
        let got = format!("{} samples", raw.data.len());
        return Err(TaskError::expected(Code::InvalidArgValue, "source.raw.data", &expected, &got));
    }
    let picture = if raw.data.element() == Element::Uint16 {
        let mut raster = Raster::<u16>::new(width, height, channels)?;
        let bytes = raw.data.bytes();
        for (sample, pair) in raster.data.iter_mut().zip(bytes.chunks_exact(2)) {
            *sample = u16::from_ne_bytes([pair[0], pair[1]]);
        }
        Picture::Sixteen(raster)
    } else if raw.data.element().size() == 1 {
        let mut raster = Raster::<u8>::new(width, height, channels)?;
        raw.data.copy_bytes(0, &mut raster.data);
        Picture::Eight(raster)
    } else {
        let got = format!("{:?}", raw.data.element());
        return Err(TaskError::expected(Code::InvalidArgType, "source.raw.data", "bytes or a Uint16Array", &got));
    };
    if raw.premultiplied { ops::alpha::unpremultiplied(picture, context) } else { Ok(picture) }
}

fn created(create: &Create, context: &Context<'_>) -> Result<Picture, TaskError> {
    let mut raster = Raster::<u8>::unset(create.width.0 as u32, create.height.0 as u32, create.channels.0 as usize)?;
    let channels = raster.channels;
    raster.in_bands(context, &|_, band| {
        for pixel in band.chunks_exact_mut(channels) {
            pixel.copy_from_slice(&create.background.rgba[..channels]);
        }
    })?;
    Ok(Picture::Eight(raster))
}
