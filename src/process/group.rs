//! Signals to children and their descendants, and the list of those that must not outlive this process.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Who gets the signals.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    pub(super) pid: i32,
    /// All of the process group that the child leads.
    pub(super) group: bool,
}

impl Target {
    /// Sends a signal, while the child is not reaped. Whether anybody was there.
    pub(super) fn send(self, signal: i32) -> bool {
        // SAFETY: only numbers. The pid is a child's that is not reaped, so it is nobody else's.
        unsafe { libc::kill(if self.group { -self.pid } else { self.pid }, signal) == 0 }
    }

    /// Whether the group has members beside the child, which has exited. Where that cannot be found out: no.
    pub(super) fn has_others(self) -> bool {
        self.group && cfg!(target_os = "linux") && {
            let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
            let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
            pids.filter(|pid| *pid != self.pid).any(|pid| is_in_group(pid, self.pid))
        }
    }
}

/// By `/proc/N/stat`: number, name in brackets, state, parent, group. Zombies are gone already.
fn is_in_group(pid: i32, group: i32) -> bool {
    let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else { return false };
    let Some((_, rest)) = stat.rsplit_once(')') else { return false };
    let mut fields = rest.split_ascii_whitespace();
    let state = fields.next();
    state != Some("Z") && fields.nth(1).and_then(|field| field.parse().ok()) == Some(group)
}

/// The environment's number and the child's, of those that get SIGTERM at the end.
type Key = (u32, u32);

static CHILDREN: Mutex<Option<HashMap<Key, Target>>> = Mutex::new(None);

fn children() -> MutexGuard<'static, Option<HashMap<Key, Target>>> {
    CHILDREN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A child on the list, for as long as the value lives: which must end before the child is reaped.
pub(super) struct Listed(Key);

impl Listed {
    pub(super) fn new(owner: u32, id: u32, target: Target) -> Self {
        children().get_or_insert_default().insert((owner, id), target);
        Self((owner, id))
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        if let Some(children) = &mut *children() {
            children.remove(&self.0);
        }
    }
}

/// Ends the children that an environment started and that must not outlive it. At the end of an environment or of the
/// process, on its JS thread.
pub fn end_all(owner: u32) {
    if let Some(children) = &*children() {
        for (_, target) in children.iter().filter(|((of, _), _)| *of == owner) {
            target.send(libc::SIGTERM);
        }
    }
}
