//! Colours and brightness, pixel by pixel.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use super::alpha::colored;
use super::lab::{LIGHT, lab_of, light, rgb_of, value};
use crate::engine::{Context, TaskError};
use crate::tasks::image::raster::{Picture, Raster, Sample, each, map};
use crate::tasks::image::request::{Color, Linear, Modulate, Negate, Normalise, Threshold};

/// Every colour sample to the power of `exponent`, where 1 is the largest sample; what is no whole number is cut off.
pub(in crate::tasks::image) fn powered(
    picture: Picture,
    exponent: f64,
    context: &Context<'_>,
) -> Result<Picture, TaskError> {
    let max = if matches!(picture, Picture::Sixteen(_)) { u16::MAX.into() } else { f64::from(u8::MAX) };
    let cut_off = |value: f64| (max * value.powf(exponent) + 1e-9).floor() / max;
    curved(picture, false, context, |value, _| cut_off(value.into()) as f32)
}

/// Black where the sample is below the threshold, white elsewhere. The alpha is a sample too.
pub(in crate::tasks::image) fn threshold(
    picture: Picture,
    threshold: &Threshold,
    context: &Context<'_>,
) -> Result<Picture, TaskError> {
    let picture = if threshold.greyscale { greyscale(picture, context)? } else { picture };
    let least = f32::from(threshold.threshold) / 255.0;
    curved(picture, true, context, |value, _| if value >= least { 1.0 } else { 0.0 })
}

/// `a * sample + b`, where a sample is 0 to 255.
pub(in crate::tasks::image) fn linear(
    picture: Picture,
    linear: &Linear,
    context: &Context<'_>,
) -> Result<Picture, TaskError> {
    let factor = |of: &[f64], channel: usize, default: f64| {
        let one = if of.len() == 1 { of.first() } else { of.get(channel) };
        one.copied().unwrap_or(default) as f32
    };
    let is_eight = matches!(picture, Picture::Eight(_));
    // As many numbers as there are channels mean the alpha too.
    let with_alpha = linear.a.len().max(linear.b.len()) == picture.channels();
    curved(picture, with_alpha && linear.a.len().max(linear.b.len()) > 1, context, |value, channel| {
        let level = factor(&linear.a, channel, 1.0) * value * 255.0 + factor(&linear.b, channel, 0.0);
        // Of 8 bits what is no whole number is cut off.
        if is_eight { (level + 1e-3).floor() / 255.0 } else { level / 255.0 }
    })
}

/// The negative.
pub(in crate::tasks::image) fn negated(
    picture: Picture,
    negate: &Negate,
    context: &Context<'_>,
) -> Result<Picture, TaskError> {
    curved(picture, negate.alpha, context, |value, _| 1.0 - value)
}

/// Every sample by a curve of its channel; both 0 to 1.
fn curved(
    picture: Picture,
    with_alpha: bool,
    context: &Context<'_>,
    curve: impl Fn(f32, usize) -> f32,
) -> Result<Picture, TaskError> {
    map!(picture, raster => by_table(raster, with_alpha, context, &curve))
}

fn by_table<T: Sample>(
    mut raster: Raster<T>,
    with_alpha: bool,
    context: &Context<'_>,
    curve: &dyn Fn(f32, usize) -> f32,
) -> Result<Raster<T>, TaskError> {
    let channels = raster.channels;
    let curved = if with_alpha { channels } else { raster.colors() };
    let levels = T::MAX as usize + 1;
    let table_of =
        |channel| (0..levels).map(|level| T::of_f32(curve(level as f32 / T::MAX, channel) * T::MAX)).collect();
    let tables: Vec<Vec<T>> = (0..curved).map(table_of).collect();
    raster.in_bands(context, &|_, band| {
        for pixel in band.chunks_exact_mut(channels) {
            for (sample, table) in pixel.iter_mut().zip(&tables) {
                *sample = table[sample.to_u32() as usize];
            }
        }
    })?;
    Ok(raster)
}

