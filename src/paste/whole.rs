//! A text that is nothing but digits: it is bytes, whatever they frame to.

use super::bitstream;
use super::build::Builder;
use super::count::Count;
use super::digits;
use super::firmware;
use super::frame;
use super::head;
use super::hex::LEAST_PADDED;
use super::literal;
use super::mistake::SIDE_BY_SIDE;
use super::names;
use super::notation::{NOTATIONS, Notation, named};
use super::piece::Meant;
use super::reading::{
    ReadToken, Word, binary, decimal, extended, long_binary, low_first, padded, pairs, short_hex,
    with_signs,
};
use super::run::{Class, Join, Run};
use super::settle::{Mended, settle};
use super::source::{Line, Source, is_blank};
use super::stamp::{self, Stamp};
use super::token::Style;
use super::tokens::Tokens;

/// Reads the text from `at` on, if nothing else stands in it. A few typing mistakes are borne.
pub(super) fn read(source: Source<'_>, at: usize, builder: &mut Builder<'_>) -> bool {
    let Some(row) = NOTATIONS.iter().find(|n| n.name == "hex") else { return false };
    let mut text = Text {
        source,
        row,
        from: at,
        style: Style::default(),
        count: Count::default(),
        quoted: false,
        escaped: false,
        commas: false,
        halves: false,
        times: false,
    };
    if !text.read() {
        return false;
    }
    text.times = text.hold_times();
    text.halves = text.are_halves();
    let (name, reading, is_mqtt) = text.choose();
    let also = text.also(name).filter(|_| is_mqtt);
    // Digits of a time or of a list's number are none of the bytes.
    let has_head = |line: Line<'_>| head::of(source, &line).is_some();
    if text.lines().any(|line| has_time(line.text)) || !is_mqtt && text.lines().any(has_head) {
        return false;
    }
    if !is_mqtt && text.is_numbers() {
        // Nothing else stands in the text that could be bytes.
        return true;
    }
    builder.whole = true;
    let broken = text.count.bad > 0 && name.is_empty();
    match text.across().or_else(|| text.odd_across()).filter(|_| broken) {
        Some(run) => builder.add(run),
        None => text
            .lines()
            .filter_map(|l| text.line_run(&l, name, reading))
            .map(|run| Run { also, ..run })
            .for_each(|run| builder.add(run)),
    }
    true
}

/// Whether a line begins with a time of day, and a blank stands behind it.
fn has_time(line: &str) -> bool {
    let behind = |stamp: &Stamp| line.split_once(stamp.text.as_str()).map(|(_, it)| it);
    stamp::read(line).is_some_and(|it| {
        it.text.contains(':') && behind(&it).is_some_and(|it| it.starts_with(is_blank))
    })
}

/// Whether a line is a time of day: hours and minutes.
pub(super) fn is_time(line: &str) -> bool {
    let number = |text: &str, end: u8| {
        text.len() == 2 && text.parse::<u8>().is_ok_and(|number| number < end)
    };
    let parts = line.trim().split_once(':');
    parts.is_some_and(|(hour, minute)| number(hour, 24) && number(minute, 60))
}

/// Whether a letter and a colon stand before digits of two, which have neither: it says who sent them.
fn is_labelled_bits(line: &str) -> bool {
    let Some((label, rest)) = line.trim_start().split_once([':', '>']) else { return false };
    let mut words = rest.split_whitespace();
    let is_letter = label.len() == 1 && label.bytes().all(|b| b.is_ascii_alphabetic());
    is_letter && words.next().is_some_and(|word| digits::bits(word).is_some())
}

/// A text that is nothing but digits.
pub(super) struct Text<'t> {
    pub(super) source: Source<'t>,
    pub(super) row: &'static Notation,
    pub(super) from: usize,
    pub(super) style: Style,
    pub(super) count: Count,
    pub(super) quoted: bool,
    pub(super) escaped: bool,
    pub(super) commas: bool,
    /// Whether its tokens are halves of bytes in binary digits.
    pub(super) halves: bool,
    /// Whether some of its lines are times of day, which are no bytes.
    pub(super) times: bool,
}

/// The row whose digits lack leading zeros.
const SHORT_HEX: &str = "hex with zeros left out";

