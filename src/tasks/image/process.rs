//! The task `image.process`, from what the caller wrote to what they get.
//!
//! Runs on: the thread of the task.

use std::borrow::Cow;

use serde::Serialize;

use super::decode::{self, Ask, Header, Kind};
use super::encode::{self, Extras, Image};
use super::pipeline::{self, CropOffset, Stored, turn_before};
use super::raster::{Picture, Raster, Sample};
use super::request::{Create, Delay, FailOn, Layer, Output, RawPixels, Request, Source};
use super::turn::Turn;
use super::view::{Scale, View};
use super::{colour, memory, metadata, ops, planar, source};
use crate::engine::{Binary, Code, Context, Element, Output as TaskOutput, Task, TaskError};
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
}

impl Shape {
    fn of((width, height): (u32, u32), channels: usize, crop: CropOffset) -> Self {
        Self {
            width,
            height,
            channels,
            premultiplied: false,
            has_alpha: channels.is_multiple_of(2),
            depth: None,
            pages: None,
            page_height: None,
            crop_offset_left: crop.map(|(left, _)| left),
            crop_offset_top: crop.map(|(_, top)| top),
        }
    }
}

impl Task for Process {
    const NAME: &'static str = "image.process";
    const DESCRIPTION: &'static str = "Decodes an image, changes it, and encodes it to a Buffer or a file.";
    type Input = Request;

