//! The median of the samples around a sample: takes specks away and leaves edges.

use crate::engine::{Context, TaskError};
use crate::tasks::image::raster::{Picture, Raster, Sample, in_bands_of, map};

/// Steps of a window that are taken between two looks at the cancel token.
const BAND_STEPS: usize = 1 << 20;

/// Every sample becomes the median of the square of this side around it, whose edges go on.
pub(in crate::tasks::image) fn median(
    picture: Picture,
    size: usize,
    context: &Context<'_>,
) -> Result<Picture, TaskError> {
    if size == 1 {
        return Ok(picture);
    }
    map!(picture, raster => of_squares(&raster, size, context))
}

pub(super) fn of_squares<T: Sample>(
    raster: &Raster<T>,
    size: usize,
    context: &Context<'_>,
) -> Result<Raster<T>, TaskError> {
    let mut result = Raster::unset(raster.width, raster.height, raster.channels)?;
    let row_len = result.row_len();
    let rows = (BAND_STEPS / (row_len * size)).max(1);
    in_bands_of(rows, &mut result.data, row_len, context, &|first, band| {
        let mut window = Window::<T>::new(size * size / 2);
        for (y, row) in (first..).zip(band.chunks_exact_mut(row_len)) {
            for channel in 0..raster.channels {
                window.slide(raster, y, channel, size, row);
            }
        }
    })?;
    Ok(result)
}

/// How often each level is in the window, in two steps, so that a level is found without looking at all of them.
struct Window<T> {
    fine: Vec<u32>,
    coarse: Vec<u32>,
    /// How many samples are below the median.
    rank: usize,
    of: std::marker::PhantomData<T>,
}

impl<T: Sample> Window<T> {
    /// A level's higher half of bits is the number of its coarse step.
    const STEP: usize = 1 << (T::BITS / 2);

    fn new(rank: usize) -> Self {
        let levels = T::MAX as usize + 1;
        Self { fine: vec![0; levels], coarse: vec![0; levels / Self::STEP], rank, of: std::marker::PhantomData }
    }

    fn count(&mut self, sample: T, by: u32) {
        let level = sample.to_u32() as usize;
        self.fine[level] = self.fine[level].wrapping_add(by);
        self.coarse[level / Self::STEP] = self.coarse[level / Self::STEP].wrapping_add(by);
    }

    fn median(&self) -> T {
        let mut left = self.rank;
        let mut step = 0;
        while self.coarse[step] as usize <= left {
            left -= self.coarse[step] as usize;
            step += 1;
        }
        let mut level = step * Self::STEP;
        while self.fine[level] as usize <= left {
            left -= self.fine[level] as usize;
            level += 1;
        }
        T::of_u32(level as u32)
    }

    /// Moves over one channel of one row, from left to right.
    fn slide(&mut self, raster: &Raster<T>, y: usize, channel: usize, size: usize, row: &mut [T]) {
        let (width, height) = (raster.width as usize, raster.height as usize);
        let before = size / 2;
        let inside = |at: usize, end: usize| at.saturating_sub(before).min(end - 1);
        let rows: Vec<&[T]> = (0..size).map(|i| raster.row(inside(y + i, height))).collect();
        let sample = |row: &[T], x: usize| row[inside(x, width) * raster.channels + channel];
        self.fine.fill(0);
        self.coarse.fill(0);
        for row in &rows {
            for x in 0..size {
                self.count(sample(row, x), 1);
            }
        }
        for x in 0..width {
            row[x * raster.channels + channel] = self.median();
            for row in &rows {
                self.count(sample(row, x), u32::MAX);
                self.count(sample(row, x + size), 1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::CancelToken;
    use crate::tasks::image::memory::Samples;

    fn median_of<T: Sample>(samples: &[T], width: u32, channels: usize, size: usize) -> Vec<T> {
        let token = CancelToken::default();
        let height = (samples.len() / channels / width as usize) as u32;
        let raster = Raster { width, height, channels, data: Samples::from_slice(samples).unwrap() };
        of_squares(&raster, size, &Context::detached(&token)).unwrap().data.to_vec()
    }

    #[test]
    fn it_is_that_of_the_sorted_samples() {
        let samples: Vec<u16> = (0..77_u32).map(|i| (i * i * 7919 % 65521) as u16).collect();
        let (width, height) = (11_i32, 7_i32);
        for size in [2, 3, 4, 5, 9] {
            let expected: Vec<u16> = (0..77)
                .map(|i| {
                    let (x, y) = (i % width, i / width);
                    let mut around: Vec<u16> = (0..size * size)
                        .map(|j| {
                            let (dx, dy) = (j % size - size / 2, j / size - size / 2);
                            samples[((y + dy).clamp(0, height - 1) * width + (x + dx).clamp(0, width - 1)) as usize]
                        })
                        .collect();
                    around.sort_unstable();
                    around[(size * size / 2) as usize]
                })
                .collect();
            assert_eq!(median_of(&samples, 11, 1, size as usize), expected, "{size}");
        }
    }

    #[test]
    fn a_speck_goes_in_each_channel_for_itself() {
        let mut samples = [10_u8, 200].repeat(25);
        samples[24] = 255;
        assert_eq!(median_of(&samples, 5, 2, 3), [10_u8, 200].repeat(25));
    }
}
