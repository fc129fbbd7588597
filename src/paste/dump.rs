//! Dumps whose lines begin with an address: xxd, hexdump -C, od -t x1, Wireshark, tshark -x.

use super::address::{Address, RADIXES, next_line};
use super::again;
use super::columns::{self, Ascii};
use super::little;
use super::notation::Notation;
use super::run::{Class, Run};
use super::source::{Line, Source, Taken};

/// `00000000: 102f 0004  ./..`, or as `xxd -e` and `xxd -b` print it.
pub(super) fn xxd(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    read(row, source, at, |a| a.colon && (a.group < LONG_GROUP || a.digits.len() > SHORT_ADDRESS))
}

/// `00000000  10 2f 00 04  |./..|`
pub(super) fn hexdump_c(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    read(row, source, at, |a| a.digits.len() == 8 && a.gap > 1)
}

/// `0000000 10 2f 00 04`
pub(super) fn od(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    read(row, source, at, |a| matches!(a.digits.len(), 6 | 7) && matches!(a.group, 1..=3))
}

/// `0000   10 2f 00 04   ./..`
pub(super) fn wireshark(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    // A number of columns: no row of a dump but the first begins with more than a pair.
    let is_column = |it: Address<'_>| it.group > 3 && it.value(16) != Some(0);
    if Address::of(&source.line(at)).is_some_and(is_column) {
        return None;
    }
    let mut taken = read(row, source, at, |a| {
        (4..=LONGEST_ADDRESS).contains(&a.digits.len()) && a.gap > 1 && !matches!(a.group, 5 | 7)
    })?;
    if again::is_made_of_frames(source, at) {
        taken.runs.iter_mut().for_each(|run| run.made_of_frames = true);
    }
    Some(taken)
}

/// The address of the first line, where that is mistyped and the one of the second line tells it, or all
/// its other digits are zeros.
fn first<'t>(
    row: &'static Notation,
    source: Source<'t>,
    at: usize,
    mine: Mine,
) -> Option<Address<'t>> {
    let line = source.line(at);
    let guess = Address::mistyped_in(&line)?;
    let Some(next) = next_line(source, &line).and_then(|next| Address::of(&next)).filter(mine)
    else {
        let width = guess.digits.len();
        let shortest = width >= SHORTEST_ADDRESS;
        let first = Address::mistyped(&line, 0, width, [16]).filter(Address::has_letter);
        return first.filter(|it| shortest && mine(it));
    };
    let mut part = Run::new(row, Class::Sure, guess.hex..guess.hex);
    columns::read(source, guess.hex..line.end, Ascii::Maybe, &mut part);
    let len = u64::try_from(part.shown()).ok()?;
    // Eight digits of two are a byte, and were read as four.
    let lens = [len, len / 4];
    let dues = RADIXES.into_iter().flat_map(|radix| {
        let value = next.value(radix);
        lens.map(|len| Some((value?.checked_sub(len)?, radix)))
    });
    let mut dues: Vec<(u64, u32)> = dues.flatten().collect();
    dues.sort_unstable();
    let width = next.digits.len();
    let told =
        dues.into_iter().find_map(|(due, radix)| Address::mistyped(&line, due, width, [radix]));
    told.filter(|it| it.has_letter() || it.digits.len() != width)
}

/// Whether an address is one of a dump.
type Mine = fn(&Address<'_>) -> bool;

pub(super) struct Dump<'t> {
    pub(super) row: &'static Notation,
    pub(super) source: Source<'t>,
    /// Digits of an address.
    pub(super) width: usize,
    pub(super) runs: Vec<Run>,
    /// The run of each side that its next line continues, with the address of its first byte.
    pub(super) open: [Option<Side>; 2],
    /// Which of the radixes the addresses so far follow.
    pub(super) fits: [bool; 3],
    /// Bytes in its words, where these have their low byte first.
    pub(super) little: Option<usize>,
    /// Whether a line was read as digits of two.
    pub(super) bits: bool,
    pub(super) lines: usize,
    /// Lines with the address that was due.
    pub(super) follow: usize,
    pub(super) ascii: bool,
    pub(super) star: bool,
}

#[derive(Clone, Copy)]
pub(super) struct Side {
    pub(super) run: usize,
    pub(super) first: u64,
    pub(super) last_line: usize,
}

