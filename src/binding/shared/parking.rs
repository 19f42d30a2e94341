//! `Atomics.wait`, `waitAsync` and `notify`, over the parking of all threads of the process.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, AtomicI64, Ordering::SeqCst};
use std::time::Duration;

use napi::bindgen_prelude::*;
use napi_derive::napi;

use crate::binding::values::bytes_of;
use crate::shared::parking::{Waiter, enter, leave, notify};

use super::waits::WaitsHandle;

/// Those of a thread that wait, by number.
#[napi(js_name = "Parking")]
#[derive(Default)]
pub struct Parking {
    waiters: RefCell<HashMap<u32, (usize, Arc<Waiter>)>>,
}

#[napi]
impl Parking {
    #[napi(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Waits at a word (`word` is a `Uint8Array` over its 4 or 8 bytes) while its value is `value`, under a number of the
    /// caller's: `false` when it has another value. With `waits`, those are told of the end by that number.
    #[napi]
    pub fn enter(
        &self,
        env: Env,
        id: u32,
        word: Unknown<'_>,
        value: Either<i32, BigInt>,
        waits: Option<&WaitsHandle>,
    ) -> Result<bool> {
        let (at, _) = bytes_of(env, word)?;
        let still = || match value {
            // SAFETY: the word is there, aligned as a typed array's is, and JavaScript changes it by atomic operations or such
            // as tear nothing.
            Either::A(value) => unsafe { AtomicI32::from_ptr(at.cast_mut().cast()) }.load(SeqCst) == value,
            // SAFETY: as above.
            Either::B(value) => unsafe { AtomicI64::from_ptr(at.cast_mut().cast()) }.load(SeqCst) == value.get_i64().0,
        };
        let by = waits.map(|waits| (waits.told(), id));
        let waiter = enter(at.addr(), by, still);
        let waits = waiter.is_some();
        if let Some(waiter) = waiter {
            self.waiters.borrow_mut().insert(id, (at.addr(), waiter));
        }
        Ok(waits)
    }

    /// Blocks until it is told, for so many milliseconds at most. Whether it was.
    #[napi]
    pub fn block(&self, id: u32, ms: f64) -> bool {
        let waiter = self.waiters.borrow().get(&id).map(|(_, waiter)| Arc::clone(waiter));
        waiter.is_none_or(|waiter| waiter.block(Duration::from_secs_f64(ms.clamp(0.0, 1000.0) / 1000.0)))
    }

    /// Waits no longer: `false` when it was told.
    #[napi]
    pub fn leave(&self, id: u32) -> bool {
        let waiter = self.waiters.borrow_mut().remove(&id);
        waiter.is_some_and(|(address, waiter)| leave(address, &waiter))
    }

    /// Tells so many of those who wait at a word, `count` of them at most. How many.
    #[napi]
    pub fn notify(env: Env, word: Unknown<'_>, count: f64) -> Result<f64> {
        let (at, _) = bytes_of(env, word)?;
        Ok(notify(at.addr(), count as usize) as f64)
    }
}

impl Drop for Parking {
    /// The thread's environment ends: who waits there is told no more, and takes nobody's turn.
    fn drop(&mut self) {
        for (address, waiter) in self.waiters.get_mut().values() {
            leave(*address, waiter);
        }
    }
}
