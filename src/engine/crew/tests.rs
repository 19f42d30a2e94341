//! The crew by behaviour. What a worker's thread would do, these tests do.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::super::progress::Report;
use super::super::sink::{Outcome, Sink};
use super::super::sync::lock;
use super::state::MAX_HOMES;
use super::*;

/// Writes down what the crew says.
#[derive(Default)]
struct Recorder {
    heard: Mutex<Heard>,
}

#[derive(Default)]
struct Heard {
    /// Every end of a slot: two would be one too many.
    ends: HashMap<u32, Vec<Result<Answer, Code>>>,
    news: Vec<News>,
    rooms: usize,
}

impl Sink for Recorder {
    fn settle(&self, slot: u32, outcome: Outcome) {
        let code = outcome.expect_err("answers of calls come by `answered`").code;
        lock(&self.heard).ends.entry(slot).or_default().push(Err(code));
    }

    fn started(&self, _: u32) {}

    fn progress(&self, _: u32, _: Report) {}

    fn room(&self, _: u32) {
        lock(&self.heard).rooms += 1;
    }
}

impl CrewSink for Recorder {
    fn answered(&self, slot: u32, answer: Answer, _: bool, _: u32, _: u32) {
        lock(&self.heard).ends.entry(slot).or_default().push(Ok(answer));
    }

    fn reported(&self, slot: u32, _: Answer, _: u32, _: u32) {
        assert!(!lock(&self.heard).ends.contains_key(&slot), "a report after the end");
    }

    fn parcel_wanted(&self, _: u32, _: u32) {}

    fn news(&self, _: u32, news: News) {
        lock(&self.heard).news.push(news);
    }
}

fn crew_with(change: impl FnOnce(&mut CrewConfig)) -> (Arc<Crew>, Arc<Recorder>) {
    let recorder = Arc::new(Recorder::default());
    let mut config = CrewConfig {
        max_queue: usize::MAX,
        max_queue_bytes: usize::MAX,
        max_size: 8,
        concurrency: 1,
        recycle_tasks: None,
        recycle_age: None,
        nice_increment: 0,
        told: (Arc::clone(&recorder) as Arc<dyn CrewSink>, 7),
    };
    change(&mut config);
    (Crew::new(config), recorder)
}

/// A crew with workers that have found nothing to do.
fn crew_of_sleepers(count: usize) -> (Arc<Crew>, Arc<Recorder>, Vec<u32>) {
    let (crew, recorder) = crew_with(|_| {});
    let workers = (0..count).map(|_| sleeper(&crew)).collect();
    (crew, recorder, workers)
}

fn sleeper(crew: &Crew) -> u32 {
    let worker = crew.hire();
    crew.ready(worker);
    assert!(matches!(crew.take(worker, Instant::now()), Take::Nothing));
    worker
}

fn order(priority: i32) -> Order {
    Order { priority, ..Order::new(Input::Undefined) }
}

/// The run that the worker takes, and the slot, which is also the call's input.
fn take(crew: &Crew, worker: u32) -> Option<(u32, f64)> {
    match crew.take(worker, Instant::now()) {
        Take::Call { run, input: Input::Number(number), .. } => Some((run, number)),
        Take::Call { run, .. } => Some((run, -1.0)),
        Take::Nothing => None,
        Take::Pause => panic!("no turn has passed"),
    }
}

fn submit(crew: &Crew, slot: u32, order: Order) -> Option<u32> {
    crew.submit(slot, Order { input: Input::Number(f64::from(slot)), ..order }).unwrap().wake
}

/// Runs everything that waits on one worker, and answers the slots in the order of their starts.
fn run_all(crew: &Crew, worker: u32) -> Vec<u32> {
    let mut slots = Vec::new();
    while let Some((run, slot)) = take(crew, worker) {
        slots.push(slot as u32);
        assert!(crew.finish(worker, run, Answer::Undefined, false));
    }
    slots
}

