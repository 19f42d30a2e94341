//! An image in memory: 8 or 16 bits a sample, one to four channels, rows without padding.
//!
//! Runs on: the thread of the task and every idle thread of the pool, a band of rows at a time.

use std::sync::{Mutex, PoisonError};

use super::memory::{Plain, Samples};
use crate::engine::{Code, Context, TaskError};

/// Samples of a band: well below a millisecond of work.
const BAND: usize = 64 * 1024;

/// A sample of a channel: 0 is none, `MAX` is all.
pub(super) trait Sample:
    Plain + Default + PartialEq + PartialOrd + Send + Sync + std::fmt::Debug + 'static
{
    /// Bits of the sample.
    const BITS: u8;
    /// The largest value, 255 or 65535.
    const MAX: f32;

    fn to_f32(self) -> f32;
    /// The nearest sample; what is outside the range becomes its end.
    fn of_f32(value: f32) -> Self;
    /// The sample that stands for an 8-bit one: 255 is `MAX`.
    fn of_u8(value: u8) -> Self;
    fn to_u32(self) -> u32;
    /// Of a number in the range of the sample.
    fn of_u32(value: u32) -> Self;
}

impl Sample for u8 {
    const BITS: u8 = 8;
    const MAX: f32 = 255.0;

    fn to_f32(self) -> f32 {
        f32::from(self)
    }

    fn of_f32(value: f32) -> Self {
        (value + 0.5) as Self
    }

    fn of_u8(value: u8) -> Self {
        value
    }

    fn to_u32(self) -> u32 {
        u32::from(self)
    }

    fn of_u32(value: u32) -> Self {
        value as Self
    }
}

impl Sample for u16 {
    const BITS: u8 = 16;
    const MAX: f32 = 65535.0;

    fn to_f32(self) -> f32 {
        f32::from(self)
    }

    fn of_f32(value: f32) -> Self {
        (value + 0.5) as Self
    }

    fn of_u8(value: u8) -> Self {
        257 * Self::from(value)
    }

    fn to_u32(self) -> u32 {
        u32::from(self)
    }

    fn of_u32(value: u32) -> Self {
        value as Self
    }
}

/// Grey, grey and alpha, RGB, or RGBA, in sRGB. Alpha is not premultiplied.
#[derive(Debug)]
pub(super) struct Raster<T: Sample> {
    pub(super) width: u32,
    pub(super) height: u32,
    /// 1 to 4.
    pub(super) channels: usize,
    /// `width * height * channels` samples.
    pub(super) data: Samples<T>,
}

impl<T: Sample> Raster<T> {
    /// An image whose samples are all 0.
    pub(super) fn new(width: u32, height: u32, channels: usize) -> Result<Self, TaskError> {
        let len = (width as usize).checked_mul(height as usize).and_then(|pixels| pixels.checked_mul(channels));
        let data = len.and_then(Samples::zeroed).ok_or_else(|| out_of_memory(width, height))?;
        Ok(Self { width, height, channels, data })
    }

    /// An image whose samples are of any value: for those who write all of them.
    pub(super) fn unset(width: u32, height: u32, channels: usize) -> Result<Self, TaskError> {
        let len = (width as usize).checked_mul(height as usize).and_then(|pixels| pixels.checked_mul(channels));
        let data = len.and_then(Samples::of_len).ok_or_else(|| out_of_memory(width, height))?;
        Ok(Self { width, height, channels, data })
    }

    pub(super) fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    /// Samples of a row.
    pub(super) fn row_len(&self) -> usize {
        self.width as usize * self.channels
    }

    pub(super) fn has_alpha(&self) -> bool {
        self.channels.is_multiple_of(2)
    }

    /// How many channels show colour: 1 or 3.
    pub(super) fn colors(&self) -> usize {
        self.channels - usize::from(self.has_alpha())
    }

    pub(super) fn row(&self, y: usize) -> &[T] {
        let len = self.row_len();
        &self.data[y * len..(y + 1) * len]
    }

    /// Calls `body` with the number of its first row and the rows, for all bands of the image.
    pub(super) fn in_bands(
        &mut self,
        context: &Context<'_>,
        body: &(dyn Fn(usize, &mut [T]) + Sync),
    ) -> Result<(), TaskError> {
        let row_len = self.row_len();
        in_bands_of((BAND / row_len).max(1), &mut self.data, row_len, context, body)
    }

    /// The higher 8 bits of each sample, which is how libvips narrows.
    pub(super) fn cut_to_eight(&self, context: &Context<'_>) -> Result<Raster<u8>, TaskError> {
        let mut result = Raster::<u8>::unset(self.width, self.height, self.channels)?;
        let row_len = self.row_len();
        result.in_bands(context, &|first, band| {
            for (narrow, sample) in band.iter_mut().zip(&self.data[first * row_len..]) {
                *narrow = (sample.to_u32() >> (T::BITS - 8)) as u8;
            }
        })?;
        Ok(result)
    }

