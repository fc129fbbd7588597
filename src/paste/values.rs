//! The bytes that the elements of an array are: which of them are hex, which has a digit too many, and what is
//! mistyped.

use super::digits;
use super::element::{Element, Value, mistyped, odd_digits, signed};
use super::frame;
use super::hex::LEAST_PADDED;
use super::lengths;
use super::mistake::MistakeKind;
use super::notation::{NOTATIONS, Notation};
use super::run::Run;

/// Adds the bytes of the elements to a run.
pub(super) fn fill(elements: &[Element<'_>], run: &mut Run) {
    let values = Values { elements, odd: odd(elements).or_else(|| odd_bare(elements)) };
    let hex = values.are_hex();
    run.also = values.also(hex);
    let spells = elements.iter().any(Element::is_letter);
    for (n, element) in elements.iter().enumerate() {
        if values.odd == Some(n) {
            odd_digits(element, run);
        } else {
            push(element, hex, spells, run);
        }
        if let Some((times, byte)) = element.times.as_ref().zip(run.data.bytes.last().copied()) {
            times.fill(byte, run);
        }
    }
}

fn push(element: &Element<'_>, hex: bool, spells: bool, run: &mut Run) {
    let value = match element.value {
        Value::Sure(value) => Some(i64::from(value)),
        Value::Bare if hex => i64::from_str_radix(element.text, 16).ok(),
        Value::Bare => signed(element.text),
        Value::Wrong => None,
    };
    let range = element.at..element.at.saturating_add(element.text.len());
    let byte = value.and_then(|value| {
        // C and Java make numbers of 32 bits of bytes with a sign.
        let value = u32::try_from(value).map_or(value, |it| {
            let is_extended = it >= EXTENDED;
            if is_extended { i64::from(it.cast_signed()) } else { value }
        });
        let signed = || i8::try_from(value).ok().map(i8::cast_unsigned);
        u8::try_from(value).ok().or_else(signed)
    });
    if let Some((found, meant)) = element.lookalike().filter(|_| !spells) {
        let kind = MistakeKind::Lookalike { found, meant };
        run.guess(range, kind, u8::try_from(meant).ok().and_then(digits::nibble));
        return;
    }
    if let Some((prefix, it)) = mistyped(element.text, hex).filter(|_| byte.is_none()) {
        it.tell(element.at.saturating_add(prefix), run);
        return;
    }
    let element = element.text.to_owned();
    match byte {
        Some(byte) => run.data.push(byte, range.start, range.len()),
        None if value.is_none() => run.slip(range, MistakeKind::NotANumber { element }, 1),
        None => run.slip(range, MistakeKind::TooBig { number: element }, 1),
    }
}

/// The only one of the numbers `0x..` that has a digit more or less than all others. Whoever leaves
/// zeros out leaves out more than one.
fn odd(elements: &[Element<'_>]) -> Option<usize> {
    let digits = |e: &Element<'_>| {
        let digits = e.text.strip_prefix("0x").or_else(|| e.text.strip_prefix("0X"));
        let digits = digits.or_else(|| Some(e.text).filter(|_| e.quoted))?;
        digits.bytes().all(|b| b.is_ascii_hexdigit()).then_some(digits.len())
    };
    let all = || elements.iter().map(digits);
    let pairs = all().flatten().filter(|len| *len == 2).count();
    let is_padded = |e: &&Element<'_>| {
        let first = e.text.len().saturating_sub(2);
        digits(e) == Some(2) && e.text.get(first..).is_some_and(|it| it.starts_with('0'))
    };
    let padded = elements.iter().filter(is_padded);
    let others = all().flatten().count().saturating_sub(pairs);
    let odd = all().position(|len| matches!(len, Some(1 | 3)))?;
    (others == 1 && padded.count() >= LEAST_PADDED).then_some(odd)
}

