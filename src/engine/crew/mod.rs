//! The JS workers of a pool, who pull calls from a queue of their own.
//!
//! Owned by: the binding's handle. Touched by: the owner's JS thread (hire, submit, cancel, dismiss, statistics), the
//! workers' threads (take, finish), the timekeeper. The workers are threads of Node's, each with an event loop of its own:
//! the crew knows them by number. A worker that finds nothing to do goes back to its event loop, and from then on it must
//! be *called*: by a message that only the owner's JS thread can post, so every method that may make work available says
//! whom to call. `../README.md` argues why no call is forgotten.

mod call;
mod seat;
mod state;

#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use super::backlog::Backlog;
use super::cancel::{Cancel, Reason};
use super::error::{Code, TaskError};
use super::nice::step_back;
use super::queue::Waiting;
use super::sink::Sink;
use super::stats::{Stats, Tally};
use super::sync::lock;
use super::ticket::{End, Ran};

use call::Lost;
pub use call::{Answer, Call, Input, Order};
use seat::{Posture, Seat};
use state::State;

/// How long a worker that has just worked looks for more before it goes back to its event loop: long enough to catch the
/// next call of a caller that awaits one after the other, and longer while that works. One worker of a crew at a time does
/// it.
const SPIN: Duration = Duration::from_micros(50);
const LONG_SPIN: Duration = Duration::from_micros(200);

/// How long a worker may run call after call before its event loop gets a turn.
const TURN: Duration = Duration::from_millis(5);

/// How many names of exports may be asked for. Somebody may take them from requests.
const MAX_NAMES: u32 = 10_000;

/// What a crew is made from. Every value is checked and final.
pub struct CrewConfig {
    /// How many calls may wait while every worker is busy.
    pub max_queue: usize,
    /// How many bytes of input the calls that wait or run may hold before no more are taken.
    pub max_queue_bytes: usize,
    /// How many workers there may be.
    pub max_size: usize,
    /// How many calls one worker may run at a time.
    pub concurrency: u32,
    /// A worker that has taken so many calls is replaced.
    pub recycle_tasks: Option<u64>,
    /// A worker that is so old is replaced.
    pub recycle_age: Option<Duration>,
    /// How far the workers step back behind the event loop, in steps of niceness.
    pub nice_increment: i32,
    /// Who hears what happens, and the crew's number there.
    pub told: (Arc<dyn CrewSink>, u32),
}

/// Where a crew tells what became of its calls, beside what a pool tells. Called from any thread; must not block for long.
pub trait CrewSink: Sink {
    /// The call in `slot` has ended, with an answer or by throwing one, in this run. Called exactly once for each call that
    /// did not end by `settle`.
    fn answered(&self, slot: u32, answer: Answer, threw: bool, worker: u32, run: u32);
    /// The call in `slot` is this far. Never comes after its end.
    fn reported(&self, slot: u32, answer: Answer, worker: u32, run: u32);
    /// The worker that has started the call in `slot` wants its parcel.
    fn parcel_wanted(&self, slot: u32, worker: u32);
    /// Something happened to a worker.
    fn news(&self, crew: u32, news: News);
}

/// What happens to workers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// It has loaded its file and takes calls.
    Ready { worker: u32 },
    /// The call of this run was cancelled: the worker should hear of it.
    Stopping { worker: u32, run: u32, reason: Reason },
    /// It was called for what another left, and has to be told so.
    Called { worker: u32 },
    /// It takes no more calls and has none left: it can be ended.
    Retired { worker: u32 },
    /// The owner has been told that it is gone; all that it answered was told before.
    Gone { worker: u32 },
}

pub struct Crew {
    /// The sink's number for this crew.
    number: u32,
    sink: Arc<dyn CrewSink>,
    state: Mutex<State>,
    backlog: Arc<Backlog>,
    /// `state.closed`, readable without the lock.
    closed: AtomicBool,
    concurrency: u32,
    recycle_tasks: Option<u64>,
    recycle_age: Option<Duration>,
    nice_increment: i32,
}

/// A call that was taken in.
pub struct Submitted {
    pub call: Arc<Call>,
    /// The worker to call.
    pub wake: Option<u32>,
    /// Whether there are more calls than workers that will look for them.
    pub short: bool,
}

