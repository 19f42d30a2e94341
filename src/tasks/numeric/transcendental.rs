//! Sine, cosine, exponential and logarithm without branches, so that they are vectorised: FreeBSD's msun, whose errors
//! are below 1 ulp, computed for the arguments that are ordinary. The few others are left to the `libm` crate, which
//! has the same origin.
//!
//! Constants and polynomials are those of `k_sin.c`, `k_cos.c`, `e_rem_pio2.c`, `e_exp.c` and `e_log.c`: Copyright (C)
//! 1993 by Sun Microsystems, Inc. Permission to use, copy, modify, and distribute this software is freely granted,
//! provided that this notice is preserved.

/// Added to a number below 2^51 and taken away again, it rounds to an integer, whose low bits are those of the sum.
const ROUNDER: f64 = 6_755_399_441_055_744.0;

/// Whether an angle is too far out for the reduction below, or is no number.
#[inline(always)]
pub(super) fn is_far(x: f64) -> bool {
    !matches!(x.abs(), 0.0..1_647_099.0)
}

#[inline(always)]
pub(super) fn sin(x: f64) -> f64 {
    let (quarter, y, rest) = within_eighth(x);
    in_quarter(quarter, y, rest)
}

#[inline(always)]
pub(super) fn cos(x: f64) -> f64 {
    let (quarter, y, rest) = within_eighth(x);
    in_quarter(quarter.wrapping_add(1), y, rest)
}

/// An angle as quarter turns and what is left of it, at most an eighth, in twice the precision. A quarter turn is taken
/// in four parts, of which the first three have 33 bits: their products with less than 2^20 turns are exact.
#[inline(always)]
fn within_eighth(x: f64) -> (u64, f64, f64) {
    const QUARTERS_PER_RADIAN: f64 = std::f64::consts::FRAC_2_PI;
    const PART_1: f64 = f64::from_bits(0x3FF9_21FB_5440_0000);
    const PART_2: f64 = f64::from_bits(0x3DD0_B461_1A60_0000);
    const PART_3: f64 = f64::from_bits(0x3BA3_198A_2E00_0000);
    const PART_4: f64 = f64::from_bits(0x397B_839A_2520_49C1);
    let sum = x * QUARTERS_PER_RADIAN + ROUNDER;
    let turns = sum - ROUNDER;
    let first = x - turns * PART_1;
    let part = turns * PART_2;
    let second = first - part;
    let second_error = (first - second) - part;
    let part = turns * PART_3;
    let third = second - part;
    let third_error = (second - third) - part;
    let part = turns * PART_4 - third_error - second_error;
    let y = third - part;
    (sum.to_bits(), y, (third - y) - part)
}

/// The sine of an angle of so many quarter turns and a rest.
#[inline(always)]
fn in_quarter(quarter: u64, y: f64, rest: f64) -> f64 {
    let z = y * y;
    let w = z * z;
    let r = 8.333_333_333_322_49e-3
        + z * (-1.984_126_982_985_795e-4 + z * 2.755_731_370_707_006_8e-6)
        + z * w * (-2.505_076_025_340_686_3e-8 + z * 1.589_690_995_211_55e-10);
    let v = z * y;
    let sine = y - ((z * (0.5 * rest - v * r) - rest) - v * -1.666_666_666_666_663_2e-1);

    let r = z * (4.166_666_666_666_66e-2 + z * (-1.388_888_888_887_411e-3 + z * 2.480_158_728_947_673e-5))
        + w * w * (-2.755_731_435_139_066_3e-7 + z * (2.087_572_321_298_175e-9 + z * -1.135_964_755_778_819_5e-11));
    let half = 0.5 * z;
    let head = 1.0 - half;
    let cosine = head + (((1.0 - head) - half) + (z * r - y * rest));

    let magnitude = if quarter & 1 == 0 { sine } else { cosine };
    f64::from_bits(magnitude.to_bits() ^ (quarter & 2) << 62)
}

/// Whether e^x is no normal number, or x none at all.
#[inline(always)]
pub(super) fn overflows(x: f64) -> bool {
    !matches!(x.abs(), 0.0..708.0)
}

#[inline(always)]
pub(super) fn exp(x: f64) -> f64 {
    let sum = x * std::f64::consts::LOG2_E + ROUNDER;
    let k = sum - ROUNDER;
    let high = x - k * LN_2_HIGH;
    let low = k * LN_2_LOW;
    let y = high - low;
    let z = y * y;
    let c = y - z
        * (1.666_666_666_666_660_2e-1
            + z * (-2.777_777_777_701_559_3e-3
                + z * (6.613_756_321_437_934e-5 + z * (-1.653_390_220_546_525_2e-6 + z * 4.138_136_797_057_238_5e-8))));
    let power = 1.0 + (y * c / (2.0 - c) - low + high);
    // Times 2^k: k is in the low bits of the sum.
    f64::from_bits(power.to_bits().wrapping_add(sum.to_bits() << 52))
}

/// The logarithm of 2 in two parts; products of the first with less than 2^20 are exact.
const LN_2_HIGH: f64 = f64::from_bits(0x3FE6_2E42_FEE0_0000);
const LN_2_LOW: f64 = f64::from_bits(0x3DEA_39EF_3579_3C76);

/// Whether x is no normal positive number.
#[inline(always)]
pub(super) fn has_no_exponent(x: f64) -> bool {
    !matches!(x, f64::MIN_POSITIVE..f64::INFINITY)
}

#[inline(always)]
pub(super) fn log(x: f64) -> f64 {
    const ONE: u64 = 0x3FF0_0000 << 32;
    const ROOT_OF_HALF: u64 = 0x3FE6_A09E << 32;
    const TWO_TO_52: f64 = (1_u64 << 52) as f64;
    // x as 2^k times a number from the root of 1/2 to that of 2.
    let shifted = x.to_bits().wrapping_add(ONE - ROOT_OF_HALF);
    let k = f64::from_bits((shifted >> 52) | TWO_TO_52.to_bits()) - (TWO_TO_52 + 1023.0);
    let f = f64::from_bits((shifted & 0x000F_FFFF_FFFF_FFFF) + ROOT_OF_HALF) - 1.0;
    let half_square = 0.5 * f * f;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let even = w * (3.999_999_999_940_942e-1 + w * (2.222_219_843_214_978_4e-1 + w * 1.531_383_769_920_937_3e-1));
    let odd = z
        * (6.666_666_666_666_735e-1
            + w * (2.857_142_874_366_239e-1 + w * (1.818_357_216_161_805e-1 + w * 1.479_819_860_511_658_6e-1)));
    s * (half_square + (odd + even)) + k * LN_2_LOW - half_square + f + k * LN_2_HIGH
}
