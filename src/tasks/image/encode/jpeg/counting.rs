//! Counts the symbols of a baseline JPEG, from which libjpeg makes the best Huffman codes: in the place of libjpeg's own
//! function, which looks at all 64 coefficients of a block one by one, and takes longer than writing the codes.
//!
//! Runs on: the thread of the task, called by libjpeg for each MCU.

use std::ffi::{c_int, c_long, c_uint, c_void};

use mozjpeg_sys::{boolean, jpeg_compress_struct};

use crate::tasks::image::libjpeg::{NATURAL, ZIGZAG};

/// The most blocks of an MCU.
const BLOCKS: usize = 10;

/// The most bits of a coefficient, by T.81; a difference of first ones has one more.
const BITS: u32 = 10;

type Block = [i16; 64];

/// `offloop_pass` in libjpeg.c.
#[repr(C)]
struct Pass {
    state: *mut State,
    blocks: c_int,
    component: [c_int; BLOCKS],
    dc: [c_int; BLOCKS],
    ac: [c_int; BLOCKS],
}

/// How `huff_entropy_encoder` of libjpeg-turbo goes on behind its public part.
#[repr(C)]
struct State {
    saved: Saved,
    _restarts_to_go: c_uint,
    _next_restart: c_int,
    _tables: [*mut c_void; 8],
    dc_counts: [*mut c_long; 4],
    ac_counts: [*mut c_long; 4],
}

#[repr(C)]
struct Saved {
    _buffer: u64,
    _free: c_int,
    /// The first coefficient of the block before, by component.
    firsts: [c_int; 4],
}

type CountMcu = unsafe extern "C-unwind" fn(*mut jpeg_compress_struct, *mut *mut Block) -> boolean;

unsafe extern "C" {
    fn offloop_jpeg_count(info: *mut jpeg_compress_struct, pass: *mut Pass, count: CountMcu) -> c_int;
}

/// What the function that libjpeg calls works with.
pub(super) struct Counting(Pass);

impl Counting {
    /// Hangs itself into a compressor that has been started, when its first pass counts. `of` must find it there.
    pub(super) fn install(info: &mut jpeg_compress_struct, of: CountMcu) -> Option<Box<Self>> {
        #[cfg(test)]
        if tests::UNHOOKED.get() {
            return None;
        }
        // There the buffer of the state has 64 bits.
        if usize::BITS < 64 {
            return None;
        }
        // SAFETY: zeros are a value of it: numbers and a pointer that is looked at only when it is set.
        let mut counting = Box::new(Self(unsafe { std::mem::zeroed() }));
        // SAFETY: the compressor was started, so that all that the call looks at is there.
        let is_hooked = unsafe { offloop_jpeg_count(info, &mut counting.0, of) } != 0;
        is_hooked.then_some(counting)
    }

    /// Counts an MCU.
    ///
    /// # Safety
    /// To be called in the place of libjpeg's function, with what that is called with.
    pub(super) unsafe fn count(&self, blocks: *mut *mut Block) -> boolean {
        // SAFETY: the state is the compressor's, which lives, and nobody else looks at it meanwhile.
        let state = unsafe { &mut *self.0.state };
        for number in 0..self.0.blocks as usize {
            // SAFETY: libjpeg gives as many blocks as an MCU has, and a table of 257 counts for each that is used.
            let (block, dc, ac) = unsafe {
                (
                    &**blocks.add(number),
                    &mut *state.dc_counts[self.0.dc[number] as usize].cast::<[c_long; 257]>(),
                    &mut *state.ac_counts[self.0.ac[number] as usize].cast::<[c_long; 257]>(),
                )
            };
            let first = &mut state.saved.firsts[self.0.component[number] as usize];
            let difference = i32::from(block[0]) - *first;
            *first = block[0].into();
            // Quantized samples of 8 bits have no larger ones.
            dc[size_of(difference).min(BITS + 1) as usize] += 1;
            count_others(block, ac);
        }
        1
    }
}

/// How many bits a number has without its sign.
fn size_of(number: i32) -> u32 {
    u32::BITS - number.unsigned_abs().leading_zeros()
}

