//! Where words may be divided: at soft hyphens, and by the patterns of a language.

use hypher::Lang;

/// A language with patterns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tasks::pdf) struct Hyphenation(Lang);

/// The patterns for a BCP 47 tag, by its language: `de-AT` is `de`.
pub(in crate::tasks::pdf) fn hyphenation(language: &str) -> Option<Hyphenation> {
    let primary = language.split(['-', '_']).next()?;
    let code: [u8; 2] = primary.to_ascii_lowercase().into_bytes().try_into().ok()?;
    Lang::from_iso(code).map(Hyphenation)
}

/// Bytes of a word that is divided by patterns. What is longer is no word.
const LONGEST: usize = 100;
/// Letters of the shortest.
const SHORTEST: usize = 5;

/// Places where a hyphen may go in a word, rising. `patterns` only if the word is whole.
pub(super) fn places(word: &str, patterns: Option<Hyphenation>, found: &mut Vec<usize>) {
    found.clear();
    if !word.is_ascii() {
        let inner = |(place, _): (usize, &str)| Some(place + 2).filter(|place| *place < word.len());
        found.extend(word.match_indices('\u{ad}').filter_map(inner));
    }
    // Whoever wrote hyphens into a word knows better than patterns.
    let Some(Hyphenation(language)) = patterns.filter(|_| found.is_empty()) else { return };
    let core = word.trim_matches(|char: char| !char.is_alphabetic());
    let start = word.len() - word.trim_start_matches(|char: char| !char.is_alphabetic()).len();
    let is_apostrophe = |char: char| matches!(char, '\'' | '’');
    if core.len() > LONGEST || !core.chars().all(|char| char.is_alphabetic() || is_apostrophe(char)) {
        return;
    }
    // French and Italian put an article before a word: `l’anticipation`.
    let mut from = start;
    for part in core.split_inclusive(is_apostrophe) {
        let letters = part.trim_end_matches(is_apostrophe);
        let mut place = from;
        if letters.chars().count() >= SHORTEST {
            for syllable in hypher::hyphenate(letters, language) {
                place += syllable.len();
                if place < from + letters.len() {
                    found.push(place);
                }
            }
        }
        from += part.len();
    }
}
