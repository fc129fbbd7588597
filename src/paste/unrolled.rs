//! Lines that are one thing which goes over all of them, so that none of them can be read by itself: a list in its
//! brackets, a table of decimal numbers, base64 that was wrapped.

use std::ops::Range;

/// Where such things stand among the lines. The line that a list begins with is none of it.
pub(super) fn find(lines: &[&str]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let rest = lines.get(at..).unwrap_or_default();
        let len = list(rest).or_else(|| table(rest)).or_else(|| wrapped(rest));
        let end = at.saturating_add(len.unwrap_or(1));
        if len.is_some() {
            found.push(at.saturating_add(usize::from(is_open(rest)))..end);
        }
        at = end;
    }
    found
}

fn is_open(lines: &[&str]) -> bool {
    lines.first().is_some_and(|line| line.trim_end().ends_with(['{', '[', '(']))
}

/// Lines of a list that is opened at the end of the first line and closed at the beginning of a later one.
fn list(lines: &[&str]) -> Option<usize> {
    let closes = |line: &&str| line.trim_start().starts_with(['}', ']', ')']);
    let rest = lines.get(1..).filter(|_| is_open(lines))?;
    // Another one that is opened before belongs to other lines.
    let end = rest.iter().position(|line| closes(line) || is_open(&[line]))?;
    rest.get(end).filter(|line| closes(line)).map(|_| end.saturating_add(2))
}

/// Rows of bytes in columns, as `od -A n -t u1` prints them.
fn table(lines: &[&str]) -> Option<usize> {
    let is_row = |line: &&&str| {
        let mut numbers = line.split_whitespace();
        line.len().is_multiple_of(COLUMN)
            && numbers.clone().count() == line.len() / COLUMN
            && numbers.all(|it| it.parse::<u8>().is_ok())
    };
    Some(lines.iter().take_while(is_row).count()).filter(|rows| *rows > 1)
}

/// Lines of base64, all as long as the first but for the last.
fn wrapped(lines: &[&str]) -> Option<usize> {
    let len = lines.first().map(|it| it.len()).filter(|len| *len >= SHORTEST_WRAPPED)?;
    let is_letter = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
    let is_row = |line: &&&str| line.bytes().all(is_letter);
    let full = lines.iter().take_while(|line| line.len() == len).take_while(is_row).count();
    let last = lines.get(full..)?.iter().take(1).take_while(is_row).count();
    Some(full.saturating_add(last)).filter(|rows| full > 0 && *rows > 1)
}

/// Three digits and the blank before them.
const COLUMN: usize = 4;
/// No program wraps base64 into shorter lines.
const SHORTEST_WRAPPED: usize = 48;
