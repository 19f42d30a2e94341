//! The task `image.process`, from what the caller wrote to what they get.
//!
//! Runs on: the thread of the task.

use std::borrow::Cow;

use serde::Serialize;

use super::decode::{self, Ask, Header, Kind};
use super::encode::{self, Extras, Image};
use super::layers::Layers;
use super::pipeline::{self, Offsets, Stored, turn_before};
use super::raster::{Picture, Raster, Sample};
use super::request::{Delay, Output, Request, Source};
use super::turn::Turn;
use super::view::{Scale, View, quarters};
use super::{colour, limits, memory, metadata, ops, planar, source};
use crate::engine::{Binary, Code, Context, Output as TaskOutput, Task, TaskError};
use crate::tasks::file::FilePath;

pub(in crate::tasks) struct Process;

/// Progress is in percent; these are where the stages end. What they take depends on the sizes: for a photo that
/// becomes a thumbnail decoding is most of it, and for the same photo in its own size encoding is.
const DECODED: u64 = 40;
const CHANGED: u64 = 50;
const ENCODED: u64 = 99;
const WRITTEN: u64 = 100;

/// sharp's `info`, and the data.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Processed {
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Binary>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    format: &'static str,
    #[serde(flatten)]
    shape: Shape,
    size: usize,
}

/// What the result looks like.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Shape {
    width: u32,
    height: u32,
    channels: usize,
    /// Never: the colours of every format here are not multiplied by their alpha.
    premultiplied: bool,
    has_alpha: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    depth: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pages: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    page_height: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    crop_offset_left: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    crop_offset_top: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trim_offset_left: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trim_offset_top: Option<i32>,
}

impl Shape {
    fn of((width, height): (u32, u32), channels: usize, offsets: Offsets) -> Self {
        Self {
            width,
            height,
            channels,
            premultiplied: false,
            has_alpha: channels.is_multiple_of(2),
            depth: None,
            pages: None,
            page_height: None,
            crop_offset_left: offsets.crop.map(|(left, _)| left),
            crop_offset_top: offsets.crop.map(|(_, top)| top),
            trim_offset_left: offsets.trim.map(|(left, _)| left),
            trim_offset_top: offsets.trim.map(|(_, top)| top),
        }
    }
}

impl Task for Process {
    const NAME: &'static str = "image.process";
    const DESCRIPTION: &'static str = "Decodes an image, changes it, and encodes it to a Buffer or a file.";
    type Input = Request;

    fn run(request: Request, context: &Context<'_>) -> Result<TaskOutput, TaskError> {
        request.check_ranges()?;
        let named = named_output(&request)?;
        named.as_ref().map_or(Ok(()), encode::check_built)?;
        if let Some(file) = &request.file {
            file.check_target()?;
            refuse_own_input(file, &request)?;
        }
        let (bytes, shape, output) = match &request.source {
            Source::Raw(_) | Source::Create(_) => from_pixels(&request, named, context)?,
            source @ (Source::File(_) | Source::Bytes(_)) => {
                let bytes = source::read(source, context)?;
                from_bytes(bytes, &request, named, context)?
            }
        };
        context.progress(ENCODED, WRITTEN);
        let size = bytes.len();
        let (data, path) = match &request.file {
            Some(file) => {
                file.replace(&bytes, context)?;
                (None, Some(file.as_path().to_string_lossy().into_owned()))
            }
            None => (Some(Binary::from_vec(bytes)), None),
        };
        context.progress(WRITTEN, WRITTEN);
        TaskOutput::of(Processed { data, path, format: output.name(), shape, size })
    }
}

/// The format that the caller names, in `output` or by the name of `file`.
fn named_output(request: &Request) -> Result<Option<Output>, TaskError> {
    let Some(file) = request.file.as_ref().filter(|_| request.output.is_none()) else {
        return Ok(request.output.clone());
    };
    let extension = file.as_path().extension().unwrap_or_default().to_string_lossy();
    let output = Output::of_extension(&extension).ok_or_else(|| {
        let expected =
            "a name that ends in .jpg, .jpeg, .png, .webp, .gif, .tiff, .avif or .raw (or a format to be named)";
        TaskError::expected(Code::InvalidArgValue, "file", expected, &format!("`{}`", file.as_path().display()))
    })?;
    Ok(Some(output))
}

/// An image that is written over while it is read, or a source that is gone when something fails, is nobody's wish.
fn refuse_own_input(file: &FilePath, request: &Request) -> Result<(), TaskError> {
    let target = std::fs::canonicalize(file.as_path()).ok();
    let layers = request.composite.iter().map(|layer| &layer.input);
    let read = std::iter::once(&request.source).chain(layers).filter_map(|source| match source {
        Source::File(path) => std::fs::canonicalize(path.as_path()).ok(),
        _ => None,
    });
    if target.is_some_and(|target| read.into_iter().any(|path| path == target)) {
        let message = format!("Cannot use the same file for input and output: `{}`", file.as_path().display());
        return Err(TaskError::new(Code::InvalidArgValue, message));
    }
    Ok(())
}

