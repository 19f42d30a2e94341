//! WebP by libwebp, which asks now and then whether to go on.

mod animation;
mod container;
#[cfg(webp_progress)]
mod progress;

use std::ffi::c_int;
use std::mem::MaybeUninit;
use std::sync::{Mutex, PoisonError};

use libwebp_sys::{
    WEBP_MAX_DIMENSION, WebPConfig, WebPEncCSP, WebPEncode, WebPEncodingError, WebPPicture, WebPPictureFree,
    WebPPictureImportRGB, WebPPictureImportRGBA, WebPPictureInit, WebPValidateConfig,
};

use super::{Extras, Image};
use crate::engine::{Code, Context, TaskError};
use crate::tasks::image::ops::alpha;
use crate::tasks::image::planes::Planes;
use crate::tasks::image::raster::{Raster, out_of_memory};
use crate::tasks::image::request;

/// The longest side of a WebP.
pub(in crate::tasks::image) const MAX_SIDE: u32 = WEBP_MAX_DIMENSION;

/// Pixels that are converted between two looks at the cancel token.
const BAND_PIXELS: usize = 128 << 10;

pub(super) fn encode(
    image: Image,
    options: &request::Webp,
    context: &Context<'_>,
    progress: &dyn Fn(u64),
) -> Result<Vec<u8>, TaskError> {
    let config = config_of(options)?;
    if image.frames.len() > 1 {
        return animation::encode(image, &config, context, progress);
    }
    let Image { mut frames, extras, .. } = image;
    let picture = alpha::colored(frames.remove(0), context)?.narrowed(context)?;
    let (size, has_alpha) = (picture.size(), picture.has_alpha());
    let bytes = if options.lossless || options.near_lossless || options.smart_subsample {
        // These are made from all of the pixels, by libwebp itself.
        let mut target = Target::of(&picture, true)?;
        target.encode(&config, context, progress)?
    } else {
        let planes = Yuva::of(&picture, context)?;
        drop(picture);
        planes.encode(&config, context, progress)?
    };
    Ok(container::with_extras(bytes, size, has_alpha, &extras))
}

/// Encodes planes whose chroma has half the size of the brightness, rounded up: 4:2:0.
pub(in crate::tasks::image) fn encode_planes(
    planes: &Planes,
    options: &request::Webp,
    extras: &Extras,
    context: &Context<'_>,
    progress: &dyn Fn(u64),
) -> Result<Vec<u8>, TaskError> {
    let yuva = Yuva::of_planes(planes, context)?;
    let bytes = yuva.encode(&config_of(options)?, context, progress)?;
    Ok(container::with_extras(bytes, planes.y.size(), false, extras))
}

fn config_of(options: &request::Webp) -> Result<WebPConfig, TaskError> {
    let mut config = WebPConfig::new().map_err(|()| failed("it has another version"))?;
    // As sharp has it: what is only nearly without loss is tried as hard as libwebp would.
    let near = options.near_lossless && !options.lossless;
    config.quality = if near { 75.0 } else { f32::from(options.quality.0 as u8) };
    config.method = options.effort.0 as c_int;
    config.alpha_quality = options.alpha_quality.0 as c_int;
    config.lossless = c_int::from(options.lossless || options.near_lossless);
    config.near_lossless = if options.near_lossless { options.quality.0 as c_int } else { 100 };
    config.use_sharp_yuv = c_int::from(options.smart_subsample);
    config.exact = c_int::from(options.exact);
    // SAFETY: the configuration is initialised.
    if unsafe { WebPValidateConfig(&config) } == 0 {
        return Err(failed("it refuses the settings"));
    }
    Ok(config)
}

/// A picture in the planes of video: brightness from 16 to 235, colour differences from 16 to 240 in half the size.
struct Yuva {
    size: (u32, u32),
    y: Raster<u8>,
    u: Raster<u8>,
    v: Raster<u8>,
    a: Option<Raster<u8>>,
}

impl Yuva {
    fn blank((width, height): (u32, u32), has_alpha: bool) -> Result<Self, TaskError> {
        let chroma = (width.div_ceil(2), height.div_ceil(2));
        Ok(Self {
            size: (width, height),
            y: Raster::unset(width, height, 1)?,
            u: Raster::unset(chroma.0, chroma.1, 1)?,
            v: Raster::unset(chroma.0, chroma.1, 1)?,
            a: if has_alpha { Some(Raster::unset(width, height, 1)?) } else { None },
        })
    }

