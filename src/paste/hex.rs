//! Hex digits in a line, with whatever people put between them.

use super::context::Context;
use super::digits;
use super::evidence;
use super::frame;
use super::inside;
use super::lengths;
use super::lexer::{LONGEST_MENDED, Lexer};
use super::listed;
use super::mistake::{MistakeKind, SIDE_BY_SIDE, lookalike};
use super::names;
use super::notation::Notation;
use super::piece::Meant;
use super::run::{Class, Join, Run};
use super::settle::{Mended, settle};
use super::source::{Source, Taken};
use super::tail;
use super::token::Style;
use super::wordy;
use std::ops::Range;

/// Reads a run of hex tokens that ends with its line at the latest.
pub(super) fn read(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    if is_far_from_hex(source, at) {
        return None;
    }
    if let Some(taken) = tail::read(row, source, at)
        .or_else(|| inside::read(row, source, at))
        .or_else(|| wordy::read(row, source, at))
    {
        return Some(taken);
    }
    if is_word(source, at) {
        return None;
    }
    if let Some(len) = names::len(source, at) {
        let end = at.saturating_add(len);
        return Some(Taken {
            runs: called(row, source, at..end).into_iter().collect(),
            end,
            modem: 0,
        });
    }
    let mut lexer = Lexer {
        source,
        at,
        run: Run::new(row, Class::Prose, at..at),
        style: Style::default(),
        mended: 0,
        doubtful: false,
    };
    lexer.tokens();
    let Lexer { mut run, style, doubtful, .. } = lexer;
    // Who writes a sign before one byte writes it before all: others are names of a program.
    let has_names = style.signs > 0 && style.signs < style.tokens;
    if run.data.bytes.is_empty() || has_names {
        return None;
    }
    if style.alone == 1 && style.padded >= LEAST_PADDED {
        lone_digit(&mut run);
    }
    let settled = if doubtful { settle(&mut run) } else { Mended::Whole };
    run.notation = style.row(row);
    let is_hardware = style.pairs == 6 && style.tokens == 6 && (style.colon || style.dash);
    let is_hardware = is_hardware && !evidence::is_named(source, run.range.start);
    run.address_like =
        is_hardware || style.colon && names::is_ipv6(source.range(run.range.clone()));
    Context::of(source, &run.range).apply(&mut run);
    if is_list_of_twos(source.head(run.range.start, run.range.len().min(LONGEST_LIST))) {
        (run.class, run.join) = (Class::Prose, Join::Never);
    }
    if evidence::is_number(source, &run, &style) {
        (run.is_number, run.join) = (true, Join::Never);
    }
    if is_part(source, &run) || listed::is_listed(source, &run) {
        (run.is_number, run.is_called, run.join) = (true, true, Join::Never);
    }
    // Of a short packet with a blank in a byte the others must tell that it is one.
    let is_split = run.slips.iter().any(|slip| matches!(slip.kind, MistakeKind::SplitByte));
    if is_split && run.shown() <= SHORTEST_SPLIT {
        (run.is_number, run.join) = (true, Join::Never);
    }
    // A log says that these are bytes.
    let is_log = run.class == Class::Line && run.direction.is_some();
    let end = run.range.end;
    // A stream of digits is a number too.
    let is_short = run.range.len() < SHORTEST_STREAM;
    let is_number = doubtful && style.tokens == 1 && is_short && !run.is_strict();
    // Packets, and a digit behind them.
    let has_tail = || {
        let at = run.data.len();
        at >= SHORTEST_TAILED
            && run.slips.iter().all(|it| it.index == at)
            && lengths::exact(&run.data.bytes)
    };
    let is_meant = (settled == Mended::Whole || has_tail()) && !is_number
        || settled == Mended::Headless && run.class == Class::Line
        || is_log;
    is_meant.then(|| Taken { runs: vec![run], end, modem: 0 })
}

