//! Reads an expression into a graph: operator precedence as in JavaScript, with `^` for powers, which bind tighter than
//! a sign before them (`-x^2` is `-(x^2)`) and group from the right.
//!
//! Texts come from anywhere, so their length and nesting are bounded.

use super::graph::{Graph, Node, NodeId};
use super::operation::Operation;
use super::token::{Token, Tokens};
use crate::engine::{Code, TaskError, registry};

/// The longest expression, in bytes.
const MAX_LENGTH: usize = 16_384;
/// How deep parentheses, signs, powers and conditions may be nested. Bounds the stack that parsing takes.
const MAX_DEPTH: usize = 200;

/// What is wrong with an expression, and the byte offset where.
pub(super) struct Fault {
    at: usize,
    /// Reads on with `at position …`.
    what: String,
    /// How it could be put right.
    hint: String,
}

impl Fault {
    pub(super) fn at(at: usize, what: impl Into<String>) -> Self {
        Self { at, what: what.into(), hint: String::new() }
    }

    pub(super) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: hint.into(), ..self }
    }

    /// The position is an index into the JavaScript string, which counts UTF-16 units.
    fn error(&self, text: &str) -> TaskError {
        let position = text[..self.at].encode_utf16().count();
        let colon = if self.hint.is_empty() { "" } else { ": " };
        let message = format!("{} at position {position} of `of`{colon}{}", self.what, self.hint);
        TaskError::new(Code::ExpressionSyntax, message)
    }
}

const FUNCTIONS: [(&str, Operation); 34] = {
    use Operation as O;
    [
        ("abs", O::Abs),
        ("acos", O::Acos),
        ("acosh", O::Acosh),
        ("asin", O::Asin),
        ("asinh", O::Asinh),
        ("atan", O::Atan),
        ("atan2", O::Atan2),
        ("atanh", O::Atanh),
        ("cbrt", O::Cbrt),
        ("ceil", O::Ceil),
        ("clz32", O::Clz32),
        ("cos", O::Cos),
        ("cosh", O::Cosh),
        ("exp", O::Exp),
        ("expm1", O::Expm1),
        ("floor", O::Floor),
        ("fround", O::Fround),
        ("hypot", O::Hypot),
        ("imul", O::Imul),
        ("log", O::Log),
        ("log10", O::Log10),
        ("log1p", O::Log1p),
        ("log2", O::Log2),
        ("max", O::Max),
        ("min", O::Min),
        ("pow", O::Power),
        ("round", O::Round),
        ("sign", O::Sign),
        ("sin", O::Sin),
        ("sinh", O::Sinh),
        ("sqrt", O::Sqrt),
        ("tan", O::Tan),
        ("tanh", O::Tanh),
        ("trunc", O::Trunc),
    ]
};

/// Functions that take any number of operands from one on, and combine them two by two from the left.
const FOLDS: [Operation; 3] = [Operation::Hypot, Operation::Max, Operation::Min];

/// As in JavaScript and its `Math`, and in small letters.
const CONSTANTS: [(&str, f64); 17] = {
    use std::f64::consts;
    [
        ("pi", consts::PI),
        ("e", consts::E),
        ("tau", consts::TAU),
        ("inf", f64::INFINITY),
        ("nan", f64::NAN),
        ("true", 1.0),
        ("false", 0.0),
        ("Infinity", f64::INFINITY),
        ("NaN", f64::NAN),
        ("PI", consts::PI),
        ("E", consts::E),
        ("LN2", consts::LN_2),
        ("LN10", consts::LN_10),
        ("LOG2E", consts::LOG2_E),
        ("LOG10E", consts::LOG10_E),
        ("SQRT2", consts::SQRT_2),
        ("SQRT1_2", consts::FRAC_1_SQRT_2),
    ]
};

/// Infix operators: how tight each binds, as in JavaScript, and what it computes.
fn infix(sign: &str) -> Option<(u8, Operation)> {
    Some(match sign {
        "||" => (2, Operation::Or),
        "&&" => (3, Operation::And),
        "==" => (4, Operation::Equal),
        "!=" => (4, Operation::Unequal),
        "<" => (RELATION, Operation::Less),
        "<=" => (RELATION, Operation::LessOrEqual),
        ">" => (RELATION, Operation::Greater),
        ">=" => (RELATION, Operation::GreaterOrEqual),
        "+" => (6, Operation::Add),
        "-" => (6, Operation::Subtract),
        "*" => (7, Operation::Multiply),
        "/" => (7, Operation::Divide),
        "%" => (7, Operation::Remainder),
        "^" => (POWER, Operation::Power),
        _ => return None,
    })
}

