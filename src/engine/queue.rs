//! The waiting tickets of a pool: by priority, first in first out within one.
//!
//! Owned by: a pool, behind its lock. Touched by: the JS thread (push), the pool's threads (pop).

use std::cmp::Reverse;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::ticket::{Job, Ticket};

#[derive(Default)]
pub(super) struct Queue {
    /// Highest priority first. A lane other than priority 0 is removed when it is empty.
    lanes: BTreeMap<Reverse<i32>, VecDeque<Arc<Ticket>>>,
    /// Entries in all lanes, those of cancelled tickets included.
    entries: usize,
}

impl Queue {
    /// Adds a ticket behind all of its priority. `live` is how many tickets are queued in truth: when most entries are
    /// of cancelled tickets, they are swept out, so that abort after abort does not fill the memory.
    pub(super) fn push(&mut self, ticket: Arc<Ticket>, priority: i32, live: usize) {
        if self.entries > 2 * live + 1024 {
            self.sweep();
        }
        self.lanes.entry(Reverse(priority)).or_default().push_back(ticket);
        self.entries += 1;
    }

    /// Takes the next job to run, and its ticket with it.
    pub(super) fn pop(&mut self) -> Option<(Arc<Ticket>, Job)> {
        while let Some(mut lane) = self.lanes.first_entry() {
            while let Some(ticket) = lane.get_mut().pop_front() {
                self.entries -= 1;
                if let Some(job) = ticket.start() {
                    return Some((ticket, job));
                }
            }
            if self.lanes.len() == 1 && self.lanes.contains_key(&Reverse(0)) {
                // The lane of priority 0 is kept with its memory: it is the one that nearly every task takes.
                return None;
            }
            self.lanes.pop_first();
        }
        None
    }

    /// Whether nothing is left to pop, not even an entry of a cancelled ticket.
    pub(super) fn is_empty(&self) -> bool {
        self.entries == 0
    }

    /// Takes every ticket out, to be cancelled outside the pool's lock.
    pub(super) fn take_all(&mut self) -> Vec<Arc<Ticket>> {
        self.entries = 0;
        std::mem::take(&mut self.lanes).into_values().flatten().collect()
    }

    fn sweep(&mut self) {
        for lane in self.lanes.values_mut() {
            lane.retain(|ticket| ticket.is_queued());
        }
        self.lanes.retain(|_, lane| !lane.is_empty());
        self.entries = self.lanes.values().map(VecDeque::len).sum();
    }
}
