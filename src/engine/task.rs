//! What a native task is: a name, an input, a result, and the context it runs in.
//!
//! Runs on: a pool's thread, or one of libuv's for the one-off door. A task never sees JavaScript or napi.

use std::cell::Cell;
use std::ptr::NonNull;

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::binary::{Binary, beside};
use super::blocks::{BlockLoop, Board};
use super::cancel::CancelToken;
use super::error::{Code, TaskError};
use super::progress::{Progress, Report};

/// A kind of native work. A new task is one file with this, and one line in `tasks::ALL`.
pub trait Task {
    /// `family.verb`, as users write it.
    const NAME: &'static str;
    /// One sentence for `tasks()`.
    const DESCRIPTION: &'static str;
    /// The options, described to users by their doc comments. Binary values are fields of type `Binary`.
    type Input: DeserializeOwned + JsonSchema;

    /// Does the work. Calls `context.check()` or `context.for_each_block()` at least every few milliseconds, so that
    /// an abort or a timeout stops it.
    fn run(input: Self::Input, context: &Context<'_>) -> Result<Output, TaskError>;
}

/// What a task is given: its options as JSON text (`None` for `undefined`), and the binary values beside it.
#[derive(Debug, Default)]
pub struct Payload {
    pub json: Option<String>,
    /// The same text in pieces of UTF-8, when it is long: then `json` is `None`.
    pub text: Vec<Binary>,
    pub binaries: Vec<Binary>,
}

impl Payload {
    /// The size that counts against a pool's `maxQueueBytes`.
    pub fn bytes(&self) -> usize {
        let binaries = self.text.iter().chain(&self.binaries);
        self.json.as_ref().map_or(0, String::len) + binaries.map(Binary::byte_len).sum::<usize>()
    }

    /// Decodes the input. The error names the option, what was expected and what came.
    pub fn decode<T: DeserializeOwned>(self) -> Result<T, TaskError> {
        let whole = joined(self.text)?;
        let json = self.json.or(whole);
        let json = json.as_deref().unwrap_or("null");
        let decode = || serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_str(json));
        let (decoded, _) = beside(self.binaries, decode);
        decoded.map_err(|error| explain(&error))
    }
}

/// Text that came in pieces.
fn joined(pieces: Vec<Binary>) -> Result<Option<String>, TaskError> {
    if pieces.is_empty() {
        return Ok(None);
    }
    let mut whole = Vec::with_capacity(pieces.iter().map(Binary::byte_len).sum());
    for piece in pieces {
        whole.extend_from_slice(&piece.bytes());
    }
    let broken = |_| TaskError::new(Code::InvalidArgValue, "The input is not UTF-8");
    String::from_utf8(whole).map(Some).map_err(broken)
}

/// serde's complaint in the house's form.
fn explain(error: &serde_path_to_error::Error<serde_json::Error>) -> TaskError {
    let text = error.inner().to_string();
    // serde_json appends where in the text it was; the text is not the user's.
    let text = text.split(" at line ").next().unwrap_or(&text);
    let path = error.path().to_string();
    let option = if path == "." { "input" } else { &path };
    let typed = text.strip_prefix("invalid type: ").map(|rest| (Code::InvalidArgType, rest));
    let valued = text.strip_prefix("invalid value: ").map(|rest| (Code::InvalidArgValue, rest));
    let varied = text.strip_prefix("unknown variant ").map(|rest| (Code::InvalidArgValue, rest));
    if let Some((code, (got, expected))) =
        typed.or(valued).or(varied).and_then(|(code, rest)| Some((code, rest.split_once(", expected ")?)))
    {
        let (got, is_number) = as_written(got);
        let expected = in_words(expected);
        let code = if is_number && code == Code::InvalidArgValue { Code::OutOfRange } else { code };
        return TaskError::expected(code, option, expected, &got);
    }
    if let Some(expected) = text.strip_prefix("expected ") {
        return TaskError::new(Code::InvalidArgType, format!("Expected `{option}` to be {expected}"));
    }
    if let Some(field) = text.strip_prefix("missing field ") {
        let parent = if path == "." { String::new() } else { format!("{path}.") };
        let field = field.trim_matches('`');
        return TaskError::new(Code::InvalidArgType, format!("Expected `{parent}{field}` to be given"));
    }
    TaskError::new(Code::InvalidArgValue, format!("Invalid `{option}`: {text}"))
}

/// What serde expected, where it says that by the name of a Rust type.
fn in_words(expected: &str) -> &str {
    match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" => "an integer >= 0",
        "i8" | "i16" | "i32" | "i64" | "isize" => "an integer",
        "f32" | "f64" => "a number",
        _ => expected,
    }
}

/// What serde found, as the JS layer writes it: ```0` (number)``. And whether it is a number.
fn as_written(found: &str) -> (String, bool) {
    let number = found.strip_prefix("integer `").or_else(|| found.strip_prefix("floating point `"));
    if let Some(number) = number {
        return (format!("`{number} (number)"), true);
    }
    let written = match found {
        "null" => "`null` (null)".to_owned(),
        "map" => "an object".to_owned(),
        "sequence" => "an array".to_owned(),
        _ => {
            let text = found.strip_prefix("string \"").and_then(|text| text.strip_suffix('"'));
            let text = text.or_else(|| found.strip_prefix('`').and_then(|text| text.strip_suffix('`')));
            match (text, found.strip_prefix("boolean ")) {
                (Some(text), _) => format!("`'{text}'` (string)"),
                (None, Some(flag)) => format!("{flag} (boolean)"),
                (None, None) => found.to_owned(),
            }
        }
    };
    (written, false)
}

