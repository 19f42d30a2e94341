//! What waits in a pool: by priority, first in first out within one, and in turns between those who share it.
//!
//! Owned by: a pool, behind its lock. Touched by: the JS thread (push), the pool's threads (pop). What was cancelled
//! stays in its place until somebody comes across it: taking it out of the middle would cost a search.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// For each of these that an entry has waited it counts as one priority higher, so that the low ones are not starved.
const AGING: Duration = Duration::from_secs(1);

/// Something that waits in a queue.
pub(super) trait Waiting {
    /// Whether it still waits; otherwise its entry is dead.
    fn is_queued(&self) -> bool;
    /// Since when.
    fn queued_at(&self) -> Instant;
    /// For whom, when the queue is shared fairly.
    fn tenant(&self) -> Option<&Arc<str>> {
        None
    }
}

/// How urgent the next entry of a queue is: the larger, the sooner.
pub(super) type Rank = (i64, Reverse<Instant>);

pub(super) struct Queue<T> {
    /// Highest priority first. A lane other than priority 0 is removed when it is empty.
    lanes: BTreeMap<Reverse<i32>, Lane<T>>,
    /// Entries in all lanes, dead ones included.
    entries: usize,
}

/// The entries of one priority.
struct Lane<T> {
    /// Those without a tenant, who count as one tenant together.
    line: VecDeque<Arc<T>>,
    /// Nobody's line is empty.
    tenants: HashMap<Arc<str>, VecDeque<Arc<T>>>,
}

/// What each tenant has had: how many of its entries run, and when it had its last turn.
#[derive(Default)]
pub(super) struct Tenancy {
    tenants: HashMap<Arc<str>, Share>,
    /// Those without a tenant.
    nobody: Share,
    /// Counts the turns.
    turns: u64,
}

/// The smaller, the sooner is the tenant's next turn.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Share {
    running: usize,
    /// The number of its last turn; 0 for one that had none lately.
    turn: u64,
}

/// Of so many tenants the last turn is remembered at the least. Who is forgotten counts as one who had none.
const REMEMBERED: usize = 1024;

impl Tenancy {
    /// An entry of the tenant starts.
    pub(super) fn enter(&mut self, tenant: Option<&Arc<str>>) {
        self.turns += 1;
        let share = match tenant {
            None => &mut self.nobody,
            Some(tenant) => {
                if self.tenants.len() >= 2 * REMEMBERED {
                    self.forget();
                }
                self.tenants.entry(Arc::clone(tenant)).or_default()
            }
        };
        share.running += 1;
        share.turn = self.turns;
    }

    /// It has ended.
    pub(super) fn leave(&mut self, tenant: Option<&Arc<str>>) {
        let share = match tenant {
            None => Some(&mut self.nobody),
            Some(tenant) => self.tenants.get_mut(tenant),
        };
        if let Some(share) = share {
            share.running -= 1;
        }
    }

    fn forget(&mut self) {
        let recent = self.turns.saturating_sub(REMEMBERED as u64);
        self.tenants.retain(|_, share| share.running > 0 || share.turn > recent);
    }

    fn share(&self, tenant: &str) -> Share {
        self.tenants.get(tenant).copied().unwrap_or_default()
    }
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self { lanes: BTreeMap::new(), entries: 0 }
    }
}

impl<T> Default for Lane<T> {
    fn default() -> Self {
        Self { line: VecDeque::new(), tenants: HashMap::new() }
    }
}

impl<T: Waiting> Queue<T> {
    /// Adds an entry behind all of its priority that came before it. `live` is how many are queued in truth: when most
    /// entries are dead, they are swept out, so that abort after abort does not fill the memory.
    pub(super) fn push(&mut self, entry: Arc<T>, priority: i32, live: usize) {
        if self.entries > 2 * live + 1024 {
            self.sweep();
        }
        let lane = self.lanes.entry(Reverse(priority)).or_default();
        let line = match entry.tenant() {
            None => &mut lane.line,
            Some(tenant) => lane.tenants.entry(Arc::clone(tenant)).or_default(),
        };
        // Only what comes back into the queue is older than the last one.
        let place = if line.back().is_none_or(|last| last.queued_at() <= entry.queued_at()) {
            line.len()
        } else {
            line.partition_point(|other| other.queued_at() <= entry.queued_at())
        };
        line.insert(place, entry);
        self.entries += 1;
    }

    /// Takes the next entry that still waits.
    pub(super) fn pop(&mut self) -> Option<Arc<T>> {
        self.pop_fairly(&Tenancy::default())
    }

    /// Takes the next entry that still waits; of one priority, from the tenant of whom the fewest run, and of several such
    /// from the one whose last turn is the longest ago.
    pub(super) fn pop_fairly(&mut self, tenancy: &Tenancy) -> Option<Arc<T>> {
        let priority = match self.lanes.len() {
            0 => return None,
            // Nearly always: no clock is read.
            1 => *self.lanes.first_key_value()?.0,
            _ => self.first(Instant::now(), tenancy)?.1,
        };
        let lane = self.lanes.get_mut(&priority)?;
        let taken = lane.pop(tenancy, &mut self.entries);
        // The lane of priority 0 is kept with its memory: it is the one that nearly every task takes.
        if lane.is_empty() && priority != Reverse(0) {
            self.lanes.remove(&priority);
        }
        match taken {
            // The lane held nothing but dead entries.
            None if self.entries > 0 => self.pop_fairly(tenancy),
            taken => taken,
        }
    }

