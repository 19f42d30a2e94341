//! Runs a task, and checks what must hold of every result and of every error.
//!
//! A panic needs no check: libFuzzer's hook ends the process before anything can catch it.

use offloop::engine::{Binary, CancelToken, Code, Context, Payload, Value as TaskValue};
use serde_json::Value;

/// The result of a task.
pub struct Done {
    pub said: Value,
    pub binaries: Vec<Binary>,
}

/// Errors that the bytes of an image may cause.
pub const OF_IMAGES: &[Code] = &[Code::ImageInvalid, Code::ImageUnsupported, Code::ImageTooLarge];

/// Errors that options may cause, beside those of images.
pub const OF_REQUESTS: &[Code] = &[
    Code::ImageInvalid,
    Code::ImageUnsupported,
    Code::ImageTooLarge,
    Code::InvalidArgType,
    Code::InvalidArgValue,
    Code::OutOfRange,
];

/// Runs a task on this thread. `None` when it failed as it may.
pub fn run(task: &str, options: &Value, binaries: &[Binary], allowed: &[Code]) -> Option<Done> {
    let entry = offloop::tasks::ALL.iter().find(|entry| entry.name == task).expect("it is registered");
    let payload =
        Payload { json: Some(options.to_string()), binaries: binaries.to_vec(), ..Payload::default() };
    let token = CancelToken::default();
    match entry.run(payload, &Context::detached(&token)) {
        Ok(output) => {
            let TaskValue::Json(json) = output.value else { panic!("{task} gave no JSON") };
            Some(Done { said: serde_json::from_str(&json).expect("it is JSON"), binaries: output.binaries })
        }
        Err(error) => {
            assert!(allowed.contains(&error.code), "{task}: {error}\n{options}");
            None
        }
    }
}

/// A number of the result.
pub fn number(said: &Value, name: &str) -> u64 {
    said[name].as_u64().unwrap_or_else(|| panic!("`{name}` is no whole number: {said}"))
}

/// Checks that the data is what `info` says: its size, and for raw pixels their number.
pub fn check_processed(done: &Done) {
    let said = &done.said;
    let data = &done.binaries[0];
    assert_eq!(number(said, "size"), data.byte_len() as u64, "{said}");
    let (width, height, channels) = (number(said, "width"), number(said, "height"), number(said, "channels"));
    assert!(width > 0 && height > 0 && (1..=4).contains(&channels), "{said}");
    assert_eq!(said["hasAlpha"].as_bool(), Some(channels.is_multiple_of(2)), "{said}");
    if said["format"] == "raw" {
        let sample = if said["depth"] == "ushort" { 2 } else { 1 };
        assert_eq!(data.byte_len() as u64, width * height * channels * sample, "{said}");
    }
}
