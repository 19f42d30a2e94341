//! What happens to a picture between decoding and encoding, in sharp's order:
//!
//! 1. turned as EXIF says, and `rotateBefore`
//! 2. `trim`
//! 3. `extractBefore`
//! 4. colours to sRGB, `flatten`, `gamma`, `greyscale`
//! 5. `resize`, `flip`, `flop`, and then the part that `cover` keeps or the canvas of `contain`
//! 6. `rotate`, `extract`, `extend`
//! 7. `median`, `threshold`, `blur`, `modulate`, `sharpen`, `composite`, the way back of `gamma`, `linear`, `normalise`,
//!    `tint`, `removeAlpha`, `ensureAlpha`, `negate`
//!
//! Turning waits until the picture is small: what comes before it is done in the frame of the stored picture.
//!
//! Runs on: the thread of the task; the work on pixels also on idle threads of the pool.

use super::decode::{Header, Space};
use super::ops::{alpha, composite, filter, geometry, interest, median, resize, rotate, sharpen, tone, trim};
use super::raster::Picture;
use super::request::Request;
use super::turn::{Rectangle, Turn};
use super::view::{Scale, View, part, quarters};
use super::{colour, limits};
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

/// What was cut off on the left and at the top, as negative numbers, as sharp has it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Offsets {
    /// By `cover`, which looked for what is worth to be seen.
    pub(super) crop: Option<(i32, i32)>,
    /// By `trim`.
    pub(super) trim: Option<(i32, i32)>,
}

/// Whether something is done to the picture in its own size, which makes a copy of it.
pub(super) fn changes_source(request: &Request) -> bool {
    is_toned(request) || request.trim.is_some() || request.rotate_before.is_some()
}

/// The turn before the resizing. What is turned there is also mirrored there, and before that.
pub(super) fn turn_before(request: &Request, upright: Turn) -> Turn {
    match &request.rotate_before {
        Some(rotate) => upright.then(mirrored(request)).then(quarters(rotate).unwrap_or_default()),
        None => upright,
    }
}

/// The mirroring of what is resized.
pub(super) fn mirror_of_resized(request: &Request) -> Turn {
    if request.rotate_before.is_some() { Turn::default() } else { mirrored(request) }
}

/// The turn after it.
pub(super) fn turn_after(request: &Request) -> Turn {
    request.rotate.as_ref().and_then(quarters).unwrap_or_default()
}

fn mirrored(request: &Request) -> Turn {
    Turn::mirrored(request.flop, request.flip)
}

/// Does all that is asked for. `layers` are the pictures of `request.composite`, decoded, in sRGB and upright.
pub(super) fn process(
    stored: Stored<'_>,
    request: &Request,
    layers: &[Picture],
    context: &Context<'_>,
) -> Result<(Picture, Offsets), TaskError> {
    let (picture, offsets) = resized(stored, request, context)?;
    let picture = placed(picture, request, context)?;
    let picture = refined(picture, request, layers, context)?;
    Ok((picture, offsets))
}

