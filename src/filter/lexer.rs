//! The text of a filter becomes tokens.

use super::error::FilterError;
use super::json::end_of_quotes;
use super::table::JSON;
use std::ops::Range;

/// A token with its place in the text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    /// What it is.
    pub(super) kind: Kind,
    /// Its bytes in the text.
    pub(super) at: Range<usize>,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// A name, a number, an address, bytes in hex: what it is depends on its place.
    Word(String),
    /// Text in double quotes.
    Quoted(Quoted),
    /// One byte in single quotes.
    Char(u8),
    /// `==` and so on, also those that are written as words.
    Operator(Operator),
    /// A bracket, a comma or `..`.
    Mark(&'static str),
}

/// Text in double quotes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Quoted {
    /// The bytes that it stands for.
    pub(super) bytes: Vec<u8>,
    /// What stands between the quotes: a regular expression has escapes of its own.
    pub(super) raw: String,
    /// Where an escape stands that no text has.
    pub(super) unknown_escape: Option<Range<usize>>,
}

/// What stands between two operands, or before one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    /// `==`: one value at least is equal.
    Equal,
    /// `!=`: there are values, and none is equal.
    NotEqual,
    /// `===`: there are values, and all are equal.
    AllEqual,
    /// `!==` or `~=`: one value at least is not equal.
    AnyNotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `contains`
    Contains,
    /// `matches`
    Matches,
    /// `~`: a topic filter for topics, `matches` elsewhere.
    Tilde,
    /// `in`
    In,
    /// `&`
    BitAnd,
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Times,
    /// `/`
    Over,
    /// `%`
    Modulo,
    /// `&&`
    And,
    /// `||`
    Or,
    /// `^^`
    Xor,
    /// `!`
    Not,
    /// `any`
    Any,
    /// `all`
    All,
}

use Operator::{
    AllEqual, And, Any, AnyNotEqual, BitAnd, Contains, Equal, Greater, GreaterEqual, In, Less,
    LessEqual, Matches, Minus, Modulo, Not, NotEqual, Or, Over, Plus, Tilde, Times, Xor,
};

/// Operators of signs, the longer ones first.
const SIGNS: [(&str, Operator); 21] = [
    ("===", AllEqual),
    ("!==", AnyNotEqual),
    ("==", Equal),
    ("!=", NotEqual),
    ("~=", AnyNotEqual),
    ("<=", LessEqual),
    (">=", GreaterEqual),
    ("&&", And),
    ("||", Or),
    ("^^", Xor),
    ("<", Less),
    (">", Greater),
    ("~", Tilde),
    ("&", BitAnd),
    ("+", Plus),
    ("*", Times),
    ("%", Modulo),
    ("!", Not),
    ("≤", LessEqual),
    ("≥", GreaterEqual),
    ("≠", NotEqual),
];

/// Operators of letters.
const WORDS: [(&str, Operator); 24] = [
    ("eq", Equal),
    ("any_eq", Equal),
    ("ne", NotEqual),
    ("all_ne", NotEqual),
    ("all_eq", AllEqual),
    ("any_ne", AnyNotEqual),
    ("lt", Less),
    ("le", LessEqual),
    ("gt", Greater),
    ("ge", GreaterEqual),
    ("contains", Contains),
    ("matches", Matches),
    ("in", In),
    ("bitand", BitAnd),
    ("bitwise_and", BitAnd),
    ("and", And),
    ("or", Or),
    ("xor", Xor),
    ("not", Not),
    ("any", Any),
    ("all", Operator::All),
    ("like", Tilde),
    // Names, addresses and times may hold these signs, so they are operators alone.
    ("-", Minus),
    ("/", Over),
];

/// The operator that a word would be in small letters.
pub(super) fn in_small_letters(word: &str) -> Option<&'static str> {
    let known = WORDS.iter().map(|row| row.0).filter(|name| name.starts_with(char::is_alphabetic));
    known.filter(|name| *name != word).find(|name| name.eq_ignore_ascii_case(word))
}

const MARKS: [&str; 8] = ["..", "(", ")", "[", "]", "{", "}", ","];

