//! Where encoders write that know nothing of tasks: writing fails once the task is cancelled, so they stop wherever they are.

use std::io::{self, Cursor, Seek, SeekFrom, Write};

use crate::engine::Context;

pub(super) struct Watched<'a> {
    bytes: Cursor<Vec<u8>>,
    context: &'a Context<'a>,
}

impl<'a> Watched<'a> {
    pub(super) fn new(context: &'a Context<'a>) -> Self {
        Self { bytes: Cursor::new(Vec::new()), context }
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes.into_inner()
    }
}

impl Write for Watched<'_> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.context.check().map_err(io::Error::other)?;
        self.bytes.write(piece)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Watched<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.bytes.seek(to)
    }
}
