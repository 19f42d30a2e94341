//! TIFF by the crate `tiff`, strip by strip or tile by tile; those that are JPEGs by our own decoder.
//!
//! By TIFF 6.0 and its Technical Note 2 (JPEG).

use std::borrow::Cow;

use tiff::decoder::ifd::Value;
use tiff::decoder::{ChunkType, Decoder, Limits};
use tiff::tags::{CompressionMethod, PhotometricInterpretation, PlanarConfiguration, SampleFormat, Tag};
use tiff::{ColorType, TiffError};

use super::watched::Watched;
use super::{Ask, Decoded, Header, Kind, Space, invalid, jpeg};
use crate::engine::{Code, Context, TaskError};
use crate::tasks::image::exif::{density_of, orientation_of};
use crate::tasks::image::ops::alpha::unpremultiplied;
use crate::tasks::image::raster::{Picture, Raster, Sample, out_of_memory};

const KIND: Kind = Kind::Tiff;

/// The most bytes that one list of values may take.
const LISTS: usize = 512 << 20;

/// Bytes of an entry of a directory; of a BigTIFF it has more.
const ENTRY: usize = 12;

/// The most pages that are counted.
const MAX_PAGES: u32 = 10_000;

/// Where the first directory says what a palette's indices mean, which the crate does not read.
const PHOTOMETRIC: u16 = 262;

/// `ExtraSamples`: the colours are multiplied by this alpha.
const ASSOCIATED_ALPHA: u16 = 1;

type Reader<'a> = Decoder<Watched<'a>>;

/// How the samples of a page are stored.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Layout {
    width: u32,
    height: u32,
    /// Samples of a pixel as they are stored.
    stored: usize,
    bits: u8,
    /// Samples of a pixel once it is decoded.
    channels: usize,
    space: Space,
    /// Samples are indices of colours.
    palette: bool,
    premultiplied: bool,
    planar: bool,
    jpeg: bool,
}

pub(super) fn header(bytes: &[u8], page: u32, context: &Context<'_>) -> Result<Header, TaskError> {
    let file = without_palettes(bytes);
    let mut reader = reader(&file.bytes, context)?;
    let pages = pages(&mut reader, bytes, context)?;
    reader.seek_to_image(page.min(pages - 1) as usize).map_err(|error| failed(&error, context))?;
    let layout = layout(&mut reader, &file, context)?;
    let icc = reader.get_tag_u8_vec(Tag::IccProfile).ok();
    let xmp = reader.get_tag_u8_vec(Tag::Unknown(700)).ok();
    Ok(Header {
        kind: KIND,
        width: layout.width,
        height: layout.height,
        channels: layout.channels,
        has_alpha: layout.space != Space::Cmyk && layout.channels.is_multiple_of(2),
        depth: if layout.bits == 16 { 16 } else { 8 },
        space: layout.space,
        // A TIFF begins as EXIF does.
        orientation: orientation_of(bytes),
        pages,
        delays: Vec::new(),
        loops: None,
        density: density_of(bytes),
        chroma_subsampling: None,
        progressive: false,
        palette_bits: layout.palette.then_some(layout.bits),
        coded_bits: None,
        compression: None,
        icc,
        exif: None,
        xmp,
    })
}

pub(super) fn decode(header: &Header, bytes: &[u8], ask: &Ask, context: &Context<'_>) -> Result<Decoded, TaskError> {
    let file = without_palettes(bytes);
    let mut reader = reader(&file.bytes, context)?;
    let mut frames = Vec::with_capacity(ask.pages as usize);
    for page in ask.page..ask.page + ask.pages {
        reader.seek_to_image(page as usize).map_err(|error| failed(&error, context))?;
        let layout = layout(&mut reader, &file, context)?;
        if (layout.width, layout.height) != (header.width, header.height) {
            let cause = "its pages have different sizes, so that they can only be read one at a time";
            return Err(invalid(KIND, Code::ImageUnsupported, &cause, context));
        }
        let picture = if layout.bits == 16 {
            Picture::Sixteen(pixels(&mut reader, &file, &layout, ask, context)?)
        } else {
            Picture::Eight(pixels(&mut reader, &file, &layout, ask, context)?)
        };
        frames.push(if layout.premultiplied { unpremultiplied(picture, context)? } else { picture });
    }
    Ok(Decoded { frames })
}

