//! Arrays as C, Rust, Go, Java, JSON and Node write them: `{0x10, 14, 'M'}`, `[16, -119]`.

use super::context::Context;
use super::element::{Element, Value, cast, character, conversion, mistyped, number, signed};
use super::escape;
use super::mistake::{MistakeKind, SIDE_BY_SIDE};
use super::notation::{Notation, named};
use super::piece::Direction;
use super::run::{Class, Join, Run};
use super::source::{Source, Taken};
use super::times::Times;
use super::values;
use std::ops::Range;

/// Reads up to the closing bracket.
pub(super) fn read(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    let close = match source.byte(at) {
        Some(b'[') => b']',
        Some(b'(') if is_call(source, at) => b')',
        Some(b'{') => b'}',
        _ => return None,
    };
    let at_first = at.saturating_add(1);
    let mut list = List {
        row,
        source,
        at: at_first,
        elements: Vec::new(),
        left_out: None,
        points: Vec::new(),
    };
    let closed = list.elements(close);
    if list.elements.len() < 2
        || (!closed && !list.is_bytes())
        || !list.is_mostly_numbers()
        || list.is_too_big()
    {
        return None;
    }
    // Numbers with points and nothing behind them are fractions.
    if list.points.len() > SIDE_BY_SIDE {
        return None;
    }
    let end = list.at;
    list.unquote();
    let is_quoted = list.elements.iter().all(|e| e.quoted);
    let row = if is_quoted { named("list of strings", row) } else { row };
    let mut run = Run::new(row, Class::Code, at..end);
    values::fill(&list.elements, &mut run);
    for at in &list.points {
        run.between(*at..at.saturating_add(1), MistakeKind::NoComma { found: '.' });
    }
    if let Some((place, count)) = list.left_out {
        run.slip(place, MistakeKind::LeftOut { count }, count.unwrap_or(0));
    }
    if !closed {
        let missing = match close {
            b']' => "]",
            b')' => ")",
            _ => "}",
        };
        let last = at.saturating_add(source.range(at..end).trim_end().len());
        run.slip(last..last, MistakeKind::Unclosed { missing }, 0);
    }
    let context = Context::of(source, &run.range);
    run.time = context.time();
    run.direction = context.direction();
    peer(source, &mut run);
    Some(Taken { runs: vec![run], end, modem: 0 })
}

/// What makes bytes of the numbers in its brackets.
const CALLS: [&str; 14] = [
    "byteArrayOf",
    "ubyteArrayOf",
    "Uint8Array.of",
    "Int8Array.of",
    "Buffer.of",
    "Bytes.of",
    "List.of",
    "string.char",
    "fromCharCode",
    "bytes(",
    "bytearray(",
    "Array",
    "Array[Byte]",
    "Seq[Byte]",
];

