//! The address that a line of a dump begins with.

use super::digits;
use super::mistake::MistakeKind;
use super::run::Slip;
use super::source::{Line, Source, blanks, is_word, word};

/// What a line of a dump begins with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Address<'t> {
    pub(super) digits: &'t str,
    pub(super) colon: bool,
    /// Blanks behind it.
    pub(super) gap: usize,
    /// Length of the first group of digits.
    pub(super) group: usize,
    /// Whether the line is indented, as a follow dump's lines from the other side are.
    pub(super) indent: bool,
    /// Where the hex begins.
    pub(super) hex: usize,
    /// Where the digits begin.
    start: usize,
    /// What it should be, where it is mistyped.
    told: Option<u64>,
}

/// Digits of the longest address.
const LONGEST: usize = 16;

/// `od` counts in octal, or in decimal where it is told to.
pub(super) const RADIXES: [u32; 3] = [16, 8, 10];

impl<'t> Address<'t> {
    pub(super) fn of(line: &Line<'t>) -> Option<Self> {
        Self::read(line).filter(|it| it.digits.bytes().all(|b| b.is_ascii_hexdigit()))
    }

    /// As `of`, with letters that are no digits.
    fn read(line: &Line<'t>) -> Option<Self> {
        let indent = blanks(line.text);
        let rest = line.text.get(indent..)?;
        let body = rest.strip_prefix("0x").or_else(|| rest.strip_prefix('[')).unwrap_or(rest);
        let len = body.bytes().take(LONGEST.saturating_add(1)).take_while(|b| is_word(*b)).count();
        let digits = body.get(..len).filter(|d| (3..=LONGEST).contains(&d.len()))?;
        let start = line.end.checked_sub(body.len())?;
        let after = body.get(len..)?;
        let after = after.strip_prefix(']').unwrap_or(after);
        let colon = after.starts_with(':') && !after.starts_with("::");
        let after = if colon { after.get(1..)? } else { after };
        let gap = blanks(after);
        let hex = after.get(gap..)?;
        let group = word(hex);
        let indent = indent > 3 || line.text.starts_with('\t');
        let hex_start = line.end.checked_sub(hex.len())?;
        let address = Self { digits, colon, gap, group, indent, hex: hex_start, start, told: None };
        (gap > 0 || hex.is_empty()).then_some(address)
    }

    /// As `of`, where one character is no digit of hex.
    pub(super) fn mistyped_in(line: &Line<'t>) -> Option<Self> {
        let wrong = |it: &Self| it.digits.bytes().filter(|b| !b.is_ascii_hexdigit()).count();
        Self::read(line).filter(|it| wrong(it) <= 1)
    }

    /// The address of a line that goes on where `due` is due, though one of its characters is mistyped,
    /// missing or too many; `width` is the number of its digits in the other lines.
    pub(super) fn mistyped(
        line: &Line<'t>,
        due: u64,
        width: usize,
        radixes: impl IntoIterator<Item = u32>,
    ) -> Option<Self> {
        let address = Self::read(line)?;
        let mut meant = radixes.into_iter().map(|radix| written(due, radix, width));
        let is_near = meant.any(|meant| is_near(address.digits, &meant));
        is_near.then_some(Self { told: Some(due), ..address })
    }

    /// The address in one of [`RADIXES`].
    pub(super) fn value(&self, radix: u32) -> Option<u64> {
        self.told.or_else(|| u64::from_str_radix(self.digits, radix).ok())
    }

    /// Whether one of its characters is no digit.
    pub(super) fn has_letter(&self) -> bool {
        !self.digits.bytes().all(|b| b.is_ascii_hexdigit())
    }

    /// Whether it is mistyped, and something else tells it.
    pub(super) const fn is_told(&self) -> bool {
        self.told.is_some()
    }

    /// The mistake, where the address is mistyped.
    pub(super) fn slip(&self) -> Option<Slip> {
        // A zero more or less in front changes nothing.
        let is_right = |due: &u64| u64::from_str_radix(self.digits, 16).ok() != Some(*due);
        let due = self.told.filter(is_right)?;
        let wrong = self.digits.char_indices().find(|(_, c)| !c.is_ascii_hexdigit());
        let (range, kind) = match wrong {
            Some((n, c)) => {
                let at = self.start.saturating_add(n);
                (at..at.saturating_add(1), digits::not_a_digit(c))
            }
            None => {
                let end = self.start.saturating_add(self.digits.len());
                (self.start..end, MistakeKind::BadAddress { due })
            }
        };
        Some(Slip { index: 0, range, kind, lost: 0, meant: None })
    }
}

fn written(value: u64, radix: u32, width: usize) -> String {
    match radix {
        8 => format!("{value:0width$o}"),
        10 => format!("{value:0width$}"),
        _ => format!("{value:0width$x}"),
    }
}

/// Whether one character makes the difference: another one, one more or one less.
fn is_near(found: &str, meant: &str) -> bool {
    let (found, meant) = (found.to_ascii_lowercase(), meant.to_ascii_lowercase());
    let (found, meant) = (found.as_bytes(), meant.as_bytes());
    let same = found.iter().zip(meant).take_while(|(a, b)| a == b).count();
    let (found, meant) =
        (found.get(same..).unwrap_or_default(), meant.get(same..).unwrap_or_default());
    let [skip_found, skip_meant] = match found.len().cmp(&meant.len()) {
        std::cmp::Ordering::Equal => [1, 1],
        std::cmp::Ordering::Less => [0, 1],
        std::cmp::Ordering::Greater => [1, 0],
    };
    found.get(skip_found..).is_some_and(|rest| Some(rest) == meant.get(skip_meant..))
}

/// The line behind the one that ends at `end`.
pub(super) fn next_line<'t>(source: Source<'t>, line: &Line<'t>) -> Option<Line<'t>> {
    (line.next < source.text.len()).then(|| source.line(line.next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_character_makes_the_difference() {
        for found in ["0000O010", "000010", "00000010a", "0000001", "00000011"] {
            let is = is_near(found, "00000010");
            assert_eq!(is, found != "000010", "{found}");
        }
        assert!(!is_near("00000010", "00000010"));
    }
}
