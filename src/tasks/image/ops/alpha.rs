//! Alpha channels: added, taken away, merged with a background; and grey that becomes RGB.

use crate::engine::{Context, TaskError};
use crate::tasks::image::raster::{Picture, Raster, Sample, map};
use crate::tasks::image::request::Color;

/// The image with an alpha channel: its own, else one of this value, 0 to 1.
pub(in crate::tasks::image) fn ensured(
    picture: Picture,
    value: f64,
    context: &Context<'_>,
) -> Result<Picture, TaskError> {
    if picture.has_alpha() {
        return Ok(picture);
    }
    map!(picture, raster => with_alpha(&raster, value, context))
}

fn with_alpha<T: Sample>(raster: &Raster<T>, value: f64, context: &Context<'_>) -> Result<Raster<T>, TaskError> {
    // Cut off, as libvips does.
    let alpha = T::of_u32((value as f32 * T::MAX) as u32);
    let colors = raster.channels;
    raster.map_pixels(colors + 1, context, &|from, to| {
        to[..colors].copy_from_slice(from);
        to[colors] = alpha;
    })
}

/// The image without its alpha channel.
pub(in crate::tasks::image) fn removed(picture: Picture, context: &Context<'_>) -> Result<Picture, TaskError> {
    if !picture.has_alpha() {
        return Ok(picture);
    }
    map!(picture, raster => {
        let colors = raster.colors();
        raster.map_pixels(colors, context, &|from, to| to.copy_from_slice(&from[..colors]))
    })
}

/// The image on a background, without alpha. The background is taken as opaque.
pub(in crate::tasks::image) fn flattened(
    picture: Picture,
    background: Color,
    context: &Context<'_>,
) -> Result<Picture, TaskError> {
    if !picture.has_alpha() {
        return Ok(picture);
    }
    let picture = if background.is_grey() { picture } else { colored(picture, context)? };
    map!(picture, raster => on(&raster, &pixel(background, raster.channels), context))
}

/// The image, which has alpha, on a background pixel, whose own alpha does not count.
pub(super) fn on<T: Sample>(
    raster: &Raster<T>,
    background: &[T],
    context: &Context<'_>,
) -> Result<Raster<T>, TaskError> {
    let colors = raster.colors();
    let behind: Vec<u64> = background[..colors].iter().map(|sample| sample.to_u32().into()).collect();
    let max = T::MAX as u64;
    raster.map_pixels(colors, context, &|from, to| {
        let alpha = u64::from(from[colors].to_u32());
        for ((value, color), behind) in to.iter_mut().zip(from).zip(&behind) {
            // Rounded down, as libvips has it.
            let sum = u64::from(color.to_u32()) * alpha + behind * (max - alpha);
            *value = T::of_u32((sum / max) as u32);
        }
    })
}

/// Grey becomes RGB; alpha stays.
pub(in crate::tasks::image) fn colored(picture: Picture, context: &Context<'_>) -> Result<Picture, TaskError> {
    if picture.channels() > 2 {
        return Ok(picture);
    }
    map!(picture, raster => {
        raster.map_pixels(raster.channels + 2, context, &|from, to| {
            to[..3].fill(from[0]);
            if let [_, alpha] = from {
                to[3] = *alpha;
            }
        })
    })
}

/// The image whose colours were multiplied by their alpha, without that.
pub(in crate::tasks::image) fn unpremultiplied(picture: Picture, context: &Context<'_>) -> Result<Picture, TaskError> {
    if !picture.has_alpha() {
        return Ok(picture);
    }
    map!(picture, raster => divided(&raster, context))
}

fn divided<T: Sample>(raster: &Raster<T>, context: &Context<'_>) -> Result<Raster<T>, TaskError> {
    let (channels, colors) = (raster.channels, raster.colors());
    raster.map_pixels(channels, context, &|from, to| {
        let alpha = from[colors].to_f32();
        for (value, color) in to.iter_mut().zip(from) {
            *value = if alpha == 0.0 { T::default() } else { T::of_f32(color.to_f32() * T::MAX / alpha) };
        }
        to[colors] = from[colors];
    })
}

/// The channels that an image needs to show a colour beside it: RGB for one that is not grey, alpha for one that is not
/// opaque.
pub(super) fn taking(picture: Picture, color: Color, context: &Context<'_>) -> Result<Picture, TaskError> {
    let picture = if color.is_grey() { picture } else { colored(picture, context)? };
    if color.rgba[3] < 255 { ensured(picture, 1.0, context) } else { Ok(picture) }
}

/// A pixel of so many channels in a colour that they can show.
pub(super) fn pixel<T: Sample>(color: Color, channels: usize) -> Vec<T> {
    let [r, g, b, a] = color.rgba.map(T::of_u8);
    match channels {
        1 => vec![r],
        2 => vec![r, a],
        3 => vec![r, g, b],
        _ => vec![r, g, b, a],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::CancelToken;
    use crate::tasks::image::memory::Samples;

    fn picture(channels: usize, samples: &[u8]) -> Picture {
        let width = (samples.len() / channels) as u32;
        Picture::Eight(Raster { width, height: 1, channels, data: Samples::from_slice(samples).unwrap() })
    }

    fn samples(picture: Result<Picture, TaskError>) -> Vec<u8> {
        let Picture::Eight(raster) = picture.unwrap() else { panic!("another depth") };
        raster.data.to_vec()
    }

    #[test]
    fn alpha_comes_and_goes() {
        let token = CancelToken::default();
        let context = Context::detached(&token);
        assert_eq!(samples(ensured(picture(1, &[7, 9]), 0.5, &context)), [7, 127, 9, 127]);
        assert_eq!(samples(ensured(picture(2, &[7, 3]), 0.5, &context)), [7, 3]);
        assert_eq!(samples(removed(picture(4, &[1, 2, 3, 4]), &context)), [1, 2, 3]);
        assert_eq!(samples(colored(picture(2, &[1, 2]), &context)), [1, 1, 1, 2]);
        assert_eq!(samples(unpremultiplied(picture(2, &[64, 128, 9, 0]), &context)), [128, 128, 0, 0]);
    }

    #[test]
    fn what_is_transparent_is_merged_with_the_background() {
        let token = CancelToken::default();
        let context = Context::detached(&token);
        let grey = Color { rgba: [100, 100, 100, 0] };
        assert_eq!(samples(flattened(picture(2, &[200, 255, 200, 0, 200, 128]), grey, &context)), [200, 100, 150]);
        let red = Color { rgba: [255, 0, 0, 255] };
        assert_eq!(samples(flattened(picture(2, &[200, 255, 200, 0]), red, &context)), [200, 200, 200, 255, 0, 0]);
    }
}
