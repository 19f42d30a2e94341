//! Channels and ring buffers.

use std::cell::RefCell;
use std::ffi::CString;
use std::panic::catch_unwind;
use std::ptr;
use std::sync::atomic::Ordering::SeqCst;

use napi::bindgen_prelude::*;
use napi::{JsValue, check_status, sys};
use napi_derive::napi;

use crate::binding::values::{self, bytes_of, copied_array_buffer};
use crate::shared::watch::Check;
use crate::shared::{Area, Attempt, Channel, Message, Real, RingBuffer, Sent, me};

use super::{Words, answer, care};

/// What is no message: the end.
const END: f64 = -2.0;
/// The kind of a message stands above its length.
const KIND: f64 = 4_294_967_296.0;

/// A channel of this thread's, known to JavaScript by a number: a call of a method would cost several times what sending takes.
#[derive(Clone, Copy)]
struct Open {
    channel: &'static Channel<Real>,
    area: Area,
    /// Memory for short messages on their way, of which JavaScript has the other end.
    desk: Words,
}

thread_local! {
    static OPEN: RefCell<Vec<Option<Open>>> = const { RefCell::new(Vec::new()) };
    /// A message that was longer than the desk.
    static LONG: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

impl Open {
    fn of(number: u32) -> Result<Self> {
        let open = OPEN.with_borrow(|all| all.get(number as usize).copied().flatten());
        open.ok_or_else(|| Error::from_reason("There is no such channel"))
    }

    /// 1 when it is sent, 0 when the channel is closed, -1 to wait.
    ///
    /// # Safety
    /// So many bytes can be read at `from`.
    unsafe fn send(self, kind: u32, from: *const u8, len: usize, cares: bool) -> Result<f64> {
        if len > Channel::<Real>::most(self.area) {
            return Err(Error::from_reason("The message is too long"));
        }
        let message = Message { kind: kind as u8, len };
        // SAFETY: the caller vouches for the bytes; the length was checked.
        let sent = unsafe { self.channel.send(self.area, me(), &message, from, care(cares)) };
        // For another sender, or for a receiver.
        let for_room = matches!(sent, Attempt::Wait(event, _) if ptr::eq(event, self.channel.writable()));
        let check = if for_room { Check::moved(self.channel.head()) } else { Check::one(self.channel.sender()) };
        Ok(answer(sent, check, |sent| if sent == Sent::Sent { 1.0 } else { 0.0 }))
    }
}

fn area(words: Words) -> Result<Area> {
    let len = words.len & !7;
    if len == 0 {
        return Err(Error::from_reason("The memory is too small"));
    }
    // SAFETY: the memory is the object's, and lives as long as it; the algorithms keep their sides apart.
    Ok(unsafe { Area::new(words.at, len) })
}

/// Opens a channel in its memory, with a desk for short messages. Its number, until `channel_forget`; the caller keeps both
/// memories that long.
#[napi]
pub fn channel_open(env: Env, memory: Unknown<'_>, desk: Unknown<'_>) -> Result<u32> {
    let (channel, rest) = Words::of(env, memory)?.part()?;
    let (at, len) = bytes_of(env, desk)?;
    let open = Open { channel, area: area(rest)?, desk: Words { at: at.cast_mut(), len } };
    Ok(OPEN.with_borrow_mut(|all| {
        let place = all.iter().position(Option::is_none).unwrap_or(all.len());
        all.resize(all.len().max(place + 1), None);
        all[place] = Some(open);
        place as u32
    }))
}

#[napi]
pub fn channel_forget(number: u32) {
    OPEN.with_borrow_mut(|all| all.get_mut(number as usize).map(Option::take));
}

/// Sends the first bytes on the desk, at most `channel_most`: 1 when it is sent, 0 when the channel is closed, -1 to wait.
/// `message` is their number, with the kind above 16 bits and 1 << 24 to look after owners: each argument costs.
fn channel_send(number: u32, message: u32) -> Result<f64> {
    let open = Open::of(number)?;
    let len = (message as usize & 0xffff).min(open.desk.len);
    // SAFETY: the desk has so many bytes, and no JavaScript of this thread runs meanwhile.
    unsafe { open.send(message >> 16 & 0xff, open.desk.at, len, message >> 24 != 0) }
}

/// The same with a message of its own memory.
#[napi]
pub fn channel_send_long(env: Env, number: u32, kind: u32, message: Unknown<'_>, cares: bool) -> Result<f64> {
    let (from, len) = bytes_of(env, message)?;
    // SAFETY: Node says that so many bytes are there, and no JavaScript of this thread runs meanwhile.
    unsafe { Open::of(number)?.send(kind, from, len, cares) }
}

/// Receives a message on the desk: its length, with the kind above it; -2 at the end, -1 to wait. What is longer than the desk
/// is got by `channel_long`. With a `cares` of 1 it looks after owners.
fn channel_receive(number: u32, cares: u32) -> Result<f64> {
    let Open { channel, area, desk } = Open::of(number)?;
    let place = |message: &Message| {
        if message.len <= desk.len {
            return desk.at;
        }
        LONG.with_borrow_mut(|long| {
            *long = vec![0; message.len];
            long.as_mut_ptr()
        })
    };
    // SAFETY: either is memory for so many bytes: the desk, or the vector's, which stays where it is.
    let received = unsafe { channel.receive(area, me(), place, care(cares == 1)) };
    let for_message = matches!(received, Attempt::Wait(event, _) if ptr::eq(event, channel.readable()));
    let check = if for_message {
        Check::Moved(channel.tail(), channel.head().load(SeqCst))
    } else {
        Check::one(channel.receiver())
    };
    Ok(answer(received, check, |message| {
        message.map_or(END, |message| f64::from(message.kind) * KIND + message.len as f64)
    }))
}

/// Makes the two functions that are called for every message, `channelSend` and `channelReceive`: napi's macro would take three
/// times as long for the call as they take.
pub(in crate::binding) fn export(exports: &Object<'_>, env: Env) -> Result<()> {
    unsafe extern "C" fn send(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
        // SAFETY: Node calls this as the function that it is.
        unsafe { call(env, info, channel_send) }
    }
    unsafe extern "C" fn receive(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
        // SAFETY: as above.
        unsafe { call(env, info, channel_receive) }
    }
    type Callback = unsafe extern "C" fn(sys::napi_env, sys::napi_callback_info) -> sys::napi_value;
    for (name, function) in [(c"channelSend", send as Callback), (c"channelReceive", receive)] {
        let mut value = ptr::null_mut();
        // SAFETY: on the thread of `env`, with a name that lives through the calls.
        unsafe {
            let (raw, len) = (env.raw(), name.count_bytes() as isize);
            check_status!(sys::napi_create_function(
                raw,
                name.as_ptr(),
                len,
                Some(function),
                ptr::null_mut(),
                &mut value
            ))?;
            check_status!(sys::napi_set_named_property(raw, exports.raw(), name.as_ptr(), value))?;
        }
    }
    Ok(())
}

/// Calls it with two numbers, and gives back a third.
///
/// # Safety
/// With what Node has called a function with, on its thread.
unsafe fn call(
    env: sys::napi_env,
    info: sys::napi_callback_info,
    body: fn(u32, u32) -> Result<f64>,
) -> sys::napi_value {
    let mut count = 2;
    let mut args = [ptr::null_mut(); 2];
    let mut numbers = [0_u32; 2];
    // SAFETY: the caller vouches for `env` and `info`; there is room for two arguments, and where there are fewer Node fills it
    // up. What is no number stays 0.
    unsafe {
        sys::napi_get_cb_info(env, info, &mut count, args.as_mut_ptr(), ptr::null_mut(), ptr::null_mut());
        for (number, arg) in numbers.iter_mut().zip(args) {
            sys::napi_get_value_uint32(env, arg, number);
        }
    }
    // A panic must not reach Node.
    match catch_unwind(|| body(numbers[0], numbers[1])) {
        // SAFETY: as above, inside the scope of the call.
        Ok(Ok(answer)) => unsafe { values::number(env, answer) },
        failed => {
            let reason = failed.map_or_else(
                |_| "it panicked".to_owned(),
                |result| result.map_or_else(|e| e.reason.clone(), |_| String::new()),
            );
            let reason = CString::new(reason).unwrap_or_default();
            // SAFETY: as above; the text lives through the call.
            unsafe { sys::napi_throw_error(env, ptr::null(), reason.as_ptr()) };
            ptr::null_mut()
        }
    }
}

/// The last message that was longer than the desk, an `ArrayBuffer`: a copy, which V8 frees at once. Memory of ours would wait for
/// the event loop, to which a loop of `receiveSync` never comes.
#[napi]
pub fn channel_long(env: &Env) -> Unknown<'_> {
    // SAFETY: on the thread of a live `env`, inside the scope of this call; the value is of this environment.
    unsafe { Unknown::from_raw_unchecked(env.raw(), copied_array_buffer(env.raw(), &LONG.take())) }
}