/// As [`odd`], of digits alone: others are pairs with zeros before them, and only with it as a byte of hex all are a
/// packet.
fn odd_bare(elements: &[Element<'_>]) -> Option<usize> {
    let is_pair =
        |e: &Element<'_>| e.text.len() == 2 && e.text.bytes().all(|b| b.is_ascii_hexdigit());
    let mut others = elements.iter().enumerate().filter(|(_, e)| !is_pair(e));
    let (odd, element) = others.next().filter(|_| others.next().is_none())?;
    let is_bare = elements.iter().all(|e| matches!(e.value, Value::Bare) && !e.quoted);
    let is_odd = element.text.len() == 3 && element.text.bytes().all(|b| b.is_ascii_hexdigit());
    let padded = elements.iter().filter(|e| is_pair(e) && e.text.starts_with('0'));
    let of = |radix: u32, odd: &str| -> Option<Vec<u8>> {
        let texts = elements.iter().map(|e| if is_pair(e) { e.text } else { odd });
        texts.map(|text| u8::from_str_radix(text, radix).ok()).collect()
    };
    let is_packet = |bytes: Option<Vec<u8>>| bytes.is_some_and(|it| frame::strict(&it));
    let is_told = is_odd && is_bare && padded.count() >= LEAST_PADDED;
    // The digit that is too many may be any of them.
    let kept = [1..3, 0..2].into_iter().filter_map(|it| element.text.get(it));
    let is_hex = || kept.into_iter().any(|it| is_packet(of(16, it)));
    (is_told && !is_packet(of(10, element.text)) && is_hex()).then_some(odd)
}

/// The least byte with a sign, in 32 bits.
pub(super) const EXTENDED: u32 = 0xffff_ff80;

struct Values<'e, 't> {
    elements: &'e [Element<'t>],
    odd: Option<usize>,
}

impl<'e, 't> Values<'e, 't> {
    fn others(&self) -> impl Iterator<Item = &'e Element<'t>> {
        let odd = self.odd;
        self.elements.iter().enumerate().filter(move |(n, _)| Some(*n) != odd).map(|(_, e)| e)
    }

    fn bare(&self) -> impl Iterator<Item = &'e Element<'t>> {
        self.others().filter(|e| matches!(e.value, Value::Bare))
    }

    fn read(&self, radix: u32) -> Vec<u8> {
        self.bare().filter_map(|e| u8::from_str_radix(e.text, radix).ok()).collect()
    }

    /// Whether all are digits alone, as Rust's `{:x?}` prints them.
    fn are_short(&self) -> bool {
        self.others().all(|e| {
            matches!(e.value, Value::Bare)
                && e.text.len() <= 2
                && e.text.bytes().all(|b| b.is_ascii_hexdigit())
        })
    }

    /// Bare digits are hex where one of them can be nothing else, or where only that is MQTT.
    fn are_hex(&self) -> bool {
        let is_hex = |e: &Element<'_>| u8::from_str_radix(e.text, 16).is_ok();
        let pairs = self.bare().all(|e| e.text.len() == 2 && is_hex(e));
        let letters = self.bare().any(|e| e.text.bytes().any(|b| b.is_ascii_alphabetic()));
        let zeros = self.bare().any(|e| e.text.len() == 2 && e.text.starts_with('0'));
        letters && self.bare().all(|e| e.text.len() <= 2 && is_hex(e))
            || pairs && (zeros || frame::strict(&self.read(16)) && !frame::strict(&self.read(10)))
            || self.are_short() && lengths::legal(&self.read(16)) && !frame::strict(&self.read(10))
    }

    /// The row of the reading that makes packets too, where all are digits alone.
    fn also(&self, hex: bool) -> Option<&'static Notation> {
        let is_other = !hex
            && self.are_short()
            && lengths::legal(&self.read(16))
            && frame::strict(&self.read(10))
            && self.bare().count() == self.elements.len();
        let mut rows = NOTATIONS.iter();
        rows.find(|row| row.name == "hex with zeros left out").filter(|_| is_other)
    }
}
