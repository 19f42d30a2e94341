//! A pool of Rust threads that pull tickets from a queue of their own.
//!
//! Owned by: the binding's handle. Touched by: the JS thread (submit, cancel, statistics) and its own threads, each of
//! which runs `drive`: take the next task and run it, else help a task that has blocks left, else park. rayon starts the
//! threads and gives a task the home of a rayon pool; what runs on them next is decided here. `README.md` beside this
//! file argues why no wake-up is lost.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::backlog::Backlog;
use super::blocks::{BlockLoop, Board};
use super::budget::{Budget, Claimant, Hold};
use super::cancel::{Cancel, Reason};
use super::error::{Code, TaskError};
use super::nice::step_back;
use super::queue::Queue;
use super::sink::Sink;
use super::stats::{Stats, Tally};
use super::sync::lock;
use super::ticket::{Job, Ticket, next_job};

/// How long an idle thread looks for work before it parks: long enough to catch the next task of a caller that awaits
/// one after the other, too short to be seen in a process's CPU time. One thread of a pool at a time does it.
const SPIN: Duration = Duration::from_micros(50);

/// The stack of a pool thread: what decoders and deep recursion in libraries need. Untouched pages cost nothing.
const STACK: usize = 2 * 1024 * 1024;

/// What a pool is made from. Every value is checked and final.
pub struct PoolConfig {
    /// Threads' names: `name-0`, `name-1`, …
    pub name: String,
    /// How many threads.
    pub size: usize,
    /// How many tasks may wait while every thread is busy.
    pub max_queue: usize,
    /// How many bytes of input the tasks that wait or run may hold before no more are taken.
    pub max_queue_bytes: usize,
    /// How far the threads step back behind the event loop, in steps of niceness.
    pub nice_increment: i32,
    /// The budget that the threads take tokens from; `None` for a pool whose size its owner chose.
    pub budget: Option<&'static Budget>,
    /// Who hears of room in the queue, and the pool's number there.
    pub told: (Arc<dyn Sink>, u32),
}

pub struct Pool {
    shared: Arc<Shared>,
    /// Emptied by the first `join`.
    threads: Mutex<Vec<JoinHandle<()>>>,
}

struct Shared {
    state: Mutex<State>,
    /// Parked threads wait here.
    wake: Condvar,
    /// `join` waits here.
    ended: Condvar,
    backlog: Arc<Backlog>,
    /// Whether a thread is looking for work without the lock. It sees whatever is pushed, so nobody need be woken.
    spinning: AtomicBool,
    /// `state.loops.len()`, readable without the lock.
    open_loops: AtomicUsize,
    /// `state.closed`, readable without the lock.
    closed: AtomicBool,
    running: AtomicUsize,
    budget: Option<&'static Budget>,
    tallies: Vec<Mutex<Tally>>,
    born: Instant,
}

struct State {
    queue: Queue<Ticket>,
    /// Tasks with blocks that idle threads can take.
    loops: VecDeque<Arc<BlockLoop>>,
    /// The ticket that each thread runs, for `destroy`. Stale, and harmless, between two tasks.
    current: Vec<Option<Arc<Ticket>>>,
    /// Threads that sleep and have not been called.
    parked: usize,
    /// Threads that have been called and have not woken up yet.
    called: usize,
    /// No ticket comes in any more; threads end when the queue is empty.
    closed: bool,
    /// Threads that have not ended.
    alive: usize,
}

