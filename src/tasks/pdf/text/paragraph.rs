//! A text before its width is known: its words with their glyphs, and how narrow and how wide it can be.

use std::sync::Arc;

use ttf_parser::Tag;

use super::breaks::{self, Kind};
use super::itemize::{self, Levels, Stretch};
use super::shaper::{LATIN, Measure, Shaper, UnitGlyph, VoiceKey};
use super::{ParagraphStyle, Run, RunStyle, hyphens};
use crate::tasks::pdf::font::FaceId;

/// Words between two looks at whether the task was cancelled: well below a millisecond.
const WORDS: usize = 512;

/// Bytes of a word that are shaped as one.
const LONGEST: usize = 2048;

pub(super) const SOFT_HYPHEN: char = '\u{ad}';

/// What may follow an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// More of the same word.
    Glued,
    Opportunity,
    /// The line ends, as the text says.
    Forced,
}

/// A word, or a part of one in one run, face, script and direction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    /// In the text, without the end of a line.
    pub(super) from: u32,
    pub(super) to: u32,
    /// Where the text began that its glyphs count their clusters from.
    pub(super) base: u32,
    /// Its glyphs, in those of the paragraph or in those that breaking its lines made.
    pub(super) glyphs: (u32, u32),
    pub(super) made: bool,
    pub(super) run: u32,
    pub(super) face: FaceId,
    pub(super) script: Tag,
    /// Odd is right to left.
    pub(super) level: u8,
    /// Of the bidi paragraph round it.
    pub(super) rtl: bool,
    pub(super) end: End,
    /// What comes next is more of the same run without a break: letter spacing goes between.
    pub(super) joined: bool,
    pub(super) measure: Measure,
    /// In points, white space included.
    pub(super) width: f32,
    pub(super) lead: f32,
    pub(super) trail: f32,
}

/// Text that is ready to be broken into lines.
pub(in crate::tasks::pdf) struct Paragraph {
    pub(super) text: Arc<str>,
    pub(super) runs: Box<[RunStyle]>,
    pub(super) items: Vec<Item>,
    pub(super) glyphs: Vec<UnitGlyph>,
    pub(super) style: ParagraphStyle,
    /// Where in the text is what a hyphen at the end of a line stands for.
    pub(super) hyphen: u32,
    min_width: f32,
    max_width: f32,
}

