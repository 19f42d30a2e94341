//! `image.metadata`: what the header of an image says, without decoding it; and the EXIF that goes into a result.

use super::decode::Header;
use super::encode::Extras;

pub(super) fn orientation_of(_exif: &[u8]) -> u8 {
    unimplemented!()
}

pub(super) fn density_of(_exif: &[u8]) -> Option<f64> {
    unimplemented!()
}

/// What goes into a result beside its pixels when metadata is kept: EXIF with the orientation upright if the picture was
/// turned, XMP, the resolution.
pub(super) fn kept(_header: &Header, _turned: bool) -> Extras {
    unimplemented!("metadata")
}
