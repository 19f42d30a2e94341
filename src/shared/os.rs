//! The memory of this machine, and waiting in it: by futex on Linux, also across processes; elsewhere by looking again and
//! again.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::SeqCst};
use std::time::Duration;

use super::memory::{Memory, Word};

/// This machine.
pub struct Real;

macro_rules! word {
    ($atomic:ty, $of:ty) => {
        impl Word<$of> for $atomic {
            fn load(&self) -> $of {
                self.load(SeqCst)
            }

            fn store(&self, value: $of) {
                self.store(value, SeqCst);
            }

            fn add(&self, value: $of) -> $of {
                self.fetch_add(value, SeqCst)
            }

            fn replace(&self, old: $of, new: $of) -> Result<(), $of> {
                self.compare_exchange(old, new, SeqCst, SeqCst).map(|_| ())
            }
        }
    };
}
word!(AtomicU32, u32);
word!(AtomicU64, u64);

impl Memory for Real {
    type Word32 = AtomicU32;
    type Word64 = AtomicU64;

    const SPINS: u32 = 7;

    fn wait(word: &AtomicU32, seen: u32, limit: Duration) {
        system::wait(word, seen, limit);
    }

    fn wake(word: &AtomicU32, count: u32) {
        system::wake(word, count);
    }
}

/// Wakes all who wait on a word.
pub(super) fn wake(word: &AtomicU32) {
    system::wake(word, i32::MAX as u32);
}

/// Blocks while `own` is `seen` and so are the words at the addresses, for `limit` at most. May return early.
pub(super) fn wait_for_any(own: &AtomicU32, seen: u32, words: &[(usize, u32)], limit: Duration) {
    system::wait_for_any(own, seen, words, limit);
}

/// Nanoseconds on a clock that is the same in all processes and never goes back.
#[cfg(unix)]
pub fn now() -> u64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the time is ours to be written.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut now) };
    now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64
}

/// Elsewhere the time of day.
#[cfg(not(unix))]
pub fn now() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_nanos() as u64)
}

#[cfg(target_os = "linux")]
mod system {
    use std::sync::atomic::AtomicU32;
    use std::time::Duration;

    /// Linux waits for so many words at once.
    const MOST: usize = 128;
    /// Where it cannot wait for all of them: how often they are looked at.
    const PAUSE: Duration = Duration::from_millis(2);

    /// `struct futex_waitv`, by futex2(2).
    #[repr(C)]
    struct Waiter {
        value: u64,
        address: u64,
        flags: u32,
        reserved: u32,
    }

    const FUTEX2_SIZE_U32: u32 = 2;
    const SYS_FUTEX_WAITV: libc::c_long = 449;

    pub(super) fn wait_for_any(own: &AtomicU32, seen: u32, words: &[(usize, u32)], limit: Duration) {
        let all = [(own.as_ptr().addr(), seen)].into_iter().chain(words.iter().copied());
        let waiter = |(address, value): (usize, u32)| Waiter {
            value: u64::from(value),
            address: address as u64,
            flags: FUTEX2_SIZE_U32,
            reserved: 0,
        };
        let waiters: Vec<Waiter> = all.take(MOST).map(waiter).collect();
        let limit = if words.len() < MOST { limit } else { PAUSE };
        let mut end = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: the time is ours to be written.
        unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut end) };
        let nanos = end.tv_nsec as u64 + u64::from(limit.subsec_nanos());
        end.tv_sec += (limit.as_secs() + nanos / 1_000_000_000) as libc::time_t;
        end.tv_nsec = (nanos % 1_000_000_000) as _;
        // SAFETY: the list and the time live through the call. An address that is mapped no more is an error, not a fault.
        let result = unsafe {
            let list = waiters.as_ptr();
            libc::syscall(SYS_FUTEX_WAITV, list, waiters.len(), 0, &raw const end, libc::CLOCK_MONOTONIC)
        };
        let errno = std::io::Error::last_os_error().raw_os_error();
        // An old kernel, a sandbox, or memory that has gone.
        if result < 0 && !matches!(errno, Some(libc::EAGAIN | libc::EINTR | libc::ETIMEDOUT)) {
            wait(own, seen, PAUSE);
        }
    }

    pub(super) fn wait(word: &AtomicU32, seen: u32, limit: Duration) {
        let limit = libc::timespec { tv_sec: limit.as_secs() as _, tv_nsec: limit.subsec_nanos() as _ };
        // SAFETY: the word and the time live through the call. Not a private futex: the word may be in several mappings.
        unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAIT, seen, &raw const limit) };
    }

    pub(super) fn wake(word: &AtomicU32, count: u32) {
        // SAFETY: only the address is used.
        unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAKE, count) };
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
    use std::time::{Duration, Instant};

    /// Between two looks.
    const PAUSE: Duration = Duration::from_millis(1);

    pub(super) fn wait(word: &AtomicU32, seen: u32, limit: Duration) {
        let end = Instant::now() + limit;
        while word.load(SeqCst) == seen && Instant::now() < end {
            std::thread::sleep(PAUSE.min(limit));
        }
    }

    pub(super) fn wake(_: &AtomicU32, _: u32) {}

    pub(super) fn wait_for_any(own: &AtomicU32, seen: u32, _: &[(usize, u32)], _: Duration) {
        wait(own, seen, PAUSE);
    }
}
