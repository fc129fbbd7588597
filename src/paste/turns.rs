//! Who sent bytes in a line of several, in which words between them turn the direction: `I send ... and get ...`.

use super::context;
use super::frame;
use super::piece::Direction;

/// Who sent the bytes behind a line's beginning, in small letters, by its words: by those right before them, and
/// where these say nothing by those before other bytes, if they agree.
pub(super) fn said(lower: &str) -> Option<Direction> {
    if lower.len() > LONGEST {
        return context::said(lower);
    }
    let mut parts = parts(lower);
    let mut last = context::said(parts.next()?);
    let (mut own, mut is_sure) = (last, true);
    for part in parts {
        own = told(clause(part), last);
        let any = own.or_else(|| told(part, last));
        is_sure &= any.zip(last).is_none_or(|(any, last)| any == last);
        last = own.or(last);
    }
    own.or_else(|| last.filter(|_| is_sure))
}

/// What words behind bytes say of those that follow; an answer comes from the other side.
fn told(part: &str, before: Option<Direction>) -> Option<Direction> {
    let mut words = part.split(|c: char| !c.is_alphanumeric()).filter(|it| !it.is_empty());
    words.find_map(|word| match word {
        // Of a place: `in a row`.
        "in" | "out" => None,
        "get" | "gets" | "getting" => Some(Direction::Received),
        word if ANSWERS.contains(&word) => before.and_then(opposite),
        word => context::said(word),
    })
}

const fn opposite(direction: Direction) -> Option<Direction> {
    match direction {
        Direction::Sent => Some(Direction::Received),
        Direction::Received => Some(Direction::Sent),
        _ => None,
    }
}

/// What stands behind the last mark of a sentence.
fn clause(part: &str) -> &str {
    part.rsplit([',', ';', '.']).next().unwrap_or(part)
}

/// What stands before, between and behind the bytes of a line.
fn parts(lower: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(lower);
    std::iter::from_fn(move || {
        let text = rest?;
        let Some((start, end)) = bytes(text) else { return rest.take() };
        rest = text.get(end..);
        text.get(..start)
    })
}

/// Where the first bytes stand: pairs of digits with gaps between them, or a stream, that begin as packets do.
fn bytes(text: &str) -> Option<(usize, usize)> {
    let mut at = 0_usize;
    let mut found: Option<(usize, usize, usize)> = None;
    for word in text.split_inclusive(GAPS) {
        let start = at;
        at = at.saturating_add(word.len());
        let bare = word.trim_end_matches(GAPS);
        let digits = bare.strip_prefix("0x").unwrap_or(bare);
        if bare.is_empty() {
            continue;
        }
        let is_hex =
            digits.len().is_multiple_of(2) && digits.bytes().all(|b| b.is_ascii_hexdigit());
        let count = if is_hex { digits.len() / 2 } else { 0 };
        let end = start.saturating_add(bare.len());
        found = match found {
            Some((from, _, all)) if count > 0 => Some((from, end, all.saturating_add(count))),
            Some((from, end, all)) if all >= SHORTEST => return Some((from, end)),
            _ => begins(digits).filter(|_| count > 0).map(|()| (start, end, count)),
        };
    }
    found.filter(|(_, _, all)| *all >= SHORTEST).map(|(from, end, _)| (from, end))
}

fn begins(digits: &str) -> Option<()> {
    let first = u8::from_str_radix(digits.get(..2)?, 16).ok()?;
    frame::head(&[first]).then_some(())
}

/// Longer lines are written by programs, which say it once.
const LONGEST: usize = 1 << 12;
/// What stands between two bytes.
const GAPS: [char; 4] = [' ', '\t', ',', '`'];
/// PINGREQ has two bytes.
const SHORTEST: usize = 2;
/// Words of which the one who says them is the other side.
const ANSWERS: [&str; 9] = [
    "answer",
    "answers",
    "answered",
    "reply",
    "replies",
    "replied",
    "responds",
    "responded",
    "response",
];
