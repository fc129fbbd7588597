//! Strings with escapes: C's and Wireshark's `"\x10" "\x2f"`, Rust's and Python's `b".."`.

use super::context::Context;
use super::escape::{self, Digits};
use super::frame::{self, Chain, Fit};
use super::mistake::MistakeKind;
use super::notation::{Notation, named};
use super::run::{Class, Run};
use super::settle::{Mended, settle};
use super::source::{Line, Source, Taken, is_word};
use super::tail;
use super::times::{self, Times};
use super::zone;

/// Reads a string, and those that stand right behind it, as C joins them.
pub(super) fn read(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    let before = source.tail(0..at, LONGEST_PREFIX.saturating_add(1));
    if before.ends_with('\\') || source.byte(at) == Some(b'\'') && is_apostrophe(before) {
        return None;
    }
    let (mut run, end) = written(row, source, at)?;
    run.range.end = end;
    // What blanks say is no packet in escapes either.
    let is_blank = run.slips.is_empty() && run.data.bytes.iter().all(|byte| *byte == b' ');
    if is_blank && source.text.trim().len() > run.range.len() {
        return Some(Taken { runs: Vec::new(), end, modem: 0 });
    }
    let is_part = source.text.trim().len() > run.range.len();
    if is_text(source, &run) && is_part || is_words(&run) {
        return None;
    }
    three_digits(source, &mut run);
    let context = Context::of(source, &run.range);
    run.time = context.time();
    run.direction = context.direction();
    Some(Taken { runs: vec![run], end, modem: 0 })
}

/// A string and those behind it, in the first language whose escapes make packets of it; else in the likeliest.
fn written(row: &'static Notation, source: Source<'_>, at: usize) -> Option<(Run, usize)> {
    let languages = if is_rust(source, at) {
        [Digits::Zero, Digits::Octal, Digits::Decimal]
    } else {
        [Digits::Octal, Digits::Decimal, Digits::Zero]
    };
    let has_escapes = source.head(at, EARLY).contains('\\');
    let mut first = None;
    for digits in languages {
        let lua = named("string with decimal escapes (Lua)", row);
        let row = if digits == Digits::Decimal { lua } else { row };
        let Some((run, end)) = all(row, source, at, digits) else { continue };
        if frame::strict(&run.data.bytes) {
            return Some((run, end));
        }
        // Packets of decimal escapes alone are no others' strings.
        if digits != Digits::Decimal {
            first = first.or(Some((run, end)));
        }
        if !has_escapes {
            break;
        }
    }
    first
}

/// Whether a string is one of bytes in Rust: zeros have one digit, and all bytes without a name are hex.
fn is_rust(source: Source<'_>, at: usize) -> bool {
    let text = source.head(at, LONGEST_TRIED);
    let inside = text.strip_prefix("b\"").and_then(|it| it.split('"').next()).unwrap_or_default();
    let octal = inside.match_indices('\\').filter_map(|(at, _)| inside.get(at..)?.chars().nth(1));
    inside.contains("\\x") && !octal.into_iter().any(|c| matches!(c, '1'..='9'))
}

/// A string and those behind it, where digits behind a backslash are what `digits` says.
fn all(
    row: &'static Notation,
    source: Source<'_>,
    at: usize,
    digits: Digits,
) -> Option<(Run, usize)> {
    let mut run = Run::new(row, Class::Code, at..at);
    let mut end = one(source, at, true, digits, &mut run)?;
    end = repeat(source, end, &mut run);
    if run.data.len() < 2 && run.slips.is_empty() {
        return None;
    }
    let mark = mark(source, at);
    loop {
        let of_gdb = times::following(source, end);
        let Some(next) = of_gdb.or_else(|| following(source, end, mark)) else { break };
        let mut part = Run::new(row, Class::Code, next..next);
        // One without escapes goes on where a packet does.
        let goes_on = of_gdb.is_some() || matches!(Chain::of(&run.filled()).fit(), Fit::Short(_));
        match one(source, next, !goes_on, digits, &mut part) {
            Some(after) => end = repeat(source, after, &mut part),
            None => break,
        }
        run.append(part);
    }
    Some((run, end))
}

/// Adds the byte that ends at a place as often as gdb says there; gives the offset behind.
fn repeat(source: Source<'_>, at: usize, run: &mut Run) -> usize {
    let one = run.data.bytes.last().copied().filter(|_| run.data.len() == 1);
    let Some((times, byte)) = Times::of(source, at).zip(one) else { return at };
    times.fill(byte, run);
    times.range.end
}

