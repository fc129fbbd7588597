//! Parts of text and of bytes.

/// A part of some bytes. Negative places count from the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slice {
    /// `[i:n]`: `n` bytes from `i` on.
    Length(i64, i64),
    /// `[i-j]`: from `i` to `j`, both with it.
    To(i64, i64),
    /// `[i:]`: all from `i` on.
    From(i64),
}

impl Slice {
    /// `2`, `0:4`, `1-2`, `:4`, `4:`, where each number may have a sign.
    pub(super) fn parse(word: &str) -> Option<Self> {
        let number = |text: &str| text.parse::<i64>().ok();
        if let Some((from, len)) = word.split_once(':') {
            let from = if from.is_empty() { 0 } else { number(from)? };
            if len.is_empty() {
                return Some(Self::From(from));
            }
            return number(len).filter(|len| *len > 0).map(|len| Self::Length(from, len));
        }
        if let Some(at) = number(word) {
            return Some(Self::Length(at, 1));
        }
        // The sign of the first number is not what parts the two.
        let dash = word.get(1..)?.find('-')?.checked_add(1)?;
        let (from, to) = word.split_at_checked(dash)?;
        let (from, to) = (number(from)?, number(to.get(1..)?)?);
        let is_ordered = (from < 0) != (to < 0) || from <= to;
        is_ordered.then_some(Self::To(from, to))
    }

    /// The part of these bytes; `None` where it reaches beyond them.
    pub(super) fn of(self, bytes: &[u8]) -> Option<&[u8]> {
        let len = i64::try_from(bytes.len()).ok()?;
        let place = |at: i64| if at < 0 { at.checked_add(len) } else { Some(at) };
        let (from, end) = match self {
            Self::Length(from, count) => (place(from)?, place(from)?.checked_add(count)?),
            Self::To(from, to) => (place(from)?, place(to)?.checked_add(1)?),
            Self::From(from) => (place(from)?, len),
        };
        let (from, end) = (usize::try_from(from).ok()?, usize::try_from(end).ok()?);
        bytes.get(from..end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_are_those_of_wireshark() {
        for (text, meant) in [
            ("2", Slice::Length(2, 1)),
            ("-1", Slice::Length(-1, 1)),
            ("0:4", Slice::Length(0, 4)),
            ("-4:2", Slice::Length(-4, 2)),
            ("1-2", Slice::To(1, 2)),
            ("-3--1", Slice::To(-3, -1)),
            (":4", Slice::Length(0, 4)),
            ("4:", Slice::From(4)),
        ] {
            assert_eq!(Slice::parse(text), Some(meant), "{text}");
        }
        for text in ["", "x", "5-2", "1:0", "1-", "-", "1:x"] {
            assert_eq!(Slice::parse(text), None, "{text}");
        }
    }
}
