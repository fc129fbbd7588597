//! What stands in a line around some digits: whether they are alone in it, who sent them, when.

use super::piece::Direction;
use super::run::{Class, Join, Run};
use super::source::{Line, Source};
use super::stamp::{self, Stamp};
use super::turns;
use std::ops::Range;

/// The surroundings of a run in its line.
#[derive(Debug)]
pub(super) struct Context<'t> {
    before: &'t str,
    /// The line above, where it announces what this one holds.
    above: &'t str,
    /// Whether nothing but punctuation stands behind.
    ends_line: bool,
}

impl<'t> Context<'t> {
    pub(super) fn of(source: Source<'t>, range: &Range<usize>) -> Self {
        let before = source.range(source.line_start(range.start)..range.start);
        let rest = source.from(range.end);
        let tail = rest
            .trim_start_matches(|c: char| c == ' ' || c == '\t' || "`;,.\\)\"'*]}>".contains(c));
        let comment = ["//", "#", "/*"].into_iter().any(|mark| tail.starts_with(mark));
        let announces = |line: &Line<'t>| line.text.trim_end().ends_with([':', '>', '\u{ff1a}']);
        let alone = before.chars().all(char::is_whitespace);
        let above =
            source.line_before(source.line_start(range.start)).filter(|l| alone && announces(l));
        let above = above.map_or("", |l| l.text);
        Self {
            before,
            above,
            ends_line: tail.is_empty() || tail.starts_with(['\n', '\r']) || comment,
        }
    }

    /// Sets class, direction, time and join of a run of digits.
    pub(super) fn apply(&self, run: &mut Run) {
        let alone = self.before.chars().all(|c| c.is_whitespace() || ">-*`|.".contains(c));
        run.direction = self.direction();
        run.time = self.time();
        let timed = stamp::read(self.before)
            .is_some_and(|it| self.before.trim_end().ends_with(it.text.as_str()));
        let marks = [':', '=', '>', ']', '\u{ff1a}', '\t', '\u{25c7}', '\u{25c6}'];
        let labelled =
            self.before.trim_end().ends_with(marks) || is_of_container(self.before.trim_end());
        if self.ends_line && (alone || labelled || timed) {
            run.class = Class::Line;
            run.join = Join::Adjacent(skeleton(self.before));
        }
    }

    /// Sets direction and time alone: the notation says where the bytes end.
    pub(super) fn tell(&self, run: &mut Run) {
        run.direction = self.direction();
        run.time = self.time();
    }

    pub(super) fn direction(&self) -> Option<Direction> {
        direction(self.before).or_else(|| direction(self.above))
    }

    pub(super) fn time(&self) -> Option<Stamp> {
        stamp::read(self.before).or_else(|| stamp::read(self.above))
    }
}

/// Whether a line's beginning is the name of a container and the bar behind it, as `docker compose` prints them.
fn is_of_container(before: &str) -> bool {
    let name = before.strip_suffix('|').map(str::trim).unwrap_or_default();
    let is_name = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(is_name)
}

/// A line's beginning without what changes from line to line.
pub(super) fn skeleton(before: &str) -> String {
    before.chars().filter(|c| !c.is_ascii_digit() && !c.is_whitespace()).collect()
}

/// Who sent what a line shows, by its words, its arrows or its columns.
pub(super) fn direction(before: &str) -> Option<Direction> {
    let lower = before.to_lowercase();
    turns::said(&lower)
        .or_else(|| party(&lower))
        .or_else(|| arrow(&lower))
        .or_else(|| column(&lower))
}

/// Whether a line says that what it shows was sent or received; the name of a client or of a server alone does not.
pub(super) fn is_told(before: &str) -> bool {
    let lower = before.to_lowercase();
    said(&lower).or_else(|| arrow(&lower)).or_else(|| column(&lower)).is_some()
}

/// Whose name a label is, or whose names stand at the ends of an arrow in it: `client -> broker:`, `C->S:`.
fn party(lower: &str) -> Option<Direction> {
    let label = lower.trim_end().strip_suffix([':', '\u{ff1a}'])?.trim_end();
    let side = |name: &str| match name {
        "c" | "client" => Some(Direction::FromClient),
        "s" | "b" | "server" | "broker" => Some(Direction::FromServer),
        _ => None,
    };
    let mut names = label.rsplit(|c: char| !c.is_alphabetic()).filter(|it| !it.is_empty());
    let last = names.next()?;
    let head = label.strip_suffix(last)?.trim_end();
    let arrow = ["->", "=>", "\u{2192}"].into_iter().find_map(|it| head.strip_suffix(it));
    match arrow {
        Some(head) => {
            let from = head.trim_end_matches(['-', '=', ' ']);
            let from = side(from.rsplit(|c: char| !c.is_alphabetic()).next()?)?;
            side(last).filter(|to| *to != from).map(|_| from)
        }
        // One letter alone, or a name in a sentence, says nothing.
        None => side(last).filter(|_| last.len() > 1 && !head.contains(char::is_alphabetic)),
    }
}

/// Who sent the bytes below a line that announces them, and when.
pub(super) fn announced(source: Source<'_>, at: usize) -> Option<Direction> {
    let above = source.line_before(at)?.text.trim_end();
    above.ends_with([':', '>', '\u{ff1a}']).then(|| direction(above)).flatten()
}

/// Who sent what a line shows, by its words in small letters alone.
pub(super) fn said(lower: &str) -> Option<Direction> {
    let mut words = lower.split(|c: char| !c.is_alphanumeric());
    words.find_map(|w| match w {
        "send" | "sent" | "sending" | "tx" | "write" | "out" | "outgoing" | "发送" | "发" => {
            Some(Direction::Sent)
        }
        "recv" | "got" | "receive" | "received" | "receiving" | "rx" | "read" | "in"
        | "incoming" | "rcv" | "rcvd" | "接收" | "收到" | "收" => Some(Direction::Received),
        _ => None,
    })
}

fn arrow(lower: &str) -> Option<Direction> {
    let sent = [">>", "-->", "=>"].into_iter().any(|a| lower.contains(a));
    let received = ["<<", "<--", "<="].into_iter().any(|a| lower.contains(a));
    match (sent, received) {
        (true, false) => Some(Direction::Sent),
        (false, true) => Some(Direction::Received),
        _ => None,
    }
}

/// The letter or the arrow that stands alone in a column.
fn column(before: &str) -> Option<Direction> {
    let mut columns =
        before.split(['\t', ',', ';', '|']).map(str::trim).filter(|it| !it.is_empty());
    let last = columns.next_back().filter(|_| columns.next().is_some())?;
    match last {
        "o" | ">" | "->" | "→" => Some(Direction::Sent),
        "i" | "<" | "<-" | "←" => Some(Direction::Received),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_tell_the_direction() {
        assert_eq!(direction("[12:00] TX: "), Some(Direction::Sent));
        assert_eq!(direction("mqtt_recv: "), Some(Direction::Received));
        assert_eq!(direction("<< "), Some(Direction::Received));
        assert_eq!(direction("sender said resend "), None);
    }

    #[test]
    fn a_skeleton_has_no_numbers() {
        assert_eq!(skeleton("I (123) mqtt: "), skeleton("I (456) mqtt: "));
    }
}
