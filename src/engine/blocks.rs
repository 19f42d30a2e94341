//! Work inside one task that uses every idle thread: a loop over blocks of about a millisecond, claimed one by one.
//!
//! Owned by: the thread that runs the task (the owner). Touched by: idle threads of the same pool (helpers), which join
//! through the `Board` and leave between two blocks as soon as a task waits, so that a heavy task never starves a small
//! one. The owner returns only when every helper has left, which is what makes lending them the closure sound.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use super::cancel::CancelToken;
use super::sync::lock;

/// The loops of a pool that idle threads can join.
pub(super) trait Board: Sync {
    /// Lists the loop, and wakes whoever could help.
    fn open(&self, blocks: &Arc<BlockLoop>);
    /// Takes the loop off the list. No helper joins after this returns.
    fn close(&self, blocks: &Arc<BlockLoop>);
}

/// A loop over the blocks `0..total` of one task.
pub(super) struct BlockLoop {
    /// The next block that nobody has claimed.
    next: AtomicUsize,
    total: usize,
    /// Set when the owner leaves early or a block panics: the blocks that are left are not to be run.
    abandoned: AtomicBool,
    /// The owner's closure. Valid while the owner is inside `run`, which it leaves only when `helpers` is 0 and the
    /// loop is off the board.
    body: Body,
    helpers: Mutex<Helpers>,
    /// Wakes the owner when the last helper leaves.
    left: Condvar,
}

#[derive(Default)]
struct Helpers {
    /// Raised under the board's lock, by `join`; lowered by `help`.
    inside: usize,
    panic: Option<Box<dyn Any + Send>>,
}

#[derive(Clone, Copy)]
struct Body(*const (dyn Fn(usize) + Sync));

// SAFETY: the closure behind the pointer is `Sync`, and `run` keeps it alive for as long as anyone may call it.
unsafe impl Send for Body {}
// SAFETY: as above.
unsafe impl Sync for Body {}

impl BlockLoop {
    /// Runs `body(0)` to `body(total - 1)`, each once, in any order, on this thread and on whoever joins through the
    /// board. Stops early, between two blocks, when the token is cancelled. A panic in a block is raised here.
    pub(super) fn run(board: Option<&dyn Board>, token: &CancelToken, total: usize, body: &(dyn Fn(usize) + Sync)) {
        let Some(board) = board.filter(|_| total > 1) else {
            for block in 0..total {
                if token.reason().is_some() {
                    return;
                }
                body(block);
            }
            return;
        };
        // SAFETY: only the lifetime changes. `Departure` below makes sure, also when a block panics, that nobody can
        // reach the pointer once this function is left.
        let erased = unsafe {
            std::mem::transmute::<*const (dyn Fn(usize) + Sync + '_), *const (dyn Fn(usize) + Sync + 'static)>(body)
        };
        let blocks = Arc::new(Self {
            next: AtomicUsize::new(0),
            total,
            abandoned: AtomicBool::new(false),
            body: Body(erased),
            helpers: Mutex::default(),
            left: Condvar::new(),
        });
        board.open(&blocks);
        let departure = Departure { board, blocks: &blocks };
        while token.reason().is_none()
            && let Some(block) = blocks.claim()
        {
            body(block);
        }
        drop(departure);
        let panic = lock(&blocks.helpers).panic.take();
        if let Some(panic) = panic {
            resume_unwind(panic);
        }
    }

    /// Whether a helper would find something to do.
    pub(super) fn has_blocks(&self) -> bool {
        self.next.load(Ordering::Relaxed) < self.total && !self.abandoned.load(Ordering::Relaxed)
    }

    /// Enters the loop as a helper. Called under the board's lock, so that it cannot race with `close`.
    pub(super) fn join(&self) {
        lock(&self.helpers).inside += 1;
    }

    /// Runs blocks until none is left or `wanted_elsewhere` says that a task waits. Follows `join`, once.
    pub(super) fn help(&self, wanted_elsewhere: impl Fn() -> bool) {
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            while !wanted_elsewhere()
                && let Some(block) = self.claim()
            {
                // SAFETY: `join` raised `inside` before the owner could leave, and it waits until that is 0 again.
                unsafe { (*self.body.0)(block) };
            }
        }));
        let mut helpers = lock(&self.helpers);
        if let Err(panic) = outcome {
            self.abandoned.store(true, Ordering::Relaxed);
            helpers.panic.get_or_insert(panic);
        }
        helpers.inside -= 1;
        if helpers.inside == 0 {
            self.left.notify_one();
        }
    }

    fn claim(&self) -> Option<usize> {
        if !self.has_blocks() {
            return None;
        }
        let block = self.next.fetch_add(1, Ordering::Relaxed);
        (block < self.total).then_some(block)
    }
}

/// Closes the loop and waits for the helpers, whichever way the owner leaves.
struct Departure<'a> {
    board: &'a dyn Board,
    blocks: &'a Arc<BlockLoop>,
}

impl Drop for Departure<'_> {
    fn drop(&mut self) {
        self.blocks.abandoned.store(true, Ordering::Relaxed);
        self.board.close(self.blocks);
        let mut helpers = lock(&self.blocks.helpers);
        while helpers.inside > 0 {
            helpers = self.blocks.left.wait(helpers).unwrap_or_else(std::sync::PoisonError::into_inner);
        }
    }
}
