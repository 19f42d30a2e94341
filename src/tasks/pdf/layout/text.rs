//! Paragraphs: their runs with all that styles say, their lines, and what is painted of them.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::flow::{Note, Reference};
use super::matter::Matter;
use super::measure::Widths;
use super::pages::Fields;
use super::place::Place;
use super::style::Resolved;
use super::{Layout, SLACK};
use crate::engine::{Code, TaskError};
use crate::tasks::pdf::font::{FaceId, Faces};
use crate::tasks::pdf::request::{self, Alignment, Kind, Node};
use crate::tasks::pdf::scene::{Color, Frame, Item, Link, Mark, Paint, Path, Segment, Shape, Target, Text};
use crate::tasks::pdf::text::{self, Line, Paragraph, ParagraphStyle, Piece, Run, RunStyle, Shaper, hyphenation};

/// How far a script is moved from the baseline, in sizes of its letters: as in pdfmake.
const SUPERSCRIPT: f32 = 0.75;
const SUBSCRIPT: f32 = -0.35;

/// The room that the number of a page takes before it is known, as in pdfmake.
pub(super) const PAGE_NUMBER: &str = "00000";

/// A shaper for every thread that needs one at the time: they keep the words that they have shaped.
pub(in crate::tasks::pdf) struct Shapers<'a> {
    faces: &'a Faces,
    stop: &'a (dyn Fn() -> bool + Sync),
    free: Mutex<Vec<Shaper<'a>>>,
}

impl<'a> Shapers<'a> {
    pub(in crate::tasks::pdf) fn new(faces: &'a Faces, stop: &'a (dyn Fn() -> bool + Sync)) -> Self {
        Self { faces, stop, free: Mutex::default() }
    }

    fn lend<T>(&self, shape: impl FnOnce(&mut Shaper<'a>) -> T) -> T {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut shaper = free.unwrap_or_else(|| Shaper::new(self.faces).stopping(self.stop));
        let shaped = shape(&mut shaper);
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push(shaper);
        shaped
    }

    /// A font that is damaged: its text has no glyphs.
    pub(in crate::tasks::pdf) fn broken(&self) -> Option<FaceId> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        free.iter().find_map(|shaper| shaper.broken())
    }

    /// Characters that no font had, in the order of their code points.
    pub(in crate::tasks::pdf) fn missing(&self) -> BTreeSet<char> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        free.iter().flat_map(|shaper| shaper.missing().iter().copied()).collect()
    }
}

/// Text in one style, and what it stands for.
struct Part<'n> {
    text: Cow<'n, str>,
    style: Arc<Resolved>,
    /// It is the number of the page that the node with this id is on.
    page_of: Option<&'n str>,
}

/// Text that is not broken: a marker, a number, a watermark.
pub(super) struct OneLine {
    pub(super) width: f32,
    line: Line,
}

impl OneLine {
    /// What is painted where the line begins at `x` and its baseline is at `y`.
    pub(super) fn texts(self, x: f32, y: f32, color: Color) -> Vec<Item> {
        self.line.pieces.into_iter().map(|piece| Item::Text(text_item(piece, x, y, color))).collect()
    }
}

fn text_item(piece: Piece, x: f32, baseline: f32, color: Color) -> Text {
    Text {
        x: x + piece.x,
        y: baseline - piece.rise,
        face: piece.face,
        size: piece.size,
        color,
        outline: None,
        glyphs: piece.glyphs,
        text: piece.text,
    }
}

impl<'a> Matter<'a> {
    pub(super) fn line_of(&self, text: &str, style: &Resolved) -> OneLine {
        let Some(run) = run_style(style, 0) else { return OneLine { width: 0.0, line: Line::default() } };
        let run = Run { text, style: RunStyle { no_wrap: true, ..run } };
        // A marker ends with a space that counts.
        let kept =
            ParagraphStyle { preserve_leading_spaces: true, preserve_trailing_spaces: true, ..paragraph_style(style) };
        let kept = ParagraphStyle { leading_indent: 0.0, ..kept };
        self.shapers.lend(|shaper| {
            let paragraph = Paragraph::new(shaper, &[run], &kept);
            let mut lines = paragraph.lines(shaper, f32::MAX);
            let line = if lines.is_empty() { Line::default() } else { lines.swap_remove(0) };
            OneLine { width: paragraph.max_width(), line }
        })
    }

