//! Encoding by mozjpeg: as libjpeg-turbo does it, or with all that mozjpeg adds.

use std::mem::MaybeUninit;

use mozjpeg_sys::{
    J_BOOLEAN_PARAM, J_COLOR_SPACE, J_INT_PARAM, JCP_FASTEST, JCP_MAX_COMPRESSION, boolean, jpeg_c_set_bool_param,
    jpeg_c_set_int_param, jpeg_compress_struct, jpeg_create_compress, jpeg_destination_mgr, jpeg_destroy_compress,
    jpeg_finish_compress, jpeg_set_defaults, jpeg_set_quality, jpeg_simple_progression, jpeg_start_compress,
    jpeg_write_marker, jpeg_write_raw_data, jpeg_write_scanlines,
};

use super::counting::Counting;
use super::{Extras, segments};
use crate::engine::{Code, Context, TaskError};
use crate::tasks::image::libjpeg::{Stop, Watch, guarded};
use crate::tasks::image::memory::Samples;
use crate::tasks::image::planes::Planes;
use crate::tasks::image::raster::{Raster, out_of_memory};
use crate::tasks::image::request::{FailOn, Jpeg, Subsampling};

/// Bytes that libjpeg writes before they are taken.
const PIECE: usize = 64 << 10;

/// Rows that are handed over at a time.
const ROWS: usize = 16;

const BLOCK: usize = 8;

/// Where libjpeg writes. It begins with the structure that libjpeg knows.
#[repr(C)]
struct Destination {
    manager: jpeg_destination_mgr,
    piece: Vec<u8>,
    bytes: Vec<u8>,
}

impl Destination {
    fn new() -> Box<Self> {
        let manager = jpeg_destination_mgr {
            next_output_byte: std::ptr::null_mut(),
            free_in_buffer: 0,
            init_destination: Some(begin),
            empty_output_buffer: Some(take_piece),
            term_destination: Some(end),
        };
        Box::new(Self { manager, piece: vec![0; PIECE], bytes: Vec::new() })
    }

    fn rewind(&mut self) {
        self.manager.next_output_byte = self.piece.as_mut_ptr();
        self.manager.free_in_buffer = self.piece.len();
    }
}

/// # Safety
/// `info.dest` must point to a `Destination` that nothing else looks at.
unsafe fn destination(info: &mut jpeg_compress_struct) -> &mut Destination {
    // SAFETY: the caller says so, and a `Destination` begins with its manager.
    unsafe { &mut *info.dest.cast::<Destination>() }
}

unsafe extern "C-unwind" fn begin(info: &mut jpeg_compress_struct) {
    // SAFETY: libjpeg calls this with the compressor that `Compressor::new` made.
    unsafe { destination(info) }.rewind();
}

unsafe extern "C-unwind" fn take_piece(info: &mut jpeg_compress_struct) -> boolean {
    // SAFETY: as above. By the contract of libjpeg all of the piece is full, whatever the counters say.
    let destination = unsafe { destination(info) };
    destination.bytes.extend_from_slice(&destination.piece);
    destination.rewind();
    1
}

unsafe extern "C-unwind" fn end(info: &mut jpeg_compress_struct) {
    // SAFETY: as above.
    let destination = unsafe { destination(info) };
    let len = destination.piece.len() - destination.manager.free_in_buffer;
    destination.bytes.extend_from_slice(&destination.piece[..len]);
}

/// A compressor that is destroyed with the value.
struct Compressor<'a> {
    info: Box<jpeg_compress_struct>,
    destination: Box<Destination>,
    /// Reached by the callbacks through `info`.
    watch: Box<Watch<'a>>,
    /// Reached by `count_mcu` through the watch.
    counting: Option<Box<Counting>>,
}

