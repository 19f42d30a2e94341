//! The engine by behaviour: pool, ticket, queue, blocks and clocks together.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use super::sync::lock;
use super::*;

/// Long enough for any of these tests on a busy machine; a test that gets here has hung.
const PATIENCE: Duration = Duration::from_secs(30);

/// Writes down what the engine says.
#[derive(Default)]
struct Recorder {
    heard: Mutex<Heard>,
    news: Condvar,
}

#[derive(Default)]
struct Heard {
    /// Every outcome of a slot, as its number or its error's code: two would be one too many.
    outcomes: HashMap<u32, Vec<Result<f64, Code>>>,
    order: Vec<u32>,
    started: Vec<u32>,
    reports: Vec<(u32, Report)>,
    rooms: usize,
}

impl Sink for Recorder {
    fn settle(&self, slot: u32, outcome: Outcome) {
        let mut heard = lock(&self.heard);
        let said = outcome.map_err(|error| error.code).map(|output| match output.value {
            Value::Number(number) => number,
            _ => 0.0,
        });
        heard.outcomes.entry(slot).or_default().push(said);
        heard.order.push(slot);
        self.news.notify_all();
    }

    fn started(&self, slot: u32) {
        let mut heard = lock(&self.heard);
        assert!(!heard.outcomes.contains_key(&slot), "started after the end");
        heard.started.push(slot);
    }

    fn progress(&self, slot: u32, report: Report) {
        let mut heard = lock(&self.heard);
        assert!(!heard.outcomes.contains_key(&slot), "progress after the end");
        heard.reports.push((slot, report));
    }

    fn room(&self, _: u32) {
        lock(&self.heard).rooms += 1;
        self.news.notify_all();
    }
}

impl Recorder {
    fn wait_until(&self, enough: impl Fn(&Heard) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        let mut heard = lock(&self.heard);
        while !enough(&heard) {
            assert!(Instant::now() < deadline, "hung: {} settled", heard.outcomes.len());
            heard = self.news.wait_timeout(heard, Duration::from_millis(100)).unwrap().0;
        }
    }

    /// Waits for `count` tasks, and gives what became of each.
    fn settled(&self, count: usize) -> HashMap<u32, Result<f64, Code>> {
        self.wait_until(|heard| heard.outcomes.len() >= count);
        let heard = lock(&self.heard);
        for (slot, outcomes) in &heard.outcomes {
            assert_eq!(outcomes.len(), 1, "slot {slot} settled more than once");
        }
        heard.outcomes.iter().map(|(slot, outcomes)| (*slot, outcomes[0])).collect()
    }
}

/// Waits for what no sink is told of.
fn eventually(holds: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "never came true");
        std::thread::sleep(Duration::from_micros(200));
    }
}

/// Gives the number in its input back.
static ECHO: Entry = entry(|payload, _| Ok(Output::number(payload.decode()?)));
/// Sleeps for so many milliseconds, unless it is stopped.
static NAP: Entry = entry(|payload, context| {
    let until = Instant::now() + Duration::from_millis(payload.decode()?);
    while Instant::now() < until {
        context.check()?;
        std::thread::sleep(Duration::from_micros(200));
    }
    Ok(Output::number(0.0))
});
static PANIC: Entry = entry(|_, _| panic!("on purpose"));
/// So many blocks of a millisecond; gives how many threads took part.
static BLOCKS: Entry = entry(|payload, context| {
    let threads = Mutex::new(std::collections::HashSet::new());
    let done = AtomicUsize::new(0);
    let total: usize = payload.decode()?;
    context.for_each_block(total, &|_| {
        lock(&threads).insert(std::thread::current().id());
        let until = Instant::now() + Duration::from_millis(1);
        while Instant::now() < until {
            std::hint::spin_loop();
        }
        context.progress(done.fetch_add(1, Ordering::Relaxed) as u64 + 1, total as u64);
    })?;
    assert_eq!(done.into_inner(), total);
    Ok(Output::number(lock(&threads).len() as f64))
});
/// Panics in one of its blocks.
static BROKEN_BLOCK: Entry = entry(|_, context| {
    context.for_each_block(200, &|block| {
        std::thread::sleep(Duration::from_micros(200));
        assert_ne!(block, 70, "on purpose");
    })?;
    Ok(Output::undefined())
});