/// Steps 1 to 5.
fn resized(stored: Stored<'_>, request: &Request, context: &Context<'_>) -> Result<(Picture, Offsets), TaskError> {
    let Stored { mut picture, mut scale, header, upright } = stored;
    let mut turn = turn_before(request, upright);
    let mut offsets = Offsets::default();
    let slanted = request.rotate_before.as_ref().filter(|rotate| quarters(rotate).is_none());
    // These two look at the picture as it is seen, and give it another size.
    if slanted.is_some() || request.trim.is_some() {
        picture = geometry::oriented(picture, turn, context)?;
        turn = Turn::default();
        if let Some(rotate) = slanted {
            picture = rotate::rotated(picture, rotate, context)?;
        }
        if let Some(trim) = &request.trim {
            let (trimmed, (left, top)) = trim::trimmed(picture, trim, context)?;
            picture = trimmed;
            offsets.trim = Some((-(left as i32), -(top as i32)));
        }
        scale = Scale::of(picture.size());
    }
    let view = View::of(request, scale.size, turn)?;
    limits::check_view(&view, 1, request.limit_input_pixels)?;
    let late = can_be_late(request, header);
    if !late {
        picture = toned(in_srgb(picture, header, request, context)?, request, context)?;
    }
    let mut shown = view.shown(scale);
    if request.extract_before.is_some() {
        // What lies beside the part must not be seen in it.
        let part = view.region_as_stored(scale.size);
        let (left, top) = (part.left as u32, part.top as u32);
        picture = geometry::extracted(picture, left, top, (part.width as u32, part.height as u32), context)?;
        shown = Rectangle { left: shown.left - part.left, top: shown.top - part.top, ..shown };
    }
    let kernel = request.resize.as_ref().map(|resize| resize.kernel).unwrap_or_default();
    picture = resize::resized(picture, shown, view.size(), kernel, context)?;
    if late {
        picture = in_srgb(picture, header, request, context)?;
    }
    picture = geometry::oriented(picture, view.turn.then(mirror_of_resized(request)), context)?;
    let Some(resize) = &request.resize else { return Ok((picture, offsets)) };
    let canvas = view.plan.canvas;
    if canvas.0 < picture.size().0 || canvas.1 < picture.size().1 {
        let (picture, (left, top)) = interest::cropped(picture, canvas, resize.position, context)?;
        offsets.crop = Some((-(left as i32), -(top as i32)));
        return Ok((picture, offsets));
    }
    let picture = geometry::embedded(picture, canvas, resize.position.place(), resize.background, context)?;
    Ok((picture, offsets))
}

/// Whether the colours can wait until the picture is small: resizing comes out the same then, but for samples that a
/// profile bends, and those of a photo are too close to its neighbours to tell.
fn can_be_late(request: &Request, header: Option<&Header>) -> bool {
    !is_toned(request) && header.is_none_or(|header| header.space != Space::Cmyk)
}

/// Whether colours are changed before the resizing.
fn is_toned(request: &Request) -> bool {
    request.flatten.is_some() || request.gamma.is_some() || request.greyscale
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

/// Step 4, in sRGB.
fn toned(mut picture: Picture, request: &Request, context: &Context<'_>) -> Result<Picture, TaskError> {
    if let Some(background) = request.flatten {
        picture = alpha::flattened(picture, background, context)?;
    }
    if let Some(gamma) = &request.gamma {
        picture = tone::powered(picture, gamma.gamma, context)?;
    }
    if request.greyscale {
        picture = tone::greyscale(picture, context)?;
    }
    Ok(picture)
}

/// Step 6.
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
        limits::check_canvas(geometry::extended_size(picture.size(), extend), 1, request.limit_input_pixels)?;
        picture = geometry::extended(picture, extend, context)?;
    }
    Ok(picture)
}

/// Step 7.
fn refined(
    mut picture: Picture,
    request: &Request,
    layers: &[Picture],
    context: &Context<'_>,
) -> Result<Picture, TaskError> {
    if let Some(median) = &request.median {
        picture = median::median(picture, median.size.0 as usize, context)?;
    }
    if let Some(threshold) = &request.threshold {
        picture = tone::threshold(picture, threshold, context)?;
    }
    if let Some(blur) = &request.blur {
        picture = filter::blurred(picture, blur, context)?;
    }
    if let Some(modulate) = &request.modulate {
        picture = tone::modulated(picture, modulate, context)?;
    }
    if let Some(sharpen) = &request.sharpen {
        picture = sharpen::sharpened(picture, sharpen, context)?;
    }
    for (layer, over) in request.composite.iter().zip(layers) {
        picture = composite::composed(picture, over, layer, context)?;
    }
    if let Some(gamma) = &request.gamma {
        picture = tone::powered(picture, 1.0 / gamma.gamma_out.unwrap_or(gamma.gamma), context)?;
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
    if let Some(negate) = &request.negate {
        picture = tone::negated(picture, negate, context)?;
    }
    Ok(picture)
}
