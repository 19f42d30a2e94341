//! AV1 by re_rav1d, through the interface that it has in common with dav1d.
//!
//! Runs on: the thread of the task, which is the only one that decodes. rav1d cannot be stopped within a frame.

use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ptr::NonNull;

use re_rav1d::Dav1dResult;
use re_rav1d::include::dav1d::data::Dav1dData;
use re_rav1d::include::dav1d::dav1d::{Dav1dContext, Dav1dLogger, Dav1dSettings};
use re_rav1d::include::dav1d::headers::{DAV1D_PIXEL_LAYOUT_I400, DAV1D_PIXEL_LAYOUT_I420, DAV1D_PIXEL_LAYOUT_I422};
use re_rav1d::include::dav1d::picture::Dav1dPicture;
use re_rav1d::src::lib::{
    dav1d_close, dav1d_data_create, dav1d_data_unref, dav1d_default_settings, dav1d_get_picture, dav1d_open,
    dav1d_picture_unref, dav1d_send_data,
};

use super::boxes::{Fault, Parsed};
use super::picture::{Coding, Nclx};
use crate::tasks::image::raster::Sample;

/// A decoder, closed when it is dropped.
struct Decoder(Option<Dav1dContext>);

/// A picture of the decoder's, in planes.
pub(super) struct Frame {
    picture: Dav1dPicture,
    pub(super) size: (u32, u32),
    pub(super) coding: Coding,
    /// What the stream itself says of its samples.
    pub(super) nclx: Nclx,
}

/// A plane of samples: bytes, or 16-bit numbers for more than 8 bits.
#[derive(Clone, Copy)]
pub(super) struct Plane<'a, T> {
    start: NonNull<T>,
    /// From a row to the next, in samples.
    stride: isize,
    width: usize,
    height: usize,
    of: PhantomData<&'a [T]>,
}

// SAFETY: a plane is a shared borrow of samples, which are numbers.
unsafe impl<T: Sync> Send for Plane<'_, T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for Plane<'_, T> {}

impl<T> Plane<'_, T> {
    /// The row, or the last one.
    pub(super) fn row(&self, y: usize) -> &[T] {
        let y = y.min(self.height - 1);
        // SAFETY: `Frame::planes` made the plane of a picture that has so many rows of so many samples, this far from one
        // another, and that it borrows.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr().offset(y as isize * self.stride), self.width) }
    }
}

/// Decodes the first picture of a stream, which must not have more pixels than it is said to have.
pub(super) fn decode(stream: &[u8], (width, height): (u32, u32)) -> Parsed<Frame> {
    let limit = width
        .checked_mul(height)
        .ok_or(Fault { code: crate::engine::Code::ImageTooLarge, says: "it has too many pixels" })?;
    let decoder = Decoder::new(limit)?;
    decoder.send(stream)?;
    decoder.picture()
}

impl Decoder {
    fn new(limit: u32) -> Parsed<Self> {
        let mut settings = MaybeUninit::<Dav1dSettings>::uninit();
        // SAFETY: what is behind the pointer may be written, and is wholly written by the call.
        let mut settings = unsafe {
            dav1d_default_settings(NonNull::from(&mut settings).cast());
            settings.assume_init()
        };
        (settings.n_threads, settings.max_frame_delay) = (1, 1);
        settings.frame_size_limit = limit;
        // Else it writes to the standard error.
        // SAFETY: there is nothing to call.
        settings.logger = unsafe { Dav1dLogger::new(None, None) };
        let mut context = None;
        // SAFETY: both pointers are to live values of ours; the settings are only read.
        let result = unsafe { dav1d_open(Some(NonNull::from(&mut context)), Some(NonNull::from(&mut settings))) };
        check(result)?;
        Ok(Self(context))
    }

