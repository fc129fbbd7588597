//! `od -c` and `hexdump -c`: characters, escapes of C and octal digits, in columns of four.

use super::address::Address;
use super::folded::{self, MOST_UNFOLDED};
use super::frame::{self, Chain, Fit};
use super::literal::Mistyped;
use super::mistake::MistakeKind;
use super::notation::Notation;
use super::run::{Class, Run};
use super::source::{Line, Source, Taken, is_blank};
use std::cmp::Reverse;

/// Digits of an address: `od` writes it in octal, `hexdump` in hex.
const ADDRESS: usize = 7;
const RADIXES: [u32; 2] = [8, 16];
/// Width of a column.
const WIDTH: usize = 4;
/// Bytes of a line.
const LINE: usize = 16;
/// What `od -a` prints for characters that cannot be seen: their names in ISO 646, but `nl` for a line feed.
const NAMES: [&str; 34] = [
    "nul", "soh", "stx", "etx", "eot", "enq", "ack", "bel", "bs", "ht", "nl", "vt", "ff", "cr",
    "so", "si", "dle", "dc1", "dc2", "dc3", "dc4", "nak", "syn", "etb", "can", "em", "sub", "esc",
    "fs", "gs", "rs", "us", "sp", "del",
];
/// What is printed for bytes that C has an escape for.
const ESCAPES: [(&str, u8); 9] = [
    ("\\0", 0),
    ("\\a", 7),
    ("\\b", 8),
    ("\\t", 9),
    ("\\n", 10),
    ("\\v", 11),
    ("\\f", 12),
    ("\\r", 13),
    ("\\\\", b'\\'),
];

/// Reads the dump that begins at `at` with the address 0.
pub(super) fn read(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    // In the wrong radix the addresses show gaps.
    let reads = RADIXES.into_iter().filter_map(|radix| dump(row, source, at, radix));
    let (mut best, end, _) =
        reads.max_by_key(|(run, end, cut)| (*end, Reverse(*cut), Reverse(run.slips.len())))?;
    // Numbers alone are what `od -b` prints.
    let is_text = best.data.bytes.iter().any(u8::is_ascii_graphic) || has_escape(source, &best);
    best.range.end = end;
    is_text.then(|| Taken { runs: vec![best], end, modem: 0 })
}

/// Reads rows without addresses, as `od -A n -c` prints them, that make whole packets. A blank is a byte, or no part of
/// the row.
pub(super) fn bare(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    let line = source.line(at);
    let indents = [Some(""), indent(line.text).filter(|it| !it.is_empty())];
    indents.into_iter().flatten().find_map(|indent| indented(row, source, line, indent))
}

/// Reads rows without addresses that stand behind `indent`.
fn indented<'t>(
    row: &'static Notation,
    source: Source<'t>,
    mut line: Line<'t>,
    indent: &str,
) -> Option<Taken> {
    let part = |line: &Line<'_>| {
        let columns = line.text.strip_prefix(indent)?;
        let start = line.end.saturating_sub(columns.len());
        let mut run = Run::new(row, Class::Sure, start..line.end);
        let is_row = columns.starts_with(' ') && columns.len() <= LINE.saturating_mul(WIDTH);
        read_line(columns, start, &mut run)?.filter(|_| is_row && run.slips.is_empty())?;
        Some(run)
    };
    let full = LINE.saturating_mul(WIDTH).saturating_add(indent.len());
    let is_full = |line: &Line<'_>| line.text.len() == full;
    let mut run = part(&line)?;
    // Rows behind another one were read together with it.
    if source.line_before(line.start).is_some_and(|it| is_full(&it) && part(&it).is_some()) {
        return None;
    }
    let mut star = None;
    while is_full(&line) && line.next < source.text.len() {
        let mut next = source.line(line.next);
        if star.is_none() && folded::is_star(&next) {
            star = Some((run.data.len(), next.start));
            next = source.line(next.next);
        }
        let Some(more) = part(&next) else { break };
        run.append(more);
        line = next;
    }
    if let (Some((at, place)), Fit::Short(left)) = (star, Chain::of(&run.data.bytes).fit()) {
        let behind = run.data.split_off(at);
        if left.is_multiple_of(LINE) && left <= MOST_UNFOLDED {
            folded::repeat(&mut run, LINE, left, place);
        }
        run.data.append(&behind);
    }
    let is_text = has_escape(source, &run) && frame::strict(&run.data.bytes);
    is_text.then(|| Taken { runs: vec![run], end: line.next, modem: 0 })
}

