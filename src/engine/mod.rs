//! The scheduler. Free of napi: everything here is tested with `cargo test`, without Node.

mod binary;
mod blocks;
mod cancel;
mod error;
mod progress;
mod sync;
mod task;

pub use binary::{Binary, Element, Lease};
pub use cancel::{CancelToken, Reason};
pub use error::{Code, TaskError};
pub use progress::{Progress, Report};
pub use task::{Context, Entry, Output, Payload, Schema, Task, Value, got};
