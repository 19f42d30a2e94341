//! A token bucket in one word, by the generic cell rate algorithm (ITU-T I.371): the word is when the bucket is full again.

use super::memory::{Memory, Word};

#[repr(C)]
pub struct RateLimiter<M: Memory> {
    full_at: M::Word64,
}

impl<M: Memory> RateLimiter<M> {
    #[cfg(test)]
    pub(super) fn of(full_at: M::Word64) -> Self {
        Self { full_at }
    }

    /// Takes `tokens`, of which there is a new one every `interval`, and `burst` at most. All times are in nanoseconds on the
    /// same clock. `Err` is how long until there are so many.
    pub fn take(&self, now: u64, interval: u64, burst: u64, tokens: u64) -> Result<(), u64> {
        let (cost, room) = (interval.saturating_mul(tokens), interval.saturating_mul(burst));
        let mut full_at = self.full_at.load();
        loop {
            let next = full_at.max(now).saturating_add(cost);
            let latest = now.saturating_add(room);
            if next > latest {
                return Err(next - latest);
            }
            match self.full_at.replace(full_at, next) {
                Ok(()) => return Ok(()),
                Err(other) => full_at = other,
            }
        }
    }

    /// How many tokens are there.
    pub fn available(&self, now: u64, interval: u64, burst: u64) -> u64 {
        let missing = self.full_at.load().saturating_sub(now);
        interval.saturating_mul(burst).saturating_sub(missing) / interval.max(1)
    }

    /// Fills the bucket.
    pub fn reset(&self) {
        self.full_at.store(0);
    }
}