impl Paragraph {
    /// Tabs become four spaces, as in pdfmake.
    pub(in crate::tasks::pdf) fn new(shaper: &mut Shaper<'_>, runs: &[Run<'_>], style: &ParagraphStyle) -> Self {
        let mut text = std::mem::take(&mut shaper.text);
        text.clear();
        let mut run_ends = std::mem::take(&mut shaper.run_ends);
        run_ends.clear();
        for run in runs {
            match run.text.contains('\t') {
                true => run.text.split('\t').enumerate().for_each(|(place, part)| {
                    text.push_str(if place > 0 { "    " } else { "" });
                    text.push_str(part);
                }),
                false => text.push_str(run.text),
            }
            run_ends.push(text.len());
        }
        let mut paragraph = Self {
            text: Arc::from(text.as_str()),
            runs: runs.iter().map(|run| run.style).collect(),
            items: Vec::new(),
            glyphs: Vec::with_capacity(text.len()),
            style: *style,
            hyphen: 0,
            min_width: 0.0,
            max_width: 0.0,
        };
        shaper.text = text;
        if !runs.is_empty() {
            paragraph.take_apart(shaper, &run_ends);
            paragraph.measure(shaper);
        }
        // Behind the text there is a soft hyphen, for the hyphens that lines may end with: whoever reads the document back
        // then takes the word for one (ISO 32000-1, 14.8.2.2.3).
        if style.hyphenate.is_some() || paragraph.text.contains(SOFT_HYPHEN) {
            paragraph.hyphen = paragraph.text.len() as u32;
            paragraph.text = format!("{}{SOFT_HYPHEN}", paragraph.text).into();
        }
        shaper.run_ends = run_ends;
        paragraph
    }

    /// The narrowest column that breaks no word.
    pub(in crate::tasks::pdf) fn min_width(&self) -> f32 {
        self.min_width
    }

    /// The width that needs no breaking.
    pub(in crate::tasks::pdf) fn max_width(&self) -> f32 {
        self.max_width
    }

    fn take_apart(&mut self, shaper: &mut Shaper<'_>, run_ends: &[usize]) {
        let text = Arc::clone(&self.text);
        let mut kind = breaks::kind(&text);
        let levels = if kind == Kind::Any || self.style.direction == super::Direction::Rtl {
            Levels::of(&text, self.style.direction)
        } else {
            None
        };
        if levels.is_some() {
            kind = Kind::Any;
        }
        let mut ends = std::mem::take(&mut shaper.breaks);
        breaks::find(&text, kind, &mut ends);
        self.items.reserve(ends.len());
        let mut stretches = Vec::new();
        let (mut from, mut run) = (0, 0);
        let last_run = self.runs.len() - 1;
        let run_at =
            |run: usize, place: usize| run + run_ends[run..last_run].iter().take_while(|end| **end <= place).count();
        for (count, (end, forced)) in ends.iter().enumerate() {
            if count % WORDS == WORDS - 1 && shaper.stopped() {
                break;
            }
            let end = *end as usize;
            run = run_at(run, from);
            let last = run_at(run, end.saturating_sub(1));
            // Within text that does not wrap only what must end a line does.
            let inside = !forced && end < text.len() && last == run_at(last, end) && self.runs[last].no_wrap;
            let content = if *forced { end - breaks::line_end(&text[from..end]) } else { end };
            let first = self.items.len();
            while from < content {
                run = run_at(run, from);
                let to = content.min(if run < last_run { run_ends[run] } else { content });
                if kind == Kind::Any {
                    itemize::stretches(&text, from..to, levels.as_ref(), &mut stretches);
                    stretches.iter().for_each(|stretch| self.push(shaper, run, stretch, levels.as_ref()));
                } else {
                    let stretch = Stretch { range: from..to, level: 0, script: LATIN };
                    self.push(shaper, run, &stretch, None);
                }
                from = to;
            }
            if self.items.len() == first {
                let level = levels.as_ref().is_some_and(|levels| levels.rtl_at(content)).into();
                let stretch = Stretch { range: content..content, level, script: LATIN };
                self.push(shaper, run, &stretch, levels.as_ref());
            }
            let end_of_word = match (forced, inside) {
                (true, _) => End::Forced,
                (false, true) => End::Glued,
                (false, false) => End::Opportunity,
            };
            if let Some(item) = self.items.last_mut() {
                item.end = end_of_word;
            }
            for place in first..self.items.len() {
                let next = self.items.get(place + 1).map(|item| item.run);
                let item = &mut self.items[place];
                item.joined = next.map_or(inside, |run| run == item.run);
                item.place(&self.runs[item.run as usize], shaper, &self.style);
            }
            from = end;
        }
        shaper.breaks = ends;
    }

    fn push(&mut self, shaper: &mut Shaper<'_>, run: usize, stretch: &Stretch, levels: Option<&Levels>) {
        if stretch.range.len() > LONGEST {
            return self.push_parts(shaper, run, stretch, levels);
        }
        let style = self.runs[run];
        let text = Arc::clone(&self.text);
        let mut item = Item {
            from: stretch.range.start as u32,
            to: stretch.range.end as u32,
            base: stretch.range.start as u32,
            glyphs: (0, 0),
            made: false,
            run: run as u32,
            face: style.stack.primary(),
            script: stretch.script,
            level: stretch.level,
            rtl: levels.is_some_and(|levels| levels.rtl_at(stretch.range.start)),
            end: End::Glued,
            joined: false,
            measure: Measure::default(),
            width: 0.0,
            lead: 0.0,
            trail: 0.0,
        };
        let words = &text[stretch.range.clone()];
        let mark = self.glyphs.len();
        item.shape(shaper, &style, words, &mut self.glyphs);
        if !item.measure.missing {
            return self.items.push(item);
        }
        if style.stack.faces().len() == 1 {
            shaper.note_missing(item.face, words);
            return self.items.push(item);
        }
        self.glyphs.truncate(mark);
        for (part, face) in itemize::by_face(shaper, &style, words) {
            let mut item = Item { face, ..item };
            item.from = (stretch.range.start + part.start) as u32;
            item.to = (stretch.range.start + part.end) as u32;
            item.base = item.from;
            item.shape(shaper, &style, &words[part.clone()], &mut self.glyphs);
            if item.measure.missing {
                shaper.note_missing(face, &words[part]);
            }
            self.items.push(item);
        }
    }

    /// No word is as long as this: in parts, so that a line of it does not take the time of all of it.
    fn push_parts(&mut self, shaper: &mut Shaper<'_>, run: usize, stretch: &Stretch, levels: Option<&Levels>) {
        let mut from = stretch.range.start;
        while from < stretch.range.end && !shaper.stopped() {
            let mut to = stretch.range.end.min(from + LONGEST);
            while !self.text.is_char_boundary(to) {
                to -= 1;
            }
            self.push(shaper, run, &Stretch { range: from..to, ..*stretch }, levels);
            from = to;
        }
    }

    /// As pdfmake does: the widest word and the widest line, both without white space at their ends.
    fn measure(&mut self, shaper: &mut Shaper<'_>) {
        let mut min = 0.0_f32;
        let mut max = 0.0_f32;
        let (mut word, mut word_lead, mut word_start) = (0.0, 0.0, true);
        let (mut line, mut line_lead, mut line_start) = (0.0, -self.style.leading_indent, true);
        for place in 0..self.items.len() {
            let item = self.items[place];
            if word_start {
                (word, word_lead) = (0.0, item.lead);
            }
            if line_start {
                (line, line_lead) = (0.0, line_lead + item.lead);
            }
            word += item.width;
            line += item.width;
            max = max.max(line - line_lead - item.trail);
            let whole = word_start && item.end != End::Glued;
            (word_start, line_start) = (item.end != End::Glued, item.end == End::Forced);
            if line_start {
                line_lead = 0.0;
            }
            if word_start {
                let divided = if whole { self.widest_part(shaper, &item) } else { None };
                min = min.max(divided.unwrap_or(word - word_lead - item.trail));
            }
        }
        if !word_start {
            min = min.max(word - word_lead);
        }
        (self.min_width, self.max_width) = (min.min(max).max(0.0), max.max(0.0));
    }

    /// The widest part of a word that can be divided.
    fn widest_part(&self, shaper: &mut Shaper<'_>, item: &Item) -> Option<f32> {
        let style = &self.runs[item.run as usize];
        if style.no_wrap {
            return None;
        }
        let scale = item.scale(style, shaper);
        let glyphs = &self.glyphs[item.glyphs.0 as usize..item.glyphs.1 as usize];
        if style.break_all {
            let mut widest = 0;
            let mut cluster = 0_i32;
            for glyph in glyphs {
                cluster = if glyph.leads() { glyph.advance } else { cluster.saturating_add(glyph.advance) };
                widest = widest.max(cluster);
            }
            return Some(widest as f32 * scale);
        }
        let word = &self.text[item.from as usize..item.to as usize];
        if self.style.hyphenate.is_none() && word.is_ascii() {
            return None;
        }
        let mut places = Vec::new();
        hyphens::places(word, self.style.hyphenate, &mut places);
        if places.is_empty() {
            return None;
        }
        let hyphen = item.hyphen(item.to, shaper, style, &mut Vec::new()).width;
        let mut from = item.measure.lead.bytes as usize;
        let last = word.len() - item.measure.trail.bytes as usize;
        let mut widest = 0.0_f32;
        for to in places.into_iter().filter(|place| *place < last).chain([last]) {
            let inside = |glyph: &&UnitGlyph| (from..to).contains(&(glyph.from as usize));
            let units: i64 = glyphs.iter().filter(inside).map(|glyph| i64::from(glyph.advance)).sum();
            let spaced = glyphs.iter().filter(inside).filter(|glyph| glyph.leads()).count() as f32;
            let width = units as f32 * scale + spaced * style.letter_spacing;
            widest = widest.max(width + if to < last { hyphen } else { 0.0 });
            from = to;
        }
        Some(widest)
    }
}

