//! Tagged documents, those for archives, and those with passwords.

use super::*;
use crate::tasks::pdf::scene::{Gradient, GradientKind, Link, Mark, Role, TagChild, Target};

fn tagged() -> Desk {
    let mut desk = Desk::new();
    desk.settings.tagged = true;
    for (mark, y, text) in
        [(Mark::Artifact, 20.0, "head"), (Mark::Content(0), 40.0, "one"), (Mark::Content(1), 60.0, "two")]
    {
        let text = desk.text(10.0, y, 10.0, text);
        desk.push(Item::Mark(mark)).push(Item::Text(text)).push(Item::EndMark);
    }
    let target = Target::Uri("https://example.org".to_owned());
    desk.pages[0].links.push(Link { frame: frame(0.0, 0.0), target, mark: Some(Mark::Content(1)), title: None });
    desk.next_page();
    let text = desk.text(10.0, 20.0, 10.0, "goes on");
    desk.push(Item::Mark(Mark::Content(0))).push(Item::Text(text)).push(Item::EndMark);
    let tag = |role, leaf| {
        let children = vec![TagChild::Mark(leaf)];
        TagChild::Tag(Tag { role, children, alt: Some("said".to_owned()), language: None, spans: (2, 1) })
    };
    let children = vec![tag(Role::Paragraph, 0), tag(Role::TableHeader, 1)];
    desk.closing.tags = Some(Tag { role: Role::Document, children, alt: None, language: None, spans: (1, 1) });
    desk
}

#[test]
fn tags_and_contents_know_each_other() {
    let document = load(&tagged().write().unwrap());
    let content = content(&document, 1);
    assert!(content.contains("/Artifact BMC") && content.contains("/P<</MCID 1>>BDC"), "{content}");
    let root = dict(&document, catalog(&document), "StructTreeRoot");
    let kids = dict(&document, root, "K").get(b"K").unwrap().as_array().unwrap();
    let kid = |index: usize| document.dereference(&kids[index]).unwrap().1.as_dict().unwrap();
    let paragraph = kid(0).get(b"K").unwrap().as_array().unwrap();
    assert_eq!(paragraph[0].as_i64().unwrap(), 0);
    let other = paragraph[1].as_dict().unwrap();
    assert_eq!(other.get(b"Pg").unwrap().as_reference().unwrap(), document.get_pages()[&2]);
    let header = kid(1);
    assert_eq!(
        header.get(b"K").unwrap().as_array().unwrap()[1].as_dict().unwrap().get(b"Type").unwrap().as_name().unwrap(),
        b"OBJR"
    );
    let attributes = dict(&document, header, "A");
    assert_eq!(attributes.get(b"Scope").unwrap().as_name().unwrap(), b"Column");
    assert_eq!(attributes.get(b"ColSpan").unwrap().as_i64().unwrap(), 2);
    let parents = dict(&document, root, "ParentTree").get(b"Kids").unwrap().as_array().unwrap();
    let numbers =
        document.dereference(&parents[0]).unwrap().1.as_dict().unwrap().get(b"Nums").unwrap().as_array().unwrap();
    assert_eq!(numbers.len(), 6);
    let first = document.dereference(&numbers[1]).unwrap().1.as_array().unwrap();
    assert_eq!(first[1].as_reference().unwrap(), kids[1].as_reference().unwrap());
}

#[test]
fn archives_have_what_they_need() {
    for (part, level) in [(1, Level::A), (2, Level::B), (2, Level::U), (3, Level::A)] {
        let mut desk = tagged();
        desk.settings.standard = standard(part, level);
        desk.settings.info.title = Some("A & B".to_owned());
        let document = load(&desk.write().unwrap());
        let metadata = get(&document, catalog(&document), "Metadata").as_stream().unwrap();
        let packet = String::from_utf8(metadata.content.clone()).unwrap();
        assert!(packet.contains(&format!("<pdfaid:part>{part}</pdfaid:part>")) && packet.contains("A &amp; B"));
        let intent = get(&document, catalog(&document), "OutputIntents").as_array().unwrap();
        let intent = document.dereference(&intent[0]).unwrap().1.as_dict().unwrap();
        assert_eq!(dict(&document, intent, "DestOutputProfile").get(b"N").unwrap().as_i64().unwrap(), 3);
    }
}

