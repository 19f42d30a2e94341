//! Which part of a picture is worth to be seen: libvips' two ways to crop.
//!
//! Entropy takes slices off the side whose histogram says less. Attention looks for edges, the tones of skin and saturated
//! colours in a picture of 32 × 32 pixels, after smartcrop.js by Jonas Wagner.

use super::geometry::extracted;
use super::lab::{lab_of, light};
use super::resize::resized;
use crate::engine::{Context, TaskError};
use crate::tasks::image::raster::{Picture, Raster, Sample, each};
use crate::tasks::image::request::{Focus, Kernel};
use crate::tasks::image::turn::Rectangle;

/// Slices that entropy takes off along the axis that loses most.
const SLICES: u32 = 8;

/// The sides of the picture in which attention looks.
const SMALL: usize = 32;

/// The direction of the tones of skin in XYZ.
const SKIN: [f32; 3] = [0.78, 0.57, 0.44];

/// The part of this size that is most worth to be seen, and where it is.
pub(in crate::tasks::image) fn cropped(
    picture: Picture,
    size: (u32, u32),
    focus: Focus,
    context: &Context<'_>,
) -> Result<(Picture, (u32, u32)), TaskError> {
    let (left, top) = match focus {
        Focus::Attention => by_attention(&picture, size, context)?,
        _ => each!(&picture, raster => by_entropy(raster, size, context))?,
    };
    Ok((extracted(picture, left, top, size, context)?, (left, top)))
}

fn by_entropy<T: Sample>(
    raster: &Raster<T>,
    (to_width, to_height): (u32, u32),
    context: &Context<'_>,
) -> Result<(u32, u32), TaskError> {
    let (mut left, mut top, (mut width, mut height)) = (0, 0, raster.size());
    let slice = (width - to_width).div_ceil(SLICES).max((height - to_height).div_ceil(SLICES));
    while width > to_width || height > to_height {
        let across = slice.min(width - to_width);
        if across > 0 {
            let first = entropy(raster, (left, top), (across, height), context)?;
            let last = entropy(raster, (left + width - across, top), (across, height), context)?;
            width -= across;
            left += if first < last { across } else { 0 };
        }
        let down = slice.min(height - to_height);
        if down > 0 {
            let first = entropy(raster, (left, top), (width, down), context)?;
            let last = entropy(raster, (left, top + height - down), (width, down), context)?;
            height -= down;
            top += if first < last { down } else { 0 };
        }
    }
    Ok((left, top))
}

/// Shannon's entropy of the 256 levels of all channels of a part.
fn entropy<T: Sample>(
    raster: &Raster<T>,
    (left, top): (u32, u32),
    (width, height): (u32, u32),
    context: &Context<'_>,
) -> Result<f64, TaskError> {
    let channels = raster.channels;
    let mut counts = vec![0_u32; 256 * channels];
    for y in top..top + height {
        context.check()?;
        let row = &raster.row(y as usize)[left as usize * channels..][..width as usize * channels];
        for pixel in row.chunks_exact(channels) {
            for (channel, sample) in pixel.iter().enumerate() {
                counts[256 * channel + (sample.to_u32() >> (T::BITS - 8)) as usize] += 1;
            }
        }
    }
    Ok(entropy_of(&counts))
}

/// In bits.
pub(in crate::tasks::image) fn entropy_of(counts: &[u32]) -> f64 {
    let total: f64 = counts.iter().map(|count| f64::from(*count)).sum();
    let shares = counts.iter().filter(|count| **count > 0).map(|count| f64::from(*count) / total);
    shares.map(|share| -share * share.log2()).sum::<f64>().abs()
}

fn by_attention(
    picture: &Picture,
    (to_width, to_height): (u32, u32),
    context: &Context<'_>,
) -> Result<(u32, u32), TaskError> {
    let (width, height) = picture.size();
    let small = each!(picture, raster => shrunk(raster, context))?;
    let xyz: Vec<[f32; 3]> = small.data.chunks_exact(small.channels).map(|pixel| xyz_of(rgb_of(pixel))).collect();
    let scores: Vec<f32> = (0..SMALL * SMALL)
        .map(|i| {
            let [_, bright, _] = xyz[i];
            let around = |dx: isize, dy: isize| {
                let x = (i % SMALL).saturating_add_signed(dx).min(SMALL - 1);
                let y = (i / SMALL).saturating_add_signed(dy).min(SMALL - 1);
                xyz[y * SMALL + x][1]
            };
            let edge = 4.0 * bright - around(-1, 0) - around(1, 0) - around(0, -1) - around(0, 1);
            let [l, a, b] = lab_of(rgb_of(&small.data[i * small.channels..][..small.channels]));
            // What is dark has no colour to speak of.
            let (skin, saturation) = if bright > 5.0 { (skin_of(xyz[i]), a.hypot(b) * l.min(1.0)) } else { (0.0, 0.0) };
            5.0 * edge.abs() + skin + saturation
        })
        .collect();
    let scale = (SMALL as f64 / f64::from(width), SMALL as f64 / f64::from(height));
    let sigma = (f64::from(to_width) * scale.0).hypot(f64::from(to_height) * scale.1) / 10.0;
    let best = brightest(&scores, sigma.max(1.0));
    let start = |at: usize, scale: f64, part: u32, whole: u32| {
        let middle = at as f64 / scale;
        (middle as u32).saturating_sub(part / 2).min(whole - part)
    };
    Ok((start(best % SMALL, scale.0, to_width, width), start(best / SMALL, scale.1, to_height, height)))
}

