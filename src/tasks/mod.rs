//! Every native task there is. One file or folder per family; a new task is its file and one line in `ALL`.

mod noop;

use crate::engine::Entry;

/// The registry, in the order in which `tasks()` lists it.
pub static ALL: &[Entry] = &[noop::ENTRY];
