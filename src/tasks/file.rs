//! Files that tasks read and write: named by a path or a `file:` URL, opened so that nothing can block, read in pieces,
//! written whole or not at all.
//!
//! Runs on: the thread of the task. Only regular files are taken: opening a pipe that nobody writes to would wait for
//! ever, where no abort can reach.

use std::borrow::Cow;
use std::fs::{File, Metadata};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, Unexpected};
use serde::{Deserialize, Deserializer};

use crate::engine::{Context, TaskError};

/// Bytes read between two looks at the cancel token: far below a millisecond from the page cache.
const PIECE: usize = 256 * 1024;

/// Where a file is, as the caller wrote it: a path, or a `file:` URL.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FilePath(PathBuf);

impl FilePath {
    pub(super) fn as_path(&self) -> &Path {
        &self.0
    }

    /// Opens the file for reading.
    pub(super) fn open(&self) -> Result<(File, Metadata), TaskError> {
        let path = self.as_path();
        let failed = |error: io::Error| TaskError::file("open", path, &error);
        // Before it is opened: opening is what blocks on a pipe.
        regular(&std::fs::metadata(path).map_err(failed)?).map_err(failed)?;
        let file = File::open(path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        regular(&metadata).map_err(failed)?;
        Ok((file, metadata))
    }

    /// Reads an open file to its end, piece by piece, also when it has more or less than its size said.
    pub(super) fn read_pieces(
        &self,
        file: &mut File,
        context: &Context<'_>,
        mut take: impl FnMut(&[u8]),
    ) -> Result<(), TaskError> {
        let mut piece = vec![0; PIECE];
        loop {
            context.check()?;
            match file.read(&mut piece) {
                Ok(0) => return Ok(()),
                Ok(count) => take(&piece[..count]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(TaskError::file("read", self.as_path(), &error)),
            }
        }
    }

    /// Fails early when `replace` is bound to fail: the folder is missing, or the path is a folder itself.
    pub(super) fn check_target(&self) -> Result<(), TaskError> {
        let path = self.as_path();
        let failed = |error: io::Error| TaskError::file("write", path, &error);
        if path.is_dir() {
            return Err(failed(io::Error::new(io::ErrorKind::IsADirectory, "it is a directory")));
        }
        let folder = std::fs::metadata(folder_of(path)).map_err(failed)?;
        if folder.is_dir() { Ok(()) } else { Err(failed(io::ErrorKind::NotADirectory.into())) }
    }

    /// A file under a temporary name in the same folder, for what is written piece by piece.
    pub(super) fn draft(&self) -> Result<Draft, TaskError> {
        let failed = |error: io::Error| TaskError::file("write", self.as_path(), &error);
        // The file behind a symbolic link is replaced, not the link.
        let path = std::fs::canonicalize(self.as_path()).unwrap_or_else(|_| self.0.clone());
        let file = temporary_file(&path).map_err(failed)?;
        if let Ok(existing) = std::fs::metadata(&path) {
            file.as_file().set_permissions(existing.permissions()).map_err(failed)?;
        }
        Ok(Draft { path, file: io::BufWriter::with_capacity(PIECE, file) })
    }

    /// Writes the file under a temporary name in the same folder and then gives it its own, so that nobody ever sees
    /// half a file. When this fails or the task is cancelled, nothing is left.
    pub(super) fn replace(&self, bytes: &[u8], context: &Context<'_>) -> Result<(), TaskError> {
        let mut draft = self.draft()?;
        for piece in bytes.chunks(PIECE) {
            context.check()?;
            draft.write_all(piece).map_err(|error| TaskError::file("write", self.as_path(), &error))?;
        }
        draft.commit()
    }
}

/// A file that nobody sees until it is whole. It is gone when it is dropped before.
pub(super) struct Draft {
    path: PathBuf,
    file: io::BufWriter<tempfile::NamedTempFile>,
}

impl Draft {
    /// Gives it its name.
    pub(super) fn commit(self) -> Result<(), TaskError> {
        let Self { path, file } = self;
        let failed = |error: io::Error| TaskError::file("write", &path, &error);
        let file = file.into_inner().map_err(|error| failed(error.into_error()))?;
        file.persist(&path).map_err(|error| failed(error.error))?;
        Ok(())
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A file beside `path` that is deleted unless it is given a name. It may be read by whoever could read a new file.
fn temporary_file(path: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".offloop-").suffix(".tmp");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder_of(path))
}

fn regular(metadata: &Metadata) -> io::Result<()> {
    if metadata.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a directory"));
    }
    if metadata.is_file() { Ok(()) } else { Err(io::Error::other("it is not a regular file")) }
}

/// Reads `target.len()` bytes at `offset`, without a shared position, so that several threads can read one file.
pub(super) fn read_exact_at(file: &File, target: &mut [u8], offset: u64) -> io::Result<()> {
    #[cfg(unix)]
    return std::os::unix::fs::FileExt::read_exact_at(file, target, offset);
    #[cfg(windows)]
    {
        let (mut target, mut offset) = (target, offset);
        while !target.is_empty() {
            match std::os::windows::fs::FileExt::seek_read(file, target, offset)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                count => (target, offset) = (&mut target[count..], offset + count as u64),
            }
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for FilePath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse(&text).map(Self).ok_or_else(|| {
            D::Error::invalid_value(Unexpected::Str(&text), &"a path without null bytes or a local `file:` URL")
        })
    }
}

impl JsonSchema for FilePath {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "FilePath".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "description": "a path or a `file:` URL" })
    }
}

