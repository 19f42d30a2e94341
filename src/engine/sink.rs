//! Where the engine tells what became of its tasks: the side of whoever uses it.
//!
//! Called from: any thread. The binding's is `Completions`.

use super::error::TaskError;
use super::progress::Report;
use super::task::Output;

/// How a task ended.
pub type Outcome = Result<Output, TaskError>;

/// Where outcomes go. Called from any thread; must not block for long.
pub trait Sink: Send + Sync {
    /// The task in `slot` has ended. Called exactly once for each ticket.
    fn settle(&self, slot: u32, outcome: Outcome);
    /// The task in `slot` has been started: told of those only whose caller asked for it.
    fn started(&self, slot: u32);
    /// The task in `slot` is this far. Never called after its `settle`.
    fn progress(&self, slot: u32, report: Report);
    /// A queue whose owner asked to be told has room again.
    fn room(&self, pool: u32);
}
