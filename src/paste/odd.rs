//! Hex digits that are one too many or one too few: how many there should be says what stands around
//! them, and in a stream of digits the packets before and behind.

use super::digits;
use super::frame;
use super::mistake::MistakeKind;
use super::run::Run;
use super::source::Source;
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
    let Some(zone) = Zone::of(token).filter(|_| run.data.bytes.is_empty()) else { return false };
    digits::push_pairs(token.get(..zone.digits.start).unwrap_or_default(), range.start, run);
    let end = range.start.saturating_add(zone.digits.end);
    let lost = range.start.saturating_add(zone.digits.start)..end;
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

/// The part of a stream of digits in which one is missing or too many.
struct Zone {
    digits: Range<usize>,
    /// How many bytes it should be.
    bytes: usize,
}

impl Zone {
    /// The packet without which all others are whole, and of it what the digit may have changed.
    fn of(token: &str) -> Option<Self> {
        let front = hex::decode(token.get(..token.len().saturating_sub(1))?).ok()?;
        let mut starts = vec![0_usize];
        while let Some(&at) = starts.last() {
            let rest = front.get(at..).unwrap_or_default();
            let len = frame::first(rest).unwrap_or(0);
            if len == 0 || frame::strict_prefix(rest) == 0 {
                break;
            }
            starts.push(at.saturating_add(len));
        }
        // All digits but the last are packets: that one stands behind them.
        if starts.last() == Some(&front.len()) {
            return None;
        }
        starts.iter().rev().take(MOST_PACKETS).find_map(|at| Self::in_packet(token, &front, *at))
    }

    /// The packet that begins at byte `at`, if those behind are whole where it has a digit more or less.
    fn in_packet(token: &str, front: &[u8], at: usize) -> Option<Self> {
        let head = front.get(at..)?;
        let (header, body) = frame::lengths(head).filter(|_| frame::head(head))?;
        let len = header.saturating_add(body);
        let start = at.saturating_mul(2);
        let end = start.saturating_add(len.saturating_mul(2));
        let ends = [end.checked_sub(1)?, end.saturating_add(1)];
        let end = ends.into_iter().find(|end| {
            let behind = token.get(*end..).and_then(|rest| hex::decode(rest).ok());
            *end > start && behind.is_some_and(|rest| frame::strict_prefix(&rest) == rest.len())
        })?;
        let packet = token.get(start..end)?;
        // What could stand at each place, with the digits before and behind it.
        let fits = |n: &usize| {
            let Some(hidden) = packet.len().checked_sub(len.saturating_sub(1).saturating_mul(2))
            else {
                return false;
            };
            let from = n.saturating_mul(2);
            let (Some(before), Some(behind)) =
                (packet.get(..from), packet.get(from.saturating_add(hidden)..))
            else {
                return false;
            };
            STAND_INS.into_iter().any(|byte| {
                let text = format!("{before}{byte}{behind}");
                hex::decode(text).is_ok_and(|bytes| frame::strict(&bytes))
            })
        };
        let all = header..len;
        let narrow = len <= LONGEST_TRIED;
        let first = all.clone().find(|n| narrow && fits(n)).unwrap_or(header);
        let last = all.rev().find(|n| narrow && fits(n)).unwrap_or(len.saturating_sub(1));
        let is_told = last.saturating_add(1) < len;
        let mut bytes = last.saturating_sub(first).saturating_add(1);
        let behind = len.saturating_sub(last).saturating_sub(1).saturating_mul(2);
        let mut from = start.saturating_add(first.saturating_mul(2));
        let end = end.checked_sub(behind)?;
        if bytes > MOST_LOST || !is_told {
            // Better bytes of which some are wrong than none.
            from = from.saturating_add(bytes.saturating_sub(1).saturating_mul(2));
            bytes = 1;
        }
        Some(Self { digits: from..end, bytes })
    }
}

/// Two digits that a text, a number or a length may have.
const STAND_INS: [&str; 4] = ["61", "00", "01", "04"];
/// Packets in which the digit is looked for, from the last one on.
const MOST_PACKETS: usize = 3;
/// Longer packets are not tried digit by digit.
const LONGEST_TRIED: usize = 512;
/// More can't be shown as missing.
const MOST_LOST: usize = 64;
