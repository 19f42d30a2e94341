//! JavaScript's arithmetic where Rust's differs, and `Math` on top of the `libm` crate: portable code whose results are
//! the same on every platform and at every SIMD level, within 1 ulp or 2 of the exact value.
//!
//! Everything small is inlined into the loops of `operation`, so that it is vectorised there.

/// 1 for true, 0 for false: what comparisons give.
#[inline(always)]
pub(super) fn truth(value: bool) -> f64 {
    if value { 1.0 } else { 0.0 }
}

/// As JavaScript has it: neither 0 nor NaN.
#[inline(always)]
pub(super) fn is_true(x: f64) -> bool {
    x.abs() > 0.0
}

/// The smaller one; NaN when either is, and -0 below 0.
#[inline(always)]
pub(super) fn min(a: f64, b: f64) -> f64 {
    let equal = f64::from_bits(a.to_bits() | b.to_bits());
    let ordered = if a < b { a } else { b };
    let least = if a == b { equal } else { ordered };
    if a.is_nan() { a } else { least }
}

/// The larger one; NaN when either is, and 0 above -0.
#[inline(always)]
pub(super) fn max(a: f64, b: f64) -> f64 {
    let equal = f64::from_bits(a.to_bits() & b.to_bits());
    let ordered = if a > b { a } else { b };
    let greatest = if a == b { equal } else { ordered };
    if a.is_nan() { a } else { greatest }
}

/// To the nearest integer, halves up; the sign of zero stays.
#[inline(always)]
pub(super) fn round(x: f64) -> f64 {
    let below = x.floor();
    (if x - below >= 0.5 { below + 1.0 } else { below }).copysign(x)
}

#[inline(always)]
pub(super) fn sign(x: f64) -> f64 {
    let above = if x > 0.0 { 1.0 } else { x };
    if x < 0.0 { -1.0 } else { above }
}

#[inline(always)]
pub(super) fn fround(x: f64) -> f64 {
    f64::from(x as f32)
}

/// Whether either is no integer below 2^53, of which the remainder is a product and a difference without rounding.
#[inline(always)]
pub(super) fn are_fractions(a: f64, b: f64) -> bool {
    const LIMIT: f64 = (1_u64 << 53) as f64;
    let is_integer = |x: f64| x.trunc() == x && x.abs() < LIMIT;
    !(is_integer(a) & is_integer(b))
}

/// The remainder of two integers, with the sign of the first. Their quotient rounds to an integer only if it is one.
#[inline(always)]
pub(super) fn remainder(a: f64, b: f64) -> f64 {
    (a - (a / b).trunc() * b).copysign(a)
}

/// C's pow but for two cases that IEEE 754 and ECMAScript decide differently.
pub(super) fn pow(x: f64, y: f64) -> f64 {
    if y.is_nan() || (y.is_infinite() && x.abs() == 1.0) { f64::NAN } else { libm::pow(x, y) }
}

/// `x^0.5`, which is a square root but for -0 and -Infinity.
#[inline(always)]
pub(super) fn power_of_half(x: f64) -> f64 {
    if x == f64::NEG_INFINITY { f64::INFINITY } else { (x + 0.0).sqrt() }
}

pub(super) fn clz32(x: f64) -> f64 {
    f64::from(to_int32(x).leading_zeros())
}

pub(super) fn imul(a: f64, b: f64) -> f64 {
    f64::from(to_int32(a).wrapping_mul(to_int32(b)))
}

/// ECMAScript's ToInt32: the integer part, modulo 2^32.
fn to_int32(x: f64) -> i32 {
    // The remainder is NaN, hence 0, for what is not finite; else it is below 2^32 and fits.
    (x.trunc() % 4_294_967_296.0) as i64 as i32
}

pub(super) use libm::{
    acos, acosh, asin, asinh, atan, atan2, atanh, cbrt, cos, cosh, exp, expm1, hypot, log, log1p, log2, log10, sin,
    sinh, tan, tanh,
};
