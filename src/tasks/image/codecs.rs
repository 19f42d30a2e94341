//! What this build can do with images, for `info()`.

use serde::Serialize;

#[derive(Serialize)]
pub struct Codecs {
    /// `mozjpeg`, with SIMD, or `rust`, which is slower.
    jpeg: &'static str,
    /// Formats that are read.
    input: Vec<&'static str>,
    /// Formats that are written.
    output: Vec<&'static str>,
}

impl Codecs {
    pub fn of_this_build() -> Self {
        Self {
            jpeg: if cfg!(feature = "turbo") { "mozjpeg" } else { "rust" },
            input: vec!["jpeg", "png", "webp", "gif", "tiff", "bmp", "ico"],
            output: vec!["jpeg", "png", "webp", "gif", "tiff", "raw"],
        }
    }
}