/// Reads the dump that begins at `at`, of lines whose addresses are `mine`.
pub(super) fn read(
    row: &'static Notation,
    source: Source<'_>,
    at: usize,
    mine: Mine,
) -> Option<Taken> {
    let first =
        Address::of(&source.line(at)).filter(mine).or_else(|| first(row, source, at, mine))?;
    let next = next_line(source, &source.line(at)).and_then(|next| Address::of(&next));
    // Of a first one that is mistyped the length may be wrong too.
    let width = next.filter(|_| first.is_told()).unwrap_or(first).digits.len();
    let mut dump = Dump {
        row,
        source,
        width,
        runs: Vec::new(),
        open: [None; 2],
        // od counts otherwise, in addresses of seven digits, and `xxd -d`.
        fits: RADIXES.map(|r| {
            let is_od = width == 7 && !first.colon;
            first.value(r).is_some() && (r == 16 || is_od || r == 10 && first.colon)
        }),
        little: little::words(source, at).filter(|_| first.colon),
        bits: false,
        lines: 0,
        follow: 0,
        ascii: false,
        star: false,
    };
    let end = dump.lines(at, mine);
    let zero = first.value(16) == Some(0);
    // Rows of numbers in a table go on as addresses do by chance.
    let goes_on = dump.follow > 0 && dump.runs.iter().any(|run| run.shown() >= LEAST_SHOWN);
    let sure = goes_on || dump.ascii || (zero && dump.lines > 0);
    if !sure || dump.runs.iter().all(|r| r.data.bytes.is_empty()) {
        return None;
    }
    let runs = dump.finish();
    Some(Taken { runs, end, modem: 0 })
}

impl<'t> Dump<'t> {
    /// Reads lines as long as they are the dump's; gives the offset after the last.
    fn lines(&mut self, at: usize, mine: Mine) -> usize {
        let mut at = at;
        while at < self.source.text.len() {
            let line = self.source.line(at);
            let address = self.address(&line, mine);
            let goes_on = match address {
                Some(a) if self.is_new_side(&a) && self.is_beneath(&line) => true,
                Some(a) if a.group == 0 => self.lines > 0 && self.ends(&a),
                Some(a) => self.line(&line, &a),
                None if self.is_beneath(&line) => true,
                None => {
                    self.lines > 0
                        && line.text.trim() == "*"
                        && !std::mem::replace(&mut self.star, true)
                }
            };
            if !goes_on {
                break;
            }
            if let Some(a) = address.filter(|a| a.group == 0) {
                self.fill(&a);
            }
            at = line.next;
        }
        at
    }

    /// Whether no line so far is indented as this one.
    fn is_new_side(&self, address: &Address<'_>) -> bool {
        self.open.get(usize::from(address.indent)).is_none_or(Option::is_none)
    }

    /// Whether the bytes of the line above stand here once more, as `od -t x1c` prints them.
    fn is_beneath(&self, line: &Line<'_>) -> bool {
        let indent = line.text.len().saturating_sub(line.text.trim_start_matches(' ').len());
        let above = self.source.line_before(line.start);
        let is_od = matches!(self.width, 6 | 7) && self.lines > 0 && indent >= self.width;
        is_od
            && indent < line.text.len()
            && above.is_some_and(|it| it.text.len() >= line.text.trim_end().len())
    }

