//! Expressions by their values, and reductions by their bits: at every SIMD level, in any order of the blocks.

use std::collections::BTreeMap;

use super::domain::Domain;
use super::level::Level;
use super::parser::parse;
use super::program::Program;
use super::reduce::reduce;
use super::reduction::Reduction;
use crate::engine::{Binary, CancelToken, Code, Context, Element, TaskError};

fn bytes(values: &[f64]) -> Binary {
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_ne_bytes()).collect();
    Binary::copied_from(&bytes, Element::Float64)
}

fn at_level(reduction: Reduction, of: &str, domain: &Domain, names: &[&str], level: Level) -> f64 {
    let (graph, root) = parse(of, names).unwrap_or_else(|error| panic!("{of}: {error}"));
    let program = Program::of(&graph, root, level);
    let token = CancelToken::default();
    let partial = reduce(&program, domain, reduction, &Context::detached(&token)).unwrap();
    partial.result(reduction, domain.count)
}

/// Reduces at every level there is; all must agree.
fn reduced(reduction: Reduction, of: &str, domain: &Domain, names: &[&str]) -> f64 {
    let results: Vec<f64> = Level::available().map(|level| at_level(reduction, of, domain, names, level)).collect();
    for result in &results {
        assert_eq!(result.to_bits(), results[0].to_bits(), "{of}: levels differ: {results:?}");
    }
    results[0]
}

fn over(reduction: Reduction, of: &str, range: &[f64]) -> f64 {
    reduced(reduction, of, &Domain::range(range).unwrap(), &[])
}

/// The value of an expression of `x`.
fn value(of: &str, x: f64) -> f64 {
    let domain = Domain::columns(&BTreeMap::from([("x".to_owned(), bytes(&[x]))])).unwrap();
    // Of one element, the smallest is the element itself, sign of zero and all.
    reduced(Reduction::Min, of, &domain, &["x"])
}

fn fault(of: &str) -> String {
    let error = parse(of, &["a", "b"]).map(|_| ()).unwrap_err();
    assert_eq!(error.code, Code::ExpressionSyntax);
    error.message.into_owned()
}

#[test]
fn operators_bind_as_in_javascript() {
    for (of, expected) in [
        ("1 + 2 * 3", 7.0),
        ("(1 + 2) * 3", 9.0),
        ("10 - 4 - 3", 3.0),
        ("24 / 4 / 2", 3.0),
        ("7 % 4 * 2", 6.0),
        ("-7 % 4", -3.0),
        ("2 ^ 3 ^ 2", 512.0),
        ("2 ** 3 ** 2", 512.0),
        ("-2 ^ 2", -4.0),
        ("(-2) ^ 2", 4.0),
        ("2 ^ -1", 0.5),
        ("2 * 3 ^ 2", 18.0),
        ("- - 3", 3.0),
        ("!0 + 1", 2.0),
        ("!3 == 0", 1.0),
        ("1 + 1 < 3", 1.0),
        ("1 < 2 == 2 < 3", 1.0),
        ("3 > 2 && 2 >= 2 && 1 != 2", 1.0),
        ("1 === 1 && 1 !== 2", 1.0),
        ("0 || 5", 5.0),
        ("4 && 5", 5.0),
        ("0 && 5", 0.0),
        ("1 || 0 && 0", 1.0),
        ("0 ? 1 : 0 ? 2 : 3", 3.0),
        ("1 ? 0 ? 1 : 2 : 3", 2.0),
        ("1 > 2 ? 3 : 4", 4.0),
        ("nan ? 1 : 2", 2.0),
        ("nan == nan", 0.0),
        ("0x1f + 0b11 + 0o17 + 1_000 + .5 + 5. + 1e3 + 1E-1", 31.0 + 3.0 + 15.0 + 1000.0 + 0.5 + 5.0 + 1000.0 + 0.1),
        ("max(1, 2, 3) - min(4, 3) + hypot(3, 4)", 5.0),
        ("Math.max(1, Math.PI) - pi", 0.0),
    ] {
        assert_eq!(value(of, 0.0), expected, "{of}");
        // The same through the steps of a program, not folded when it is compiled.
        let unfolded = with_variables(of);
        assert_eq!(value(&unfolded, 0.0), expected, "{unfolded}");
    }
}

