//! The profile that says that RGB is sRGB: of version 2, which is all that the first part of PDF/A knows.
//!
//! By ICC.1:2001-04, with the primaries of IEC 61966-2-1 adapted to D50.

/// Points of the curve.
const POINTS: u16 = 256;

/// X, Y and Z in parts of 65,536.
const WHITE: [u32; 3] = [0xf351, 0x1_0000, 0x1_16cc];
const RED: [u32; 3] = [0x6fa2, 0x38f5, 0x0390];
const GREEN: [u32; 3] = [0x6299, 0xb785, 0x18da];
const BLUE: [u32; 3] = [0x24a0, 0x0f84, 0xb6cf];
/// The light that all profiles are for.
const D50: [u32; 3] = [0xf6d6, 0x1_0000, 0xd32d];

/// The bytes of the profile.
pub(super) fn profile() -> Vec<u8> {
    let curve = curve();
    let parts: [(&[&[u8; 4]], Vec<u8>); 7] = [
        (&[b"desc"], description("sRGB")),
        (&[b"cprt"], [b"text\0\0\0\0", &b"No copyright, use freely\0"[..]].concat()),
        (&[b"wtpt"], xyz(WHITE)),
        (&[b"rXYZ"], xyz(RED)),
        (&[b"gXYZ"], xyz(GREEN)),
        (&[b"bXYZ"], xyz(BLUE)),
        (&[b"rTRC", b"gTRC", b"bTRC"], curve),
    ];
    let count = parts.iter().map(|(tags, _)| tags.len()).sum::<usize>();
    let mut table = (count as u32).to_be_bytes().to_vec();
    let mut data = Vec::new();
    let start = 128 + 4 + 12 * count;
    for (tags, bytes) in &parts {
        for tag in *tags {
            table.extend_from_slice(*tag);
            table.extend(((start + data.len()) as u32).to_be_bytes());
            table.extend((bytes.len() as u32).to_be_bytes());
        }
        data.extend_from_slice(bytes);
        data.resize(data.len().next_multiple_of(4), 0);
    }
    let mut profile = header((start + data.len()) as u32);
    profile.extend(table);
    profile.extend(data);
    profile
}

fn header(size: u32) -> Vec<u8> {
    let mut header = vec![0; 128];
    let mut put = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &size.to_be_bytes());
    put(8, &[2, 0x10, 0, 0]);
    put(12, b"mntrRGB XYZ ");
    // A date must be there: that of the standard.
    put(24, &[0x07, 0xcf, 0, 10, 0, 1]);
    put(36, b"acsp");
    put(68, &D50.map(u32::to_be_bytes).concat());
    header
}

fn description(text: &str) -> Vec<u8> {
    let mut bytes = b"desc\0\0\0\0".to_vec();
    bytes.extend((text.len() as u32 + 1).to_be_bytes());
    bytes.extend_from_slice(text.as_bytes());
    // Its end, and no description in Unicode or for the Macintosh.
    bytes.resize(bytes.len() + 1 + 8 + 3 + 67, 0);
    bytes
}

fn xyz(values: [u32; 3]) -> Vec<u8> {
    [&b"XYZ \0\0\0\0"[..], &values.map(u32::to_be_bytes).concat()].concat()
}

fn curve() -> Vec<u8> {
    let mut bytes = b"curv\0\0\0\0".to_vec();
    bytes.extend(u32::from(POINTS).to_be_bytes());
    for point in 0..POINTS {
        let value = f64::from(point) / f64::from(POINTS - 1);
        let light = if value <= 0.04045 { value / 12.92 } else { libm::pow((value + 0.055) / 1.055, 2.4) };
        bytes.extend(((light * 65_535.0).round() as u16).to_be_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use moxcms::{ColorProfile, Layout, TransformOptions};

    use super::*;

    #[test]
    fn it_is_srgb() {
        let (ours, theirs) = (ColorProfile::new_from_slice(&profile()).unwrap(), ColorProfile::new_srgb());
        let options = TransformOptions::default();
        let transform = ours.create_transform_8bit(Layout::Rgb, &theirs, Layout::Rgb, options).unwrap();
        let samples: Vec<u8> = (0..=255).flat_map(|level: u8| [level, 255 - level, level / 2]).collect();
        let mut result = vec![0; samples.len()];
        transform.transform(&samples, &mut result).unwrap();
        assert!(samples.iter().zip(&result).all(|(one, other)| one.abs_diff(*other) <= 1));
    }
}
