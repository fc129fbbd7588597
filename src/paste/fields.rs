//! `hexdump` and `od` with numbers: bytes in octal or decimal digits, words of two, four or eight bytes in
//! the order of the machine, which for all that people use is the low byte first.

use super::address::{Address, RADIXES};
use super::mistake::SIDE_BY_SIDE;
use super::notation::Notation;
use super::number::{Form, columns, form};
use super::run::{Class, Run};
use super::source::{Line, Source, Taken};

/// `hexdump`, `hexdump -x`, `od -x`; `od`, `hexdump -o`; `hexdump -d`.
const WORDS: [Form; 3] = [form(16, 4, 2), form(8, 6, 2), form(10, 5, 2)];
/// `od -t x4`; `od -t x8`.
const LONG_WORDS: [Form; 2] = [form(16, 8, 4), form(16, 16, 8)];
/// `od -b`, `hexdump -b`; `od -t u1`, `od -t d1`.
const BYTES: [Form; 2] = [form(8, 3, 1), form(10, 0, 1)];

/// `od -d`, `-t u2`; `od -s`, `-t d2`; `od -t u4`; `od -i`, `-t d4`; `od -l`, `-t d8`, `-t u8`.
const DECIMALS: [Form; 5] =
    [columns(6, 2), columns(7, 2), columns(11, 4), columns(12, 4), columns(21, 8)];

/// Reads words of 16 bits.
pub(super) fn words(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    WORDS.into_iter().find_map(|form| Fields::read(row, source, at, form))
}

/// Reads words of 32 or 64 bits.
pub(super) fn long_words(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    LONG_WORDS.into_iter().find_map(|form| Fields::read(row, source, at, form))
}

/// Reads bytes.
pub(super) fn bytes(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    BYTES.into_iter().find_map(|form| Fields::read(row, source, at, form))
}

/// Reads decimal words.
pub(super) fn decimals(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    DECIMALS.into_iter().find_map(|form| Fields::read(row, source, at, form))
}

struct Fields<'t> {
    source: Source<'t>,
    form: Form,
    run: Run,
    /// Digits of an address.
    width: usize,
    /// Which radixes the addresses so far follow.
    fits: [bool; 3],
    /// Bytes of the last line, and whether a line `*` stands for more like it.
    last: Vec<u8>,
    star: bool,
}

impl<'t> Fields<'t> {
    fn read(row: &'static Notation, source: Source<'t>, at: usize, form: Form) -> Option<Taken> {
        let line = source.line(at);
        let numbers = |it: &Address<'_>| source.range(it.hex..line.end);
        let first = Address::of(&line)
            .or_else(|| Address::mistyped(&line, 0, ADDRESS, [16]).filter(is_zero_with_letter))
            .filter(|it| !is_end(&line, it) && is_first(it, numbers(it), form))?;
        let numbers = numbers(&first);
        if form.digits == 8 && numbers.bytes().all(|b| matches!(b, b'0' | b'1' | b' ')) {
            return None;
        }
        let mut fields = Fields {
            source,
            form,
            run: Run::new(row, Class::Sure, first.hex..first.hex),
            width: first.digits.len(),
            fits: [true; 3],
            last: Vec::new(),
            star: false,
        };
        let end = fields.lines(at);
        let mut run = fields.run;
        if run.data.bytes.is_empty() || form.digits == 3 && !has_zeros(source, &run) {
            return None;
        }
        run.range.end = first.hex.max(at.saturating_add(source.range(at..end).trim_end().len()));
        Some(Taken { runs: vec![run], end, modem: 0 })
    }

    /// Reads lines as long as they are the dump's; gives the offset after the last.
    fn lines(&mut self, at: usize) -> usize {
        let mut at = at;
        while at < self.source.text.len() {
            let line = self.source.line(at);
            if line.text.trim() == "*" && !self.last.is_empty() && !self.star {
                self.star = true;
                at = line.next;
                continue;
            }
            let Some(address) = self.address(&line) else { break };
            if is_end(&line, &address) {
                self.end(&address);
                return line.next;
            }
            if !self.line(&line, &address) {
                break;
            }
            at = line.next;
        }
        self.run.order_words(self.form.bytes, 0);
        at
    }

    fn due(&self) -> u64 {
        u64::try_from(self.run.shown()).unwrap_or(u64::MAX)
    }

    fn radixes(&self) -> impl Iterator<Item = u32> {
        RADIXES.into_iter().zip(self.fits).filter(|(_, fit)| *fit).map(|(radix, _)| radix)
    }