/// The mark of a comment that stands before a string in its line.
fn mark(source: Source<'_>, at: usize) -> &str {
    let before = source.tail(source.line_start(at)..at, LONGEST_MARK.saturating_add(1)).trim();
    let is_mark = before.len() <= LONGEST_MARK && before.chars().all(|c| "*#/!;|".contains(c));
    if is_mark { before } else { "" }
}

/// `///`
const LONGEST_MARK: usize = 3;

/// Whether a quote stands behind a letter, and not behind what C and Python put before a string.
fn is_apostrophe(before: &str) -> bool {
    let word = before.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    !word.is_empty() && !PREFIXES.contains(&word)
}

/// The first letter of Latin-1 outside of ASCII, and of the bytes behind the first one in UTF-8.
const LATIN: u8 = 0x80;
/// What stands before a string in C, C++, Rust and Python.
const PREFIXES: [&str; 10] = ["b", "B", "br", "rb", "u8", "u", "U", "L", "R", "c"];
const LONGEST_PREFIX: usize = 2;

/// Whether it is a word of which the letters outside of ASCII are escaped: `'bokm\xe5l'`. Packets have bytes that are
/// no characters.
fn is_words(run: &Run) -> bool {
    let bytes = &run.data.bytes;
    let letters = bytes.iter().filter(|byte| byte.is_ascii_alphabetic() || **byte == b' ').count();
    let is_char = |byte: &u8| byte.is_ascii_graphic() || *byte == b' ' || *byte >= LATIN;
    run.slips.is_empty() && letters.saturating_mul(2) > bytes.len() && bytes.iter().all(is_char)
}

/// Whether a string holds text alone, in lines: no packet does, nor is one written so.
fn is_text(source: Source<'_>, run: &Run) -> bool {
    let is_char =
        |byte: &u8| byte.is_ascii_graphic() || matches!(byte, b' ' | b'\n' | b'\r' | b'\t');
    let text = source.range(run.range.clone());
    let escapes =
        || text.match_indices('\\').filter_map(|(at, _)| text.get(at.saturating_add(1)..));
    let is_number =
        |it: &str| it.starts_with(['x', 'X', 'u', 'U', '0', '1', '2', '3', '4', '5', '6', '7']);
    let wide = escapes().filter(|it| escape::is_wide(it)).count();
    let is_byte = |it: &str| is_number(it) && !escape::is_wide(it);
    run.slips.len() == wide && run.data.bytes.iter().all(is_char) && !escapes().any(is_byte)
}

/// One string from its prefix or quote on; only one that has the escapes of bytes, where it must have.
fn one(
    source: Source<'_>,
    at: usize,
    must_have: bool,
    digits: Digits,
    run: &mut Run,
) -> Option<usize> {
    let text = source.from(at);
    let marked = text.starts_with(['b', 'B']);
    let open = if marked { at.saturating_add(1) } else { at };
    let quote = source.from(open).chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let body = source.from(open).get(1..)?;
    let early: String = body.chars().take(EARLY).collect();
    let escaped = early.contains('\\') && (marked || digits == Digits::Decimal)
        || ["\\x", "\\u00", "\\0", "\\1", "\\u{", "\\n"].into_iter().any(|e| early.contains(e));
    // Who writes all bytes in octal may begin with other digits; so do the groups of a pattern.
    let is_octal = || {
        early
            .match_indices(|c| matches!(c, '2'..='7'))
            .any(|(n, _)| early.get(..n).is_some_and(|it| it.ends_with('\\')))
    };
    if !must_have || escaped {
        return escape::string_in(source, open, quote, digits, run);
    }
    let end = is_octal().then(|| escape::string_in(source, open, quote, digits, run))??;
    frame::strict(&run.data.bytes).then_some(end)
}

/// Where all bytes are escapes, those of letters too, a single digit that stands behind one of them is its
/// third; where letters are none, it is if that makes packets.
fn three_digits(source: Source<'_>, run: &mut Run) {
    if !run.slips.is_empty() || frame::strict(&run.data.bytes) {
        return;
    }
    let is_escape = |n: usize| place(run, n).is_some_and(|it| it.len() == ESCAPE);
    let literals: Vec<usize> = (0..run.data.len()).filter(|n| !is_escape(*n)).collect();
    let third = |n: &&usize| is_third(source, run, **n);
    let found = match literals[..] {
        [n] => literals.iter().find(third).filter(|_| is_alone(run, n)),
        _ if run.data.len() > LONGEST_TRIED => None,
        _ => literals.iter().filter(third).take(MOST_TRIED).find(|n| makes_packets(run, **n)),
    };
    if let Some(&n) = found {
        lose_three(run, n);
    }
}

