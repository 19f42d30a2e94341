//! Reducing many values to one, so that the order never depends on who computes what: within a block each of 32 lanes
//! takes every 32nd element, lanes are combined two by two, and blocks one after the other.
//!
//! Sums are accurate to about the last bit: a lane adds up 16 values at most before it is carried into a sum of twice
//! the precision. Products keep their exponent apart, so that they overflow only when the result does.

use schemars::JsonSchema;
use serde::Deserialize;

use super::domain::Domain;
use super::level::{Level, Loop, TILE, Tile};
use super::math::{self, is_true, truth};
use super::program::Program;

/// What many values are reduced to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Reduction {
    Sum,
    Mean,
    Min,
    Max,
    Product,
    /// How many values are true: neither 0 nor NaN.
    Count,
}

/// Accumulators that run side by side, two rows of them a tile. Independent additions hide the latency of one.
const LANES: usize = TILE / 2;
/// Tiles after which the lanes of a sum are carried.
const CARRY_AFTER: usize = 8;

/// What some of the elements came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Partial {
    /// `high + low`, where `low` is what rounding `high` left.
    Sum {
        high: f64,
        low: f64,
    },
    Least(f64),
    Greatest(f64),
    /// `factor * 2^exponent`, the factor below 1 and at least a half unless it is 0, infinite or NaN.
    Product {
        factor: f64,
        exponent: i64,
    },
}

impl Partial {
    /// What no elements come to.
    pub(super) fn none(reduction: Reduction) -> Self {
        match reduction {
            Reduction::Sum | Reduction::Mean | Reduction::Count => Self::Sum { high: 0.0, low: 0.0 },
            Reduction::Min => Self::Least(f64::INFINITY),
            Reduction::Max => Self::Greatest(f64::NEG_INFINITY),
            Reduction::Product => Self::Product { factor: 0.5, exponent: 1 },
        }
    }

    /// These elements, then the others.
    pub(super) fn then(self, other: Self) -> Self {
        match (self, other) {
            (Self::Sum { high, low }, Self::Sum { high: other, low: other_low }) => {
                let (high, error) = two_sum(high, other);
                Self::Sum { high, low: low + other_low + error }
            }
            (Self::Least(a), Self::Least(b)) => Self::Least(math::min(a, b)),
            (Self::Greatest(a), Self::Greatest(b)) => Self::Greatest(math::max(a, b)),
            (Self::Product { factor, exponent }, Self::Product { factor: other, exponent: other_exponent }) => {
                let (factor, shift) = split(factor * other);
                Self::Product { factor, exponent: exponent + other_exponent + shift }
            }
            _ => unreachable!("partial results of different reductions"),
        }
    }

    /// The number that `count` elements come to.
    pub(super) fn result(self, reduction: Reduction, count: u64) -> f64 {
        match self {
            Self::Sum { high, low } => {
                let sum = if high.is_finite() { high + low } else { high };
                if reduction == Reduction::Mean { sum / count as f64 } else { sum }
            }
            Self::Least(value) | Self::Greatest(value) => value,
            Self::Product { factor, exponent } => {
                // Beyond these the result is 0 or infinite anyway.
                libm::scalbn(factor, exponent.clamp(-3000, 3000) as i32)
            }
        }
    }
}

/// A sum, and what rounding it left (Knuth).
#[inline(always)]
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let b_in_sum = sum - a;
    (sum, (a - (sum - b_in_sum)) + (b - b_in_sum))
}

/// A number as a factor below 1, at least a half, and a power of two. 0, infinities and NaN stay as they are.
#[inline(always)]
fn split(x: f64) -> (f64, i64) {
    const EXPONENT: u64 = 0x7ff << 52;
    const HALF: u64 = 0x3fe << 52;
    // Subnormal numbers have no exponent of their own.
    let is_small = x.abs() < f64::MIN_POSITIVE;
    let x = if is_small { x * TWO_TO_54 } else { x };
    let bits = x.to_bits();
    let exponent = bits & EXPONENT;
    let stays = exponent == 0 || exponent == EXPONENT;
    let factor = f64::from_bits((bits & !EXPONENT) | HALF);
    let shift = (exponent >> 52) as i64 - 0x3fe - if is_small { 54 } else { 0 };
    if stays { (x, 0) } else { (factor, shift) }
}

const TWO_TO_54: f64 = (1_u64 << 54) as f64;

/// Reduces the values of an expression for the elements `first..end`.
pub(super) fn reduce_block(
    program: &Program,
    domain: &Domain,
    reduction: Reduction,
    mut first: u64,
    end: u64,
) -> Partial {
    let mut slots = program.slots();
    let mut lanes = Lanes::none(reduction);
    while first < end {
        program.run(domain, first, &mut slots);
        let length = (end - first).min(TILE as u64) as usize;
        let values = &slots[program.result];
        if length == TILE {
            lanes.take(values, program.level);
        } else {
            let mut last = Tile([lanes.neutral(); TILE]);
            last.0[..length].copy_from_slice(&values.0[..length]);
            lanes.take(&last, program.level);
        }
        first += length as u64;
    }
    lanes.fold()
}

/// One value for each lane.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Row([f64; LANES]);

/// Accumulators side by side.
enum Lanes {
    Sum(Box<Sums>),
    Count(Row),
    Least(Row),
    Greatest(Row),
    Product(Box<Factors>),
}

