//! `WebPReportProgress`, in the place of libwebp's own: the hook is asked at every macroblock, not at every percent.
//!
//! `build.rs` has the linker send libwebp's calls here, on Linux.

use std::ffi::c_int;

use libwebp_sys::{WebPEncodingError, WebPPicture};

/// # Safety
/// Called by libwebp only, with the picture that it encodes and its own counter or null.
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_WebPReportProgress(
    picture: *const WebPPicture,
    percent: c_int,
    reported: *mut c_int,
) -> c_int {
    // SAFETY: libwebp passes a counter of its own, or null.
    if let Some(reported) = unsafe { reported.as_mut() } {
        *reported = percent;
    }
    // SAFETY: libwebp passes the picture that it encodes.
    let Some(hook) = (unsafe { (*picture).progress_hook }) else { return 1 };
    // SAFETY: a hook is called with a percentage and its picture.
    if unsafe { hook(percent, picture) } != 0 {
        return 1;
    }
    // SAFETY: the picture is libwebp's to write, though it hands it on as const, and no reference to it is held.
    unsafe { (*picture.cast_mut()).error_code = WebPEncodingError::VP8_ENC_ERROR_USER_ABORT };
    0
}
