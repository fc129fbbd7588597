//! ESP-IDF: `I (1234) TAG: 10 0e ...`, as `ESP_LOG_BUFFER_HEX` and `..._HEXDUMP` print it.

use super::columns::{self, Ascii};
use super::context;
use super::notation::Notation;
use super::run::{Class, Join, Run};
use super::source::{Source, Taken, word};
use super::stamp;

/// Reads a line of such a log that holds hex and nothing else.
pub(super) fn read(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    let line = source.line(at);
    let level = level(source.head(at, LONGEST_HEAD.min(line.text.len())))?;
    let rest = line.text.get(level..)?.get(1..)?.strip_prefix(" (")?;
    let (millis, rest) = rest.split_once(") ")?;
    let time = stamp::boot(millis)?;
    // The clock of who reads the log tells more than the time since the start.
    let clock = line.text.get(..level).and_then(stamp::read);
    let (tag, hex) = rest.split_once(": ")?;
    let start = line.end.checked_sub(hex.len())?;
    let from = start.saturating_add(address(hex));
    let end = line.start.saturating_add(line.text.trim_end().len());
    let mut run = Run::new(row, Class::Line, from..from);
    let column = columns::read(source, from..end, Ascii::Maybe, &mut run);
    let groups = source.range(from..end).split_whitespace().next().map_or(0, str::len);
    if source.skip_blanks(column) < end || run.data.bytes.is_empty() || !(1..4).contains(&groups) {
        return None;
    }
    run.direction = context::direction(tag);
    run.time = clock.or(Some(time));
    run.join = Join::Adjacent(tag.to_owned());
    Some(Taken { runs: vec![run], end: line.next, modem: 0 })
}

/// Where the letter of the level stands: at the beginning, or behind the time that a terminal puts before its lines.
fn level(head: &str) -> Option<usize> {
    let ends = head.match_indices(" (").filter_map(|(end, _)| end.checked_sub(1));
    let is_level = |at: &usize| {
        let before = head.get(..*at).unwrap_or_default();
        let is_timed = || before.ends_with(' ') && stamp::read(before).is_some();
        head.get(*at..).is_some_and(|it| it.starts_with(['E', 'W', 'I', 'D', 'V']))
            && !before.ends_with(char::is_alphanumeric)
            && (at < &LONGEST_COLOUR || is_timed())
    };
    ends.take(MOST_LEVELS).find(is_level)
}

/// Blanks in the place of a terminal's colour sequence may stand before the level.
const LONGEST_COLOUR: usize = 10;
/// Far enough for a date, a time and an arrow.
const LONGEST_HEAD: usize = 60;
/// Levels stand behind no other words in brackets than these.
const MOST_LEVELS: usize = 2;

/// Length of the memory address that the hexdump form begins with.
fn address(hex: &str) -> usize {
    let len = word(hex);
    let is_address =
        len == 10 && hex.starts_with("0x") && hex.get(len..).is_some_and(|r| r.starts_with("   "));
    if is_address { len.saturating_add(3) } else { 0 }
}
