//! The bytes of an image, which fail to be read once the task is cancelled: so every decoder stops, wherever it is.

use std::io::{self, BufRead, Cursor, Read, Seek, SeekFrom};

use crate::engine::Context;

/// Bytes handed to a decoder between two looks at the cancel token. They may be a thousand times as many pixels.
const PIECE: usize = 8 * 1024;

pub(super) struct Watched<'a> {
    bytes: Cursor<&'a [u8]>,
    context: &'a Context<'a>,
}

impl<'a> Watched<'a> {
    pub(super) fn new(bytes: &'a [u8], context: &'a Context<'a>) -> Self {
        Self { bytes: Cursor::new(bytes), context }
    }
}

impl Read for Watched<'_> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        self.context.check().map_err(io::Error::other)?;
        self.bytes.read(target)
    }
}

impl BufRead for Watched<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.context.check().map_err(io::Error::other)?;
        let rest = self.bytes.fill_buf()?;
        Ok(&rest[..rest.len().min(PIECE)])
    }

    fn consume(&mut self, count: usize) {
        self.bytes.consume(count);
    }
}

impl Seek for Watched<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.bytes.seek(to)
    }
}
