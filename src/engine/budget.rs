//! The program's CPU budget: how many threads of default-sized pools may run tasks at the same time, all pools together.
//!
//! Touched by: the threads of every pool that was made without a size. A pool with an explicit size is its owner's
//! decision and does not take part. A thread holds a token while it runs tasks or helps with one, keeps it as long as
//! its queue has more and nobody waits for one, and leaves it to the pool that has waited longest otherwise.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, Weak};

use super::error::{Code, TaskError};
use super::sync::lock;

/// The most threads a pool may have: far beyond any use, and below what a process may start.
pub const MAX_THREADS: usize = 1024;

/// The environment variable that overrides the budget.
pub const VARIABLE: &str = "OFFLOOP_THREADS";

/// A pool that waits for a token.
pub(super) trait Claimant: Send + Sync {
    /// A token is free: one of the pool's threads should look again.
    fn token_is_free(&self);
}

pub struct Budget {
    tokens: usize,
    ledger: Mutex<Ledger>,
    /// `ledger.waiting.len()`, readable without the lock.
    waiting: AtomicUsize,
}

struct Ledger {
    free: usize,
    /// Pools in the order in which they found no token. Each at most once.
    waiting: VecDeque<Weak<dyn Claimant>>,
}

impl Budget {
    pub(super) fn new(tokens: usize) -> Self {
        let ledger = Ledger { free: tokens, waiting: VecDeque::new() };
        Self { tokens, ledger: Mutex::new(ledger), waiting: AtomicUsize::new(0) }
    }

    /// How many threads the budget allows at once: the default size of a pool.
    pub fn tokens(&self) -> usize {
        self.tokens
    }

    /// How many are running now.
    pub fn in_use(&self) -> usize {
        self.tokens - lock(&self.ledger).free
    }

    /// Takes a token, or notes that the pool waits for one. Pools take turns: nobody overtakes one that waits. Returns
    /// whether it got one, and whose turn it is then.
    fn take_or_wait(&self, pool: &Arc<dyn Claimant>) -> (bool, Turn) {
        let me = Arc::downgrade(pool);
        let mut ledger = lock(&self.ledger);
        ledger.drop_dead();
        let my_turn = ledger.waiting.front().is_none_or(|first| first.ptr_eq(&me));
        let taken = my_turn && ledger.free > 0;
        if taken {
            ledger.free -= 1;
            ledger.waiting.pop_front();
        } else if !ledger.waiting.iter().any(|other| other.ptr_eq(&me)) {
            ledger.waiting.push_back(me);
        }
        (taken, self.turn(&mut ledger))
    }

    fn give_back(&self) -> Turn {
        let mut ledger = lock(&self.ledger);
        ledger.free += 1;
        self.turn(&mut ledger)
    }

    /// The pool has no use for a token any more.
    fn withdraw(&self, pool: &Arc<dyn Claimant>) -> Turn {
        let me = Arc::downgrade(pool);
        let mut ledger = lock(&self.ledger);
        ledger.waiting.retain(|other| !other.ptr_eq(&me));
        self.turn(&mut ledger)
    }

    /// Whose turn it is, if a token is there for it.
    fn turn(&self, ledger: &mut Ledger) -> Turn {
        ledger.drop_dead();
        self.waiting.store(ledger.waiting.len(), Ordering::Relaxed);
        Turn((ledger.free > 0).then(|| ledger.waiting.front()?.upgrade()).flatten())
    }

    /// Whether another pool waits for a token: read between two tasks, and by helpers between two blocks.
    fn is_contended(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }
}

impl Ledger {
    /// Pools that are gone wait for nothing.
    fn drop_dead(&mut self) {
        while self.waiting.front().is_some_and(|pool| pool.strong_count() == 0) {
            self.waiting.pop_front();
        }
    }
}

/// The pool whose turn it is, to be called without holding any pool's lock, since calling it takes that pool's.
#[must_use]
struct Turn(Option<Arc<dyn Claimant>>);

impl Turn {
    fn call(self) {
        if let Some(pool) = self.0 {
            pool.token_is_free();
        }
    }
}

