//! The glyphs of a line, in the order in which they are seen (UAX 9, L1 and L2), as few pieces as there can be.

use std::ops::Range;
use std::sync::Arc;

use super::paragraph::{End, Item, Paragraph, SOFT_HYPHEN};
use super::shaper::UnitGlyph;
use super::{Line, Piece};
use crate::tasks::pdf::font::Faces;
use crate::tasks::pdf::scene::Glyph;

pub(super) struct Pieces<'p> {
    pub(super) paragraph: &'p Paragraph,
    /// Glyphs that breaking its lines made.
    pub(super) made: &'p [UnitGlyph],
    /// In the order of the text.
    pub(super) items: &'p [Item],
}

impl Pieces<'_> {
    pub(super) fn line(&self, faces: &Faces, indent: f32, ends_paragraph: bool) -> Line {
        let last = self.items.last();
        let mut line = Line {
            rtl: self.items.first().is_some_and(|item| item.rtl),
            forced: ends_paragraph || last.is_some_and(|item| item.end == End::Forced),
            ..Line::default()
        };
        self.measure(faces, &mut line);
        let order = visual_order(self.items);
        let place_of = |seen: usize| order.as_ref().map_or(seen, |order| order[seen]);
        let mut x = if line.rtl { 0.0 } else { indent };
        let mut seen = 0;
        while seen < self.items.len() {
            let first = &self.items[place_of(seen)];
            let same =
                |other: &Item| (other.run, other.face, other.is_rtl()) == (first.run, first.face, first.is_rtl());
            let mut end = seen + 1;
            while end < self.items.len() && same(&self.items[place_of(end)]) {
                end += 1;
            }
            let mut piece = self.piece(first, x, seen..end, &place_of, faces);
            if end == self.items.len() {
                self.hang(&mut piece, &line, faces);
            }
            if !piece.glyphs.is_empty() {
                x += piece.width;
                line.pieces.push(piece);
            }
            seen = end;
        }
        line.width = if line.rtl { x + indent } else { x };
        line
    }

    /// Heights over all of its runs, also those of which nothing is seen.
    fn measure(&self, faces: &Faces, line: &mut Line) {
        let mut known = None;
        for item in self.items {
            if known == Some((item.run, item.face)) {
                continue;
            }
            known = Some((item.run, item.face));
            let style = &self.paragraph.runs[item.run as usize];
            let face = faces.get(item.face);
            let (ascent, descent) = (face.ascent() * style.size, -face.descent() * style.size);
            line.ascent = line.ascent.max(ascent);
            line.descent = line.descent.max(descent);
            line.height = line.height.max((ascent + descent) * style.line_height);
        }
    }

    /// The bytes of an item that are seen: white space at both ends of a line is not.
    fn visible(&self, place: usize) -> Range<u32> {
        let (item, style) = (&self.items[place], &self.paragraph.style);
        let lead = if place == 0 && !style.preserve_leading_spaces { item.measure.lead.bytes } else { 0 };
        let at_end = place + 1 == self.items.len();
        let trail = if at_end && !style.preserve_trailing_spaces { item.measure.trail.bytes } else { 0 };
        item.from + lead..item.to.saturating_sub(trail)
    }

    fn glyphs_of(&self, item: &Item) -> &[UnitGlyph] {
        let glyphs = if item.made { self.made } else { &self.paragraph.glyphs };
        &glyphs[item.glyphs.0 as usize..item.glyphs.1 as usize]
    }

    fn piece(
        &self,
        first: &Item,
        x: f32,
        seen: Range<usize>,
        place_of: &dyn Fn(usize) -> usize,
        faces: &Faces,
    ) -> Piece {
        let style = &self.paragraph.runs[first.run as usize];
        let scale = style.size / f32::from(faces.get(first.face).units_per_em());
        let count: u32 =
            seen.clone().map(|seen| &self.items[place_of(seen)]).map(|item| item.glyphs.1 - item.glyphs.0).sum();
        let mut piece = Piece {
            x,
            width: 0.0,
            tag: style.tag,
            run: first.run,
            face: first.face,
            size: style.size,
            rise: style.rise,
            glyphs: Vec::with_capacity(count as usize),
            text: Arc::clone(&self.paragraph.text),
            spaces: 0,
            hanging: 0,
        };
        for place in seen.map(place_of) {
            let item = &self.items[place];
            // A soft hyphen of the text says so itself.
            let is_hyphen = item.from == item.to;
            let has_own = is_hyphen && self.paragraph.text[..item.from as usize].ends_with(SOFT_HYPHEN);
            let hyphen = if has_own { 0 } else { SOFT_HYPHEN.len_utf8() as u32 };
            let visible = self.visible(place);
            let glyphs = self.glyphs_of(item);
            for (step, glyph) in glyphs.iter().enumerate() {
                let from = item.base + glyph.from;
                if !visible.contains(&from) && !is_hyphen {
                    continue;
                }
                let mut advance = glyph.advance as f32 * scale;
                if style.letter_spacing != 0.0 {
                    // After the last glyph of a cluster, but not after a word.
                    let next = glyphs.get(step + 1);
                    let spaced = next.map_or(item.joined, UnitGlyph::leads);
                    advance += if spaced { style.letter_spacing } else { 0.0 };
                }
                piece.width += advance;
                piece.spaces += u32::from(glyph.space && glyph.leads());
                piece.glyphs.push(Glyph {
                    id: glyph.id,
                    advance,
                    dx: glyph.dx as f32 * scale,
                    dy: -(glyph.dy as f32 * scale),
                    from: if is_hyphen { self.paragraph.hyphen } else { from },
                    to: if is_hyphen { self.paragraph.hyphen + hyphen } else { item.base + glyph.to },
                });
            }
        }
        piece
    }

    /// Adds the space that a line was broken at: nobody sees it, but who copies the text has its words apart.
    fn hang(&self, piece: &mut Piece, line: &Line, faces: &Faces) {
        let Some(item) = self.items.last().filter(|item| !item.is_rtl() && !line.rtl && !line.forced) else {
            return;
        };
        let same = item.run == piece.run && item.face == piece.face;
        let visible = self.visible(self.items.len() - 1);
        let hidden = |glyph: &&UnitGlyph| glyph.space && item.base + glyph.from >= visible.end;
        let space = self.glyphs_of(item).iter().find(hidden).filter(|_| same && visible.end < item.to);
        if let Some(space) = space.filter(|_| !piece.glyphs.is_empty()) {
            let from = item.base + space.from;
            let advance = space.advance as f32 * piece.size / f32::from(faces.get(piece.face).units_per_em());
            piece.glyphs.push(Glyph { id: space.id, advance, dx: 0.0, dy: 0.0, from, to: item.base + space.to });
            piece.hanging = 1;
        }
    }
}

/// L2: the order in which items are seen, or nothing when it is that of the text.
fn visual_order(items: &[Item]) -> Option<Vec<usize>> {
    let highest = items.iter().map(|item| item.level).max()?;
    let lowest_odd = items.iter().map(|item| item.level | 1).min()?;
    if highest == 0 {
        return None;
    }
    let mut order: Vec<usize> = (0..items.len()).collect();
    for level in (lowest_odd..=highest).rev() {
        let mut from = 0;
        while from < order.len() {
            let run = order[from..].iter().take_while(|place| items[**place].level >= level).count();
            order[from..from + run].reverse();
            from += run.max(1);
        }
    }
    Some(order)
}
