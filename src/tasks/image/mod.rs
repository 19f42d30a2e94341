//! `image.process`: decodes a picture, changes it, and encodes it again.
//!
//! Runs on: the thread of the task; the work on pixels also on idle threads of the pool. In the order in which they run:
//! `request` (what the caller wrote), `source`, `decode`, `view` and `fit` (what that means for this picture), `pipeline`
//! with `colour` and `ops`, or `planar` for photos that stay in planes, `encode`. `raster`, `planes` and `memory` hold the
//! pixels.

mod codecs;
mod colour;
mod decode;
mod encode;
mod exif;
mod fit;
mod layers;
#[cfg(feature = "turbo")]
mod libjpeg;
mod limits;
mod memory;
mod metadata;
mod ops;
mod pipeline;
mod planar;
mod planes;
mod process;
mod raster;
mod request;
mod source;
mod stats;
pub(super) mod still;
#[cfg(test)]
mod tests;
mod turn;
mod view;

pub use self::codecs::Codecs;
pub(super) use self::metadata::Metadata;
pub(super) use self::process::Process;
pub(super) use self::stats::Stats;
