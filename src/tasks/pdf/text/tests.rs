use super::*;
use crate::tasks::pdf::font::tests::roboto;
use crate::tasks::pdf::font::{Faces, Feature};

/// A document with Roboto.
struct Sheet {
    faces: Faces,
    regular: FontStack,
    bold: FontStack,
}

impl Sheet {
    fn new() -> Self {
        let mut faces = Faces::default();
        let mut add = |variant| FontStack::of(faces.add(roboto(variant)).unwrap());
        let (regular, bold) = (add("Regular"), add("Bold"));
        Self { faces, regular, bold }
    }

    fn style(&self) -> RunStyle {
        RunStyle::new(self.regular, 10.0)
    }

    fn paragraph(&self, text: &str, style: &ParagraphStyle) -> Paragraph {
        Paragraph::new(&mut Shaper::new(&self.faces), &[Run { text, style: self.style() }], style)
    }

    fn lines(&self, text: &str, width: f32) -> Vec<String> {
        self.lines_in(text, width, &ParagraphStyle::default())
    }

    fn lines_in(&self, text: &str, width: f32, style: &ParagraphStyle) -> Vec<String> {
        let paragraph = self.paragraph(text, style);
        let lines = paragraph.lines(&mut Shaper::new(&self.faces), width);
        for line in &lines {
            check(line);
        }
        lines.iter().map(seen).collect()
    }

    fn width(&self, text: &str) -> f32 {
        self.paragraph(text, &ParagraphStyle::default()).max_width()
    }
}

/// What a line says in the order in which it is seen; `-` where a hyphen was put in.
fn seen(line: &Line) -> String {
    let glyphs = line.pieces.iter().flat_map(|piece| {
        let visible = piece.glyphs.len() - piece.hanging as usize;
        piece.glyphs[..visible].iter().map(|glyph| (glyph, &piece.text))
    });
    let is_hyphen = |glyph: &Glyph, text: &str| {
        glyph.text().is_empty() || (glyph.text().end == text.len() && text.ends_with('\u{ad}'))
    };
    glyphs.map(|(glyph, text)| if is_hyphen(glyph, text) { "-" } else { &text[glyph.text()] }).collect()
}

/// What holds for every line: its pieces stand side by side and are as wide as their glyphs.
fn check(line: &Line) {
    for pair in line.pieces.windows(2) {
        assert!((pair[0].x + pair[0].width - pair[1].x).abs() < 0.01);
    }
    for piece in &line.pieces {
        let visible = &piece.glyphs[..piece.glyphs.len() - piece.hanging as usize];
        let width: f32 = visible.iter().map(|glyph| glyph.advance).sum();
        assert!((width - piece.width).abs() < 0.01);
        assert!(piece.glyphs.iter().all(|glyph| piece.text.get(glyph.text()).is_some()));
    }
}

#[test]
fn threads_can_share_a_document() {
    fn shared<T: Send + Sync>() {}
    fn sent<T: Send>() {}
    shared::<Faces>();
    shared::<Paragraph>();
    sent::<Shaper<'_>>();
}

#[test]
fn letters_are_kerned() {
    let sheet = Sheet::new();
    assert!(sheet.width("AV") < sheet.width("A") + sheet.width("V") - 0.1);
    let mut faces = Sheet::new().faces;
    let shaping = faces.shaping(&[Feature { tag: *b"kern", value: 0 }], Some("en")).unwrap();
    let style = RunStyle { shaping, ..sheet.style() };
    let paragraph = Paragraph::new(&mut Shaper::new(&faces), &[Run { text: "AV", style }], &ParagraphStyle::default());
    assert!((paragraph.max_width() - sheet.width("A") - sheet.width("V")).abs() < 0.001);
}