/// Whether one of [`CALLS`] stands right before the bracket.
fn is_call(source: Source<'_>, at: usize) -> bool {
    let before = source.tail(0..at, LONGEST_CALL);
    CALLS.into_iter().any(|name| {
        let head = before.strip_suffix(name);
        head.is_some_and(|it| !it.ends_with(|c: char| c.is_alphanumeric() || c == '_'))
    })
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

struct List<'t> {
    row: &'static Notation,
    source: Source<'t>,
    at: usize,
    elements: Vec<Element<'t>>,
    /// Where `... 33 more items` stands.
    left_out: Option<(Range<usize>, Option<usize>)>,
    /// Where a point stands for a comma: one number is before it, a blank and another one behind.
    points: Vec<usize>,
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
                // A number is missing between two commas.
                Some(b',') if self.elements.last().is_some_and(|last| last.at < self.at) => {
                    let (at, value) = (self.at, Value::Wrong);
                    self.elements.push(Element { text: "", at, value, quoted: false, times: None });
                    self.at = self.at.saturating_add(1);
                }
                Some(b'.') if self.is_point() => {
                    self.points.push(self.at);
                    self.at = self.at.saturating_add(1);
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
            self.at = self.source.skip_quote(self.at);
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

    /// A number in quotes, as a list of strings has it; a character alone is for [`unquote`](Self::unquote).
    fn quoted(&mut self) -> bool {
        let rest = self.source.from(self.at);
        let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
            return false;
        };
        let inside = self.source.head(self.at.saturating_add(1), LONGEST_QUOTED);
        let Some(text) = inside.find(quote).and_then(|len| inside.get(..len)) else { return false };
        let is_word = !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '-');
        let (len, value) = match character(rest) {
            Some((_, value)) if quote == '\'' => (text.len(), value),
            _ => number(text),
        };
        let is_number = !matches!(value, Value::Wrong)
            || mistyped(text, true).or_else(|| mistyped(text, false)).is_some();
        if !is_word || len != text.len() || !is_number {
            return false;
        }
        let at = self.at.saturating_add(1);
        self.elements.push(Element { text, at, value, quoted: true, times: None });
        let end = at.saturating_add(len).saturating_add(1);
        self.at = end.saturating_add(conversion(self.source.from(end)));
        true
    }

    /// Where numbers of several digits stand in quotes, those of one digit are no characters.
    fn unquote(&mut self) {
        let numbers = self.elements.iter().filter(|e| e.quoted && e.text.len() > 1).count();
        let all = self.elements.iter().all(|e| e.quoted);
        for element in self.elements.iter_mut().filter(|e| e.quoted && e.text.len() == 1) {
            if all && numbers > 0 && element.text.bytes().all(|b| b.is_ascii_hexdigit()) {
                element.value = Value::Bare;
            } else if !all {
                // With its quotes it is a character.
                element.at = element.at.saturating_sub(1);
                element.text = self.source.range(element.at..element.at.saturating_add(3));
                element.quoted = false;
            }
        }
    }

    fn element(&mut self) -> bool {
        if self.quoted() {
            return true;
        }
        let rest = self.source.from(self.at);
        let cast = cast(rest);
        let body = rest.get(cast..).unwrap_or_default();
        let (len, value) = match body.chars().next() {
            Some('\'' | 'b' | 'L') if character(body).is_some() => {
                character(body).unwrap_or((0, Value::Wrong))
            }
            Some(c) if c.is_ascii_alphanumeric() || "-+&$".contains(c) => number(body),
            _ => return false,
        };
        let is_element = |t: &&str| (1..=LONGEST_ELEMENT).contains(&t.len());
        let Some(text) = body.get(..len).filter(is_element) else {
            return false;
        };
        // One word that is no number is a typing mistake; at the beginning it is another thing.
        if matches!(value, Value::Wrong)
            && self.elements.len() < 2
            && mistyped(text, true).or_else(|| mistyped(text, false)).is_none()
        {
            return false;
        }
        let at = self.at.saturating_add(cast);
        self.elements.push(Element { text, at, value, quoted: false, times: None });
        let len = len.saturating_add(conversion(body.get(len..).unwrap_or_default()));
        self.at = at.saturating_add(len);
        self.shown();
        self.times();
        true
    }

    fn is_point(&self) -> bool {
        let is_behind = self.elements.last().is_some_and(|it| {
            it.at.saturating_add(it.text.len()) == self.at && !matches!(it.value, Value::Wrong)
        });
        let rest = self.source.head(self.at.saturating_add(1), LONGEST_QUOTED);
        let next = rest.trim_start_matches([' ', '\n']);
        is_behind && next.len() < rest.len() && next.starts_with(|c: char| c.is_ascii_digit())
    }

    /// The character that gdb prints behind its number: `48 '0'`, `0 '\\000'`.
    fn shown(&mut self) {
        let at = self.at.saturating_add(1);
        if !self.source.from(self.at).starts_with(" '") {
            return;
        }
        let mut run = Run::new(self.row, Class::Code, at..at);
        let end = escape::string(self.source, at, '\'', &mut run);
        let number = self.elements.last().and_then(|it| signed(it.text));
        let number = number.and_then(|n| u8::try_from(n.rem_euclid(256)).ok());
        if let Some(end) = end.filter(|_| number.is_some_and(|it| run.data.bytes == [it])) {
            self.at = end;
        }
    }

    /// What gdb prints behind an element that stands several times.
    fn times(&mut self) {
        let times = Times::of(self.source, self.at);
        if let Some((times, last)) = times.zip(self.elements.last_mut()) {
            self.at = times.range.end;
            last.times = Some(times);
        }
    }

    fn ellipsis(&mut self) {
        let rest = self.source.from(self.at);
        let len = rest.find([']', '}', '\n']).unwrap_or(rest.len());
        let count =
            rest.get(..len).and_then(|t| t.split_whitespace().nth(1)).and_then(|n| n.parse().ok());
        let dots = rest.bytes().take_while(|b| *b == b'.').count();
        self.left_out = Some((self.at..self.at.saturating_add(dots), count));
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

    /// Whether one of a few numbers is none of a byte: then they are others, and nothing is mistyped.
    fn is_too_big(&self) -> bool {
        let is_big = |e: &Element<'_>| {
            let number = signed(e.text).filter(|_| matches!(e.value, Value::Bare));
            number.is_some_and(|n| !(-128..MANY_MORE).contains(&n))
        };
        self.elements.len() < FEW && self.elements.iter().any(is_big)
    }

    /// Words with a digit in them are no numbers with typing mistakes, where there are as many of them.
    fn is_mostly_numbers(&self) -> bool {
        let wrong = self.elements.iter().filter(|e| matches!(e.value, Value::Wrong)).count();
        wrong.saturating_mul(2) <= self.elements.len()
    }
}

/// One of the calls, and what shows that it begins there.
const LONGEST_CALL: usize = 16;
/// Comments in arrays tell a frame's number or a field's name.
const LONGEST_COMMENT: usize = 400;
/// `0x10` and a letter of two bytes, with the quote behind.
const LONGEST_QUOTED: usize = 8;
const LONGEST_ELEMENT: usize = 40;
/// The shortest packets have fewer elements.
const FEW: usize = 4;
/// A digit more than a byte has in decimal makes a number as large.
const MANY_MORE: i64 = 1000;
