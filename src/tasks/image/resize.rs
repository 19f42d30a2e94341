//! Resizing with Lanczos3, in bands of rows that idle threads of the pool take.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, MulDiv, PixelType, ResizeAlg, ResizeOptions, Resizer};

use super::fit::Plan;
use super::pixels::{Pixels, in_bands, in_bands_of};
use crate::engine::{Context, TaskError};

/// Source pixels that one band of the result is made from: about a millisecond.
const BAND_PIXELS: f64 = 1e6;

/// Rows below which a band is not cut further: its filter reaches beyond it on both sides, which is work done twice.
const MIN_ROWS: usize = 16;

/// The part of the image that the plan shows, in the plan's size. The plan is in the orientation of the stored pixels.
pub(super) fn resize(mut image: Pixels, plan: &Plan, context: &Context<'_>) -> Result<Pixels, TaskError> {
    let whole = Plan::unchanged((image.width, image.height));
    if (plan.shown, plan.size) == (whole.shown, whole.size) {
        return Ok(image);
    }
    let pixel_type = match image.channels {
        1 => PixelType::U8,
        2 => PixelType::U8x2,
        3 => PixelType::U8x3,
        _ => PixelType::U8x4,
    };
    // Otherwise the colour of transparent pixels would bleed into their neighbours.
    if image.has_alpha() {
        let (row_len, width) = (image.row_len(), image.width);
        in_bands(&mut image.data, row_len, context, &|_, band| {
            let mut view = view(width, row_len, band, pixel_type);
            MulDiv::new().multiply_alpha_inplace(&mut view).expect("a type with alpha");
        })?;
    }
    let mut result = Pixels::new(plan.size.0, plan.size.1, image.channels)?;
    let (row_len, width) = (result.row_len(), result.width);
    let source = ImageRef::new(image.width, image.height, &image.data, pixel_type).expect("as long as its size says");
    let left = (f64::from(image.width) - plan.shown.0) / 2.0;
    let top = (f64::from(image.height) - plan.shown.1) / 2.0;
    let shrink = plan.shown.1 / f64::from(plan.size.1);
    let bands = (plan.shown.0 * plan.shown.1 / BAND_PIXELS).ceil().max(1.0) as usize;
    let rows = (plan.size.1 as usize).div_ceil(bands).max(MIN_ROWS);
    in_bands_of(rows, &mut result.data, row_len, context, &|first, band| {
        let mut view = view(width, row_len, band, pixel_type);
        let band_top = top + first as f64 * shrink;
        // Rounding must not reach over the edge.
        let height = (f64::from(view.height()) * shrink).min(f64::from(image.height) - band_top);
        // The filter sees the pixels around the crop, so that bands meet without a seam.
        let options = ResizeOptions::new()
            .resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3))
            .use_alpha(false)
            .crop(left, band_top, plan.shown.0.min(f64::from(image.width) - left), height);
        Resizer::new().resize(&source, &mut view, &options).expect("the crop lies inside");
        if pixel_type == PixelType::U8x2 || pixel_type == PixelType::U8x4 {
            MulDiv::new().divide_alpha_inplace(&mut view).expect("a type with alpha");
        }
    })?;
    Ok(result)
}

fn view(width: u32, row_len: usize, band: &mut [u8], pixel_type: PixelType) -> Image<'_> {
    let rows = (band.len() / row_len) as u32;
    Image::from_slice_u8(width, rows, band, pixel_type).expect("whole rows")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::CancelToken;

    fn noise(width: u32, height: u32, channels: usize) -> Pixels {
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_103_515_245).wrapping_add(12345);
            (state >> 16) as u8
        };
        let data = (0..width as usize * height as usize * channels).map(|_| next()).collect();
        Pixels { width, height, channels, data }
    }

    fn resized(image: Pixels, plan: &Plan) -> Pixels {
        let token = CancelToken::default();
        resize(image, plan, &Context::detached(&token)).unwrap()
    }

    #[test]
    fn bands_meet_without_a_seam() {
        let (width, height) = (3000, 2111);
        let image = noise(width, height, 3);
        let mut whole = Image::new(401, 300, PixelType::U8x3);
        let source = ImageRef::new(width, height, &image.data, PixelType::U8x3).unwrap();
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3));
        Resizer::new().resize(&source, &mut whole, &options).unwrap();
        let plan = Plan { size: (401, 300), ..Plan::unchanged((width, height)) };
        let banded = resized(image, &plan);
        let worst = banded.data.iter().zip(whole.buffer()).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(worst <= Some(1), "{worst:?}");
    }

    #[test]
    fn transparent_pixels_give_no_colour() {
        // Opaque white beside transparent red.
        let data = [[255, 255, 255, 255], [255, 0, 0, 0]].concat().repeat(50);
        let image = Pixels { width: 100, height: 1, channels: 4, data };
        let plan = Plan { size: (10, 1), ..Plan::unchanged((100, 1)) };
        for pixel in resized(image, &plan).data.chunks_exact(4) {
            assert!(pixel[..3].iter().all(|value| *value > 250), "{pixel:?}");
            assert!(pixel[3].abs_diff(128) < 10, "{pixel:?}");
        }
    }

    #[test]
    fn every_number_of_channels_and_odd_crops() {
        for channels in 1..=4 {
            for (size, shown) in [((1, 1), (33.0, 21.0)), ((66, 10), (33.0, 5.0)), ((7, 63), (7.0 / 3.0, 21.0))] {
                let plan = Plan { shown, size, canvas: size };
                let result = resized(noise(33, 21, channels), &plan);
                assert_eq!(result.data.len(), size.0 as usize * size.1 as usize * channels);
            }
        }
    }
}
