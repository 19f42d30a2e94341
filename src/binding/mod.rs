//! The only code that knows napi. It converts and forwards; it decides nothing.

#![allow(unreachable_pub, reason = "what napi exports is `pub` for napi's macros")]
#![cfg_attr(test, allow(dead_code, reason = "a test binary registers no exports"))]

mod catalog;
mod completions;
mod crew;
mod exit;
mod inline;
mod one_off;
mod pool;
mod seat;
mod session;
mod values;
mod wake;
