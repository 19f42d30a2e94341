//! Palettes, for GIF and for small PNGs: the colours that say most, and for each pixel one of them.
//!
//! Wu's method chooses the colours, or NeuQuant's network where alpha matters; k-means moves them to where they miss least.
//!
//! Runs on: the thread of the task.

use std::collections::HashMap;

use color_quant::NeuQuant;
use quantette::PaletteSize;
use quantette::deps::palette::Srgb;
use quantette::wu::{BinnerU8x3, WuU8x3};

use crate::engine::{Context, TaskError};
use crate::tasks::image::memory::Samples;
use crate::tasks::image::raster::{Raster, out_of_memory};

/// Pixels that the colours of a palette are chosen by.
const SAMPLE: usize = 32 * 1024;

/// Rounds of k-means, each of a few milliseconds.
const ROUNDS: usize = 4;

/// Places for colours whose nearest ones are remembered: a power of two.
const REMEMBERED: usize = 1 << 16;

/// How much of what is missed goes to the neighbours at most.
const SPREAD: f32 = 15.0 / 16.0;

/// How much the network looks at: all of the sample.
const NETWORK: i32 = 1;

/// What a palette can say about alpha.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Alpha {
    /// A pixel is opaque or transparent.
    OnOff,
    /// Each colour has its own.
    Full,
}

/// A colour and its alpha. What is transparent has one colour only.
type Color = [u8; 4];

const TRANSPARENT: Color = [0; 4];

/// Up to 256 colours.
pub(super) struct Palette {
    pub(super) colors: Vec<Color>,
    /// The number of the transparent one.
    pub(super) transparent: Option<u8>,
    alpha: Alpha,
    /// The numbers of all colours, when the pictures have no others.
    exact: Option<HashMap<Color, u8>>,
    places: Places,
    /// Colours that were asked for, and the number of the nearest one.
    remembered: Vec<Option<(Color, u8)>>,
}

impl Palette {
    /// The palette of pictures of 3 or 4 channels, with at most `size` colours. `transparent`: one of them is.
    pub(super) fn of(
        frames: &[Raster<u8>],
        size: usize,
        alpha: Alpha,
        transparent: bool,
        context: &Context<'_>,
    ) -> Result<Self, TaskError> {
        let exact = few_colors(frames, size, alpha, transparent, context)?;
        let colors = match &exact {
            Some(numbers) => {
                let mut colors: Vec<_> = numbers.iter().map(|(color, number)| (*number, *color)).collect();
                colors.sort_unstable();
                colors.into_iter().map(|(_, color)| color).collect()
            }
            None => chosen(frames, size, alpha, transparent, context)?,
        };
        let transparent = colors.iter().position(|color| *color == TRANSPARENT).map(|number| number as u8);
        // What is opaque does not become transparent.
        let hidden = if alpha == Alpha::OnOff { transparent } else { None };
        let places = Places::of(&colors, hidden);
        Ok(Self { colors, transparent, alpha, exact, places, remembered: vec![None; REMEMBERED] })
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
        let (mut now, mut next) = (vec![[0_f32; 4]; width + 2], vec![[0_f32; 4]; width + 2]);
        for (y, target) in indices.chunks_exact_mut(width).enumerate() {
            context.check()?;
            for (x, (index, pixel)) in target.iter_mut().zip(raster.row(y).chunks_exact(raster.channels)).enumerate() {
                let color = color_of(pixel, self.alpha);
                if let Some(number) = self.exact.as_ref().and_then(|exact| exact.get(&color)) {
                    *index = *number;
                    continue;
                }
                if let (Some(number), TRANSPARENT) = (self.transparent, color) {
                    *index = number;
                    continue;
                }
                let wanted: [f32; 4] = std::array::from_fn(|i| (f32::from(color[i]) + now[x + 1][i]).clamp(0.0, 255.0));
                let number = self.nearest(wanted.map(|value| (value + 0.5) as u8));
                *index = number;
                let found = self.colors[usize::from(number)];
                for i in 0..4 {
                    // Floyd and Steinberg, 1976; a little less, so that nothing builds up.
                    let missed = SPREAD * dither * (wanted[i] - f32::from(found[i])) / 16.0;
                    now[x + 2][i] += 7.0 * missed;
                    next[x][i] += 3.0 * missed;
                    next[x + 1][i] += 5.0 * missed;
                    next[x + 2][i] += missed;
                }
            }
            std::mem::swap(&mut now, &mut next);
            next.fill([0.0; 4]);
        }
        Ok(indices)
    }

    fn nearest(&mut self, color: Color) -> u8 {
        let at = u32::from_ne_bytes(color).wrapping_mul(0x9e37_79b1) as usize >> 16 & (REMEMBERED - 1);
        if let Some((remembered, number)) = self.remembered[at]
            && remembered == color
        {
            return number;
        }
        let number = self.places.nearest(place_of(&color));
        self.remembered[at] = Some((color, number));
        number
    }
}

