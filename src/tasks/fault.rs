//! `fault`: fails in the way it is asked to, so that a service's handling of failures can be tested for real.

use std::time::{Duration, Instant};

use schemars::JsonSchema;
use serde::Deserialize;

use crate::engine::{Code, Context, Output, Task, TaskError};

/// How long the task sleeps between two looks at its cancel token.
const NAP: Duration = Duration::from_millis(1);

pub(super) struct Fault;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Input {
    kind: Kind,
    /// Milliseconds to wait first. 0 unless given; for `stall`: until the task is stopped.
    milliseconds: Option<f64>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Kind {
    /// Fails with ERR_TASK_FAILED.
    Error,
    /// Panics in native code, which rejects with ERR_TASK_PANICKED.
    Panic,
    /// Occupies its thread, asleep, and then gives nothing. Reports the milliseconds as its progress.
    Stall,
}

impl Task for Fault {
    const NAME: &'static str = "fault";
    const DESCRIPTION: &'static str = "Fails in the way you ask for, to test how your service takes it.";
    type Input = Input;

    fn run(input: Input, context: &Context<'_>) -> Result<Output, TaskError> {
        let wait = match (input.milliseconds, &input.kind) {
            (None, Kind::Stall) => Duration::MAX,
            (None, _) => Duration::ZERO,
            (Some(ms), _) => Duration::try_from_secs_f64(ms / 1000.0).map_err(|_| {
                TaskError::expected(Code::OutOfRange, "milliseconds", "a number >= 0", &format!("`{ms}` (number)"))
            })?,
        };
        let total = input.milliseconds.map_or(0, |ms| ms.ceil() as u64);
        let start = Instant::now();
        while start.elapsed() < wait {
            context.check()?;
            if total > 0 {
                context.progress(start.elapsed().as_millis() as u64, total);
            }
            std::thread::sleep(NAP.min(wait - start.elapsed().min(wait)));
        }
        match input.kind {
            Kind::Error => Err(TaskError::new(Code::TaskFailed, "The task failed, as it was asked to")),
            Kind::Panic => panic!("as it was asked to"),
            Kind::Stall => {
                context.progress(total, total);
                Ok(Output::undefined())
            }
        }
    }
}
