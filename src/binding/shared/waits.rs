//! Waits that do not block: JavaScript is told when it is worth to attempt something again.

use std::cell::Cell;
use std::ffi::c_void;
use std::ptr;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use napi::bindgen_prelude::*;
use napi::{JsValue, check_status, sys};
use napi_derive::napi;

use crate::binding::values;
use crate::binding::wake::Wake;
use crate::shared::watch::{self, Told, Waiting};

use super::{PENDING, Pending};

/// Waits that are over, and of which JavaScript has not heard yet.
#[derive(Default)]
struct Mail {
    over: Mutex<Vec<u32>>,
    wake: OnceLock<Wake>,
}

impl Told for Mail {
    fn tell(&self, id: u32) {
        let mut over = self.over.lock().unwrap_or_else(PoisonError::into_inner);
        over.push(id);
        let first = over.len() == 1;
        drop(over);
        if let Some(wake) = self.wake.get().filter(|_| first) {
            wake.wake();
        }
    }
}

/// The waits of an environment.
#[napi(js_name = "SharedWaits")]
pub struct WaitsHandle(Rc<Waits>);

struct Waits {
    env: sys::napi_env,
    /// The environment's number.
    number: u32,
    mail: Arc<Mail>,
    listener: sys::napi_ref,
    ended: Cell<bool>,
}

static ENVIRONMENTS: AtomicU32 = AtomicU32::new(0);

#[napi]
impl WaitsHandle {
    /// `listener(ids)` is called with the numbers of waits that are over. This must be kept for as long as the environment.
    #[napi(constructor)]
    pub fn new(env: Env, listener: Unknown<'_>) -> Result<Self> {
        retain_current_module_for_unload_safety();
        Waits::open(env, listener).map(Self)
    }

    /// Is told under a number of the caller's when what the last attempt of this thread waits for may be there.
    #[napi]
    pub fn add(&self, id: u32) -> Result<()> {
        let Some(Pending { event, seen, check }) = PENDING.take() else {
            self.0.mail.tell(id);
            return Ok(());
        };
        let waiting = Waiting { event, seen, check, told: self.told(), of: (self.0.number, id) };
        // SAFETY: the JS layer keeps the memory until the wait is over or removed, and the end of the environment removes it.
        unsafe { watch::add(waiting) }?;
        Ok(())
    }

    /// Waits no longer.
    #[napi]
    pub fn remove(&self, id: u32) {
        watch::remove((self.0.number, id));
    }

    /// Whether the event loop goes on for the sake of those who wait.
    #[napi]
    pub fn keep_alive(&self, alive: bool) {
        self.0.wake().keep_alive(self.0.env, alive);
    }
}

impl WaitsHandle {
    pub(super) fn told(&self) -> Arc<dyn Told> {
        Arc::clone(&self.0.mail) as Arc<dyn Told>
    }
}

impl Waits {
    fn open(env: Env, listener: Unknown<'_>) -> Result<Rc<Self>> {
        let raw = env.raw();
        let mut reference = ptr::null_mut();
        // SAFETY: a live value of this environment.
        check_status!(unsafe { sys::napi_create_reference(raw, listener.raw(), 1, &mut reference) })?;
        let waits = Rc::new(Self {
            env: raw,
            number: ENVIRONMENTS.fetch_add(1, Ordering::Relaxed),
            mail: Arc::default(),
            listener: reference,
            ended: Cell::new(false),
        });
        let me = Rc::as_ptr(&waits).cast_mut().cast::<c_void>();
        // SAFETY: this is the thread of `env`. `me` is valid until the value is dropped, which closes the wake and takes the
        // hook back first. The hook comes after the threadsafe function, so that it runs before Node frees that one.
        unsafe {
            let wake = Wake::new(raw, me, Some(on_wake))?;
            let _ = waits.mail.wake.set(wake);
            check_status!(sys::napi_add_env_cleanup_hook(raw, Some(on_env_end), me))?;
        }
        Ok(waits)
    }

    fn wake(&self) -> &Wake {
        self.mail.wake.get().expect("set when it was opened")
    }

    fn deliver(&self) {
        let over = std::mem::take(&mut *self.mail.over.lock().unwrap_or_else(PoisonError::into_inner));
        let (mut listener, mut this) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: on the thread of a live `env`, inside the handle scope of the caller's. When the environment is being
        // terminated the call fails, and nobody is left to hear of it.
        unsafe {
            sys::napi_get_reference_value(self.env, self.listener, &mut listener);
            let ids = over.into_iter().map(|id| values::number(self.env, f64::from(id)));
            let ids = values::array(self.env, ids);
            sys::napi_get_undefined(self.env, &mut this);
            sys::napi_call_function(self.env, this, listener, 1, &ids, ptr::null_mut());
        }
    }
}

impl Drop for Waits {
    /// Collected as garbage, or at the end of the environment, when `on_env_end` has run.
    fn drop(&mut self) {
        let me = ptr::from_mut(self).cast::<c_void>();
        if self.mail.wake.get().is_some() && !self.ended.get() {
            watch::remove_all(self.number);
            // SAFETY: the environment lives, this is its thread; the reference is of this environment and deleted once.
            unsafe {
                sys::napi_remove_env_cleanup_hook(self.env, Some(on_env_end), me);
                self.wake().close(true);
                sys::napi_delete_reference(self.env, self.listener);
            }
        }
    }
}

unsafe extern "C" fn on_wake(env: sys::napi_env, _: sys::napi_value, waits: *mut c_void, _: *mut c_void) {
    // Without an environment Node is only clearing the queue of a function that was closed.
    if !env.is_null() {
        // SAFETY: the value lives until it has closed its wake, and then Node calls no more.
        unsafe { &*waits.cast::<Waits>() }.deliver();
    }
}

/// The environment ends: its memory goes, and nobody looks at it any more.
unsafe extern "C" fn on_env_end(waits: *mut c_void) {
    // SAFETY: the value is dropped later, with its JS object, or has taken this hook back.
    let waits = unsafe { &*waits.cast::<Waits>() };
    waits.ended.set(true);
    waits.wake().close(false);
    watch::remove_all(waits.number);
}
