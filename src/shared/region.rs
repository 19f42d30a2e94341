//! Memory that processes share by a name: a file in memory where there is such a thing, of this user alone, mapped by
//! everyone who opens it. Whoever has it open holds a lock on the file, which the system takes back when they die; so the
//! last one can tell that they are the last, and the next one that nobody is left.

use std::collections::HashMap;
use std::fs::{DirEntry, File, OpenOptions, TryLockError};
use std::io::{self, Error, ErrorKind};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::sleep;
use std::time::Duration;

use memmap2::MmapRaw;

/// While another process makes the region: how often it is looked at, and how long that may take.
const PAUSE: Duration = Duration::from_millis(1);
const TRIES: usize = 2000;

/// Mapped memory.
pub struct Region {
    map: MmapRaw,
    name: Mutex<Option<Name>>,
    /// What keeps the memory of a name within the process.
    kept: Mutex<Option<Arc<File>>>,
}

/// The name of a region, as long as it is open.
struct Name {
    path: PathBuf,
    file: File,
}

/// Why a region cannot be opened.
#[derive(Debug)]
pub enum Refused {
    /// It is there, of another size.
    Size(u64),
    /// Somebody else's, or open to others.
    NotOurs,
    /// It is not there, and was not to be made.
    Missing,
    System(Error),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::System(error)
    }
}

impl Region {
    /// Opens the region of a name, made of zeros if nobody has it open and it `may_be_made`; whether it was made. Regions
    /// of processes that have died are removed by the way.
    pub fn open(name: &str, bytes: usize, may_be_made: bool) -> Result<(Self, bool), Refused> {
        let path = folder().join(format!("{}{name}", prefix()));
        remove_stale();
        for _ in 0..TRIES {
            match attempt(&path, bytes as u64, may_be_made)? {
                Some((file, made)) => {
                    let map = MmapRaw::map_raw(&file)?;
                    return Ok((
                        Self { map, name: Mutex::new(Some(Name { path, file })), kept: Mutex::default() },
                        made,
                    ));
                }
                None => sleep(PAUSE),
            }
        }
        Err(Error::from(ErrorKind::TimedOut).into())
    }

    /// The memory of a name in this process, made of zeros when nobody has it.
    pub fn within(name: &str, bytes: usize) -> Result<(Self, bool), Refused> {
        static KEPT: Mutex<Option<HashMap<String, Weak<File>>>> = Mutex::new(None);
        let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = kept.get_or_insert_default();
        kept.retain(|_, file| file.strong_count() > 0);
        let there = kept.get(name).and_then(Weak::upgrade);
        let made = there.is_none();
        let file = match there {
            Some(file) => file,
            None => {
                let file = Arc::new(unnamed()?);
                allocate(&file, bytes as u64)?;
                kept.insert(name.to_owned(), Arc::downgrade(&file));
                file
            }
        };
        let len = file.metadata()?.len();
        if len != bytes as u64 {
            return Err(Refused::Size(len));
        }
        let map = MmapRaw::map_raw(&*file)?;
        Ok((Self { map, name: Mutex::new(None), kept: Mutex::new(Some(file)) }, made))
    }

    pub fn start(&self) -> *mut u8 {
        self.map.as_mut_ptr()
    }

    pub fn bytes(&self) -> usize {
        self.map.len()
    }

    /// Gives up the name, which goes with the last who has it. The memory stays until the value is dropped.
    pub fn close(&self) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).take();
        let name = self.name.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Name { path, file }) = name {
            let _ = remove_if_last(&file, &path);
        }
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        self.close();
    }
}

