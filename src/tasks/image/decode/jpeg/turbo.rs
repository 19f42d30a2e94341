//! Decoding by mozjpeg: at 1/1, 1/2, 1/4 or 1/8, to pixels or to planes, a few rows at a time.

use std::ffi::{c_int, c_uint};
use std::mem::MaybeUninit;

use mozjpeg_sys::{
    J_COLOR_SPACE, JDCT_DEFAULT, boolean, jpeg_common_struct, jpeg_create_decompress, jpeg_decompress_struct,
    jpeg_destroy_decompress, jpeg_finish_decompress, jpeg_mem_src, jpeg_read_header, jpeg_read_raw_data,
    jpeg_read_scanlines, jpeg_start_decompress,
};

use super::hooked::Hook;
use super::huffman::Block;
use crate::engine::{Code, Context, TaskError};
use crate::tasks::image::decode::{Ask, Header, Kind, Space, invalid};
use crate::tasks::image::libjpeg::{Stop, Watch, guarded};
use crate::tasks::image::memory::Samples;
use crate::tasks::image::planes::Planes;
use crate::tasks::image::raster::{Raster, out_of_memory};

/// Rows that are asked for at a time.
const ROWS: usize = 16;

/// Samples along a side of a block of coefficients.
const BLOCK: u32 = 8;

/// A decompressor that is destroyed with the value. The watch lives as long, at a fixed place.
struct Decompressor<'a> {
    info: Box<jpeg_decompress_struct>,
    /// Reached by the callbacks through `info`.
    watch: Box<Watch<'a>>,
    /// Reached by `decode_mcu` through the watch.
    hook: Option<Box<Hook>>,
}

impl<'a> Decompressor<'a> {
    /// Reads the header. The bytes must outlive the value.
    fn new(bytes: &'a [u8], ask: &Ask, context: &'a Context<'a>) -> Result<Self, TaskError> {
        let mut watch = Watch::new(context, ask.fail_on);
        watch.scan = Some(scan_of);
        let mut info = Box::new(MaybeUninit::<jpeg_decompress_struct>::zeroed());
        // SAFETY: the structure is zeros, as `jpeg_create_decompress` wants it but for the error manager, which is set
        // before. Creating it only fails for want of memory, by way of `error_exit`.
        let info = guarded(|| unsafe {
            let common = &mut (*info.as_mut_ptr()).common;
            common.err = &mut watch.errors;
            jpeg_create_decompress(info.as_mut_ptr());
            info.assume_init()
        });
        let mut info = info.map_err(|stop| failed(stop, context))?;
        watch.attach(&mut info.common);
        let mut this = Self { info, watch, hook: None };
        // SAFETY: the bytes live as long as the value, by the lifetime; the structure is initialised.
        this.call(context, |info| unsafe {
            jpeg_mem_src(info, bytes.as_ptr(), bytes.len() as _);
            jpeg_read_header(info, 1)
        })?;
        this.info.scale_num = 1;
        this.info.scale_denom = ask.shrink;
        this.info.dct_method = JDCT_DEFAULT;
        Ok(this)
    }

    /// Starts it, up to its first row.
    fn start(&mut self, context: &Context<'_>) -> Result<(), TaskError> {
        // SAFETY: the header was read, and what is asked for is set.
        self.call(context, |info| unsafe { jpeg_start_decompress(info) })?;
        self.hook = Hook::install(&mut self.info, decode_mcu);
        self.watch.hook = self.hook.as_deref().map_or(std::ptr::null(), std::ptr::from_ref).cast();
        Ok(())
    }

    fn call<T>(
        &mut self,
        context: &Context<'_>,
        calls: impl FnOnce(&mut jpeg_decompress_struct) -> T,
    ) -> Result<T, TaskError> {
        guarded(|| calls(&mut self.info)).map_err(|stop| failed(stop, context))
    }
}

impl Drop for Decompressor<'_> {
    fn drop(&mut self) {
        // SAFETY: it was created, and is destroyed once, here.
        unsafe { jpeg_destroy_decompress(&mut self.info) };
    }
}

