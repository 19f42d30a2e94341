//! What content streams say.

use super::*;
use crate::tasks::pdf::scene::{Gradient, GradientKind};

#[test]
fn texts_share_an_object_and_say_nothing_twice() {
    let mut desk = Desk::new();
    desk.settings.compress = false;
    for (x, text) in [(50.0, "ab"), (90.0, "ba")] {
        let text = desk.text(x, 60.0, 12.0, text);
        desk.push(Item::Text(text));
    }
    let document = load(&desk.write().unwrap());
    let expected = "1 0 0 -1 0 841.89 cm\nBT\n1 0 0 -1 50 60 Tm\n/F0 12 Tf\n<00010002>Tj\n40 0 Td\n<00020001>Tj\nET";
    assert_eq!(content(&document, 1).trim(), expected);
}

#[test]
fn advances_that_are_not_the_fonts_own_are_told() {
    let mut desk = Desk::new();
    desk.settings.compress = false;
    let mut text = desk.text(0.0, 20.0, 10.0, "abc");
    text.glyphs[0].advance += 1.0;
    text.glyphs[2].dy = -2.0;
    desk.push(Item::Text(text));
    let content = content(&load(&desk.write().unwrap()), 1);
    assert!(content.contains("[<0001>-100<0002>]TJ\n2 Ts\n<0003>Tj"), "{content}");
}

#[test]
fn glyphs_say_what_they_stand_for() {
    let mut desk = Desk::new();
    desk.settings.compress = false;
    let plain = desk.text(0.0, 20.0, 10.0, "ab");
    let mut other = desk.text(0.0, 40.0, 10.0, "ab");
    other.text = "ax".into();
    let mut cluster = desk.text(0.0, 60.0, 10.0, "cd");
    (cluster.glyphs[0].to, cluster.glyphs[1].from) = (2, 2);
    for text in [plain, other, cluster] {
        desk.push(Item::Text(text));
    }
    let bytes = desk.write().unwrap();
    let content = content(&load(&bytes), 1);
    assert!(content.contains("<0001>Tj\n/Span<</ActualText<FEFF0078>>>BDC\n<0002>Tj\nEMC"), "{content}");
    assert!(content.contains("/Span<</ActualText<FEFF00630064>>>BDC\n<00030004>Tj\nEMC"), "{content}");
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains("<0001> <0004> [<0061> <0062> <0063> <0064>]"), "each glyph has a meaning of its own");
}

#[test]
fn strings_are_escaped() {
    let mut desk = Desk::new();
    // The glyphs get the numbers 1 to 100, among them those of a line end, of brackets and of a backslash.
    let chars: String = ('!'..='~').chain('À'..='Æ').collect();
    let text = desk.text(0.0, 20.0, 10.0, &chars);
    let count = text.glyphs.len();
    desk.push(Item::Text(text));
    let document = load(&desk.write().unwrap());
    let page = document.get_and_decode_page_content(document.get_pages()[&1]).unwrap();
    let shown = page.operations.iter().filter(|operation| operation.operator == "Tj");
    let shown: Vec<u8> = shown.flat_map(|operation| operation.operands[0].as_str().unwrap().to_vec()).collect();
    let expected: Vec<u8> = (1..=count as u16).flat_map(u16::to_be_bytes).collect();
    assert_eq!(shown, expected);
}

#[test]
fn fonts_are_subsets_with_widths_and_meanings() {
    let document = load(&hello().write().unwrap());
    let pages = document.get_pages();
    let fonts = document.get_page_fonts(pages[&1]).unwrap();
    let font = fonts[&b"F0".to_vec()];
    let name = get(&document, font, "BaseFont").as_name().unwrap();
    assert_eq!((name.len(), &name[6..]), (21, &b"+Roboto-Regular"[..]));
    let descendants = get(&document, font, "DescendantFonts").as_array().unwrap();
    let descendant = document.dereference(&descendants[0]).unwrap().1.as_dict().unwrap();
    let widths = get(&document, descendant, "W").as_array().unwrap()[1].as_array().unwrap();
    // For what is missing, and H, e, l and o.
    assert_eq!(widths.len(), 5);
    let descriptor = dict(&document, descendant, "FontDescriptor");
    let program = get(&document, descriptor, "FontFile2").as_stream().unwrap().decompressed_content().unwrap();
    let subset = ttf_parser::RawFace::parse(&program, 0).unwrap();
    let maxp = subset.table(ttf_parser::Tag::from_bytes(b"maxp")).unwrap();
    assert_eq!(u16::from_be_bytes([maxp[4], maxp[5]]), 5);
}

