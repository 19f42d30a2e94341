//! `image.convert`: decodes a picture, turns it upright, resizes it and encodes it again.
//!
//! Runs on: the thread of the task; resizing and turning also on idle threads of the pool. One file per stage, in the
//! order in which they run: `options`, `decode`, `fit`, `resize`, `pixels`, and an encoder for each format.

mod decode;
mod fit;
mod jpeg;
mod options;
mod pixels;
mod png;
mod resize;
#[cfg(test)]
mod tests;
mod webp;

use std::borrow::Cow;
use std::path::Path;

use serde::Serialize;

use self::decode::{Kind, SIGNATURE};
use self::fit::Plan;
use self::options::{Format, Input, Source};
use self::pixels::{Pixels, lies_on_its_side, turned, zeroed};
use crate::engine::{Binary, Code, Context, Output, Task, TaskError};
use crate::tasks::file::{FilePath, read_exact_at};

pub(super) struct Convert;

/// Progress is in percent; these are where the stages end. What they take depends on the sizes: for a photo that
/// becomes a thumbnail decoding is most of it, and for the same photo in its own size encoding is.
const DECODED: u64 = 40;
const RESIZED: u64 = 50;
const ENCODED: u64 = 99;
const WRITTEN: u64 = 100;

#[derive(Serialize)]
struct Converted {
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Binary>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    format: Format,
    width: u32,
    height: u32,
    bytes: usize,
}

impl Task for Convert {
    const NAME: &'static str = "image.convert";
    const DESCRIPTION: &'static str = "Resizes an image and writes it as WebP, JPEG or PNG, to a Buffer or a file.";
    type Input = Input;

    fn run(input: Input, context: &Context<'_>) -> Result<Output, TaskError> {
        let named = named_format(&input)?;
        if let Some(output) = &input.output {
            output.check_target()?;
        }
        let source = read(&input.source, context)?;
        let kind = Kind::of(&source)?;
        let format = named.unwrap_or_else(|| kind.natural_output());
        let image = picture(kind, source, &input, format, context)?;
        let encoded = encode(image, &input, format, context)?;
        context.progress(ENCODED, WRITTEN);
        let Encoded { width, height, bytes } = encoded;
        let len = bytes.len();
        let (data, path) = match input.output {
            Some(output) => {
                output.replace(&bytes, context)?;
                (None, Some(output.as_path().to_string_lossy().into_owned()))
            }
            None => (Some(Binary::from_vec(bytes)), None),
        };
        context.progress(WRITTEN, WRITTEN);
        Output::of(Converted { data, path, format, width, height, bytes: len })
    }
}

/// The format that the caller names, in `format` or by the name of `output`.
fn named_format(input: &Input) -> Result<Option<Format>, TaskError> {
    let Some(output) = input.output.as_ref().filter(|_| input.format.is_none()) else { return Ok(input.format) };
    let extension = output.as_path().extension().unwrap_or_default().to_string_lossy();
    let format = Format::of_extension(&extension).ok_or_else(|| {
        let expected = "a name that ends in .webp, .jpg, .jpeg or .png (or `format` to be given)";
        TaskError::expected(Code::InvalidArgValue, "output", expected, &format!("`{}`", output.as_path().display()))
    })?;
    Ok(Some(format))
}

/// All bytes of the source. A file that is no image is refused by its first bytes.
fn read<'a>(source: &'a Source, context: &Context<'_>) -> Result<Cow<'a, [u8]>, TaskError> {
    match source {
        Source::Bytes(binary) => Ok(binary.bytes()),
        Source::File(path) => read_file(path, context).map(Cow::Owned),
    }
}

fn read_file(path: &FilePath, context: &Context<'_>) -> Result<Vec<u8>, TaskError> {
    let (mut file, metadata) = path.open()?;
    let len = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
    let mut head = [0; SIGNATURE];
    let head = &mut head[..len.min(SIGNATURE)];
    read_exact_at(&file, head, 0).map_err(|error| TaskError::file("read", path.as_path(), &error))?;
    Kind::of(head)?;
    let mut bytes = zeroed(len).ok_or_else(|| no_memory_for(path.as_path(), len))?;
    bytes.clear();
    path.read_pieces(&mut file, context, |piece| bytes.extend_from_slice(piece))?;
    Ok(bytes)
}

fn no_memory_for(path: &Path, len: usize) -> TaskError {
    TaskError::new(Code::ImageTooLarge, format!("There is no memory for the {len} bytes of `{}`", path.display()))
}

/// The picture upright and in its size.
fn picture(
    kind: Kind,
    source: Cow<'_, [u8]>,
    input: &Input,
    format: Format,
    context: &Context<'_>,
) -> Result<Pixels, TaskError> {
    let limit = input.limit_input_pixels.0;
    let decoded = decode::decode(kind, &source, limit, context)?;
    drop(source);
    context.progress(DECODED, WRITTEN);
    let upright = turned((decoded.pixels.width, decoded.pixels.height), decoded.orientation);
    let plan = input.resize.as_ref().map_or(Ok(Plan::unchanged(upright)), |resize| Plan::of(resize, upright))?;
    check_result(&plan, format, limit)?;
    // Resized before it is turned: there are fewer pixels to turn then.
    let plan_as_stored = if lies_on_its_side(decoded.orientation) { plan.on_its_side() } else { plan };
    let image = resize::resize(decoded.pixels, &plan_as_stored, context)?;
    let image = image.oriented(decoded.orientation, context)?.padded(plan.canvas, input.background, context)?;
    context.progress(RESIZED, WRITTEN);
    Ok(image)
}

/// Fails when the result would have more pixels than allowed, or than its format can have.
fn check_result(plan: &Plan, format: Format, limit: u64) -> Result<(), TaskError> {
    let (width, height) = plan.canvas;
    let too_large = |why: String| {
        let message = format!("The result would have {width} × {height} pixels, {why}");
        Err(TaskError::new(Code::ImageTooLarge, message))
    };
    if u64::from(width) * u64::from(height) > limit {
        return too_large(format!("`limitInputPixels` is {limit}"));
    }
    let max_side = match format {
        Format::Webp => webp::MAX_SIDE,
        Format::Jpeg => jpeg::MAX_SIDE,
        Format::Png => return Ok(()),
    };
    if width.max(height) > max_side {
        return too_large(format!("and no {format:?} can have a side of more than {max_side}"));
    }
    Ok(())
}

struct Encoded {
    width: u32,
    height: u32,
    bytes: Vec<u8>,
}

fn encode(image: Pixels, input: &Input, format: Format, context: &Context<'_>) -> Result<Encoded, TaskError> {
    context.check()?;
    let (width, height) = (image.width, image.height);
    let quality = input.quality.0 as u8;
    let bytes = match format {
        Format::Png => png::encode(&image, context)?,
        Format::Jpeg => jpeg::encode(&image.flattened(input.background, context)?, quality, context)?,
        Format::Webp => {
            let channels = if image.has_alpha() { 4 } else { 3 };
            let settings = webp::Settings { quality, lossless: input.lossless };
            let progress = |percent| context.progress(RESIZED + percent * (ENCODED - RESIZED) / 100, WRITTEN);
            webp::encode(&image.with_channels(channels, context)?, &settings, context, &progress)?
        }
    };
    Ok(Encoded { width, height, bytes })
}
