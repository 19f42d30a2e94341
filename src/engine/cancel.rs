//! The cancel token of a ticket: one byte that says whether the work must stop, and why.
//!
//! Written by: the JS thread (abort, destroy), the timekeeper (timeouts). Read by: the thread that runs the task, once
//! per block of about a millisecond. The first reason wins.

use std::sync::atomic::{AtomicU8, Ordering};

use super::error::{Code, TaskError};

/// Why a task is to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Reason {
    /// The caller's `AbortSignal`.
    Aborted = 1,
    /// The task's own `timeout`.
    TimedOut = 2,
    /// `pool.destroy()`, a `close()` that ran out of time, or the end of the environment.
    Closed = 3,
    /// The task's `queueTimeout`.
    QueueTimedOut = 4,
}

impl Reason {
    /// The error that the caller's promise is rejected with.
    pub fn error(self) -> TaskError {
        match self {
            Self::Aborted => TaskError::new(Code::Aborted, "The task was aborted"),
            Self::TimedOut => TaskError::new(Code::TaskTimeout, "The task ran longer than its `timeout`"),
            Self::Closed => TaskError::new(Code::PoolClosed, "The pool was destroyed before the task ended"),
            Self::QueueTimedOut => TaskError::new(Code::QueueTimeout, "The task waited longer than its `queueTimeout`"),
        }
    }
}

/// What can be told to stop, from any thread.
pub trait Cancel: Send + Sync {
    /// Stops the task, if it has not settled. The first reason stands.
    fn cancel(&self, reason: Reason);
}

/// Whether a task is to stop. Checking costs one relaxed load.
#[derive(Debug, Default)]
pub struct CancelToken {
    /// 0, or the `Reason`. Only ever changes from 0, so that the first reason stands.
    reason: AtomicU8,
}

impl CancelToken {
    /// Asks the task to stop. Returns whether this was the first reason.
    pub fn cancel(&self, reason: Reason) -> bool {
        self.reason.compare_exchange(0, reason as u8, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    pub fn reason(&self) -> Option<Reason> {
        match self.reason.load(Ordering::Relaxed) {
            0 => None,
            1 => Some(Reason::Aborted),
            2 => Some(Reason::TimedOut),
            3 => Some(Reason::Closed),
            _ => Some(Reason::QueueTimedOut),
        }
    }
}
