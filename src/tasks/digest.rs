//! `digest.hash`: the digest of bytes, or of a file that is read in pieces.
//!
//! Runs on: the thread of the task. blake3 is a tree, so for it every idle thread of the pool takes pieces of the input;
//! the other algorithms are chains, and one thread is all they can use.

use std::fs::File;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use blake3::hazmat::{ChainingValue, HasherExt, Mode, left_subtree_len, merge_subtrees_non_root, merge_subtrees_root};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::Digest;
use twox_hash::XxHash3_64;

use super::file::{FilePath, read_exact_at};
use crate::engine::{Binary, Code, Context, Output, Task, TaskError};

/// Bytes of a piece in memory: a fraction of a millisecond even for SHA-512 without hardware help.
const PIECE: usize = 256 * 1024;

/// Bytes of a subtree of blake3 that one thread hashes at a time. A power of two, as every full subtree is.
const SUBTREE: usize = 1 << 20;

/// Bytes up to which blake3 is hashed by subtrees, whose values are kept until the end: 40 MB of them. What is larger,
/// or only says so, as a sparse file can, is hashed by one thread.
const MAX_TREE: u64 = 1 << 40;

pub(super) struct Hash;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Input {
    algorithm: Algorithm,
    /// The bytes. Either this or `path`.
    data: Option<Binary>,
    /// The file, by path or `file:` URL. Either this or `data`.
    path: Option<FilePath>,
    /// How the digest is written: `hex` unless given.
    #[serde(default)]
    encoding: Encoding,
}

#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Algorithm {
    /// 256 bits.
    Blake3,
    Sha256,
    Sha512,
    /// XXH3 of 64 bits with seed 0, big-endian. Not cryptographic.
    Xxh3,
    /// The CRC-32 of zlib, gzip and PNG, big-endian. Not cryptographic.
    Crc32,
}

#[derive(Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Encoding {
    #[default]
    Hex,
    Base64,
}

#[derive(Serialize)]
struct Digested {
    digest: String,
    bytes: u64,
}

impl Task for Hash {
    const NAME: &'static str = "digest.hash";
    const DESCRIPTION: &'static str = "The digest of bytes or of a file: blake3, sha256, sha512, xxh3 or crc32.";
    type Input = Input;

    fn run(input: Input, context: &Context<'_>) -> Result<Output, TaskError> {
        let mut source = match (input.data, input.path) {
            (Some(data), None) => Source::Memory(data),
            (None, Some(path)) => {
                let (file, metadata) = path.open()?;
                Source::File { path, file, len: metadata.len() }
            }
            (given, _) => {
                let got = if given.is_some() { "both" } else { "neither" };
                return Err(TaskError::expected(Code::InvalidArgType, "input", "given either `data` or `path`", got));
            }
        };
        let (digest, bytes) = match input.algorithm {
            Algorithm::Blake3 if (SUBTREE as u64 + 1..=MAX_TREE).contains(&source.len()) => {
                blake3_tree(&source, context)?
            }
            algorithm => chain(algorithm, &mut source, context)?,
        };
        context.progress(bytes, bytes);
        let digest = match input.encoding {
            Encoding::Hex => hex(&digest),
            Encoding::Base64 => BASE64_STANDARD.encode(&digest),
        };
        Output::of(Digested { digest, bytes })
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is hashed.
enum Source {
    Memory(Binary),
    File { path: FilePath, file: File, len: u64 },
}

impl Source {
    /// In bytes; of a file, when it was opened.
    fn len(&self) -> u64 {
        match self {
            Self::Memory(data) => data.byte_len() as u64,
            Self::File { len, .. } => *len,
        }
    }

    /// Hands over every byte, in order.
    fn read_pieces(&mut self, context: &Context<'_>, mut take: impl FnMut(&[u8])) -> Result<(), TaskError> {
        match self {
            Self::File { path, file, .. } => path.read_pieces(file, context, take),
            Self::Memory(data) => {
                let mut copy = Vec::new();
                for from in (0..data.byte_len()).step_by(PIECE) {
                    context.check()?;
                    let len = PIECE.min(data.byte_len() - from);
                    take(bytes_at(data, from, len, &mut copy));
                }
                Ok(())
            }
        }
    }

    /// Calls `take` with the `len` bytes at `from`.
    fn with_bytes<T>(&self, from: u64, len: usize, take: impl FnOnce(&[u8]) -> T) -> Result<T, TaskError> {
        match self {
            Self::Memory(data) => Ok(take(bytes_at(data, from as usize, len, &mut Vec::new()))),
            Self::File { path, file, .. } => {
                let mut copy = vec![0; len];
                read_exact_at(file, &mut copy, from).map_err(|error| {
                    let shorter = error.kind() == io::ErrorKind::UnexpectedEof;
                    let error = if shorter { io::Error::other("it became shorter meanwhile") } else { error };
                    TaskError::file("read", path.as_path(), &error)
                })?;
                Ok(take(&copy))
            }
        }
    }
}

/// Bytes in place, or through `copy` where JavaScript may be writing them: then every byte is read exactly once.
fn bytes_at<'a>(data: &'a Binary, from: usize, len: usize, copy: &'a mut Vec<u8>) -> &'a [u8] {
    match data.as_slice() {
        Some(bytes) => &bytes[from..from + len],
        None => {
            copy.resize(len, 0);
            data.copy_bytes(from, copy);
            copy
        }
    }
}

/// An algorithm that takes its input in order.
enum Chain {
    Blake3(Box<blake3::Hasher>),
    Sha256(sha2::Sha256),
    Sha512(sha2::Sha512),
    Xxh3(Box<XxHash3_64>),
    Crc32(crc32fast::Hasher),
}

impl Chain {
    fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Blake3 => Self::Blake3(Box::default()),
            Algorithm::Sha256 => Self::Sha256(sha2::Sha256::new()),
            Algorithm::Sha512 => Self::Sha512(sha2::Sha512::new()),
            Algorithm::Xxh3 => Self::Xxh3(Box::new(XxHash3_64::new())),
            Algorithm::Crc32 => Self::Crc32(crc32fast::Hasher::new()),
        }
    }

    fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Blake3(hasher) => drop(hasher.update(bytes)),
            Self::Sha256(hasher) => hasher.update(bytes),
            Self::Sha512(hasher) => hasher.update(bytes),
            Self::Xxh3(hasher) => std::hash::Hasher::write(&mut **hasher, bytes),
            Self::Crc32(hasher) => hasher.update(bytes),
        }
    }

    fn finish(self) -> Vec<u8> {
        match self {
            Self::Blake3(hasher) => hasher.finalize().as_bytes().to_vec(),
            Self::Sha256(hasher) => hasher.finalize().to_vec(),
            Self::Sha512(hasher) => hasher.finalize().to_vec(),
            Self::Xxh3(hasher) => std::hash::Hasher::finish(&*hasher).to_be_bytes().to_vec(),
            Self::Crc32(hasher) => hasher.finalize().to_be_bytes().to_vec(),
        }
    }
}

/// The digest, and how many bytes there were.
fn chain(algorithm: Algorithm, source: &mut Source, context: &Context<'_>) -> Result<(Vec<u8>, u64), TaskError> {
    let mut chain = Chain::new(algorithm);
    let (mut done, total) = (0, source.len());
    source.read_pieces(context, |piece| {
        chain.update(piece);
        done += piece.len() as u64;
        // A file that grows has more than it said; the report that it is complete comes once, at the end.
        if done < total {
            context.progress(done, total);
        }
    })?;
    Ok((chain.finish(), done))
}

/// The digest of more than one subtree, by every idle thread of the pool.
fn blake3_tree(source: &Source, context: &Context<'_>) -> Result<(Vec<u8>, u64), TaskError> {
    let total = source.len();
    let count = usize::try_from(total.div_ceil(SUBTREE as u64)).unwrap_or(usize::MAX);
    let leaves: Vec<OnceLock<ChainingValue>> = (0..count).map(|_| OnceLock::new()).collect();
    let done = AtomicU64::new(0);
    let failed = Mutex::new(None);
    let failure = || failed.lock().unwrap_or_else(PoisonError::into_inner);
    context.for_each_block(count, &|index| {
        if failure().is_some() {
            return;
        }
        let from = index as u64 * SUBTREE as u64;
        let len = (total - from).min(SUBTREE as u64) as usize;
        let hashed = source.with_bytes(from, len, |bytes| {
            blake3::Hasher::new().set_input_offset(from).update(bytes).finalize_non_root()
        });
        match hashed {
            Ok(value) => _ = leaves[index].set(value),
            Err(error) => _ = failure().get_or_insert(error),
        }
        let done = done.fetch_add(len as u64, Ordering::Relaxed) + len as u64;
        if done < total {
            context.progress(done, total);
        }
    })?;
    if let Some(error) = failure().take() {
        return Err(error);
    }
    let leaves: Vec<ChainingValue> =
        leaves.into_iter().map(|leaf| leaf.into_inner().expect("every block ran")).collect();
    let (left, right) = children(&leaves, total);
    Ok((merge_subtrees_root(&left, &right, Mode::Hash).as_bytes().to_vec(), total))
}