/// The blanks before the first column of a row.
fn indent(row: &str) -> Option<&str> {
    let columns = row.trim_start_matches(is_blank);
    let len = columns.find(is_blank).unwrap_or(columns.len());
    let own = WIDTH.checked_sub(len).filter(|own| *own > 0 && len > 0)?;
    row.get(..row.len().checked_sub(columns.len())?.checked_sub(own)?)
}

/// Whether one of the columns is an escape, which no dump of numbers has.
fn has_escape(source: Source<'_>, run: &Run) -> bool {
    (0..run.data.len()).any(|n| {
        let place = run.data.map.text_of(n..n.saturating_add(1));
        place.is_some_and(|place| source.range(place).starts_with('\\'))
    })
}

fn dump(
    row: &'static Notation,
    source: Source<'_>,
    at: usize,
    radix: u32,
) -> Option<(Run, usize, usize)> {
    let mut run = Run::new(row, Class::Sure, at..at);
    let (mut end, mut first, mut all_cut) = (at, None, 0_usize);
    while end < source.text.len() {
        let line = source.line(end);
        let due = run.shown();
        if first.is_some()
            && folded::is_star(&line)
            && folded::rows(source, &line, LINE, radix, &mut run)
        {
            end = line.next;
            continue;
        }
        if let Some(more) = ends_before(&line, due, radix) {
            // hexdump fills its last line with blanks.
            let last = run.slips.last().map_or(0, |slip| slip.index);
            let len = run.data.len().saturating_sub(more).max(last);
            run.data.split_off(len);
            end = line.next;
            break;
        }
        let Some((own, address)) = address(&line, due, radix, first.is_some()) else { break };
        // A blank is a column of blanks, which what copied the text may have cut off.
        let Some(cut) = address.checked_sub(due) else { break };
        if cut > LINE || (cut > 0 && first.is_none()) {
            break;
        }
        let columns = line.text.get(own.digits.len()..).unwrap_or_default();
        let start = line.start.saturating_add(own.digits.len());
        let mut part = Run::new(row, Class::Sure, start..start);
        let Some(place) = read_line(columns, start, &mut part) else { break };
        if let Some(slip) = own.slip() {
            part.slips.insert(0, slip);
        }
        all_cut = all_cut.saturating_add(cut);
        (0..cut).for_each(|_| run.data.push(b' ', end, 1));
        first = first.or(place);
        run.append(part);
        end = line.next;
        if columns.is_empty() && cut == 0 {
            break;
        }
    }
    run.range = first?..end;
    Some((run, end, all_cut))
}

/// Whether a line is one of `od -a`: an address and characters, of which at least one has a name.
pub(super) fn is_named(line: &str) -> bool {
    let mut columns = line.split_ascii_whitespace();
    let is_address = |it: &str| it.len() == ADDRESS && it.bytes().all(|b| b.is_ascii_hexdigit());
    if !columns.next().is_some_and(is_address) {
        return false;
    }
    let (named, other): (Vec<&str>, Vec<&str>) = columns.partition(|it| NAMES.contains(it));
    !named.is_empty() && other.iter().all(|it| it.len() == 1)
}

/// How much less than what was read a line tells that is nothing but an address.
fn ends_before(line: &Line<'_>, due: usize, radix: u32) -> Option<usize> {
    let own = Address::of(line).filter(|it| it.digits.len() == ADDRESS && it.hex >= line.end)?;
    let value = usize::try_from(own.value(radix)?).ok()?;
    due.checked_sub(value).filter(|more| (1..LINE).contains(more))
}