/// A task's result without its binary values.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Undefined,
    /// Apart from JSON, which has no NaN and no infinities.
    Number(f64),
    Json(String),
}

/// A task's result.
#[derive(Debug)]
pub struct Output {
    pub value: Value,
    /// Handed to JavaScript without a copy.
    pub binaries: Vec<Binary>,
}

impl Output {
    pub fn undefined() -> Self {
        Self { value: Value::Undefined, binaries: Vec::new() }
    }

    pub fn number(number: f64) -> Self {
        Self { value: Value::Number(number), binaries: Vec::new() }
    }

    /// Any value that serde can write; fields of type `Binary` become Buffers or typed arrays.
    pub fn of(value: impl Serialize) -> Result<Self, TaskError> {
        let (json, binaries) = beside(Vec::new(), || serde_json::to_string(&value));
        let json =
            json.map_err(|error| TaskError::new(Code::TaskFailed, format!("Cannot encode the result: {error}")))?;
        Ok(Self { value: Value::Json(json), binaries })
    }
}

/// What a running task can ask of the engine.
pub struct Context<'a> {
    pub(super) token: &'a CancelToken,
    pub(super) progress: Option<&'a Progress>,
    pub(super) board: Option<&'a dyn Board>,
}

impl<'a> Context<'a> {
    /// A context outside any pool: one thread, no progress. For tests and for the caller's own thread.
    pub fn detached(token: &'a CancelToken) -> Self {
        Self { token, progress: None, board: None }
    }

    /// `Err` when the task is to stop: pass it on with `?`.
    pub fn check(&self) -> Result<(), TaskError> {
        self.token.reason().map_or(Ok(()), |reason| Err(reason.error()))
    }

    /// Decodes an input, which ends early when the task is cancelled and its type asks `is_decoding_in_vain`.
    fn decode<T: DeserializeOwned>(&self, payload: Payload) -> Result<T, TaskError> {
        let outer = DECODING.replace(Some(NonNull::from(self.token)));
        let _reset = Reset(outer);
        payload.decode().map_err(|error| self.check().err().unwrap_or(error))
    }

    /// The flag behind `check`, for libraries that poll one of their own.
    pub fn is_canceled(&self) -> bool {
        self.token.reason().is_some()
    }

    /// Says how far the task is, in units of the task's own. Cheap enough for every block: most reports go nowhere.
    pub fn progress(&self, completed: u64, total: u64) {
        if let Some(progress) = self.progress {
            progress.report(Report { completed, total });
        }
    }

    /// Whether anybody listens to `progress`.
    pub fn wants_progress(&self) -> bool {
        self.progress.is_some()
    }

    /// Runs `body(0)` to `body(total - 1)`, each once, in any order, on this thread and on every idle thread of the
    /// pool. Blocks should take about a millisecond: between two of them a helper can leave for a task that waits, and
    /// a cancelled task stops. `Err` when it was cancelled; then not every block ran.
    pub fn for_each_block(&self, total: usize, body: &(dyn Fn(usize) + Sync)) -> Result<(), TaskError> {
        BlockLoop::run(self.board, self.token, total, body);
        self.check()
    }
}

thread_local! {
    /// The token of the task whose input is being decoded on this thread: serde has no way to hand it down.
    static DECODING: Cell<Option<NonNull<CancelToken>>> = const { Cell::new(None) };
}

/// Puts back what was there before, also after a panic.
struct Reset(Option<NonNull<CancelToken>>);

impl Drop for Reset {
    fn drop(&mut self) {
        DECODING.set(self.0);
    }
}

/// Whether the input that is being decoded on this thread is of a task that was cancelled. For inputs of many nodes.
pub fn is_decoding_in_vain() -> bool {
    // SAFETY: the token is the one of the context whose `decode` is on this thread's stack, and it resets the pointer before
    // it returns.
    DECODING.get().is_some_and(|token| unsafe { token.as_ref() }.reason().is_some())
}

/// A task as the registry lists it, whatever its input type.
pub struct Entry {
    pub name: &'static str,
    pub description: &'static str,
    /// JSON Schema of the input.
    pub schema: fn() -> Schema,
    pub(super) run: fn(Payload, &Context<'_>) -> Result<Output, TaskError>,
}

pub use schemars::Schema;

impl Entry {
    /// The entry of a task type.
    pub const fn of<T: Task>() -> Self {
        Self {
            name: T::NAME,
            description: T::DESCRIPTION,
            schema: || schemars::schema_for!(T::Input),
            run: |payload, context| T::run(context.decode(payload)?, context),
        }
    }

    /// The entry of a task that takes its payload as it is, without decoding.
    pub const fn raw(
        name: &'static str,
        description: &'static str,
        schema: fn() -> Schema,
        run: fn(Payload, &Context<'_>) -> Result<Output, TaskError>,
    ) -> Self {
        Self { name, description, schema, run }
    }

    /// Runs the task on this thread. For tests, and for work that is inline by intent.
    pub fn run(&self, payload: Payload, context: &Context<'_>) -> Result<Output, TaskError> {
        (self.run)(payload, context)
    }
}