/// `12 + 3` as `(12+x) + (3+x)`. Texts with names or other numbers stay as they are.
fn with_variables(of: &str) -> String {
    if of.contains(|letter: char| letter.is_alphabetic() || letter == '.' || letter == '_') {
        return of.to_owned();
    }
    let mut unfolded = String::new();
    let mut in_number = false;
    for letter in of.chars().chain([' ']) {
        if letter.is_ascii_digit() != in_number {
            in_number = !in_number;
            unfolded += if in_number { "(" } else { "+x)" };
        }
        unfolded.push(letter);
    }
    unfolded
}

#[test]
fn a_fault_tells_its_position_and_what_was_expected() {
    for (of, message) in [
        ("", "Expected a number, a name or `(`, got the end at position 0 of `of`"),
        ("1 +", "Expected a number, a name or `(`, got the end at position 3 of `of`"),
        ("sqrt(a", "Expected an operator or `,` or `)`, got the end at position 6 of `of`"),
        ("(a", "Expected an operator or `)`, got the end at position 2 of `of`"),
        ("a b", "Expected an operator or the end, got `b` at position 2 of `of`"),
        ("a ? b", "Expected an operator or `:`, got the end at position 5 of `of`"),
        ("3px", "Expected a number, got `3px` at position 0 of `of`"),
        ("1.2.3", "Expected a number, got `1.2.3` at position 0 of `of`"),
        ("0x", "Expected a number"),
        ("a = b", "Unexpected character `=` at position 2 of `of`: equality is `==`"),
        ("\u{1F600}\u{1F600}", "Unexpected character `\u{1F600}` at position 0 of `of`"),
        ("a + '\u{1F600}'", "Unexpected character `\\'` at position 4 of `of`"),
        ("é", "Unknown name `é` at position 0 of `of`: the columns are `a`, `b`"),
        ("1 < a < 3", "comparisons do not chain, write `a < b && b < c`"),
        ("sqr(a)", "Unknown function `sqr` at position 0 of `of`: did you mean `sqrt`"),
        ("Infinty", "did you mean `Infinity`"),
        ("sqrt + 1", "Expected `(` after the function `sqrt`, got `+` at position 5 of `of`"),
        ("sin(1, 2)", "Expected `sin` to have 1 operand, got 2 at position 0 of `of`"),
        ("atan2(1)", "Expected `atan2` to have 2 operands, got 1"),
        ("1 + min()", "Expected `min` to have at least 1 operand, got 0 at position 4 of `of`"),
    ] {
        let said = fault(of);
        assert!(said.contains(message), "{of}: {said}");
    }
    assert!(parse("ü\u{20000} + ?", &["ü\u{20000}"]).err().unwrap().message.contains("position 6"), "in UTF-16 units");
}

#[test]
fn hostile_expressions_end_in_an_error() {
    for of in ["(".repeat(10_000), "-".repeat(10_000), "1^".repeat(5_000), "1?".repeat(5_000), "sin(".repeat(4_000)] {
        assert!(fault(&of).contains("Nested more than 200 levels deep"), "{of:.20}");
    }
    assert!(fault(&"(".repeat(100_000)).contains("at most 16384 bytes long, got 100000 bytes"));
    assert!(fault(&"x".repeat(16_000)).len() < 300);
    let long = vec!["a"; 8_000].join("+");
    assert!(parse(&long, &["a"]).is_ok(), "long is not deep");
}

#[test]
fn common_parts_are_computed_once() {
    let (graph, _) = parse("sin(a) * sin(a) + sin(a)^2 + 2 * pi * a", &["a"]).unwrap();
    // a, sin, product, sum of products, 2, pi, 2 pi, product, sum.
    assert_eq!(graph.nodes().len(), 9);
}

type Function = fn(f64) -> f64;

