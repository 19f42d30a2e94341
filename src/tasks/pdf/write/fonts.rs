//! Which glyphs of which faces a document uses, and what they say: kept while pages are written, so that the fonts at its
//! end have no more than that.
//!
//! Glyphs get new numbers from 1 in the order of their first use, which is the order of the pages whatever threads do.

use pdf_writer::Ref;

use super::file::File;
use crate::tasks::pdf::font::{Face, FaceId, Faces};
use crate::tasks::pdf::scene::{Glyph, Item, Page, Text};

/// The faces that are used, by their numbers.
#[derive(Default)]
pub(super) struct Fonts(Vec<Option<FontUse>>);

/// What is used of a face.
pub(super) struct FontUse {
    /// The Type 0 font.
    pub(super) id: Ref,
    /// The new number of each glyph of the face, 0 when it is not used. As long as it must be.
    numbers: Vec<u16>,
    /// The glyphs, by their new numbers. The first is that for what is missing.
    pub(super) glyphs: Vec<Used>,
}

pub(super) struct Used {
    pub(super) glyph: u16,
    /// Thousandths of an em, rounded as the file has it.
    pub(super) width: f32,
    /// What it stands for wherever nothing else is said.
    pub(super) says: Box<str>,
    /// It stood alone for that: final. Else it is only a guess from a cluster of several glyphs.
    is_certain: bool,
}

impl Used {
    /// Whether readers take the glyph alone for this text.
    pub(super) fn says(&self, text: &str) -> bool {
        self.is_certain && *self.says == *text
    }
}

impl Fonts {
    /// Counts in what a page uses.
    pub(super) fn collect(&mut self, page: &Page, faces: &Faces, file: &mut File<'_>) {
        for item in &page.items {
            let Item::Text(text) = item else { continue };
            if text.glyphs.is_empty() {
                continue;
            }
            let index = usize::from(text.face.0);
            if self.0.len() <= index {
                self.0.resize_with(index + 1, || None);
            }
            let Some(entry) = self.0.get_mut(index) else { continue };
            let face = faces.get(text.face);
            entry.get_or_insert_with(|| FontUse::new(face, file.reserve())).collect(text, face);
        }
    }

    pub(super) fn get(&self, face: FaceId) -> Option<&FontUse> {
        self.0.get(usize::from(face.0))?.as_ref()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (FaceId, &FontUse)> {
        let numbered = self.0.iter().enumerate();
        numbered.filter_map(|(index, used)| Some((FaceId(u16::try_from(index).ok()?), used.as_ref()?)))
    }
}

impl FontUse {
    fn new(face: &Face, id: Ref) -> Self {
        let mut this = Self { id, numbers: Vec::new(), glyphs: Vec::new() };
        this.glyphs.push(used(face, 0));
        this
    }

    /// The new number of a glyph.
    pub(super) fn number(&self, glyph: u16) -> u16 {
        self.numbers.get(usize::from(glyph)).copied().unwrap_or_default()
    }

    pub(super) fn used(&self, number: u16) -> Option<&Used> {
        self.glyphs.get(usize::from(number))
    }

    fn collect(&mut self, text: &Text, face: &Face) {
        let mut rest = text.glyphs.as_slice();
        while let Some((cluster, after)) = split_cluster(rest) {
            rest = after;
            if let [glyph] = cluster {
                let number = self.add(glyph.id, face);
                let used = &mut self.glyphs[usize::from(number)];
                if !used.is_certain && glyph.from < glyph.to {
                    used.says = said(text, glyph).into();
                    used.is_certain = true;
                }
                continue;
            }
            self.collect_cluster(cluster, text, face);
        }
    }

    /// Several glyphs for one piece of text: marks, which take no room, are taken for a character each, from its end, and
    /// the first of the others for what is left. Read from right to left, a mark is seen before its letter.
    fn collect_cluster(&mut self, cluster: &[Glyph], text: &Text, face: &Face) {
        let whole = cluster.first().map_or("", |glyph| said(text, glyph));
        let is_mark = |glyph: &&Glyph| glyph.advance == 0.0;
        let is_reversed = cluster.first().is_some_and(|first| is_mark(&first));
        let mut rest = whole;
        let marks: Vec<&Glyph> = cluster.iter().filter(is_mark).collect();
        let last_first: Vec<&Glyph> = if is_reversed { marks } else { marks.into_iter().rev().collect() };
        for mark in last_first {
            let cut = rest.char_indices().next_back().map_or(0, |(at, _)| at);
            // The first character is that of the letter.
            let (letter, own) = if cut > 0 { rest.split_at(cut) } else { (rest, "") };
            self.means(mark.id, own, face);
            rest = letter;
        }
        let letters: Vec<&Glyph> = cluster.iter().filter(|glyph| !is_mark(glyph)).collect();
        let one_each = rest.chars().count() == letters.len();
        let mut chars = rest.chars();
        for (index, letter) in letters.iter().enumerate() {
            match chars.next().filter(|_| one_each) {
                Some(char) => self.means(letter.id, char.encode_utf8(&mut [0; 4]), face),
                None => self.means(letter.id, if index == 0 { rest } else { "" }, face),
            }
        }
    }

    /// Notes what a glyph may stand for, unless something better is known.
    fn means(&mut self, glyph: u16, says: &str, face: &Face) {
        let number = self.add(glyph, face);
        let used = &mut self.glyphs[usize::from(number)];
        if !used.is_certain && used.says.is_empty() {
            used.says = says.into();
        }
    }

    fn add(&mut self, glyph: u16, face: &Face) -> u16 {
        let index = usize::from(glyph);
        if self.numbers.len() <= index {
            self.numbers.resize((index + 1).next_power_of_two(), 0);
        }
        let number = &mut self.numbers[index];
        if *number == 0 && glyph != 0 {
            // There are at most 65,535 glyphs beside the first.
            *number = self.glyphs.len() as u16;
            self.glyphs.push(used(face, glyph));
        }
        *number
    }
}

fn used(face: &Face, glyph: u16) -> Used {
    let width = face.advance(glyph) * 1000.0;
    let width = if width.is_finite() { (width * 10.0).round() / 10.0 } else { 0.0 };
    Used { glyph, width, says: Box::default(), is_certain: false }
}

/// The glyphs of the first cluster, and those after it: a glyph without text belongs to the one before it.
pub(super) fn split_cluster(glyphs: &[Glyph]) -> Option<(&[Glyph], &[Glyph])> {
    let (_, after) = glyphs.split_first()?;
    let others = after.iter().take_while(|glyph| glyph.from >= glyph.to).count();
    glyphs.split_at_checked(1 + others)
}

/// What a glyph stands for.
pub(super) fn said<'a>(text: &'a Text, glyph: &Glyph) -> &'a str {
    text.text.get(glyph.text()).unwrap_or_default()
}