/// An acknowledgement has as many bytes; shorter packets are numbers as well.
const LEAST_TOLD: usize = 4;

/// The row of words whose bytes stand in the order of the machine.
const LOW_FIRST: &str = "hex words, low byte first";

impl<'t> Text<'t> {
    /// Counts the tokens; false as soon as there are too many words among them.
    fn read(&mut self) -> bool {
        let mut at = self.from;
        while at < self.source.text.len() {
            let line = self.source.line(at);
            at = line.next;
            let is_other = firmware::is_record(line.text) || is_labelled_bits(line.text);
            if names::holds_name(line.text) || is_other {
                return false;
            }
            let mut tokens = Tokens::of(self.source, &line);
            while let Some(word) = tokens.next() {
                self.style.separator(tokens.gap);
                self.commas |= tokens.gap.contains(',');
                self.quoted |= tokens.gap.contains(['"', '\'']);
                self.escaped |= word.token.prefix.starts_with('\\');
                // A string with escapes has characters too that are no digits.
                let is_text = self.quoted && self.escaped;
                if is_text || names::is_memory(self.source, word.at) || !self.count(&word.token) {
                    return false;
                }
            }
        }
        self.is_bytes()
    }

    fn is_bytes(&self) -> bool {
        let Count { good, bad, single, digits, pairs, mistyped, .. } = self.count;
        let tokens = good.saturating_add(bad);
        let few = mistyped == 0 || mistyped.saturating_mul(4) <= tokens;
        let numbers = few
            && bad == single.saturating_add(mistyped)
            && tokens > 1
            && digits.saturating_mul(2) > tokens;
        let one = tokens == 1 && (good == 1 || digits == 1 && self.one_is_meant());
        let letters_only = digits == 0 && pairs < tokens && tokens > 1;
        let is_decimal = || numbers && good == 0 && self.frames("decimal", decimal);
        one || is_decimal()
            || (good <= bad && self.across().is_some())
            || !letters_only && good > 0 && (bad <= good || numbers) && (bad == 0 || digits > 0)
    }

    /// A single token with a mistake: long, or two digits of which one is wrong.
    fn one_is_meant(&self) -> bool {
        let token = self.tokens().next().map_or("", |p| p.token.digits);
        token.len() != 1 && digits::near(token, 2)
    }

