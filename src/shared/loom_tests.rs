//! Every order in which threads can meet, by loom: with a lock that is lost, a wake that is missed or a message that is seen
//! half, a test fails or never ends, which loom calls a deadlock.

use std::time::Duration;

use loom::cell::UnsafeCell;
use loom::sync::atomic::{AtomicU32, AtomicU64, Ordering, fence};
use loom::sync::{Arc, Condvar, Mutex as Gate};
use loom::thread;

use super::memory::{Memory, Word};
use super::*;

/// Loom's memory. It takes sequentially consistent operations for weaker ones, and has fences instead.
struct Model;

struct Word32 {
    value: AtomicU32,
    gate: Gate<()>,
    changed: Condvar,
}

impl Word32 {
    fn new(value: u32) -> Self {
        Self { value: AtomicU32::new(value), gate: Gate::new(()), changed: Condvar::new() }
    }
}

macro_rules! word {
    ($word:ty, $of:ty, $($field:ident)?) => {
        impl Word<$of> for $word {
            fn load(&self) -> $of {
                self$(.$field)?.load(Ordering::SeqCst)
            }

            fn store(&self, value: $of) {
                self$(.$field)?.store(value, Ordering::SeqCst);
            }

            fn add(&self, value: $of) -> $of {
                self$(.$field)?.fetch_add(value, Ordering::SeqCst)
            }

            fn replace(&self, old: $of, new: $of) -> Result<(), $of> {
                self$(.$field)?.compare_exchange(old, new, Ordering::SeqCst, Ordering::SeqCst).map(|_| ())
            }
        }
    };
}
word!(Word32, u32, value);
word!(AtomicU64, u64,);

impl Memory for Model {
    type Word32 = Word32;
    type Word64 = AtomicU64;

    const SPINS: u32 = 0;

    fn fence() {
        fence(Ordering::SeqCst);
    }

    fn wait(word: &Word32, seen: u32, _: Duration) {
        let mut gate = word.gate.lock().unwrap();
        while word.value.load(Ordering::SeqCst) == seen {
            gate = word.changed.wait(gate).unwrap();
        }
    }

    fn wake(word: &Word32, count: u32) {
        let _gate = word.gate.lock().unwrap();
        // Who sleeps has seen another value, so that waking one more is as good as a wake too many of the system's.
        if count == 1 { word.changed.notify_one() } else { word.changed.notify_all() }
    }
}

fn model(body: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(2);
    builder.check(body);
}

fn event() -> Event<Model> {
    Event::of(Word32::new(0), Word32::new(0))
}

fn mutex() -> Mutex<Model> {
    Mutex::of(AtomicU64::new(0), event())
}

/// Attempts until it is done, and blocks in between.
fn done<'a, T>(mut attempt: impl FnMut() -> Attempt<'a, Model, T>) -> T {
    loop {
        match attempt() {
            Attempt::Done(value) => return value,
            Attempt::Wait(event, seen) => event.block(seen, Duration::MAX),
        }
    }
}

/// Adds one, which loom sees when two do it at once.
fn count(counter: &UnsafeCell<u32>) {
    // SAFETY: a lock is held, or loom complains.
    counter.with_mut(|counter| unsafe { *counter += 1 });
}

fn value(counter: &UnsafeCell<u32>) -> u32 {
    // SAFETY: as above.
    counter.with(|counter| unsafe { *counter })
}

#[test]
fn a_mutex_lets_one_in_and_wakes_the_next() {
    model(|| {
        let shared = Arc::new((mutex(), UnsafeCell::new(0)));
        let both = [1, 2].map(|me| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                assert_eq!(done(|| shared.0.lock(me, None)), Taken::Free);
                count(&shared.1);
                assert!(shared.0.unlock(me, 1));
            })
        });
        both.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(value(&shared.1), 2);
    });
}

#[test]
fn one_of_two_gets_the_lock_of_the_dead_and_hears_of_it() {
    model(|| {
        let shared = Arc::new((mutex(), UnsafeCell::new(0)));
        assert!(shared.0.try_lock(9));
        let both = [1, 2].map(|me| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                let taken = done(|| shared.0.lock(me, Some(&|owner| owner != 9)));
                count(&shared.1);
                assert!(shared.0.unlock(me, 1));
                taken == Taken::FromDead
            })
        });
        let told = both.into_iter().filter(|_| true).map(|thread| thread.join().unwrap()).filter(|told| *told).count();
        assert_eq!((told, value(&shared.1)), (1, 2));
    });
}

#[test]
fn a_semaphore_gives_out_no_more_than_it_has() {
    model(|| {
        let shared = Arc::new(([AtomicU64::new(0)], event(), UnsafeCell::new(0)));
        let both = [1, 2].map(|me| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                let semaphore = Semaphore::<Model>::new(&shared.0, &shared.1);
                done(|| semaphore.acquire(me, None));
                count(&shared.2);
                assert!(semaphore.release(me));
            })
        });
        both.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(value(&shared.2), 2);
    });
}

