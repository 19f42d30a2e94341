//! The pictures of a document as XObjects.
//!
//! By ISO 32000-1, 8.9 (images) and 8.10 (forms).

use std::collections::HashMap;

use pdf_writer::writers::ImageXObject;
use pdf_writer::{Chunk, Filter, Finish, Name, Pdf, Ref};

use super::file::File;
use crate::engine::TaskError;
use crate::tasks::pdf::picture::{Coded, Coding, Colors, Drawing, Image, Picture};

/// Objects of drawings that are the same in each: colour profiles.
pub(super) type Known = HashMap<[u8; 32], Ref>;

pub(super) fn write(file: &mut File<'_>, id: Ref, picture: &Picture, known: &mut Known) -> Result<(), TaskError> {
    match picture {
        Picture::Image(image) => write_image(file, id, image),
        Picture::Drawing(drawing) => write_drawing(file, id, drawing, known),
    }
}

fn write_image(file: &mut File<'_>, id: Ref, image: &Image) -> Result<(), TaskError> {
    let mask = image.alpha.as_ref().map(|alpha| (file.reserve(), alpha));
    let mut chunk = Chunk::with_capacity(image.coded.data.len() + 2048);
    let mut object = chunk.image_xobject(id, &image.coded.data);
    match &image.colors {
        Colors::Grey => object.color_space().device_gray(),
        Colors::Rgb => object.color_space().device_rgb(),
        Colors::Cmyk { inverted } => {
            object.color_space().device_cmyk();
            if *inverted {
                object.decode([1.0, 0.0].repeat(4));
            }
        }
        Colors::Palette(colors) => {
            let last = (colors.len() / 3).saturating_sub(1).min(255) as i32;
            object.color_space().indexed(Name(b"DeviceRGB"), last, colors);
        }
    }
    describe(&mut object, image, &image.coded, image.colors.samples());
    if let Some((mask, _)) = mask {
        object.s_mask(mask);
    }
    if let Some(samples) = &image.transparent {
        object.color_mask(samples.iter().flat_map(|sample| [i32::from(*sample); 2]));
    }
    object.finish();
    file.add_stream(id, chunk.as_bytes())?;
    let Some((id, alpha)) = mask else { return Ok(()) };
    let mut chunk = Chunk::with_capacity(alpha.data.len() + 512);
    let mut object = chunk.image_xobject(id, &alpha.data);
    object.color_space().device_gray();
    describe(&mut object, image, alpha, 1);
    object.finish();
    file.add_stream(id, chunk.as_bytes())
}

fn describe(object: &mut ImageXObject<'_>, image: &Image, coded: &Coded, samples: u8) {
    object.width(image.width as i32).height(image.height as i32).bits_per_component(i32::from(coded.bits));
    match coded.coding {
        Coding::Jpeg { is_rgb } => {
            object.filter(Filter::DctDecode);
            if is_rgb {
                object.decode_parms().color_transform(false);
            }
        }
        Coding::Rows => {
            object.filter(Filter::FlateDecode);
            let mut parameters = object.decode_parms();
            parameters.predictor(pdf_writer::types::Predictor::PngOptimum).colors(i32::from(samples));
            parameters.bits_per_component(i32::from(coded.bits)).columns(image.width as i32);
        }
    }
}

/// Writes the objects of a drawing under numbers of this file. The form itself gets `id`.
fn write_drawing(file: &mut File<'_>, id: Ref, drawing: &Drawing, known: &mut Known) -> Result<(), TaskError> {
    let mut numbers = HashMap::from([(drawing.root, id)]);
    let mut new: Vec<(Ref, Option<&[u8]>)> = Vec::new();
    let parts = parts(&drawing.chunk);
    let bodies: HashMap<Ref, &[u8]> = parts.iter().copied().collect();
    let mut shared: Vec<Ref> = Vec::new();
    for (old, bytes) in &parts {
        // Profiles refer to nothing, so that their bytes are all there is of them.
        if is_profile(bytes) {
            let body = bytes.split(|byte| *byte == b'\n').next().map_or(*bytes, |head| &bytes[head.len()..]);
            let place = known.entry(*blake3::hash(body).as_bytes()).or_insert_with(|| {
                let id = file.reserve();
                new.push((id, bodies.get(old).copied()));
                id
            });
            numbers.insert(*old, *place);
            if !new.iter().any(|(id, _)| id == place) {
                shared.push(*place);
            }
        }
    }
    let renumbered = drawing.chunk.renumber(|old| *numbers.entry(old).or_insert_with(|| file.reserve()));
    for (id, bytes) in self::parts(&renumbered) {
        if shared.contains(&id) {
            continue;
        }
        if bytes.windows(7).any(|window| window == b"\nstream") {
            file.add_stream(id, bytes)?;
        } else {
            file.add(id, bytes)?;
        }
    }
    Ok(())
}

fn is_profile(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(256)];
    head.windows(10).any(|window| window == b"/Alternate") && head.windows(7).any(|window| window == b"\nstream")
}

/// The objects of a chunk with their numbers. The crate knows where they begin, and tells it in the table of a file.
fn parts(chunk: &Chunk) -> Vec<(Ref, &[u8])> {
    let bytes = chunk.as_bytes();
    // Only the length of what comes before differs between the chunk and the file.
    let before = Pdf::new().len();
    let mut pdf = Pdf::new();
    pdf.extend(chunk);
    let mut begins = begins(&pdf.finish());
    begins.sort_unstable();
    let ends = begins.iter().skip(1).map(|(offset, _)| *offset).chain([before + bytes.len()]);
    let cut = |((begin, id), end): (&(usize, Ref), usize)| {
        Some((*id, bytes.get(begin.checked_sub(before)?..end.checked_sub(before)?)?))
    };
    begins.iter().zip(ends).filter_map(cut).collect()
}

/// Where the objects of a file with a classic table begin.
fn begins(file: &[u8]) -> Vec<(usize, Ref)> {
    let line = |line: &[u8]| std::str::from_utf8(line).ok().map(|line| line.trim().to_owned());
    let tail = &file[file.len().saturating_sub(64)..];
    let tail = String::from_utf8_lossy(tail);
    let start = tail.rsplit_once("startxref").and_then(|(_, rest)| rest.split_whitespace().next()?.parse().ok());
    let table = start.and_then(|start: usize| file.get(start..)).unwrap_or_default();
    let entries = table.split(|byte| *byte == b'\n').skip(2).enumerate();
    let entries = entries.map_while(|(number, entry)| Some((number, line(entry).filter(|line| line.len() == 18)?)));
    entries
        .filter(|(_, entry)| entry.ends_with('n'))
        .filter_map(|(number, entry)| Some((entry.get(..10)?.parse().ok()?, Ref::new(i32::try_from(number).ok()?))))
        .collect()
}
