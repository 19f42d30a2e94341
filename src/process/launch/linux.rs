//! Linux: `clone` with `CLONE_VM | CLONE_VFORK`, as glibc's `posix_spawn` has it. No page table is copied, however large
//! this process is; the thread stands still until the program is there. Unlike `posix_spawn` it can also change user,
//! niceness and death signal.
//!
//! Between `clone` and `execve` the child runs in this process's memory, on a stack of its own: it makes system calls and
//! nothing else. No allocation, no lock, no panic.

use std::ffi::{CString, c_char, c_int, c_long, c_void};
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::ptr;

use super::{Prepared, Refused};

/// Bytes of the child's stack.
const STACK: usize = 64 << 10;

/// What the child does, and where it says what failed.
struct Orders {
    program: *const c_char,
    argv: *const *const c_char,
    /// The same for a script without a `#!`, as the C library does it: `/bin/sh`, the program, the arguments.
    shell_argv: *const *const c_char,
    env: *const *const c_char,
    cwd: *const c_char,
    theirs: *const RawFd,
    count: RawFd,
    detached: bool,
    leads: bool,
    uid: Option<u32>,
    gid: Option<u32>,
    nice: Option<c_int>,
    death_signal: Option<c_int>,
    parent: c_int,
    failed: Step,
    errno: c_int,
}

#[derive(Clone, Copy, PartialEq)]
enum Step {
    None,
    Dup,
    Chdir,
    Nice,
    Groups,
    Gid,
    Uid,
    Exec,
}

impl Step {
    fn name(self) -> &'static str {
        match self {
            Self::None | Self::Exec => "spawn",
            Self::Dup => "dup2",
            Self::Chdir => "chdir",
            Self::Nice => "setpriority",
            Self::Groups => "setgroups",
            Self::Gid => "setgid",
            Self::Uid => "setuid",
        }
    }
}

pub(super) fn start(prepared: &Prepared<'_>) -> Result<(i32, Option<OwnedFd>), Refused> {
    let plan = prepared.plan;
    let argv = pointers(&prepared.argv);
    let shell_argv: Vec<*const c_char> =
        [c"/bin/sh".as_ptr(), prepared.program.as_ptr()].into_iter().chain(argv.iter().skip(1).copied()).collect();
    let env = pointers(&prepared.env);
    let theirs: Vec<RawFd> = prepared.theirs.iter().map(AsRawFd::as_raw_fd).collect();
    let mut orders = Orders {
        program: prepared.program.as_ptr(),
        argv: argv.as_ptr(),
        shell_argv: shell_argv.as_ptr(),
        env: env.as_ptr(),
        cwd: prepared.cwd.as_ref().map_or(ptr::null(), |cwd| cwd.as_ptr()),
        theirs: theirs.as_ptr(),
        count: theirs.len() as RawFd,
        detached: plan.detached,
        leads: plan.kills_descendants,
        uid: plan.uid,
        gid: plan.gid,
        nice: plan.nice,
        death_signal: plan.death_signal,
        // SAFETY: asks for a number.
        parent: unsafe { libc::getpid() },
        failed: Step::None,
        errno: 0,
    };
    let mut stack = vec![0_u128; STACK / 16];
    let (pid, pidfd) = clone(&mut orders, &mut stack).map_err(Refused::of("clone"))?;
    if orders.failed == Step::None {
        return Ok((pid, pidfd));
    }
    super::super::watch::reap(pid);
    let path = (orders.failed == Step::Chdir).then(|| plan.cwd.clone()).flatten();
    Err(Refused { error: io::Error::from_raw_os_error(orders.errno), call: orders.failed.name(), path })
}

/// The texts as C has arrays of them.
fn pointers(texts: &[CString]) -> Vec<*const c_char> {
    texts.iter().map(|text| text.as_ptr()).chain([ptr::null()]).collect()
}

