//! The hex column of a dump's line, and the ASCII column that may stand beside it.

use super::bits;
use super::digits;
use super::literal::Mistyped;
use super::mistake::{SIDE_BY_SIDE, lookalike};
use super::run::Run;
use super::source::{Source, blanks, word};
use std::borrow::Cow;
use std::ops::Range;

/// Whether an ASCII column stands beside the hex.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ascii {
    /// It may; then at least two blanks or a mark stand before it.
    Maybe,
    /// It does, and perhaps only one blank before it.
    Always,
}

/// Reads hex groups from the beginning of `range` into the run, up to the ASCII column; a group with
/// a typing mistake is one of them. Gives the offset where the line's content ends: `range.end`,
/// unless something else follows.
pub(super) fn read(source: Source<'_>, range: Range<usize>, ascii: Ascii, run: &mut Run) -> usize {
    let mut at = source.skip_blanks(range.start);
    run.range = at..at;
    let mut usual = None;
    while at < range.end {
        let text = source.range(at..range.end);
        let gap = source.range(run.range.end..at);
        let Some(len) = group(text).or_else(|| mistaken(text, gap, run)) else {
            return rest(source, at..range.end, run);
        };
        digits::hex(source, at..at.saturating_add(len), run);
        at = at.saturating_add(len);
        run.range.end = at;
        let tail = source.range(at..range.end);
        let gap = blanks(tail);
        // Groups that stand far apart are no characters.
        let is_far = usual.is_none_or(|usual| usual < 2 || gap > usual);
        usual = usual.or(Some(gap));
        if is_far && ends_with_ascii(tail, &known(run), ascii) || gap > 2 && !run.slips.is_empty() {
            return range.end;
        }
        at = at.saturating_add(gap);
    }
    range.end
}

/// Length of the group of digits that `text` begins with.
fn group(text: &str) -> Option<usize> {
    let len = word(text);
    let is_hex = text.bytes().take(len).all(|b| b.is_ascii_hexdigit());
    (len > 0 && len.is_multiple_of(2) && is_hex).then_some(len)
}

/// Length of a group that is hex but for a typing mistake. Where characters may stand beside the
/// bytes, and at the beginning, what follows has to say so.
fn mistaken(text: &str, gap: &str, run: &Run) -> Option<usize> {
    if text.starts_with(['|', '>']) {
        return None;
    }
    let len = text.find(char::is_whitespace).unwrap_or(text.len());
    let token = text.get(..len).filter(|_| len <= LONGEST_GROUP)?;
    let behind = text.get(len..).unwrap_or_default();
    let next = behind.trim_start();
    let blank = behind.len().saturating_sub(next.len());
    let is_first = run.range.is_empty();
    let is_beside = is_first || gap.len() > 1 || gap.contains('\t');
    // Two may be mistyped side by side.
    let pairs = blank == 1 && (group(next).is_some() || is_before_group(next));
    let is_hex = token.bytes().all(|b| b.is_ascii_hexdigit());
    let is_pairs = len.is_multiple_of(2) || is_hex;
    let ends = next.starts_with('|') || is_first && (blank != 1 && is_pairs);
    // Letters alone may be a word of the characters, unless pairs stand behind them.
    let letters = pairs && !is_first && (is_hex || Mistyped::of(token, 16).is_some());
    // Two characters of a word, both of them mistyped, before another word or the characters.
    let wrong = token.bytes().filter(|b| !b.is_ascii_hexdigit()).count();
    let is_long = len >= 4 && wrong == 2 && (is_first || gap.len() == 1);
    let looks = token.chars().all(|c| c.is_ascii_hexdigit() || lookalike(c).is_some());
    let is_word = is_long
        && (!is_first || looks)
        && (pairs || blank > 1 && !next.is_empty())
        && token.bytes().all(|b| b.is_ascii_alphanumeric());
    ((digits::near(token, 2) || letters || is_word) && (!is_beside || pairs || ends)).then_some(len)
}

/// Whether text begins with a group with a typing mistake before another group.
fn is_before_group(text: &str) -> bool {
    text.split_once(' ').is_some_and(|(token, next)| {
        token.len() <= LONGEST_GROUP && digits::near(token, 2) && group(next).is_some()
    })
}

/// As `xxd -g 16` prints them.
const LONGEST_GROUP: usize = 32;

/// The bytes, with zeros for those that could not be read: a zero may look like anything.
fn known(run: &Run) -> Cow<'_, [u8]> {
    if run.slips.is_empty() || run.data.len() > LONGEST_LINE {
        Cow::Borrowed(&run.data.bytes)
    } else {
        Cow::Owned(run.blank())
    }
}

/// No dump has more bytes in a line.
const LONGEST_LINE: usize = 256;

/// Reads groups of eight binary digits as `xxd -b` prints bytes; false where they are none. One of them may
/// have a typing mistake, where others or the lines before (`is_known`) show what they are.
pub(super) fn read_bits(
    source: Source<'_>,
    range: Range<usize>,
    is_known: bool,
    run: &mut Run,
) -> bool {
    let line = source.range(range.clone());
    let (groups, _) = line.split_once("  ").unwrap_or((line, ""));
    let starts = groups.split(' ').scan(range.start, |at, group| {
        let start = std::mem::replace(at, at.saturating_add(group.len()).saturating_add(1));
        Some((start, group))
    });
    let mut bits = Run::new(run.notation, run.class, range.start..range.start);
    for (at, group) in starts {
        if !bits::group(group, at, 0, &mut bits) {
            return false;
        }
        bits.range.end = at.saturating_add(group.len());
    }
    let is_sure = bits.slips.is_empty() || is_known || bits.data.len() >= LEAST_BITS;
    if bits.slips.len() > SIDE_BY_SIDE || !is_sure {
        return false;
    }
    *run = bits;
    true
}