/// 0 to 100: how near a colour is to the tones of skin.
fn skin_of(xyz: [f32; 3]) -> f32 {
    let length = xyz.iter().map(|value| value * value).sum::<f32>().sqrt().max(f32::EPSILON);
    let distance: f32 = xyz.iter().zip(SKIN).map(|(value, skin)| (value / length - skin).powi(2)).sum();
    100.0 - 100.0 * distance.sqrt()
}

/// Where the scores are highest once they are blurred.
fn brightest(scores: &[f32], sigma: f64) -> usize {
    let reach = (2.0 * sigma).ceil() as isize;
    let weight = |d: isize| (-((d * d) as f64) / (2.0 * sigma * sigma)).exp() as f32;
    let along = |from: &[f32], step: usize, at: usize, of: usize| -> f32 {
        let here = at / step % SMALL;
        (-reach..=reach)
            .map(|d| {
                let there = here.saturating_add_signed(d).min(SMALL - 1);
                weight(d) * from[of + there * step - here * step]
            })
            .sum()
    };
    let rows: Vec<f32> = (0..scores.len()).map(|i| along(scores, 1, i, i)).collect();
    let both = (0..scores.len()).map(|i| along(&rows, SMALL, i, i));
    both.enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b)).map_or(0, |(at, _)| at)
}

fn shrunk<T: Sample>(raster: &Raster<T>, context: &Context<'_>) -> Result<Raster<u8>, TaskError> {
    let eight = raster.cut_to_eight(context)?;
    let (shown, size) = (Rectangle::of(raster.size()), (SMALL as u32, SMALL as u32));
    resized(Picture::Eight(eight), shown, size, Kernel::Lanczos3, context)?.narrowed(context)
}

/// sRGB, 0 to 1.
fn rgb_of(pixel: &[u8]) -> [f32; 3] {
    let value = |i: usize| f32::from(pixel[i]) / 255.0;
    if pixel.len() < 3 { [value(0); 3] } else { [value(0), value(1), value(2)] }
}

/// XYZ, 0 to about 100.
fn xyz_of(rgb: [f32; 3]) -> [f32; 3] {
    let [r, g, b] = rgb.map(light);
    [41.24 * r + 35.76 * g + 18.05 * b, 21.26 * r + 71.52 * g + 7.22 * b, 1.93 * r + 11.92 * g + 95.05 * b]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::CancelToken;
    use crate::tasks::image::memory::Samples;

    /// Flat grey, 80 × 40, with noise in the last fifth.
    fn busy_on_the_right() -> Picture {
        let mut state = 1_u32;
        let data: Vec<u8> = (0..80 * 40)
            .flat_map(|i| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                if i % 80 < 64 { [128; 3] } else { [(state >> 24) as u8, (state >> 16) as u8, 200] }
            })
            .collect();
        Picture::Eight(Raster { width: 80, height: 40, channels: 3, data: Samples::from_slice(&data).unwrap() })
    }

    #[test]
    fn both_find_where_something_is_to_be_seen() {
        let token = CancelToken::default();
        let context = Context::detached(&token);
        for focus in [Focus::Entropy, Focus::Attention] {
            let (picture, (left, top)) = cropped(busy_on_the_right(), (20, 40), focus, &context).unwrap();
            assert_eq!((picture.size(), top), ((20, 40), 0));
            assert!(left >= 50, "{focus:?}: {left}");
        }
    }

    #[test]
    fn entropy_is_that_of_shannon() {
        assert_eq!(entropy_of(&[4, 4, 4, 4]), 2.0);
        assert_eq!(entropy_of(&[9, 0, 0]), 0.0);
    }
}
