//! Locks of every kind, barriers, and what is done once.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

use napi::bindgen_prelude::*;
use napi_derive::napi;

use crate::shared::watch::Check;
use crate::shared::{ALL, Attempt, Barrier, Event, Mutex, Once, Real, RwLock, Semaphore, Taken, Turn, me};

use super::{Words, answer, care, taken};

/// What this thread writes into a lock that it takes.
#[napi]
pub fn shared_me() -> BigInt {
    BigInt::from(me())
}

/// Taking and giving back where nobody waits is done in JavaScript, which does it in the time that a call would take.
#[napi(js_name = "SharedMutex")]
pub struct MutexHandle(&'static Mutex<Real>);

#[napi]
impl MutexHandle {
    #[napi(constructor)]
    pub fn new(env: Env, memory: Unknown<'_>) -> Result<Self> {
        Ok(Self(Words::of(env, memory)?.part()?.0))
    }

    /// 1, 2 when its owner has died, -1 to wait.
    #[napi]
    pub fn lock(&self, cares: bool) -> f64 {
        answer(self.0.lock(me(), care(cares)), Check::one(self.0.owner()), taken)
    }

    /// Tells one of those that wait: the lock is free.
    #[napi]
    pub fn tell(&self) {
        self.0.tell(1);
    }
}

#[napi(js_name = "SharedSemaphore")]
pub struct SemaphoreHandle {
    permits: &'static [AtomicU64],
    free: &'static Event<Real>,
}

impl SemaphoreHandle {
    fn semaphore(&self) -> Semaphore<'static, Real> {
        Semaphore::new(self.permits, self.free)
    }
}

#[napi]
impl SemaphoreHandle {
    #[napi(constructor)]
    pub fn new(env: Env, memory: Unknown<'_>, permits: u32) -> Result<Self> {
        let (free, rest) = Words::of(env, memory)?.part()?;
        Ok(Self { permits: rest.parts(permits as usize)?.0, free })
    }

    #[napi]
    pub fn try_acquire(&self) -> bool {
        self.semaphore().try_acquire(me())
    }

    /// 1, 2 when its owner has died, -1 to wait.
    #[napi]
    pub fn acquire(&self, cares: bool) -> f64 {
        answer(self.semaphore().acquire(me(), care(cares)), Check::any(self.permits), taken)
    }

    /// Whether this thread had one.
    #[napi]
    pub fn release(&self) -> bool {
        self.semaphore().release(me())
    }

    #[napi]
    pub fn available(&self) -> u32 {
        self.semaphore().available() as u32
    }
}

#[napi(js_name = "SharedRwLock")]
pub struct RwLockHandle {
    lock: &'static RwLock<Real>,
    readers: &'static [AtomicU64],
}

#[napi]
impl RwLockHandle {
    #[napi(constructor)]
    pub fn new(env: Env, memory: Unknown<'_>, readers: u32) -> Result<Self> {
        let (lock, rest) = Words::of(env, memory)?.part()?;
        Ok(Self { lock, readers: rest.parts(readers as usize)?.0 })
    }

    /// 0 when it is not free.
    #[napi]
    pub fn try_read(&self) -> f64 {
        self.lock.try_read(self.readers, me()).map_or(0.0, taken)
    }

    /// 1, 2 when a writer has died, -1 to wait.
    #[napi]
    pub fn read(&self, cares: bool) -> f64 {
        let attempt = self.lock.read(self.readers, me(), care(cares));
        // Either a writer is in the way, or there are too many readers.
        let for_readers = matches!(attempt, Attempt::Wait(event, _) if std::ptr::eq(event, self.lock.left()));
        let check = if for_readers { Check::any(self.readers) } else { Check::one(self.lock.writer()) };
        answer(attempt, check, taken)
    }

    /// 0 when it is not free.
    #[napi]
    pub fn try_write(&self) -> f64 {
        self.lock.try_write(self.readers, me()).map_or(0.0, taken)
    }

    /// The first half of writing: 1, 2 when a writer has died, -1 to wait.
    #[napi]
    pub fn claim(&self, cares: bool) -> f64 {
        answer(self.lock.claim(me(), care(cares)), Check::one(self.lock.writer()), taken)
    }

