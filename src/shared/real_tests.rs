//! The same on real memory, by threads of this process: for Miri, which finds what is undefined, and in `cargo test` for much
//! longer.

use std::marker::PhantomData;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::SeqCst};
use std::thread::scope;
use std::time::Duration;

use super::*;

/// How often each thread does it.
const ROUNDS: usize = if cfg!(miri) { 20 } else { 20_000 };
const THREADS: usize = 4;

/// Zeroed memory, aligned as a region is.
struct Zeros(Vec<u64>);

// SAFETY: the tests use it as the objects do, who keep their threads apart.
unsafe impl Sync for Zeros {}

impl Zeros {
    fn new(bytes: usize) -> Self {
        Self(vec![0; bytes.div_ceil(8)])
    }

    fn at(&self) -> *mut u8 {
        self.0.as_ptr().cast_mut().cast()
    }

    fn object<T>(&self) -> &T {
        assert!(size_of::<T>() <= 8 * self.0.len());
        // SAFETY: the memory is there, aligned, and zero is a value of every object.
        unsafe { &*self.at().cast::<T>() }
    }
}

/// What is counted under a lock, in two steps.
#[derive(Default)]
struct Plain(AtomicU32);

impl Plain {
    fn count(&self) {
        let before = self.0.load(SeqCst);
        std::hint::spin_loop();
        self.0.store(before + 1, SeqCst);
    }
}

fn done<'a, T>(mut attempt: impl FnMut() -> Attempt<'a, Real, T>) -> T {
    loop {
        match attempt() {
            Attempt::Done(value) => return value,
            Attempt::Wait(event, seen) => event.block(seen, Duration::from_millis(20)),
        }
    }
}

/// Runs it on several threads, each with a number of its own.
fn together(body: impl Fn(Owner) + Sync) {
    scope(|scope| {
        (1..=THREADS as Owner).for_each(|me| {
            drop(scope.spawn({
                let body = &body;
                move || body(me)
            }))
        })
    });
}

#[test]
fn a_mutex_counts_exactly() {
    let memory = Zeros::new(64);
    let (mutex, plain) = (memory.object::<Mutex<Real>>(), Plain::default());
    together(|me| {
        for _ in 0..ROUNDS {
            done(|| mutex.lock(me, None));
            plain.count();
            assert!(mutex.unlock(me, 1));
        }
    });
    assert_eq!(plain.0.load(SeqCst) as usize, THREADS * ROUNDS);
}

#[test]
fn writers_count_exactly_and_readers_see_no_half_of_it() {
    let memory = Zeros::new(64);
    let (lock, plain) = (memory.object::<RwLock<Real>>(), Plain::default());
    let readers: Vec<AtomicU64> = (0..2).map(|_| AtomicU64::new(0)).collect();
    together(|me| {
        for round in 0..ROUNDS {
            if round % 4 == 0 {
                let claimed = done(|| lock.claim(me, None));
                done(|| lock.drained(&readers, claimed, None));
                plain.count();
                assert!(lock.unlock_write(me));
            } else {
                done(|| lock.read(&readers, me, None));
                let seen = plain.0.load(SeqCst);
                std::hint::spin_loop();
                assert_eq!(plain.0.load(SeqCst), seen);
                assert!(lock.unlock_read(&readers, me));
            }
        }
    });
    assert_eq!(plain.0.load(SeqCst) as usize, THREADS * ROUNDS.div_ceil(4));
}

#[test]
fn a_semaphore_lets_so_many_in() {
    let memory = Zeros::new(64);
    let free = memory.object::<Event<Real>>();
    let permits: Vec<AtomicU64> = (0..2).map(|_| AtomicU64::new(0)).collect();
    let inside = AtomicU32::new(0);
    together(|me| {
        let semaphore = Semaphore::<Real>::new(&permits, free);
        for _ in 0..ROUNDS {
            done(|| semaphore.acquire(me, None));
            assert!(inside.fetch_add(1, SeqCst) < 2);
            inside.fetch_sub(1, SeqCst);
            assert!(semaphore.release(me));
        }
    });
}

#[test]
fn a_barrier_keeps_all_in_step() {
    let memory = Zeros::new(64);
    let (barrier, steps) = (memory.object::<Barrier<Real>>(), AtomicU32::new(0));
    let rounds = ROUNDS.min(2000);
    together(|_| {
        for round in 1..=rounds {
            steps.fetch_add(1, SeqCst);
            if let Err(number) = barrier.arrive(THREADS as u32) {
                done(|| barrier.pass(number));
            }
            assert!(steps.load(SeqCst) as usize >= round * THREADS);
        }
    });
}