/// Groups in a line that show that the one beside them is mistyped.
const LEAST_BITS: usize = 3;

/// What stands where hex was due: the end of it, or something else.
fn rest(source: Source<'_>, range: Range<usize>, run: &Run) -> usize {
    let text = source.range(range.clone());
    let column = source.range(run.range.end..range.start);
    let is_beside = text.starts_with(['|', '>']) || column.len() > 1 || column.contains('\t');
    if is_beside || !run.slips.is_empty() { range.end } else { range.start }
}

/// Whether what stands behind the bytes of a row shows them as characters.
pub(super) fn is_shown(tail: &str, run: &Run) -> bool {
    let text = tail.trim();
    let is_beside = tail.starts_with("  ") || tail.starts_with('\t') || text.starts_with('|');
    let text = text.strip_prefix('|').unwrap_or(text);
    let text = text.strip_suffix('|').filter(|it| shows(it, &known(run))).unwrap_or(text);
    is_beside && !text.is_empty() && shows(text, &known(run))
}

/// Whether the text behind bytes may be their characters, though some are mistyped or of another code: words of
/// something else are not.
pub(super) fn resembles(column: &str, run: &Run) -> bool {
    let bytes = &run.data.bytes;
    let shown = run.shown();
    let count = column.chars().count();
    let mut behind = column.chars();
    let mut found = |byte: &&u8| {
        let rest = behind.clone();
        let is_found = behind.any(|c| c == char::from(**byte));
        if !is_found {
            behind = rest;
        }
        is_found
    };
    let all = bytes.iter().filter(|byte| byte.is_ascii_graphic()).count();
    let found = bytes.iter().filter(|byte| byte.is_ascii_graphic()).filter(|it| found(it)).count();
    let words = column.chars().filter(|c| c.is_alphanumeric()).count();
    let is_shown = if all == 0 { words <= shown / 2 } else { found.saturating_mul(2) >= all };
    count == shown || is_shown && count <= shown.saturating_mul(2).saturating_add(MARKS)
}

/// Blanks in the middle and a mark at each end.
const MARKS: usize = 8;

/// Whether `tail` shows the bytes as characters.
fn ends_with_ascii(tail: &str, bytes: &[u8], ascii: Ascii) -> bool {
    let gap = blanks(tail);
    let shown = tail.trim_matches(|c: char| c.is_ascii_whitespace());
    let framed = shown.starts_with(['|', '>']) && shown.len() > 1;
    let far = gap > 1 || tail.starts_with('\t') || framed;
    let inside = shown.get(1..).and_then(|s| s.strip_suffix(['|', '<']).or(Some(s)));
    let shown = if framed { inside.unwrap_or_default().trim() } else { shown };
    let fits = shown.len() <= bytes.len().saturating_mul(4).saturating_add(4);
    let is_column = far || ascii == Ascii::Always && gap == 1;
    is_column
        && !shown.is_empty()
        && fits
        && (shows(shown, bytes) || gap > 1 && is_as_long(shown, bytes))
}

/// Whether there are as many characters as bytes, whatever code they are of (`xxd -E`), and more
/// digits of hex would look otherwise.
fn is_as_long(shown: &str, bytes: &[u8]) -> bool {
    let is_group =
        |it: &str| it.len().is_multiple_of(2) && it.bytes().all(|b| b.is_ascii_hexdigit());
    shown.chars().count() == bytes.len() && !shown.split(' ').all(is_group)
}

/// Whether characters show the bytes; `tcpdump` writes a dot for a blank too.
pub(super) fn shows(shown: &str, bytes: &[u8]) -> bool {
    shows_but(shown, bytes, |byte| *byte != b' ') || shows_but(shown, bytes, |_| true)
}

/// Compares without blanks: web pages fold them. What is not printable may look like anything.
fn shows_but(shown: &str, bytes: &[u8], is_shown: fn(&u8) -> bool) -> bool {
    let mut chars = shown.chars().filter(|c| !c.is_whitespace());
    let mut bytes = bytes.iter().filter(|byte| is_shown(byte));
    let same = bytes.by_ref().all(|byte| match chars.next() {
        Some(c) => !byte.is_ascii_graphic() || c == char::from(*byte),
        None => false,
    });
    same && chars.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_beside_bytes() {
        assert!(ends_with_ascii("  |0Q..|", b"0Q\0\x01", Ascii::Maybe));
        assert!(ends_with_ascii(" AT+Q=0", b"AT+Q=0", Ascii::Always));
        assert!(ends_with_ascii(" ...", b" \x02\0\0", Ascii::Always));
        assert!(ends_with_ascii("  .+..MQTT ...<", b"\x10+\0\x04MQTT\x04\xc2\0<", Ascii::Maybe));
        // As tcpdump writes `0c q`, with what could be a byte in front.
        assert!(ends_with_ascii("  0c.q....", b"0c q\0 \t!", Ascii::Maybe));
        // As xxd -E writes EBCDIC.
        assert!(ends_with_ascii("  ab....", b"MQTT\x04\x02", Ascii::Maybe));
        assert!(!ends_with_ascii("  04 c2 00", b"\x10+\0\x04MQTT", Ascii::Maybe));
        assert!(!ends_with_ascii(" 62", b"62", Ascii::Maybe));
        assert!(!ends_with_ascii("  04 c2 00 3c", b"\x10+\0\x04MQTT", Ascii::Maybe));
    }
}
