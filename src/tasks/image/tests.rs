//! Every format there is, whole and broken, through the whole task.

use std::path::{Path, PathBuf};

use super::decode::{self, Ask, Kind};
use super::encode::{self, Extras, Image};
use super::process::Process;
use super::raster::{Picture, Raster};
use super::request::{FailOn, Output, Request, Source};
use crate::engine::{Binary, CancelToken, Code, Context, Reason, Task, TaskError, Value};

fn fixtures(folder: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("__test__/fixtures").join(folder);
    let mut paths: Vec<PathBuf> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    paths.iter().map(|path| (name(path), std::fs::read(path).unwrap())).collect()
}

/// Whether this build reads the fixture.
fn is_read(name: &str) -> bool {
    cfg!(feature = "avif") || !name.ends_with(".avif")
}

/// Width and height of the result.
fn process(bytes: &[u8], options: &serde_json::Value) -> Result<(u64, u64), TaskError> {
    let token = CancelToken::default();
    let mut request: Request = serde_json::from_value(options.clone()).unwrap();
    request.source = Source::Bytes(Binary::from_vec(bytes.to_vec()));
    let output = Process::run(request, &Context::detached(&token))?;
    let Value::Json(json) = output.value else { panic!("no JSON") };
    let said: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(said["size"].as_u64(), Some(output.binaries[0].byte_len() as u64));
    Ok((said["width"].as_u64().unwrap(), said["height"].as_u64().unwrap()))
}

fn plainly() -> serde_json::Value {
    serde_json::json!({ "source": "replaced", "output": { "png": {} } })
}

#[test]
fn pngsuite_decodes_where_it_is_whole_and_fails_where_it_is_broken() {
    let suite = fixtures("pngsuite");
    assert_eq!(suite.len(), 175);
    for (name, bytes) in suite {
        match process(&bytes, &plainly()) {
            Ok((width, height)) => {
                assert!(!name.starts_with('x'), "{name} is broken on purpose");
                assert_eq!(bytes[16..24], [(width as u32).to_be_bytes(), (height as u32).to_be_bytes()].concat());
            }
            Err(error) => {
                assert!(name.starts_with('x'), "{name}: {error}");
                assert!(matches!(error.code, Code::ImageInvalid | Code::ImageUnsupported), "{name}: {error}");
            }
        }
    }
}

#[test]
fn every_format_is_read_or_named() {
    for (name, bytes) in fixtures("formats") {
        let processed = process(&bytes, &plainly());
        if !is_read(&name) {
            assert_eq!(processed.unwrap_err().code, Code::ImageUnsupported, "{name}");
        } else {
            assert_eq!(processed, Ok((60, 40)), "{name}");
        }
    }
}

#[test]
fn an_image_that_is_cut_off_is_invalid() {
    for (name, bytes) in fixtures("formats").into_iter().filter(|(name, _)| is_read(name)) {
        // An animation is whole with its first frame.
        let half = if name.starts_with("animated") { bytes.len() / 4 } else { bytes.len() / 2 };
        for len in [1, 3, 12, 20, half] {
            let error = process(&bytes[..len], &plainly()).expect_err(&name);
            assert_eq!(error.code, Code::ImageInvalid, "{name} cut to {len}: {error}");
        }
    }
}

#[test]
fn damaged_bytes_never_panic() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    let mut samples = fixtures("formats");
    samples.extend(fixtures("orientation").into_iter().take(1));
    samples.extend(fixtures("pngsuite").into_iter().filter(|(name, _)| name.starts_with("bas")));
    let options = serde_json::json!({
        "source": "replaced", "output": { "webp": {} }, "resize": { "width": 8, "height": 8 }, "limitInputPixels": 1_000_000,
    });
    for case in 0..2000 {
        let (name, bytes) = &samples[case % samples.len()];
        let mut bytes = bytes.clone();
        for _ in 0..1 + random(8) {
            // Mostly in the headers, where a byte means most.
            let reach = if random(2) == 0 { bytes.len() } else { bytes.len().min(200) };
            let at = random(reach);
            bytes[at] = random(256) as u8;
        }
        if random(4) == 0 {
            bytes.truncate(random(bytes.len()));
        }
        if let Err(error) = process(&bytes, &options) {
            let typed = matches!(error.code, Code::ImageInvalid | Code::ImageUnsupported | Code::ImageTooLarge);
            assert!(typed, "{name}: {error}");
        }
    }
}

