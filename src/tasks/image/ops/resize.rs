//! Resizing: box reduction for large factors, then a convolution, in bands of rows that idle threads of the pool take.
//!
//! As libvips does it: a picture that becomes at least four times smaller is first made smaller by averaging whole pixels,
//! so far that the kernel has a factor of two or a little more left; and what becomes larger is interpolated by cubic
//! splines, whatever the kernel.

use std::cell::RefCell;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{Filter, FilterType, MulDiv, PixelType, ResizeAlg, ResizeOptions, Resizer};

use crate::engine::{Context, TaskError};
use crate::tasks::image::memory::{Plain, bytes_of, bytes_of_mut};
use crate::tasks::image::raster::{Picture, Raster, Sample, in_bands_of, map};
use crate::tasks::image::request::Kernel;
use crate::tasks::image::turn::Rectangle;

/// Source pixels that one band of the result is made from: about a millisecond.
const BAND_PIXELS: f64 = 1e6;

/// Rows below which a band is not cut further: its filter reaches beyond it on both sides, which is work done twice.
const MIN_ROWS: usize = 16;

/// The factor from which on a box comes before the kernel.
const BOX_FROM: f64 = 4.0;

thread_local! {
    /// Keeps the buffer between the two passes of a convolution. A band is small, so it is too.
    static RESIZER: RefCell<Resizer> = RefCell::new(Resizer::new());
}

/// The shown part of the picture in this size. Colours are weighted by their alpha.
pub(in crate::tasks::image) fn resized(
    picture: Picture,
    shown: Rectangle,
    size: (u32, u32),
    kernel: Kernel,
    context: &Context<'_>,
) -> Result<Picture, TaskError> {
    if shown == Rectangle::of(picture.size()) && size == picture.size() {
        return Ok(picture);
    }
    map!(picture, raster => {
        let has_alpha = raster.has_alpha();
        scaled(raster, shown, size, kernel, has_alpha, context)
    })
}

/// The same for one plane of a photo.
pub(in crate::tasks::image) fn resized_plane(
    plane: Raster<u8>,
    shown: Rectangle,
    size: (u32, u32),
    kernel: Kernel,
    context: &Context<'_>,
) -> Result<Raster<u8>, TaskError> {
    if shown == Rectangle::of(plane.size()) && size == plane.size() {
        return Ok(plane);
    }
    scaled(plane, shown, size, kernel, false, context)
}

/// Samples that the resizing library has a name for.
trait Typed: Sample {
    /// The type of a pixel of so many channels.
    fn pixel(channels: usize) -> PixelType;
}

impl Typed for u8 {
    fn pixel(channels: usize) -> PixelType {
        [PixelType::U8, PixelType::U8x2, PixelType::U8x3, PixelType::U8x4][channels - 1]
    }
}

impl Typed for u16 {
    fn pixel(channels: usize) -> PixelType {
        [PixelType::U16, PixelType::U16x2, PixelType::U16x3, PixelType::U16x4][channels - 1]
    }
}