/// Whether a pixel of 3 or 4 channels shows nothing, where alpha is on or off.
pub(super) fn is_transparent(pixel: &[u8]) -> bool {
    color_of(pixel, Alpha::OnOff) == TRANSPARENT
}

/// The colour of a pixel of 3 or 4 channels, as a palette can have it.
fn color_of(pixel: &[u8], alpha: Alpha) -> Color {
    match (pixel.get(3), alpha) {
        (None, _) | (Some(128..), Alpha::OnOff) => [pixel[0], pixel[1], pixel[2], 255],
        (Some(_), Alpha::OnOff) | (Some(0), Alpha::Full) => TRANSPARENT,
        (Some(alpha), Alpha::Full) => [pixel[0], pixel[1], pixel[2], *alpha],
    }
}

/// Where a colour is: as far from others as it looks.
fn place_of(color: &Color) -> [f32; 4] {
    let alpha = f32::from(color[3]);
    let [r, g, b] = [0, 1, 2].map(|i| f32::from(color[i]) * alpha / 255.0);
    [r, g, b, alpha]
}

/// Where the colours of a palette are, along the line from black to white and apart from it: what is far along the line is
/// far, so that only few are looked at.
struct Places(Vec<(f32, [f32; 4], u8)>);

impl Places {
    fn of(colors: &[Color], hidden: Option<u8>) -> Self {
        let numbered = colors.iter().map(place_of).zip(0..=255);
        let shown = numbered.filter(|(_, number)| Some(*number) != hidden);
        let mut places: Vec<_> = shown.map(|(place, number)| (along(place), place, number)).collect();
        places.sort_by(|(a, ..), (b, ..)| a.total_cmp(b));
        Self(places)
    }

    /// The number of the nearest colour; of several the lowest.
    fn nearest(&self, place: [f32; 4]) -> u8 {
        let here = along(place);
        let middle = self.0.partition_point(|(at, ..)| *at < here);
        let (before, behind) = self.0.split_at(middle);
        let mut best = (f32::INFINITY, 0);
        let mut look = |(at, candidate, number): &(f32, [f32; 4], u8)| {
            if (at - here) * (at - here) > best.0 {
                return false;
            }
            let distance: f32 = candidate.iter().zip(place).map(|(a, b)| (a - b) * (a - b)).sum();
            if distance < best.0 || (distance == best.0 && *number < best.1) {
                best = (distance, *number);
            }
            true
        };
        let (mut before, mut behind) = (before.iter().rev(), behind.iter());
        let (mut is_before, mut is_behind) = (true, true);
        while is_before || is_behind {
            is_before = is_before && before.next().is_some_and(&mut look);
            is_behind = is_behind && behind.next().is_some_and(&mut look);
        }
        best.1
    }
}

/// How far along the line, in the measure of places. A little less: what is rounded must not look farther than it is.
fn along(place: [f32; 4]) -> f32 {
    place.iter().sum::<f32>() * 0.499
}

/// All colours of the pictures, numbered, unless there are more than `size`.
fn few_colors(
    frames: &[Raster<u8>],
    size: usize,
    alpha: Alpha,
    transparent: bool,
    context: &Context<'_>,
) -> Result<Option<HashMap<Color, u8>>, TaskError> {
    let mut numbers = HashMap::new();
    if transparent {
        numbers.insert(TRANSPARENT, 0);
    }
    for raster in frames {
        let mut last = None;
        for y in 0..raster.height as usize {
            context.check()?;
            for color in raster.row(y).chunks_exact(raster.channels).map(|pixel| color_of(pixel, alpha)) {
                if last.replace(color) == Some(color) {
                    continue;
                }
                let count = numbers.len();
                if !numbers.contains_key(&color) && count == size {
                    return Ok(None);
                }
                numbers.entry(color).or_insert(count as u8);
            }
        }
    }
    Ok(Some(numbers))
}

/// The colours by which a sample of the pixels is shown best.
fn chosen(
    frames: &[Raster<u8>],
    size: usize,
    alpha: Alpha,
    transparent: bool,
    context: &Context<'_>,
) -> Result<Vec<Color>, TaskError> {
    let total: usize = frames.iter().map(|raster| raster.data.len() / raster.channels).sum();
    // No divisor of the width, so that it does not always meet the same columns.
    let step = (total / SAMPLE).max(1) | 1;
    let pixels = frames.iter().flat_map(|raster| raster.data.chunks_exact(raster.channels));
    let sample = pixels.step_by(step).map(|pixel| color_of(pixel, alpha));
    let sample: Vec<Color> = sample.filter(|color| *color != TRANSPARENT).collect();
    let room = (size - usize::from(transparent)).max(1);
    let mut colors =
        if sample.iter().all(|color| color[3] == 255) { by_wu(&sample, room) } else { by_network(&sample, room) };
    for _ in 0..ROUNDS {
        context.check()?;
        moved(&mut colors, &sample);
    }
    if transparent {
        colors.push(TRANSPARENT);
    }
    Ok(colors)
}