/// Pixels of the source's own, without a file around them.
fn from_pixels(
    request: &Request,
    named: Option<Output>,
    context: &Context<'_>,
) -> Result<(Vec<u8>, Shape, Output), TaskError> {
    let output = named.unwrap_or_else(|| Output::of_extension("png").expect("it is known"));
    let size = source::size_of_pixels(&request.source);
    limits::check_source(size, 1, request.limit_input_pixels)?;
    let view = first_view(request, size, turn_before(request, Turn::default()), 1, &output)?;
    let layers = Layers::read(request, context)?;
    let bytes = source::bytes_of_pixels(&request.source);
    let sample = bytes / (u64::from(size.0) * u64::from(size.1)).max(1);
    let work = limits::bytes_of_work(bytes, &view, sample, 1, request, &output);
    let _reservation = memory::reserve(bytes + work + layers.bytes(), context)?;
    let picture = source::pixels(&request.source, context)?;
    let layers = layers.decode(context)?;
    context.progress(DECODED, WRITTEN);
    let stored = Stored { picture, scale: Scale::of(size), header: None, upright: Turn::default() };
    let (picture, offsets) = pipeline::process(stored, request, &layers, context)?;
    context.progress(CHANGED, WRITTEN);
    let image = Image { frames: vec![picture], delays: Vec::new(), loops: 0, extras: Extras::default() };
    let (bytes, shape) = encoded(image, offsets, &output, request, context)?;
    Ok((bytes, shape, output))
}

/// An image file.
fn from_bytes(
    bytes: Cow<'_, [u8]>,
    request: &Request,
    named: Option<Output>,
    context: &Context<'_>,
) -> Result<(Vec<u8>, Shape, Output), TaskError> {
    let header = decode::header(&bytes, request.page, context)?;
    let output = named.unwrap_or_else(|| Output::natural(header.kind));
    let size = (header.width, header.height);
    let pages = pages(&header, request)?;
    limits::check_source(size, pages, request.limit_input_pixels)?;
    let upright = if request.auto_orient { Turn::of_exif(header.orientation) } else { Turn::default() };
    let turn = turn_before(request, upright);
    let mut view = first_view(request, size, turn, pages, &output)?;
    let shrink = if can_shrink(request, &header) { view.shrink() } else { 1 };
    let scale = Scale::shrunk(size, shrink);
    if shrink > 1 {
        view = View::of(request, scale.size, turn)?;
    }
    let ask = Ask { shrink, page: request.page, pages, fail_on: request.fail_on };
    let layers = Layers::read(request, context)?;
    let decoding = limits::bytes_of_source(&header, &ask);
    let sample = u64::from(header.depth / 8).max(1) * header.channels as u64;
    let work = limits::bytes_of_work(decoding, &view, sample, pages, request, &output);
    let _reservation = memory::reserve(decoding + work + layers.bytes(), context)?;
    let extras = extras(&header, request, !upright.is_none());
    if planar::suits(request, &output, &header)
        && let Some(photo) = planar::photo(request, &header, &view, scale, &bytes, &ask, context)?
    {
        drop(bytes);
        context.progress(CHANGED, WRITTEN);
        let encoded = photo.encode(&output, &extras, context, &encoding(context))?;
        return Ok((encoded, Shape::of(photo.size(), 3, Offsets::default()), output));
    }
    let decoded = decode::decode(&header, &bytes, &ask, context)?;
    drop(bytes);
    let layers = layers.decode(context)?;
    context.progress(DECODED, WRITTEN);
    let mut frames = Vec::with_capacity(decoded.frames.len());
    let mut offsets = Offsets::default();
    for picture in decoded.frames {
        let stored = Stored { picture, scale, header: Some(&header), upright };
        let (picture, cut) = pipeline::process(stored, request, &layers, context)?;
        offsets = cut;
        frames.push(picture);
    }
    context.progress(CHANGED, WRITTEN);
    let first = (request.page as usize).min(header.delays.len());
    let delays = header.delays[first..].iter().copied().take(frames.len()).collect();
    let image = Image { frames, delays, loops: header.loops.unwrap_or(0), extras };
    let (bytes, shape) = encoded(image, offsets, &output, request, context)?;
    Ok((bytes, shape, output))
}

/// Whether the picture is turned by another angle than a quarter before all else.
fn is_slanted(request: &Request) -> bool {
    request.rotate_before.as_ref().is_some_and(|rotate| quarters(rotate).is_none())
}

/// The view of a source, with a result that is within the limits. What is trimmed or slanted has a view only when that is
/// done: until then it is the whole picture.
fn first_view(request: &Request, size: (u32, u32), turn: Turn, pages: u32, output: &Output) -> Result<View, TaskError> {
    if request.trim.is_some() && pages > 1 {
        return Err(refused_with_pages("trim"));
    }
    if request.trim.is_some() || is_slanted(request) {
        return Ok(View::whole(size, turn));
    }
    let view = View::of(request, size, turn)?;
    limits::check_view(&view, pages, request.limit_input_pixels)?;
    limits::check_sides(view.plan.canvas, output)?;
    Ok(view)
}

