//! The Huffman coding of baseline JPEG (ITU-T T.81, annexes C and F.2.2): bits in, coefficients out.
//!
//! Faster than libjpeg's decoder by wider look-ups that also have the value: most coefficients, and the end of the block
//! behind them, are one look-up. Where no coefficients are wanted but the first, one look-up passes several of them.
//!
//! Runs on: the thread of the task.

use crate::tasks::image::libjpeg;

/// Coefficients of a block, row by row.
pub(super) type Block = [i16; 64];

/// Bits that a look-up sees.
const SEEN: u32 = 10;

/// The bits that one code and its value can have at most, and so what must be there before a look-up.
const MOST: i32 = 32;

/// The place of a coefficient by its number in the stream. Damaged streams count beyond the last.
const NATURAL: [u8; 128] = {
    let mut natural = [63; 128];
    let mut i = 0;
    while i < 64 {
        natural[i] = libjpeg::NATURAL[i];
        i += 1;
    }
    natural
};

/// What a look-up finds, in 32 bits: how many bits it takes, what kind it is, a count, and a value.
#[derive(Clone, Copy, Default)]
struct Found(u32);

impl Found {
    /// The value is there, and not the symbol.
    const VALUE: u32 = 1 << 6;
    /// The block ends behind it.
    const ENDS: u32 = 1 << 7;

    fn value(bits: u32, run: u32, value: i32, ends: bool) -> Self {
        Self(bits | Self::VALUE | if ends { Self::ENDS } else { 0 } | run << 8 | (value as u32) << 16)
    }

    fn symbol(bits: u32, symbol: u8) -> Self {
        Self(bits | u32::from(symbol) << 8)
    }

    /// Some coefficients that nobody wants.
    fn passed(bits: u32, coefficients: u32, ends: bool) -> Self {
        Self(bits | if ends { Self::ENDS } else { 0 } | coefficients << 8)
    }

    /// How many bits it takes: none stands for a code that is longer than what is seen.
    fn bits(self) -> u32 {
        self.0 & 63
    }

    fn is_value(self) -> bool {
        self.0 & Self::VALUE != 0
    }

    /// 64 where the block ends, so that it is beyond the last coefficient.
    fn end(self) -> usize {
        ((self.0 & Self::ENDS) >> 1) as usize
    }

    /// The symbol, the zeros before a value, or how many coefficients were passed.
    fn count(self) -> u32 {
        self.0 >> 8 & 255
    }

    fn get(self) -> i16 {
        (self.0 >> 16) as i16
    }
}

/// A table of codes.
pub(super) struct Table {
    /// By the next bits.
    found: [Found; 1 << SEEN],
    /// By length: what follows the last code, with zeros to 16 bits behind it.
    limits: [u32; 17],
    /// By length: the first code's symbol, less the code.
    offsets: [i32; 17],
    symbols: [u8; 256],
    /// The code for the end of a block, of which there is one at most, and how many bits it has.
    end: (u64, u32),
}

impl Table {
    /// The table in which `counts[n]` codes are `n` bits long. `None`: there is no such table.
    pub(super) fn new(counts: &[u8; 17], symbols: &[u8; 256]) -> Option<Box<Self>> {
        let mut table = Box::new(Self {
            found: [Found::default(); 1 << SEEN],
            limits: [0; 17],
            offsets: [0; 17],
            symbols: *symbols,
            end: (0, 0),
        });
        let (mut code, mut first) = (0_u32, 0_i32);
        for (bits, count) in counts.iter().enumerate().skip(1) {
            let count = u32::from(*count);
            table.offsets[bits] = first - code as i32;
            for (code, symbol) in (code..code + count).zip(symbols.get(first as usize..)?) {
                if *symbol == 0 && std::mem::replace(&mut table.end, (code.into(), bits as u32)).1 != 0 {
                    return None;
                }
                if bits as u32 <= SEEN {
                    let free = SEEN - bits as u32;
                    let range = (code << free) as usize..((code + 1) << free) as usize;
                    table.found.get_mut(range)?.fill(Found::symbol(bits as u32, *symbol));
                }
            }
            code += count;
            first += count as i32;
            if code > 1 << bits || first > 256 {
                return None;
            }
            table.limits[bits] = code << (16 - bits);
            code <<= 1;
        }
        Some(table)
    }

    /// The bits and the symbol of a code that is longer than what a look-up sees.
    #[cold]
    fn long(&self, buffer: u64) -> Option<(u32, u32)> {
        let seen = (buffer >> 48) as u32;
        let bits = (SEEN as usize + 1..=16).find(|bits| seen < self.limits[*bits])?;
        let at = self.offsets[bits] + (seen >> (16 - bits)) as i32;
        Some((bits as u32, self.symbols[at as usize & 255].into()))
    }

