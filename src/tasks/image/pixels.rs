//! An image in memory: 8 bits a channel, one to four channels, rows without padding.
//!
//! Runs on: the thread of the task and every idle thread of the pool, a band of rows at a time.

use std::alloc::{Layout, alloc_zeroed};
use std::sync::{Mutex, PoisonError};

use image::metadata::Orientation;

use super::options::Color;
use crate::engine::{Code, Context, TaskError};

/// Bytes of a band: well below a millisecond of work.
const BAND: usize = 512 * 1024;

/// Grey, grey and alpha, RGB, or RGBA. Alpha is not premultiplied.
#[derive(Debug)]
pub(super) struct Pixels {
    pub(super) width: u32,
    pub(super) height: u32,
    /// 1 to 4.
    pub(super) channels: usize,
    /// `width * height * channels` bytes.
    pub(super) data: Vec<u8>,
}

impl Pixels {
    pub(super) fn new(width: u32, height: u32, channels: usize) -> Result<Self, TaskError> {
        let len = (width as usize).checked_mul(height as usize).and_then(|pixels| pixels.checked_mul(channels));
        let data = len.and_then(zeroed).ok_or_else(|| out_of_memory(width, height))?;
        Ok(Self { width, height, channels, data })
    }

    pub(super) fn row_len(&self) -> usize {
        self.width as usize * self.channels
    }

    pub(super) fn has_alpha(&self) -> bool {
        self.channels.is_multiple_of(2)
    }

    /// The image as a viewer that heeds the orientation shows it.
    pub(super) fn oriented(self, orientation: Orientation, context: &Context<'_>) -> Result<Self, TaskError> {
        if orientation == Orientation::NoTransforms {
            return Ok(self);
        }
        let (width, height) = turned((self.width, self.height), orientation);
        let mut result = Self::new(width, height, self.channels)?;
        let (last_x, last_y) = (self.width as usize - 1, self.height as usize - 1);
        let (channels, row_len) = (self.channels, self.row_len());
        // Where the pixel at (x, y) of the result is in this image.
        let origin = |x: usize, y: usize| match orientation {
            Orientation::NoTransforms => (x, y),
            Orientation::FlipHorizontal => (last_x - x, y),
            Orientation::Rotate180 => (last_x - x, last_y - y),
            Orientation::FlipVertical => (x, last_y - y),
            Orientation::Rotate90FlipH => (y, x),
            Orientation::Rotate90 => (y, last_y - x),
            Orientation::Rotate270FlipH => (last_x - y, last_y - x),
            Orientation::Rotate270 => (last_x - y, x),
        };
        let source = &self.data;
        let target_row = result.row_len();
        in_bands(&mut result.data, target_row, context, &|first, band| {
            for (y, row) in (first..).zip(band.chunks_exact_mut(target_row)) {
                for (x, pixel) in row.chunks_exact_mut(channels).enumerate() {
                    let (from_x, from_y) = origin(x, y);
                    let at = from_y * row_len + from_x * channels;
                    pixel.copy_from_slice(&source[at..at + channels]);
                }
            }
        })?;
        Ok(result)
    }

    /// The image in the middle of a canvas of one colour.
    pub(super) fn padded(self, canvas: (u32, u32), color: Color, context: &Context<'_>) -> Result<Self, TaskError> {
        if canvas == (self.width, self.height) {
            return Ok(self);
        }
        let image = self.taking(color, context)?;
        let mut result = Self::new(canvas.0, canvas.1, image.channels)?;
        let (left, top) = ((canvas.0 - image.width) as usize / 2, (canvas.1 - image.height) as usize / 2);
        let (target_row, source_row) = (result.row_len(), image.row_len());
        let pixel = &image.pixel(color);
        in_bands(&mut result.data, target_row, context, &|first, band| {
            for (y, row) in (first..).zip(band.chunks_exact_mut(target_row)) {
                row.chunks_exact_mut(pixel.len()).for_each(|target| target.copy_from_slice(pixel));
                let inside = y.checked_sub(top).filter(|y| *y < image.height as usize);
                if let Some(y) = inside {
                    let from = left * pixel.len();
                    row[from..from + source_row].copy_from_slice(&image.data[y * source_row..(y + 1) * source_row]);
                }
            }
        })?;
        Ok(result)
    }

