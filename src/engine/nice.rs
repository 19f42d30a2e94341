//! Lets the event loop go first when every core is busy: a pool's threads step back in the scheduler of the system.
//!
//! Runs on: each thread of a pool, once, before its first task.

/// Raises the niceness of this thread. Only on Linux, where niceness is a thread's own; elsewhere nothing happens.
#[cfg(target_os = "linux")]
pub(super) fn step_back(increment: i32) {
    use rustix::process::{getpriority_process, setpriority_process};

    let this_thread = Some(rustix::thread::gettid());
    if increment > 0
        && let Ok(niceness) = getpriority_process(this_thread)
    {
        // The system clamps what is too much. Stepping back is always allowed; where it is not, nothing is lost.
        let _ = setpriority_process(this_thread, niceness + increment);
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn step_back(_: i32) {}