#[test]
fn functions_are_within_two_ulp_of_the_standard_library() {
    let functions: [(&str, Function); 21] = [
        ("cbrt", f64::cbrt),
        ("exp", f64::exp),
        ("expm1", f64::exp_m1),
        ("log", f64::ln),
        ("log1p", f64::ln_1p),
        ("log2", f64::log2),
        ("log10", f64::log10),
        ("sin", f64::sin),
        ("cos", f64::cos),
        ("tan", f64::tan),
        ("asin", f64::asin),
        ("acos", f64::acos),
        ("atan", f64::atan),
        ("sinh", f64::sinh),
        ("cosh", f64::cosh),
        ("tanh", f64::tanh),
        ("sqrt", f64::sqrt),
        ("trunc", f64::trunc),
        ("floor", f64::floor),
        ("ceil", f64::ceil),
        ("abs", f64::abs),
    ];
    let arguments: Vec<f64> = (-4000..4000)
        .map(|k| f64::from(k) * 0.00917)
        .chain((-300..300).map(|k| 10_f64.powi(k) * 1.2345))
        .chain((-300..300).map(|k| -(10_f64.powi(k)) * 1.2345))
        // Where sines and cosines are nearly 0, and where the ordinary arguments end.
        .chain((-3000..3000).map(|k| f64::from(k) * std::f64::consts::FRAC_PI_2))
        .chain((0..100).map(|k| 1_647_099.0 + f64::from(k - 50) * 0.37))
        .chain((0..100).map(|k| 708.0 + f64::from(k - 50) * 0.09))
        .chain((0..200).map(|k| f64::from_bits(1.0_f64.to_bits() + k - 100)))
        .chain([0.0, -0.0, 1.0, -1.0, 5e-324, f64::MAX, f64::INFINITY, f64::NEG_INFINITY, f64::NAN])
        .collect();
    for (name, standard) in functions {
        let expression = format!("{name}(x)");
        let (graph, root) = parse(&expression, &["x"]).unwrap();
        for level in Level::available() {
            let program = Program::of(&graph, root, level);
            let mut slots = program.slots();
            let domain = Domain::columns(&BTreeMap::from([("x".to_owned(), bytes(&arguments))])).unwrap();
            for (n, x) in arguments.iter().enumerate() {
                let lane = n % 64;
                if lane == 0 {
                    program.run(&domain, n as u64, &mut slots);
                }
                let (got, exact) = (slots[program.result].0[lane], standard(*x));
                assert!(ulps_apart(got, exact) <= 2, "{name}({x}) is {got}, the standard library has {exact}");
            }
        }
    }
}

#[test]
fn the_remainder_is_exact() {
    let most = 9_007_199_254_740_991.0;
    let numbers = [
        0.0,
        -0.0,
        1.0,
        2.0,
        3.0,
        7.0,
        10.0,
        1e6,
        94_906_267.0,
        3e15,
        most - 1.0,
        most,
        most + 1.0,
        1e300,
        0.1,
        2.5,
        1e-300,
        f64::INFINITY,
        f64::NAN,
    ];
    for a in numbers.into_iter().flat_map(|x| [x, -x]) {
        for b in numbers.into_iter().flat_map(|x| [x, -x]) {
            let columns = BTreeMap::from([("a".to_owned(), bytes(&[a])), ("b".to_owned(), bytes(&[b]))]);
            let got = reduced(Reduction::Min, "a % b", &Domain::columns(&columns).unwrap(), &["a", "b"]);
            assert!(ulps_apart(got, a % b) == 0, "{a} % {b} is {}, got {got}", a % b);
        }
    }
    for (a, b) in (1..2000).map(|k| (most - f64::from(k) * 7e11, f64::from(k) * 3.0)) {
        assert_eq!(super::math::remainder(a.trunc(), b), a.trunc() % b, "{a} % {b}");
    }
}

/// How many floats lie between two, 0 for two NaNs.
fn ulps_apart(a: f64, b: f64) -> u64 {
    let order = |x: f64| {
        let bits = x.to_bits() as i64;
        if bits < 0 { i64::MIN - bits } else { bits }
    };
    match (a.is_nan(), b.is_nan()) {
        (true, true) => 0,
        (false, false) => order(a).abs_diff(order(b)),
        _ => u64::MAX,
    }
}

