//! Where lines may end and where they must: UAX 14, with a shorter way for the text that most documents have.

use unicode_linebreak::{BreakOpportunity, linebreaks};

/// White space as pdfmake trims it: the `\s` of JavaScript, but for U+FEFF, which has no width.
pub(super) fn is_space(char: char) -> bool {
    char.is_whitespace()
}

/// What a text needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Latin letters, digits, and marks after which a line does not end unless a space follows.
    Plain,
    /// Latin letters and ASCII.
    Latin,
    /// Anything: it is itemised by script and direction.
    Any,
}

const PLAIN: u8 = 0;
const LATIN: u8 = 1;
const ANY: u8 = 2;

const KINDS: [u8; 256] = {
    let mut kinds = [ANY; 256];
    let mut byte = 0x20;
    while byte < 0x7f {
        let inert = (byte as u8).is_ascii_alphanumeric()
            || matches!(
                byte as u8,
                b' ' | b'.' | b',' | b':' | b';' | b'_' | b'"' | b'\'' | b'@' | b'#' | b'&' | b'*' | b'='
            );
        kinds[byte] = if inert { PLAIN } else { LATIN };
        byte += 1;
    }
    kinds[b'\n' as usize] = PLAIN;
    kinds[b'\r' as usize] = LATIN;
    // The first bytes of U+00C0 to U+024F, and those that follow: all of them letters but two.
    byte = 0x80;
    while byte < 0xc0 {
        kinds[byte] = PLAIN;
        byte += 1;
    }
    while byte < 0xca {
        kinds[byte] = if byte < 0xc3 { ANY } else { PLAIN };
        byte += 1;
    }
    kinds
};

pub(super) fn kind(text: &str) -> Kind {
    match text.bytes().fold(PLAIN, |kind, byte| kind.max(KINDS[usize::from(byte)])) {
        PLAIN => Kind::Plain,
        LATIN => Kind::Latin,
        _ => Kind::Any,
    }
}

/// Bytes of the line end that the text ends with.
pub(super) fn line_end(text: &str) -> usize {
    match text.chars().next_back() {
        Some('\n') if text.ends_with("\r\n") => 2,
        Some(last @ ('\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')) => last.len_utf8(),
        _ => 0,
    }
}

/// Fills in the ends of all words: the place after each, and whether the line must end there. The last is the end of
/// the text.
pub(super) fn find(text: &str, kind: Kind, ends: &mut Vec<(u32, bool)>) {
    ends.clear();
    if text.is_empty() {
        ends.push((0, false));
    } else if kind == Kind::Plain {
        find_plain(text.as_bytes(), ends);
    } else {
        let mut start = 0;
        for (end, opportunity) in linebreaks(text) {
            let word = &text[start..end];
            let must = opportunity == BreakOpportunity::Mandatory && line_end(word) > 0;
            // Spaces that a line begins with belong to its first word, and a soft hyphen is no end unless it is needed.
            let keeps = !must && end < text.len() && (word.ends_with('\u{ad}') || only_leads(text, start, word));
            if !keeps {
                ends.push((end as u32, must));
                start = end;
            }
        }
    }
}

/// The word is white space that begins a line.
fn only_leads(text: &str, start: usize, word: &str) -> bool {
    word.ends_with(is_space) && word.chars().all(is_space) && (start == 0 || line_end(&text[..start]) > 0)
}

/// The same for `Kind::Plain`: after spaces, unless one of `.,:;` follows (LB13), and at `\n`.
fn find_plain(bytes: &[u8], ends: &mut Vec<(u32, bool)>) {
    // Something else than spaces came since the line began.
    let mut inked = false;
    for (place, byte) in bytes.iter().enumerate() {
        match byte {
            b'\n' => {
                ends.push((place as u32 + 1, true));
                inked = false;
            }
            b' ' => {
                let next = bytes.get(place + 1);
                if inked && !matches!(next, None | Some(b' ' | b'\n' | b'.' | b',' | b':' | b';')) {
                    ends.push((place as u32 + 1, false));
                }
            }
            _ => inked = true,
        }
    }
    if ends.last().is_none_or(|(end, _)| (*end as usize) < bytes.len()) {
        ends.push((bytes.len() as u32, false));
    }
}
