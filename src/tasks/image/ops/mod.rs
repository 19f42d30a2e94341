//! What can be done to a picture: a file for each family of operations. All of them are generic over the depth, work in bands
//! of rows on every idle thread, and stop between two bands when the task is cancelled.

pub(super) mod alpha;
pub(super) mod composite;
pub(super) mod filter;
pub(super) mod geometry;
pub(super) mod interest;
pub(super) mod lab;
pub(super) mod median;
pub(super) mod resize;
pub(super) mod rotate;
pub(super) mod sharpen;
pub(super) mod tone;
pub(super) mod trim;
