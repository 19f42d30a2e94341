//! The queue behind `runTask`, whose tasks run on libuv's threads.
//!
//! Touched by: the JS thread (submit), libuv's threads (run). libuv has few threads and shares them with fs, DNS, crypto
//! and zlib, so at most half of them are runners at one time; the rest of the tasks wait here.

use std::sync::{Arc, Mutex};

use super::backlog::Backlog;
use super::queue::Queue;
use super::sink::Sink;
use super::sync::lock;
use super::ticket::{Job, Ticket, next_job};

pub struct OneOff {
    state: Mutex<State>,
    backlog: Arc<Backlog>,
    max_runners: usize,
}

#[derive(Default)]
struct State {
    queue: Queue<Ticket>,
    runners: usize,
}

impl OneOff {
    /// `libuv_threads` is the size of libuv's pool.
    pub fn new(libuv_threads: usize) -> Self {
        let max_runners = (libuv_threads / 2).max(1);
        Self { state: Mutex::default(), backlog: Backlog::new(usize::MAX, usize::MAX, None), max_runners }
    }

    /// libuv's own reading of `UV_THREADPOOL_SIZE`: 4 unless it says otherwise, 1 to 1024.
    pub fn libuv_threads(variable: Option<&str>) -> usize {
        let digits =
            variable.map(|text| text.trim_start().chars().take_while(char::is_ascii_digit).collect::<String>());
        digits.map_or(4, |digits| digits.parse::<usize>().unwrap_or(0).clamp(1, 1024))
    }

    /// Queues a job. `true` asks the caller to start one more runner: a libuv task that calls `run`.
    pub fn submit(&self, slot: u32, sink: Arc<dyn Sink>, job: Job) -> (Arc<Ticket>, bool) {
        let ticket = Ticket::new(slot, sink, job, Arc::clone(&self.backlog));
        let mut state = lock(&self.state);
        state.queue.push(Arc::clone(&ticket), 0, self.backlog.queued());
        let start = state.runners < self.max_runners;
        state.runners += usize::from(start);
        (ticket, start)
    }

    /// Runs tasks on this thread until none waits.
    pub fn run(&self) {
        loop {
            let mut state = lock(&self.state);
            let Some((ticket, job)) = next_job(&mut state.queue) else {
                state.runners -= 1;
                return;
            };
            drop(state);
            ticket.run(job, None, |_| {});
        }
    }
}
