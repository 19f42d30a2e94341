//! Rate limiters.

use napi::bindgen_prelude::*;
use napi_derive::napi;

use crate::shared::{RateLimiter, Real, now};

use super::Words;

const NANOS_PER_MS: f64 = 1e6;

#[napi(js_name = "SharedRateLimiter")]
pub struct RateLimiterHandle {
    limiter: &'static RateLimiter<Real>,
    /// Nanoseconds for a token.
    interval: u64,
    burst: u64,
}

#[napi]
impl RateLimiterHandle {
    #[napi(constructor)]
    pub fn new(env: Env, memory: Unknown<'_>, ms_per_token: f64, burst: f64) -> Result<Self> {
        let limiter = Words::of(env, memory)?.part()?.0;
        Ok(Self { limiter, interval: (ms_per_token * NANOS_PER_MS).max(1.0) as u64, burst: burst as u64 })
    }

    /// 0, or in how many milliseconds there are so many tokens.
    #[napi]
    pub fn take(&self, tokens: f64) -> f64 {
        let taken = self.limiter.take(now(), self.interval, self.burst, tokens as u64);
        taken.map_or_else(|nanos| nanos as f64 / NANOS_PER_MS, |()| 0.0)
    }

    #[napi]
    pub fn available(&self) -> f64 {
        self.limiter.available(now(), self.interval, self.burst) as f64
    }

    #[napi]
    pub fn reset(&self) {
        self.limiter.reset();
    }
}
