//! Decoding by zune-jpeg, in Rust, where the addon has no mozjpeg: at full scale, made smaller afterwards.

use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;
use zune_jpeg::{CancelCheck, JpegDecoder};

use crate::engine::{Code, Context, TaskError};
use crate::tasks::image::decode::{Ask, Header, Kind, Space, invalid};
use crate::tasks::image::ops::resize::boxed;
use crate::tasks::image::planes::Planes;
use crate::tasks::image::raster::Raster;
use crate::tasks::image::request::FailOn;

/// Blocks of up to 16 × 16 pixels between two looks at the cancel token.
const CANCEL_INTERVAL: usize = 256;

/// The longest side of a JPEG.
const MAX_SIDE: usize = 65535;

/// The pixels: grey, RGB, or CMYK in which 0 is no ink.
pub(super) fn decode(header: &Header, bytes: &[u8], ask: &Ask, context: &Context<'_>) -> Result<Raster<u8>, TaskError> {
    let broken = |error: DecodeErrors| {
        let unsupported = matches!(error, DecodeErrors::Unsupported(_));
        let code = if unsupported { Code::ImageUnsupported } else { Code::ImageInvalid };
        invalid(Kind::Jpeg, code, &error, context)
    };
    let color = match header.space {
        Space::Grey => ColorSpace::Luma,
        Space::Rgb => ColorSpace::RGB,
        Space::Cmyk => ColorSpace::CMYK,
    };
    // Strict: a photo that is cut off or damaged is an error, not a photo that is half grey.
    let options = DecoderOptions::default()
        .set_strict_mode(ask.fail_on != FailOn::None)
        .set_max_width(MAX_SIDE)
        .set_max_height(MAX_SIDE)
        .jpeg_set_out_colorspace(color);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.set_cancel(Watch::over(context));
    decoder.set_cancel_interval(CANCEL_INTERVAL);
    decoder.decode_headers().map_err(broken)?;
    let mut raster = Raster::new(header.width, header.height, header.channels)?;
    decoder.decode_into(&mut raster.data).map_err(broken)?;
    if header.space == Space::Cmyk && super::is_inverted(bytes) {
        raster.data.iter_mut().for_each(|sample| *sample = 255 - *sample);
        context.check()?;
    }
    if ask.shrink == 1 {
        return Ok(raster);
    }
    boxed(&raster, ask.shrink as usize, ask.shrink as usize, context)
}

/// There are none.
pub(super) fn decode_planes(
    _header: &Header,
    _bytes: &[u8],
    _ask: &Ask,
    _sampling: (u8, u8),
    _context: &Context<'_>,
) -> Result<Option<Planes>, TaskError> {
    Ok(None)
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