const fn entry(run: fn(Payload, &Context<'_>) -> Result<Output, TaskError>) -> Entry {
    Entry::raw("test", "", || schemars::json_schema!({}), run)
}

fn job(entry: &'static Entry, input: usize) -> Job {
    Job::new(entry, Payload { json: Some(input.to_string()), ..Payload::default() })
}

fn pool(size: usize, recorder: &Arc<Recorder>) -> Pool {
    bounded(size, recorder, usize::MAX, usize::MAX)
}

fn bounded(size: usize, recorder: &Arc<Recorder>, max_queue: usize, max_queue_bytes: usize) -> Pool {
    Pool::new(PoolConfig { max_queue, max_queue_bytes, ..config(size, recorder) }).unwrap()
}

fn budgeted(size: usize, recorder: &Arc<Recorder>, budget: &'static Budget) -> Pool {
    Pool::new(PoolConfig { budget: Some(budget), ..config(size, recorder) }).unwrap()
}

fn config(size: usize, recorder: &Arc<Recorder>) -> PoolConfig {
    let (max_queue, max_queue_bytes) = (usize::MAX, usize::MAX);
    let told = (Arc::clone(recorder) as Arc<dyn Sink>, 0);
    PoolConfig { name: "test".into(), size, max_queue, max_queue_bytes, nice_increment: 0, budget: None, told }
}

fn submit(pool: &Pool, recorder: &Arc<Recorder>, slot: u32, job: Job, priority: i32) -> Result<Arc<Ticket>, TaskError> {
    pool.submit(slot, Arc::clone(recorder) as Arc<dyn Sink>, job, priority)
}

#[test]
fn every_task_of_a_crowd_gives_its_own_result() {
    let recorder = Arc::default();
    let pool = pool(4, &recorder);
    for slot in 0..20_000 {
        submit(&pool, &recorder, slot, job(&ECHO, slot as usize), 0).unwrap();
    }
    for (slot, outcome) in recorder.settled(20_000) {
        assert_eq!(outcome, Ok(f64::from(slot)));
    }
    let stats = pool.stats();
    assert_eq!((stats.completed, stats.failed, stats.running, stats.queued), (20_000, 0, 0, 0));
    assert!(stats.wait_time.max > 0.0 && stats.run_time.p50 > 0.0);
}

#[test]
fn a_task_that_comes_alone_is_never_left_lying() {
    let recorder = Arc::default();
    let pool = pool(2, &recorder);
    // Pauses on both sides of the time that an idle thread spins, so that tasks meet threads as they park.
    for slot in 0..3_000 {
        submit(&pool, &recorder, slot, job(&ECHO, 1), 0).unwrap();
        recorder.settled(slot as usize + 1);
        let pause = Instant::now() + Duration::from_micros(u64::from(slot) % 90);
        while Instant::now() < pause {
            std::hint::spin_loop();
        }
    }
}

#[test]
fn higher_priority_goes_first_and_equals_in_their_order() {
    let recorder = Arc::default();
    let pool = pool(1, &recorder);
    submit(&pool, &recorder, 0, job(&NAP, 100), 0).unwrap();
    std::thread::sleep(Duration::from_millis(20));
    for (slot, priority) in [(1, 0), (2, -5), (3, 7), (4, 0), (5, 7)] {
        submit(&pool, &recorder, slot, job(&ECHO, 0), priority).unwrap();
    }
    recorder.settled(6);
    assert_eq!(lock(&recorder.heard).order, [0, 3, 5, 1, 4, 2]);
}

#[test]
fn a_pool_takes_as_many_as_it_has_threads_and_places() {
    let recorder = Arc::default();
    let pool = bounded(2, &recorder, 3, usize::MAX);
    for slot in 0..5 {
        submit(&pool, &recorder, slot, job(&NAP, 50), 0).unwrap();
    }
    assert_eq!(pool.room(), 0);
    let refused = submit(&pool, &recorder, 5, job(&NAP, 50), 0).map(|_| ()).unwrap_err();
    assert_eq!(refused.code, Code::QueueFull);
    assert_eq!(lock(&recorder.heard).rooms, 0);
    pool.want_room();
    recorder.wait_until(|heard| heard.rooms == 1);
    assert!(pool.room() > 0);
    recorder.settled(5);
    assert_eq!(pool.room(), 5);
}

#[test]
fn the_bound_in_bytes_counts_inputs_and_the_task_that_reaches_it_is_taken() {
    let recorder = Arc::default();
    let pool = bounded(1, &recorder, usize::MAX, 1000);
    let large = |bytes: usize| {
        let mut job = job(&NAP, 50);
        job.payload.binaries.push(Binary::from_vec(vec![0; bytes]));
        job
    };
    submit(&pool, &recorder, 0, large(5000), 0).unwrap();
    let refused = submit(&pool, &recorder, 1, large(1), 0).map(|_| ()).unwrap_err();
    assert_eq!(refused.code, Code::QueueFull);
    recorder.settled(1);
    submit(&pool, &recorder, 1, large(600), 0).unwrap();
    assert!(pool.room() > 0);
    submit(&pool, &recorder, 2, large(600), 0).unwrap();
    assert_eq!(pool.room(), 0);
    recorder.settled(3);
    assert_eq!(pool.stats().input_bytes, 0);
}

#[test]
fn a_cancelled_task_settles_at_once_in_the_queue_and_soon_while_it_runs() {
    let recorder = Arc::default();
    let pool = pool(1, &recorder);
    let running = submit(&pool, &recorder, 0, job(&NAP, 60_000), 0).unwrap();
    eventually(|| pool.stats().running == 1);
    let waiting = submit(&pool, &recorder, 1, job(&NAP, 60_000), 0).unwrap();
    waiting.cancel(Reason::Aborted);
    assert_eq!(recorder.settled(1)[&1], Err(Code::Aborted));
    assert_eq!((pool.queued(), pool.stats().running), (0, 1));
    running.cancel(Reason::Aborted);
    running.cancel(Reason::Closed);
    assert_eq!(recorder.settled(2)[&0], Err(Code::Aborted));
    submit(&pool, &recorder, 2, job(&ECHO, 3), 0).unwrap();
    assert_eq!(recorder.settled(3)[&2], Ok(3.0));
    assert_eq!(pool.stats().canceled, 1);
}

#[test]
fn one_clock_starts_in_the_queue_and_the_other_with_the_task() {
    let recorder = Arc::default();
    let pool = pool(1, &recorder);
    let limit = Some(Duration::from_millis(40));
    submit(&pool, &recorder, 0, Job { timeout: limit, ..job(&NAP, 60_000) }, 0).unwrap();
    submit(&pool, &recorder, 1, Job { queue_timeout: Some(Duration::from_millis(5)), ..job(&ECHO, 1) }, 0).unwrap();
    // Waits for longer than its `timeout`, which does not count yet.
    submit(&pool, &recorder, 2, Job { timeout: limit, queue_timeout: Some(PATIENCE), ..job(&ECHO, 2) }, 0).unwrap();
    let settled = recorder.settled(3);
    assert_eq!(settled[&0], Err(Code::TaskTimeout));
    assert_eq!(settled[&1], Err(Code::QueueTimeout));
    assert_eq!(settled[&2], Ok(2.0));
    assert_eq!(lock(&recorder.heard).order[0], 1);
}

#[test]
fn a_panic_fails_its_task_and_leaves_the_thread() {
    let recorder = Arc::default();
    let pool = pool(2, &recorder);
    for slot in 0..50 {
        let entry = if slot % 2 == 0 { &PANIC } else { &ECHO };
        submit(&pool, &recorder, slot, job(entry, 1), 0).unwrap();
    }
    for (slot, outcome) in recorder.settled(50) {
        assert_eq!(outcome, if slot % 2 == 0 { Err(Code::TaskPanicked) } else { Ok(1.0) });
    }
}

#[test]
fn idle_threads_help_and_leave_for_a_task_that_waits() {
    let recorder = Arc::default();
    let pool = pool(2, &recorder);
    submit(&pool, &recorder, 0, Job { wants_progress: true, ..job(&BLOCKS, 400) }, 0).unwrap();
    for slot in 1..6 {
        std::thread::sleep(Duration::from_millis(5));
        submit(&pool, &recorder, slot, job(&ECHO, 1), 0).unwrap();
    }
    let settled = recorder.settled(6);
    assert_eq!(settled[&0], Ok(2.0), "both threads had blocks of the long task");
    let heard = lock(&recorder.heard);
    assert_eq!(heard.order.last(), Some(&0), "no short task waited for the long one");
    assert!(heard.reports.len() < 30, "{} reports", heard.reports.len());
    assert_eq!(heard.reports.last(), Some(&(0, Report { completed: 400, total: 400 })));
}

#[test]
fn a_panic_in_any_block_fails_the_task_after_all_helpers_left() {
    let recorder = Arc::default();
    let pool = pool(3, &recorder);
    for slot in 0..20 {
        submit(&pool, &recorder, slot, job(&BROKEN_BLOCK, 0), 0).unwrap();
    }
    for (_, outcome) in recorder.settled(20) {
        assert_eq!(outcome, Err(Code::TaskPanicked));
    }
    submit(&pool, &recorder, 20, job(&BLOCKS, 3), 0).unwrap();
    assert!(recorder.settled(21)[&20].is_ok());
}

#[test]
fn a_cancelled_loop_stops_between_two_blocks() {
    let recorder = Arc::default();
    let pool = pool(2, &recorder);
    let ticket = submit(&pool, &recorder, 0, job(&BLOCKS, 1_000_000), 0).unwrap();
    std::thread::sleep(Duration::from_millis(20));
    ticket.cancel(Reason::Aborted);
    assert_eq!(recorder.settled(1)[&0], Err(Code::Aborted));
}

#[test]
fn close_ends_the_threads_when_the_work_is_done() {
    let recorder = Arc::default();
    let pool = pool(2, &recorder);
    for slot in 0..20 {
        submit(&pool, &recorder, slot, job(&NAP, 2), 0).unwrap();
    }
    pool.close();
    let refused = submit(&pool, &recorder, 99, job(&ECHO, 0), 0).map(|_| ()).unwrap_err();
    assert_eq!(refused.code, Code::PoolClosed);
    assert!(pool.join(PATIENCE));
    assert!(recorder.settled(20).values().all(Result::is_ok));
    assert!(pool.join(Duration::ZERO), "a second time there is nothing left to wait for");
}

#[test]
fn destroy_and_drop_settle_everything() {
    // Many times: threads pick tasks up while they are being cancelled.
    for round in 0..200 {
        let recorder = Arc::default();
        let pool = pool(2, &recorder);
        for slot in 0..100 {
            submit(&pool, &recorder, slot, job(&NAP, 60_000), 0).unwrap();
        }
        if round % 2 == 0 {
            drop(pool);
        } else {
            pool.destroy();
            assert!(pool.join(PATIENCE));
        }
        assert!(recorder.settled(100).values().all(|outcome| *outcome == Err(Code::PoolClosed)));
    }
}

#[test]
fn cancelled_entries_do_not_pile_up() {
    let recorder = Arc::default();
    let pool = pool(1, &recorder);
    submit(&pool, &recorder, 0, job(&NAP, 60_000), 0).unwrap();
    let mut first = std::sync::Weak::new();
    for slot in 1..20_000 {
        let ticket = submit(&pool, &recorder, slot, job(&ECHO, 1), 0).unwrap();
        ticket.cancel(Reason::Aborted);
        if slot == 1 {
            first = Arc::downgrade(&ticket);
        }
    }
    assert!(first.upgrade().is_none(), "an early ticket is still in the queue");
    pool.destroy();
    recorder.settled(20_000);
}

#[test]
fn pools_without_a_size_share_the_budget_and_all_get_their_turn() {
    static RUNNING: AtomicUsize = AtomicUsize::new(0);
    static MOST: AtomicUsize = AtomicUsize::new(0);
    static COUNTED: Entry = entry(|_, _| {
        MOST.fetch_max(RUNNING.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_micros(300));
        RUNNING.fetch_sub(1, Ordering::SeqCst);
        Ok(Output::undefined())
    });
    let budget: &'static Budget = Box::leak(Box::new(Budget::new(2)));
    let recorders: Vec<Arc<Recorder>> = (0..4).map(|_| Arc::default()).collect();
    let pools: Vec<Pool> = recorders.iter().map(|recorder| budgeted(2, recorder, budget)).collect();
    for slot in 0..300 {
        for (pool, recorder) in pools.iter().zip(&recorders) {
            submit(pool, recorder, slot, job(&COUNTED, 0), 0).unwrap();
        }
    }
    recorders[3].wait_until(|heard| heard.order.len() >= 100);
    assert!(lock(&recorders[0].heard).order.len() < 290, "the first pool had its way before the last had its turn");
    for recorder in &recorders {
        recorder.settled(300);
    }
    assert!((1..=2).contains(&MOST.load(Ordering::SeqCst)), "{MOST:?} ran at once");
    drop(pools);
    eventually(|| budget.in_use() == 0);
}

#[test]
fn a_pool_that_ends_while_it_waits_for_a_token_lets_the_next_have_it() {
    let budget: &'static Budget = Box::leak(Box::new(Budget::new(1)));
    let recorder = Arc::default();
    let [first, second, third] = [(); 3].map(|()| budgeted(1, &recorder, budget));
    let running = submit(&first, &recorder, 0, job(&NAP, 60_000), 0).unwrap();
    eventually(|| first.stats().running == 1);
    submit(&second, &recorder, 1, job(&ECHO, 1), 0).unwrap();
    submit(&third, &recorder, 2, job(&ECHO, 2), 0).unwrap();
    // Long enough for both to have looked for a token.
    std::thread::sleep(Duration::from_millis(20));
    second.destroy();
    assert!(second.join(PATIENCE));
    running.cancel(Reason::Aborted);
    assert_eq!(recorder.settled(3)[&2], Ok(2.0));
}

#[test]
fn the_report_that_a_task_is_complete_comes_once_and_last() {
    static HASTY: Entry = entry(|_, context| {
        for completed in 0..1000 {
            context.progress(completed, 0);
            context.progress(completed, 500);
        }
        Ok(Output::undefined())
    });
    let recorder = Arc::default();
    let pool = pool(1, &recorder);
    submit(&pool, &recorder, 0, Job { wants_progress: true, ..job(&HASTY, 0) }, 0).unwrap();
    recorder.settled(1);
    let reports: Vec<Report> = lock(&recorder.heard).reports.iter().map(|(_, report)| *report).collect();
    assert_eq!(reports.last(), Some(&Report { completed: 500, total: 500 }));
    assert_eq!(reports.iter().filter(|report| report.total > 0 && report.completed >= 500).count(), 1);
    assert!(reports.len() < 100, "{} reports", reports.len());
}

#[test]
fn a_one_off_task_runs_on_whoever_runs_and_half_of_libuv_is_left_alone() {
    let recorder: Arc<Recorder> = Arc::default();
    let door = Arc::new(OneOff::new(4));
    let mut runners = 0;
    for slot in 0..10 {
        let (_, start) = door.submit(slot, Arc::clone(&recorder) as Arc<dyn Sink>, job(&ECHO, slot as usize));
        runners += usize::from(start);
    }
    assert_eq!(runners, 2);
    for _ in 0..runners {
        let door = Arc::clone(&door);
        std::thread::spawn(move || door.run());
    }
    assert!(recorder.settled(10).iter().all(|(slot, outcome)| *outcome == Ok(f64::from(*slot))));
    assert_eq!(
        [None, Some("8"), Some("0"), Some("x"), Some("5000")].map(OneOff::libuv_threads),
        [4, 8, 1, 1, 1024],
        "as libuv reads it"
    );
}

/// The promise of the engine, under everything that can happen to a ticket at any moment.
#[test]
fn every_ticket_settles_exactly_once_whatever_happens() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for _ in 0..60 {
        let recorder = Arc::default();
        let size = 1 + random.below(3);
        let pool = Arc::new(pool(size, &recorder));
        let mut tickets = Vec::new();
        let count = 1 + random.below(300) as u32;
        for slot in 0..count {
            let entry = [&ECHO, &NAP, &PANIC, &BLOCKS, &BROKEN_BLOCK][random.below(5)];
            let limit = |chance: usize, random: &mut Random| {
                (random.below(chance) == 0).then(|| Duration::from_micros(random.below(3000) as u64))
            };
            let timeout = limit(3, &mut random);
            let queue_timeout = limit(4, &mut random);
            let job =
                Job { timeout, queue_timeout, wants_progress: random.below(2) == 0, ..job(entry, random.below(4)) };
            let priority = random.below(5) as i32 - 2;
            tickets.push(submit(&pool, &recorder, slot, job, priority).unwrap());
            if random.below(5) == 0 {
                let chosen = random.below(tickets.len());
                tickets[chosen].cancel(Reason::Aborted);
            }
        }
        match random.below(4) {
            0 => pool.destroy(),
            1 => pool.cancel_queued(),
            2 => pool.close(),
            _ => {}
        }
        recorder.settled(count as usize);
        pool.close();
        assert!(pool.join(PATIENCE));
        assert_eq!(recorder.settled(count as usize).len(), count as usize);
        let stats = pool.stats();
        assert_eq!((stats.running, stats.queued, stats.input_bytes), (0, 0, 0));
    }
}

/// xorshift64*: enough to choose by, and the same on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % bound
    }
}