fn scaled<T: Typed>(
    mut image: Raster<T>,
    mut shown: Rectangle,
    size: (u32, u32),
    kernel: Kernel,
    has_alpha: bool,
    context: &Context<'_>,
) -> Result<Raster<T>, TaskError> {
    let pixel_type = T::pixel(image.channels);
    // Otherwise the colour of transparent pixels would bleed into their neighbours.
    if has_alpha {
        let width = image.width;
        image.in_bands(context, &|_, band| {
            let mut view = view(width, band, pixel_type);
            MulDiv::new().multiply_alpha_inplace(&mut view).expect("a type with alpha");
        })?;
    }
    if kernel != Kernel::Nearest {
        let factor = |from: f64, to: u32| {
            let shrink = from / f64::from(to);
            if shrink >= BOX_FROM { (shrink / 2.0) as usize } else { 1 }
        };
        let (across, down) = (factor(shown.width, size.0), factor(shown.height, size.1));
        if across > 1 || down > 1 {
            image = boxed(&image, across, down, context)?;
            let (x, y) = (1.0 / across as f64, 1.0 / down as f64);
            shown = Rectangle {
                left: shown.left * x,
                top: shown.top * y,
                width: shown.width * x,
                height: shown.height * y,
            };
        }
    }
    let larger = |from: f64, to: u32| from < f64::from(to);
    let (wider, higher) = (larger(shown.width, size.0), larger(shown.height, size.1));
    let result = if wider == higher {
        convolved(&image, shown, size, algorithm(kernel, wider), has_alpha, context)?
    } else {
        // One axis after the other, the one that shrinks first.
        let between = if wider {
            ((image.width, size.1), Rectangle { left: 0.0, width: f64::from(image.width), ..shown })
        } else {
            ((size.0, image.height), Rectangle { top: 0.0, height: f64::from(image.height), ..shown })
        };
        let smaller = convolved(&image, between.1, between.0, algorithm(kernel, false), false, context)?;
        let rest = if wider {
            Rectangle { top: 0.0, height: f64::from(size.1), ..shown }
        } else {
            Rectangle { left: 0.0, width: f64::from(size.0), ..shown }
        };
        convolved(&smaller, rest, size, algorithm(kernel, true), has_alpha, context)?
    };
    Ok(result)
}

/// What the library is to do for a kernel.
fn algorithm(kernel: Kernel, enlarges: bool) -> ResizeAlg {
    let filter = match kernel {
        Kernel::Nearest => return ResizeAlg::Nearest,
        Kernel::Linear => FilterType::Bilinear,
        _ if enlarges => FilterType::CatmullRom,
        Kernel::Cubic => FilterType::CatmullRom,
        Kernel::Mitchell => FilterType::Mitchell,
        Kernel::Lanczos2 => {
            FilterType::Custom(Filter::new("lanczos2", lanczos2, 2.0).expect("its support is positive"))
        }
        Kernel::Lanczos3 => {
            FilterType::Custom(Filter::new("lanczos3", lanczos3, 3.0).expect("its support is positive"))
        }
    };
    ResizeAlg::Convolution(filter)
}

/// sinc(x) · sinc(x / 3) between -3 and 3. The sine of a thumbnail's many weights is worth a series of its own; with
/// t = πx / 3 and sin 3t = 3 sin t - 4 sin³ t one of them is enough.
fn lanczos3(x: f64) -> f64 {
    let t = std::f64::consts::FRAC_PI_3 * x.abs();
    if t < 1e-8 {
        return 1.0;
    }
    if x.abs() >= 3.0 {
        return 0.0;
    }
    let sine = sine(t.min(std::f64::consts::PI - t));
    sine * sine * (3.0 - 4.0 * sine * sine) / (3.0 * t * t)
}

/// The sine between 0 and π / 2, by its Taylor series: nine digits.
fn sine(t: f64) -> f64 {
    let t2 = t * t;
    let terms = [156.0, 110.0, 72.0, 42.0, 20.0, 6.0];
    t * terms.iter().fold(1.0, |sum, term| 1.0 - t2 / term * sum)
}

/// sinc(x) · sinc(x / 2) between -2 and 2.
fn lanczos2(x: f64) -> f64 {
    let sinc = |x: f64| if x == 0.0 { 1.0 } else { (std::f64::consts::PI * x).sin() / (std::f64::consts::PI * x) };
    if x.abs() < 2.0 { sinc(x) * sinc(x / 2.0) } else { 0.0 }
}

