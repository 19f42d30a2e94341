//! Memory that is used in a circle.

use std::ptr;

/// Bytes at positions that count on for ever; each lies at its position modulo the length.
#[derive(Clone, Copy)]
pub struct Area {
    at: *mut u8,
    len: u64,
}

impl Area {
    /// # Safety
    /// `len` bytes may be read and written there for as long as the value is used, by those alone to whom the positions that
    /// they use belong.
    pub unsafe fn new(at: *mut u8, len: usize) -> Self {
        Self { at, len: len as u64 }
    }

    pub(super) fn len(self) -> u64 {
        self.len
    }

    /// How many bytes lie together from a position on, of `len` that are wanted.
    fn together(self, position: u64, len: usize) -> (usize, usize) {
        let start = position % self.len;
        (start as usize, len.min((self.len - start) as usize))
    }

    /// # Safety
    /// `len` bytes can be read at `from`, `len` is not more than there is, and the positions are the caller's.
    pub(super) unsafe fn put(self, position: u64, from: *const u8, len: usize) {
        let (start, first) = self.together(position, len);
        // SAFETY: both parts are within the area, and the caller vouches for the rest.
        unsafe {
            ptr::copy_nonoverlapping(from, self.at.add(start), first);
            ptr::copy_nonoverlapping(from.add(first), self.at, len - first);
        }
    }

    /// # Safety
    /// As for `put`, with `to` for `from`, to be written.
    pub(super) unsafe fn take(self, position: u64, to: *mut u8, len: usize) {
        let (start, first) = self.together(position, len);
        // SAFETY: as above.
        unsafe {
            ptr::copy_nonoverlapping(self.at.add(start), to, first);
            ptr::copy_nonoverlapping(self.at, to.add(first), len - first);
        }
    }
}
