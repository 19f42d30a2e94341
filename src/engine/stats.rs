//! What a pool's threads count: how tasks ended, and histograms of how long they waited and ran.
//!
//! Written by: each pool thread, into a tally of its own. Read by: the JS thread, which adds the tallies up.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

use super::ticket::{End, Ran};

/// Nanoseconds to an hour at two significant digits: 18 KB a histogram.
const LONGEST: u64 = 3_600_000_000_000;

pub(super) struct Tally {
    completed: u64,
    failed: u64,
    canceled: u64,
    busy: Duration,
    wait: Histogram<u32>,
    run: Histogram<u32>,
}

impl Default for Tally {
    fn default() -> Self {
        let histogram = || Histogram::new_with_bounds(1, LONGEST, 2).expect("the bounds are constants that fit");
        Self { completed: 0, failed: 0, canceled: 0, busy: Duration::ZERO, wait: histogram(), run: histogram() }
    }
}

impl Tally {
    pub(super) fn record(&mut self, ran: Ran) {
        match ran.end {
            End::Completed => self.completed += 1,
            End::Failed => self.failed += 1,
            End::Canceled => self.canceled += 1,
        }
        self.busy += ran.ran;
        self.wait.saturating_record(ran.waited.as_nanos() as u64);
        self.run.saturating_record(ran.ran.as_nanos() as u64);
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.completed += other.completed;
        self.failed += other.failed;
        self.canceled += other.canceled;
        self.busy += other.busy;
        self.wait.add(&other.wait).expect("all tallies have the same bounds");
        self.run.add(&other.run).expect("all tallies have the same bounds");
    }
}

/// `pool.stats()`. Times are in milliseconds.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Stats {
    /// Threads of the pool.
    pub size: usize,
    /// Tasks that threads are running now.
    pub running: usize,
    /// Tasks that wait.
    pub queued: usize,
    /// The size of the inputs of all tasks that wait or run.
    pub input_bytes: usize,
    /// Tasks that gave a result.
    pub completed: u64,
    /// Tasks that ran and failed.
    pub failed: u64,
    /// Tasks that were stopped while they ran.
    pub canceled: u64,
    /// The share of its threads' time that the pool has spent in tasks since it was made, 0 to 1.
    pub utilization: f64,
    pub wait_time: Summary,
    pub run_time: Summary,
}

/// A histogram in a few numbers, in milliseconds. All 0 while nothing was recorded.
#[derive(Debug, Serialize)]
pub struct Summary {
    pub min: f64,
    pub mean: f64,
    pub max: f64,
    pub p50: f64,
    pub p90: f64,
    pub p99: f64,
    #[serde(rename = "p99_9")]
    pub p999: f64,
}

impl Summary {
    fn of(histogram: &Histogram<u32>) -> Self {
        let ms = |nanoseconds: u64| nanoseconds as f64 / 1e6;
        let empty = histogram.is_empty();
        Self {
            min: if empty { 0.0 } else { ms(histogram.min()) },
            mean: histogram.mean() / 1e6,
            max: ms(histogram.max()),
            p50: ms(histogram.value_at_quantile(0.5)),
            p90: ms(histogram.value_at_quantile(0.9)),
            p99: ms(histogram.value_at_quantile(0.99)),
            p999: ms(histogram.value_at_quantile(0.999)),
        }
    }
}

impl Stats {
    /// `capacity` is the time that all its threads have had together.
    pub(super) fn new(
        total: &Tally,
        size: usize,
        capacity: Duration,
        running: usize,
        queued: usize,
        input_bytes: usize,
    ) -> Self {
        Self {
            size,
            running,
            queued,
            input_bytes,
            completed: total.completed,
            failed: total.failed,
            canceled: total.canceled,
            utilization: (total.busy.as_secs_f64() / capacity.as_secs_f64().max(f64::MIN_POSITIVE)).min(1.0),
            wait_time: Summary::of(&total.wait),
            run_time: Summary::of(&total.run),
        }
    }
}
