//! What JavaScript says to child processes and hears of them. Runs on: the JS thread; events come from the thread of the
//! children.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ffi::c_void;
use std::ptr;
use std::rc::{Rc, Weak};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use napi::bindgen_prelude::*;
use napi::{JsValue, check_status, sys};
use napi_derive::napi;

use crate::process::{self, Cause, Command, Event, Events, Exit, Remote};

use super::values::{self, bytes_of};
use super::wake::Wake;

/// How many values an event has in the list that JavaScript gets: the child, the kind, and three more.
const STRIDE: u32 = 5;

/// What an event is, and what its three values are.
#[derive(Clone, Copy)]
#[repr(u32)]
enum Kind {
    /// The process's number.
    Spawned = 0,
    /// The error's number, what failed, and the file it is about.
    Failed = 1,
    /// The output's number, and an `ArrayBuffer`.
    Data = 2,
    /// The output's number.
    End = 3,
    /// The error's number, when it was not written.
    Wrote = 4,
    /// An array of texts or `ArrayBuffer`s.
    Messages = 5,
    /// How many.
    Sent = 6,
    Disconnected = 7,
    /// The exit code, or the signal's number.
    Exited = 8,
    /// How it went, as JSON; an array of `ArrayBuffer`s by number; one of both outputs.
    Closed = 9,
}

/// Events that JavaScript has not heard of yet.
#[derive(Default)]
struct Mail {
    events: Mutex<Vec<(u32, Event)>>,
    wake: OnceLock<Wake>,
}

