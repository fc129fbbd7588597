//! Arrays as C, Rust, Go, Java, JSON and Node write them: `{0x10, 14, 'M'}`, `[16, -119]`.

use super::context::Context;
use super::digits;
use super::frame;
use super::mistake::{MistakeKind, lookalike};
use super::notation::Notation;
use super::piece::Direction;
use super::run::{Class, Join, Run};
use super::source::{Source, Taken};

/// Reads up to the closing bracket.
pub(super) fn read(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    let close = if source.byte(at) == Some(b'[') { b']' } else { b'}' };
    let mut list = List { source, at: at.saturating_add(1), elements: Vec::new(), left_out: None };
    let closed = list.elements(close);
    if list.elements.len() < 2 || (!closed && !list.is_bytes()) {
        return None;
    }
    let end = list.at;
    let mut run = Run::new(row, Class::Code, at..end);
    list.fill(&mut run);
    if !closed {
        let missing = if close == b']' { "]" } else { "}" };
        let last = at.saturating_add(source.range(at..end).trim_end().len());
        run.slip(last..last, MistakeKind::Unclosed { missing }, 0);
    }
    let context = Context::of(source, &run.range);
    run.time = context.time();
    run.direction = context.direction();
    peer(source, &mut run);
    Some(Taken { runs: vec![run], end, modem: 0 })
}

/// Wireshark names the arrays of a followed stream `peer0_0`, `peer1_0`, `peer0_1` ...: peer 0
/// is the side that spoke first.
fn peer(source: Source<'_>, run: &mut Run) {
    let before = source.range(source.line_start(run.range.start)..run.range.start);
    let name = before
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .find_map(|w| w.strip_prefix("peer"));
    let number = name.and_then(|n| n.split_once('_')).filter(|(_, n)| n.parse::<u32>().is_ok());
    run.direction = match number {
        Some(("0", _)) => Some(Direction::FromClient),
        Some(("1", _)) => Some(Direction::FromServer),
        _ => return,
    };
    run.class = Class::Sure;
    run.join = Join::Stream;
}

struct Element<'t> {
    text: &'t str,
    at: usize,
    value: Value,
}

impl Element<'_> {
    /// The letter that stands alone without quotes, and the digit that it looks like.
    fn lookalike(&self) -> Option<(char, char)> {
        let letter = self.text.chars().next().filter(|c| self.text.len() == c.len_utf8())?;
        lookalike(letter).filter(char::is_ascii_digit).map(|digit| (letter, digit))
    }

    /// Whether it is a letter that looks like no digit: then all letters are characters.
    fn is_letter(&self) -> bool {
        let is_letter = matches!(self.text.as_bytes(), [b'G'..=b'Z']);
        is_letter && self.lookalike().is_none()
    }
}

enum Value {
    /// Written with its base, or as a character: says its value alone.
    Sure(u32),
    /// Digits alone: decimal, unless the others around show hex.
    Bare,
    Wrong,
}

struct List<'t> {
    source: Source<'t>,
    at: usize,
    elements: Vec<Element<'t>>,
    /// Where `... 33 more items` stands.
    left_out: Option<(usize, Option<usize>)>,
}

