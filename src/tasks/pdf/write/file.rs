//! The file: objects one after another into the sink, where each begins, and the table of that at the end.
//!
//! Objects that are no streams are packed into compressed object streams where the version of PDF has them, which halves
//! what they take. Only places are kept, so that a document of any length takes little memory.

use std::cell::RefCell;
use std::io::{self, Write};

use flate2::{Compress, Compression, FlushCompress, Status};
use pdf_writer::{Chunk, Filter, Finish, Name, Obj, Ref, Str, Stream};

use crate::engine::{Code, TaskError};

/// Objects and bytes of an object stream.
const PACKED_OBJECTS: usize = 200;
const PACKED_BYTES: usize = 64 << 10;

/// Where an object is.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// Not written: references to it are null.
    Free,
    At(u64),
    /// In an object stream.
    In {
        stream: u32,
        index: u16,
    },
}

pub(super) struct File<'s> {
    sink: &'s mut dyn Write,
    /// Bytes written so far.
    position: u64,
    hash: blake3::Hasher,
    /// Of object 1 and so on.
    places: Vec<Place>,
    /// Objects for the next object stream, when they are packed at all.
    packed: Option<Packed>,
    compress: bool,
}

#[derive(Default)]
struct Packed {
    /// Numbers of the objects, and where they begin.
    heads: Vec<(Ref, usize)>,
    body: Vec<u8>,
}

/// What the end of the file tells.
pub(super) struct Roots {
    pub(super) catalog: Ref,
    pub(super) info: Ref,
}

impl<'s> File<'s> {
    /// Writes the header: `version` is the digit behind `1.`.
    pub(super) fn new(sink: &'s mut dyn Write, version: u8, pack: bool, compress: bool) -> Result<Self, TaskError> {
        let packed = pack.then(Packed::default);
        let hash = blake3::Hasher::new();
        let mut file = Self { sink, position: 0, hash, places: Vec::new(), packed, compress };
        // The comment says that there are bytes that are no text.
        file.put(&[b"%PDF-1.", &[b'0' + version][..], b"\n%\xE2\xE3\xCF\xD3\n"].concat())?;
        Ok(file)
    }

    /// A number for a new object.
    pub(super) fn reserve(&mut self) -> Ref {
        self.places.push(Place::Free);
        Ref::new(i32::try_from(self.places.len()).unwrap_or(i32::MAX))
    }

    pub(super) fn compresses(&self) -> bool {
        self.compress
    }