    pub(super) fn text_widths(&self, node: &Node, style: &Arc<Resolved>) -> Widths {
        // Unknown references are found when the text is placed.
        let Ok(parts) = self.parts(node, style, None, &Place::root("content")) else { return Widths::default() };
        let runs = runs(&parts);
        let (min, max) = self.shapers.lend(|shaper| {
            let paragraph = Paragraph::new(shaper, &runs, &paragraph_style(style));
            (paragraph.min_width(), paragraph.max_width())
        });
        if style.no_wrap { Widths::fixed(max) } else { Widths { min, max } }
    }

    /// The text of a node in parts of one style.
    fn parts<'n>(
        &self,
        node: &'n Node,
        style: &Arc<Resolved>,
        fields: Option<Fields>,
        place: &Place<'_>,
    ) -> Result<Vec<Part<'n>>, TaskError>
    where
        'a: 'n,
    {
        let mut parts = Vec::new();
        self.gather(node, style, fields, place, &mut parts)?;
        Ok(parts)
    }

    fn gather<'n>(
        &self,
        node: &'n Node,
        style: &Arc<Resolved>,
        fields: Option<Fields>,
        place: &Place<'_>,
        parts: &mut Vec<Part<'n>>,
    ) -> Result<(), TaskError>
    where
        'a: 'n,
    {
        let style = Arc::clone(style);
        match &node.kind {
            Kind::Plain(text) => parts.push(Part { text: filled(text, fields), style, page_of: None }),
            Kind::Text(text) => {
                let place = place.key("text");
                for (i, part) in text.parts.iter().enumerate() {
                    let style = self.styles.of(part, &style, self.fonts);
                    self.gather(part, &style, fields, &place.index(i), parts)?;
                }
            }
            Kind::Stack(stack) => {
                let place = place.stack(stack.is_keyed);
                for (i, part) in stack.nodes.iter().enumerate() {
                    let style = self.styles.of(part, &style, self.fonts);
                    self.gather(part, &style, fields, &place.index(i), parts)?;
                }
            }
            Kind::Reference(reference) => match &**reference {
                request::Reference::Page(id) => {
                    let style = linked(&style, id);
                    parts.push(Part { text: Cow::Borrowed(PAGE_NUMBER), style, page_of: Some(id) });
                }
                request::Reference::Text(id) => {
                    let text = self.survey.text_of(id).ok_or_else(|| {
                        place.error(Code::PdfInvalid, format!("no node has the id '{id}' that it refers to"))
                    })?;
                    parts.push(Part { text: Cow::Borrowed(text), style: linked(&style, id), page_of: None });
                }
            },
            _ => return Err(place.error(Code::InvalidArgValue, "in a paragraph there is only text")),
        }
        Ok(())
    }
}

fn linked(style: &Arc<Resolved>, id: &str) -> Arc<Resolved> {
    let mut style = Resolved::clone(style);
    style.link = Some(Target::Anchor(id.to_owned()));
    Arc::new(style)
}

/// The text with the number of the page, in a header or footer.
fn filled(text: &str, fields: Option<Fields>) -> Cow<'_, str> {
    let Some(fields) = fields.filter(|_| text.contains("{page")) else { return Cow::Borrowed(text) };
    let text = text.replace("{pageNumber}", &fields.number.to_string());
    Cow::Owned(match fields.count {
        Some(count) => text.replace("{pageCount}", &count.to_string()),
        None => text,
    })
}

