//! What has happened and JavaScript has not heard of yet: outcomes, progress, room in a queue.
//!
//! Filled by: any thread, as the engine's `Sink`. Emptied by: the JS thread, many events at a time. One wake-up covers
//! all that happens until it is answered.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use crate::engine::{Answer, CrewSink, News, Outcome, Report, Sink};

use super::wake::Wake;

pub(super) enum Event {
    Settled(Outcome),
    Progress(Report),
    Room,
    /// A call was answered, or threw.
    Answered {
        answer: Answer,
        threw: bool,
        worker: u32,
        run: u32,
    },
    /// A call is this far.
    Reported {
        answer: Answer,
        worker: u32,
        run: u32,
    },
    /// A task was started.
    Started,
    /// The worker has not got the parcel of a call.
    ParcelWanted(u32),
    /// Of a worker; the number is the crew's.
    News(News),
}

pub(super) struct Completions {
    /// With the slot of the task, or the number of the pool for `Room` and `News`. `None` once nobody listens any more.
    events: Mutex<Option<Vec<(u32, Event)>>>,
    /// Whether a wake-up is on its way that has not been answered.
    scheduled: AtomicBool,
    /// Set once, before the first task.
    pub(super) wake: OnceLock<Wake>,
}

impl Completions {
    pub(super) fn new() -> Self {
        Self { events: Mutex::new(Some(Vec::new())), scheduled: AtomicBool::new(false), wake: OnceLock::new() }
    }

    fn push(&self, number: u32, event: Event) {
        let mut events = self.lock();
        if let Some(events) = &mut *events {
            events.push((number, event));
        }
        drop(events);
        self.schedule();
    }

    /// Makes sure that a wake-up is on its way.
    fn schedule(&self) {
        if !self.scheduled.swap(true, Ordering::AcqRel)
            && let Some(wake) = self.wake.get()
        {
            wake.wake();
        }
    }

    /// The wake-up is answered: what happens from now on schedules another. A `take` must follow, and this is an
    /// exchange, which makes visible what was pushed under the old one: no event can slip between the two.
    pub(super) fn answer(&self) {
        self.scheduled.swap(false, Ordering::AcqRel);
    }

    /// Takes an answer back: the caller looks again later, so nobody need wake it.
    pub(super) fn take_back(&self) {
        self.scheduled.store(true, Ordering::Release);
    }

    /// Takes all events, in the order in which they happened.
    pub(super) fn take(&self, into: &mut Vec<(u32, Event)>) {
        if let Some(events) = &mut *self.lock() {
            std::mem::swap(events, into);
        }
    }

    /// Drops all events, and from now on every one as it comes: an outcome may hold JS memory that the end of an
    /// environment waits for.
    pub(super) fn close(&self) {
        let dropped = self.lock().take();
        drop(dropped);
    }

    fn lock(&self) -> MutexGuard<'_, Option<Vec<(u32, Event)>>> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for Completions {
    fn started(&self, slot: u32) {
        self.push(slot, Event::Started);
    }

    fn settle(&self, slot: u32, outcome: Outcome) {
        self.push(slot, Event::Settled(outcome));
    }

    fn progress(&self, slot: u32, report: Report) {
        self.push(slot, Event::Progress(report));
    }

    fn room(&self, pool: u32) {
        self.push(pool, Event::Room);
    }
}

impl CrewSink for Completions {
    fn answered(&self, slot: u32, answer: Answer, threw: bool, worker: u32, run: u32) {
        self.push(slot, Event::Answered { answer, threw, worker, run });
    }

    fn reported(&self, slot: u32, answer: Answer, worker: u32, run: u32) {
        self.push(slot, Event::Reported { answer, worker, run });
    }

    fn parcel_wanted(&self, slot: u32, worker: u32) {
        self.push(slot, Event::ParcelWanted(worker));
    }

    fn news(&self, crew: u32, news: News) {
        self.push(crew, Event::News(news));
    }
}
