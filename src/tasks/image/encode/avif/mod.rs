//! AVIF: AV1 by rav1e, in a container that is written here.

mod av1;
mod container;
mod planes;
mod watch;

use rav1e::prelude::{ChromaSampling, Pixel};

use self::planes::{Colors, Single};
use super::Image;
use crate::engine::{Context, TaskError};
use crate::tasks::image::raster::{Raster, Sample};
use crate::tasks::image::request::{self, BitDepth, Subsampling};

pub(super) fn encode(
    image: Image,
    options: &request::Avif,
    context: &Context<'_>,
    progress: &dyn Fn(u64),
) -> Result<Vec<u8>, TaskError> {
    let Image { frames, extras, .. } = image;
    let picture = frames.into_iter().next().expect("an image has a frame");
    let size = picture.size();
    let bits = options.bitdepth as usize;
    let (color, alpha) = if options.bitdepth == BitDepth::Eight {
        streams::<u8, u8>(&picture.narrowed(context)?, options, context, progress)?
    } else {
        streams::<u16, u16>(&picture.widened(context)?, options, context, progress)?
    };
    Ok(container::file(&color, alpha.as_ref(), size, bits, &extras))
}

/// The colours, and the alpha channel where there is one.
fn streams<T: Sample, P: Pixel>(
    raster: &Raster<T>,
    options: &request::Avif,
    context: &Context<'_>,
    progress: &dyn Fn(u64),
) -> Result<(av1::Stream, Option<av1::Stream>), TaskError> {
    let (size, bits) = (raster.size(), options.bitdepth as usize);
    let single = |channel| {
        let fill = Single { raster, channel, bits };
        av1::encode::<P>(size, ChromaSampling::Cs400, options, &fill, context)
    };
    let color = if raster.colors() == 1 {
        single(0)?
    } else {
        let sampling = match options.chroma_subsampling {
            Subsampling::Halved => ChromaSampling::Cs420,
            Subsampling::Full => ChromaSampling::Cs444,
        };
        av1::encode::<P>(size, sampling, options, &Colors { raster, bits, sampling }, context)?
    };
    progress(if raster.has_alpha() { 75 } else { 100 });
    let alpha = raster.has_alpha().then(|| single(raster.channels - 1)).transpose()?;
    Ok((color, alpha))
}
