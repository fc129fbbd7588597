//! A number in decimal digits that mostly is close to the one before: most of its digits are the same.

use super::Out;
use super::add::{Bytes, digits, four_digits};

/// Digits of the largest number but the last [`LAST`].
const MOST: usize = 16;
/// Digits that are made for each number.
const LAST: usize = 4;
/// Numbers that differ in those alone.
const NEAR: u64 = 10_000;

/// All digits but the last of the number that was last, of more than those.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counted {
    /// The least number that has them.
    from: u64,
    digits: [u8; MOST],
    len: usize,
}

impl Default for Counted {
    fn default() -> Self {
        Self { from: NEAR, digits: [b'1'; MOST], len: 1 }
    }
}

impl Counted {
    /// How many digits a number has.
    #[inline]
    pub(crate) fn digits(&self, number: u64) -> usize {
        match number.wrapping_sub(self.from) {
            ..NEAR => self.len.wrapping_add(LAST),
            _ => number.checked_ilog10().unwrap_or_default().saturating_add(1) as usize,
        }
    }

    /// Adds a number.
    #[inline]
    pub(crate) fn add(&mut self, number: u64, out: &mut impl Out) {
        let last = number.wrapping_sub(self.from);
        if last < NEAR {
            out.push_first(&self.digits, self.len);
            out.push_ascii(&four_digits(last));
        } else {
            self.other(number, out);
        }
    }

    /// The same to bytes.
    #[inline]
    pub(crate) fn add_to(&mut self, number: u64, out: &mut Vec<u8>) {
        self.add(number, &mut Bytes(out));
    }

    /// Adds a number that is small or has other digits than the last.
    #[inline(never)]
    fn other(&mut self, number: u64, out: &mut impl Out) {
        let (upper, last) = (number / NEAR, number % NEAR);
        if upper == 0 {
            return digits(number, out);
        }
        let mut buffer = itoa::Buffer::new();
        let text = buffer.format(upper).as_bytes();
        self.from = number.saturating_sub(last);
        self.len = text.len();
        self.digits.iter_mut().zip(text).for_each(|(to, from)| *to = *from);
        self.add(number, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(counted: &mut Counted, number: u64) -> String {
        let (mut text, mut bytes) = (String::new(), Vec::new());
        // What is known before makes no difference.
        assert_eq!(counted.digits(number), number.to_string().len());
        counted.add(number, &mut text);
        assert_eq!(counted.digits(number), text.len());
        counted.add_to(number, &mut bytes);
        assert_eq!(bytes, text.as_bytes());
        text
    }

    #[test]
    fn a_number_is_counted_up_as_it_is_written() {
        let mut counted = Counted::default();
        let ends = [7, 7, 8, 9_999, 10_000, 19_999, 20_000, 99_999_999, 100_000_000];
        let far = [u64::MAX, u64::MAX - 1, u64::MAX - NEAR, 0, 1, u64::MAX / NEAR * NEAR];
        for number in (0..1_200).chain([1_199, 1_200]).chain(ends).chain(far).chain(9_990..30_010) {
            assert_eq!(shown(&mut counted, number), number.to_string());
        }
    }

    proptest! {
        #[test]
        fn any_number_is_written_behind_any_other(
            numbers in prop::collection::vec((any::<u64>(), 0..64u32), 1..8),
        ) {
            let mut counted = Counted::default();
            for number in numbers.into_iter().map(|(number, places)| number >> places) {
                prop_assert_eq!(shown(&mut counted, number), number.to_string());
                let next = number.saturating_add(number % 7);
                prop_assert_eq!(shown(&mut counted, next), next.to_string());
            }
        }
    }
}
