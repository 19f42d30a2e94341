//! Where lines end: each takes as many words as fit, exactly as pdfmake counts, so that a document has as many pages.
//!
//! White space at the end of a line does not count, nor does it at the beginning. A word that is wider than a line is
//! divided by its hyphens if it has any, else between two characters.

use super::paragraph::{End, Item, Paragraph};
use super::pieces::Pieces;
use super::shaper::{Shaper, UnitGlyph, VoiceKey, measure};
use super::{Line, RunStyle, hyphens};

/// Points by which a line may be too wide: sums of many small numbers do not come out even.
const TOLERANCE: f32 = 0.002;
/// Bytes of a word whose parts are shaped anew when it is divided; the glyphs of a longer one are cut.
const SHAPED_ANEW: u32 = 128;
/// Lines between two looks at whether the task was cancelled.
const LINES: usize = 256;

impl Paragraph {
    /// The lines in a column. The shaper may be another than that which made the paragraph.
    pub(in crate::tasks::pdf) fn lines(&self, shaper: &mut Shaper<'_>, width: f32) -> Vec<Line> {
        let mut lines = Vec::new();
        let line = std::mem::take(&mut shaper.line);
        let mut breaker = Breaker { paragraph: self, next: 0, rest: None, made: Vec::new(), line };
        let mut indent = self.style.leading_indent;
        while breaker.fill(shaper, width - indent) {
            let ends_paragraph = breaker.peek().is_none();
            let pieces = Pieces { paragraph: self, made: &breaker.made, items: &breaker.line };
            lines.push(pieces.line(shaper.faces, indent, ends_paragraph));
            indent = 0.0;
            if lines.len() % LINES == 0 && shaper.stopped() {
                break;
            }
        }
        shaper.line = breaker.line;
        lines
    }
}

struct Breaker<'p> {
    paragraph: &'p Paragraph,
    /// The next item of the paragraph.
    next: usize,
    /// What is left of a divided item; it comes before `next`.
    rest: Option<Rest>,
    /// Glyphs that the paragraph does not have.
    made: Vec<UnitGlyph>,
    line: Vec<Item>,
}

#[derive(Clone, Copy)]
struct Rest {
    item: Item,
    /// The item as it was in the paragraph, which hyphens are looked for in.
    word: (u32, u32),
    /// It was all of a word.
    whole: bool,
}

impl<'p> Breaker<'p> {
    fn peek(&self) -> Option<Rest> {
        self.rest.or_else(|| {
            let item = *self.paragraph.items.get(self.next)?;
            let before = self.next.checked_sub(1).map_or(End::Opportunity, |before| self.paragraph.items[before].end);
            let whole = before != End::Glued && item.end != End::Glued;
            Some(Rest { item, word: (item.from, item.to), whole })
        })
    }

    fn take(&mut self) {
        if self.rest.take().is_none() {
            self.next += 1;
        }
    }

