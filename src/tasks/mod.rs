//! Every native task there is. One file or folder per family; a new task is its file and one line in `ALL`.

mod atomics;
mod digest;
mod fault;
mod file;
mod image;
mod noop;
mod numeric;
mod pdf;

pub use self::image::Codecs;
use crate::engine::Entry;

/// The registry, in the order in which `tasks()` lists it.
pub static ALL: &[Entry] = &[
    Entry::of::<atomics::Increment>(),
    Entry::of::<digest::Hash>(),
    Entry::of::<fault::Fault>(),
    Entry::of::<image::Metadata>(),
    Entry::of::<image::Process>(),
    Entry::of::<image::Stats>(),
    noop::ENTRY,
    Entry::of::<numeric::Reduce>(),
    Entry::of::<pdf::MakeDocument>(),
    Entry::of::<pdf::MakeDrawing>(),
];
