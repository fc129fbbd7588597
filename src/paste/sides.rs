//! The two sides of a dump that their indent tells apart: each with the address that is due, and what to do where
//! another one stands there.

use super::address::{Address, RADIXES};
use super::digits;
use super::dump::{Dump, Side};
use super::frame;
use super::mistake::MistakeKind;
use super::piece::Direction;
use super::run::{Class, Run};
use super::source::{Line, blanks};

impl Dump<'_> {
    /// Bytes of a side's last line.
    pub(super) fn last_len(&self, side: usize) -> Option<u64> {
        let open = self.open.get(side).copied().flatten()?;
        let len = self.runs.get(open.run)?.data.len().checked_sub(open.last_line)?;
        u64::try_from(len).ok()
    }

    /// A line with the address that is due, of which the rest cannot be read: one mistake.
    pub(super) fn unreadable(&mut self, line: &Line<'_>, address: &Address<'_>) -> bool {
        let side = usize::from(address.indent);
        let radixes = RADIXES.iter().zip(self.fits).filter(|(_, fit)| *fit).map(|(r, _)| *r);
        let mut values = radixes.filter_map(|radix| address.value(radix));
        let due = self.due(side).filter(|due| values.any(|it| it == *due));
        let row = self.source.range(address.hex..line.end);
        let groups = row.split("  ").next().unwrap_or_default();
        let wrong = groups.char_indices().find(|(_, c)| !c.is_ascii_hexdigit() && *c != ' ');
        let is_own = address.digits.len() == self.width && due.is_some() && self.lines > 0;
        let Some((at, found)) = wrong.filter(|_| is_own) else { return false };
        let at = address.hex.saturating_add(at);
        let mut part = Run::new(self.row, Class::Sure, address.hex..line.end);
        let digits = groups.chars().filter(|c| !c.is_whitespace()).count();
        part.slip(at..at.saturating_add(found.len_utf8()), digits::not_a_digit(found), digits / 2);
        self.extend(side, part);
        self.lines = self.lines.saturating_add(1);
        true
    }

    /// How many bytes a mistake stands for in the line before tells the address of this one.
    pub(super) fn settle(&mut self, side: usize, address: &Address<'_>, due: Option<u64>) {
        let (Some(due), Some(open)) = (due, self.open.get(side).copied().flatten()) else { return };
        let Some(run) = self.runs.get_mut(open.run) else { return };
        let Some(slip) = run.slips.last_mut().filter(|slip| {
            let is_gap = matches!(slip.kind, MistakeKind::Gap { .. });
            slip.index >= open.last_line && !is_gap && !slip.is_beside()
        }) else {
            return;
        };
        let radixes = RADIXES.iter().zip(self.fits).filter(|(_, fit)| *fit).map(|(r, _)| *r);
        let lost = u64::try_from(slip.lost).unwrap_or(0);
        let told = radixes
            .filter_map(|r| address.value(r)?.checked_add(lost)?.checked_sub(due))
            .find(|told| *told <= MOST_MISTYPED);
        slip.lost = told.and_then(|told| usize::try_from(told).ok()).unwrap_or(slip.lost);
    }

    /// Addresses that jump by less than a few lines: a line is missing from the dump.
    pub(super) fn gap(
        &mut self,
        side: usize,
        address: &Address<'_>,
        due: u64,
        mut part: Run,
    ) -> bool {
        let radix = RADIXES.iter().zip(self.fits).find(|(_, fit)| *fit).map_or(16, |(r, _)| *r);
        let Some(found) =
            address.value(radix).filter(|f| *f > due && f.abs_diff(due) <= WIDEST_GAP)
        else {
            return false;
        };
        let line_start = self.source.line_start(address.hex);
        let lost = usize::try_from(found.abs_diff(due)).unwrap_or(0);
        let at = self.source.skip_blanks(line_start);
        let range = at..at.saturating_add(address.digits.len());
        part.slips.insert(
            0,
            super::run::Slip {
                index: 0,
                range,
                kind: MistakeKind::Gap { expected: due, found },
                lost,
                meant: None,
            },
        );
        let Some(open) = self.open.get_mut(side).and_then(Option::as_mut) else { return false };
        open.first = open.first.saturating_add(found.abs_diff(due));
        self.extend(side, part);
        self.lines = self.lines.saturating_add(1);
        true
    }

    /// Whether a line that is nothing but an address tells the dump's length.
    pub(super) fn ends(&self, address: &Address<'_>) -> bool {
        let due = self.due(0).or_else(|| self.due(1));
        let values = RADIXES.iter().filter_map(|r| address.value(*r));
        due.is_some_and(|due| values.into_iter().any(|v| v == due || self.star && v > due))
    }

    pub(super) fn due(&self, side: usize) -> Option<u64> {
        let open = self.open.get(side).copied().flatten()?;
        let len = self.runs.get(open.run)?.shown();
        open.first.checked_add(u64::try_from(len).ok()?)
    }

    pub(super) fn begin(&mut self, side: usize, address: &Address<'_>, part: Run) {
        let radix = RADIXES.iter().zip(self.fits).find(|(_, fit)| *fit).map_or(16, |(r, _)| *r);
        let open =
            Side { run: self.runs.len(), first: address.value(radix).unwrap_or(0), last_line: 0 };
        if let Some(slot) = self.open.get_mut(side) {
            *slot = Some(open);
        }
        self.runs.push(part);
    }

    pub(super) fn extend(&mut self, side: usize, part: Run) {
        let Some(open) = self.open.get_mut(side).and_then(Option::as_mut) else { return };
        let Some(run) = self.runs.get_mut(open.run) else { return };
        open.last_line = run.data.len();
        run.append(part);
    }

    /// A line `*` stands for lines like the one before it, up to the next address.
    pub(super) fn fill(&mut self, address: &Address<'_>) {
        if !std::mem::take(&mut self.star) {
            return;
        }
        let due = self.due(0);
        let Some(open) = self.open.first().copied().flatten() else { return };
        let radixes = RADIXES.iter().zip(self.fits).filter(|(_, fit)| *fit).map(|(r, _)| *r);
        let Some(run) = self.runs.get_mut(open.run) else { return };
        let line: Vec<u8> = run.data.bytes.get(open.last_line..).unwrap_or_default().to_vec();
        let at = run.range.end;
        let missing = radixes
            .filter_map(|r| address.value(r)?.checked_sub(due?))
            .find(|n| *n > 0 && *n <= MOST_FILLED && n.checked_rem(line.len() as u64) == Some(0));
        for (_, byte) in (0..missing.unwrap_or(0)).zip(line.into_iter().cycle()) {
            run.data.push(byte, at, 1);
        }
    }

    /// With lines of both sides this is a conversation: its packets in the order of the text.
    pub(super) fn finish(self) -> Vec<Run> {
        if !self.open.iter().all(Option::is_some) {
            return self.runs;
        }
        let source = self.source;
        let deep = |run: &Run| {
            let head = source.range(source.line_start(run.range.start)..run.range.start);
            head.starts_with('\t') || blanks(head) > 3
        };
        let deep_is_client = self.runs.iter().any(|r| deep(r) && frame::connect(&r.data.bytes));
        let mut packets = Vec::new();
        for mut run in self.runs {
            let from_client = deep(&run) == deep_is_client;
            run.direction =
                Some(if from_client { Direction::FromClient } else { Direction::FromServer });
            packets.extend(run.into_packets());
        }
        packets
    }
}

/// Addresses that jump by more begin another dump.
pub(super) const WIDEST_GAP: u64 = 4096;
/// A mistake that hides more is not one of typing.
const MOST_MISTYPED: u64 = 4;
/// What `*` may stand for: as much as a packet of a text someone pastes has.
pub(super) const MOST_FILLED: u64 = 16 << 20;
