//! What gdb prints in place of the same bytes again and again: `0x0 <repeats 33 times>`.

use super::mistake::MistakeKind;
use super::run::Run;
use super::source::Source;
use std::ops::Range;

/// How often what ends at a place stands there, in all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Times {
    pub(super) count: usize,
    /// Where the words stand.
    pub(super) range: Range<usize>,
}

impl Times {
    /// What ` <repeats 33 times>` at `at` says.
    pub(super) fn of(source: Source<'_>, at: usize) -> Option<Self> {
        let text = source.head(at, LONGEST);
        let (number, behind) = text.strip_prefix(BEFORE)?.split_once(BEHIND)?;
        let count = number.parse().ok().filter(|count| *count > 0)?;
        let end = at.saturating_add(text.len()).saturating_sub(behind.len());
        Some(Self { count, range: at..end })
    }

    /// Adds a byte so often to a run, in which it stands once; tells how many of them are left out.
    pub(super) fn fill(&self, byte: u8, run: &mut Run) {
        let more = self.count.saturating_sub(1);
        for _ in 0..more.min(MOST) {
            run.data.push(byte, self.range.start, self.range.len());
        }
        let left = more.saturating_sub(MOST);
        if left > 0 {
            let kind = MistakeKind::LeftOut { count: Some(left) };
            run.slip(self.range.clone(), kind, left);
        }
    }
}

/// Where the next part of a string that gdb prints begins: a comma ends the one before, which either is one that
/// stands several times or has one behind it.
pub(super) fn following(source: Source<'_>, at: usize) -> Option<usize> {
    let next = at.saturating_add(2);
    let part = source.head(at, LONGEST).strip_prefix(", ")?;
    let repeats = part.strip_prefix('\'').is_some_and(|it| it.contains(&format!("'{BEFORE}")));
    let is_behind = source.tail(0..at, LONGEST).ends_with(BEHIND);
    (repeats || is_behind && part.starts_with('"')).then_some(next)
}

const BEFORE: &str = " <repeats ";
const BEHIND: &str = " times>";
/// The words, a number and a character.
const LONGEST: usize = 48;
/// gdb itself prints 200 elements unless it is told otherwise; no short text takes much memory.
const MOST: usize = 1024;
