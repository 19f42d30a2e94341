//! `image.stats`: figures about the pixels of an image as it is stored, by the rules of sharp's `stats()`.
//!
//! Runs on: the thread of the task; the counting also on idle threads of the pool.

use std::sync::{Mutex, PoisonError};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::decode::{self, Ask, Space};
use super::ops::interest::entropy_of;
use super::ops::{alpha, tone};
use super::raster::{Picture, Raster, Sample, each};
use super::request::{FailOn, Source};
use super::{colour, limits, memory, source};
use crate::engine::{Context, Output, Task, TaskError};

pub(in crate::tasks) struct Stats;

/// Steps of each channel in the histogram that finds the dominant colour.
const STEPS: usize = 16;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::tasks) struct Input {
    /// The image: a path, a `file:` URL, or the bytes.
    source: Source,
    /// The most pixels that the image may have, 268402689 (0x3FFF squared) unless given.
    #[serde(default)]
    limit_input_pixels: limits::PixelLimit,
}

/// What the pixels say.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Said {
    channels: Vec<Channel>,
    is_opaque: bool,
    entropy: f64,
    sharpness: f64,
    dominant: Dominant,
}

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Channel {
    min: u32,
    max: u32,
    sum: u64,
    #[serde(serialize_with = "number")]
    squares_sum: u128,
    mean: f64,
    stdev: f64,
    min_x: u32,
    min_y: u32,
    max_x: u32,
    max_y: u32,
}

/// As JSON has it; JavaScript has no more digits either.
fn number<S: serde::Serializer>(value: &u128, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(*value as f64)
}

#[derive(Serialize)]
struct Dominant {
    r: usize,
    g: usize,
    b: usize,
}

impl Task for Stats {
    const NAME: &'static str = "image.stats";
    const DESCRIPTION: &'static str = "Counts the pixels of an image: range, mean and deviation of each channel, entropy, \
                                       sharpness, dominant colour.";
    type Input = Input;

    fn run(input: Input, context: &Context<'_>) -> Result<Output, TaskError> {
        let bytes = source::read(&input.source, context)?;
        let header = decode::header(&bytes, 0, context)?;
        limits::check_source((header.width, header.height), 1, input.limit_input_pixels)?;
        let ask = Ask { shrink: 1, page: 0, pages: 1, fail_on: FailOn::Warning };
        let _reservation = memory::reserve(limits::bytes_of_source(&header, &ask), context)?;
        let picture = decode::decode(&header, &bytes, &ask, context)?.frames.remove(0);
        let channels = each!(&picture, raster => channels_of(raster, context))?;
        let alpha = if picture.has_alpha() { channels.last().map(|alpha| alpha.min) } else { None };
        let full = if matches!(picture, Picture::Sixteen(_)) { 65535 } else { 255 };
        let picture =
            if header.space == Space::Cmyk { colour::to_srgb(picture, &header, false, context)? } else { picture };
        let colors = alpha::removed(picture, context)?;
        let eight = each!(colors, raster => raster.cut_to_eight(context))?;
        let dominant = dominant_of(&eight);
        let grey = tone::greyscale(Picture::Eight(eight), context)?.narrowed(context)?;
        let mut counts = vec![0; 256];
        grey.data.iter().for_each(|level| counts[usize::from(*level)] += 1);
        Output::of(Said {
            channels,
            is_opaque: alpha.is_none_or(|least| least == full),
            entropy: entropy_of(&counts),
            sharpness: sharpness_of(&grey, context)?,
            dominant,
        })
    }
}

fn channels_of<T: Sample>(raster: &Raster<T>, context: &Context<'_>) -> Result<Vec<Channel>, TaskError> {
    let none = Channel {
        min: u32::MAX,
        max: 0,
        sum: 0,
        squares_sum: 0,
        mean: 0.0,
        stdev: 0.0,
        min_x: 0,
        min_y: 0,
        max_x: 0,
        max_y: 0,
    };
    let all = Mutex::new(vec![none; raster.channels]);
    let rows = (64 * 1024 / raster.width as usize).max(1);
    context.for_each_block((raster.height as usize).div_ceil(rows), &|block| {
        let mut own = vec![none; raster.channels];
        for y in block * rows..((block + 1) * rows).min(raster.height as usize) {
            for (x, pixel) in raster.row(y).chunks_exact(raster.channels).enumerate() {
                for (channel, sample) in own.iter_mut().zip(pixel) {
                    channel.take(sample.to_u32(), (x as u32, y as u32));
                }
            }
        }
        let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter_mut().zip(own).for_each(|(channel, own)| channel.join(&own));
    })?;
    let mut channels = all.into_inner().unwrap_or_else(PoisonError::into_inner);
    let count = f64::from(raster.width) * f64::from(raster.height);
    for channel in &mut channels {
        channel.mean = channel.sum as f64 / count;
        channel.stdev = deviation(channel.sum as f64, channel.squares_sum as f64, count);
    }
    Ok(channels)
}

