//! The elements that an expression is reduced over: a range of numbers, or the rows of columns.

use std::collections::BTreeMap;

use super::level::{Ramp, TILE, Tile};
use super::token::is_name;
use crate::engine::{Binary, Code, Element, TaskError};

/// Up to here every integer is a float of its own.
const MAX_ELEMENTS: u64 = 1 << 53;

pub(super) struct Domain {
    /// How many elements there are.
    pub count: u64,
    /// The value of `i` for the first one, and its distance to the next.
    from: f64,
    step: f64,
    /// All of length `count`; none for a range.
    columns: Vec<Binary>,
}

impl Domain {
    /// The numbers of `for (let i = from; i < to; i += step)`, each exactly `from + k * step`; downwards, to what is
    /// above `to`, when the step is negative.
    pub(super) fn range(range: &[f64]) -> Result<Self, TaskError> {
        let (from, to, step) = match *range {
            [from, to] => (from, to, 1.0),
            [from, to, step] => (from, to, step),
            _ => {
                let got = format!("{} elements", range.len());
                return Err(TaskError::expected(
                    Code::InvalidArgValue,
                    "range",
                    "[from, to] or [from, to, step]",
                    &got,
                ));
            }
        };
        for (n, number) in range.iter().enumerate() {
            if !number.is_finite() {
                let option = format!("range[{n}]");
                let got = format!("`{number}` (number)");
                return Err(TaskError::expected(Code::InvalidArgValue, &option, "a finite number", &got));
            }
        }
        if step == 0.0 {
            return Err(TaskError::expected(Code::OutOfRange, "range[2]", "a step other than 0", "`0` (number)"));
        }
        let inside = |k: u64| {
            let i = from + k as f64 * step;
            if step > 0.0 { i < to } else { i > to }
        };
        if inside(MAX_ELEMENTS) {
            let got = format!("`[{from}, {to}, {step}]`");
            return Err(TaskError::expected(Code::OutOfRange, "range", "at most 2^53 elements", &got));
        }
        Ok(Self { count: first_outside(inside), from, step, columns: Vec::new() })
    }

    /// The rows of columns that have the same length. `i` is the number of the row.
    pub(super) fn columns(columns: &BTreeMap<String, Binary>) -> Result<Self, TaskError> {
        let Some((first_name, first)) = columns.first_key_value() else {
            return Err(TaskError::expected(Code::InvalidArgValue, "columns", "at least one typed array", "none"));
        };
        for (name, column) in columns {
            if !is_name(name) {
                let shown: String = name.chars().take(40).collect();
                let message = format!("Expected the names of `columns` to be usable in an expression, got `{shown}`");
                return Err(TaskError::new(Code::InvalidArgValue, message));
            }
            let option = format!("columns.{name}");
            if column.element() == Element::ArrayBuffer {
                let expected = "a typed array, which says what its bytes mean";
                return Err(TaskError::expected(Code::InvalidArgType, &option, expected, "an ArrayBuffer or DataView"));
            }
            if column.len() != first.len() {
                let expected = format!("as long as `columns.{first_name}` ({} elements)", first.len());
                let got = format!("{} elements", column.len());
                return Err(TaskError::expected(Code::InvalidArgValue, &option, &expected, &got));
            }
        }
        Ok(Self { count: first.len() as u64, from: 0.0, step: 1.0, columns: columns.values().cloned().collect() })
    }

    /// The values of `i` from element `first` on.
    pub(super) fn index(&self, first: u64) -> Ramp {
        Ramp { first: first as f64, from: self.from, step: self.step }
    }

    /// The values of a column from row `first` on, as many as there are up to a tile. The rest of the tile is left.
    pub(super) fn read_column(&self, column: usize, first: u64, to: &mut Tile) {
        let length = (self.count - first).min(TILE as u64) as usize;
        let first = first as usize;
        self.columns[column].read_f64(first..first + length, &mut to.0[..length]);
    }
}

/// The first k that is not `inside`, by halving: what is inside comes first.
fn first_outside(inside: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (0, MAX_ELEMENTS);
    while low < high {
        let middle = low + (high - low) / 2;
        if inside(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}
