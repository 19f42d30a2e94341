//! Many readers or one writer. A writer takes the lock first, which keeps new readers out, and then waits for those inside.
//! Each reader has a slot that says who it is.

use super::attempt::Attempt;
use super::event::{ALL, Event};
use super::memory::{Memory, Word};
use super::mutex::{Mutex, Taken};
use super::owner::Owner;
use super::semaphore::{give_back, take};

#[repr(C)]
pub struct RwLock<M: Memory> {
    writer: Mutex<M>,
    /// A reader has left.
    left: Event<M>,
    /// 1 when a writer has died, until that was said to who came next.
    died: M::Word32,
}

impl<M: Memory> RwLock<M> {
    #[cfg(test)]
    pub(super) fn of(writer: Mutex<M>, left: Event<M>, died: M::Word32) -> Self {
        Self { writer, left, died }
    }

    /// The writer, or who wants to be it.
    pub fn writer(&self) -> &M::Word64 {
        self.writer.owner()
    }

    /// What is waited on for readers to leave.
    pub fn left(&self) -> &Event<M> {
        &self.left
    }

    fn taken(&self) -> Taken {
        if self.died.load() == 1 && self.died.replace(1, 0).is_ok() { Taken::FromDead } else { Taken::Free }
    }

    pub fn try_read(&self, readers: &[M::Word64], me: Owner) -> Option<Taken> {
        if self.writer.owner().load() != 0 || !take(readers, me) {
            return None;
        }
        M::fence();
        if self.writer.owner().load() == 0 {
            return Some(self.taken());
        }
        // A writer came in between, and waits for all slots.
        give_back(readers, me);
        self.left.notify(ALL);
        None
    }

    pub fn read(
        &self,
        readers: &[M::Word64],
        me: Owner,
        is_alive: Option<&dyn Fn(Owner) -> bool>,
    ) -> Attempt<'_, M, Taken> {
        loop {
            if let Some(taken) = self.try_read(readers, me) {
                return Attempt::Done(taken);
            }
            match self.writer.until_free(is_alive) {
                Attempt::Wait(event, seen) => return Attempt::Wait(event, seen),
                Attempt::Done(Taken::FromDead) => self.died.store(1),
                Attempt::Done(Taken::Free) => {
                    // No writer: it was there for a moment, or there are too many readers.
                    let slot = self.left.attempt(|| {
                        self.bury(readers, is_alive);
                        readers.iter().any(|slot| slot.load() == 0).then_some(())
                    });
                    if let Attempt::Wait(event, seen) = slot {
                        return Attempt::Wait(event, seen);
                    }
                }
            }
        }
    }

    /// The first half of writing: no new readers.
    pub fn claim(&self, me: Owner, is_alive: Option<&dyn Fn(Owner) -> bool>) -> Attempt<'_, M, Taken> {
        self.writer.lock(me, is_alive)
    }

    /// The second half: no readers any more. `claimed` is what `claim` gave.
    pub fn drained(
        &self,
        readers: &[M::Word64],
        claimed: Taken,
        is_alive: Option<&dyn Fn(Owner) -> bool>,
    ) -> Attempt<'_, M, Taken> {
        M::fence();
        self.left
            .attempt(|| {
                self.bury(readers, is_alive);
                readers.iter().all(|slot| slot.load() == 0).then_some(())
            })
            .map(|()| if claimed == Taken::FromDead { claimed } else { self.taken() })
    }

    /// Both halves, if nothing is in the way.
    pub fn try_write(&self, readers: &[M::Word64], me: Owner) -> Option<Taken> {
        if !self.writer.try_lock(me) {
            return None;
        }
        M::fence();
        if readers.iter().all(|slot| slot.load() == 0) {
            return Some(self.taken());
        }
        self.unlock_write(me);
        None
    }

    /// Frees the slots of dead readers.
    fn bury(&self, readers: &[M::Word64], is_alive: Option<&dyn Fn(Owner) -> bool>) {
        let Some(is_alive) = is_alive else { return };
        for slot in readers {
            let owner = slot.load();
            if owner != 0 && !is_alive(owner) {
                let _ = slot.replace(owner, 0);
            }
        }
    }

    pub fn unlock_read(&self, readers: &[M::Word64], me: Owner) -> bool {
        let had = give_back(readers, me);
        if had {
            self.left.notify(ALL);
        }
        had
    }

    /// By a writer that has claimed it and waits no longer. What it was told of a dead one, the next is told.
    pub fn give_up_write(&self, me: Owner, claimed: Taken) {
        if claimed == Taken::FromDead {
            self.died.store(1);
        }
        self.unlock_write(me);
    }

    pub fn unlock_write(&self, me: Owner) -> bool {
        self.writer.unlock(me, ALL)
    }
}
