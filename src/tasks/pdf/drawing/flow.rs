//! Text that wraps as in pdfkit: from where the cursor is to the right margin, through columns and over pages.

use std::borrow::Cow;

use super::Drawer;
use super::request::{Look, Text};
use crate::engine::TaskError;
use crate::tasks::pdf::font::Face;
use crate::tasks::pdf::scene::{Item, Mark};
use crate::tasks::pdf::text::{Line, Paragraph, ParagraphStyle, Run, RunStyle};

/// The column that text flows through. It stays while text is `continued`.
#[derive(Clone, Debug)]
pub(super) struct Wrap {
    /// Where text began, and where the column at hand begins.
    start_x: f32,
    pub(super) x: f32,
    start_y: f32,
    pub(super) width: f32,
    gap: f32,
    column: usize,
    columns: usize,
    /// Text ends below it rather than go on on the next page.
    height: Option<f32>,
    bottom: f32,
    /// Where on its line the text before ended.
    continued_at: f32,
}

/// Fits although the sum of heights was rounded.
const SLACK: f32 = 0.001;

impl Drawer<'_> {
    pub(super) fn text(&mut self, text: &Text) -> Result<(), TaskError> {
        let look = &text.look;
        self.move_to(text.x, text.y);
        let words = self.filled(&text.text);
        let mark = self.text_mark(look.continued);
        let is_turned = look.rotation != 0.0;
        if is_turned {
            self.sheets.push(Item::Save);
            self.saved.push(self.pen.clone());
            let (sin, cos) = (-look.rotation).to_radians().sin_cos();
            let (x, y) = (self.x, self.y);
            self.transform([cos, sin, -sin, cos, x - x * cos + y * sin, y - x * sin - y * cos]);
        }
        match self.wrap.take() {
            Some(wrap) => self.flow(&words, look, wrap, mark)?,
            None => match self.width_of(look) {
                Some(width) if width > 0.0 => {
                    let wrap = self.wrap_at(look, width);
                    self.flow(&words, look, wrap, mark)?;
                }
                _ => self.single_lines(&words, look, mark),
            },
        }
        if is_turned {
            self.restore();
        }
        Ok(())
    }

    pub(super) fn move_to(&mut self, x: Option<f32>, y: Option<f32>) {
        self.x = x.unwrap_or(self.x);
        self.y = y.unwrap_or(self.y);
    }

    /// The text with the number of the page, where it stands on every page.
    pub(super) fn filled<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.numbers {
            Some((number, count)) if text.contains("{page") => {
                let text = text.replace("{pageNumber}", &number.to_string());
                Cow::Owned(text.replace("{pageCount}", &count.to_string()))
            }
            _ => Cow::Borrowed(text),
        }
    }

    /// How wide a line can be; nothing when lines do not end by themselves.
    pub(super) fn width_of(&self, look: &Look) -> Option<f32> {
        let room = self.sheets.format().width - self.x - self.sheets.margins().right;
        look.width.or_else(|| look.line_break.then(|| room.max(0.0)))
    }

    pub(super) fn wrap_at(&self, look: &Look, width: f32) -> Wrap {
        let columns = look.columns.max(1);
        let gap = look.column_gap;
        Wrap {
            start_x: self.x,
            x: self.x,
            start_y: self.y,
            width: (width - gap * (columns - 1) as f32) / columns as f32,
            gap,
            column: 1,
            columns,
            height: look.height,
            bottom: look.height.map_or_else(|| self.page_bottom(), |height| self.y + height),
            continued_at: 0.0,
        }
    }

    /// Where the bottom margin begins. What stands on every page can be anywhere.
    fn page_bottom(&self) -> f32 {
        if self.numbers.is_some() {
            return f32::INFINITY;
        }
        self.sheets.format().height - self.sheets.margins().bottom
    }

    pub(super) fn face(&self) -> &Face {
        self.assets.faces.get(self.font.primary())
    }

    /// From a line to the next.
    pub(super) fn line_height(&self) -> f32 {
        let face = self.face();
        (face.ascent() + face.line_gap() - face.descent()) * self.size
    }

    /// Without the gap that the font asks for between lines.
    pub(super) fn letter_height(&self) -> f32 {
        let face = self.face();
        (face.ascent() - face.descent()) * self.size
    }

    fn run_style(&self, look: &Look) -> RunStyle {
        RunStyle {
            letter_spacing: look.character_spacing,
            shaping: self.assets.shaping(&look.features),
            ..RunStyle::new(self.font, self.size)
        }
    }

    /// The lines of a paragraph that are `width` wide, the first beginning after `indent`.
    pub(super) fn lines(&mut self, text: &str, look: &Look, width: f32, indent: f32) -> Vec<Line> {
        // A font and a page that are scaled the one way are the same as lines that are wider the other way.
        let scale = look.horizontal_scaling.max(1.0) / 100.0;
        let style = ParagraphStyle {
            preserve_leading_spaces: true,
            preserve_trailing_spaces: true,
            leading_indent: indent / scale,
            ..ParagraphStyle::default()
        };
        let run = Run { text, style: self.run_style(look) };
        Paragraph::new(&mut self.shaper, &[run], &style).lines(&mut self.shaper, width / scale)
    }

    pub(super) fn flow(
        &mut self,
        text: &str,
        look: &Look,
        mut wrap: Wrap,
        mark: Option<Mark>,
    ) -> Result<(), TaskError> {
        let height = self.line_height();
        let step = height + look.line_gap.unwrap_or(self.line_gap);
        self.begin_section(&mut wrap)?;
        let mut last_y = self.y;
        let mut count = 0;
        let mut paragraphs = text.lines().peekable();
        'text: while let Some(paragraph) = paragraphs.next() {
            let indent = if wrap.continued_at == 0.0 { look.indent } else { wrap.continued_at };
            let (inset, first) = if look.indent_all_lines { (indent, 0.0) } else { (0.0, indent) };
            let mut lines = if wrap.continued_at > 0.0 && !self.begins_within(paragraph, look, wrap.width - indent) {
                let mut lines = self.lines(paragraph, look, wrap.width - inset, 0.0);
                lines.insert(0, Line::default());
                lines
            } else {
                self.lines(paragraph, look, wrap.width - inset, first)
            };
            if lines.is_empty() {
                lines.push(Line { forced: true, ..Line::default() });
            }
            let last = lines.len() - 1;
            for (i, mut line) in lines.into_iter().enumerate() {
                self.context.check()?;
                if count > 0 && self.y + height > wrap.bottom + SLACK && !self.next_section(&mut wrap)? {
                    break 'text;
                }
                let goes_on = i < last || paragraphs.peek().is_some();
                if let Some(ellipsis) = look.ellipsis.as_deref().filter(|_| goes_on && wrap.is_last(self.y, height)) {
                    line = self.shortened(&line, look, ellipsis, wrap.width - inset, if i == 0 { first } else { 0.0 });
                }
                let end = line.width * look.horizontal_scaling.max(1.0) / 100.0 + inset;
                self.line(line, wrap.x + inset, wrap.width - inset, look, mark);
                wrap.continued_at = end;
                last_y = self.y;
                self.y += step;
                count += 1;
            }
            self.y += look.paragraph_gap;
            if paragraphs.peek().is_some() {
                wrap.continued_at = 0.0;
            }
        }
        if look.continued {
            self.y = last_y;
            self.wrap = Some(wrap);
        } else {
            self.x = wrap.start_x;
        }
        Ok(())
    }

    /// Whether the first word fits on what is left of a line. A word that fits on no line at all is cut wherever it is.
    fn begins_within(&mut self, text: &str, look: &Look, room: f32) -> bool {
        let end = unicode_linebreak::linebreaks(text).next().map_or(text.len(), |(end, _)| end);
        let line = self.lines(&text[..end], look, f32::MAX, 0.0).into_iter().next().unwrap_or_default();
        line.width * look.horizontal_scaling.max(1.0) / 100.0 <= room + SLACK
    }

    /// Goes on where there is room for a line.
    pub(super) fn begin_section(&mut self, wrap: &mut Wrap) -> Result<(), TaskError> {
        if self.y + self.line_height() > wrap.bottom + SLACK {
            self.next_section(wrap)?;
        }
        Ok(())
    }

    /// Goes to the next column, or to the next page. False when there is none.
    fn next_section(&mut self, wrap: &mut Wrap) -> Result<bool, TaskError> {
        wrap.column += 1;
        if wrap.column <= wrap.columns {
            wrap.x += wrap.width + wrap.gap;
            self.y = wrap.start_y;
            return Ok(true);
        }
        if wrap.height.is_some() {
            return Ok(false);
        }
        self.next_page()?;
        wrap.column = 1;
        wrap.x = wrap.start_x;
        wrap.start_y = self.y;
        wrap.bottom = self.page_bottom();
        Ok(true)
    }

    /// Lines that end only where the text says so: the next goes on behind them, as in pdfkit.
    fn single_lines(&mut self, text: &str, look: &Look, mark: Option<Mark>) {
        for part in text.split('\n') {
            for line in self.lines(part, look, f32::MAX, 0.0) {
                let width = line.width * look.horizontal_scaling.max(1.0) / 100.0;
                let look = Look { align: None, ..look.clone() };
                self.line(line, self.x, width, &look, mark);
                self.x += width;
            }
        }
    }
}

impl Wrap {
    /// Whether no line has room below the one that begins at `y`.
    fn is_last(&self, y: f32, height: f32) -> bool {
        self.height.is_some() && self.column >= self.columns && y + height * 2.0 > self.bottom + SLACK
    }

    pub(super) fn shift(&mut self, inset: f32) {
        self.x += inset;
        self.start_x += inset;
        self.width -= inset;
    }
}
