//! A point that all of several parties reach before any goes on. It can be used again and again.

use super::attempt::Attempt;
use super::event::{ALL, Event};
use super::memory::{Memory, Word};

#[repr(C)]
pub struct Barrier<M: Memory> {
    /// How often it has opened, and in the upper half how many have arrived since.
    state: M::Word64,
    opened: Event<M>,
}

const ONE: u64 = 1 << 32;

fn parts(state: u64) -> (u32, u32) {
    (state as u32, (state >> 32) as u32)
}

impl<M: Memory> Barrier<M> {
    #[cfg(test)]
    pub(super) fn of(state: M::Word64, opened: Event<M>) -> Self {
        Self { state, opened }
    }

    pub fn state(&self) -> &M::Word64 {
        &self.state
    }

    /// Is one of those that have arrived: `Ok` for the last one, for whom it opens; for the others the round that they wait for.
    pub fn arrive(&self, parties: u32) -> Result<(), u32> {
        let mut state = self.state.load();
        loop {
            let (round, arrived) = parts(state);
            let last = arrived + 1 >= parties;
            let next = if last { u64::from(round.wrapping_add(1)) } else { state + ONE };
            match self.state.replace(state, next) {
                Ok(()) if last => {
                    self.opened.notify(ALL);
                    return Ok(());
                }
                Ok(()) => return Err(round),
                Err(other) => state = other,
            }
        }
    }

    pub fn pass(&self, round: u32) -> Attempt<'_, M, ()> {
        self.opened.attempt(|| (parts(self.state.load()).0 != round).then_some(()))
    }

    /// Waits no longer. `false` when it has opened meanwhile.
    pub fn leave(&self, round: u32) -> bool {
        let mut state = self.state.load();
        loop {
            if parts(state).0 != round {
                return false;
            }
            match self.state.replace(state, state - ONE) {
                Ok(()) => return true,
                Err(other) => state = other,
            }
        }
    }

    /// How many wait.
    pub fn arrived(&self) -> u32 {
        parts(self.state.load()).1
    }
}
