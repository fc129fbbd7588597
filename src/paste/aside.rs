//! What is left aside until the whole text tells whether it is meant: numbers that could be packets, short packets
//! with a typing mistake, and bytes that are no packet.

use super::context;
use super::evidence;
use super::faulty::{self, Kinds};
use super::frame::{self, Chain, Fit};
use super::headless;
use super::listed;
use super::mistake::MistakeKind;
use super::notation::Notation;
use super::numbers;
use super::run::{Class, Run, Slip};
use super::source::Source;
use super::tail;
use std::collections::HashSet;

pub(super) struct Aside {
    /// What is bytes, but no packet: taken where the text holds nothing else.
    spare: Vec<Run>,
    /// What may be numbers: taken where the text holds packets beyond doubt.
    held: Vec<Run>,
    /// Memory that is left for both.
    room: usize,
}

impl Aside {
    pub(super) const fn new() -> Self {
        Self { spare: Vec::new(), held: Vec::new(), room: ROOM }
    }

    /// Keeps what the rest of the text may show to be a packet; gives it back where it may not.
    pub(super) fn hold(&mut self, source: Source<'_>, mut run: Run) -> Option<Run> {
        headless::tell(&mut run);
        let is_number = run.is_number && !run.is_called && evidence::may_be_meant(source, &run);
        let is_code = || is_mistyped(&run) || headless::is(&run) || headless::has_wrong_flags(&run);
        if (is_number || is_code() || is_sent(&run)) && self.take_room(&run) {
            self.held.push(run);
            return None;
        }
        Some(run)
    }

    /// Keeps what is no packet, if it may be taken where nothing else is.
    pub(super) fn spare(&mut self, run: Run) {
        let is_bytes = !run.is_number || !run.slips.is_empty();
        // Words before it may say who sent it.
        let is_told = run.class > Class::Prose || run.direction.is_some() || faulty::may_be(&run);
        let is_spare = is_told && run.shown() > 1 && is_bytes;
        if is_spare && self.take_room(&run) {
            self.spare.push(run);
        }
    }

    /// Takes the room that is needed to keep a run; whether there was enough.
    fn take_room(&mut self, run: &Run) -> bool {
        let has_room = self.room >= run.data.len();
        if has_room {
            self.room = self.room.saturating_sub(run.data.len()).saturating_sub(COST);
        }
        has_room
    }

    /// Takes what was held where the text shows that it is meant; gives back the rest. Who shows packets shows
    /// short ones, too.
    pub(super) fn settle(&mut self, source: Source<'_>, taken: &mut Vec<Run>) -> Vec<Run> {
        let held = std::mem::take(&mut self.held);
        let packets = Packets::of(source, taken, &held);
        let (meant, rest) = held.into_iter().partition(|run| packets.show(source, run));
        taken.extend::<Vec<Run>>(meant);
        rest
    }

    /// Gives the spare runs that are packets with a fault, as those that were taken tell.
    pub(super) fn faulty(&mut self, source: Source<'_>, taken: &[Run]) -> Vec<Run> {
        let kinds = Kinds::of(taken);
        let spare = std::mem::take(&mut self.spare);
        let (faulty, rest) = spare.into_iter().partition(|run| kinds.show(source, run));
        self.spare = rest;
        faulty
    }

    /// Gives the spare runs that look meant, where nothing else was taken.
    pub(super) fn last_resort(&mut self, source: Source<'_>, from: usize) -> Vec<Run> {
        let all = source.from(from).trim().len();
        if !self.spare.is_empty() && listed::are_names(source.from(from)) {
            return Vec::new();
        }
        let is_meant = |run: &Run| {
            let most_of_it = run.range.len().saturating_mul(2) >= all;
            let is_packet = run.data.len() >= SHORTEST && frame::head(&run.data.bytes);
            let is_other =
                is_decimal(source, run) || listed::is_name(source.range(run.range.clone()));
            let is_alone = run.range.len().saturating_add(AROUND) >= all;
            let is_list = || !is_alone && is_list_of_numbers(source, run);
            run.class > Class::Prose
                && !run.is_suspect
                && is_few(run)
                && !is_other
                && !is_list()
                && (most_of_it || is_packet && looks_hex(source, run))
        };
        std::mem::take(&mut self.spare).into_iter().filter(is_meant).collect()
    }
}

/// What the packets of a text tell of what else may be one.
struct Packets {
    /// Whether there are some at all, and some that are longer than numbers are.
    any: bool,
    evident: bool,
    /// The row of the arrays among them.
    array: Option<&'static Notation>,
    /// The rows of those in lines of their own.
    lines: HashSet<&'static str>,
    /// What stands before them: of all, and of those that are sent or received.
    shapes: HashSet<String>,
    sides: HashSet<String>,
}

impl Packets {
    /// Only what the runs that are `held` ask for.
    fn of(source: Source<'_>, taken: &[Run], held: &[Run]) -> Self {
        let packets = || taken.iter().filter(|run| frame::strict(&run.data.bytes));
        let mistyped = held.iter().any(|run| run.is_number && !run.slips.is_empty());
        let address = held.iter().any(is_sent);
        let of_mistyped = || packets().take_while(|_| mistyped);
        let lines = of_mistyped().filter(|run| run.class == Class::Line);
        Self {
            any: of_mistyped().next().is_some(),
            evident: taken.iter().any(evidence::is_evident),
            array: packets().find(|run| run.class == Class::Code).map(|run| run.notation),
            lines: lines.map(|run| run.notation.name).collect(),
            shapes: of_mistyped().filter_map(|run| shape(source, run)).collect(),
            sides: packets().take_while(|_| address).filter_map(|it| sent(source, it)).collect(),
        }
    }

