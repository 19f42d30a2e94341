//! Child processes, driven from a thread of their own, so that the event loop neither starts nor reads nor waits for one.
//!
//! | module | owns |
//! |---|---|
//! | `plan` | what is to be started, as the JS layer wrote it |
//! | `program` | which file a name stands for |
//! | `launch` | starting a program without copying this process |
//! | `life` | one child from its start to its end: limits, signals, what is told of it |
//! | `output`, `input`, `channel` | its pipes, and the channel to a Node script |
//! | `watch` | when it has exited |
//! | `group` | its descendants, and those who must not outlive this process |
//! | `runtime` | the thread |
//!
//! Knows nothing of napi; `binding/process.rs` hands events to JavaScript. Unix only.

mod channel;
mod group;
mod input;
mod launch;
mod life;
mod output;
mod plan;
mod program;
mod runtime;
mod watch;

#[cfg(test)]
mod tests;

pub use group::end_all;
pub use life::{Cause, Command, Event, Events, Remote, Report, start};
pub use plan::{Plan, Stdio};
pub use watch::Exit;
