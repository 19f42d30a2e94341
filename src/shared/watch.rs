//! Waits for those who may not block, such as the event loops of JavaScript: one thread for all events of the process, which
//! tells each of them once, when it is worth another attempt.
//!
//! Runs on: a thread of its own, which is there as long as the process once somebody has waited.

use std::collections::HashMap;
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

    fn is_over(&self) -> bool {
        self.event().signal().load(SeqCst) != self.seen
    }
}

#[derive(Default)]
struct Watch {
    waits: Mutex<Vec<Waiting>>,
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
    watch.lock().push(waiting);
    watch.some.notify_one();
    watch.more.fetch_add(1, SeqCst);
    super::os::wake(&watch.more);
    Ok(())
}

/// Waits no longer. Whether it did still.
pub fn remove(of: (u32, u32)) -> bool {
    retire(|waiting| waiting.of == of)
}

/// All waits of an environment, which ends.
pub fn remove_all(environment: u32) {
    retire(|waiting| waiting.of.0 == environment);
}

fn retire(is_over: impl Fn(&Waiting) -> bool) -> bool {
    let watch = WATCH.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let Some(watch) = watch else { return false };
    let mut found = false;
    watch.lock().retain(|waiting| {
        let over = is_over(waiting);
        if over {
            waiting.event().retire();
            found = true;
        }
        !over
    });
    found
}

impl Watch {
    fn lock(&self) -> MutexGuard<'_, Vec<Waiting>> {
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
        while waits.is_empty() {
            waits = self.some.wait(waits).unwrap_or_else(PoisonError::into_inner);
        }
        let mut alive: HashMap<Owner, bool> = HashMap::new();
        let mut lives = |owner: Owner| owner != 0 && *alive.entry(owner).or_insert_with(|| is_alive(owner));
        waits.retain(|waiting| {
            // SAFETY: it lives until the wait is over.
            let over = waiting.is_over() || (cares && unsafe { waiting.check.is_worth(&mut lives) });
            if over {
                waiting.event().retire();
                waiting.told.tell(waiting.of.1);
            }
            !over
        });
        let mut words: Vec<_> = waits.iter().map(|wait| (wait.event().signal().as_ptr().addr(), wait.seen)).collect();
        words.sort_unstable();
        words.dedup();
        words
    }
}
