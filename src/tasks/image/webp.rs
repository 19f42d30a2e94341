//! WebP encoding by libwebp, which asks now and then whether to go on.

use std::ffi::c_int;
use std::mem::MaybeUninit;

use libwebp_sys::{
    WEBP_MAX_DIMENSION, WebPConfig, WebPEncode, WebPEncodingError, WebPPicture, WebPPictureFree, WebPPictureImportRGB,
    WebPPictureImportRGBA, WebPPictureInit, WebPValidateConfig,
};

use super::pixels::Pixels;
use crate::engine::{Code, Context, TaskError};

/// The longest side of a WebP.
pub(super) const MAX_SIDE: u32 = WEBP_MAX_DIMENSION;

/// How libwebp is to encode. Its method is 4, as sharp's `effort` is.
pub(super) struct Settings {
    /// 1 to 100. Without loss: how hard to try.
    pub(super) quality: u8,
    pub(super) lossless: bool,
}

/// Encodes an image of 3 or 4 channels. `progress` is told the percentage that is done.
pub(super) fn encode(
    pixels: &Pixels,
    settings: &Settings,
    context: &Context<'_>,
    progress: &dyn Fn(u64),
) -> Result<Vec<u8>, TaskError> {
    let mut config = WebPConfig::new().map_err(|()| failed("it has another version"))?;
    config.quality = f32::from(settings.quality);
    config.lossless = c_int::from(settings.lossless);
    // SAFETY: the configuration is initialised.
    if unsafe { WebPValidateConfig(&config) } == 0 {
        return Err(failed("it refuses the settings"));
    }
    let mut bytes = Vec::new();
    let hook = Hook { context, progress };
    let mut picture = Picture::new()?;
    let raw = &mut picture.0;
    raw.use_argb = config.lossless;
    (raw.width, raw.height) = (pixels.width as c_int, pixels.height as c_int);
    raw.writer = Some(write);
    raw.custom_ptr = (&raw mut bytes).cast();
    raw.progress_hook = Some(go_on);
    raw.user_data = (&raw const hook).cast_mut().cast();
    let import = if pixels.channels == 3 { WebPPictureImportRGB } else { WebPPictureImportRGBA };
    let stride = pixels.row_len();
    assert!(matches!(pixels.channels, 3 | 4) && pixels.data.len() == stride * pixels.height as usize);
    // SAFETY: the picture is initialised, and the pixels are `height` rows of `stride` bytes in 3 or 4 channels, as the
    // assertion says. Both sides are at most 16383, so the stride fits.
    if unsafe { import(raw, pixels.data.as_ptr(), stride as c_int) } == 0 {
        return Err(error_of(raw.error_code, pixels));
    }
    context.check()?;
    // SAFETY: configuration and picture are initialised; `bytes` and `hook`, which the callbacks get, live through the
    // call and are reached by nothing else.
    if unsafe { WebPEncode(&config, raw) } == 0 {
        context.check()?;
        return Err(error_of(raw.error_code, pixels));
    }
    Ok(bytes)
}

/// A picture whose memory is freed with it.
struct Picture(WebPPicture);

impl Picture {
    fn new() -> Result<Self, TaskError> {
        let mut picture = MaybeUninit::uninit();
        // SAFETY: the call initialises all of it, or says that it did not.
        unsafe {
            if !WebPPictureInit(picture.as_mut_ptr()) {
                return Err(failed("it has another version"));
            }
            Ok(Self(picture.assume_init()))
        }
    }
}

impl Drop for Picture {
    fn drop(&mut self) {
        // SAFETY: initialised by `new`, and freed once, here.
        unsafe { WebPPictureFree(&mut self.0) };
    }
}

struct Hook<'a> {
    context: &'a Context<'a>,
    progress: &'a dyn Fn(u64),
}

unsafe extern "C" fn go_on(percent: c_int, picture: *const WebPPicture) -> c_int {
    // SAFETY: libwebp passes the picture of `encode`, whose `user_data` is a live `Hook`.
    let hook = unsafe { &*(*picture).user_data.cast::<Hook<'_>>() };
    (hook.progress)(u64::try_from(percent).unwrap_or(0));
    c_int::from(!hook.context.is_canceled())
}

unsafe extern "C" fn write(data: *const u8, len: usize, picture: *const WebPPicture) -> c_int {
    if len > 0 {
        // SAFETY: libwebp passes the picture of `encode`, whose `custom_ptr` is a live vector that nothing else uses
        // meanwhile, and `len` bytes at `data`.
        unsafe {
            let bytes = &mut *(*picture).custom_ptr.cast::<Vec<u8>>();
            bytes.extend_from_slice(std::slice::from_raw_parts(data, len));
        }
    }
    1
}

fn error_of(error: WebPEncodingError, pixels: &Pixels) -> TaskError {
    match error {
        WebPEncodingError::VP8_ENC_ERROR_OUT_OF_MEMORY | WebPEncodingError::VP8_ENC_ERROR_BITSTREAM_OUT_OF_MEMORY => {
            super::pixels::out_of_memory(pixels.width, pixels.height)
        }
        WebPEncodingError::VP8_ENC_ERROR_PARTITION0_OVERFLOW | WebPEncodingError::VP8_ENC_ERROR_PARTITION_OVERFLOW => {
            let message = "The image has more detail than a WebP of this quality can hold";
            TaskError::new(Code::ImageTooLarge, message)
        }
        other => failed(&format!("{other:?}")),
    }
}

fn failed(cause: &str) -> TaskError {
    TaskError::new(Code::TaskFailed, format!("libwebp cannot encode the image: {cause}"))
}