    /// The image with the channels that it needs to show a colour.
    fn taking(self, color: Color, context: &Context<'_>) -> Result<Self, TaskError> {
        let [r, g, b, a] = color.rgba;
        let colored = self.channels >= 3 || r != g || g != b;
        let alpha = self.has_alpha() || a != 255;
        self.with_channels(if colored { 3 } else { 1 } + usize::from(alpha), context)
    }

    /// Adds colour or alpha channels, or both. Alpha is never taken away, nor colour.
    pub(super) fn with_channels(self, channels: usize, context: &Context<'_>) -> Result<Self, TaskError> {
        if channels == self.channels {
            return Ok(self);
        }
        let mut result = Self::new(self.width, self.height, channels)?;
        let (target_row, source_row) = (result.row_len(), self.row_len());
        let (had_alpha, was_grey) = (self.has_alpha(), self.channels < 3);
        let source = &self.data;
        let has_alpha = channels.is_multiple_of(2);
        in_bands(&mut result.data, target_row, context, &|first, band| {
            let rows = source[first * source_row..].chunks_exact(self.channels);
            for (target, pixel) in band.chunks_exact_mut(channels).zip(rows) {
                let colors = channels - usize::from(has_alpha);
                for (i, value) in target[..colors].iter_mut().enumerate() {
                    *value = pixel[if was_grey { 0 } else { i }];
                }
                if has_alpha {
                    target[colors] = if had_alpha { pixel[self.channels - 1] } else { 255 };
                }
            }
        })?;
        Ok(result)
    }

    /// The image on a background, without alpha. The background is taken as opaque.
    pub(super) fn flattened(self, color: Color, context: &Context<'_>) -> Result<Self, TaskError> {
        if !self.has_alpha() {
            return Ok(self);
        }
        let opaque = Color { rgba: [color.rgba[0], color.rgba[1], color.rgba[2], 255] };
        let image = self.taking(opaque, context)?;
        let behind = image.pixel(opaque);
        let channels = image.channels - 1;
        let mut result = Self::new(image.width, image.height, channels)?;
        let (target_row, source_row) = (result.row_len(), image.row_len());
        in_bands(&mut result.data, target_row, context, &|first, band| {
            let pixels = image.data[first * source_row..].chunks_exact(channels + 1);
            for (target, pixel) in band.chunks_exact_mut(channels).zip(pixels) {
                let alpha = u32::from(pixel[channels]);
                for (i, value) in target.iter_mut().enumerate() {
                    let sum = u32::from(pixel[i]) * alpha + u32::from(behind[i]) * (255 - alpha);
                    *value = ((sum + 127) / 255) as u8;
                }
            }
        })?;
        Ok(result)
    }

    /// A pixel of this image in a colour that its channels can show.
    fn pixel(&self, color: Color) -> Vec<u8> {
        let [r, g, b, a] = color.rgba;
        match self.channels {
            1 => vec![r],
            2 => vec![r, a],
            3 => vec![r, g, b],
            _ => vec![r, g, b, a],
        }
    }
}

/// Whether width and height change places.
pub(super) fn lies_on_its_side(orientation: Orientation) -> bool {
    use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
    matches!(orientation, Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH)
}

/// The size that an image of this size has once it is oriented.
pub(super) fn turned((width, height): (u32, u32), orientation: Orientation) -> (u32, u32) {
    if lies_on_its_side(orientation) { (height, width) } else { (width, height) }
}

/// Calls `body` with the number of its first row and the rows, for all bands of an image.
pub(super) fn in_bands(
    data: &mut [u8],
    row_len: usize,
    context: &Context<'_>,
    body: &(dyn Fn(usize, &mut [u8]) + Sync),
) -> Result<(), TaskError> {
    in_bands_of((BAND / row_len).max(1), data, row_len, context, body)
}

