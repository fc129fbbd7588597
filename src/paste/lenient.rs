//! Digits that are all of a text, with typing mistakes that a reader of any text can't bear: blanks inside of bytes,
//! digits that are missing or too many. That they are bytes the lines around tell.

use super::bits;
use super::digits;
use super::frame;
use super::literal::Mistyped;
use super::mistake::{MistakeKind, SIDE_BY_SIDE};
use super::run::Run;
use super::source::Source;
use super::token::PREFIXES;
use std::ops::Range;

/// In which digits bytes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Digits {
    Hex,
    Binary,
    Decimal,
}

impl Digits {
    pub(super) const ALL: [Self; 3] = [Self::Hex, Self::Binary, Self::Decimal];

    const fn radix(self) -> u32 {
        match self {
            Self::Hex => 16,
            Self::Binary => 2,
            Self::Decimal => 10,
        }
    }

    /// The longest word that is a byte with a digit too many.
    const fn longest(self) -> usize {
        match self {
            Self::Hex => LONGEST_BYTE,
            Self::Binary => LONGEST_BITS,
            Self::Decimal => LONGEST_DECIMAL,
        }
    }
}

/// How digits are laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Form<'t> {
    /// What marks the first of them.
    mark: &'t str,
    layout: Layout,
    /// The marks between them.
    between: Vec<char>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    /// Each byte by itself.
    Bytes,
    /// One word.
    Stream,
    /// Words of several bytes.
    Words,
}

impl<'t> Form<'t> {
    /// That of a part of the text; nothing where it is not digits.
    pub(super) fn of(source: Source<'t>, range: Range<usize>, base: Digits) -> Option<Self> {
        let words = words(source, range.clone(), base)?;
        let first = words.first()?;
        let start = range.start;
        let mark = source.range(start..first.at);
        let most = base.longest();
        let short = words.iter().filter(|word| word.text.len() <= most).count();
        let layout = match words.len() {
            1 => Layout::Stream,
            all if short.saturating_mul(2) > all => Layout::Bytes,
            _ => Layout::Words,
        };
        let marks = source.range(range).chars().filter(|c| !c.is_alphanumeric() && *c != ' ');
        let mut between: Vec<char> = marks.collect();
        between.sort_unstable();
        between.dedup();
        Some(Self { mark, layout, between })
    }

    /// Whether each byte stands by itself.
    pub(super) fn is_of_bytes(&self) -> bool {
        self.layout == Layout::Bytes
    }

    /// Whether digits laid out so may be mistyped ones of this form.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.mark == other.mark
            && self.layout == other.layout
            && other.between.iter().all(|c| self.between.contains(c))
    }
}

/// Digits without anything between them.
struct Word<'t> {
    at: usize,
    text: &'t str,
    /// Whether something marks the beginning of a byte.
    is_marked: bool,
}

impl Word<'_> {
    const fn range(&self) -> Range<usize> {
        self.at..self.at.saturating_add(self.text.len())
    }

    fn is_hex(&self) -> bool {
        self.text.bytes().all(|b| b.is_ascii_hexdigit())
    }

    fn is_odd(&self) -> bool {
        self.text.len() % 2 == 1 && self.is_hex()
    }
}

/// Reads a part of the text into an empty run; nothing where it is not digits.
pub(super) fn read(
    source: Source<'_>,
    range: Range<usize>,
    base: Digits,
    run: &Run,
) -> Option<Run> {
    let words = words(source, range.clone(), base)?;
    let has_commas = source.range(range).contains(',');
    let read = |joins: bool| {
        let mut run = run.clone();
        push(source, &words, base, joins, &mut run).map(|()| run)
    };
    let apart = read(false);
    if apart.as_ref().is_some_and(|run| frame::strict(&run.filled())) {
        return apart;
    }
    // Numbers with blanks between them are not the parts of one.
    let joined = || read(true).filter(|_| base != Digits::Decimal || has_commas);
    joined().or(apart)
}

