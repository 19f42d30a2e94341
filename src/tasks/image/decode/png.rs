//! PNG by the crate `png`, row by row.

use png::{BitDepth, ColorType, Decoder, DecodingError, Limits, Reader, Transformations, Unit};

use super::watched::Watched;
use super::{Ask, Decoded, Header, Kind, Space, invalid};
use crate::engine::{Code, Context, TaskError};
use crate::tasks::image::exif::{density_of, orientation_of};
use crate::tasks::image::memory::bytes_of_mut;
use crate::tasks::image::raster::{Picture, Raster};
use crate::tasks::image::request::FailOn;

const KIND: Kind = Kind::Png;

/// Bytes that a PNG's own chunks may take beside the pixels: profiles, texts and the like.
const CHUNKS: usize = 64 << 20;

/// Metres in an inch.
const INCH: f64 = 0.0254;

const XMP: &str = "XML:com.adobe.xmp";

pub(super) fn header(bytes: &[u8], context: &Context<'_>) -> Result<Header, TaskError> {
    let reader = reader(bytes, FailOn::Warning, context)?;
    let info = reader.info();
    let (color, depth) = reader.output_color_type();
    let exif = info.exif_metadata.as_deref().map(|exif| exif.strip_prefix(b"Exif\0\0").unwrap_or(exif).to_vec());
    let resolution = info.pixel_dims.filter(|dimensions| dimensions.unit == Unit::Meter);
    let xmp = info.utf8_text.iter().find(|text| text.keyword == XMP).and_then(|text| text.get_text().ok());
    Ok(Header {
        kind: KIND,
        width: info.width,
        height: info.height,
        channels: color.samples(),
        has_alpha: color.samples().is_multiple_of(2),
        depth: if depth == BitDepth::Sixteen { 16 } else { 8 },
        space: if color.samples() < 3 { Space::Grey } else { Space::Rgb },
        orientation: exif.as_deref().map_or(1, orientation_of),
        pages: 1,
        delays: Vec::new(),
        loops: None,
        density: resolution
            .map(|dimensions| (f64::from(dimensions.xppu) * INCH).round())
            .or_else(|| exif.as_deref().and_then(density_of)),
        chroma_subsampling: None,
        progressive: info.interlaced,
        palette_bits: (info.color_type == ColorType::Indexed).then_some(info.bit_depth as u8),
        compression: None,
        coded_bits: None,
        icc: info.icc_profile.as_ref().map(|profile| profile.clone().into_owned()),
        xmp: xmp.map(String::into_bytes),
        exif,
    })
}

pub(super) fn decode(header: &Header, bytes: &[u8], ask: &Ask, context: &Context<'_>) -> Result<Decoded, TaskError> {
    let reader = reader(bytes, ask.fail_on, context)?;
    let picture = if header.depth == 16 {
        let mut raster = Raster::<u16>::new(header.width, header.height, header.channels)?;
        read(reader, bytes_of_mut(&mut raster.data), ask.fail_on, context)?;
        // PNG has the high byte first.
        let row_len = raster.row_len();
        for row in raster.data.chunks_exact_mut(row_len) {
            row.iter_mut().for_each(|sample| *sample = u16::from_be(*sample));
        }
        Picture::Sixteen(raster)
    } else {
        let mut raster = Raster::<u8>::new(header.width, header.height, header.channels)?;
        read(reader, &mut raster.data, ask.fail_on, context)?;
        Picture::Eight(raster)
    };
    Ok(Decoded { frames: vec![picture] })
}

fn reader<'a>(bytes: &'a [u8], fail_on: FailOn, context: &'a Context<'a>) -> Result<Reader<Watched<'a>>, TaskError> {
    let mut decoder = Decoder::new_with_limits(Watched::new(bytes, context), Limits { bytes: CHUNKS });
    // Palettes, transparent colours and less than 8 bits become samples.
    decoder.set_transformations(Transformations::EXPAND);
    decoder.ignore_checksums(fail_on == FailOn::None);
    decoder.read_info().map_err(|error| failed(&error, context))
}

/// Fills `target` with the rows. What is cut off stays black where `fail_on` lets it.
fn read(
    mut reader: Reader<Watched<'_>>,
    target: &mut [u8],
    fail_on: FailOn,
    context: &Context<'_>,
) -> Result<(), TaskError> {
    let whole = reader.next_frame(target).and_then(|_| reader.finish());
    match whole {
        Err(DecodingError::IoError(_)) if fail_on == FailOn::None => context.check(),
        Err(error) => Err(failed(&error, context)),
        Ok(()) => context.check(),
    }
}

fn failed(error: &DecodingError, context: &Context<'_>) -> TaskError {
    let code = if matches!(error, DecodingError::LimitsExceeded) { Code::ImageTooLarge } else { Code::ImageInvalid };
    invalid(KIND, code, error, context)
}
