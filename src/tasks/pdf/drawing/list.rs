//! Lists, with pdfkit's distances.

use super::Drawer;
use super::path::Outline;
use super::request::{List, ListItem, ListType};
use crate::engine::{Code, TaskError};
use crate::tasks::pdf::request::Alignment;
use crate::tasks::pdf::scene::{Item, Shape};

/// Levels of lists, one in the other.
const MAX_LEVEL: usize = 50;

/// An item with its level, from 1, and its number in its list.
struct Entry<'l> {
    text: &'l str,
    level: usize,
    number: usize,
}

fn entries<'l>(items: &'l [ListItem], level: usize, found: &mut Vec<Entry<'l>>) -> Result<(), TaskError> {
    if level > MAX_LEVEL {
        return Err(TaskError::new(Code::PdfTooLarge, format!("A list has more than {MAX_LEVEL} levels")));
    }
    let mut number = 0;
    for item in items {
        match item {
            ListItem::List(items) => entries(items, level + 1, found)?,
            ListItem::Text(text) => {
                number += 1;
                found.push(Entry { text, level, number });
            }
        }
    }
    Ok(())
}

impl Drawer<'_> {
    pub(super) fn list(&mut self, list: &List) -> Result<(), TaskError> {
        self.move_to(list.x, list.y);
        let is_bullet = list.list_type == ListType::Bullet;
        let unit = (self.face().ascent() * self.size).round();
        let radius = list.bullet_radius.filter(|radius| *radius > 0.0).unwrap_or(unit / 3.0);
        let given = |length: Option<f32>| length.filter(|length| *length > 0.0);
        let indent = given(list.text_indent).unwrap_or(if is_bullet { radius * 5.0 } else { unit * 2.0 });
        let step = given(list.bullet_indent).unwrap_or(if is_bullet { radius * 8.0 } else { unit * 2.0 });
        let mut found = Vec::new();
        entries(&list.items, 1, &mut found)?;
        let begin = self.x;
        for entry in found {
            self.x = begin;
            let Some(width) = self.width_of(&list.look) else { continue };
            let mut wrap = self.wrap_at(&list.look, width);
            wrap.shift(indent + step * (entry.level - 1) as f32);
            self.begin_section(&mut wrap)?;
            let x = wrap.x - indent;
            if is_bullet {
                let mut bullet = Outline::default();
                bullet.ellipse(x + radius, self.y + unit / 2.0, radius, radius);
                let fill = Some(self.pen.fill.clone());
                let shape =
                    Shape { path: bullet.take(), fill, fill_opacity: self.pen.fill_opacity, ..Shape::default() };
                self.push_apart(Item::Shape(shape));
            } else {
                let label = label(entry.number, list.list_type);
                let look = super::request::Look { align: Some(Alignment::Left), ..list.look.clone() };
                let mark = self.tags.is_some().then_some(crate::tasks::pdf::scene::Mark::Artifact);
                for line in self.lines(&label, &look, f32::MAX, 0.0) {
                    self.line(line, x, f32::MAX, &look, mark);
                }
            }
            let mark = self.text_mark(false);
            let text = self.filled(entry.text);
            self.flow(&text, &list.look, wrap, mark)?;
            self.wrap = None;
        }
        self.x = begin;
        Ok(())
    }
}

/// `3.` or `C.`, and after `Z.` comes `AA.`, then `BB.`.
fn label(number: usize, kind: ListType) -> String {
    if kind != ListType::Lettered {
        return format!("{number}.");
    }
    let place = number.saturating_sub(1);
    let letter = char::from(b'A' + (place % 26) as u8);
    format!("{}.", letter.to_string().repeat((place / 26 + 1).min(100)))
}