#[test]
fn a_ligature_stands_for_its_letters_unless_they_stand_apart() {
    let sheet = Sheet::new();
    let glyphs = |style: RunStyle| {
        let mut shaper = Shaper::new(&sheet.faces);
        let paragraph = Paragraph::new(&mut shaper, &[Run { text: "ffi fi", style }], &ParagraphStyle::default());
        let lines = paragraph.lines(&mut shaper, 500.0);
        lines[0].pieces[0].glyphs.iter().map(|glyph| glyph.text().len()).collect::<Vec<_>>()
    };
    assert_eq!(glyphs(sheet.style()), [3, 1, 2]);
    assert_eq!(glyphs(RunStyle { letter_spacing: 1.0, ..sheet.style() }), [1, 1, 1, 1, 1, 1]);
}

#[test]
fn lines_end_at_spaces_which_do_not_count() {
    let sheet = Sheet::new();
    let width = sheet.width("one two");
    assert_eq!(sheet.lines("one two three", width), ["one two", "three"]);
    assert_eq!(sheet.lines("one two three", width - 0.1), ["one", "two", "three"]);
    assert_eq!(sheet.lines("  one  two   three ", sheet.width("one  two")), ["one  two", "three"]);
    assert_eq!(sheet.lines("one, two . three", sheet.width("three")), ["one,", "two .", "three"]);
}

#[test]
fn the_space_of_a_broken_line_hangs_beyond_it() {
    let sheet = Sheet::new();
    let paragraph = sheet.paragraph("one two", &ParagraphStyle::default());
    let lines = paragraph.lines(&mut Shaper::new(&sheet.faces), 20.0);
    let piece = &lines[0].pieces[0];
    assert_eq!((piece.hanging, piece.spaces, piece.glyphs.len()), (1, 0, 4));
    assert_eq!(&piece.text[piece.glyphs[3].text()], " ");
    assert_eq!(lines[1].pieces[0].hanging, 0);
    assert!(!lines[0].forced && lines[1].forced);
}

#[test]
fn spaces_at_the_ends_are_kept_on_demand() {
    let sheet = Sheet::new();
    let kept =
        ParagraphStyle { preserve_leading_spaces: true, preserve_trailing_spaces: true, ..ParagraphStyle::default() };
    assert_eq!(sheet.lines_in(" a ", 100.0, &kept), [" a "]);
    assert_eq!(sheet.lines("\u{a0} a ", 100.0), ["a"]);
    let width = sheet.paragraph(" a ", &kept).max_width();
    assert!(width > sheet.width("a") + 4.0);
}

#[test]
fn the_text_can_end_lines() {
    let sheet = Sheet::new();
    assert_eq!(sheet.lines("a\nb\r\nc\u{2028}d\n", 100.0), ["a", "b", "c", "d"]);
    assert_eq!(sheet.lines("a\n\n b", 100.0), ["a", "", "b"]);
    assert_eq!(sheet.lines("", 100.0), [""]);
    assert_eq!(sheet.lines("\n", 100.0), [""]);
    assert_eq!(sheet.lines("a\tb", 100.0), ["a    b"]);
    let paragraph = sheet.paragraph("a\n\nb", &ParagraphStyle::default());
    let lines = paragraph.lines(&mut Shaper::new(&sheet.faces), 100.0);
    assert!(lines.iter().all(|line| line.forced && line.height > 11.0 && line.height == lines[0].height));
}

#[test]
fn signs_say_where_lines_may_end() {
    let sheet = Sheet::new();
    let narrow = |text: &str| sheet.lines(text, sheet.paragraph(text, &ParagraphStyle::default()).min_width());
    assert_eq!(narrow("well-known"), ["well-", "known"]);
    assert_eq!(narrow("10\u{a0}kg of"), ["10\u{a0}kg", "of"]);
    assert_eq!(narrow("ab\u{200b}cd"), ["ab\u{200b}", "cd"]);
    assert_eq!(narrow("a\u{2060}-\u{2060}b"), ["a\u{2060}-\u{2060}b"]);
    assert_eq!(narrow("漢字、仮名"), ["漢", "字、", "仮名"]);
    assert_eq!(narrow("2024-01-15 (ok)"), ["2024-01-15", "(ok)"]);
}

