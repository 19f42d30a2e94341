//! PDF/A: what the archive standards do not allow is refused rather than left out, with a sentence that says so.
//!
//! By ISO 19005-1, -2 and -3.

use super::settings::{Attachment, Settings, Version};
use crate::engine::{Code, TaskError};

/// A part of PDF/A and a level of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::tasks::pdf) struct Standard {
    /// 1, 2 or 3.
    pub(in crate::tasks::pdf) part: u8,
    pub(in crate::tasks::pdf) level: Level,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::tasks::pdf) enum Level {
    /// With a structure tree.
    A,
    /// It looks the same everywhere.
    B,
    /// Its text can be found and copied as well. Parts 2 and 3.
    U,
}

impl Level {
    pub(super) fn letter(self) -> char {
        match self {
            Self::A => 'A',
            Self::B => 'B',
            Self::U => 'U',
        }
    }
}

impl std::fmt::Display for Standard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PDF/A-{}{}", self.part, self.level.letter().to_ascii_lowercase())
    }
}

/// What pages can have that a standard does not allow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Refusal {
    Transparency,
    Cmyk,
    /// A character that its font does not have.
    MissingGlyph,
}

/// What goes for the pages of a document.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules(pub(super) Option<Standard>);

impl Rules {
    pub(super) fn refuses(self, refusal: Refusal) -> bool {
        self.0.is_some_and(|standard| match refusal {
            Refusal::Transparency => standard.part == 1,
            // The output intent of the document is sRGB.
            Refusal::Cmyk | Refusal::MissingGlyph => true,
        })
    }

    pub(super) fn error(self, refusal: Refusal, page: usize) -> TaskError {
        let what = match refusal {
            Refusal::Transparency => "transparency",
            Refusal::MissingGlyph => "characters that their font does not have",
            Refusal::Cmyk => "CMYK colours beside its sRGB profile",
        };
        self.refused(&format!("{what}, which page {} has", page + 1))
    }

    pub(super) fn refused(self, what: &str) -> TaskError {
        let name = self.0.map(|standard| standard.to_string()).unwrap_or_default();
        TaskError::new(Code::InvalidArgValue, format!("{name} does not allow {what}"))
    }
}

/// Refuses what cannot be together. Gives the version that the file will say.
pub(super) fn check(settings: &Settings) -> Result<Version, TaskError> {
    let Some(standard) = settings.standard else { return Ok(settings.version) };
    let rules = Rules(Some(standard));
    if !matches!((standard.part, standard.level), (1, Level::A | Level::B) | (2 | 3, _)) {
        return Err(TaskError::new(Code::InvalidArgValue, format!("There is no {standard}")));
    }
    if settings.protection.is_some() {
        return Err(rules.refused("passwords"));
    }
    if standard.level == Level::A && !settings.tagged {
        return Err(rules.refused("documents that are not tagged"));
    }
    Ok(if standard.part == 1 { Version::V1_4 } else { Version::V1_7 })
}

/// Refuses attachments where the standard does.
pub(super) fn check_attachments(rules: Rules, attachments: &[Attachment]) -> Result<(), TaskError> {
    match rules.0 {
        Some(standard) if standard.part < 3 && !attachments.is_empty() => Err(rules.refused("attachments")),
        _ => Ok(()),
    }
}
