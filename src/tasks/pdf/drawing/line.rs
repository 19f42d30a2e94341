//! A line of text on its page: where it stands in its column, and what belongs to it.

use super::Drawer;
use super::request::{Baseline, Line as At, Look};
use crate::tasks::pdf::request::Alignment;
use crate::tasks::pdf::scene::{Anchor, Frame, Item, Mark, Paint, Path, Segment, Shape, Stroke, Target, Text};
use crate::tasks::pdf::text::Line;

impl Drawer<'_> {
    /// Draws a line whose top is at the cursor, in a column that begins at `x`.
    pub(super) fn line(&mut self, mut line: Line, x: f32, width: f32, look: &Look, mark: Option<Mark>) {
        let scale = look.horizontal_scaling.max(1.0) / 100.0;
        let width = width / scale;
        let trail = trailing(&line);
        if look.word_spacing != 0.0 {
            widen(&mut line, look.word_spacing);
        }
        let alignment = look.align.unwrap_or(if line.rtl { Alignment::Right } else { Alignment::Left });
        let offset = match alignment {
            Alignment::Left => 0.0,
            Alignment::Center => (width - line.width) / 2.0,
            Alignment::Right => width - (line.width - trail),
            Alignment::Justify => {
                if !line.forced {
                    hang_trailing(&mut line, trail);
                    line.justify(width);
                }
                0.0
            }
        };
        // Left of the first letter, right of the last, within the line as it is before it is scaled.
        let left = offset + line.pieces.first().map_or(0.0, |piece| piece.x);
        let right = offset + line.pieces.last().map_or(0.0, |piece| piece.x + piece.width);
        let frame =
            Frame { x: x + left * scale, y: self.y, width: (right - left) * scale, height: self.letter_height() };
        if line.pieces.is_empty() {
            return;
        }
        self.places_of(look, frame);
        let baseline = self.y + self.ascent_of(look.baseline);
        let mut items = Vec::new();
        if look.underline {
            let thickness = self.rule_width();
            items.push(self.rule(frame, frame.y + frame.height - thickness, look));
        }
        if look.strike {
            items.push(self.rule(frame, frame.y + frame.height / 2.0, look));
        }
        let skew = -look.oblique.clamp(-80.0, 80.0).to_radians().tan();
        let is_apart = skew != 0.0 || scale != 1.0 || self.pen.fill_opacity < 1.0;
        if is_apart {
            items.push(Item::Save);
            if self.pen.fill_opacity < 1.0 {
                items.push(Item::Opacity(self.pen.fill_opacity));
            }
            if scale != 1.0 {
                items.push(Item::Transform([scale, 0.0, 0.0, 1.0, x * (1.0 - scale), 0.0]));
            }
            if skew != 0.0 {
                items.push(Item::Transform([1.0, 0.0, skew, 1.0, -skew * baseline, 0.0]));
            }
        }
        // Letters that are only outlined are filled in that colour too.
        let outline = look.stroke.then(|| (self.pen.stroke.width, self.pen.outlines()));
        let color = match outline {
            Some((_, color)) if !look.fill => color,
            _ => self.pen.letters(),
        };
        items.extend(line.pieces.into_iter().map(|piece| {
            Item::Text(Text {
                x: x + offset + piece.x,
                y: baseline - piece.rise,
                face: piece.face,
                size: piece.size,
                color,
                outline,
                glyphs: piece.glyphs,
                text: piece.text,
            })
        }));
        if is_apart {
            items.push(Item::Restore);
        }
        self.push_marked(mark, items);
    }

    /// From the cursor down to the baseline.
    fn ascent_of(&self, baseline: Option<Baseline>) -> f32 {
        let face = self.face();
        let (ascent, descent) = (face.ascent(), face.descent());
        let ems = match baseline {
            Some(Baseline::Above(points)) => return -points,
            None | Some(Baseline::At(At::Top)) => ascent,
            Some(Baseline::At(At::Alphabetic)) => 0.0,
            Some(Baseline::At(At::Bottom | At::Ideographic)) => descent,
            Some(Baseline::At(At::Hanging)) => 0.8 * ascent,
            Some(Baseline::At(At::Mathematical)) => 0.5 * ascent,
            Some(Baseline::At(At::Middle | At::SvgCentral)) => 0.5 * (ascent + descent),
            Some(Baseline::At(At::SvgMiddle)) => 0.5 * face.x_height(),
        };
        ems * self.size
    }

    fn rule_width(&self) -> f32 {
        if self.size < 10.0 { 0.5 } else { (self.size / 10.0).floor() }
    }

    fn rule(&self, frame: Frame, y: f32, look: &Look) -> Item {
        let color = if look.stroke { self.pen.outlines() } else { self.pen.letters() };
        Item::Shape(Shape {
            path: Path(vec![Segment::Move(frame.x, y), Segment::Line(frame.x + frame.width, y)]),
            stroke: Some(Stroke { paint: Paint::Color(color), width: self.rule_width(), ..Stroke::default() }),
            stroke_opacity: self.pen.fill_opacity,
            ..Shape::default()
        })
    }

    /// What a click on the line goes to, and what goes to the line.
    fn places_of(&mut self, look: &Look, frame: Frame) {
        let Frame { x, y, width, height } = frame;
        if let Some(link) = &look.link {
            self.link([x, y, width, height], link.into());
        }
        if let Some(name) = &look.go_to {
            self.link([x, y, width, height], Target::Anchor(name.clone()));
        }
        if let Some(name) = &look.destination {
            self.sheets.push_anchor(Anchor { name: name.clone(), x, y });
        }
    }

    /// As much of a line as fits with an ellipsis behind it.
    pub(super) fn shortened(&mut self, line: &Line, look: &Look, ellipsis: &str, width: f32, indent: f32) -> Line {
        let Some(text) = line.pieces.first().map(|piece| std::sync::Arc::clone(&piece.text)) else {
            return self.lines(ellipsis, look, f32::MAX, indent).into_iter().next().unwrap_or_default();
        };
        let glyphs = || line.pieces.iter().flat_map(|piece| &piece.glyphs).filter(|glyph| glyph.to > glyph.from);
        let from = glyphs().map(|glyph| glyph.from).min().unwrap_or(0) as usize;
        let to = glyphs().map(|glyph| glyph.to).max().unwrap_or(0) as usize;
        let words = text.get(from..to).unwrap_or("").trim_end();
        let ends: Vec<usize> =
            std::iter::once(0).chain(words.char_indices().map(|(at, char)| at + char.len_utf8())).collect();
        let mut attempt = |end: usize| {
            let shorter = format!("{}{ellipsis}", words[..end].trim_end());
            self.lines(&shorter, look, f32::MAX, indent).into_iter().next().unwrap_or_default()
        };
        let scale = look.horizontal_scaling.max(1.0) / 100.0;
        // The longest that fits, by halves: nothing fits worse than what is longer.
        let (mut fits, mut above) = (0, ends.len());
        while above - fits > 1 {
            let middle = fits.midpoint(above);
            if attempt(ends[middle]).width * scale <= width { fits = middle } else { above = middle }
        }
        attempt(ends[fits])
    }
}