/// The file under its lock, and whether it was made; `None` when it has just gone, or is just being made.
fn attempt(path: &Path, bytes: u64, may_be_made: bool) -> Result<Option<(File, bool)>, Refused> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(may_be_made).mode(0o600).custom_flags(libc::O_NOFOLLOW | libc::O_CLOEXEC);
    let file = match options.open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound && !may_be_made => return Err(Refused::Missing),
        file => file?,
    };
    let metadata = file.metadata()?;
    // SAFETY: no arguments, and it cannot fail.
    if metadata.uid() != unsafe { libc::geteuid() } || metadata.mode() & 0o077 != 0 {
        return Err(Refused::NotOurs);
    }
    match file.try_lock() {
        // Nobody else has it.
        Ok(()) if !may_be_made => {
            let _ = remove(&file, path);
            Err(Refused::Missing)
        }
        Ok(()) => {
            if !is_at(&file, path) {
                return Ok(None);
            }
            file.set_len(0)?;
            allocate(&file, bytes)?;
            // In between somebody else may come, find nobody, and do the same: it is still all zeros.
            file.lock_shared()?;
            let made = is_at(&file, path) && file.metadata()?.len() == bytes;
            Ok(made.then_some((file, true)))
        }
        Err(TryLockError::WouldBlock) => {
            file.lock_shared()?;
            let len = file.metadata()?.len();
            match () {
                () if !is_at(&file, path) || len == 0 => Ok(None),
                () if len != bytes => Err(Refused::Size(len)),
                () => Ok(Some((file, false))),
            }
        }
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

/// Takes the memory now: where there is none, writing to it later would end the process.
#[cfg(target_os = "linux")]
fn allocate(file: &File, bytes: u64) -> io::Result<()> {
    use std::os::fd::AsRawFd;

    // SAFETY: only numbers.
    match unsafe { libc::posix_fallocate(file.as_raw_fd(), 0, bytes as libc::off_t) } {
        0 => Ok(()),
        errno => Err(Error::from_raw_os_error(errno)),
    }
}

#[cfg(not(target_os = "linux"))]
fn allocate(file: &File, bytes: u64) -> io::Result<()> {
    file.set_len(bytes)
}

/// Whether the file is still the one of the name.
fn is_at(file: &File, path: &Path) -> bool {
    match (file.metadata(), std::fs::symlink_metadata(path)) {
        (Ok(ours), Ok(theirs)) => (ours.dev(), ours.ino()) == (theirs.dev(), theirs.ino()),
        _ => false,
    }
}

fn remove_if_last(file: &File, path: &Path) -> io::Result<()> {
    match file.try_lock() {
        Ok(()) => remove(file, path),
        Err(_) => Ok(()),
    }
}

/// Removes the name, under the lock of the only one who has it.
fn remove(file: &File, path: &Path) -> io::Result<()> {
    if is_at(file, path) { std::fs::remove_file(path) } else { Ok(()) }
}

/// The names of this user's regions whose processes have all died.
fn remove_stale() {
    let prefix = prefix();
    let ours = |entry: &DirEntry| entry.file_name().to_str().is_some_and(|name| name.starts_with(&prefix));
    for entry in std::fs::read_dir(folder()).into_iter().flatten().flatten().filter(ours) {
        let mut options = OpenOptions::new();
        options.read(true).write(true).custom_flags(libc::O_NOFOLLOW | libc::O_CLOEXEC);
        if let Ok(file) = options.open(entry.path()) {
            let _ = remove_if_last(&file, &entry.path());
        }
    }
}

fn folder() -> PathBuf {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() }
}

fn prefix() -> String {
    // SAFETY: no arguments, and it cannot fail.
    format!("offloop-{}-", unsafe { libc::geteuid() })
}

#[cfg(target_os = "linux")]
fn unnamed() -> io::Result<File> {
    use std::os::fd::FromRawFd;

    // SAFETY: the name is a string; what comes back is a file descriptor that nobody else has, or an error.
    unsafe {
        let file = libc::memfd_create(c"offloop".as_ptr(), libc::MFD_CLOEXEC);
        if file < 0 { Err(Error::last_os_error()) } else { Ok(File::from_raw_fd(file)) }
    }
}

#[cfg(not(target_os = "linux"))]
fn unnamed() -> io::Result<File> {
    tempfile::tempfile()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(region: &Region) -> &std::sync::atomic::AtomicU32 {
        // SAFETY: the region has more than a word, aligned as a page is.
        unsafe { std::sync::atomic::AtomicU32::from_ptr(region.start().cast()) }
    }

    #[test]
    fn those_who_open_a_name_share_its_memory_until_the_last_has_closed_it() {
        let name = format!("test-{}", std::process::id());
        assert!(matches!(Region::open(&name, 4096, false), Err(Refused::Missing)));
        let (first, made) = Region::open(&name, 4096, true).unwrap();
        let (second, again) = Region::open(&name, 4096, true).unwrap();
        assert_eq!((made, again), (true, false));
        word(&first).store(7, std::sync::atomic::Ordering::SeqCst);
        assert_eq!(word(&second).load(std::sync::atomic::Ordering::SeqCst), 7);
        assert!(matches!(Region::open(&name, 8192, true), Err(Refused::Size(4096))));
        first.close();
        assert!(matches!(Region::open(&name, 4096, true), Ok((_, false))));
        drop((first, second));
        let (third, made) = Region::open(&name, 8192, true).unwrap();
        assert!(made && word(&third).load(std::sync::atomic::Ordering::SeqCst) == 0);
    }

    #[test]
    fn a_region_that_nobody_has_open_is_removed_by_the_next_who_opens_any() {
        let stale = folder().join(format!("{}stale-{}", prefix(), std::process::id()));
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(&stale).unwrap().set_len(64).unwrap();
        let other = format!("other-{}", std::process::id());
        drop(Region::open(&other, 64, true).unwrap());
        assert!(!stale.exists());
    }

    #[test]
    fn within_a_process_a_name_is_a_memory() {
        let (first, made) = Region::within("within", 100).unwrap();
        let (second, again) = Region::within("within", 100).unwrap();
        assert_eq!((made, again), (true, false));
        word(&first).store(9, std::sync::atomic::Ordering::SeqCst);
        assert_eq!(word(&second).load(std::sync::atomic::Ordering::SeqCst), 9);
        assert!(matches!(Region::within("within", 101), Err(Refused::Size(100))));
        drop((first, second));
        assert!(Region::within("within", 50).unwrap().1);
    }
}