    /// How urgent the entry is that `pop_fairly` would take.
    pub(super) fn rank(&mut self, now: Instant, tenancy: &Tenancy) -> Option<Rank> {
        self.first(now, tenancy).map(|(rank, _)| rank)
    }

    fn first(&mut self, now: Instant, tenancy: &Tenancy) -> Option<(Rank, Reverse<i32>)> {
        let entries = &mut self.entries;
        let ranked = self.lanes.iter_mut().filter_map(|(&priority, lane)| {
            let since = lane.since(tenancy, entries)?;
            let waited = now.saturating_duration_since(since).as_nanos() / AGING.as_nanos();
            Some(((i64::from(priority.0) + waited as i64, Reverse(since)), priority))
        });
        ranked.max()
    }

    /// Whether so many entries of the tenant wait.
    pub(super) fn holds(&self, tenant: &str, count: usize) -> bool {
        let lines = || self.lanes.values().filter_map(|lane| lane.tenants.get(tenant));
        // Only when it may be is it worth the time to leave the dead ones out.
        lines().map(VecDeque::len).sum::<usize>() >= count
            && lines().flatten().filter(|entry| entry.is_queued()).count() >= count
    }

    /// How many entries there are, dead ones included.
    pub(super) fn len(&self) -> usize {
        self.entries
    }

    /// Whether nothing is left to pop, not even a dead entry.
    pub(super) fn is_empty(&self) -> bool {
        self.entries == 0
    }

    /// Takes everything out.
    pub(super) fn take_all(&mut self) -> Vec<Arc<T>> {
        self.entries = 0;
        let lanes = std::mem::take(&mut self.lanes).into_values();
        lanes.flat_map(|lane| lane.line.into_iter().chain(lane.tenants.into_values().flatten())).collect()
    }

    fn sweep(&mut self) {
        for lane in self.lanes.values_mut() {
            lane.line.retain(|entry| entry.is_queued());
            lane.tenants.retain(|_, line| {
                line.retain(|entry| entry.is_queued());
                !line.is_empty()
            });
        }
        self.lanes.retain(|_, lane| !lane.is_empty());
        self.entries = self.lanes.values().map(Lane::len).sum();
    }
}

impl<T: Waiting> Lane<T> {
    fn len(&self) -> usize {
        self.line.len() + self.tenants.values().map(VecDeque::len).sum::<usize>()
    }

    fn is_empty(&self) -> bool {
        self.line.is_empty() && self.tenants.is_empty()
    }

    fn pop(&mut self, tenancy: &Tenancy, entries: &mut usize) -> Option<Arc<T>> {
        let line = match self.turn(tenancy, entries)? {
            None => return self.take_from_line(entries),
            Some(tenant) => tenant,
        };
        *entries -= 1;
        let tenant = self.tenants.get_mut(&line)?;
        let taken = tenant.pop_front();
        if tenant.is_empty() {
            self.tenants.remove(&line);
        }
        taken
    }

    fn take_from_line(&mut self, entries: &mut usize) -> Option<Arc<T>> {
        *entries -= 1;
        self.line.pop_front()
    }

    /// Since when the next entry has waited.
    fn since(&mut self, tenancy: &Tenancy, entries: &mut usize) -> Option<Instant> {
        let line = match self.turn(tenancy, entries)? {
            None => &self.line,
            Some(tenant) => self.tenants.get(&tenant)?,
        };
        line.front().map(|entry| entry.queued_at())
    }

    /// Whose turn it is: a tenant's, or nobody's in particular. The front of that line is alive.
    fn turn(&mut self, tenancy: &Tenancy, entries: &mut usize) -> Option<Option<Arc<str>>> {
        drop_dead(&mut self.line, entries);
        if self.tenants.is_empty() {
            return (!self.line.is_empty()).then_some(None);
        }
        self.tenants.retain(|_, line| {
            drop_dead(line, entries);
            !line.is_empty()
        });
        let nobody = self.line.front().map(|entry| ((tenancy.nobody, entry.queued_at()), None));
        let somebody = self
            .tenants
            .iter()
            .filter_map(|(tenant, line)| Some(((tenancy.share(tenant), line.front()?.queued_at()), Some(tenant))));
        somebody.chain(nobody).min_by_key(|(claim, _)| *claim).map(|(_, tenant)| tenant.cloned())
    }
}

fn drop_dead<T: Waiting>(line: &mut VecDeque<Arc<T>>, entries: &mut usize) {
    while line.front().is_some_and(|entry| !entry.is_queued()) {
        line.pop_front();
        *entries -= 1;
    }
}
