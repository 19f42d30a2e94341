//! How much a pool has taken on, in tasks and in bytes, and how much it may take.
//!
//! Raised by: the JS thread (submit). Lowered by: whoever moves a ticket to its next stage, on any thread. Read
//! by helpers between two blocks, without a lock.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::sink::Sink;

/// The load of one pool, cancelled tickets not counted.
pub(super) struct Backlog {
    /// Tasks that wait for a thread.
    queued: AtomicUsize,
    /// Tasks that wait or run. The bound is on this, so that a submit does not depend on how soon a thread takes the
    /// task before it: at most `max_queue` tasks wait once every thread is busy.
    admitted: AtomicUsize,
    max_admitted: usize,
    /// The inputs of the admitted tasks.
    bytes: AtomicUsize,
    max_bytes: usize,
    /// Set by the JS thread when it found the pool full; cleared by whoever tells it that there is room again.
    room_wanted: AtomicBool,
    told: Option<(Arc<dyn Sink>, u32)>,
}

impl Backlog {
    /// The load of a pool that takes `max_admitted` tasks and `max_bytes` bytes of input. `told` is who hears of room,
    /// and under which number it knows the pool.
    pub(super) fn new(max_admitted: usize, max_bytes: usize, told: Option<(Arc<dyn Sink>, u32)>) -> Arc<Self> {
        Arc::new(Self {
            queued: AtomicUsize::new(0),
            admitted: AtomicUsize::new(0),
            max_admitted,
            bytes: AtomicUsize::new(0),
            max_bytes,
            room_wanted: AtomicBool::new(false),
            told,
        })
    }

    pub(super) fn queued(&self) -> usize {
        self.queued.load(Ordering::SeqCst)
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Whether one more task fits, whatever its size: the one that reaches the bound in bytes is still taken. So the
    /// answer is true for the task that its asker has at hand, who need not know what the engine counts as its size.
    pub(super) fn has_room(&self) -> bool {
        self.admitted.load(Ordering::SeqCst) < self.max_admitted && self.bytes() < self.max_bytes
    }

    /// How many more tasks fit, as far as their number decides.
    pub(super) fn room(&self) -> usize {
        if self.has_room() { self.max_admitted.saturating_sub(self.admitted.load(Ordering::SeqCst)) } else { 0 }
    }

    /// A task comes in, to wait.
    pub(super) fn enter(&self, bytes: usize) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.admitted.fetch_add(1, Ordering::Relaxed);
        self.queued.fetch_add(1, Ordering::SeqCst);
    }

    /// A task waits no longer.
    pub(super) fn leave_queue(&self) {
        self.queued.fetch_sub(1, Ordering::SeqCst);
    }

    /// A task that has left the queue waits again.
    pub(super) fn enter_queue(&self) {
        self.queued.fetch_add(1, Ordering::SeqCst);
    }

    /// A task that has left the queue is done.
    pub(super) fn leave(&self, bytes: usize) {
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
        self.admitted.fetch_sub(1, Ordering::SeqCst);
        if self.room_wanted.load(Ordering::SeqCst) {
            self.tell();
        }
    }

    /// Asks for one `Sink::room` as soon as another task would fit. Comes at once when it would already.
    pub(super) fn want_room(&self) {
        self.room_wanted.store(true, Ordering::SeqCst);
        self.tell();
    }

    /// `leave` lowers the count before it reads the flag and `want_room` sets the flag before it reads the count, both
    /// sequentially consistent: one of the two sees the other, so the news is never lost.
    fn tell(&self) {
        if self.has_room()
            && self.room_wanted.swap(false, Ordering::SeqCst)
            && let Some((sink, pool)) = &self.told
        {
            sink.room(*pool);
        }
    }
}