/// `divides`: the colours, which were multiplied by their alpha, are divided by it again.
fn convolved<T: Typed>(
    image: &Raster<T>,
    shown: Rectangle,
    size: (u32, u32),
    algorithm: ResizeAlg,
    divides: bool,
    context: &Context<'_>,
) -> Result<Raster<T>, TaskError> {
    let pixel_type = T::pixel(image.channels);
    let mut result = Raster::<T>::unset(size.0, size.1, image.channels)?;
    let row_len = result.row_len();
    let bytes = bytes_of(&image.data);
    let source = ImageRef::new(image.width, image.height, bytes, pixel_type).expect("as long as its size says");
    let shrink = shown.height / f64::from(size.1);
    let bands = (shown.width * shown.height / BAND_PIXELS).ceil().max(1.0) as usize;
    let rows = (size.1 as usize).div_ceil(bands).max(MIN_ROWS);
    // Rounding must not reach over the edges.
    let left = shown.left.clamp(0.0, f64::from(image.width) - f64::EPSILON);
    let width = shown.width.min(f64::from(image.width) - left);
    in_bands_of(rows, &mut result.data, row_len, context, &|first, band| {
        let mut view = view(size.0, band, pixel_type);
        let top = (shown.top + first as f64 * shrink).clamp(0.0, f64::from(image.height) - f64::EPSILON);
        let height = (f64::from(view.height()) * shrink).min(f64::from(image.height) - top);
        // The filter sees the pixels around the crop, so that bands meet without a seam.
        let options = ResizeOptions::new().resize_alg(algorithm).use_alpha(false).crop(left, top, width, height);
        RESIZER.with_borrow_mut(|resizer| resizer.resize(&source, &mut view, &options).expect("the crop lies inside"));
        if divides {
            MulDiv::new().divide_alpha_inplace(&mut view).expect("a type with alpha");
        }
    })?;
    Ok(result)
}

fn view<T: Plain>(width: u32, band: &mut [T], pixel_type: PixelType) -> Image<'_> {
    let bytes = bytes_of_mut(band);
    let rows = bytes.len() / (width as usize * pixel_type.size());
    Image::from_slice_u8(width, rows as u32, bytes, pixel_type).expect("whole rows")
}