#[test]
fn a_range_has_the_elements_of_the_loop() {
    for (range, expected) in [
        (&[0.0, 10.0][..], vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]),
        (&[0.5, 3.0], vec![0.5, 1.5, 2.5]),
        (&[0.0, 1.0, 0.25], vec![0.0, 0.25, 0.5, 0.75]),
        (&[0.0, 1.0, 0.1], (0..10).map(|k| f64::from(k) * 0.1).collect()),
        (&[5.0, 0.0, -2.0], vec![5.0, 3.0, 1.0]),
        (&[0.0, 5.0, -1.0], vec![]),
        (&[5.0, 0.0], vec![]),
        (&[3.0, 3.0], vec![]),
        (&[1e16, 1e16 + 4.0, 1.0], vec![1e16, 1e16, 1e16 + 2.0]),
    ] {
        let domain = Domain::range(range).unwrap();
        assert_eq!(domain.count, expected.len() as u64, "{range:?}");
        let sum: f64 = expected.iter().sum();
        assert!((over(Reduction::Sum, "i", range) - sum).abs() <= 1e-15 * sum, "{range:?}");
        let last = expected.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        assert_eq!(over(Reduction::Max, "i", range), last, "{range:?}");
    }
}

#[test]
fn a_range_that_cannot_be_is_an_error() {
    let fails = |range: &[f64]| Domain::range(range).err().unwrap();
    let named = |error: TaskError, code, name: &str| {
        assert_eq!(error.code, code);
        assert!(error.message.contains(name), "{}", error.message);
    };
    named(fails(&[f64::NAN, 1.0]), Code::InvalidArgValue, "`range[0]`");
    named(fails(&[0.0, f64::INFINITY]), Code::InvalidArgValue, "`range[1]`");
    named(fails(&[0.0, 1.0, 0.0]), Code::OutOfRange, "`range[2]`");
    named(fails(&[0.0]), Code::InvalidArgValue, "`range`");
    named(fails(&[0.0, 1.0, 1.0, 1.0]), Code::InvalidArgValue, "`range`");
    named(fails(&[0.0, 1e300]), Code::OutOfRange, "2^53");
    named(fails(&[-1e308, 1e308, 1e-308]), Code::OutOfRange, "2^53");
    named(fails(&[0.0, 1.0, f64::MIN_POSITIVE]), Code::OutOfRange, "2^53");
    assert_eq!(Domain::range(&[0.0, 9_007_199_254_740_992.0]).unwrap().count, 1 << 53);
}

#[test]
fn sums_are_accurate_to_the_last_bit_or_so() {
    let n = 3_000_001.0;
    assert_eq!(over(Reduction::Sum, "i", &[0.0, n]), n * (n - 1.0) / 2.0);
    assert!(ulps_apart(over(Reduction::Sum, "0.1", &[0.0, n]), n * 0.1) <= 1);
    // The exact sum of these floats, rounded once.
    assert!(ulps_apart(over(Reduction::Sum, "sqrt(i)", &[0.0, 1e6]), 666666166.4588221) <= 1);
    // What cancels leaves what is small.
    assert_eq!(over(Reduction::Sum, "i % 4096 == 0 ? 1e100 : i % 4096 == 2048 ? -1e100 : 0", &[0.0, 1e6]), 1e100);
    assert_eq!(over(Reduction::Mean, "i", &[0.0, 1001.0]), 500.0);
    assert_eq!(over(Reduction::Sum, "inf", &[0.0, 5000.0]), f64::INFINITY);
    assert!(over(Reduction::Sum, "i % 2 ? inf : -inf", &[0.0, 5000.0]).is_nan());
}

#[test]
fn products_overflow_only_when_the_result_does() {
    assert_eq!(over(Reduction::Product, "i % 2 ? 1e300 : 1e-300", &[0.0, 100_000.0]).log10().round(), 0.0);
    assert_eq!(over(Reduction::Product, "i", &[1.0, 21.0]), 2_432_902_008_176_640_000.0);
    assert_eq!(over(Reduction::Product, "2", &[0.0, 1023.0]), 2_f64.powi(1023));
    assert_eq!(over(Reduction::Product, "2", &[0.0, 1024.0]), f64::INFINITY);
    assert_eq!(over(Reduction::Product, "0.5", &[0.0, 1074.0]), 5e-324);
    assert_eq!(over(Reduction::Product, "0.5", &[0.0, 1076.0]), 0.0);
    assert_eq!(over(Reduction::Product, "i == 5 ? 5e-324 : i == 700 ? 2^1000 : 1", &[0.0, 1000.0]), 2_f64.powi(-74));
    assert_eq!(over(Reduction::Product, "-1", &[0.0, 1001.0]), -1.0);
    assert_eq!(over(Reduction::Product, "i - 500", &[0.0, 1000.0]).abs(), 0.0);
    assert!(over(Reduction::Product, "i == 500 ? nan : 1", &[0.0, 1000.0]).is_nan());
    assert!(over(Reduction::Product, "i == 0 ? 0 : inf", &[0.0, 1000.0]).is_nan());
}