/// Counts the pages, of which only the directories are read.
fn pages(reader: &mut Reader<'_>, bytes: &[u8], context: &Context<'_>) -> Result<u32, TaskError> {
    // Directories that lie apart have no more entries than this. What is made of directories that share their entries, or
    // that go round in a circle, would take minutes to read.
    let mut left = (bytes.len() / ENTRY) as u64;
    let mut next = reader.ifd_pointer();
    let mut count = 0;
    while let Some(at) = next.filter(|_| count < MAX_PAGES) {
        let entries = entries(bytes, at.0).unwrap_or(0).max(1);
        left = left
            .checked_sub(entries)
            .ok_or_else(|| invalid(KIND, Code::ImageInvalid, &"its directories share their entries", context))?;
        next = reader.read_directory(at).map_err(|error| failed(&error, context))?.next();
        count += 1;
    }
    Ok(count.max(1))
}

/// How many entries the directory says it has that begins here.
fn entries(bytes: &[u8], at: u64) -> Option<u64> {
    let is_big = bytes.get(2..4)?.contains(&43);
    let field = bytes.get(usize::try_from(at).ok()?..)?.get(..if is_big { 8 } else { 2 })?;
    let number = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
    Some(if bytes[0] == b'I' { field.iter().rev().fold(0, number) } else { field.iter().fold(0, number) })
}

/// A TIFF whose palettes are hidden: its indices read as grey.
struct File<'a> {
    bytes: Cow<'a, [u8]>,
    has_palettes: bool,
}

fn without_palettes(bytes: &[u8]) -> File<'_> {
    let places = palettes(bytes).unwrap_or_default();
    let mut file = File { bytes: Cow::Borrowed(bytes), has_palettes: !places.is_empty() };
    for at in places {
        // 3 (palette) becomes 1 (black is zero), in either byte order.
        for byte in &mut file.bytes.to_mut()[at..at + 2] {
            *byte = u8::from(*byte != 0);
        }
    }
    file
}

/// Where directories say that their pixels are indices. Classic TIFF only.
fn palettes(bytes: &[u8]) -> Option<Vec<usize>> {
    let little = match bytes.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let u16_at = |at: usize| {
        let two = *bytes.get(at..)?.first_chunk()?;
        Some(if little { u16::from_le_bytes(two) } else { u16::from_be_bytes(two) })
    };
    let u32_at = |at: usize| {
        let four = *bytes.get(at..)?.first_chunk()?;
        Some(if little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) })
    };
    let mut places = Vec::new();
    let mut directory = u32_at(4)? as usize;
    // As `pages` counts them, which finds fault with what goes beyond.
    let mut left = bytes.len() / ENTRY;
    for _ in 0..MAX_PAGES {
        let Some(count) = u16_at(directory).filter(|_| directory != 0) else { break };
        let Some(rest) = left.checked_sub(usize::from(count)) else { break };
        left = rest;
        for entry in (0..usize::from(count)).map(|i| directory + 2 + 12 * i) {
            if u16_at(entry) == Some(PHOTOMETRIC) && u16_at(entry + 8) == Some(3) {
                places.push(entry + 8);
            }
        }
        let Some(next) = u32_at(directory + 2 + 12 * usize::from(count)) else { break };
        directory = next as usize;
    }
    Some(places)
}

fn reader<'a>(bytes: &'a [u8], context: &'a Context<'a>) -> Result<Reader<'a>, TaskError> {
    let reader = Decoder::new(Watched::new(bytes, context)).map_err(|error| failed(&error, context))?;
    let mut limits = Limits::default();
    // Of lists of values, for which the crate takes memory before it reads them: none has more values than the file has
    // bytes.
    limits.decoding_buffer_size = bytes.len().saturating_mul(size_of::<Value>()).clamp(1 << 20, LISTS);
    // Strips are read piece by piece, into pictures whose size is compared with the limits before.
    limits.intermediate_buffer_size = usize::MAX;
    limits.ifd_value_size = bytes.len().max(1 << 20);
    Ok(reader.with_limits(limits))
}