impl Item {
    pub(super) fn is_rtl(&self) -> bool {
        self.level % 2 == 1
    }

    /// Points per font unit.
    pub(super) fn scale(&self, style: &RunStyle, shaper: &Shaper<'_>) -> f32 {
        style.size / f32::from(shaper.faces.get(self.face).units_per_em())
    }

    pub(super) fn voice(&self, style: &RunStyle) -> VoiceKey {
        VoiceKey {
            face: self.face,
            shaping: style.shaping,
            script: self.script,
            rtl: self.is_rtl(),
            spaced: style.letter_spacing != 0.0,
        }
    }

    /// Appends its glyphs to a list.
    pub(super) fn shape(&mut self, shaper: &mut Shaper<'_>, style: &RunStyle, text: &str, glyphs: &mut Vec<UnitGlyph>) {
        self.shape_as(self.voice(style), shaper, text, glyphs);
    }

    pub(super) fn shape_as(
        &mut self,
        voice: VoiceKey,
        shaper: &mut Shaper<'_>,
        text: &str,
        glyphs: &mut Vec<UnitGlyph>,
    ) {
        let from = glyphs.len() as u32;
        self.measure = shaper.shape(voice, text, glyphs);
        self.glyphs = (from, glyphs.len() as u32);
    }

    /// Works out its widths in points. Letters of a word stand apart, words do not, as in pdfmake.
    pub(super) fn place(&mut self, style: &RunStyle, shaper: &Shaper<'_>, paragraph: &ParagraphStyle) {
        let (measure, scale, spacing) = (&self.measure, self.scale(style, shaper), style.letter_spacing);
        let gaps = if self.joined { measure.clusters } else { measure.clusters.saturating_sub(1) };
        self.width = measure.units as f32 * scale + gaps as f32 * spacing;
        let (lead, trail) = (&measure.lead, &measure.trail);
        self.lead = match paragraph.preserve_leading_spaces {
            true => 0.0,
            false => lead.units as f32 * scale + lead.clusters as f32 * spacing,
        };
        self.trail = match paragraph.preserve_trailing_spaces {
            true => 0.0,
            false => trail.units as f32 * scale + trail.clusters.saturating_sub(1) as f32 * spacing,
        };
    }

    /// The hyphen that goes where this is divided. It stands for no text of the paragraph.
    pub(super) fn hyphen(
        &self,
        at: u32,
        shaper: &mut Shaper<'_>,
        style: &RunStyle,
        glyphs: &mut Vec<UnitGlyph>,
    ) -> Self {
        let mut hyphen = Self { from: at, to: at, base: at, end: End::Opportunity, joined: false, made: true, ..*self };
        hyphen.shape(shaper, style, "-", glyphs);
        for glyph in &mut glyphs[hyphen.glyphs.0 as usize..] {
            (glyph.from, glyph.to) = (0, 0);
        }
        hyphen.place(style, shaper, &ParagraphStyle::default());
        hyphen
    }
}
