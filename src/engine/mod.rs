//! The scheduler. Free of napi: everything here is tested with `cargo test`, without Node.

mod backlog;
mod binary;
mod blocks;
pub mod budget;
mod cancel;
mod crew;
mod error;
mod nice;
mod one_off;
mod pool;
mod progress;
mod queue;
pub mod registry;
mod sink;
mod stats;
mod sync;
mod task;
mod ticket;
mod timekeeper;

#[cfg(test)]
mod tests;

pub use binary::{Binary, Element, Lease};
pub use budget::{Budget, MAX_THREADS};
pub use cancel::{Cancel, CancelToken, Reason};
pub use crew::{Answer, Call, Crew, CrewConfig, CrewSink, Dismissed, Input, News, Order, Take};
pub use error::{Code, TaskError};
pub use one_off::OneOff;
pub use pool::{Pool, PoolConfig};
pub use progress::Report;
pub use sink::{Outcome, Sink};
pub use stats::Stats;
pub use task::{Context, Entry, Output, Payload, Schema, Task, Value, is_decoding_in_vain};
pub use ticket::{Job, Ticket};
