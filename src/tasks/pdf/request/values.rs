//! Values that have several forms: margins, colours, lengths, sizes of pages.

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Unexpected, Visitor};

use crate::tasks::pdf::scene::Color;

/// Something, or a list of it.
#[derive(Clone, Debug)]
pub(in crate::tasks::pdf) struct OneOrMany<T>(pub(in crate::tasks::pdf) Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Either<T> {
            type Value = OneOrMany<T>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a value or an array")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(OneOrMany(vec![T::deserialize(de::value::StrDeserializer::new(text))?]))
            }
            fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Self::Value, E> {
                Ok(OneOrMany(vec![T::deserialize(de::value::BoolDeserializer::new(flag))?]))
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
                Ok(OneOrMany(vec![T::deserialize(de::value::U64Deserializer::new(number))?]))
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
                Ok(OneOrMany(vec![T::deserialize(de::value::I64Deserializer::new(number))?]))
            }
            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Self::Value, E> {
                Ok(OneOrMany(vec![T::deserialize(de::value::F64Deserializer::new(number))?]))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                Ok(OneOrMany(vec![T::deserialize(de::value::MapAccessDeserializer::new(map))?]))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
                Vec::deserialize(de::value::SeqAccessDeserializer::new(seq)).map(OneOrMany)
            }
        }
        deserializer.deserialize_any(Either(std::marker::PhantomData))
    }
}

/// Space around a block: left, top, right, bottom.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::tasks::pdf) struct Margins {
    pub(in crate::tasks::pdf) left: f32,
    pub(in crate::tasks::pdf) top: f32,
    pub(in crate::tasks::pdf) right: f32,
    pub(in crate::tasks::pdf) bottom: f32,
}

impl Margins {
    pub(in crate::tasks::pdf) fn all(side: f32) -> Self {
        Self { left: side, top: side, right: side, bottom: side }
    }
}

/// One number for all sides, `[horizontal, vertical]`, or `[left, top, right, bottom]`. A side that is null is not said.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::tasks::pdf) struct MaybeMargins(pub(in crate::tasks::pdf) [Option<f32>; 4]);

impl MaybeMargins {
    /// These, and where they say nothing those.
    pub(in crate::tasks::pdf) fn or(self, other: Self) -> Self {
        Self(std::array::from_fn(|side| self.0[side].or(other.0[side])))
    }

    pub(in crate::tasks::pdf) fn resolved(self) -> Margins {
        let [left, top, right, bottom] = self.0.map(Option::unwrap_or_default);
        Margins { left, top, right, bottom }
    }
}

impl<'de> Deserialize<'de> for MaybeMargins {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Forms;
        impl<'de> Visitor<'de> for Forms {
            type Value = MaybeMargins;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a number or an array of 2 or 4 numbers")
            }
            fn visit_u64<E: de::Error>(self, side: u64) -> Result<MaybeMargins, E> {
                Ok(MaybeMargins([Some(side as f32); 4]))
            }
            fn visit_i64<E: de::Error>(self, side: i64) -> Result<MaybeMargins, E> {
                Ok(MaybeMargins([Some(side as f32); 4]))
            }
            fn visit_f64<E: de::Error>(self, side: f64) -> Result<MaybeMargins, E> {
                Ok(MaybeMargins([Some(side as f32); 4]))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<MaybeMargins, A::Error> {
                let sides: Vec<Option<f32>> = Deserialize::deserialize(de::value::SeqAccessDeserializer::new(seq))?;
                match sides[..] {
                    [horizontal, vertical] => Ok(MaybeMargins([horizontal, vertical, horizontal, vertical])),
                    [left, top, right, bottom] => Ok(MaybeMargins([left, top, right, bottom])),
                    _ => Err(de::Error::invalid_length(sides.len(), &self)),
                }
            }
        }
        deserializer.deserialize_any(Forms)
    }
}

impl<'de> Deserialize<'de> for Color {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Forms;
        const EXPECTED: &str = "a CSS colour, [red, green, blue] or [cyan, magenta, yellow, black]";
        impl<'de> Visitor<'de> for Forms {
            type Value = Color;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(EXPECTED)
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Color, E> {
                let color = csscolorparser::parse(text);
                let color = color.map_err(|_| E::invalid_value(Unexpected::Str(text), &EXPECTED))?;
                let [r, g, b, _] = color.to_rgba8();
                Ok(Color::Rgb([r, g, b]))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Color, A::Error> {
                let parts: Vec<f32> = Deserialize::deserialize(de::value::SeqAccessDeserializer::new(seq))?;
                let byte = |value: f32| value.clamp(0.0, 255.0).round() as u8;
                let percent = |value: f32| value.clamp(0.0, 100.0).round() as u8;
                match parts[..] {
                    [r, g, b] => Ok(Color::Rgb([r, g, b].map(byte))),
                    [c, m, y, k] => Ok(Color::Cmyk([c, m, y, k].map(percent))),
                    _ => Err(de::Error::invalid_length(parts.len(), &EXPECTED)),
                }
            }
        }
        deserializer.deserialize_any(Forms)
    }
}

/// How wide a column is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::tasks::pdf) enum Length {
    Points(f32),
    /// As wide as what is in it.
    Auto,
    /// A share of what is left.
    Star,
    /// Of what there is, 0 to 100.
    Percent(f32),
}

impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Forms;
        const EXPECTED: &str = "a number of points, 'auto', '*', or a percentage such as '50%'";
        impl Visitor<'_> for Forms {
            type Value = Length;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(EXPECTED)
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Length, E> {
                match text {
                    "auto" => Ok(Length::Auto),
                    "*" | "star" => Ok(Length::Star),
                    _ => text
                        .strip_suffix('%')
                        .and_then(|number| number.trim().parse().ok())
                        .filter(|percent: &f32| percent.is_finite() && *percent >= 0.0)
                        .map(Length::Percent)
                        .ok_or_else(|| E::invalid_value(Unexpected::Str(text), &EXPECTED)),
                }
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Length, E> {
                Ok(Length::Points(number as f32))
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Length, E> {
                Err(E::invalid_value(Unexpected::Signed(number), &EXPECTED))
            }
            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Length, E> {
                if number >= 0.0 {
                    Ok(Length::Points(number as f32))
                } else {
                    Err(E::invalid_value(Unexpected::Float(number), &EXPECTED))
                }
            }
        }
        deserializer.deserialize_any(Forms)
    }
}

/// A name such as `A4`, or width and height in points. A page whose height is `auto` is as tall as what is on it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::tasks::pdf) struct PageSize {
    pub(in crate::tasks::pdf) width: f32,
    pub(in crate::tasks::pdf) height: Option<f32>,
}

impl PageSize {
    pub(in crate::tasks::pdf) const A4: Self = Self { width: 595.28, height: Some(841.89) };

    /// The ISO 216 and 269 sizes and those of North America, in points as pdfkit has them.
    pub(in crate::tasks::pdf) fn named(name: &str) -> Option<Self> {
        let upper = name.to_ascii_uppercase();
        let (width, height) = match upper.as_str() {
            "4A0" => (4767.87, 6740.79),
            "2A0" => (3370.39, 4767.87),
            "A0" => (2383.94, 3370.39),
            "A1" => (1683.78, 2383.94),
            "A2" => (1190.55, 1683.78),
            "A3" => (841.89, 1190.55),
            "A4" => (595.28, 841.89),
            "A5" => (419.53, 595.28),
            "A6" => (297.64, 419.53),
            "A7" => (209.76, 297.64),
            "A8" => (147.40, 209.76),
            "A9" => (104.88, 147.40),
            "A10" => (73.70, 104.88),
            "B0" => (2834.65, 4008.19),
            "B1" => (2004.09, 2834.65),
            "B2" => (1417.32, 2004.09),
            "B3" => (1000.63, 1417.32),
            "B4" => (708.66, 1000.63),
            "B5" => (498.90, 708.66),
            "B6" => (354.33, 498.90),
            "B7" => (249.45, 354.33),
            "B8" => (175.75, 249.45),
            "B9" => (124.72, 175.75),
            "B10" => (87.87, 124.72),
            "C0" => (2599.37, 3676.54),
            "C1" => (1836.85, 2599.37),
            "C2" => (1298.27, 1836.85),
            "C3" => (918.43, 1298.27),
            "C4" => (649.13, 918.43),
            "C5" => (459.21, 649.13),
            "C6" => (323.15, 459.21),
            "C7" => (229.61, 323.15),
            "C8" => (161.57, 229.61),
            "C9" => (113.39, 161.57),
            "C10" => (79.37, 113.39),
            "RA0" => (2437.80, 3458.27),
            "RA1" => (1729.13, 2437.80),
            "RA2" => (1218.90, 1729.13),
            "RA3" => (864.57, 1218.90),
            "RA4" => (609.45, 864.57),
            "SRA0" => (2551.18, 3628.35),
            "SRA1" => (1814.17, 2551.18),
            "SRA2" => (1275.59, 1814.17),
            "SRA3" => (907.09, 1275.59),
            "SRA4" => (637.80, 907.09),
            "EXECUTIVE" => (521.86, 756.0),
            "FOLIO" => (612.0, 936.0),
            "LEGAL" => (612.0, 1008.0),
            "LETTER" => (612.0, 792.0),
            "TABLOID" => (792.0, 1224.0),
            _ => return None,
        };
        Some(Self { width, height: Some(height) })
    }
}

impl<'de> Deserialize<'de> for PageSize {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Forms;
        const EXPECTED: &str = "the name of a page size such as 'A4', or { width, height }";

        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Sides {
            width: f32,
            height: Height,
        }
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Height {
            Points(f32),
            Auto(Auto),
        }
        #[derive(Deserialize)]
        enum Auto {
            #[serde(rename = "auto")]
            Auto,
        }

        impl<'de> Visitor<'de> for Forms {
            type Value = PageSize;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(EXPECTED)
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<PageSize, E> {
                PageSize::named(text).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &EXPECTED))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<PageSize, A::Error> {
                let (width, height) = Deserialize::deserialize(de::value::SeqAccessDeserializer::new(seq))?;
                checked(width, Some(height))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<PageSize, A::Error> {
                let sides = Sides::deserialize(de::value::MapAccessDeserializer::new(map))?;
                checked(sides.width, if let Height::Points(height) = sides.height { Some(height) } else { None })
            }
        }

        fn checked<E: de::Error>(width: f32, height: Option<f32>) -> Result<PageSize, E> {
            // ISO 32000-1, annex C: 14,400 units are the largest side that readers support.
            let is_side = |side: f32| (3.0..=14_400.0).contains(&side);
            if is_side(width) && height.is_none_or(is_side) {
                Ok(PageSize { width, height })
            } else {
                Err(E::custom("expected the sides of a page to be 3 to 14400 points"))
            }
        }

        deserializer.deserialize_any(Forms)
    }
}
