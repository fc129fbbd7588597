//! Numbers of a dump, as `od` and `hexdump` write them.

use super::digits;
use super::literal::Mistyped;
use super::mistake::MistakeKind;
use super::run::Run;
use super::source::Source;

/// How the numbers of a dump are written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    pub(super) radix: u32,
    /// Digits of a number; 0 where blanks stand before the shorter ones.
    pub(super) digits: usize,
    /// Bytes of a number.
    pub(super) bytes: usize,
    /// Width of a column with the blanks before the number, where all have the same.
    pub(super) width: usize,
}

pub(super) const fn form(radix: u32, digits: usize, bytes: usize) -> Form {
    Form { radix, digits, bytes, width: 0 }
}

/// Decimal words with blanks before them, in columns of one width.
pub(super) const fn columns(width: usize, bytes: usize) -> Form {
    Form { radix: 10, digits: 0, bytes, width }
}

impl Form {
    /// Reads one number; false where it is none, not even with a typing mistake.
    pub(super) fn number(
        self,
        source: Source<'_>,
        token: &str,
        start: usize,
        gap: usize,
        run: &mut Run,
    ) -> bool {
        if self.width > 0 {
            return self.word(token, start, gap, run);
        }
        if self.digits == 0 {
            return decimal(token, start, gap, run);
        }
        let end = start.saturating_add(token.len());
        let is_digit = |c: char| c.is_digit(self.radix);
        let wrong = token.chars().filter(|c| !is_digit(*c)).count();
        let is_long = token.chars().count() == self.digits;
        let range = start..end;
        if is_long && wrong == 0 {
            let value = u64::from_str_radix(token, self.radix).unwrap_or(u64::MAX);
            let limit = u64::MAX >> 64_usize.saturating_sub(self.bytes.saturating_mul(8));
            if value > limit {
                let number = token.to_owned();
                run.slip(range, MistakeKind::TooBig { number }, self.bytes);
                return true;
            }
            let bytes = value.to_le_bytes();
            for byte in bytes.get(..self.bytes).unwrap_or_default() {
                run.data.push(*byte, start, token.len());
            }
        } else if is_long && wrong == 1 && self.radix == 16 {
            // The other bytes of the word are known.
            digits::low_first(source, range, run);
        } else if is_long && wrong == 1 {
            let Some(mistyped) = Mistyped::one(token, if self.radix == 8 { 8 } else { 10 }) else {
                return false;
            };
            mistyped.tell(start, run);
            if let Some(slip) = run.slips.last_mut().filter(|_| self.bytes > 1) {
                (slip.lost, slip.meant) = (self.bytes, None);
            }
        } else if wrong == 0 && token.len().abs_diff(self.digits) == 1 {
            run.slip(
                range,
                MistakeKind::Digits { found: token.len(), due: self.digits },
                self.bytes,
            );
        } else {
            return false;
        }
        true
    }

    /// A decimal word, which ends where its column does.
    fn word(self, token: &str, start: usize, gap: usize, run: &mut Run) -> bool {
        let width = gap.saturating_add(token.len());
        let range = start..start.saturating_add(token.len());
        let digits = token.strip_prefix('-').unwrap_or(token);
        let is_padded = digits.len() > 1 && digits.starts_with('0');
        let bits = u32::try_from(self.bytes.saturating_mul(8)).unwrap_or(64);
        let (least, most) = (
            0_i128.saturating_sub(1_i128 << bits.saturating_sub(1)),
            (1_i128 << bits).saturating_sub(1),
        );
        let number = token.parse::<i128>().ok().filter(|_| !is_padded);
        match number {
            Some(_) if width.abs_diff(self.width) == 1 => {
                let found = token.len();
                let due = found.saturating_add(self.width).saturating_sub(width);
                run.slip(range, MistakeKind::Digits { found, due }, self.bytes);
            }
            _ if width != self.width => return false,
            Some(n) if (least..=most).contains(&n) => {
                for byte in n.to_le_bytes().into_iter().take(self.bytes) {
                    run.data.push(byte, start, token.len());
                }
            }
            Some(_) => {
                run.slip(range, MistakeKind::TooBig { number: token.to_owned() }, self.bytes);
            }
            None => {
                let sign = token.len().saturating_sub(digits.len());
                let Some(mistyped) = Mistyped::one(digits, 10) else { return false };
                mistyped.tell(start.saturating_add(sign), run);
                if let Some(slip) = run.slips.last_mut() {
                    (slip.lost, slip.meant) = (self.bytes, None);
                }
            }
        }
        true
    }
}

/// A decimal number, which ends where its column does.
fn decimal(token: &str, start: usize, gap: usize, run: &mut Run) -> bool {
    let width = gap.saturating_add(token.len());
    let is_column = matches!(width, 4 | 5);
    let range = start..start.saturating_add(token.len());
    let is_padded = token.len() > 1 && token.starts_with('0');
    let number = token.parse::<i64>().ok().filter(|_| !is_padded);
    let byte = number
        .and_then(|n| u8::try_from(n).ok().or_else(|| i8::try_from(n).ok().map(i8::cast_unsigned)));
    match (byte, number) {
        // A digit is missing or too many: the number does not end where its column does.
        (_, Some(_)) if matches!(width, 3 | 6) => {
            let found = token.len();
            let due = if width == 3 { found.saturating_add(1) } else { found.saturating_sub(1) };
            run.slip(range, MistakeKind::Digits { found, due }, 1);
        }
        (_, Some(_)) if !is_column => return false,
        (Some(byte), _) => run.data.push(byte, start, token.len()),
        (None, Some(_)) => run.slip(range, MistakeKind::TooBig { number: token.to_owned() }, 1),
        (None, None) => {
            let digits = token.strip_prefix('-').unwrap_or(token);
            let sign = token.len().saturating_sub(digits.len());
            let mistyped = Mistyped::one(digits, 10).filter(|_| is_column && digits.len() <= 3);
            let Some(mistyped) = mistyped else { return false };
            mistyped.tell(start.saturating_add(sign), run);
        }
    }
    true
}
