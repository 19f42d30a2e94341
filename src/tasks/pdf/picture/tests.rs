//! Pictures of every kind, whole and broken.

use std::path::PathBuf;
use std::sync::Arc;

use super::*;
use crate::engine::CancelToken;
use crate::tasks::pdf::scene::Segment;

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("__test__/fixtures").join(name)).unwrap()
}

fn add(bytes: &[u8]) -> Result<(Pictures, PictureId), TaskError> {
    let token = CancelToken::default();
    let mut pictures = Pictures::default();
    let id = pictures.add_image(bytes, &Context::detached(&token))?;
    Ok((pictures, id))
}

fn image(name: &str) -> Image {
    let (mut pictures, _) = add(&fixture(name)).unwrap();
    match pictures.list.remove(0) {
        Picture::Image(image) => image,
        Picture::Drawing(_) => panic!("{name} is a photo"),
    }
}

fn svg(text: &str) -> Result<Drawing, TaskError> {
    let token = CancelToken::default();
    svg::drawing(text, &SvgFonts::default(), &Context::detached(&token))
}

#[test]
fn a_jpeg_goes_in_as_it_is() {
    let bytes = fixture("orientation/Landscape_6.jpg");
    let (pictures, id) = add(&bytes).unwrap();
    let Some(Picture::Image(image)) = pictures.get(id) else { panic!("a photo is an image") };
    assert_eq!(image.coded.data, bytes);
    assert_eq!(image.orientation, 6);
    assert_eq!(pictures.size(id), (image.height as f32, image.width as f32));
    assert!(matches!(self::image("formats/cmyk.jpg").colors, Colors::Cmyk { .. }));
}

#[test]
fn a_png_goes_in_as_it_is_where_a_pdf_can_have_it() {
    for (name, bits, is_palette) in [
        ("basn0g01", 1, false),
        ("basn0g04", 4, false),
        ("basn0g08", 8, false),
        ("basn2c08", 8, false),
        ("basn3p02", 2, true),
        ("basn3p08", 8, true),
    ] {
        let image = image(&format!("pngsuite/{name}.png"));
        assert_eq!((image.coded.bits, matches!(image.colors, Colors::Palette(_))), (bits, is_palette), "{name}");
        assert!(image.alpha.is_none() && image.transparent.is_none());
    }
    let keyed = image("pngsuite/tbrn2c08.png");
    assert_eq!(keyed.transparent.map(|samples| samples.len()), Some(3));
}

#[test]
fn other_pictures_become_pixels() {
    // Interlaced, 16 bits, alpha, and a palette with alpha.
    for (name, has_alpha) in [("basi2c08", false), ("basn2c16", false), ("basn6a08", true), ("tp1n3p08", true)] {
        let image = image(&format!("pngsuite/{name}.png"));
        assert_eq!((image.coded.bits, image.alpha.is_some()), (8, has_alpha), "{name}");
    }
    assert!(image("formats/alpha.webp").alpha.is_some());
}

#[test]
fn the_same_bytes_are_one_picture() {
    let token = CancelToken::default();
    let context = Context::detached(&token);
    let mut pictures = Pictures::default();
    let bytes = fixture("pngsuite/basn2c08.png");
    let first = pictures.add_image(&bytes, &context).unwrap();
    assert_eq!(pictures.add_image(&bytes, &context).unwrap(), first);
    let fonts = SvgFonts::default();
    let text = "<svg xmlns='http://www.w3.org/2000/svg' width='4' height='2'><path d='M0 0h4v2z'/></svg>";
    let drawing = pictures.add_svg(text, &fonts, &context).unwrap();
    assert_eq!(pictures.add_svg(text, &fonts, &context).unwrap(), drawing);
    assert_eq!(pictures.size(drawing), (4.0, 2.0));
    assert_eq!(pictures.list.len(), 2);
}

#[test]
fn limits_are_kept() {
    let token = CancelToken::default();
    let context = Context::detached(&token);
    for limits in [PictureLimits { pixels: 1023, bytes: 1 << 20 }, PictureLimits { pixels: 1024, bytes: 10 }] {
        let mut pictures = Pictures::new(limits);
        for name in ["pngsuite/basn2c08.png", "pngsuite/basn6a08.png"] {
            assert_eq!(pictures.add_image(&fixture(name), &context).unwrap_err().code, Code::ImageTooLarge);
        }
    }
}

#[test]
fn damaged_pictures_are_errors() {
    for name in ["pngsuite/basn3p02.png", "pngsuite/tbrn2c08.png", "pngsuite/basn6a08.png", "formats/lossy.webp"] {
        let Ok(whole) = std::panic::catch_unwind(|| fixture(name)) else { continue };
        let step = (whole.len() / 64).max(1);
        for len in (0..whole.len()).step_by(step) {
            assert!(add(&whole[..len]).is_err(), "{name} cut at {len}");
        }
        for at in (0..whole.len()).step_by(step) {
            for value in [0, 1, 0x7f, 0xff] {
                let mut bytes = whole.clone();
                bytes[at] = value;
                let _ = add(&bytes);
            }
        }
    }
    assert_eq!(add(b"").unwrap_err().code, Code::ImageInvalid);
    assert_eq!(add(b"\x89PNG\r\n\x1a\n").unwrap_err().code, Code::ImageInvalid);
    assert_eq!(add(&[0xff, 0xd8, 0xff, 0xd9]).unwrap_err().code, Code::ImageInvalid);
}