#[test]
fn one_sleeper_is_called_for_each_call_until_none_is_left() {
    let (crew, _, workers) = crew_of_sleepers(2);
    let called = [submit(&crew, 0, order(0)), submit(&crew, 1, order(0)), submit(&crew, 2, order(0))];
    assert_eq!(called, [Some(workers[0]), Some(workers[1]), None]);
    assert!(crew.is_short());
}

#[test]
fn a_worker_that_starts_is_expected_to_look() {
    let (crew, _) = crew_with(|_| {});
    crew.hire();
    assert!(!crew.submit(0, order(0)).unwrap().short);
    assert!(crew.submit(1, order(0)).unwrap().short);
}

#[test]
fn a_worker_that_has_just_answered_is_expected_to_look() {
    let (crew, _, workers) = crew_of_sleepers(1);
    submit(&crew, 0, order(0));
    let (run, _) = take(&crew, workers[0]).unwrap();
    assert!(crew.submit(1, order(0)).unwrap().short, "it is busy");
    crew.finish(workers[0], run, Answer::Undefined, false);
    assert!(!crew.is_short());
}

#[test]
fn calls_are_first_in_first_out_within_a_priority() {
    let (crew, recorder, workers) = crew_of_sleepers(1);
    for (slot, priority) in [0, 5, 0, 5, -1].into_iter().enumerate() {
        submit(&crew, slot as u32, order(priority));
    }
    assert_eq!(run_all(&crew, workers[0]), [1, 3, 0, 2, 4]);
    assert!(lock(&recorder.heard).ends.values().all(|ends| ends.len() == 1));
}

#[test]
fn a_call_that_has_waited_long_goes_before_one_of_a_higher_priority() {
    let (crew, _, workers) = crew_of_sleepers(1);
    submit(&crew, 0, order(0));
    std::thread::sleep(Duration::from_millis(2100));
    submit(&crew, 1, order(1));
    submit(&crew, 2, order(3));
    assert_eq!(run_all(&crew, workers[0]), [2, 0, 1]);
}

#[test]
fn calls_of_one_key_run_on_one_worker_in_their_order() {
    let (crew, _, workers) = crew_of_sleepers(2);
    let key = |slot| submit(&crew, slot, Order { affinity: Some("a".into()), ..order(0) });
    let home = key(0).unwrap();
    let other = *workers.iter().find(|worker| **worker != home).unwrap();
    assert_eq!(key(1), None, "it is called already");
    assert_eq!(take(&crew, other), None);
    assert_eq!(run_all(&crew, home), [0, 1]);
    assert_eq!(key(2), Some(home));
    crew.gone(home);
    let dismissed = crew.dismiss(home);
    assert_eq!(dismissed, Dismissed { lost: vec![], wake: vec![other], taken: 2 }, "its calls find another home");
    assert_eq!(run_all(&crew, other), [2]);
}

#[test]
fn tenants_take_turns() {
    let (crew, _, workers) = crew_of_sleepers(1);
    let tenant = |slot, key: &str| submit(&crew, slot, Order { tenant: Some(key.into()), ..order(0) });
    for slot in 0..3 {
        tenant(slot, "a");
    }
    tenant(3, "b");
    submit(&crew, 4, order(0));
    assert_eq!(run_all(&crew, workers[0]), [0, 3, 4, 1, 2]);

    let (crew, _) = crew_with(|config| config.concurrency = 3);
    let worker = sleeper(&crew);
    let tenant = |slot, key: &str| submit(&crew, slot, Order { tenant: Some(key.into()), ..order(0) });
    for slot in 0..3 {
        tenant(slot, "a");
    }
    tenant(3, "b");
    submit(&crew, 4, order(0));
    let taken: Vec<_> = (0..3).map(|_| take(&crew, worker).unwrap().1 as u32).collect();
    assert_eq!(taken, [0, 3, 4], "one of each before the second of any");
}

#[test]
fn a_tenant_leaves_room_in_the_queue() {
    let (crew, _) = crew_with(|config| {
        config.max_queue = 10;
        config.max_size = 1;
    });
    let tenant = |key: &str| Order { tenant: Some(key.into()), ..order(0) };
    let taken = (0..20).filter(|slot| crew.submit(*slot, tenant("a")).is_ok()).count();
    assert_eq!(taken, 6, "as many as places are left");
    assert!(crew.submit(30, tenant("b")).is_ok());
    assert!(crew.submit(31, order(0)).is_ok());
    assert_eq!(crew.refusal(Some(&"a".into())), Some(Code::QueueFull));
    assert_eq!(crew.refusal(None), None);
}

