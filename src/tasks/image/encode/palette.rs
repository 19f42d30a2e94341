//! Palettes, for GIF and for small PNGs: the colours that say most, and for each pixel one of them.
//!
//! Runs on: the thread of the task.

use std::collections::HashMap;

use quantette::deps::palette::Srgb;
use quantette::{PaletteSize, Pipeline, QuantizeMethod};

use crate::engine::{Context, TaskError};
use crate::tasks::image::memory::Samples;
use crate::tasks::image::raster::{Raster, out_of_memory};

/// Pixels that the colours of a palette are chosen by: a few milliseconds.
const SAMPLE: usize = 32 * 1024;

/// Bits of each channel by which the nearest colour is looked up.
const BITS: u32 = 6;

/// The alpha below which a pixel is transparent.
const OPAQUE: u8 = 128;

/// Up to 256 opaque colours, and perhaps one that stands for what is transparent, behind them.
pub(super) struct Palette {
    pub(super) colors: Vec<[u8; 3]>,
    pub(super) transparent: Option<u8>,
    /// The numbers of all colours, when the picture has no others.
    exact: Option<HashMap<[u8; 3], u8>>,
    /// The nearest colours that were asked for, by the first bits of the channels, with 1 added.
    nearest: Vec<u16>,
}

impl Palette {
    /// The palette of pictures of 3 or 4 channels, with at most `size` colours.
    pub(super) fn of(
        frames: &[Raster<u8>],
        size: usize,
        transparent: bool,
        context: &Context<'_>,
    ) -> Result<Self, TaskError> {
        let room = (size - usize::from(transparent)).max(1);
        let exact = few_colors(frames, room, context)?;
        let mut colors = match &exact {
            Some(numbers) => {
                let mut colors: Vec<_> = numbers.iter().map(|(color, number)| (*number, *color)).collect();
                colors.sort_unstable();
                colors.into_iter().map(|(_, color)| color).collect()
            }
            None => chosen(frames, room),
        };
        let number = colors.len() as u8;
        if transparent {
            colors.push([0; 3]);
        }
        let nearest = vec![0; 1 << (3 * BITS)];
        Ok(Self { colors, transparent: transparent.then_some(number), exact, nearest })
    }

    /// The number of a colour for every pixel. `dither`, 0 to 1, is how much of what is missed goes to the neighbours.
    pub(super) fn indices(
        &mut self,
        raster: &Raster<u8>,
        dither: f32,
        context: &Context<'_>,
    ) -> Result<Samples<u8>, TaskError> {
        let width = raster.width as usize;
        let mut indices = Samples::of_len(width * raster.height as usize)
            .ok_or_else(|| out_of_memory(raster.width, raster.height))?;
        // What the pixels of this row and the next one get, with one more pixel on both sides.
        let (mut now, mut next) = (vec![[0_f32; 3]; width + 2], vec![[0_f32; 3]; width + 2]);
        for (y, target) in indices.chunks_exact_mut(width).enumerate() {
            context.check()?;
            for (x, (index, pixel)) in target.iter_mut().zip(raster.row(y).chunks_exact(raster.channels)).enumerate() {
                if let (Some(number), true) = (self.transparent, is_transparent(pixel)) {
                    *index = number;
                    continue;
                }
                let color = [pixel[0], pixel[1], pixel[2]];
                if let Some(number) = self.exact.as_ref().and_then(|exact| exact.get(&color)) {
                    *index = *number;
                    continue;
                }
                let wanted: [f32; 3] = std::array::from_fn(|i| (f32::from(color[i]) + now[x + 1][i]).clamp(0.0, 255.0));
                let number = self.nearest(wanted.map(|value| value as u8));
                *index = number;
                let found = self.colors[usize::from(number)];
                for i in 0..3 {
                    // Floyd and Steinberg, 1976.
                    let missed = dither * (wanted[i] - f32::from(found[i])) / 16.0;
                    now[x + 2][i] += 7.0 * missed;
                    next[x][i] += 3.0 * missed;
                    next[x + 1][i] += 5.0 * missed;
                    next[x + 2][i] += missed;
                }
            }
            std::mem::swap(&mut now, &mut next);
            next.fill([0.0; 3]);
        }
        Ok(indices)
    }