fn runs<'p>(parts: &'p [Part<'_>]) -> Vec<Run<'p>> {
    let styled = parts.iter().enumerate();
    styled.filter_map(|(i, part)| Some(Run { text: &part.text, style: run_style(&part.style, i as u32)? })).collect()
}

fn run_style(style: &Resolved, tag: u32) -> Option<RunStyle> {
    let size = style.size();
    let rise = match (style.sup, style.sub) {
        (true, _) => SUPERSCRIPT * size,
        (false, true) => SUBSCRIPT * size,
        (false, false) => 0.0,
    };
    Some(RunStyle {
        letter_spacing: style.character_spacing,
        line_height: style.line_height,
        rise,
        shaping: style.shaping,
        no_wrap: style.no_wrap,
        break_all: style.break_all,
        tag,
        ..RunStyle::new(style.stack?, size)
    })
}

fn paragraph_style(style: &Resolved) -> ParagraphStyle {
    ParagraphStyle {
        direction: match style.direction {
            request::Direction::Auto => text::Direction::Auto,
            request::Direction::Ltr => text::Direction::Ltr,
            request::Direction::Rtl => text::Direction::Rtl,
        },
        hyphenate: style.language.as_deref().filter(|_| style.hyphenate).and_then(hyphenation),
        preserve_leading_spaces: style.keeps_leading_spaces,
        preserve_trailing_spaces: style.keeps_trailing_spaces,
        leading_indent: style.leading_indent,
    }
}

impl Layout<'_> {
    pub(super) fn text(&mut self, node: &Node, style: &Arc<Resolved>, place: &Place<'_>) -> Result<(), TaskError> {
        let matter = self.matter;
        let parts = matter.parts(node, style, self.fields, place)?;
        let runs = runs(&parts);
        let width = self.at.width;
        let lines =
            matter.shapers.lend(|shaper| Paragraph::new(shaper, &runs, &paragraph_style(style)).lines(shaper, width));
        let mark = self.leaf(Self::role_of(node), None);
        let most = node.block.as_ref().and_then(|block| block.max_height);
        self.lines(lines, &parts, style, mark, most)
    }

    fn lines(
        &mut self,
        lines: Vec<Line>,
        parts: &[Part<'_>],
        style: &Resolved,
        mark: Option<Mark>,
        most: Option<f32>,
    ) -> Result<(), TaskError> {
        let mut together = self.together(&lines, style);
        let mut is_marked = false;
        let mut tall = 0.0;
        let count = lines.len();
        for (i, line) in lines.into_iter().enumerate() {
            if most.is_some_and(|most| tall + line.height > most + SLACK && i > 0) {
                break;
            }
            tall += line.height;
            let is_low = line.height > self.bottom() - self.at.y + SLACK;
            if (is_low || together == Some(i)) && self.at.y > self.top() + SLACK {
                if is_marked {
                    self.push(Item::EndMark);
                    is_marked = false;
                }
                self.next_page()?;
                if together == Some(i) {
                    together = None;
                }
            }
            if let Some(mark) = mark.filter(|_| !is_marked) {
                self.push(Item::Mark(mark));
                is_marked = true;
            }
            let height = line.height;
            self.line_at(line, parts, style, mark, i + 1 == count);
            self.at.y += height;
        }
        if is_marked {
            self.push(Item::EndMark);
        }
        Ok(())
    }

    /// The line that the next page begins with, so that neither too few stay nor too few go.
    fn together(&self, lines: &[Line], style: &Resolved) -> Option<usize> {
        let (orphans, widows) = (style.orphans as usize, style.widows as usize);
        if (orphans <= 1 && widows <= 1) || self.is_apart || lines.len() < 2 {
            return None;
        }
        let room = self.bottom() - self.at.y + SLACK;
        let mut tall = 0.0;
        let fits = lines.iter().take_while(|line| {
            tall += line.height;
            tall <= room
        });
        let fits = fits.count();
        if fits == lines.len() {
            return None;
        }
        let stay = fits.min(lines.len().saturating_sub(widows));
        Some(if stay < orphans { 0 } else { stay })
    }

    fn line_at(&mut self, mut line: Line, parts: &[Part<'_>], style: &Resolved, mark: Option<Mark>, is_last: bool) {
        let alignment = style.alignment.unwrap_or(if line.rtl { Alignment::Right } else { Alignment::Left });
        if alignment == Alignment::Justify && !line.forced && !is_last {
            line.justify(self.at.width);
        }
        let x = self.at.x
            + match (alignment, line.rtl) {
                (Alignment::Justify, true) | (Alignment::Right, _) => self.at.width - line.width,
                (Alignment::Justify, false) | (Alignment::Left, _) => 0.0,
                (Alignment::Center, _) => (self.at.width - line.width) / 2.0,
            };
        let (top, baseline, height) = (self.at.y, self.at.y + line.ascent, line.height);
        if let Some(marker) = self.marker.take() {
            let items = marker.beside(self.at.x, baseline);
            items.into_iter().for_each(|item| self.push(item));
        }
        for piece in line.pieces {
            let Some(part) = parts.get(piece.tag as usize) else { continue };
            let link = part.style.link.as_ref().filter(|_| mark.is_some()).and_then(|_| self.link_leaf());
            if let Some(link) = link {
                self.push(Item::EndMark);
                self.push(Item::Mark(link));
            }
            self.piece(piece, part, x, (top, baseline, height), link);
            if let Some(mark) = mark.filter(|_| link.is_some()) {
                self.push(Item::EndMark);
                self.push(Item::Mark(mark));
            }
        }
    }

    fn piece(
        &mut self,
        piece: Piece,
        part: &Part<'_>,
        x: f32,
        (top, baseline, height): (f32, f32, f32),
        mark: Option<Mark>,
    ) {
        let style = &part.style;
        let frame = Frame { x: x + piece.x, y: top, width: piece.width, height };
        if let Some(color) = style.background {
            let path = Path(vec![Segment::Rect(frame.x, top, frame.width, height)]);
            self.push(Item::Shape(Shape { path, fill: Some(Paint::Color(color)), ..Shape::default() }));
        }
        if let Some(target) = &style.link {
            let link = Link { frame, target: target.clone(), mark, title: None };
            self.sheets.get_mut(self.at.page).page.links.push(link);
        }
        if let Some(id) = part.page_of {
            let sheet = self.sheets.get_mut(self.at.page);
            sheet.notes.push(Note::Reference(Reference {
                id: id.to_owned(),
                at: sheet.page.items.len(),
                x: frame.x,
                y: baseline,
                width: frame.width,
                share: match style.alignment {
                    Some(Alignment::Right) => 1.0,
                    Some(Alignment::Center) => 0.5,
                    _ => 0.0,
                },
                style: Arc::clone(style),
            }));
            return;
        }
        let is_faint = style.opacity < 1.0;
        if is_faint {
            self.push(Item::Save);
            self.push(Item::Opacity(style.opacity.max(0.0)));
        }
        let face = self.matter.fonts.faces.get(piece.face);
        let decorations =
            super::decoration::decorations(style, face, piece.size, (frame.x, baseline - piece.rise, frame.width));
        self.push(Item::Text(text_item(piece, x, baseline, style.color)));
        decorations.into_iter().for_each(|item| self.push(item));
        if is_faint {
            self.push(Item::Restore);
        }
    }

    /// The number of a page, where there was room left for it.
    pub(super) fn reference(&self, reference: &Reference, page: usize) -> Vec<Item> {
        let line = self.matter.line_of(&page.to_string(), &reference.style);
        let x = reference.x + (reference.width - line.width) * reference.share;
        line.texts(x, reference.y, reference.style.color)
    }

    pub(super) fn push(&mut self, item: Item) {
        self.sheets.get_mut(self.at.page).page.items.push(item);
    }
}
