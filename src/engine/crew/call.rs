//! A call is one task for a JS worker, on its way to settlement. It settles exactly once.
//!
//! Shared by: the owner's JS thread (to cancel it), the crew's queue, the worker that runs it, the timekeeper. As with a
//! ticket, the `stage` decides who may act: whoever moves a call to `Settled` tells the sink.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::super::backlog::Backlog;
use super::super::cancel::{Cancel, Reason};
use super::super::queue::Waiting;
use super::super::sync::lock;
use super::super::ticket::End;
use super::super::timekeeper;
use super::{CrewSink, News};

/// The value that a call gives to its worker.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    Undefined,
    Number(f64),
    Json(String),
    /// Written by V8's serializer.
    Bytes(Arc<Vec<u8>>),
    /// The owner posts it to the worker itself, under this number.
    Parcel(u32),
}

impl Input {
    fn bytes(&self) -> usize {
        match self {
            Self::Undefined | Self::Number(_) | Self::Parcel(_) => 0,
            Self::Json(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
        }
    }
}

/// The value that a worker gives back.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    Undefined,
    Number(f64),
    Json(String),
    /// The worker has posted it to the owner.
    Mail,
}

/// What to run, and within which limits.
pub struct Order {
    pub input: Input,
    /// The size of a parcel, which the engine does not see.
    pub parcel_bytes: usize,
    /// The number of the export to call; 0 for the default one.
    pub name: u32,
    pub priority: i32,
    /// From the start of the run.
    pub timeout: Option<Duration>,
    /// From now.
    pub queue_timeout: Option<Duration>,
    pub wants_progress: bool,
    /// Whether the sink hears of the start.
    pub traced: bool,
    /// Calls of one key run on one worker.
    pub affinity: Option<Arc<str>>,
    /// Whose turn it is when the queue is shared.
    pub tenant: Option<Arc<str>>,
    /// How many more times the call may run when its worker dies under it.
    pub retries: u32,
    /// The worker that has the parcel already.
    pub to: Option<u32>,
}

impl Order {
    /// A call without limits.
    pub fn new(input: Input) -> Self {
        Self {
            input,
            parcel_bytes: 0,
            name: 0,
            priority: 0,
            timeout: None,
            queue_timeout: None,
            wants_progress: false,
            traced: false,
            affinity: None,
            tenant: None,
            retries: 0,
            to: None,
        }
    }
}

/// One submitted call.
pub struct Call {
    /// The sink's number for this call.
    pub(super) slot: u32,
    pub(super) priority: i32,
    pub(super) name: u32,
    pub(super) wants_progress: bool,
    traced: bool,
    pub(super) affinity: Option<Arc<str>>,
    tenant: Option<Arc<str>>,
    queued_at: Instant,
    timeout: Option<Duration>,
    bytes: usize,
    sink: Arc<dyn CrewSink>,
    /// The sink's number for the crew.
    crew: u32,
    backlog: Arc<Backlog>,
    stage: Mutex<Stage>,
}

enum Stage {
    Queued { input: Input, retries: u32 },
    Running { run: Arc<Run>, again: Option<Again> },
    Settled,
}

/// What a call needs to run once more.
struct Again {
    input: Input,
    retries: u32,
}

/// One run of a call on a worker. A call that is retried has several, one after the other.
pub(super) struct Run {
    pub(super) number: u32,
    worker: u32,
    /// Where the worker looks whether a run is to stop, and why; see `Seat`.
    stops: Arc<[AtomicU32]>,
    pub(super) place: u32,
    /// The call, for the alarm of its timeout.
    call: std::sync::Weak<Call>,
}

/// How a run was taken off its worker.
pub(super) enum Lost {
    /// The call waits again.
    Again,
    /// It has settled without a word to the sink: the owner knows why, and says so itself.
    Settled,
    /// It had settled before.
    Before,
}

impl Call {
    /// Makes a call that counts in `backlog` from now on.
    pub(super) fn new(slot: u32, sink: Arc<dyn CrewSink>, crew: u32, order: Order, backlog: Arc<Backlog>) -> Arc<Self> {
        let bytes = order.input.bytes() + order.parcel_bytes;
        backlog.enter(bytes);
        let call = Arc::new(Self {
            slot,
            priority: order.priority,
            name: order.name,
            wants_progress: order.wants_progress,
            traced: order.traced,
            affinity: order.affinity,
            tenant: order.tenant,
            queued_at: Instant::now(),
            timeout: order.timeout,
            bytes,
            sink,
            crew,
            backlog,
            stage: Mutex::new(Stage::Queued { input: order.input, retries: order.retries }),
        });
        if let Some(limit) = order.queue_timeout {
            let watched: Arc<dyn Cancel> = Arc::clone(&call) as _;
            timekeeper::watch(&watched, limit, Reason::QueueTimedOut);
        }
        call
    }

    /// Takes the input to run it as `run`. `None` when the call was cancelled in the queue.
    pub(super) fn start(
        self: &Arc<Self>,
        number: u32,
        worker: u32,
        place: u32,
        stops: &Arc<[AtomicU32]>,
    ) -> Option<(Arc<Run>, Input)> {
        let mut stage = lock(&self.stage);
        let Stage::Queued { .. } = *stage else { return None };
        let Stage::Queued { input, retries } = std::mem::replace(&mut *stage, Stage::Settled) else { unreachable!() };
        stops[place as usize].store(0, Ordering::Relaxed);
        let run = Arc::new(Run { number, worker, stops: Arc::clone(stops), place, call: Arc::downgrade(self) });
        let again = (retries > 0).then(|| Again { input: input.clone(), retries: retries - 1 });
        *stage = Stage::Running { run: Arc::clone(&run), again };
        if self.traced {
            // Under the lock: nothing may come after the settlement.
            self.sink.started(self.slot);
        }
        drop(stage);
        self.backlog.leave_queue();
        if let Some(limit) = self.timeout {
            let watched: Arc<dyn Cancel> = Arc::clone(&run) as _;
            timekeeper::watch(&watched, limit, Reason::TimedOut);
        }
        Some((run, input))
    }

