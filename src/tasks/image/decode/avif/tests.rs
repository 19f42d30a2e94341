//! Containers that are whole, cut off and damaged.

use std::borrow::Cow;

use super::boxes::{Fault, Reader};
use super::colors::Factors;
use super::picture::{Coding, Nclx, Shown};
use crate::tasks::image::turn::Turn;

fn fixture(name: &str) -> Vec<u8> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("__test__/fixtures/formats");
    std::fs::read(folder.join(name)).unwrap()
}

#[test]
fn a_picture_says_what_it_is() {
    let bytes = fixture("photo.avif");
    let shown = Shown::of(&bytes).unwrap();
    assert_eq!((shown.color.size, shown.color.pieces.len()), ((60, 40), 1));
    assert_eq!(shown.color.coding, Coding { bits: 8, monochrome: false, halved: (false, false) });
    assert!(shown.alpha.is_none() && !shown.premultiplied && shown.turn == Turn::default());
}

#[test]
fn a_grid_has_its_pieces_in_rows() {
    let bytes = fixture("grid.avif");
    let color = Shown::of(&bytes).unwrap().color;
    assert_eq!((color.size, color.piece, color.columns, color.pieces.len()), ((60, 40), (32, 32), 2, 4));
}

#[test]
fn what_is_cut_off_is_an_error() {
    for name in ["photo.avif", "grid.avif"] {
        let whole = fixture(name);
        for len in 0..whole.len() {
            assert!(Shown::of(&whole[..len]).is_err(), "{name} cut to {len}");
        }
    }
}

#[test]
fn what_is_damaged_never_panics() {
    for name in ["photo.avif", "grid.avif"] {
        let whole = fixture(name);
        for at in 0..whole.len() {
            for value in [0, 1, 2, 0x7f, 0x80, 0xff, whole[at] ^ 1] {
                let mut bytes = whole.clone();
                bytes[at] = value;
                if let Ok(shown) = Shown::of(&bytes) {
                    let total: usize = shown.color.pieces.iter().map(|piece| piece.len()).sum();
                    assert!(total <= shown.color.pieces.len() * bytes.len());
                }
            }
        }
    }
}

#[test]
fn a_box_larger_than_the_rest_is_cut_off() {
    let boxes = |bytes: &'static [u8]| Reader::new(bytes).next_box();
    assert_eq!(boxes(b"\0\0\0\x09free"), Err(Fault::CUT_OFF));
    assert_eq!(boxes(b"\0\0\0\x01free\xff\xff\xff\xff\xff\xff\xff\xff"), Err(Fault::CUT_OFF));
    assert!(boxes(b"\0\0\0\x07free").is_err());
    assert_eq!(boxes(b"\0\0\0\0freeall"), Ok(Some((*b"free", &b"all"[..]))));
    assert_eq!(boxes(b""), Ok(None));
}

#[test]
fn exif_begins_where_its_first_bytes_say() {
    let tiff = |bytes: &'static [u8]| super::picture::tiff_of(Cow::Borrowed(bytes)).map(Cow::into_owned);
    assert_eq!(tiff(b"\0\0\0\0II"), Some(b"II".to_vec()));
    assert_eq!(tiff(b"\0\0\0\x06Exif\0\0II"), Some(b"II".to_vec()));
    assert_eq!((tiff(b"\xff\xff\xff\xffII"), tiff(b"\0\0")), (None, None));
}

#[test]
fn every_depth_and_matrix_stays_within_its_numbers() {
    for matrix in [0, 1, 2, 4, 5, 6, 7, 9] {
        for bits in [8, 10, 12] {
            for full_range in [false, true] {
                let max = if bits == 8 { 255.0 } else { 65535.0 };
                let factors = Factors::of(Nclx { matrix, full_range }, bits, false, max).unwrap();
                let top = (1_i64 << bits) - 1;
                let middle = 1_i64 << (bits - 1);
                assert!(factors.largest(top, middle) < i64::from(i32::MAX), "{matrix} {bits} {full_range}");
            }
        }
    }
    assert!(Factors::of(Nclx { matrix: 14, full_range: true }, 8, false, 255.0).is_err());
}
