//! Fonts: from the bytes of a file to a face that text is shaped with and that the document embeds.
//!
//! - `file`: one font of a file, checked, with what is read from it once; `cache` keeps files between documents
//! - `faces`: the faces of one document
//! - `families`: from `Roboto`, bold, to a face and those that stand in for it
//! - `plans`: what rustybuzz works out once per script and direction; `pairs` does without it for plain words

mod cache;
mod faces;
mod families;
mod file;
mod pairs;
mod plans;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

pub(in crate::tasks::pdf) use self::cache::open;
pub(in crate::tasks::pdf) use self::faces::{Face, Faces, Feature, Shaping};
pub(in crate::tasks::pdf) use self::families::{Families, Family, FontSource, FontStack};
pub(in crate::tasks::pdf) use self::file::{FontFile, Pick};
pub(in crate::tasks::pdf) use self::pairs::Pairs;
pub(in crate::tasks::pdf) use self::plans::{Plan, PlanKey};
use crate::engine::TaskError;

/// A face of a document: its place in the document's list of faces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct FaceId(pub(super) u16);

/// Why a font cannot be used. The caller knows where in the document it is asked for.
#[derive(Debug)]
pub(in crate::tasks::pdf) enum FontError {
    /// The file cannot be read, or the task was cancelled meanwhile.
    Task(TaskError),
    /// What is wrong with the font: a sentence without its place.
    Refused(String),
}

/// Runs code that reads a font by a stranger. The crates that do so are made to survive any font, yet now and then one of
/// them panics: then there is nothing, and whatever `work` had in its hands must not be used again.
pub(in crate::tasks::pdf) fn contained<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

impl From<TaskError> for FontError {
    fn from(error: TaskError) -> Self {
        Self::Task(error)
    }
}

impl fmt::Display for FontError {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Task(error) => to.write_str(&error.message),
            Self::Refused(cause) => to.write_str(cause),
        }
    }
}

#[cfg(test)]
pub(in crate::tasks::pdf) mod tests;