/// In the place of libjpeg's function, once `start` has hung it in there.
unsafe extern "C-unwind" fn decode_mcu(info: *mut jpeg_decompress_struct, blocks: *mut *mut Block) -> boolean {
    // SAFETY: `start` has set both pointers, of which the values live as long as the decompressor.
    unsafe {
        let watch = &*(*info).common.client_data.cast::<Watch<'_>>();
        (*watch.hook.cast::<Hook>()).decode(info, blocks)
    }
}

/// The number of the scan that is read.
unsafe fn scan_of(common: &jpeg_common_struct) -> i32 {
    // SAFETY: a decompressor begins with the common part, and only decompressors have this function in their watch.
    unsafe { (*std::ptr::from_ref(common).cast::<jpeg_decompress_struct>()).input_scan_number }
}

fn failed(stop: Stop, context: &Context<'_>) -> TaskError {
    match stop {
        Stop::Broken(cause) => invalid(Kind::Jpeg, Code::ImageInvalid, &cause, context),
        Stop::Canceled(error) => error,
    }
}

/// The pixels: grey, RGB, or CMYK in which 0 is no ink.
pub(super) fn decode(header: &Header, bytes: &[u8], ask: &Ask, context: &Context<'_>) -> Result<Raster<u8>, TaskError> {
    let mut decompressor = Decompressor::new(bytes, ask, context)?;
    decompressor.info.out_color_space = match header.space {
        Space::Grey => J_COLOR_SPACE::JCS_GRAYSCALE,
        Space::Rgb => J_COLOR_SPACE::JCS_RGB,
        Space::Cmyk => J_COLOR_SPACE::JCS_CMYK,
    };
    decompressor.start(context)?;
    let info = &decompressor.info;
    let mut raster = Raster::unset(info.output_width, info.output_height, info.output_components as usize)?;
    let row_len = raster.row_len();
    for rows in raster.data.chunks_mut(ROWS * row_len) {
        context.check()?;
        let mut targets: Vec<*mut u8> = rows.chunks_exact_mut(row_len).map(<[u8]>::as_mut_ptr).collect();
        let mut done = 0;
        while done < targets.len() {
            let left = &mut targets[done..];
            // SAFETY: so many pointers to rows of the output's width and components, which live through the call.
            done += decompressor
                .call(context, |info| unsafe { jpeg_read_scanlines(info, left.as_mut_ptr(), left.len() as u32) })?
                as usize;
        }
    }
    // SAFETY: all rows were read.
    decompressor.call(context, |info| unsafe { jpeg_finish_decompress(info) })?;
    if header.space == Space::Cmyk && super::is_inverted(bytes) {
        let row_len = raster.row_len();
        for row in raster.data.chunks_exact_mut(row_len) {
            row.iter_mut().for_each(|sample| *sample = 255 - *sample);
        }
        context.check()?;
    }
    Ok(raster)
}

