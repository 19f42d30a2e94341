//! What needs no page to be looked at: paths, pens and the tree of the outline.

use super::path::Outline;
use super::pen::{Pen, paint};
use super::places::{Entry, tree};
use super::request::{Drawing, Ink, Operation, Stop};
use crate::tasks::pdf::scene::{Bookmark, Color, GradientKind, Paint, Path, Segment};

fn titles(bookmarks: &[Bookmark]) -> String {
    let each = bookmarks.iter().map(|bookmark| match bookmark.children.is_empty() {
        true => bookmark.title.clone(),
        false => format!("{}({})", bookmark.title, titles(&bookmark.children)),
    });
    each.collect::<Vec<_>>().join(" ")
}

#[test]
fn items_of_the_outline_stand_below_their_parents_in_their_order() {
    let entries =
        [("a", None), ("b", Some(0)), ("c", None), ("d", Some(1)), ("e", Some(0)), ("f", Some(9)), ("g", Some(6))];
    let entries = entries.map(|(title, parent)| Entry::new(title, parent));
    assert_eq!(titles(&tree(entries.into())), "a(b(d) e) c f g");
}

#[test]
fn an_outline_of_any_depth_is_no_deep_tree() {
    let entries = (0..100_000_usize).map(|i| Entry::new("x", i.checked_sub(1))).collect();
    let mut level = tree(entries);
    let mut depth = 0;
    while let Some(first) = level.into_iter().next() {
        depth += 1;
        level = first.children;
    }
    assert!(depth <= 100, "{depth}");
}

#[test]
fn transforms_are_applied_from_the_last_to_the_first() {
    let mut pen = Pen::default();
    pen.concat([1.0, 0.0, 0.0, 1.0, 10.0, 20.0]);
    pen.concat([2.0, 0.0, 0.0, 3.0, 0.0, 0.0]);
    assert_eq!(pen.on_page(1.0, 1.0), (12.0, 23.0));
}

#[test]
fn a_path_begins_where_it_is_first_drawn_to() {
    let mut outline = Outline::default();
    outline.close();
    outline.line_to(3.0, 4.0);
    outline.close();
    assert_eq!(outline.take(), Path(vec![Segment::Move(3.0, 4.0), Segment::Line(3.0, 4.0), Segment::Close]));
    assert!(outline.is_empty());
}

#[test]
fn an_arc_goes_the_way_it_is_told() {
    let end = |start: f32, end: f32, anticlockwise: bool| {
        let mut outline = Outline::default();
        outline.arc(0.0, 0.0, 1.0, start, end, anticlockwise);
        let Path(segments) = outline.take();
        let Some(Segment::Curve(.., x, y)) = segments.last() else { panic!("no curve") };
        (segments.len() - 1, x.round(), y.round())
    };
    let quarter = std::f32::consts::FRAC_PI_2;
    assert_eq!(end(0.0, quarter, false), (1, 0.0, 1.0));
    assert_eq!(end(0.0, quarter, true), (3, 0.0, 1.0));
    assert_eq!(end(0.0, 100.0, false), (4, 1.0, 0.0));
    assert_eq!(end(0.0, 0.0, false).0, 1);
    assert!(end(0.0, f32::NAN, false).0 > 0);
}

#[test]
fn a_gradient_of_one_colour_is_that_colour() {
    let stop = |offset, byte| Stop { offset, color: Color::Rgb([byte; 3]) };
    let of = |stops| paint(&Ink::Linear { linear: [0.0; 4], stops });
    assert_eq!(of(vec![]), Paint::Color(Color::BLACK));
    assert_eq!(of(vec![stop(0.5, 7)]), Paint::Color(Color::Rgb([7; 3])));
    let Paint::Gradient(gradient) = of(vec![stop(2.0, 1), stop(f32::NAN, 3), stop(0.0, 2)]) else {
        panic!("no gradient")
    };
    assert!(matches!(gradient.kind, GradientKind::Linear(_)));
    assert_eq!(gradient.stops[0].1, Color::Rgb([2; 3]));
}

#[test]
fn operations_are_read_as_they_are_recorded() {
    let json = r#"{
        "settings": { "content": "" },
        "operations": [
            "save", { "addPage": { "width": 100, "height": 200, "margins": { "top": 1, "left": 2, "bottom": 3, "right": 4 } } },
            { "text": { "text": "a", "x": 1, "look": { "align": "right", "link": 3, "baseline": "svg-middle", "continued": true } } },
            { "fillColor": { "linear": [0, 0, 1, 1], "stops": [{ "offset": 0, "color": "red" }] } },
            { "fillColor": [1, 2, 3] }, { "fill": "evenodd" },
            { "list": { "items": ["a", ["b"]], "look": {}, "listType": "lettered" } },
            { "roundedRect": [1, 2, 3, 4, [5, 6, 7, 8]] }, { "arc": [1, 2, 3, 4, 5, true] }
        ]
    }"#;
    let drawing: Drawing = serde_json::from_str(json).unwrap();
    assert_eq!(drawing.operations.len(), 9);
    assert!(matches!(&drawing.operations[2], Operation::Text(text) if text.look.continued && text.look.line_break));
    let error = serde_json::from_str::<Vec<Operation>>(r#"[{ "lineTo": [1] }]"#).unwrap_err();
    assert!(error.to_string().contains("invalid length"), "{error}");
}
