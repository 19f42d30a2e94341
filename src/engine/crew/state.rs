//! What waits in a crew, which worker takes it, and who is called for it.
//!
//! Owned by: the crew, behind its lock: everything here happens under it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::super::backlog::Backlog;
use super::super::queue::{Queue, Tenancy, Waiting};
use super::super::stats::Tally;
use super::call::Call;
use super::seat::{Held, Posture, Seat};
use super::{SPIN, Take};

/// How many keys of `affinity` are remembered at least; beyond, those that have nothing to do are forgotten.
pub(super) const MAX_HOMES: usize = 65_536;

/// All that changes in a crew, behind its lock.
pub(super) struct State {
    /// What any worker may run.
    pub(super) queue: Queue<Call>,
    pub(super) tenancy: Tenancy,
    pub(super) seats: BTreeMap<u32, Seat>,
    /// At which worker the calls of a key run. The calls share the key with this table.
    pub(super) homes: HashMap<Arc<str>, u32>,
    /// When there are so many, those whose calls have all ended are forgotten.
    pub(super) forget_homes_at: usize,
    /// The exports that were asked for; their numbers count from 1.
    pub(super) names: Vec<Arc<str>>,
    pub(super) numbers: HashMap<Arc<str>, u32>,
    pub(super) next_worker: u32,
    pub(super) next_run: u32,
    /// Whether one of the workers spins.
    pub(super) spinning: bool,
    /// How long it does: more if the last one has found something.
    pub(super) spin: Duration,
    pub(super) closed: bool,
    /// What the workers that are gone have counted, and how long they lived together.
    pub(super) former: Tally,
    pub(super) former_life: Duration,
}

impl Default for State {
    fn default() -> Self {
        Self {
            queue: Queue::default(),
            tenancy: Tenancy::default(),
            seats: BTreeMap::new(),
            homes: HashMap::new(),
            forget_homes_at: MAX_HOMES,
            names: Vec::new(),
            numbers: HashMap::new(),
            next_worker: 1,
            next_run: 1,
            spinning: false,
            spin: SPIN,
            closed: false,
            former: Tally::default(),
            former_life: Duration::ZERO,
        }
    }
}

impl State {
    /// Puts a call where it waits, and answers whom to call for it.
    pub(super) fn push(&mut self, call: Arc<Call>, backlog: &Backlog) -> Option<u32> {
        if let Some(key) = &call.affinity {
            let home = self.home(&Arc::clone(key));
            if let Some(worker) = home {
                return self.push_to(worker, call, backlog);
            }
        }
        let priority = call.priority;
        self.queue.push(call, priority, backlog.queued());
        self.call_one()
    }

    /// Puts a call where only this worker takes it from.
    pub(super) fn push_to(&mut self, worker: u32, call: Arc<Call>, backlog: &Backlog) -> Option<u32> {
        let seat = self.seats.get_mut(&worker)?;
        let priority = call.priority;
        seat.own.push(call, priority, backlog.queued());
        seat.can_be_called().then(|| {
            seat.posture = Posture::Called;
            worker
        })
    }

    /// Puts a call where the worker takes it from next, which was called by the parcel of this call. That may have come
    /// already, and the worker may have found nothing: then it is called once more.
    pub(super) fn leave_with(&mut self, worker: u32, call: Arc<Call>) -> Option<u32> {
        let seat = self.seats.get_mut(&worker)?;
        seat.sent.push_back(call);
        seat.can_be_called().then(|| {
            seat.posture = Posture::Called;
            worker
        })
    }

    /// Where the calls of a key run: where they ran before, else at the worker that has the least to do.
    pub(super) fn home(&mut self, key: &Arc<str>) -> Option<u32> {
        if let Some(worker) = self.homes.get(key)
            && self.seats.get(worker).is_some_and(|seat| !seat.retiring)
        {
            return Some(*worker);
        }
        if self.homes.len() >= self.forget_homes_at {
            self.homes.retain(|key, _| Arc::strong_count(key) > 1);
            self.forget_homes_at = (2 * self.homes.len()).max(MAX_HOMES);
        }
        let staying = self.seats.iter().filter(|(_, seat)| !seat.retiring);
        let (worker, _) = staying.min_by_key(|(_, seat)| seat.load())?;
        let worker = *worker;
        self.homes.insert(Arc::clone(key), worker);
        Some(worker)
    }

