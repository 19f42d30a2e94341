//! TIFF by the crate `tiff`, a page for each frame; the compression `jpeg` by our own encoder.

use tiff::TiffError;
use tiff::encoder::colortype::{ColorType, Gray8, Gray16, RGB8, RGB16, RGBA8, RGBA16};
use tiff::encoder::compression::DeflateLevel;
use tiff::encoder::{Compression, DirectoryEncoder, Rational, TiffEncoder, TiffKindStandard, TiffValue};
use tiff::tags::{CompressionMethod, PhotometricInterpretation, Predictor, ResolutionUnit, Tag};

use super::watched::Watched;
use super::{Extras, Image, jpeg};
use crate::engine::{Code, Context, TaskError};
use crate::tasks::image::ops::alpha;
use crate::tasks::image::raster::{Picture, Raster, Sample};
use crate::tasks::image::request::{self, Subsampling, TiffCompression};

/// `ExtraSamples`: alpha by which the colours are not multiplied.
const UNASSOCIATED_ALPHA: u16 = 2;

type Encoder<'a, 'b> = TiffEncoder<&'a mut Watched<'b>, TiffKindStandard>;
type Directory<'a, 'b, 'c> = DirectoryEncoder<'a, &'b mut Watched<'c>, TiffKindStandard>;

/// Bytes of pixels in a strip: a few milliseconds.
const STRIP: usize = 128 << 10;

pub(super) fn encode(
    image: Image,
    options: &request::Tiff,
    context: &Context<'_>,
    progress: &dyn Fn(u64),
) -> Result<Vec<u8>, TaskError> {
    let Image { frames, extras, .. } = image;
    let failed = |error: TiffError| {
        let fault = || TaskError::new(Code::TaskFailed, format!("Cannot encode the TIFF: {error}"));
        context.check().err().unwrap_or_else(fault)
    };
    let mut output = Watched::new(context);
    let predictor = match options.predictor {
        request::Predictor::Horizontal
            if matches!(options.compression, TiffCompression::Lzw | TiffCompression::Deflate) =>
        {
            Predictor::Horizontal
        }
        _ => Predictor::None,
    };
    let mut encoder = TiffEncoder::new(&mut output).map_err(failed)?.with_predictor(predictor).with_compression(
        match options.compression {
            TiffCompression::Lzw => Compression::Lzw,
            TiffCompression::Deflate => Compression::Deflate(DeflateLevel::Balanced),
            TiffCompression::Packbits => Compression::Packbits,
            TiffCompression::None | TiffCompression::Jpeg => Compression::Uncompressed,
        },
    );
    let count = frames.len() as u64;
    for (frame, picture) in (0..).zip(frames) {
        progress(100 * frame / count);
        if options.compression == TiffCompression::Jpeg {
            let page = jpeg_page(picture, options, context)?;
            page.write(&mut encoder, &extras).map_err(failed)?;
            continue;
        }
        // Grey with alpha has no type there.
        let picture = if picture.channels() == 2 { alpha::colored(picture, context)? } else { picture };
        match picture {
            Picture::Eight(raster) => match raster.channels {
                1 => page::<Gray8>(&mut encoder, &raster, &extras),
                3 => page::<RGB8>(&mut encoder, &raster, &extras),
                _ => page::<RGBA8>(&mut encoder, &raster, &extras),
            },
            Picture::Sixteen(raster) => match raster.channels {
                1 => page::<Gray16>(&mut encoder, &raster, &extras),
                3 => page::<RGB16>(&mut encoder, &raster, &extras),
                _ => page::<RGBA16>(&mut encoder, &raster, &extras),
            },
        }
        .map_err(failed)?;
    }
    Ok(output.into_bytes())
}

