//! offloop takes heavy work off Node's event loop.
//!
//! | module | owns | runs on |
//! |---|---|---|
//! | `engine` | tasks on their way: queue, threads, cancelling, time, the CPU budget | any thread; its own do the work |
//! | `tasks` | what is computed: a file or a folder for each family of tasks | the thread that the engine gives them |
//! | `process` | child processes: their start, pipes, signals and end | a thread of its own, for all of them |
//! | `shared` | locks, channels and counters in memory that threads and processes share | any thread, and one that waits for others |
//! | `binding` | the bridge to JavaScript, and all that knows napi | the JS thread of its environment |
//!
//! `engine` knows nothing of `tasks`, and neither knows of `binding`: both are tested without Node. `ARCHITECTURE.md` has
//! a picture of the threads, and `engine/README.md` the life of a ticket.

pub mod engine;
#[cfg(unix)]
pub mod process;
pub mod shared;
pub mod tasks;

mod binding;
