//! Wakes an environment's event loop from any thread: the one threadsafe function of a session.
//!
//! Owned by: the session, on its JS thread. Called by: pool threads. Node frees a threadsafe function at the end of its
//! environment whoever still holds it, so every call goes through a lock behind which the session takes the function
//! away first.

use std::ffi::c_void;
use std::ptr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use napi::{Result, check_status, sys};

pub(super) struct Wake {
    /// `None` once the session is closed: nobody calls it after that.
    function: Mutex<Option<Function>>,
}

struct Function(sys::napi_threadsafe_function);

// SAFETY: a threadsafe function is made to be called from any thread; the lock around it keeps it from being called
// after it was taken away.
unsafe impl Send for Function {}

impl Wake {
    /// Makes the function, asleep: it does not keep the event loop alive until `keep_alive(true)`.
    ///
    /// # Safety
    /// `env` is live and this is its thread. `context` stays valid until `close`.
    pub(super) unsafe fn new(
        env: sys::napi_env,
        context: *mut c_void,
        on_wake: sys::napi_threadsafe_function_call_js,
    ) -> Result<Self> {
        let mut name = ptr::null_mut();
        let mut function = ptr::null_mut();
        // SAFETY: the strings and out pointers live through the calls; the caller vouches for `env` and `context`.
        unsafe {
            let text = c"offloop";
            check_status!(sys::napi_create_string_utf8(env, text.as_ptr(), 7, &mut name))?;
            check_status!(sys::napi_create_threadsafe_function(
                env,
                ptr::null_mut(),
                ptr::null_mut(),
                name,
                0,
                1,
                ptr::null_mut(),
                None,
                context,
                on_wake,
                &mut function,
            ))?;
            check_status!(sys::napi_unref_threadsafe_function(env, function))?;
        }
        Ok(Self { function: Mutex::new(Some(Function(function))) })
    }

    fn lock(&self) -> MutexGuard<'_, Option<Function>> {
        self.function.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has `on_wake` called on the JS thread, soon. From any thread; does nothing once closed.
    pub(super) fn wake(&self) {
        if let Some(function) = &*self.lock() {
            // SAFETY: not closed, so Node has not freed it. The queue is unbounded, so the call cannot block.
            unsafe {
                sys::napi_call_threadsafe_function(
                    function.0,
                    ptr::null_mut(),
                    sys::ThreadsafeFunctionCallMode::nonblocking,
                );
            }
        }
    }

    /// Whether the event loop stays alive for this session. On the JS thread.
    pub(super) fn keep_alive(&self, env: sys::napi_env, alive: bool) {
        if let Some(function) = &*self.lock() {
            // SAFETY: not closed, and on the thread of `env`.
            unsafe {
                if alive {
                    sys::napi_ref_threadsafe_function(env, function.0);
                } else {
                    sys::napi_unref_threadsafe_function(env, function.0);
                }
            }
        }
    }

    /// Takes the function away; from now on `wake` does nothing. `release` gives it back to Node, which at the end of an
    /// environment frees it by itself.
    pub(super) fn close(&self, release: bool) {
        let taken = self.lock().take();
        if let (Some(function), true) = (taken, release) {
            // SAFETY: it was there, so Node has not freed it, and this is its JS thread. Nobody else can reach it now.
            unsafe {
                sys::napi_release_threadsafe_function(function.0, sys::ThreadsafeFunctionReleaseMode::abort);
            }
        }
    }
}
