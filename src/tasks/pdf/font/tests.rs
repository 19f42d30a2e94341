use std::sync::Arc;

use serde::Deserialize;
use serde_json::json;

use super::*;
use crate::engine::{CancelToken, Code, Context};
use crate::tasks::file::FilePath;
use crate::tasks::pdf::text::{Paragraph, ParagraphStyle, Run, RunStyle, Shaper};

pub(in crate::tasks::pdf) const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/lib/pdf/fonts");

pub(in crate::tasks::pdf) fn roboto(variant: &str) -> Arc<FontFile> {
    parse(&bytes(variant), &Pick::First).unwrap()
}

fn bytes(variant: &str) -> Vec<u8> {
    std::fs::read(format!("{FOLDER}/Roboto-{variant}.ttf")).unwrap()
}

fn parse(bytes: &[u8], pick: &Pick) -> Result<Arc<FontFile>, FontError> {
    FontFile::parse(bytes.into(), *blake3::hash(bytes).as_bytes(), pick).map(Arc::new)
}

fn cause(result: Result<impl Sized, FontError>) -> String {
    match result {
        Ok(_) => panic!("it is taken"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn the_numbers_of_a_font_are_those_of_its_tables() {
    let mut faces = Faces::default();
    let id = faces.add(roboto("BoldItalic")).unwrap();
    let face = faces.get(id);
    assert_eq!(face.postscript_name(), "Roboto-BoldItalic");
    assert_eq!((face.units_per_em(), face.weight(), face.is_cff(), face.index()), (2048, 700, false, 0));
    assert!((face.ascent() - 1900.0 / 2048.0).abs() < 1e-6);
    assert!((face.descent() + 500.0 / 2048.0).abs() < 1e-6);
    assert!((face.cap_height() - 1456.0 / 2048.0).abs() < 1e-6);
    assert_eq!((face.italic_angle(), face.underline()), (0.0, (-150.0 / 2048.0, 100.0 / 2048.0)));
    assert!(face.bbox()[0] < 0.0 && face.bbox()[3] > 0.9);
    assert_eq!(face.advance(u16::MAX), 0.0);
}

#[test]
fn a_font_is_added_once() {
    let mut faces = Faces::default();
    let first = faces.add(roboto("Regular")).unwrap();
    assert_eq!(faces.add(roboto("Bold")).unwrap(), FaceId(1));
    assert_eq!(faces.add(roboto("Regular")).unwrap(), first);
}

#[test]
fn what_is_no_font_is_named() {
    for (bytes, words) in [
        (&b"wOF2 and so on"[..], "WOFF"),
        (b"wOFF", "WOFF"),
        (b"", "not a TTF"),
        (b"%PDF-1.7", "not a TTF"),
        (b"\0\x01\0\0", "cannot be read"),
        (b"OTTO\0\0\0\0", "cannot be read"),
        (b"ttcf\0\x01\0\0\xff\xff\xff\xff", "cannot be read"),
    ] {
        let cause = match parse(bytes, &Pick::First) {
            Err(FontError::Refused(cause)) => cause.replace("not a font that can be read", "cannot be read"),
            _ => panic!("{bytes:?} is taken"),
        };
        assert!(cause.contains(words), "{cause}");
    }
    assert_eq!(cause(parse(&bytes("Bold"), &Pick::Index(1))), "It has no font with index 1: it has 1");
    assert_eq!(cause(parse(&bytes("Bold"), &Pick::Name("X".into()))), "It has no font named `X`");
    assert!(parse(&bytes("Bold"), &Pick::Name("Roboto-Bold".into())).is_ok());
}

#[test]
fn a_licence_that_forbids_it_is_respected() {
    let mut bytes = bytes("Regular");
    let tables = usize::from(u16::from_be_bytes([bytes[4], bytes[5]]));
    let record = (0..tables).map(|table| 12 + table * 16).find(|at| &bytes[*at..at + 4] == b"OS/2").unwrap();
    let offset = u32::from_be_bytes(bytes[record + 8..record + 12].try_into().unwrap()) as usize;
    bytes[offset + 8..offset + 10].copy_from_slice(&2_u16.to_be_bytes());
    let refused = cause(Faces::default().add(parse(&bytes, &Pick::First).unwrap()));
    assert_eq!(refused, "The licence in the font `Roboto-Regular` does not allow to embed it (OS/2 fsType)");
}

#[test]
fn families_give_the_variants_that_they_have() {
    let token = CancelToken::default();
    let context = Context::detached(&token);
    let (mut families, mut faces) = (Families::new(FOLDER), Faces::default());
    let source = |variant: &str| Some(FontSource::Bytes(bytes(variant).into(), Pick::First));
    let only_normal = Family { normal: source("Italic"), ..Family::default() };
    families.define("Plain".into(), only_normal);
    let mut resolve = |families: &mut Families, name, variant| families.resolve(&mut faces, name, variant, &context);
    let bold = resolve(&mut families, "Roboto", (true, false)).unwrap();
    assert_eq!(resolve(&mut families, "Roboto", (true, false)).unwrap(), bold);
    assert_ne!(resolve(&mut families, "Roboto", (true, true)).unwrap(), bold);
    let missing = cause(resolve(&mut families, "Plain", (true, false)));
    assert_eq!(missing, "Font `Plain` has no style `bold` in \"fonts\"");
    let unknown = cause(resolve(&mut families, "Arial", (false, false)));
    assert_eq!(unknown, "Font `Arial` is not defined in \"fonts\"");
    families.set_fallbacks(vec!["Plain".into()]).unwrap();
    let stack = resolve(&mut families, "Roboto", (true, false)).unwrap();
    assert_eq!(stack.faces().len(), 2);
    assert!(families.set_fallbacks(vec!["Arial".into()]).is_err());
}

#[test]
fn a_file_is_opened_again_only_when_it_changed() {
    let token = CancelToken::default();
    let context = Context::detached(&token);
    let folder = tempfile::tempdir().unwrap();
    let name = folder.path().join("font.ttf");
    let path = FilePath::deserialize(json!(name.to_str().unwrap())).unwrap();
    let source = FontSource::Path(path, Pick::First);
    let Err(FontError::Task(missing)) = open(&source, &context) else { panic!("there is no file") };
    assert_eq!((missing.code, missing.errno), (Code::File, Some("ENOENT")));
    std::fs::write(&name, bytes("Regular")).unwrap();
    let first = open(&source, &context).unwrap();
    assert!(Arc::ptr_eq(&first, &open(&source, &context).unwrap()));
    std::fs::write(&name, bytes("Bold")).unwrap();
    let second = open(&source, &context).unwrap();
    assert_ne!(first.hash(), second.hash());
    let from_bytes = |variant| open(&FontSource::Bytes(bytes(variant).into(), Pick::First), &context).unwrap();
    assert!(Arc::ptr_eq(&from_bytes("Italic"), &from_bytes("Italic")));
}

/// Opens, measures and shapes with what is left of a font.
fn survives(bytes: &[u8]) {
    let Ok(file) = parse(bytes, &Pick::First) else { return };
    let mut faces = Faces::default();
    let Ok(id) = faces.add(file) else { return };
    let _ = (faces.get(id).advance(5), faces.get(id).underline());
    let mut shaper = Shaper::new(&faces);
    let style = RunStyle::new(FontStack::of(id), 10.0);
    for text in ["AVATAR office ﬁ 1/2 e\u{301}", "אב ش漢"] {
        let paragraph = Paragraph::new(&mut shaper, &[Run { text, style }], &ParagraphStyle::default());
        let lines = paragraph.lines(&mut shaper, 30.0);
        assert!(!lines.is_empty());
    }
}

#[test]
fn fonts_that_end_early_are_survived() {
    let bytes = bytes("Regular");
    for end in (0..bytes.len()).step_by(1_000) {
        survives(&bytes[..end]);
    }
}

#[test]
fn fonts_with_wrong_bytes_are_survived() {
    let good = bytes("Regular");
    let mut seed = 3_u32;
    let mut next = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as usize
    };
    // The layout tables are where shaping goes astray.
    let tables = usize::from(u16::from_be_bytes([good[4], good[5]]));
    let table = |tag: &[u8; 4]| {
        let record = (0..tables).map(|table| 12 + table * 16).find(|at| &good[*at..at + 4] == tag).unwrap();
        let number = |at: usize| u32::from_be_bytes(good[at..at + 4].try_into().unwrap()) as usize;
        number(record + 8)..number(record + 8) + number(record + 12)
    };
    let parts = [0..400, table(b"GSUB"), table(b"GPOS"), table(b"cmap"), table(b"hmtx"), table(b"GDEF"), 0..good.len()];
    for round in 0..200 {
        let mut bytes = good.clone();
        let part = parts[round % parts.len()].clone();
        for _ in 0..1 + round % 5 {
            let place = part.start + next() % part.len();
            bytes[place] = [0, 0xff, next() as u8, bytes[place] ^ 1][next() % 4];
        }
        survives(&bytes);
    }
}