    /// For the first coefficient of blocks: the value with the code, where both are seen.
    pub(super) fn of_first(counts: &[u8; 17], symbols: &[u8; 256]) -> Option<Box<Self>> {
        let mut table = Self::new(counts, symbols)?;
        for seen in 0..1 << SEEN {
            let found = table.found[seen];
            let (bits, size) = (found.bits(), found.count());
            if bits > 0 && bits + size <= SEEN {
                table.found[seen] = Found::value(bits + size, 0, value_in(seen as u32, bits, size), false);
            }
        }
        Some(table)
    }

    /// For the other coefficients: the value, and the end of the block, where they are seen with the code.
    pub(super) fn of_others(counts: &[u8; 17], symbols: &[u8; 256]) -> Option<Box<Self>> {
        let mut table = Self::new(counts, symbols)?;
        let plain = table.found;
        for seen in 0..1 << SEEN {
            let found = plain[seen];
            let (run, size) = (found.count() >> 4, found.count() & 15);
            let bits = found.bits() + size;
            if found.bits() == 0 || bits > SEEN {
                continue;
            }
            table.found[seen] = if size == 0 {
                // A zero at the end of the run, or of the block: there is one already.
                Found::value(bits, if run == 15 { 15 } else { 63 }, 0, false)
            } else {
                let next = plain[seen << bits & ((1 << SEEN) - 1)];
                let ends = next.bits() > 0 && next.count() == 0 && bits + table.end.1 <= SEEN;
                let taken = if ends { bits + table.end.1 } else { bits };
                Found::value(taken, run, value_in(seen as u32, found.bits(), size), ends)
            };
        }
        Some(table)
    }

    /// For coefficients that nobody wants: as many at once as are seen.
    pub(super) fn of_passed(counts: &[u8; 17], symbols: &[u8; 256]) -> Option<Box<Self>> {
        let mut table = Self::new(counts, symbols)?;
        let plain = table.found;
        for seen in 0..1 << SEEN {
            let (mut bits, mut coefficients, mut ends) = (0, 0, false);
            while bits < SEEN && !ends {
                let found = plain[seen << bits & ((1 << SEEN) - 1)];
                if found.bits() == 0 || bits + found.bits() > SEEN {
                    break;
                }
                let (run, size) = (found.count() >> 4, found.count() & 15);
                bits += found.bits() + size;
                ends = size == 0 && run != 15;
                coefficients += if ends { 0 } else { run + 1 };
            }
            table.found[seen] = Found::passed(bits, coefficients, ends);
        }
        Some(table)
    }
}

/// The value behind a code of `bits` bits, in what a look-up sees.
fn value_in(seen: u32, bits: u32, size: u32) -> i32 {
    let number = seen >> (SEEN - bits - size) & ((1 << size) - 1);
    extended(number, size)
}

/// A number of `size` bits as T.81 codes it: those that begin with 0 are negative.
fn extended(number: u32, size: u32) -> i32 {
    let number = number as i32;
    if size > 0 && number < 1 << (size - 1) { number - (1 << size) + 1 } else { number }
}

/// The coded bits of a scan, up to a marker.
#[derive(Clone, Copy)]
pub(super) struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The next bits, the first one highest. Below those that count may be some of what follows.
    buffer: u64,
    /// How many count. Less than none: more was taken than there is.
    left: i32,
    /// A marker or the end of the bytes comes next.
    dry: bool,
}

impl<'a> Bits<'a> {
    /// `left` bits, the lowest ones of `buffer`, come before the bytes.
    pub(super) fn new(bytes: &'a [u8], buffer: u64, left: i32) -> Self {
        let buffer = if left > 0 { buffer << (64 - left) } else { 0 };
        Self { bytes, at: 0, buffer, left, dry: false }
    }

    /// How many bytes were taken, and the bits of them that are left, as `new` takes them. `None` when more bits were taken
    /// than there are.
    pub(super) fn state(&self) -> Option<(usize, u64, i32)> {
        let buffer = if self.left > 0 { self.buffer >> (64 - self.left) } else { 0 };
        (self.left >= 0).then_some((self.at, buffer, self.left))
    }