    /// A new image of `channels` channels, in which `pixel(this pixel, new pixel)` makes each pixel.
    pub(super) fn map_pixels(
        &self,
        channels: usize,
        context: &Context<'_>,
        pixel: &(dyn Fn(&[T], &mut [T]) + Sync),
    ) -> Result<Self, TaskError> {
        let mut result = Self::new(self.width, self.height, channels)?;
        let row_len = self.row_len();
        result.in_bands(context, &|first, band| {
            let from = self.data[first * row_len..].chunks_exact(self.channels);
            for (target, source) in band.chunks_exact_mut(channels).zip(from) {
                pixel(source, target);
            }
        })?;
        Ok(result)
    }
}

/// An image of either depth.
#[derive(Debug)]
pub(super) enum Picture {
    Eight(Raster<u8>),
    Sixteen(Raster<u16>),
}

/// Runs the same generic code on whichever raster a picture has: `each!(picture, raster => expression)`.
macro_rules! each {
    ($picture:expr, $raster:ident => $body:expr) => {
        match $picture {
            $crate::tasks::image::raster::Picture::Eight($raster) => $body,
            $crate::tasks::image::raster::Picture::Sixteen($raster) => $body,
        }
    };
}
/// The same where the expression gives a `Result<Raster<T>, TaskError>`, which becomes a `Result<Picture, TaskError>`.
macro_rules! map {
    ($picture:expr, $raster:ident => $body:expr) => {
        match $picture {
            $crate::tasks::image::raster::Picture::Eight($raster) => {
                $body.map($crate::tasks::image::raster::Picture::Eight)
            }
            $crate::tasks::image::raster::Picture::Sixteen($raster) => {
                $body.map($crate::tasks::image::raster::Picture::Sixteen)
            }
        }
    };
}
pub(super) use {each, map};

impl Picture {
    pub(super) fn size(&self) -> (u32, u32) {
        each!(self, raster => raster.size())
    }

    pub(super) fn channels(&self) -> usize {
        each!(self, raster => raster.channels)
    }

    pub(super) fn has_alpha(&self) -> bool {
        each!(self, raster => raster.has_alpha())
    }

    /// The image in 8 bits.
    pub(super) fn narrowed(self, context: &Context<'_>) -> Result<Raster<u8>, TaskError> {
        let wide = match self {
            Self::Eight(raster) => return Ok(raster),
            Self::Sixteen(raster) => raster,
        };
        let mut result = Raster::new(wide.width, wide.height, wide.channels)?;
        let row_len = wide.row_len();
        result.in_bands(context, &|first, band| {
            for (narrow, sample) in band.iter_mut().zip(&wide.data[first * row_len..]) {
                *narrow = narrowed(*sample);
            }
        })?;
        Ok(result)
    }

    /// The image in 16 bits.
    pub(super) fn widened(self, context: &Context<'_>) -> Result<Raster<u16>, TaskError> {
        let narrow = match self {
            Self::Sixteen(raster) => return Ok(raster),
            Self::Eight(raster) => raster,
        };
        let mut result = Raster::new(narrow.width, narrow.height, narrow.channels)?;
        let row_len = narrow.row_len();
        result.in_bands(context, &|first, band| {
            for (wide, sample) in band.iter_mut().zip(&narrow.data[first * row_len..]) {
                *wide = u16::of_u8(*sample);
            }
        })?;
        Ok(result)
    }
}

/// The nearest of 256 levels.
fn narrowed(sample: u16) -> u8 {
    ((u32::from(sample) + 128) / 257) as u8
}

/// Calls `body` with the number of its first row and the rows, for all bands of so many rows.
pub(super) fn in_bands_of<T: Send>(
    rows: usize,
    data: &mut [T],
    row_len: usize,
    context: &Context<'_>,
    body: &(dyn Fn(usize, &mut [T]) + Sync),
) -> Result<(), TaskError> {
    // Every band is locked once, by whoever claims its block.
    let bands: Vec<Mutex<&mut [T]>> = data.chunks_mut(rows * row_len).map(Mutex::new).collect();
    context.for_each_block(bands.len(), &|i| {
        body(i * rows, &mut bands[i].lock().unwrap_or_else(PoisonError::into_inner));
    })
}

pub(super) fn out_of_memory(width: u32, height: u32) -> TaskError {
    TaskError::new(Code::ImageTooLarge, format!("There is no memory for an image of {width} × {height} pixels"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_bits_become_the_nearest_of_eight() {
        for level in 0..=255_u16 {
            assert_eq!(narrowed(257 * level), level as u8);
        }
        assert_eq!((narrowed(128), narrowed(129), narrowed(65535)), (0, 1, 255));
    }

    #[test]
    fn memory_that_is_not_there_is_an_error() {
        assert_eq!(Raster::<u8>::new(u32::MAX, u32::MAX, 4).unwrap_err().code, Code::ImageTooLarge);
    }
}
