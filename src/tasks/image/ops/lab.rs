//! sRGB, CIE Lab and LCh, with the white of D65.
//!
//! IEC 61966-2-1 for sRGB, CIE 15:2018 for Lab.

use std::sync::LazyLock;

/// XYZ of the white of D65, for Y = 100.
const WHITE: [f32; 3] = [95.047, 100.0, 108.883];

/// Light of the 256 levels of sRGB, 0 to 1.
pub(super) static LIGHT: LazyLock<[f32; 256]> =
    LazyLock::new(|| std::array::from_fn(|level| light(level as f32 / 255.0)));

/// Light of an sRGB value; both 0 to 1.
pub(in crate::tasks::image) fn light(value: f32) -> f32 {
    if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

/// The sRGB value of an amount of light; both 0 to 1.
pub(in crate::tasks::image) fn value(light: f32) -> f32 {
    if light <= 0.003_130_8 { 12.92 * light } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 }
}

/// Lab of sRGB, each 0 to 1.
pub(super) fn lab_of(rgb: [f32; 3]) -> [f32; 3] {
    let [r, g, b] = rgb.map(light);
    let xyz = [41.24 * r + 35.76 * g + 18.05 * b, 21.26 * r + 71.52 * g + 7.22 * b, 1.93 * r + 11.92 * g + 95.05 * b];
    let root = |value: f32| if value > 0.008_856 { value.cbrt() } else { 7.787 * value + 16.0 / 116.0 };
    let [x, y, z] = std::array::from_fn(|i| root(xyz[i] / WHITE[i]));
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// sRGB of Lab, each 0 to 1.
pub(super) fn rgb_of([l, a, b]: [f32; 3]) -> [f32; 3] {
    let y = (l + 16.0) / 116.0;
    let power = |root: f32| if root > 0.206_893 { root.powi(3) } else { (root - 16.0 / 116.0) / 7.787 };
    let x = power(y + a / 500.0) * WHITE[0] / 100.0;
    let z = power(y - b / 200.0) * WHITE[2] / 100.0;
    let y = power(y) * WHITE[1] / 100.0;
    [
        3.240_6 * x - 1.537_2 * y - 0.498_6 * z,
        -0.968_9 * x + 1.875_8 * y + 0.041_5 * z,
        0.055_7 * x - 0.204 * y + 1.057 * z,
    ]
    .map(|light| value(light.clamp(0.0, 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_come_back() {
        for rgb in [[0.0, 0.0, 0.0], [1.0, 1.0, 1.0], [0.2, 0.5, 0.9], [1.0, 0.0, 0.0], [0.01, 0.02, 0.03]] {
            let back = rgb_of(lab_of(rgb));
            assert!(back.iter().zip(rgb).all(|(a, b)| (a - b).abs() < 2e-3), "{rgb:?} {back:?}");
        }
        let [l, a, b] = lab_of([1.0, 1.0, 1.0]);
        assert!((l - 100.0).abs() < 0.01 && a.abs() < 0.02 && b.abs() < 0.02, "{l} {a} {b}");
    }
}
