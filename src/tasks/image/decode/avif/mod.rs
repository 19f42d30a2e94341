//! AVIF by re_rav1d, whose container is read here: still pictures, of one piece or in a grid, with alpha. Of a sequence, the
//! still picture that stands for it.
//!
//! By the AV1 image file format 1.1.0 (AOMedia), ISO/IEC 14496-12 and 23008-12.

mod av1;
mod boxes;
mod colors;
mod items;
mod picture;
#[cfg(test)]
mod tests;

use self::boxes::Fault;
use self::colors::{Factors, Planes};
use self::picture::{Coded, Shown};
use super::{Decoded, Header, Kind, Space, invalid};
use crate::engine::{Context, TaskError};
use crate::tasks::image::exif::{density_of, upright};
use crate::tasks::image::ops::{alpha, geometry};
use crate::tasks::image::raster::{Picture, Raster, Sample};

const KIND: Kind = Kind::Avif;

pub(super) fn header(bytes: &[u8], context: &Context<'_>) -> Result<Header, TaskError> {
    let shown = Shown::of(bytes).map_err(|fault| failed(&fault, context))?;
    let coding = shown.color.coding;
    let has_alpha = shown.alpha.is_some();
    let (width, height) = shown.turn.size(shown.color.size);
    // What EXIF says of the orientation has been done by then, or was never true.
    let exif = shown.exif.map(|exif| upright(&exif));
    Ok(Header {
        kind: KIND,
        width,
        height,
        channels: if coding.monochrome { 1 } else { 3 } + usize::from(has_alpha),
        has_alpha,
        depth: if coding.bits > 8 { 16 } else { 8 },
        space: if coding.monochrome { Space::Grey } else { Space::Rgb },
        orientation: 1,
        pages: 1,
        delays: Vec::new(),
        loops: None,
        density: exif.as_deref().and_then(density_of),
        chroma_subsampling: match (coding.monochrome, coding.halved) {
            (true, _) => None,
            (_, (false, _)) => Some("4:4:4"),
            (_, (true, false)) => Some("4:2:2"),
            (_, (true, true)) => Some("4:2:0"),
        },
        progressive: false,
        palette_bits: None,
        compression: Some("av1"),
        coded_bits: Some(coding.bits),
        icc: shown.icc.map(<[u8]>::to_vec),
        xmp: shown.xmp.map(|xmp| xmp.into_owned()),
        exif,
    })
}

pub(super) fn decode(header: &Header, bytes: &[u8], context: &Context<'_>) -> Result<Decoded, TaskError> {
    let shown = Shown::of(bytes).map_err(|fault| failed(&fault, context))?;
    let picture = if header.depth == 16 {
        Picture::Sixteen(pixels(header, &shown, context)?)
    } else {
        Picture::Eight(pixels(header, &shown, context)?)
    };
    let picture = if shown.premultiplied { alpha::unpremultiplied(picture, context)? } else { picture };
    Ok(Decoded { frames: vec![geometry::oriented(picture, shown.turn, context)?] })
}

/// The pixels as they are stored.
fn pixels<T: Sample>(header: &Header, shown: &Shown<'_>, context: &Context<'_>) -> Result<Raster<T>, TaskError> {
    let (width, height) = shown.color.size;
    let mut raster = Raster::new(width, height, header.channels)?;
    each_piece(&shown.color, &mut raster, false, context)?;
    if let Some(alpha) = &shown.alpha {
        each_piece(alpha, &mut raster, true, context)?;
    }
    Ok(raster)
}

/// Decodes a picture piece by piece into the place of each: colours, or the alpha channel.
fn each_piece<T: Sample>(
    coded: &Coded<'_>,
    raster: &mut Raster<T>,
    alpha: bool,
    context: &Context<'_>,
) -> Result<(), TaskError> {
    for (number, stream) in (0..).zip(&coded.pieces) {
        context.check()?;
        let frame = av1::decode(stream, coded.piece).map_err(|fault| failed(&fault, context))?;
        if frame.size != coded.piece || frame.coding != coded.coding {
            let fault = Fault::invalid("its AV1 is not what its header says");
            return Err(failed(&fault, context));
        }
        let place = (number % coded.columns * coded.piece.0, number / coded.columns * coded.piece.1);
        let bits = frame.coding.bits;
        let nclx = coded.nclx.unwrap_or(frame.nclx);
        let factors = Factors::of(nclx, bits, alpha || coded.coding.monochrome, T::MAX);
        let factors = factors.map_err(|fault| failed(&fault, context))?;
        if bits > 8 {
            let planes = Planes::<u16>::of(&frame, factors).map_err(|fault| failed(&fault, context))?;
            write(&planes, raster, place, coded.piece, alpha, context)?;
        } else {
            let planes = Planes::<u8>::of(&frame, factors).map_err(|fault| failed(&fault, context))?;
            write(&planes, raster, place, coded.piece, alpha, context)?;
        }
    }
    Ok(())
}

fn write<S: Sample, T: Sample>(
    planes: &Planes<'_, S>,
    raster: &mut Raster<T>,
    (left, top): (u32, u32),
    (width, height): (u32, u32),
    alpha: bool,
    context: &Context<'_>,
) -> Result<(), TaskError> {
    let (channels, row_len) = (raster.channels, raster.row_len());
    let (left, top) = (left as usize * channels, top as usize);
    let right = (left + width as usize * channels).min(row_len);
    raster.in_bands(context, &|first, band| {
        for (y, row) in (first..).zip(band.chunks_exact_mut(row_len)) {
            let Some(y) = y.checked_sub(top).filter(|y| *y < height as usize) else { continue };
            let part = &mut row[left..right];
            if alpha { planes.alpha_row(y, channels, part) } else { planes.row(y, channels, part) }
        }
    })
}

fn failed(fault: &Fault, context: &Context<'_>) -> TaskError {
    invalid(KIND, fault.code, &fault.says, context)
}
