//! A text that is nothing but digits: it is bytes, whatever they frame to.

use super::build::Builder;
use super::digits;
use super::frame;
use super::hex::{Style, Token};
use super::notation::{NOTATIONS, Notation, named};
use super::reading::{
    ReadToken, Word, binary, decimal, long_binary, mistyped_bits, pairs, short_hex,
};
use super::run::{Class, Join, Run};
use super::source::{Line, Source, is_blank, is_word};

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
    };
    if !text.read() {
        return false;
    }
    builder.whole = true;
    let (name, reading) = text.choose();
    let broken = text.count.bad > 0 && name.is_empty();
    match text.across().filter(|_| broken) {
        Some(run) => builder.add(run),
        None => text
            .lines()
            .filter_map(|l| text.line_run(&l, name, reading))
            .for_each(|run| builder.add(run)),
    }
    true
}

struct Text<'t> {
    source: Source<'t>,
    row: &'static Notation,
    from: usize,
    style: Style,
    count: Count,
    quoted: bool,
    escaped: bool,
    commas: bool,
}

/// The tokens of one line. They are read anew for each reading: kept they would take more
/// memory than the text.
struct Tokens<'t> {
    source: Source<'t>,
    at: usize,
    end: usize,
    /// What stands before the token that came last.
    gap: &'t str,
}

/// The row whose digits lack leading zeros.
const SHORT_HEX: &str = "hex with zeros left out";

impl<'t> Tokens<'t> {
    fn of(source: Source<'t>, line: &Line<'t>) -> Self {
        Self {
            source,
            at: line.start,
            end: line.start.saturating_add(content(line.text).len()),
            gap: "",
        }
    }
}

impl<'t> Iterator for Tokens<'t> {
    type Item = Word<'t>;

    fn next(&mut self) -> Option<Word<'t>> {
        let rest = self.source.range(self.at..self.end);
        let gap = rest.find(|c| !separates(c)).unwrap_or(rest.len());
        let (gap, rest) = rest.split_at_checked(gap)?;
        let at = self.at.saturating_add(gap.len());
        let len = token_len(rest);
        self.gap = gap;
        self.at = at.saturating_add(len.max(1));
        if rest == "\\" || len == 0 {
            return None;
        }
        let negative = gap.len() > 1 && gap.ends_with('-');
        Some(Word { at, token: Token::of(rest, len), negative })
    }
}

/// What the tokens are.
#[derive(Default)]
struct Count {
    good: usize,
    bad: usize,
    /// Bad ones that are one digit, or a decimal number that a byte holds.
    single: usize,
    digits: usize,
    pairs: usize,
    /// Hex digits that stand alone, without a `0x` before them.
    short: usize,
    bits: usize,
    nearly_bits: usize,
    mistyped_bits: usize,
}

impl<'t> Text<'t> {
    /// Counts the tokens; false as soon as there are too many words among them.
    fn read(&mut self) -> bool {
        let mut at = self.from;
        while at < self.source.text.len() {
            let line = self.source.line(at);
            at = line.next;
            let mut tokens = Tokens::of(self.source, &line);
            while let Some(word) = tokens.next() {
                self.style.separator(tokens.gap);
                self.commas |= tokens.gap.contains(',');
                self.quoted |= tokens.gap.contains(['"', '\'']);
                self.escaped |= word.token.prefix.starts_with('\\');
                // A string with escapes has characters too that are no digits.
                if self.quoted && self.escaped || !self.count(&word.token) {
                    return false;
                }
            }
        }
        self.is_bytes()
    }

    fn count(&mut self, token: &Token<'_>) -> bool {
        self.style.token(token);
        let count = &mut self.count;
        let whole = token.digits;
        let add = |n: &mut usize, yes: bool| *n = n.saturating_add(usize::from(yes));
        add(&mut count.digits, whole.bytes().any(|b| b.is_ascii_digit()));
        add(&mut count.pairs, whole.len() == 2);
        let binary = !whole.is_empty() && whole.bytes().all(|b| b == b'0' || b == b'1');
        add(&mut count.bits, digits::bits(whole).is_some());
        add(&mut count.nearly_bits, binary && whole.len() > 4 && whole.len() != 8);
        add(&mut count.mistyped_bits, mistyped_bits(whole));
        let good = token.is_good();
        add(&mut count.good, good);
        add(&mut count.bad, !good);
        let is_alone = whole.len() == 1 && token.prefix.is_empty();
        add(&mut count.short, is_alone && whole.bytes().all(|b| b.is_ascii_hexdigit()));
        let short = whole.len() <= 3 && whole.bytes().all(|b| b.is_ascii_hexdigit());
        add(&mut count.single, !good && short);
        let usual =
            if count.good == 0 || count.pairs.saturating_mul(2) > count.good { 2 } else { 4 };
        // Not at the beginning, where a label stands.
        let enough = count.good > 2 || count.good > 0 && count.bad == 1;
        let wrong_pair = whole.len() == 2 && enough && whole.bytes().all(is_word);
        let near = digits::near(whole, usual) && count.bad <= count.good.saturating_add(4);
        // Lines of odd length, of a stream that was broken in the middle of its bytes.
        let broken = whole.len() > 4 && whole.bytes().all(|b| b.is_ascii_hexdigit());
        good || short || near || wrong_pair || broken
    }

    fn is_bytes(&self) -> bool {
        let Count { good, bad, single, digits, pairs, .. } = self.count;
        let tokens = good.saturating_add(bad);
        let numbers = bad == single && tokens > 1 && digits.saturating_mul(2) > tokens;
        let one = tokens == 1 && (good == 1 || digits == 1 && self.one_is_meant());
        let letters_only = digits == 0 && pairs < tokens && tokens > 1;
        one || (good <= bad && self.across().is_some())
            || !letters_only && good > 0 && (bad <= good || numbers) && (bad == 0 || digits > 0)
    }