/// The planes, without a conversion of colours. `sampling` is that of the brightness; the others have 1 × 1.
pub(super) fn decode_planes(
    header: &Header,
    bytes: &[u8],
    ask: &Ask,
    sampling: (u8, u8),
    context: &Context<'_>,
) -> Result<Option<Planes>, TaskError> {
    let mut decompressor = Decompressor::new(bytes, ask, context)?;
    decompressor.info.out_color_space = J_COLOR_SPACE::JCS_YCbCr;
    decompressor.info.raw_data_out = 1;
    // Samples along a side of what becomes of a block: of the brightness, and of the colours, of which the result keeps
    // half as many.
    let luma_scale = BLOCK / ask.shrink;
    let chroma_scale = if sampling == (1, 1) { (luma_scale / 2).max(1) } else { luma_scale };
    let layouts = decompressor.call(context, |info| {
        // SAFETY: the header was read, and this is the first half of starting; the other half is below.
        unsafe { jinit_master_decompress(info) };
        // SAFETY: three components were found in the frame header, and libjpeg has an entry for each.
        let scaled = |info: &mut _, number, scale| unsafe { offloop_jpeg_scale(info, number, scale as c_int) };
        let layouts = [
            Layout::of(header, sampling, sampling, luma_scale, scaled(info, 0, luma_scale)),
            Layout::of(header, sampling, (1, 1), chroma_scale, scaled(info, 1, chroma_scale)),
            Layout::of(header, sampling, (1, 1), chroma_scale, scaled(info, 2, chroma_scale)),
        ];
        info.common.global_state = READY_TO_READ;
        layouts
    })?;
    // The other half.
    decompressor.start(context)?;

    let mut planes = Vec::with_capacity(3);
    let mut bands = Vec::with_capacity(3);
    for layout in &layouts {
        planes.push(Raster::<u8>::unset(layout.size.0, layout.size.1, 1)?);
        let band = Samples::<u8>::of_len(layout.stride * layout.rows);
        bands.push(band.ok_or_else(|| out_of_memory(header.width, header.height))?);
    }
    let mut rows: Vec<Vec<*mut u8>> = (bands.iter_mut().zip(&layouts))
        .map(|(band, layout)| band.chunks_exact_mut(layout.stride).map(<[u8]>::as_mut_ptr).collect())
        .collect();
    // Rows of the output that one row of blocks of all components gives.
    let step = u32::from(sampling.1) * BLOCK / ask.shrink;
    let height = layouts[0].size.1;
    for (band_number, _) in (0..height).step_by(step as usize).enumerate() {
        context.check()?;
        let mut targets: Vec<*mut *mut u8> = rows.iter_mut().map(Vec::as_mut_ptr).collect();
        // SAFETY: for each component as many rows as a row of blocks gives, each as wide as all its blocks are.
        let given =
            decompressor.call(context, |info| unsafe { jpeg_read_raw_data(info, targets.as_mut_ptr(), step) })?;
        if given == 0 {
            break;
        }
        for ((plane, band), layout) in planes.iter_mut().zip(&bands).zip(&layouts) {
            let width = plane.row_len();
            let first = band_number * layout.rows;
            let targets = plane.data.chunks_exact_mut(width).skip(first);
            for (target, source) in targets.zip(band.chunks_exact(layout.stride)) {
                target.copy_from_slice(&source[..width]);
            }
        }
    }
    // SAFETY: all rows were read.
    decompressor.call(context, |info| unsafe { jpeg_finish_decompress(info) })?;
    let [y, cb, cr] = <[_; 3]>::try_from(planes).expect("three were made");
    Ok(Some(Planes { y, cb, cr }))
}

/// How libjpeg gives out a component.
struct Layout {
    /// Samples of the plane.
    size: (u32, u32),
    /// Bytes of a row as libjpeg writes it: whole blocks.
    stride: usize,
    /// Rows that a row of blocks of all components gives.
    rows: usize,
}

impl Layout {
    /// `scale` is the samples along a side of what becomes of a block, `blocks` how many the component has across.
    fn of(header: &Header, luma: (u8, u8), own: (u8, u8), scale: u32, blocks: u32) -> Self {
        let (max, own) = ((u32::from(luma.0), u32::from(luma.1)), (u32::from(own.0), u32::from(own.1)));
        let size = |full: u32, own: u32, max: u32| (full * own * scale).div_ceil(max * BLOCK);
        Self {
            size: (size(header.width, own.0, max.0), size(header.height, own.1, max.1)),
            // MCUs are whole, so there may be blocks beyond those of the component.
            stride: (blocks.next_multiple_of(own.0.max(1)) * scale) as usize,
            rows: (own.1 * scale) as usize,
        }
    }
}

/// `DSTATE_PRELOAD` of libjpeg: `jpeg_start_decompress` has done its first half.
const READY_TO_READ: i32 = 203;

unsafe extern "C-unwind" {
    /// The first half of `jpeg_start_decompress`, which decides about the scale of each component: it gives colours that
    /// were stored in half the size a larger scale than the brightness, for the sake of those who want pixels.
    fn jinit_master_decompress(info: &mut jpeg_decompress_struct);

    /// In libjpeg.c: sets the scale of a component between the two halves; gives how many blocks it has across.
    fn offloop_jpeg_scale(info: &mut jpeg_decompress_struct, number: c_int, scale: c_int) -> c_uint;
}
