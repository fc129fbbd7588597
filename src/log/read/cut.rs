//! Lines that had no room: 2.x formats a line with its time into a fixed buffer, and what does not fit is lost.

use super::starts;
use crate::log::template::{fit_cut, head};
use crate::log::{MAX_LINE_2, Value};
use crate::spec::mosquitto::lines::LINES;
use crate::spec::mosquitto::{Event, LineInfo, Release};

/// Bytes of `\xNN`.
const ESCAPE: usize = 4;

/// A line that has as many bytes as the broker writes at most.
#[derive(Clone, Copy, Debug)]
pub(super) struct Full {
    /// Where the text ends that is whole: the broker may cut within a character.
    end: usize,
    /// How many bytes the line has in the log, with what other programs put before it.
    bytes: usize,
}

impl Full {
    /// Whether this line is one.
    pub(super) fn of(text: &str) -> Option<Self> {
        // The bytes of a character that is not whole stand there escaped, three at most.
        (0..=3_usize).find_map(|broken| {
            let end = text.len().checked_sub(broken.checked_mul(ESCAPE)?)?;
            let bytes = end.checked_add(broken)?;
            let is_full = starts(text).any(|start| bytes.checked_sub(start) == Some(MAX_LINE_2));
            let is_whole = is_full && is_escaped(text.get(end..)?);
            is_whole.then_some(Self { end, bytes })
        })
    }

    /// How many bytes of a message that begins there the broker wrote.
    pub(super) fn bytes_from(self, start: usize) -> Option<usize> {
        self.bytes.checked_sub(start)
    }

    /// The line that begins so: where it begins, its row, and the values that stand there. Where it may be of
    /// several events, it is of none.
    pub(super) fn find(self, text: &str) -> Option<(usize, &'static LineInfo, Vec<Value>)> {
        let whole = text.get(..self.end)?;
        starts(whole).find_map(|start| {
            let message = whole.get(start..)?;
            let rows =
                LINES.iter().filter(|row| !row.needs_context() && !head(row.template).is_empty());
            let mut fits = rows.filter_map(|row| Some((row, fit_row(row, message, start)?)));
            let (row, values) = fits.next()?;
            fits.all(|other| other.0.event == row.event).then_some((start, row, values))
        })
    }

    /// The values of a row that begins so behind the line that it belongs to.
    pub(super) fn fit(
        self,
        template: &'static str,
        text: &str,
        start: usize,
    ) -> Option<Vec<Value>> {
        let end = self.end.checked_sub(start)?.min(text.len());
        fit_cut(template, text.get(..end)?, start)
    }
}

/// The values of a message of this event of which no more bytes than these were written; `None` where they do
/// not tell what it is.
#[must_use]
pub fn values_of_cut(event: Event, message: &str) -> Option<Vec<Value>> {
    let rows = LINES.iter().filter(|row| row.event == event);
    rows.into_iter().find_map(|row| fit_row(row, message, 0))
}

fn fit_row(row: &LineInfo, message: &str, start: usize) -> Option<Vec<Value>> {
    let is_of_2 = row.to >= Release(2, 0, 0) && message.starts_with(head(row.template));
    is_of_2.then(|| fit_cut(row.template, message, start)).flatten()
}

/// Whether nothing but bytes that are no text stands there, as [`text_of`](super::text_of) writes them.
pub(super) fn is_escaped(text: &str) -> bool {
    text.as_bytes().chunks(ESCAPE).all(|byte| {
        byte.strip_prefix(b"\\x").is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    })
}
