//! Glyphs of words. A word is shaped once per face, script and direction; after that its glyphs are copied.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use rustybuzz::{BufferFlags, UnicodeBuffer};
use ttf_parser::Tag;

use super::breaks::is_space;
use super::paragraph::Item;
use crate::tasks::pdf::font::{FaceId, Faces, Pairs, Plan, PlanKey, Shaping, contained};

/// Glyphs that are kept, of all words together: about 6 MB. When they are more, all go: it is cheaper to shape the
/// common words again than to know which they are.
const KEPT: usize = 250_000;
/// Bytes of a word that is kept. What is longer hardly comes twice.
const LONGEST_KEPT: usize = 64;

pub(super) const LATIN: Tag = Tag::from_bytes(b"Latn");

/// A glyph in font units, y upwards.
#[derive(Clone, Copy, Debug)]
pub(super) struct UnitGlyph {
    pub(super) advance: i32,
    pub(super) dx: i32,
    pub(super) dy: i32,
    /// Where its cluster begins in the text that was shaped.
    pub(super) from: u32,
    /// Where its cluster ends if it is the first glyph of it, else `from`.
    pub(super) to: u32,
    pub(super) id: u16,
    /// A space or a no-break space.
    pub(super) space: bool,
}

impl UnitGlyph {
    /// The first of its cluster in the order in which glyphs are seen.
    pub(super) fn leads(&self) -> bool {
        self.to > self.from
    }
}

/// What is known of shaped text, in font units.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Measure {
    pub(super) units: i32,
    pub(super) clusters: u32,
    /// White space at both ends.
    pub(super) lead: Space,
    pub(super) trail: Space,
    /// There is a .notdef glyph.
    pub(super) missing: bool,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Space {
    pub(super) units: i32,
    pub(super) clusters: u32,
    pub(super) bytes: u32,
}

/// What text is shaped with.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct VoiceKey {
    pub(super) face: FaceId,
    pub(super) shaping: Shaping,
    pub(super) script: Tag,
    pub(super) rtl: bool,
    /// Letters that stand apart are not drawn as one.
    pub(super) spaced: bool,
}

struct Voice {
    key: VoiceKey,
    plan_key: PlanKey,
    plan: Arc<Plan>,
    words: HashMap<Box<str>, Word>,
}

#[derive(Clone, Copy)]
struct Word {
    from: u32,
    to: u32,
    measure: Measure,
}

/// Shapes the text of one document on one thread.
pub(in crate::tasks::pdf) struct Shaper<'a> {
    pub(super) faces: &'a Faces,
    /// Those that were needed.
    fonts: Vec<Option<Box<rustybuzz::Face<'a>>>>,
    voices: Vec<Voice>,
    /// The glyphs of all kept words.
    glyphs: Vec<UnitGlyph>,
    buffer: Option<UnicodeBuffer>,
    missing: BTreeSet<char>,
    /// A face that text cannot be shaped with.
    broken: Option<FaceId>,
    stop: Option<&'a (dyn Fn() -> bool + Sync)>,
    /// Kept for their memory.
    pub(super) text: String,
    pub(super) breaks: Vec<(u32, bool)>,
    pub(super) run_ends: Vec<usize>,
    pub(super) line: Vec<Item>,
}

impl<'a> Shaper<'a> {
    pub(in crate::tasks::pdf) fn new(faces: &'a Faces) -> Self {
        Self {
            faces,
            fonts: Vec::new(),
            voices: Vec::new(),
            glyphs: Vec::new(),
            buffer: None,
            missing: BTreeSet::new(),
            broken: None,
            stop: None,
            text: String::new(),
            breaks: Vec::new(),
            run_ends: Vec::new(),
            line: Vec::new(),
        }
    }

    /// Asked now and then within long paragraphs. Once it says yes, a paragraph ends early and is good for nothing: the
    /// task was cancelled.
    pub(in crate::tasks::pdf) fn stopping(mut self, stop: &'a (dyn Fn() -> bool + Sync)) -> Self {
        self.stop = Some(stop);
        self
    }

    pub(super) fn stopped(&self) -> bool {
        self.stop.is_some_and(|stop| stop())
    }

    /// Characters that none of the faces had which were asked, in the order of their code points.
    pub(in crate::tasks::pdf) fn missing(&self) -> &BTreeSet<char> {
        &self.missing
    }

    /// A face that turned out to be damaged when text was shaped with it. That text has no glyphs.
    pub(in crate::tasks::pdf) fn broken(&self) -> Option<FaceId> {
        self.broken
    }

    /// Notes what the face lacks of the text.
    pub(super) fn note_missing(&mut self, face: FaceId, text: &str) {
        for char in text.chars() {
            if !self.missing.contains(&char) && !self.covers(face, char) {
                self.missing.insert(char);
            }
        }
    }

