//! A request of `image.process`, made of bytes: mostly one that can be done, on a small picture.

use arbitrary::{Result, Unstructured};
use offloop::engine::{Binary, Element};
use serde_json::{Map, Value, json};

use crate::outcome::{OF_IMAGES, OF_REQUESTS, check_processed, number, run};

/// The most pixels of a picture: enough for every path, and quick.
const LIMIT: u64 = 1 << 16;

/// Images to begin with. Those of the decoders' targets are better at what is broken.
const SEEDS: &[&[u8]] = &[
    include_bytes!("../../__test__/fixtures/formats/alpha.webp"),
    include_bytes!("../../__test__/fixtures/formats/animated.gif"),
    include_bytes!("../../__test__/fixtures/formats/animated.webp"),
    include_bytes!("../../__test__/fixtures/formats/cmyk.jpg"),
    include_bytes!("../../__test__/fixtures/formats/grey.jpg"),
    include_bytes!("../../__test__/fixtures/formats/lossy.webp"),
    include_bytes!("../../__test__/fixtures/formats/photo.tiff"),
    include_bytes!("../../__test__/fixtures/formats/progressive.jpg"),
    include_bytes!("../../__test__/fixtures/orientation/Landscape_6.jpg"),
    include_bytes!("../../__test__/fixtures/pngsuite/basi4a16.png"),
    include_bytes!("../../__test__/fixtures/pngsuite/basn3p02.png"),
];

/// Does what the bytes ask for, and reads what came of it.
pub fn process(bytes: &[u8]) {
    let mut maker = Maker { bytes: Unstructured::new(bytes), binaries: Vec::new() };
    // Out of bytes: what they have said is too little for a request.
    let Ok(options) = maker.request() else { return };
    let Some(done) = run("image.process", &options, &maker.binaries, OF_REQUESTS) else { return };
    check_processed(&done);
    if done.said["format"] != "raw" {
        check_readable(&done.said, &done.binaries[0], &options);
    }
}

/// Checks that what we have written can be read here, all of it, and is as large as `info` says.
fn check_readable(said: &Value, data: &Binary, options: &Value) {
    let again = json!({ "source": { "$binary": 0 }, "pages": -1, "autoOrient": false, "output": { "raw": {} } });
    let image = std::slice::from_ref(data);
    let done = run("image.process", &again, image, OF_IMAGES).unwrap_or_else(|| panic!("unreadable: {said} {options}"));
    for side in ["width", "height"] {
        assert_eq!(number(&done.said, side), number(said, side), "{said} {} {options}", done.said);
    }
}

struct Maker<'a> {
    bytes: Unstructured<'a>,
    binaries: Vec<Binary>,
}

