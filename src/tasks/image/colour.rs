//! Colour profiles: what the samples of a file mean, taken to sRGB by moxcms.
//!
//! Runs on: the thread of the task and every idle thread, in bands.

use super::decode::{Header, Space};
use super::raster::Picture;
use crate::engine::{Context, TaskError};

/// Whether the samples are sRGB already, as far as anybody can tell: no profile, one that is sRGB, or one that is broken.
pub(super) fn is_srgb(_header: &Header) -> bool {
    unimplemented!("colour")
}

/// The picture in sRGB. `ignore_icc`: by the rules for pictures without a profile. A broken profile is as good as none.
pub(super) fn to_srgb(
    _picture: Picture,
    _header: &Header,
    _ignore_icc: bool,
    _context: &Context<'_>,
) -> Result<Picture, TaskError> {
    unimplemented!("colour")
}

/// The name of a space as sharp's `metadata()` gives it.
pub(super) fn name_of(_space: Space, _depth: u8) -> &'static str {
    unimplemented!("colour")
}

/// The profile that goes into a result whose samples stay in it.
pub(super) fn kept_profile(_header: &Header) -> Option<Vec<u8>> {
    unimplemented!("colour")
}