impl List<'_> {
    /// Reads elements up to the bracket; false where something else ends them.
    fn elements(&mut self, close: u8) -> bool {
        loop {
            self.trivia();
            match self.source.byte(self.at) {
                Some(byte) if byte == close => {
                    self.at = self.at.saturating_add(1);
                    return true;
                }
                Some(b'.') if !self.elements.is_empty() => self.ellipsis(),
                Some(_) if self.element() => {
                    self.trivia();
                    if matches!(self.source.byte(self.at), Some(b',' | b';')) {
                        self.at = self.at.saturating_add(1);
                    }
                }
                _ => return false,
            }
        }
    }

    /// Blanks, line breaks and short comments.
    fn trivia(&mut self) {
        loop {
            self.at = self.source.skip_space(self.at);
            let rest = self.source.from(self.at);
            let near = || rest.as_bytes().get(..LONGEST_COMMENT).unwrap_or(rest.as_bytes());
            let len = match rest.as_bytes() {
                [b'/', b'*', ..] => {
                    memchr::memmem::find(near(), b"*/").map(|n| n.saturating_add(2))
                }
                [b'/', b'/', ..] | [b'#', ..] => memchr::memchr(b'\n', near()),
                _ => None,
            };
            match len {
                Some(len) => self.at = self.at.saturating_add(len),
                None => return,
            }
        }
    }

    fn element(&mut self) -> bool {
        let rest = self.source.from(self.at);
        let cast = cast(rest);
        let body = rest.get(cast..).unwrap_or_default();
        let (len, value) = match body.chars().next() {
            Some('\'' | 'b' | 'L') if character(body).is_some() => {
                character(body).unwrap_or((0, Value::Wrong))
            }
            Some(c) if c.is_ascii_alphanumeric() || c == '-' || c == '+' => number(body),
            _ => return false,
        };
        let Some(text) = body.get(..len).filter(|t| t.len() <= LONGEST_ELEMENT) else {
            return false;
        };
        // One word that is no number is a typing mistake; at the beginning it is another thing.
        if matches!(value, Value::Wrong) && self.elements.len() < 2 {
            return false;
        }
        let at = self.at.saturating_add(cast);
        self.elements.push(Element { text, at, value });
        self.at = at.saturating_add(len);
        true
    }

    fn ellipsis(&mut self) {
        let rest = self.source.from(self.at);
        let len = rest.find([']', '}', '\n']).unwrap_or(rest.len());
        let count =
            rest.get(..len).and_then(|t| t.split_whitespace().nth(1)).and_then(|n| n.parse().ok());
        self.left_out = Some((self.at, count));
        self.at = self.at.saturating_add(len.max(1));
    }

    /// Whether these numbers are bytes for sure, though the end is missing.
    fn is_bytes(&self) -> bool {
        self.elements.len() >= 4
            && self.elements.iter().all(|e| match e.value {
                Value::Sure(n) => n < 256,
                Value::Bare => signed(e.text).is_some_and(|n| (-128..256).contains(&n)),
                Value::Wrong => false,
            })
    }

    /// Bare digits are hex where one of them can be nothing else, or where only that is MQTT.
    fn bare_is_hex(&self) -> bool {
        let bare = || self.elements.iter().filter(|e| matches!(e.value, Value::Bare));
        let pairs = bare().all(|e| e.text.len() == 2 && u8::from_str_radix(e.text, 16).is_ok());
        let letters = bare().any(|e| e.text.bytes().any(|b| b.is_ascii_alphabetic()));
        let zeros = bare().any(|e| e.text.len() == 2 && e.text.starts_with('0'));
        let read = |radix: u32| -> Vec<u8> {
            bare().filter_map(|e| u8::from_str_radix(e.text, radix).ok()).collect()
        };
        letters && bare().all(|e| e.text.len() <= 2 && u8::from_str_radix(e.text, 16).is_ok())
            || pairs && (zeros || frame::strict(&read(16)) && !frame::strict(&read(10)))
    }

    fn fill(self, run: &mut Run) {
        let hex = self.bare_is_hex();
        let spells = self.elements.iter().any(Element::is_letter);
        for element in &self.elements {
            let value = match element.value {
                Value::Sure(value) => i64::from(value),
                Value::Bare if hex => i64::from_str_radix(element.text, 16).unwrap_or(-1000),
                Value::Bare => signed(element.text).unwrap_or(-1000),
                Value::Wrong => -1000,
            };
            let range = element.at..element.at.saturating_add(element.text.len());
            let byte = u8::try_from(value)
                .ok()
                .or_else(|| i8::try_from(value).ok().map(i8::cast_unsigned));
            if let Some((found, meant)) = element.lookalike().filter(|_| !spells) {
                let kind = MistakeKind::Lookalike { found, meant };
                run.guess(range, kind, u8::try_from(meant).ok().and_then(digits::nibble));
                continue;
            }
            let element = element.text.to_owned();
            match byte {
                Some(byte) => run.data.push(byte, range.start, range.len()),
                None if value == -1000 => run.slip(range, MistakeKind::NotANumber { element }, 1),
                None => run.slip(range, MistakeKind::TooBig { number: element }, 1),
            }
        }
        if let Some((at, count)) = self.left_out {
            run.slip(at..at.saturating_add(3), MistakeKind::LeftOut { count }, count.unwrap_or(0));
        }
    }
}