    /// The run has ended with this answer, or threw it. `false` when the call has settled before. `record` is called just
    /// before the outcome is out, so that statistics read in the caller's continuation count this run.
    pub(super) fn finish(&self, answer: Answer, threw: bool, worker: u32, run: u32, record: impl FnOnce(End)) -> bool {
        let mut stage = lock(&self.stage);
        let wanted = matches!(*stage, Stage::Running { .. });
        let before = wanted.then(|| std::mem::replace(&mut *stage, Stage::Settled));
        drop(stage);
        // It may hold the input for another run: dropped outside the lock.
        drop(before);
        record(match (wanted, threw) {
            (false, _) => End::Canceled,
            (true, true) => End::Failed,
            (true, false) => End::Completed,
        });
        if wanted {
            self.backlog.leave(self.bytes);
            self.sink.answered(self.slot, answer, threw, worker, run);
        }
        wanted
    }

    /// The run is this far.
    pub(super) fn report(&self, answer: Answer, worker: u32, run: u32) {
        // Under the lock: nothing may come after the settlement.
        let stage = lock(&self.stage);
        if let Stage::Running { .. } = *stage {
            self.sink.reported(self.slot, answer, worker, run);
        }
    }

    /// The worker cannot find the parcel.
    pub(super) fn ask_for_parcel(&self, worker: u32) {
        let stage = lock(&self.stage);
        if let Stage::Running { .. } = *stage {
            self.sink.parcel_wanted(self.slot, worker);
        }
    }

    /// The worker died under the run.
    pub(super) fn lose(&self) -> Lost {
        let mut stage = lock(&self.stage);
        let Stage::Running { .. } = *stage else { return Lost::Before };
        let Stage::Running { again, .. } = std::mem::replace(&mut *stage, Stage::Settled) else { unreachable!() };
        if let Some(Again { input, retries }) = again {
            // Before anybody can cancel it and lower the count.
            self.backlog.enter_queue();
            *stage = Stage::Queued { input, retries };
            return Lost::Again;
        }
        drop(stage);
        self.backlog.leave(self.bytes);
        Lost::Settled
    }

    /// Settles without a word to the sink, whatever the call was at. `false` when it had settled before.
    pub(super) fn give_up(&self) -> bool {
        let before = std::mem::replace(&mut *lock(&self.stage), Stage::Settled);
        match before {
            Stage::Settled => return false,
            Stage::Queued { .. } => self.backlog.leave_queue(),
            Stage::Running { .. } => {}
        }
        self.backlog.leave(self.bytes);
        true
    }

    pub(super) fn is_settled(&self) -> bool {
        matches!(*lock(&self.stage), Stage::Settled)
    }

    /// Cancels the call, unless `only` is another run than the one it is in.
    fn stop(&self, reason: Reason, only: Option<u32>) {
        let mut stage = lock(&self.stage);
        match &*stage {
            Stage::Settled => return,
            Stage::Queued { .. } if only.is_some() => return,
            Stage::Running { .. } if reason == Reason::QueueTimedOut => return,
            Stage::Running { run, .. } if only.is_some_and(|number| number != run.number) => return,
            Stage::Queued { .. } | Stage::Running { .. } => {}
        }
        if let Stage::Running { run, .. } = &*stage {
            // Under the lock: once it is gone the place may be another run's.
            run.stop(reason);
        }
        let before = std::mem::replace(&mut *stage, Stage::Settled);
        drop(stage);
        match &before {
            Stage::Running { run, .. } => {
                self.backlog.leave(self.bytes);
                self.sink.settle(self.slot, Err(reason.error()));
                self.sink.news(self.crew, News::Stopping { worker: run.worker, run: run.number, reason });
            }
            _ => {
                self.backlog.leave_queue();
                self.backlog.leave(self.bytes);
                self.sink.settle(self.slot, Err(reason.error()));
            }
        }
        // The input may be large: it is dropped here, outside the lock.
        drop(before);
    }
}

impl Run {
    /// Lets the worker see that the run is to stop: the number last, for who sees it has to see the reason too.
    fn stop(&self, reason: Reason) {
        let place = self.place as usize;
        self.stops[self.stops.len() / 2 + place].store(reason as u32, Ordering::Relaxed);
        self.stops[place].store(self.number, Ordering::Release);
    }
}

impl Waiting for Call {
    fn is_queued(&self) -> bool {
        matches!(*lock(&self.stage), Stage::Queued { .. })
    }

    fn queued_at(&self) -> Instant {
        self.queued_at
    }

    fn tenant(&self) -> Option<&Arc<str>> {
        self.tenant.as_ref()
    }
}

impl Cancel for Call {
    /// The caller hears of it at once. A worker that runs it is told to stop.
    fn cancel(&self, reason: Reason) {
        self.stop(reason, None);
    }
}

impl Cancel for Run {
    fn cancel(&self, reason: Reason) {
        if let Some(call) = self.call.upgrade() {
            call.stop(reason, Some(self.number));
        }
    }
}
