//! What the fuzz targets share: how a task is run and what must hold of its result, how an image of a format is read,
//! and how bytes become a request.
//!
//! All of it goes through the registry of tasks, as a call from JavaScript does.

mod decoding;
mod outcome;
mod request;

pub use self::decoding::{Format, decode};
pub use self::request::process;
