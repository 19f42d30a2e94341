//! JPEG: decoding by zune-jpeg, which polls the cancel token, and encoding as sharp's defaults do it (4:2:0).

use std::io;

use image::metadata::Orientation;
use jpeg_encoder::{ChromaSubsamplingMethod, ColorType, EncodingError, SamplingFactor};
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;
use zune_jpeg::{CancelCheck, JpegDecoder};

use super::decode::{Decoded, Kind, check_size, invalid};
use super::pixels::Pixels;
use crate::engine::{Code, Context, TaskError};

/// The longest side of a JPEG.
pub(super) const MAX_SIDE: u32 = 65535;

/// Blocks of up to 16 × 16 pixels between two looks at the cancel token.
const CANCEL_INTERVAL: usize = 256;

pub(super) fn decode(bytes: &[u8], limit: u64, context: &Context<'_>) -> Result<Decoded, TaskError> {
    let broken = |error: DecodeErrors| {
        let unsupported = matches!(error, DecodeErrors::Unsupported(_));
        let code = if unsupported { Code::ImageUnsupported } else { Code::ImageInvalid };
        invalid(Kind::Jpeg, code, &error, context)
    };
    // Strict: a photo that is cut off or damaged is an error, not a photo that is half grey.
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .set_max_width(MAX_SIDE as usize)
        .set_max_height(MAX_SIDE as usize);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.set_cancel(Watch::over(context));
    decoder.set_cancel_interval(CANCEL_INTERVAL);
    decoder.decode_headers().map_err(broken)?;
    let (width, height) = decoder.dimensions().unwrap_or_default();
    let (width, height) = (width as u32, height as u32);
    check_size(Kind::Jpeg, (width, height), limit)?;
    let grey = decoder.input_colorspace() == Some(ColorSpace::Luma);
    let (color, channels) = if grey { (ColorSpace::Luma, 1) } else { (ColorSpace::RGB, 3) };
    decoder.set_options(options.jpeg_set_out_colorspace(color));
    let mut pixels = Pixels::new(width, height, channels)?;
    decoder.decode_into(&mut pixels.data).map_err(broken)?;
    let exif = decoder.exif().and_then(|chunk| Orientation::from_exif_chunk(chunk));
    Ok(Decoded { pixels, orientation: exif.unwrap_or(Orientation::NoTransforms) })
}

/// The context, for a decoder that wants to keep it for ever.
struct Watch(*const Context<'static>);

// SAFETY: a context is only looked at, and it can be from any thread: `for_each_block` shares it too.
unsafe impl Send for Watch {}
// SAFETY: as above.
unsafe impl Sync for Watch {}

impl Watch {
    /// The caller drops the decoder that it gives this to before it leaves the context, which it has only borrowed.
    fn over(context: &Context<'_>) -> Self {
        Self(std::ptr::from_ref(context).cast())
    }
}

impl CancelCheck for Watch {
    fn is_cancelled(&self) -> bool {
        // SAFETY: only `decode` makes one, and the decoder that owns it is a local there, under a borrowed context.
        unsafe { &*self.0 }.is_canceled()
    }
}

/// Encodes an image without alpha.
pub(super) fn encode(pixels: &Pixels, quality: u8, context: &Context<'_>) -> Result<Vec<u8>, TaskError> {
    let mut bytes = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(Output { bytes: &mut bytes, context }, quality);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Average);
    let color = if pixels.channels == 1 { ColorType::Luma } else { ColorType::Rgb };
    let side = |length: u32| u16::try_from(length).expect("checked against MAX_SIDE");
    encoder.encode(&pixels.data, side(pixels.width), side(pixels.height), color).map_err(|error: EncodingError| {
        let fault = || TaskError::new(Code::TaskFailed, format!("Cannot encode the JPEG: {error}"));
        context.check().err().unwrap_or_else(fault)
    })?;
    Ok(bytes)
}

/// Where the encoder writes: a few bytes at a time, and nothing any more once the task is cancelled.
struct Output<'a> {
    bytes: &'a mut Vec<u8>,
    context: &'a Context<'a>,
}

impl io::Write for Output<'_> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.context.check().map_err(io::Error::other)?;
        self.bytes.extend_from_slice(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