fn layout(reader: &mut Reader<'_>, file: &File<'_>, context: &Context<'_>) -> Result<Layout, TaskError> {
    let broken = |error: TiffError| failed(&error, context);
    let unsupported = |cause: String| invalid(KIND, Code::ImageUnsupported, &cause, context);
    let (width, height) = reader.dimensions().map_err(broken)?;
    if width == 0 || height == 0 {
        return Err(invalid(KIND, Code::ImageInvalid, &"its header says that it has no pixels", context));
    }
    let number = |reader: &mut Reader<'_>, tag: Tag, default: u16| -> Result<u16, TaskError> {
        reader.find_tag_unsigned(tag).map(|found| found.unwrap_or(default)).map_err(broken)
    };
    let extra = reader.find_tag_unsigned_vec::<u16>(Tag::ExtraSamples).map_err(broken)?.unwrap_or_default();
    let formats = reader.find_tag_unsigned_vec::<u16>(Tag::SampleFormat).map_err(broken)?.unwrap_or_default();
    if formats.iter().any(|format| *format != SampleFormat::Uint.to_u16()) {
        return Err(unsupported("samples that are no whole numbers are not read here".to_owned()));
    }
    let planar = number(reader, Tag::PlanarConfiguration, 1)? == PlanarConfiguration::Planar.to_u16();
    let jpeg = number(reader, Tag::Compression, 1)? == CompressionMethod::ModernJPEG.to_u16();
    let palette = file.has_palettes && reader.find_tag(Tag::ColorMap).map_err(broken)?.is_some();
    let color = reader.colortype().map_err(broken)?;
    let (stored, bits, channels, space): (usize, u8, usize, Space) = match color {
        ColorType::Gray(bits @ (1 | 2 | 4 | 8)) if palette => (1, bits, 3, Space::Rgb),
        ColorType::Gray(bits @ (1 | 2 | 4 | 8 | 16)) => (1, bits, 1, Space::Grey),
        ColorType::Multiband { bit_depth: bits @ (8 | 16), num_samples } if num_samples >= 2 => {
            (usize::from(num_samples), bits, 2, Space::Grey)
        }
        ColorType::RGB(bits @ (8 | 16)) => (3 + extra.len(), bits, 3, Space::Rgb),
        ColorType::RGBA(bits @ (8 | 16)) => (3 + extra.len().max(1), bits, 4, Space::Rgb),
        ColorType::CMYK(8) => (4 + extra.len(), 8, 4, Space::Cmyk),
        ColorType::CMYKA(8) => (4 + extra.len().max(1), 8, 4, Space::Cmyk),
        ColorType::YCbCr(8) if jpeg => (3, 8, 3, Space::Rgb),
        other => return Err(unsupported(format!("pixels of the type {other:?} are not read here"))),
    };
    let premultiplied = channels.is_multiple_of(2) && extra.first() == Some(&ASSOCIATED_ALPHA) && space != Space::Cmyk;
    Ok(Layout { width, height, stored, bits, channels, space, palette, premultiplied, planar, jpeg })
}

/// A sample in the bytes that the crate gives.
trait Stored: Sample {
    /// All samples of rows of `len` samples each, which begin at whole bytes.
    fn unpacked(bytes: &[u8], bits: u8, len: usize) -> Vec<Self>;
}

impl Stored for u8 {
    fn unpacked(bytes: &[u8], bits: u8, len: usize) -> Vec<Self> {
        if bits == 8 {
            return bytes.to_vec();
        }
        let per_byte = usize::from(8 / bits);
        let level = |row: &[u8], i: usize| {
            let shift = 8 - usize::from(bits) * (i % per_byte + 1);
            row[i / per_byte] >> shift & (u8::MAX >> (8 - bits))
        };
        bytes.chunks_exact(len.div_ceil(per_byte)).flat_map(|row| (0..len).map(move |i| level(row, i))).collect()
    }
}

impl Stored for u16 {
    fn unpacked(bytes: &[u8], _bits: u8, _len: usize) -> Vec<Self> {
        bytes.chunks_exact(2).map(|pair| Self::from_ne_bytes([pair[0], pair[1]])).collect()
    }
}

/// The samples of one strip or tile: `per_pixel` of them for each of `width` pixels of a row.
struct Chunk<T> {
    samples: Vec<T>,
    width: usize,
    per_pixel: usize,
}