    /// The reading that frames, and whether there is one; hex where none does.
    fn choose(&self) -> (&'static str, ReadToken, bool) {
        let Count { good, bad, bits, nearly_bits, mistyped_bits, .. } = self.count;
        let binaries = bits.saturating_add(nearly_bits).saturating_add(mistyped_bits);
        if self.halves || bits > mistyped_bits && binaries == good.saturating_add(bad) {
            return ("binary digits", binary, true);
        }
        if self.are_extended() && self.has_signs() {
            let name = if self.count.short > 0 { SHORT_HEX } else { "" };
            return (name, with_signs, true);
        }
        let is_odd = self.style.alone == 1 && self.style.padded >= LEAST_PADDED;
        let readings: [(&str, ReadToken); 5] = [
            ("", if is_odd { padded } else { pairs }),
            ("decimal", decimal),
            (SHORT_HEX, short_hex),
            ("binary digits", long_binary),
            (LOW_FIRST, low_first),
        ];
        let number = |p: &Word<'_>| {
            p.token.digits.len() <= 3 && p.token.digits.bytes().all(|b| b.is_ascii_digit())
                || p.token.prefix.is_empty() && literal::is_decimal(p.token.digits)
        };
        let decimals = self.tokens().all(|p| number(&p));
        let threes = self.tokens().filter(|p| p.token.digits.len() == 3).take(2).count();
        let long = threes > 0 || self.tokens().any(|p| p.negative);
        // Whoever leaves zeros out leaves all of them out: beside a 00 a single digit is a slip. And
        // decimal numbers with zeros before them have a third digit somewhere.
        let full = |p: &Word<'_>| p.token.digits.len() == 2 && p.token.digits.starts_with('0');
        let zeros_stand = self.tokens().any(|p| full(&p));
        // One single digit is a slip too, but in a list, which a program prints so.
        let leaves_out = !zeros_stand && (self.count.short > 1 || self.commas);
        let prints_numbers = self.count.mistyped > 0 && self.count.short > 1 && !zeros_stand;
        let default: (&str, ReadToken) = match () {
            // One of three digits beside 00 has one too many.
            () if decimals && (long && !(zeros_stand && threes == 1) || prints_numbers) => {
                ("decimal", decimal)
            }
            () if is_odd => ("", padded),
            () => ("", pairs),
        };
        let fits = |name: &str| match name {
            SHORT_HEX => leaves_out,
            LOW_FIRST => self.are_words(),
            "decimal" => !zeros_stand || long,
            _ => true,
        };
        let readings = || readings.into_iter().filter(|(name, _)| fits(name));
        let found = readings().find(|(name, reading)| self.frames(name, *reading));
        // Pairs are what is read where nothing else is told.
        let mut printed = readings().filter(|(name, _)| matches!(*name, "decimal" | SHORT_HEX));
        let found = found.or_else(|| printed.find(|it| self.frames_in_most_lines(it.1)));
        let is_mistyped = || bad > 0 && self.are_words() && self.frames_mistyped();
        let found = found.or_else(|| is_mistyped().then_some((LOW_FIRST, low_first as ReadToken)));
        let binary = || self.are_bits().then_some(("binary digits", long_binary as ReadToken));
        let found = found.or_else(binary);
        let (name, reading) = found.unwrap_or(default);
        (name, reading, found.is_some())
    }

    /// Whether all tokens are bytes, of some of which the sign is extended.
    fn are_extended(&self) -> bool {
        let is_extended = |word: &Word<'_>| extended(word.token.digits).is_some();
        let is_byte = |word: &Word<'_>| {
            matches!(word.token.digits.len(), 1 | 2)
                && word.token.digits.bytes().all(|b| b.is_ascii_hexdigit())
        };
        self.tokens().any(|it| is_extended(&it))
            && self.tokens().any(|it| is_byte(&it))
            && self.tokens().all(|it| is_extended(&it) || is_byte(&it))
    }

    /// Whether those with an extended sign are one byte each, rather than the four that are written: the lengths of the
    /// packets tell, and where they do not, that the text leaves zeros out or that none begins with 0xff.
    fn has_signs(&self) -> bool {
        if self.frames("", pairs) {
            return false;
        }
        let begins = || self.tokens().next().is_some_and(|it| extended(it.token.digits).is_some());
        self.frames("", with_signs)
            || self.packets(with_signs) > self.packets(pairs)
            || self.count.short > 0
            || begins()
    }

    /// How many lines are packets by themselves.
    fn packets(&self, reading: ReadToken) -> usize {
        let is_packet = |line: &Line<'_>| {
            let mut run = Run::new(self.row, Class::Sure, 0..0);
            self.words(self.source, line).for_each(|word| reading(self.source, &word, &mut run));
            run.slips.is_empty() && frame::strict(&run.data.bytes)
        };
        self.lines().filter(is_packet).count()
    }

    /// Whether all tokens are binary digits without gaps, though maybe with a mistake.
    fn are_bits(&self) -> bool {
        let is_bits = |word: &Word<'_>| bitstream::len(word.token.digits) > 0;
        let is_long = |word: &Word<'_>| word.token.digits.len() >= bitstream::SHORTEST_MISTYPED;
        self.tokens().all(|word| is_bits(&word)) && self.tokens().any(|word| is_long(&word))
    }

    /// Another row in which decimal numbers, or hex without zeros, are packets too.
    fn also(&self, name: &str) -> Option<&'static Notation> {
        let (other, reading): (_, ReadToken) = match name {
            "decimal" => (SHORT_HEX, short_hex),
            SHORT_HEX => ("decimal", decimal),
            _ => return None,
        };
        self.frames(other, reading).then(|| self.notation(other))
    }

    /// Whether all tokens are words of two, four or eight bytes.
    fn are_words(&self) -> bool {
        let mut lens = self.tokens().map(|word| word.token.digits.len());
        let is_hex = self.count.mistyped_bits == 0 && self.count.nearly_bits == 0;
        is_hex
            && lens
                .next()
                .is_some_and(|first| matches!(first, 4 | 8 | 16) && lens.all(|len| len == first))
    }

    fn frames(&self, name: &str, reading: ReadToken) -> bool {
        let mut run = Run::new(self.notation(name), Class::Sure, 0..0);
        let clean = self.tokens().all(|word| {
            // Those before were looked at with their own words.
            let seen = run.slips.len();
            reading(self.source, &word, &mut run);
            let mut new = run.slips.iter().skip(seen);
            run.slips.len() <= self.count.mistyped
                && new.all(|slip| matches!(slip.meant, Some(Meant::Looks(_))))
        });
        clean && frame::strict(&run.filled())
    }

    /// Whether most lines are packets by themselves, of which one shows that it is no number: others are packets with a
    /// fault.
    pub(super) fn frames_in_most_lines(&self, reading: ReadToken) -> bool {
        let (mut packets, mut lines, mut is_told) = (0_usize, 0_usize, false);
        for line in self.lines() {
            let mut run = Run::new(self.row, Class::Sure, 0..0);
            self.words(self.source, &line).for_each(|word| reading(self.source, &word, &mut run));
            lines = lines.saturating_add(usize::from(run.shown() > 0));
            let is_packet = run.slips.is_empty() && frame::strict(&run.data.bytes);
            packets = packets.saturating_add(usize::from(is_packet));
            is_told |= is_packet && run.data.len() >= LEAST_TOLD;
        }
        is_told && packets.saturating_mul(2) >= lines
    }

    /// Whether lines are times of day among others that hold bytes, without colons.
    fn hold_times(&self) -> bool {
        let is_other = |line: &str| line.contains(':') && !is_time(line);
        let mut times = self.lines().filter(|line| is_time(line.text));
        times.next().is_some()
            && !self.lines().any(|line| is_other(line.text))
            && self.lines().any(|line| !is_time(line.text) && !line.text.trim().is_empty())
    }

    /// Whether words with their low byte first frame, with a typing mistake in one or two of them.
    fn frames_mistyped(&self) -> bool {
        let mut run = Run::new(self.notation(LOW_FIRST), Class::Sure, 0..0);
        self.tokens().for_each(|word| low_first(self.source, &word, &mut run));
        if !(1..=SIDE_BY_SIDE).contains(&run.slips.len()) {
            return false;
        }
        // What is mistyped may be a letter of the protocol's name.
        let mut big = Run::new(self.row, Class::Sure, 0..0);
        self.tokens().for_each(|word| pairs(self.source, &word, &mut big));
        run.is_strict() || !frame::head(&big.data.bytes) && settle(&mut run) == Mended::Whole
    }

    pub(super) fn lines(&self) -> impl Iterator<Item = Line<'t>> {
        let source = self.source;
        let mut at = self.from;
        std::iter::from_fn(move || {
            loop {
                let line = (at < source.text.len()).then(|| source.line(at))?;
                at = line.next;
                if !(self.times && is_time(line.text)) {
                    return Some(line);
                }
            }
        })
    }

    pub(super) fn tokens(&self) -> impl Iterator<Item = Word<'t>> {
        let source = self.source;
        self.lines().flat_map(move |line| self.words(source, &line))
    }

    fn words(&self, source: Source<'t>, line: &Line<'t>) -> Tokens<'t> {
        if self.halves { Tokens::of_halves(source, line) } else { Tokens::of(source, line) }
    }

    fn notation(&self, name: &str) -> &'static Notation {
        if name.is_empty() { self.style.row(self.row) } else { named(name, self.row) }
    }

    /// A run a line: joined later, where lines are parts of packets.
    fn line_run(&self, line: &Line<'t>, name: &str, reading: ReadToken) -> Option<Run> {
        let mut run = Run::new(self.notation(name), Class::Sure, 0..0);
        let mut start = None;
        for word in self.words(self.source, line) {
            start = start.or(Some(word.at));
            run.range.end = word.at.saturating_add(word.token.len);
            reading(self.source, &word, &mut run);
        }
        run.range.start = start?;
        run.join = Join::Adjacent(String::new());
        Some(run)
    }
}