    /// Makes sure that there are the bits of a code and its value, if so many come.
    #[inline(always)]
    fn fill(&mut self) {
        if self.left < MOST && !self.dry {
            if let Some(next) = self.bytes.get(self.at..self.at + 8) {
                let next = u64::from_be_bytes(next.try_into().expect("8 bytes"));
                // Whether a byte is 255, with which a marker begins.
                if (!next).wrapping_sub(0x0101_0101_0101_0101) & next & 0x8080_8080_8080_8080 == 0 {
                    self.buffer |= next >> self.left;
                    let bytes = (63 - self.left) >> 3;
                    self.at += bytes as usize;
                    self.left += 8 * bytes;
                    return;
                }
            }
            // By value, so that the bits can stay in registers.
            *self = self.filled_by_bytes();
        }
    }

    #[cold]
    #[inline(never)]
    fn filled_by_bytes(mut self) -> Self {
        while self.left <= 56 {
            let step = match self.bytes.get(self.at..) {
                Some([255, 0, ..]) => 2,
                Some([255, ..] | []) | None => {
                    self.dry = true;
                    break;
                }
                Some(_) => 1,
            };
            self.buffer |= u64::from(self.bytes[self.at]) << (56 - self.left);
            self.left += 8;
            self.at += step;
        }
        self
    }

    #[inline(always)]
    fn seen(&self) -> usize {
        (self.buffer >> (64 - SEEN)) as usize
    }

    #[inline(always)]
    fn take(&mut self, bits: u32) {
        self.buffer <<= bits;
        self.left -= bits as i32;
    }

    #[inline(always)]
    fn value(&mut self, size: u32) -> i32 {
        if size == 0 {
            return 0;
        }
        let number = (self.buffer >> (64 - size)) as u32;
        self.take(size);
        extended(number, size)
    }

    /// The symbol that was found, or the one of a long code.
    #[inline(always)]
    fn symbol(&mut self, found: Found, table: &Table) -> Option<u32> {
        let (bits, symbol) = if found.bits() > 0 { (found.bits(), found.count()) } else { table.long(self.buffer)? };
        self.take(bits);
        Some(symbol)
    }

    /// The first coefficient of a block, as the difference to that of the block before. `None` where no code is.
    #[inline(always)]
    pub(super) fn first(&mut self, table: &Table) -> Option<i32> {
        self.fill();
        let found = table.found[self.seen()];
        if found.is_value() {
            self.take(found.bits());
            return Some(i32::from(found.get()));
        }
        let size = self.symbol(found, table)?;
        // libjpeg has made sure of it.
        (size < 16).then(|| self.value(size))
    }

    /// The other coefficients of a block, which is zeros.
    #[inline(always)]
    pub(super) fn others(&mut self, table: &Table, block: &mut Block) -> Option<()> {
        let mut k = 1;
        'block: while k < 64 {
            self.fill();
            let mut found = table.found[self.seen()];
            if found.is_value() {
                // Three look-ups take no more bits than are there.
                for _ in 0..3 {
                    k += found.count() as usize;
                    block[usize::from(NATURAL[k & 127] & 63)] = found.get();
                    self.take(found.bits());
                    k += 1 + found.end();
                    if k >= 64 {
                        break 'block;
                    }
                    found = table.found[self.seen()];
                    if !found.is_value() {
                        continue 'block;
                    }
                }
                continue;
            }
            let symbol = self.symbol(found, table)?;
            let (run, size) = (symbol as usize >> 4, symbol & 15);
            if size > 0 {
                k += run;
                block[usize::from(NATURAL[k & 127] & 63)] = self.value(size) as i16;
            } else if run == 15 {
                k += 15;
            } else {
                return Some(());
            }
            k += 1;
        }
        // Behind the last coefficient no end is coded: what was taken for it is something else.
        if k >= 128 {
            let (code, bits) = table.end;
            self.buffer = self.buffer >> bits | code << (64 - bits);
            self.left += bits as i32;
        }
        Some(())
    }

    /// Passes the other coefficients of a block.
    #[inline(always)]
    pub(super) fn pass_others(&mut self, table: &Table, passed: &Table) -> Option<()> {
        let mut k = 1;
        while k < 64 {
            self.fill();
            let several = passed.found[self.seen()];
            let next = k + several.count() as usize;
            if several.bits() > 0 && (next < 64 || (next == 64 && several.end() == 0)) {
                self.take(several.bits());
                if several.end() > 0 {
                    return Some(());
                }
                k = next;
                continue;
            }
            let found = table.found[self.seen()];
            let symbol = self.symbol(found, table)?;
            let (run, size) = (symbol as usize >> 4, symbol & 15);
            if size > 0 {
                self.take(size);
            } else if run != 15 {
                return Some(());
            }
            k += run + 1;
        }
        Some(())
    }
}