/// What a worker finds when it looks for work.
pub enum Take {
    /// Nothing: it goes back to its event loop until it is called.
    Nothing,
    /// It has worked for long: it looks again after a turn of its event loop.
    Pause,
    Call {
        run: u32,
        place: u32,
        name: u32,
        wants_progress: bool,
        input: Input,
    },
}

impl Crew {
    pub fn new(config: CrewConfig) -> Arc<Self> {
        let (sink, number) = config.told;
        let told = (Arc::clone(&sink) as Arc<dyn Sink>, number);
        let running = config.max_size.saturating_mul(config.concurrency as usize);
        Arc::new(Self {
            number,
            sink,
            state: Mutex::default(),
            backlog: Backlog::new(config.max_queue.saturating_add(running), config.max_queue_bytes, Some(told)),
            closed: AtomicBool::new(false),
            concurrency: config.concurrency,
            recycle_tasks: config.recycle_tasks,
            recycle_age: config.recycle_age,
            nice_increment: config.nice_increment,
        })
    }

    // The owner's JS thread.

    /// A worker is about to be started. Answers its number.
    pub fn hire(&self) -> u32 {
        let mut state = lock(&self.state);
        let worker = state.next_worker;
        state.next_worker += 1;
        state.seats.insert(worker, Seat::new(self.concurrency));
        worker
    }

    /// The number of an export. `None` when too many others were asked for.
    pub fn name(&self, name: &str) -> Option<u32> {
        let mut state = lock(&self.state);
        if let Some(number) = state.numbers.get(name) {
            return Some(*number);
        }
        let number = state.names.len() as u32 + 1;
        if number > MAX_NAMES {
            return None;
        }
        let name: Arc<str> = name.into();
        state.names.push(Arc::clone(&name));
        state.numbers.insert(name, number);
        Some(number)
    }

    /// Whether the key has no home yet and every worker has something to do, so that another would be its home.
    pub fn wants_home(&self, key: &str) -> bool {
        let state = lock(&self.state);
        let is_staying = |seat: &Seat| !seat.retiring;
        let has_home = state.homes.get(key).and_then(|home| state.seats.get(home)).is_some_and(is_staying);
        !has_home && state.seats.values().filter(|seat| is_staying(seat)).all(|seat| seat.load() > 0)
    }

    /// Queues a call; `slot` is the sink's number for it. A full queue or a closed crew refuses it.
    pub fn submit(&self, slot: u32, mut order: Order) -> Result<Submitted, TaskError> {
        self.admits(order.tenant.as_ref())?;
        if let Some(key) = &mut order.affinity
            && let Some((known, _)) = lock(&self.state).homes.get_key_value(key)
        {
            *key = Arc::clone(known);
        }
        let to = order.to;
        let call = Call::new(slot, Arc::clone(&self.sink), self.number, order, Arc::clone(&self.backlog));
        let mut state = lock(&self.state);
        let wake = match to.filter(|worker| state.seats.contains_key(worker)) {
            Some(worker) => state.leave_with(worker, Arc::clone(&call)),
            None => state.push(Arc::clone(&call), &self.backlog),
        };
        let short = wake.is_none() && state.is_short();
        Ok(Submitted { call, wake, short })
    }

    fn admits(&self, tenant: Option<&Arc<str>>) -> Result<(), TaskError> {
        if self.closed.load(Ordering::Relaxed) {
            return Err(TaskError::new(Code::PoolClosed, "The pool is closed"));
        }
        if !self.backlog.has_room() {
            return Err(TaskError::new(Code::QueueFull, "The queue of the pool is full"));
        }
        if let Some(tenant) = tenant
            && lock(&self.state).queue.holds(tenant, self.backlog.room())
        {
            return Err(TaskError::new(Code::QueueFull, "The queue of the pool has no more room for this `fairKey`"));
        }
        Ok(())
    }

    /// Whether a call for this tenant would be refused, and why.
    pub fn refusal(&self, tenant: Option<&Arc<str>>) -> Option<Code> {
        self.admits(tenant).err().map(|error| error.code)
    }