#[test]
fn archives_refuse_what_they_do_not_allow() {
    let refused = |part, level, change: &dyn Fn(&mut Desk)| {
        let mut desk = hello();
        desk.settings.standard = standard(part, level);
        change(&mut desk);
        let error = desk.write().unwrap_err();
        assert_eq!(error.code, Code::InvalidArgValue);
        error.message.into_owned()
    };
    let rect = || vec![Segment::Rect(0.0, 0.0, 1.0, 1.0)];
    let seen_through = |desk: &mut Desk| {
        desk.push(Item::Opacity(0.5)).push(shape(rect(), Paint::Color(Color::BLACK)));
    };
    assert_eq!(refused(1, Level::B, &seen_through), "PDF/A-1b does not allow transparency, which page 1 has");
    let inks = |desk: &mut Desk| {
        desk.push(shape(rect(), Paint::Color(Color::Cmyk([0, 0, 0, 100]))));
    };
    assert!(refused(2, Level::B, &inks).contains("CMYK"));
    assert!(refused(2, Level::A, &|_| {}).contains("not tagged"));
    assert!(refused(1, Level::U, &|_| {}).contains("There is no PDF/A-1u"));
    assert!(refused(3, Level::B, &|desk| desk.settings.protection = Some(Protection::default())).contains("passwords"));
    assert!(refused(2, Level::B, &|desk| desk.closing.attachments.push(Attachment::default())).contains("attachments"));
    let missing = |desk: &mut Desk| {
        let text = desk.text(0.0, 0.0, 10.0, "\u{13000}");
        desk.push(Item::Text(text));
    };
    assert!(refused(2, Level::U, &missing).contains("does not have"));
}

#[test]
fn passwords_open_what_they_closed() {
    for (version, kind) in [(Version::V1_4, 4), (Version::V1_7, 4), (Version::V1_7Extension3, 5)] {
        let write = || {
            let mut desk = hello();
            desk.settings.version = version;
            let (user_password, owner_password) = (Some("user".to_owned()), Some("owner".to_owned()));
            desk.settings.protection = Some(Protection { user_password, owner_password, ..Protection::default() });
            desk.write().unwrap()
        };
        let bytes = write();
        assert_ne!(bytes, write(), "keys are random");
        for password in ["user", "owner"] {
            let document =
                Document::load_mem_with_options(&bytes, lopdf::LoadOptions::with_password(password)).unwrap();
            assert_eq!(document.extract_text(&[1]).unwrap().trim(), "Hello");
        }
        assert!(Document::load_mem_with_options(&bytes, lopdf::LoadOptions::with_password("other")).is_err());
        let document = load(&bytes);
        let encrypt = dict(&document, &document.trailer, "Encrypt");
        assert_eq!(encrypt.get(b"V").unwrap().as_i64().unwrap(), kind);
    }
}

#[test]
fn pages_that_are_held_can_be_painted_on() {
    let mut desk = tagged();
    let rect = || vec![Segment::Rect(0.0, 0.0, 1.0, 1.0)];
    let gradient = |last| {
        let stops = vec![(0.0, Color::BLACK), (1.0, Color::Rgb([last; 3]))];
        Paint::Gradient(Arc::new(Gradient { kind: GradientKind::Linear([0.0, 0.0, 1.0, 0.0]), stops }))
    };
    desk.pages[0].items.push(shape(rect(), gradient(1)));
    let token = CancelToken::default();
    let context = Context::detached(&token);
    let mut bytes = Vec::new();
    let pages = std::mem::take(&mut desk.pages);
    let mut writer = Writer::new(Settings { compress: false, ..desk.settings.clone() }, &mut bytes).unwrap();
    writer.hold_pages();
    writer.pages(pages, &desk.faces, &desk.pictures, &context).unwrap();
    let mut over = Page::default();
    let text = desk.text_of(FaceId(1), 0.0, 9.0, 9.0, "1 of 2");
    over.items = vec![shape(rect(), gradient(2)), Item::Mark(Mark::Content(1)), Item::Text(text), Item::EndMark];
    over.links.push(Link { frame: frame(0.0, 0.0), target: Target::Page(0), mark: None, title: None });
    writer.over(vec![(0, over), (9, Page::default())], &desk.faces, &desk.pictures, &context).unwrap();
    writer.finish(&desk.closing, &desk.faces, &desk.pictures, &context).unwrap();
    let document = load(&bytes);
    let pages = document.get_pages();
    let content = content(&document, 1);
    assert!(content.starts_with("q\n1 0 0 -1 0 841.89 cm\n") && content.trim().ends_with('Q'), "{content}");
    assert!(content.contains("/Pattern cs/P1 scn") && content.contains("/P<</MCID 2>>BDC"), "{content}");
    assert_eq!(document.get_page_fonts(pages[&1]).unwrap().len(), 2);
    assert_eq!(document.get_page_annotations(pages[&1]).unwrap().len(), 2);
    let resources = document.get_page_resources(pages[&1]).unwrap().0.unwrap();
    assert_eq!(dict(&document, resources, "Pattern").len(), 2);
}
