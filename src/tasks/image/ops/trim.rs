//! Cutting off what looks like the background.
//!
//! By the rules of `vips_find_trim`: the picture is smoothed by a median, and what differs from the background by more than
//! a threshold in any channel is kept. The alpha channel is searched for itself.

use std::sync::{Mutex, PoisonError};

use super::alpha::{on, pixel};
use super::geometry::extracted;
use super::median::of_squares;
use crate::engine::{Context, TaskError};
use crate::tasks::image::raster::{Picture, Raster, Sample, each};
use crate::tasks::image::request::Trim;

/// Left, top, right and bottom of what is kept: the last two just behind it.
type Bounds = (u32, u32, u32, u32);

/// The picture without its border, and how much of it went on the left and at the top. A picture that is all border stays.
pub(in crate::tasks::image) fn trimmed(
    picture: Picture,
    trim: &Trim,
    context: &Context<'_>,
) -> Result<(Picture, (u32, u32)), TaskError> {
    let (width, height) = picture.size();
    let bounds = each!(&picture, raster => bounds_of(raster, trim, context))?;
    let Some((left, top, right, bottom)) = bounds else { return Ok((picture, (0, 0))) };
    let (left, top) = (left.saturating_sub(trim.margin), top.saturating_sub(trim.margin));
    let (right, bottom) =
        (right.saturating_add(trim.margin).min(width), bottom.saturating_add(trim.margin).min(height));
    let picture = extracted(picture, left, top, (right - left, bottom - top), context)?;
    Ok((picture, (left, top)))
}

fn bounds_of<T: Sample>(raster: &Raster<T>, trim: &Trim, context: &Context<'_>) -> Result<Option<Bounds>, TaskError> {
    let (channels, colors) = (raster.channels, raster.colors());
    let background = match trim.background {
        Some(color) => pixel(color, channels),
        None => raster.data[..channels].to_vec(),
    };
    if colors == channels {
        return differing(raster, &background, trim, context);
    }
    let of_colors = differing(&on(raster, &background, context)?, &background[..colors], trim, context)?;
    let alpha = raster.map_pixels(1, context, &|from, to| to[0] = from[colors])?;
    let of_alpha = differing(&alpha, &background[colors..], trim, context)?;
    Ok(match (of_colors, of_alpha) {
        (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.min(b.1), a.2.max(b.2), a.3.max(b.3))),
        (one, other) => one.or(other),
    })
}

/// The smallest rectangle around all pixels that differ from the background.
fn differing<T: Sample>(
    raster: &Raster<T>,
    background: &[T],
    trim: &Trim,
    context: &Context<'_>,
) -> Result<Option<Bounds>, TaskError> {
    let smooth = if trim.line_art { None } else { Some(of_squares(raster, 3, context)?) };
    let raster = smooth.as_ref().unwrap_or(raster);
    let threshold = trim.threshold as f32 * T::MAX / 255.0;
    let differs = |pixel: &[T]| {
        pixel.iter().zip(background).any(|(sample, behind)| (sample.to_f32() - behind.to_f32()).abs() > threshold)
    };
    let found: Mutex<Option<Bounds>> = Mutex::new(None);
    let rows = (64 * 1024 / raster.width as usize).max(1);
    context.for_each_block((raster.height as usize).div_ceil(rows), &|block| {
        for y in block * rows..((block + 1) * rows).min(raster.height as usize) {
            let mut pixels = raster.row(y).chunks_exact(raster.channels);
            let Some(left) = pixels.position(differs) else { continue };
            let right = raster.row(y).chunks_exact(raster.channels).rposition(differs).unwrap_or(left) + 1;
            let (left, right, y) = (left as u32, right as u32, y as u32);
            let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
            let (l, t, r, b) = found.unwrap_or((left, y, right, y + 1));
            *found = Some((l.min(left), t.min(y), r.max(right), b.max(y + 1)));
        }
    })?;
    Ok(found.into_inner().unwrap_or_else(PoisonError::into_inner))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::CancelToken;
    use crate::tasks::image::memory::Samples;

    /// White with a black block from 3, 2 to 7, 6.
    fn framed(channels: usize) -> Raster<u8> {
        let (width, height) = (10, 9);
        let data: Vec<u8> = (0..width * height)
            .flat_map(|i| {
                let inside = (3..7).contains(&(i % width)) && (2..6).contains(&(i / width));
                let mut pixel = vec![if inside { 0 } else { 255 }; channels];
                if channels.is_multiple_of(2) {
                    pixel[channels - 1] = 255;
                }
                pixel
            })
            .collect();
        Raster { width, height, channels, data: Samples::from_slice(&data).unwrap() }
    }

    #[test]
    fn the_border_goes() {
        let token = CancelToken::default();
        let context = Context::detached(&token);
        for channels in 1..=4 {
            let (picture, offset) =
                trimmed(Picture::Eight(framed(channels)), &Trim { line_art: true, ..Trim::default() }, &context)
                    .unwrap();
            assert_eq!((picture.size(), offset), ((4, 4), (3, 2)), "{channels} channels");
            let wide = Trim { margin: 3, ..Trim::default() };
            let (picture, offset) = trimmed(Picture::Eight(framed(channels)), &wide, &context).unwrap();
            assert_eq!((picture.size(), offset), ((10, 9), (0, 0)), "{channels} channels");
        }
    }

    #[test]
    fn what_is_all_border_stays() {
        let token = CancelToken::default();
        let flat = Raster { width: 5, height: 4, channels: 1, data: Samples::from_slice(&[7_u8; 20]).unwrap() };
        let (picture, offset) = trimmed(Picture::Eight(flat), &Trim::default(), &Context::detached(&token)).unwrap();
        assert_eq!((picture.size(), offset), ((5, 4), (0, 0)));
    }
}
