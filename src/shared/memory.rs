//! What the algorithms stand on: atomic words, and waiting for one to change. `os::Real` is the memory of this machine; the
//! tests have a model of it by loom.

use std::time::Duration;

/// An atomic word. All operations are sequentially consistent.
pub trait Word<T> {
    fn load(&self) -> T;
    fn store(&self, value: T);
    /// Adds, and wraps at the end of the range. The value before.
    fn add(&self, value: T) -> T;
    /// Writes `new` where `old` is, or says what is there.
    fn replace(&self, old: T, new: T) -> Result<(), T>;
}

pub trait Memory: 'static {
    type Word32: Word<u32>;
    type Word64: Word<u64>;

    /// How often it is looked again for what may be there in a moment, after 1, 2, 4, 8 … pauses of the processor.
    const SPINS: u32;

    /// Orders what this thread did with what it does, where sequentially consistent operations do not: in models.
    fn fence() {}

    /// Blocks while the word is `seen`, for `limit` at most. May return early.
    fn wait(word: &Self::Word32, seen: u32, limit: Duration);

    /// Wakes so many who wait on the word, in whatever process.
    fn wake(word: &Self::Word32, count: u32);
}