/// The address of a line, which may be mistyped where it is due.
fn address<'t>(
    line: &Line<'t>,
    due: usize,
    radix: u32,
    is_known: bool,
) -> Option<(Address<'t>, usize)> {
    let own = Address::of(line).filter(|it| it.digits.len() == ADDRESS && !it.colon);
    let own = own.filter(|_| line.text.starts_with(|c: char| c.is_ascii_hexdigit()));
    let value = own.and_then(|own| Some((own, usize::try_from(own.value(radix)?).ok()?)));
    let is_near =
        |(_, value): &(Address<'t>, usize)| value.checked_sub(due).is_some_and(|cut| cut <= LINE);
    value.filter(is_near).or_else(|| {
        let told = Address::mistyped(line, u64::try_from(due).ok()?, ADDRESS, [radix])?;
        (is_known || told.has_letter()).then_some((told, due))
    })
}

/// Reads the columns of a line; gives the place of the first of them, or nothing where one is none.
fn read_line(columns: &str, start: usize, run: &mut Run) -> Option<Option<usize>> {
    let mut first = None;
    let mut from = 0_usize;
    while from < columns.len() && run.shown() < LINE {
        let column = columns.get(from..from.saturating_add(WIDTH).min(columns.len()))?;
        let text = column.trim_start_matches(' ');
        let blanks = column.len().saturating_sub(text.len());
        let place = start.saturating_add(from).saturating_add(blanks);
        first.get_or_insert(place);
        let ends = columns.as_bytes().get(from.saturating_add(WIDTH)).is_none_or(|b| *b == b' ');
        match byte(column, text).filter(|_| ends) {
            Some(byte) => run.data.push(byte, place, text.len().max(1)),
            // What is too wide or too narrow moves the columns behind it.
            None => {
                let moved = mistyped(columns, from, place, text, run)?;
                if run.slips.len() > 1 {
                    return None;
                }
                from = from.saturating_add(moved);
                continue;
            }
        }
        from = from.saturating_add(WIDTH);
    }
    Some(first)
}

/// Reads a column with a typing mistake; gives its width.
fn mistyped(columns: &str, from: usize, place: usize, text: &str, run: &mut Run) -> Option<usize> {
    if let Some(it) = Mistyped::of(text, 8).filter(|_| text.len() == 3) {
        it.tell(place, run);
        return Some(WIDTH);
    }
    if let ["\\", letter @ ..] = text.split_inclusive('\\').collect::<Vec<_>>().as_slice() {
        // What stands behind a backslash.
        let width = if *letter == [" "] { WIDTH.saturating_sub(1) } else { WIDTH };
        let it = Mistyped::one(letter.first().unwrap_or(&""), 8).filter(|it| it.value == Some(0));
        match it {
            Some(it) => it.tell(place.saturating_add(1), run),
            None => run.slip(place..place.saturating_add(text.len()), MistakeKind::BadEscape, 1),
        }
        return Some(width);
    }
    // One more or one less than three octal digits.
    let rest = columns.get(from..)?;
    let word = rest.trim_start_matches(' ');
    let gap = rest.len().saturating_sub(word.len());
    let len = word.find(' ').unwrap_or(word.len());
    let is_octal = word.bytes().take(len).all(|b| matches!(b, b'0'..=b'7'));
    if !is_octal || !matches!(len, 2 | 4) || gap != 1 {
        return None;
    }
    run.slip(place..place.saturating_add(len), MistakeKind::Digits { found: len, due: 3 }, 1);
    Some(gap.saturating_add(len))
}

/// The byte of a column.
fn byte(column: &str, text: &str) -> Option<u8> {
    match text.as_bytes() {
        [] => (column.len() == WIDTH).then_some(b' '),
        [sign] => Some(*sign),
        [b'0'..=b'7', b'0'..=b'7', b'0'..=b'7'] if column.starts_with(' ') => {
            u8::from_str_radix(text, 8).ok()
        }
        _ => ESCAPES.iter().find(|(escape, _)| *escape == text).map(|(_, byte)| *byte),
    }
}