/// Found by fuzzing: `__test__/fixtures/broken/README.md` says what each of them did.
#[test]
fn what_was_once_trouble_is_an_error() {
    for (name, bytes) in fixtures("broken").into_iter().filter(|(name, _)| name != "README.md") {
        let error = process(&bytes, &plainly()).expect_err(&name);
        assert!(matches!(error.code, Code::ImageInvalid | Code::ImageTooLarge), "{name}: {error}");
    }
}

#[test]
fn a_cancelled_task_stops_in_every_format() {
    let token = CancelToken::default();
    let live = CancelToken::default();
    token.cancel(Reason::Aborted);
    let (context, live) = (Context::detached(&token), Context::detached(&live));
    for (name, bytes) in fixtures("formats").into_iter().filter(|(name, _)| is_read(name)) {
        let header = decode::header(&bytes, 0, &live).unwrap();
        let ask = Ask { shrink: 1, page: 0, pages: 1, fail_on: FailOn::Warning };
        let error = decode::decode(&header, &bytes, &ask, &context).expect_err(&name);
        assert_eq!(error.code, Code::Aborted, "{name}: {error}");
    }
    let avif = cfg!(feature = "avif").then_some("avif");
    for format in ["jpg", "png", "webp", "gif", "tiff"].into_iter().chain(avif) {
        let frames = vec![Picture::Eight(Raster::new(64, 64, 3).unwrap())];
        let image = Image { frames, delays: Vec::new(), loops: 0, extras: Extras::default() };
        let output = Output::of_extension(format).unwrap();
        assert_eq!(encode::encode(image, &output, &context, &|_| {}).unwrap_err().code, Code::Aborted, "{format}");
    }
}

#[test]
fn a_huge_header_fails_before_memory_is_taken() {
    for (name, mut bytes) in fixtures("formats").into_iter().chain(fixtures("pngsuite")) {
        let size_at = match Kind::of(&bytes) {
            // The frame header: marker, length, precision, height, width.
            Ok(Kind::Jpeg) => {
                let at = bytes.windows(2).position(|marker| matches!(marker, [0xff, 0xc0..=0xc2])).unwrap();
                at + 5
            }
            Ok(Kind::Gif) => 6,
            _ => continue,
        };
        bytes[size_at..size_at + 4].fill(0xff);
        let error = process(&bytes, &plainly()).unwrap_err();
        assert_eq!(error.code, Code::ImageTooLarge, "{name}: {error}");
        assert!(error.message.contains("65535 × 65535"), "{name}: {error}");
    }
}

#[test]
fn the_result_is_limited_too() {
    let (_, bytes) = fixtures("formats").into_iter().find(|(name, _)| name == "grey.jpg").unwrap();
    let limited = |options: serde_json::Value| process(&bytes, &options).unwrap_err();
    let huge = serde_json::json!({ "source": "replaced", "output": { "png": {} }, "resize": { "width": 60000, "fit": "fill", "height": 60000 } });
    assert_eq!(limited(huge).code, Code::ImageTooLarge);
    let wide = serde_json::json!({ "source": "replaced", "output": { "webp": {} }, "resize": { "width": 16384, "height": 1, "fit": "fill" } });
    assert!(limited(wide).message.contains("16383"));
    // What is worth to be seen is looked for in the whole picture, resized: here in 30000 × 20000 pixels.
    let searched = serde_json::json!({ "source": "replaced", "output": { "png": {} }, "limitInputPixels": 300_000_000, "resize": { "width": 1, "height": 20000, "position": "attention" } });
    assert_eq!(limited(searched).code, Code::ImageTooLarge);
}

#[test]
fn a_number_outside_of_its_range_is_an_error() {
    let (_, bytes) = fixtures("formats").into_iter().find(|(name, _)| name == "grey.jpg").unwrap();
    for (option, value) in [
        ("blur", serde_json::json!({ "sigma": 0 })),
        ("blur", serde_json::json!({ "sigma": 1e300 })),
        // A Gaussian never gets there: the loop that looks for its end would not have one.
        ("blur", serde_json::json!({ "sigma": 1, "minAmplitude": 0 })),
        ("blur", serde_json::json!({ "sigma": 1, "minAmplitude": 2 })),
        ("sharpen", serde_json::json!({ "sigma": 1e12 })),
        ("gamma", serde_json::json!({ "gamma": 0 })),
        ("normalise", serde_json::json!({ "lower": -1 })),
        ("modulate", serde_json::json!({ "brightness": -1 })),
    ] {
        let mut options = plainly();
        options[option] = value;
        assert_eq!(process(&bytes, &options).unwrap_err().code, Code::OutOfRange, "{options}");
    }
}