#[test]
fn a_tenant_whose_calls_were_cancelled_has_room_again() {
    let (crew, _) = crew_with(|config| {
        config.max_queue = 10;
        config.max_size = 1;
    });
    let tenant = || Order { tenant: Some("a".into()), ..order(0) };
    let calls: Vec<_> = (0..6).map(|slot| crew.submit(slot, tenant()).unwrap().call).collect();
    assert!(crew.submit(6, tenant()).is_err());
    calls.iter().for_each(|call| call.cancel(Reason::Aborted));
    assert!(crew.submit(7, tenant()).is_ok());
}

#[test]
fn a_full_queue_refuses_and_the_refused_call_is_nowhere() {
    let (crew, recorder) = crew_with(|config| {
        config.max_queue = 1;
        config.max_size = 1;
    });
    let worker = sleeper(&crew);
    submit(&crew, 0, order(0));
    submit(&crew, 1, order(0));
    assert_eq!(crew.submit(2, order(0)).err().map(|error| error.code), Some(Code::QueueFull));
    assert_eq!(run_all(&crew, worker), [0, 1]);
    assert_eq!(lock(&recorder.heard).ends.len(), 2);
    assert_eq!(crew.room(), 2);
}

#[test]
fn a_cancelled_run_sees_its_number_and_is_told_of() {
    let (crew, recorder, workers) = crew_of_sleepers(1);
    let call = crew.submit(0, order(0)).unwrap().call;
    let stops = crew.sit(workers[0]).unwrap();
    let Take::Call { run, place, .. } = crew.take(workers[0], Instant::now()) else { panic!("nothing to take") };
    assert_eq!(stops[place as usize].load(Ordering::Acquire), 0);
    call.cancel(Reason::Aborted);
    assert_eq!(stops[place as usize].load(Ordering::Acquire), run);
    assert_eq!(stops[stops.len() / 2 + place as usize].load(Ordering::Relaxed), Reason::Aborted as u32);
    assert!(crew.condemn(workers[0], run));
    assert!(!crew.finish(workers[0], run, Answer::Undefined, false), "nobody wants it any more");
    assert!(!crew.condemn(workers[0], run));
    let heard = lock(&recorder.heard);
    assert_eq!(heard.ends[&0], [Err(Code::Aborted)]);
    assert!(heard.news.contains(&News::Stopping { worker: workers[0], run, reason: Reason::Aborted }));
}

#[test]
fn a_lost_call_runs_again_as_often_as_it_may() {
    let (crew, recorder, workers) = crew_of_sleepers(3);
    submit(&crew, 0, Order { retries: 1, ..order(0) });
    take(&crew, workers[0]).unwrap();
    assert_eq!(crew.dismiss(workers[0]), Dismissed { lost: vec![], wake: vec![workers[1]], taken: 1 });
    take(&crew, workers[1]).unwrap();
    assert_eq!(crew.dismiss(workers[1]), Dismissed { lost: vec![0], wake: vec![], taken: 1 });
    assert!(lock(&recorder.heard).ends.is_empty(), "the owner says why");
    assert_eq!((crew.queued(), crew.stats().input_bytes), (0, 0));
}

#[test]
fn the_timeout_of_a_lost_run_does_not_stop_the_next() {
    let (crew, recorder, workers) = crew_of_sleepers(2);
    let limit = Duration::from_millis(200);
    submit(&crew, 0, Order { retries: 1, timeout: Some(limit), ..order(0) });
    take(&crew, workers[0]).unwrap();
    std::thread::sleep(Duration::from_millis(150));
    crew.dismiss(workers[0]);
    let (run, _) = take(&crew, workers[1]).unwrap();
    std::thread::sleep(Duration::from_millis(100));
    assert!(crew.finish(workers[1], run, Answer::Undefined, false));
    assert_eq!(lock(&recorder.heard).ends[&0], [Ok(Answer::Undefined)]);
}

