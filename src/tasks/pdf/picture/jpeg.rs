//! JPEG, which a PDF takes as it is.

use super::{Coded, Coding, Colors, Image};
use crate::engine::{Context, TaskError};
use crate::tasks::image::still::jpeg_header;

/// `None` when the bytes are no JPEG, or one that readers of PDF need not know.
pub(super) fn as_is(bytes: &[u8], limit: u64, context: &Context<'_>) -> Result<Option<Image>, TaskError> {
    let Some(header) = jpeg_header(bytes, limit, context)?.filter(|header| header.is_common) else { return Ok(None) };
    let colors = match header.components {
        1 => Colors::Grey,
        3 => Colors::Rgb,
        _ => Colors::Cmyk { inverted: header.is_adobe },
    };
    let is_rgb = header.components == 3 && !header.is_ycc && !header.is_adobe;
    Ok(Some(Image {
        width: header.width,
        height: header.height,
        orientation: header.orientation,
        colors,
        coded: Coded { data: bytes.to_vec(), bits: 8, coding: Coding::Jpeg { is_rgb } },
        transparent: None,
        alpha: None,
    }))
}
