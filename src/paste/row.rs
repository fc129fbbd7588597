//! Lines of a table whose last column is bytes: what tabs divide, and what begins with a number that counts the
//! lines. The lines around tell it where a line does not.

use super::head;
use super::source::{Line, Source, blanks, is_blank};

/// Where the bytes of a line of a table begin.
pub(super) fn bytes(source: Source<'_>, line: &Line<'_>) -> Option<usize> {
    let own = Row::of(source, line)?;
    if own.is_sure() {
        return Some(own.at);
    }
    let next = (line.next < source.text.len()).then(|| source.line(line.next));
    let around = [source.line_before(line.start), next].into_iter().flatten();
    let mut around = around.filter_map(|line| Row::of(source, &line));
    around.any(|other| own.is_like(&other)).then_some(own.at)
}

struct Row {
    at: usize,
    tabs: usize,
    /// The number that it begins with, and how many digits that has.
    number: Option<(u64, usize)>,
    /// Whether the bytes are packets, and are none together with what stands before them.
    has_packets: bool,
    /// Whether no gap stands between the bytes.
    is_stream: bool,
}

impl Row {
    fn of(source: Source<'_>, line: &Line<'_>) -> Option<Self> {
        let near = line.text.get(..LONGEST).unwrap_or(line.text);
        let indent = blanks(near);
        let digits = near.bytes().skip(indent).take_while(u8::is_ascii_digit).count();
        let end = indent.saturating_add(digits);
        let word = near.get(indent..end)?;
        let gap = near.get(end..).map_or(0, blanks);
        let number = word
            .parse()
            .ok()
            .filter(|_| gap > 0 && digits < LONGEST_NUMBER && !word.starts_with('0'));
        let at = match near.trim_end().rfind('\t') {
            Some(tab) => tab.saturating_add(1),
            None if number.is_some() => end.saturating_add(gap),
            None => return None,
        };
        let rest = line.text.get(at..)?.trim_end();
        let start = line.start.saturating_add(at);
        let has_packets = head::is_packets(source, start..line.end)
            && !head::is_packets(source, source.skip_blanks(line.start)..line.end);
        Some(Self {
            at: start,
            tabs: near.get(..at)?.trim_start().matches('\t').count(),
            number: number.map(|number| (number, digits)),
            has_packets,
            is_stream: !rest.contains(is_blank) && rest.len() >= SHORTEST_STREAM,
        })
    }

    /// Whether it tells by itself: a number of an odd number of digits is no bytes.
    fn is_sure(&self) -> bool {
        let is_number = self.number.is_some_and(|(_, digits)| digits % 2 == 1) && self.is_stream;
        self.has_packets && (self.tabs > 0 || is_number)
    }

    /// Whether it belongs to a table because a line beside it does.
    fn is_like(&self, other: &Self) -> bool {
        let follows = self.number.zip(other.number).is_some_and(|(a, b)| a.0.abs_diff(b.0) == 1);
        let are_packets = self.has_packets && other.has_packets;
        self.tabs == other.tabs
            && if self.tabs > 0 {
                other.is_sure()
            } else {
                follows && (are_packets || other.is_sure())
            }
    }
}

/// Far enough for the columns before the bytes.
const LONGEST: usize = 200;
/// More lines than anyone pastes.
const LONGEST_NUMBER: usize = 8;
/// Four digits: the shortest packet.
const SHORTEST_STREAM: usize = 4;
