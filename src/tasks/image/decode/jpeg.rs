use super::{Ask, Decoded, Header};
use crate::engine::{Context, TaskError};

pub(super) fn header(_bytes: &[u8], _context: &Context<'_>) -> Result<Header, TaskError> {
    unimplemented!("jpeg")
}

pub(super) fn decode(
    _header: &Header,
    _bytes: &[u8],
    _ask: &Ask,
    _context: &Context<'_>,
) -> Result<Decoded, TaskError> {
    unimplemented!("jpeg")
}

pub(in crate::tasks::image) fn decode_planes(
    _header: &Header,
    _bytes: &[u8],
    _ask: &Ask,
    _context: &Context<'_>,
) -> Result<Option<crate::tasks::image::planes::Planes>, TaskError> {
    unimplemented!("jpeg")
}