/// One channel of brightness, and alpha if there is any: the light of Rec. 709.
pub(in crate::tasks::image) fn greyscale(picture: Picture, context: &Context<'_>) -> Result<Picture, TaskError> {
    if picture.channels() < 3 {
        return Ok(picture);
    }
    map!(picture, raster => {
        let channels = raster.channels - 2;
        raster.map_pixels(channels, context, &|from, to| {
            let [r, g, b] = [from[0], from[1], from[2]].map(lightness);
            to[0] = grey_of(0.2126 * r + 0.7152 * g + 0.0722 * b);
            if channels == 2 {
                to[1] = from[3];
            }
        })
    })
}

fn lightness<T: Sample>(sample: T) -> f32 {
    if T::BITS == 8 { LIGHT[sample.to_u32() as usize] } else { light(sample.to_f32() / T::MAX) }
}

/// The sample of an amount of light, 0 to 1. Of 8 bits it is found between the entries of a table, as libvips finds it.
fn grey_of<T: Sample>(light: f32) -> T {
    if T::BITS > 8 {
        return sample(value(light));
    }
    let at = (255.0 * light).clamp(0.0, 255.0);
    let (low, high) = (GREYS[at as usize], GREYS[at as usize + 1]);
    T::of_f32((low + (high - low) * at.fract()).round_ties_even())
}

/// The levels of 256 equal steps of light; the last one twice.
static GREYS: LazyLock<[f32; 257]> =
    LazyLock::new(|| std::array::from_fn(|step| (255.0 * value(step.min(255) as f32 / 255.0)).round_ties_even()));

fn sample<T: Sample>(value: f32) -> T {
    T::of_f32(value * T::MAX)
}

/// Every pixel by its Lab. What is grey stays grey.
fn in_lab(
    picture: Picture,
    context: &Context<'_>,
    change: impl Fn([f32; 3]) -> [f32; 3] + Sync,
) -> Result<Picture, TaskError> {
    let is_grey = picture.channels() < 3;
    let picture = map!(colored(picture, context)?, raster => lab_mapped(raster, context, &change))?;
    if is_grey { greyscale(picture, context) } else { Ok(picture) }
}

fn lab_mapped<T: Sample>(
    mut raster: Raster<T>,
    context: &Context<'_>,
    change: &(dyn Fn([f32; 3]) -> [f32; 3] + Sync),
) -> Result<Raster<T>, TaskError> {
    let channels = raster.channels;
    raster.in_bands(context, &|_, band| {
        for pixel in band.chunks_exact_mut(channels) {
            let lab = lab_of([pixel[0], pixel[1], pixel[2]].map(|sample| sample.to_f32() / T::MAX));
            for (target, value) in pixel.iter_mut().zip(rgb_of(change(lab))) {
                *target = sample(value);
            }
        }
    })?;
    Ok(raster)
}

/// Brightness, saturation, hue and lightness, in LCh.
pub(in crate::tasks::image) fn modulated(
    picture: Picture,
    modulate: &Modulate,
    context: &Context<'_>,
) -> Result<Picture, TaskError> {
    let brightness = modulate.brightness.unwrap_or(1.0) as f32;
    let saturation = modulate.saturation.unwrap_or(1.0) as f32;
    let lightness = modulate.lightness.unwrap_or(0.0) as f32;
    let (sin, cos) = (modulate.hue.unwrap_or(0.0) as f32).to_radians().sin_cos();
    in_lab(picture, context, |[l, a, b]| {
        [brightness * l + lightness, saturation * (a * cos - b * sin), saturation * (a * sin + b * cos)]
    })
}