fn by_wu(sample: &[Color], room: usize) -> Vec<Color> {
    let sample: Vec<Srgb<u8>> = sample.iter().map(|[r, g, b, _]| Srgb::new(*r, *g, *b)).collect();
    let size = PaletteSize::try_from(room as u16).unwrap_or(PaletteSize::MAX);
    match WuU8x3::run_slice(&sample, BinnerU8x3::rgb()) {
        Ok(wu) => wu.palette(size).iter().map(|color| [color.red, color.green, color.blue, 255]).collect(),
        // There is nothing to be seen.
        Err(_) => vec![[0, 0, 0, 255]],
    }
}

fn by_network(sample: &[Color], room: usize) -> Vec<Color> {
    let network = NeuQuant::new(NETWORK, room, sample.as_flattened());
    network.color_map_rgba().as_chunks().0.to_vec()
}

/// One round of k-means: each colour moves into the middle of those that it is nearest to.
fn moved(colors: &mut [Color], sample: &[Color]) {
    let places = Places::of(colors, None);
    let mut sums = vec![([0_u32; 4], 0_u32); colors.len()];
    for color in sample {
        let (sum, count) = &mut sums[usize::from(places.nearest(place_of(color)))];
        sum.iter_mut().zip(color).for_each(|(sum, value)| *sum += u32::from(*value));
        *count += 1;
    }
    for (color, (sum, count)) in colors.iter_mut().zip(sums).filter(|(_, (_, count))| *count > 0) {
        *color = sum.map(|sum| ((sum + count / 2) / count) as u8);
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
    fn the_nearest_is_the_nearest() {
        let mut state = 5_u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        let colors: Vec<Color> = (0..256).map(|_| [random(), random(), random(), 255]).collect();
        let places = Places::of(&colors, Some(3));
        for _ in 0..5000 {
            let place = place_of(&[random(), random(), random(), 255]);
            let distance =
                |color: &Color| place_of(color).iter().zip(place).map(|(a, b)| (a - b) * (a - b)).sum::<f32>();
            let shown = colors.iter().enumerate().filter(|(number, _)| *number != 3);
            let expected = shown.min_by(|(_, a), (_, b)| distance(a).total_cmp(&distance(b))).unwrap().0;
            assert_eq!(usize::from(places.nearest(place)), expected);
        }
    }

    #[test]
    fn few_colours_stay_exactly() {
        let token = CancelToken::default();
        let context = Context::detached(&token);
        let frames = [raster(4, 4, &[9, 8, 7, 255, 1, 2, 3, 255, 9, 8, 7, 0, 9, 8, 7, 200])];
        let mut palette = Palette::of(&frames, 3, Alpha::OnOff, true, &context).unwrap();
        assert_eq!(palette.colors, [[0, 0, 0, 0], [9, 8, 7, 255], [1, 2, 3, 255]]);
        assert_eq!(palette.indices(&frames[0], 1.0, &context).unwrap()[..], [1, 2, 0, 1]);
        let mut palette = Palette::of(&frames, 4, Alpha::Full, false, &context).unwrap();
        assert_eq!(palette.colors[3], [9, 8, 7, 200]);
        assert_eq!(palette.indices(&frames[0], 1.0, &context).unwrap()[..], [0, 1, 2, 3]);
    }

    #[test]
    fn many_colours_become_the_nearest_ones_and_stay_the_same_on_average() {
        let token = CancelToken::default();
        let context = Context::detached(&token);
        let samples: Vec<u8> = (0..4096_u32).flat_map(|i| [(i % 256) as u8, (i / 16) as u8, 100]).collect();
        let frames = [raster(64, 3, &samples)];
        let mut palette = Palette::of(&frames, 32, Alpha::OnOff, false, &context).unwrap();
        assert!(palette.colors.len() <= 32);
        let indices = palette.indices(&frames[0], 1.0, &context).unwrap();
        let mean = |of: &dyn Fn(usize) -> u8| (0..4096).map(|i| f64::from(of(i))).sum::<f64>() / 4096.0;
        let (before, after) = (mean(&|i| samples[3 * i]), mean(&|i| palette.colors[usize::from(indices[i])][0]));
        assert!((before - after).abs() < 2.0, "{before} {after}");
    }

    #[test]
    fn a_palette_of_alphas_keeps_them() {
        let token = CancelToken::default();
        let context = Context::detached(&token);
        let samples: Vec<u8> = (0..4096_u32).flat_map(|i| [200, (i / 16) as u8, 100, (i % 64 * 4) as u8]).collect();
        let frames = [raster(64, 4, &samples)];
        let mut palette = Palette::of(&frames, 256, Alpha::Full, false, &context).unwrap();
        let indices = palette.indices(&frames[0], 0.0, &context).unwrap();
        let worst = indices
            .iter()
            .zip(samples.chunks_exact(4))
            .map(|(index, pixel)| palette.colors[usize::from(*index)][3].abs_diff(pixel[3]));
        assert!(worst.max() < Some(40));
    }
}