impl Mail {
    fn take(&self) -> Vec<(u32, Event)> {
        std::mem::take(&mut *self.events.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Events for Mail {
    fn tell(&self, id: u32, event: Event) {
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        events.push((id, event));
        let first = events.len() == 1;
        drop(events);
        if let Some(wake) = self.wake.get().filter(|_| first) {
            wake.wake();
        }
    }
}

/// What JavaScript holds of the children of its environment.
#[napi(js_name = "Children")]
pub struct ChildrenHandle(Rc<Children>);

struct Children {
    env: sys::napi_env,
    /// The environment's number.
    owner: u32,
    mail: Arc<Mail>,
    remotes: RefCell<HashMap<u32, Remote>>,
    /// JavaScript's function for events; strong while there are children.
    listener: sys::napi_ref,
    ended: Cell<bool>,
}

thread_local! {
    /// Those of this thread's environment, for its `'exit'` event.
    static HERE: RefCell<Vec<Weak<Children>>> = const { RefCell::new(Vec::new()) };
}

static OWNERS: AtomicU32 = AtomicU32::new(0);

#[napi]
impl ChildrenHandle {
    /// `listener(list)` is called with events, five values for each. It must be kept alive by who keeps this.
    #[napi(constructor)]
    pub fn new(env: Env, listener: Unknown<'_>) -> Result<Self> {
        napi::bindgen_prelude::retain_current_module_for_unload_safety();
        Children::open(env, listener).map(Self)
    }

    /// Starts a child under a number of the caller's, by a `Plan` as JSON. What becomes of it, events say.
    #[napi]
    pub fn start(&self, id: u32, plan: String) -> Result<()> {
        let mail = Arc::clone(&self.0.mail) as Arc<dyn Events>;
        let remote = process::start(self.0.owner, id, plan, mail)?;
        self.0.add(id, remote);
        Ok(())
    }

    /// A signal. One that `ends` the child is followed by SIGKILL when it does not.
    #[napi]
    pub fn kill(&self, id: u32, signal: i32, ends: bool) {
        self.0.command(id, Command::Kill { signal, ends });
    }

    #[napi]
    pub fn cancel(&self, id: u32) {
        self.0.command(id, Command::Cancel);
    }

    #[napi]
    pub fn write(&self, env: Env, id: u32, bytes: Unknown<'_>) -> Result<()> {
        let bytes = copied(env, bytes)?;
        self.0.command(id, Command::Write(bytes));
        Ok(())
    }

    #[napi]
    pub fn end_input(&self, id: u32) {
        self.0.command(id, Command::EndInput);
    }

    /// Has what comes from an output handed on.
    #[napi]
    pub fn claim(&self, id: u32, number: u32) {
        self.0.command(id, Command::Claim(number as usize));
    }

    /// So many bytes of it have been read.
    #[napi]
    pub fn credit(&self, id: u32, number: u32, bytes: i64) {
        self.0.command(id, Command::Credit(number as usize, bytes));
    }

    /// Closes the pipe of an output that nobody wants any more.
    #[napi]
    pub fn give_up(&self, id: u32, number: u32) {
        self.0.command(id, Command::Close(number as usize));
    }

    /// Sends bytes on the channel: one message, in the form that it has there.
    #[napi]
    pub fn post(&self, env: Env, id: u32, message: Either<String, Unknown<'_>>) -> Result<()> {
        let bytes = match message {
            Either::A(text) => text.into_bytes(),
            Either::B(bytes) => copied(env, bytes)?,
        };
        self.0.command(id, Command::Post(bytes));
        Ok(())
    }

    #[napi]
    pub fn disconnect(&self, id: u32) {
        self.0.command(id, Command::Disconnect);
    }

    /// Whether the event loop goes on for the children's sake.
    #[napi]
    pub fn keep_alive(&self, alive: bool) {
        self.0.wake().keep_alive(self.0.env, alive);
    }
}

fn copied(env: Env, bytes: Unknown<'_>) -> Result<Vec<u8>> {
    let (at, len) = bytes_of(env, bytes)?;
    // SAFETY: Node says that `len` bytes are there; no JavaScript runs while they are copied.
    Ok(if len == 0 { Vec::new() } else { unsafe { std::slice::from_raw_parts(at, len) }.to_vec() })
}

impl Children {
    fn open(env: Env, listener: Unknown<'_>) -> Result<Rc<Self>> {
        let raw = env.raw();
        let mut reference = ptr::null_mut();
        // SAFETY: a live value of this environment.
        check_status!(unsafe { sys::napi_create_reference(raw, listener.raw(), 0, &mut reference) })?;
        let children = Rc::new(Self {
            env: raw,
            owner: OWNERS.fetch_add(1, Ordering::Relaxed),
            mail: Arc::default(),
            remotes: RefCell::default(),
            listener: reference,
            ended: Cell::new(false),
        });
        let me = Rc::as_ptr(&children).cast_mut().cast::<c_void>();
        // SAFETY: this is the thread of `env`. `me` is valid until the value is dropped, which closes the wake and takes
        // the hook back first. The hook comes after the threadsafe function, so that it runs before Node frees that one.
        unsafe {
            let wake = Wake::new(raw, me, Some(on_wake))?;
            let _ = children.mail.wake.set(wake);
            check_status!(sys::napi_add_env_cleanup_hook(raw, Some(on_env_end), me))?;
        }
        HERE.with_borrow_mut(|here| {
            here.retain(|children| children.strong_count() > 0);
            here.push(Rc::downgrade(&children));
        });
        Ok(children)
    }

    fn wake(&self) -> &Wake {
        self.mail.wake.get().expect("set when it was opened")
    }

    fn command(&self, id: u32, command: Command) {
        if let Some(remote) = self.remotes.borrow().get(&id) {
            remote.command(command);
        }
    }

    fn add(&self, id: u32, remote: Remote) {
        let mut remotes = self.remotes.borrow_mut();
        if remotes.is_empty() {
            // SAFETY: a reference of this environment, on its thread. The weak one has its function: who keeps it is being
            // called.
            unsafe { sys::napi_reference_ref(self.env, self.listener, ptr::null_mut()) };
        }
        remotes.insert(id, remote);
    }

    fn remove(&self, id: u32) {
        let mut remotes = self.remotes.borrow_mut();
        if remotes.remove(&id).is_some() && remotes.is_empty() {
            // SAFETY: undoes the one of `add`.
            unsafe { sys::napi_reference_unref(self.env, self.listener, ptr::null_mut()) };
        }
    }

    /// Hands all events to JavaScript.
    fn deliver(&self) {
        let (mut listener, mut this, mut list) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
        // SAFETY: on the thread of a live `env`, inside the handle scope of the caller's.
        unsafe { sys::napi_get_reference_value(self.env, self.listener, &mut listener) };
        if listener.is_null() {
            return;
        }
        let events = self.mail.take();
        let over: Vec<u32> = events.iter().filter(|(_, event)| is_last(event)).map(|(id, _)| *id).collect();
        // SAFETY: as above. When the environment is being terminated the call fails, and nobody is left to hear of it.
        unsafe {
            sys::napi_create_array_with_length(self.env, events.len() * STRIDE as usize, &mut list);
            for (at, (id, event)) in (0..).step_by(STRIDE as usize).zip(events) {
                let (kind, values) = self.values(event);
                let head = [self.number(id), self.number(kind as u32)];
                for (at, value) in (at..).zip(head.into_iter().chain(values)) {
                    sys::napi_set_element(self.env, list, at, value);
                }
            }
            sys::napi_get_undefined(self.env, &mut this);
            sys::napi_call_function(self.env, this, listener, 1, &list, ptr::null_mut());
        }
        for id in over {
            self.remove(id);
        }
    }

    fn values(&self, event: Event) -> (Kind, [sys::napi_value; 3]) {
        let none = self.undefined();
        match event {
            Event::Spawned { pid } => (Kind::Spawned, [self.number(pid), none, none]),
            Event::Failed { errno, call, path } => {
                let path = path.map_or(none, |path| self.text(path.as_bytes()));
                (Kind::Failed, [self.number(errno), self.text(call.as_bytes()), path])
            }
            Event::Data { number, bytes } => {
                // SAFETY: see `array`.
                let piece = unsafe { values::copied_array_buffer(self.env, &bytes) };
                (Kind::Data, [self.number(number as u32), piece, none])
            }
            Event::End { number } => (Kind::End, [self.number(number as u32), none, none]),
            Event::Wrote { errno } => (Kind::Wrote, [errno.map_or(none, |errno| self.number(errno)), none, none]),
            Event::Messages { messages, advanced } => {
                let messages = messages.into_iter();
                let list = if advanced {
                    self.array(messages.map(|message| self.buffer(message)))
                } else {
                    self.array(messages.map(|message| self.text(&message)))
                };
                (Kind::Messages, [list, none, none])
            }
            Event::Sent { posts } => (Kind::Sent, [self.number(posts), none, none]),
            Event::Disconnected => (Kind::Disconnected, [none; 3]),
            Event::Exited(exit) => (Kind::Exited, [self.exit_code(exit), self.exit_signal(exit), none]),
            Event::Closed(report) => {
                let (cause, number) = match report.cause {
                    None => (None, None),
                    Some(Cause::Killed) => (Some("killed"), None),
                    Some(Cause::Canceled) => (Some("canceled"), None),
                    Some(Cause::TimedOut) => (Some("timedOut"), None),
                    Some(Cause::TooMuch(number)) => (Some("tooMuch"), Some(number)),
                };
                let json = serde_json::json!({
                    "cause": cause,
                    "number": number,
                    "forced": report.forced,
                    "durationMs": report.duration.as_secs_f64() * 1e3,
                });
                let outputs = report.outputs.into_iter();
                let outputs = self.array(outputs.map(|output| output.map_or(none, |bytes| self.buffer(bytes))));
                let all = report.all.map_or(none, |bytes| self.buffer(bytes));
                (Kind::Closed, [self.text(json.to_string().as_bytes()), outputs, all])
            }
        }
    }

    fn exit_code(&self, exit: Exit) -> sys::napi_value {
        if let Exit::Code(code) = exit { self.number(code) } else { self.undefined() }
    }

    fn exit_signal(&self, exit: Exit) -> sys::napi_value {
        if let Exit::Signal(signal) = exit { self.number(signal) } else { self.undefined() }
    }

    fn array(&self, values: impl ExactSizeIterator<Item = sys::napi_value>) -> sys::napi_value {
        // SAFETY: on the thread of a live `env`, inside a handle scope, with values of this environment; so in all methods
        // below.
        unsafe { values::array(self.env, values) }
    }

    fn undefined(&self) -> sys::napi_value {
        // SAFETY: see `array`.
        unsafe { values::undefined(self.env) }
    }

    fn number(&self, number: impl Into<f64>) -> sys::napi_value {
        // SAFETY: see `array`.
        unsafe { values::number(self.env, number.into()) }
    }

    fn text(&self, text: &[u8]) -> sys::napi_value {
        // SAFETY: see `array`.
        unsafe { values::text(self.env, text) }
    }

    fn buffer(&self, bytes: Vec<u8>) -> sys::napi_value {
        // SAFETY: see `array`.
        unsafe { values::array_buffer(self.env, bytes) }
    }
}

/// Whether nothing more comes of the child.
fn is_last(event: &Event) -> bool {
    matches!(event, Event::Closed(_) | Event::Failed { .. })
}

impl Drop for Children {
    /// Collected as garbage, or at the end of the environment, when `on_env_end` has run.
    fn drop(&mut self) {
        let me = ptr::from_mut(self).cast::<c_void>();
        if self.mail.wake.get().is_some() && !self.ended.get() {
            // SAFETY: the environment lives, this is its thread; the reference is of this environment and deleted once.
            unsafe {
                sys::napi_remove_env_cleanup_hook(self.env, Some(on_env_end), me);
                self.wake().close(true);
                sys::napi_delete_reference(self.env, self.listener);
            }
        }
    }
}

unsafe extern "C" fn on_wake(env: sys::napi_env, _: sys::napi_value, children: *mut c_void, _: *mut c_void) {
    // Without an environment Node is only clearing the queue of a function that was closed.
    if !env.is_null() {
        // SAFETY: the value lives until it has closed its wake, and then Node calls no more.
        unsafe { &*children.cast::<Children>() }.deliver();
    }
}

/// The environment ends: a worker was terminated, or the process exits of itself.
unsafe extern "C" fn on_env_end(children: *mut c_void) {
    // SAFETY: the value is dropped later, with its JS object, or has taken this hook back.
    let children = unsafe { &*children.cast::<Children>() };
    children.ended.set(true);
    children.wake().close(false);
    process::end_all(children.owner);
}

/// Ends the children of this thread's environment that must not outlive it, for the `'exit'` event of the process.
pub(super) fn end_all_here() {
    HERE.with_borrow(|here| {
        for children in here.iter().filter_map(Weak::upgrade) {
            process::end_all(children.owner);
        }
    });
}