fn pixels<T: Stored>(
    reader: &mut Reader<'_>,
    file: &File<'_>,
    layout: &Layout,
    ask: &Ask,
    context: &Context<'_>,
) -> Result<Raster<T>, TaskError> {
    let mut raster = Raster::<T>::new(layout.width, layout.height, layout.channels)?;
    let (chunk_width, chunk_height) = reader.chunk_dimensions();
    let across = layout.width.div_ceil(chunk_width);
    let places = across * layout.height.div_ceil(chunk_height);
    let levels = levels(reader, layout, context)?;
    let planes = if layout.planar { layout.channels as u32 } else { 1 };
    for number in 0..places * planes {
        context.check()?;
        let (plane, place) = ((number / places) as usize, number % places);
        let (left, top) = ((place % across * chunk_width) as usize, (place / across * chunk_height) as usize);
        let chunk: Chunk<T> = if layout.jpeg {
            jpeg_chunk(reader, file, number, ask, context)?
        } else {
            chunk(reader, layout, number, context)?
        };
        let width = chunk.width.min(layout.width as usize - left);
        let row_len = raster.row_len();
        let rows = raster.data.chunks_exact_mut(row_len).skip(top).take(chunk_height as usize);
        for (target, source) in rows.zip(chunk.samples.chunks_exact(chunk.width * chunk.per_pixel)) {
            let pixels = target[left * layout.channels..].chunks_exact_mut(layout.channels);
            for (pixel, samples) in pixels.zip(source.chunks_exact(chunk.per_pixel)).take(width) {
                match &levels {
                    Some(levels) => {
                        levels[samples[0].to_u32() as usize].iter().zip(pixel).for_each(|(level, sample)| {
                            *sample = T::of_u8(*level);
                        })
                    }
                    None if layout.planar => pixel[plane] = samples[0],
                    None => pixel.iter_mut().zip(samples).for_each(|(to, from)| *to = *from),
                }
            }
        }
    }
    Ok(raster)
}

/// What the levels of samples of less than 8 bits mean, or the indices of a palette.
fn levels(reader: &mut Reader<'_>, layout: &Layout, context: &Context<'_>) -> Result<Option<Vec<Vec<u8>>>, TaskError> {
    let count = 1 << layout.bits.min(8);
    if layout.palette {
        let map = reader.get_tag_u16_vec(Tag::ColorMap).map_err(|error| failed(&error, context))?;
        if map.len() < 3 * count {
            return Err(invalid(KIND, Code::ImageInvalid, &"its palette has too few colours", context));
        }
        let planes = map.len() / 3;
        let color = |i: usize| [map[i], map[planes + i], map[2 * planes + i]].map(|level| (level >> 8) as u8).to_vec();
        return Ok(Some((0..count).map(color).collect()));
    }
    let grey = |level: usize| vec![(level * 255 / (count - 1)) as u8];
    Ok((layout.bits < 8).then(|| (0..count).map(grey).collect()))
}

fn chunk<T: Stored>(
    reader: &mut Reader<'_>,
    layout: &Layout,
    number: u32,
    context: &Context<'_>,
) -> Result<Chunk<T>, TaskError> {
    let broken = |error: TiffError| failed(&error, context);
    let (width, _) = reader.chunk_data_dimensions(number);
    let wanted = reader.image_chunk_buffer_layout(number).map_err(broken)?;
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(wanted.len).map_err(|_| out_of_memory(layout.width, layout.height))?;
    bytes.resize(wanted.len, 0);
    reader.read_chunk_bytes(number, &mut bytes).map_err(broken)?;
    let per_pixel = if layout.planar { 1 } else { layout.stored };
    let samples = T::unpacked(&bytes, layout.bits, width as usize * per_pixel);
    Ok(Chunk { samples, width: width as usize, per_pixel })
}