/// The chroma of one colour over the brightness of the image: all of it in the middle, none for black and white. What is
/// grey stays grey.
pub(in crate::tasks::image) fn tinted(
    picture: Picture,
    tint: Color,
    context: &Context<'_>,
) -> Result<Picture, TaskError> {
    let [r, g, b, _] = tint.rgba.map(|value| f32::from(value) / 255.0);
    let [_, a, b] = lab_of([r, g, b]);
    let table: Vec<[f32; 3]> = (0..256)
        .map(|level| {
            let [l, _, _] = lab_of([level as f32 / 255.0; 3]);
            let share = 1.0 - 4.0 * (l / 100.0 - 0.5).powi(2);
            rgb_of([l, share * a, share * b])
        })
        .collect();
    let is_grey = picture.channels() < 3;
    let tinted = map!(greyscale(picture, context)?, raster => {
        raster.map_pixels(raster.channels + 2, context, &|from, to| {
            let level = from[0].to_u32() >> (of_depth(from) - 8);
            for (target, value) in to.iter_mut().zip(table[level as usize]) {
                *target = sample(value);
            }
            if let [_, alpha] = from {
                to[3] = *alpha;
            }
        })
    })?;
    if is_grey { greyscale(tinted, context) } else { Ok(tinted) }
}

/// Bits of samples.
fn of_depth<T: Sample>(_: &[T]) -> u8 {
    T::BITS
}

/// Stretches the lightness so that the percentiles become black and white.
pub(in crate::tasks::image) fn normalised(
    picture: Picture,
    normalise: &Normalise,
    context: &Context<'_>,
) -> Result<Picture, TaskError> {
    let histogram = each!(&picture, raster => lightness_histogram(raster, context))?;
    let total: u64 = histogram.iter().sum();
    let first = histogram.iter().position(|count| *count > 0).unwrap_or(0);
    let last = histogram.iter().rposition(|count| *count > 0).unwrap_or(0);
    // The first lightness up to which so many percent of the pixels are, as `vips_percent` finds it: in a histogram that
    // ends with the lightest pixel, and is scaled to its own length.
    let levels = last as u64 + 1;
    let percentile = |percent: f64| {
        if percent == 0.0 || percent == 100.0 {
            return if percent == 0.0 { first } else { last } as f32;
        }
        let mut seen = 0;
        let reached = histogram[..=last].iter().position(|count| {
            seen += count;
            (seen * (levels - 1) / total) as f64 > percent / 100.0 * levels as f64
        });
        reached.unwrap_or(levels as usize) as f32
    };
    let (black, white) = (percentile(normalise.lower.unwrap_or(1.0)), percentile(normalise.upper.unwrap_or(99.0)));
    // Nothing to stretch.
    if (white - black).abs() <= 1.0 {
        return Ok(picture);
    }
    let factor = 100.0 / (white - black);
    in_lab(picture, context, |[l, a, b]| [(l - black) * factor, a, b])
}

/// How many pixels have each lightness from 0 to 100, rounded down.
fn lightness_histogram<T: Sample>(raster: &Raster<T>, context: &Context<'_>) -> Result<[u64; 101], TaskError> {
    let counts: [AtomicU64; 101] = std::array::from_fn(|_| AtomicU64::new(0));
    let rows = (64 * 1024 / raster.width as usize).max(1);
    let blocks = (raster.height as usize).div_ceil(rows);
    let colors = raster.colors();
    context.for_each_block(blocks, &|block| {
        let mut own = [0_u64; 101];
        for y in block * rows..((block + 1) * rows).min(raster.height as usize) {
            for pixel in raster.row(y).chunks_exact(raster.channels) {
                let rgb = std::array::from_fn(|i| pixel[i.min(colors - 1)].to_f32() / T::MAX);
                own[(lab_of(rgb)[0] as usize).min(100)] += 1;
            }
        }
        for (count, own) in counts.iter().zip(own) {
            count.fetch_add(own, Ordering::Relaxed);
        }
    })?;
    Ok(counts.map(AtomicU64::into_inner))
}