/// The same with bands of so many rows.
pub(super) fn in_bands_of(
    rows: usize,
    data: &mut [u8],
    row_len: usize,
    context: &Context<'_>,
    body: &(dyn Fn(usize, &mut [u8]) + Sync),
) -> Result<(), TaskError> {
    // Every band is locked once, by whoever claims its block.
    let bands: Vec<Mutex<&mut [u8]>> = data.chunks_mut(rows * row_len).map(Mutex::new).collect();
    context.for_each_block(bands.len(), &|i| {
        body(i * rows, &mut bands[i].lock().unwrap_or_else(PoisonError::into_inner));
    })
}

/// So many zero bytes, or `None` where the system has no memory for them: `vec!` would end the process. The pages are
/// not touched before they are used.
pub(super) fn zeroed(len: usize) -> Option<Vec<u8>> {
    if len == 0 {
        return Some(Vec::new());
    }
    let layout = Layout::array::<u8>(len).ok()?;
    // SAFETY: the layout has a size, since `len` is not 0.
    let memory = unsafe { alloc_zeroed(layout) };
    // SAFETY: the global allocator gave `len` bytes with the layout of a `Vec<u8>` of that capacity, all of them zero.
    (!memory.is_null()).then(|| unsafe { Vec::from_raw_parts(memory, len, len) })
}

pub(super) fn out_of_memory(width: u32, height: u32) -> TaskError {
    TaskError::new(Code::ImageTooLarge, format!("There is no memory for an image of {width} × {height} pixels"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::CancelToken;

    /// 3 × 2 pixels, numbered row by row.
    fn numbered() -> Pixels {
        Pixels { width: 3, height: 2, channels: 1, data: vec![1, 2, 3, 4, 5, 6] }
    }

    fn oriented(exif: u8) -> Vec<u8> {
        let token = CancelToken::default();
        let orientation = Orientation::from_exif(exif).unwrap();
        numbered().oriented(orientation, &Context::detached(&token)).unwrap().data
    }

    #[test]
    fn orientations_are_those_of_exif() {
        assert_eq!(oriented(1), [1, 2, 3, 4, 5, 6]);
        assert_eq!(oriented(2), [3, 2, 1, 6, 5, 4]);
        assert_eq!(oriented(3), [6, 5, 4, 3, 2, 1]);
        assert_eq!(oriented(4), [4, 5, 6, 1, 2, 3]);
        assert_eq!(oriented(5), [1, 4, 2, 5, 3, 6]);
        assert_eq!(oriented(6), [4, 1, 5, 2, 6, 3]);
        assert_eq!(oriented(7), [6, 3, 5, 2, 4, 1]);
        assert_eq!(oriented(8), [3, 6, 2, 5, 1, 4]);
    }

    #[test]
    fn a_canvas_has_the_channels_of_its_colour() {
        let token = CancelToken::default();
        let context = Context::detached(&token);
        let image = Pixels { width: 1, height: 1, channels: 1, data: vec![7] };
        let red = Color { rgba: [255, 0, 0, 255] };
        let padded = image.padded((3, 1), red, &context).unwrap();
        assert_eq!(padded.data, [255, 0, 0, 7, 7, 7, 255, 0, 0]);
        let clear = Color { rgba: [0, 0, 0, 0] };
        let image = Pixels { width: 1, height: 1, channels: 1, data: vec![7] };
        assert_eq!(image.padded((2, 1), clear, &context).unwrap().data, [7, 255, 0, 0]);
    }

    #[test]
    fn alpha_is_flattened_onto_the_background() {
        let token = CancelToken::default();
        let context = Context::detached(&token);
        let image = Pixels { width: 3, height: 1, channels: 2, data: vec![200, 255, 200, 0, 200, 128] };
        let grey = Color { rgba: [100, 100, 100, 0] };
        assert_eq!(image.flattened(grey, &context).unwrap().data, [200, 100, 150]);
    }

    #[test]
    fn memory_that_is_not_there_is_an_error() {
        assert!(zeroed(usize::MAX).is_none());
        assert_eq!(Pixels::new(u32::MAX, u32::MAX, 4).unwrap_err().code, Code::ImageTooLarge);
    }
}
