//! Fonts that stay between documents: a server makes its invoices with the same few files.
//!
//! Touched by: the threads of tasks. The lock is held for a look-up, never while a file is read.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use super::families::FontSource;
use super::file::{FontFile, Pick};
use super::{Families, FontError};
use crate::engine::Context;

/// Bytes of files that are kept. What was not used for longest goes first.
const KEPT: usize = 64 << 20;

static CACHE: Mutex<Cache> = Mutex::new(Cache { entries: Vec::new() });

#[derive(Clone, PartialEq)]
enum Key {
    /// A file that was not changed since.
    File {
        path: PathBuf,
        modified: SystemTime,
        size: u64,
        pick: Pick,
    },
    Bytes {
        hash: [u8; 32],
        pick: Pick,
    },
}

struct Cache {
    /// The last used is last.
    entries: Vec<(Key, Arc<FontFile>)>,
}

impl Cache {
    fn get(&mut self, key: &Key) -> Option<Arc<FontFile>> {
        let place = self.entries.iter().rposition(|(known, _)| known == key)?;
        let entry = self.entries.remove(place);
        let file = Arc::clone(&entry.1);
        self.entries.push(entry);
        Some(file)
    }

    fn put(&mut self, key: Key, file: &Arc<FontFile>, bound: usize) {
        self.entries.retain(|(known, _)| *known != key);
        self.entries.push((key, Arc::clone(file)));
        let mut size: usize = self.entries.iter().map(|(_, file)| file.size()).sum();
        let mut gone = 0;
        while size > bound && gone < self.entries.len() {
            size -= self.entries[gone].1.size();
            gone += 1;
        }
        self.entries.drain(..gone);
    }
}

fn kept(key: &Key) -> Option<Arc<FontFile>> {
    CACHE.lock().unwrap_or_else(PoisonError::into_inner).get(key)
}

fn keep(key: Key, file: &Arc<FontFile>) {
    CACHE.lock().unwrap_or_else(PoisonError::into_inner).put(key, file, KEPT);
}

/// The font of a source, read and checked unless it is kept from before.
pub(in crate::tasks::pdf) fn open(source: &FontSource, context: &Context<'_>) -> Result<Arc<FontFile>, FontError> {
    match source {
        FontSource::Bytes(bytes, pick) => {
            let hash = *blake3::hash(bytes).as_bytes();
            let key = Key::Bytes { hash, pick: pick.clone() };
            if let Some(file) = kept(&key) {
                return Ok(file);
            }
            let file = Arc::new(FontFile::parse(Arc::clone(bytes), hash, pick)?);
            keep(key, &file);
            Ok(file)
        }
        FontSource::Path(path, pick) => {
            let key = |metadata: &std::fs::Metadata| {
                let (path, pick) = (path.as_path().to_path_buf(), pick.clone());
                let modified = metadata.modified().ok()?;
                Some(Key::File { path, modified, size: metadata.len(), pick })
            };
            // Without opening it: that is all that a kept font costs.
            let known = std::fs::metadata(path.as_path()).ok().filter(std::fs::Metadata::is_file);
            if let Some(file) = known.and_then(|metadata| key(&metadata)).and_then(|key| kept(&key)) {
                return Ok(file);
            }
            let (mut file, metadata) = path.open()?;
            if metadata.len() > Families::LARGEST {
                return Err(FontError::Refused(format!("It is larger than {} MB", Families::LARGEST >> 20)));
            }
            let mut bytes = Vec::with_capacity(metadata.len() as usize);
            path.read_pieces(&mut file, context, |piece| bytes.extend_from_slice(piece))?;
            let hash = *blake3::hash(&bytes).as_bytes();
            let file = Arc::new(FontFile::parse(bytes.into(), hash, pick)?);
            if let Some(key) = key(&metadata) {
                keep(key, &file);
            }
            Ok(file)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tasks::pdf::font::tests::roboto;

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        let mut cache = Cache { entries: Vec::new() };
        let file = roboto("Regular");
        let key = |number| Key::Bytes { hash: [number; 32], pick: Pick::First };
        let bound = file.size() * 2;
        cache.put(key(1), &file, bound);
        cache.put(key(2), &file, bound);
        assert!(cache.get(&key(1)).is_some());
        cache.put(key(3), &file, bound);
        assert!(cache.get(&key(2)).is_none());
        assert!(cache.get(&key(1)).is_some() && cache.get(&key(3)).is_some());
        cache.put(key(4), &file, file.size() - 1);
        assert!(cache.entries.is_empty());
    }
}