fn clone(orders: &mut Orders, stack: &mut [u128]) -> io::Result<(i32, Option<OwnedFd>)> {
    let mut pidfd: c_int = -1;
    // SAFETY: the child gets a stack of its own and `orders`, which both live until it has let this thread go on, at
    // `execve` or its end. All signals wait meanwhile: a handler of this process must not run in the child.
    unsafe {
        let (mut all, mut before) = (std::mem::zeroed(), std::mem::zeroed());
        libc::sigfillset(&mut all);
        libc::pthread_sigmask(libc::SIG_SETMASK, &all, &mut before);
        let flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::CLONE_PIDFD | libc::SIGCHLD;
        let top = stack.as_mut_ptr().add(stack.len()).cast::<c_void>();
        let arg = ptr::from_mut(orders).cast::<c_void>();
        let pid = libc::clone(child, top, flags, arg, &mut pidfd);
        let error = io::Error::last_os_error();
        libc::pthread_sigmask(libc::SIG_SETMASK, &before, ptr::null_mut());
        if pid < 0 {
            return Err(error);
        }
        // Kernels before 5.2 do not know of it and leave the number alone.
        Ok((pid, (pidfd >= 0).then(|| OwnedFd::from_raw_fd(pidfd))))
    }
}

/// In the child.
extern "C" fn child(arg: *mut c_void) -> c_int {
    // SAFETY: `clone` gave the pointer, and the parent does not look while the child is here.
    let orders = unsafe { &mut *arg.cast::<Orders>() };
    // SAFETY: the pointers are to what the parent has prepared, which lives; all else are numbers.
    unsafe {
        if let Err((step, errno)) = follow(orders) {
            (orders.failed, orders.errno) = (step, errno);
        }
        libc::_exit(127)
    }
}

/// Comes back only when something failed.
unsafe fn follow(orders: &Orders) -> Result<(), (Step, c_int)> {
    // SAFETY: system calls with numbers, and with texts and arrays that end as C's do.
    unsafe {
        default_signals();
        if orders.detached {
            libc::setsid();
        } else if orders.leads {
            libc::setpgid(0, 0);
        }
        for number in 0..orders.count {
            check(libc::dup2(*orders.theirs.add(number as usize), number).into(), Step::Dup)?;
        }
        if !orders.cwd.is_null() {
            check(libc::chdir(orders.cwd).into(), Step::Chdir)?;
        }
        if let Some(nice) = orders.nice {
            let now = 20 - libc::syscall(libc::SYS_getpriority, libc::PRIO_PROCESS, 0) as c_int;
            check(libc::syscall(libc::SYS_setpriority, libc::PRIO_PROCESS, 0, now + nice), Step::Nice)?;
        }
        // The C library's functions would change all threads of this process.
        if orders.uid.or(orders.gid).is_some() && libc::syscall(libc::SYS_geteuid) == 0 {
            check(libc::syscall(libc::SYS_setgroups, 0, ptr::null::<u32>()), Step::Groups)?;
        }
        if let Some(gid) = orders.gid {
            check(libc::syscall(libc::SYS_setresgid, gid, gid, gid), Step::Gid)?;
        }
        if let Some(uid) = orders.uid {
            check(libc::syscall(libc::SYS_setresuid, uid, uid, uid), Step::Uid)?;
        }
        if let Some(signal) = orders.death_signal {
            libc::syscall(libc::SYS_prctl, libc::PR_SET_PDEATHSIG, signal, 0, 0, 0);
            if libc::getppid() != orders.parent {
                // It is too late for the signal.
                libc::_exit(127);
            }
        }
        let mut none = std::mem::zeroed();
        libc::sigemptyset(&mut none);
        libc::sigprocmask(libc::SIG_SETMASK, &none, ptr::null_mut());
        libc::execve(orders.program, orders.argv, orders.env);
        if errno() == libc::ENOEXEC {
            libc::execve(c"/bin/sh".as_ptr(), orders.shell_argv, orders.env);
        }
        Err((Step::Exec, errno()))
    }
}

/// Signals do what they do by default: Node ignores some, which a program would inherit, and a handler of this process
/// must not run before there is the program.
unsafe fn default_signals() {
    // SAFETY: zeros are `SIG_DFL` without flags; the table of handlers is the child's own.
    unsafe {
        let default: libc::sigaction = std::mem::zeroed();
        for signal in 1..=64 {
            libc::sigaction(signal, &default, ptr::null_mut());
        }
    }
}

unsafe fn check(result: c_long, step: Step) -> Result<(), (Step, c_int)> {
    // SAFETY: the number is the thread's own.
    if result < 0 { Err((step, unsafe { errno() })) } else { Ok(()) }
}

unsafe fn errno() -> c_int {
    // SAFETY: the C library's place for the number lives as long as the thread.
    unsafe { *libc::__errno_location() }
}