/// Reads a whole text.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, FilterError> {
    let mut lexer = Lexer { text, at: 0 };
    let mut found = Vec::new();
    while let Some(token) = lexer.next()? {
        found.push(token);
    }
    Ok(found)
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Moves on by `len` bytes; the result is where they stand.
    fn take(&mut self, len: usize) -> Range<usize> {
        let start = self.at;
        self.at = start.saturating_add(len);
        start..self.at
    }

    fn next(&mut self) -> Result<Option<Token>, FilterError> {
        self.take(self.rest().len().saturating_sub(self.rest().trim_start().len()));
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return Ok(None) };
        if first == '"' {
            return self.quoted(1).map(Some);
        }
        if rest.starts_with("r\"") || rest.starts_with("R\"") {
            return self.raw().map(Some);
        }
        if first == '\'' {
            return self.char().map(Some);
        }
        if let Some(mark) = MARKS.iter().find(|mark| rest.starts_with(**mark)) {
            return Ok(Some(Token { kind: Kind::Mark(mark), at: self.take(mark.len()) }));
        }
        if let Some((sign, operator)) = SIGNS.iter().find(|(sign, _)| rest.starts_with(sign)) {
            return Ok(Some(Token { kind: Kind::Operator(*operator), at: self.take(sign.len()) }));
        }
        let word = json_member(rest).unwrap_or_else(|| word(rest));
        if word.is_empty() {
            let at = self.take(first.len_utf8());
            let shown = crate::text::Escaped(first.encode_utf8(&mut [0; 4]).as_bytes()).to_string();
            let hint = match first {
                '#' => {
                    "a field has no layers here: all its values are looked at; in text # stands in quotes"
                }
                '=' => "equal is ==, unequal is !=, as in mqtt.qos == 2",
                _ => "text with signs stands in quotes: \"a b\"",
            };
            return Err(FilterError::new(at, format!("{shown} means nothing here")).hint(hint));
        }
        let at = self.take(word.len());
        let operator = WORDS.iter().find(|(name, _)| *name == word).map(|row| row.1);
        let kind = operator.map_or_else(|| Kind::Word(word.to_owned()), Kind::Operator);
        Ok(Some(Token { kind, at }))
    }

    /// Text in double quotes, of which `open` bytes begin it.
    fn quoted(&mut self, open: usize) -> Result<Token, FilterError> {
        let start = self.take(open).start;
        let from = self.at;
        let (mut bytes, mut unknown_escape) = (Vec::new(), None);
        loop {
            let rest = self.rest();
            let Some(c) = rest.chars().next() else { return Err(unclosed(start, "\"")) };
            match c {
                '"' => break,
                '\\' => match escape(rest) {
                    Some((meant, len)) => {
                        meant.push_to(&mut bytes);
                        self.take(len);
                    }
                    None => {
                        let next = rest.chars().nth(1).map_or(0, char::len_utf8);
                        let at = self.take(next.saturating_add(1));
                        unknown_escape.get_or_insert(at);
                    }
                },
                c => {
                    bytes.extend(c.encode_utf8(&mut [0; 4]).as_bytes());
                    self.take(c.len_utf8());
                }
            }
        }
        let raw = self.text.get(from..self.at).unwrap_or_default().to_owned();
        let at = start..self.take(1).end;
        Ok(Token { kind: Kind::Quoted(Quoted { bytes, raw, unknown_escape }), at })
    }

    /// `r"..."`: a backslash is a backslash. Only before a quote it keeps the text open.
    fn raw(&mut self) -> Result<Token, FilterError> {
        let start = self.take(2).start;
        let from = self.at;
        let Some(len) = end_of_quotes(self.rest()) else { return Err(unclosed(start, "\"")) };
        let len = len.saturating_sub(1);
        self.take(len);
        let raw = self.text.get(from..self.at).unwrap_or_default().to_owned();
        let at = start..self.take(1).end;
        let bytes = raw.clone().into_bytes();
        Ok(Token { kind: Kind::Quoted(Quoted { bytes, raw, unknown_escape: None }), at })
    }

    fn char(&mut self) -> Result<Token, FilterError> {
        let start = self.take(1).start;
        let rest = self.rest();
        let (meant, len) = match rest.chars().next() {
            Some('\\') => escape(rest).unwrap_or((Meant::Byte(0), 0)),
            Some(c) if c.is_ascii() && c != '\'' => (Meant::Char(c), 1),
            _ => (Meant::Byte(0), 0),
        };
        self.take(len);
        if len == 0 || !self.rest().starts_with('\'') {
            return Err(FilterError::new(start..self.at, "single quotes hold one byte")
                .hint("one character of ASCII or an escape: 'a', '\\n', '\\x1b'; text stands in double quotes"));
        }
        let at = start..self.take(1).end;
        let mut bytes = Vec::new();
        meant.push_to(&mut bytes);
        Ok(Token { kind: Kind::Char(bytes.first().copied().unwrap_or_default()), at })
    }
}

fn unclosed(start: usize, quote: &str) -> FilterError {
    let end = start.saturating_add(1);
    FilterError::new(start..end, "the text that begins here is not closed")
        .hint(format!("it ends with {quote}"))
}