#[napi]
pub fn channel_close(number: u32) -> Result<()> {
    Open::of(number)?.channel.close();
    Ok(())
}

#[napi]
pub fn channel_is_closed(number: u32) -> Result<bool> {
    Ok(Open::of(number)?.channel.is_closed())
}

/// Bytes that messages take.
#[napi]
pub fn channel_used(number: u32) -> Result<f64> {
    Ok(Open::of(number)?.channel.used() as f64)
}

/// Bytes of the longest message.
#[napi]
pub fn channel_most(number: u32) -> Result<f64> {
    Ok(Channel::<Real>::most(Open::of(number)?.area) as f64)
}

#[napi(js_name = "SharedRingBuffer")]
pub struct RingBufferHandle {
    ring: &'static RingBuffer<Real>,
    area: Area,
}

#[napi]
impl RingBufferHandle {
    #[napi(constructor)]
    pub fn new(env: Env, memory: Unknown<'_>) -> Result<Self> {
        let (ring, rest) = Words::of(env, memory)?.part()?;
        Ok(Self { ring, area: area(rest)? })
    }

    /// How many bytes were written; -2 when the buffer is closed, -1 to wait. `bytes` is not empty.
    #[napi]
    pub fn write(&self, env: Env, bytes: Unknown<'_>) -> Result<f64> {
        let (from, len) = bytes_of(env, bytes)?;
        // SAFETY: Node says that so many bytes are there; that there is one writer is the caller's word.
        let written = unsafe { self.ring.write(self.area, from, len) };
        Ok(answer(written, Check::moved(self.ring.head()), |len| len.map_or(END, |len| len as f64)))
    }

    /// How many bytes were read; -2 at the end, -1 to wait. `into` is not empty.
    #[napi]
    pub fn read(&self, env: Env, into: Unknown<'_>) -> Result<f64> {
        let (to, len) = bytes_of(env, into)?;
        // SAFETY: as above, for the one reader.
        let read = unsafe { self.ring.read(self.area, to.cast_mut(), len) };
        Ok(answer(read, Check::Moved(self.ring.tail(), self.ring.head().load(SeqCst)), |len| {
            len.map_or(END, |len| len as f64)
        }))
    }

    #[napi]
    pub fn close(&self) {
        self.ring.close();
    }

    #[napi]
    pub fn is_closed(&self) -> bool {
        self.ring.is_closed()
    }

    #[napi]
    pub fn used(&self) -> f64 {
        self.ring.used() as f64
    }
}
