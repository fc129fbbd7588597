//! The log of RT-Thread's AT component: `[D/AT] sendline: 0000-0020: 41 54 ... AT...`.

use super::columns::{self, Ascii};
use super::mistake::MistakeKind;
use super::notation::Notation;
use super::piece::Direction;
use super::run::{Class, Join, Run};
use super::source::{Line, Source, Taken, is_blank};
use super::stamp;
use super::wrapped;

const LABELS: [(&str, Direction); 3] = [
    ("sendline:", Direction::Sent),
    ("recvline:", Direction::Received),
    ("urc_recv:", Direction::Received),
];

/// Reads one dump: a line from address 0 on and the lines that continue it.
pub(super) fn read(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    let mut line = source.line(at);
    let head = Head::of(&line)?;
    let mut run = part(row, source, &line, &head);
    run.direction = Some(head.direction);
    run.time = stamp::read(line.text);
    run.join = Join::Stream;
    if head.from > 0 {
        let expected = 0;
        run.slips.insert(0, gap(&head, expected));
    }
    loop {
        // Pages put blank lines between the lines of a log.
        let next = source.line(source.line_start(source.skip_space(line.next)));
        let due = u64::try_from(run.shown()).unwrap_or(u64::MAX);
        let continues = |h: &Head<'_>| h.from > 0 && h.label == head.label && h.from == due;
        let Some(more) = Head::of(&next).filter(continues) else { break };
        run.append(part(row, source, &next, &more));
        line = next;
    }
    let end = line.next;
    if is_talk(&run.data.bytes) {
        return Some(Taken { runs: Vec::new(), end, modem: 1 });
    }
    Some(Taken { runs: vec![run], end, modem: 0 })
}

/// The end of the row that begins with a line, where the line was wrapped: its characters stand in the lines below.
pub(super) fn wrapped(source: Source<'_>, line: &Line<'_>) -> Option<usize> {
    let head = Head::of(line)?;
    let mut row = source.range(head.hex..line.end).to_owned();
    let mut last = *line;
    for _ in 0..MOST_WRAPPED {
        if is_complete(&row) {
            break;
        }
        let above = last.text;
        last = source.line(last.next);
        if last.text.is_empty() || Head::of(&last).is_some() {
            return None;
        }
        if !wrapped::is_cut(above, last.text) {
            row.push(' ');
        }
        row.push_str(last.text.get(..LONGEST_HEAD).unwrap_or(last.text));
    }
    (last.end > line.end && is_complete(&row)).then_some(last.end)
}

/// Whether the bytes that a row begins with stand behind them as characters.
fn is_complete(row: &str) -> bool {
    let mut bytes = Vec::new();
    let mut rest = row;
    while bytes.len() < MOST_BYTES {
        let pair = rest.get(..2).filter(|it| it.bytes().all(|b| b.is_ascii_hexdigit()));
        let Some(byte) = pair.and_then(|it| u8::from_str_radix(it, 16).ok()) else { return false };
        bytes.push(byte);
        let tail = rest.get(2..).unwrap_or_default();
        rest = tail.trim_start();
        if rest.len() == tail.len() {
            return false;
        }
        if columns::shows(rest, &bytes) {
            return true;
        }
    }
    false
}

struct Head<'t> {
    label: &'t str,
    direction: Direction,
    from: u64,
    /// Where the address stands, and where the hex begins.
    at: usize,
    hex: usize,
}

impl<'t> Head<'t> {
    fn of(line: &Line<'t>) -> Option<Self> {
        let (label, direction) = LABELS.into_iter().find(|(label, _)| line.text.contains(label))?;
        let (head, rest) = line.text.split_once(label)?;
        let rest = rest.trim_start_matches(is_blank);
        let (address, hex) = rest.split_once(':').filter(|(_, it)| it.starts_with(is_blank))?;
        let hex = hex.trim_start_matches(is_blank);
        let (from, to) = address.split_once('-')?;
        let number = |digits: &str| u64::from_str_radix(digits, 16).ok();
        let (from, _) = (number(from)?, number(to)?);
        let offset = |tail: &str| line.end.checked_sub(tail.len());
        let (at, hex) = (offset(rest)?, offset(hex)?);
        (head.len() < LONGEST_HEAD).then_some(Self { label, direction, from, at, hex })
    }
}

fn part(row: &'static Notation, source: Source<'_>, line: &Line<'_>, head: &Head<'_>) -> Run {
    let mut run = Run::new(row, Class::Sure, head.hex..head.hex);
    columns::read(source, head.hex..line.end, Ascii::Always, &mut run);
    run
}

fn gap(head: &Head<'_>, expected: u64) -> super::run::Slip {
    let lost =
        usize::try_from(head.from.saturating_sub(expected)).unwrap_or(usize::MAX).min(MOST_LOST);
    let kind = MistakeKind::Gap { expected, found: head.from };
    super::run::Slip {
        index: 0,
        range: head.at..head.at.saturating_add(4),
        kind,
        lost,
        meant: None,
    }
}

/// AT commands, their answers and prompts are text; of MQTT's packets none is, down to the
/// shortest: its Remaining Length is a zero byte.
fn is_talk(bytes: &[u8]) -> bool {
    bytes.iter().all(|b| b.is_ascii_graphic() || b.is_ascii_whitespace())
}

/// A level, a module, a time: no line of this log has more before its label.
const LONGEST_HEAD: usize = 120;
/// A row of 32 bytes and their characters is wrapped into no more lines, and no row has more bytes.
const MOST_WRAPPED: usize = 4;
const MOST_BYTES: usize = 64;
/// The driver's buffers are far smaller.
const MOST_LOST: usize = 1 << 16;
