//! The memory of images: large buffers that a thread keeps for the next image, up to a cap, so that a service that works
//! for days neither pays for fresh pages with every picture nor grows; and a budget for all images in flight.
//!
//! Runs on: the thread of the task. A buffer goes back to the thread that drops it.

mod block;
mod budget;

use std::cell::RefCell;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use self::block::Block;
pub(super) use self::budget::reserve;

/// What a thread keeps, in bytes: the planes of a photo of 12 megapixels.
const KEPT: usize = 48 << 20;
/// Smaller buffers are the allocator's business.
const SMALL: usize = 64 << 10;

/// Samples of an image. All bytes are always initialised.
pub(super) struct Samples<T> {
    block: Block,
    len: usize,
    of: PhantomData<T>,
}

thread_local! {
    static SPARE: RefCell<Vec<Block>> = const { RefCell::new(Vec::new()) };
}

/// The smallest spare block of this thread that is large enough and not far too large.
fn spare(bytes: usize) -> Option<Block> {
    if bytes < SMALL {
        return None;
    }
    SPARE.with_borrow_mut(|spare| {
        let fitting = (0..spare.len()).filter(|i| (bytes..=bytes.saturating_mul(2)).contains(&spare[*i].capacity()));
        let best = fitting.min_by_key(|i| spare[*i].capacity())?;
        Some(spare.remove(best))
    })
}

/// Types of which every bit pattern is a value.
pub(super) trait Plain: Copy + 'static {}
impl Plain for u8 {}
impl Plain for u16 {}
impl Plain for f32 {}

/// The bytes of samples, in the order of the machine.
pub(super) fn bytes_of<T: Plain>(samples: &[T]) -> &[u8] {
    // SAFETY: a slice of plain samples is as many initialised bytes, and bytes have no alignment.
    unsafe { std::slice::from_raw_parts(samples.as_ptr().cast(), size_of_val(samples)) }
}

/// The same, to be written: every bit pattern is a sample.
pub(super) fn bytes_of_mut<T: Plain>(samples: &mut [T]) -> &mut [u8] {
    // SAFETY: as above, and the samples are borrowed exclusively.
    unsafe { std::slice::from_raw_parts_mut(samples.as_mut_ptr().cast(), size_of_val(samples)) }
}

impl<T: Plain> Samples<T> {
    /// So many zeros, or `None` where the system has no memory for them: `vec!` would end the process. The pages of
    /// fresh memory are not touched before they are used.
    pub(super) fn zeroed(len: usize) -> Option<Self> {
        let mut samples = Self::recycled(len)?;
        if let Some(old) = samples.1 {
            bytes_of_mut(&mut samples.0)[..old].fill(0);
        }
        Some(samples.0)
    }

    /// So many samples of any value: for buffers that are written over from end to end.
    pub(super) fn of_len(len: usize) -> Option<Self> {
        Some(Self::recycled(len)?.0)
    }

    /// The samples, and how many of their bytes are not zero for certain.
    fn recycled(len: usize) -> Option<(Self, Option<usize>)> {
        let bytes = len.checked_mul(size_of::<T>())?;
        if let Some(block) = spare(bytes) {
            return Some((Self { block, len, of: PhantomData }, Some(bytes)));
        }
        let block = Block::new(bytes)?;
        Some((Self { block, len, of: PhantomData }, None))
    }

    pub(super) fn from_slice(slice: &[T]) -> Option<Self> {
        let mut samples = Self::of_len(slice.len())?;
        samples.copy_from_slice(slice);
        Some(samples)
    }
}

impl<T: Plain> Deref for Samples<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        // SAFETY: the block has `len` initialised samples, aligned to more than `T` needs, and every bit pattern is one.
        unsafe { std::slice::from_raw_parts(self.block.start().cast(), self.len) }
    }
}

impl<T: Plain> DerefMut for Samples<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: as above, and the block is borrowed exclusively.
        unsafe { std::slice::from_raw_parts_mut(self.block.start().cast(), self.len) }
    }
}

impl<T> Drop for Samples<T> {
    fn drop(&mut self) {
        if self.block.capacity() < SMALL {
            return;
        }
        let block = std::mem::replace(&mut self.block, Block::NONE);
        // A thread that ends has no spare blocks any more: then the block is freed.
        let _ = SPARE.try_with(|spare| {
            let mut spare = spare.borrow_mut();
            spare.push(block);
            // The oldest go first.
            while spare.iter().map(|block| block.capacity()).sum::<usize>() > KEPT {
                spare.remove(0);
            }
        });
    }
}

impl<T: Plain + std::fmt::Debug> std::fmt::Debug for Samples<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} samples", self.len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recycled_buffer_is_zero_again() {
        let len = 100_000;
        let mut first = Samples::<u8>::zeroed(len).unwrap();
        first.fill(7);
        let at = first.as_ptr();
        drop(first);
        let again = Samples::<u8>::zeroed(len).unwrap();
        assert_eq!(again.as_ptr(), at);
        assert!(again.iter().all(|sample| *sample == 0));
    }

    #[test]
    fn what_a_thread_keeps_is_capped() {
        let all: Vec<_> = (0..4).map(|_| Samples::<u16>::zeroed(KEPT / 4).unwrap()).collect();
        drop(all);
        let kept = SPARE.with_borrow(|spare| spare.iter().map(|block| block.capacity()).sum::<usize>());
        assert!(kept <= KEPT && kept > 0, "{kept}");
    }

    #[test]
    fn memory_that_is_not_there_is_none() {
        assert!(Samples::<u8>::zeroed(usize::MAX).is_none());
        assert!(Samples::<u16>::zeroed(usize::MAX / 2).is_none());
        assert_eq!(Samples::<u16>::zeroed(0).unwrap().len(), 0);
    }
}
