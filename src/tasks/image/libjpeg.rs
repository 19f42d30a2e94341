//! mozjpeg's errors and its wish to be watched, for the decoder and the encoder: a fault in C unwinds to where Rust called,
//! and a cancelled task stops between two rows of blocks.
//!
//! Runs on: the thread of the task.

use std::any::Any;
use std::ffi::{CStr, c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use mozjpeg_sys::{
    JWRN_HIT_MARKER, JWRN_JPEG_EOF, jpeg_common_struct, jpeg_error_mgr, jpeg_progress_mgr, jpeg_std_error,
};

use super::request::FailOn;
use crate::engine::{Context, TaskError};

/// The most scans of a progressive JPEG. Encoders write about ten; a flood of empty ones takes minutes to decode.
const MAX_SCANS: c_int = 200;

/// A coefficient's number in the stream by its place in the block: by T.81, figure 5.
pub(super) const ZIGZAG: [u8; 64] = [
    0, 1, 5, 6, 14, 15, 27, 28, 2, 4, 7, 13, 16, 26, 29, 42, 3, 8, 12, 17, 25, 30, 41, 43, 9, 11, 18, 24, 31, 40, 44,
    53, 10, 19, 23, 32, 39, 45, 52, 54, 20, 22, 33, 38, 46, 51, 55, 60, 21, 34, 37, 47, 50, 56, 59, 61, 35, 36, 48, 49,
    57, 58, 62, 63,
];

/// Its place by its number.
pub(super) const NATURAL: [u8; 64] = {
    let mut natural = [0; 64];
    let mut place = 0;
    while place < 64 {
        natural[ZIGZAG[place] as usize] = place as u8;
        place += 1;
    }
    natural
};

/// How a call into C ended before its time.
pub(super) enum Stop {
    /// The data is broken: the sentence of libjpeg.
    Broken(String),
    Canceled(TaskError),
}

/// What libjpeg's callbacks look at. `cinfo.client_data` points to it while a call runs.
pub(super) struct Watch<'a> {
    context: &'a Context<'a>,
    fail_on: FailOn,
    pub(super) errors: jpeg_error_mgr,
    pub(super) progress: jpeg_progress_mgr,
    /// The scan that is being read, for decoders: read where the callback cannot know the type of its argument.
    pub(super) scan: Option<unsafe fn(&jpeg_common_struct) -> c_int>,
    /// What a callback looks at that is the decoder's or the encoder's own.
    pub(super) hook: *const c_void,
}

impl<'a> Watch<'a> {
    pub(super) fn new(context: &'a Context<'a>, fail_on: FailOn) -> Box<Self> {
        // SAFETY: plain C structures of numbers and optional functions, for which zero is a value.
        let (mut errors, progress) = unsafe { (std::mem::zeroed(), std::mem::zeroed::<jpeg_progress_mgr>()) };
        // SAFETY: the structure is ours, and the call fills it in.
        unsafe { jpeg_std_error(&mut errors) };
        errors.error_exit = Some(error_exit);
        errors.emit_message = Some(emit_message);
        errors.output_message = Some(output_message);
        let mut watch = Box::new(Self { context, fail_on, errors, progress, scan: None, hook: std::ptr::null() });
        watch.progress.progress_monitor = Some(monitor);
        watch
    }

    /// Connects a compressor or decompressor with the watch, which must outlive it.
    pub(super) fn attach(&mut self, common: &mut jpeg_common_struct) {
        common.err = &mut self.errors;
        common.progress = &mut self.progress;
        common.client_data = std::ptr::from_mut(self).cast();
    }
}

/// Runs calls into libjpeg, of which any may stop.
pub(super) fn guarded<T>(calls: impl FnOnce() -> T) -> Result<T, Stop> {
    // What the calls change is destroyed by whoever gets the error, not used any more.
    catch_unwind(AssertUnwindSafe(calls)).map_err(|payload: Box<dyn Any + Send>| match payload.downcast::<Stop>() {
        Ok(stop) => *stop,
        Err(panic) => resume_unwind(panic),
    })
}

/// # Safety
/// `common` must have been attached to a watch that lives.
unsafe fn watch_of<'a>(common: &jpeg_common_struct) -> &'a Watch<'a> {
    // SAFETY: the caller says so.
    unsafe { &*common.client_data.cast::<Watch<'a>>() }
}

fn message_of(common: &mut jpeg_common_struct) -> String {
    let mut buffer = [0_u8; 80];
    // SAFETY: libjpeg has set its error manager up, and the buffer has the size that it writes at most, with a zero.
    unsafe {
        if let Some(format) = (*common.err).format_message {
            format(common, &*std::ptr::from_mut(&mut buffer));
        }
    }
    CStr::from_bytes_until_nul(&buffer).map_or_else(|_| String::new(), |text| text.to_string_lossy().into_owned())
}

unsafe extern "C-unwind" fn error_exit(common: &mut jpeg_common_struct) {
    resume_unwind(Box::new(Stop::Broken(message_of(common))));
}

unsafe extern "C-unwind" fn emit_message(common: &mut jpeg_common_struct, level: c_int) {
    // Not a warning but a trace.
    if level >= 0 {
        return;
    }
    // SAFETY: every structure with this callback is attached, and has an error manager.
    let (fail_on, code) = unsafe { (watch_of(common).fail_on, (*common.err).msg_code) };
    let truncated = code == JWRN_JPEG_EOF as c_int || code == JWRN_HIT_MARKER as c_int;
    let fatal = match fail_on {
        FailOn::None => false,
        FailOn::Truncated | FailOn::Error => truncated,
        FailOn::Warning => true,
    };
    if fatal {
        resume_unwind(Box::new(Stop::Broken(message_of(common))));
    }
}

/// Nothing goes to stderr.
unsafe extern "C-unwind" fn output_message(_: &mut jpeg_common_struct) {}

unsafe extern "C-unwind" fn monitor(common: &mut jpeg_common_struct) {
    // SAFETY: every structure with this callback is attached.
    let watch = unsafe { watch_of(common) };
    if let Err(canceled) = watch.context.check() {
        resume_unwind(Box::new(Stop::Canceled(canceled)));
    }
    // SAFETY: only a decompressor has set `scan`, to a function for decompressors.
    if watch.scan.is_some_and(|scan| unsafe { scan(common) } > MAX_SCANS) {
        resume_unwind(Box::new(Stop::Broken(format!("it has more than {MAX_SCANS} scans"))));
    }
}
