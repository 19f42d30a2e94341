//! Something that is done once. Who dies doing it, or fails, leaves it to the next.

use super::attempt::Attempt;
use super::event::ALL;
use super::memory::{Memory, Word};
use super::mutex::Mutex;
use super::owner::Owner;

#[repr(C)]
pub struct Once<M: Memory> {
    turn: Mutex<M>,
    /// 1 when it is done.
    done: M::Word32,
}

/// What an attempt finds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Turn {
    /// It is done.
    Done,
    /// It is to be done now, by who asked.
    Yours,
}

impl<M: Memory> Once<M> {
    #[cfg(test)]
    pub(super) fn of(turn: Mutex<M>, done: M::Word32) -> Self {
        Self { turn, done }
    }

    pub fn doer(&self) -> &M::Word64 {
        self.turn.owner()
    }

    pub fn is_done(&self) -> bool {
        self.done.load() == 1
    }

    pub fn attempt(&self, me: Owner, is_alive: Option<&dyn Fn(Owner) -> bool>) -> Attempt<'_, M, Turn> {
        if self.is_done() {
            return Attempt::Done(Turn::Done);
        }
        self.turn.lock(me, is_alive).map(|_| {
            if self.is_done() {
                self.turn.unlock(me, ALL);
                return Turn::Done;
            }
            Turn::Yours
        })
    }

    /// Whether it was this owner's turn.
    pub fn finish(&self, me: Owner, done: bool) -> bool {
        if self.turn.owner().load() != me {
            return false;
        }
        if done {
            self.done.store(1);
        }
        self.turn.unlock(me, if done { ALL } else { 1 })
    }
}