/// Whether the byte at `n` is a digit right behind an escape `\xNN`.
fn is_third(source: Source<'_>, run: &Run, n: usize) -> bool {
    let before = n.checked_sub(1).and_then(|n| place(run, n));
    let Some((before, at)) = before.zip(place(run, n)) else { return false };
    let is_digit = run.data.bytes.get(n).is_some_and(u8::is_ascii_hexdigit);
    let is_x = before.len() == ESCAPE && source.from(before.start).starts_with("\\x");
    is_digit && is_x && before.end == at.start && at.len() == 1
}

/// Whether letters are escapes but for the byte at `n`, or some byte in place of its escape makes packets.
fn is_alone(run: &Run, n: usize) -> bool {
    let mut others = run.data.bytes.iter().enumerate().filter(|(at, _)| *at != n);
    let is_told = || run.data.len() <= tail::MOST && (0..=u8::MAX).any(|it| is_whole(run, n, it));
    others.any(|(_, byte)| byte.is_ascii_graphic()) || is_told()
}

/// Whether two of the three digits of which the last is the byte at `n` make packets.
fn makes_packets(run: &Run, n: usize) -> bool {
    let bytes = n.checked_sub(1).and_then(|before| run.data.bytes.get(before..=n));
    let Some([before, third]) = bytes else { return false };
    let digits = format!("{before:02x}{}", char::from(*third));
    zone::may_be(digits.as_bytes()).into_iter().any(|it| is_whole(run, n, it))
}

/// Whether a byte in place of the one at `n` and the one before it makes packets.
fn is_whole(run: &Run, n: usize, byte: u8) -> bool {
    let (before, behind) = run.data.bytes.split_at_checked(n.saturating_sub(1)).unwrap_or_default();
    frame::strict(&[before, &[byte], behind.get(2..).unwrap_or_default()].concat())
}

/// Turns the byte at `n` and the escape before it into one that has a digit too many.
fn lose_three(run: &mut Run, n: usize) {
    let first = n.saturating_sub(1);
    if let Some((before, at)) = place(run, first).zip(place(run, n)) {
        let range = before.start.saturating_add(2)..at.end;
        let kind = MistakeKind::OddDigits { digits: 3 };
        run.lose(first..n.saturating_add(1), range, kind, None);
    }
}

/// Where the byte at `n` stands in the text.
fn place(run: &Run, n: usize) -> Option<std::ops::Range<usize>> {
    run.data.map.text_of(n..n.saturating_add(1))
}

/// Whether bytes are whole packets but for their mistakes.
fn is_mended(run: &Run) -> bool {
    let is_short = run.shown() <= tail::MOST && tail::is_mendable(run);
    let is_long = || {
        let mut settled = run.clone();
        settle(&mut settled) == Mended::Whole && settled.is_strict()
    };
    is_short || !run.slips.is_empty() && is_long()
}

/// Whether letters are escapes as all other bytes are.
fn escapes_letters(run: &Run) -> bool {
    let are_escapes =
        (0..run.data.len()).all(|n| place(run, n).is_some_and(|it| it.len() == ESCAPE));
    are_escapes && run.data.bytes.iter().any(u8::is_ascii_alphabetic)
}

/// Length of `\x10`.
const ESCAPE: usize = 4;

/// Longer strings, and more digits behind escapes, are not tried.
const LONGEST_TRIED: usize = 512;
const MOST_TRIED: usize = 16;

/// A packet has a byte that is no character among its first: the end of its Remaining Length,
/// or the high byte of a length behind it.
const EARLY: usize = 8;

