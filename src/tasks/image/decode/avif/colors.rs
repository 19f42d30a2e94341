//! From planes of brightness and colour differences to pixels, by ITU-T H.273. Halved chroma is repeated, as libheif has
//! it.
//!
//! Runs on: the thread of the task and every idle thread, in bands.

use super::av1::{Frame, Plane};
use super::boxes::{Fault, Parsed};
use super::picture::Nclx;
use crate::tasks::image::raster::Sample;

/// Bits behind the point of a factor. Sums of samples of 12 bits that become 16 fit into 32 bits with them.
const POINT: u32 = 12;

/// How much of each plane goes into a colour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Factors {
    /// The samples are red, green and blue already, in the order green, blue, red.
    identity: bool,
    black: i32,
    /// The chroma of grey.
    middle: i32,
    luma: i32,
    red_of_cr: i32,
    green_of_cb: i32,
    green_of_cr: i32,
    blue_of_cb: i32,
}

impl Factors {
    /// For samples of `bits` bits that become samples of up to `max`.
    pub(super) fn of(nclx: Nclx, bits: u8, monochrome: bool, max: f32) -> Parsed<Self> {
        // The shares of red and blue in brightness.
        let (red, blue) = match nclx.matrix {
            // Nothing is said: what most mean is BT.601.
            2 | 5 | 6 => (0.299, 0.114),
            0 | 1 => (0.2126, 0.0722),
            4 => (0.30, 0.11),
            7 => (0.212, 0.087),
            9 => (0.2627, 0.0593),
            _ if monochrome => (0.299, 0.114),
            _ => return Err(Fault::unsupported("its colours are coded in a way that is not read")),
        };
        let levels = f64::from((1 << bits) - 1);
        let step = f64::from(1 << (bits - 8));
        let (black, luma, chroma) =
            if nclx.full_range { (0.0, levels, levels) } else { (16.0 * step, 219.0 * step, 224.0 * step) };
        let scale = f64::from(max) * f64::from(1 << POINT);
        let factor = |value: f64| (value * scale).round() as i32;
        let green = 1.0 - red - blue;
        Ok(Self {
            identity: nclx.matrix == 0 && !monochrome,
            black: black as i32,
            middle: 1 << (bits - 1),
            luma: factor(1.0 / luma),
            red_of_cr: factor(2.0 * (1.0 - red) / chroma),
            green_of_cb: factor(-2.0 * (1.0 - blue) * blue / green / chroma),
            green_of_cr: factor(-2.0 * (1.0 - red) * red / green / chroma),
            blue_of_cb: factor(2.0 * (1.0 - blue) / chroma),
        })
    }

    /// What the largest sum of a pixel is at most.
    #[cfg(test)]
    pub(super) fn largest(&self, top: i64, middle: i64) -> i64 {
        let chroma = [self.red_of_cr, self.blue_of_cb, -self.green_of_cb - self.green_of_cr];
        let chroma = chroma.into_iter().max().unwrap_or(0);
        top * i64::from(self.luma) + middle * i64::from(chroma) + (1 << (POINT - 1))
    }

    fn bright(&self, sample: impl Sample) -> i32 {
        (sample.to_u32() as i32 - self.black) * self.luma
    }
}

fn sample<T: Sample>(value: i32) -> T {
    let rounded = (value + (1 << (POINT - 1))) >> POINT;
    T::of_u32(rounded.clamp(0, T::MAX as i32) as u32)
}

/// The planes of a frame, and what they mean.
pub(super) struct Planes<'a, S> {
    y: Plane<'a, S>,
    chroma: Option<(Plane<'a, S>, Plane<'a, S>)>,
    halved: (bool, bool),
    factors: Factors,
}

impl<'a, S: Sample> Planes<'a, S> {
    pub(super) fn of(frame: &'a Frame, factors: Factors) -> Parsed<Self> {
        let y = frame.plane(0).ok_or(Fault::invalid("its AV1 has no samples"))?;
        let halved = frame.coding.halved;
        let chroma = frame.plane(1).zip(frame.plane(2));
        if factors.identity && (chroma.is_none() || halved != (false, false)) {
            return Err(Fault::invalid("its colours are halved, and they are not brightness and chroma"));
        }
        Ok(Self { y, chroma, halved, factors })
    }

    /// Writes the colours of a part of a row, from the left; the pixels have `channels` samples.
    pub(super) fn row<T: Sample>(&self, y: usize, channels: usize, row: &mut [T]) {
        let factors = &self.factors;
        let pixels = row.chunks_exact_mut(channels).zip(self.y.row(y));
        let Some((cb, cr)) = &self.chroma else {
            pixels.for_each(|(pixel, luma)| pixel[0] = sample(factors.bright(*luma)));
            return;
        };
        let chroma_row = if self.halved.1 { y / 2 } else { y };
        let (cb, cr) = (cb.row(chroma_row), cr.row(chroma_row));
        if factors.identity {
            for ((pixel, green), (blue, red)) in pixels.zip(cb.iter().zip(cr)) {
                pixel[..3].copy_from_slice(&[*red, *green, *blue].map(|value| sample(factors.bright(value))));
            }
            return;
        }
        let write = |pixel: &mut [T], luma: &S, cb: &S, cr: &S| {
            let bright = factors.bright(*luma);
            let (cb, cr) = (cb.to_u32() as i32 - factors.middle, cr.to_u32() as i32 - factors.middle);
            pixel[0] = sample(bright + factors.red_of_cr * cr);
            pixel[1] = sample(bright + factors.green_of_cb * cb + factors.green_of_cr * cr);
            pixel[2] = sample(bright + factors.blue_of_cb * cb);
        };
        if self.halved.0 {
            let pairs = row.chunks_mut(2 * channels).zip(self.y.row(y).chunks(2));
            for ((pixels, lumas), (cb, cr)) in pairs.zip(cb.iter().zip(cr)) {
                pixels.chunks_exact_mut(channels).zip(lumas).for_each(|(pixel, luma)| write(pixel, luma, cb, cr));
            }
        } else {
            for ((pixel, luma), (cb, cr)) in pixels.zip(cb.iter().zip(cr)) {
                write(pixel, luma, cb, cr);
            }
        }
    }

    /// Writes the brightness into the last sample of each pixel: an alpha channel.
    pub(super) fn alpha_row<T: Sample>(&self, y: usize, channels: usize, row: &mut [T]) {
        for (pixel, luma) in row.chunks_exact_mut(channels).zip(self.y.row(y)) {
            pixel[channels - 1] = sample(self.factors.bright(*luma));
        }
    }
}
