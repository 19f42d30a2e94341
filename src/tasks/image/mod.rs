//! `image.process`: decodes a picture, changes it, and encodes it again.
//!
//! Runs on: the thread of the task; the work on pixels also on idle threads of the pool. In the order in which they run:
//! `request` (what the caller wrote), `decode`, `plan` (what that means for this picture), `pipeline` with `colour`, `ops` and
//! `planes`, `encode`. `raster` and `memory` hold the pixels.

mod colour;
mod decode;
mod encode;
mod memory;
mod metadata;
mod ops;
mod planes;
mod raster;
mod request;
mod stats;