    /// Calls a worker that has nothing to do, by a parcel; the call that follows names it, and is what the worker starts
    /// next. If none follows, the worker must be called all the same.
    pub fn call_idle(&self) -> Option<u32> {
        let mut state = lock(&self.state);
        let State { seats, queue, .. } = &mut *state;
        let mut idle = seats.iter_mut().filter(|(_, seat)| seat.can_be_called() && seat.load() == 0);
        if let Some((worker, seat)) = idle.next() {
            seat.posture = Posture::Called;
            return Some(*worker);
        }
        // One that looks this moment need not be called, and takes the call at once unless others wait.
        let mut looking = seats.iter().filter(|(_, seat)| seat.is_free() && seat.load() == 0 && queue.is_empty());
        looking.next().map(|(worker, _)| *worker)
    }

    /// Gives a worker up that still has this run: it takes nothing more, so that ending it costs no call that it would have
    /// taken meanwhile. `false` when it has that run no longer, and may go on.
    pub fn condemn(&self, worker: u32, run: u32) -> bool {
        let mut state = lock(&self.state);
        let Some(seat) = state.seats.get(&worker) else { return false };
        let has_run = seat.running.iter().any(|held| held.run.number == run);
        let called = if has_run { state.retire(worker, &self.backlog) } else { Vec::new() };
        drop(state);
        self.tell_called(called);
        has_run
    }

    /// Gives a worker up that has not loaded its file. `false` when it has.
    pub fn condemn_unready(&self, worker: u32) -> bool {
        let mut state = lock(&self.state);
        let Some(seat) = state.seats.get(&worker) else { return false };
        let is_unready = seat.posture == Posture::Starting;
        let called = if is_unready { state.retire(worker, &self.backlog) } else { Vec::new() };
        drop(state);
        self.tell_called(called);
        is_unready
    }

    /// A worker's thread has ended, or will take nothing more for another reason. Its `Gone` comes behind all that it has
    /// answered.
    pub fn gone(&self, worker: u32) {
        if let Some(seat) = lock(&self.state).seats.get_mut(&worker) {
            seat.retiring = true;
        }
        self.sink.news(self.number, News::Gone { worker });
    }

    /// Forgets a worker that is gone. What it ran waits again if it may be retried; else it has settled, and the owner says
    /// to its callers why: these are the slots. What waited for it waits for another; `wake` says whom to call.
    pub fn dismiss(&self, worker: u32) -> Dismissed {
        let mut state = lock(&self.state);
        let Some(mut seat) = state.seats.remove(&worker) else { return Dismissed::default() };
        if seat.posture == Posture::Spinning {
            state.spinning = false;
        }
        state.homes.retain(|_, home| *home != worker);
        state.former.add(&lock(&seat.tally));
        state.former_life += seat.since.elapsed();
        let mut dismissed = Dismissed { taken: seat.taken, ..Dismissed::default() };
        let mut again = seat.own.take_all();
        // Its value is gone with the worker that was sent it.
        dismissed.lost.extend(seat.sent.drain(..).filter(|call| call.give_up()).map(|call| call.slot));
        for held in seat.running.drain(..) {
            let ran = Ran {
                end: if held.call.is_settled() { End::Canceled } else { End::Failed },
                waited: held.started.saturating_duration_since(held.call.queued_at()),
                ran: held.started.elapsed(),
            };
            state.former.record(ran);
            state.tenancy.leave(held.call.tenant());
            match held.call.lose() {
                Lost::Again => again.push(held.call),
                Lost::Settled => dismissed.lost.push(held.call.slot),
                Lost::Before => {}
            }
        }
        dismissed.wake.extend(again.into_iter().filter_map(|call| state.push(call, &self.backlog)));
        // It may have been the one whom a call was left to.
        dismissed.wake.extend(std::iter::from_fn(|| state.call_one()));
        dismissed
    }

    /// Whether there are more calls than workers that will look for them.
    pub fn is_short(&self) -> bool {
        // The queue may hold nothing but what was cancelled.
        self.backlog.queued() > 0 && lock(&self.state).is_short()
    }

    /// Retires workers that have had nothing to do for `idle`, as long as more than `keep` are left.
    pub fn reap(&self, idle: Duration, keep: usize) -> Vec<u32> {
        let mut state = lock(&self.state);
        let staying = state.seats.values().filter(|seat| !seat.retiring).count();
        let surplus = staying.saturating_sub(keep);
        let resting = state.seats.iter_mut().filter(|(_, seat)| {
            let long = matches!(seat.posture, Posture::Asleep { since } if since.elapsed() >= idle);
            long && !seat.retiring && seat.load() == 0
        });
        let reaped = resting.take(surplus).map(|(worker, seat)| {
            seat.retiring = true;
            *worker
        });
        let reaped: Vec<_> = reaped.collect();
        state.homes.retain(|_, home| !reaped.contains(home));
        reaped
    }

