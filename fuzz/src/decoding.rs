//! Bytes that begin as an image of a format does, read in every way that there is.

use offloop::engine::Binary;
use serde_json::{Value, json};

use crate::outcome::{OF_IMAGES, check_processed, number, run};

/// The most pixels of a picture: what is larger says nothing new, and takes long.
const LIMIT: u64 = 1 << 20;

/// A format, and how its files begin: at each place these bytes. The first is forced on what begins in no such way.
pub struct Format {
    signatures: &'static [&'static [(usize, &'static [u8])]],
}

impl Format {
    pub const JPEG: Self = Self { signatures: &[&[(0, &[0xff, 0xd8, 0xff])]] };
    pub const PNG: Self = Self { signatures: &[&[(0, b"\x89PNG\r\n\x1a\n")]] };
    pub const WEBP: Self = Self { signatures: &[&[(0, b"RIFF"), (8, b"WEBP")]] };
    pub const GIF: Self = Self { signatures: &[&[(0, b"GIF89a")], &[(0, b"GIF87a")]] };
    pub const TIFF: Self =
        Self { signatures: &[&[(0, b"II*\0")], &[(0, b"MM\0*")], &[(0, b"II+\0")], &[(0, b"MM\0+")]] };
    pub const BMP: Self = Self { signatures: &[&[(0, b"BM")]] };
    pub const ICO: Self = Self { signatures: &[&[(0, &[0, 0, 1, 0])]] };

    fn signed(&self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        let has = |parts: &[(usize, &[u8])]| {
            parts.iter().all(|(at, part)| bytes.get(*at..).is_some_and(|rest| rest.starts_with(part)))
        };
        if !self.signatures.iter().any(|signature| has(signature)) {
            for (at, part) in self.signatures[0] {
                let end = at + part.len();
                bytes.resize(bytes.len().max(end), 0);
                bytes[*at..end].copy_from_slice(part);
            }
        }
        bytes
    }
}

/// Reads the header, counts the pixels, and decodes: all pages at full size, and the first one to be small.
pub fn decode(format: &Format, bytes: &[u8]) {
    let image = [Binary::from_vec(format.signed(bytes))];
    let source = json!({ "$binary": 0 });
    let metadata = run("image.metadata", &json!({ "source": source }), &image, OF_IMAGES);
    if let Some(metadata) = &metadata {
        assert!(number(&metadata.said, "width") > 0 && number(&metadata.said, "height") > 0, "{}", metadata.said);
    }
    if let Some(stats) = run("image.stats", &json!({ "source": source, "limitInputPixels": LIMIT }), &image, OF_IMAGES)
    {
        check_stats(&stats.said);
    }
    // As lenient as it gets: what is broken is decoded on, as far as it goes.
    let whole = json!({
        "source": source, "limitInputPixels": LIMIT, "failOn": "none", "pages": -1, "output": { "raw": { "depth": "ushort" } },
    });
    if let Some(done) = run("image.process", &whole, &image, OF_IMAGES) {
        check_processed(&done);
        let header = metadata.expect("what can be decoded has a header").said;
        let pages = header["pages"].as_u64().unwrap_or(1);
        assert_eq!(done.said["width"], header["autoOrient"]["width"], "{} {header}", done.said);
        assert_eq!(
            number(&done.said, "height"),
            number(&header["autoOrient"], "height") * pages,
            "{} {header}",
            done.said
        );
    }
    for small in [
        json!({ "resize": { "width": 9, "height": 7, "fit": "fill" }, "output": { "raw": {} } }),
        // A JPEG that becomes a JPEG stays in planes.
        json!({ "resize": { "width": 17 }, "output": { "jpeg": {} }, "keepMetadata": true, "keepIcc": true }),
    ] {
        let Value::Object(mut options) = small else { unreachable!("it is written above") };
        options.insert("source".to_owned(), source.clone());
        options.insert("limitInputPixels".to_owned(), LIMIT.into());
        if let Some(done) = run("image.process", &Value::Object(options), &image, OF_IMAGES) {
            check_processed(&done);
        }
    }
}

/// A number that is none (an infinity) has become `null`.
fn check_stats(said: &Value) {
    let channels = said["channels"].as_array().expect("there are channels");
    assert!((1..=4).contains(&channels.len()), "{said}");
    for channel in channels {
        assert!(number(channel, "min") <= number(channel, "max"), "{said}");
        assert!(channel["mean"].is_number() && channel["stdev"].is_number(), "{said}");
    }
    assert!(said["entropy"].is_number() && said["sharpness"].is_number(), "{said}");
}