/// `? :` binds loosest.
const CONDITION: u8 = 1;
const RELATION: u8 = 5;
/// A sign or `!` before its operand: tighter than products, looser than powers.
const PREFIX: u8 = 8;
const POWER: u8 = 9;

/// Reads `text` into a graph. `columns` are the names it may use besides the known ones.
pub(super) fn parse(text: &str, columns: &[&str]) -> Result<(Graph, NodeId), TaskError> {
    if text.len() > MAX_LENGTH {
        let message = format!("Expected `of` to be at most {MAX_LENGTH} bytes long, got {} bytes", text.len());
        return Err(TaskError::new(Code::ExpressionSyntax, message));
    }
    let read = || {
        let mut tokens = Tokens::of(text);
        let (token, at) = tokens.read()?;
        let mut parser = Parser { tokens, token, at, depth: 0, columns, graph: Graph::default() };
        let root = parser.expression(CONDITION)?;
        parser.expect("the end", |token| token == Token::End)?;
        Ok((parser.graph, root))
    };
    read().map_err(|fault: Fault| fault.error(text))
}

struct Parser<'a> {
    tokens: Tokens<'a>,
    /// The token at hand, and where it begins.
    token: Token<'a>,
    at: usize,
    depth: usize,
    columns: &'a [&'a str],
    graph: Graph,
}