    pub fn size(&self) -> usize {
        lock(&self.state).seats.len()
    }

    /// Calls that wait.
    pub fn queued(&self) -> usize {
        self.backlog.queued()
    }

    /// How many more calls would be taken, as far as their number decides.
    pub fn room(&self) -> usize {
        self.backlog.room()
    }

    /// Asks for one `Sink::room` when there is room; it may come before this returns.
    pub fn want_room(&self) {
        self.backlog.want_room();
    }

    pub fn stats(&self) -> Stats {
        let state = lock(&self.state);
        let mut total = Tally::default();
        total.add(&state.former);
        let mut capacity = state.former_life;
        for seat in state.seats.values() {
            total.add(&lock(&seat.tally));
            capacity += seat.since.elapsed();
        }
        let running = state.seats.values().map(|seat| seat.running.len()).sum();
        let (queued, bytes) = (self.backlog.queued(), self.backlog.bytes());
        Stats::new(&total, state.seats.len(), capacity, running, queued, bytes)
    }

    /// Cancels the calls that wait; those that run go on.
    pub fn cancel_queued(&self) {
        for call in self.take_waiting() {
            call.cancel(Reason::Closed);
        }
    }

    /// Settles the calls that wait without a word to the sink, and answers their slots: the owner knows why, and says so.
    pub fn give_up_queued(&self) -> Vec<u32> {
        let waiting = self.take_waiting();
        waiting.into_iter().filter(|call| call.give_up()).map(|call| call.slot).collect()
    }

    fn take_waiting(&self) -> Vec<Arc<Call>> {
        let mut state = lock(&self.state);
        let mut waiting = state.queue.take_all();
        for seat in state.seats.values_mut() {
            waiting.append(&mut seat.own.take_all());
            waiting.extend(seat.sent.drain(..));
        }
        waiting
    }

    /// Takes no more calls.
    pub fn close(&self) {
        lock(&self.state).closed = true;
        self.closed.store(true, Ordering::SeqCst);
    }

    /// Closes the crew and cancels every call, waiting or running.
    pub fn destroy(&self) {
        self.close();
        self.cancel_queued();
        let state = lock(&self.state);
        let running: Vec<_> = state.seats.values().flat_map(|seat| seat.running.iter()).collect();
        let running: Vec<_> = running.into_iter().map(|held| Arc::clone(&held.call)).collect();
        drop(state);
        for call in running {
            call.cancel(Reason::Closed);
        }
    }

    // A worker's thread.

    /// The worker's thread is here, and steps back behind the event loop. Answers where it looks whether its runs are to
    /// stop: at a run's place is the run's number.
    pub fn sit(&self, worker: u32) -> Option<Arc<[AtomicU32]>> {
        step_back(self.nice_increment);
        lock(&self.state).seats.get(&worker).map(|seat| Arc::clone(&seat.stops))
    }

    /// The worker has loaded its file, and will look for work next.
    pub fn ready(&self, worker: u32) {
        if let Some(seat) = lock(&self.state).seats.get_mut(&worker) {
            seat.posture = Posture::Awake;
        }
        self.sink.news(self.number, News::Ready { worker });
    }

    /// The next call for the worker, which has been at it since `began`.
    pub fn take(&self, worker: u32, began: Instant) -> Take {
        self.look(worker, began, true)
    }

    /// The next call for a worker that is a process, on the owner's JS thread: nobody submits while that would spin.
    pub fn take_at_once(&self, worker: u32) -> Take {
        self.look(worker, Instant::now(), false)
    }

    fn look(&self, worker: u32, began: Instant, spins: bool) -> Take {
        let mut spun = !spins;
        let mut state = lock(&self.state);
        if began.elapsed() >= TURN && state.may_have_work(worker) {
            return Take::Pause;
        }
        loop {
            let Some(call) = state.next(worker) else {
                let State { seats, spinning, .. } = &mut *state;
                let Some(seat) = seats.get_mut(&worker) else { return Take::Nothing };
                let may_spin = !spun && !*spinning && seat.has_place() && seat.running.is_empty();
                if may_spin {
                    spun = true;
                    *spinning = true;
                    seat.posture = Posture::Spinning;
                    state = self.spin(state);
                    state.spinning = false;
                    if let Some(seat) = state.seats.get_mut(&worker) {
                        seat.posture = Posture::Awake;
                    }
                    continue;
                }
                seat.posture = Posture::Asleep { since: Instant::now() };
                return Take::Nothing;
            };
            if let Some(taken) = state.start(worker, call) {
                return taken;
            }
        }
    }

