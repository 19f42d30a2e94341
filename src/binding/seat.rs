//! What a worker thread of a pool calls: it takes calls from its crew and gives answers back. Runs on: the worker's JS
//! thread.
//!
//! A worker thread belongs to one crew for its whole life, so its seat is the thread's own.

use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::Instant;

use napi::bindgen_prelude::*;
use napi::{check_status, sys};
use napi_derive::napi;

use crate::engine::{Answer, Crew, Input, Take};

use super::crew::crew_of;
use super::values::array_buffer;

/// How many numbers `take` writes: kind, run, place, name, flags, parcel.
pub(super) const META: usize = 6;

struct Seat {
    crew: Arc<Crew>,
    worker: u32,
    /// The memory of JavaScript's `meta`, which a reference keeps for as long as the environment lives.
    meta: *mut u32,
    /// Since when the worker has run call after call.
    began: Cell<Option<Instant>>,
}

thread_local! {
    static SEAT: RefCell<Option<Seat>> = const { RefCell::new(None) };
}

/// What `take` has found, in `meta`.
#[derive(Clone, Copy)]
#[repr(u32)]
enum Found {
    Nothing = 0,
    Undefined = 1,
    Number = 2,
    Json = 3,
    Bytes = 4,
    Parcel = 5,
    Pause = 6,
}

/// What `sit` answers: where `take` writes, and where runs see that they are to stop.
#[napi(object, object_from_js = false)]
pub struct Desk<'env> {
    pub meta: Unknown<'env>,
    pub flags: Unknown<'env>,
}

/// Takes the seat of a worker in a crew, for good.
#[napi]
pub fn sit<'env>(env: &'env Env, crew: u32, worker: u32) -> Result<Desk<'env>> {
    napi::bindgen_prelude::retain_current_module_for_unload_safety();
    let crew = crew_of(crew).ok_or_else(|| Error::from_reason("the pool is gone"))?;
    let stops = crew.sit(worker).ok_or_else(|| Error::from_reason("the pool has no such worker"))?;
    let (raw, places) = (env.raw(), stops.len());
    let (mut buffer, mut meta, mut at) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
    let (mut shared, mut flags, mut kept) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
    let memory = stops.as_ptr().cast_mut().cast::<c_void>();
    let hint = Box::into_raw(Box::new(stops)).cast::<c_void>();
    // SAFETY: on the thread of a live `env`, with out pointers that live through the calls. The memory of the flags
    // belongs to the box behind `hint`, which `let_go` frees when JavaScript has let go of it. The reference to `meta` is
    // never deleted, so its memory is there for as long as JavaScript runs in this environment, and only then is `at` used.
    unsafe {
        check_status!(sys::napi_create_arraybuffer(raw, META * 4, &mut at, &mut buffer))?;
        check_status!(sys::napi_create_typedarray(raw, sys::TypedarrayType::uint32_array, META, buffer, 0, &mut meta))?;
        check_status!(sys::napi_create_reference(raw, meta, 1, &mut kept))?;
        check_status!(sys::napi_create_external_arraybuffer(raw, memory, places * 4, Some(let_go), hint, &mut shared))?;
        check_status!(sys::napi_create_typedarray(
            raw,
            sys::TypedarrayType::int32_array,
            places,
            shared,
            0,
            &mut flags
        ))?;
    }
    SEAT.set(Some(Seat { crew, worker, meta: at.cast(), began: Cell::new(None) }));
    // SAFETY: both are live values of this environment.
    unsafe { Ok(Desk { meta: Unknown::from_raw_unchecked(raw, meta), flags: Unknown::from_raw_unchecked(raw, flags) }) }
}

unsafe extern "C" fn let_go(_: sys::napi_env, _: *mut c_void, hint: *mut c_void) {
    // SAFETY: `hint` is the box that `sit` gave away; Node calls this once.
    drop(unsafe { Box::from_raw(hint.cast::<Arc<[AtomicU32]>>()) });
}

/// The worker has loaded its file and looks for work next.
#[napi]
pub fn worker_ready() {
    seated(|seat| seat.crew.ready(seat.worker));
}

