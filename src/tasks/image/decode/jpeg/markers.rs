//! The segments of a JPEG before its first scan: size, sampling, density, and what else comes along. In Rust, since they
//! are read before anything is known of the file.
//!
//! By ITU-T T.81, JFIF 1.02, the EXIF and XMP specifications, and ICC.1:2022 annex B.4.

/// What the segments say.
#[derive(Debug, Default)]
pub(super) struct Markers {
    pub(super) width: u32,
    pub(super) height: u32,
    /// Bits of a sample.
    pub(super) precision: u8,
    /// Identifier, and horizontal and vertical sampling of each component.
    pub(super) components: Vec<(u8, u8, u8)>,
    pub(super) progressive: bool,
    /// The low half of the SOF marker: 0 baseline, 1 extended, 2 progressive, 9 and 10 the same with arithmetic coding.
    pub(super) process: u8,
    pub(super) adobe_transform: Option<u8>,
    pub(super) jfif: bool,
    pub(super) density: Option<f64>,
    pub(super) icc: Option<Vec<u8>>,
    pub(super) exif: Option<Vec<u8>>,
    pub(super) xmp: Option<Vec<u8>>,
}

/// Reads the segments up to the first scan. The error is a sentence for people.
pub(super) fn read(bytes: &[u8]) -> Result<Markers, &'static str> {
    let mut found = Markers::default();
    let mut profile: Vec<(u8, &[u8])> = Vec::new();
    let mut rest = bytes.strip_prefix(&[0xff, 0xd8]).ok_or("it does not begin with a start-of-image marker")?;
    loop {
        // Fill bytes may come before a marker, and some writers leave bytes between segments.
        let start = rest.iter().position(|byte| *byte == 0xff).ok_or("it ends before its first scan")?;
        rest = &rest[start..];
        let code = rest.iter().position(|byte| *byte != 0xff).ok_or("it ends before its first scan")?;
        let marker = rest[code];
        rest = &rest[code + 1..];
        match marker {
            // Stuffed zeros, restart markers and a start of image have no length.
            0x00 | 0x01 | 0xd0..=0xd8 => continue,
            0xd9 => return Err("it ends before its first scan"),
            _ => {}
        }
        let (len, after) = rest.split_first_chunk().ok_or("it ends before its first scan")?;
        let len = usize::from(u16::from_be_bytes(*len));
        let segment = len.checked_sub(2).and_then(|len| after.get(..len)).ok_or("it ends before its first scan")?;
        rest = &after[segment.len()..];
        match marker {
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => frame(marker & 15, segment, &mut found)?,
            0xda => break,
            0xe0 => jfif(segment, &mut found),
            0xe1 => application_1(segment, &mut found),
            0xe2 => {
                if let Some([number, _count, data @ ..]) = segment.strip_prefix(b"ICC_PROFILE\0") {
                    profile.push((*number, data));
                }
            }
            0xee => {
                if let Some(transform) = segment.strip_prefix(b"Adobe").and_then(|rest| rest.get(6)) {
                    found.adobe_transform = Some(*transform);
                }
            }
            _ => {}
        }
    }
    if found.components.is_empty() {
        return Err("it has no frame header");
    }
    profile.sort_by_key(|(number, _)| *number);
    found.icc = (!profile.is_empty()).then(|| profile.iter().flat_map(|(_, data)| *data).copied().collect());
    Ok(found)
}

fn frame(process: u8, segment: &[u8], found: &mut Markers) -> Result<(), &'static str> {
    let [precision, a, b, c, d, count, components @ ..] = segment else { return Err("its frame header is cut off") };
    found.process = process;
    found.progressive = matches!(process, 2 | 6 | 10 | 14);
    found.precision = *precision;
    found.height = u32::from(u16::from_be_bytes([*a, *b]));
    found.width = u32::from(u16::from_be_bytes([*c, *d]));
    let described = components.chunks_exact(3).take(usize::from(*count));
    found.components = described.map(|component| (component[0], component[1] >> 4, component[1] & 15)).collect();
    let complete = !found.components.is_empty() && found.components.len() == usize::from(*count);
    let sampled = found.components.iter().all(|(_, across, down)| (1..=4).contains(across) && (1..=4).contains(down));
    if complete && sampled { Ok(()) } else { Err("its frame header is broken") }
}

fn jfif(segment: &[u8], found: &mut Markers) {
    let Some([_, _, unit, a, b, ..]) = segment.strip_prefix(b"JFIF\0") else { return };
    found.jfif = true;
    let density = f64::from(u16::from_be_bytes([*a, *b]));
    found.density = match unit {
        1 if density > 0.0 => Some(density),
        2 if density > 0.0 => Some(density * 2.54),
        _ => None,
    };
}

fn application_1(segment: &[u8], found: &mut Markers) {
    if let Some(exif) = segment.strip_prefix(b"Exif\0\0") {
        found.exif.get_or_insert_with(|| exif.to_vec());
    } else if let Some(xmp) = segment.strip_prefix(b"http://ns.adobe.com/xap/1.0/\0") {
        found.xmp.get_or_insert_with(|| xmp.to_vec());
    }
}

impl Markers {
    /// `4:2:0` and so on, in the words of sharp.
    pub(super) fn subsampling(&self) -> Option<&'static str> {
        match self.components[..] {
            [(_, 2, 2), (_, 1, 1), (_, 1, 1)] => Some("4:2:0"),
            [(_, 2, 1), (_, 1, 1), (_, 1, 1)] => Some("4:2:2"),
            [(_, 1, 2), (_, 1, 1), (_, 1, 1)] => Some("4:4:0"),
            [(_, 4, 1), (_, 1, 1), (_, 1, 1)] => Some("4:1:1"),
            [(_, a, b), (_, c, d), (_, e, f)] if (a, b) == (c, d) && (c, d) == (e, f) => Some("4:4:4"),
            [_, _, _, _] => Some("4:4:4:4"),
            _ => None,
        }
    }

    /// Whether three components are brightness and colour differences, as libjpeg guesses it.
    pub(super) fn is_ycc(&self) -> bool {
        let [(first, ..), (second, ..), (third, ..)] = self.components[..] else { return false };
        match self.adobe_transform {
            _ if self.jfif => true,
            Some(transform) => transform != 0,
            None => (first, second, third) != (b'R', b'G', b'B'),
        }
    }
}