    fn send(&self, stream: &[u8]) -> Parsed<()> {
        let mut data = Dav1dData::default();
        // SAFETY: the pointer is to a value of ours, which may be written over: it owns nothing yet.
        let bytes = unsafe { dav1d_data_create(Some(NonNull::from(&mut data)), stream.len()) };
        let bytes = NonNull::new(bytes).ok_or(Fault::invalid("there is no memory for it"))?;
        // SAFETY: the decoder made so many bytes for us, which nobody else has.
        unsafe { std::ptr::copy_nonoverlapping(stream.as_ptr(), bytes.as_ptr(), stream.len()) };
        // SAFETY: the decoder is open until `self` is dropped, and the data was made by it.
        let result = unsafe { dav1d_send_data(self.0, Some(NonNull::from(&mut data))) };
        // SAFETY: what was taken is gone from the data, what was not is freed here, once.
        unsafe { dav1d_data_unref(Some(NonNull::from(&mut data))) };
        check(result)
    }

    fn picture(&self) -> Parsed<Frame> {
        let mut picture = Dav1dPicture::default();
        // SAFETY: the decoder is open, and the picture is a value of ours that owns nothing yet.
        let result = unsafe { dav1d_get_picture(self.0, Some(NonNull::from(&mut picture))) };
        check(result)?;
        Frame::of(picture)
    }
}

impl Drop for Decoder {
    fn drop(&mut self) {
        // SAFETY: the decoder was opened by `new` and is closed once, here. Pictures keep their own memory alive.
        unsafe { dav1d_close(Some(NonNull::from(&mut self.0))) };
    }
}

fn check(result: Dav1dResult) -> Parsed<()> {
    if result.0 == 0 { Ok(()) } else { Err(Fault::invalid("its AV1 is cut off or damaged")) }
}

impl Frame {
    fn of(picture: Dav1dPicture) -> Parsed<Self> {
        let parameters = &picture.p;
        let size = u32::try_from(parameters.w).ok().zip(u32::try_from(parameters.h).ok());
        let coding = Coding {
            bits: parameters.bpc as u8,
            monochrome: parameters.layout == DAV1D_PIXEL_LAYOUT_I400,
            halved: match parameters.layout {
                DAV1D_PIXEL_LAYOUT_I400 | DAV1D_PIXEL_LAYOUT_I420 => (true, true),
                DAV1D_PIXEL_LAYOUT_I422 => (true, false),
                _ => (false, false),
            },
        };
        // SAFETY: the decoder put the header there, and it lives as long as the picture.
        let header = picture.seq_hdr.map(|header| unsafe { header.as_ref() });
        let nclx = header.map(|header| Nclx { matrix: header.mtrx as u16, full_range: header.color_range != 0 });
        let (size, nclx) = size.zip(nclx).ok_or(Fault::invalid("its AV1 has no header"))?;
        Ok(Self { picture, size, coding, nclx })
    }

    /// Samples of a plane: brightness, and two of colours, which a picture of one channel does not have. `T` is `u8` for 8
    /// bits and `u16` for more.
    pub(super) fn plane<T: Sample>(&self, number: usize) -> Option<Plane<'_, T>> {
        assert_eq!(self.coding.bits > 8, T::BITS > 8, "a plane has samples of one type");
        let start = self.picture.data[number].filter(|_| number == 0 || !self.coding.monochrome)?;
        let (halved_across, halved_down) = if number == 0 { (false, false) } else { self.coding.halved };
        let half = |side: u32, halved: bool| (if halved { side.div_ceil(2) } else { side }) as usize;
        let stride = self.picture.stride[number.min(1)] / size_of::<T>() as isize;
        let (width, height) = (half(self.size.0, halved_across), half(self.size.1, halved_down));
        Some(Plane { start: start.cast(), stride, width, height, of: PhantomData })
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        // SAFETY: the picture is ours, from the decoder, and is given back once, here.
        unsafe { dav1d_picture_unref(Some(NonNull::from(&mut self.picture))) };
    }
}