#[test]
fn a_soft_hyphen_is_seen_only_where_a_line_ends() {
    let sheet = Sheet::new();
    assert_eq!(sheet.lines("hyphen\u{ad}ate", 100.0), ["hyphen\u{ad}ate"]);
    assert_eq!(sheet.width("hyphen\u{ad}ate"), sheet.width("hyphenate"));
    assert_eq!(sheet.lines("a hyphen\u{ad}ate", sheet.width("a hyphen-")), ["a hyphen\u{ad}-", "ate"]);
    let paragraph = sheet.paragraph("a hyphen\u{ad}ate", &ParagraphStyle::default());
    assert!((paragraph.min_width() - sheet.width("hyphen-")).abs() < 0.1);
}

#[test]
fn words_are_divided_by_the_patterns_of_their_language() {
    let sheet = Sheet::new();
    let german = ParagraphStyle { hyphenate: hyphenation("de-AT"), ..ParagraphStyle::default() };
    let lines = sheet.lines_in("die Donaudampfschifffahrt, ja", sheet.width("Donaudampf-"), &german);
    assert_eq!(lines, ["die Donau-", "dampfschiff-", "fahrt, ja"]);
    for language in ["en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "no", "nb", "fi", "pl", "cs", "ru", "uk"] {
        assert!(hyphenation(language).is_some(), "{language}");
    }
    assert!(hyphenation("xx").is_none() && hyphenation("").is_none() && hyphenation("german").is_none());
    let narrowest = sheet.paragraph("Donaudampfschifffahrt", &german).min_width();
    assert!(narrowest < sheet.width("dampf-") + 0.1, "{narrowest}");
}

#[test]
fn a_word_wider_than_the_line_is_cut() {
    let sheet = Sheet::new();
    assert_eq!(sheet.lines("x aaaaaaa", sheet.width("aaa") + 0.5), ["x", "aaa", "aaa", "a"]);
    assert_eq!(sheet.lines("aaa", 0.0), ["a", "a", "a"]);
    assert_eq!(sheet.lines("aaa", f32::NAN).concat(), "aaa");
    assert_eq!(sheet.lines("aaa bb", -5.0), ["a", "a", "a", "b", "b"]);
    assert_eq!(sheet.lines("ffi", 1.0), ["f", "f", "i"]);
    assert_eq!(sheet.lines("offoffi", sheet.width("of") + 0.5), ["of", "fo", "ffi"]);
    assert_eq!(sheet.lines("e\u{301}e\u{301}", 1.0), ["e\u{301}", "e\u{301}"]);
}

#[test]
fn long_words_are_cut_in_little_time() {
    let sheet = Sheet::new();
    let text = "a".repeat(50_000);
    let lines = sheet.lines(&text, sheet.width("aaaaaaaaaa") + 0.1);
    assert_eq!(lines.len(), 5_000);
    assert!(lines.iter().all(|line| line.len() == 10));
}

#[test]
fn runs_can_forbid_and_allow_breaks() {
    let sheet = Sheet::new();
    let lines = |style: RunStyle, text: &str, width: f32| {
        let mut shaper = Shaper::new(&sheet.faces);
        let paragraph = Paragraph::new(&mut shaper, &[Run { text, style }], &ParagraphStyle::default());
        let lines = paragraph.lines(&mut shaper, width);
        (lines.iter().map(seen).collect::<Vec<_>>(), paragraph.min_width())
    };
    let (unbroken, narrowest) = lines(RunStyle { no_wrap: true, ..sheet.style() }, "one two\nthree", 5.0);
    assert_eq!(unbroken, ["one two", "three"]);
    assert!((narrowest - sheet.width("one two")).abs() < 0.01);
    let (broken, narrowest) =
        lines(RunStyle { break_all: true, ..sheet.style() }, "ab abcdef", sheet.width("ab ab") + 0.1);
    assert_eq!(broken, ["ab ab", "cdef"]);
    assert!(narrowest <= sheet.width("m"));
}