fn page<C: ColorType>(
    encoder: &mut Encoder<'_, '_>,
    raster: &Raster<C::Inner>,
    extras: &Extras,
) -> Result<(), TiffError>
where
    C::Inner: Sample,
    [C::Inner]: TiffValue,
{
    let mut page = encoder.new_image::<C>(raster.width, raster.height)?;
    page.rows_per_strip((STRIP / (raster.row_len() * size_of::<C::Inner>())).max(1) as u32)?;
    if raster.channels == 4 {
        page.encoder().write_tag(Tag::ExtraSamples, &[UNASSOCIATED_ALPHA][..])?;
    }
    write_extras(page.encoder(), extras)?;
    page.write_data(&raster.data)
}

fn write_extras(directory: &mut Directory<'_, '_, '_>, extras: &Extras) -> Result<(), TiffError> {
    if let Some(density) = extras.density {
        let resolution = || Rational { n: (density * 1000.0).round() as u32, d: 1000 };
        directory.write_tag(Tag::XResolution, resolution())?;
        directory.write_tag(Tag::YResolution, resolution())?;
        directory.write_tag(Tag::ResolutionUnit, ResolutionUnit::Inch)?;
    }
    if let Some(icc) = &extras.icc {
        directory.write_tag(Tag::IccProfile, &icc[..])?;
    }
    if let Some(xmp) = &extras.xmp {
        directory.write_tag(Tag::Unknown(700), &xmp[..])?;
    }
    Ok(())
}

/// A page that is a JPEG, in one strip.
struct JpegPage {
    size: (u32, u32),
    channels: usize,
    subsampling: Subsampling,
    bytes: Vec<u8>,
}

fn jpeg_page(picture: Picture, options: &request::Tiff, context: &Context<'_>) -> Result<JpegPage, TaskError> {
    let (size, channels) = (picture.size(), picture.channels());
    // From here on libvips does not leave colours out either.
    let subsampling = if options.quality.0 < 90 { Subsampling::Halved } else { Subsampling::Full };
    let jpeg = request::Jpeg { quality: options.quality, chroma_subsampling: subsampling, ..Default::default() };
    let image = Image { frames: vec![picture], delays: Vec::new(), loops: 0, extras: Extras::default() };
    Ok(JpegPage { size, channels, subsampling, bytes: jpeg::encode(image, &jpeg, context, &|_| {})? })
}

impl JpegPage {
    fn write(&self, encoder: &mut Encoder<'_, '_>, extras: &Extras) -> Result<(), TiffError> {
        let mut directory = encoder.image_directory()?;
        let grey = self.channels == 1;
        let photometric = if grey { PhotometricInterpretation::BlackIsZero } else { PhotometricInterpretation::YCbCr };
        let offset = directory.write_data(&self.bytes[..])?;
        directory.write_tag(Tag::ImageWidth, self.size.0)?;
        directory.write_tag(Tag::ImageLength, self.size.1)?;
        directory.write_tag(Tag::BitsPerSample, &vec![8_u16; self.channels][..])?;
        directory.write_tag(Tag::Compression, CompressionMethod::ModernJPEG.to_u16())?;
        directory.write_tag(Tag::PhotometricInterpretation, photometric.to_u16())?;
        directory.write_tag(Tag::SamplesPerPixel, self.channels as u16)?;
        directory.write_tag(Tag::RowsPerStrip, self.size.1)?;
        directory.write_tag(Tag::StripOffsets, u32::try_from(offset)?)?;
        directory.write_tag(Tag::StripByteCounts, u32::try_from(self.bytes.len())?)?;
        if !grey {
            let factor = if self.subsampling == Subsampling::Halved { 2_u16 } else { 1 };
            directory.write_tag(Tag::ChromaSubsampling, &[factor, factor][..])?;
            // JPEG uses all of 0 to 255, which is not what a TIFF means unless it says so.
            let full = [0, 255, 128, 255, 128, 255].map(|n| Rational { n, d: 1 });
            directory.write_tag(Tag::Unknown(532), &full[..])?;
        }
        write_extras(&mut directory, extras)?;
        directory.finish()
    }
}
