//! A number of permits, each with a slot that says who has it, so that those of the dead come back.

use super::attempt::Attempt;
use super::event::Event;
use super::memory::{Memory, Word};
use super::mutex::Taken;
use super::owner::Owner;

pub struct Semaphore<'a, M: Memory> {
    permits: &'a [M::Word64],
    free: &'a Event<M>,
}

impl<'a, M: Memory> Semaphore<'a, M> {
    pub fn new(permits: &'a [M::Word64], free: &'a Event<M>) -> Self {
        Self { permits, free }
    }

    pub fn try_acquire(&self, me: Owner) -> bool {
        take(self.permits, me)
    }

    /// `is_alive` where it is time to look after the owners.
    pub fn acquire(&self, me: Owner, is_alive: Option<&dyn Fn(Owner) -> bool>) -> Attempt<'a, M, Taken> {
        self.free.attempt(|| {
            if take(self.permits, me) {
                return Some(Taken::Free);
            }
            let is_alive = is_alive?;
            let from_dead = |slot: &M::Word64| {
                let owner = slot.load();
                owner != 0 && !is_alive(owner) && slot.replace(owner, me).is_ok()
            };
            self.permits.iter().any(from_dead).then_some(Taken::FromDead)
        })
    }

    /// Whether this owner had one.
    pub fn release(&self, me: Owner) -> bool {
        let had = give_back(self.permits, me);
        if had {
            self.free.notify(1);
        }
        had
    }

    /// How many are free at this moment.
    pub fn available(&self) -> usize {
        self.permits.iter().filter(|slot| slot.load() == 0).count()
    }
}

/// A free slot, for an owner.
pub(super) fn take<W: Word<u64>>(slots: &[W], me: Owner) -> bool {
    slots.iter().any(|slot| slot.load() == 0 && slot.replace(0, me).is_ok())
}

/// One of an owner's slots.
pub(super) fn give_back<W: Word<u64>>(slots: &[W], me: Owner) -> bool {
    slots.iter().any(|slot| slot.load() == me && slot.replace(me, 0).is_ok())
}
