//! The short way from JPEG to JPEG or WebP, for a photo that is only resized, cut and turned: its planes are resized each
//! for itself and handed to the encoder as planes. That is half the samples of RGB, and exact as far as resizing in sRGB
//! is: both ways are linear in the samples.
//!
//! Runs on: the thread of the task; resizing also on idle threads of the pool.

use super::colour;
use super::decode::{self, Ask, Header, Kind};
use super::encode::{self, Extras};
use super::ops::{geometry, resize};
use super::pipeline::{mirror_of_resized, turn_after};
use super::planes::Planes;
use super::raster::{Picture, Raster};
use super::request::{Extend, ExtendWith, Output, Request, Subsampling};
use super::turn::{Rectangle, Turn};
use super::view::{Scale, View, quarters};
use crate::engine::{Context, TaskError};

/// Whether nothing is asked for that needs colours, and the result is stored in planes too.
pub(super) fn suits(request: &Request, output: &Output, header: &Header) -> bool {
    let in_planes = match output {
        Output::Jpeg(jpeg) => jpeg.chroma_subsampling == Subsampling::Halved,
        Output::Webp(webp) => !webp.lossless && !webp.near_lossless && !webp.smart_subsample,
        _ => false,
    };
    let only_moved = request.extend.is_none()
        && request.flatten.is_none()
        && request.gamma.is_none()
        && !request.greyscale
        && request.threshold.is_none()
        && request.median.is_none()
        && request.blur.is_none()
        && request.sharpen.is_none()
        && request.trim.is_none()
        && request.composite.is_empty()
        && request.normalise.is_none()
        && request.linear.is_none()
        && request.modulate.is_none()
        && request.tint.is_none()
        && request.negate.is_none()
        && request.ensure_alpha.is_none()
        && request.extract.is_none()
        && request.extract_before.is_none()
        && [request.rotate, request.rotate_before].iter().flatten().all(|rotate| quarters(rotate).is_some());
    in_planes
        && only_moved
        && header.kind == Kind::Jpeg
        && (request.ignore_icc || request.keep_icc || colour::is_srgb(header))
}

/// A photo in planes of its final size, the chroma planes of half that size, rounded up.
pub(super) struct Photo {
    planes: Planes,
}

impl Photo {
    pub(super) fn size(&self) -> (u32, u32) {
        self.planes.y.size()
    }

    pub(super) fn encode(
        &self,
        output: &Output,
        extras: &Extras,
        context: &Context<'_>,
        progress: &dyn Fn(u64),
    ) -> Result<Vec<u8>, TaskError> {
        match output {
            Output::Jpeg(options) => encode::jpeg::encode_planes(&self.planes, options, extras, context, progress),
            Output::Webp(options) => encode::webp::encode_planes(&self.planes, options, extras, context, progress),
            _ => unreachable!("`suits` lets only these pass"),
        }
    }
}

/// The photo, or `None` when it has no planes that could be taken, or needs more than they can give.
pub(super) fn photo(
    request: &Request,
    header: &Header,
    view: &View,
    scale: Scale,
    bytes: &[u8],
    ask: &Ask,
    context: &Context<'_>,
) -> Result<Option<Photo>, TaskError> {
    if view.plan.canvas != view.plan.size {
        return Ok(None);
    }
    let Some(planes) = decode::jpeg::decode_planes(header, bytes, ask, context)? else { return Ok(None) };
    let turn = view.turn.then(mirror_of_resized(request)).then(turn_after(request));
    let kernel = request.resize.as_ref().map(|resize| resize.kernel).unwrap_or_default();
    let luma = view.shown(scale);
    let chroma_size = halved(turn.size(view.size()));
    let chroma = shown_in_chroma(luma, view.size(), turn, &planes);
    let placed = |plane: Raster<u8>, shown: Rectangle, size: (u32, u32)| -> Result<Raster<u8>, TaskError> {
        let (plane, shown) = reaching(plane, shown, context)?;
        let plane = resize::resized_plane(plane, shown, size, kernel, context)?;
        let Picture::Eight(plane) = geometry::oriented(Picture::Eight(plane), turn, context)? else {
            unreachable!("turning keeps the depth")
        };
        Ok(plane)
    };
    let stored_chroma_size = turn.inverse().size(chroma_size);
    let planes = Planes {
        y: placed(planes.y, luma, view.size())?,
        cb: placed(planes.cb, chroma, stored_chroma_size)?,
        cr: placed(planes.cr, chroma, stored_chroma_size)?,
    };
    Ok(Some(Photo { planes }))
}

/// The size of the chroma planes of 4:2:0.
fn halved((width, height): (u32, u32)) -> (u32, u32) {
    (width.div_ceil(2), height.div_ceil(2))
}

/// What the chroma planes of the result show, in the stored chroma planes. Where the result has an odd side, they reach
/// half a sample beyond it on the right or at the bottom, wherever that is in the stored photo.
fn shown_in_chroma(luma: Rectangle, size: (u32, u32), turn: Turn, planes: &Planes) -> Rectangle {
    let seen = turn.size(size);
    let (width, height) = halved(seen);
    let covered = Rectangle { left: 0.0, top: 0.0, width: f64::from(2 * width), height: f64::from(2 * height) };
    let covered = turn.inverse().rectangle(covered, seen);
    let (plane, full) = (planes.cb.size(), planes.y.size());
    let along = |start: f64, len: f64, at: f64, shown: f64, size: u32, plane: u32, full: u32| {
        let subsampling = if plane < full { 2.0 } else { 1.0 };
        let step = shown / f64::from(size);
        ((at + start * step) / subsampling, len * step / subsampling)
    };
    let (left, width) = along(covered.left, covered.width, luma.left, luma.width, size.0, plane.0, full.0);
    let (top, height) = along(covered.top, covered.height, luma.top, luma.height, size.1, plane.1, full.1);
    Rectangle { left, top, width, height }
}

/// The plane with its edges repeated as far as the shown part reaches beyond them, and that part of it.
fn reaching(plane: Raster<u8>, shown: Rectangle, context: &Context<'_>) -> Result<(Raster<u8>, Rectangle), TaskError> {
    // Rounding is no reason to copy a plane.
    let beyond = |by: f64| if by > 1e-6 { by.ceil() as u32 } else { 0 };
    let border = Extend {
        left: beyond(-shown.left),
        top: beyond(-shown.top),
        right: beyond(shown.left + shown.width - f64::from(plane.width)),
        bottom: beyond(shown.top + shown.height - f64::from(plane.height)),
        background: Default::default(),
        extend_with: ExtendWith::Copy,
    };
    if border.left + border.top + border.right + border.bottom == 0 {
        return Ok((plane, shown));
    }
    let shown =
        Rectangle { left: shown.left + f64::from(border.left), top: shown.top + f64::from(border.top), ..shown };
    let Picture::Eight(plane) = geometry::extended(Picture::Eight(plane), &border, context)? else {
        unreachable!("a border keeps the depth")
    };
    Ok((plane, shown))
}
