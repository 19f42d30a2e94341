//! A lock whose owner may die. `lib/shared/locks.js` takes it and gives it back by itself where nobody waits, so the order
//! of the words is known there too: the owner, the event's signal, and how many wait.
//!
//! Who waits looks now and then whether the owner still lives, and takes the lock from the dead.

use super::attempt::Attempt;
use super::event::Event;
use super::memory::{Memory, Word};
use super::owner::Owner;

#[repr(C)]
pub struct Mutex<M: Memory> {
    /// 0 when it is free.
    owner: M::Word64,
    free: Event<M>,
}

/// How a lock was got.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Taken {
    Free,
    /// From an owner who died with it: what it protects may be half changed.
    FromDead,
}

impl<M: Memory> Mutex<M> {
    #[cfg(test)]
    pub(super) fn of(owner: M::Word64, free: Event<M>) -> Self {
        Self { owner, free }
    }

    pub fn owner(&self) -> &M::Word64 {
        &self.owner
    }

    pub fn try_lock(&self, me: Owner) -> bool {
        self.owner.replace(0, me).is_ok()
    }

    /// `is_alive` where it is time to look after the owner.
    pub fn lock(&self, me: Owner, is_alive: Option<&dyn Fn(Owner) -> bool>) -> Attempt<'_, M, Taken> {
        self.free.attempt(|| match self.owner.replace(0, me) {
            Ok(()) => Some(Taken::Free),
            Err(owner) => {
                let is_dead = is_alive.is_some_and(|is_alive| !is_alive(owner));
                (is_dead && self.owner.replace(owner, me).is_ok()).then_some(Taken::FromDead)
            }
        })
    }

    /// Whether it was this owner's, and tells so many of those who wait.
    pub fn unlock(&self, me: Owner, tell: u32) -> bool {
        let mine = self.owner.replace(me, 0).is_ok();
        if mine {
            self.free.notify(tell);
        }
        mine
    }

    /// Tells so many of those who wait that it is free.
    pub fn tell(&self, count: u32) {
        self.free.notify(count);
    }

    /// Waits until it is free, without taking it.
    pub(super) fn until_free(&self, is_alive: Option<&dyn Fn(Owner) -> bool>) -> Attempt<'_, M, Taken> {
        self.free.attempt(|| match self.owner.load() {
            0 => Some(Taken::Free),
            owner => {
                let is_dead = is_alive.is_some_and(|is_alive| !is_alive(owner));
                (is_dead && self.owner.replace(owner, 0).is_ok()).then(|| {
                    self.free.notify(super::event::ALL);
                    Taken::FromDead
                })
            }
        })
    }
}
