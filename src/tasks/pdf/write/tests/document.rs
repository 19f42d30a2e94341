//! What is around the pages.

use super::*;
use crate::tasks::pdf::scene::{Anchor, Link, Target};

#[test]
fn the_same_pages_give_the_same_bytes() {
    let write = || {
        let mut desk = hello();
        for number in 0..20 {
            desk.next_page();
            let text = desk.text_of(FaceId(number % 2), 50.0, 60.0, 12.0, &format!("Page {number}"));
            desk.push(Item::Text(text));
        }
        desk.write().unwrap()
    };
    assert_eq!(write(), write());
}

#[test]
fn batches_of_pages_are_one_document() {
    let mut desk = hello();
    let token = CancelToken::default();
    let context = Context::detached(&token);
    let mut bytes = Vec::new();
    let mut writer = Writer::new(Settings::default(), &mut bytes).unwrap();
    for text in ["one", "two", "three"] {
        let mut page = Page { width: 100.0, height: 100.0, ..Page::default() };
        page.items.push(Item::Text(desk.text(10.0, 20.0, 10.0, text)));
        writer.pages(vec![page], &desk.faces, &desk.pictures, &context).unwrap();
    }
    desk.pages.clear();
    let summary = writer.finish(&desk.closing, &desk.faces, &desk.pictures, &context).unwrap();
    assert_eq!((summary.pages, summary.bytes), (3, bytes.len() as u64));
    let document = load(&bytes);
    assert_eq!(
        document.extract_text(&[1, 2, 3]).unwrap().split_whitespace().collect::<Vec<_>>(),
        ["one", "two", "three"]
    );
}

#[test]
fn every_version_has_the_table_that_it_knows() {
    for (version, minor, packed) in [
        (Version::V1_3, '3', false),
        (Version::V1_4, '4', false),
        (Version::V1_5, '5', true),
        (Version::V1_7, '7', true),
    ] {
        let mut desk = hello();
        desk.settings.version = version;
        let bytes = desk.write().unwrap();
        assert_eq!(char::from(bytes[7]), minor);
        assert_eq!(bytes.windows(7).any(|window| window == b"trailer"), !packed);
        assert_eq!(load(&bytes).get_pages().len(), 1);
    }
}

#[test]
fn links_go_where_they_say() {
    let mut desk = hello();
    let link = |target| Link { frame: frame(10.0, 20.0), target, mark: None, title: None };
    for target in [
        Target::Uri("https://example.org/ü (x)".to_owned()),
        Target::Anchor("later".to_owned()),
        Target::Anchor("nowhere".to_owned()),
        Target::Page(1),
        Target::Page(7),
    ] {
        desk.pages[0].links.push(link(target));
    }
    desk.next_page();
    desk.pages[1].anchors.push(Anchor { name: "later".to_owned(), x: 5.0, y: 41.89 });
    let (bytes, summary) = desk.write_with_summary().unwrap();
    assert_eq!((summary.missing_anchors, summary.missing_page), (vec!["nowhere".to_owned()], Some(7)));
    let document = load(&bytes);
    let pages = document.get_pages();
    let links = document.get_page_annotations(pages[&1]).unwrap();
    let uri = dict(&document, links[0], "A").get(b"URI").unwrap().as_str().unwrap();
    assert_eq!(uri, b"https://example.org/%C3%BC%20(x)");
    let rect: Vec<f32> =
        links[0].get(b"Rect").unwrap().as_array().unwrap().iter().map(|f| f.as_float().unwrap()).collect();
    assert_eq!(rect, [10.0, 801.89, 110.0, 821.89]);
    assert_eq!(links[1].get(b"Dest").unwrap().as_str().unwrap(), b"later");
    assert_eq!(links[3].get(b"Dest").unwrap().as_array().unwrap()[0].as_reference().unwrap(), pages[&2]);
    let tree = dict(&document, dict(&document, catalog(&document), "Names"), "Dests");
    let leaf = document.dereference(&tree.get(b"Kids").unwrap().as_array().unwrap()[0]).unwrap().1.as_dict().unwrap();
    let place = leaf.get(b"Names").unwrap().as_array().unwrap()[1].as_array().unwrap();
    assert_eq!((place[0].as_reference().unwrap(), place[3].as_float().unwrap()), (pages[&2], 800.0));
}

#[test]
fn the_outline_counts_what_is_open() {
    let mut desk = hello();
    let line = |title: &str, open, children| Bookmark { title: title.to_owned(), page: 0, y: 0.0, open, children };
    let inner = line("inner", false, vec![line("hidden", true, Vec::new())]);
    desk.closing.outline = vec![line("Ä", true, vec![inner]), line("last", true, Vec::new())];
    let document = load(&desk.write().unwrap());
    let outline = dict(&document, catalog(&document), "Outlines");
    assert_eq!(outline.get(b"Count").unwrap().as_i64().unwrap(), 3);
    let first = dict(&document, outline, "First");
    assert_eq!(first.get(b"Count").unwrap().as_i64().unwrap(), 1);
    assert_eq!(dict(&document, first, "First").get(b"Count").unwrap().as_i64().unwrap(), -1);
}

#[test]
fn attachments_and_info_are_there() {
    let mut desk = hello();
    desk.settings.info.title = Some("Títle".to_owned());
    desk.settings.info.custom = vec![("Own".to_owned(), "1".to_owned()), ("Title".to_owned(), "no".to_owned())];
    let attachment = |name: &str| Attachment { name: name.to_owned(), bytes: name.into(), ..Attachment::default() };
    desk.closing.attachments = vec![attachment("b.txt"), attachment("a.txt")];
    let document = load(&desk.write().unwrap());
    let names = dict(&document, dict(&document, catalog(&document), "Names"), "EmbeddedFiles");
    let names = names.get(b"Names").unwrap().as_array().unwrap();
    assert_eq!((names.len(), names[0].as_str().unwrap()), (4, &b"a.txt"[..]));
    let info = dict(&document, &document.trailer, "Info");
    assert_eq!(info.get(b"Own").unwrap().as_str().unwrap(), b"1");
    assert!(info.get(b"CreationDate").is_err(), "nobody asked for a date");
}

#[test]
fn a_document_without_pages_is_none() {
    let mut desk = hello();
    desk.pages.clear();
    assert_eq!(desk.write().unwrap_err().code, Code::InvalidArgValue);
}

#[test]
fn a_sink_that_fails_is_told() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    assert_eq!(Writer::new(Settings::default(), &mut Full).err().unwrap().code, Code::File);
}