    fn run(request: Request, context: &Context<'_>) -> Result<TaskOutput, TaskError> {
        let named = named_output(&request)?;
        if let Some(file) = &request.file {
            file.check_target()?;
            refuse_own_input(file, &request)?;
        }
        let (bytes, shape, output) = match &request.source {
            Source::Raw(raw) => from_pixels(raw_picture(raw, context)?, &request, named, context)?,
            Source::Create(create) => from_pixels(created(create)?, &request, named, context)?,
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
        let expected = "a name that ends in .jpg, .jpeg, .png, .webp or .raw (or a format to be named)";
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
    picture: Picture,
    request: &Request,
    named: Option<Output>,
    context: &Context<'_>,
) -> Result<(Vec<u8>, Shape, Output), TaskError> {
    let output = named.unwrap_or_else(|| Output::of_extension("png").expect("it is known"));
    let size = picture.size();
    check_pixels(size, 1, request)?;
    let view = View::of(request, size, turn_before(request, Turn::default()))?;
    check_result(&view, 1, &output, request)?;
    let layers = layers(request, context)?;
    context.progress(DECODED, WRITTEN);
    let stored = Stored { picture, scale: Scale { size, shrink: 1 }, header: None, upright: Turn::default() };
    let (picture, crop) = pipeline::process(stored, request, &layers, context)?;
    context.progress(CHANGED, WRITTEN);
    let image = Image { frames: vec![picture], delays: Vec::new(), loops: 0, extras: Extras::default() };
    let (bytes, shape) = encoded(image, crop, &output, request, context)?;
    Ok((bytes, shape, output))
}

/// An image file.
fn from_bytes(
    bytes: Cow<'_, [u8]>,
    request: &Request,
    named: Option<Output>,
    context: &Context<'_>,
) -> Result<(Vec<u8>, Shape, Output), TaskError> {
    let header = decode::header(&bytes, context)?;
    let output = named.unwrap_or_else(|| Output::natural(header.kind));
    let size = (header.width, header.height);
    let pages = pages(&header, request)?;
    check_pixels(size, pages, request)?;
    let upright = if request.auto_orient { Turn::of_exif(header.orientation) } else { Turn::default() };
    let mut view = View::of(request, size, turn_before(request, upright))?;
    check_result(&view, pages, &output, request)?;
    let shrink = if can_shrink(request, &header) { view.shrink() } else { 1 };
    let mut scale = Scale { size, shrink };
    if shrink > 1 && request.extract_before.is_none() {
        // As sharp has it: pixels at the right and at the bottom that are not whole in the smaller picture are left out,
        // and what is left gives the proportions.
        scale = Scale { size: (size.0 / shrink, size.1 / shrink), shrink: 1 };
        view = View::of(request, scale.size, turn_before(request, upright))?;
    }
    let ask = Ask { shrink, page: request.page, pages, fail_on: request.fail_on };
    let _reservation = memory::reserve(bytes_needed(&header, &view, &ask), context)?;
    let extras = extras(&header, request, !upright.is_none());
    if planar::suits(request, &output, &header)
        && let Some(photo) = planar::photo(request, &header, &view, scale, &bytes, &ask, context)?
    {
        drop(bytes);
        context.progress(CHANGED, WRITTEN);
        let encoded = photo.encode(&output, &extras, context, &encoding(context))?;
        return Ok((encoded, Shape::of(photo.size(), 3, photo.crop), output));
    }
    let decoded = decode::decode(&header, &bytes, &ask, context)?;
    drop(bytes);
    let layers = layers(request, context)?;
    context.progress(DECODED, WRITTEN);
    let mut frames = Vec::with_capacity(decoded.frames.len());
    let mut crop = None;
    for picture in decoded.frames {
        let stored = Stored { picture, scale, header: Some(&header), upright };
        let (picture, cut) = pipeline::process(stored, request, &layers, context)?;
        crop = cut;
        frames.push(picture);
    }
    context.progress(CHANGED, WRITTEN);
    let first = (request.page as usize).min(header.delays.len());
    let delays = header.delays[first..].iter().copied().take(frames.len()).collect();
    let image = Image { frames, delays, loops: header.loops.unwrap_or(0), extras };
    let (bytes, shape) = encoded(image, crop, &output, request, context)?;
    Ok((bytes, shape, output))
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

fn check_pixels((width, height): (u32, u32), pages: u32, request: &Request) -> Result<(), TaskError> {
    let limit = request.limit_input_pixels.0;
    let pixels = u128::from(width) * u128::from(height) * u128::from(pages);
    if pixels > u128::from(limit) {
        let times = if pages == 1 { String::new() } else { format!(" × {pages} pages") };
        let message = format!("The image has {width} × {height}{times} pixels, `limitInputPixels` is {limit}");
        return Err(TaskError::new(Code::ImageTooLarge, message));
    }
    Ok(())
}

/// Fails when the result would have more pixels than allowed, or than its format can have: before anything is decoded.
fn check_result(view: &View, pages: u32, output: &Output, request: &Request) -> Result<(), TaskError> {
    let (width, height) = view.plan.canvas;
    let too_large = |why: String| {
        let message = format!("The result would have {width} × {height} pixels, {why}");
        Err(TaskError::new(Code::ImageTooLarge, message))
    };
    let limit = request.limit_input_pixels.0;
    if u128::from(width) * u128::from(height) * u128::from(pages) > u128::from(limit) {
        return too_large(format!("`limitInputPixels` is {limit}"));
    }
    check_sides((width, height), output)
}

fn check_sides((width, height): (u32, u32), output: &Output) -> Result<(), TaskError> {
    let max_side = encode::max_side(output);
    if width.max(height) <= max_side {
        return Ok(());
    }
    let message = format!(
        "The result would have {width} × {height} pixels, and no {} can have a side of more than {max_side}",
        output.name()
    );
    Err(TaskError::new(Code::ImageTooLarge, message))
}

/// Whether a picture may be decoded at the scale of the result: not when its own pixels matter.
fn can_shrink(request: &Request, header: &Header) -> bool {
    let slanted = request.rotate_before.as_ref().is_some_and(|rotate| super::view::quarters(rotate).is_none());
    header.kind == Kind::Jpeg && request.resize.is_some() && request.gamma.is_none() && !slanted
}

/// The bytes that a picture takes at most while it is worked on: as it is decoded, and twice as it is in the end.
fn bytes_needed(header: &Header, view: &View, ask: &Ask) -> u64 {
    let sample = u64::from(header.depth / 8).max(1) * header.channels as u64;
    let pixels = |(width, height): (u32, u32)| u64::from(width) * u64::from(height);
    let decoded = pixels((header.width.div_ceil(ask.shrink), header.height.div_ceil(ask.shrink)));
    // A progressive JPEG is kept whole, as coefficients of two bytes.
    let coefficients = if header.kind == Kind::Jpeg && header.progressive {
        2 * header.channels as u64 * pixels((header.width, header.height))
    } else {
        0
    };
    u64::from(ask.pages) * sample * (decoded + 2 * pixels(view.plan.canvas)) + coefficients
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
    crop: CropOffset,
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
    check_sides((width, height), output)?;
    let channels = image.frames[0].channels();
    let mut shape = Shape::of((width, height), channels, crop);
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

/// The picture as the format can hold it: JPEG has no alpha, and raw pixels have colours unless grey was asked for.
fn suited(
    mut picture: Picture,
    output: &Output,
    request: &Request,
    context: &Context<'_>,
) -> Result<Picture, TaskError> {
    if matches!(output, Output::Jpeg(_)) && picture.has_alpha() {
        picture = ops::alpha::flattened(picture, Default::default(), context)?;
    }
    if matches!(output, Output::Raw(_)) && !request.greyscale && picture.channels() < 3 {
        picture = ops::alpha::colored(picture, context)?;
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

/// The pictures of `composite`, decoded, in sRGB and upright if that is asked for.
fn layers(request: &Request, context: &Context<'_>) -> Result<Vec<Picture>, TaskError> {
    request.composite.iter().map(|layer| layer_picture(layer, request, context)).collect()
}

fn layer_picture(layer: &Layer, request: &Request, context: &Context<'_>) -> Result<Picture, TaskError> {
    let (bytes, header) = match &layer.input {
        Source::Raw(raw) => return raw_picture(raw, context),
        Source::Create(create) => return created(create),
        source => {
            let bytes = source::read(source, context)?;
            let header = decode::header(&bytes, context)?;
            (bytes, header)
        }
    };
    check_pixels((header.width, header.height), 1, request)?;
    let ask = Ask { shrink: 1, page: 0, pages: 1, fail_on: FailOn::Warning };
    let mut decoded = decode::decode(&header, &bytes, &ask, context)?;
    let picture = colour::to_srgb(decoded.frames.remove(0), &header, false, context)?;
    if layer.auto_orient {
        return ops::geometry::oriented(picture, Turn::of_exif(header.orientation), context);
    }
    Ok(picture)
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

fn created(create: &Create) -> Result<Picture, TaskError> {
    let mut raster = Raster::<u8>::new(create.width.0 as u32, create.height.0 as u32, create.channels.0 as usize)?;
    let channels = raster.channels;
    for pixel in raster.data.chunks_exact_mut(channels) {
        pixel.copy_from_slice(&create.background.rgba[..channels]);
    }
    Ok(Picture::Eight(raster))
}