    /// The second half: `claimed` is what the first half gave.
    #[napi]
    pub fn drained(&self, claimed: f64, cares: bool) -> f64 {
        let claimed = taken_as(claimed);
        answer(self.lock.drained(self.readers, claimed, care(cares)), Check::all(self.readers), taken)
    }

    /// Ends what `claim` has begun.
    #[napi]
    pub fn give_up_write(&self, claimed: f64) {
        self.lock.give_up_write(me(), taken_as(claimed));
    }

    /// Whether this thread was a reader.
    #[napi]
    pub fn unlock_read(&self) -> bool {
        self.lock.unlock_read(self.readers, me())
    }

    /// Whether this thread was the writer, or wanted to be.
    #[napi]
    pub fn unlock_write(&self) -> bool {
        self.lock.unlock_write(me())
    }
}

/// What `taken` has made a number of.
fn taken_as(claimed: f64) -> Taken {
    if claimed == 2.0 { Taken::FromDead } else { Taken::Free }
}

#[napi(js_name = "SharedBarrier")]
pub struct BarrierHandle {
    barrier: &'static Barrier<Real>,
    parties: u32,
}

#[napi]
impl BarrierHandle {
    #[napi(constructor)]
    pub fn new(env: Env, memory: Unknown<'_>, parties: u32) -> Result<Self> {
        Ok(Self { barrier: Words::of(env, memory)?.part()?.0, parties })
    }

    /// The round that is to be waited for, or -1 for the last one to arrive.
    #[napi]
    pub fn arrive(&self) -> f64 {
        self.barrier.arrive(self.parties).map_or_else(f64::from, |()| -1.0)
    }

    /// 1, or -1 to wait.
    #[napi]
    pub fn pass(&self, round: u32) -> f64 {
        answer(self.barrier.pass(round), Check::moved(self.barrier.state()), |()| 1.0)
    }

    /// `false` when it has opened meanwhile.
    #[napi]
    pub fn leave(&self, round: u32) -> bool {
        self.barrier.leave(round)
    }

    #[napi]
    pub fn arrived(&self) -> u32 {
        self.barrier.arrived()
    }
}

#[napi(js_name = "SharedOnce")]
pub struct OnceHandle(&'static Once<Real>);

#[napi]
impl OnceHandle {
    #[napi(constructor)]
    pub fn new(env: Env, memory: Unknown<'_>) -> Result<Self> {
        Ok(Self(Words::of(env, memory)?.part()?.0))
    }

    /// 0 when it is done, 1 when it is this thread's turn to do it, -1 to wait.
    #[napi]
    pub fn attempt(&self, cares: bool) -> f64 {
        answer(self.0.attempt(me(), care(cares)), Check::one(self.0.doer()), |turn| match turn {
            Turn::Done => 0.0,
            Turn::Yours => 1.0,
        })
    }

    #[napi]
    pub fn finish(&self, done: bool) -> bool {
        self.0.finish(me(), done)
    }

    #[napi]
    pub fn is_done(&self) -> bool {
        self.0.is_done()
    }
}

#[napi(js_name = "SharedCondition")]
pub struct ConditionHandle(&'static Event<Real>);

#[napi]
impl ConditionHandle {
    #[napi(constructor)]
    pub fn new(env: Env, memory: Unknown<'_>) -> Result<Self> {
        Ok(Self(Words::of(env, memory)?.part()?.0))
    }

    /// The signal at this moment: what comes later, `wait` waits for.
    #[napi]
    pub fn signal(&self) -> u32 {
        self.0.signal().load(SeqCst)
    }

    /// 1 when somebody has told since the signal was this, or -1 to wait.
    #[napi]
    pub fn wait(&self, signal: u32) -> f64 {
        answer(self.0.attempt(|| self.0.has_changed(signal).then_some(())), Check::Never, |()| 1.0)
    }

    /// Tells one of those that wait, or all.
    #[napi]
    pub fn notify(&self, all: bool) {
        self.0.ring(if all { ALL } else { 1 });
    }
}