/// What would make every page another size.
fn refused_with_pages(option: &str) -> TaskError {
    let message = format!("Expected `{option}` to be used with one page or frame, got several");
    TaskError::new(Code::InvalidArgValue, message)
}

/// How many pages are read.
fn pages(header: &Header, request: &Request) -> Result<u32, TaskError> {
    let left = header.pages.saturating_sub(request.page);
    match request.pages.0 {
        None if left > 0 => Ok(left),
        Some(count) if count <= left => Ok(count),
        _ => {
            let wanted = request.pages.0.map_or("all".to_owned(), |count| count.to_string());
            let message = format!(
                "The {} has {} pages: there are no {wanted} from page {} on",
                header.kind.name(),
                header.pages,
                request.page
            );
            Err(TaskError::new(Code::OutOfRange, message))
        }
    }
}

/// Whether a picture may be decoded at the scale of the result: not when its own pixels matter.
fn can_shrink(request: &Request, header: &Header) -> bool {
    header.kind == Kind::Jpeg
        && request.resize.is_some()
        && request.gamma.is_none()
        && request.trim.is_none()
        && request.extract_before.is_none()
        && !is_slanted(request)
}

fn extras(header: &Header, request: &Request, turned: bool) -> Extras {
    let mut extras = if request.keep_metadata { metadata::kept(header, turned) } else { Extras::default() };
    if request.keep_icc && !request.ignore_icc {
        extras.icc = colour::kept_profile(header);
    }
    extras
}

fn encoding<'a>(context: &'a Context<'_>) -> impl Fn(u64) + 'a {
    |percent| context.progress(CHANGED + percent.min(100) * (ENCODED - CHANGED) / 100, WRITTEN)
}

fn encoded(
    mut image: Image,
    offsets: Offsets,
    output: &Output,
    request: &Request,
    context: &Context<'_>,
) -> Result<(Vec<u8>, Shape), TaskError> {
    context.check()?;
    let pages = image.frames.len();
    let page_height = image.frames[0].size().1;
    if pages > 1 {
        let (loops, delay) = output.animation();
        image.loops = loops.unwrap_or(image.loops);
        match delay {
            Some(Delay::Each(delay)) => image.delays = vec![delay.0 as u32; pages],
            Some(Delay::Of(delays)) => image.delays = delays.iter().map(|delay| delay.0 as u32).collect(),
            None => {}
        }
        if !output.has_pages() {
            image.frames = vec![stacked(&image.frames, context)?];
        }
    }
    for frame in &mut image.frames {
        let taken = std::mem::replace(frame, Picture::Eight(Raster::new(0, 0, 1)?));
        *frame = suited(taken, output, request, context)?;
    }
    let (width, height) = image.frames[0].size();
    limits::check_sides((width, height), output)?;
    let channels = image.frames[0].channels();
    let mut shape = Shape::of((width, height), channels, offsets);
    if pages > 1 {
        shape.height = page_height * pages as u32;
        (shape.pages, shape.page_height) = (Some(pages), Some(page_height));
    }
    if let Output::Raw(raw) = output {
        shape.depth = Some(raw.depth.name());
    }
    let bytes = encode::encode(image, output, context, &encoding(context))?;
    Ok((bytes, shape))
}

/// The picture as the format can hold it; raw pixels have colours unless grey was asked for, which is one channel then.
fn suited(
    mut picture: Picture,
    output: &Output,
    request: &Request,
    context: &Context<'_>,
) -> Result<Picture, TaskError> {
    if !output.has_alpha() && picture.has_alpha() {
        picture = ops::alpha::flattened(picture, Default::default(), context)?;
    }
    if matches!(output, Output::Raw(_)) {
        picture = if request.greyscale {
            ops::tone::greyscale(ops::alpha::removed(picture, context)?, context)?
        } else {
            ops::alpha::colored(picture, context)?
        };
    }
    Ok(picture)
}

/// All frames in one picture, one below the other.
fn stacked(frames: &[Picture], context: &Context<'_>) -> Result<Picture, TaskError> {
    fn of<T: Sample>(frames: &[&Raster<T>], context: &Context<'_>) -> Result<Raster<T>, TaskError> {
        let (width, height) = frames[0].size();
        let too_tall = || super::raster::out_of_memory(width, height);
        let height =
            u32::try_from(frames.len()).ok().and_then(|count| height.checked_mul(count)).ok_or_else(too_tall)?;
        let mut result = Raster::new(width, height, frames[0].channels)?;
        let len = frames[0].data.len();
        for (target, frame) in result.data.chunks_exact_mut(len).zip(frames) {
            context.check()?;
            target.copy_from_slice(&frame.data);
        }
        Ok(result)
    }
    let eight: Vec<_> = frames
        .iter()
        .filter_map(|frame| if let Picture::Eight(raster) = frame { Some(raster) } else { None })
        .collect();
    if eight.len() == frames.len() {
        return of(&eight, context).map(Picture::Eight);
    }
    let sixteen: Vec<_> = frames
        .iter()
        .filter_map(|frame| if let Picture::Sixteen(raster) = frame { Some(raster) } else { None })
        .collect();
    of(&sixteen, context).map(Picture::Sixteen)
}
