//! From pixels to the planes that are encoded: brightness, and colour differences by BT.601, of the full range.

use rav1e::prelude::{ChromaSampling, Pixel, Plane};

use crate::engine::{Context, TaskError};
use crate::tasks::image::raster::{Raster, Sample};

/// Bits behind the point of a factor.
const POINT: u32 = 13;

/// Rows between two looks at the cancel token.
const ROWS: usize = 32;

/// Writes planes of samples of the type `P`.
pub(super) trait Fill<P: Pixel> {
    fn fill(&self, planes: &mut [Plane<P>; 3], context: &Context<'_>) -> Result<(), TaskError>;
}

/// Grey, or the alpha channel: one sample of each pixel.
pub(super) struct Single<'a, T: Sample> {
    pub(super) raster: &'a Raster<T>,
    pub(super) channel: usize,
    pub(super) bits: usize,
}

/// Red, green and blue, which every pixel begins with.
pub(super) struct Colors<'a, T: Sample> {
    pub(super) raster: &'a Raster<T>,
    pub(super) bits: usize,
    pub(super) sampling: ChromaSampling,
}

/// The nearest sample of fewer bits.
fn fewer<T: Sample>(sample: T, bits: usize) -> i32 {
    if usize::from(T::BITS) == bits {
        return sample.to_u32() as i32;
    }
    let max = (1 << bits) - 1;
    ((sample.to_u32() * max + T::MAX as u32 / 2) / T::MAX as u32) as i32
}

impl<T: Sample, P: Pixel> Fill<P> for Single<'_, T> {
    fn fill(&self, planes: &mut [Plane<P>; 3], context: &Context<'_>) -> Result<(), TaskError> {
        for y in 0..self.raster.height as usize {
            if y.is_multiple_of(ROWS) {
                context.check()?;
            }
            let pixels = self.raster.row(y).chunks_exact(self.raster.channels);
            for (to, pixel) in row(&mut planes[0], y).iter_mut().zip(pixels) {
                *to = P::cast_from(fewer(pixel[self.channel], self.bits));
            }
        }
        Ok(())
    }
}

impl<T: Sample, P: Pixel> Fill<P> for Colors<'_, T> {
    fn fill(&self, planes: &mut [Plane<P>; 3], context: &Context<'_>) -> Result<(), TaskError> {
        let (width, height) = (self.raster.width as usize, self.raster.height as usize);
        let halved = self.sampling == ChromaSampling::Cs420;
        let tall = if halved { 2 } else { 1 };
        let mut sums = vec![[0; 2]; if halved { width.div_ceil(2) } else { width }];
        let max = (1 << self.bits) - 1;
        let middle = 1 << (self.bits - 1);
        for top in (0..height).step_by(tall) {
            if top.is_multiple_of(ROWS) {
                context.check()?;
            }
            sums.fill([0; 2]);
            for y in top..top + tall {
                // The last row counts twice where there is none below it, and so does the last column.
                let is_row = y < height;
                let pixels = self.raster.row(y.min(height - 1)).chunks_exact(self.raster.channels);
                let lumas = &mut row(&mut planes[0], y.min(height - 1))[..width];
                for (x, (luma, pixel)) in lumas.iter_mut().zip(pixels).enumerate() {
                    let [red, green, blue] = [0, 1, 2].map(|channel| fewer(pixel[channel], self.bits));
                    let bright = RED * red + GREEN * green + BLUE * blue;
                    if is_row {
                        *luma = P::cast_from(rounded(bright, POINT).min(max));
                    }
                    let times = if halved && x + 1 == width && width % 2 == 1 { 2 } else { 1 };
                    let sum = &mut sums[if halved { x / 2 } else { x }];
                    sum[0] += times * ((blue << POINT) - bright);
                    sum[1] += times * ((red << POINT) - bright);
                }
            }
            for (plane, (number, factor)) in [(0, CB), (1, CR)].into_iter().enumerate() {
                let shift = if halved { 2 } else { 0 };
                for (to, sum) in row(&mut planes[plane + 1], top / tall).iter_mut().zip(&sums) {
                    let difference = i64::from(sum[number]) * i64::from(factor);
                    let half = 1 << (2 * POINT + shift - 1);
                    let value = ((difference + half) >> (2 * POINT + shift)) as i32 + middle;
                    *to = P::cast_from(value.clamp(0, max));
                }
            }
        }
        Ok(())
    }
}

const RED: i32 = fixed(0.299);
const BLUE: i32 = fixed(0.114);
/// The three are one together.
const GREEN: i32 = (1 << POINT) - RED - BLUE;
const CB: i32 = fixed(0.5 / (1.0 - 0.114));
const CR: i32 = fixed(0.5 / (1.0 - 0.299));

const fn fixed(value: f64) -> i32 {
    (value * (1 << POINT) as f64 + 0.5) as i32
}

fn rounded(value: i32, bits: u32) -> i32 {
    (value + (1 << (bits - 1))) >> bits
}

/// The row, from its first sample to the end of the padding.
fn row<P: Pixel>(plane: &mut Plane<P>, y: usize) -> &mut [P] {
    let (stride, start) = (plane.cfg.stride, plane.cfg.xorigin + (plane.cfg.yorigin + y) * plane.cfg.stride);
    &mut plane.data[start..start + stride - plane.cfg.xorigin]
}
