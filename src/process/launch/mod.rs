//! Starts a program.
//!
//! Runs on: the thread of the children, which alone waits until the program is there.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod portable;

use std::ffi::CString;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};

#[cfg(target_os = "linux")]
use self::linux as system;
#[cfg(not(target_os = "linux"))]
use self::portable as system;
use super::plan::{Plan, Stdio};
use super::program::{find, text};

/// A child that runs.
pub(super) struct Launched {
    pub(super) pid: i32,
    /// The kernel's handle for it, where it has one.
    pub(super) pidfd: Option<OwnedFd>,
    /// Our ends of what connects us, by the child's number for it.
    pub(super) ours: Vec<Option<OwnedFd>>,
}

/// Why a program was not started.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) error: io::Error,
    /// What failed, in the words of the C library.
    pub(super) call: &'static str,
    /// The file that it is about, when it is not the program.
    pub(super) path: Option<String>,
}

impl Refused {
    fn of(call: &'static str) -> impl Fn(io::Error) -> Self {
        move |error| Self { error, call, path: None }
    }
}

/// All that the system needs, in its own types: nothing is to be allocated once the child exists.
struct Prepared<'a> {
    plan: &'a Plan,
    program: CString,
    argv: Vec<CString>,
    env: Vec<CString>,
    cwd: Option<CString>,
    /// By the child's number: ours for it, all of them above the child's.
    theirs: Vec<OwnedFd>,
}

pub(super) fn launch(plan: &Plan) -> Result<Launched, Refused> {
    let program = find(&plan.file, &plan.env, plan.cwd.as_deref()).map_err(Refused::of("spawn"))?;
    let texts = |texts: &[String]| texts.iter().map(text).collect::<io::Result<Vec<_>>>().map_err(Refused::of("spawn"));
    let mut ours = Vec::with_capacity(plan.stdio.len());
    let mut theirs = Vec::with_capacity(plan.stdio.len());
    for stdio in &plan.stdio {
        let (our, their) = ends_of(stdio)?;
        ours.push(our);
        theirs.push(above(their, plan.stdio.len() as RawFd).map_err(Refused::of("dup"))?);
    }
    let prepared = Prepared {
        plan,
        program: text(program.as_os_str()).map_err(Refused::of("spawn"))?,
        argv: texts(&plan.argv)?,
        env: texts(&plan.env)?,
        cwd: plan.cwd.as_ref().map(text).transpose().map_err(Refused::of("chdir"))?,
        theirs,
    };
    let (pid, pidfd) = system::start(&prepared)?;
    Ok(Launched { pid, pidfd, ours })
}

/// Our end and the child's of one of its file descriptors.
fn ends_of(stdio: &Stdio) -> Result<(Option<OwnedFd>, OwnedFd), Refused> {
    let opened = |options: &std::fs::OpenOptions, path: &str| {
        let file = options.open(path);
        file.map(OwnedFd::from).map_err(|error| Refused { error, call: "open", path: Some(path.to_owned()) })
    };
    let mut options = std::fs::OpenOptions::new();
    Ok(match stdio {
        Stdio::Ignore => (None, opened(options.read(true).write(true), "/dev/null")?),
        Stdio::InputFile { path } => (None, opened(options.read(true), path)?),
        Stdio::File { path, append: true } => (None, opened(options.append(true).create(true), path)?),
        Stdio::File { path, append: false } => (None, opened(options.write(true).create(true).truncate(true), path)?),
        Stdio::Fd { fd } => (None, copied(*fd, 0).map_err(Refused::of("dup"))?),
        Stdio::Input => {
            let (reader, writer) = pipe().map_err(Refused::of("pipe"))?;
            (Some(writer), reader)
        }
        Stdio::Output { .. } => {
            let (reader, writer) = pipe().map_err(Refused::of("pipe"))?;
            (Some(reader), writer)
        }
        Stdio::Channel { .. } => {
            let (our, their) = std::os::unix::net::UnixStream::pair().map_err(Refused::of("socketpair"))?;
            (Some(our.into()), their.into())
        }
    })
}

/// A real pipe, not a pair of sockets: the child can open `/dev/stdout`.
fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    let (reader, writer) = io::pipe()?;
    #[cfg(target_os = "linux")]
    // SAFETY: only numbers, and a pipe that is ours. Where more is not allowed, it stays as large as it is.
    unsafe {
        libc::fcntl(writer.as_raw_fd(), libc::F_SETPIPE_SZ, PIPE_SIZE);
    }
    Ok((reader.into(), writer.into()))
}

/// Bytes that a pipe holds: four times the kernel's default, so that the child and the reader take turns less often.
#[cfg(target_os = "linux")]
const PIPE_SIZE: std::ffi::c_int = 256 << 10;

/// The descriptor itself, or a copy of it, whose number is not one of the child's.
fn above(fd: OwnedFd, count: RawFd) -> io::Result<OwnedFd> {
    if fd.as_raw_fd() >= count { Ok(fd) } else { copied(fd.as_raw_fd(), count) }
}

/// A copy whose number is at least `least`. It is not inherited by what others start.
fn copied(fd: RawFd, least: RawFd) -> io::Result<OwnedFd> {
    // SAFETY: only numbers; the copy is ours.
    unsafe {
        let copy = libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, least);
        if copy < 0 { Err(io::Error::last_os_error()) } else { Ok(OwnedFd::from_raw_fd(copy)) }
    }
}
