//! Parts, borders, quarter turns and mirrors.

use super::alpha::{pixel, taking};
use crate::engine::{Context, TaskError};
use crate::tasks::image::fit::Half;
use crate::tasks::image::raster::{Picture, Raster, Sample, map};
use crate::tasks::image::request::{Color, Extend, ExtendWith, Position};
use crate::tasks::image::turn::Turn;

/// The side of the squares in which a picture is turned, so that rows and columns both stay in the cache.
const TILE: usize = 32;

/// A part of the image, which lies inside.
pub(in crate::tasks::image) fn extracted(
    picture: Picture,
    left: u32,
    top: u32,
    size: (u32, u32),
    context: &Context<'_>,
) -> Result<Picture, TaskError> {
    if size == picture.size() {
        return Ok(picture);
    }
    map!(picture, raster => part(&raster, left as usize, top as usize, size, context))
}

fn part<T: Sample>(
    raster: &Raster<T>,
    left: usize,
    top: usize,
    size: (u32, u32),
    context: &Context<'_>,
) -> Result<Raster<T>, TaskError> {
    let mut result = Raster::unset(size.0, size.1, raster.channels)?;
    let row_len = result.row_len();
    result.in_bands(context, &|first, band| {
        for (y, row) in (top + first..).zip(band.chunks_exact_mut(row_len)) {
            row.copy_from_slice(&raster.row(y)[left * raster.channels..][..row_len]);
        }
    })?;
    Ok(result)
}

/// The size with the border.
pub(in crate::tasks::image) fn extended_size((width, height): (u32, u32), extend: &Extend) -> (u32, u32) {
    let larger = |side: u32, before: u32, after: u32| side.saturating_add(before).saturating_add(after);
    (larger(width, extend.left, extend.right), larger(height, extend.top, extend.bottom))
}

/// The image with a border.
pub(in crate::tasks::image) fn extended(
    picture: Picture,
    extend: &Extend,
    context: &Context<'_>,
) -> Result<Picture, TaskError> {
    let canvas = extended_size(picture.size(), extend);
    let corner = (extend.left, extend.top);
    match extend.extend_with {
        ExtendWith::Background => on_canvas(picture, canvas, corner, extend.background, context),
        how => map!(picture, raster => continued(&raster, canvas, corner, how, context)),
    }
}

/// The image on a canvas of one colour, which is at least as large, at the place that `position` names.
pub(in crate::tasks::image) fn embedded(
    picture: Picture,
    canvas: (u32, u32),
    position: Position,
    background: Color,
    context: &Context<'_>,
) -> Result<Picture, TaskError> {
    let corner = position.within(canvas, picture.size(), Half::Down);
    on_canvas(picture, canvas, corner, background, context)
}

fn on_canvas(
    picture: Picture,
    canvas: (u32, u32),
    corner: (u32, u32),
    background: Color,
    context: &Context<'_>,
) -> Result<Picture, TaskError> {
    if canvas == picture.size() {
        return Ok(picture);
    }
    map!(taking(picture, background, context)?, raster => placed(&raster, canvas, corner, background, context))
}

fn placed<T: Sample>(
    raster: &Raster<T>,
    canvas: (u32, u32),
    (left, top): (u32, u32),
    background: Color,
    context: &Context<'_>,
) -> Result<Raster<T>, TaskError> {
    let mut result = Raster::unset(canvas.0, canvas.1, raster.channels)?;
    let (row_len, inner) = (result.row_len(), raster.row_len());
    let pixel = &pixel::<T>(background, raster.channels)[..];
    let (left, top, height) = (left as usize * raster.channels, top as usize, raster.height as usize);
    result.in_bands(context, &|first, band| {
        for (y, row) in (first..).zip(band.chunks_exact_mut(row_len)) {
            row.chunks_exact_mut(pixel.len()).for_each(|target| target.copy_from_slice(pixel));
            if let Some(y) = y.checked_sub(top).filter(|y| *y < height) {
                row[left..left + inner].copy_from_slice(raster.row(y));
            }
        }
    })?;
    Ok(result)
}

/// A border that the image itself gives.
fn continued<T: Sample>(
    raster: &Raster<T>,
    canvas: (u32, u32),
    corner: (u32, u32),
    how: ExtendWith,
    context: &Context<'_>,
) -> Result<Raster<T>, TaskError> {
    // Where the sample at `at` of the canvas comes from, along one axis.
    let origin = |at: u32, start: u32, len: u32| {
        let (at, len) = (i64::from(at) - i64::from(start), i64::from(len));
        let from = match how {
            ExtendWith::Repeat => at.rem_euclid(len),
            ExtendWith::Mirror => {
                let there = at.rem_euclid(2 * len);
                if there < len { there } else { 2 * len - 1 - there }
            }
            ExtendWith::Copy | ExtendWith::Background => at.clamp(0, len - 1),
        };
        from as usize
    };
    let columns: Vec<usize> = (0..canvas.0).map(|x| origin(x, corner.0, raster.width)).collect();
    let channels = raster.channels;
    let mut result = Raster::unset(canvas.0, canvas.1, channels)?;
    let row_len = result.row_len();
    result.in_bands(context, &|first, band| {
        for (y, row) in (first as u32..).zip(band.chunks_exact_mut(row_len)) {
            let from = raster.row(origin(y, corner.1, raster.height));
            for (pixel, column) in row.chunks_exact_mut(channels).zip(&columns) {
                pixel.copy_from_slice(&from[column * channels..][..channels]);
            }
        }
    })?;
    Ok(result)
}