/// A strip or tile that is a JPEG, whose tables may stand apart.
fn jpeg_chunk<T: Sample>(
    reader: &mut Reader<'_>,
    file: &File<'_>,
    number: u32,
    ask: &Ask,
    context: &Context<'_>,
) -> Result<Chunk<T>, TaskError> {
    let broken = |error: TiffError| failed(&error, context);
    let cut_off = || invalid(KIND, Code::ImageInvalid, &"a part of it is not there", context);
    let (offsets, counts) = match reader.get_chunk_type() {
        ChunkType::Strip => (Tag::StripOffsets, Tag::StripByteCounts),
        ChunkType::Tile => (Tag::TileOffsets, Tag::TileByteCounts),
    };
    let at = |reader: &mut Reader<'_>, tag: Tag| {
        reader.get_tag_u64_vec(tag).map(|values| values.get(number as usize).map_or(0, |value| *value as usize))
    };
    let (start, len) = (at(reader, offsets).map_err(broken)?, at(reader, counts).map_err(broken)?);
    let data = file.bytes.get(start..start.saturating_add(len)).ok_or_else(cut_off)?;
    let tables = reader.find_tag(Tag::JPEGTables).map_err(broken)?;
    let tables = tables.map(|tables| tables.into_u8_vec()).transpose().map_err(broken)?.unwrap_or_default();
    let photometric = reader.find_tag_unsigned::<u16>(Tag::PhotometricInterpretation).map_err(broken)?;
    // Nothing inside of the JPEG says what its components mean: Adobe's marker does.
    let is_ycc = photometric == Some(PhotometricInterpretation::YCbCr.to_u16());
    let adobe = [0xff, 0xee, 0, 14, b'A', b'd', b'o', b'b', b'e', 0, 100, 0, 0, 0, 0, u8::from(is_ycc)];
    let tables = tables.strip_prefix(&[0xff, 0xd8]).unwrap_or(&tables);
    let tables = tables.strip_suffix(&[0xff, 0xd9]).unwrap_or(tables);
    let rest = data.strip_prefix(&[0xff, 0xd8]).ok_or_else(cut_off)?;
    let whole = [&[0xff, 0xd8], &adobe[..], tables, rest].concat();
    let header = jpeg::header(&whole, context)?;
    let limit = u64::from(reader.chunk_dimensions().0) * u64::from(reader.chunk_dimensions().1);
    if u64::from(header.width) * u64::from(header.height) > limit {
        return Err(invalid(KIND, Code::ImageInvalid, &"a part of it is larger than its place", context));
    }
    let ask = Ask { shrink: 1, page: 0, pages: 1, ..*ask };
    let picture = jpeg::decode(&header, &whole, &ask, context)?.frames.remove(0).narrowed(context)?;
    let samples = picture.data.iter().map(|sample| T::of_u8(*sample)).collect();
    Ok(Chunk { samples, width: picture.width as usize, per_pixel: picture.channels })
}

fn failed(error: &TiffError, context: &Context<'_>) -> TaskError {
    let code = match error {
        TiffError::UnsupportedError(_) => Code::ImageUnsupported,
        TiffError::LimitsExceeded => Code::ImageTooLarge,
        _ => Code::ImageInvalid,
    };
    invalid(KIND, code, error, context)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::CancelToken;

    /// A thousand directories of 6000 entries each, which begin one entry apart: six million entries in 84 kB.
    #[test]
    fn directories_that_share_their_entries_are_refused() {
        let (directories, entries) = (1000, 6000);
        let mut bytes = b"II*\0\x08\0\0\0".to_vec();
        let tags: [(u16, u16); 9] =
            [(256, 1), (257, 1), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1), (278, 1), (279, 1)];
        for at in 0..directories + entries {
            let (tag, value) = tags.get(at - at.min(2000)).copied().unwrap_or((254, 0));
            let next = if (entries..entries + directories - 1).contains(&at) { 8 + 12 * (at - entries + 1) } else { 0 };
            bytes.extend((entries as u16).to_le_bytes());
            // The offset of the next directory stands where another one has the tag and the type of an entry.
            if next > 0 {
                bytes.extend((next as u32).to_le_bytes());
            } else {
                bytes.extend([tag, 3].map(u16::to_le_bytes).concat());
            }
            bytes.extend(1_u32.to_le_bytes());
            bytes.extend(value.to_le_bytes());
        }
        bytes.extend([0; 16]);
        let token = CancelToken::default();
        let error = header(&bytes, 0, &Context::detached(&token)).unwrap_err();
        assert!(error.message.contains("share their entries"), "{error}");
    }
}
