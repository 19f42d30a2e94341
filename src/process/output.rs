//! What a child writes: kept for the result, handed on as it comes, or both.
//!
//! What is handed on waits for whoever reads it: at most `WINDOW` bytes are on their way, then the pipe fills, and then
//! the child waits.

use std::cell::{Cell, RefCell};
use std::io;
use std::os::fd::OwnedFd;
use std::rc::Rc;

use tokio::net::unix::pipe::Receiver;
use tokio::sync::Notify;

/// Bytes on their way to a reader.
const WINDOW: i64 = 1 << 20;

/// Bytes that are read at once.
const PIECE: usize = 256 << 10;

/// One output of a child, as its reader and its life share it.
#[derive(Default)]
pub(super) struct Output {
    /// The bytes up to `limit`.
    kept: RefCell<Vec<u8>>,
    /// How many are kept. `None`: none.
    limit: Option<usize>,
    /// Both outputs as they came, when they are to be kept in one piece.
    all: Option<Rc<RefCell<Vec<u8>>>>,
    /// Somebody reads along.
    claimed: Cell<bool>,
    /// Bytes that may be handed on.
    credit: Cell<i64>,
    /// It ends where the pipe is empty: whoever else might write is not waited for.
    given_up: Cell<bool>,
    /// Nobody wants the rest: the pipe is closed, and the child hears of that when it writes.
    closed: Cell<bool>,
    changed: Notify,
}

/// What an output says to whoever looks after the child.
pub(super) trait Told {
    fn data(&self, bytes: Vec<u8>);
    /// More than is to be kept.
    fn too_much(&self);
}

impl Output {
    pub(super) fn new(limit: Option<usize>, all: Option<Rc<RefCell<Vec<u8>>>>) -> Self {
        Self { limit, all, credit: Cell::new(WINDOW), ..Self::default() }
    }

    /// From now on what comes is handed on, after what is kept already: that is told in any case, also when it is nothing.
    pub(super) fn claim(&self, told: &impl Told) {
        if !self.claimed.replace(true) {
            let kept = self.kept.borrow().clone();
            self.credit.set(self.credit.get() - kept.len() as i64);
            told.data(kept);
            self.changed.notify_one();
        }
    }

    /// So many bytes have been read of what was handed on.
    pub(super) fn add_credit(&self, bytes: i64) {
        self.credit.set(self.credit.get() + bytes);
        self.changed.notify_one();
    }

    /// Reads what is in the pipe, and no more.
    pub(super) fn give_up(&self) {
        self.given_up.set(true);
        self.changed.notify_one();
    }

    /// Closes the pipe.
    pub(super) fn close(&self) {
        self.closed.set(true);
        self.changed.notify_one();
    }

    /// Ends the reading of an output that is neither kept nor read by anybody. What is in the pipe is kept for a reader who
    /// comes late.
    pub(super) fn give_up_if_unused(&self) {
        if self.limit.is_none() && !self.claimed.get() {
            self.give_up();
        }
    }

    pub(super) fn take(&self) -> Option<Vec<u8>> {
        let kept = self.kept.take();
        (self.limit.is_some() || !kept.is_empty()).then_some(kept)
    }

    fn may_read(&self) -> bool {
        if self.claimed.get() {
            self.credit.get() > 0
        } else {
            self.limit.is_some() || (self.given_up.get() && self.kept.borrow().len() < WINDOW as usize)
        }
    }

    /// Reads to the end.
    pub(super) async fn run(&self, pipe: OwnedFd, told: &impl Told) -> io::Result<()> {
        let pipe = Receiver::from_owned_fd(pipe)?;
        let mut piece = Vec::with_capacity(PIECE);
        while !self.closed.get() {
            if !self.may_read() {
                if self.given_up.get() && !self.claimed.get() {
                    break;
                }
                self.changed.notified().await;
                continue;
            }
            if !self.given_up.get() {
                tokio::select! {
                    ready = pipe.readable() => ready?,
                    () = self.changed.notified() => continue,
                }
            }
            piece.clear();
            match pipe.try_read_buf(&mut piece) {
                Ok(0) => break,
                Ok(_) => self.take_in(&piece, told),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if self.given_up.get() {
                        break;
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn take_in(&self, piece: &[u8], told: &impl Told) {
        if let Some(limit) = self.limit {
            let mut kept = self.kept.borrow_mut();
            let room = limit - kept.len();
            kept.extend_from_slice(&piece[..piece.len().min(room)]);
            if let Some(all) = &self.all {
                all.borrow_mut().extend_from_slice(&piece[..piece.len().min(room)]);
            }
            if piece.len() > room {
                told.too_much();
            }
        } else if !self.claimed.get() {
            self.kept.borrow_mut().extend_from_slice(piece);
        }
        if self.claimed.get() {
            self.credit.set(self.credit.get() - piece.len() as i64);
            told.data(piece.to_vec());
        }
    }
}
