//! Waiting at an address, within this process: what `Atomics.wait` and `Atomics.notify` are, for JavaScript threads that block
//! and ones that do not, and for Rust threads, all in one line: first come, first told.
//!
//! V8 keeps the waits of its own `Atomics` to itself: nobody else can tell them, or be told.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::watch::Told;

/// Somebody who waits.
pub struct Waiter {
    told: Mutex<bool>,
    wake: Condvar,
    /// Who is told, when nobody blocks.
    by: Option<(Arc<dyn Told>, u32)>,
}

type Line = Vec<Arc<Waiter>>;

/// Those who wait, by address.
static LINES: Mutex<Option<HashMap<usize, Line>>> = Mutex::new(None);

fn lines() -> MutexGuard<'static, Option<HashMap<usize, Line>>> {
    LINES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits at an address, if `still` says, while nobody can tell, that there is something to wait for.
pub fn enter(address: usize, by: Option<(Arc<dyn Told>, u32)>, still: impl FnOnce() -> bool) -> Option<Arc<Waiter>> {
    let mut lines = lines();
    if !still() {
        return None;
    }
    let waiter = Arc::new(Waiter { told: Mutex::new(false), wake: Condvar::new(), by });
    lines.get_or_insert_default().entry(address).or_default().push(Arc::clone(&waiter));
    Some(waiter)
}

/// Waits no longer. `false` when it was told already.
pub fn leave(address: usize, waiter: &Arc<Waiter>) -> bool {
    let mut lines = lines();
    let Some(line) = lines.as_mut().and_then(|lines| lines.get_mut(&address)) else { return false };
    let before = line.len();
    line.retain(|other| !Arc::ptr_eq(other, waiter));
    let was = line.len() < before;
    if line.is_empty() {
        lines.as_mut().expect("there is a line").remove(&address);
    }
    was
}

/// Tells so many of those who wait at an address, in the order in which they came. How many it told.
pub fn notify(address: usize, count: usize) -> usize {
    let told: Line = {
        let mut lines = lines();
        let Some(lines) = lines.as_mut() else { return 0 };
        let Some(line) = lines.get_mut(&address) else { return 0 };
        let told = line.drain(..count.min(line.len())).collect();
        if line.is_empty() {
            lines.remove(&address);
        }
        told
    };
    told.iter().for_each(|waiter| waiter.tell());
    told.len()
}

impl Waiter {
    fn lock(&self) -> MutexGuard<'_, bool> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self) {
        *self.lock() = true;
        self.wake.notify_all();
        if let Some((told, id)) = &self.by {
            told.tell(*id);
        }
    }

    /// Blocks until it is told, for `limit` at most. Whether it was.
    pub fn block(&self, limit: Duration) -> bool {
        let end = Instant::now() + limit;
        let mut told = self.lock();
        while !*told {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            told = self.wake.wait_timeout(told, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        *told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_who_came_first_are_told_first() {
        let wait = || enter(8, None, || true).unwrap();
        let (first, second, third) = (wait(), wait(), wait());
        assert!(enter(8, None, || false).is_none());
        assert!(leave(8, &second) && !leave(8, &second));
        assert_eq!(notify(8, 1), 1);
        assert!(first.block(Duration::ZERO) && !third.block(Duration::from_millis(1)));
        assert_eq!((notify(16, 9), notify(8, usize::MAX), notify(8, 1)), (0, 1, 0));
        assert!(third.block(Duration::ZERO) && !leave(8, &third));
    }

    #[test]
    fn one_who_blocks_is_told_by_another_thread() {
        let waiter = enter(24, None, || true).unwrap();
        let other = std::thread::spawn(|| {
            std::thread::sleep(Duration::from_millis(20));
            notify(24, 1)
        });
        assert!(waiter.block(Duration::from_secs(10)));
        assert_eq!(other.join().unwrap(), 1);
    }
}
