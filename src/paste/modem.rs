//! Lines of a modem that hold bytes as digits behind their number: `AT+NSOSD=0,18,1010...,0x100`.

use super::source::{Line, Source};

/// The offset of the digits in such a line.
pub(super) fn bytes(line: &Line<'_>) -> Option<usize> {
    let head = line.text.get(..LONGEST_HEAD).unwrap_or(line.text);
    let start = command(head)?;
    let mut at = start;
    while let Some(comma) = line.text.get(at..).and_then(|it| it.find(',')) {
        let next = at.saturating_add(comma).saturating_add(1);
        let number = line.text.get(at..next)?.trim_matches(|c: char| !c.is_ascii_digit());
        let word = line.text.get(next..).unwrap_or_default();
        let digits = word.bytes().take_while(u8::is_ascii_hexdigit).count();
        let due = number.parse::<usize>().ok().and_then(|it| it.checked_mul(2));
        let is_end = word.get(digits..).is_none_or(|it| !it.starts_with(char::is_alphanumeric));
        if digits > 0 && due == Some(digits) && is_end {
            return Some(line.start.saturating_add(next));
        }
        if next > LONGEST_HEAD {
            return None;
        }
        at = next;
    }
    None
}

/// Whether the digits at a place are such bytes.
pub(super) fn are_bytes(source: Source<'_>, at: usize) -> bool {
    let start = source.line_start(at);
    let is_near = at.saturating_sub(start) <= LONGEST_HEAD;
    let is_line = || command(source.range(start..at)).is_some();
    is_near && is_line() && bytes(&source.line(start)).is_some_and(|it| it == at)
}

/// Where the command or what the modem tells begins: a plus sign before a name, and values behind it.
fn command(head: &str) -> Option<usize> {
    let (before, rest) = head.split_once('+')?;
    let name = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let is_name = name > 1 && rest.bytes().take(name).any(|b| b.is_ascii_uppercase());
    let behind = rest.get(name..)?;
    let is_told = before.ends_with("AT") && behind.starts_with('=')
        || before.trim_end().is_empty() && behind.starts_with(':');
    (is_name && is_told)
        .then(|| before.len().saturating_add(1).saturating_add(name).saturating_add(1))
}

/// A time, the command and the numbers before the bytes: a socket, an address, a port, their number.
const LONGEST_HEAD: usize = 160;
