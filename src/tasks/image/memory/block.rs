//! A block of memory, from the allocator or, when it is large, straight from the system in huge pages: a photo of
//! 24 megapixels lies in 18,000 small pages, which take tens of milliseconds to be given and as long to be taken back.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ptr::NonNull;

/// Every block is aligned for any sample and for the widest vector instructions.
#[repr(align(64))]
struct Aligned;

/// Memory that is freed when it is dropped. All bytes are zero at first.
pub(super) struct Block {
    at: NonNull<u8>,
    /// In bytes; 0 for no memory.
    capacity: usize,
}

// SAFETY: a block owns its memory, like a `Box`.
unsafe impl Send for Block {}
// SAFETY: nothing is written through a shared block.
unsafe impl Sync for Block {}

impl Block {
    pub(super) const NONE: Self = Self { at: NonNull::<Aligned>::dangling().cast(), capacity: 0 };

    /// `None` where the system has no memory for it.
    pub(super) fn new(capacity: usize) -> Option<Self> {
        if capacity == 0 {
            return Some(Self::NONE);
        }
        if capacity >= pages::LARGE {
            return Some(Self { at: pages::take(capacity)?, capacity });
        }
        let layout = Layout::from_size_align(capacity, align_of::<Aligned>()).ok()?;
        // SAFETY: the layout has a size, since `capacity` is not 0.
        let at = NonNull::new(unsafe { alloc_zeroed(layout) })?;
        Some(Self { at, capacity })
    }

    /// In bytes.
    pub(super) fn capacity(&self) -> usize {
        self.capacity
    }

    pub(super) fn start(&self) -> *mut u8 {
        self.at.as_ptr()
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        match self.capacity {
            0 => {}
            pages::LARGE.. => {
                // SAFETY: `new` took it with this length, and it is given back once, here.
                unsafe { pages::give_back(self.at, self.capacity) };
            }
            _ => {
                let layout =
                    Layout::from_size_align(self.capacity, align_of::<Aligned>()).expect("it was allocated with it");
                // SAFETY: `new` allocated it with this layout, and it is freed once, here.
                unsafe { dealloc(self.at.as_ptr(), layout) };
            }
        }
    }
}

/// Memory of whole huge pages, which Linux gives to who asks for them (`transparent_hugepage` is `madvise` or `always`). Where
/// it has none, the pages are small.
#[cfg(target_os = "linux")]
mod pages {
    use std::ptr::{NonNull, null_mut};

    /// The least size of a block that is worth it.
    pub(super) const LARGE: usize = 4 * HUGE;

    /// The size of a huge page on x64 and, with small pages of 4 KiB, on arm64.
    const HUGE: usize = 2 << 20;

    pub(super) fn take(capacity: usize) -> Option<NonNull<u8>> {
        let len = rounded(capacity)?;
        // What is there before the first huge page, and behind the last one, goes back at once.
        let reserved = len.checked_add(HUGE)?;
        // SAFETY: fresh memory at a place of the system's choice takes nothing from anybody.
        let start = unsafe {
            libc::mmap(
                null_mut(),
                reserved,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
                -1,
                0,
            )
        };
        if start == libc::MAP_FAILED {
            return None;
        }
        let before = start.align_offset(HUGE);
        // SAFETY: `before` is at most `HUGE`, so all three places are within what was mapped or at its end, and nobody uses
        // what is unmapped. Advice changes no memory.
        unsafe {
            let at = start.byte_add(before);
            if before > 0 {
                libc::munmap(start, before);
            }
            if before < HUGE {
                libc::munmap(at.byte_add(len), HUGE - before);
            }
            libc::madvise(at, len, libc::MADV_HUGEPAGE);
            NonNull::new(at.cast())
        }
    }

    /// # Safety
    ///
    /// `at` came from `take` with this capacity, and is used no more.
    pub(super) unsafe fn give_back(at: NonNull<u8>, capacity: usize) {
        let len = rounded(capacity).expect("it was taken with it");
        // SAFETY: this is what `take` has left mapped.
        unsafe { libc::munmap(at.as_ptr().cast(), len) };
    }

    fn rounded(capacity: usize) -> Option<usize> {
        capacity.checked_next_multiple_of(HUGE)
    }
}

/// Elsewhere all blocks are the allocator's.
#[cfg(not(target_os = "linux"))]
mod pages {
    use std::ptr::NonNull;

    pub(super) const LARGE: usize = usize::MAX;

    pub(super) fn take(_capacity: usize) -> Option<NonNull<u8>> {
        None
    }

    /// # Safety
    ///
    /// `take` gives nothing that could come back.
    pub(super) unsafe fn give_back(_at: NonNull<u8>, _capacity: usize) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_block_is_zero_and_writable_up_to_its_end() {
        for capacity in [1, 4096, (8 << 20) - 1, 8 << 20, (8 << 20) + 1, 50_000_000] {
            let block = Block::new(capacity).unwrap();
            assert_eq!((block.capacity(), block.start().addr() % align_of::<Aligned>()), (capacity, 0));
            // SAFETY: the block has so many initialised bytes.
            let bytes = unsafe { std::slice::from_raw_parts_mut(block.start(), capacity) };
            assert!(bytes.iter().all(|byte| *byte == 0));
            bytes.fill(7);
        }
    }
}