    /// Converts an image of 3 or 4 channels as libwebp does it, an even number of rows at a time: whole pictures would
    /// keep one thread busy for too long, with no way to stop it.
    fn of(picture: &Raster<u8>, context: &Context<'_>) -> Result<Self, TaskError> {
        let mut yuva = Self::blank(picture.size(), picture.has_alpha())?;
        let (width, stride) = (picture.width as usize, picture.row_len());
        let rows = (BAND_PIXELS / width).next_multiple_of(2).max(2);
        let chroma = width.div_ceil(2);
        let Self { y, u, v, a, .. } = &mut yuva;
        let alphas: Box<dyn Iterator<Item = Option<&mut [u8]>> + Send> = match a {
            Some(a) => Box::new(a.data.chunks_mut(rows * width).map(Some)),
            None => Box::new(std::iter::repeat_with(|| None)),
        };
        let chromas = u.data.chunks_mut(rows / 2 * chroma).zip(v.data.chunks_mut(rows / 2 * chroma));
        let bands: Vec<_> = y.data.chunks_mut(rows * width).zip(chromas).zip(alphas).map(Mutex::new).collect();
        let fault = Mutex::new(None);
        context.for_each_block(bands.len(), &|i| {
            let mut band = bands[i].lock().unwrap_or_else(PoisonError::into_inner);
            let ((y, (u, v)), a) = &mut *band;
            let height = (y.len() / width) as u32;
            let pixels = &picture.data[i * rows * stride..][..height as usize * stride];
            match Target::import((picture.width, height), pixels, picture.channels, false) {
                Ok(part) => part.copy_planes(y, u, v, a.as_deref_mut()),
                Err(error) => *fault.lock().unwrap_or_else(PoisonError::into_inner) = Some(error),
            }
        })?;
        match fault.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(error) => Err(error),
            None => {
                drop(bands);
                Ok(yuva)
            }
        }
    }

    /// The planes of a JPEG, whose samples use all of 0 to 255.
    fn of_planes(planes: &Planes, context: &Context<'_>) -> Result<Self, TaskError> {
        let mut yuva = Self::blank(planes.y.size(), false)?;
        // ITU-R BT.601: 219 steps of brightness from 16, 224 of colour difference around 128.
        let luma: [u8; 256] = std::array::from_fn(|level| (16.0 + level as f64 * 219.0 / 255.0).round() as u8);
        let chroma: [u8; 256] =
            std::array::from_fn(|level| (128.0 + (level as f64 - 128.0) * 224.0 / 255.0).round().max(16.0) as u8);
        for (target, source, levels) in
            [(&mut yuva.y, &planes.y, &luma), (&mut yuva.u, &planes.cb, &chroma), (&mut yuva.v, &planes.cr, &chroma)]
        {
            assert_eq!(target.size(), source.size(), "the planes are those of 4:2:0");
            let row_len = target.row_len();
            target.in_bands(context, &|first, band| {
                for (to, from) in band.iter_mut().zip(&source.data[first * row_len..]) {
                    *to = levels[usize::from(*from)];
                }
            })?;
        }
        Ok(yuva)
    }

    fn encode(
        mut self,
        config: &WebPConfig,
        context: &Context<'_>,
        progress: &dyn Fn(u64),
    ) -> Result<Vec<u8>, TaskError> {
        let mut target = Target::new(self.size)?;
        let raw = &mut target.0;
        raw.use_argb = 0;
        (raw.y, raw.u, raw.v) = (self.y.data.as_mut_ptr(), self.u.data.as_mut_ptr(), self.v.data.as_mut_ptr());
        (raw.y_stride, raw.uv_stride) = (self.y.width as c_int, self.u.width as c_int);
        if let Some(a) = &mut self.a {
            raw.colorspace = WebPEncCSP::WEBP_YUV420A;
            (raw.a, raw.a_stride) = (a.data.as_mut_ptr(), a.width as c_int);
        }
        // The planes live through the call, which may write to them: it clears what is transparent.
        target.encode(config, context, progress)
    }
}

/// libwebp's picture, whose own memory is freed with it.
struct Target(WebPPicture);

impl Target {
    fn new((width, height): (u32, u32)) -> Result<Self, TaskError> {
        let mut picture = MaybeUninit::uninit();
        // SAFETY: the call initialises all of it, or says that it did not.
        let mut picture = unsafe {
            if !WebPPictureInit(picture.as_mut_ptr()) {
                return Err(failed("it has another version"));
            }
            Self(picture.assume_init())
        };
        (picture.0.width, picture.0.height) = (width as c_int, height as c_int);
        Ok(picture)
    }

    fn of(picture: &Raster<u8>, argb: bool) -> Result<Self, TaskError> {
        Self::import(picture.size(), &picture.data, picture.channels, argb)
    }

    /// A picture of these pixels of 3 or 4 channels: as they are, or in planes.
    fn import(size: (u32, u32), pixels: &[u8], channels: usize, argb: bool) -> Result<Self, TaskError> {
        let mut target = Self::new(size)?;
        target.0.use_argb = c_int::from(argb);
        let import = if channels == 3 { WebPPictureImportRGB } else { WebPPictureImportRGBA };
        let stride = size.0 as usize * channels;
        assert!(matches!(channels, 3 | 4) && pixels.len() == stride * size.1 as usize);
        // SAFETY: the picture is initialised, and the pixels are `height` rows of `stride` bytes in 3 or 4 channels, as
        // the assertion says. Both sides are at most 16383, so the stride fits.
        if unsafe { import(&mut target.0, pixels.as_ptr(), stride as c_int) } == 0 {
            return Err(error_of(target.0.error_code, size));
        }
        Ok(target)
    }

