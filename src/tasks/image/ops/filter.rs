//! What looks at the pixels around a pixel. Colours are weighted by their alpha meanwhile.

use super::alpha::unpremultiplied;
use crate::engine::{Context, TaskError};
use crate::tasks::image::raster::{Picture, Raster, Sample, map};
use crate::tasks::image::request::Blur;

/// Where libvips cuts a Gaussian off, unless it is told otherwise.
const MIN_AMPLITUDE: f64 = 0.2;

/// A Gaussian blur, or the mean of 3 × 3 pixels.
pub(in crate::tasks::image) fn blurred(
    picture: Picture,
    blur: &Blur,
    context: &Context<'_>,
) -> Result<Picture, TaskError> {
    let weights = match blur.sigma {
        Some(sigma) => gaussian(sigma, blur.min_amplitude.unwrap_or(MIN_AMPLITUDE)),
        None => vec![1.0; 3],
    };
    let has_alpha = picture.has_alpha();
    let picture = map!(picture, raster => {
        let raster = if has_alpha { premultiplied(&raster, context)? } else { raster };
        separable(&raster, &weights, context)
    })?;
    if has_alpha { unpremultiplied(picture, context) } else { Ok(picture) }
}

/// The weights of `vips_gaussmat` in integers: 20 times the Gaussian, as far as it reaches the least amplitude.
pub(super) fn gaussian(sigma: f64, least: f64) -> Vec<f32> {
    let at = |x: usize| (-((x * x) as f64) / (2.0 * sigma * sigma)).exp();
    let reach = (0..).take_while(|x| at(*x) >= least).count() - 1;
    let weight = |x: usize| (20.0 * at(x)).round() as f32;
    (0..=2 * reach).map(|i| weight(i.abs_diff(reach))).collect()
}

pub(super) fn premultiplied<T: Sample>(raster: &Raster<T>, context: &Context<'_>) -> Result<Raster<T>, TaskError> {
    let (channels, colors) = (raster.channels, raster.colors());
    raster.map_pixels(channels, context, &|from, to| {
        let alpha = from[colors].to_f32() / T::MAX;
        for (value, color) in to.iter_mut().zip(from) {
            *value = T::of_f32(color.to_f32() * alpha);
        }
        to[colors] = from[colors];
    })
}

/// A convolution along the rows and then along the columns, in which the edges go on.
pub(super) fn separable<T: Sample>(
    raster: &Raster<T>,
    weights: &[f32],
    context: &Context<'_>,
) -> Result<Raster<T>, TaskError> {
    let sum: f32 = weights.iter().sum();
    let weights: Vec<f32> = weights.iter().map(|weight| weight / sum).collect();
    let (channels, reach) = (raster.channels, weights.len() / 2);
    let (width, height) = (raster.width as usize, raster.height as usize);
    let mut along = Raster::<T>::unset(raster.width, raster.height, channels)?;
    let row_len = along.row_len();
    along.in_bands(context, &|first, band| {
        let mut padded = vec![0.0_f32; (width + 2 * reach) * channels];
        for (y, target) in (first..).zip(band.chunks_exact_mut(row_len)) {
            let row = raster.row(y);
            for (x, pixel) in padded.chunks_exact_mut(channels).enumerate() {
                let from = x.saturating_sub(reach).min(width - 1) * channels;
                for (value, sample) in pixel.iter_mut().zip(&row[from..]) {
                    *value = sample.to_f32();
                }
            }
            let mut sums = vec![0.0_f32; row_len];
            for (i, weight) in weights.iter().enumerate() {
                for (sum, value) in sums.iter_mut().zip(&padded[i * channels..]) {
                    *sum += weight * value;
                }
            }
            target.iter_mut().zip(sums).for_each(|(sample, sum)| *sample = T::of_f32(sum));
        }
    })?;
    let mut result = Raster::<T>::unset(raster.width, raster.height, channels)?;
    result.in_bands(context, &|first, band| {
        let mut sums = vec![0.0_f32; row_len];
        for (y, target) in (first..).zip(band.chunks_exact_mut(row_len)) {
            sums.fill(0.0);
            for (i, weight) in weights.iter().enumerate() {
                let row = along.row((y + i).saturating_sub(reach).min(height - 1));
                for (sum, sample) in sums.iter_mut().zip(row) {
                    *sum += weight * sample.to_f32();
                }
            }
            target.iter_mut().zip(&sums).for_each(|(sample, sum)| *sample = T::of_f32(*sum));
        }
    })?;
    Ok(result)
}