#[test]
fn least_and_greatest_are_those_of_math() {
    assert_eq!(over(Reduction::Min, "cos(i)", &[0.0, 1e5]), -over(Reduction::Max, "-cos(i)", &[0.0, 1e5]));
    for k in [0, 1, 31, 32, 63, 64, 1000] {
        let of = format!("i == {k} ? nan : i");
        assert!(over(Reduction::Min, &of, &[0.0, 1001.0]).is_nan());
        assert!(over(Reduction::Max, &of, &[0.0, 1001.0]).is_nan());
        let zeros = format!("i == {k} ? -0 : 0");
        assert_eq!(over(Reduction::Min, &zeros, &[0.0, 1001.0]).to_bits(), (-0.0_f64).to_bits());
        let others = format!("i == {k} ? 0 : -0");
        assert_eq!(over(Reduction::Max, &others, &[0.0, 1001.0]).to_bits(), 0);
    }
}

#[test]
fn nothing_comes_to_what_changes_nothing() {
    for (reduction, nothing) in [
        (Reduction::Sum, 0.0),
        (Reduction::Count, 0.0),
        (Reduction::Product, 1.0),
        (Reduction::Min, f64::INFINITY),
        (Reduction::Max, f64::NEG_INFINITY),
    ] {
        assert_eq!(over(reduction, "i", &[0.0, 0.0]), nothing);
    }
    assert!(over(Reduction::Mean, "i", &[0.0, 0.0]).is_nan());
}

#[test]
fn every_length_is_reduced_to_its_end() {
    for n in (0..300).chain([1023, 1024, 1025, 1 << 20, (1 << 20) + 1]) {
        let end = f64::from(n);
        assert_eq!(over(Reduction::Count, "i + 1", &[0.0, end]), end);
        assert_eq!(over(Reduction::Sum, "i", &[0.0, end]), end * (end - 1.0) / 2.0);
        assert_eq!(over(Reduction::Product, "i == 0 ? 3 : 1", &[0.0, end]), if n == 0 { 1.0 } else { 3.0 });
        assert_eq!(over(Reduction::Max, "-i", &[1.0, end + 1.0]), if n == 0 { f64::NEG_INFINITY } else { -1.0 });
    }
}

#[test]
fn columns_must_match() {
    let fails = |columns: &[(&str, Binary)]| {
        Domain::columns(&columns.iter().map(|(name, column)| ((*name).to_owned(), column.clone())).collect())
            .err()
            .unwrap()
    };
    let error = fails(&[("a", bytes(&[1.0])), ("b", bytes(&[1.0, 2.0]))]);
    assert_eq!(error.message, "Expected `columns.b` to be as long as `columns.a` (1 elements), got 2 elements");
    assert_eq!(fails(&[]).code, Code::InvalidArgValue);
    assert!(fails(&[("a b", bytes(&[1.0]))]).message.contains("`a b`"));
    let raw = Binary::copied_from(&[0; 8], Element::ArrayBuffer);
    assert_eq!(fails(&[("a", raw)]).code, Code::InvalidArgType);
}

#[test]
fn a_long_expression_reuses_its_slots() {
    let terms: Vec<String> = (0..500).map(|k| format!("sqrt(a + {k})")).collect();
    let (graph, root) = parse(&terms.join(" + "), &["a"]).unwrap();
    let program = Program::of(&graph, root, Level::widest());
    // 499 constants (adding 0 is one too), and the few that are alive at one time.
    assert!(program.slots().len() <= 500 + 4, "{}", program.slots().len());
}
