//! What libjpeg's own Huffman decoder gives is what ours gives, in every scale, and whatever is wrong with the file.

use std::cell::Cell;

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use crate::engine::CancelToken;
use crate::engine::Context;
use crate::tasks::image::decode::{self, Ask, jpeg::turbo};
use crate::tasks::image::request::FailOn;

thread_local! {
    /// Leaves everything to libjpeg, for a comparison.
    pub(super) static UNHOOKED: Cell<bool> = const { Cell::new(false) };
}

struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % end
    }
}

/// Slopes with noise in places, as photos have it.
fn pixels(width: usize, height: usize, channels: usize) -> Vec<u8> {
    let mut random = Random(88_172_645_463_325_252);
    let mut pixels = Vec::new();
    for i in 0..width * height {
        let (x, y) = (i % width, i / width);
        let noise = if (x / 24 + y / 24) % 3 == 0 { random.below(120) } else { random.below(6) };
        pixels.extend((0..channels).map(|channel| ((x * (channel + 1) + y * 2 + noise) % 256) as u8));
    }
    pixels
}

struct Made {
    sampling: SamplingFactor,
    quality: u8,
    restart: u16,
    optimized: bool,
    gray: bool,
}

fn made(size: (u16, u16), made: &Made) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, made.quality);
    encoder.set_sampling_factor(made.sampling);
    // It counts the codes as if it never started again.
    encoder.set_optimized_huffman_tables(made.optimized && made.restart == 0);
    if made.restart > 0 {
        encoder.set_restart_interval(made.restart);
    }
    let (color, channels) = if made.gray { (ColorType::Luma, 1) } else { (ColorType::Rgb, 3) };
    encoder.encode(&pixels(size.0.into(), size.1.into(), channels), size.0, size.1, color).unwrap();
    bytes
}

/// All that comes out: the samples, or the error's sentence.
fn decoded(bytes: &[u8], shrink: u32, fail_on: FailOn) -> Vec<Result<Vec<u8>, String>> {
    let token = CancelToken::default();
    let context = Context::detached(&token);
    let ask = Ask { shrink, page: 0, pages: 1, fail_on };
    let Ok(header) = decode::header(bytes, 0, &context) else { return Vec::new() };
    let pixels = turbo::decode(&header, bytes, &ask, &context);
    let planes = decode::jpeg::decode_planes(&header, bytes, &ask, &context);
    let planes = planes.map(|planes| match planes {
        Some(planes) => [planes.y.data.to_vec(), planes.cb.data.to_vec(), planes.cr.data.to_vec()].concat(),
        None => Vec::new(),
    });
    vec![
        pixels.map(|raster| raster.data.to_vec()).map_err(|error| error.message.to_string()),
        planes.map_err(|error| error.message.to_string()),
    ]
}

fn assert_alike(bytes: &[u8], shrink: u32, fail_on: FailOn, what: &str) {
    let ours = decoded(bytes, shrink, fail_on);
    UNHOOKED.set(true);
    let theirs = decoded(bytes, shrink, fail_on);
    UNHOOKED.set(false);
    assert_eq!(ours.len(), theirs.len());
    for pair in ours.iter().zip(&theirs) {
        match pair {
            (Ok(ours), Ok(theirs)) => assert!(
                ours == theirs,
                "{what} at 1/{shrink}: other samples from {:?} of {}; {fail_on:?}",
                ours.iter().zip(theirs).position(|(a, b)| a != b),
                ours.len()
            ),
            // At which restart libjpeg notices bytes that are too many depends on how far it has read ahead.
            (Err(_), Err(_)) => {}
            (ours, theirs) => {
                panic!("{what} at 1/{shrink}: {:?} where libjpeg has {:?}", ours.as_ref().err(), theirs.as_ref().err())
            }
        }
    }
}

#[test]
fn gives_what_libjpeg_gives() {
    let samplings = [SamplingFactor::F_1_1, SamplingFactor::F_2_1, SamplingFactor::F_1_2, SamplingFactor::F_2_2];
    for quality in [3, 50, 80, 95, 100] {
        for (number, sampling) in samplings.into_iter().enumerate() {
            for restart in [0, 1, 7] {
                for (optimized, gray) in [(false, false), (true, false), (true, true)] {
                    let bytes = made((301, 215), &Made { sampling, quality, restart, optimized, gray });
                    for shrink in [1, 2, 4, 8] {
                        let what =
                            format!("quality {quality}, sampling {number}, restart {restart}, {optimized} {gray}");
                        assert_alike(&bytes, shrink, FailOn::Warning, &what);
                    }
                }
            }
        }
    }
}

#[test]
fn leaves_damage_to_libjpeg() {
    let mut random = Random(2_463_534_242);
    for restart in [0, 5] {
        let sampling = SamplingFactor::F_2_2;
        let whole = made((200, 160), &Made { sampling, quality: 85, restart, optimized: restart > 0, gray: false });
        for round in 0..1500 {
            let mut bytes = whole.clone();
            match round % 3 {
                0 => bytes.truncate(random.below(bytes.len())),
                1 => {
                    let at = random.below(bytes.len());
                    bytes[at] ^= 1 << random.below(8);
                }
                _ => {
                    let at = random.below(bytes.len() - 4);
                    let damage: Vec<u8> =
                        (0..4).map(|_| [0, 255, 0xd3, random.below(256) as u8][random.below(4)]).collect();
                    bytes[at..at + 4].copy_from_slice(&damage);
                }
            }
            let fail_on = [FailOn::None, FailOn::Error, FailOn::Warning][random.below(3)];
            assert_alike(&bytes, [1, 2, 4, 8][random.below(4)], fail_on, &format!("restart {restart}, round {round}"));
        }
    }
}