    fn nearest(&mut self, color: [u8; 3]) -> u8 {
        let cell = color.iter().fold(0, |cell, value| cell << BITS | usize::from(value >> (8 - BITS)));
        if self.nearest[cell] == 0 {
            let middle = color.map(|value| i32::from(value >> (8 - BITS) << (8 - BITS)) + (1 << (7 - BITS)));
            let opaque = self.colors.len() - usize::from(self.transparent.is_some());
            let distance = |candidate: &[u8; 3]| -> i32 {
                // The eye sees green best and blue least.
                [3, 6, 1]
                    .iter()
                    .zip(middle.iter().zip(candidate))
                    .map(|(weight, (a, b))| weight * (a - i32::from(*b)).pow(2))
                    .sum()
            };
            let found = (0..opaque).min_by_key(|i| distance(&self.colors[*i])).unwrap_or(0);
            self.nearest[cell] = found as u16 + 1;
        }
        (self.nearest[cell] - 1) as u8
    }
}

/// Whether a pixel of 3 or 4 channels shows nothing.
pub(super) fn is_transparent(pixel: &[u8]) -> bool {
    pixel.get(3).is_some_and(|alpha| *alpha < OPAQUE)
}

/// All colours of the pictures, numbered, unless there are more than `room`.
fn few_colors(
    frames: &[Raster<u8>],
    room: usize,
    context: &Context<'_>,
) -> Result<Option<HashMap<[u8; 3], u8>>, TaskError> {
    let mut numbers = HashMap::new();
    for raster in frames {
        for y in 0..raster.height as usize {
            context.check()?;
            let mut last = None;
            for pixel in raster.row(y).chunks_exact(raster.channels).filter(|pixel| !is_transparent(pixel)) {
                let color = [pixel[0], pixel[1], pixel[2]];
                if last == Some(color) {
                    continue;
                }
                last = Some(color);
                let count = numbers.len();
                if !numbers.contains_key(&color) && count == room {
                    return Ok(None);
                }
                numbers.entry(color).or_insert(count as u8);
            }
        }
    }
    Ok(Some(numbers))
}

/// The colours by which a sample of the pixels is shown best.
fn chosen(frames: &[Raster<u8>], room: usize) -> Vec<[u8; 3]> {
    let total: usize = frames.iter().map(|raster| raster.data.len() / raster.channels).sum();
    // No divisor of the width, so that it does not always meet the same columns.
    let step = (total / SAMPLE).max(1) | 1;
    let pixels = frames.iter().flat_map(|raster| raster.data.chunks_exact(raster.channels));
    let sample = pixels.step_by(step).filter(|pixel| !is_transparent(pixel));
    let sample: Vec<Srgb<u8>> = sample.map(|pixel| Srgb::new(pixel[0], pixel[1], pixel[2])).collect();
    let size = PaletteSize::try_from(room as u16).unwrap_or(PaletteSize::MAX);
    let pipeline = Pipeline::new().palette_size(size).ditherer(None).quantize_method(QuantizeMethod::kmeans());
    match pipeline.input_slice(&sample) {
        Ok(pipeline) => {
            pipeline.output_srgb8_palette().iter().map(|color| [color.red, color.green, color.blue]).collect()
        }
        // There is nothing opaque.
        Err(_) => vec![[0; 3]],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::CancelToken;

    fn raster(width: u32, channels: usize, samples: &[u8]) -> Raster<u8> {
        let height = (samples.len() / channels) as u32 / width;
        Raster { width, height, channels, data: Samples::from_slice(samples).unwrap() }
    }

    #[test]
    fn few_colours_stay_exactly() {
        let token = CancelToken::default();
        let context = Context::detached(&token);
        let frames = [raster(4, 4, &[9, 8, 7, 255, 1, 2, 3, 255, 9, 8, 7, 0, 9, 8, 7, 200])];
        let mut palette = Palette::of(&frames, 3, true, &context).unwrap();
        assert_eq!(palette.colors, [[9, 8, 7], [1, 2, 3], [0, 0, 0]]);
        assert_eq!(palette.indices(&frames[0], 1.0, &context).unwrap()[..], [0, 1, 2, 0]);
    }

    #[test]
    fn many_colours_become_the_nearest_ones_and_stay_the_same_on_average() {
        let token = CancelToken::default();
        let context = Context::detached(&token);
        let samples: Vec<u8> = (0..4096_u32).flat_map(|i| [(i % 256) as u8, (i / 16) as u8, 100]).collect();
        let frames = [raster(64, 3, &samples)];
        let mut palette = Palette::of(&frames, 32, false, &context).unwrap();
        assert!(palette.colors.len() <= 32);
        let indices = palette.indices(&frames[0], 1.0, &context).unwrap();
        let mean = |of: &dyn Fn(usize) -> u8| (0..4096).map(|i| f64::from(of(i))).sum::<f64>() / 4096.0;
        let (before, after) = (mean(&|i| samples[3 * i]), mean(&|i| palette.colors[usize::from(indices[i])][0]));
        assert!((before - after).abs() < 2.0, "{before} {after}");
    }
}
