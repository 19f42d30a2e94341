//! The clock for `timeout` and `queueTimeout`: one thread for the whole process, started at the first limit.
//!
//! Touched by: the JS thread (queue limits), pool threads (run limits), its own thread (firing). It holds tasks
//! weakly, so a task that ends in time costs nothing but its entry, and those are swept as they pile up.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::{Arc, Condvar, Mutex, Weak};
use std::time::{Duration, Instant};

use super::cancel::{Cancel, Reason};
use super::sync::lock;

static CLOCK: Clock = Clock {
    alarms: Mutex::new(Alarms { heap: BinaryHeap::new(), running: false, sweep_at: 1024 }),
    sooner: Condvar::new(),
};

struct Clock {
    alarms: Mutex<Alarms>,
    /// Wakes the thread when an alarm is due before the one it sleeps for.
    sooner: Condvar,
}

struct Alarms {
    heap: BinaryHeap<Reverse<Alarm>>,
    /// Whether the thread has been started.
    running: bool,
    /// When the heap reaches this length, alarms of settled tasks are dropped.
    sweep_at: usize,
}

struct Alarm {
    due: Instant,
    reason: Reason,
    task: Weak<dyn Cancel>,
}

impl PartialEq for Alarm {
    fn eq(&self, other: &Self) -> bool {
        self.due == other.due
    }
}
impl Eq for Alarm {}
impl PartialOrd for Alarm {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Alarm {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.due.cmp(&other.due)
    }
}

/// Cancels the task for `reason` when it has not settled within `limit` from now.
pub(super) fn watch(task: &Arc<dyn Cancel>, limit: Duration, reason: Reason) {
    // A limit beyond what the clock can count is no limit.
    let Some(due) = Instant::now().checked_add(limit) else { return };
    let mut alarms = lock(&CLOCK.alarms);
    if !alarms.running {
        let started = std::thread::Builder::new().name("offloop-clock".into()).stack_size(64 * 1024).spawn(keep_time);
        alarms.running = started.is_ok();
    }
    if alarms.heap.len() >= alarms.sweep_at {
        alarms.heap.retain(|alarm| alarm.0.task.strong_count() > 0);
        alarms.sweep_at = (2 * alarms.heap.len()).max(1024);
    }
    let first = alarms.heap.peek().is_none_or(|alarm| due < alarm.0.due);
    alarms.heap.push(Reverse(Alarm { due, reason, task: Arc::downgrade(task) }));
    drop(alarms);
    if first {
        CLOCK.sooner.notify_one();
    }
}

fn keep_time() {
    let mut alarms = lock(&CLOCK.alarms);
    loop {
        let now = Instant::now();
        let due = alarms.heap.peek().map(|alarm| alarm.0.due);
        alarms = match due {
            None => CLOCK.sooner.wait(alarms).unwrap_or_else(std::sync::PoisonError::into_inner),
            Some(due) if due > now => {
                CLOCK.sooner.wait_timeout(alarms, due - now).unwrap_or_else(std::sync::PoisonError::into_inner).0
            }
            Some(_) => {
                let alarm = alarms.heap.pop();
                drop(alarms);
                if let Some(Reverse(alarm)) = alarm
                    && let Some(task) = alarm.task.upgrade()
                {
                    task.cancel(alarm.reason);
                }
                lock(&CLOCK.alarms)
            }
        };
    }
}