#[test]
fn a_reader_never_meets_a_writer() {
    model(|| {
        let lock = RwLock::of(mutex(), event(), Word32::new(0));
        let shared = Arc::new((lock, [AtomicU64::new(0)], UnsafeCell::new(0)));
        let theirs = Arc::clone(&shared);
        let writer = thread::spawn(move || {
            let (lock, readers, counter) = &*theirs;
            let claimed = done(|| lock.claim(1, None));
            done(|| lock.drained(readers, claimed, None));
            count(counter);
            assert!(lock.unlock_write(1));
        });
        let (lock, readers, counter) = &*shared;
        done(|| lock.read(readers, 2, None));
        assert!(value(counter) <= 1);
        assert!(lock.unlock_read(readers, 2));
        writer.join().unwrap();
        assert_eq!(value(counter), 1);
    });
}

#[test]
fn a_barrier_opens_for_all_or_none() {
    model(|| {
        let barrier = Arc::new(Barrier::<Model>::of(AtomicU64::new(0), event()));
        let theirs = Arc::clone(&barrier);
        let pass = |barrier: &Barrier<Model>| match barrier.arrive(2) {
            Ok(()) => true,
            Err(round) => {
                done(|| barrier.pass(round));
                false
            }
        };
        let other = thread::spawn(move || pass(&theirs));
        let last = pass(&barrier);
        assert_ne!(last, other.join().unwrap());
        assert_eq!(barrier.arrived(), 0);
    });
}

#[test]
fn something_is_done_once() {
    model(|| {
        let shared = Arc::new((Once::of(mutex(), Word32::new(0)), UnsafeCell::new(0)));
        let run = |me: Owner, shared: &(Once<Model>, UnsafeCell<u32>)| {
            if done(|| shared.0.attempt(me, None)) == Turn::Yours {
                count(&shared.1);
                assert!(shared.0.finish(me, true));
            }
            assert_eq!(value(&shared.1), 1);
        };
        let theirs = Arc::clone(&shared);
        let other = thread::spawn(move || run(1, &theirs));
        run(2, &shared);
        other.join().unwrap();
    });
}

#[test]
fn tokens_are_given_out_once() {
    model(|| {
        let limiter = Arc::new(RateLimiter::<Model>::of(AtomicU64::new(0)));
        let theirs = Arc::clone(&limiter);
        let other = thread::spawn(move || theirs.take(1000, 10, 1, 1).is_ok());
        let mine = limiter.take(1000, 10, 1, 1).is_ok();
        assert_ne!(mine, other.join().unwrap());
    });
}

/// Memory for messages, which is not loom's: what it would see is that both sides use it at once, and the contents show that.
struct Bytes(Vec<u64>);

impl Bytes {
    fn new(len: usize) -> Self {
        Self(vec![0; len / 8])
    }

    fn area(&self) -> Area {
        // SAFETY: so many bytes are there, and are used by the test's channel alone.
        unsafe { Area::new(self.0.as_ptr().cast_mut().cast(), 8 * self.0.len()) }
    }
}

#[test]
fn messages_come_whole_and_in_order_through_a_channel_with_room_for_one() {
    model(|| {
        let atomics = || AtomicU64::new(0);
        let channel = Channel::of(
            [mutex(), mutex()],
            [atomics(), atomics(), atomics(), atomics()],
            [event(), event()],
            Word32::new(0),
        );
        let shared = Arc::new((channel, Bytes::new(16)));
        let theirs = Arc::clone(&shared);
        let sender = thread::spawn(move || {
            let (channel, bytes) = &*theirs;
            for byte in [1_u8, 2] {
                let message = Message { kind: byte, len: 5 };
                // SAFETY: five bytes are there.
                let sent = done(|| unsafe { channel.send(bytes.area(), 1, &message, [byte; 5].as_ptr(), None) });
                assert_eq!(sent, Sent::Sent);
            }
            channel.close();
        });
        let (channel, bytes) = &*shared;
        let receive = || {
            let mut to = [0_u8; 8];
            // SAFETY: eight bytes are there, and messages have five.
            done(|| unsafe { channel.receive(bytes.area(), 2, |_| to.as_mut_ptr(), None) }).map(|message| (message, to))
        };
        for byte in [1, 2] {
            let wanted = (Message { kind: byte, len: 5 }, [byte, byte, byte, byte, byte, 0, 0, 0]);
            assert_eq!(receive(), Some(wanted));
        }
        assert_eq!(receive(), None);
        sender.join().unwrap();
    });
}

#[test]
fn a_stream_of_bytes_loses_none() {
    model(|| {
        let atomics = || AtomicU64::new(0);
        let ring = RingBuffer::of([atomics(), atomics()], [event(), event()], Word32::new(0));
        let shared = Arc::new((ring, Bytes::new(8)));
        let theirs = Arc::clone(&shared);
        let writer = thread::spawn(move || {
            let (ring, bytes) = &*theirs;
            let mut rest = &[1_u8, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11][..];
            while !rest.is_empty() {
                // SAFETY: the bytes are there.
                let written = done(|| unsafe { ring.write(bytes.area(), rest.as_ptr(), rest.len()) });
                rest = &rest[written.unwrap()..];
            }
            ring.close();
        });
        let (ring, bytes) = &*shared;
        let mut all = Vec::new();
        let mut to = [0_u8; 8];
        // SAFETY: eight bytes are there.
        while let Some(len) = done(|| unsafe { ring.read(bytes.area(), to.as_mut_ptr(), 8) }) {
            all.extend_from_slice(&to[..len]);
        }
        assert_eq!(all, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
        writer.join().unwrap();
    });
}
