//! Values on their way between JavaScript and tasks. Runs on: the JS thread.
//!
//! What crosses is cheap by design: one JSON text, and binary values beside it. The JS layer wraps every binary value
//! in a `Uint8Array` and says in a number what it was and how it may be used.

use std::ffi::c_void;
use std::ptr;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use napi::bindgen_prelude::*;
use napi::{JsValue, check_status, sys};

use crate::engine::{Binary, Element, Lease, Payload};

/// How a binary value is handed over, in the high byte of its number; the low byte is its `Element`.
const TRANSFERRED: u32 = 1;
const SHARED: u32 = 2;
/// A piece of the JSON text, which nobody else has.
const TEXT: u32 = 3;

/// Counts the pieces of JS memory that tasks may still look at. The end of an environment waits for it to reach 0.
#[derive(Default)]
pub(super) struct Leases {
    out: Mutex<usize>,
    all_back: Condvar,
}

impl Leases {
    fn lock(&self) -> MutexGuard<'_, usize> {
        self.out.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lend(self: &Arc<Self>) -> Box<dyn Lease> {
        *self.lock() += 1;
        Box::new(Lent(Arc::clone(self)))
    }

    /// Blocks until no task can look at JS memory. They have all been cancelled, and check at every block.
    pub(super) fn wait(&self) {
        let mut out = self.lock();
        while *out > 0 {
            out = self.all_back.wait(out).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

struct Lent(Arc<Leases>);

impl Lease for Lent {}

impl Drop for Lent {
    fn drop(&mut self) {
        let mut out = self.0.lock();
        *out -= 1;
        if *out == 0 {
            self.0.all_back.notify_all();
        }
    }
}

/// References to JS buffers that a task reads in place, to be deleted on the JS thread when the task has settled.
#[derive(Default)]
pub(super) struct Borrowed(Vec<sys::napi_ref>);

impl Borrowed {
    /// # Safety
    /// On the thread of `env`, which is live.
    pub(super) unsafe fn release(self, env: sys::napi_env) {
        for reference in self.0 {
            // SAFETY: made in this environment by `payload`, and deleted once, here.
            unsafe { sys::napi_delete_reference(env, reference) };
        }
    }
}

/// A task's input: copied, or read in place where the numbers in `kinds` allow it.
pub(super) fn payload(
    env: Env,
    json: Option<String>,
    binaries: Option<Vec<Unknown<'_>>>,
    kinds: &[u32],
    leases: &Arc<Leases>,
) -> Result<(Payload, Borrowed)> {
    let mut payload = Payload { json, ..Payload::default() };
    let mut borrowed = Borrowed(Vec::new());
    for (view, kind) in binaries.unwrap_or_default().into_iter().zip(kinds) {
        let element = Element::from_number(kind & 0xff).unwrap_or(Element::Buffer);
        let (at, len) = bytes_of(env, view)?;
        let binary = match kind >> 8 {
            TRANSFERRED | SHARED | TEXT => {
                let mut reference = ptr::null_mut();
                // SAFETY: `view` is a live value of this environment.
                check_status!(unsafe { sys::napi_create_reference(env.raw(), view.raw(), 1, &mut reference) })?;
                borrowed.0.push(reference);
                // SAFETY: the reference keeps the memory alive until the lease is back: `Borrowed` is released only
                // after the ticket has settled, and the end of the environment waits for the leases. The JS layer
                // aligns views as their element asks. A transferred buffer is reachable from this view alone.
                unsafe {
                    if kind >> 8 == SHARED {
                        Binary::shared(at, len, element, leases.lend())
                    } else {
                        Binary::transferred(at, len, element, leases.lend())
                    }
                }
            }
            _ if len == 0 => Binary::copied_from(&[], element),
            // SAFETY: Node says that `len` bytes are there; no JavaScript runs while they are copied.
            _ => Binary::copied_from(unsafe { std::slice::from_raw_parts(at, len) }, element),
        };
        let list = if kind >> 8 == TEXT { &mut payload.text } else { &mut payload.binaries };
        list.push(binary);
    }
    Ok((payload, borrowed))
}

/// Where the bytes of a `Uint8Array` are. Works for one over a SharedArrayBuffer too.
pub(super) fn bytes_of(env: Env, view: Unknown<'_>) -> Result<(*const u8, usize)> {
    let mut len = 0;
    let mut data: *mut c_void = ptr::null_mut();
    // SAFETY: `view` is a live value of this environment; what it is, the call checks.
    check_status!(unsafe {
        sys::napi_get_typedarray_info(
            env.raw(),
            view.raw(),
            ptr::null_mut(),
            &mut len,
            &mut data,
            ptr::null_mut(),
            ptr::null_mut(),
        )
    })?;
    Ok((data.cast_const().cast(), len))
}

/// Makes a value of an environment.
///
/// # Safety
/// On the thread of `env`, which is live, inside a handle scope; so for the functions below.
pub(super) unsafe fn undefined(env: sys::napi_env) -> sys::napi_value {
    let mut value = ptr::null_mut();
    // SAFETY: as for this function.
    unsafe { sys::napi_get_undefined(env, &mut value) };
    value
}

/// # Safety
/// As for `undefined`.
pub(super) unsafe fn number(env: sys::napi_env, number: f64) -> sys::napi_value {
    let mut value = ptr::null_mut();
    // SAFETY: as for this function.
    unsafe { sys::napi_create_double(env, number, &mut value) };
    value
}

/// A string of UTF-8; what is none becomes U+FFFD.
///
/// # Safety
/// As for `undefined`.
pub(super) unsafe fn text(env: sys::napi_env, text: &[u8]) -> sys::napi_value {
    let mut value = ptr::null_mut();
    // SAFETY: as for this function; `text` lives through the call.
    unsafe { sys::napi_create_string_utf8(env, text.as_ptr().cast(), text.len() as isize, &mut value) };
    value
}

/// # Safety
/// As for `undefined`; the values are of this environment.
pub(super) unsafe fn array(
    env: sys::napi_env,
    values: impl ExactSizeIterator<Item = sys::napi_value>,
) -> sys::napi_value {
    let mut array = ptr::null_mut();
    // SAFETY: as for this function.
    unsafe {
        sys::napi_create_array_with_length(env, values.len(), &mut array);
        for (at, value) in (0..).zip(values) {
            sys::napi_set_element(env, array, at, value);
        }
    }
    array
}

/// The largest external buffer that every supported Node takes. Of a larger one Node 20 frees the memory and says that
/// it did not take it.
const MAX_EXTERNAL: usize = u32::MAX as usize;

/// An `ArrayBuffer` over the very same memory, freed with it.
///
/// # Safety
/// On the thread of `env`, which is live, inside a handle scope.
pub(super) unsafe fn array_buffer(env: sys::napi_env, bytes: Vec<u8>) -> sys::napi_value {
    let mut value = ptr::null_mut();
    let mut bytes = Box::new(bytes);
    let (at, len) = (bytes.as_mut_ptr(), bytes.len());
    // An external buffer must not be empty, and Electron allows none at all: those get a copy.
    if (1..=MAX_EXTERNAL).contains(&len) {
        let hint = Box::into_raw(bytes);
        // SAFETY: the vector lives on the heap, unmoved, until `free` gets it back, once.
        let status =
            unsafe { sys::napi_create_external_arraybuffer(env, at.cast(), len, Some(free), hint.cast(), &mut value) };
        if status == sys::Status::napi_ok {
            return value;
        }
        // SAFETY: Node refused the memory and will not free it.
        bytes = unsafe { Box::from_raw(hint) };
    }
    // SAFETY: as for this function.
    unsafe { copied_array_buffer(env, &bytes) }
}

/// An `ArrayBuffer` with a copy, for what is soon garbage: memory of our own is only freed on a later turn of the event loop.
///
/// # Safety
/// On the thread of `env`, which is live, inside a handle scope.
pub(super) unsafe fn copied_array_buffer(env: sys::napi_env, bytes: &[u8]) -> sys::napi_value {
    let (mut value, mut data) = (ptr::null_mut(), ptr::null_mut());
    // SAFETY: Node gives as many writable bytes of fresh memory, when it gives any.
    unsafe {
        let status = sys::napi_create_arraybuffer(env, bytes.len(), &mut data, &mut value);
        if status == sys::Status::napi_ok && !bytes.is_empty() {
            ptr::copy_nonoverlapping(bytes.as_ptr(), data.cast(), bytes.len());
        }
    }
    value
}

unsafe extern "C" fn free(_: sys::napi_env, _: *mut c_void, hint: *mut c_void) {
    // SAFETY: `hint` is the box that `array_buffer` gave away; Node calls this once.
    drop(unsafe { Box::from_raw(hint.cast::<Vec<u8>>()) });
}