/// Length of `(byte)`, `(unsigned char)` and the like.
fn cast(rest: &str) -> usize {
    let inside =
        rest.strip_prefix('(').and_then(|r| r.get(..r.bytes().take(16).position(|b| b == b')')?));
    match inside {
        Some(name) if name.chars().all(|c| c.is_ascii_alphanumeric() || "_ .".contains(c)) => {
            let after = name.len().saturating_add(2);
            let blanks = rest.get(after..).map_or(0, super::source::blanks);
            after.saturating_add(blanks)
        }
        _ => 0,
    }
}

/// `'M'`, Rust's `b'M'`, `'\0'`.
fn character(body: &str) -> Option<(usize, Value)> {
    let prefix = usize::from(!body.starts_with('\''));
    let inside = body.get(prefix..)?.strip_prefix('\'')?;
    let plain = inside.chars().next().filter(|c| c.is_ascii() && *c != '\\');
    let escaped =
        [("\\0'", 0), ("\\n'", 10), ("\\r'", 13), ("\\t'", 9), ("\\\\'", 92), ("\\''", 39)];
    if let Some((text, value)) = escaped.into_iter().find(|(text, _)| inside.starts_with(text)) {
        return Some((prefix.saturating_add(1).saturating_add(text.len()), Value::Sure(value)));
    }
    let value = plain.filter(|_| inside.get(1..2) == Some("'"))?;
    Some((prefix.saturating_add(3), Value::Sure(value.into())))
}

fn number(body: &str) -> (usize, Value) {
    let sign = usize::from(body.starts_with(['-', '+']));
    let digits = body.get(sign..).unwrap_or_default();
    let len =
        digits.chars().take_while(|c| c.is_alphanumeric() || *c == '_').map(char::len_utf8).sum();
    let word = digits.get(..len).unwrap_or_default();
    let text = body.get(..sign.saturating_add(len)).unwrap_or_default();
    let value = if sign > 0 { signed(text).map(|_| Value::Bare) } else { based(word) };
    let bare = || {
        signed(text).map(|_| Value::Bare).or_else(|| {
            (text.len() == 2)
                .then_some(Value::Bare)
                .filter(|_| u8::from_str_radix(text, 16).is_ok())
        })
    };
    let letter = || match word.as_bytes() {
        [b] if b.is_ascii_hexdigit() => Some(Value::Bare),
        [b] if b.is_ascii_uppercase() => Some(Value::Sure(u32::from(*b))),
        _ => None,
    };
    (text.len(), value.or_else(bare).or_else(letter).unwrap_or(Value::Wrong))
}

/// Digits with a base before them, or a type behind.
fn based(word: &str) -> Option<Value> {
    let word = without_type(word);
    let radixes = [("0x", 16), ("0X", 16), ("0b", 2), ("0B", 2), ("0o", 8)];
    let digits = radixes.into_iter().find_map(|(p, radix)| Some((word.strip_prefix(p)?, radix)));
    if let Some((digits, radix)) = digits {
        return u32::from_str_radix(digits, radix).ok().map(Value::Sure);
    }
    None
}

fn signed(text: &str) -> Option<i64> {
    without_type(text).parse().ok()
}

/// A number of C, Go or Rust without the type behind it.
fn without_type(word: &str) -> &str {
    let suffixes = ["_u8", "_i8", "u8", "i8", "U", "u"];
    suffixes.into_iter().find_map(|suffix| word.strip_suffix(suffix)).unwrap_or(word)
}

/// Comments in arrays tell a frame's number or a field's name.
const LONGEST_COMMENT: usize = 400;
const LONGEST_ELEMENT: usize = 40;
