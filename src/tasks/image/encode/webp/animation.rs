//! Several frames in one WebP, by libwebp's animation encoder, which stores what changes from frame to frame.

use std::ffi::{CStr, c_int};
use std::mem::MaybeUninit;

use libwebp_sys::{
    WEBP_MUX_ABI_VERSION, WebPAnimEncoder, WebPAnimEncoderAdd, WebPAnimEncoderAssemble, WebPAnimEncoderDelete,
    WebPAnimEncoderGetError, WebPAnimEncoderNewInternal, WebPAnimEncoderOptionsInitInternal, WebPConfig, WebPData,
    WebPDataClear,
};

use super::{Hook, Target, container, failed};
use crate::engine::{Context, TaskError};
use crate::tasks::image::encode::Image;
use crate::tasks::image::ops::alpha;

/// Milliseconds of a frame for which nothing else is known, as browsers have it.
const DELAY: u32 = 100;

struct Encoder(*mut WebPAnimEncoder);

impl Encoder {
    fn new((width, height): (u32, u32), loops: u32) -> Result<Self, TaskError> {
        let mut options = MaybeUninit::uninit();
        let abi = WEBP_MUX_ABI_VERSION as c_int;
        // SAFETY: the first call initialises the options, or says that it did not; the second only reads them.
        let encoder = unsafe {
            if WebPAnimEncoderOptionsInitInternal(options.as_mut_ptr(), abi) == 0 {
                return Err(failed("it has another version"));
            }
            let mut options = options.assume_init();
            options.anim_params.loop_count = loops as c_int;
            WebPAnimEncoderNewInternal(width as c_int, height as c_int, &options, abi)
        };
        if encoder.is_null() { Err(failed("it has no memory for the animation")) } else { Ok(Self(encoder)) }
    }

    fn fault(&self, context: &Context<'_>) -> TaskError {
        // SAFETY: the encoder lives, and its message is a C string of its own.
        let cause = unsafe { CStr::from_ptr(WebPAnimEncoderGetError(self.0)) }.to_string_lossy();
        context.check().err().unwrap_or_else(|| failed(&cause))
    }
}

impl Drop for Encoder {
    fn drop(&mut self) {
        // SAFETY: it was made by `new`, and is deleted once, here.
        unsafe { WebPAnimEncoderDelete(self.0) };
    }
}

pub(super) fn encode(
    image: Image,
    config: &WebPConfig,
    context: &Context<'_>,
    progress: &dyn Fn(u64),
) -> Result<Vec<u8>, TaskError> {
    let Image { frames, delays, loops, extras } = image;
    let (size, count) = (frames[0].size(), frames.len() as u64);
    let encoder = Encoder::new(size, loops)?;
    let mut time = 0_u32;
    let mut has_alpha = false;
    for (number, frame) in frames.into_iter().enumerate() {
        context.check()?;
        let picture = alpha::colored(frame, context)?.narrowed(context)?;
        has_alpha |= picture.has_alpha();
        let mut target = Target::of(&picture, true)?;
        drop(picture);
        let of_frame = |percent| progress((number as u64 * 100 + percent) / count);
        let hook = Hook { context, progress: &of_frame };
        target.watch(&hook);
        // SAFETY: encoder, picture and configuration are initialised, and the hook lives through the call.
        if unsafe { WebPAnimEncoderAdd(encoder.0, &mut target.0, time as c_int, config) } == 0 {
            return Err(encoder.fault(context));
        }
        time = time.saturating_add(delays.get(number).copied().unwrap_or(DELAY)).min(i32::MAX as u32);
    }
    let mut data = WebPData { bytes: std::ptr::null(), size: 0 };
    // SAFETY: a null frame says when the last one ends; then the file is put together in memory of libwebp's own, which
    // is copied and freed.
    let bytes = unsafe {
        let whole = WebPAnimEncoderAdd(encoder.0, std::ptr::null_mut(), time as c_int, std::ptr::null()) != 0
            && WebPAnimEncoderAssemble(encoder.0, &mut data) != 0;
        if !whole {
            return Err(encoder.fault(context));
        }
        let bytes = std::slice::from_raw_parts(data.bytes, data.size).to_vec();
        WebPDataClear(&mut data);
        bytes
    };
    Ok(container::with_extras(bytes, size, has_alpha, &extras))
}
