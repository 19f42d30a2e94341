//! The only code that knows napi. It converts and forwards; it decides nothing.

#![allow(unreachable_pub, reason = "what napi exports is `pub` for napi's macros")]
#![cfg_attr(test, allow(dead_code, reason = "a test binary registers no exports"))]

// The first: napi's macro knows the name that JavaScript has for it only once it has read the struct, and `one_off` has an
// `impl` for it.
mod session;

mod catalog;
#[cfg(unix)]
mod children;
mod completions;
mod crew;
mod exit;
mod inline;
mod one_off;
mod pool;
mod remote_seat;
mod seat;
mod shared;
mod values;
mod wake;
