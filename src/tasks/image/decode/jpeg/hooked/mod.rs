//! `huffman` in the place of libjpeg's own Huffman decoder, which goes on wherever something is unusual: at a restart, at a
//! marker, at a code that does not exist. So what becomes of a damaged file is up to libjpeg alone.
//!
//! Runs on: the thread of the task, called by libjpeg for each MCU.

#[cfg(test)]
mod tests;

use std::ffi::{c_int, c_uint, c_void};

use mozjpeg_sys::{JHUFF_TBL, boolean, jpeg_decompress_struct};

use super::huffman::{Bits, Block, Table};

/// The most blocks of an MCU.
const BLOCKS: usize = 10;

/// Bytes before the end for each block of an MCU, from where on libjpeg reads carefully.
const END: usize = 512;

/// `offloop_scan` in libjpeg.c.
#[repr(C)]
struct Scan {
    decoder: *mut c_void,
    state: *mut State,
    unread_marker: *const c_int,
    restart_interval: c_uint,
    blocks: c_int,
    component: [c_int; BLOCKS],
    needs_ac: [c_int; BLOCKS],
    dc: [*const JHUFF_TBL; BLOCKS],
    ac: [*const JHUFF_TBL; BLOCKS],
}

/// How `huff_entropy_decoder` of libjpeg-turbo begins, behind its public part.
#[repr(C)]
struct State {
    bits: BitState,
    /// The first coefficient of the block before, by component.
    firsts: [c_int; 4],
    restarts_to_go: c_uint,
}

/// `bitread_perm_state`: the next bits are the lowest ones of the buffer.
#[repr(C)]
struct BitState {
    buffer: usize,
    left: c_int,
}

pub(super) type DecodeMcu = unsafe extern "C-unwind" fn(*mut jpeg_decompress_struct, *mut *mut Block) -> boolean;

unsafe extern "C" {
    fn offloop_jpeg_scan(info: *const jpeg_decompress_struct, scan: *mut Scan) -> c_int;
    fn offloop_jpeg_hook(decoder: *mut c_void, decode: DecodeMcu) -> DecodeMcu;
}

/// The tables of a component.
struct Coding {
    first: Box<Table>,
    others: Others,
}

enum Others {
    Wanted(Box<Table>),
    /// The picture is made from the first coefficients: the codes one by one, and several at once.
    Passed(Box<Table>, Box<Table>),
}

/// What the function that libjpeg calls works with.
pub(super) struct Hook {
    scan: Scan,
    /// By component.
    codings: Vec<Coding>,
    original: DecodeMcu,
}

impl Hook {
    /// Hangs itself into a decompressor that has been started, when that reads a baseline JPEG of one scan. From then on
    /// `of` must find it there.
    pub(super) fn install(info: &mut jpeg_decompress_struct, of: DecodeMcu) -> Option<Box<Self>> {
        #[cfg(test)]
        if tests::UNHOOKED.get() {
            return None;
        }
        // The buffer of the state has 64 bits, as ours.
        if usize::BITS < 64 {
            return None;
        }
        // SAFETY: zeros are a value of it: numbers and pointers that are looked at only when they are set.
        let mut scan: Scan = unsafe { std::mem::zeroed() };
        // SAFETY: the decompressor was started, so that all that the call looks at is there.
        if unsafe { offloop_jpeg_scan(info, &mut scan) } == 0 {
            return None;
        }
        let mut codings = Vec::new();
        for block in 0..scan.blocks as usize {
            // The blocks of a component follow one another, and so do the components.
            if scan.component[block] as usize != codings.len() {
                continue;
            }
            // SAFETY: libjpeg has made its own tables from these when it was started, so they are there.
            let (dc, ac) = unsafe { (scan.dc[block].as_ref()?, scan.ac[block].as_ref()?) };
            let others = if scan.needs_ac[block] != 0 {
                Others::Wanted(Table::of_others(&ac.bits, &ac.huffval)?)
            } else {
                Others::Passed(Table::new(&ac.bits, &ac.huffval)?, Table::of_passed(&ac.bits, &ac.huffval)?)
            };
            codings.push(Coding { first: Table::of_first(&dc.bits, &dc.huffval)?, others });
        }
        // SAFETY: the decoder is the one of this decompressor, which has its functions.
        let original = unsafe { offloop_jpeg_hook(scan.decoder, of) };
        Some(Box::new(Self { scan, codings, original }))
    }

    /// Decodes an MCU into blocks of zeros.
    ///
    /// # Safety
    /// To be called in the place of libjpeg's function, with what that is called with.
    pub(super) unsafe fn decode(&self, info: *mut jpeg_decompress_struct, blocks: *mut *mut Block) -> boolean {
        // SAFETY: as the caller says.
        if unsafe { self.decode_usual(info, blocks) }.is_some() {
            return 1;
        }
        // SAFETY: as the caller says; libjpeg gives as many blocks as an MCU has, or none.
        unsafe {
            if !blocks.is_null() {
                (0..self.scan.blocks as usize).for_each(|number| **blocks.add(number) = [0; 64]);
            }
            (self.original)(info, blocks)
        }
    }

    /// `None`, with nothing changed but the blocks, when libjpeg has to see to it.
    ///
    /// # Safety
    /// As for `decode`.
    #[inline(always)]
    unsafe fn decode_usual(&self, info: *mut jpeg_decompress_struct, blocks: *mut *mut Block) -> Option<()> {
        // SAFETY: the pointers are into the decompressor, which lives, and which nobody else looks at meanwhile.
        let (source, state, marker) = unsafe { (&mut *(*info).src, &mut *self.scan.state, *self.scan.unread_marker) };
        let restarts = self.scan.restart_interval > 0;
        if blocks.is_null() || marker != 0 || (restarts && state.restarts_to_go == 0) {
            return None;
        }
        // SAFETY: the source is the one of `jpeg_mem_src`: the bytes are there.
        let bytes = unsafe { std::slice::from_raw_parts(source.next_input_byte, source.bytes_in_buffer) };
        // How far libjpeg has read ahead when the scan ends decides what it says of bytes that are too many there.
        if bytes.len() < END * self.scan.blocks as usize {
            return None;
        }
        let mut bits = Bits::new(bytes, state.bits.buffer as u64, state.bits.left);
        let mut firsts = state.firsts;
        for number in 0..self.scan.blocks as usize {
            // SAFETY: libjpeg gives as many blocks as an MCU has.
            let block = unsafe { &mut **blocks.add(number) };
            let component = self.scan.component[number] as usize;
            let coding = &self.codings[component];
            let first = &mut firsts[component];
            // Damaged streams count beyond all numbers.
            *first = first.wrapping_add(bits.first(&coding.first)?);
            block[0] = *first as i16;
            match &coding.others {
                Others::Wanted(table) => bits.others(table, block)?,
                Others::Passed(table, several) => bits.pass_others(table, several)?,
            }
        }
        let (taken, buffer, left) = bits.state()?;
        // SAFETY: so many of them were read.
        source.next_input_byte = unsafe { source.next_input_byte.add(taken) };
        source.bytes_in_buffer -= taken;
        state.bits = BitState { buffer: buffer as usize, left };
        state.firsts = firsts;
        if restarts {
            state.restarts_to_go -= 1;
        }
        Some(())
    }
}