#[test]
fn a_word_of_two_runs_stays_together() {
    let sheet = Sheet::new();
    let mut shaper = Shaper::new(&sheet.faces);
    let bold = RunStyle { stack: sheet.bold, size: 20.0, tag: 7, ..sheet.style() };
    let runs = [
        Run { text: "one two", style: sheet.style() },
        Run { text: "three", style: bold },
        Run { text: " four", style: sheet.style() },
    ];
    let paragraph = Paragraph::new(&mut shaper, &runs, &ParagraphStyle::default());
    let lines = paragraph.lines(&mut shaper, paragraph.min_width());
    assert_eq!(lines.iter().map(seen).collect::<Vec<_>>(), ["one", "twothree", "four"]);
    let tags: Vec<_> = lines[1].pieces.iter().map(|piece| (piece.tag, piece.run, piece.face.0)).collect();
    assert_eq!(tags, [(0, 0, 0), (7, 1, 1)]);
    assert!(lines[1].height > 20.0 && lines[0].height < 12.0 && lines[2].height < 12.0);
    let wide = paragraph.lines(&mut shaper, 500.0);
    assert_eq!((wide.len(), wide[0].pieces.len()), (1, 3));
    assert!((wide[0].width - paragraph.max_width()).abs() < 0.01);
}

#[test]
fn lines_are_as_high_as_in_pdfmake() {
    let sheet = Sheet::new();
    let paragraph = sheet.paragraph("x", &ParagraphStyle::default());
    let line = &paragraph.lines(&mut Shaper::new(&sheet.faces), 100.0)[0];
    // Roboto: 1900 above, 500 below, of 2048.
    assert!((line.height - 11.71875).abs() < 1e-4, "{}", line.height);
    assert!((line.ascent - 9.277_344).abs() < 1e-4);
    assert!((line.descent - 2.441_406).abs() < 1e-4);
}

#[test]
fn letter_spacing_is_between_letters() {
    let sheet = Sheet::new();
    let mut shaper = Shaper::new(&sheet.faces);
    let style = RunStyle { letter_spacing: 2.0, ..sheet.style() };
    let paragraph = Paragraph::new(&mut shaper, &[Run { text: "oooo", style }], &ParagraphStyle::default());
    assert!((paragraph.max_width() - sheet.width("oooo") - 6.0).abs() < 0.001);
    let lines = paragraph.lines(&mut shaper, 100.0);
    assert!((lines[0].width - paragraph.max_width()).abs() < 0.001);
}

#[test]
fn the_first_line_is_indented() {
    let sheet = Sheet::new();
    let style = ParagraphStyle { leading_indent: 20.0, ..ParagraphStyle::default() };
    let paragraph = sheet.paragraph("one two", &style);
    assert!((paragraph.max_width() - sheet.width("one two") - 20.0).abs() < 0.01);
    let lines = paragraph.lines(&mut Shaper::new(&sheet.faces), sheet.width("one two"));
    assert_eq!(lines.iter().map(|line| line.pieces[0].x).collect::<Vec<_>>(), [20.0, 0.0]);
}

#[test]
fn what_no_face_has_is_reported() {
    let sheet = Sheet::new();
    let mut shaper = Shaper::new(&sheet.faces);
    for stack in [sheet.regular, {
        let mut both = sheet.regular;
        both.push(sheet.bold.primary());
        both
    }] {
        let runs = [Run { text: "aא漢 \u{1f600}x", style: RunStyle::new(stack, 10.0) }];
        let paragraph = Paragraph::new(&mut shaper, &runs, &ParagraphStyle::default());
        let lines = paragraph.lines(&mut shaper, 500.0);
        let missing = lines[0].pieces.iter().flat_map(|piece| &piece.glyphs).filter(|glyph| glyph.id == 0).count();
        assert_eq!(missing, 3);
    }
    assert_eq!(shaper.missing().iter().copied().collect::<String>(), "א漢\u{1f600}");
}