/// Whether a run is a part of a word with points: `e000.64a4.df49`, `32.41.46`.
fn is_part(source: Source<'_>, run: &Run) -> bool {
    let rest = source.head(run.range.end, 2).strip_prefix('.').unwrap_or_default();
    let before = source.tail(0..run.range.start, 4).strip_suffix('.').unwrap_or_default();
    rest.starts_with(|c: char| c.is_ascii_hexdigit())
        || before.ends_with(|c: char| c.is_ascii_hexdigit())
}

/// A number that could be packets, if the word before it did not say what it is.
fn called(row: &'static Notation, source: Source<'_>, range: Range<usize>) -> Option<Run> {
    let mut run = Run::new(row, Class::Prose, range.clone());
    let text = source.range(range.clone());
    let is_read = range.len() <= LONGEST_MENDED
        && text.len().is_multiple_of(2)
        && digits::push_pairs(text, range.start, &mut run);
    (run.is_number, run.is_called) = (true, true);
    (is_read && frame::strict(&run.data.bytes)).then_some(run)
}

/// Whether a letter begins a word of which so many letters are no digits that they are not mistyped ones. It looks no
/// further than to the last of them.
fn is_far_from_hex(source: Source<'_>, at: usize) -> bool {
    let word = source.text.as_bytes().get(at..).unwrap_or_default();
    let letters = word.iter().take(LONGEST_MENDED).take_while(|b| b.is_ascii_alphanumeric());
    let wrong = letters.filter(|b| !b.is_ascii_hexdigit() && !matches!(b, b'h' | b'H'));
    word.first().is_some_and(u8::is_ascii_alphabetic)
        && wrong.take(SIDE_BY_SIDE + 1).count() > SIDE_BY_SIDE
}

/// Whether a letter that no digit looks like begins what is not even a mistyped pair nor a stream: nearly all
/// words are told by that.
fn is_word(source: Source<'_>, at: usize) -> bool {
    let text = source.head(at, LONGEST_MENDED);
    let mut chars = text.chars();
    let first = chars.next().filter(char::is_ascii_alphabetic);
    let Some(first) = first.filter(|c| !c.is_ascii_hexdigit() && lookalike(*c).is_none()) else {
        return false;
    };
    let mut hex = chars.take_while(char::is_ascii_hexdigit).count();
    let is_pair = hex == 1 || hex == 2;
    hex = hex.saturating_add(first.len_utf8());
    !is_pair && hex < LONGEST_MENDED
        || text.get(hex..).is_some_and(|it| it.starts_with(char::is_alphanumeric))
}

/// Whether these are twos of digits with a comma between: times of a timetable.
fn is_list_of_twos(text: &str) -> bool {
    let mut twos = text.split(", ").filter(|two| !two.is_empty());
    let all = twos.by_ref().take(LEAST_TWOS).filter(|two| two.len() == 5 && two.contains(' '));
    all.count() == LEAST_TWOS && twos.take(LEAST_TWOS).all(|two| two.len() <= 5)
}

/// So many twos, and more behind, show how the others are written.
const LEAST_TWOS: usize = 3;
const LONGEST_LIST: usize = 60;

/// Turns the byte of a single digit behind `0x` into a mistake: the others all have two.
fn lone_digit(run: &mut Run) {
    let place = |n: usize| run.data.map.text_of(n..n.saturating_add(1));
    let lone = (0..run.data.len()).find_map(|n| Some((n, place(n).filter(|it| it.len() == 3)?)));
    if let Some((n, range)) = lone {
        let meant = run.data.bytes.get(n).copied().map(Meant::Digit);
        run.lose(
            n..n.saturating_add(1),
            range.end.saturating_sub(1)..range.end,
            MistakeKind::OneDigit,
            meant,
        );
    }
}

/// As many bytes with a zero before them show that zeros are written.
pub(super) const LEAST_PADDED: usize = 2;

/// So many numbers of one digit and two are packets by chance.
const SHORTEST_SPLIT: usize = 8;
/// Numbers are shorter.
const SHORTEST_TAILED: usize = 10;
/// Longer ones frame by chance no more.
const SHORTEST_STREAM: usize = 32;