/// A run of characters of names, numbers, addresses, times; `..` is no part of it.
fn word(text: &str) -> &str {
    let is_word = |c: char| c.is_alphanumeric() || "_.:-/".contains(c);
    let end = text.find(|c| !is_word(c)).unwrap_or(text.len());
    let end = text.find("..").map_or(end, |dots| dots.min(end));
    text.get(..end).unwrap_or_default()
}

/// The name of a member of JSON, where parts of its path stand in quotes, as they hold a blank, a dot or a sign.
fn json_member(text: &str) -> Option<&str> {
    let mut len = text.strip_prefix(JSON).map(|_| JSON.len())?;
    loop {
        let rest = text.get(len..)?;
        let part = match rest.strip_prefix('"') {
            Some(inside) => end_of_quotes(inside)?.saturating_add(1),
            None => word(rest).find('.').unwrap_or(word(rest).len()),
        };
        len = len.saturating_add(part);
        if part == 0 || !text.get(len..)?.starts_with('.') || text.get(len..)?.starts_with("..") {
            return text.get(..len);
        }
        len = len.saturating_add(1);
    }
}

/// What an escape stands for.
enum Meant {
    Byte(u8),
    Char(char),
}

impl Meant {
    fn push_to(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Byte(byte) => bytes.push(*byte),
            Self::Char(c) => bytes.extend(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

/// The escape at the beginning of a text, and its length.
fn escape(text: &str) -> Option<(Meant, usize)> {
    let byte = |byte: u8| Some((Meant::Byte(byte), 2));
    let number = |from: usize, len: usize, radix: u32| {
        let digits = text.get(from..from.saturating_add(len))?;
        let is_digits = digits.chars().all(|c| c.is_digit(radix));
        u32::from_str_radix(digits, radix).ok().filter(|_| is_digits)
    };
    match text.chars().nth(1)? {
        c @ ('"' | '\'' | '\\' | '?') => Some((Meant::Char(c), 2)),
        'a' => byte(7),
        'b' => byte(8),
        'f' => byte(12),
        'n' => byte(b'\n'),
        'r' => byte(b'\r'),
        't' => byte(b'\t'),
        'v' => byte(11),
        'x' => Some((Meant::Byte(u8::try_from(number(2, 2, 16)?).ok()?), 4)),
        'u' => Some((Meant::Char(char::from_u32(number(2, 4, 16)?)?), 6)),
        'U' => Some((Meant::Char(char::from_u32(number(2, 8, 16)?)?), 10)),
        '0'..='7' => {
            let len = (1..=3).rev().find(|len| number(1, *len, 8).is_some())?;
            Some((Meant::Byte(u8::try_from(number(1, len, 8)?).ok()?), len.saturating_add(1)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<Kind> {
        tokens(text).unwrap().into_iter().map(|token| token.kind).collect()
    }

    fn quoted(text: &str) -> Vec<u8> {
        match kinds(text).remove(0) {
            Kind::Quoted(quoted) => quoted.bytes,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn words_end_where_an_operator_begins() {
        let word = |text: &str| Kind::Word(text.to_owned());
        let equal = Kind::Operator(Equal);
        assert_eq!(kinds("mqtt.qos==2"), [word("mqtt.qos"), equal.clone(), word("2")]);
        assert_eq!(kinds("a eq fe80::/10"), [word("a"), equal, word("fe80::/10")]);
        assert_eq!(kinds("{1..3}")[1..4], [word("1"), Kind::Mark(".."), word("3")]);
        assert_eq!(kinds("r < 1")[0], word("r"));
    }

    #[test]
    fn a_member_of_json_may_stand_in_quotes() {
        for name in [r#"mqtt.json."a b""#, r#"mqtt.json.x."a.\"b".0.y"#, "mqtt.json.a-b.c"] {
            let first = kinds(&format!("{name} == 1")).swap_remove(0);
            assert_eq!(first, Kind::Word(name.to_owned()));
            assert_eq!(kinds(&format!("{name}=={name}")).len(), 3);
        }
        assert!(tokens(r#"mqtt.json."a b > 1"#).is_err());
    }

    #[test]
    fn escapes_are_those_of_c() {
        assert_eq!(quoted(r#""a\x41\101\"\\\u00e9\n""#), "aAA\"\\é\n".as_bytes());
        assert_eq!(quoted(r#"r"a\.\"b""#), br#"a\.\"b"#);
        assert_eq!(kinds(r"'\x1b' 'a'"), [Kind::Char(0x1b), Kind::Char(b'a')]);
    }

    #[test]
    fn what_is_wrong_is_pointed_at() {
        for (text, at) in [("a == \"b", 5..6), ("a == #", 5..6), ("'ab'", 0..2), ("''", 0..1)] {
            assert_eq!(tokens(text).unwrap_err().at, at, "{text}");
        }
    }
}
