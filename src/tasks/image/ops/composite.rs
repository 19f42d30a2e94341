//! One picture laid over another.
//!
//! The operators are those of Porter and Duff, and of the PDF specification (ISO 32000-1, 11.3.5), as libvips has them: it
//! gives the functions of the PDF specification colours that are multiplied by their alpha.

use super::alpha::{colored, ensured};
use crate::engine::{Context, TaskError};
use crate::tasks::image::fit::Half;
use crate::tasks::image::raster::{Picture, Raster, Sample, in_bands_of};
use crate::tasks::image::request::{Blend, Layer};

/// The picture with the layer on it. `over` is the decoded layer, in sRGB and upright. The result has alpha.
pub(in crate::tasks::image) fn composed(
    picture: Picture,
    over: &Picture,
    layer: &Layer,
    context: &Context<'_>,
) -> Result<Picture, TaskError> {
    let picture = ensured(colored(picture, context)?, 1.0, context)?;
    let over = Over::of(over, layer, picture.size());
    match picture {
        Picture::Eight(raster) => blended(raster, &over, layer.blend, context).map(Picture::Eight),
        Picture::Sixteen(raster) => blended(raster, &over, layer.blend, context).map(Picture::Sixteen),
    }
}

/// A layer and where it lies. Beside it there is nothing, which some operators compose too.
struct Over<'a> {
    picture: &'a Picture,
    left: i64,
    top: i64,
    /// The layer goes on in all directions.
    tile: bool,
    premultiplied: bool,
}

impl<'a> Over<'a> {
    fn of(picture: &'a Picture, layer: &Layer, base: (u32, u32)) -> Self {
        let (width, height) = picture.size();
        // Where a part lies in what is larger, along one axis.
        let within = |large: u32, small: u32, horizontal: bool| {
            let at = layer.gravity.within((large, large), (small, small), Half::Up);
            i64::from(if horizontal { at.0 } else { at.1 })
        };
        let place = |outer: u32, inner: u32, offset: Option<i64>, horizontal: bool| {
            if layer.tile {
                // As many layers as cover the picture, one of them in the middle, of which a part is shown.
                let tiled = inner.saturating_mul(outer.div_ceil(inner) | 1);
                return -offset
                    .map_or_else(|| within(tiled, outer, horizontal), |offset| offset.min(i64::from(tiled - outer)));
            }
            // A layer that is larger than the picture is centred too, so it may begin outside.
            let at = |outer, inner| within(outer, inner, horizontal);
            offset.unwrap_or_else(|| if inner > outer { -at(inner, outer) } else { at(outer, inner) })
        };
        let is_placed = layer.left.is_some() || layer.top.is_some();
        let offset = |given: Option<i32>| is_placed.then(|| i64::from(given.unwrap_or(0)));
        let left = place(base.0, width, offset(layer.left), true);
        let top = place(base.1, height, offset(layer.top), false);
        Self { picture, left, top, tile: layer.tile, premultiplied: layer.premultiplied }
    }

    /// The colour (0 to 1, multiplied by alpha) and the alpha at a place of the base; `None` beside the layer.
    fn at(&self, x: usize, y: usize) -> Option<[f32; 4]> {
        let (width, height) = self.picture.size();
        let place = |at: usize, start: i64, len: u32| {
            let (at, len) = (at as i64 - start, i64::from(len));
            let at = if self.tile { at.rem_euclid(len) } else { at };
            (0..len).contains(&at).then_some(at as usize)
        };
        let (x, y) = (place(x, self.left, width)?, place(y, self.top, height)?);
        let pixel = match self.picture {
            Picture::Eight(raster) => pixel_of(raster, x, y),
            Picture::Sixteen(raster) => pixel_of(raster, x, y),
        };
        let [r, g, b, a] = pixel;
        Some(if self.premultiplied { pixel } else { [r * a, g * a, b * a, a] })
    }
}

fn pixel_of<T: Sample>(raster: &Raster<T>, x: usize, y: usize) -> [f32; 4] {
    let pixel = &raster.row(y)[x * raster.channels..][..raster.channels];
    let value = |channel: usize| pixel[channel].to_f32() / T::MAX;
    match raster.channels {
        1 => [value(0), value(0), value(0), 1.0],
        2 => [value(0), value(0), value(0), value(1)],
        3 => [value(0), value(1), value(2), 1.0],
        _ => [value(0), value(1), value(2), value(3)],
    }
}