    /// Calls one more worker if there are more calls in the queue than workers that look for them.
    pub(super) fn call_one(&mut self) -> Option<u32> {
        let looking = self.seats.values().filter(|seat| seat.is_looking() && !seat.has_own()).count();
        if self.queue.len() <= looking {
            return None;
        }
        let callable = self.seats.iter_mut().filter(|(_, seat)| seat.can_be_called());
        let (worker, seat) = callable.min_by_key(|(_, seat)| seat.load())?;
        seat.posture = Posture::Called;
        Some(*worker)
    }

    pub(super) fn is_short(&self) -> bool {
        self.queue.len() > self.seats.values().filter(|seat| seat.is_coming()).count()
    }

    pub(super) fn may_have_work(&self, worker: u32) -> bool {
        !self.queue.is_empty() || self.seats.get(&worker).is_some_and(Seat::has_own)
    }

    /// Takes the next call out that the worker may run.
    pub(super) fn next(&mut self, worker: u32) -> Option<Arc<Call>> {
        let seat = self.seats.get_mut(&worker)?;
        if !seat.has_place() {
            return None;
        }
        if let Some(call) = seat.sent.pop_front() {
            return Some(call);
        }
        let seat = &*seat;
        let busy = seat.running.len();
        if seat.own.is_empty() {
            // A worker that runs something already leaves calls to those who look and run less.
            let leaves = |seat: &&Seat| seat.is_looking() && seat.running.len() < busy;
            if busy > 0 && self.queue.len() <= self.seats.values().filter(leaves).count() {
                return None;
            }
            return self.queue.pop_fairly(&self.tenancy);
        }
        let now = Instant::now();
        let own = &mut self.seats.get_mut(&worker)?.own;
        if self.queue.rank(now, &self.tenancy) > own.rank(now, &self.tenancy) {
            return self.queue.pop_fairly(&self.tenancy);
        }
        own.pop_fairly(&self.tenancy)
    }

    /// Starts a call on the worker. `None` when it was cancelled at the last moment.
    pub(super) fn start(&mut self, worker: u32, call: Arc<Call>) -> Option<Take> {
        let number = self.next_run;
        let seat = self.seats.get_mut(&worker)?;
        let place = *seat.places.last()?;
        let (run, input) = call.start(number, worker, place, &seat.stops)?;
        seat.places.pop();
        seat.taken += 1;
        seat.posture = Posture::Awake;
        self.next_run = self.next_run.checked_add(1).unwrap_or(1);
        self.tenancy.enter(call.tenant());
        let (name, wants_progress) = (call.name, call.wants_progress);
        seat.running.push(Held { run, call, started: Instant::now() });
        Some(Take::Call { run: number, place, name, wants_progress, input })
    }

    /// Takes a run off its worker.
    pub(super) fn release(&mut self, worker: u32, run: u32) -> Option<Held> {
        let seat = self.seats.get_mut(&worker)?;
        let index = seat.running.iter().position(|held| held.run.number == run)?;
        let held = seat.running.swap_remove(index);
        seat.places.push(held.run.place);
        self.tenancy.leave(held.call.tenant());
        Some(held)
    }

    /// The worker takes nothing more. What waited for it, or was left to it when it was called, is for others: answers
    /// which are called for it.
    pub(super) fn retire(&mut self, worker: u32, backlog: &Backlog) -> Vec<u32> {
        let Some(seat) = self.seats.get_mut(&worker) else { return Vec::new() };
        if std::mem::replace(&mut seat.retiring, true) {
            return Vec::new();
        }
        // What was sent to it stays, and is lost with it.
        let waiting = seat.own.take_all();
        self.homes.retain(|_, home| *home != worker);
        let mut called: Vec<_> = waiting.into_iter().filter_map(|call| self.push(call, backlog)).collect();
        called.extend(std::iter::from_fn(|| self.call_one()));
        called
    }
}
