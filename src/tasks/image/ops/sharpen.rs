//! Sharpening: a fast filter of 3 × 3 pixels, or unsharp masking of the lightness by the rules of `vips_sharpen`.

use super::alpha::{colored, unpremultiplied};
use super::filter::{gaussian, premultiplied, separable};
use super::lab::{lab_of, rgb_of};
use crate::engine::{Context, TaskError};
use crate::tasks::image::memory::Samples;
use crate::tasks::image::raster::{Picture, Raster, Sample, map, out_of_memory};
use crate::tasks::image::request::Sharpen;

/// Where libvips cuts the Gaussian of the mask off.
const MIN_AMPLITUDE: f64 = 0.1;

/// Levels of the lightness, as libvips stores it: 0 to 100.
const LEVELS: f32 = 327.67;

pub(in crate::tasks::image) fn sharpened(
    picture: Picture,
    sharpen: &Sharpen,
    context: &Context<'_>,
) -> Result<Picture, TaskError> {
    let has_alpha = picture.has_alpha();
    let picture = match sharpen.sigma {
        Some(_) => colored(picture, context)?,
        None => picture,
    };
    let picture = map!(picture, raster => {
        let raster = if has_alpha { premultiplied(&raster, context)? } else { raster };
        match sharpen.sigma {
            Some(sigma) => masked(raster, sigma, sharpen, context),
            None => fast(&raster, context),
        }
    })?;
    if has_alpha { unpremultiplied(picture, context) } else { Ok(picture) }
}

/// 32 times the sample less its eight neighbours, divided by 24. The edges go on.
fn fast<T: Sample>(raster: &Raster<T>, context: &Context<'_>) -> Result<Raster<T>, TaskError> {
    let (width, height, channels) = (raster.width as usize, raster.height as usize, raster.channels);
    let mut result = Raster::unset(raster.width, raster.height, channels)?;
    let row_len = result.row_len();
    result.in_bands(context, &|first, band| {
        for (y, row) in (first..).zip(band.chunks_exact_mut(row_len)) {
            let (above, here, below) =
                (raster.row(y.saturating_sub(1)), raster.row(y), raster.row((y + 1).min(height - 1)));
            for x in 0..width {
                let (left, right) = (x.saturating_sub(1) * channels, (x + 1).min(width - 1) * channels);
                for channel in 0..channels {
                    let at = x * channels + channel;
                    let of =
                        |row: &[T]| row[left + channel].to_f32() + row[at].to_f32() + row[right + channel].to_f32();
                    let value = 33.0 * here[at].to_f32() - of(above) - of(here) - of(below);
                    row[at] = T::of_f32((value / 24.0).clamp(0.0, T::MAX));
                }
            }
        }
    })?;
    Ok(result)
}

/// The lightness is made to differ more from its blurred self: little where it differs little, more where it differs more.
fn masked<T: Sample>(
    raster: Raster<T>,
    sigma: f64,
    sharpen: &Sharpen,
    context: &Context<'_>,
) -> Result<Raster<T>, TaskError> {
    let (m1, m2, x1) = (sharpen.m1 as f32, sharpen.m2 as f32, sharpen.x1 as f32);
    let (lightest, darkest) = (sharpen.y2 as f32, -sharpen.y3 as f32);
    let added = move |difference: f32| {
        let jagged = difference.abs() - x1;
        let value = if jagged > 0.0 { difference.signum() * (jagged * m2 + x1 * m1) } else { difference * m1 };
        value.clamp(darkest, lightest)
    };
    let lightness = raster.lightness(context)?;
    let blurred = separable(&lightness, &gaussian(sigma, MIN_AMPLITUDE), context)?;
    let mut result = raster;
    let (channels, row_len, width) = (result.channels, result.row_len(), result.width as usize);
    result.in_bands(context, &|first, band| {
        for (y, row) in (first..).zip(band.chunks_exact_mut(row_len)) {
            let differences = lightness.row(y).iter().zip(blurred.row(y));
            for (pixel, (sharp, soft)) in row.chunks_exact_mut(channels).zip(differences).take(width) {
                let difference = (f32::from(*sharp) - f32::from(*soft)) / LEVELS;
                if difference == 0.0 {
                    continue;
                }
                let [l, a, b] = lab_of([pixel[0], pixel[1], pixel[2]].map(|sample| sample.to_f32() / T::MAX));
                let rgb = rgb_of([(l + added(difference)).clamp(0.0, 100.0), a, b]);
                for (sample, value) in pixel.iter_mut().zip(rgb) {
                    *sample = T::of_f32(value * T::MAX);
                }
            }
        }
    })?;
    Ok(result)
}

impl<T: Sample> Raster<T> {
    /// The lightness of every pixel in 32768 levels.
    fn lightness(&self, context: &Context<'_>) -> Result<Raster<u16>, TaskError> {
        let len = self.width as usize * self.height as usize;
        let data = Samples::of_len(len).ok_or_else(|| out_of_memory(self.width, self.height))?;
        let mut result = Raster::<u16> { width: self.width, height: self.height, channels: 1, data };
        let row_len = result.row_len();
        result.in_bands(context, &|first, band| {
            for (y, row) in (first..).zip(band.chunks_exact_mut(row_len)) {
                for (level, pixel) in row.iter_mut().zip(self.row(y).chunks_exact(self.channels)) {
                    let [l, _, _] = lab_of([pixel[0], pixel[1], pixel[2]].map(|sample| sample.to_f32() / T::MAX));
                    *level = (l.clamp(0.0, 100.0) * LEVELS + 0.5) as u16;
                }
            }
        })?;
        Ok(result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::CancelToken;

    /// A step from dark to light, 16 × 8 pixels.
    fn step(channels: usize) -> Picture {
        let data: Vec<u8> = (0..16 * 8)
            .flat_map(|i| {
                let mut pixel = vec![if i % 16 < 8 { 60 } else { 160 }; channels];
                if channels.is_multiple_of(2) {
                    pixel[channels - 1] = 255;
                }
                pixel
            })
            .collect();
        Picture::Eight(Raster { width: 16, height: 8, channels, data: Samples::from_slice(&data).unwrap() })
    }

    #[test]
    fn an_edge_becomes_steeper_and_flat_areas_stay() {
        let token = CancelToken::default();
        for (channels, sigma) in [(1, None), (2, None), (3, None), (4, None), (3, Some(1.0)), (4, Some(2.0))] {
            let sharpen = Sharpen { sigma, ..Sharpen::default() };
            let Picture::Eight(result) = sharpened(step(channels), &sharpen, &Context::detached(&token)).unwrap()
            else {
                panic!("another depth")
            };
            let at = |x: usize| result.row(4)[x * channels];
            assert!(at(0).abs_diff(60) <= 1 && at(15).abs_diff(160) <= 1, "{channels} {sigma:?}");
            assert!(at(7) < 58 && at(8) > 162, "{channels} {sigma:?}: {} {}", at(7), at(8));
        }
    }
}