/// Counts the symbols of all coefficients but the first, by T.81, F.1.2.2.
fn count_others(block: &Block, counts: &mut [c_long; 257]) {
    let mut places = nonzero(block) & !1;
    let mut numbers = 0_u64;
    while places != 0 {
        numbers |= 1 << ZIGZAG[places.trailing_zeros() as usize];
        places &= places - 1;
    }
    let mut last = 0;
    while numbers != 0 {
        let number = numbers.trailing_zeros();
        numbers &= numbers - 1;
        let run = number - last - 1;
        last = number;
        counts[0xf0] += c_long::from(run as i32 >> 4);
        let size = size_of(block[NATURAL[number as usize] as usize].into()).min(BITS);
        counts[((run & 15) << 4 | size) as usize] += 1;
    }
    if last < 63 {
        counts[0] += 1;
    }
}

/// A bit for each coefficient that is not 0.
#[cfg(target_arch = "x86_64")]
fn nonzero(block: &Block) -> u64 {
    use std::arch::x86_64::{_mm_cmpeq_epi8, _mm_loadu_si128, _mm_movemask_epi8, _mm_packs_epi16, _mm_setzero_si128};
    let mut zeros = 0;
    for (i, half) in block.chunks_exact(16).enumerate() {
        // SAFETY: every x86-64 processor has SSE2, and 16 coefficients are there. Saturation leaves zeros alone.
        let mask = unsafe {
            let (low, high) = (_mm_loadu_si128(half.as_ptr().cast()), _mm_loadu_si128(half[8..].as_ptr().cast()));
            _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_packs_epi16(low, high), _mm_setzero_si128()))
        };
        zeros |= u64::from(mask as u32 & 0xffff) << (16 * i);
    }
    !zeros
}

#[cfg(not(target_arch = "x86_64"))]
fn nonzero(block: &Block) -> u64 {
    block.iter().enumerate().fold(0, |mask, (i, coefficient)| mask | u64::from(*coefficient != 0) << i)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::super::turbo;
    use super::*;
    use crate::engine::{CancelToken, Context};
    use crate::tasks::image::encode::Extras;
    use crate::tasks::image::memory::Samples;
    use crate::tasks::image::raster::Raster;
    use crate::tasks::image::request::Output;

    thread_local! {
        /// Leaves everything to libjpeg, for a comparison.
        pub(super) static UNHOOKED: Cell<bool> = const { Cell::new(false) };
    }

    #[test]
    fn files_are_those_of_libjpeg() {
        let token = CancelToken::default();
        let context = Context::detached(&token);
        for channels in [1, 3] {
            let (width, height) = (131_u32, 77_u32);
            let samples: Vec<u8> =
                (0..width as usize * height as usize * channels).map(|i| ((i * i / 7) ^ (i / 300)) as u8).collect();
            let raster = Raster { width, height, channels, data: Samples::from_slice(&samples).unwrap() };
            for options in [
                r#"{"jpeg":{"quality":80}}"#,
                r#"{"jpeg":{"quality":100,"chromaSubsampling":"4:4:4"}}"#,
                r#"{"jpeg":{"quality":3}}"#,
                r#"{"jpeg":{"quality":60,"optimiseCoding":false}}"#,
                r#"{"jpeg":{"quality":60,"progressive":true}}"#,
            ] {
                let Ok(Output::Jpeg(options)) = serde_json::from_str(options) else { panic!("{options}") };
                let encoded = || turbo::encode(&raster, &options, &Extras::default(), &context, &|_| {}).unwrap();
                let ours = encoded();
                UNHOOKED.set(true);
                let theirs = encoded();
                UNHOOKED.set(false);
                assert!(ours == theirs, "{channels} channels, {options:?}");
            }
        }
    }

    /// As T.81 has it, coefficient by coefficient.
    fn counted_one_by_one(block: &Block) -> [c_long; 257] {
        let mut counts = [0; 257];
        let mut run = 0;
        for number in 1..64 {
            let coefficient = block[NATURAL[number] as usize];
            if coefficient == 0 {
                run += 1;
                continue;
            }
            while run > 15 {
                counts[0xf0] += 1;
                run -= 16;
            }
            counts[run << 4 | size_of(coefficient.into()) as usize] += 1;
            run = 0;
        }
        if run > 0 {
            counts[0] += 1;
        }
        counts
    }

    #[test]
    fn counts_what_the_standard_counts() {
        let mut state = 7_u32;
        let mut random = |end: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) % end
        };
        for round in 0..3000 {
            let mut block = [0; 64];
            for _ in 0..round % 70 {
                block[random(64) as usize] = random(2047) as i16 - 1023;
            }
            let mut counts = [0; 257];
            count_others(&block, &mut counts);
            assert_eq!(counts, counted_one_by_one(&block), "{block:?}");
        }
    }
}