    /// Copies the planes of an imported picture. Where it has no alpha, which libwebp leaves out when all is opaque, the
    /// alpha is full.
    fn copy_planes(&self, y: &mut [u8], u: &mut [u8], v: &mut [u8], a: Option<&mut [u8]>) {
        let (width, height) = (self.0.width as usize, self.0.height as usize);
        let copy = |from: *const u8, stride: c_int, width: usize, height: usize, to: &mut [u8]| {
            assert_eq!(to.len(), width * height);
            for (row, target) in to.chunks_exact_mut(width).enumerate() {
                // SAFETY: libwebp has `height` rows of `width` samples there, `stride` bytes apart.
                target.copy_from_slice(unsafe { std::slice::from_raw_parts(from.add(row * stride as usize), width) });
            }
        };
        copy(self.0.y, self.0.y_stride, width, height, y);
        copy(self.0.u, self.0.uv_stride, width.div_ceil(2), height.div_ceil(2), u);
        copy(self.0.v, self.0.uv_stride, width.div_ceil(2), height.div_ceil(2), v);
        match a {
            Some(a) if self.0.a.is_null() => a.fill(255),
            Some(a) => copy(self.0.a, self.0.a_stride, width, height, a),
            None => {}
        }
    }

    fn encode(
        &mut self,
        config: &WebPConfig,
        context: &Context<'_>,
        progress: &dyn Fn(u64),
    ) -> Result<Vec<u8>, TaskError> {
        let mut bytes = Vec::new();
        let hook = Hook { context, progress };
        self.0.writer = Some(write);
        self.0.custom_ptr = (&raw mut bytes).cast();
        self.watch(&hook);
        context.check()?;
        // SAFETY: configuration and picture are initialised; `bytes` and `hook`, which the callbacks get, live through
        // the call and are reached by nothing else.
        if unsafe { WebPEncode(config, &mut self.0) } == 0 {
            context.check()?;
            return Err(error_of(self.0.error_code, (self.0.width as u32, self.0.height as u32)));
        }
        Ok(bytes)
    }

    /// The hook is asked while the picture is encoded, and must live so long.
    fn watch(&mut self, hook: &Hook<'_>) {
        self.0.progress_hook = Some(go_on);
        self.0.user_data = std::ptr::from_ref(hook).cast_mut().cast();
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        // SAFETY: initialised by `new`, and freed once, here. Planes that are not libwebp's own are not freed with it.
        unsafe { WebPPictureFree(&mut self.0) };
    }
}

struct Hook<'a> {
    context: &'a Context<'a>,
    progress: &'a dyn Fn(u64),
}

unsafe extern "C" fn go_on(percent: c_int, picture: *const WebPPicture) -> c_int {
    // SAFETY: libwebp passes the picture that `watch` was called for, whose `user_data` is a live `Hook`.
    let hook = unsafe { &*(*picture).user_data.cast::<Hook<'_>>() };
    (hook.progress)(u64::try_from(percent).unwrap_or(0));
    c_int::from(!hook.context.is_canceled())
}

unsafe extern "C" fn write(data: *const u8, len: usize, picture: *const WebPPicture) -> c_int {
    if len > 0 {
        // SAFETY: libwebp passes the picture of `encode`, whose `custom_ptr` is a live vector that nothing else uses
        // meanwhile, and `len` bytes at `data`.
        unsafe {
            let bytes = &mut *(*picture).custom_ptr.cast::<Vec<u8>>();
            bytes.extend_from_slice(std::slice::from_raw_parts(data, len));
        }
    }
    1
}

fn error_of(error: WebPEncodingError, (width, height): (u32, u32)) -> TaskError {
    match error {
        WebPEncodingError::VP8_ENC_ERROR_OUT_OF_MEMORY | WebPEncodingError::VP8_ENC_ERROR_BITSTREAM_OUT_OF_MEMORY => {
            out_of_memory(width, height)
        }
        WebPEncodingError::VP8_ENC_ERROR_PARTITION0_OVERFLOW | WebPEncodingError::VP8_ENC_ERROR_PARTITION_OVERFLOW => {
            let message = "The image has more detail than a WebP of this quality can hold";
            TaskError::new(Code::ImageTooLarge, message)
        }
        other => failed(&format!("{other:?}")),
    }
}

fn failed(cause: &str) -> TaskError {
    TaskError::new(Code::TaskFailed, format!("libwebp cannot encode the image: {cause}"))
}
