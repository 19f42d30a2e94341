//! Takes words apart where direction, script or face change.

use std::ops::Range;

use ttf_parser::Tag;
use unicode_bidi::{BidiInfo, Level};
use unicode_script::{Script, UnicodeScript};

use super::shaper::{LATIN, Shaper};
use super::{Direction, RunStyle};
use crate::tasks::pdf::font::FaceId;

/// Bytes of text that are shaped at once, so that one endless word is not worked on for long.
const LONGEST: usize = 2048;

/// Directions of a text, byte by byte.
pub(super) struct Levels {
    levels: Vec<Level>,
    /// The ends of its bidi paragraphs, and whether each reads from right to left.
    bases: Vec<(usize, bool)>,
}

impl Levels {
    /// Nothing when all of it reads from left to right.
    pub(super) fn of(text: &str, direction: Direction) -> Option<Self> {
        let base = match direction {
            Direction::Auto => None,
            Direction::Ltr => Some(Level::ltr()),
            Direction::Rtl => Some(Level::rtl()),
        };
        if direction != Direction::Rtl && !text.chars().any(turns) {
            return None;
        }
        let info = BidiInfo::new(text, base);
        let bases = info.paragraphs.iter().map(|paragraph| (paragraph.range.end, paragraph.level.is_rtl())).collect();
        Some(Self { levels: info.levels, bases })
    }

    fn at(&self, place: usize) -> u8 {
        self.levels.get(place).map_or(0, Level::number)
    }

    /// Whether the paragraph round this place reads from right to left.
    pub(super) fn rtl_at(&self, place: usize) -> bool {
        let base = self.bases.partition_point(|(end, _)| *end <= place);
        self.bases.get(base).or(self.bases.last()).is_some_and(|(_, rtl)| *rtl)
    }
}

/// Characters that can change the direction: those of right-to-left scripts, and what turns text round.
fn turns(char: char) -> bool {
    matches!(char, '\u{590}'..='\u{8ff}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// Text of one direction and script.
pub(super) struct Stretch {
    pub(super) range: Range<usize>,
    pub(super) level: u8,
    pub(super) script: Tag,
}

/// The stretches of a part of the text, in its order.
pub(super) fn stretches(text: &str, part: Range<usize>, levels: Option<&Levels>, found: &mut Vec<Stretch>) {
    found.clear();
    let level_at = |place| levels.map_or(0, |levels: &Levels| levels.at(place));
    let (mut from, mut level, mut script) = (part.start, level_at(part.start), None);
    let mut end = |from: usize, to: usize, level: u8, script: Option<Script>| {
        if from < to {
            let script = script.map_or(LATIN, |script| tag_of(script.short_name()));
            found.push(Stretch { range: from..to, level, script });
        }
    };
    for (offset, char) in text[part.clone()].char_indices() {
        let place = part.start + offset;
        let own = Some(script_of(char))
            .filter(|script| !matches!(script, Script::Common | Script::Inherited | Script::Unknown));
        let turned = level_at(place) != level;
        let other = own.is_some() && script.is_some() && own != script;
        if turned || other || (place - from >= LONGEST && !joins(char)) {
            end(from, place, level, script);
            (from, level) = (place, level_at(place));
            script = if turned || other { None } else { script };
        }
        script = script.or(own);
    }
    end(from, part.end, level, script);
}

/// Without a look at tables for most of the characters there are.
fn script_of(char: char) -> Script {
    match char {
        'a'..='z' | 'A'..='Z' => Script::Latin,
        '\0'..='\x7f' => Script::Common,
        _ => char.script(),
    }
}

fn tag_of(name: &str) -> Tag {
    Tag::from_bytes_lossy(name.as_bytes())
}

/// Belongs to the character before it.
fn joins(char: char) -> bool {
    matches!(char, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}')
        || script_of(char) == Script::Inherited
}

/// Parts of a stretch with the face that draws each: the first of the stack that has all of a cluster, or the first of
/// all when none has it.
pub(super) fn by_face(shaper: &mut Shaper<'_>, style: &RunStyle, text: &str) -> Vec<(Range<usize>, FaceId)> {
    let mut parts: Vec<(Range<usize>, FaceId)> = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((from, first)) = chars.next() {
        let mut to = from + first.len_utf8();
        let mut last = first;
        while let Some((place, next)) = chars.next_if(|(_, next)| joins(*next) || last == '\u{200d}') {
            (to, last) = (place + next.len_utf8(), next);
        }
        let cluster = &text[from..to];
        let mut covers = |face: FaceId| cluster.chars().all(|char| shaper.covers(face, char));
        // A space does not end what another face draws.
        let before = parts.last().map(|(_, face)| *face).filter(|_| first.is_whitespace());
        let face = before.filter(|face| covers(*face));
        let face = face.or_else(|| style.stack.faces().iter().copied().find(|face| covers(*face)));
        let face = face.unwrap_or(style.stack.primary());
        match parts.last_mut() {
            Some((range, known)) if *known == face => range.end = to,
            _ => parts.push((from..to, face)),
        }
    }
    parts
}