    fn style(&self, item: &Item) -> &'p RunStyle {
        &self.paragraph.runs[item.run as usize]
    }

    /// Whether an item and all that is glued to it fit.
    fn fits(&self, item: &Item, room: f32) -> bool {
        let (mut width, mut last) = (item.width, item);
        let mut next = self.next + usize::from(self.rest.is_none());
        // What follows is not looked at further than the line goes.
        while last.end == End::Glued && width - last.trail <= room + TOLERANCE {
            let Some(glued) = self.paragraph.items.get(next) else { break };
            width += glued.width;
            (last, next) = (glued, next + 1);
        }
        width - last.trail <= room + TOLERANCE
    }

    /// Takes the items of the next line, if there is one.
    fn fill(&mut self, shaper: &mut Shaper<'_>, width: f32) -> bool {
        self.line.clear();
        // Without the white space that the line begins with.
        let mut filled = 0.0;
        let mut glued = false;
        while let Some(rest) = self.peek() {
            let item = rest.item;
            let style = self.style(&item);
            let begins = self.line.is_empty();
            let room = width - filled;
            if !begins && !glued && !self.fits(&item, room) {
                if style.break_all {
                    self.cut(&rest, shaper, room, false);
                } else if !style.no_wrap {
                    self.divide(&rest, shaper, room);
                }
                break;
            }
            let lead = if begins { item.lead } else { 0.0 };
            // The spacing before the white space at its end may stick out.
            let spacing = if item.measure.trail.bytes > 0 { style.letter_spacing } else { 0.0 };
            if !style.no_wrap && item.width - lead - item.trail - spacing > room + TOLERANCE {
                let divided = !style.break_all && self.divide(&rest, shaper, room);
                // What cannot be divided at all sticks out, alone on its line.
                if divided || self.cut(&rest, shaper, room + lead, begins) || !begins {
                    break;
                }
            }
            self.take();
            self.line.push(item);
            filled += item.width - lead;
            glued = item.end == End::Glued;
            if item.end == End::Forced {
                break;
            }
        }
        !self.line.is_empty()
    }

    /// Puts the longest part of a word before a hyphen on the line that fits, and keeps the rest.
    fn divide(&mut self, rest: &Rest, shaper: &mut Shaper<'_>, room: f32) -> bool {
        let Rest { item, word: (from, to), whole } = *rest;
        let text = &self.paragraph.text;
        let word = &text[from as usize..to as usize];
        let patterns = self.paragraph.style.hyphenate.filter(|_| whole);
        if patterns.is_none() && word.is_ascii() {
            return false;
        }
        let mut places = Vec::new();
        hyphens::places(word, patterns, &mut places);
        let style = self.style(&item);
        let visible = item.from..item.to - item.measure.trail.bytes.min(item.to - item.from);
        for at in places.into_iter().rev().map(|place| from + place as u32) {
            if at <= item.from || !visible.contains(&at) {
                continue;
            }
            let mark = self.made.len();
            let parts = if item.to - item.from <= SHAPED_ANEW {
                let mut part = |from: u32, to: u32, end, joined| {
                    let mut part = Item { from, to, base: from, made: true, end, joined, ..item };
                    part.shape(shaper, style, &text[from as usize..to as usize], &mut self.made);
                    part.place(style, shaper, &self.paragraph.style);
                    part
                };
                Some((part(item.from, at, End::Glued, true), part(at, item.to, item.end, item.joined)))
            } else {
                self.slice_at(&item, shaper, at)
            };
            let Some((head, tail)) = parts else { continue };
            let hyphen = item.hyphen(at, shaper, style, &mut self.made);
            let lead = if self.line.is_empty() { head.lead } else { 0.0 };
            if head.width - lead + hyphen.width <= room + TOLERANCE {
                self.take();
                self.line.extend([head, hyphen]);
                self.rest = Some(Rest { item: tail, ..*rest });
                return true;
            }
            self.made.truncate(mark);
        }
        false
    }

    /// Puts as many characters of an item as fit on the line, at least one if `some`, and keeps the rest. False when
    /// there is nothing to put or nothing to keep.
    fn cut(&mut self, rest: &Rest, shaper: &mut Shaper<'_>, room: f32, some: bool) -> bool {
        let mark = self.made.len();
        let mut item = rest.item;
        let style = self.style(&item);
        let ligatures = self.has_ligatures(&item);
        if ligatures {
            let text = &self.paragraph.text[item.from as usize..item.to as usize];
            (item.base, item.made) = (item.from, true);
            item.shape_as(VoiceKey { spaced: true, ..item.voice(style) }, shaper, text, &mut self.made);
            item.place(style, shaper, &self.paragraph.style);
        }
        let scale = item.scale(style, shaper);
        let glyphs = self.glyphs_of(&item);
        let count = glyphs.len();
        let at = |step: usize| if item.is_rtl() { count - 1 - step } else { step };
        let (mut units, mut clusters) = (0_i64, 0_u32);
        let visible = item.to - item.measure.trail.bytes.min(item.to - item.from);
        let mut fitting = None;
        let mut step = 0;
        while step < count {
            // One cluster: glyphs of the same beginning.
            let from = glyphs[at(step)].from;
            while step < count && glyphs[at(step)].from == from {
                units += i64::from(glyphs[at(step)].advance);
                step += 1;
            }
            let width = units as f32 * scale + clusters as f32 * style.letter_spacing;
            let too_wide = width > room + TOLERANCE;
            // White space at the end has room beyond the line.
            let next = (step < count).then(|| item.base + glyphs[at(step)].from).filter(|next| *next < visible);
            let Some(next) = next.filter(|_| !too_wide || (some && clusters == 0)) else { break };
            fitting = Some((step as u32, next));
            if too_wide {
                break;
            }
            clusters += 1;
        }
        let Some((count, place)) = fitting else {
            self.made.truncate(mark);
            return false;
        };
        let (head, mut tail) = self.slice(&item, shaper, count, place);
        if ligatures {
            let text = &self.paragraph.text[tail.from as usize..tail.to as usize];
            tail.base = tail.from;
            tail.shape(shaper, style, text, &mut self.made);
            tail.place(style, shaper, &self.paragraph.style);
        }
        self.take();
        self.line.push(head);
        self.rest = Some(Rest { item: tail, ..*rest });
        true
    }

    /// Letters were drawn as one that could stand on two lines.
    fn has_ligatures(&self, item: &Item) -> bool {
        let text = &self.paragraph.text.as_bytes()[item.base as usize..item.to as usize];
        let joins = |glyph: &UnitGlyph| {
            text.get(glyph.from as usize..glyph.to as usize).is_some_and(|text| text.len() > 1 && text.is_ascii())
        };
        self.glyphs_of(item).iter().any(joins)
    }

    fn glyphs_of(&self, item: &Item) -> &[UnitGlyph] {
        let glyphs = if item.made { &self.made } else { &self.paragraph.glyphs };
        &glyphs[item.glyphs.0 as usize..item.glyphs.1 as usize]
    }

    /// Divides an item before the cluster that begins at `at`, if one does.
    fn slice_at(&self, item: &Item, shaper: &Shaper<'_>, at: u32) -> Option<(Item, Item)> {
        let glyphs = self.glyphs_of(item);
        let before = |glyph: &&UnitGlyph| item.base + glyph.from < at;
        let count = glyphs.iter().filter(before).count() as u32;
        let starts = glyphs.iter().any(|glyph| item.base + glyph.from == at);
        starts.then(|| self.slice(item, shaper, count, at))
    }

    /// The first `count` glyphs in the order of the text, which end before `at`, and the others.
    fn slice(&self, item: &Item, shaper: &Shaper<'_>, count: u32, at: u32) -> (Item, Item) {
        let (from, to) = item.glyphs;
        let (head, tail) = match item.is_rtl() {
            true => ((to - count, to), (from, to - count)),
            false => ((from, from + count), (from + count, to)),
        };
        let mut head = Item { to: at, glyphs: head, end: End::Opportunity, joined: false, ..*item };
        let mut tail = Item { from: at, glyphs: tail, ..*item };
        for part in [&mut head, &mut tail] {
            let text = &self.paragraph.text[part.from as usize..part.to as usize];
            part.measure = measure(self.glyphs_of(part), text, part.from - part.base);
            part.place(self.style(part), shaper, &self.paragraph.style);
        }
        (head, tail)
    }
}
