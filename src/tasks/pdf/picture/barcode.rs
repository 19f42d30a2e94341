//! Barcodes, as the crate `barcoders` has them.

use barcoders::error::{Error, Result as Coded};
use barcoders::sym::code39::Code39;
use barcoders::sym::code128::Code128;
use barcoders::sym::ean8::EAN8;
use barcoders::sym::ean13::EAN13;
use barcoders::sym::tf::TF;
use serde::Deserialize;

use super::super::scene::{Path, Segment};
use super::qr::runs;

/// Characters of a barcode: no reader takes more.
const MAX_TEXT: usize = 255;

/// A kind of barcode.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(in crate::tasks::pdf) enum Symbology {
    #[default]
    Code128,
    Code39,
    Ean13,
    Ean8,
    Itf,
    Codabar,
}

/// The bars as a path to fill, in a box whose top left corner is the origin. The error is a sentence for people.
pub(in crate::tasks::pdf) fn barcode(kind: Symbology, text: &str, width: f32, height: f32) -> Result<Path, String> {
    let bars = bars(kind, text)?;
    let module = width / bars.len().max(1) as f32;
    let rect =
        |run: std::ops::Range<usize>| Segment::Rect(run.start as f32 * module, 0.0, run.len() as f32 * module, height);
    Ok(Path(runs(&bars).map(rect).collect()))
}

/// How many modules wide a barcode is.
pub(in crate::tasks::pdf) fn barcode_modules(kind: Symbology, text: &str) -> Result<usize, String> {
    bars(kind, text).map(|bars| bars.len())
}

/// The characters of Codabar, and which of their four bars and three spaces are wide, the first in the highest bit (ANSI/AIM
/// BC3-1995). The table of `barcoders` has B, C and + wrong.
const CODABAR: [(char, u8); 20] = [
    ('0', 0b000_0011),
    ('1', 0b000_0110),
    ('2', 0b000_1001),
    ('3', 0b110_0000),
    ('4', 0b001_0010),
    ('5', 0b100_0010),
    ('6', 0b010_0001),
    ('7', 0b010_0100),
    ('8', 0b011_0000),
    ('9', 0b100_1000),
    ('-', 0b000_1100),
    ('$', 0b001_1000),
    (':', 0b100_0101),
    ('/', 0b101_0001),
    ('.', 0b101_0100),
    ('+', 0b001_0101),
    ('A', 0b001_1010),
    ('B', 0b010_1001),
    ('C', 0b000_1011),
    ('D', 0b000_1110),
];

/// Begins and ends with A, B, C or D, which stand nowhere else.
fn codabar(text: &str) -> Coded<Vec<u8>> {
    let inner = text.strip_prefix(['A', 'B', 'C', 'D']).and_then(|text| text.strip_suffix(['A', 'B', 'C', 'D']));
    if inner.is_none_or(|inner| inner.contains(['A', 'B', 'C', 'D'])) {
        return Err(Error::Character);
    }
    let mut modules = Vec::new();
    for char in text.chars() {
        let (_, wide) = CODABAR.iter().find(|(known, _)| *known == char).ok_or(Error::Character)?;
        if !modules.is_empty() {
            modules.push(0);
        }
        for element in 0..7 {
            let len = if wide & (1 << (6 - element)) == 0 { 1 } else { 2 };
            modules.extend(std::iter::repeat_n(u8::from(element % 2 == 0), len));
        }
    }
    Ok(modules)
}

/// Whether each module is dark.
fn bars(kind: Symbology, text: &str) -> Result<Vec<bool>, String> {
    let name = match kind {
        Symbology::Code128 => "Code 128",
        Symbology::Code39 => "Code 39",
        Symbology::Ean13 => "EAN-13",
        Symbology::Ean8 => "EAN-8",
        Symbology::Itf => "ITF",
        Symbology::Codabar => "Codabar",
    };
    if text.is_empty() || text.len() > MAX_TEXT {
        return Err(format!("a barcode has 1 to {MAX_TEXT} characters, not {}", text.chars().count()));
    }
    let encoded: Coded<Vec<u8>> = match kind {
        Symbology::Code128 => code_128(text),
        Symbology::Code39 => Code39::new(text).map(|code| code.encode()),
        Symbology::Ean13 => EAN13::new(text).map(|code| code.encode()),
        Symbology::Ean8 => EAN8::new(text).map(|code| code.encode()),
        Symbology::Itf => TF::interleaved(text).map(|code| code.encode()),
        Symbology::Codabar => codabar(text),
    };
    let modules = encoded.map_err(|error| match error {
        Error::Character => format!("{name} does not have all of the characters of the text"),
        Error::Length => format!("{name} does not have texts of this length"),
        Error::Checksum => format!("the last digit of the {name} is not its check digit"),
        Error::Generate => format!("{name} cannot be drawn"),
    })?;
    Ok(modules.into_iter().map(|module| module == 1).collect())
}

/// In character set C, which has two digits in one symbol, where the text is pairs of digits; else in B, and in A for control
/// characters.
fn code_128(text: &str) -> Coded<Vec<u8>> {
    if !text.is_ascii() {
        return Err(Error::Character);
    }
    if text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Code128::new(format!("Ć{text}")).map(|code| code.encode());
    }
    let mut sets = String::with_capacity(2 * text.len());
    let mut current = None;
    for char in text.chars() {
        let wanted = match char {
            _ if char.is_ascii_control() && char != '\u{7f}' => 'À',
            '`'..='\u{7f}' => 'Ɓ',
            _ => current.unwrap_or('Ɓ'),
        };
        if current != Some(wanted) {
            current = Some(wanted);
            sets.push(wanted);
        }
        sets.push(char);
    }
    Code128::new(sets).map(|code| code.encode())
}
