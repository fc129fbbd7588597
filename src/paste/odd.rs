//! Hex digits that are one too many or one too few: how many there should be says what stands around
//! them, and in a stream of digits the packets before and behind.

use super::digits;
use super::frame;
use super::mistake::MistakeKind;
use super::run::Run;
use super::source::Source;
use super::zone::Zone;
use std::ops::Range;

/// Reads a token of an odd number of hex digits, of which it is known where it should end; false
/// where it is not.
pub(super) fn read(source: Source<'_>, range: Range<usize>, run: &mut Run) -> bool {
    let digits = range.len();
    if digits == 1 {
        return false;
    }
    if let Some(usual) = usual(source, &range) {
        run.slip(range, MistakeKind::OddDigits { digits }, usual / 2);
        return true;
    }
    let token = source.range(range.clone());
    let front = token.get(..digits.saturating_sub(1)).and_then(|it| ::hex::decode(it).ok());
    // All digits but the last may be packets: that one stands behind them.
    let is_tail = front.is_some_and(|it| frame::strict(&it));
    let is_alone = !is_tail && source.is_line(&range);
    let short = || Some(token).filter(|_| is_alone).and_then(Zone::anywhere);
    let zone = Zone::of(token).or_else(short).filter(|_| run.data.bytes.is_empty());
    let Some(zone) = zone else { return false };
    cut(token, range.start, &zone, run)
}

/// Reads a token of an odd number of digits at `start`, of which one is missing or too many in a zone.
pub(super) fn cut(token: &str, start: usize, zone: &Zone, run: &mut Run) -> bool {
    let digits = token.len();
    digits::push_pairs(token.get(..zone.digits.start).unwrap_or_default(), start, run);
    let end = start.saturating_add(zone.digits.end);
    let lost = start.saturating_add(zone.digits.start)..end;
    run.slip(lost, MistakeKind::OddDigits { digits }, zone.bytes);
    digits::push_pairs(token.get(zone.digits.end..).unwrap_or_default(), end, run);
    true
}

/// Reads a stream of digits that stands in several lines, where all of them together are packets but for
/// a digit that is missing or too many.
pub(super) fn stream(digits: &[(char, usize)], run: &mut Run) -> Option<()> {
    let token: String = digits.iter().map(|(digit, _)| *digit).collect();
    let zone = Zone::of(&token).filter(|_| token.len() % 2 == 1)?;
    let push = |range: Range<usize>, run: &mut Run| -> Option<()> {
        for pair in digits.get(range)?.chunks_exact(2) {
            let [(high, from), (low, at)] = pair else { continue };
            let byte = (high.to_digit(16)? << 4) | low.to_digit(16)?;
            let width = at.saturating_sub(*from).saturating_add(1);
            run.data.push(u8::try_from(byte).ok()?, *from, width);
        }
        Some(())
    };
    push(0..zone.digits.start, run)?;
    let (first, last) =
        (digits.get(zone.digits.start)?.1, digits.get(zone.digits.end.checked_sub(1)?)?.1);
    run.slip(
        first..last.saturating_add(1),
        MistakeKind::OddDigits { digits: token.len() },
        zone.bytes,
    );
    push(zone.digits.end..token.len(), run)
}

/// How many digits the words around have, where this one has one more or less.
pub(super) fn usual(source: Source<'_>, range: &Range<usize>) -> Option<usize> {
    let near = |len: &usize| len.abs_diff(range.len()) == 1 && len.is_multiple_of(2) && *len > 0;
    let from = source.line_start(range.start);
    let before = source.tail(from..range.start, LOOK);
    let after = source.head(range.end, LOOK);
    let after = after.split('\n').next().unwrap_or_default();
    let mut words: Vec<usize> =
        before.rsplit(separates).filter_map(digits_of).take(NEIGHBOURS).collect();
    words.extend(after.split(separates).filter_map(digits_of).take(NEIGHBOURS));
    if words.is_empty() && is_alone(before) && is_alone(after) {
        words.extend(lines(source, from, range.end));
    }
    let count = |len: usize| words.iter().filter(|other| **other == len).count();
    words.iter().copied().filter(near).max_by_key(|len| count(*len)).filter(|len| {
        // A number beside a word is no measure of it.
        count(*len).saturating_mul(2) >= words.len()
    })
}

/// The words that fill the line before and the one behind.
fn lines(source: Source<'_>, start: usize, end: usize) -> Vec<usize> {
    let before = source.line_before(start).map(|line| line.text);
    let next = source.line(end).next;
    let after = (next < source.text.len()).then(|| source.line(next).text);
    let whole = |line: &str| digits_of(line.trim_matches(separates));
    [before, after].into_iter().flatten().filter_map(whole).collect()
}

fn is_alone(text: &str) -> bool {
    text.chars().all(separates)
}

const fn separates(c: char) -> bool {
    !c.is_ascii_alphanumeric()
}

/// Number of the hex digits of a word, without what marks them as such.
fn digits_of(word: &str) -> Option<usize> {
    let digits = ["0x", "0X", "x", "X"].into_iter().find_map(|p| word.strip_prefix(p));
    let digits = digits.unwrap_or(word);
    let digits = digits.strip_suffix(['h', 'H']).unwrap_or(digits);
    (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit())).then_some(digits.len())
}

/// Words on each side that tell the usual length.
const NEIGHBOURS: usize = 3;
/// As far as three words of sixteen bytes reach.
const LOOK: usize = 120;
