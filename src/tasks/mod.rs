//! Every native task there is. One file or folder per family; a new task is its file and one line in `ALL`.

mod fault;
mod noop;

use crate::engine::Entry;

/// The registry, in the order in which `tasks()` lists it.
pub static ALL: &[Entry] = &[Entry::of::<fault::Fault>(), noop::ENTRY];
