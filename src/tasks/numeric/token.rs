//! The words of an expression: cuts the text into tokens, each with its place.
//!
//! Numbers are read as JavaScript reads them.

use super::parser::Fault;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Token<'a> {
    Number(f64),
    Name(&'a str),
    /// An operator or a bracket, in its shortest spelling: `^` for `**`, `==` for `===`.
    Sign(&'static str),
    End,
}

/// Longer spellings first, so that `<=` is not read as `<`.
const SIGNS: [(&str, &str); 23] = [
    ("===", "=="),
    ("!==", "!="),
    ("**", "^"),
    ("==", "=="),
    ("!=", "!="),
    ("<=", "<="),
    (">=", ">="),
    ("&&", "&&"),
    ("||", "||"),
    ("+", "+"),
    ("-", "-"),
    ("*", "*"),
    ("/", "/"),
    ("%", "%"),
    ("^", "^"),
    ("<", "<"),
    (">", ">"),
    ("!", "!"),
    ("?", "?"),
    (":", ":"),
    (",", ","),
    ("(", "("),
    (")", ")"),
];

/// What people write for an operator that has another spelling.
const SLIPS: [(char, &str); 6] = [
    ('=', "equality is `==`"),
    ('&', "the logical and is `&&`"),
    ('|', "the logical or is `||`"),
    ('~', "there are no bitwise operators"),
    ('[', "elements are not indexed: every column is read at `i`"),
    (';', "one expression is all there is"),
];

/// Reads tokens one by one.
pub(super) struct Tokens<'a> {
    text: &'a str,
    /// Byte offset of what was not read yet.
    next: usize,
}

impl<'a> Tokens<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self { text, next: 0 }
    }

    /// The next token, and the byte offset at which it begins.
    pub(super) fn read(&mut self) -> Result<(Token<'a>, usize), Fault> {
        let rest = &self.text[self.next..];
        let rest = rest.trim_start();
        let at = self.text.len() - rest.len();
        let Some(first) = rest.chars().next() else {
            self.next = at;
            return Ok((Token::End, at));
        };
        let second = rest.as_bytes().get(1).copied().unwrap_or(0);
        let (token, length) = if first.is_ascii_digit() || (first == '.' && second.is_ascii_digit()) {
            number(rest).map_err(|what| Fault::at(at, what))?
        } else if starts_name(first) {
            let length = rest.find(|letter| !continues_name(letter)).unwrap_or(rest.len());
            (Token::Name(&rest[..length]), length)
        } else if let Some((spelling, sign)) = SIGNS.iter().find(|(spelling, _)| rest.starts_with(spelling)) {
            (Token::Sign(sign), spelling.len())
        } else {
            let fault = Fault::at(at, format!("Unexpected character `{}`", first.escape_debug()));
            let slip = SLIPS.iter().find(|(slip, _)| *slip == first);
            return Err(fault.hint(slip.map_or("", |(_, hint)| *hint)));
        };
        self.next = at + length;
        // `Math.sqrt` is how JavaScript spells `sqrt`.
        if token == Token::Name("Math") && self.text[self.next..].starts_with('.') {
            self.next += 1;
            return self.read();
        }
        Ok((token, at))
    }
}

/// Whether a column of this name can be written in an expression.
pub(super) fn is_name(text: &str) -> bool {
    text.chars().next().is_some_and(starts_name) && text.chars().all(continues_name)
}

fn starts_name(letter: char) -> bool {
    letter.is_alphabetic() || letter == '_' || letter == '$'
}

fn continues_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_' || letter == '$'
}

/// A number at the start of the text, and how long it is.
fn number(text: &str) -> Result<(Token<'static>, usize), String> {
    let radix = match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => 16,
        [b'0', b'o' | b'O', ..] => 8,
        [b'0', b'b' | b'B', ..] => 2,
        _ => 10,
    };
    let length = if radix == 10 { decimal_length(text) } else { 2 + digits_length(&text[2..], radix) };
    let digits = text[..length].replace('_', "");
    if text[length..].chars().next().is_some_and(|letter| continues_name(letter) || letter == '.') {
        let end = text.find(|letter| !continues_name(letter) && letter != '.').unwrap_or(text.len());
        let shown: String = text[..end].chars().take(40).collect();
        return Err(format!("Expected a number, got `{shown}`"));
    }
    let value = if radix == 10 {
        digits.parse().map_err(|_| format!("Expected a number, got `{digits}`"))?
    } else {
        let expected = || format!("Expected a number of at most 128 bits, got `{digits}`");
        // An integer is rounded to the nearest float by the cast, once.
        u128::from_str_radix(&digits[2..], radix).map_err(|_| expected())? as f64
    };
    Ok((Token::Number(value), length))
}

/// Digits, a point, more digits, an exponent.
fn decimal_length(text: &str) -> usize {
    let mut length = digits_length(text, 10);
    if text[length..].starts_with('.') {
        length += 1 + digits_length(&text[length + 1..], 10);
    }
    if text[length..].starts_with(['e', 'E']) {
        let signed = usize::from(text[length + 1..].starts_with(['+', '-']));
        let digits = digits_length(&text[length + 1 + signed..], 10);
        if digits > 0 {
            length += 1 + signed + digits;
        }
    }
    length
}

/// Digits, with single underscores between them.
fn digits_length(text: &str, radix: u32) -> usize {
    let mut length = 0;
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(|byte| char::from(*byte).is_digit(radix));
    while is_digit(length)
        || (length > 0 && bytes.get(length) == Some(&b'_') && is_digit(length - 1) && is_digit(length + 1))
    {
        length += 1;
    }
    length
}
