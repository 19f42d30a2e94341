//! Widths and kerning of plain ASCII, for words that rustybuzz need not see: names and numbers in tables are mostly new,
//! and shaping one takes microseconds.
//!
//! A word can be put together from pairs when none of its characters begins a substitution, when nothing but pairs moves
//! them, and when no pair moves its second glyph. Which characters these are is read from the tables, erring on the safe
//! side; the kerning of a pair is learned from the first word with it that rustybuzz shaped.

use std::sync::atomic::{AtomicI16, Ordering};

use ttf_parser::gdef::GlyphClass;
use ttf_parser::gpos::{PairAdjustment, PositioningSubtable};
use ttf_parser::gsub::SubstitutionSubtable;
use ttf_parser::opentype_layout::{ChainedContextLookup, Coverage, LayoutTable};
use ttf_parser::{GlyphId, Tag};

const FIRST: u8 = b' ';
const COUNT: usize = 95;

/// What HarfBuzz applies to left-to-right text in Latin without being asked. Fractions are no part of it, as they need a
/// character that is not ASCII.
const APPLIED: [&[u8; 4]; 18] = [
    b"rvrn", b"ltra", b"ltrm", b"rand", b"abvm", b"blwm", b"ccmp", b"locl", b"mark", b"mkmk", b"rlig", b"calt",
    b"clig", b"curs", b"dist", b"kern", b"liga", b"rclt",
];

/// No word with this pair was shaped yet.
const UNKNOWN: i16 = i16::MIN;
/// The pair is more than a distance.
const NEVER: i16 = i16::MIN + 1;

pub(in crate::tasks::pdf) struct Pairs {
    glyphs: [PairGlyph; COUNT],
    /// By first and second character. Only ever set from `UNKNOWN`, to what every thread would find.
    kerns: Box<[AtomicI16]>,
    /// Positioning that is applied.
    lookups: Vec<u16>,
}

#[derive(Clone, Copy, Default)]
pub(in crate::tasks::pdf) struct PairGlyph {
    pub(in crate::tasks::pdf) id: u16,
    pub(in crate::tasks::pdf) advance: i32,
    /// It is drawn as it is.
    plain: bool,
}