impl Maker<'_> {
    fn request(&mut self) -> Result<Value> {
        let mut options = Map::new();
        options.insert("source".to_owned(), self.source()?);
        options.insert("limitInputPixels".to_owned(), LIMIT.into());
        let makers: &[(&str, fn(&mut Self) -> Result<Value>)] = &[
            ("failOn", |m| m.word(&["none", "truncated", "error", "warning"])),
            ("pages", |m| m.integer(-1, 3)),
            ("page", |m| m.integer(0, 2)),
            ("autoOrient", Self::flag),
            ("ignoreIcc", Self::flag),
            ("rotateBefore", Self::rotate),
            ("trim", Self::trim),
            ("extractBefore", Self::region),
            ("resize", Self::resize),
            ("resize", Self::resize),
            ("flip", Self::flag),
            ("flop", Self::flag),
            ("rotate", Self::rotate),
            ("extract", Self::region),
            ("extend", Self::extend),
            ("flatten", Self::color),
            ("gamma", |m| {
                let fields: Fields<'_, Self> = &[("gammaOut", |m| m.real(1.0, 3.0))];
                let gamma = m.real(1.0, 3.0)?;
                m.object(&[("gamma", gamma)], fields)
            }),
            ("greyscale", Self::flag),
            ("median", |m| {
                let size = m.integer(1, 12)?;
                m.object(&[("size", size)], &[])
            }),
            ("threshold", |m| {
                let threshold = m.integer(0, 255)?;
                m.object(&[("threshold", threshold)], &[("greyscale", Self::flag)])
            }),
            ("blur", |m| m.object(&[], &[("sigma", |m| m.real(0.3, 20.0)), ("minAmplitude", |m| m.real(0.001, 1.0))])),
            ("sharpen", Self::sharpen),
            ("composite", Self::layers),
            ("normalise", |m| m.object(&[], &[("lower", |m| m.real(0.0, 99.0)), ("upper", |m| m.real(1.0, 100.0))])),
            ("linear", |m| m.object(&[], &[("a", Self::reals), ("b", Self::reals)])),
            ("modulate", Self::modulate),
            ("tint", Self::color),
            ("negate", |m| m.object(&[], &[("alpha", Self::flag)])),
            ("removeAlpha", Self::flag),
            ("ensureAlpha", |m| m.real(0.0, 1.0)),
            ("keepMetadata", Self::flag),
            ("keepIcc", Self::flag),
        ];
        for _ in 0..self.bytes.int_in_range(0..=6)? {
            let (name, make) = self.bytes.choose(makers)?;
            let value = make(self)?;
            options.insert((*name).to_owned(), value);
        }
        if !self.bytes.ratio(1, 8)? {
            options.insert("output".to_owned(), self.output()?);
        }
        Ok(Value::Object(options))
    }

    fn source(&mut self) -> Result<Value> {
        match self.bytes.int_in_range(0..=3)? {
            0 => {
                let required = [
                    ("width", self.side()?),
                    ("height", self.side()?),
                    ("channels", self.integer(3, 4)?),
                    ("background", self.color()?),
                ];
                Ok(json!({ "create": self.object(&required, &[])? }))
            }
            1 => self.raw(),
            _ => self.image(),
        }
    }

    fn raw(&mut self) -> Result<Value> {
        let (width, height) = (self.bytes.int_in_range(1..=40_usize)?, self.bytes.int_in_range(1..=40_usize)?);
        let channels = self.bytes.int_in_range(1..=4_usize)?;
        let element = if self.bytes.arbitrary()? { Element::Uint16 } else { Element::Uint8 };
        let some = self.bytes.int_in_range(1..=64_usize)?;
        let some = self.bytes.bytes(some.min(self.bytes.len()).max(1))?;
        let len = width * height * channels * element.size();
        let pixels: Vec<u8> = some.iter().copied().cycle().take(len).collect();
        let data = self.binary(Binary::copied_from(&pixels, element));
        let required =
            [("data", data), ("width", width.into()), ("height", height.into()), ("channels", channels.into())];
        Ok(json!({ "raw": self.object(&required, &[("premultiplied", Self::flag)])? }))
    }

    /// An image that may be damaged.
    fn image(&mut self) -> Result<Value> {
        let mut bytes = self.bytes.choose(SEEDS)?.to_vec();
        for _ in 0..self.bytes.int_in_range(0..=3)? {
            let at = self.bytes.choose_index(bytes.len())?;
            bytes[at] = self.bytes.arbitrary()?;
        }
        Ok(self.binary(Binary::from_vec(bytes)))
    }

    fn binary(&mut self, binary: Binary) -> Value {
        self.binaries.push(binary);
        json!({ "$binary": self.binaries.len() - 1 })
    }

    fn resize(&mut self) -> Result<Value> {
        self.object(
            &[],
            &[
                ("width", Self::side),
                ("height", Self::side),
                ("fit", |m| m.word(&["cover", "contain", "fill", "inside", "outside"])),
                ("position", |m| {
                    m.word(&["centre", "north", "northeast", "southwest", "right top", "entropy", "attention"])
                }),
                ("kernel", |m| m.word(&["nearest", "linear", "cubic", "mitchell", "lanczos2", "lanczos3"])),
                ("background", Self::color),
                ("withoutEnlargement", Self::flag),
                ("withoutReduction", Self::flag),
            ],
        )
    }

    fn rotate(&mut self) -> Result<Value> {
        let angle = if self.bytes.arbitrary()? {
            (90 * self.bytes.int_in_range(-9..=9_i64)?).into()
        } else {
            self.real(-400.0, 400.0)?
        };
        self.object(&[("angle", angle)], &[("background", Self::color)])
    }

    fn trim(&mut self) -> Result<Value> {
        self.object(
            &[],
            &[
                ("background", Self::color),
                ("threshold", |m| m.real(0.0, 255.0)),
                ("lineArt", Self::flag),
                ("margin", |m| m.integer(0, 9)),
            ],
        )
    }

    fn region(&mut self) -> Result<Value> {
        let required = [
            ("left", self.integer(0, 30)?),
            ("top", self.integer(0, 30)?),
            ("width", self.integer(1, 40)?),
            ("height", self.integer(1, 40)?),
        ];
        self.object(&required, &[])
    }

    fn extend(&mut self) -> Result<Value> {
        self.object(
            &[],
            &[
                ("top", |m| m.integer(0, 90)),
                ("bottom", |m| m.integer(0, 90)),
                ("left", |m| m.integer(0, 90)),
                ("right", |m| m.integer(0, 90)),
                ("background", Self::color),
                ("extendWith", |m| m.word(&["background", "copy", "repeat", "mirror"])),
            ],
        )
    }

    fn sharpen(&mut self) -> Result<Value> {
        self.object(
            &[],
            &[
                ("sigma", |m| m.real(0.000_001, 10.0)),
                ("m1", |m| m.real(0.0, 1e6)),
                ("m2", |m| m.real(0.0, 1e6)),
                ("x1", |m| m.real(0.0, 1e6)),
                ("y2", |m| m.real(0.0, 1e6)),
                ("y3", |m| m.real(0.0, 1e6)),
            ],
        )
    }

    fn modulate(&mut self) -> Result<Value> {
        self.object(
            &[],
            &[
                ("brightness", |m| m.real(0.0, 3.0)),
                ("saturation", |m| m.real(0.0, 3.0)),
                ("hue", |m| m.real(-720.0, 720.0)),
                ("lightness", |m| m.real(-100.0, 100.0)),
            ],
        )
    }

    fn layers(&mut self) -> Result<Value> {
        let mut layers = Vec::new();
        for _ in 0..self.bytes.int_in_range(1..=2)? {
            let input = self.source()?;
            layers.push(self.object(
                &[("input", input)],
                &[
                    ("blend", |m| m.word(BLENDS)),
                    ("gravity", |m| m.word(&["centre", "north", "east", "southwest", "left top"])),
                    ("top", |m| m.integer(-60, 60)),
                    ("left", |m| m.integer(-60, 60)),
                    ("tile", Self::flag),
                    ("premultiplied", Self::flag),
                    ("autoOrient", Self::flag),
                ],
            )?);
        }
        Ok(Value::Array(layers))
    }

    fn output(&mut self) -> Result<Value> {
        let formats: &[(&str, Fields<'_, Self>)] = &[
            (
                "jpeg",
                &[
                    ("quality", |m| m.integer(1, 100)),
                    ("progressive", Self::flag),
                    ("chromaSubsampling", |m| m.word(&["4:2:0", "4:4:4"])),
                    ("optimiseCoding", Self::flag),
                    ("mozjpeg", Self::flag),
                ],
            ),
            (
                "png",
                &[
                    ("compressionLevel", |m| m.integer(0, 9)),
                    ("adaptiveFiltering", Self::flag),
                    ("palette", Self::flag),
                    ("colours", |m| m.integer(2, 256)),
                    ("dither", |m| m.real(0.0, 1.0)),
                ],
            ),
            (
                "webp",
                &[
                    ("quality", |m| m.integer(1, 100)),
                    ("alphaQuality", |m| m.integer(0, 100)),
                    ("lossless", Self::flag),
                    ("nearLossless", Self::flag),
                    ("smartSubsample", Self::flag),
                    ("effort", |m| m.integer(0, 6)),
                    ("exact", Self::flag),
                    ("loop", |m| m.integer(0, 65535)),
                    ("delay", Self::delay),
                ],
            ),
            (
                "gif",
                &[
                    ("colours", |m| m.integer(2, 256)),
                    ("dither", |m| m.real(0.0, 1.0)),
                    ("loop", |m| m.integer(0, 65535)),
                    ("delay", Self::delay),
                ],
            ),
            (
                "tiff",
                &[
                    ("quality", |m| m.integer(1, 100)),
                    ("compression", |m| m.word(&["jpeg", "lzw", "deflate", "packbits", "none"])),
                    ("predictor", |m| m.word(&["horizontal", "none"])),
                ],
            ),
            ("raw", &[("depth", |m| m.word(&["uchar", "ushort"]))]),
        ];
        let (format, fields) = self.bytes.choose(formats)?;
        let options = self.object(&[], fields)?;
        Ok(json!({ *format: options }))
    }

    fn delay(&mut self) -> Result<Value> {
        if self.bytes.arbitrary()? {
            return self.integer(0, 65535);
        }
        let count = self.bytes.int_in_range(0..=4)?;
        (0..count).map(|_| self.integer(0, 65535)).collect::<Result<Vec<_>>>().map(Value::Array)
    }

    fn color(&mut self) -> Result<Value> {
        if self.bytes.arbitrary()? {
            return self.word(&["white", "#f80", "#ff880080", "transparent", "rgb(1, 2, 3)"]);
        }
        let [r, g, b] = self.bytes.arbitrary::<[u8; 3]>()?;
        let required = [("r", r.into()), ("g", g.into()), ("b", b.into())];
        self.object(&required, &[("alpha", |m| m.real(0.0, 1.0))])
    }

    fn reals(&mut self) -> Result<Value> {
        let count = self.bytes.int_in_range(0..=5)?;
        (0..count).map(|_| self.real(-300.0, 300.0)).collect::<Result<Vec<_>>>().map(Value::Array)
    }

    /// Of the fields those that the bytes want.
    fn object(&mut self, required: &[(&str, Value)], fields: Fields<'_, Self>) -> Result<Value> {
        let mut object: Map<String, Value> =
            required.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        for (name, make) in fields {
            if self.bytes.ratio(1, 3)? {
                object.insert((*name).to_owned(), make(self)?);
            }
        }
        Ok(Value::Object(object))
    }

    fn word(&mut self, words: &[&str]) -> Result<Value> {
        Ok((*self.bytes.choose(words)?).into())
    }

    fn flag(&mut self) -> Result<Value> {
        Ok(self.bytes.arbitrary::<bool>()?.into())
    }

    /// A side that is mostly small.
    fn side(&mut self) -> Result<Value> {
        self.integer(1, 200)
    }

    /// A number within the bounds, or now and then any.
    fn integer(&mut self, low: i64, high: i64) -> Result<Value> {
        if self.bytes.ratio(1, 32)? {
            return Ok(if self.bytes.arbitrary()? {
                self.bytes.arbitrary::<i64>()?
            } else {
                self.bytes.arbitrary::<u16>()?.into()
            }
            .into());
        }
        Ok(self.bytes.int_in_range(low..=high)?.into())
    }

    /// A number within the bounds, often one of them, or now and then any that JSON can write.
    fn real(&mut self, low: f64, high: f64) -> Result<Value> {
        let value = match self.bytes.int_in_range(0..=31_u8)? {
            0 => self.bytes.arbitrary::<f64>()?,
            1 => low,
            2 => high,
            _ => low + (high - low) * f64::from(self.bytes.arbitrary::<u16>()?) / f64::from(u16::MAX),
        };
        Ok(if value.is_finite() { value } else { high }.into())
    }
}

/// Fields that may be there, and how they are made.
type Fields<'f, M> = &'f [(&'static str, fn(&mut M) -> Result<Value>)];

const BLENDS: &[&str] = &[
    "clear",
    "source",
    "over",
    "in",
    "out",
    "atop",
    "dest",
    "dest-over",
    "dest-in",
    "dest-out",
    "dest-atop",
    "xor",
    "add",
    "saturate",
    "multiply",
    "screen",
    "overlay",
    "darken",
    "lighten",
    "colour-dodge",
    "colour-burn",
    "hard-light",
    "soft-light",
    "difference",
    "exclusion",
];
