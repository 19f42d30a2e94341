//! What there is: the tasks, and facts about this build. Runs on: the JS thread.

use napi::bindgen_prelude::*;
use napi_derive::napi;
use serde::Serialize;

use crate::engine::{Schema, registry};
use crate::tasks;

use super::pool::budget_or_throw;
use super::session::BATCH;

#[derive(Serialize)]
struct Listed {
    name: &'static str,
    description: &'static str,
    input: Schema,
}

/// Every native task, as JSON text.
#[napi]
pub fn list_tasks() -> String {
    let listed: Vec<_> = tasks::ALL
        .iter()
        .map(|entry| Listed { name: entry.name, description: entry.description, input: (entry.schema)() })
        .collect();
    serde_json::to_string(&listed).expect("schemas are JSON")
}

/// The number of a task, or the message of the error when no task has this name.
#[napi]
pub fn find_task(name: String) -> Either<u32, String> {
    match registry::find(tasks::ALL, &name) {
        Ok(number) => Either::A(number as u32),
        Err(error) => Either::B(error.message.into_owned()),
    }
}

/// What this build can do with images, as JSON text.
#[napi]
pub fn image_codecs() -> String {
    serde_json::to_string(&tasks::Codecs::of_this_build()).expect("words are JSON")
}

/// How many events a batch has at the most.
#[napi]
pub fn batch_size() -> u32 {
    BATCH as u32
}

/// How many threads the program's CPU budget allows.
#[napi]
pub fn budget() -> Result<u32, String> {
    Ok(budget_or_throw()?.tokens() as u32)
}
