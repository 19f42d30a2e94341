use super::{Ask, Decoded, Header};
use crate::engine::{Context, TaskError};

pub(super) fn header(_bytes: &[u8], _context: &Context<'_>) -> Result<Header, TaskError> {
    unimplemented!("png")
}

pub(super) fn decode(
    _header: &Header,
    _bytes: &[u8],
    _ask: &Ask,
    _context: &Context<'_>,
) -> Result<Decoded, TaskError> {
    unimplemented!("png")
}
