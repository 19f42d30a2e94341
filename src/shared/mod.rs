//! State that threads and processes share: locks, channels and counters in memory that is a SharedArrayBuffer, or a region
//! of the operating system's. Every algorithm works on words in that memory and nothing else, so that JavaScript threads,
//! Rust threads and other processes can use one and the same.
//!
//! Runs on: any thread. Nothing here blocks but `Memory::wait`; what cannot be done at once says on which event to wait
//! (`Attempt::Wait`), and is then attempted again. Who blocks, who is told by the `watch`, and for how long, is decided by
//! who calls.
//!
//! Zeroed memory is every object's first state, so nobody has to be the first.

mod area;
mod attempt;
mod barrier;
mod channel;
mod event;
mod limiter;
mod map;
mod memory;
mod mutex;
mod once;
mod os;
mod owner;
pub mod parking;
#[cfg(unix)]
mod region;
mod ring;
mod rwlock;
mod semaphore;
pub mod watch;

#[cfg(all(test, not(miri)))]
mod loom_tests;
#[cfg(test)]
mod real_tests;

pub use area::Area;
pub use attempt::Attempt;
pub use barrier::Barrier;
pub use channel::{Channel, Message, Sent};
pub use event::{ALL, Event};
pub use limiter::RateLimiter;
pub use map::{Access, Found, SharedMap, Slots, Stored, TooLong};
pub use memory::{Memory, Word};
pub use mutex::{Mutex, Taken};
pub use once::{Once, Turn};
pub use os::{Real, now};
pub use owner::{Owner, is_alive, me};
#[cfg(unix)]
pub use region::{Refused, Region};
pub use ring::RingBuffer;
pub use rwlock::RwLock;
pub use semaphore::Semaphore;
