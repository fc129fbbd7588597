//! Whether what stands around a few numbers in a line says that they are a packet: the name of its type, or who sent it.

use super::context::said;
use super::lengths;
use super::run::Run;
use super::source::Source;

/// How much the words around say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// That they are a packet.
    Packet,
    /// That they may be: what else the text holds decides.
    Maybe,
}

/// What the words around numbers say that are a packet by their lengths.
pub(super) fn of(source: Source<'_>, run: &Run) -> Option<Said> {
    let bytes = &run.data.bytes;
    if !run.slips.is_empty() || bytes.len() > LONGEST || !lengths::legal(bytes) {
        return None;
    }
    let line = source.line(source.line_start(run.range.start));
    let before = source.range(line.start..run.range.start);
    let behind = source.range(run.range.end..line.end);
    if is_named(source, bytes, line.start, before, behind) {
        return Some(Said::Packet);
    }
    if !behind.trim_matches([' ', ',', ';', '\t', '`']).is_empty() {
        return None;
    }
    let head = before.trim_end();
    let is_long = bytes.len() >= SHORTEST;
    match is_sender(head) {
        true if is_long => Some(Said::Packet),
        true => Some(Said::Maybe),
        false => (is_long && head.ends_with(LABELS)).then_some(Said::Maybe),
    }
}

/// Whether the name of the packet's type stands in its line, or in the one that announces it.
fn is_named(source: Source<'_>, bytes: &[u8], start: usize, before: &str, behind: &str) -> bool {
    let Some((_, name)) =
        TYPES.iter().find(|(kind, _)| bytes.first().is_some_and(|it| it >> 4 == *kind))
    else {
        return false;
    };
    // Words of other things as well have only capitals.
    let is_name = |word: &str| match word.len() {
        ..SHORTEST_NAME => word == *name,
        _ => word.eq_ignore_ascii_case(name) && (!WORDS.contains(name) || word == *name),
    };
    let holds = |text: &str| text.split(|c: char| !c.is_alphanumeric()).any(is_name);
    let is_alone = !before.contains(char::is_alphanumeric);
    let above =
        source.line_before(start).filter(|it| is_alone && it.text.trim_end().ends_with(':'));
    holds(end(before)) || holds(head(behind)) || above.is_some_and(|it| holds(end(it.text)))
}

/// Whether nothing but who sent it stands before numbers in their line, and times and marks.
fn is_sender(head: &str) -> bool {
    let head = head.trim_end_matches(|c| MARKS.contains(c));
    let arrow = ARROWS.into_iter().find_map(|it| head.strip_suffix(it));
    let word = head.trim_end_matches(|c: char| c.is_alphabetic());
    let last = head.get(word.len()..).unwrap_or_default();
    let is_word = !last.is_empty() && said(&last.to_lowercase()).is_some();
    let rest = arrow.or(is_word.then_some(word));
    rest.is_some_and(|rest| !rest.contains(char::is_alphabetic))
}

/// The last words of a text, and the first ones.
fn end(text: &str) -> &str {
    let from = text.char_indices().rev().nth(FAR).map_or(0, |(n, _)| n);
    text.get(from..).unwrap_or_default()
}

fn head(text: &str) -> &str {
    text.get(..text.char_indices().nth(FAR).map_or(text.len(), |(n, _)| n)).unwrap_or_default()
}

/// The names of the packet types (MQTT 5.0, 2.1.2).
#[rustfmt::skip]
const TYPES: [(u8, &str); 15] = [
    (1, "CONNECT"), (2, "CONNACK"), (3, "PUBLISH"), (4, "PUBACK"), (5, "PUBREC"), (6, "PUBREL"), (7, "PUBCOMP"),
    (8, "SUBSCRIBE"), (9, "SUBACK"), (10, "UNSUBSCRIBE"), (11, "UNSUBACK"), (12, "PINGREQ"), (13, "PINGRESP"),
    (14, "DISCONNECT"), (15, "AUTH"),
];
const WORDS: [&str; 4] = ["CONNECT", "PUBLISH", "SUBSCRIBE", "DISCONNECT"];
const SHORTEST_NAME: usize = 5;
/// What stands between who sent it and what was sent.
const ARROWS: [&str; 10] = ["->", "<-", "=>", "<=", ">>", "<<", "→", "←", ">", "<"];
/// What ends the word of who sent it.
const MARKS: &str = ":])=";
/// What stands behind a label.
const LABELS: [char; 4] = [':', '=', ']', '\u{ff1a}'];
/// Two numbers are as many other things.
const SHORTEST: usize = 4;
/// Longer packets tell what they are.
const LONGEST: usize = 24;
/// Some words.
const FAR: usize = 40;