impl<'a> Compressor<'a> {
    fn new(context: &'a Context<'a>) -> Result<Self, TaskError> {
        let mut watch = Watch::new(context, FailOn::Error);
        let mut info = Box::new(MaybeUninit::<jpeg_compress_struct>::zeroed());
        // SAFETY: zeros but for the error manager, as `jpeg_create_compress` wants it.
        let info = guarded(|| unsafe {
            (*info.as_mut_ptr()).common.err = &mut watch.errors;
            jpeg_create_compress(info.as_mut_ptr());
            info.assume_init()
        });
        let mut info = info.map_err(failed)?;
        watch.attach(&mut info.common);
        let mut destination = Destination::new();
        info.dest = std::ptr::from_mut(&mut *destination).cast();
        Ok(Self { info, destination, watch, counting: None })
    }

    fn call<T>(&mut self, calls: impl FnOnce(&mut jpeg_compress_struct) -> T) -> Result<T, TaskError> {
        guarded(|| calls(&mut self.info)).map_err(failed)
    }

    /// Sets all parameters and writes what comes before the picture.
    fn start(
        &mut self,
        (width, height): (u32, u32),
        input: J_COLOR_SPACE,
        in_planes: bool,
        options: &Jpeg,
        extras: &Extras,
    ) -> Result<(), TaskError> {
        let components = if input == J_COLOR_SPACE::JCS_GRAYSCALE { 1 } else { 3 };
        let profile = if options.mozjpeg { JCP_MAX_COMPRESSION } else { JCP_FASTEST };
        let full = options.chroma_subsampling == Subsampling::Full;
        let density = extras.density;
        let segments = segments(extras);
        // SAFETY: the compressor is created, and the calls come in the order that libjpeg asks for. `comp_info` has an
        // entry for each component once the defaults are set.
        self.call(|info| unsafe {
            (info.image_width, info.image_height) = (width, height);
            info.input_components = components;
            info.in_color_space = input;
            jpeg_c_set_int_param(info, J_INT_PARAM::JINT_COMPRESS_PROFILE, profile as _);
            jpeg_set_defaults(info);
            jpeg_set_quality(info, options.quality.0 as i32, 1);
            info.optimize_coding = (options.optimise_coding || options.mozjpeg).into();
            if options.progressive || options.mozjpeg {
                jpeg_c_set_bool_param(info, J_BOOLEAN_PARAM::JBOOLEAN_OPTIMIZE_SCANS, options.mozjpeg.into());
                jpeg_simple_progression(info);
            } else {
                info.num_scans = 0;
                info.scan_info = std::ptr::null();
            }
            if components == 3 {
                let luma = if full { 1 } else { 2 };
                ((*info.comp_info).h_samp_factor, (*info.comp_info).v_samp_factor) = (luma, luma);
                for i in 1..3 {
                    let chroma = &mut *info.comp_info.add(i);
                    (chroma.h_samp_factor, chroma.v_samp_factor) = (1, 1);
                }
            }
            info.raw_data_in = in_planes.into();
            if let Some(density) = density {
                info.density_unit = 1;
                (info.X_density, info.Y_density) = (density.round() as u16, density.round() as u16);
            }
            jpeg_start_compress(info, 1);
            for (marker, payload) in &segments {
                jpeg_write_marker(info, 0xe0 + i32::from(*marker), payload.as_ptr(), payload.len() as u32);
            }
        })?;
        if !options.mozjpeg {
            self.counting = Counting::install(&mut self.info, count_mcu);
            self.watch.hook = self.counting.as_deref().map_or(std::ptr::null(), std::ptr::from_ref).cast();
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Vec<u8>, TaskError> {
        // SAFETY: all rows were written.
        self.call(|info| unsafe { jpeg_finish_compress(info) })?;
        Ok(std::mem::take(&mut self.destination.bytes))
    }
}

/// In the place of libjpeg's function, once `start` has hung it in there.
unsafe extern "C-unwind" fn count_mcu(info: *mut jpeg_compress_struct, blocks: *mut *mut [i16; 64]) -> boolean {
    // SAFETY: `start` has set both pointers, of which the values live as long as the compressor.
    unsafe {
        let watch = &*(*info).common.client_data.cast::<Watch<'_>>();
        (*watch.hook.cast::<Counting>()).count(blocks)
    }
}

impl Drop for Compressor<'_> {
    fn drop(&mut self) {
        // SAFETY: it was created, and is destroyed once, here.
        unsafe { jpeg_destroy_compress(&mut self.info) };
    }
}

fn failed(stop: Stop) -> TaskError {
    match stop {
        Stop::Broken(cause) => TaskError::new(Code::TaskFailed, format!("Cannot encode the JPEG: {cause}")),
        Stop::Canceled(error) => error,
    }
}

pub(super) fn encode(
    picture: &Raster<u8>,
    options: &Jpeg,
    extras: &Extras,
    context: &Context<'_>,
    progress: &dyn Fn(u64),
) -> Result<Vec<u8>, TaskError> {
    let input = if picture.channels == 1 { J_COLOR_SPACE::JCS_GRAYSCALE } else { J_COLOR_SPACE::JCS_RGB };
    let mut compressor = Compressor::new(context)?;
    compressor.start(picture.size(), input, false, options, extras)?;
    let row_len = picture.row_len();
    for (number, rows) in picture.data.chunks(ROWS * row_len).enumerate() {
        context.check()?;
        progress((number * ROWS * 100) as u64 / u64::from(picture.height));
        let rows: Vec<*const u8> = rows.chunks_exact(row_len).map(<[u8]>::as_ptr).collect();
        // SAFETY: so many rows of the image's width and components, which live through the call. A destination that
        // never suspends takes all of them.
        compressor.call(|info| unsafe { jpeg_write_scanlines(info, rows.as_ptr(), rows.len() as u32) })?;
    }
    compressor.finish()
}

pub(super) fn encode_planes(
    planes: &Planes,
    options: &Jpeg,
    extras: &Extras,
    context: &Context<'_>,
    progress: &dyn Fn(u64),
) -> Result<Vec<u8>, TaskError> {
    let (width, height) = planes.y.size();
    let mut compressor = Compressor::new(context)?;
    compressor.start((width, height), J_COLOR_SPACE::JCS_YCbCr, true, options, extras)?;
    // A row of blocks of all components: 16 rows of brightness, 8 of each colour difference.
    let planes = [(&planes.y, 2 * BLOCK), (&planes.cb, BLOCK), (&planes.cr, BLOCK)];
    let out_of_memory = || out_of_memory(width, height);
    let mut bands = Vec::with_capacity(3);
    for (plane, rows) in planes {
        let stride = plane.row_len().next_multiple_of(2 * BLOCK);
        bands.push((Samples::<u8>::of_len(stride * rows).ok_or_else(out_of_memory)?, stride));
    }
    for first in (0..height as usize).step_by(2 * BLOCK) {
        context.check()?;
        progress(first as u64 * 100 / u64::from(height));
        for ((plane, rows), (band, stride)) in planes.iter().zip(&mut bands) {
            let first = first * rows / (2 * BLOCK);
            for (y, target) in (first..).zip(band.chunks_exact_mut(*stride)) {
                // What reaches beyond the picture repeats its edge.
                let row = plane.row(y.min(plane.height as usize - 1));
                let (inside, beyond) = target.split_at_mut(row.len());
                inside.copy_from_slice(row);
                beyond.fill(row[row.len() - 1]);
            }
        }
        let rows: Vec<Vec<*const u8>> =
            bands.iter().map(|(band, stride)| band.chunks_exact(*stride).map(<[u8]>::as_ptr).collect()).collect();
        let rows: Vec<*const *const u8> = rows.iter().map(Vec::as_ptr).collect();
        // SAFETY: for each component as many rows as a row of blocks takes, each of at least its blocks' width.
        compressor.call(|info| unsafe { jpeg_write_raw_data(info, rows.as_ptr(), 2 * BLOCK as u32) })?;
    }
    compressor.finish()
}
