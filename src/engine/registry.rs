//! Finds a task by name, and near names for one that does not exist.
//!
//! Runs on: the JS thread.

use super::error::{Code, TaskError};
use super::task::Entry;

/// The place of the task in the registry.
pub fn find(entries: &[Entry], name: &str) -> Result<usize, TaskError> {
    entries.iter().position(|entry| entry.name == name).ok_or_else(|| unknown(entries, name))
}

fn unknown(entries: &[Entry], name: &str) -> TaskError {
    let mut near: Vec<_> = entries
        .iter()
        .map(|entry| (strsim::jaro_winkler(&name.to_lowercase(), entry.name), entry.name))
        .filter(|(likeness, _)| *likeness > 0.7)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    let names: Vec<_> = near.iter().take(3).map(|(_, name)| format!("`{name}`")).collect();
    let hint = if names.is_empty() {
        "`tasks()` lists all there are".to_owned()
    } else {
        format!("did you mean {}?", names.join(" or "))
    };
    TaskError::new(Code::TaskUnknown, format!("No native task is named `{name}`: {hint}"))
}