/// How wide the white space at the end of a line is.
fn trailing(line: &Line) -> f32 {
    let Some(piece) = line.pieces.last().filter(|_| !line.rtl) else { return 0.0 };
    let is_space = |text: &str| !text.is_empty() && text.chars().all(char::is_whitespace);
    let spaces = piece.glyphs.iter().rev().take_while(|glyph| piece.text.get(glyph.text()).is_some_and(is_space));
    spaces.map(|glyph| glyph.advance).sum()
}

/// The white space at the end is beyond the line: it is not seen, but whoever copies the text has it.
fn hang_trailing(line: &mut Line, trail: f32) {
    let Some(piece) = line.pieces.last_mut().filter(|_| trail > 0.0) else { return };
    let mut left = trail;
    let visible = piece.glyphs.len() - (piece.hanging as usize).min(piece.glyphs.len());
    for glyph in piece.glyphs[..visible].iter_mut().rev() {
        if left <= 0.0 {
            break;
        }
        left -= glyph.advance.max(f32::MIN_POSITIVE);
        glyph.advance = 0.0;
        piece.hanging += 1;
        piece.spaces = piece.spaces.saturating_sub(1);
    }
    piece.width -= trail;
    line.width -= trail;
}

/// Adds to every space of a line.
fn widen(line: &mut Line, spacing: f32) {
    let mut moved = 0.0;
    for piece in &mut line.pieces {
        piece.x += moved;
        for glyph in &mut piece.glyphs {
            let is_space = piece.text.get(glyph.text()).is_some_and(|text| text.starts_with([' ', '\u{a0}']));
            if is_space {
                glyph.advance += spacing;
                piece.width += spacing;
                moved += spacing;
            }
        }
    }
    line.width += moved;
}
