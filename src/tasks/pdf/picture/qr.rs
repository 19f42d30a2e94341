//! QR codes, with the options of pdfmake.
//!
//! By ISO/IEC 18004, as the crate `qrcode` has it.

use qrcode::bits::{Bits, encode_auto};
use qrcode::canvas::{Canvas, MaskPattern};
use qrcode::types::{Color, EcLevel, QrError, Version};
use serde::Deserialize;

use super::super::scene::{Path, Segment};

/// Bytes that the largest code can have, as digits.
const MAX_TEXT: usize = 7089;

/// How much of a code may be lost: 7, 15, 25 or 30 percent.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq)]
pub(in crate::tasks::pdf) enum Correction {
    #[default]
    L,
    M,
    Q,
    H,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(in crate::tasks::pdf) enum QrMode {
    Numeric,
    Alphanumeric,
    Octet,
}

/// What is not given is chosen so that the code is small and easy to read.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::tasks::pdf) struct QrOptions {
    pub(in crate::tasks::pdf) correction: Correction,
    pub(in crate::tasks::pdf) mode: Option<QrMode>,
    /// 1 to 40: the code has 17 + 4 * version modules a side.
    pub(in crate::tasks::pdf) version: Option<u8>,
    /// 0 to 7.
    pub(in crate::tasks::pdf) mask: Option<u8>,
    /// Empty modules on each side.
    pub(in crate::tasks::pdf) padding: u8,
}

/// The dark modules as a path to fill, in a square of so many points whose top left corner is the origin. The error is a
/// sentence for people.
pub(in crate::tasks::pdf) fn qr(text: &str, side: f32, options: &QrOptions) -> Result<Path, String> {
    let (modules, width) = modules(text, options)?;
    let module = side / (width + 2 * usize::from(options.padding)) as f32;
    let offset = f32::from(options.padding) * module;
    let mut path = Vec::new();
    for (y, row) in modules.chunks_exact(width).enumerate() {
        let top = offset + y as f32 * module;
        for run in runs(row) {
            let (x, len) = (run.start as f32 * module, run.len() as f32 * module);
            path.push(Segment::Rect(offset + x, top, len, module));
        }
    }
    Ok(Path(path))
}

/// How many modules a side has, the padding included.
pub(in crate::tasks::pdf) fn qr_modules(text: &str, options: &QrOptions) -> Result<usize, String> {
    let (_, width) = modules(text, options)?;
    Ok(width + 2 * usize::from(options.padding))
}

/// Where dark modules or bars are next to each other.
pub(super) fn runs(dark: &[bool]) -> impl Iterator<Item = std::ops::Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + dark.get(at..)?.iter().position(|dark| *dark)?;
        let len = dark[start..].iter().take_while(|dark| **dark).count();
        at = start + len;
        Some(start..at)
    })
}

/// Row by row, and how many a row has.
fn modules(text: &str, options: &QrOptions) -> Result<(Vec<bool>, usize), String> {
    let level = match options.correction {
        Correction::L => EcLevel::L,
        Correction::M => EcLevel::M,
        Correction::Q => EcLevel::Q,
        Correction::H => EcLevel::H,
    };
    let bits = bits(text.as_bytes(), level, options).map_err(|error| said(error, options))?;
    let version = bits.version();
    let codewords = qrcode::ec::construct_codewords(&bits.into_bytes(), version, level);
    let (data, correction) = codewords.map_err(|error| said(error, options))?;
    let mut canvas = Canvas::new(version, level);
    canvas.draw_all_functional_patterns();
    canvas.draw_data(&data, &correction);
    let canvas = match options.mask {
        None => canvas.apply_best_mask(),
        Some(mask) => {
            canvas.apply_mask(pattern(mask)?);
            canvas
        }
    };
    let modules = canvas.into_colors().into_iter().map(|color| color == Color::Dark).collect();
    Ok((modules, usize::try_from(version.width()).unwrap_or(1)))
}

fn bits(text: &[u8], level: EcLevel, options: &QrOptions) -> Result<Bits, QrError> {
    if text.len() > MAX_TEXT {
        return Err(QrError::DataTooLong);
    }
    let (first, last) = match (options.version, options.mode) {
        (None, None) => return encode_auto(text, level),
        (None, Some(_)) => (1, 40),
        (Some(version @ 1..=40), _) => (version, version),
        (Some(_), _) => return Err(QrError::InvalidVersion),
    };
    let fits = |c: &u8| c.is_ascii_digit() || c.is_ascii_uppercase() || b" $%*+-./:".contains(c);
    match options.mode {
        Some(QrMode::Numeric) if !text.iter().all(u8::is_ascii_digit) => return Err(QrError::InvalidCharacter),
        Some(QrMode::Alphanumeric) if !text.iter().all(fits) => return Err(QrError::InvalidCharacter),
        _ => {}
    }
    let attempt = |version: u8| {
        let mut bits = Bits::new(Version::Normal(i16::from(version)));
        match options.mode {
            None => bits.push_optimal_data(text),
            Some(QrMode::Numeric) => bits.push_numeric_data(text),
            Some(QrMode::Alphanumeric) => bits.push_alphanumeric_data(text),
            Some(QrMode::Octet) => bits.push_byte_data(text),
        }?;
        bits.push_terminator(level)?;
        Ok(bits)
    };
    (first..last).find_map(|version| attempt(version).ok()).map_or_else(|| attempt(last), Ok)
}

fn pattern(mask: u8) -> Result<MaskPattern, String> {
    Ok(match mask {
        0 => MaskPattern::Checkerboard,
        1 => MaskPattern::HorizontalLines,
        2 => MaskPattern::VerticalLines,
        3 => MaskPattern::DiagonalLines,
        4 => MaskPattern::LargeCheckerboard,
        5 => MaskPattern::Fields,
        6 => MaskPattern::Diamonds,
        7 => MaskPattern::Meadow,
        _ => return Err(format!("a mask is a number from 0 to 7, not {mask}")),
    })
}

fn said(error: QrError, options: &QrOptions) -> String {
    match error {
        QrError::DataTooLong if options.version.is_some() => {
            "the text is too long for a QR code of this version and correction level".to_owned()
        }
        QrError::DataTooLong => "the text is too long for a QR code of this correction level".to_owned(),
        QrError::InvalidVersion => "the version of a QR code is a number from 1 to 40".to_owned(),
        _ => "the text has characters that this mode of a QR code does not have".to_owned(),
    }
}