#[test]
fn every_message_of_several_senders_comes_once_and_in_order() {
    let (memory, bytes) = (Zeros::new(512), Zeros::new(256));
    let channel = memory.object::<Channel<Real>>();
    // SAFETY: the memory is there, and this channel's alone.
    let area = unsafe { Area::new(bytes.at(), 256) };
    let shared = Shared(area);
    let seen: Vec<AtomicU32> = (0..2 * ROUNDS).map(|_| AtomicU32::new(0)).collect();
    let received = AtomicU32::new(0);
    scope(|scope| {
        for me in [1_u64, 2] {
            let shared = &shared;
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    let number = (ROUNDS * (me as usize - 1) + round) as u32;
                    let text = [number.to_le_bytes(); 16].concat();
                    // Of any length.
                    let message = Message { kind: me as u8, len: 4 + round % 60 };
                    // SAFETY: there are 64 bytes.
                    let sent = done(|| unsafe { channel.send(shared.0, me, &message, text.as_ptr(), None) });
                    assert_eq!(sent, Sent::Sent);
                }
            });
        }
        for me in [3, 4] {
            let (shared, seen, received) = (&shared, &seen, &received);
            scope.spawn(move || {
                let mut last = [None; 2];
                let mut into = [0_u8; 64];
                // SAFETY: there are 64 bytes, which no message is longer than.
                while let Some(message) = done(|| unsafe { channel.receive(shared.0, me, |_| into.as_mut_ptr(), None) })
                {
                    let number = u32::from_le_bytes(into[..4].try_into().unwrap());
                    assert!(into[..message.len].iter().zip([number.to_le_bytes(); 16].concat()).all(|(a, b)| *a == b));
                    let sender = &mut last[message.kind as usize - 1];
                    assert!(sender.is_none_or(|last| last < number));
                    *sender = Some(number);
                    seen[number as usize].fetch_add(1, SeqCst);
                    if received.fetch_add(1, SeqCst) as usize + 1 == seen.len() {
                        channel.close();
                    }
                }
            });
        }
    });
    assert!(seen.iter().all(|seen| seen.load(SeqCst) == 1));
}

/// An area that threads may hand around.
struct Shared(Area);
// SAFETY: the channel keeps its users apart.
unsafe impl Sync for Shared {}

#[test]
fn a_map_is_a_map() {
    let (capacity, key, value) = (8, 4, 8);
    let memory = Zeros::new(size_of::<SharedMap<Real>>());
    let slots = Zeros::new(Slots::bytes(capacity, key, value));
    // SAFETY: the memory is there, aligned, and this map's alone.
    let slots_of = unsafe { Slots::new(slots.at(), capacity, key, value) };
    let map = memory.object::<SharedMap<Real>>();
    let at = |now| Access { map, slots: slots_of, me: 1, now, is_alive: None, of: PhantomData };
    let number = |number: f64| Found::Number(number);
    // Against the standard library's, by operations that a simple generator draws.
    let mut known = std::collections::HashMap::new();
    let mut random = 7_u64;
    for _ in 0..ROUNDS {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let draw = random >> 33;
        let name = format!("k{}", draw % 12);
        let name = name.as_bytes();
        match draw / 12 % 4 {
            0 => {
                let stored = done(|| at(0).set(name, &number(draw as f64), 0));
                if known.len() < capacity || known.contains_key(name) {
                    assert_eq!(stored, Stored::Stored);
                    known.insert(name.to_vec(), draw as f64);
                } else {
                    assert_eq!(stored, Stored::Full);
                }
            }
            1 => assert_eq!(done(|| at(0).delete(name)), known.remove(name).is_some()),
            2 if known.contains_key(name) => {
                let now = known[name] + 1.0;
                assert_eq!(done(|| at(0).add(name, 1.0, 0)), Stored::Number(now));
                known.insert(name.to_vec(), now);
            }
            _ => assert_eq!(done(|| at(0).get(name)), known.get(name).map(|value| number(*value))),
        }
        assert_eq!(done(|| at(0).len()), known.len());
    }
    done(|| at(0).clear());
    // What has expired makes room.
    for i in 0..capacity {
        assert_eq!(done(|| at(0).set(&[i as u8], &Found::Bytes(vec![i as u8; 3]), 10)), Stored::Stored);
    }
    assert_eq!(done(|| at(9).get(&[1])), Some(Found::Bytes(vec![1; 3])));
    assert_eq!((done(|| at(9).set(b"new", &number(1.0), 0)), done(|| at(10).get(&[1]))), (Stored::Full, None));
    assert_eq!(done(|| at(10).set(b"new", &number(1.0), 0)), Stored::Stored);
    assert_eq!((done(|| at(10).len()), done(|| at(10).keys())), (1, vec!["new".to_owned()]));
    assert_eq!(done(|| at(10).set(b"text", &Found::Bytes(vec![1]), 0)), Stored::Stored);
    assert_eq!(done(|| at(10).add(b"text", 1.0, 0)), Stored::NotANumber);
    assert_eq!(at(10).check(b"long!", 0), Err(TooLong(4)));
    assert_eq!(at(10).check(b"k", 9), Err(TooLong(8)));
}