fn blended<T: Sample>(
    mut base: Raster<T>,
    over: &Over<'_>,
    blend: Blend,
    context: &Context<'_>,
) -> Result<Raster<T>, TaskError> {
    let (width, row_len) = (base.width as usize, base.row_len());
    let rows = (16 * 1024 / width).max(1);
    in_bands_of(rows, &mut base.data, row_len, context, &|first, band| {
        for (y, row) in (first..).zip(band.chunks_exact_mut(row_len)) {
            for (x, pixel) in row.chunks_exact_mut(4).enumerate() {
                let source = over.at(x, y).unwrap_or_default();
                let alpha = pixel[3].to_f32() / T::MAX;
                let under = [0, 1, 2].map(|i| pixel[i].to_f32() / T::MAX * alpha);
                let [r, g, b, a] = mixed(blend, source, [under[0], under[1], under[2], alpha]);
                for (sample, color) in pixel.iter_mut().zip([r, g, b]) {
                    let value = if a > 0.0 { (color / a).clamp(0.0, 1.0) } else { 0.0 };
                    *sample = T::of_f32(value * T::MAX);
                }
                pixel[3] = T::of_f32(a.clamp(0.0, 1.0) * T::MAX);
            }
        }
    })?;
    Ok(base)
}

/// Source over destination, both multiplied by their alpha.
fn mixed(blend: Blend, source: [f32; 4], under: [f32; 4]) -> [f32; 4] {
    let (sa, da) = (source[3], under[3]);
    // Porter and Duff: a share of each.
    let shares =
        |of_source: f32, of_under: f32| std::array::from_fn(|i| (of_source * source[i] + of_under * under[i]).min(1.0));
    let with_alpha = |alpha: f32, [r, g, b, _]: [f32; 4]| [r, g, b, alpha];
    match blend {
        Blend::Clear => [0.0; 4],
        Blend::Source => source,
        Blend::Over => shares(1.0, 1.0 - sa),
        Blend::In => shares(da, 0.0),
        Blend::Out => shares(1.0 - da, 0.0),
        Blend::Atop => with_alpha(da, shares(1.0, 1.0 - sa)),
        Blend::Dest => under,
        Blend::DestOver => shares(1.0 - da, 1.0),
        Blend::DestIn => shares(0.0, sa),
        Blend::DestOut => shares(0.0, 1.0 - sa),
        Blend::DestAtop => with_alpha(sa, shares(1.0 - da, 1.0)),
        Blend::Xor => shares(1.0 - da, 1.0 - sa),
        Blend::Add => shares(1.0, 1.0),
        Blend::Saturate => with_alpha((sa + da).min(1.0), shares(sa.min(1.0 - da), 1.0)),
        _ => {
            let mut result = [0.0, 0.0, 0.0, sa + da * (1.0 - sa)];
            for i in 0..3 {
                let (s, d) = (source[i], under[i]);
                result[i] = (1.0 - sa) * d + (1.0 - da) * s + sa * da * separable(blend, s, d);
            }
            result
        }
    }
}

/// The blend functions of the PDF specification, of a source and what is under it.
fn separable(blend: Blend, s: f32, d: f32) -> f32 {
    let hard_light = |s: f32, d: f32| if s <= 0.5 { 2.0 * s * d } else { 1.0 - 2.0 * (1.0 - s) * (1.0 - d) };
    match blend {
        Blend::Multiply => s * d,
        Blend::Screen => s + d - s * d,
        Blend::Overlay => hard_light(d, s),
        Blend::HardLight => hard_light(s, d),
        Blend::Darken => s.min(d),
        Blend::Lighten => s.max(d),
        Blend::ColourDodge => {
            if s < 1.0 {
                (d / (1.0 - s)).min(1.0)
            } else {
                1.0
            }
        }
        Blend::ColourBurn => {
            if s > 0.0 {
                1.0 - ((1.0 - d) / s).min(1.0)
            } else {
                0.0
            }
        }
        Blend::SoftLight if s <= 0.5 => d - (1.0 - 2.0 * s) * d * (1.0 - d),
        Blend::SoftLight => {
            let g = if d <= 0.25 { ((16.0 * d - 12.0) * d + 4.0) * d } else { d.sqrt() };
            d + (2.0 * s - 1.0) * (g - d)
        }
        Blend::Difference => (s - d).abs(),
        Blend::Exclusion => s + d - 2.0 * s * d,
        _ => unreachable!("the operators of Porter and Duff are not separable functions"),
    }
}
