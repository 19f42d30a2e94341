//! The bytes of an image, from wherever the caller has it.
//!
//! Runs on: the thread of the task.

use std::borrow::Cow;
use std::path::Path;

use super::decode::{Kind, SIGNATURE};
use super::request::Source;
use crate::engine::{Code, Context, TaskError};
use crate::tasks::file::{FilePath, read_exact_at};

/// All bytes of an image file. A file that is no image is refused by its first bytes.
pub(super) fn read<'a>(source: &'a Source, context: &Context<'_>) -> Result<Cow<'a, [u8]>, TaskError> {
    match source {
        Source::Bytes(binary) => Ok(binary.bytes()),
        Source::File(path) => read_file(path, context).map(Cow::Owned),
        Source::Raw(_) | Source::Create(_) => {
            let message = "Expected `source` to be an image file, got pixels";
            Err(TaskError::new(Code::InvalidArgValue, message))
        }
    }
}

fn read_file(path: &FilePath, context: &Context<'_>) -> Result<Vec<u8>, TaskError> {
    let (mut file, metadata) = path.open()?;
    let len = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
    let mut head = [0; SIGNATURE];
    let head = &mut head[..len.min(SIGNATURE)];
    read_exact_at(&file, head, 0).map_err(|error| TaskError::file("read", path.as_path(), &error))?;
    Kind::of(head)?;
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(len).map_err(|_| no_memory_for(path.as_path(), len))?;
    path.read_pieces(&mut file, context, |piece| bytes.extend_from_slice(piece))?;
    Ok(bytes)
}

fn no_memory_for(path: &Path, len: usize) -> TaskError {
    TaskError::new(Code::ImageTooLarge, format!("There is no memory for the {len} bytes of `{}`", path.display()))
}