    /// The address of a line, where it goes on; one that is mistyped too.
    fn address(&mut self, line: &Line<'t>) -> Option<Address<'t>> {
        let due = self.due();
        let own = Address::of(line).filter(|it| !it.colon);
        if own.is_some_and(|own| is_end(line, &own)) {
            return own.filter(|_| due > 0);
        }
        let fits = |own: &Address<'_>, due| RADIXES.map(|radix| own.value(radix) == Some(due));
        if let Some(own) = own {
            if self.star {
                self.fill(&own);
            }
            let both = fits(&own, self.due()).into_iter().zip(self.fits).map(|(a, b)| a && b);
            let both: Vec<bool> = both.collect();
            if both.contains(&true) {
                self.fits.iter_mut().zip(both).for_each(|(fit, both)| *fit = both);
                return Some(own);
            }
        }
        Address::mistyped(line, due, self.width, self.radixes()).filter(|it| !it.colon)
    }

    /// Takes the line, or nothing where something in it is no number.
    fn line(&mut self, line: &Line<'t>, address: &Address<'t>) -> bool {
        let mut part = Run::new(self.run.notation, Class::Sure, address.hex..address.hex);
        let numbers = self.source.range(address.hex..line.end);
        let mut gap = address.gap;
        let mut rest = numbers;
        let mut good = 0_usize;
        while !rest.is_empty() {
            let len = rest.find(char::is_whitespace).unwrap_or(rest.len());
            let Some((token, behind)) = rest.split_at_checked(len) else { return false };
            let start = line.end.saturating_sub(rest.len());
            let slips = part.slips.len();
            if !self.form.number(self.source, token, start, gap, &mut part) {
                return false;
            }
            good = good.saturating_add(usize::from(part.slips.len() == slips));
            rest = behind.trim_start();
            gap = behind.len().saturating_sub(rest.len());
        }
        let is_known = !self.last.is_empty();
        if part.slips.len() > SIDE_BY_SIDE
            || good < usize::from(!is_known).saturating_mul(part.slips.len())
        {
            return false;
        }
        self.last.clone_from(&part.data.bytes);
        if let Some(slip) = address.slip() {
            part.slips.insert(0, slip);
        }
        self.run.append(part);
        true
    }

    /// A line `*` stands for lines like the one before it.
    fn fill(&mut self, address: &Address<'_>) {
        self.star = false;
        let (due, len) = (self.due(), u64::try_from(self.last.len()).unwrap_or(1));
        let missing = self.radixes().filter_map(|radix| address.value(radix)?.checked_sub(due));
        let missing = missing
            .into_iter()
            .find(|n| *n > 0 && *n <= super::sides::MOST_FILLED && n.checked_rem(len) == Some(0));
        let at = self.run.range.end;
        for (_, byte) in (0..missing.unwrap_or(0)).zip(self.last.iter().cycle()) {
            self.run.data.push(*byte, at, 1);
        }
    }

    /// The last line tells the length; the last word may be more than that.
    fn end(&mut self, address: &Address<'_>) {
        if self.star {
            self.fill(address);
        }
        let len = self.run.shown();
        let more = self.radixes().find_map(|radix| {
            let told = usize::try_from(address.value(radix)?).ok()?;
            len.checked_sub(told).filter(|more| *more < self.form.bytes)
        });
        self.run.order_words(self.form.bytes, more.unwrap_or(0));
        let end = self.run.data.len().saturating_sub(more.unwrap_or(0));
        if self.run.slips.last().is_none_or(|slip| slip.index <= end) {
            self.run.data.split_off(end);
        }
    }
}

/// Whether the line is nothing but an address.
fn is_end(line: &Line<'_>, address: &Address<'_>) -> bool {
    address.hex >= line.end
}

/// Whether a dump of such numbers may begin so.
fn is_first(address: &Address<'_>, numbers: &str, form: Form) -> bool {
    let is_zero = address.value(16) == Some(0);
    let is_usual = address.digits.len() == ADDRESS;
    let group = address.group;
    let is_group = match form.digits {
        0 if form.width > 0 => {
            let len = numbers.find(char::is_whitespace).unwrap_or(numbers.len());
            address.gap.saturating_add(len) == form.width
        }
        0 => group < 5,
        digits => group.abs_diff(digits) <= 1,
    };
    // Eight digits before eight are two bytes in digits of two.
    let is_long = address.digits.len() == 8 && group.abs_diff(8) > 1;
    !address.colon && is_group && is_zero && (is_usual || is_long || address.digits.len() == 6)
}

fn is_zero_with_letter(address: &Address<'_>) -> bool {
    address.has_letter() && address.digits.len() == ADDRESS
}

/// Octal bytes have a zero in front somewhere, or they are decimal ones.
fn has_zeros(source: Source<'_>, run: &Run) -> bool {
    (0..run.data.len()).any(|n| {
        let place = run.data.map.text_of(n..n.saturating_add(1));
        place.is_some_and(|place| source.range(place).starts_with('0'))
    })
}

/// Digits of an address.
const ADDRESS: usize = 7;