#[test]
fn a_call_that_was_left_to_a_worker_that_died_is_taken_by_another() {
    let (crew, _, workers) = crew_of_sleepers(2);
    let called = submit(&crew, 0, order(0)).unwrap();
    assert!(!crew.condemn_unready(called));
    let other = *workers.iter().find(|worker| **worker != called).unwrap();
    assert_eq!(crew.dismiss(called), Dismissed { lost: vec![], wake: vec![other], taken: 0 });
    assert_eq!(run_all(&crew, other), [0]);
}

#[test]
fn a_worker_pauses_after_a_while_if_there_is_more() {
    let (crew, _, workers) = crew_of_sleepers(1);
    let long_ago = Instant::now().checked_sub(2 * TURN).unwrap();
    assert!(matches!(crew.take(workers[0], long_ago), Take::Nothing));
    submit(&crew, 0, order(0));
    assert!(matches!(crew.take(workers[0], long_ago), Take::Pause));
    assert_eq!(run_all(&crew, workers[0]), [0]);
}

#[test]
fn a_busy_worker_leaves_calls_to_those_who_do_less() {
    let (crew, _) = crew_with(|config| config.concurrency = 2);
    let (first, second) = (sleeper(&crew), sleeper(&crew));
    assert_eq!(submit(&crew, 0, order(0)), Some(first));
    take(&crew, first).unwrap();
    assert_eq!(take(&crew, first), None);
    assert_eq!(submit(&crew, 1, order(0)), Some(second));
    assert_eq!(take(&crew, first), None);
    assert_eq!(run_all(&crew, second), [1]);
}

#[test]
fn a_worker_is_retired_after_its_share() {
    let (crew, recorder) = crew_with(|config| config.recycle_tasks = Some(2));
    let worker = sleeper(&crew);
    for slot in 0..3 {
        submit(&crew, slot, order(0));
    }
    assert_eq!(run_all(&crew, worker), [0, 1]);
    assert_eq!(lock(&recorder.heard).news.last(), Some(&News::Retired { worker }));
    crew.dismiss(worker);
    let next = crew.hire();
    crew.ready(next);
    assert_eq!(run_all(&crew, next), [2]);
}

#[test]
fn only_idle_workers_are_reaped_and_some_are_kept() {
    let (crew, _, workers) = crew_of_sleepers(3);
    submit(&crew, 0, order(0));
    assert_eq!(crew.reap(Duration::ZERO, 1), [workers[1], workers[2]]);
    assert!(crew.reap(Duration::ZERO, 0).is_empty());
    assert_eq!(run_all(&crew, workers[0]), [0]);
}

#[test]
fn a_parcel_is_sent_to_an_idle_worker_and_taken_by_it() {
    let (crew, _, workers) = crew_of_sleepers(2);
    let idle = crew.call_idle().unwrap();
    let submitted = crew.submit(0, Order { to: Some(idle), ..Order::new(Input::Parcel(3)) }).unwrap();
    assert_eq!(submitted.wake, None, "the parcel calls it");
    let other = *workers.iter().find(|worker| **worker != idle).unwrap();
    assert_eq!(take(&crew, other), None);
    assert!(matches!(crew.take(idle, Instant::now()), Take::Call { input: Input::Parcel(3), .. }));
}

#[test]
fn a_parcel_that_was_sent_goes_before_what_came_later() {
    let (crew, _, workers) = crew_of_sleepers(1);
    assert_eq!(crew.call_idle(), Some(workers[0]));
    submit(&crew, 0, Order { to: Some(workers[0]), ..order(0) });
    submit(&crew, 1, order(9));
    assert_eq!(crew.call_idle(), None);
    assert_eq!(run_all(&crew, workers[0]), [0, 1]);
}

