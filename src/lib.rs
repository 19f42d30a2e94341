//! offloop takes heavy work off Node's event loop.

pub mod engine;
pub mod tasks;

mod binding;
