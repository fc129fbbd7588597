//! What a program prints number by number: hex of which zeros are left out, as `%X` prints it (`10 E 0 4 4D`), and
//! decimal (`16,14,0,4,77,`). In a sentence these are numbers like all others, so whole packets must come out
//! of them.

use super::context::{Context, is_told};
use super::frame;
use super::labelled::{self, Said};
use super::lengths;
use super::literal::Mistyped;
use super::mistake::{MistakeKind, SIDE_BY_SIDE};
use super::notation::{Notation, named};
use super::reading::extended;
use super::run::{Class, Join, Run, Slip};
use super::settle::{Mended, settle};
use super::source::{Line, Source, Taken, blanks};
use super::tail;

/// Reads from the first number of a list to where whole packets end.
pub(super) fn read(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    let list = List::of(source, at)?;
    if let Some(taken) = list.rows().and_then(|it| it.in_place(row, at)) {
        return Some(taken);
    }
    let (labelled, said) = list.labelled(row).unzip();
    if said == Some(Said::Packet) {
        return labelled;
    }
    list.in_place(row, at).or(labelled)
}

/// Where a list stands.
#[derive(Clone, Copy)]
enum Place {
    /// Behind a word that says who sent it.
    Labelled,
    /// Behind another label, or at a line's beginning.
    Line,
    Prose,
}

impl Place {
    /// Whether bytes without mistakes are packets, and not numbers that make some by chance.
    fn shows(self, run: &Run) -> bool {
        let bytes = &run.data.bytes;
        let is_long = bytes.len() >= self.shortest() || matches!(self, Self::Labelled);
        let is_told = || {
            !matches!(self, Self::Prose) || lengths::exact(bytes) && lengths::tells_itself(bytes)
        };
        run.slips.is_empty() && is_long && frame::strict(bytes) && is_told()
    }

    /// As `shows`, for bytes of which some are mistyped.
    fn shows_mistyped(self, run: &mut Run) -> bool {
        let is_long = run.shown() >= SHORTEST_MISTYPED && !run.slips.is_empty();
        let is_whole = is_long && settle(run) == Mended::Whole;
        is_whole
            && (matches!(self, Self::Labelled) || frame::connect(&run.filled()) || run.is_strict())
    }

