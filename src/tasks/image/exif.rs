//! The few entries of EXIF that matter here, read from bytes of strangers: nothing in them can fail, only be missing.
//!
//! By the TIFF 6.0 and EXIF 2.32 specifications.

const ORIENTATION: u16 = 0x0112;
const X_RESOLUTION: u16 = 0x011a;
const RESOLUTION_UNIT: u16 = 0x0128;
const CENTIMETRES: u16 = 3;

/// The structure of a TIFF around the entries of its first directory.
struct Directory<'a> {
    bytes: &'a [u8],
    little: bool,
    /// Where the entries are, 12 bytes each.
    start: usize,
    count: usize,
}

impl<'a> Directory<'a> {
    fn of(bytes: &'a [u8]) -> Option<Self> {
        let little = match bytes.get(..4)? {
            b"II*\0" => true,
            b"MM\0*" => false,
            _ => return None,
        };
        let mut this = Self { bytes, little, start: 0, count: 0 };
        let offset = this.u32(4)? as usize;
        this.count = usize::from(this.u16(offset)?);
        this.start = offset.checked_add(2)?;
        Some(this)
    }

    fn u16(&self, at: usize) -> Option<u16> {
        let bytes = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    }

    fn u32(&self, at: usize) -> Option<u32> {
        let bytes = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }

    /// Where the value of an entry stands, or where its place is told.
    fn value_at(&self, tag: u16) -> Option<usize> {
        let entries = (0..self.count).map(|i| self.start + 12 * i);
        entries.take_while(|at| at + 12 <= self.bytes.len()).find(|at| self.u16(*at) == Some(tag)).map(|at| at + 8)
    }

    fn short(&self, tag: u16) -> Option<u16> {
        self.u16(self.value_at(tag)?)
    }
}

/// 1 to 8, and 1 where nothing is said.
pub(super) fn orientation_of(exif: &[u8]) -> u8 {
    let found = Directory::of(exif).and_then(|directory| directory.short(ORIENTATION));
    found.and_then(|value| u8::try_from(value).ok()).filter(|value| (1..=8).contains(value)).unwrap_or(1)
}

/// Pixels per inch.
pub(super) fn density_of(exif: &[u8]) -> Option<f64> {
    let directory = Directory::of(exif)?;
    let at = directory.u32(directory.value_at(X_RESOLUTION)?)? as usize;
    let (over, under) = (directory.u32(at)?, directory.u32(at.checked_add(4)?)?);
    let density = f64::from(over) / f64::from(under);
    let per_inch = if directory.short(RESOLUTION_UNIT) == Some(CENTIMETRES) { density * 2.54 } else { density };
    (per_inch.is_finite() && per_inch > 0.0).then_some(per_inch)
}

/// The same EXIF for a picture that is upright.
pub(super) fn upright(exif: &[u8]) -> Vec<u8> {
    let mut result = exif.to_vec();
    if let Some(directory) = Directory::of(exif)
        && let Some(at) = directory.value_at(ORIENTATION)
        && let Some(value) = result.get_mut(at..at + 2)
    {
        value.copy_from_slice(&if directory.little { 1_u16.to_le_bytes() } else { 1_u16.to_be_bytes() });
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One directory with an orientation, and 96 dots an inch.
    fn exif(little: bool) -> Vec<u8> {
        let short = |value: u16| if little { value.to_le_bytes() } else { value.to_be_bytes() };
        let long = |value: u32| if little { value.to_le_bytes() } else { value.to_be_bytes() };
        let mut bytes = if little { b"II*\0".to_vec() } else { b"MM\0*".to_vec() };
        bytes.extend(long(8));
        bytes.extend(short(2));
        bytes.extend([&short(ORIENTATION)[..], &short(3), &long(1), &short(6), &[0, 0]].concat());
        bytes.extend([&short(X_RESOLUTION)[..], &short(5), &long(1), &long(38)].concat());
        bytes.extend(long(0));
        bytes.extend([long(192), long(2)].concat());
        bytes
    }

    #[test]
    fn entries_are_read_in_both_byte_orders() {
        for little in [true, false] {
            let bytes = exif(little);
            assert_eq!((orientation_of(&bytes), density_of(&bytes)), (6, Some(96.0)));
            assert_eq!(orientation_of(&upright(&bytes)), 1);
        }
    }

    #[test]
    fn what_is_cut_off_or_damaged_says_nothing() {
        let whole = exif(true);
        for len in 0..whole.len() {
            assert!((1..=8).contains(&orientation_of(&whole[..len])));
            let _ = (density_of(&whole[..len]), upright(&whole[..len]));
        }
        for at in 0..whole.len() {
            for value in [0, 1, 9, 0x7f, 0xff] {
                let mut bytes = whole.clone();
                bytes[at] = value;
                assert!((1..=8).contains(&orientation_of(&bytes)));
                let _ = (density_of(&bytes), upright(&bytes));
            }
        }
    }
}