/// The values of the two subtrees below the node over `len` bytes, which is more than one leaf.
fn children(leaves: &[ChainingValue], len: u64) -> (ChainingValue, ChainingValue) {
    let left_len = left_subtree_len(len);
    let (left, right) = leaves.split_at((left_len / SUBTREE as u64) as usize);
    (value(left, left_len), value(right, len - left_len))
}

fn value(leaves: &[ChainingValue], len: u64) -> ChainingValue {
    if let [leaf] = leaves {
        return *leaf;
    }
    let (left, right) = children(leaves, len);
    merge_subtrees_non_root(&left, &right, Mode::Hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{CancelToken, Reason, Value};

    fn run(algorithm: Algorithm, data: &[u8]) -> Result<String, TaskError> {
        let token = CancelToken::default();
        hash(algorithm, data, &Context::detached(&token))
    }

    fn hash(algorithm: Algorithm, data: &[u8], context: &Context<'_>) -> Result<String, TaskError> {
        let data = Some(Binary::from_vec(data.to_vec()));
        let output = Hash::run(Input { algorithm, data, path: None, encoding: Encoding::Hex }, context)?;
        let Value::Json(json) = output.value else { panic!("no JSON") };
        Ok(serde_json::from_str::<serde_json::Value>(&json).unwrap()["digest"].as_str().unwrap().to_owned())
    }

    #[test]
    fn known_digests() {
        // The first two of each are published with the algorithm: of nothing, and of `abc`.
        for (algorithm, empty, abc) in [
            (
                Algorithm::Blake3,
                "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
                "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85",
            ),
            (
                Algorithm::Sha256,
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            ),
            (Algorithm::Xxh3, "2d06800538d394c2", "78af5f94892f3950"),
            (Algorithm::Crc32, "00000000", "352441c2"),
        ] {
            assert_eq!(run(algorithm, b"").unwrap(), empty, "{algorithm:?}");
            assert_eq!(run(algorithm, b"abc").unwrap(), abc, "{algorithm:?}");
        }
        assert!(run(Algorithm::Sha512, b"abc").unwrap().starts_with("ddaf35a193617abacc417349ae204131"));
    }

    #[test]
    fn a_tree_of_subtrees_is_the_same_blake3() {
        for len in [SUBTREE, SUBTREE + 1, 2 * SUBTREE, 3 * SUBTREE - 1, 3 * SUBTREE + 1, 7 * SUBTREE + 1025] {
            let data: Vec<u8> = (0..len).map(|i| (i % 251) as u8).collect();
            assert_eq!(run(Algorithm::Blake3, &data).unwrap(), blake3::hash(&data).to_hex().as_str(), "{len}");
        }
    }

    #[test]
    fn a_cancelled_task_stops() {
        let token = CancelToken::default();
        token.cancel(Reason::Aborted);
        for algorithm in [Algorithm::Blake3, Algorithm::Sha512] {
            let error = hash(algorithm, &vec![0; 3 * SUBTREE], &Context::detached(&token)).unwrap_err();
            assert_eq!(error.code, Code::Aborted);
        }
    }

    #[test]
    fn a_file_that_became_shorter_is_an_error() {
        let path = std::env::temp_dir().join(format!("offloop-shorter-{}", std::process::id()));
        let file = File::create_new(&path).unwrap();
        file.set_len(3 * SUBTREE as u64).unwrap();
        let name: FilePath = serde_json::from_value(path.to_str().unwrap().into()).unwrap();
        let (open, metadata) = name.open().unwrap();
        let source = Source::File { path: name, file: open, len: metadata.len() };
        file.set_len(SUBTREE as u64).unwrap();
        let token = CancelToken::default();
        let error = blake3_tree(&source, &Context::detached(&token)).unwrap_err();
        std::fs::remove_file(&path).unwrap();
        assert_eq!(error.code, Code::File);
        assert!(error.message.contains("became shorter"), "{}", error.message);
    }
}
