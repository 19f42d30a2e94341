//! Shared objects: what JavaScript says to locks, channels and the like, and hears of those that it waits for.
//!
//! Runs on: the JS thread. Nothing here decides how long to wait: an attempt that has to wait says so, and the JS layer then
//! has this thread blocked for a slice (`sharedBlock`), or itself told (`SharedWaits`), and attempts it again.

mod channel;
mod limiter;
mod locks;
mod map;
mod parking;
#[cfg(unix)]
mod region;
mod waits;

pub(super) use channel::export as export_channel;
#[cfg(unix)]
pub(super) use region::close_all_here;

use std::cell::Cell;
use std::time::Duration;

use napi::bindgen_prelude::*;
use napi_derive::napi;

use crate::shared::watch::Check;
use crate::shared::{Attempt, Event, Owner, Real, Taken, is_alive};

use super::values::bytes_of;

/// What an attempt answers that has to wait.
const WAIT: f64 = -1.0;

/// What the last attempt of this thread has to wait for.
#[derive(Clone, Copy)]
struct Pending {
    event: *const Event<Real>,
    seen: u32,
    check: Check,
}

thread_local! {
    static PENDING: Cell<Option<Pending>> = const { Cell::new(None) };
}

/// The answer of an attempt: a number of the caller's, or `WAIT`. The check is for when somebody dies instead of telling.
fn answer<T>(attempt: Attempt<'_, Real, T>, check: Check, done: impl FnOnce(T) -> f64) -> f64 {
    match attempt {
        Attempt::Done(value) => done(value),
        Attempt::Wait(event, seen) => {
            PENDING.set(Some(Pending { event, seen, check }));
            WAIT
        }
    }
}

/// 1 for what was free, 2 for what was a dead owner's.
fn taken(taken: Taken) -> f64 {
    match taken {
        Taken::Free => 1.0,
        Taken::FromDead => 2.0,
    }
}

fn care(cares: bool) -> Option<&'static dyn Fn(Owner) -> bool> {
    const CARE: &dyn Fn(Owner) -> bool = &is_alive;
    cares.then_some(CARE)
}

/// Blocks this thread until what the last attempt waits for may be there, for so many milliseconds at most. Whether it may.
#[napi]
pub fn shared_block(ms: f64) -> bool {
    let Some(Pending { event, seen, .. }) = PENDING.take() else { return true };
    // SAFETY: the memory is that of the object whose attempt this was, which is alive: it is being used.
    let event = unsafe { &*event };
    event.block(seen, Duration::from_secs_f64(ms.clamp(0.0, 1000.0) / 1000.0));
    event.has_changed(seen)
}

/// Waits no longer for what the last attempt waits for.
#[napi]
pub fn shared_retire() {
    if let Some(Pending { event, .. }) = PENDING.take() {
        // SAFETY: as for `shared_block`.
        unsafe { &*event }.retire();
    }
}

/// The memory of an object, which the JS layer keeps alive for as long as the object.
#[derive(Clone, Copy)]
struct Words {
    at: *mut u8,
    len: usize,
}

impl Words {
    fn of(env: Env, view: Unknown<'_>) -> Result<Self> {
        let (at, len) = bytes_of(env, view)?;
        if !at.addr().is_multiple_of(8) {
            return Err(Error::from_reason("The memory of a shared object must be aligned to 8 bytes"));
        }
        Ok(Self { at: at.cast_mut(), len })
    }

    /// What lies so many bytes from the start on, and what is behind it.
    fn part<T>(self) -> Result<(&'static T, Self)> {
        let rest = self.behind(size_of::<T>())?;
        // SAFETY: the memory is there and aligned, and lives as long as the object, whose JS side keeps it. `T` is made of
        // atomic words (and room between them), of which every bit pattern is a value.
        Ok((unsafe { &*self.at.cast::<T>() }, rest))
    }

    /// So many of them.
    fn parts<T>(self, count: usize) -> Result<(&'static [T], Self)> {
        let rest = self.behind(size_of::<T>() * count)?;
        // SAFETY: as for `part`.
        Ok((unsafe { std::slice::from_raw_parts(self.at.cast::<T>(), count) }, rest))
    }

    fn behind(self, bytes: usize) -> Result<Self> {
        let len = self.len.checked_sub(bytes).ok_or_else(|| Error::from_reason("The memory is too small"))?;
        // SAFETY: within the memory, or at its end.
        Ok(Self { at: unsafe { self.at.add(bytes) }, len })
    }
}
