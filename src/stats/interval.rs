//! What passed when: figures by intervals of time, as tshark's `io,stat` has them.

use super::report::{Cell, Column, Report, column};
use super::scale::{Merge, Scale};
use super::{Both, Counted, Run, Statistic, Volume, add};
use crate::text;

/// Intervals where the user asks for none: as many as a screen shows; one is a millisecond to begin
/// with.
const MAX_ROWS: usize = 50;
const SHORTEST: u64 = 1_000_000;
/// Intervals of a length that the user asks for, at 56 bytes each.
const MAX_INTERVALS: usize = 65_536;

/// The columns.
pub(super) static COLUMNS: &[Column] = &[
    column("begin", "begins", 0, "when it begins: seconds from the first frame"),
    column("packets", "packets", 0, "packets"),
    column("bytes", "bytes", 0, "their bytes"),
    column("from_client", "from client", 2, "packets that clients sent"),
    column("from_server", "from server", 2, "packets that servers sent"),
    column("published", "published", 1, "PUBLISH packets that clients sent"),
    column("delivered", "delivered", 1, "PUBLISH packets that servers sent"),
];

/// Figures of each interval.
#[derive(Debug)]
pub(super) struct Interval {
    scale: Scale<Row>,
    is_asked: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Row {
    volume: Both<Volume>,
    published: Both<u64>,
}

impl Merge for Row {
    fn merge(&mut self, other: &Self) {
        self.volume.client = self.volume.client.and(other.volume.client);
        self.volume.server = self.volume.server.and(other.volume.server);
        add(&mut self.published.client, other.published.client);
        add(&mut self.published.server, other.published.server);
    }
}

impl Interval {
    /// Intervals of so many seconds; 0 is one for all, and without a number they fit the run.
    pub(super) fn new(seconds: Option<&str>) -> Result<Self, String> {
        let Some(text) = seconds.filter(|text| !text.is_empty()) else {
            return Ok(Self { scale: Scale::new(SHORTEST, MAX_ROWS), is_asked: false });
        };
        let wrong = || {
            format!(
                "the length of an interval is a number of seconds, as in interval,0.5, and not \"{}\"; \
                 which packets count is said with -Y",
                text::safe(text)
            )
        };
        let seconds: f64 = text.parse().map_err(|_| wrong())?;
        if !(0.0..1e9).contains(&seconds) || (seconds > 0.0 && seconds < 1e-6) {
            return Err(wrong());
        }
        let width = if seconds == 0.0 { u64::MAX } else { (seconds * 1e9).round() as u64 };
        Ok(Self { scale: Scale::new(width, MAX_INTERVALS), is_asked: true })
    }
}

impl Statistic for Interval {
    fn count(&mut self, counted: &Counted<'_>) {
        let origin = counted.record.origin;
        let (Some(start), Some(time)) = (origin.start, origin.time) else { return };
        if !counted.record.is_packet() {
            return;
        }
        let since = u64::try_from(time.saturating_sub(start)).unwrap_or(0);
        let Some(row) = self.scale.at(since) else { return };
        row.volume.of(counted.sender).add(counted.len);
        if counted.message.is_some() {
            add(row.published.of(counted.sender), 1);
        }
    }

    fn report<'s>(&'s self, _: &'s Run) -> Report<'s> {
        let (all, width) = (self.scale.all(), self.scale.width());
        let row = move |at: u32| {
            let row = all.get(at as usize).copied().unwrap_or_default();
            let Volume { packets, bytes } = row.volume.all();
            vec![
                Cell::Since(width.saturating_mul(at.into())),
                Cell::Count(packets),
                Cell::Count(bytes),
                Cell::Count(row.volume.client.packets),
                Cell::Count(row.volume.server.packets),
                Cell::Count(row.published.client),
                Cell::Count(row.published.server),
            ]
        };
        let mut report = Report::lazy(COLUMNS, (0..all.len() as u32).collect(), Box::new(row));
        if self.is_asked && self.scale.is_lengthened() {
            report.note(format!(
                "an interval is {} long: with shorter ones there would be more than {}",
                text::duration(width),
                text::number(MAX_INTERVALS as u64)
            ));
        } else if !self.is_asked && !all.is_empty() {
            report.note(format!("an interval is {} long", text::duration(width)));
        }
        report
    }
}
