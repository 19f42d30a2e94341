//! Numbers in content streams: as short as they can be, since they are most of what a page has to say.

/// Numbers beyond this are nothing that a page can show.
const MAX: f64 = 1e9;

/// Lengths: hundredths of a point.
pub(super) const LENGTH: u32 = 2;
/// Factors of a matrix.
pub(super) const FACTOR: u32 = 5;
/// Colours and opacities.
pub(super) const SHARE: u32 = 3;

/// Appends a number of at most so many decimals, without zeros that say nothing. What is no number is 0.
pub(super) fn put(out: &mut Vec<u8>, value: f32, decimals: u32) {
    let scale = 10_u64.pow(decimals);
    let scaled = (f64::from(value).clamp(-MAX, MAX) * scale as f64).round() as i64;
    if scaled < 0 {
        out.push(b'-');
    }
    let (whole, mut rest) = (scaled.unsigned_abs() / scale, scaled.unsigned_abs() % scale);
    if whole > 0 || rest == 0 {
        put_integer(out, whole);
    }
    if rest > 0 {
        out.push(b'.');
        let mut unit = scale / 10;
        while rest > 0 {
            out.push(b'0' + (rest / unit) as u8);
            rest %= unit;
            unit /= 10;
        }
    }
}

pub(super) fn put_integer(out: &mut Vec<u8>, mut value: u64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

/// As `put` rounds it.
pub(super) fn rounded(value: f32, decimals: u32) -> f32 {
    let scale = 10_f32.powi(decimals as i32);
    let rounded = (value * scale).round() / scale;
    if rounded.is_finite() { rounded } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: f32, decimals: u32) -> String {
        let mut out = Vec::new();
        put(&mut out, value, decimals);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_are_short() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (-0.001, "0"),
            (0.5, ".5"),
            (-0.25, "-.25"),
            (12.0, "12"),
            (100.0, "100"),
            (595.276, "595.28"),
            (0.999, "1"),
            (7.05, "7.05"),
        ] {
            assert_eq!(written(value, LENGTH), text);
        }
        assert_eq!(written(0.00001, FACTOR), ".00001");
        assert_eq!(written(1.5, 0), "2");
    }

    #[test]
    fn what_is_no_number_is_written_as_one() {
        assert_eq!(written(f32::NAN, 2), "0");
        assert_eq!(written(f32::INFINITY, 2), "1000000000");
        assert_eq!(written(f32::MIN, 2), "-1000000000");
    }
}