/// Where the next string begins, if only blanks, line breaks, continuation marks and the mark of a comment before each
/// line stand between.
fn following(source: Source<'_>, at: usize, mark: &str) -> Option<usize> {
    let mut start = at;
    loop {
        // The lines of a quoted mail begin with a mark.
        let line = source.skip_quote(start);
        let is_line = !mark.is_empty() && source.range(start..line).contains('\n');
        let behind = source.from(line).strip_prefix(mark).filter(|_| is_line);
        start = if behind.is_some_and(|it| it.starts_with([' ', '\t'])) {
            source.skip_blanks(line.saturating_add(mark.len()))
        } else {
            line
        };
        if !matches!(source.byte(start), Some(b'\\' | b'+')) {
            break;
        }
        start = start.saturating_add(1);
    }
    let gap = start.saturating_sub(at);
    let next = source.from(start);
    let string = next.starts_with(['"', '\'']) || next.starts_with("b'") || next.starts_with("b\"");
    (string && gap > 0 && gap < 100).then_some(start)
}

/// Reads `\x10\x0e...` without quotes: up to the end of the packets, where a word ends there, else up to the
/// end of the last word with an escape, or of the line where the packet has as much.
pub(super) fn bare(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    let inside = at.checked_sub(1).and_then(|n| source.byte(n)).is_some_and(is_word);
    let text = source.from(at);
    let single = text.strip_prefix('\\').filter(|it| it.starts_with('\\')).unwrap_or(text);
    if inside || !escape::starts(single) && !escape::starts_mistyped(single) {
        return None;
    }
    let mut line = source.line(at);
    // One character in quotes, as lists of characters have them.
    let before = at.checked_sub(1).and_then(|n| source.byte(n)).map(char::from);
    if let Some(len) = before.filter(|c| "\"'`".contains(*c)).and_then(|c| line.text.find(c)) {
        line.text = line.text.get(..len).unwrap_or_default();
    }
    let mut run = extent(row, source, &line);
    if run.shown() < 2 {
        return None;
    }
    if run.slips.is_empty() {
        three_digits(source, &mut run);
    }
    if escape::is_doubled(source.range(run.range.clone())) {
        run.notation = named("escapes with their backslashes doubled", row);
    }
    Context::of(source, &run.range).apply(&mut run);
    let is_line = run.class == Class::Line;
    run.class = run.class.max(Class::Code);
    if is_line && run.shown() <= tail::MOST && tail::is_mendable(&run) {
        tail::believe(source, &mut run);
    }
    let end = run.range.end;
    Some(Taken { runs: vec![run], end, modem: 0 })
}

/// What of a line that begins with escapes are bytes.
fn extent(row: &'static Notation, source: Source<'_>, line: &Line<'_>) -> Run {
    let is_end = |c: char| c.is_whitespace() || ",;.)]}`|\u{3002}\u{ff0c}".contains(c);
    let word = |at: usize| line.text.get(at..).and_then(|it| it.find(char::is_whitespace));
    let to = |len: usize| line.start..line.start.saturating_add(len);
    let mut first = until(row, source, to(word(0).unwrap_or(line.text.len())));
    if frame::strict(&first.data.bytes) {
        return first;
    }
    three_digits(source, &mut first);
    // Who escapes letters escapes blanks: they end the bytes.
    if escapes_letters(&first) || is_mended(&first) {
        return first;
    }
    let whole = until(row, source, to(line.text.trim_end().len()));
    let packets = frame::strict_prefix(&whole.data.bytes);
    if let Some(place) = whole.data.map.text_of(0..packets).filter(|_| whole.slips.is_empty())
        && source.range(place.end..line.end).starts_with(is_end)
    {
        return until(row, source, place);
    }
    let escape = line.text.rfind('\\').unwrap_or(0);
    let len = word(escape).map_or(line.text.len(), |len| escape.saturating_add(len));
    let mut words = until(row, source, to(len));
    three_digits(source, &mut words);
    let rest = whole.shown().saturating_sub(words.shown());
    match Chain::of(&words.filled()).fit() {
        Fit::Short(left) if rest <= left => whole,
        _ => words,
    }
}

fn until(row: &'static Notation, source: Source<'_>, range: std::ops::Range<usize>) -> Run {
    let mut run = Run::new(row, Class::Code, range.clone());
    let doubled = escape::is_doubled(source.range(range.clone()));
    let mut at = range.start;
    while at < range.end {
        let Some(c) = source.from(at).chars().next() else { break };
        let is_end = doubled && matches!(c, '"' | '\'');
        if is_end || doubled && source.from(at).starts_with("\\\"") {
            break;
        }
        at = escape::one(source, at, c, doubled, &mut run);
    }
    run.range.end = at.min(range.end);
    run
}
