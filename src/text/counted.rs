//! A number in decimal digits that mostly is the one before, or one more.

use super::Out;
use super::plain::push_first;

/// Digits of the largest number.
const MOST: usize = 20;

/// The digits of the number that was last.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counted {
    number: u64,
    digits: [u8; MOST],
    len: usize,
}

impl Default for Counted {
    fn default() -> Self {
        Self { number: 0, digits: [b'0'; MOST], len: 1 }
    }
}

impl Counted {
    /// How many digits a number has.
    #[inline]
    pub(crate) fn digits(&mut self, number: u64) -> usize {
        self.set(number);
        self.len
    }

    /// Adds a number.
    #[inline]
    pub(crate) fn add(&mut self, number: u64, out: &mut impl Out) {
        self.set(number);
        out.push_first(&self.digits, self.len);
    }

    /// The same to bytes.
    #[inline]
    pub(crate) fn add_to(&mut self, number: u64, out: &mut Vec<u8>) {
        self.set(number);
        push_first(&self.digits, self.len, out);
    }

    #[inline]
    fn set(&mut self, number: u64) {
        if number == self.number {
            return;
        }
        let is_next = self.number.checked_add(1) == Some(number);
        self.number = number;
        match self.digits.get_mut(self.len.wrapping_sub(1)) {
            Some(digit @ b'0'..=b'8') if is_next => *digit = digit.wrapping_add(1),
            _ => self.write(number),
        }
    }

    fn write(&mut self, number: u64) {
        let mut buffer = itoa::Buffer::new();
        let digits = buffer.format(number).as_bytes();
        self.len = digits.len();
        self.digits.iter_mut().zip(digits).for_each(|(to, from)| *to = *from);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_counted_up_as_it_is_written() {
        let mut counted = Counted::default();
        let ends = [7, 7, 8, 99_999_999, 100_000_000, u64::MAX, 0, 1];
        for number in (0..1_200).chain([1_199, 1_200]).chain(ends) {
            let (mut text, mut bytes) = (String::new(), Vec::new());
            counted.add(number, &mut text);
            counted.add_to(number, &mut bytes);
            assert_eq!(counted.digits(number), text.len());
            assert_eq!((text, bytes), (number.to_string(), number.to_string().into_bytes()));
        }
    }
}