fn parse(text: &str) -> Option<PathBuf> {
    let path = match text.strip_prefix("file://") {
        Some(url) => Cow::Owned(path_of_url(url)?),
        None => Cow::Borrowed(text),
    };
    (!path.is_empty() && !path.contains('\0')).then(|| PathBuf::from(&*path))
}

/// The path of a `file:` URL as `URL.prototype.href` gives it, by the rules of Node's `fileURLToPath`: no other host,
/// and no encoded slash, which would be a part of a name that no file system has.
fn path_of_url(rest: &str) -> Option<String> {
    let rest = rest.split(['?', '#']).next()?;
    let encoded = rest.strip_prefix("localhost").unwrap_or(rest);
    if !encoded.starts_with('/') {
        return None;
    }
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut left = encoded.as_bytes().iter();
    while let Some(byte) = left.next() {
        bytes.push(if *byte == b'%' { 16 * hex_digit(left.next()?)? + hex_digit(left.next()?)? } else { *byte });
        if *byte == b'%' && matches!(bytes.last(), Some(b'/')) {
            return None;
        }
    }
    let path = String::from_utf8(bytes).ok()?;
    if cfg!(windows) { drive_path(&path) } else { Some(path) }
}

fn hex_digit(byte: &u8) -> Option<u8> {
    char::from(*byte).to_digit(16).map(|digit| digit as u8)
}

/// `C:\x` of `/C:/x`.
fn drive_path(path: &str) -> Option<String> {
    let path = path.get(1..)?;
    let has_drive = path.starts_with(|first: char| first.is_ascii_alphabetic()) && path[1..].starts_with(":/");
    has_drive.then(|| path.replace('/', "\\"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Code;

    #[test]
    fn a_path_is_taken_as_it_is() {
        for path in ["a b%20c", "/tmp/ä", "file:x", "./file://x"] {
            assert_eq!(parse(path), Some(PathBuf::from(path)));
        }
        assert_eq!(parse(""), None);
        assert_eq!(parse("a\0b"), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_url_is_decoded() {
        assert_eq!(parse("file:///tmp/a%20b%C3%A4?x#y"), Some(PathBuf::from("/tmp/a bä")));
        assert_eq!(parse("file://localhost/tmp"), Some(PathBuf::from("/tmp")));
        for bad in ["file://host/x", "file:///a%2Fb", "file:///a%0", "file:///a%zz", "file:///%ff", "file:///a%00"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_windows_path_has_its_drive_first() {
        assert_eq!(drive_path("/C:/a b/c.txt").as_deref(), Some("C:\\a b\\c.txt"));
        assert_eq!(drive_path("/tmp/x"), None);
        assert_eq!(drive_path("/ä"), None);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_regular_file_is_refused_without_waiting() {
        let directory = FilePath(std::env::temp_dir()).open().unwrap_err();
        assert_eq!((directory.code, directory.errno), (Code::File, Some("EISDIR")));
        let device = FilePath("/dev/zero".into()).open().unwrap_err();
        assert_eq!(device.code, Code::File);
        let missing = FilePath("/no/such/file".into()).open().unwrap_err();
        assert_eq!(missing.errno, Some("ENOENT"));
    }
}