/// The words of a part of the text that is nothing but digits and what stands between them, with few mistakes.
fn words(source: Source<'_>, range: Range<usize>, base: Digits) -> Option<Vec<Word<'_>>> {
    let (mut words, mut at, mut wrong) = (Vec::new(), range.start, 0_usize);
    while at < range.end {
        let rest = source.range(at..range.end);
        let mark = PREFIXES.into_iter().find(|it| rest.starts_with(it)).map_or(0, str::len);
        let digits = rest.get(mark..)?;
        let len = digits.find(|c: char| !c.is_alphanumeric()).unwrap_or(digits.len());
        let text = digits.get(..len).filter(|it| !it.is_empty());
        let Some(text) = text else {
            let between = rest.chars().next().filter(|c| BETWEEN.contains(*c))?;
            at = at.saturating_add(between.len_utf8());
            continue;
        };
        let radix = if base == Digits::Decimal { 10 } else { 16 };
        let strange = text.chars().filter(|c| !c.is_digit(radix)).count();
        wrong = wrong.saturating_add(strange);
        if wrong > SIDE_BY_SIDE || strange == text.len() {
            return None;
        }
        words.push(Word { at: at.saturating_add(mark), text, is_marked: mark > 0 });
        at = at.saturating_add(mark).saturating_add(len);
    }
    Some(words)
}

/// Reads words, of which two that a blank divides may make up bytes together.
fn push(
    source: Source<'_>,
    words: &[Word<'_>],
    base: Digits,
    joins: bool,
    run: &mut Run,
) -> Option<()> {
    let are_many = words.len() > 1;
    let mut words = words.iter().peekable();
    while let Some(word) = words.next() {
        run.range.end = word.range().end;
        let second = words.next_if(|next| joins && are_one(source, word, next, base));
        match (second, base) {
            (Some(next), _) => joined(word, next, base, run)?,
            (None, Digits::Decimal) => decimal(word, run)?,
            (None, Digits::Binary) => bits::group(word.text, word.at, 0, run).then_some(())?,
            (None, Digits::Hex) => match word.text.as_bytes() {
                [digit] if word.is_hex() => digits::lone(*digit, word.at, run),
                [_, _, _] if are_many && word.is_hex() => {
                    run.slip(word.range(), MistakeKind::OddDigits { digits: 3 }, 1);
                }
                _ => digits::hex(source, word.range(), run),
            },
        }
    }
    Some(())
}

/// Whether two words are the two parts of bytes.
fn are_one(source: Source<'_>, word: &Word<'_>, next: &Word<'_>, base: Digits) -> bool {
    let is_blank = matches!(source.range(word.range().end..next.at), " " | "  " | "\t");
    let are_digits = match base {
        Digits::Hex => word.is_odd() && next.is_odd(),
        Digits::Binary => word.text.len().saturating_add(next.text.len()) == BITS,
        Digits::Decimal => {
            let all = [word.text, next.text].concat();
            !all.starts_with('0') && all.parse::<u8>().is_ok()
        }
    };
    is_blank && !next.is_marked && are_digits
}

fn joined(word: &Word<'_>, next: &Word<'_>, base: Digits, run: &mut Run) -> Option<()> {
    let places = word.range().chain(next.range());
    let all: Vec<(u8, usize)> = word.text.bytes().chain(next.text.bytes()).zip(places).collect();
    let len = match base {
        Digits::Hex => 2,
        Digits::Binary => BITS,
        Digits::Decimal => all.len(),
    };
    let (blank, mut is_told) = (word.range().end..next.at, false);
    for byte in all.chunks(len) {
        let (first, last) = (byte.first()?.1, byte.last()?.1);
        let text: String = byte.iter().map(|(digit, _)| char::from(*digit)).collect();
        if !is_told && last >= blank.end {
            run.slip(blank.clone(), MistakeKind::SplitByte, 0);
            is_told = true;
        }
        let value = u8::from_str_radix(&text, base.radix()).ok()?;
        run.data.push(value, first, last.saturating_sub(first).saturating_add(1));
    }
    Some(())
}

/// Reads a decimal number.
fn decimal(word: &Word<'_>, run: &mut Run) -> Option<()> {
    let is_number = word.text.bytes().all(|b| b.is_ascii_digit());
    match word.text.parse::<u8>() {
        Ok(byte) => run.data.push(byte, word.at, word.text.len()),
        Err(_) if is_number => {
            run.slip(word.range(), MistakeKind::TooBig { number: word.text.to_owned() }, 1);
        }
        Err(_) => Mistyped::one(word.text, 10)?.tell(word.at, run),
    }
    Some(())
}

/// What may stand between digits, and around all of them.
const BETWEEN: &str = " \t,:;-|.\\[](){}\"'`";
/// Digits of a byte with one too many.
const LONGEST_BYTE: usize = 3;
const LONGEST_BITS: usize = 9;
const LONGEST_DECIMAL: usize = 4;
/// Digits of a byte.
const BITS: usize = 8;
