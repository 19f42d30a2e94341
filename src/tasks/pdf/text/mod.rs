//! Text: from runs of characters to lines of glyphs.
//!
//! - `shaper`: glyphs of words, from rustybuzz, kept for the next time that the word comes
//! - `paragraph`: what can be said of a text before its width is known; `breaks` and `itemize` take it apart
//! - `lines`: where lines end, as pdfmake breaks them; `hyphens` where words may be divided
//! - `pieces`: the glyphs of a line in the order in which they are seen
//! - `justify`: lines that reach both edges
//!
//! Runs on: the thread of the task and those that help it. Every thread has a `Shaper` of its own, so that nothing is
//! locked; what a `Paragraph` says does not depend on which of them made it.

mod breaks;
mod hyphens;
mod itemize;
mod justify;
mod lines;
mod paragraph;
mod pieces;
mod shaper;

use std::sync::Arc;

pub(in crate::tasks::pdf) use self::hyphens::{Hyphenation, hyphenation};
pub(in crate::tasks::pdf) use self::paragraph::Paragraph;
pub(in crate::tasks::pdf) use self::shaper::Shaper;
use super::font::{FaceId, FontStack, Shaping};
use super::scene::Glyph;

/// Text in one style.
#[derive(Clone, Copy, Debug)]
pub(in crate::tasks::pdf) struct Run<'t> {
    pub(in crate::tasks::pdf) text: &'t str,
    pub(in crate::tasks::pdf) style: RunStyle,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::tasks::pdf) struct RunStyle {
    pub(in crate::tasks::pdf) stack: FontStack,
    /// Points per em.
    pub(in crate::tasks::pdf) size: f32,
    /// Points between two characters of a word.
    pub(in crate::tasks::pdf) letter_spacing: f32,
    /// A factor of the height of lines.
    pub(in crate::tasks::pdf) line_height: f32,
    /// Points above the baseline.
    pub(in crate::tasks::pdf) rise: f32,
    pub(in crate::tasks::pdf) shaping: Shaping,
    /// Lines end only where the text says so.
    pub(in crate::tasks::pdf) no_wrap: bool,
    /// Lines may end between any two characters.
    pub(in crate::tasks::pdf) break_all: bool,
    /// The caller's own, handed back with every piece.
    pub(in crate::tasks::pdf) tag: u32,
}

impl RunStyle {
    pub(in crate::tasks::pdf) fn new(stack: FontStack, size: f32) -> Self {
        Self {
            stack,
            size,
            letter_spacing: 0.0,
            line_height: 1.0,
            rise: 0.0,
            shaping: Shaping::default(),
            no_wrap: false,
            break_all: false,
            tag: 0,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::tasks::pdf) enum Direction {
    /// That of the first letter that has one.
    #[default]
    Auto,
    Ltr,
    Rtl,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::tasks::pdf) struct ParagraphStyle {
    pub(in crate::tasks::pdf) direction: Direction,
    pub(in crate::tasks::pdf) hyphenate: Option<Hyphenation>,
    /// White space at the beginning of a line counts.
    pub(in crate::tasks::pdf) preserve_leading_spaces: bool,
    /// White space at the end of a line counts.
    pub(in crate::tasks::pdf) preserve_trailing_spaces: bool,
    /// Points by which the first line begins later.
    pub(in crate::tasks::pdf) leading_indent: f32,
}

/// One line. Lengths are points.
#[derive(Debug, Default)]
pub(in crate::tasks::pdf) struct Line {
    /// Of what is seen, the indent of the first line included.
    pub(in crate::tasks::pdf) width: f32,
    /// From the top of the line to its baseline.
    pub(in crate::tasks::pdf) ascent: f32,
    /// From its baseline to the bottom of its lowest letters, 0 or more.
    pub(in crate::tasks::pdf) descent: f32,
    /// From its top to that of the next line: the largest (ascent + descent) * `line_height` of its runs. The line gap
    /// of the font is no part of it, as in pdfmake.
    pub(in crate::tasks::pdf) height: f32,
    /// Left to right.
    pub(in crate::tasks::pdf) pieces: Vec<Piece>,
    /// It belongs to text that reads from right to left.
    pub(in crate::tasks::pdf) rtl: bool,
    /// The text says that it ends here, or ends itself. Such a line is not justified.
    pub(in crate::tasks::pdf) forced: bool,
}

/// Glyphs of one run and one face, left to right.
#[derive(Debug)]
pub(in crate::tasks::pdf) struct Piece {
    /// From the beginning of the line.
    pub(in crate::tasks::pdf) x: f32,
    /// Without the `hanging` glyphs.
    pub(in crate::tasks::pdf) width: f32,
    pub(in crate::tasks::pdf) tag: u32,
    /// Which of the paragraph's runs it is of.
    pub(in crate::tasks::pdf) run: u32,
    pub(in crate::tasks::pdf) face: FaceId,
    pub(in crate::tasks::pdf) size: f32,
    pub(in crate::tasks::pdf) rise: f32,
    pub(in crate::tasks::pdf) glyphs: Vec<Glyph>,
    /// The text of the whole paragraph, which the glyphs point into.
    pub(in crate::tasks::pdf) text: Arc<str>,
    /// Spaces that `justify` can widen.
    pub(in crate::tasks::pdf) spaces: u32,
    /// How many glyphs at the end are a space beyond the line, there for those who copy the text.
    pub(in crate::tasks::pdf) hanging: u32,
}

#[cfg(test)]
mod tests;
