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
        let avif = cfg!(feature = "avif").then_some("avif");
        let with_avif = |formats: &[&'static str]| formats.iter().copied().chain(avif).collect();
        Self {
            jpeg: if cfg!(feature = "turbo") { "mozjpeg" } else { "rust" },
            input: with_avif(&["jpeg", "png", "webp", "gif", "tiff", "bmp", "ico"]),
            output: with_avif(&["jpeg", "png", "webp", "gif", "tiff", "raw"]),
        }
    }
}
