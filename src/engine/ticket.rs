//! A ticket is one submitted task on its way to settlement. It settles exactly once.
//!
//! Shared by: the JS thread (to cancel it), the queue, the thread that runs it, the timekeeper. The `stage` decides who
//! may act: whoever moves a ticket out of `Queued` owns its job, and whoever moves it to `Settled` tells the sink.
//! `README.md` beside this file tells the whole life of a ticket.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::backlog::Backlog;
use super::blocks::Board;
use super::cancel::{Cancel, CancelToken, Reason};
use super::error::{Code, TaskError};
use super::progress::Progress;
use super::queue::{Queue, Waiting};
use super::sink::{Outcome, Sink};
use super::sync::lock;
use super::task::{Context, Entry, Payload};
use super::timekeeper;

/// What to run, and within which limits.
pub struct Job {
    pub entry: &'static Entry,
    pub payload: Payload,
    /// From the start of the task.
    pub timeout: Option<Duration>,
    /// From now.
    pub queue_timeout: Option<Duration>,
    /// Whether the sink wants `progress`.
    pub wants_progress: bool,
    /// Whether the sink wants to hear of the start.
    pub traced: bool,
}

impl Job {
    /// A task without limits.
    pub fn new(entry: &'static Entry, payload: Payload) -> Self {
        Self { entry, payload, timeout: None, queue_timeout: None, wants_progress: false, traced: false }
    }
}

/// One submitted task.
pub struct Ticket {
    /// The sink's number for this task.
    slot: u32,
    sink: Arc<dyn Sink>,
    token: CancelToken,
    queued_at: Instant,
    /// The size of the job's input.
    bytes: usize,
    /// The load of the pool, of which this ticket is part until it is `Settled`.
    backlog: Arc<Backlog>,
    stage: Mutex<Stage>,
}

enum Stage {
    /// In a queue; the entry there is dead once the stage is another.
    Queued(Job),
    Running,
    Settled,
}

impl Ticket {
    /// Makes a ticket that counts in `backlog` from now on.
    pub(super) fn new(slot: u32, sink: Arc<dyn Sink>, job: Job, backlog: Arc<Backlog>) -> Arc<Self> {
        let bytes = job.payload.bytes();
        backlog.enter(bytes);
        let queue_timeout = job.queue_timeout;
        let ticket = Arc::new(Self {
            slot,
            sink,
            token: CancelToken::default(),
            queued_at: Instant::now(),
            bytes,
            backlog,
            stage: Mutex::new(Stage::Queued(job)),
        });
        if let Some(limit) = queue_timeout {
            let watched: Arc<dyn Cancel> = Arc::clone(&ticket) as _;
            timekeeper::watch(&watched, limit, Reason::QueueTimedOut);
        }
        ticket
    }

    /// Takes the job to run it. `None` when the ticket was cancelled in the queue.
    fn start(&self) -> Option<Job> {
        let mut stage = lock(&self.stage);
        let Stage::Queued(_) = *stage else { return None };
        let Stage::Queued(job) = std::mem::replace(&mut *stage, Stage::Running) else { unreachable!() };
        drop(stage);
        self.backlog.leave_queue();
        Some(job)
    }

    /// Runs the job on this thread and settles the ticket, whatever the job does. `record` is called just before the
    /// outcome is out, so that statistics read in the caller's continuation count this task.
    pub(super) fn run(self: &Arc<Self>, job: Job, board: Option<&dyn Board>, record: impl FnOnce(Ran)) {
        let started = Instant::now();
        let mut settlement = SettleOnDrop { ticket: self, outcome: None };
        if let Some(limit) = job.timeout {
            let watched: Arc<dyn Cancel> = Arc::clone(self) as _;
            timekeeper::watch(&watched, limit, Reason::TimedOut);
        }
        if job.traced {
            self.sink.started(self.slot);
        }
        let progress = job.wants_progress.then(|| {
            let ticket = Arc::clone(self);
            Progress::new(move |report| ticket.sink.progress(ticket.slot, report))
        });
        let context = Context { token: &self.token, progress: progress.as_ref(), board };
        let outcome = catch_unwind(AssertUnwindSafe(|| job.entry.run(job.payload, &context)))
            .unwrap_or_else(|panic| Err(panicked(job.entry.name, panic.as_ref())));
        let end = match &outcome {
            Ok(_) => End::Completed,
            Err(_) if self.token.reason().is_some() => End::Canceled,
            Err(_) => End::Failed,
        };
        settlement.outcome = Some(outcome);
        record(Ran { end, waited: started - self.queued_at, ran: started.elapsed() });
    }
}

impl Waiting for Ticket {
    fn is_queued(&self) -> bool {
        matches!(*lock(&self.stage), Stage::Queued(_))
    }

    fn queued_at(&self) -> Instant {
        self.queued_at
    }
}

impl Cancel for Ticket {
    /// At once while it is queued, at its next check while it runs, not at all when it has settled.
    fn cancel(&self, reason: Reason) {
        let mut stage = lock(&self.stage);
        match *stage {
            Stage::Queued(_) => {
                let cancelled = std::mem::replace(&mut *stage, Stage::Settled);
                drop(stage);
                self.backlog.leave_queue();
                self.backlog.leave(self.bytes);
                self.sink.settle(self.slot, Err(reason.error()));
                // The job may be large: it is dropped here, outside the lock.
                drop(cancelled);
            }
            Stage::Running if reason != Reason::QueueTimedOut => {
                self.token.cancel(reason);
            }
            Stage::Running | Stage::Settled => {}
        }
    }
}

/// The next job of a queue, and the ticket that it belongs to.
pub(super) fn next_job(queue: &mut Queue<Ticket>) -> Option<(Arc<Ticket>, Job)> {
    // A ticket may be cancelled between the look and the start.
    std::iter::from_fn(|| queue.pop()).find_map(|ticket| ticket.start().map(|job| (ticket, job)))
}

/// What `stats()` keeps of a task that ran.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ran {
    pub(super) end: End,
    pub(super) waited: Duration,
    pub(super) ran: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Completed,
    Failed,
    Canceled,
}

/// Settles its ticket when dropped: with the outcome, or as panicked when the thread unwound before there was one.
struct SettleOnDrop<'a> {
    ticket: &'a Ticket,
    outcome: Option<Outcome>,
}

impl Drop for SettleOnDrop<'_> {
    fn drop(&mut self) {
        *lock(&self.ticket.stage) = Stage::Settled;
        self.ticket.backlog.leave(self.ticket.bytes);
        let outcome = self.outcome.take().unwrap_or_else(|| Err(panicked("the task", &"the engine unwound")));
        self.ticket.sink.settle(self.ticket.slot, outcome);
    }
}

fn panicked(task: &str, panic: &(dyn Any + Send)) -> TaskError {
    let said = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    TaskError::new(Code::TaskPanicked, format!("{task} panicked: {said}"))
}
