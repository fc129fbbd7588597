//! Whether a text that is nothing but digits, and makes no packets, is numbers: dates, times of day, tables, lists of
//! names.

use super::frame::{self, Chain, Fit};
use super::link;
use super::listed;
use super::mistake::SIDE_BY_SIDE;
use super::reading::{ReadToken, decimal, pairs};
use super::run::{Class, Run, Slip};
use super::whole::{Text, is_time};

impl Text<'_> {
    /// Whether its digits are numbers of something else, and not the beginning of packets.
    pub(super) fn is_numbers(&self) -> bool {
        self.are_times()
            || self.are_rows()
            || self.are_names() && !self.begins(false)
            || self.are_decimals()
                && !self.begins(self.lines().nth(1).is_none())
                && !self.frames_in_most_lines(pairs)
    }

    /// Whether the lines are rows of a table of numbers: as many columns in each, the first of which counts them.
    fn are_rows(&self) -> bool {
        let fields = |line: &str| -> Option<(u32, usize)> {
            let numbers = || line.trim().split(',').map(str::trim);
            let is_number = |it: &str| !it.is_empty() && it.bytes().all(|b| b.is_ascii_digit());
            let first = numbers().next()?.parse().ok()?;
            numbers().all(is_number).then(|| (first, numbers().count()))
        };
        let mut lines = self.lines().filter(|it| !it.text.trim().is_empty());
        let Some((first, columns)) = lines.next().and_then(|it| fields(it.text)) else {
            return false;
        };
        let mut count = 1_u32;
        let all = lines.all(|line| {
            let due = first.checked_add(count);
            count = count.saturating_add(1);
            fields(line.text).is_some_and(|(n, it)| it == columns && Some(n) == due)
        });
        all && count >= LEAST_ROWS && columns > 1
    }

    /// Whether these are UUIDs, hashes or addresses, in a list.
    fn are_names(&self) -> bool {
        listed::are_names(self.source.from(self.from))
    }

    /// Whether each line is a time of day: hours and minutes.
    fn are_times(&self) -> bool {
        let mut lines = self.lines().map(|line| line.text.trim()).filter(|line| !line.is_empty());
        let times = lines.by_ref().take_while(|line| is_time(line)).take(LEAST_LINES);
        times.count() == LEAST_LINES && lines.all(is_time)
    }

    /// Whether no digit is one of hex alone, though there are so many of them, or what they are is no pairs.
    fn are_decimals(&self) -> bool {
        let (mut digits, mut words, mut odd) = (0_usize, 0_usize, 0_usize);
        for line in self.lines().skip(usize::from(self.has_title())) {
            for word in super::tokens::Tokens::of(self.source, &line) {
                let token = word.token;
                let is_number = token.prefix.is_empty() && !token.h;
                if !is_number || !token.digits.bytes().all(|b| b.is_ascii_digit()) {
                    return false;
                }
                let is_single = token.digits.len() == 1 || token.digits.len() == 3;
                digits = digits.saturating_add(token.digits.len());
                words = words.saturating_add(1);
                odd = odd.saturating_add(usize::from(is_single));
            }
        }
        // Bytes in one line are bytes, whatever they are.
        let is_table = digits >= LEAST_DIGITS && self.lines().nth(1).is_some();
        is_table || odd >= LEAST_ODD && odd.saturating_mul(4) > words
    }

    /// Whether the first line is names of columns, of which all are digits of hex too.
    fn has_title(&self) -> bool {
        let is_title = |text: &str| !text.bytes().any(|b| b.is_ascii_digit());
        self.lines().next().is_some_and(|line| is_title(line.text))
    }

    /// Whether the text is the beginning of packets in one of the bases, or of frames; of a single line (`is_line`) less
    /// must say so.
    fn begins(&self, is_line: bool) -> bool {
        let readings: [ReadToken; 2] = [pairs, decimal];
        readings.into_iter().any(|reading| {
            let mut run = Run::new(self.row, Class::Sure, 0..0);
            // More mistakes than few are none.
            let are_few = self.tokens().take(MOST_WORDS).all(|word| {
                reading(self.source, &word, &mut run);
                run.slips.iter().filter(|slip| !Slip::is_beside(slip)).count() <= SIDE_BY_SIDE
            });
            are_few && is_beginning(&run, is_line)
        })
    }
}

/// Whether bytes begin as packets or frames do; of a single line less must say so.
pub(super) fn is_beginning(run: &Run, is_line: bool) -> bool {
    let bytes = run.filled();
    let packets = frame::strict_prefix(&bytes);
    let rest = bytes.get(packets..).unwrap_or_default();
    let fits = || is_line && frame::head(&bytes) && Chain::of(&bytes).fit() != Fit::Broken;
    packets.saturating_mul(2) > bytes.len()
        || frame::begins(rest)
        || frame::connect(&bytes)
        || !run.slips.is_empty() && run.is_strict()
        || link::guess(&bytes).is_some()
        || fits()
}

/// A single time may be two bytes.
const LEAST_LINES: usize = 2;
/// So many digits of hex have a letter.
pub(super) const LEAST_DIGITS: usize = 16;
/// Numbers of one digit or of three.
const LEAST_ODD: usize = 4;
/// Words that tell whether packets begin.
const MOST_WORDS: usize = 4096;
/// Two rows may count by chance.
const LEAST_ROWS: u32 = 3;