#[test]
fn right_to_left_text_is_seen_from_the_right() {
    let sheet = Sheet::new();
    assert_eq!(sheet.lines("abc אבג דהו xyz", 500.0), ["abc והד גבא xyz"]);
    assert_eq!(sheet.lines("אבג abc דהו", 500.0), ["והד abc גבא"]);
    assert_eq!(sheet.lines("אב 12 גד", 500.0), ["דג 12 בא"]);
    let rtl = ParagraphStyle { direction: Direction::Rtl, ..ParagraphStyle::default() };
    assert_eq!(sheet.lines_in("abc.", 500.0, &rtl), [".abc"]);
    let ltr = ParagraphStyle { direction: Direction::Ltr, ..ParagraphStyle::default() };
    assert_eq!(sheet.lines_in("אב!", 500.0, &ltr), ["בא!"]);
    assert_eq!(sheet.lines("אב\nxy", 500.0), ["בא", "xy"]);
    let paragraph = sheet.paragraph("אב (ג)\nab", &ParagraphStyle::default());
    let lines = paragraph.lines(&mut Shaper::new(&sheet.faces), 500.0);
    assert!(lines[0].rtl && !lines[1].rtl);
    assert_eq!(lines[0].pieces.len(), 1);
}

#[test]
fn right_to_left_lines_are_broken_and_cut() {
    let sheet = Sheet::new();
    let text = "אבג דהו זחט";
    let width = sheet.width("אבג דהו");
    assert_eq!(sheet.lines(text, width + 0.1), ["והד גבא", "טחז"]);
    assert_eq!(sheet.lines("אבגדה", sheet.width("אב") + 0.1), ["בא", "דג", "ה"]);
}

#[test]
fn brackets_are_mirrored_in_right_to_left_text() {
    let sheet = Sheet::new();
    let glyphs = |text: &str| {
        let paragraph = sheet.paragraph(text, &ParagraphStyle::default());
        let line = paragraph.lines(&mut Shaper::new(&sheet.faces), 500.0).remove(0);
        line.pieces.iter().flat_map(|piece| piece.glyphs.iter().map(|glyph| glyph.id)).collect::<Vec<_>>()
    };
    let open = glyphs("(")[0];
    assert_eq!(glyphs("א(ב)")[0], open);
}

#[test]
fn spaces_are_widened_to_fill_the_line() {
    let sheet = Sheet::new();
    let paragraph = sheet.paragraph("one two three four", &ParagraphStyle::default());
    let mut lines = paragraph.lines(&mut Shaper::new(&sheet.faces), sheet.width("one two three") + 3.0);
    let width = sheet.width("one two three") + 3.0;
    lines.iter_mut().for_each(|line| line.justify(width));
    lines.iter().for_each(check);
    assert!((lines[0].width - width).abs() < 0.01);
    assert!((lines[1].width - sheet.width("four")).abs() < 0.01);
    let ideographs = sheet.paragraph("漢字漢字漢", &ParagraphStyle::default());
    let width = sheet.width("漢字") + 2.0;
    let mut lines = ideographs.lines(&mut Shaper::new(&sheet.faces), width);
    lines.iter_mut().for_each(|line| line.justify(width));
    lines.iter().for_each(check);
    assert!((lines[0].width - width).abs() < 0.01);
    assert!(lines[0].pieces[0].glyphs[0].advance > lines[0].pieces[0].glyphs[1].advance + 1.9);
}

#[test]
fn the_short_way_to_break_lines_is_the_long_one() {
    let words = ["a", "é", "1", ".", ",", ":", ";", " ", "  ", "\n", "_", "\"", "'", "@", "#", "&", "*", "=", "ab"];
    let mut seed = 1_u32;
    for _ in 0..5_000 {
        let mut text = String::new();
        for _ in 0..8 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            text.push_str(words[(seed >> 16) as usize % words.len()]);
        }
        assert_eq!(breaks::kind(&text), breaks::Kind::Plain);
        let (mut short, mut long) = (Vec::new(), Vec::new());
        breaks::find(&text, breaks::Kind::Plain, &mut short);
        breaks::find(&text, breaks::Kind::Any, &mut long);
        assert_eq!(short, long, "{text:?}");
    }
}

