//! Who has a lock: a thread, known to all processes, and whether it still lives.

/// The thread's number in the system, and in the upper half when it was started, since numbers come again. Never 0.
pub type Owner = u64;

/// This thread.
pub fn me() -> Owner {
    thread_local! {
        static ME: Owner = system::me();
    }
    ME.with(|me| *me)
}

/// Whether there is such a thread.
pub fn is_alive(owner: Owner) -> bool {
    owner == me() || system::is_alive(owner)
}

#[cfg(target_os = "linux")]
mod system {
    use super::Owner;

    pub(super) fn me() -> Owner {
        // SAFETY: no arguments, and it cannot fail.
        let thread = unsafe { libc::gettid() } as u32;
        compose(thread, started("/proc/thread-self/stat").unwrap_or(0))
    }

    pub(super) fn is_alive(owner: Owner) -> bool {
        let thread = owner as u32;
        // Threads of other processes have their place there too, though it is not listed.
        match started(&format!("/proc/{thread}/stat")) {
            Some(started) => compose(thread, started) == owner,
            // Where not even this thread has its place, nothing can be told.
            None => started("/proc/thread-self/stat").is_none(),
        }
    }

    fn compose(thread: u32, started: u64) -> Owner {
        u64::from(thread) | (started << 32)
    }

    /// When a thread was started, in ticks since the system was: field 22 of `stat`, by proc(5). `None` when it has ended.
    fn started(stat: &str) -> Option<u64> {
        let stat = std::fs::read_to_string(stat).ok()?;
        // The name may have spaces and brackets.
        let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace();
        let state = fields.next()?;
        if matches!(state, "Z" | "X" | "x") {
            return None;
        }
        fields.nth(18)?.parse().ok()
    }
}

/// Where threads of other processes cannot be looked up: a process lives, or its threads do not.
#[cfg(not(target_os = "linux"))]
mod system {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::Owner;

    static THREADS: AtomicU32 = AtomicU32::new(1);

    pub(super) fn me() -> Owner {
        u64::from(std::process::id()) | (u64::from(THREADS.fetch_add(1, Ordering::Relaxed)) << 32)
    }

    #[cfg(unix)]
    pub(super) fn is_alive(owner: Owner) -> bool {
        // SAFETY: only numbers; the signal 0 is none.
        let gone = unsafe { libc::kill(owner as i32, 0) } != 0;
        !gone || std::io::Error::last_os_error().raw_os_error() == Some(libc::EPERM)
    }

    #[cfg(not(unix))]
    pub(super) fn is_alive(_: Owner) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_lives_until_it_has_ended() {
        let (here, there) = (me(), std::thread::spawn(me).join().unwrap());
        assert_ne!(here, there);
        assert!(is_alive(here));
        #[cfg(target_os = "linux")]
        {
            // The system may take a moment after the join.
            let gone = (0..200).any(|_| {
                std::thread::sleep(std::time::Duration::from_millis(5));
                !is_alive(there)
            });
            assert!(gone);
            // The same number, started at another time.
            assert!(!is_alive(here ^ (1 << 40)));
        }
    }
}
