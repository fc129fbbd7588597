//! Rows without addresses as `od -A n -t x1` prints them, where a line `*` stands for more rows like the one
//! before it. How many is told by the lengths in the packets alone.

use super::address::{Address, next_line};
use super::frame::{self, Chain, Fit};
use super::mistake::MistakeKind;
use super::notation::Notation;
use super::run::{Class, Run};
use super::source::{Line, Source, Taken, is_blank};

/// Reads the rows that begin at `at`, of which at least one is a `*`.
pub(super) fn read(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    // Rows behind another one were looked at together with it.
    let is_inside = |line: &Line<'_>| is_star(line) || pairs(line).is_some();
    pairs(&source.line(at))?;
    if source.line_before(at).is_some_and(|line| is_inside(&line)) {
        return None;
    }
    let mut folded = Folded { run: Run::new(row, Class::Sure, at..at), last: Vec::new(), stars: 0 };
    let end = folded.rows(source, at, 0);
    if folded.stars == 0 {
        return None;
    }
    let is_packet = frame::head(&folded.run.data.bytes) && folded.run.data.len() >= SHORTEST;
    let run = folded.unfold(source, at);
    if !is_packet && !frame::strict(&run.data.bytes) {
        return None;
    }
    Some(Taken { runs: vec![run], end, modem: 0 })
}

struct Folded {
    run: Run,
    /// The bytes of the last row.
    last: Vec<u8>,
    stars: usize,
}

impl Folded {
    /// Reads rows; the first `*` stands for one and so many `more`. Gives the offset behind the last.
    fn rows(&mut self, source: Source<'_>, at: usize, more: usize) -> usize {
        let mut at = at;
        while at < source.text.len() {
            let line = source.line(at);
            if is_star(&line) && !self.last.is_empty() {
                let more = if self.stars == 0 { more } else { 0 };
                self.stars = self.stars.saturating_add(1);
                let place = line.start.saturating_add(line.text.find('*').unwrap_or(0));
                for _ in 0..=more {
                    self.last.iter().for_each(|byte| self.run.data.push(*byte, place, 1));
                }
                self.last.clear();
            } else if let Some(bytes) = pairs(&line) {
                let places = source.skip_blanks(line.start)..line.end;
                for (byte, place) in bytes.iter().zip(places.step_by(WIDTH)) {
                    self.run.data.push(*byte, place, 2);
                }
                self.last = bytes;
            } else {
                break;
            }
            self.run.range.end = line.start.saturating_add(line.text.trim_end().len());
            at = line.next;
        }
        at
    }

    /// The rows with what the stars stand for, or with a mistake at the first of them.
    fn unfold(mut self, source: Source<'_>, at: usize) -> Run {
        if frame::strict(&self.run.data.bytes) {
            return self.run;
        }
        if let Fit::Short(lack) = Chain::of(&self.run.data.bytes).fit()
            && self.stars == 1
            && lack <= MOST_UNFOLDED
        {
            let mut all = Self {
                run: Run::new(self.run.notation, Class::Sure, at..at),
                last: Vec::new(),
                stars: 0,
            };
            // Rows have one byte, or what a row has tells how many of them there are.
            let width = row_len(source, at);
            all.rows(source, at, lack.checked_div(width).unwrap_or(0));
            if frame::strict(&all.run.data.bytes) {
                return all.run;
            }
        }
        let star = (0..self.run.data.len()).find_map(|n| {
            let place = self.run.data.map.text_of(n..n.saturating_add(1))?;
            (source.byte(place.start) == Some(b'*')).then_some((n, place))
        });
        if let Some((index, range)) = star {
            let kind = MistakeKind::LeftOut { count: None };
            let slip = super::run::Slip { index, range, kind, lost: 0, meant: None };
            self.run.slips.push(slip);
        }
        self.run
    }
}

/// Bytes of the first row.
fn row_len(source: Source<'_>, at: usize) -> usize {
    pairs(&source.line(at)).map_or(1, |it| it.len())
}

pub(super) fn is_star(line: &Line<'_>) -> bool {
    line.text.trim() == "*"
}

/// Reads the line `*` of a dump: its last `width` bytes once more for each row up to the address in the next
/// line. False where that tells no rows.
pub(super) fn rows(
    source: Source<'_>,
    line: &Line<'_>,
    width: usize,
    radix: u32,
    run: &mut Run,
) -> bool {
    let next = next_line(source, line).and_then(|next| Address::of(&next));
    let value = next.and_then(|next| usize::try_from(next.value(radix)?).ok());
    let more = value.and_then(|value| value.checked_sub(run.data.len()));
    let is_whole = |more: &usize| *more > 0 && more.is_multiple_of(width) && *more <= MOST_UNFOLDED;
    let place = line.start.saturating_add(line.text.find('*').unwrap_or(0));
    more.filter(is_whole).is_some_and(|more| repeat(run, width, more, place))
}

/// Adds as many bytes as `more` says, which repeat the last `width` ones.
pub(super) fn repeat(run: &mut Run, width: usize, more: usize, place: usize) -> bool {
    let from = run.data.len().checked_sub(width).filter(|_| run.slips.is_empty());
    let Some(last) = from.and_then(|from| run.data.bytes.get(from..)).map(<[u8]>::to_vec) else {
        return false;
    };
    last.iter().cycle().take(more).for_each(|byte| run.data.push(*byte, place, 1));
    true
}

/// The bytes of a row that is nothing but pairs with a blank before each, and more of them before all.
fn pairs(line: &Line<'_>) -> Option<Vec<u8>> {
    let row = line.text.trim_matches(is_blank);
    let is_row = line.text.starts_with(is_blank) && row.len() < LONGEST_ROW;
    let byte = |pair: &str| {
        let is_hex = pair.len() == 2 && pair.bytes().all(|b| b.is_ascii_hexdigit());
        u8::from_str_radix(pair, 16).ok().filter(|_| is_hex)
    };
    row.split(' ').map(byte).collect::<Option<_>>().filter(|_| is_row)
}

/// Fewer bytes begin as a packet does by chance.
const SHORTEST: usize = 4;
/// Two digits and a blank.
const WIDTH: usize = 3;
/// No program prints longer rows.
const LONGEST_ROW: usize = 1024;
/// What a `*` may stand for: as much as a packet of a text someone pastes has.
pub(super) const MOST_UNFOLDED: usize = 1 << 16;