/// The averages of so many pixels each; fewer at the right and at the bottom, where no more are left.
pub(in crate::tasks::image) fn boxed<T: Sample>(
    image: &Raster<T>,
    across: usize,
    down: usize,
    context: &Context<'_>,
) -> Result<Raster<T>, TaskError> {
    let (width, height) = (image.width.div_ceil(across as u32), image.height.div_ceil(down as u32));
    let channels = image.channels;
    let mut result = Raster::unset(width, height, channels)?;
    let row_len = result.row_len();
    let rows = (BAND_PIXELS as usize / (image.width as usize * down)).max(1);
    in_bands_of(rows, &mut result.data, row_len, context, &|first, band| {
        let mut sums = vec![0_u32; image.row_len()];
        for (y, target) in (first..).zip(band.chunks_exact_mut(row_len)) {
            let rows = y * down..((y + 1) * down).min(image.height as usize);
            let summed = rows.len();
            for row in rows {
                for (sum, sample) in sums.iter_mut().zip(image.row(row)) {
                    *sum += sample.to_u32();
                }
            }
            for (pixel, cell) in target.chunks_exact_mut(channels).zip(sums.chunks(across * channels)) {
                let count = (summed * (cell.len() / channels)) as u64;
                for (channel, value) in pixel.iter_mut().enumerate() {
                    let sum: u64 = cell[channel..].iter().step_by(channels).map(|sum| u64::from(*sum)).sum();
                    *value = T::of_u32(((sum + count / 2) / count) as u32);
                }
            }
            sums.fill(0);
        }
    })?;
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::CancelToken;
    use crate::tasks::image::memory::Samples;

    fn noise(width: u32, height: u32, channels: usize) -> Raster<u8> {
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_103_515_245).wrapping_add(12345);
            (state >> 16) as u8
        };
        let data: Vec<u8> = (0..width as usize * height as usize * channels).map(|_| next()).collect();
        Raster { width, height, channels, data: Samples::from_slice(&data).unwrap() }
    }

    fn resized_whole(image: Raster<u8>, size: (u32, u32), kernel: Kernel) -> Raster<u8> {
        let token = CancelToken::default();
        let shown = Rectangle::of(image.size());
        let picture = resized(Picture::Eight(image), shown, size, kernel, &Context::detached(&token)).unwrap();
        let Picture::Eight(raster) = picture else { panic!("another depth") };
        raster
    }

    #[test]
    fn bands_meet_without_a_seam() {
        let (width, height) = (3000, 2111);
        let image = noise(width, height, 3);
        let mut whole = Image::new(1001, 800, PixelType::U8x3);
        let source = ImageRef::new(width, height, &image.data, PixelType::U8x3).unwrap();
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3));
        Resizer::new().resize(&source, &mut whole, &options).unwrap();
        let banded = resized_whole(image, (1001, 800), Kernel::Lanczos3);
        let worst = banded.data.iter().zip(whole.buffer()).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(worst <= Some(1), "{worst:?}");
    }

    #[test]
    fn transparent_pixels_give_no_colour() {
        // Opaque white beside transparent red.
        let data = [[255, 255, 255, 255], [255, 0, 0, 0]].concat().repeat(50);
        let image = Raster { width: 100, height: 1, channels: 4, data: Samples::from_slice(&data).unwrap() };
        for pixel in resized_whole(image, (10, 1), Kernel::Lanczos3).data.chunks_exact(4) {
            assert!(pixel[..3].iter().all(|value| *value > 250), "{pixel:?}");
            assert!(pixel[3].abs_diff(128) < 10, "{pixel:?}");
        }
    }

    #[test]
    fn lanczos_is_the_product_of_two_sincs() {
        let sinc = |x: f64| if x == 0.0 { 1.0 } else { (std::f64::consts::PI * x).sin() / (std::f64::consts::PI * x) };
        for i in -310..=310 {
            let x = f64::from(i) / 100.0;
            let expected = if x.abs() < 3.0 { sinc(x) * sinc(x / 3.0) } else { 0.0 };
            assert!((lanczos3(x) - expected).abs() < 1e-8, "{x}: {} {expected}", lanczos3(x));
        }
    }

    #[test]
    fn a_box_averages() {
        let token = CancelToken::default();
        let image = Raster {
            width: 3,
            height: 3,
            channels: 1,
            data: Samples::from_slice(&[1, 3, 10, 5, 7, 20, 9, 11, 40_u8]).unwrap(),
        };
        let smaller = boxed(&image, 2, 2, &Context::detached(&token)).unwrap();
        assert_eq!((smaller.size(), &smaller.data[..]), ((2, 2), &[4, 15, 10, 40][..]));
    }

    #[test]
    fn every_kernel_number_of_channels_and_odd_crops() {
        let kernels =
            [Kernel::Nearest, Kernel::Linear, Kernel::Cubic, Kernel::Mitchell, Kernel::Lanczos2, Kernel::Lanczos3];
        for kernel in kernels {
            for channels in 1..=4 {
                for size in [(1, 1), (66, 10), (7, 63), (3, 200), (100, 100)] {
                    let result = resized_whole(noise(33, 21, channels), size, kernel);
                    assert_eq!(result.data.len(), size.0 as usize * size.1 as usize * channels);
                }
            }
        }
    }

    #[test]
    fn a_flat_colour_stays() {
        for size in [(5, 5), (100, 90), (400, 3), (800, 700)] {
            let data = [17_u8, 200, 5].repeat(300 * 200);
            let image = Raster { width: 300, height: 200, channels: 3, data: Samples::from_slice(&data).unwrap() };
            let result = resized_whole(image, size, Kernel::Lanczos3);
            assert!(result.data.chunks_exact(3).all(|pixel| pixel == [17, 200, 5]), "{size:?}");
        }
    }
}