impl Parser<'_> {
    fn advance(&mut self) -> Result<(), Fault> {
        (self.token, self.at) = self.tokens.read()?;
        Ok(())
    }

    fn takes(&mut self, sign: &'static str) -> Result<bool, Fault> {
        let found = self.token == Token::Sign(sign);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    /// Passes a token that must follow an expression.
    fn expect(&mut self, what: &str, is_it: impl Fn(Token) -> bool) -> Result<(), Fault> {
        if is_it(self.token) { self.advance() } else { Err(self.unexpected(&format!("an operator or {what}"))) }
    }

    fn unexpected(&self, expected: &str) -> Fault {
        let got = match self.token {
            Token::Number(value) => format!("the number {value}"),
            Token::Name(name) => format!("`{}`", shortened(name)),
            Token::Sign(sign) => format!("`{sign}`"),
            Token::End => "the end".to_owned(),
        };
        Fault::at(self.at, format!("Expected {expected}, got {got}"))
    }

    /// An expression whose operators bind at least as tight as `tightness`.
    fn expression(&mut self, tightness: u8) -> Result<NodeId, Fault> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Fault::at(self.at, format!("Nested more than {MAX_DEPTH} levels deep")));
        }
        let mut left = self.operand()?;
        let mut compared = false;
        while let Token::Sign(sign) = self.token {
            if let Some((binds, operation)) = infix(sign)
                && binds >= tightness
            {
                if binds == RELATION && std::mem::replace(&mut compared, true) {
                    let fault = self.unexpected("an operator that can follow a comparison");
                    return Err(fault.hint("comparisons do not chain, write `a < b && b < c`"));
                }
                self.advance()?;
                // Powers group from the right: the one on the right may bind as tight. All others from the left.
                let right = self.expression(if binds == POWER { POWER } else { binds + 1 })?;
                left = self.graph.apply(operation, &[left, right]);
            } else if sign == "?" && tightness <= CONDITION {
                self.advance()?;
                let yes = self.expression(CONDITION)?;
                self.expect("`:`", |token| token == Token::Sign(":"))?;
                let no = self.expression(CONDITION)?;
                left = self.graph.apply(Operation::Select, &[left, yes, no]);
            } else {
                break;
            }
        }
        self.depth -= 1;
        Ok(left)
    }

    fn operand(&mut self) -> Result<NodeId, Fault> {
        match self.token {
            Token::Number(value) => {
                self.advance()?;
                Ok(self.graph.constant(value))
            }
            Token::Name(name) => {
                let at = self.at;
                self.advance()?;
                if self.takes("(")? { self.call(name, at) } else { self.name(name, at) }
            }
            Token::Sign("(") => {
                self.advance()?;
                let inside = self.expression(CONDITION)?;
                self.expect("`)`", |token| token == Token::Sign(")"))?;
                Ok(inside)
            }
            Token::Sign("-") => self.prefixed(Some(Operation::Negate)),
            Token::Sign("!") => self.prefixed(Some(Operation::Not)),
            Token::Sign("+") => self.prefixed(None),
            _ => Err(self.unexpected("a number, a name or `(`")),
        }
    }

    fn prefixed(&mut self, operation: Option<Operation>) -> Result<NodeId, Fault> {
        self.advance()?;
        let operand = self.expression(PREFIX)?;
        Ok(operation.map_or(operand, |operation| self.graph.apply(operation, &[operand])))
    }

    /// A name on its own: a column hides a constant of the same name.
    fn name(&mut self, name: &str, at: usize) -> Result<NodeId, Fault> {
        if let Some(column) = self.columns.iter().position(|column| *column == name) {
            return Ok(self.graph.add(Node::Column(column)));
        }
        if name == "i" {
            return Ok(self.graph.add(Node::Index));
        }
        if let Some((_, value)) = CONSTANTS.iter().find(|(known, _)| *known == name) {
            return Ok(self.graph.constant(*value));
        }
        if FUNCTIONS.iter().any(|(known, _)| *known == name) {
            return Err(self.unexpected(&format!("`(` after the function `{name}`")));
        }
        let known = self.columns.iter().copied().chain(["i"]).chain(CONSTANTS.iter().map(|(known, _)| *known));
        let functions = FUNCTIONS.iter().map(|(known, _)| *known);
        Err(Fault::at(at, format!("Unknown name `{}`", shortened(name))).hint(match registry::near(known, name) {
            Some(near) => near,
            None => registry::near(functions, name).unwrap_or_else(|| self.what_there_is()),
        }))
    }

    fn what_there_is(&self) -> String {
        let columns: Vec<_> = self.columns.iter().take(20).map(|column| format!("`{}`", shortened(column))).collect();
        match columns.is_empty() {
            true => "over a range there is `i`".to_owned(),
            false => format!("the columns are {}", columns.join(", ")),
        }
    }

    /// The operands of a function, and what it gives. The `(` was read.
    fn call(&mut self, name: &str, at: usize) -> Result<NodeId, Fault> {
        let Some((_, operation)) = FUNCTIONS.iter().find(|(known, _)| *known == name) else {
            let known = FUNCTIONS.iter().map(|(known, _)| *known);
            let near = registry::near(known, name).unwrap_or_else(|| "those of JavaScript's Math are known".to_owned());
            return Err(Fault::at(at, format!("Unknown function `{}`", shortened(name))).hint(near));
        };
        let mut operands = Vec::new();
        if !self.takes(")")? {
            loop {
                operands.push(self.expression(CONDITION)?);
                if self.takes(")")? {
                    break;
                }
                self.expect("`,` or `)`", |token| token == Token::Sign(","))?;
            }
        }
        let (got, arity) = (operands.len(), operation.arity());
        let wrong = |expected: &str| Err(Fault::at(at, format!("Expected `{name}` to have {expected}, got {got}")));
        match operands.split_first() {
            None if FOLDS.contains(operation) => wrong("at least 1 operand"),
            // The magnitude of a single operand is what `hypot` gives for it.
            Some((only, [])) if *operation == Operation::Hypot => Ok(self.graph.apply(Operation::Abs, &[*only])),
            Some((first, others)) if FOLDS.contains(operation) => {
                Ok(others.iter().fold(*first, |left, right| self.graph.apply(*operation, &[left, *right])))
            }
            _ if got == arity => Ok(self.graph.apply(*operation, &operands)),
            _ => wrong(&format!("{arity} operand{}", if arity == 1 { "" } else { "s" })),
        }
    }
}

/// A name of the caller's, for a message.
fn shortened(name: &str) -> String {
    if name.chars().count() <= 40 { name.to_owned() } else { name.chars().take(39).chain(['…']).collect() }
}
