//! Which file a program's name stands for. Done before the start and not by the C library in the child, which would have
//! to be a copy of this process then.

use std::ffi::{CString, OsStr};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// The `PATH` of a child that has none, as the C library has it.
const DEFAULT_PATH: &str = "/bin:/usr/bin";

/// The path of a program, which the child resolves from its own working directory when it is relative.
pub(super) fn find(file: &str, env: &[String], cwd: Option<&str>) -> io::Result<PathBuf> {
    if file.contains('/') {
        return Ok(PathBuf::from(file));
    }
    let path = env.iter().rev().find_map(|entry| entry.strip_prefix("PATH=")).unwrap_or(DEFAULT_PATH);
    let mut refused = None;
    for folder in path.split(':') {
        let folder = Path::new(if folder.is_empty() { "." } else { folder });
        let candidate = folder.join(file);
        let seen =
            if candidate.is_relative() { Path::new(cwd.unwrap_or(".")).join(&candidate) } else { candidate.clone() };
        match executable(&seen) {
            Ok(true) => return Ok(candidate),
            Ok(false) => refused = Some(io::Error::from_raw_os_error(libc::EACCES)),
            Err(_) => {}
        }
    }
    Err(refused.unwrap_or_else(|| io::Error::from_raw_os_error(libc::ENOENT)))
}

/// Whether a file may be run; an error when there is none.
fn executable(path: &Path) -> io::Result<bool> {
    if !path.metadata()?.is_file() {
        return Ok(false);
    }
    let path = text(path.as_os_str())?;
    // SAFETY: a text that ends with a zero and lives through the call.
    Ok(unsafe { libc::access(path.as_ptr(), libc::X_OK) } == 0)
}

/// A text for the C library.
pub(super) fn text(text: impl AsRef<OsStr>) -> io::Result<CString> {
    CString::new(text.as_ref().as_bytes()).map_err(|_| io::Error::from_raw_os_error(libc::EINVAL))
}
