//! `hexdump` and `od` without options and `od -x`: words of 16 bits, their low byte first.

use super::data::Data;
use super::dump::{Address, RADIXES};
use super::frame;
use super::notation::Notation;
use super::run::{Class, Run};
use super::source::{Line, Source, Taken, blanks, word};

/// Reads lines of words, four hex digits or six octal digits each.
pub(super) fn read(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    let first = Address::of(&source.line(at)).filter(mine)?;
    let radix = if first.group == 6 { 8 } else { 16 };
    let mut words = Words { source, little: Data::default(), big: Vec::new() };
    let mut at = at;
    let start = first.hex;
    while at < source.text.len() {
        let line = source.line(at);
        let Some(address) = Address::of(&line) else { break };
        if address.group == 0 {
            words.end(&address);
            at = line.next;
            break;
        }
        if !mine(&address) || !words.follows(&address) || !words.line(&line, address.hex, radix) {
            break;
        }
        at = line.next;
    }
    if words.little.bytes.is_empty() {
        return None;
    }
    let mut run = Run::new(row, Class::Sure, start..at);
    run.range.end = start.saturating_add(source.range(start..at).trim_end().len());
    run.data = words.choose();
    Some(Taken { runs: vec![run], end: at, modem: 0 })
}

fn mine(address: &Address<'_>) -> bool {
    let zero = address.value(16) == Some(0);
    !address.colon
        && address.gap == 1
        && matches!(address.digits.len(), 6..=8)
        && matches!(address.group, 4 | 6)
        && (zero || address.digits.len() == 7)
}

struct Words<'t> {
    source: Source<'t>,
    little: Data,
    big: Vec<u8>,
}

impl Words<'_> {
    fn follows(&self, address: &Address<'_>) -> bool {
        let due = u64::try_from(self.little.len()).ok();
        due == Some(0) || RADIXES.iter().any(|r| address.value(*r) == due)
    }

    /// Takes the line, or nothing where something in it is no word.
    fn line(&mut self, line: &Line<'_>, hex: usize, radix: u32) -> bool {
        let width = if radix == 8 { 6 } else { 4 };
        let mut at = hex;
        let mut values = Vec::new();
        while at < line.end {
            let text = self.source.range(at..line.end);
            let len = word(text);
            let value = text.get(..len).and_then(|w| u16::from_str_radix(w, radix).ok());
            let Some(value) = value.filter(|_| len == width) else { return false };
            values.push((value, at));
            let rest = text.get(len..).unwrap_or_default();
            at = at.saturating_add(len).saturating_add(blanks(rest));
        }
        for (value, at) in values {
            let [high, low] = value.to_be_bytes();
            self.little.push(low, at, width);
            self.little.push(high, at, width);
            self.big.extend([high, low]);
        }
        true
    }

    /// The last line tells the length; an odd one ends in half a word.
    fn end(&mut self, address: &Address<'_>) {
        let len = self.little.len();
        let odd = len.saturating_sub(1);
        let tells_odd = |r: &u32| address.value(*r) == u64::try_from(odd).ok();
        let tells_even = |r: &u32| address.value(*r) == u64::try_from(len).ok();
        if RADIXES.iter().any(tells_odd) && !RADIXES.iter().any(tells_even) {
            self.little.split_off(odd);
            self.big.truncate(odd);
        }
    }

    /// Low byte first, unless only the other order is MQTT.
    fn choose(mut self) -> Data {
        if frame::strict(&self.big) && !frame::strict(&self.little.bytes) {
            self.little.bytes = self.big;
        }
        self.little
    }
}
