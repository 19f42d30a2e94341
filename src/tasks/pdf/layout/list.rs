//! Lists, and the markers of their items.

use std::sync::Arc;

use super::Layout;
use super::matter::Matter;
use super::place::Place;
use super::style::Resolved;
use super::text::OneLine;
use crate::engine::TaskError;
use crate::tasks::pdf::request::{Kind, List, MarkerKind, Node};
use crate::tasks::pdf::scene::{Color, Item, Paint, Path, Role, Segment, Shape, Stroke};

/// What goes beside the first line of an item.
pub(super) struct Marker {
    shape: MarkerShape,
    color: Color,
    /// How far left of the line it begins.
    width: f32,
    style: Arc<Resolved>,
}

enum MarkerShape {
    Disc,
    Circle,
    Square,
    Text(OneLine),
}

impl Layout<'_> {
    pub(super) fn list(
        &mut self,
        list: &List,
        is_ordered: bool,
        style: &Arc<Resolved>,
        place: &Place<'_>,
    ) -> Result<(), TaskError> {
        let width = self.matter.marker_width(list, is_ordered, style);
        let items = place.key(if is_ordered { "ol" } else { "ul" });
        self.at.x += width;
        self.at.width -= width;
        let mut counter = Counter::of(list);
        self.open_tag(Role::List);
        for (i, item) in list.items.iter().enumerate() {
            let outer = self.marker.take();
            self.marker = self.marker_of(list, item, is_ordered, &mut counter, width, style);
            let place = items.index(i);
            self.tagged_item(|layout| layout.node(item, style, &place))?;
            // An item without a line has no marker.
            self.marker = outer;
            self.flush(false)?;
        }
        self.close_tag();
        self.at.x -= width;
        self.at.width += width;
        Ok(())
    }

    fn marker_of(
        &self,
        list: &List,
        item: &Node,
        is_ordered: bool,
        counter: &mut Counter,
        width: f32,
        style: &Arc<Resolved>,
    ) -> Option<Marker> {
        if is_list(item) {
            return None;
        }
        let matter = self.matter;
        let own = matter.styles.of(item, style, matter.fonts);
        let color = own.marker_color.unwrap_or(style.color);
        let shape = if is_ordered {
            MarkerShape::Text(matter.line_of(&matter.number_of(list, item, counter)?, style))
        } else {
            let kind = item.block.as_ref().and_then(|block| block.list_type).or(list.marker);
            match kind.unwrap_or(MarkerKind::Disc) {
                MarkerKind::Circle => MarkerShape::Circle,
                MarkerKind::Square => MarkerShape::Square,
                MarkerKind::None => return None,
                _ => MarkerShape::Disc,
            }
        };
        Some(Marker { shape, color, width, style: Arc::clone(style) })
    }
}

impl Matter<'_> {
    /// How far the items are indented: a digit with its full stop and a space, or the widest number if that is wider.
    pub(super) fn marker_width(&self, list: &List, is_ordered: bool, style: &Resolved) -> f32 {
        let least = self.line_of("9. ", style).width;
        if !is_ordered {
            return least;
        }
        let mut counter = Counter::of(list);
        let numbers = list.items.iter().filter_map(|item| {
            let text = self.number_of(list, item, &mut counter)?;
            Some(self.line_of(&text, style).width)
        });
        numbers.fold(least, f32::max)
    }

    fn number_of(&self, list: &List, item: &Node, counter: &mut Counter) -> Option<String> {
        if is_list(item) {
            return None;
        }
        let block = item.block.as_deref();
        let number = counter.next(block.and_then(|block| block.counter));
        let kind = block.and_then(|block| block.list_type).or(list.marker).unwrap_or(MarkerKind::Decimal);
        let digits = digits(number, kind)?;
        let [before, after] = &list.separator;
        let space = if before.is_empty() && after.is_empty() { "" } else { " " };
        Some(format!("{before}{digits}{after}{space}"))
    }
}