impl Pool {
    /// Starts the threads.
    pub fn new(config: PoolConfig) -> Result<Self, TaskError> {
        let size = config.size;
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                queue: Queue::default(),
                loops: VecDeque::new(),
                current: vec![None; size],
                parked: 0,
                called: 0,
                closed: false,
                alive: size,
            }),
            wake: Condvar::new(),
            ended: Condvar::new(),
            backlog: Backlog::new(config.max_queue.saturating_add(size), config.max_queue_bytes, Some(config.told)),
            spinning: AtomicBool::new(false),
            open_loops: AtomicUsize::new(0),
            closed: AtomicBool::new(false),
            running: AtomicUsize::new(0),
            budget: config.budget,
            tallies: (0..size).map(|_| Mutex::default()).collect(),
            born: Instant::now(),
        });
        // Closed until every thread has its driver to run: one that came earlier would search the others for work, and
        // of many such the thread that makes them would hardly get a turn.
        let gate = Arc::new(RwLock::new(()));
        let closed = gate.write().unwrap_or_else(PoisonError::into_inner);
        let mut threads = Vec::with_capacity(size);
        let rayon = rayon::ThreadPoolBuilder::new()
            .num_threads(size)
            .stack_size(STACK)
            .thread_name(move |i| format!("{}-{i}", config.name))
            .spawn_handler(|thread| {
                let name = thread.name().map(str::to_owned).unwrap_or_default();
                let stack = thread.stack_size().unwrap_or(STACK);
                let gate = Arc::clone(&gate);
                let started = std::thread::Builder::new().name(name).stack_size(stack).spawn(move || {
                    drop(gate.read());
                    thread.run();
                })?;
                threads.push(started);
                Ok(())
            })
            .build();
        let rayon = rayon.map_err(|error| {
            TaskError::new(Code::OutOfRange, format!("Cannot start {size} threads for the pool: {error}"))
        })?;
        let drivers = Arc::clone(&shared);
        rayon.spawn_broadcast(move |thread| {
            step_back(config.nice_increment);
            drivers.drive(thread.index());
        });
        drop(closed);
        Ok(Self { shared, threads: Mutex::new(threads) })
    }

    /// Queues a job; `slot` is the sink's number for it. A full queue or a closed pool refuses it.
    pub fn submit(&self, slot: u32, sink: Arc<dyn Sink>, job: Job, priority: i32) -> Result<Arc<Ticket>, TaskError> {
        let shared = &self.shared;
        if shared.closed.load(Ordering::Relaxed) {
            return Err(TaskError::new(Code::PoolClosed, "The pool is closed"));
        }
        if !shared.backlog.has_room() {
            return Err(TaskError::new(Code::QueueFull, "The queue of the pool is full"));
        }
        let ticket = Ticket::new(slot, sink, job, Arc::clone(&shared.backlog));
        let mut state = lock(&shared.state);
        state.queue.push(Arc::clone(&ticket), priority, shared.backlog.queued());
        if !shared.spinning.load(Ordering::SeqCst) {
            shared.call_one(state);
        }
        Ok(ticket)
    }

    pub fn size(&self) -> usize {
        self.shared.tallies.len()
    }

    /// Tasks that wait.
    pub fn queued(&self) -> usize {
        self.shared.backlog.queued()
    }

    /// How many more tasks would be taken, as far as their number decides.
    pub fn room(&self) -> usize {
        self.shared.backlog.room()
    }

    /// Asks for one `Sink::room` when there is room; it may come before this returns.
    pub fn want_room(&self) {
        self.shared.backlog.want_room();
    }

    pub fn stats(&self) -> Stats {
        let shared = &self.shared;
        let mut total = Tally::default();
        for tally in &shared.tallies {
            total.add(&lock(tally));
        }
        let running = shared.running.load(Ordering::Relaxed);
        let (queued, bytes) = (shared.backlog.queued(), shared.backlog.bytes());
        let capacity = shared.born.elapsed() * self.size() as u32;
        Stats::new(&total, self.size(), capacity, running, queued, bytes)
    }

    /// Cancels the tasks that wait; those that run go on.
    pub fn cancel_queued(&self) {
        let mut state = lock(&self.shared.state);
        let waiting = state.queue.take_all();
        if state.closed {
            // A thread that waits for a token to run one of these has nothing to wait for any more.
            self.shared.call_all(state);
        } else {
            drop(state);
        }
        for ticket in waiting {
            ticket.cancel(Reason::Closed);
        }
    }

    /// Takes no more tasks. Threads end when those that are in are done.
    pub fn close(&self) {
        let mut state = lock(&self.shared.state);
        state.closed = true;
        self.shared.closed.store(true, Ordering::SeqCst);
        self.shared.call_all(state);
    }

    /// Closes the pool and cancels every task, waiting or running.
    pub fn destroy(&self) {
        self.close();
        self.cancel_queued();
        let running: Vec<_> = lock(&self.shared.state).current.iter().flatten().cloned().collect();
        for ticket in running {
            ticket.cancel(Reason::Closed);
        }
    }

    /// Waits at most `limit` for the threads of a closed pool to end. Returns whether they did.
    pub fn join(&self, limit: Duration) -> bool {
        let deadline = Instant::now() + limit;
        let mut state = lock(&self.shared.state);
        while state.alive > 0 {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            state = self.shared.ended.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        drop(state);
        for thread in lock(&self.threads).drain(..) {
            // A driver does not panic; if it did, there is nobody left to tell.
            let _ = thread.join();
        }
        true
    }
}

impl Drop for Pool {
    /// A pool that nobody can reach any more stops its tasks and lets its threads go.
    fn drop(&mut self) {
        self.destroy();
    }
}

/// What a thread does next.
enum Next {
    Run(Arc<Ticket>, Job),
    Help(Arc<BlockLoop>),
    End,
}