/// The image turned.
pub(in crate::tasks::image) fn oriented(
    picture: Picture,
    turn: Turn,
    context: &Context<'_>,
) -> Result<Picture, TaskError> {
    if turn.is_none() {
        return Ok(picture);
    }
    map!(picture, raster => turned(&raster, turn, context))
}

fn turned<T: Sample>(raster: &Raster<T>, turn: Turn, context: &Context<'_>) -> Result<Raster<T>, TaskError> {
    // Without this the channels of a pixel are a loop of their own.
    match raster.channels {
        1 => turned_pixels::<T, 1>(raster, turn, context),
        2 => turned_pixels::<T, 2>(raster, turn, context),
        3 => turned_pixels::<T, 3>(raster, turn, context),
        _ => turned_pixels::<T, 4>(raster, turn, context),
    }
}

fn turned_pixels<T: Sample, const CHANNELS: usize>(
    raster: &Raster<T>,
    turn: Turn,
    context: &Context<'_>,
) -> Result<Raster<T>, TaskError> {
    let (width, height) = turn.size(raster.size());
    let mut result = Raster::unset(width, height, CHANNELS)?;
    let (source, _) = raster.data.as_chunks::<CHANNELS>();
    let (width, row_len) = (width as usize, result.row_len());
    // Where the first pixel of a row comes from, and how far apart its pixels lie.
    let (start, step, down) = turn.walk(raster.size());
    result.in_bands(context, &|first, band| {
        let rows = band.len() / row_len;
        let (pixels, _) = band.as_chunks_mut::<CHANNELS>();
        for top in (0..rows).step_by(TILE) {
            for left in (0..width).step_by(TILE) {
                for y in top..(top + TILE).min(rows) {
                    let at = start + (first + y) as isize * down;
                    for x in left..(left + TILE).min(width) {
                        pixels[y * width + x] = source[(at + x as isize * step) as usize];
                    }
                }
            }
        }
    })?;
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::CancelToken;
    use crate::tasks::image::memory::Samples;

    /// 3 × 2 pixels, numbered row by row.
    fn numbered() -> Picture {
        let data = Samples::from_slice(&[1, 2, 3, 4, 5, 6_u8]).unwrap();
        Picture::Eight(Raster { width: 3, height: 2, channels: 1, data })
    }

    fn samples(picture: Result<Picture, TaskError>) -> Vec<u8> {
        let Picture::Eight(raster) = picture.unwrap() else { panic!("another depth") };
        raster.data.to_vec()
    }

    #[test]
    fn orientations_are_those_of_exif() {
        let token = CancelToken::default();
        let oriented = |exif| samples(oriented(numbered(), Turn::of_exif(exif), &Context::detached(&token)));
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
        let one =
            || Picture::Eight(Raster { width: 1, height: 1, channels: 1, data: Samples::from_slice(&[7_u8]).unwrap() });
        let on = |rgba, canvas| samples(embedded(one(), canvas, Position::Centre, Color { rgba }, &context));
        assert_eq!(on([255, 0, 0, 255], (3, 1)), [255, 0, 0, 7, 7, 7, 255, 0, 0]);
        assert_eq!(on([0, 0, 0, 0], (2, 1)), [7, 255, 0, 0]);
        assert_eq!(on([9, 9, 9, 255], (2, 1)), [7, 9]);
    }

    #[test]
    fn a_border_goes_on_as_it_is_told() {
        let token = CancelToken::default();
        let context = Context::detached(&token);
        let border = |how| {
            let extend =
                Extend { top: 0, bottom: 0, left: 2, right: 2, background: Color::default(), extend_with: how };
            samples(extended(numbered(), &extend, &context))[..7].to_vec()
        };
        assert_eq!(border(ExtendWith::Background), [0, 0, 1, 2, 3, 0, 0]);
        assert_eq!(border(ExtendWith::Copy), [1, 1, 1, 2, 3, 3, 3]);
        assert_eq!(border(ExtendWith::Repeat), [2, 3, 1, 2, 3, 1, 2]);
        assert_eq!(border(ExtendWith::Mirror), [2, 1, 1, 2, 3, 3, 2]);
    }

    #[test]
    fn a_part_is_cut_out() {
        let token = CancelToken::default();
        assert_eq!(samples(extracted(numbered(), 1, 0, (2, 2), &Context::detached(&token))), [2, 3, 5, 6]);
    }
}
