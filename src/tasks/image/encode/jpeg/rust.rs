//! Encoding by jpeg-encoder, in Rust, where the addon has no mozjpeg.

use jpeg_encoder::{
    ChromaSubsamplingMethod, ColorType, Encoder, EncodingError, PixelDensity, PixelDensityUnit, SamplingFactor,
};

use super::{Extras, segments};
use crate::engine::{Code, Context, TaskError};
use crate::tasks::image::encode::watched::Watched;
use crate::tasks::image::planes::Planes;
use crate::tasks::image::raster::Raster;
use crate::tasks::image::request::{Jpeg, Subsampling};

pub(super) fn encode(
    picture: &Raster<u8>,
    options: &Jpeg,
    extras: &Extras,
    context: &Context<'_>,
    _progress: &dyn Fn(u64),
) -> Result<Vec<u8>, TaskError> {
    let failed = |error: EncodingError| {
        let fault = || TaskError::new(Code::TaskFailed, format!("Cannot encode the JPEG: {error}"));
        context.check().err().unwrap_or_else(fault)
    };
    let mut output = Watched::new(context);
    let mut encoder = Encoder::new(&mut output, options.quality.0 as u8);
    encoder.set_sampling_factor(match options.chroma_subsampling {
        Subsampling::Halved => SamplingFactor::F_2_2,
        Subsampling::Full => SamplingFactor::F_1_1,
    });
    encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Average);
    encoder.set_progressive(options.progressive || options.mozjpeg);
    encoder.set_optimized_huffman_tables(options.optimise_coding || options.mozjpeg);
    if let Some(density) = extras.density {
        let density = density.round() as u16;
        encoder.set_density(PixelDensity { density: (density, density), unit: PixelDensityUnit::Inches });
    }
    for (marker, payload) in segments(extras) {
        encoder.add_app_segment(marker, payload).map_err(failed)?;
    }
    let color = if picture.channels == 1 { ColorType::Luma } else { ColorType::Rgb };
    let side = |length: u32| u16::try_from(length).expect("checked against the longest side");
    encoder.encode(&picture.data, side(picture.width), side(picture.height), color).map_err(failed)?;
    Ok(output.into_bytes())
}

/// Without mozjpeg nobody makes planes.
pub(super) fn encode_planes(
    _planes: &Planes,
    _options: &Jpeg,
    _extras: &Extras,
    _context: &Context<'_>,
    _progress: &dyn Fn(u64),
) -> Result<Vec<u8>, TaskError> {
    unreachable!("`decode_planes` gives none here")
}
