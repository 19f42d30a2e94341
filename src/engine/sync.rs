//! Locks without poison. Runs on: any thread.
//!
//! No lock of the engine is held while a task's code runs, so a panic cannot leave what it protects half changed.

use std::sync::{Mutex, MutexGuard, PoisonError};

pub(super) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
