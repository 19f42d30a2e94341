//! A bounded queue of messages for any number of senders and receivers, each message whole. Senders take turns by one lock,
//! receivers by another, and a message is there only when it is written from end to end: who dies halfway has sent nothing.
//! A receiver who dies between reading a message and taking it out leaves it to the next.

use super::area::Area;
use super::attempt::Attempt;
use super::event::{ALL, Event};
use super::memory::{Memory, Word};
use super::mutex::{Mutex, Taken};
use super::owner::Owner;

/// The head of a message: its length, and what it is.
const HEAD: usize = 8;

/// What both sides share, before the messages themselves.
#[repr(C)]
pub struct Channel<M: Memory> {
    senders: Mutex<M>,
    /// Where the next message is written. Positions only grow.
    tail: M::Word64,
    readable: Event<M>,
    /// The head as senders saw it last: they look at the receivers' part only when this leaves no room.
    head_seen: M::Word64,
    /// What one side changes is apart from what the other does: no cache line is both sides'.
    _apart: [u64; 11],
    receivers: Mutex<M>,
    /// Where the next message is read.
    head: M::Word64,
    writable: Event<M>,
    /// The tail as receivers saw it last.
    tail_seen: M::Word64,
    closed: M::Word32,
    _rest: [u32; 21],
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sent {
    Sent,
    Closed,
}

/// A message, of a kind of the caller's.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Message {
    pub kind: u8,
    pub len: usize,
}

impl<M: Memory> Channel<M> {
    #[cfg(test)]
    pub(super) fn of(
        [senders, receivers]: [Mutex<M>; 2],
        [tail, head, tail_seen, head_seen]: [M::Word64; 4],
        [readable, writable]: [Event<M>; 2],
        closed: M::Word32,
    ) -> Self {
        Self {
            senders,
            tail,
            readable,
            head_seen,
            _apart: [0; 11],
            receivers,
            head,
            writable,
            tail_seen,
            closed,
            _rest: [0; 21],
        }
    }

    /// The largest message that such an area holds.
    pub fn most(area: Area) -> usize {
        (area.len() as usize).saturating_sub(HEAD)
    }

    /// Bytes that are taken by messages.
    pub fn used(&self) -> u64 {
        let head = self.head.load();
        self.tail.load().saturating_sub(head)
    }

    pub fn is_closed(&self) -> bool {
        self.closed.load() == 1
    }

    pub fn head(&self) -> &M::Word64 {
        &self.head
    }

    pub fn tail(&self) -> &M::Word64 {
        &self.tail
    }

    pub fn readable(&self) -> &Event<M> {
        &self.readable
    }

    pub fn writable(&self) -> &Event<M> {
        &self.writable
    }

    pub fn sender(&self) -> &M::Word64 {
        self.senders.owner()
    }

    pub fn receiver(&self) -> &M::Word64 {
        self.receivers.owner()
    }

