//! Waits for those who may not block, such as the event loops of JavaScript: one thread for all events of the process, which
//! tells each of them once, when it is worth another attempt.
//!
//! Runs on: a thread of its own, which is there as long as the process once somebody has waited.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::event::Event;
use super::os::{Real, wait_for_any};
use super::owner::{Owner, is_alive};

/// How often everything is looked at again: an owner may have died, and so may whoever was about to tell.
pub const CARE: Duration = Duration::from_millis(40);

/// Who is told. From the watch's thread; must not block.
pub trait Told: Send + Sync {
    fn tell(&self, id: u32);
}

/// When it is worth an attempt although nobody has told.
#[derive(Clone, Copy)]
pub enum Check {
    Never,
    /// When one of so many owners is nobody, or dead.
    Any(*const AtomicU64, usize),
    /// When all are.
    All(*const AtomicU64, usize),
    /// When the word is another.
    Moved(*const AtomicU64, u64),
}

impl Check {
    pub fn any(owners: &[AtomicU64]) -> Self {
        Self::Any(owners.as_ptr(), owners.len())
    }

    pub fn all(owners: &[AtomicU64]) -> Self {
        Self::All(owners.as_ptr(), owners.len())
    }

    pub fn one(owner: &AtomicU64) -> Self {
        Self::Any(owner, 1)
    }

    pub fn moved(word: &AtomicU64) -> Self {
        Self::Moved(word, word.load(SeqCst))
    }

    /// # Safety
    /// What it points to lives.
    unsafe fn is_worth(&self, mut lives: impl FnMut(Owner) -> bool) -> bool {
        // SAFETY: the caller vouches for it, and there are so many.
        unsafe {
            match *self {
                Self::Never => false,
                Self::Any(at, count) => {
                    std::slice::from_raw_parts(at, count).iter().any(|owner| !lives(owner.load(SeqCst)))
                }
                Self::All(at, count) => {
                    std::slice::from_raw_parts(at, count).iter().all(|owner| !lives(owner.load(SeqCst)))
                }
                Self::Moved(at, seen) => (*at).load(SeqCst) != seen,
            }
        }
    }
}

/// One who waits.
pub struct Waiting {
    pub event: *const Event<Real>,
    pub seen: u32,
    pub check: Check,
    pub told: Arc<dyn Told>,
    /// The environment's number, and the wait's number there.
    pub of: (u32, u32),
}

// SAFETY: what the pointers point to is atomic, and lives until the wait is over, by the contract of `add`.
unsafe impl Send for Waiting {}

impl Waiting {
    fn event(&self) -> &Event<Real> {
        // SAFETY: it lives until the wait is over, and so does this value.
        unsafe { &*self.event }
    }
}

/// Those who wait, in the order in which they came.
#[derive(Default)]
struct Waits {
    all: BTreeMap<u64, Waiting>,
    places: HashMap<(u32, u32), u64>,
    last: u64,
}

impl Waits {
    fn add(&mut self, waiting: Waiting) {
        self.last += 1;
        self.places.insert(waiting.of, self.last);
        self.all.insert(self.last, waiting);
    }

    /// They are not counted as waiting any more.
    fn remove(&mut self, of: (u32, u32)) -> Option<Waiting> {
        let waiting = self.places.remove(&of).and_then(|place| self.all.remove(&place))?;
        waiting.event().retire();
        Some(waiting)
    }
}

#[derive(Default)]
struct Watch {
    waits: Mutex<Waits>,
    some: Condvar,
    /// Changes when there is one more.
    more: AtomicU32,
}

static WATCH: Mutex<Option<Arc<Watch>>> = Mutex::new(None);

fn watch() -> std::io::Result<Arc<Watch>> {
    let mut watch = WATCH.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(watch) = &*watch {
        return Ok(Arc::clone(watch));
    }
    let made = Arc::new(Watch::default());
    let theirs = Arc::clone(&made);
    std::thread::Builder::new().name("offloop-watch".to_owned()).spawn(move || theirs.run())?;
    *watch = Some(Arc::clone(&made));
    Ok(made)
}

/// Has somebody told once. They have been counted as waiting by the event, and are not any more when they are told.
///
/// # Safety
/// What `waiting` points to lives until they are told, or have called `remove` or `remove_all`.
pub unsafe fn add(waiting: Waiting) -> std::io::Result<()> {
    let watch = watch()?;
    watch.lock().add(waiting);
    watch.some.notify_one();
    watch.more.fetch_add(1, SeqCst);
    super::os::wake(&watch.more);
    Ok(())
}

/// Waits no longer. Whether it did still.
pub fn remove(of: (u32, u32)) -> bool {
    started().is_some_and(|watch| watch.lock().remove(of).is_some())
}

/// All waits of an environment, which ends.
pub fn remove_all(environment: u32) {
    let Some(watch) = started() else { return };
    let mut waits = watch.lock();
    let over: Vec<_> = waits.places.keys().filter(|of| of.0 == environment).copied().collect();
    for of in over {
        waits.remove(of);
    }
}

fn started() -> Option<Arc<Watch>> {
    WATCH.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

impl Watch {
    fn lock(&self) -> MutexGuard<'_, Waits> {
        self.waits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self) {
        let mut cared = Instant::now();
        loop {
            let more = self.more.load(SeqCst);
            let cares = cared.elapsed() >= CARE;
            if cares {
                cared = Instant::now();
            }
            let words = self.tell_who_can_go_on(cares);
            wait_for_any(&self.more, more, &words, CARE);
        }
    }

    /// Addresses that those wait on who are left, and what they have seen there.
    fn tell_who_can_go_on(&self, cares: bool) -> Vec<(usize, u32)> {
        let mut waits = self.lock();
        while waits.all.is_empty() {
            waits = self.some.wait(waits).unwrap_or_else(PoisonError::into_inner);
        }
        let mut alive: HashMap<Owner, bool> = HashMap::new();
        let mut lives = |owner: Owner| owner != 0 && *alive.entry(owner).or_insert_with(|| is_alive(owner));
        // By event: how many of those who wait for it are told this time.
        let mut told: HashMap<*const Event<Real>, u32> = HashMap::new();
        let mut over = Vec::new();
        for waiting in waits.all.values_mut() {
            let told = told.entry(waiting.event).or_default();
            let signal = waiting.event().signal().load(SeqCst);
            // As many as were to be told since this one came, and who came first is first.
            let is_told = signal.wrapping_sub(waiting.seen) > *told;
            waiting.seen = signal;
            // SAFETY: it lives until the wait is over.
            if is_told || (cares && unsafe { waiting.check.is_worth(&mut lives) }) {
                *told += 1;
                over.push(waiting.of);
            }
        }
        for of in over {
            if let Some(waiting) = waits.remove(of) {
                waiting.told.tell(of.1);
            }
        }
        let word = |waiting: &Waiting| (waiting.event().signal().as_ptr().addr(), waiting.seen);
        let mut words: Vec<_> = waits.all.values().map(word).collect();
        words.sort_unstable();
        words.dedup();
        words
    }
}