/// A pool thread's hold on the budget. A pool without a budget has a hold that always succeeds.
pub(super) struct Hold {
    claim: Option<(&'static Budget, Arc<dyn Claimant>)>,
    held: bool,
    /// Whether this thread may have put its pool on the waiting list.
    waits: bool,
    /// Pools to call once the thread's own pool is unlocked.
    turn: Turn,
}

impl Hold {
    pub(super) fn new(claim: Option<(&'static Budget, Arc<dyn Claimant>)>) -> Self {
        Self { claim, held: false, waits: false, turn: Turn(None) }
    }

    /// Takes a token unless this thread has one. Called under the pool's lock; `unlocked` must follow.
    pub(super) fn take(&mut self) -> bool {
        let Some((budget, pool)) = &self.claim else { return true };
        if !self.held {
            (self.held, self.turn) = budget.take_or_wait(pool);
            self.waits = !self.held;
        }
        self.held
    }

    /// The pool has nothing to run: it waits for no token. Called under the pool's lock; `unlocked` must follow.
    pub(super) fn rest(&mut self) {
        if let (Some((budget, pool)), true) = (&self.claim, self.waits) {
            self.waits = false;
            self.turn = budget.withdraw(pool);
        }
    }

    /// Calls the pool whose turn it became. Called without the pool's lock.
    pub(super) fn unlocked(&mut self) {
        std::mem::replace(&mut self.turn, Turn(None)).call();
    }

    /// Whether a token is to be put down, or another pool called.
    pub(super) fn owes(&self) -> bool {
        self.held || self.turn.0.is_some()
    }

    /// Whether another pool should have the token: asked between two tasks, and by helpers between two blocks.
    pub(super) fn is_wanted(&self) -> bool {
        self.held && self.claim.as_ref().is_some_and(|(budget, _)| budget.is_contended())
    }

    /// Gives the token back. Called without the pool's lock.
    pub(super) fn put_down(&mut self) {
        if let (Some((budget, _)), true) = (&self.claim, self.held) {
            self.held = false;
            budget.give_back().call();
        }
    }
}

/// The budget of this process: `OFFLOOP_THREADS`, or the cores that the process may use (its affinity and cgroup quota
/// counted) less one for the event loop.
pub fn shared() -> Result<&'static Budget, TaskError> {
    static SHARED: OnceLock<Result<Budget, TaskError>> = OnceLock::new();
    let made = SHARED.get_or_init(|| {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let tokens = tokens_from(std::env::var(VARIABLE).ok().as_deref(), cores)?;
        Ok(Budget::new(tokens))
    });
    made.as_ref().map_err(Clone::clone)
}

fn tokens_from(variable: Option<&str>, cores: usize) -> Result<usize, TaskError> {
    let Some(text) = variable.filter(|text| !text.is_empty()) else {
        return Ok(cores.saturating_sub(1).max(1));
    };
    text.trim().parse().ok().filter(|tokens| (1..=MAX_THREADS).contains(tokens)).ok_or_else(|| {
        let expected = format!("an integer from 1 to {MAX_THREADS}");
        TaskError::expected(Code::InvalidArgValue, VARIABLE, &expected, &format!("`{text}`"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_core_is_left_to_the_loop() {
        assert_eq!(tokens_from(None, 8), Ok(7));
        assert_eq!(tokens_from(None, 1), Ok(1));
        assert_eq!(tokens_from(Some(""), 4), Ok(3));
    }

    #[test]
    fn the_variable_overrides_and_is_checked() {
        assert_eq!(tokens_from(Some("12"), 2), Ok(12));
        for bad in ["0", "-1", "1.5", "many", "1025"] {
            let error = tokens_from(Some(bad), 2).unwrap_err();
            assert_eq!(error.code, Code::InvalidArgValue);
            assert!(error.message.contains(bad), "{}", error.message);
        }
    }

    #[test]
    fn a_token_goes_to_the_pool_that_waited_longest() {
        struct Pool(Mutex<usize>);
        impl Claimant for Pool {
            fn token_is_free(&self) {
                *lock(&self.0) += 1;
            }
        }
        let budget: &'static Budget = Box::leak(Box::new(Budget::new(1)));
        let pools: Vec<Arc<Pool>> = (0..3).map(|_| Arc::new(Pool(Mutex::new(0)))).collect();
        let mut holds: Vec<Hold> =
            pools.iter().map(|pool| Hold::new(Some((budget, Arc::<Pool>::clone(pool))))).collect();
        let called = || pools.iter().map(|pool| *lock(&pool.0)).collect::<Vec<_>>();
        assert!(holds[0].take());
        assert!(!holds[1].take() && !holds[2].take() && !holds[1].take());
        assert!(holds[0].is_wanted());
        holds[0].put_down();
        assert_eq!(called(), [0, 1, 0]);
        assert!(!holds[0].take(), "who gave the token back queues behind those who wait");
        holds[1].rest();
        holds[1].unlocked();
        assert_eq!(called(), [0, 1, 1], "a pool that wants none any more lets the next one have its turn");
        assert!(holds[2].take());
        holds[2].put_down();
        assert_eq!(called(), [1, 1, 1]);
        assert!(holds[0].take());
        assert!(!holds[0].is_wanted());
        holds[0].put_down();
        assert_eq!(budget.in_use(), 0);
    }
}