    /// Writes an object that is not a stream.
    pub(super) fn object(&mut self, id: Ref, build: impl FnOnce(Obj<'_>)) -> Result<(), TaskError> {
        let mut chunk = Chunk::with_capacity(256);
        build(chunk.indirect(id));
        self.add(id, chunk.as_bytes())
    }

    /// Writes a stream of bytes that are as `build` says they are.
    pub(super) fn raw_stream(
        &mut self,
        id: Ref,
        data: &[u8],
        build: impl FnOnce(&mut Stream<'_>),
    ) -> Result<(), TaskError> {
        if i32::try_from(data.len()).is_err() {
            return Err(TaskError::new(Code::TaskFailed, "A part of the PDF is larger than 2 GiB"));
        }
        let mut chunk = Chunk::with_capacity(data.len() + 256);
        let mut stream = chunk.stream(id, data);
        build(&mut stream);
        stream.finish();
        self.add_stream(id, chunk.as_bytes())
    }

    /// Writes a stream as it stands in a chunk.
    pub(super) fn add_stream(&mut self, id: Ref, bytes: &[u8]) -> Result<(), TaskError> {
        self.place(id);
        self.put(bytes)
    }

    /// Writes a stream, deflated where the document is compressed.
    pub(super) fn stream(
        &mut self,
        id: Ref,
        data: &[u8],
        build: impl FnOnce(&mut Stream<'_>),
    ) -> Result<(), TaskError> {
        if !self.compress {
            return self.raw_stream(id, data, build);
        }
        self.raw_stream(id, &deflated(data), |stream| {
            stream.filter(Filter::FlateDecode);
            build(stream);
        })
    }

    /// Writes an object as it stands in a chunk: `1 0 obj … endobj`.
    pub(super) fn add(&mut self, id: Ref, bytes: &[u8]) -> Result<(), TaskError> {
        let Some(packed) = &mut self.packed else {
            self.place(id);
            return self.put(bytes);
        };
        let head = format!("{} 0 obj\n", id.get());
        let body = bytes.strip_prefix(head.as_bytes()).unwrap_or(bytes).trim_ascii_end();
        let body = body.strip_suffix(b"endobj").unwrap_or(body).trim_ascii_end();
        packed.heads.push((id, packed.body.len()));
        packed.body.extend_from_slice(body);
        packed.body.push(b'\n');
        if packed.heads.len() >= PACKED_OBJECTS || packed.body.len() >= PACKED_BYTES {
            self.flush()?;
        }
        Ok(())
    }

    /// Writes the objects that wait to be packed.
    fn flush(&mut self) -> Result<(), TaskError> {
        let Some(packed) = self.packed.take_if(|packed| !packed.heads.is_empty()) else { return Ok(()) };
        let id = self.reserve();
        let mut data = Vec::with_capacity(packed.body.len() + 10 * packed.heads.len());
        for (index, (object, offset)) in packed.heads.iter().enumerate() {
            data.extend_from_slice(format!("{} {offset} ", object.get()).as_bytes());
            self.set(*object, Place::In { stream: id.get().unsigned_abs(), index: index as u16 });
        }
        let first = data.len();
        data.extend_from_slice(&packed.body);
        self.stream(id, &data, |stream| {
            stream.pair(Name(b"Type"), Name(b"ObjStm"));
            stream.pair(Name(b"N"), packed.heads.len() as i32);
            stream.pair(Name(b"First"), first as i32);
        })?;
        self.packed = Some(Packed::default());
        Ok(())
    }

    fn place(&mut self, id: Ref) {
        self.set(id, Place::At(self.position));
    }

    fn set(&mut self, id: Ref, place: Place) {
        let index = usize::try_from(id.get() - 1).ok();
        if let Some(entry) = index.and_then(|index| self.places.get_mut(index)) {
            *entry = place;
        }
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), TaskError> {
        self.hash.update(bytes);
        self.position += bytes.len() as u64;
        self.sink.write_all(bytes).map_err(|error| not_written(&error))
    }

    /// Writes the table of objects, and the trailer. The identifier of the document is that of its bytes.
    pub(super) fn finish(mut self, roots: &Roots) -> Result<u64, TaskError> {
        self.flush()?;
        let hash = self.hash.finalize();
        let identifier: [u8; 16] = *hash.as_bytes().first_chunk().unwrap_or(&[0; 16]);
        if self.packed.is_some() {
            self.finish_with_stream(roots, &identifier)?;
        } else {
            self.finish_with_table(roots, &identifier)?;
        }
        self.sink.flush().map_err(|error| not_written(&error))?;
        Ok(self.position)
    }

    fn finish_with_stream(&mut self, roots: &Roots, identifier: &[u8; 16]) -> Result<(), TaskError> {
        let id = self.reserve();
        let start = self.position;
        self.place(id);
        let width = (1..8).find(|bytes| start >> (8 * bytes) == 0).unwrap_or(8);
        let mut data = Vec::with_capacity((self.places.len() + 1) * (width + 2));
        let mut entry = |kind: u8, value: u64, index: u8| {
            data.push(kind);
            data.extend_from_slice(&value.to_be_bytes()[8 - width..]);
            data.push(index);
        };
        entry(0, 0, 0);
        for place in &self.places {
            match *place {
                Place::Free => entry(0, 0, 0),
                Place::At(offset) => entry(1, offset, 0),
                // An object stream has no more than 200 objects.
                Place::In { stream, index } => entry(2, u64::from(stream), index as u8),
            }
        }
        let size = self.places.len() as i32 + 1;
        self.stream(id, &data, |stream| {
            stream.pair(Name(b"Type"), Name(b"XRef"));
            stream.pair(Name(b"Size"), size);
            stream.insert(Name(b"W")).array().items([1, width as i32, 1]);
            stream.pair(Name(b"Root"), roots.catalog);
            stream.pair(Name(b"Info"), roots.info);
            stream.insert(Name(b"ID")).array().items([Str(identifier), Str(identifier)]);
        })?;
        self.put(format!("startxref\n{start}\n%%EOF\n").as_bytes())
    }

    fn finish_with_table(&mut self, roots: &Roots, identifier: &[u8; 16]) -> Result<(), TaskError> {
        let start = self.position;
        let size = self.places.len() + 1;
        let mut table = format!("xref\n0 {size}\n0000000000 65535 f \n").into_bytes();
        for place in &self.places {
            let line = match place {
                Place::At(offset) => format!("{offset:010} 00000 n \n"),
                Place::Free | Place::In { .. } => "0000000000 65535 f \n".to_owned(),
            };
            table.extend_from_slice(line.as_bytes());
        }
        let hex: String = identifier.iter().map(|byte| format!("{byte:02X}")).collect();
        let (root, info) = (roots.catalog.get(), roots.info.get());
        table.extend_from_slice(
            format!("trailer\n<</Size {size}/Root {root} 0 R/Info {info} 0 R/ID[<{hex}><{hex}>]>>\nstartxref\n{start}\n%%EOF\n")
                .as_bytes(),
        );
        self.put(&table)
    }
}

/// Where more effort takes more time and hardly makes files smaller: of 1,000 rows of a table, level 4 takes four fifths of
/// the time for 3 percent more bytes, and level 9 two and a half times for 2 percent less.
const LEVEL: u32 = 6;

thread_local! {
    /// Kept for its memory: most streams are so small that to set it up would take longer than to deflate them.
    static DEFLATE: RefCell<Compress> = RefCell::new(Compress::new(Compression::new(LEVEL), true));
}

/// The data as `FlateDecode` reads them.
pub(super) fn deflated(data: &[u8]) -> Vec<u8> {
    DEFLATE.with_borrow_mut(|deflate| {
        deflate.reset();
        let mut out = Vec::with_capacity(data.len() / 2 + 64);
        loop {
            let rest = data.get(deflate.total_in() as usize..).unwrap_or_default();
            match deflate.compress_vec(rest, &mut out, FlushCompress::Finish) {
                Ok(Status::StreamEnd) => return out,
                Ok(_) => out.reserve(out.len().max(256)),
                // From memory into memory no bytes make it fail.
                Err(error) => unreachable!("deflate failed: {error}"),
            }
        }
    })
}

fn not_written(error: &io::Error) -> TaskError {
    TaskError::new(Code::File, format!("Cannot write the PDF: {error}"))
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn what_is_deflated_is_all_there() {
        let mut seed = 1_u32;
        let mut noise = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 24) as u8
        };
        // What does not get smaller needs more space than was thought.
        for len in [0, 1, 100, 10_000, 300_000] {
            let data: Vec<u8> = (0..len).map(|_| noise()).collect();
            let mut result = Vec::new();
            flate2::read::ZlibDecoder::new(&*deflated(&data)).read_to_end(&mut result).unwrap();
            assert!(result == data, "{len} bytes");
        }
    }
}