/// The next call: its value, and in `meta` what the value is and how to answer.
#[napi]
pub fn take(env: &Env) -> Result<Unknown<'_>> {
    let raw = env.raw();
    let mut value = ptr::null_mut();
    seated(|seat| {
        let began = seat.began.get().unwrap_or_else(Instant::now);
        let found = seat.crew.take(seat.worker, began);
        seat.began.set(matches!(found, Take::Call { .. }).then_some(began));
        // SAFETY: on the thread of a live `env`, inside the handle scope of the call.
        let (given, numbers) = unsafe { hand_over(raw, found) };
        value = given;
        // SAFETY: `meta` has room for `META` numbers, and JavaScript, which shares it, does not run now.
        unsafe { ptr::copy_nonoverlapping(numbers.as_ptr(), seat.meta, META) };
    });
    if value.is_null() {
        // SAFETY: as above.
        check_status!(unsafe { sys::napi_get_undefined(raw, &mut value) })?;
    }
    // SAFETY: a live value of this environment.
    Ok(unsafe { Unknown::from_raw_unchecked(raw, value) })
}

/// The name of an export by its number.
#[napi]
pub fn name_of(name: u32) -> Option<String> {
    seated(|seat| seat.crew.name_of(name).map(|name| name.to_string())).flatten()
}

/// Ends a run. The kind says what the value is: 0 undefined, 1 a number, 2 JSON text, 3 in the mail, 4 JSON text that was
/// thrown, 5 thrown and in the mail. `false` when nobody wants it any more.
#[napi]
pub fn give(run: u32, kind: u32, value: Option<Either<f64, String>>) -> bool {
    seated(|seat| seat.crew.finish(seat.worker, run, answer(kind, value), kind > 3)).unwrap_or(false)
}

pub(super) fn answer(kind: u32, value: Option<Either<f64, String>>) -> Answer {
    match (kind, value) {
        (1, Some(Either::A(number))) => Answer::Number(number),
        (2 | 4, Some(Either::B(text))) => Answer::Json(text),
        (3 | 5, _) => Answer::Mail,
        _ => Answer::Undefined,
    }
}

/// A run is this far: 2 for JSON text, 3 in the mail.
#[napi]
pub fn report(run: u32, kind: u32, json: Option<String>) {
    let answer = json.filter(|_| kind == 2).map_or(Answer::Mail, Answer::Json);
    seated(|seat| seat.crew.report(seat.worker, run, answer));
}

/// Asks the owner to post the parcel of a run.
#[napi]
pub fn fetch_parcel(run: u32) {
    seated(|seat| seat.crew.want_parcel(seat.worker, run));
}

/// The worker is to be replaced: it gets no more calls.
#[napi]
pub fn retire() {
    seated(|seat| seat.crew.retire(seat.worker));
}

fn seated<T>(with: impl FnOnce(&Seat) -> T) -> Option<T> {
    SEAT.with_borrow(|seat| seat.as_ref().map(with))
}

/// What was found as JavaScript gets it: its value, null for none, and what `take` says of it.
///
/// # Safety
/// On the thread of `env`, which is live, inside a handle scope.
pub(super) unsafe fn hand_over(env: sys::napi_env, found: Take) -> (sys::napi_value, [u32; META]) {
    let Take::Call { run, place, name, wants_progress, input } = found else {
        let kind = if matches!(found, Take::Pause) { Found::Pause } else { Found::Nothing };
        return (ptr::null_mut(), [kind as u32, 0, 0, 0, 0, 0]);
    };
    let mut value = ptr::null_mut();
    let mut parcel = 0;
    // SAFETY: the caller vouches for `env`; `text` lives through the call.
    let kind = unsafe {
        match input {
            Input::Undefined => Found::Undefined,
            Input::Number(number) => {
                sys::napi_create_double(env, number, &mut value);
                Found::Number
            }
            Input::Json(text) => {
                sys::napi_create_string_utf8(env, text.as_ptr().cast(), text.len() as isize, &mut value);
                Found::Json
            }
            Input::Bytes(bytes) => {
                let bytes = Arc::try_unwrap(bytes).unwrap_or_else(|shared| shared.to_vec());
                let len = bytes.len();
                let buffer = array_buffer(env, bytes);
                sys::napi_create_typedarray(env, sys::TypedarrayType::uint8_array, len, buffer, 0, &mut value);
                Found::Bytes
            }
            Input::Parcel(number) => {
                parcel = number;
                Found::Parcel
            }
        }
    };
    (value, [kind as u32, run, place, name, u32::from(wants_progress), parcel])
}
