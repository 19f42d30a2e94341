//! The operations that expressions are made of: what each computes, on one element and on a tile of them.

use super::level::{Elementwise, Level, RampKernel, TILE, Tile, TileKernel};
use super::math::{self, is_true, truth};
use super::transcendental;

/// Makes the enum and its methods out of one table: `Name, cost => value`, where some elements may need another value
/// that cannot be vectorised. The cost is in picoseconds per element, roughly and rather too high: for an operation with
/// rare elements, that of the rare ones. It only decides how long a block is, which must never be too long to stop.
macro_rules! operations {
    (
        one($x:ident) { $($one:ident, $cost1:literal => $value1:expr $(, but if $rare:expr => $rarely:expr)?;)* }
        two($a:ident, $b:ident) {
            $($two:ident, $cost2:literal => $value2:expr $(, but if $rare2:expr => $rarely2:expr)?;)*
        }
        three($p:ident, $q:ident, $r:ident) { $($three:ident, $cost3:literal => $value3:expr;)* }
    ) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(super) enum Operation { $($one,)* $($two,)* $($three,)* }

        impl Operation {
            /// How many operands it has.
            pub(super) fn arity(self) -> usize {
                match self {
                    $(Self::$one => 1,)*
                    $(Self::$two => 2,)*
                    $(Self::$three => 3,)*
                }
            }

            /// Picoseconds per element.
            pub(super) fn cost(self) -> u64 {
                match self {
                    $(Self::$one => $cost1,)*
                    $(Self::$two => $cost2,)*
                    $(Self::$three => $cost3,)*
                }
            }

            /// The loop over a tile, for a level.
            pub(super) fn kernel(self, level: Level) -> TileKernel {
                match self {
                    $(Self::$one => elementwise!(level.over_tiles, |$x, _, _| $value1 $(, but if $rare => $rarely)?),)*
                    $(Self::$two => elementwise!(level.over_tiles, |$a, $b, _| $value2 $(, but if $rare2 => $rarely2)?),)*
                    $(Self::$three => elementwise!(level.over_tiles, |$p, $q, $r| $value3),)*
                }
            }

            /// The loop over the values of `i`, which stands for every operand.
            pub(super) fn of_index(self, level: Level) -> RampKernel {
                match self {
                    $(Self::$one => elementwise!(level.over_ramps, |$x, _, _| $value1 $(, but if $rare => $rarely)?),)*
                    $(Self::$two => elementwise!(level.over_ramps, |$a, $b, _| $value2 $(, but if $rare2 => $rarely2)?),)*
                    $(Self::$three => elementwise!(level.over_ramps, |$p, $q, $r| $value3),)*
                }
            }
        }
    };
}

/// The loop of one operation.
macro_rules! elementwise {
    ($level:ident.$over:ident, |$x:pat_param, $y:pat_param, $z:pat_param| $value:expr $(, but if $rare:expr => $rarely:expr)?) => {{
        struct Of;
        impl Elementwise for Of {
            #[inline(always)]
            fn of($x: f64, $y: f64, $z: f64) -> f64 {
                $value
            }
            $(
                #[inline(always)]
                fn is_rare($x: f64, $y: f64) -> bool {
                    $rare
                }
                fn rarely($x: f64, $y: f64) -> f64 {
                    $rarely
                }
            )?
        }
        $level.$over::<Of>()
    }};
}

operations! {
    one(x) {
        // What `i` alone is.
        Same, 150 => x;
        Negate, 150 => -x;
        Not, 150 => truth(!is_true(x));
        Abs, 150 => x.abs();
        Sign, 200 => math::sign(x);
        Floor, 200 => x.floor();
        Ceil, 200 => x.ceil();
        Round, 250 => math::round(x);
        Trunc, 200 => x.trunc();
        Fround, 250 => math::fround(x);
        Sqrt, 700 => x.sqrt();
        PowerOfHalf, 800 => math::power_of_half(x);
        Cbrt, 20_000 => math::cbrt(x);
        Exp, 8_000 => transcendental::exp(x), but if transcendental::overflows(x) => math::exp(x);
        Expm1, 12_000 => math::expm1(x);
        Log, 8_000 => transcendental::log(x), but if transcendental::has_no_exponent(x) => math::log(x);
        Log1p, 10_000 => math::log1p(x);
        Log2, 10_000 => math::log2(x);
        Log10, 10_000 => math::log10(x);
        Sin, 30_000 => transcendental::sin(x), but if transcendental::is_far(x) => math::sin(x);
        Cos, 30_000 => transcendental::cos(x), but if transcendental::is_far(x) => math::cos(x);
        Tan, 30_000 => math::tan(x);
        Asin, 15_000 => math::asin(x);
        Acos, 15_000 => math::acos(x);
        Atan, 12_000 => math::atan(x);
        Sinh, 15_000 => math::sinh(x);
        Cosh, 15_000 => math::cosh(x);
        Tanh, 15_000 => math::tanh(x);
        Asinh, 20_000 => math::asinh(x);
        Acosh, 20_000 => math::acosh(x);
        Atanh, 15_000 => math::atanh(x);
        Clz32, 3_000 => math::clz32(x);
    }
    two(a, b) {
        Add, 150 => a + b;
        Subtract, 150 => a - b;
        Multiply, 150 => a * b;
        Divide, 600 => a / b;
        Remainder, 20_000 => math::remainder(a, b), but if math::are_fractions(a, b) => a % b;
        Equal, 150 => truth(a == b);
        Unequal, 150 => truth(a != b);
        Less, 150 => truth(a < b);
        LessOrEqual, 150 => truth(a <= b);
        Greater, 150 => truth(a > b);
        GreaterOrEqual, 150 => truth(a >= b);
        And, 200 => if is_true(a) { b } else { a };
        Or, 200 => if is_true(a) { a } else { b };
        Min, 300 => math::min(a, b);
        Max, 300 => math::max(a, b);
        Power, 40_000 => math::pow(a, b);
        Atan2, 25_000 => math::atan2(a, b);
        Hypot, 10_000 => math::hypot(a, b);
        Imul, 6_000 => math::imul(a, b);
    }
    three(p, q, r) {
        Select, 250 => if is_true(p) { q } else { r };
    }
}

impl Operation {
    /// Computes one element, with the very code that computes tiles.
    pub(super) fn of(self, operands: &[f64]) -> f64 {
        let tiles = [0, 1, 2].map(|i| Tile([operands.get(i).copied().unwrap_or(0.0); TILE]));
        let mut to = Tile([0.0; TILE]);
        self.kernel(Level::BASELINE).run([&tiles[0], &tiles[1], &tiles[2]], &mut to);
        to.0[0]
    }
}
