//! How a document is to be written, and what it says of itself.

use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};

use super::standard::Standard;

/// The version of PDF, which says what readers must know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::tasks::pdf) enum Version {
    V1_3,
    V1_4,
    V1_5,
    V1_6,
    #[default]
    V1_7,
    /// With Adobe's extension level 3.
    V1_7Extension3,
}

impl Version {
    /// The digit behind `1.`.
    pub(super) fn minor(self) -> u8 {
        match self {
            Self::V1_3 => 3,
            Self::V1_4 => 4,
            Self::V1_5 => 5,
            Self::V1_6 => 6,
            Self::V1_7 | Self::V1_7Extension3 => 7,
        }
    }
}

#[derive(Clone, Debug)]
pub(in crate::tasks::pdf) struct Settings {
    pub(in crate::tasks::pdf) version: Version,
    /// Streams are deflated; else people can read them.
    pub(in crate::tasks::pdf) compress: bool,
    pub(in crate::tasks::pdf) standard: Option<Standard>,
    /// The document has a structure tree, and what is no part of it is marked as an artifact.
    pub(in crate::tasks::pdf) tagged: bool,
    /// As in BCP 47: `de-CH`.
    pub(in crate::tasks::pdf) language: Option<String>,
    pub(in crate::tasks::pdf) info: Info,
    /// The title bar of a reader has the title, rather than the name of the file.
    pub(in crate::tasks::pdf) display_title: bool,
    pub(in crate::tasks::pdf) protection: Option<Protection>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            version: Version::default(),
            compress: true,
            standard: None,
            tagged: false,
            language: None,
            info: Info::default(),
            display_title: false,
            protection: None,
        }
    }
}

/// What the document says of itself. Nothing is made up: there are no dates unless they are given.
#[derive(Clone, Debug, Default)]
pub(in crate::tasks::pdf) struct Info {
    pub(in crate::tasks::pdf) title: Option<String>,
    pub(in crate::tasks::pdf) author: Option<String>,
    pub(in crate::tasks::pdf) subject: Option<String>,
    pub(in crate::tasks::pdf) keywords: Option<String>,
    /// The program that the document was first made with.
    pub(in crate::tasks::pdf) creator: Option<String>,
    /// `offloop` unless given.
    pub(in crate::tasks::pdf) producer: Option<String>,
    pub(in crate::tasks::pdf) creation_date: Option<Moment>,
    pub(in crate::tasks::pdf) mod_date: Option<Moment>,
    /// Entries of the caller's own: name and value.
    pub(in crate::tasks::pdf) custom: Vec<(String, String)>,
}

/// Seconds since 1970, in UTC.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::tasks::pdf) struct Moment(pub(in crate::tasks::pdf) i64);

impl Moment {
    /// Year, month, day, hour, minute and second, of the years 0 to 9999.
    pub(super) fn parts(self) -> (u16, [u8; 5]) {
        const DAY: i64 = 86_400;
        // From year 0 to the end of 9999.
        let seconds = self.0.clamp(-62_167_219_200, 253_402_300_799);
        let (days, rest) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
        // Howard Hinnant's `civil_from_days`: years that begin in March, in eras of 400 years.
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = year_of_era + 400 * era + i64::from(month <= 2);
        let parts = [month, day, rest / 3600, rest / 60 % 60, rest % 60];
        (year.clamp(0, 9999) as u16, parts.map(|part| part as u8))
    }
}

/// Passwords, and what may be done with the user's.
#[derive(Clone, Debug, Default)]
pub(in crate::tasks::pdf) struct Protection {
    /// Opens the document.
    pub(in crate::tasks::pdf) user_password: Option<String>,
    /// Opens it without the limits of `permissions`.
    pub(in crate::tasks::pdf) owner_password: Option<String>,
    pub(in crate::tasks::pdf) permissions: Permissions,
}

/// What readers are to allow who open the file with the user password, in the words of pdfmake. Nothing unless given.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub(in crate::tasks::pdf) struct Permissions {
    pub(in crate::tasks::pdf) printing: Printing,
    pub(in crate::tasks::pdf) modifying: bool,
    pub(in crate::tasks::pdf) copying: bool,
    pub(in crate::tasks::pdf) annotating: bool,
    pub(in crate::tasks::pdf) filling_forms: bool,
    pub(in crate::tasks::pdf) content_accessibility: bool,
    pub(in crate::tasks::pdf) document_assembly: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::tasks::pdf) enum Printing {
    #[default]
    None,
    LowResolution,
    HighResolution,
}

impl<'de> Deserialize<'de> for Printing {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Forms;
        impl Visitor<'_> for Forms {
            type Value = Printing;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a boolean, 'lowResolution' or 'highResolution'")
            }
            fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Printing, E> {
                Ok(if flag { Printing::HighResolution } else { Printing::None })
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Printing, E> {
                match text {
                    "lowResolution" => Ok(Printing::LowResolution),
                    "highResolution" => Ok(Printing::HighResolution),
                    _ => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
                }
            }
        }
        deserializer.deserialize_any(Forms)
    }
}

/// A file inside of the document.
#[derive(Clone, Debug, Default)]
pub(in crate::tasks::pdf) struct Attachment {
    pub(in crate::tasks::pdf) name: String,
    pub(in crate::tasks::pdf) bytes: Vec<u8>,
    pub(in crate::tasks::pdf) description: Option<String>,
    /// Its MIME type.
    pub(in crate::tasks::pdf) kind: Option<String>,
    pub(in crate::tasks::pdf) created: Option<Moment>,
    pub(in crate::tasks::pdf) modified: Option<Moment>,
    /// What it is to the document.
    pub(in crate::tasks::pdf) relationship: Relationship,
    /// It is not in the reader's list of attachments.
    pub(in crate::tasks::pdf) hidden: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::tasks::pdf) enum Relationship {
    Alternative,
    Data,
    Source,
    Supplement,
    #[default]
    Unspecified,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_has_a_date() {
        assert_eq!(Moment(0).parts(), (1970, [1, 1, 0, 0, 0]));
        assert_eq!(Moment(951_782_400).parts(), (2000, [2, 29, 0, 0, 0]));
        assert_eq!(Moment(-1).parts(), (1969, [12, 31, 23, 59, 59]));
        assert_eq!(Moment(1_798_761_599).parts(), (2026, [12, 31, 23, 59, 59]));
        assert_eq!(Moment(i64::MAX).parts(), (9999, [12, 31, 23, 59, 59]));
        assert_eq!(Moment(i64::MIN).parts(), (0, [1, 1, 0, 0, 0]));
    }
}
