//! Glyphs in a content stream: texts on one page share a text object while nothing else comes between them.

use std::fmt::Write;

use super::content::Content;
use super::fonts::{FontUse, said, split_cluster};
use super::number::{LENGTH, put, put_integer, rounded};
use super::standard::Refusal;
use crate::tasks::pdf::scene::{Glyph, Text};

/// Thousandths of an em that are worth a number: at 12 points a fortieth of a point. Less is not lost, but waits for more.
const TOLERANCE: f32 = 2.0;

/// Glyphs, and how far from their own widths the next ones stand.
#[derive(Default)]
pub(super) struct Run {
    array: Vec<u8>,
    /// The array ends within a string.
    in_string: bool,
    is_adjusted: bool,
    /// Points from the beginning of the text: where the next glyph is to stand, and where it would.
    wanted: f32,
    actual: f32,
}

impl Content<'_> {
    pub(super) fn text(&mut self, text: &Text) {
        let shared = self.shared;
        let Some(font) = shared.fonts.get(text.face).filter(|_| !text.glyphs.is_empty()) else { return };
        self.alpha(1.0, 1.0);
        self.fill_color(text.color);
        if let Some((width, color)) = text.outline {
            self.stroke_color(color);
            self.line_width(width);
        }
        self.begin_text(text.x, text.y);
        let rendering = if text.outline.is_some() { 2 } else { 0 };
        if self.state.rendering != rendering {
            self.state.rendering = rendering;
            self.operator(if rendering == 2 { b"2 Tr" } else { b"0 Tr" });
        }
        let size = rounded(text.size, LENGTH);
        if self.state.font != Some((text.face, size)) {
            self.state.font = Some((text.face, size));
            self.uses_face(text.face);
            self.out.extend_from_slice(b"/F");
            put_integer(&mut self.out, u64::from(text.face.0));
            self.out.push(b' ');
            self.number(size, LENGTH);
            self.operator(b"Tf");
        }
        (self.run.wanted, self.run.actual) = (0.0, 0.0);
        let mut rest = text.glyphs.as_slice();
        while let Some((cluster, after)) = split_cluster(rest) {
            rest = after;
            if let [glyph] = cluster
                && stands_for(font, glyph, text)
            {
                self.glyph(glyph, size, font);
                continue;
            }
            self.told(cluster, text, size, font);
        }
        self.flush();
    }

    /// Glyphs that do not say by themselves what they stand for.
    fn told(&mut self, cluster: &[Glyph], text: &Text, size: f32, font: &FontUse) {
        self.flush();
        let says = cluster.first().map_or("", |glyph| said(text, glyph));
        if !says.is_empty() {
            self.out.extend_from_slice(b"/Span<</ActualText<FEFF");
            for unit in says.encode_utf16() {
                put_hex(&mut self.out, unit);
            }
            self.operator(b">>>BDC");
        }
        for glyph in cluster {
            self.glyph(glyph, size, font);
        }
        self.flush();
        if !says.is_empty() {
            self.operator(b"EMC");
        }
    }

    fn glyph(&mut self, glyph: &Glyph, size: f32, font: &FontUse) {
        let rise = rounded(-glyph.dy, LENGTH) + 0.0;
        if self.state.rise.to_bits() != rise.to_bits() {
            self.flush();
            self.state.rise = rise;
            self.number(rise, LENGTH);
            self.operator(b"Ts");
        }
        let number = font.number(glyph.id);
        self.refuse(Refusal::MissingGlyph, number == 0);
        let run = &mut self.run;
        let thousandth = size / 1000.0;
        let off = (run.wanted + glyph.dx - run.actual) / thousandth;
        if off.abs() >= TOLERANCE && off.is_finite() {
            run.end_string(self.shared.is_readable);
            let adjustment = off.round();
            put(&mut run.array, -adjustment, 0);
            run.is_adjusted = true;
            run.actual += adjustment * thousandth;
        }
        run.put(number, self.shared.is_readable);
        run.wanted += glyph.advance;
        run.actual += font.used(number).map_or(0.0, |used| used.width) * thousandth;
    }

    /// Shows the glyphs so far.
    fn flush(&mut self) {
        let run = &mut self.run;
        if run.array.is_empty() {
            return;
        }
        run.end_string(self.shared.is_readable);
        if run.is_adjusted {
            self.out.push(b'[');
        }
        self.out.append(&mut run.array);
        let operator: &[u8] = if run.is_adjusted { b"]TJ\n" } else { b"Tj\n" };
        self.out.extend_from_slice(operator);
        run.is_adjusted = false;
    }

    /// Goes to where the text begins.
    fn begin_text(&mut self, x: f32, y: f32) {
        let (x, y) = (rounded(x, LENGTH), rounded(y, LENGTH));
        match self.line {
            Some((from_x, from_y)) => {
                // In a text object y goes up.
                self.number(x - from_x, LENGTH);
                self.number(from_y - y, LENGTH);
                self.operator(b"Td");
            }
            None => {
                self.out.extend_from_slice(b"BT\n1 0 0 -1 ");
                self.number(x, LENGTH);
                self.number(y, LENGTH);
                self.operator(b"Tm");
            }
        }
        self.line = Some((x, y));
    }

    pub(super) fn end_text(&mut self) {
        if self.line.take().is_some() {
            self.operator(b"ET");
        }
    }
}

impl Run {
    fn put(&mut self, number: u16, is_readable: bool) {
        if !self.in_string {
            self.in_string = true;
            self.array.push(if is_readable { b'<' } else { b'(' });
        }
        if is_readable {
            return put_hex(&mut self.array, number);
        }
        for byte in number.to_be_bytes() {
            match byte {
                b'(' | b')' | b'\\' => self.array.extend_from_slice(&[b'\\', byte]),
                // Readers take it for a line feed.
                b'\r' => self.array.extend_from_slice(b"\\r"),
                _ => self.array.push(byte),
            }
        }
    }

    fn end_string(&mut self, is_readable: bool) {
        if std::mem::take(&mut self.in_string) {
            self.array.push(if is_readable { b'>' } else { b')' });
        }
    }
}

/// Whether readers take the glyph alone for what it stands for here. One that stands for nothing is left alone.
fn stands_for(font: &FontUse, glyph: &Glyph, text: &Text) -> bool {
    let says = said(text, glyph);
    says.is_empty() || font.used(font.number(glyph.id)).is_some_and(|used| used.says(says))
}

fn put_hex(out: &mut Vec<u8>, unit: u16) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    out.extend((0..4).rev().map(|digit| DIGITS[usize::from(unit >> (4 * digit) & 15)]));
}

/// `<FEFF…>` and the like for whoever else writes text in hexadecimal digits.
pub(super) fn hex_of(text: &str) -> String {
    text.encode_utf16().fold(String::new(), |mut hex, unit| {
        // Writing into a string does not fail.
        let _ = write!(hex, "{unit:04X}");
        hex
    })
}