    /// The face draws the character, or it needs no drawing.
    pub(super) fn covers(&mut self, face: FaceId, char: char) -> bool {
        let ignorable = matches!(char, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}');
        // rustybuzz draws a no-break space that a font lacks as its space.
        let char = if char == '\u{a0}' { ' ' } else { char };
        ignorable
            || self
                .font(face)
                .is_some_and(|font| contained(|| font.glyph_index(char)).flatten().is_some_and(|glyph| glyph.0 > 0))
    }

    fn font(&mut self, face: FaceId) -> Option<&rustybuzz::Face<'a>> {
        let place = usize::from(face.0);
        if self.fonts.len() <= place {
            self.fonts.resize_with(place + 1, || None);
        }
        let kept = &mut self.fonts[place];
        if kept.is_none() && self.broken != Some(face) {
            let bytes = self.faces.get(face);
            *kept = contained(|| rustybuzz::Face::from_slice(bytes.bytes(), bytes.index())).flatten().map(Box::new);
            if kept.is_none() {
                self.broken = Some(face);
            }
        }
        kept.as_deref()
    }

    /// The place of a voice in the list, which never changes.
    pub(super) fn voice(&mut self, key: VoiceKey) -> Option<usize> {
        if let Some(place) = self.voices.iter().position(|voice| voice.key == key) {
            return Some(place);
        }
        let words = self.faces.shaping_words(key.shaping);
        let mut features = words.features.clone();
        if key.spaced {
            features.splice(0..0, [(Tag::from_bytes(b"liga"), 0), (Tag::from_bytes(b"clig"), 0)]);
        }
        let plan_key = PlanKey { script: key.script, rtl: key.rtl, features, language: words.language.clone() };
        let file = self.faces.get(key.face).file();
        // Without opening the font if it can be: a short document may need no more than pairs.
        let plan = match file.plan(&plan_key) {
            Some(plan) => plan,
            None => {
                let font = self.font(key.face)?;
                let Some(plan) = contained(|| file.make_plan(&plan_key, font)) else {
                    self.broken = Some(key.face);
                    return None;
                };
                plan
            }
        };
        self.voices.push(Voice { key, plan_key, plan, words: HashMap::new() });
        Some(self.voices.len() - 1)
    }

    /// Appends the glyphs of a text in the order in which they are seen. Their clusters count from its beginning.
    pub(super) fn shape(&mut self, key: VoiceKey, text: &str, glyphs: &mut Vec<UnitGlyph>) -> Measure {
        if text.is_empty() {
            return Measure::default();
        }
        let Some(place) = self.voice(key) else { return Measure::default() };
        if let Some(measure) =
            self.voices[place].plan.pairs.as_ref().and_then(|pairs| put_together(pairs, text, glyphs))
        {
            return measure;
        }
        if let Some(word) = self.voices[place].words.get(text) {
            glyphs.extend_from_slice(&self.glyphs[word.from as usize..word.to as usize]);
            return word.measure;
        }
        let from = glyphs.len();
        let measure = self.shape_anew(place, text, glyphs);
        if text.len() <= LONGEST_KEPT {
            if self.glyphs.len() > KEPT {
                self.glyphs.clear();
                self.voices.iter_mut().for_each(|voice| voice.words.clear());
            }
            let kept_from = self.glyphs.len() as u32;
            self.glyphs.extend_from_slice(&glyphs[from..]);
            let word = Word { from: kept_from, to: self.glyphs.len() as u32, measure };
            self.voices[place].words.insert(text.into(), word);
        }
        measure
    }

    fn shape_anew(&mut self, place: usize, text: &str, glyphs: &mut Vec<UnitGlyph>) -> Measure {
        self.font(self.voices[place].key.face);
        let mut buffer = self.buffer.take().unwrap_or_default();
        let voice = &self.voices[place];
        let rtl = voice.key.rtl;
        let Some(font) = self.fonts.get(usize::from(voice.key.face.0)).and_then(Option::as_deref) else {
            return Measure::default();
        };
        buffer.push_str(text);
        buffer.set_direction(voice.plan_key.direction());
        if let Some(script) = voice.plan_key.script() {
            buffer.set_script(script);
        }
        if let Some(language) = voice.plan_key.language() {
            buffer.set_language(language);
        }
        buffer.set_flags(
            BufferFlags::BEGINNING_OF_TEXT | BufferFlags::END_OF_TEXT | BufferFlags::REMOVE_DEFAULT_IGNORABLES,
        );
        let Some(shaped) = contained(|| rustybuzz::shape_with_plan(font, &voice.plan.shape, buffer)) else {
            self.broken = Some(voice.key.face);
            return Measure::default();
        };
        let first = glyphs.len();
        glyphs.extend(shaped.glyph_infos().iter().zip(shaped.glyph_positions()).map(|(info, position)| UnitGlyph {
            advance: position.x_advance,
            dx: position.x_offset,
            dy: position.y_offset,
            from: info.cluster,
            to: info.cluster,
            id: u16::try_from(info.glyph_id).unwrap_or(0),
            space: false,
        }));
        self.buffer = Some(shaped.clear());
        let glyphs = &mut glyphs[first..];
        if let Some(pairs) = &voice.plan.pairs {
            let shaped = glyphs.iter().map(|glyph| (glyph.id, glyph.advance, (glyph.dx, glyph.dy) != (0, 0)));
            contained(|| pairs.learn(font, text.as_bytes(), shaped));
        }
        close_clusters(glyphs, text, rtl);
        measure(glyphs, text, 0)
    }
}

