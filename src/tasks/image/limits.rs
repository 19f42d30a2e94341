//! What is too large, told before memory is taken for it; and how much memory a picture takes.

use super::decode::{Ask, Header, Kind};
use super::encode;
use super::pipeline;
pub(super) use super::request::PixelLimit;
use super::request::{Output, Request};
use super::view::View;
use crate::engine::{Code, TaskError};

/// Fails when a source has more pixels than allowed.
pub(super) fn check_source((width, height): (u32, u32), pages: u32, limit: PixelLimit) -> Result<(), TaskError> {
    if pixels((width, height), pages) <= u128::from(limit.0) {
        return Ok(());
    }
    let times = if pages == 1 { String::new() } else { format!(" × {pages} pages") };
    let message = format!("The image has {width} × {height}{times} pixels, `limitInputPixels` is {}", limit.0);
    Err(TaskError::new(Code::ImageTooLarge, message))
}

/// Fails when a picture on the way, or the result, would have more pixels than allowed.
pub(super) fn check_canvas((width, height): (u32, u32), pages: u32, limit: PixelLimit) -> Result<(), TaskError> {
    if pixels((width, height), pages) <= u128::from(limit.0) {
        return Ok(());
    }
    let message = format!("The result would have {width} × {height} pixels, `limitInputPixels` is {}", limit.0);
    Err(TaskError::new(Code::ImageTooLarge, message))
}

/// Fails when a picture has more pixels than allowed once it is resized: before or after `cover` has cut it.
pub(super) fn check_view(view: &View, pages: u32, limit: PixelLimit) -> Result<(), TaskError> {
    check_canvas(view.plan.size, pages, limit)?;
    check_canvas(view.plan.canvas, pages, limit)
}

/// Fails when the result would have a longer side than its format can have.
pub(super) fn check_sides((width, height): (u32, u32), output: &Output) -> Result<(), TaskError> {
    let max_side = encode::max_side(output);
    if width.max(height) <= max_side {
        return Ok(());
    }
    let message = format!(
        "The result would have {width} × {height} pixels, and no {} can have a side of more than {max_side}",
        output.name()
    );
    Err(TaskError::new(Code::ImageTooLarge, message))
}

fn pixels((width, height): (u32, u32), pages: u32) -> u128 {
    u128::from(width) * u128::from(height) * u128::from(pages)
}

/// The bytes that a source takes at most while it is decoded.
pub(super) fn bytes_of_source(header: &Header, ask: &Ask) -> u64 {
    let sample = u64::from(header.depth / 8).max(1) * header.channels as u64;
    let area = |width: u32, height: u32| u64::from(width) * u64::from(height);
    let decoded = area(header.width.div_ceil(ask.shrink), header.height.div_ceil(ask.shrink));
    // A progressive JPEG is kept whole, as coefficients of two bytes.
    let coefficients = if header.kind == Kind::Jpeg && header.progressive {
        2 * header.channels as u64 * area(header.width, header.height)
    } else {
        0
    };
    // The planes of an AVIF are there beside the pixels that are made of them.
    let planes = if header.kind == Kind::Avif { sample * decoded } else { 0 };
    u64::from(ask.pages) * sample * decoded + coefficients + planes
}

/// The bytes that a picture takes at most once it is decoded: where its own pixels are changed that many again, twice as
/// many as its result has, and what the encoder takes.
pub(super) fn bytes_of_work(
    source: u64,
    view: &View,
    sample: u64,
    pages: u32,
    request: &Request,
    output: &Output,
) -> u64 {
    let (size, canvas) = (view.plan.size, view.plan.canvas);
    let (mut width, mut height) = (u64::from(size.0.max(canvas.0)), u64::from(size.1.max(canvas.1)));
    if request.rotate.is_some() {
        (width, height) = (width + height, width + height);
    }
    if let Some(extend) = &request.extend {
        width += u64::from(extend.left) + u64::from(extend.right);
        height += u64::from(extend.top) + u64::from(extend.bottom);
    }
    let copy = if pipeline::changes_source(request) { source } else { 0 };
    let pixel = 2 * u64::from(pages) * sample + encode::bytes_of_pixel(output);
    copy.saturating_add(pixel.saturating_mul(width.saturating_mul(height)))
}
