//! A worker as its crew sees it. Owned by: the crew, behind its lock.

use std::collections::VecDeque;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use super::super::queue::Queue;
use super::super::stats::Tally;
use super::call::{Call, Run};

/// What a worker is doing, as far as finding work is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Posture {
    /// It loads its file.
    Starting,
    /// It looks for work, or runs some and looks again when that has ended.
    Awake,
    /// It looks without the lock, for a moment.
    Spinning,
    /// It has found nothing and turns its event loop: it must be called to look again.
    Asleep { since: Instant },
    /// It has been called and has not looked yet.
    Called,
}

pub(super) struct Seat {
    pub(super) posture: Posture,
    /// It takes nothing more.
    pub(super) retiring: bool,
    /// What it runs, at most as many as the crew's concurrency.
    pub(super) running: Vec<Held>,
    /// Places that no run has.
    pub(super) places: Vec<u32>,
    /// By place: the number of the run that is to stop; behind all those, why.
    pub(super) stops: Arc<[AtomicU32]>,
    /// What only this worker may run: calls whose key is at home here.
    pub(super) own: Queue<Call>,
    /// Calls whose parcel it was sent: those that it starts next.
    pub(super) sent: VecDeque<Arc<Call>>,
    /// How many calls it has taken.
    pub(super) taken: u64,
    pub(super) since: Instant,
    pub(super) tally: Arc<Mutex<Tally>>,
}

/// A run that a worker has.
pub(super) struct Held {
    pub(super) run: Arc<Run>,
    pub(super) call: Arc<Call>,
    pub(super) started: Instant,
}

impl Seat {
    pub(super) fn new(concurrency: u32) -> Self {
        Self {
            posture: Posture::Starting,
            retiring: false,
            running: Vec::new(),
            places: (0..concurrency).rev().collect(),
            stops: (0..2 * concurrency).map(|_| AtomicU32::new(0)).collect(),
            own: Queue::default(),
            sent: VecDeque::new(),
            taken: 0,
            since: Instant::now(),
            tally: Arc::default(),
        }
    }

    /// Whether it may take another call.
    pub(super) fn has_place(&self) -> bool {
        !self.retiring && !self.places.is_empty()
    }

    /// Whether it must be called, and may, to take another call.
    pub(super) fn can_be_called(&self) -> bool {
        self.has_place() && matches!(self.posture, Posture::Asleep { .. })
    }

    /// Whether it will look for a call without being called.
    pub(super) fn is_looking(&self) -> bool {
        self.has_place() && matches!(self.posture, Posture::Called | Posture::Spinning)
    }

    /// Whether something waits that only this worker may run.
    pub(super) fn has_own(&self) -> bool {
        !self.sent.is_empty() || !self.own.is_empty()
    }

    /// Whether it will look for a call soon, so that no other worker need be started for that: it is about to be there, or
    /// has answered its last call this moment.
    pub(super) fn is_coming(&self) -> bool {
        self.is_free() || self.is_looking() || self.posture == Posture::Starting
    }

    /// Whether it looks for a call, or is about to because it has answered its last one this moment.
    pub(super) fn is_free(&self) -> bool {
        self.has_place() && self.running.is_empty() && matches!(self.posture, Posture::Awake | Posture::Spinning)
    }

    /// How much it has to do.
    pub(super) fn load(&self) -> usize {
        self.running.len() + self.own.len() + self.sent.len()
    }
}
