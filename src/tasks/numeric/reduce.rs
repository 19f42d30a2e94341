//! `numeric.reduce`: one number out of an expression over a range or over columns.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use schemars::JsonSchema;
use serde::Deserialize;

use super::domain::Domain;
use super::level::{Level, TILE};
use super::parser::parse;
use super::program::Program;
use super::reduction::{Partial, Reduction, reduce_block};
use crate::engine::{Binary, Code, Context, Output, Task, TaskError};

/// The time that a block should take, in picoseconds.
const BLOCK_TIME: u64 = 1_000_000_000;
/// The longest block, in elements.
const MAX_BLOCK: u64 = 1 << 20;
/// How many blocks are kept before they are combined: bounds the memory of a task without end.
const BLOCKS_AT_ONCE: u64 = 1 << 16;

pub(in crate::tasks) struct Reduce;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::tasks) struct Input {
    /// What the values are reduced to. `count` counts those that are neither 0 nor NaN.
    op: Reduction,
    /// The expression: `sqrt(i)`, `a * b + sin(c)^2`, `a > 3 && b <= 2`.
    of: String,
    /// `[from, to, step]`: the values that `i` takes, from `from` to below `to`. The step is 1 unless given.
    #[schemars(length(min = 2, max = 3))]
    range: Option<Vec<f64>>,
    /// Typed arrays of the same length, by the names that the expression has for them.
    columns: Option<BTreeMap<String, Binary>>,
}

impl Task for Reduce {
    const NAME: &'static str = "numeric.reduce";
    const DESCRIPTION: &'static str =
        "Reduces an expression over a range or over columns to its sum, mean, min, max, product or count.";
    type Input = Input;

    fn run(input: Input, context: &Context<'_>) -> Result<Output, TaskError> {
        let none = BTreeMap::new();
        let domain = match (&input.range, &input.columns) {
            (Some(range), None) => Domain::range(range)?,
            (None, Some(columns)) => Domain::columns(columns)?,
            (given, _) => {
                let got = if given.is_some() { "both" } else { "neither" };
                let message = format!("Expected either `range` or `columns` to be given, got {got}");
                return Err(TaskError::new(Code::InvalidArgValue, message));
            }
        };
        let names: Vec<_> = input.columns.as_ref().unwrap_or(&none).keys().map(String::as_str).collect();
        let (graph, root) = parse(&input.of, &names)?;
        let program = Program::of(&graph, root, Level::widest());
        let partial = reduce(&program, &domain, input.op, context)?;
        Ok(Output::number(partial.result(input.op, domain.count)))
    }
}

/// Reduces every element, in blocks that all threads of the pool take part in.
pub(super) fn reduce(
    program: &Program,
    domain: &Domain,
    reduction: Reduction,
    context: &Context<'_>,
) -> Result<Partial, TaskError> {
    let length = block_length(program.cost);
    let blocks = domain.count.div_ceil(length);
    let completed = AtomicU64::new(0);
    let mut done = Partial::none(reduction);
    let mut from = 0;
    while from < blocks {
        let round = (blocks - from).min(BLOCKS_AT_ONCE) as usize;
        let partials: Vec<OnceLock<Partial>> = (0..round).map(|_| OnceLock::new()).collect();
        context.for_each_block(round, &|block| {
            let first = (from + block as u64) * length;
            let end = (first + length).min(domain.count);
            let partial = reduce_block(program, domain, reduction, first, end);
            partials[block].get_or_init(|| partial);
            let completed = completed.fetch_add(end - first, Ordering::Relaxed) + (end - first);
            // The last report is the owner's, so that none comes after it.
            if completed < domain.count {
                context.progress(completed, domain.count);
            }
        })?;
        done = partials.iter().filter_map(OnceLock::get).fold(done, |done, partial| done.then(*partial));
        from += round as u64;
    }
    context.progress(domain.count, domain.count);
    Ok(done)
}

/// How many elements a block has: decided by the program alone, never by the machine, since sums depend on it.
fn block_length(cost: u64) -> u64 {
    let elements = (BLOCK_TIME / cost.max(1)).min(MAX_BLOCK);
    (elements / TILE as u64).max(1) * TILE as u64
}
