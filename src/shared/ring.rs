//! A stream of bytes from one writer to one reader, without a lock.

use super::area::Area;
use super::attempt::Attempt;
use super::event::{ALL, Event};
use super::memory::{Memory, Word};

/// What both sides share, before the bytes themselves.
#[repr(C)]
pub struct RingBuffer<M: Memory> {
    /// Where the next byte is written; the writer's alone. Positions only grow.
    tail: M::Word64,
    readable: Event<M>,
    _apart: [u64; 14],
    /// Where the next byte is read; the reader's alone.
    head: M::Word64,
    writable: Event<M>,
    closed: M::Word32,
    _rest: [u32; 27],
}

impl<M: Memory> RingBuffer<M> {
    #[cfg(test)]
    pub(super) fn of([tail, head]: [M::Word64; 2], [readable, writable]: [Event<M>; 2], closed: M::Word32) -> Self {
        Self { tail, readable, _apart: [0; 14], head, writable, closed, _rest: [0; 27] }
    }

    pub fn head(&self) -> &M::Word64 {
        &self.head
    }

    pub fn tail(&self) -> &M::Word64 {
        &self.tail
    }

    /// Bytes that can be read.
    pub fn used(&self) -> u64 {
        let head = self.head.load();
        self.tail.load().saturating_sub(head)
    }

    pub fn is_closed(&self) -> bool {
        self.closed.load() == 1
    }

    /// Writes as many as there is room for, one at least; `None` when the buffer is closed.
    ///
    /// # Safety
    /// `len` bytes, one at least, can be read at `from`. The area is this buffer's, and there is no other writer.
    pub unsafe fn write(&self, area: Area, from: *const u8, len: usize) -> Attempt<'_, M, Option<usize>> {
        let tail = self.tail.load();
        let room = self.writable.attempt(|| {
            let room = area.len().saturating_sub(tail.saturating_sub(self.head.load()));
            (self.is_closed() || room > 0).then_some(room)
        });
        room.map(|room| {
            if self.is_closed() {
                return None;
            }
            let len = len.min(room as usize);
            // SAFETY: so many bytes from the tail on are the writer's.
            unsafe { area.put(tail, from, len) };
            self.tail.store(tail + len as u64);
            self.readable.notify(1);
            Some(len)
        })
    }

    /// Reads as many as are there, one at least; `None` when the buffer is closed and empty.
    ///
    /// # Safety
    /// `len` bytes, one at least, can be written at `to`. The area is this buffer's, and there is no other reader.
    pub unsafe fn read(&self, area: Area, to: *mut u8, len: usize) -> Attempt<'_, M, Option<usize>> {
        let head = self.head.load();
        let there = self.readable.attempt(|| {
            // What was written before the end comes before the end.
            let closed = self.is_closed();
            let used = self.tail.load().saturating_sub(head);
            (closed || used > 0).then_some(used)
        });
        there.map(|used| {
            if used == 0 {
                return None;
            }
            let len = len.min(used.min(area.len()) as usize);
            // SAFETY: so many bytes from the head on are the reader's.
            unsafe { area.take(head, to, len) };
            self.head.store(head + len as u64);
            self.writable.notify(1);
            Some(len)
        })
    }

    /// Nothing more is written; what is there can be read.
    pub fn close(&self) {
        self.closed.store(1);
        self.readable.notify(ALL);
        self.writable.notify(ALL);
    }
}
