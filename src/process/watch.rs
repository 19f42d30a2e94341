//! Waits for the exit of a child, and reaps it when it is told to. Until then its number is its own, and so is that of
//! its group.
//!
//! By pidfd where the kernel has it; else a thread of its own blocks for each child.

use std::io;
use std::os::fd::OwnedFd;

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// How a child has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Code(i32),
    Signal(i32),
}

/// Waits until the child has exited, and leaves it a zombie.
pub(super) async fn exit_of(pid: i32, pidfd: Option<OwnedFd>) -> io::Result<Exit> {
    // SAFETY: the descriptor is owned, so it stays open while it is registered.
    let watched = pidfd.and_then(|pidfd| unsafe { AsyncFd::register_with_interest(pidfd, Interest::READABLE) }.ok());
    if let Some(pidfd) = watched {
        drop(pidfd.readable().await?);
        return look(pid);
    }
    let (tell, told) = tokio::sync::oneshot::channel();
    std::thread::Builder::new().name("offloop-wait".into()).spawn(move || drop(tell.send(look(pid))))?;
    told.await.unwrap_or_else(|_| Err(io::Error::other("the thread that waited has ended")))
}

/// Blocks until the child has exited.
fn look(pid: i32) -> io::Result<Exit> {
    loop {
        // SAFETY: zeros are a value of it, and the call fills it in.
        let (result, info) = unsafe {
            let mut info: libc::siginfo_t = std::mem::zeroed();
            (libc::waitid(libc::P_PID, pid as libc::id_t, &mut info, libc::WEXITED | libc::WNOWAIT), info)
        };
        if result == 0 {
            // SAFETY: the call says that of a child.
            let status = unsafe { info.si_status() };
            return Ok(if info.si_code == libc::CLD_EXITED { Exit::Code(status) } else { Exit::Signal(status) });
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}

/// Lets a child go that has exited.
pub(super) fn reap(pid: i32) {
    // SAFETY: only numbers; the child is ours, and nobody else waits for it.
    unsafe {
        while libc::waitpid(pid, std::ptr::null_mut(), 0) < 0
            && io::Error::last_os_error().kind() == io::ErrorKind::Interrupted
        {}
    }
}