    /// The address of a line; one that is mistyped too, where something tells it.
    fn address(&self, line: &Line<'t>, mine: Mine) -> Option<Address<'t>> {
        let own = Address::of(line).filter(|a| a.group == 0 || mine(a));
        if self.lines == 0 {
            return own.or_else(|| first(self.row, self.source, line.start, mine));
        }
        let radixes = || RADIXES.into_iter().zip(self.fits).filter(|(_, fit)| *fit).map(|it| it.0);
        let mistyped = || {
            [0, 1].into_iter().find_map(|side| {
                let address = Address::mistyped(line, self.due(side)?, self.width, radixes())?;
                (usize::from(address.indent) == side && address.group > 0).then_some(address)
            })
        };
        let Some(own) = own else { return mistyped() };
        // One that is a number all the same: the next line must tell that this one is not.
        let is_due = |it: &Address<'_>, due| radixes().any(|radix| it.value(radix) == due);
        let due = self.due(usize::from(own.indent));
        if own.group == 0 || due.is_none() || is_due(&own, due) {
            return Some(own);
        }
        let len = self.last_len(usize::from(own.indent));
        let next = next_line(self.source, line).and_then(|next| Address::of(&next));
        let follows =
            next.is_some_and(|next| is_due(&next, due.and_then(|due| due.checked_add(len?))));
        // The last line's address can't be one that is behind; zero begins another dump.
        let goes_back = own.value(16).is_some_and(|it| it > 0 && Some(it) < due) && next.is_none();
        mistyped().filter(|_| follows || goes_back).or(Some(own))
    }

    fn line(&mut self, line: &Line<'t>, address: &Address<'t>) -> bool {
        let mut part = Run::new(self.row, Class::Sure, address.hex..address.hex);
        let is_read = match self.little {
            Some(width) => {
                little::read(self.source, little::start(address)..line.end, width, &mut part)
            }
            None => {
                let is_read = (7..=9).contains(&address.group) && {
                    let range = address.hex..line.end;
                    columns::read_bits(self.source, range, self.bits, &mut part)
                };
                self.bits |= is_read && part.slips.is_empty();
                is_read
            }
        };
        let end = if is_read {
            line.end
        } else {
            columns::read(self.source, address.hex..line.end, Ascii::Maybe, &mut part)
        };
        // A lone byte, mistyped, and more digits alone than pairs: those are numbers.
        let has_bytes = match part.slips.len() {
            0 => part.data.len() > 0,
            n => n <= part.data.len().max(usize::from(self.lines > 0)),
        };
        let is_last = end < line.end && has_bytes && self.is_last(address, &part, end..line.end);
        if !has_bytes || end < line.end && !is_last {
            return self.unreadable(line, address);
        }
        let column = self.source.range(part.range.end..line.end).trim();
        let is_shown = columns::resembles(column, &part);
        let is_zero = address.value(16) == Some(0);
        if self.lines == 0 && !column.is_empty() && !is_shown && !is_zero {
            return false;
        }
        if let Some(slip) = address.slip() {
            part.slips.insert(0, slip);
        }
        self.fill(address);
        self.ascii |= !column.is_empty() && is_shown;
        let side = usize::from(address.indent);
        let due = self.due(side);
        self.settle(side, address, due);
        let due = self.due(side);
        let follows = RADIXES.map(|r| due.is_some() && address.value(r) == due);
        let fits: Vec<bool> = follows.iter().zip(self.fits).map(|(a, b)| *a && b).collect();
        if fits.contains(&true) {
            self.fits.iter_mut().zip(fits).for_each(|(f, fit)| *f = fit);
            self.follow = self.follow.saturating_add(1);
            self.extend(side, part);
        } else if is_zero || self.open.get(side).is_none_or(Option::is_none) {
            self.begin(side, address, part);
        } else {
            return self.gap(side, address, due.unwrap_or(0), part);
        }
        self.lines = self.lines.saturating_add(1);
        true
    }

    /// Whether a row goes on where it is due, and words that are no bytes stand behind it.
    fn is_last(&self, address: &Address<'_>, part: &Run, tail: std::ops::Range<usize>) -> bool {
        let due = self.due(usize::from(address.indent));
        let is_due = due.is_some() && RADIXES.into_iter().any(|radix| address.value(radix) == due);
        let words = || self.source.range(tail.clone()).split_whitespace();
        let is_word = |word: &str| !word.bytes().any(|b| b.is_ascii_digit());
        let is_hex = |word: &str| {
            word.len().is_multiple_of(2) && word.bytes().all(|b| b.is_ascii_hexdigit())
        };
        self.lines > 0
            && is_due
            && part.slips.is_empty()
            && words().next().is_some_and(|it| it.len() > 2 && is_word(it))
            && !words().any(is_hex)
    }
}

/// Two rows of a dump of which the beginning is missing have so many bytes.
const LEAST_SHOWN: usize = 8;
/// Shorter numbers with a letter among them are no address alone.
const SHORTEST_ADDRESS: usize = 4;
/// Digits of eight bytes, and of what numbers the symbols of a table: xxd has eight.
const LONG_GROUP: usize = 16;
const SHORT_ADDRESS: usize = 5;
/// Wireshark has eight digits for frames that are longer than others.
const LONGEST_ADDRESS: usize = 8;
