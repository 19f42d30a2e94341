//! Numbers in bulk: an expression over a range or over columns, compiled once and computed by all threads of the pool.
//!
//! The way of a task, file by file: `token` and `parser` read the text into a `graph`; `program` turns that into steps;
//! `domain` says which elements there are; `reduction` computes them block by block with the operations of `operation`
//! and `math`, at the SIMD `level` of the machine; `reduce` is the task.
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
