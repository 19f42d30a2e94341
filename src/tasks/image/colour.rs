//! Colour profiles: what the samples of a file mean, taken to sRGB by moxcms.
//!
//! Runs on: the thread of the task and every idle thread, in bands.

use moxcms::{ColorProfile, DataColorSpace, Layout, RenderingIntent, TransformExecutor, TransformOptions};

use super::decode::{Header, Space};
use super::ops::lab::{light, value};
use super::raster::{Picture, Raster};
use crate::engine::{Context, TaskError};

/// Whether the samples are sRGB already, as far as anybody can tell: no profile, one that is sRGB, or one that is broken or
/// belongs to other samples.
pub(super) fn is_srgb(header: &Header) -> bool {
    header.space != Space::Cmyk
        && profile_of(header).is_none_or(|profile| header.space == Space::Rgb && means_srgb(&profile))
}

/// The profile that goes into a result whose samples stay in it.
pub(super) fn kept_profile(header: &Header) -> Option<Vec<u8>> {
    header.icc.clone().filter(|_| header.space != Space::Cmyk)
}

/// The picture in sRGB. `ignore_icc`: by the rules for pictures without a profile. A broken profile is as good as none.
pub(super) fn to_srgb(
    picture: Picture,
    header: &Header,
    ignore_icc: bool,
    context: &Context<'_>,
) -> Result<Picture, TaskError> {
    let profile = profile_of(header).filter(|_| !ignore_icc);
    if header.space == Space::Cmyk {
        let inks = picture.narrowed(context)?;
        return match profile.and_then(|profile| cmyk_transform(&profile)) {
            Some(transform) => {
                let levels = with_full_black(transform.as_ref());
                let transformed = |from: &[u8], to: &mut [u8]| {
                    let _ = transform.transform(from, to);
                    for pixel in to.chunks_exact_mut(3) {
                        pixel.iter_mut().zip(&levels).for_each(|(value, levels)| *value = levels[usize::from(*value)]);
                    }
                };
                in_rows(&inks, 3, context, &transformed).map(Picture::Eight)
            }
            None => inks.map_pixels(3, context, &without_profile).map(Picture::Eight),
        };
    }
    let Some(profile) = profile.filter(|profile| header.space != Space::Rgb || !means_srgb(profile)) else {
        return Ok(picture);
    };
    let layout = match picture.channels() {
        1 => (Layout::Gray, Layout::Rgb),
        2 => (Layout::GrayAlpha, Layout::Rgba),
        3 => (Layout::Rgb, Layout::Rgb),
        _ => (Layout::Rgba, Layout::Rgba),
    };
    let channels = if picture.has_alpha() { 4 } else { 3 };
    let srgb = ColorProfile::new_srgb();
    match picture {
        Picture::Eight(raster) => match profile.create_transform_8bit(layout.0, &srgb, layout.1, options()) {
            Ok(transform) => {
                in_rows(&raster, channels, context, &|from, to| drop(transform.transform(from, to))).map(Picture::Eight)
            }
            Err(_) => Ok(Picture::Eight(raster)),
        },
        Picture::Sixteen(raster) => match profile.create_transform_16bit(layout.0, &srgb, layout.1, options()) {
            Ok(transform) => in_rows(&raster, channels, context, &|from, to| drop(transform.transform(from, to)))
                .map(Picture::Sixteen),
            Err(_) => Ok(Picture::Sixteen(raster)),
        },
    }
}

fn options() -> TransformOptions {
    TransformOptions { rendering_intent: RenderingIntent::Perceptual, ..TransformOptions::default() }
}

/// The profile of a file, when it is whole and fits the samples.
fn profile_of(header: &Header) -> Option<ColorProfile> {
    let profile = ColorProfile::new_from_slice(header.icc.as_deref()?).ok()?;
    let fits = match header.space {
        Space::Grey => profile.color_space == DataColorSpace::Gray,
        Space::Rgb => profile.color_space == DataColorSpace::Rgb,
        Space::Cmyk => profile.color_space == DataColorSpace::Cmyk,
    };
    fits.then_some(profile)
}

/// Whether a profile leaves sRGB as it is: asked by what it does to some colours.
fn means_srgb(profile: &ColorProfile) -> bool {
    let levels = [0, 20, 64, 128, 200, 255_u8];
    let colors: Vec<u8> =
        levels.iter().flat_map(|r| levels.iter().flat_map(|g| levels.map(|b| [*r, *g, b]))).flatten().collect();
    let mut after = vec![0; colors.len()];
    let transform = profile.create_transform_8bit(Layout::Rgb, &ColorProfile::new_srgb(), Layout::Rgb, options());
    match transform.map(|transform| transform.transform(&colors, &mut after)) {
        Ok(Ok(())) => colors.iter().zip(&after).all(|(before, after)| before.abs_diff(*after) <= 1),
        // What cannot be used is as good as none.
        _ => true,
    }
}

fn cmyk_transform(profile: &ColorProfile) -> Option<std::sync::Arc<moxcms::Transform8BitExecutor>> {
    // Four inks have the layout of four channels.
    profile.create_transform_8bit(Layout::Rgba, &ColorProfile::new_srgb(), Layout::Rgb, options()).ok()
}

/// For each channel, levels stretched so that all inks together are black: the black point compensation of lcms, which
/// sharp asks for.
fn with_full_black(transform: &(dyn TransformExecutor<u8> + Send + Sync)) -> [[u8; 256]; 3] {
    let mut black = [0_u8; 3];
    let _ = transform.transform(&[255; 4], &mut black);
    black.map(|darkest| {
        let darkest = light(f32::from(darkest) / 255.0);
        std::array::from_fn(|level| {
            let stretched = (light(level as f32 / 255.0) - darkest) / (1.0 - darkest).max(f32::EPSILON);
            (255.0 * value(stretched.max(0.0)) + 0.5) as u8
        })
    })
}

/// Inks without a profile: each takes its share of light away.
fn without_profile(inks: &[u8], rgb: &mut [u8]) {
    let light = |ink: u8| 255 - u32::from(ink);
    for (value, ink) in rgb.iter_mut().zip(inks) {
        *value = ((light(*ink) * light(inks[3]) + 127) / 255) as u8;
    }
}

/// A new image in which `row(rows of this one, rows of the new one)` makes bands of rows.
fn in_rows<T: super::raster::Sample>(
    image: &Raster<T>,
    channels: usize,
    context: &Context<'_>,
    rows: &(dyn Fn(&[T], &mut [T]) + Sync),
) -> Result<Raster<T>, TaskError> {
    let mut result = Raster::unset(image.width, image.height, channels)?;
    let (source_row, target_row) = (image.row_len(), result.row_len());
    result.in_bands(context, &|first, band| {
        let from = &image.data[first * source_row..][..band.len() / target_row * source_row];
        rows(from, band);
    })?;
    Ok(result)
}

/// The name of a space as sharp's `metadata()` gives it.
pub(super) fn name_of(space: Space, depth: u8) -> &'static str {
    match (space, depth) {
        (Space::Grey, 16) => "grey16",
        (Space::Grey, _) => "b-w",
        (Space::Rgb, 16) => "rgb16",
        (Space::Rgb, _) => "srgb",
        (Space::Cmyk, _) => "cmyk",
    }
}
