//! A photo as JPEG keeps it: brightness and two colour differences, each in its own resolution. What goes from JPEG to JPEG
//! or WebP and is only resized, turned or cut never becomes RGB: half the samples, and no conversion either way.

use super::raster::Raster;

/// Y, Cb and Cr in full range (JFIF), all one channel of 8 bits. The chroma planes have the same size, which may be that of
/// the luma plane or half of it, rounded up, along each axis.
#[derive(Debug)]
pub(super) struct Planes {
    pub(super) y: Raster<u8>,
    pub(super) cb: Raster<u8>,
    pub(super) cr: Raster<u8>,
}