#[test]
fn any_text_keeps_all_of_its_visible_characters() {
    let sheet = Sheet::new();
    let chars: Vec<char> =
        "aב漢é\u{301}\u{200d}\u{1f600} -\u{ad}\u{a0}\t(1٣ش\u{200b}\u{202e}\u{feff}fi".chars().collect();
    let mut seed = 7_u32;
    for round in 0..1_000 {
        let mut next = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 16) as usize
        };
        let text: String = (0..next() % 24).map(|_| chars[next() % chars.len()]).collect();
        let style = ParagraphStyle {
            hyphenate: hyphenation("en").filter(|_| round % 2 == 0),
            direction: [Direction::Auto, Direction::Ltr, Direction::Rtl][round % 3],
            ..ParagraphStyle::default()
        };
        let mut shaper = Shaper::new(&sheet.faces);
        let (first, second) = text.split_at(text.char_indices().nth(next() % 9).map_or(0, |(place, _)| place));
        let bold = RunStyle { stack: sheet.bold, letter_spacing: 1.0, ..sheet.style() };
        let runs = [Run { text: first, style: sheet.style() }, Run { text: second, style: bold }];
        let paragraph = Paragraph::new(&mut shaper, &runs, &style);
        for width in [1.0, 15.0, 40.0, paragraph.min_width(), paragraph.max_width()] {
            let lines = paragraph.lines(&mut shaper, width);
            lines.iter().for_each(check);
            let mut covered = vec![false; paragraph.text.len()];
            for glyph in lines.iter().flat_map(|line| &line.pieces).flat_map(|piece| &piece.glyphs) {
                for byte in glyph.text() {
                    assert!(!covered[byte], "{text:?} twice at {byte}");
                    covered[byte] = true;
                }
            }
            for (place, char) in paragraph.text.char_indices() {
                let drawn = char.is_alphanumeric() || matches!(char, '(' | '-' | '\u{1f600}');
                assert!(covered[place] || !drawn, "{text:?} at {place}, {width}");
            }
        }
    }
}

#[test]
fn words_put_together_from_pairs_are_those_that_rustybuzz_shapes() {
    let sheet = Sheet::new();
    let file = roboto("Regular");
    let face = rustybuzz::Face::from_slice(file.bytes(), 0).unwrap();
    let mut shaper = Shaper::new(&sheet.faces);
    let mut seed = 11_u32;
    let mut together = 0;
    for _ in 0..2_000 {
        let mut next = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 16) as usize
        };
        let letters = b"AVWTYaeofil.,- 0127\"'(";
        let text: String = (0..1 + next() % 6).map(|_| char::from(letters[next() % letters.len()])).collect();
        let text = format!("x{text}x");
        let paragraph = Paragraph::new(
            &mut shaper,
            &[Run { text: &text, style: RunStyle { no_wrap: true, ..sheet.style() } }],
            &ParagraphStyle::default(),
        );
        let ours = paragraph.lines(&mut shaper, 500.0).remove(0).pieces.remove(0).glyphs;
        together += usize::from(ours.len() == text.len());
        // Words are shaped apart, as pdfmake does.
        let mut theirs = Vec::new();
        for (from, to) in paragraph.items.iter().map(|item| (item.from as usize, item.to as usize)) {
            let mut buffer = rustybuzz::UnicodeBuffer::new();
            buffer.push_str(&text[from..to]);
            let shaped = rustybuzz::shape(&face, &[], buffer);
            theirs.extend(shaped.glyph_infos().iter().zip(shaped.glyph_positions()).map(|(info, position)| {
                (info.glyph_id as u16, position.x_advance as f32 * 10.0 / 2048.0, info.cluster + from as u32)
            }));
        }
        assert_eq!(
            ours.iter().map(|glyph| (glyph.id, glyph.advance, glyph.from)).collect::<Vec<_>>(),
            theirs,
            "{text:?}"
        );
    }
    assert!(together > 1_500);
}