/// Of a sample of a population (n - 1), as libvips has it.
fn deviation(sum: f64, squares: f64, count: f64) -> f64 {
    if count < 2.0 { 0.0 } else { ((squares - sum * sum / count).abs() / (count - 1.0)).sqrt() }
}

impl Channel {
    fn take(&mut self, level: u32, (x, y): (u32, u32)) {
        self.sum += u64::from(level);
        self.squares_sum += u128::from(level) * u128::from(level);
        if level < self.min {
            (self.min, self.min_x, self.min_y) = (level, x, y);
        }
        if level > self.max || (level == 0 && self.max == 0 && self.sum == 0) {
            (self.max, self.max_x, self.max_y) = (level, x, y);
        }
    }

    fn join(&mut self, other: &Self) {
        self.sum += other.sum;
        self.squares_sum += other.squares_sum;
        if (other.min, other.min_y) < (self.min, self.min_y) || self.min == u32::MAX {
            (self.min, self.min_x, self.min_y) = (other.min, other.min_x, other.min_y);
        }
        if other.max > self.max || (other.max == self.max && other.max_y < self.max_y) {
            (self.max, self.max_x, self.max_y) = (other.max, other.max_x, other.max_y);
        }
    }
}

/// The middle of the fullest of 16 × 16 × 16 boxes of colours. Grey is as much of each.
fn dominant_of(colors: &Raster<u8>) -> Dominant {
    let step = 256 / STEPS;
    let mut counts = vec![0_u32; STEPS * STEPS * STEPS];
    for pixel in colors.data.chunks_exact(colors.channels) {
        let [r, g, b] = [0, 1, 2].map(|i| usize::from(pixel[i.min(colors.channels - 1)]) / step);
        counts[(r * STEPS + g) * STEPS + b] += 1;
    }
    let most = counts.iter().enumerate().max_by_key(|(at, count)| (**count, std::cmp::Reverse(*at)));
    let at = most.map_or(0, |(at, _)| at);
    let middle = |step_number: usize| step_number * step + step / 2;
    Dominant { r: middle(at / (STEPS * STEPS)), g: middle(at / STEPS % STEPS), b: middle(at % STEPS) }
}

/// The deviation of the Laplacian of the brightness: 0 for a flat picture. The edges go on.
fn sharpness_of(grey: &Raster<u8>, context: &Context<'_>) -> Result<f64, TaskError> {
    let (width, height) = (grey.width as usize, grey.height as usize);
    if width == 1 && height == 1 {
        return Ok(0.0);
    }
    let total = Mutex::new((0_i64, 0_i64));
    let rows = (64 * 1024 / width).max(1);
    context.for_each_block(height.div_ceil(rows), &|block| {
        let mut own = (0_i64, 0_i64);
        for y in block * rows..((block + 1) * rows).min(height) {
            let (above, here, below) = (grey.row(y.saturating_sub(1)), grey.row(y), grey.row((y + 1).min(height - 1)));
            for x in 0..width {
                let beside = i32::from(here[x.saturating_sub(1)]) + i32::from(here[(x + 1).min(width - 1)]);
                let sum = beside + i32::from(above[x]) + i32::from(below[x]) - 4 * i32::from(here[x]);
                // The matrix has a scale of 9, and the result is in whole numbers, cut off.
                let value = i64::from(sum / 9).clamp(0, 255);
                own = (own.0 + value, own.1 + value * value);
            }
        }
        let mut total = total.lock().unwrap_or_else(PoisonError::into_inner);
        *total = (total.0 + own.0, total.1 + own.1);
    })?;
    let (sum, squares) = total.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(deviation(sum as f64, squares as f64, width as f64 * height as f64))
}
