//! Turns by any angle.

use super::alpha::{pixel, taking};
use crate::engine::{Context, TaskError};
use crate::tasks::image::raster::{Picture, Raster, Sample, map};
use crate::tasks::image::request::{Color, Rotate};

/// The image turned clockwise, in the smallest rectangle that holds it, with the background beside it. Cubic splines
/// (Catmull-Rom) give the pixels.
pub(in crate::tasks::image) fn rotated(
    picture: Picture,
    rotate: &Rotate,
    context: &Context<'_>,
) -> Result<Picture, TaskError> {
    let picture = taking(picture, rotate.background, context)?;
    map!(picture, raster => turned(&raster, rotate.angle.to_radians(), rotate.background, context))
}

fn turned<T: Sample>(
    raster: &Raster<T>,
    angle: f64,
    background: Color,
    context: &Context<'_>,
) -> Result<Raster<T>, TaskError> {
    let (sin, cos) = angle.sin_cos();
    let (width, height) = (f64::from(raster.width), f64::from(raster.height));
    let side = |along: f64, across: f64| (along * cos.abs() + across * sin.abs()).round().max(1.0) as u32;
    let mut result = Raster::unset(side(width, height), side(height, width), raster.channels)?;
    let (target_width, row_len, channels) = (result.width as usize, result.row_len(), raster.channels);
    let middle = (f64::from(result.width) / 2.0, f64::from(result.height) / 2.0);
    let behind = pixel::<T>(background, channels);
    result.in_bands(context, &|first, band| {
        for (y, row) in (first..).zip(band.chunks_exact_mut(row_len)) {
            for (x, target) in (0..target_width).zip(row.chunks_exact_mut(channels)) {
                let (right, down) = (x as f64 + 0.5 - middle.0, y as f64 + 0.5 - middle.1);
                let from = (right * cos + down * sin + width / 2.0, down * cos - right * sin + height / 2.0);
                interpolate(raster, from, &behind, target);
            }
        }
    })?;
    Ok(result)
}

/// The colour at a place of the image, with the background around it.
fn interpolate<T: Sample>(raster: &Raster<T>, (x, y): (f64, f64), behind: &[T], target: &mut [T]) {
    let (x, y) = (x - 0.5, y - 0.5);
    let (left, top) = (x.floor(), y.floor());
    // Between the background and the edge nothing rings.
    if left < -1.0 || top < -1.0 || left >= f64::from(raster.width) || top >= f64::from(raster.height) {
        target.copy_from_slice(behind);
        return;
    }
    let (across, down) = (weights((x - left) as f32), weights((y - top) as f32));
    let channels = raster.channels;
    let colors = raster.colors();
    let mut sums = [0.0_f32; 4];
    for (i, down) in down.iter().enumerate() {
        let row = top as i64 - 1 + i as i64;
        for (j, across) in across.iter().enumerate() {
            let column = left as i64 - 1 + j as i64;
            let inside = (0..i64::from(raster.height)).contains(&row) && (0..i64::from(raster.width)).contains(&column);
            let pixel =
                if inside { &raster.row(row as usize)[column as usize * channels..][..channels] } else { behind };
            // Colours count as much as they are opaque.
            let alpha = if colors < channels { pixel[colors].to_f32() / T::MAX } else { 1.0 };
            for (sum, sample) in sums.iter_mut().zip(&pixel[..colors]) {
                *sum += across * down * alpha * sample.to_f32();
            }
            sums[3] += across * down * alpha;
        }
    }
    let alpha = sums[3];
    for (sample, sum) in target[..colors].iter_mut().zip(sums) {
        *sample = if alpha <= 0.0 { T::default() } else { T::of_f32((sum / alpha).clamp(0.0, T::MAX)) };
    }
    if colors < channels {
        target[colors] = T::of_f32((alpha * T::MAX).clamp(0.0, T::MAX));
    }
}

/// The Catmull-Rom weights of the four pixels around a place, so far behind the second one.
fn weights(t: f32) -> [f32; 4] {
    let (t2, t3) = (t * t, t * t * t);
    [-0.5 * t + t2 - 0.5 * t3, 1.0 - 2.5 * t2 + 1.5 * t3, 0.5 * t + 2.0 * t2 - 1.5 * t3, -0.5 * t2 + 0.5 * t3]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::CancelToken;
    use crate::tasks::image::memory::Samples;

    fn rotated_by(angle: f64, background: Color) -> (Raster<u8>, (u32, u32)) {
        let token = CancelToken::default();
        let data = [200_u8].repeat(30 * 10);
        let raster = Raster { width: 30, height: 10, channels: 1, data: Samples::from_slice(&data).unwrap() };
        let rotate = Rotate { angle, background };
        let Picture::Eight(result) = rotated(Picture::Eight(raster), &rotate, &Context::detached(&token)).unwrap()
        else {
            panic!("another depth")
        };
        let size = result.size();
        (result, size)
    }

    #[test]
    fn the_canvas_grows_and_the_corners_are_background() {
        let (image, size) = rotated_by(45.0, Color::default());
        assert_eq!(size, (28, 28));
        assert_eq!((image.data[0], image.row(14)[14]), (0, 200));
        let (image, size) = rotated_by(30.0, Color { rgba: [0, 0, 0, 0] });
        assert_eq!((size, image.channels), ((31, 24), 2));
        assert_eq!((&image.data[..2], &image.row(12)[30..32]), (&[0, 0][..], &[200, 255][..]));
    }

    #[test]
    fn half_a_turn_is_exact() {
        let (image, size) = rotated_by(180.0, Color::default());
        assert_eq!(size, (30, 10));
        assert!(image.data.iter().all(|sample| *sample == 200));
    }
}