impl Shared {
    /// The life of a pool thread.
    fn drive(self: &Arc<Self>, me: usize) {
        let mut hold = Hold::new(self.budget.map(|budget| (budget, Arc::clone(self) as Arc<dyn Claimant>)));
        loop {
            let next = self.next(me, &mut hold);
            hold.unlocked();
            match next {
                Next::Run(ticket, job) => {
                    self.running.fetch_add(1, Ordering::Relaxed);
                    ticket.run(job, Some(&**self), |ran| {
                        self.running.fetch_sub(1, Ordering::Relaxed);
                        lock(&self.tallies[me]).record(ran);
                    });
                }
                Next::Help(blocks) => blocks.help(|| self.backlog.queued() > 0 || hold.is_wanted()),
                Next::End => break,
            }
        }
        hold.put_down();
        lock(&self.state).alive -= 1;
        self.ended.notify_all();
    }

    /// Finds the next thing to do; waits for it when there is none.
    fn next(&self, me: usize, hold: &mut Hold) -> Next {
        if hold.is_wanted() {
            hold.put_down();
        }
        let mut spun = false;
        let mut state = lock(&self.state);
        state.current[me] = None;
        loop {
            if self.has_work(&state) && hold.take() {
                if let Some((ticket, job)) = next_job(&mut state.queue) {
                    state.current[me] = Some(Arc::clone(&ticket));
                    self.pass_on(state);
                    return Next::Run(ticket, job);
                }
                if let Some(blocks) = state.loops.iter().find(|blocks| blocks.has_blocks()).cloned() {
                    blocks.join();
                    self.pass_on(state);
                    return Next::Help(blocks);
                }
            }
            // Tickets that are just being cancelled may still count as queued, and nobody calls this thread when they
            // do not any more.
            if state.closed && (state.queue.is_empty() || self.backlog.queued() == 0) {
                // Nobody is left to take a turn that this pool waits for.
                hold.rest();
                return Next::End;
            }
            if !self.has_work(&state) {
                hold.rest();
            }
            if !spun || hold.owes() {
                // What the thread owes to other pools, it gives without its own pool's lock.
                drop(state);
                hold.put_down();
                hold.unlocked();
                if !std::mem::replace(&mut spun, true) {
                    self.spin();
                }
                state = lock(&self.state);
                continue;
            }
            state = self.park(state);
        }
    }

    fn has_work(&self, state: &State) -> bool {
        self.backlog.queued() > 0 || state.loops.iter().any(|blocks| blocks.has_blocks())
    }

    /// Wakes one more thread when there is work for it. A thread that took a task after spinning calls this too: while
    /// it span, `submit` woke nobody.
    fn pass_on(&self, state: MutexGuard<'_, State>) {
        if self.has_work(&state) {
            self.call_one(state);
        }
    }

    /// Wakes one parked thread, if there is one.
    fn call_one(&self, mut state: MutexGuard<'_, State>) {
        if state.parked > 0 {
            state.parked -= 1;
            state.called += 1;
            drop(state);
            self.wake.notify_one();
        }
    }

    /// Wakes every parked thread.
    fn call_all(&self, mut state: MutexGuard<'_, State>) {
        state.called += std::mem::take(&mut state.parked);
        drop(state);
        self.wake.notify_all();
    }

    /// Looks for work without the lock for a moment, unless another thread of the pool does already.
    fn spin(&self) {
        if self.spinning.swap(true, Ordering::SeqCst) {
            return;
        }
        let start = Instant::now();
        while self.backlog.queued() == 0 && self.open_loops.load(Ordering::Relaxed) == 0 {
            if self.closed.load(Ordering::Relaxed) || start.elapsed() >= SPIN {
                break;
            }
            for _ in 0..32 {
                std::hint::spin_loop();
            }
            std::thread::yield_now();
        }
        self.spinning.store(false, Ordering::SeqCst);
    }

    /// Sleeps until woken. The caller has found nothing to do under this same lock.
    fn park<'a>(&self, mut state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        state.parked += 1;
        while state.called == 0 {
            state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.called -= 1;
        state
    }
}

impl Board for Shared {
    fn open(&self, blocks: &Arc<BlockLoop>) {
        let mut state = lock(&self.state);
        state.loops.push_back(Arc::clone(blocks));
        self.open_loops.store(state.loops.len(), Ordering::SeqCst);
        self.call_one(state);
    }

    fn close(&self, blocks: &Arc<BlockLoop>) {
        let mut state = lock(&self.state);
        state.loops.retain(|other| !Arc::ptr_eq(other, blocks));
        self.open_loops.store(state.loops.len(), Ordering::SeqCst);
    }
}

impl Claimant for Shared {
    fn token_is_free(&self) {
        // Under the lock, so that a thread between its look and its sleep is not missed.
        self.call_one(lock(&self.state));
    }
}
