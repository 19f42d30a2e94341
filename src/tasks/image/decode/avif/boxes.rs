//! The boxes of ISO base media files (ISO/IEC 14496-12), read from bytes of strangers: every step is checked against what
//! is there.

use crate::engine::Code;

/// What is wrong with a container.
#[derive(Debug, PartialEq)]
pub(super) struct Fault {
    pub(super) code: Code,
    pub(super) says: &'static str,
}

impl Fault {
    pub(super) const CUT_OFF: Self = Self::invalid("it is cut off");

    pub(super) const fn invalid(says: &'static str) -> Self {
        Self { code: Code::ImageInvalid, says }
    }

    pub(super) const fn unsupported(says: &'static str) -> Self {
        Self { code: Code::ImageUnsupported, says }
    }
}

pub(super) type Parsed<T> = Result<T, Fault>;

/// Numbers from the front of some bytes, the high byte first.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(super) fn rest(self) -> &'a [u8] {
        self.rest
    }

    pub(super) fn take(&mut self, len: usize) -> Parsed<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(len).ok_or(Fault::CUT_OFF)?;
        self.rest = rest;
        Ok(taken)
    }

    /// A number of at most 8 bytes. One of no bytes is 0.
    pub(super) fn number(&mut self, len: usize) -> Parsed<u64> {
        Ok(self.take(len)?.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    pub(super) fn u8(&mut self) -> Parsed<u8> {
        Ok(self.number(1)? as u8)
    }

    pub(super) fn u16(&mut self) -> Parsed<u16> {
        Ok(self.number(2)? as u16)
    }

    pub(super) fn u32(&mut self) -> Parsed<u32> {
        Ok(self.number(4)? as u32)
    }

    pub(super) fn name(&mut self) -> Parsed<[u8; 4]> {
        Ok(self.u32()?.to_be_bytes())
    }

    /// The version and the flags at the front of a full box.
    pub(super) fn version(&mut self) -> Parsed<(u8, u32)> {
        let both = self.u32()?;
        Ok(((both >> 24) as u8, both & 0x00ff_ffff))
    }

    /// A text that ends with a zero, without it.
    pub(super) fn text(&mut self) -> Parsed<&'a [u8]> {
        let len = self.rest.iter().position(|byte| *byte == 0).ok_or(Fault::CUT_OFF)?;
        let text = self.take(len)?;
        self.take(1)?;
        Ok(text)
    }

    /// The next box, its name and what is in it; `None` at the end.
    pub(super) fn next_box(&mut self) -> Parsed<Option<([u8; 4], &'a [u8])>> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let whole = self.rest.len();
        let size = u64::from(self.u32()?);
        let name = self.name()?;
        let size = match size {
            // Up to the end.
            0 => whole as u64,
            1 => self.number(8)?,
            size => size,
        };
        let head = whole - self.rest.len();
        let len = usize::try_from(size).ok().and_then(|size| size.checked_sub(head));
        Ok(Some((name, self.take(len.ok_or(Fault::invalid("a box is smaller than its head"))?)?)))
    }

    /// The first box of this name among those that follow.
    pub(super) fn find(mut self, wanted: &[u8; 4]) -> Parsed<Option<&'a [u8]>> {
        while let Some((name, inside)) = self.next_box()? {
            if name == *wanted {
                return Ok(Some(inside));
            }
        }
        Ok(None)
    }
}
