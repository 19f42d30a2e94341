//! How much memory all images in flight may take together. A task takes its share once, before it decodes, so nobody waits
//! for memory that somebody holds who waits too; and they are served in the order in which they came.
//!
//! Touched by: the threads of tasks.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use crate::engine::{Context, TaskError};

/// How long a task waits between two looks at its cancel token.
const SLICE: Duration = Duration::from_millis(5);

/// Where the memory of the machine cannot be told.
const UNKNOWN: u64 = 1 << 30;
/// The least that images may take.
const LEAST: u64 = 256 << 20;

static BUDGET: Budget =
    Budget { state: Mutex::new(State { used: 0, next: 0, waiting: VecDeque::new() }), changed: Condvar::new() };

struct Budget {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    used: u64,
    /// The number of the next task that asks.
    next: u64,
    /// Those who wait, in the order in which they came.
    waiting: VecDeque<u64>,
}

/// A share of the memory, given back when it is dropped.
pub(in crate::tasks::image) struct Reservation {
    bytes: u64,
    of: &'static Budget,
}

/// Waits until so many bytes are free. An image that is larger than all of the budget waits until it is alone.
pub(in crate::tasks::image) fn reserve(bytes: u64, context: &Context<'_>) -> Result<Reservation, TaskError> {
    BUDGET.reserve(bytes, total(), context)
}

/// Half of the memory that this process may use, or what `OFFLOOP_IMAGE_MEMORY` says, in bytes.
pub(in crate::tasks::image) fn total() -> u64 {
    static TOTAL: OnceLock<u64> = OnceLock::new();
    *TOTAL.get_or_init(|| {
        let wanted = std::env::var("OFFLOOP_IMAGE_MEMORY").ok().and_then(|bytes| bytes.trim().parse().ok());
        wanted.unwrap_or_else(|| memory_of_process().map_or(UNKNOWN, |bytes| (bytes / 2).max(LEAST)))
    })
}

/// What the machine has, or the control group allows.
fn memory_of_process() -> Option<u64> {
    let number = |path: &str| std::fs::read_to_string(path).ok()?.trim().parse::<u64>().ok();
    let machine = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| {
        let kilobytes = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
        kilobytes.trim().trim_end_matches("kB").trim().parse::<u64>().ok().map(|kilobytes| kilobytes << 10)
    })?;
    let group = number("/sys/fs/cgroup/memory.max").or_else(|| number("/sys/fs/cgroup/memory/memory.limit_in_bytes"));
    Some(group.map_or(machine, |limit| limit.min(machine)))
}

impl Budget {
    fn reserve(&'static self, bytes: u64, total: u64, context: &Context<'_>) -> Result<Reservation, TaskError> {
        let mut state = self.lock();
        let number = state.next;
        state.next += 1;
        state.waiting.push_back(number);
        loop {
            let first = state.waiting.front() == Some(&number);
            if first && (state.used == 0 || state.used.saturating_add(bytes) <= total) {
                state.waiting.pop_front();
                state.used = state.used.saturating_add(bytes);
                // There may be room for the next one as well.
                self.changed.notify_all();
                return Ok(Reservation { bytes, of: self });
            }
            if let Err(canceled) = context.check() {
                state.waiting.retain(|waiting| *waiting != number);
                self.changed.notify_all();
                return Err(canceled);
            }
            state = self.changed.wait_timeout(state, SLICE).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.of.lock().used -= self.bytes;
        self.of.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;
    use crate::engine::{CancelToken, Code, Reason};

    fn budget() -> &'static Budget {
        let state = Mutex::new(State { used: 0, next: 0, waiting: VecDeque::new() });
        Box::leak(Box::new(Budget { state, changed: Condvar::new() }))
    }

    #[test]
    fn no_more_than_the_total_is_given_out() {
        let (budget, used) = (budget(), AtomicU64::new(0));
        std::thread::scope(|scope| {
            for i in 0..8_u64 {
                let used = &used;
                scope.spawn(move || {
                    let token = CancelToken::default();
                    for round in 0..100 {
                        let bytes = 1 + (7 * i + round) % 60;
                        let share = budget.reserve(bytes, 100, &Context::detached(&token)).unwrap();
                        assert!(used.fetch_add(bytes, Ordering::SeqCst) + bytes <= 100);
                        used.fetch_sub(bytes, Ordering::SeqCst);
                        drop(share);
                    }
                });
            }
        });
        assert_eq!(budget.lock().used, 0);
    }

    #[test]
    fn what_is_larger_than_all_runs_alone() {
        let (budget, token) = (budget(), CancelToken::default());
        let share = budget.reserve(1000, 100, &Context::detached(&token)).unwrap();
        let other = CancelToken::default();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| budget.reserve(1, 100, &Context::detached(&other)).map(drop));
            while budget.lock().waiting.is_empty() {
                std::thread::yield_now();
            }
            drop(share);
            waiting.join().unwrap().unwrap();
        });
    }

    #[test]
    fn a_cancelled_task_waits_no_longer_and_lets_the_next_one_in() {
        let (budget, token) = (budget(), CancelToken::default());
        let share = budget.reserve(60, 100, &Context::detached(&token)).unwrap();
        let canceled = CancelToken::default();
        std::thread::scope(|scope| {
            let large = scope.spawn(|| budget.reserve(90, 100, &Context::detached(&canceled)).map(drop));
            while budget.lock().waiting.is_empty() {
                std::thread::yield_now();
            }
            let small = scope.spawn(|| budget.reserve(10, 100, &Context::detached(&token)).map(drop));
            canceled.cancel(Reason::Aborted);
            assert_eq!(large.join().unwrap().unwrap_err().code, Code::Aborted);
            small.join().unwrap().unwrap();
        });
        drop(share);
    }
}