    /// Looks for work without the lock for a moment.
    fn spin<'a>(&'a self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        let limit = state.spin;
        drop(state);
        let start = Instant::now();
        while self.backlog.queued() == 0 && !self.closed.load(Ordering::Relaxed) && start.elapsed() < limit {
            for _ in 0..32 {
                std::hint::spin_loop();
            }
            std::thread::yield_now();
        }
        let found = self.backlog.queued() > 0;
        let mut state = lock(&self.state);
        state.spin = if found { LONG_SPIN } else { SPIN };
        state
    }

    /// A run has ended with this answer, or threw it. `false` when nobody wants it any more.
    pub fn finish(&self, worker: u32, run: u32, answer: Answer, threw: bool) -> bool {
        let mut state = lock(&self.state);
        let Some(held) = state.release(worker, run) else { return false };
        let tally = state.seats.get(&worker).map(|seat| Arc::clone(&seat.tally));
        let called = if self.is_spent(&state, worker) { state.retire(worker, &self.backlog) } else { Vec::new() };
        let retired = state.seats.get(&worker).is_some_and(|seat| seat.retiring && seat.running.is_empty());
        drop(state);
        let (waited, ran) = (held.started.saturating_duration_since(held.call.queued_at()), held.started.elapsed());
        let wanted = held.call.finish(answer, threw, worker, run, |end| {
            if let Some(tally) = tally {
                lock(&tally).record(Ran { end, waited, ran });
            }
        });
        self.tell_called(called);
        if retired {
            self.sink.news(self.number, News::Retired { worker });
        }
        wanted
    }

    fn is_spent(&self, state: &State, worker: u32) -> bool {
        state.seats.get(&worker).is_some_and(|seat| {
            !seat.retiring
                && (self.recycle_tasks.is_some_and(|tasks| seat.taken >= tasks)
                    || self.recycle_age.is_some_and(|age| seat.since.elapsed() >= age))
        })
    }

    /// A run is this far.
    pub fn report(&self, worker: u32, run: u32, answer: Answer) {
        if let Some(call) = self.running(worker, run) {
            call.report(answer, worker, run);
        }
    }

    /// The worker has not got the parcel of a run.
    pub fn want_parcel(&self, worker: u32, run: u32) {
        if let Some(call) = self.running(worker, run) {
            call.ask_for_parcel(worker);
        }
    }

    fn running(&self, worker: u32, run: u32) -> Option<Arc<Call>> {
        let state = lock(&self.state);
        let held = state.seats.get(&worker)?.running.iter().find(|held| held.run.number == run)?;
        Some(Arc::clone(&held.call))
    }

    /// The worker is to be replaced: it gets no more calls.
    pub fn retire(&self, worker: u32) {
        let mut state = lock(&self.state);
        let called = state.retire(worker, &self.backlog);
        let retired = state.seats.get(&worker).is_some_and(|seat| seat.running.is_empty());
        drop(state);
        self.tell_called(called);
        if retired {
            self.sink.news(self.number, News::Retired { worker });
        }
    }

    fn tell_called(&self, workers: Vec<u32>) {
        for worker in workers {
            self.sink.news(self.number, News::Called { worker });
        }
    }

    /// The export of this number.
    pub fn name_of(&self, name: u32) -> Option<Arc<str>> {
        lock(&self.state).names.get((name as usize).checked_sub(1)?).cloned()
    }
}

impl Drop for Crew {
    /// A crew that nobody can reach any more leaves nobody waiting.
    fn drop(&mut self) {
        self.destroy();
    }
}

/// What is to be done after a worker is gone.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Dismissed {
    /// Calls that it ran or was sent, and that will not run again.
    pub lost: Vec<u32>,
    /// Workers to call.
    pub wake: Vec<u32>,
    /// How many calls it had taken.
    pub taken: u64,
}