impl Pairs {
    /// Nothing when the font has other ways to move glyphs.
    pub(super) fn of(face: &rustybuzz::Face<'_>) -> Option<Self> {
        let tables = face.tables();
        // A `kern` table can hold a machine with states, and the others are Apple's.
        let apple = tables.morx.is_some() || tables.kerx.is_some() || tables.trak.is_some();
        let machine = |kern: ttf_parser::kern::Table<'_>| {
            kern.subtables.into_iter().any(|part| part.has_state_machine || part.has_cross_stream)
        };
        if apple || tables.kern.is_some_and(machine) || face.units_per_em() > 16_384 {
            return None;
        }
        let mut pairs = Self {
            glyphs: [PairGlyph::default(); COUNT],
            kerns: std::iter::repeat_with(|| AtomicI16::new(UNKNOWN)).take(COUNT * COUNT).collect(),
            lookups: Vec::new(),
        };
        for (place, glyph) in pairs.glyphs.iter_mut().enumerate() {
            let Some(id) = face.glyph_index(char::from(FIRST + place as u8)).filter(|id| id.0 > 0) else { continue };
            let class = tables.gdef.and_then(|gdef| gdef.glyph_class(id));
            let advance = face.glyph_hor_advance(id).map_or(0, i32::from);
            *glyph = PairGlyph { id: id.0, advance, plain: matches!(class, None | Some(GlyphClass::Base)) };
        }
        if let Some(gsub) = tables.gsub {
            pairs.look_at_substitutions(&gsub)?;
        }
        if let Some(gpos) = tables.gpos {
            pairs.look_at_positions(&gpos)?;
        }
        Some(pairs)
    }

    /// The glyph of a character that is drawn as it is.
    pub(in crate::tasks::pdf) fn glyph(&self, byte: u8) -> Option<&PairGlyph> {
        self.glyphs.get(usize::from(byte.wrapping_sub(FIRST))).filter(|glyph| glyph.plain)
    }

    /// The distance to add between two characters for which `glyph` gives something.
    pub(in crate::tasks::pdf) fn kern(&self, first: u8, second: u8) -> Option<i16> {
        let kern = self.kerns.get(place(first, second)?)?.load(Ordering::Relaxed);
        (kern > NEVER).then_some(kern)
    }

    /// Learns from a word as rustybuzz shaped it: ids, advances, and whether a glyph is off its place.
    pub(in crate::tasks::pdf) fn learn(
        &self,
        face: &rustybuzz::Face<'_>,
        word: &[u8],
        shaped: impl ExactSizeIterator<Item = (u16, i32, bool)>,
    ) {
        let plain = word.iter().all(|byte| self.glyph(*byte).is_some());
        if !plain || shaped.len() != word.len() {
            return;
        }
        for (step, (id, advance, moved)) in shaped.enumerate() {
            let Some(glyph) = self.glyph(word[step]) else { return };
            let Some(place) = word.get(step + 1).and_then(|second| place(word[step], *second)) else { return };
            let kern = i16::try_from(advance - glyph.advance).ok().filter(|kern| *kern > NEVER);
            let second = self.glyph(word[step + 1]).map_or(GlyphId(0), |glyph| GlyphId(glyph.id));
            let fits = id == glyph.id && !moved && !self.moves_second(face, GlyphId(glyph.id), second);
            let kern = kern.filter(|_| fits).unwrap_or(NEVER);
            let unknown = &self.kerns[place];
            let _ = unknown.compare_exchange(UNKNOWN, kern, Ordering::Relaxed, Ordering::Relaxed);
        }
    }

    fn never(&self, first: usize, second: usize) {
        self.kerns[first * COUNT + second].store(NEVER, Ordering::Relaxed);
    }

    fn look_at_substitutions(&mut self, gsub: &LayoutTable<'_>) -> Option<()> {
        for index in applied(gsub)? {
            let lookup = gsub.lookups.get(index)?;
            for subtable in lookup.subtables.into_iter::<SubstitutionSubtable<'_>>() {
                if self.is_out_of_reach(&subtable) {
                    continue;
                }
                let covered: Vec<_> = (0..COUNT)
                    .filter_map(|place| Some((place, subtable.coverage().get(GlyphId(self.glyphs[place].id))?)))
                    .collect();
                for (place, index) in covered {
                    let SubstitutionSubtable::Ligature(ligatures) = &subtable else {
                        self.glyphs[place].plain = false;
                        continue;
                    };
                    // Only together with what it is joined to.
                    for ligature in ligatures.ligature_sets.get(index)? {
                        match ligature.components.get(0) {
                            Some(second) => (0..COUNT)
                                .filter(|other| self.glyphs[*other].id == second.0)
                                .for_each(|other| self.never(place, other)),
                            None => self.glyphs[place].plain = false,
                        }
                    }
                }
            }
        }
        Some(())
    }

    /// It asks for a neighbour that ASCII does not have, such as an accent over an i.
    fn is_out_of_reach(&self, subtable: &SubstitutionSubtable<'_>) -> bool {
        let SubstitutionSubtable::ChainContext(ChainedContextLookup::Format3 {
            backtrack_coverages,
            input_coverages,
            lookahead_coverages,
            ..
        }) = subtable
        else {
            return false;
        };
        let has_none = |coverage: Coverage<'_>| !self.glyphs.iter().any(|glyph| coverage.contains(GlyphId(glyph.id)));
        [backtrack_coverages, input_coverages, lookahead_coverages]
            .into_iter()
            .any(|coverages| coverages.into_iter().any(has_none))
    }

    fn look_at_positions(&mut self, gpos: &LayoutTable<'_>) -> Option<()> {
        self.lookups = applied(gpos)?;
        for index in &self.lookups {
            let lookup = gpos.lookups.get(*index)?;
            if lookup.flags.ignore_base_glyphs() {
                return None;
            }
            for subtable in lookup.subtables.into_iter::<PositioningSubtable<'_>>() {
                if matches!(subtable, PositioningSubtable::Pair(_)) {
                    continue;
                }
                for glyph in &mut self.glyphs {
                    glyph.plain &= !subtable.coverage().contains(GlyphId(glyph.id));
                }
            }
        }
        Some(())
    }

    fn moves_second(&self, face: &rustybuzz::Face<'_>, first: GlyphId, second: GlyphId) -> bool {
        let Some(gpos) = face.tables().gpos else { return false };
        let lookups = self.lookups.iter().filter_map(|index| gpos.lookups.get(*index));
        let mut subtables = lookups.flat_map(|lookup| lookup.subtables.into_iter::<PositioningSubtable<'_>>());
        subtables.any(|subtable| {
            let PositioningSubtable::Pair(pair) = subtable else { return false };
            let Some(index) = pair.coverage().get(first) else { return false };
            let records = match pair {
                PairAdjustment::Format1 { sets, .. } => sets.get(index).and_then(|set| set.get(second)),
                PairAdjustment::Format2 { classes, matrix, .. } => {
                    matrix.get((classes.0.get(first), classes.1.get(second)))
                }
            };
            records.is_some_and(|(_, second)| {
                (second.x_placement, second.y_placement, second.x_advance, second.y_advance) != (0, 0, 0, 0)
                    || second.x_placement_device.is_some()
                    || second.x_advance_device.is_some()
                    || second.y_placement_device.is_some()
                    || second.y_advance_device.is_some()
            })
        })
    }
}

fn place(first: u8, second: u8) -> Option<usize> {
    let of = |byte: u8| Some(usize::from(byte.wrapping_sub(FIRST))).filter(|place| *place < COUNT);
    Some(of(first)? * COUNT + of(second)?)
}

/// Lookups of all features that apply by themselves, in any script and language. Nothing when it depends on axes.
fn applied(table: &LayoutTable<'_>) -> Option<Vec<u16>> {
    if table.variations.is_some() {
        return None;
    }
    let languages =
        table.scripts.into_iter().flat_map(|script| script.languages.into_iter().chain(script.default_language));
    let required: Vec<_> = languages.filter_map(|language| language.required_feature).collect();
    let mut lookups = Vec::new();
    for (index, feature) in table.features.into_iter().enumerate() {
        let named = APPLIED.iter().any(|tag| feature.tag == Tag::from_bytes(tag));
        if named || required.contains(&(index as u16)) {
            lookups.extend(feature.lookup_indices);
        }
    }
    lookups.sort_unstable();
    lookups.dedup();
    Some(lookups)
}