    /// A single token with a mistake: long, or two digits of which one is wrong.
    fn one_is_meant(&self) -> bool {
        let token = self.tokens().next().map_or("", |p| p.token.digits);
        token.len() != 1 && digits::near(token, 2)
    }

    /// The reading that frames; hex where none does.
    fn choose(&self) -> (&'static str, ReadToken) {
        let Count { good, bad, bits, nearly_bits, mistyped_bits, .. } = self.count;
        let binaries = bits.saturating_add(nearly_bits).saturating_add(mistyped_bits);
        if bits > mistyped_bits && binaries == good.saturating_add(bad) {
            return ("binary digits", binary);
        }
        let readings: [(&str, ReadToken); 4] = [
            ("", pairs),
            ("decimal", decimal),
            (SHORT_HEX, short_hex),
            ("binary digits", long_binary),
        ];
        let number = |p: &Word<'_>| {
            p.token.digits.len() <= 3 && p.token.digits.bytes().all(|b| b.is_ascii_digit())
        };
        let decimals = self.tokens().all(|p| number(&p));
        let long = self.tokens().any(|p| p.token.digits.len() == 3 || p.negative);
        let default: (&str, ReadToken) =
            if decimals && long { ("decimal", decimal) } else { ("", pairs) };
        // Whoever leaves zeros out leaves all of them out: beside a 00 a single digit is a slip. And
        // decimal numbers with zeros before them have a third digit somewhere.
        let full = |p: &Word<'_>| p.token.digits.len() == 2 && p.token.digits.starts_with('0');
        let zeros_stand = self.tokens().any(|p| full(&p));
        // One single digit is a slip too, but in a list, which a program prints so.
        let leaves_out = !zeros_stand && (self.count.short > 1 || self.commas);
        let fits = |name: &str| match name {
            SHORT_HEX => leaves_out,
            "decimal" => !zeros_stand || long,
            _ => true,
        };
        let mut readings = readings.into_iter().filter(|(name, _)| fits(name));
        readings.find(|(name, reading)| self.frames(name, *reading)).unwrap_or(default)
    }

    fn frames(&self, name: &str, reading: ReadToken) -> bool {
        let mut run = Run::new(self.notation(name), Class::Sure, 0..0);
        let clean = self.tokens().all(|word| {
            reading(self.source, &word, &mut run);
            run.slips.is_empty()
        });
        clean && frame::strict(&run.data.bytes)
    }

    fn lines(&self) -> impl Iterator<Item = Line<'t>> {
        let source = self.source;
        let mut at = self.from;
        std::iter::from_fn(move || {
            let line = (at < source.text.len()).then(|| source.line(at))?;
            at = line.next;
            Some(line)
        })
    }

    fn tokens(&self) -> impl Iterator<Item = Word<'t>> {
        let source = self.source;
        self.lines().flat_map(move |line| Tokens::of(source, &line))
    }

    fn notation(&self, name: &str) -> &'static Notation {
        if name.is_empty() { self.style.row(self.row) } else { named(name, self.row) }
    }

    /// A run a line: joined later, where lines are parts of packets.
    fn line_run(&self, line: &Line<'t>, name: &str, reading: ReadToken) -> Option<Run> {
        let mut run = Run::new(self.notation(name), Class::Sure, 0..0);
        let mut start = None;
        for word in Tokens::of(self.source, line) {
            start = start.or(Some(word.at));
            run.range.end = word.at.saturating_add(word.token.len);
            reading(self.source, &word, &mut run);
        }
        run.range.start = start?;
        run.join = Join::Adjacent(String::new());
        Some(run)
    }

    /// Hex that a mail program broke in the middle of a byte: a run of digits a line.
    fn across(&self) -> Option<Run> {
        let one_each = self.lines().all(|l| Tokens::of(self.source, &l).count() <= 1);
        let mut run = Run::new(named("hex stream, xxd -p", self.row), Class::Sure, 0..0);
        let mut high: Option<(u8, usize)> = None;
        for word in self.tokens().filter(|_| one_each) {
            let start = word.at.saturating_add(word.token.prefix.len());
            for (at, digit) in (start..).zip(word.token.digits.bytes()) {
                let value = digits::nibble(digit)?;
                high = match high {
                    None => Some((value, at)),
                    Some((high, from)) => {
                        let width = at.saturating_sub(from).saturating_add(1);
                        run.data.push((high << 4) | value, from, width);
                        None
                    }
                };
            }
        }
        run.range = run.data.map.text_of(0..run.data.len())?;
        let is_long = run.data.len() > SHORTEST_BROKEN;
        (high.is_none() && (is_long || frame::strict(&run.data.bytes))).then_some(run)
    }
}

/// No program breaks lines earlier.
const SHORTEST_BROKEN: usize = 16;

/// The line without a comment.
fn content(line: &str) -> &str {
    let end = ["//", "#", "/*", " --"].into_iter().filter_map(|mark| line.find(mark)).min();
    line.get(..end.unwrap_or(line.len())).unwrap_or_default().trim_end()
}

const fn separates(c: char) -> bool {
    is_blank(c) || matches!(c, ',' | ';' | ':' | '-' | '|' | '`' | '"' | '\'')
}

/// Up to the next separator, or to the next escape. It looks no further.
fn token_len(rest: &str) -> usize {
    let ends = |(n, c): &(usize, char)| separates(*c) || (*n > 0 && matches!(c, '\\' | '%'));
    rest.char_indices().find(ends).map_or(rest.len(), |(n, _)| n)
}