#[test]
fn an_svg_reads_nothing_from_outside() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/__test__/fixtures/pngsuite/basn2c08.png");
    for href in [path, "https://example.org/a.png", "data:image/png;base64,iVBORw0KGgo=", "../a.svg"] {
        let text = format!(
            "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' width='10' height='10'>\
             <image xlink:href='{href}' width='10' height='10'/></svg>"
        );
        let drawing = svg(&text).unwrap();
        assert!(!drawing.chunk.as_bytes().windows(14).any(|window| window == b"/Subtype /Imag"));
    }
}

#[test]
fn a_broken_svg_is_an_error() {
    let deep = "<g>".repeat(100_000);
    let bomb = "<!DOCTYPE svg [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;\
                &b;&b;&b;&b;&b;&b;'>]><svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'>&c;";
    for text in [
        "",
        "no xml",
        "<svg",
        "<svg xmlns='http://www.w3.org/2000/svg'>",
        "<html/>",
        "<svg xmlns='http://www.w3.org/2000/svg' width='0' height='1'/>",
        "<svg xmlns='http://www.w3.org/2000/svg' width='1e30' height='1'/>",
        &format!("<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'>{deep}"),
        bomb,
    ] {
        assert_eq!(svg(text).unwrap_err().code, Code::ImageInvalid, "{}", &text[..text.len().min(80)]);
    }
    let inside = "<g opacity='.5'>".repeat(200) + "<path d='M0 0h1v1z'/>" + &"</g>".repeat(200);
    let _ = svg(&format!("<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'>{inside}</svg>"));
    let fonts = SvgFonts::new([Arc::new(b"not a font".to_vec()) as Arc<dyn AsRef<[u8]> + Send + Sync>]);
    let text = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><text y='9'>x</text></svg>";
    let token = CancelToken::default();
    assert!(svg::drawing(text, &fonts, &Context::detached(&token)).is_ok());
}

/// Whether the path fills the point.
fn is_dark(path: &crate::tasks::pdf::scene::Path, x: f32, y: f32) -> bool {
    path.0.iter().any(|segment| match *segment {
        Segment::Rect(left, top, width, height) => {
            (left..left + width).contains(&x) && (top..top + height).contains(&y)
        }
        _ => false,
    })
}

#[test]
fn a_qr_code_has_its_corners() {
    let options = QrOptions { version: Some(2), padding: 1, mask: Some(3), ..QrOptions::default() };
    // 25 modules and the padding: one point each.
    let code = qr("https://example.org", 27.0, &options).unwrap();
    for (x, y) in [(1.5, 1.5), (4.5, 4.5), (25.5, 1.5), (1.5, 25.5)] {
        assert!(is_dark(&code, x, y), "{x} {y}");
    }
    for (x, y) in [(0.5, 0.5), (2.5, 2.5), (26.5, 13.5)] {
        assert!(!is_dark(&code, x, y), "{x} {y}");
    }
}

#[test]
fn qr_options_that_cannot_be_are_told() {
    let with = |change: &dyn Fn(&mut QrOptions)| {
        let mut options = QrOptions::default();
        change(&mut options);
        options
    };
    assert!(qr(&"a".repeat(3000), 10.0, &QrOptions::default()).unwrap_err().contains("too long"));
    assert!(qr("abc", 10.0, &with(&|options| options.mode = Some(QrMode::Numeric))).unwrap_err().contains("mode"));
    assert!(qr("abc", 10.0, &with(&|options| options.mode = Some(QrMode::Alphanumeric))).is_err());
    assert!(qr("ABC", 10.0, &with(&|options| options.mode = Some(QrMode::Alphanumeric))).is_ok());
    assert!(qr("ü", 10.0, &with(&|options| options.mode = Some(QrMode::Octet))).is_ok());
    assert!(qr("a", 10.0, &with(&|options| options.version = Some(41))).unwrap_err().contains("1 to 40"));
    assert!(qr("a", 10.0, &with(&|options| options.mask = Some(8))).unwrap_err().contains("0 to 7"));
    assert!(qr(&"a".repeat(100), 10.0, &with(&|options| options.version = Some(1))).unwrap_err().contains("version"));
    assert!(qr("", 10.0, &QrOptions::default()).is_ok());
}

#[test]
fn barcodes_take_what_they_have() {
    for (kind, text) in [
        (Symbology::Code128, "Offloop-1"),
        (Symbology::Code128, "123456"),
        (Symbology::Code128, "a\tb"),
        (Symbology::Code39, "ABC-12"),
        (Symbology::Ean13, "4006381333931"),
        (Symbology::Ean13, "400638133393"),
        (Symbology::Ean8, "73513537"),
        (Symbology::Itf, "12345678"),
        (Symbology::Codabar, "A1234B"),
    ] {
        let bars = barcode(kind, text, 100.0, 20.0).unwrap();
        assert!(bars.0.len() > 10, "{kind:?}");
        assert!(is_dark(&bars, 0.1, 10.0) || kind == Symbology::Codabar, "{kind:?} begins with a bar");
    }
    for (kind, text) in [
        (Symbology::Code128, ""),
        (Symbology::Code128, "ü"),
        (Symbology::Code39, "ä"),
        (Symbology::Ean13, "4006381333932"),
        (Symbology::Ean13, "x"),
        (Symbology::Ean8, "123456789"),
        (Symbology::Itf, "12a4"),
        (Symbology::Codabar, "%"),
        (Symbology::Itf, &"1".repeat(300)),
    ] {
        assert!(barcode(kind, text, 100.0, 20.0).is_err(), "{kind:?} {text}");
    }
}