#[test]
fn a_parcel_is_lost_with_the_worker_that_has_it() {
    let (crew, _, workers) = crew_of_sleepers(2);
    let idle = crew.call_idle().unwrap();
    crew.submit(0, Order { to: Some(idle), ..Order::new(Input::Parcel(3)) }).unwrap();
    submit(&crew, 1, Order { affinity: Some("a".into()), ..order(0) });
    crew.gone(idle);
    assert_eq!(crew.dismiss(idle).lost, [0]);
    let other = *workers.iter().find(|worker| **worker != idle).unwrap();
    assert_eq!(run_all(&crew, other), [1]);
    assert_eq!((crew.queued(), crew.stats().input_bytes), (0, 0));
}

#[test]
fn a_worker_that_has_just_answered_is_sent_a_parcel() {
    let (crew, _, workers) = crew_of_sleepers(1);
    submit(&crew, 0, order(0));
    let (run, _) = take(&crew, workers[0]).unwrap();
    assert_eq!(crew.call_idle(), None, "it is busy");
    crew.finish(workers[0], run, Answer::Undefined, false);
    assert_eq!(crew.call_idle(), Some(workers[0]));
    assert_eq!(submit(&crew, 1, Order { to: Some(workers[0]), ..order(0) }), None, "it looks by itself");
    assert_eq!(run_all(&crew, workers[0]), [1]);
    assert_eq!(crew.call_idle(), Some(workers[0]));
    assert_eq!(take(&crew, workers[0]), None);
    assert_eq!(submit(&crew, 2, Order { to: Some(workers[0]), ..order(0) }), Some(workers[0]), "the parcel came first");
    submit(&crew, 3, order(0));
    assert_eq!(crew.call_idle(), None, "it has its call");
}

#[test]
fn a_worker_that_is_still_starting_is_sent_no_parcel() {
    let (crew, _) = crew_with(|_| {});
    crew.hire();
    assert_eq!(crew.call_idle(), None);
}

#[test]
fn a_condemned_worker_takes_nothing_more() {
    let (crew, _, workers) = crew_of_sleepers(2);
    let worker = submit(&crew, 0, order(0)).unwrap();
    let other = *workers.iter().find(|other| **other != worker).unwrap();
    let (run, _) = take(&crew, worker).unwrap();
    assert!(crew.condemn(worker, run));
    submit(&crew, 1, order(0));
    assert!(crew.finish(worker, run, Answer::Undefined, false));
    assert_eq!(take(&crew, worker), None);
    assert_eq!(run_all(&crew, other), [1]);
    assert!(!crew.condemn(other, run));
}

#[test]
fn destroy_settles_everything_once() {
    let (crew, recorder, workers) = crew_of_sleepers(1);
    for slot in 0..3 {
        submit(&crew, slot, order(0));
    }
    let (run, _) = take(&crew, workers[0]).unwrap();
    crew.destroy();
    assert!(!crew.finish(workers[0], run, Answer::Undefined, false));
    assert!(crew.submit(9, order(0)).is_err());
    let heard = lock(&recorder.heard);
    assert_eq!(heard.ends.len(), 3);
    assert!(heard.ends.values().all(|ends| *ends == [Err(Code::PoolClosed)]));
}

