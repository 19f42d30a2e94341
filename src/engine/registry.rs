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
    let names = entries.iter().map(|entry| entry.name);
    let hint = near(names, name).unwrap_or_else(|| "`tasks()` lists all there are".to_owned());
    TaskError::new(Code::TaskUnknown, format!("No native task is named `{name}`: {hint}"))
}

/// Asks whether one of the names was meant that look like this one, when some do.
pub fn near<'a>(names: impl Iterator<Item = &'a str>, name: &str) -> Option<String> {
    let mut near: Vec<_> = names
        .map(|known| (strsim::jaro_winkler(&name.to_lowercase(), &known.to_lowercase()), known))
        .filter(|(likeness, _)| *likeness > 0.7)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    let names: Vec<_> = near.iter().take(3).map(|(_, name)| format!("`{name}`")).collect();
    (!names.is_empty()).then(|| format!("did you mean {}?", names.join(" or ")))
}
