//! `noop`: returns its input. For measuring what a trip to a thread and back costs.

use schemars::json_schema;

use crate::engine::{Context, Entry, Output, Payload, TaskError, Value};

pub(super) const ENTRY: Entry = Entry::raw(
    "noop",
    "Returns its input, for measuring the cost of dispatch.",
    || json_schema!({ "description": "any value that JSON can carry, and binary values" }),
    run,
);

fn run(payload: Payload, _: &Context<'_>) -> Result<Output, TaskError> {
    let value = payload.json.map_or(Value::Undefined, Value::Json);
    Ok(Output { value, binaries: payload.binaries })
}
