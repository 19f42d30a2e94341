//! What becomes of an attempt to do something.

use super::event::Event;
use super::memory::Memory;

/// Done, or something to wait for before the next attempt.
pub enum Attempt<'a, M: Memory, T> {
    Done(T),
    /// While the event's signal is this one. Who gets this is counted as waiting, until they `retire` from the event.
    Wait(&'a Event<M>, u32),
}

impl<'a, M: Memory, T> Attempt<'a, M, T> {
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Attempt<'a, M, U> {
        match self {
            Self::Done(value) => Attempt::Done(change(value)),
            Self::Wait(event, seen) => Attempt::Wait(event, seen),
        }
    }
}