/// Workers that come, work and die, calls of every kind, cancels from everywhere: every call ends once, and nothing is
/// left over.
#[test]
fn every_call_ends_exactly_once_whatever_happens() {
    const CALLS: u32 = 20_000;
    let (crew, recorder) = crew_with(|config| config.concurrency = 2);
    let lost = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for seed in 1..=4_u32 {
            let (crew, lost) = (&crew, &lost);
            scope.spawn(move || {
                let mut random = Random(seed);
                let mut worker = crew.hire();
                crew.ready(worker);
                let mut held = Vec::new();
                loop {
                    match crew.take(worker, Instant::now()) {
                        Take::Call { run, .. } => held.push(run),
                        Take::Nothing if crew.closed.load(Ordering::Relaxed) => break,
                        Take::Nothing | Take::Pause => std::thread::yield_now(),
                    }
                    if random.one_in(200) {
                        lock(lost).append(&mut crew.dismiss(worker).lost);
                        held.clear();
                        worker = crew.hire();
                        crew.ready(worker);
                    } else if held.len() == 2 || random.one_in(2) {
                        held.drain(..).for_each(|run| {
                            crew.finish(worker, run, Answer::Number(1.0), random.one_in(10));
                        });
                    }
                }
                held.drain(..).for_each(|run| {
                    crew.finish(worker, run, Answer::Undefined, false);
                });
                lock(lost).append(&mut crew.dismiss(worker).lost);
            });
        }
        let mut random = Random(99);
        let mut calls = Vec::new();
        for slot in 0..CALLS {
            let order = Order {
                priority: random.below(3) as i32,
                timeout: random.one_in(50).then_some(Duration::from_micros(200)),
                queue_timeout: random.one_in(50).then_some(Duration::from_micros(200)),
                affinity: random.one_in(10).then(|| format!("a{}", random.below(5)).into()),
                tenant: random.one_in(5).then(|| format!("t{}", random.below(3)).into()),
                retries: random.below(2),
                ..Order::new(Input::Number(1.0))
            };
            calls.push(crew.submit(slot, order).unwrap().call);
            if random.one_in(20) {
                calls[random.below(slot + 1) as usize].cancel(Reason::Aborted);
            }
        }
        let deadline = Instant::now() + Duration::from_secs(60);
        while crew.queued() > 0 {
            assert!(Instant::now() < deadline, "{} calls are still waiting", crew.queued());
            std::thread::sleep(Duration::from_millis(1));
        }
        crew.close();
    });
    let heard = lock(&recorder.heard);
    let mut ends = vec![0; CALLS as usize];
    heard.ends.iter().for_each(|(slot, said)| ends[*slot as usize] += said.len());
    lock(&lost).iter().for_each(|slot| ends[*slot as usize] += 1);
    assert_eq!(ends.iter().position(|count| *count != 1), None);
    let stats = crew.stats();
    assert_eq!((stats.size, stats.running, stats.queued, stats.input_bytes), (0, 0, 0, 0));
}

/// A xorshift generator: the same numbers in every run.
struct Random(u32);

impl Random {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0 % limit
    }

    fn one_in(&mut self, count: u32) -> bool {
        self.below(count) == 0
    }
}

#[test]
fn what_was_left_to_a_worker_that_retires_is_for_another() {
    let (crew, recorder) = crew_with(|config| config.concurrency = 2);
    let (first, second) = (sleeper(&crew), sleeper(&crew));
    for slot in 0..2 {
        let worker = submit(&crew, slot, order(0)).unwrap();
        assert!(take(&crew, worker).is_some());
        assert_eq!(take(&crew, worker), None);
    }
    let called = submit(&crew, 2, order(0)).unwrap();
    let other = if called == first { second } else { first };
    crew.retire(called);
    assert_eq!(lock(&recorder.heard).news.last(), Some(&News::Called { worker: other }));
    assert_eq!(take(&crew, called), None);
    assert!(take(&crew, other).is_some());
}

#[test]
fn keys_whose_calls_have_ended_are_forgotten_though_their_worker_has_others() {
    let (crew, _, workers) = crew_of_sleepers(1);
    submit(&crew, 0, Order { affinity: Some("stays".into()), ..order(0) });
    for slot in 1..=2 * MAX_HOMES as u32 {
        let affinity = Some(format!("{slot}").into());
        crew.submit(slot, Order { affinity, ..order(0) }).unwrap().call.cancel(Reason::Aborted);
    }
    let state = lock(&crew.state);
    assert!(state.homes.len() <= MAX_HOMES, "{}", state.homes.len());
    assert_eq!(state.homes.get("stays"), Some(&workers[0]));
}

#[test]
fn names_are_numbered_once_and_not_without_end() {
    let (crew, _, _) = crew_of_sleepers(1);
    assert_eq!((crew.name("a"), crew.name("b"), crew.name("a")), (Some(1), Some(2), Some(1)));
    for i in 2..MAX_NAMES {
        assert!(crew.name(&i.to_string()).is_some());
    }
    assert_eq!((crew.name("one more"), crew.name("b")), (None, Some(2)));
}
