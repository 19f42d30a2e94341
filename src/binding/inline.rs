//! A task on the calling thread, which waits for it: what the rest of offloop spares a program. The demo shows the
//! difference with it. Runs on: the JS thread.

use napi::bindgen_prelude::*;
use napi_derive::napi;

use crate::engine::{CancelToken, Context, Payload, Value};
use crate::tasks;

/// Runs a task whose input is plain JSON. Gives the value of its result as JSON text, without binary values.
#[napi(catch_unwind)]
pub fn run_inline(task: u32, json: String) -> Result<String> {
    let payload = Payload { json: Some(json), ..Payload::default() };
    let token = CancelToken::default();
    let output = tasks::ALL[task as usize].run(payload, &Context::detached(&token));
    let output = output.map_err(|error| Error::from_reason(error.to_string()))?;
    Ok(match output.value {
        Value::Undefined => "null".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Json(text) => text,
    })
}