impl Marker {
    /// Beside a line that begins at `x` and whose baseline is at `y`.
    pub(super) fn beside(self, x: f32, y: f32) -> Vec<Item> {
        let size = self.style.font_size;
        let left = x - self.width;
        // The middle of it is a third of the size above the baseline, as in pdfmake.
        let middle = y - size / 3.0;
        let radius = size / 6.0;
        match self.shape {
            MarkerShape::Text(line) => line.texts(left, y, self.color),
            MarkerShape::Disc => vec![filled(ellipse(left + radius, middle, radius, radius), self.color)],
            MarkerShape::Square => {
                let side = size / 3.0;
                vec![filled(Path(vec![Segment::Rect(left, middle - side / 2.0, side, side)]), self.color)]
            }
            MarkerShape::Circle => {
                let stroke = Stroke { paint: Paint::Color(self.color), width: 1.0, ..Stroke::default() };
                vec![Item::Shape(Shape {
                    path: ellipse(left + radius, middle, radius, radius),
                    stroke: Some(stroke),
                    ..Shape::default()
                })]
            }
        }
    }
}

fn filled(path: Path, color: Color) -> Item {
    Item::Shape(Shape { path, fill: Some(Paint::Color(color)), ..Shape::default() })
}

/// Four Bézier curves, whose control points are (√2 − 1) · 4/3 of a radius from the ends.
pub(super) fn ellipse(x: f32, y: f32, rx: f32, ry: f32) -> Path {
    const K: f32 = 0.552_284_8;
    let (kx, ky) = (rx * K, ry * K);
    Path(vec![
        Segment::Move(x - rx, y),
        Segment::Curve(x - rx, y - ky, x - kx, y - ry, x, y - ry),
        Segment::Curve(x + kx, y - ry, x + rx, y - ky, x + rx, y),
        Segment::Curve(x + rx, y + ky, x + kx, y + ry, x, y + ry),
        Segment::Curve(x - kx, y + ry, x - rx, y + ky, x - rx, y),
        Segment::Close,
    ])
}

fn is_list(item: &Node) -> bool {
    matches!(item.kind, Kind::Ul(_) | Kind::Ol(_))
}

/// Counts the items of a list, up or down.
struct Counter {
    next: i64,
    step: i64,
}

impl Counter {
    fn of(list: &List) -> Self {
        let start = list.start.unwrap_or(if list.reversed { list.items.len() as i64 } else { 1 });
        Self { next: start, step: if list.reversed { -1 } else { 1 } }
    }

    /// The number of the next item, which may have one of its own.
    fn next(&mut self, own: Option<i64>) -> i64 {
        let number = own.unwrap_or(self.next);
        self.next = self.next.saturating_add(self.step);
        number
    }
}

fn digits(number: i64, kind: MarkerKind) -> Option<String> {
    Some(match kind {
        MarkerKind::None => return None,
        MarkerKind::LowerAlpha => alpha(number),
        MarkerKind::UpperAlpha => alpha(number).to_uppercase(),
        MarkerKind::LowerRoman => roman(number).to_lowercase(),
        MarkerKind::UpperRoman => roman(number),
        _ => number.to_string(),
    })
}

/// a, b, … z, aa, ab, …
fn alpha(number: i64) -> String {
    if number < 1 {
        return number.to_string();
    }
    let mut rest = number;
    let mut letters = Vec::new();
    while rest > 0 {
        rest -= 1;
        letters.push(b'a' + (rest % 26) as u8);
        rest /= 26;
    }
    letters.iter().rev().map(|letter| char::from(*letter)).collect()
}

fn roman(number: i64) -> String {
    const NUMERALS: [(i64, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    if !(1..=4999).contains(&number) {
        return number.to_string();
    }
    let mut rest = number;
    let mut written = String::new();
    for (value, numeral) in NUMERALS {
        while rest >= value {
            written.push_str(numeral);
            rest -= value;
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_letters_and_in_roman_numerals() {
        assert_eq!([1, 26, 27, 52, 703].map(alpha), ["a", "z", "aa", "az", "aaa"]);
        assert_eq!([1, 4, 1994, 4999].map(roman), ["I", "IV", "MCMXCIV", "MMMMCMXCIX"]);
        assert_eq!((alpha(0), roman(5000)), ("0".to_owned(), "5000".to_owned()));
    }
}