#[test]
fn states_come_back_and_ends_are_never_forgotten() {
    let mut desk = Desk::new();
    desk.settings.compress = false;
    let red = Paint::Color(Color::Rgb([255, 0, 0]));
    let rect = || vec![Segment::Rect(0.0, 0.0, 10.0, 10.0)];
    desk.push(Item::Restore).push(Item::Save).push(shape(rect(), red.clone())).push(Item::Restore);
    desk.push(shape(rect(), Paint::Color(Color::BLACK))).push(shape(rect(), red)).push(Item::Save).push(Item::EndMark);
    desk.push(Item::Opacity(0.5)).push(shape(rect(), Paint::Color(Color::Cmyk([0, 100, 0, 50]))));
    let document = load(&desk.write().unwrap());
    let content = content(&document, 1);
    let expected = "1 0 0 -1 0 841.89 cm\nq\n1 0 0 rg\n0 0 10 10 re\nf\nQ\n0 0 10 10 re\nf\n1 0 0 rg\n0 0 10 10 re\nf\n\
                    q\n/G0 gs\n0 1 0 .5 k\n0 0 10 10 re\nf\nQ";
    assert_eq!(content.trim(), expected);
    let resources = document.get_page_resources(document.get_pages()[&1]).unwrap().0.unwrap();
    let state = dict(&document, dict(&document, resources, "ExtGState"), "G0");
    assert_eq!(state.get(b"ca").unwrap().as_float().unwrap(), 0.5);
}

#[test]
fn gradients_are_where_the_shapes_are() {
    let mut desk = Desk::new();
    let stops = vec![(0.2, Color::BLACK), (0.1, Color::Rgb([255; 3])), (0.8, Color::Cmyk([100, 0, 0, 0]))];
    let gradient = Paint::Gradient(Arc::new(Gradient { kind: GradientKind::Linear([0.0, 0.0, 10.0, 0.0]), stops }));
    let rect = || vec![Segment::Rect(0.0, 0.0, 10.0, 10.0)];
    desk.push(Item::Transform([2.0, 0.0, 0.0, 2.0, 30.0, 40.0]));
    desk.push(shape(rect(), gradient.clone())).push(shape(rect(), gradient));
    let document = load(&desk.write().unwrap());
    let resources = document.get_page_resources(document.get_pages()[&1]).unwrap().0.unwrap();
    let patterns = dict(&document, resources, "Pattern");
    assert_eq!(patterns.len(), 1);
    let gradient = dict(&document, patterns, "P0");
    let matrix: Vec<f32> =
        gradient.get(b"Matrix").unwrap().as_array().unwrap().iter().map(|f| f.as_float().unwrap()).collect();
    assert_eq!(matrix, [2.0, 0.0, 0.0, -2.0, 30.0, 801.89]);
    let function = dict(&document, dict(&document, gradient, "Shading"), "Function");
    let bounds: Vec<f32> =
        function.get(b"Bounds").unwrap().as_array().unwrap().iter().map(|f| f.as_float().unwrap()).collect();
    assert_eq!(bounds, [0.2, 0.2, 0.8]);
}

#[test]
fn photos_are_turned_as_their_exif_says() {
    // Where the first and the last pixel of the first stored row are seen: left and top are 0, right and bottom 1.
    let corners = [
        [(0, 0), (1, 0)],
        [(1, 0), (0, 0)],
        [(1, 1), (0, 1)],
        [(0, 1), (1, 1)],
        [(0, 0), (0, 1)],
        [(1, 0), (1, 1)],
        [(1, 1), (1, 0)],
        [(0, 1), (0, 0)],
    ];
    let token = CancelToken::default();
    for (number, expected) in (1..).zip(corners) {
        let path = format!("{}/__test__/fixtures/orientation/Landscape_{number}.jpg", env!("CARGO_MANIFEST_DIR"));
        let mut desk = Desk::new();
        desk.settings.compress = false;
        let picture = desk.pictures.add_image(&std::fs::read(path).unwrap(), &Context::detached(&token)).unwrap();
        let frame = Frame { x: 0.0, y: 0.0, width: 1.0, height: 1.0 };
        desk.push(Item::Picture { picture, frame, opacity: 1.0 });
        let content = content(&load(&desk.write().unwrap()), 1);
        let line = content.lines().find(|line| line.ends_with("cm") && !line.contains("841")).unwrap();
        let matrix: Vec<i32> = line.split_whitespace().take(6).map(|number| number.parse().unwrap()).collect();
        let at =
            |u: i32, v: i32| (matrix[0] * u + matrix[2] * v + matrix[4], matrix[1] * u + matrix[3] * v + matrix[5]);
        assert_eq!([at(0, 1), at(1, 1)], expected, "orientation {number}");
    }
}
