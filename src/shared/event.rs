//! An event that can be waited for: an event count. It costs nothing to tell of it while nobody waits.

use std::time::Duration;

use super::attempt::Attempt;
use super::memory::{Memory, Word};

/// For `notify`: everybody.
pub const ALL: u32 = i32::MAX as u32;

/// By how much the signal changes when everybody is told; else by how many are. So one who waits for many (the `watch`) knows how
/// many of them to tell.
const EVERYBODY: u32 = 1 << 16;

fn step(count: u32) -> u32 {
    count.min(EVERYBODY)
}

#[repr(C)]
pub struct Event<M: Memory> {
    /// Changes whenever those who wait are told.
    signal: M::Word32,
    /// How many wait. Those who died waiting are counted for ever, which costs system calls and nothing else.
    waiting: M::Word32,
}

impl<M: Memory> Event<M> {
    #[cfg(test)]
    pub(super) fn of(signal: M::Word32, waiting: M::Word32) -> Self {
        Self { signal, waiting }
    }

    pub fn signal(&self) -> &M::Word32 {
        &self.signal
    }

    /// Is counted as waiting from now on. The signal, which is to be waited on when a second look has shown that there is
    /// still something to wait for.
    pub(super) fn announce(&self) -> u32 {
        self.waiting.add(1);
        M::fence();
        self.signal.load()
    }

    /// Whether somebody was told since the signal was seen.
    pub fn has_changed(&self, seen: u32) -> bool {
        self.signal.load() != seen
    }

    /// Waits no longer.
    pub fn retire(&self) {
        self.waiting.add(u32::MAX);
    }

    /// Changes the signal, whether anybody waits or not, and tells so many: for who has no other sign of what they wait for.
    pub fn ring(&self, count: u32) {
        self.signal.add(step(count));
        M::fence();
        if self.waiting.load() > 0 {
            M::wake(&self.signal, count);
        }
    }

    /// Tells so many of those who wait; what they wait for is there already.
    pub fn notify(&self, count: u32) {
        M::fence();
        if self.waiting.load() > 0 {
            self.signal.add(step(count));
            M::wake(&self.signal, count);
        }
    }

    /// Looks, announces itself, and looks once more: whoever makes it true in between tells.
    pub fn attempt<T>(&self, mut look: impl FnMut() -> Option<T>) -> Attempt<'_, M, T> {
        // Often it is there in a moment, which is less than waiting costs.
        for pause in 0..=M::SPINS {
            if let Some(found) = look() {
                return Attempt::Done(found);
            }
            // Longer and longer: who makes it true is slowed by those who look.
            (0..1 << pause).for_each(|_| std::hint::spin_loop());
        }
        let seen = self.announce();
        match look() {
            Some(found) => {
                self.retire();
                Attempt::Done(found)
            }
            None => Attempt::Wait(self, seen),
        }
    }

    /// Blocks until the signal has changed, or the time is over, and retires.
    pub fn block(&self, seen: u32, limit: Duration) {
        M::wait(&self.signal, seen, limit);
        self.retire();
    }
}
