//! Lines that reach both edges: what is left of the width goes to the spaces, or, where there are none, between the
//! characters of Chinese, Japanese and Korean.

use super::{Line, Piece};
use crate::tasks::pdf::scene::Glyph;

impl Line {
    /// Widens the line, unless the text says that it ends here, or there is nothing to widen.
    pub(in crate::tasks::pdf) fn justify(&mut self, width: f32) {
        let rest = width - self.width;
        if self.forced || rest <= 0.0 {
            return;
        }
        let count_spaces = |pieces: &[Piece]| pieces.iter().map(|piece| piece.spaces).sum::<u32>();
        let spaces = count_spaces(&self.pieces);
        let widens: fn(&str) -> bool = if spaces > 0 { is_space } else { is_ideograph };
        let count = if spaces > 0 { spaces } else { self.ideographs() };
        if count == 0 {
            return;
        }
        let each = rest / count as f32;
        let mut left = count;
        let mut moved = 0.0;
        for piece in &mut self.pieces {
            piece.x += moved;
            let visible = piece.glyphs.len() - piece.hanging as usize;
            for glyph in &mut piece.glyphs[..visible] {
                if left > 0 && wide(glyph, &piece.text, widens) {
                    glyph.advance += each;
                    piece.width += each;
                    moved += each;
                    left -= 1;
                }
            }
        }
        self.width += moved;
    }

    /// Those that have another character after them.
    fn ideographs(&self) -> u32 {
        let glyphs = self.pieces.iter().flat_map(|piece| piece.glyphs.iter().map(move |glyph| (glyph, &piece.text)));
        let found = glyphs.clone().filter(|(glyph, text)| wide(glyph, text, is_ideograph)).count() as u32;
        let at_end = glyphs.last().is_some_and(|(glyph, text)| wide(glyph, text, is_ideograph));
        found - u32::from(at_end)
    }
}

fn wide(glyph: &Glyph, text: &str, widens: fn(&str) -> bool) -> bool {
    glyph.to > glyph.from && text.get(glyph.text()).is_some_and(widens)
}

fn is_space(cluster: &str) -> bool {
    cluster.starts_with([' ', '\u{a0}'])
}

fn is_ideograph(cluster: &str) -> bool {
    cluster.starts_with(|char| {
        matches!(char, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}'
            | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}')
    })
}
