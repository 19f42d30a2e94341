//! How far a task is, reported at a bounded rate.
//!
//! Runs on: whichever thread runs the task, its helpers included. A report that comes too soon after the last costs one
//! load and one clock reading, and goes nowhere.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// At most twenty reports a second reach JavaScript; the last one (`completed == total`) always does.
const INTERVAL: Duration = Duration::from_millis(50);

/// What a task reports: `completed` of `total`, in units that the task documents (items, bytes, rows).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    pub completed: u64,
    pub total: u64,
}

/// Where reports go, at most one per `INTERVAL`.
pub(super) struct Progress {
    deliver: Box<dyn Fn(Report) + Send + Sync>,
    began: Instant,
    /// Nanoseconds after `began` before which a report is dropped.
    quiet_until: AtomicU64,
    /// Whether the task has reported that it is complete: nothing comes after that.
    complete: AtomicBool,
}

impl Progress {
    pub(super) fn new(deliver: impl Fn(Report) + Send + Sync + 'static) -> Self {
        let (quiet_until, complete) = (AtomicU64::new(0), AtomicBool::new(false));
        Self { deliver: Box::new(deliver), began: Instant::now(), quiet_until, complete }
    }

    pub(super) fn report(&self, report: Report) {
        let now = self.began.elapsed().as_nanos() as u64;
        let due = self.quiet_until.load(Ordering::Relaxed);
        let last = report.total > 0 && report.completed >= report.total;
        if last {
            if !self.complete.swap(true, Ordering::Relaxed) {
                (self.deliver)(report);
            }
            return;
        }
        if now < due || self.complete.load(Ordering::Relaxed) {
            return;
        }
        let next = now + INTERVAL.as_nanos() as u64;
        // Of several helpers that find a report due, one delivers it.
        if self.quiet_until.compare_exchange(due, next, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            (self.deliver)(report);
        }
    }
}
