//! Numbers in bulk: an expression over a range or over columns, compiled once and computed by all threads of the pool.
//!
//! The way of a task, file by file: `token` and `parser` read the text into a `graph`; `program` turns that into steps;
//! `domain` says which elements there are; `reduction` reduces them block by block; `reduce` is the task. What a step
//! computes stands in `operation`, with `math` and `transcendental`; `level` compiles it for each kind of SIMD.
//!
//! The result has the same bits for any number of threads and at every SIMD level: blocks, lanes and the order in which
//! they are combined depend on the input only, and every operation rounds as IEEE 754 says, never fused.

mod domain;
mod graph;
mod level;
mod math;
mod operation;
mod parser;
mod program;
mod reduce;
mod reduction;
mod token;
mod transcendental;

#[cfg(test)]
mod tests;

pub(super) use reduce::Reduce;
