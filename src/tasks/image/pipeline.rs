//! What happens to a picture between decoding and encoding, in sharp's order:
//!
//! 1. turned as EXIF says, and `rotateBefore`
//! 2. `extractBefore`
//! 3. colours to sRGB, `flatten`, `negate`, `gamma`, `greyscale`
//! 4. `resize`, with the part that `cover` keeps or the canvas of `contain`
//! 5. `flip`, `flop`, `rotate`, `extract`, `extend`
//! 6. `threshold`, `blur`, `modulate`, `composite`, the way back of `gamma`, `linear`, `normalise`,
//!    `tint`, `removeAlpha`, `ensureAlpha`
//!
//! Turning waits until the picture is small: what comes before it is done in the frame of the stored picture.
//!
//! Runs on: the thread of the task; the work on pixels also on idle threads of the pool.

use super::colour;
use super::decode::{Header, Space};
use super::ops::{alpha, composite, filter, geometry, resize, rotate, tone};
use super::raster::Picture;
use super::request::Request;
use super::turn::Turn;
use super::view::{Scale, View, part, quarters};
use crate::engine::{Context, TaskError};

/// A picture in memory, and what is known of the file that it came from.
pub(super) struct Stored<'a> {
    pub(super) picture: Picture,
    pub(super) scale: Scale,
    /// `None` for pixels that came as such.
    pub(super) header: Option<&'a Header>,
    /// How the picture is to be turned to be upright.
    pub(super) upright: Turn,
}

/// What `cover` left out on the left and at the top, as negative numbers, as sharp has it.
pub(super) type CropOffset = Option<(i32, i32)>;

/// The turn before the resizing.
pub(super) fn turn_before(request: &Request, upright: Turn) -> Turn {
    upright.then(request.rotate_before.as_ref().and_then(quarters).unwrap_or_default())
}

/// The turn after it.
pub(super) fn turn_after(request: &Request) -> Turn {
    Turn::mirrored(request.flop, request.flip).then(request.rotate.as_ref().and_then(quarters).unwrap_or_default())
}

/// Does all that is asked for. `layers` are the pictures of `request.composite`, decoded, in sRGB and upright.
pub(super) fn process(
    stored: Stored<'_>,
    request: &Request,
    layers: &[Picture],
    context: &Context<'_>,
) -> Result<(Picture, CropOffset), TaskError> {
    let mut crop = None;
    let picture = resized(stored, request, &mut crop, context)?;
    let picture = placed(picture, request, context)?;
    let picture = refined(picture, request, layers, context)?;
    Ok((picture, crop))
}

/// Steps 1 to 4.
fn resized(
    stored: Stored<'_>,
    request: &Request,
    crop: &mut CropOffset,
    context: &Context<'_>,
) -> Result<Picture, TaskError> {
    let Stored { mut picture, mut scale, header, upright } = stored;
    let mut turn = turn_before(request, upright);
    let slanted = request.rotate_before.as_ref().filter(|rotate| quarters(rotate).is_none());
    if let Some(rotate) = slanted {
        picture = geometry::oriented(picture, turn, context)?;
        turn = Turn::default();
        picture = rotate::rotated(picture, rotate, context)?;
        scale = Scale { size: picture.size(), shrink: 1 };
    }
    let view = View::of(request, scale.size, turn)?;
    let late = can_be_late(request, header);
    if !late {
        picture = toned(in_srgb(picture, header, request, context)?, request, context)?;
    }
    let shown = view.shown(scale);
    let kernel = request.resize.as_ref().map(|resize| resize.kernel).unwrap_or_default();
    picture = resize::resized(picture, shown, view.size(), kernel, context)?;
    if late {
        picture = in_srgb(picture, header, request, context)?;
    }
    picture = geometry::oriented(picture, view.turn, context)?;
    *crop = view.plan.crop;
    match &request.resize {
        Some(resize) => geometry::embedded(picture, view.plan.canvas, resize.position, resize.background, context),
        None => Ok(picture),
    }
}

/// Whether the colours can wait until the picture is small: resizing comes out the same then, but for samples that a
/// profile bends, and those of a photo are too close to its neighbours to tell.
fn can_be_late(request: &Request, header: Option<&Header>) -> bool {
    let is_toned =
        request.flatten.is_some() || request.negate.is_some() || request.gamma.is_some() || request.greyscale;
    !is_toned && header.is_none_or(|header| header.space != Space::Cmyk)
}

fn in_srgb(
    picture: Picture,
    header: Option<&Header>,
    request: &Request,
    context: &Context<'_>,
) -> Result<Picture, TaskError> {
    match header {
        Some(header) if !request.keep_icc || header.space == Space::Cmyk => {
            colour::to_srgb(picture, header, request.ignore_icc, context)
        }
        _ => Ok(picture),
    }
}

/// Step 3, in sRGB.
fn toned(mut picture: Picture, request: &Request, context: &Context<'_>) -> Result<Picture, TaskError> {
    if let Some(background) = request.flatten {
        picture = alpha::flattened(picture, background, context)?;
    }
    if let Some(negate) = &request.negate {
        picture = tone::negated(picture, negate, context)?;
    }
    if let Some(gamma) = &request.gamma {
        picture = tone::powered(picture, 1.0 / gamma.gamma, context)?;
    }
    if request.greyscale {
        picture = tone::greyscale(picture, context)?;
    }
    Ok(picture)
}

/// Step 5.
fn placed(mut picture: Picture, request: &Request, context: &Context<'_>) -> Result<Picture, TaskError> {
    picture = geometry::oriented(picture, turn_after(request), context)?;
    if let Some(rotate) = request.rotate.as_ref().filter(|rotate| quarters(rotate).is_none()) {
        picture = rotate::rotated(picture, rotate, context)?;
    }
    if let Some(region) = &request.extract {
        let rectangle = part(region, picture.size(), "extract")?;
        let size = (rectangle.width as u32, rectangle.height as u32);
        picture = geometry::extracted(picture, region.left, region.top, size, context)?;
    }
    if let Some(extend) = &request.extend {
        picture = geometry::extended(picture, extend, context)?;
    }
    Ok(picture)
}

/// Step 6.
fn refined(
    mut picture: Picture,
    request: &Request,
    layers: &[Picture],
    context: &Context<'_>,
) -> Result<Picture, TaskError> {
    if let Some(threshold) = &request.threshold {
        picture = tone::threshold(picture, threshold, context)?;
    }
    if let Some(blur) = &request.blur {
        picture = filter::blurred(picture, blur, context)?;
    }
    if let Some(modulate) = &request.modulate {
        picture = tone::modulated(picture, modulate, context)?;
    }
    for (layer, over) in request.composite.iter().zip(layers) {
        picture = composite::composed(picture, over, layer, context)?;
    }
    if let Some(gamma) = &request.gamma {
        picture = tone::powered(picture, gamma.gamma_out.unwrap_or(gamma.gamma), context)?;
    }
    if let Some(linear) = &request.linear {
        picture = tone::linear(picture, linear, context)?;
    }
    if let Some(normalise) = &request.normalise {
        picture = tone::normalised(picture, normalise, context)?;
    }
    if let Some(tint) = request.tint {
        picture = tone::tinted(picture, tint, context)?;
    }
    if request.remove_alpha {
        picture = alpha::removed(picture, context)?;
    }
    if let Some(value) = request.ensure_alpha {
        picture = alpha::ensured(picture, value.0, context)?;
    }
    Ok(picture)
}
