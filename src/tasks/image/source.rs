//! The bytes of an image, from wherever the caller has it.

use std::borrow::Cow;

use super::request::Source;
use crate::engine::{Context, TaskError};

pub(super) fn read<'a>(_source: &'a Source, _context: &Context<'_>) -> Result<Cow<'a, [u8]>, TaskError> {
    unimplemented!("source")
}