impl Lanes {
    fn none(reduction: Reduction) -> Self {
        match reduction {
            Reduction::Sum | Reduction::Mean => {
                let zeros = Row([0.0; LANES]);
                Self::Sum(Box::new(Sums { tiles: 0, recent: zeros, carried: Carried { high: zeros, low: zeros } }))
            }
            Reduction::Count => Self::Count(Row([0.0; LANES])),
            Reduction::Min => Self::Least(Row([f64::INFINITY; LANES])),
            Reduction::Max => Self::Greatest(Row([f64::NEG_INFINITY; LANES])),
            Reduction::Product => {
                Self::Product(Box::new(Factors { factors: Row([0.5; LANES]), exponents: [1; LANES] }))
            }
        }
    }

    /// A value that changes nothing when it is taken.
    fn neutral(&self) -> f64 {
        match self {
            Self::Sum(_) | Self::Count(_) => 0.0,
            Self::Least(_) => f64::INFINITY,
            Self::Greatest(_) => f64::NEG_INFINITY,
            Self::Product(_) => 1.0,
        }
    }

    fn take(&mut self, values: &Tile, level: Level) {
        match self {
            Self::Sum(sums) => sums.take(values, level),
            Self::Count(row) => level.run::<Count>(row, values),
            Self::Least(row) => level.run::<Least>(row, values),
            Self::Greatest(row) => level.run::<Greatest>(row, values),
            Self::Product(factors) => level.run::<Factors>(factors, values),
        }
    }

    /// What was taken, lanes combined two by two.
    fn fold(&self) -> Partial {
        match self {
            Self::Sum(sums) => sums.fold(),
            Self::Count(row) => Partial::Sum { high: by_halves(row.0, |a, b| a + b), low: 0.0 },
            Self::Least(row) => Partial::Least(by_halves(row.0, math::min)),
            Self::Greatest(row) => Partial::Greatest(by_halves(row.0, math::max)),
            Self::Product(product) => {
                let lanes: [_; LANES] = std::array::from_fn(|i| Partial::Product {
                    factor: product.factors.0[i],
                    exponent: product.exponents[i],
                });
                by_halves(lanes, Partial::then)
            }
        }
    }
}

/// A sum for each lane: of the tiles since the last carry, and of all before.
struct Sums {
    tiles: usize,
    recent: Row,
    carried: Carried,
}

impl Sums {
    fn take(&mut self, values: &Tile, level: Level) {
        level.run::<Add>(&mut self.recent, values);
        self.tiles += 1;
        if self.tiles == CARRY_AFTER {
            level.run::<Carried>(&mut self.carried, &self.recent);
            self.tiles = 0;
            self.recent = Row([0.0; LANES]);
        }
    }

    fn fold(&self) -> Partial {
        let Carried { high, low } = &self.carried;
        let lanes: [_; LANES] = std::array::from_fn(|i| {
            let recent = Partial::Sum { high: self.recent.0[i], low: 0.0 };
            Partial::Sum { high: high.0[i], low: low.0[i] }.then(recent)
        });
        by_halves(lanes, Partial::then)
    }
}

/// A sum for each lane, as in `Partial::Sum`.
struct Carried {
    high: Row,
    low: Row,
}

impl Loop for Carried {
    type Target = Self;
    type Source = Row;

    #[inline(always)]
    fn run(sum: &mut Self, recent: &Row) {
        for i in 0..LANES {
            let (high, error) = two_sum(sum.high.0[i], recent.0[i]);
            sum.high.0[i] = high;
            sum.low.0[i] += error;
        }
    }
}

/// Takes both halves of a tile into a row.
macro_rules! take {
    ($name:ident: |$lane:ident, $x:ident| $taken:expr) => {
        struct $name;

        impl Loop for $name {
            type Target = Row;
            type Source = Tile;

            #[inline(always)]
            fn run(row: &mut Row, values: &Tile) {
                let take = |$lane: f64, $x: f64| $taken;
                for i in 0..LANES {
                    row.0[i] = take(take(row.0[i], values.0[i]), values.0[i + LANES]);
                }
            }
        }
    };
}

take!(Add: |sum, x| sum + x);
take!(Count: |count, x| count + truth(is_true(x)));
take!(Least: |least, x| math::min(x, least));
take!(Greatest: |greatest, x| math::max(x, greatest));

/// A product for each lane, as in `Partial::Product`.
struct Factors {
    factors: Row,
    exponents: [i64; LANES],
}

impl Loop for Factors {
    type Target = Self;
    type Source = Tile;

    #[inline(always)]
    fn run(product: &mut Self, values: &Tile) {
        for half in values.0.chunks_exact(LANES) {
            for (i, x) in half.iter().enumerate() {
                // Both factors are below 1 now: their product neither overflows nor loses bits.
                let (x, exponent) = split(*x);
                let (factor, shift) = split(product.factors.0[i] * x);
                product.factors.0[i] = factor;
                product.exponents[i] += exponent + shift;
            }
        }
    }
}

/// Combines the first half with the second until one is left.
fn by_halves<T: Copy>(mut lanes: [T; LANES], combine: impl Fn(T, T) -> T) -> T {
    let mut half = LANES / 2;
    while half > 0 {
        for i in 0..half {
            lanes[i] = combine(lanes[i], lanes[i + half]);
        }
        half /= 2;
    }
    lanes[0]
}