    /// Sends one message, when there is room.
    ///
    /// # Safety
    /// `message.len` bytes can be read at `from`, and are at most `most`. The area is this channel's.
    pub unsafe fn send(
        &self,
        area: Area,
        me: Owner,
        message: &Message,
        from: *const u8,
        is_alive: Option<&dyn Fn(Owner) -> bool>,
    ) -> Attempt<'_, M, Sent> {
        let size = (HEAD + message.len).next_multiple_of(HEAD) as u64;
        if let Attempt::Wait(event, seen) = soon(&self.senders, me, is_alive) {
            return Attempt::Wait(event, seen);
        }
        let tail = self.tail.load();
        if self.is_closed() {
            self.senders.unlock(me, 1);
            return Attempt::Done(Sent::Closed);
        }
        let has_room = |head: u64| tail.saturating_sub(head).saturating_add(size) <= area.len();
        if !has_room(self.head_seen.load()) {
            self.wait_for_much_room(area, tail);
            let room = self.writable.attempt(|| {
                let head = self.head.load();
                has_room(head).then_some(Some(head)).or_else(|| self.is_closed().then_some(None))
            });
            match room {
                Attempt::Done(Some(head)) => self.head_seen.store(head),
                Attempt::Done(None) => {
                    self.senders.unlock(me, 1);
                    return Attempt::Done(Sent::Closed);
                }
                Attempt::Wait(event, seen) => {
                    self.senders.unlock(me, 1);
                    return Attempt::Wait(event, seen);
                }
            }
        }
        let head = (message.len as u64 | u64::from(message.kind) << 32).to_le_bytes();
        // SAFETY: from the tail on so many bytes are free, and the senders' until the tail has moved. The caller vouches for
        // `from`.
        unsafe {
            area.put(tail, head.as_ptr(), HEAD);
            area.put(tail + HEAD as u64, from, message.len);
        }
        self.tail.store(tail + size);
        self.senders.unlock(me, 1);
        self.readable.notify(1);
        Attempt::Done(Sent::Sent)
    }

    /// A moment for the receivers to make room for many messages: a sender that looks at their part for every one of them
    /// slows them down.
    fn wait_for_much_room(&self, area: Area, tail: u64) {
        for pause in 0..M::SPINS {
            if tail.saturating_sub(self.head.load()) <= area.len() / 8 * 7 {
                return;
            }
            (0..1 << pause).for_each(|_| std::hint::spin_loop());
        }
    }

    /// Receives one message into what `into` gives for it; `None` when the channel is closed and empty.
    ///
    /// # Safety
    /// `into` gives memory to which as many bytes can be written as the message has. The area is this channel's.
    pub unsafe fn receive(
        &self,
        area: Area,
        me: Owner,
        into: impl FnOnce(&Message) -> *mut u8,
        is_alive: Option<&dyn Fn(Owner) -> bool>,
    ) -> Attempt<'_, M, Option<Message>> {
        if let Attempt::Wait(event, seen) = soon(&self.receivers, me, is_alive) {
            return Attempt::Wait(event, seen);
        }
        let at = self.head.load();
        if self.tail_seen.load() <= at {
            let there = self.readable.attempt(|| {
                // What was sent before the end comes before the end.
                let closed = self.is_closed();
                let tail = self.tail.load();
                (tail > at).then_some(Some(tail)).or_else(|| closed.then_some(None))
            });
            match there {
                Attempt::Done(Some(tail)) => self.tail_seen.store(tail),
                Attempt::Done(None) => {
                    self.receivers.unlock(me, 1);
                    return Attempt::Done(None);
                }
                Attempt::Wait(event, seen) => {
                    self.receivers.unlock(me, 1);
                    return Attempt::Wait(event, seen);
                }
            }
        }
        let mut head = [0; HEAD];
        // SAFETY: before the tail are whole messages, which are the receivers' until the head has moved.
        unsafe { area.take(at, head.as_mut_ptr(), HEAD) };
        let head = u64::from_le_bytes(head);
        // Whatever somebody has written over it, it is no longer than what is there.
        let message = Message { kind: (head >> 32) as u8, len: (head as u32 as usize).min(Self::most(area)) };
        let size = (HEAD + message.len).next_multiple_of(HEAD) as u64;
        // SAFETY: as above; the caller vouches for what `into` gives.
        unsafe { area.take(at + HEAD as u64, into(&message), message.len) };
        self.head.store(at + size);
        self.receivers.unlock(me, 1);
        self.writable.notify(1);
        Attempt::Done(Some(message))
    }

    /// Nothing more is sent; what is there can be received.
    pub fn close(&self) {
        self.closed.store(1);
        self.readable.notify(ALL);
        self.writable.notify(ALL);
    }
}

/// A lock that is held for no longer than a copy takes.
pub(super) fn soon<'a, M: Memory>(
    mutex: &'a Mutex<M>,
    me: Owner,
    is_alive: Option<&dyn Fn(Owner) -> bool>,
) -> Attempt<'a, M, Taken> {
    mutex.lock(me, is_alive)
}
