//! What a document says of how it is to be written, resolved and checked.

use super::layout::Place;
use super::request::{self, Document};
use super::write::{Info, Level, Moment, Protection, Settings, Standard, Version};
use crate::engine::{Code, TaskError};

pub(super) fn settings_of(document: &Document) -> Result<Settings, TaskError> {
    let protected = document.user_password.is_some() || document.owner_password.is_some();
    Ok(Settings {
        version: version_of(document, protected)?,
        compress: document.compress,
        standard: standard_of(document)?,
        tagged: document.tagged,
        language: document.language.clone(),
        info: info_of(&document.info)?,
        display_title: document.display_title,
        protection: protected.then(|| Protection {
            user_password: document.user_password.clone(),
            owner_password: document.owner_password.clone(),
            permissions: document.permissions,
        }),
    })
}

/// A document with a password has the strongest encryption unless its version says that readers are older.
fn version_of(document: &Document, protected: bool) -> Result<Version, TaskError> {
    Ok(match document.version.as_deref() {
        None if protected => Version::V1_7Extension3,
        None => Version::default(),
        Some("1.3") => Version::V1_3,
        Some("1.4") => Version::V1_4,
        Some("1.5") => Version::V1_5,
        Some("1.6") => Version::V1_6,
        Some("1.7") => Version::V1_7,
        Some("1.7ext3") => Version::V1_7Extension3,
        Some(other) => {
            let expected = "one of '1.3', '1.4', '1.5', '1.6', '1.7', '1.7ext3'";
            return Err(TaskError::expected(
                Code::InvalidArgValue,
                "version",
                expected,
                &format!("`'{other}'` (string)"),
            ));
        }
    })
}

/// `1b`, or `PDF/A-1b` as pdfmake has it.
fn standard_of(document: &Document) -> Result<Option<Standard>, TaskError> {
    let Some(written) = document.pdfa.as_deref() else { return Ok(None) };
    let short = written.strip_prefix("PDF/A-").unwrap_or(written).to_ascii_lowercase();
    let parsed = match short.as_bytes() {
        [part @ b'1'..=b'3'] => Some((*part, Level::B)),
        [part @ b'1'..=b'3', b'a'] => Some((*part, Level::A)),
        [part @ b'1'..=b'3', b'b'] => Some((*part, Level::B)),
        [part @ b'2'..=b'3', b'u'] => Some((*part, Level::U)),
        _ => None,
    };
    let Some((part, level)) = parsed else {
        let expected = "one of '1a', '1b', '2a', '2b', '2u', '3a', '3b', '3u'";
        return Err(TaskError::expected(Code::InvalidArgValue, "pdfa", expected, &format!("`'{written}'` (string)")));
    };
    Ok(Some(Standard { part: part - b'0', level }))
}

fn info_of(info: &request::Info) -> Result<Info, TaskError> {
    let place = Place::root("info");
    let date =
        |text: &Option<String>, name: &str| text.as_deref().map(|text| moment_of(text, &place.key(name))).transpose();
    let mut custom: Vec<(String, String)> =
        info.more.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    if let Some(trapped) = &info.trapped {
        custom.push(("Trapped".to_owned(), trapped.clone()));
    }
    Ok(Info {
        title: info.title.clone(),
        author: info.author.clone(),
        subject: info.subject.clone(),
        keywords: info.keywords.clone(),
        creator: info.creator.clone(),
        producer: info.producer.clone(),
        creation_date: date(&info.creation_date, "creationDate")?,
        mod_date: date(&info.mod_date, "modDate")?,
        custom,
    })
}

/// A date as JSON writes it, in UTC: `2026-01-31T12:00:00.000Z`, or the day alone.
pub(super) fn moment_of(text: &str, place: &Place<'_>) -> Result<Moment, TaskError> {
    let refused = || place.error(Code::InvalidArgValue, format!("'{text}' is no date such as 2026-01-31T12:00:00Z"));
    let (day, time) = text.split_once('T').unwrap_or((text, "00:00:00Z"));
    let number = |text: &str| text.parse::<i64>().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    let numbers = |text: &str, by: char| text.split(by).map(number).collect::<Option<Vec<i64>>>();
    let time = time.strip_suffix('Z').and_then(|time| numbers(time.split('.').next()?, ':'));
    let (Some(day), Some(time)) = (numbers(day, '-'), time) else { return Err(refused()) };
    let (&[year, month, day], &[hour, minute, second]) = (&day[..], &time[..]) else { return Err(refused()) };
    let is_date = (0..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    if !is_date || hour > 23 || minute > 59 || second > 60 {
        return Err(refused());
    }
    // Days since 1970, by Howard Hinnant's `days_from_civil`: years begin in March.
    let shifted = year - i64::from(month <= 2);
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468;
    Ok(Moment(days * 86_400 + hour * 3600 + minute * 60 + second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_seconds_since_1970() {
        let of = |text| moment_of(text, &Place::root("date")).map(|moment| moment.0);
        assert_eq!(of("1970-01-01T00:00:00.000Z"), Ok(0));
        assert_eq!(of("2000-02-29T12:34:56Z"), Ok(951_827_696));
        assert_eq!(of("2026-01-31"), Ok(1_769_817_600));
        for wrong in ["", "soon", "2026-13-01", "2026-01-31T12:00:00", "2026-01-31T25:00:00Z", "+2026-01-01"] {
            assert_eq!(of(wrong).unwrap_err().code, Code::InvalidArgValue, "{wrong}");
        }
    }
}
