//! Other Unix systems: the standard library's `Command`, which uses `posix_spawn` where the plan allows it.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use super::{Prepared, Refused};

pub(super) fn start(prepared: &Prepared<'_>) -> Result<(i32, Option<OwnedFd>), Refused> {
    let plan = prepared.plan;
    let text = |text: &std::ffi::CStr| std::ffi::OsString::from(text.to_string_lossy().into_owned());
    let mut command = Command::new(text(&prepared.program));
    command.env_clear().args(&plan.argv[1..]).arg0(&plan.argv[0]);
    command.envs(plan.env.iter().filter_map(|entry| entry.split_once('=')));
    if let Some(cwd) = &plan.cwd {
        command.current_dir(cwd);
    }
    let end = |number: usize| -> io::Result<Stdio> {
        prepared.theirs.get(number).map_or(Ok(Stdio::null()), |fd| fd.try_clone().map(Stdio::from))
    };
    command.stdin(end(0).map_err(Refused::of("dup"))?);
    command.stdout(end(1).map_err(Refused::of("dup"))?);
    command.stderr(end(2).map_err(Refused::of("dup"))?);
    if plan.kills_descendants && !plan.detached {
        command.process_group(0);
    }
    if let Some(uid) = plan.uid {
        command.uid(uid);
    }
    if let Some(gid) = plan.gid {
        command.gid(gid);
    }
    let rest: Vec<RawFd> = prepared.theirs.iter().map(AsRawFd::as_raw_fd).collect();
    let (detached, nice) = (plan.detached, plan.nice);
    if rest.len() > 3 || detached || nice.is_some() {
        // SAFETY: only system calls, as a copy of a process with threads may make them.
        unsafe {
            command.pre_exec(move || {
                for (number, fd) in rest.iter().enumerate().skip(3) {
                    if libc::dup2(*fd, number as RawFd) < 0 {
                        return Err(io::Error::last_os_error());
                    }
                }
                if detached {
                    libc::setsid();
                }
                if let Some(nice) = nice {
                    libc::nice(nice);
                }
                Ok(())
            });
        }
    }
    let child = command.spawn().map_err(Refused::of("spawn"))?;
    Ok((child.id() as i32, None))
}