    const fn shortest(self) -> usize {
        match self {
            Self::Labelled => 4,
            Self::Line => 8,
            Self::Prose => 8,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Base {
    Hex,
    Decimal,
}

/// The numbers of a list: their places.
struct List<'t> {
    source: Source<'t>,
    words: Vec<(usize, &'t str)>,
}

impl<'t> List<'t> {
    /// The list that begins at `at`; nothing where a number stands before it, or where it is none.
    fn of(source: Source<'t>, at: usize) -> Option<Self> {
        let first = source.head(at, NEAR).split(|c: char| !c.is_alphanumeric()).next();
        if !first.is_some_and(is_number) || is_behind_number(source, at) {
            return None;
        }
        let is_signed = at.checked_sub(1).filter(|n| is_sign(source, *n));
        let at = is_signed.unwrap_or(at);
        let words = Self::words(source.head(at, LONGEST), at).0;
        (words.len() >= SHORTEST).then_some(Self { source, words })
    }

    /// The numbers at the beginning of a text that stands at `at`, and how much of it they are.
    fn words(line: &'t str, at: usize) -> (Vec<(usize, &'t str)>, usize) {
        let mut words = Vec::new();
        let mut from = 0_usize;
        loop {
            let rest = line.get(from..).unwrap_or_default();
            let sign = usize::from(rest.starts_with('-'));
            let digits = rest.get(sign..).unwrap_or_default();
            let len = digits.find(|c: char| !c.is_alphanumeric()).unwrap_or(digits.len());
            if !digits.get(..len).is_some_and(is_number) {
                break;
            }
            let len = len.saturating_add(sign);
            let Some(word) = rest.get(..len) else { break };
            words.push((at.saturating_add(from), word));
            let gap = rest.get(len..).map_or(0, separator);
            from = from.saturating_add(len).saturating_add(gap);
            if gap == 0 {
                break;
            }
        }
        (words, from)
    }

    /// The numbers of this line and of those below it, where each is nothing but numbers, as `od -A n -t u1` prints them;
    /// nothing where it is alone. Rows below another one were looked at together with it.
    fn rows(&self) -> Option<Self> {
        let source = self.source;
        let (at, _) = self.words.first()?;
        let first = source.line(source.line_start(*at));
        let is_first = source.range(first.start..*at).trim().is_empty();
        let mut words = row(&first).filter(|_| is_first)?;
        let rows = words.len();
        if source.line_before(first.start).is_some_and(|line| row(&line).is_some()) {
            return None;
        }
        let mut next = first.next;
        while let Some(more) = Some(source.line(next)).and_then(|line| row(&line)) {
            words.extend(more);
            next = source.line(next).next;
        }
        (words.len() > rows).then_some(Self { source, words })
    }

    /// The packets of the list, if they tell so where it stands.
    fn in_place(&self, row: &'static Notation, at: usize) -> Option<Taken> {
        let source = self.source;
        let before = source.range(source.line_start(at)..at).trim_end();
        let place = match is_told(before) {
            _ if !(before.is_empty()
                || before.ends_with(LABELS)
                || tail::is_column(source, at)) =>
            {
                Place::Prose
            }
            true => Place::Labelled,
            false => Place::Line,
        };
        let mut readings = [Base::Hex, Base::Decimal].into_iter().filter_map(|base| {
            let run = self.read(row, base, 0)?;
            place.shows(&run).then_some(run)
        });
        let mut run = readings.next();
        let also = readings.next().map(|it| it.notation);
        if run.is_none() {
            run = [Base::Hex, Base::Decimal].into_iter().find_map(|base| {
                let mut run = self.read(row, base, SIDE_BY_SIDE)?;
                place.shows_mistyped(&mut run).then_some(run)
            });
        }
        let mut run = run.or_else(|| self.read_short(row))?;
        run.also = also;
        let is_held = run.is_number;
        // What stands behind them may begin with a digit.
        if source
            .from(run.range.end)
            .starts_with(|c: char| c.is_alphanumeric() || ".:-".contains(c))
        {
            return None;
        }
        Context::of(source, &run.range).apply(&mut run);
        if is_held {
            (run.class, run.join) = (Class::Prose, Join::Never);
        } else if run.shown() < place.shortest() {
            // Two numbers behind a word: what else the text holds decides.
            if run.class != Class::Line {
                return None;
            }
            (run.is_number, run.join) = (true, Join::Never);
        }
        let end = run.range.end;
        Some(Taken { runs: vec![run], end, modem: 0 })
    }

    /// The numbers of a short packet of which the line says that they are one, or may be.
    fn labelled(&self, row: &'static Notation) -> Option<(Taken, Said)> {
        let mut readings = [Base::Hex, Base::Decimal].into_iter().filter_map(|base| {
            let run = self.read(row, base, 0)?;
            Some((labelled::of(self.source, &run)?, run))
        });
        let (said, mut run) = readings.next()?;
        run.also = readings.next().map(|(_, it)| it.notation);
        Context::of(self.source, &run.range).apply(&mut run);
        run.class = if said == Said::Packet { Class::Sure } else { Class::Prose };
        (run.join, run.is_number) = (Join::Never, said == Said::Maybe);
        let end = run.range.end;
        Some((Taken { runs: vec![run], end, modem: 0 }, said))
    }

    /// The decimal numbers of a short packet of which one is mistyped: what else the text holds decides.
    fn read_short(&self, row: &'static Notation) -> Option<Run> {
        let mut run = self.read(row, Base::Decimal, 1)?;
        let is_short = (SHORTEST_HELD..=tail::MOST).contains(&run.shown());
        let is_typed = |it: &Slip| !matches!(it.kind, MistakeKind::TooBig { .. });
        if !run.slips.iter().all(is_typed) {
            return None;
        }
        run.is_number = true;
        (is_short && tail::is_mendable(&run)).then_some(run)
    }

    /// The numbers in one base as far as they are such, of which some may be mistyped; nothing where they are
    /// written otherwise.
    fn read(&self, row: &'static Notation, base: Base, mistakes: usize) -> Option<Run> {
        let (at, _) = self.words.first()?;
        let row = if base == Base::Decimal { named("decimal", row) } else { row };
        let mut run = Run::new(row, Class::Prose, *at..*at);
        let (mut single, mut long, mut extended) = (0_usize, 0_usize, 0_usize);
        for (at, word) in &self.words {
            let is_padded = word.len() > 1 && word.starts_with('0') && extended == 0;
            if is_padded || !push(*at, word, base, &mut run) {
                break;
            }
            single = single.saturating_add(usize::from(word.len() == 1));
            long = long.saturating_add(usize::from(matches!(word.len(), 3 | 4)));
            extended = extended.saturating_add(usize::from(word.len() == 8));
            run.range.end = at.saturating_add(word.len());
        }
        let behind = self.source.from(run.range.end);
        let is_all =
            self.words.last().is_some_and(|(at, it)| at.saturating_add(it.len()) == run.range.end);
        // Pairs alone are hex for another reader.
        let are_two = self.words.len() == 2
            && single == 1
            && self.source.range(run.range.clone()).contains(',');
        let is_short =
            single >= LEAST_SINGLE || are_two || extended > 0 || base == Base::Decimal && long > 0;
        let is_end = is_all || behind.starts_with(' ');
        (is_short && is_end && run.slips.len() <= mistakes).then_some(run)
    }
}

/// The numbers of a line that is nothing else.
fn row<'t>(line: &Line<'t>) -> Option<Vec<(usize, &'t str)>> {
    let start = blanks(line.text);
    let text = line.text.get(start..)?;
    let (words, len) = List::words(text, line.start.saturating_add(start));
    (!words.is_empty() && len == text.len()).then_some(words)
}

/// Whether a number that belongs to no time stands before a number, or a letter right before it.
fn is_behind_number(source: Source<'_>, at: usize) -> bool {
    let near = source.tail(0..at, NEAR);
    let before = near.trim_end_matches(separates);
    let head = before.trim_end_matches(char::is_alphanumeric);
    let last = before.get(head.len()..).unwrap_or_default();
    near.ends_with(char::is_alphanumeric)
        || before.len() < near.len() && is_number(last) && !head.ends_with([':', '.', '-', '/'])
}

/// Whether a minus stands at a place, and a blank or nothing before it.
fn is_sign(source: Source<'_>, at: usize) -> bool {
    let is_blank = |byte: u8| matches!(byte, b' ' | b'\t' | b'\n');
    source.byte(at) == Some(b'-')
        && at.checked_sub(1).and_then(|n| source.byte(n)).is_none_or(is_blank)
}

/// Reads one number; false where it is none, not even a mistyped one.
fn push(at: usize, word: &str, base: Base, run: &mut Run) -> bool {
    let signed = word.starts_with('-').then(|| word.parse::<i8>().ok().map(i8::cast_unsigned));
    let whole = match base {
        Base::Hex => signed.map(|_| None).or_else(|| extended(word).map(Some)),
        Base::Decimal => signed,
    };
    if let Some(byte) = whole {
        if let Some(byte) = byte {
            run.data.push(byte, at, word.len());
        }
        return byte.is_some();
    }
    let radix = if base == Base::Hex { 16 } else { 10 };
    let is_short = word.len() < 3 || base == Base::Decimal;
    let value = u32::from_str_radix(word, radix).ok().filter(|_| is_short);
    match value.map(u8::try_from) {
        Some(Ok(byte)) => run.data.push(byte, at, word.len()),
        Some(Err(_)) => {
            let number = word.to_owned();
            run.slip(at..at.saturating_add(word.len()), MistakeKind::TooBig { number }, 1);
        }
        None => {
            let digits = u8::try_from(radix).unwrap_or(16);
            let Some(mistyped) = Mistyped::one(word, digits).filter(|_| is_short) else {
                return false;
            };
            mistyped.tell(at, run);
        }
    }
    true
}

/// Whether a word is a number of a byte, or one but for a character.
fn is_number(word: &str) -> bool {
    let is_hex = |least: usize| word.len() <= least && word.bytes().all(|b| b.is_ascii_hexdigit());
    let has_digit = word.bytes().any(|b| b.is_ascii_digit());
    let mut chars = word.chars();
    let is_one = chars.next().is_some() && chars.next().is_none();
    extended(word).is_some()
        || !word.is_empty() && (word.chars().count() <= 3 && has_digit || is_hex(2) || is_one)
}

/// Length of what stands between two numbers: blanks and one mark.
fn separator(text: &str) -> usize {
    let first = blanks(text);
    let rest = text.get(first..).unwrap_or_default();
    let mark = usize::from(rest.starts_with([',', ';']));
    let last = blanks(rest.get(mark..).unwrap_or_default());
    first.saturating_add(mark).saturating_add(last)
}

const fn separates(c: char) -> bool {
    matches!(c, ' ' | '\t' | ',' | ';')
}

/// What stands behind a label.
const LABELS: [char; 5] = [':', '=', '>', ']', '\u{ff1a}'];
/// A number before the list.
const NEAR: usize = 8;
/// One number of one digit alone is a slip.
const LEAST_SINGLE: usize = 2;
/// PINGREQ, PINGRESP and DISCONNECT have two bytes.
const SHORTEST: usize = 2;
/// Three numbers are not even held.
const SHORTEST_HELD: usize = 4;
/// Fewer numbers with a mistake among them make a packet by chance.
const SHORTEST_MISTYPED: usize = 8;
/// A line that someone pastes.
const LONGEST: usize = 1 << 16;