    /// Whether they show that a run is meant.
    fn show(&self, source: Source<'_>, run: &Run) -> bool {
        if is_sent(run) {
            return sent(source, run).is_some_and(|it| self.sides.contains(&it));
        }
        if !run.is_number {
            return self.array == Some(run.notation);
        }
        let is_like = || shape(source, run).is_some_and(|it| self.shapes.contains(&it));
        let is_line =
            || self.lines.contains(run.notation.name) && evidence::is_line_of_packets(source, run);
        let is_long = || self.any && evidence::is_evident_beside_packets(run);
        self.evident || !run.slips.is_empty() && (is_long() || is_like() || is_line())
    }
}

/// What stands before bytes in their line, without what changes from line to line: numbers, and who sent them.
fn shape(source: Source<'_>, run: &Run) -> Option<String> {
    head(source, run).filter(|it| it.contains(char::is_alphabetic))
}

fn head(source: Source<'_>, run: &Run) -> Option<String> {
    let before = source.range(source.line_start(run.range.start)..run.range.start);
    let words = before.split_inclusive(|c: char| !c.is_alphanumeric());
    let is_side = |word: &&str| context::said(&word.to_lowercase()).is_some();
    let rest: String = words.filter(|word| !is_side(word)).collect();
    (before.len() <= LONGEST_HEAD).then(|| context::skeleton(&rest))
}

/// Whether it has the form of an address of hardware, but is a packet that a line says was sent or received: lines
/// of the same kind beside it tell.
fn is_sent(run: &Run) -> bool {
    let is_address = run.address_like && !run.is_called && run.slips.is_empty();
    is_address && run.direction.is_some() && frame::strict(&run.data.bytes)
}

/// As [`shape`], of a line that says who sent what it shows, and with the mark between the bytes.
fn sent(source: Source<'_>, run: &Run) -> Option<String> {
    run.direction?;
    let mark = source.head(run.range.start, MARKED).chars().nth(2)?;
    head(source, run).map(|it| format!("{it}{mark}"))
}

/// Whether these are decimal digits in lines, and none of a packet.
fn is_decimal(source: Source<'_>, run: &Run) -> bool {
    let text = source.head(run.range.start, run.range.len().min(LONGEST_LOOK));
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    run.class == Class::Line
        && (text.contains('\n') || text.len() == LONGEST_LOOK)
        && !text.contains(char::is_alphabetic)
        && !numbers::is_beginning(run, digits < numbers::LEAST_DIGITS)
}

/// Whether it is a program's list of decimal numbers: neither its bytes nor the words around say that it is a packet.
fn is_list_of_numbers(source: Source<'_>, run: &Run) -> bool {
    let text = source.head(run.range.start, run.range.len().min(LONGEST_LOOK));
    let is_decimal = |c: char| !c.is_alphanumeric() && c != '\'' || c.is_ascii_digit();
    let bytes = run.filled();
    let is_packet = frame::strict_prefix(&bytes) > 0
        || frame::connect(&bytes)
        || frame::begins(&bytes)
        || Chain::of(&bytes).fit() == Fit::Whole;
    run.class == Class::Code
        && text.chars().all(is_decimal)
        && !is_packet
        && !evidence::says_bytes(source, run)
        && !evidence::is_buffer(source, run.range.start)
}

/// Whether the digits are hex beyond doubt, or a program's array.
pub(super) fn looks_hex(source: Source<'_>, run: &Run) -> bool {
    let text = source.head(run.range.start, run.range.len().min(LONGEST_LOOK));
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric());
    run.class == Class::Code
        || words.any(|w| w.starts_with('0') || w.bytes().any(|b| b.is_ascii_alphabetic()))
}

/// Whether the mistakes of which nothing tells what was meant are few among the bytes.
pub(super) fn is_few(run: &Run) -> bool {
    let unknown = run.slips.iter().filter(|slip| !slip.is_beside() && slip.meant.is_none());
    let unknown = unknown.count();
    unknown < 2 || unknown.saturating_mul(FEW) <= run.data.len()
}

/// Whether it is a program's array or string of a short packet, but for a mistake: others beside it tell.
fn is_mistyped(run: &Run) -> bool {
    // Other elements and escapes are those of other programs.
    let is_digit = |slip: &Slip| {
        matches!(
            slip.kind,
            MistakeKind::Lookalike { .. }
                | MistakeKind::NotADigit { .. }
                | MistakeKind::OddDigits { .. }
                | MistakeKind::OneDigit
        )
    };
    run.class == Class::Code
        && run.shown() <= tail::MOST
        && run.slips.iter().all(is_digit)
        && tail::is_mendable(run)
}

/// So many bytes stand beside each mistake.
const FEW: usize = 3;
/// Bytes that wait for the end of the text, which tells whether it holds anything better.
const ROOM: usize = 1 << 22;
/// What a run takes beside its bytes.
const COST: usize = 256;
/// Enough to see what the digits are.
const LONGEST_LOOK: usize = 200;
/// Fewer bytes begin as a packet does by chance.
const SHORTEST: usize = 4;
/// The marks around a list that is all of a text.
const AROUND: usize = 2;
/// Two digits and the mark behind them.
const MARKED: usize = 3;
/// Longer heads of lines are sentences.
const LONGEST_HEAD: usize = 160;