/// Appends the glyphs of a word of plain ASCII, if all of its pairs are known.
fn put_together(pairs: &Pairs, text: &str, glyphs: &mut Vec<UnitGlyph>) -> Option<Measure> {
    let bytes = text.as_bytes();
    let mark = glyphs.len();
    let mut units = 0_i32;
    let mut last = None;
    for (place, byte) in bytes.iter().enumerate() {
        let glyph = pairs.glyph(*byte);
        let kern = last.map_or(Some(0), |last| pairs.kern(last, *byte));
        let (Some(glyph), Some(kern)) = (glyph, kern) else {
            glyphs.truncate(mark);
            return None;
        };
        if place > 0
            && let Some(before) = glyphs.last_mut()
        {
            before.advance += i32::from(kern);
        }
        units = units.saturating_add(glyph.advance + i32::from(kern));
        let from = place as u32;
        let space = *byte == b' ';
        glyphs.push(UnitGlyph { advance: glyph.advance, dx: 0, dy: 0, from, to: from + 1, id: glyph.id, space });
        last = Some(*byte);
    }
    let spaces = |glyphs: &mut dyn Iterator<Item = &UnitGlyph>| {
        let mut space = Space::default();
        for glyph in glyphs.take_while(|glyph| glyph.space) {
            space.units = space.units.saturating_add(glyph.advance);
            space.clusters += 1;
        }
        Space { bytes: space.clusters, ..space }
    };
    let word = &glyphs[mark..];
    let (lead, trail) = (spaces(&mut word.iter()), spaces(&mut word.iter().rev()));
    Some(Measure { units, clusters: bytes.len() as u32, lead, trail, missing: false })
}

/// Gives every cluster the bytes up to the next one, so that no byte is without a glyph.
fn close_clusters(glyphs: &mut [UnitGlyph], text: &str, rtl: bool) {
    let count = glyphs.len();
    // The end of the cluster that comes next in the text: right-to-left clusters come last first.
    let mut to = text.len() as u32;
    let at = |step: usize| if rtl { step } else { count - 1 - step };
    let mut step = 0;
    while step < count {
        let from = glyphs[at(step)].from;
        let mut last = step;
        while last + 1 < count && glyphs[at(last + 1)].from == from {
            last += 1;
        }
        let start = if last + 1 == count { 0 } else { from };
        let bytes = text.as_bytes();
        let space = match bytes.get(start as usize) {
            Some(b' ') => true,
            Some(0xc2) => bytes.get(start as usize + 1) == Some(&0xa0),
            _ => false,
        };
        for between in step..=last {
            let glyph = &mut glyphs[at(between)];
            (glyph.from, glyph.to, glyph.space) = (start, start, space);
        }
        // The one that is seen first.
        glyphs[if rtl { at(step) } else { at(last) }].to = to.max(start);
        to = start;
        step = last + 1;
    }
}

/// Measures glyphs that stand for a text; their clusters count from `offset` bytes before it.
pub(super) fn measure(glyphs: &[UnitGlyph], text: &str, offset: u32) -> Measure {
    let mut lead_bytes = (text.len() - text.trim_start_matches(is_space).len()) as u32;
    if lead_bytes > 0 {
        // A space that is one with what comes after it is seen.
        let part = glyphs.iter().find(|glyph| glyph.from < lead_bytes + offset && glyph.to > lead_bytes + offset);
        lead_bytes = part.map_or(lead_bytes, |glyph| glyph.from.saturating_sub(offset));
    }
    let trail_from = text.trim_end_matches(is_space).len() as u32;
    let mut measure = Measure::default();
    measure.lead.bytes = lead_bytes;
    measure.trail.bytes = text.len() as u32 - trail_from;
    for glyph in glyphs {
        let cluster = u32::from(glyph.leads());
        measure.units = measure.units.saturating_add(glyph.advance);
        measure.clusters += cluster;
        measure.missing |= glyph.id == 0;
        let from = glyph.from.saturating_sub(offset);
        if from < lead_bytes {
            measure.lead.units = measure.lead.units.saturating_add(glyph.advance);
            measure.lead.clusters += cluster;
        }
        if from >= trail_from {
            measure.trail.units = measure.trail.units.saturating_add(glyph.advance);
            measure.trail.clusters += cluster;
        }
    }
    measure
}
