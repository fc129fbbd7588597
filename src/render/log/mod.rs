//! `-T log`: the log that mosquitto would have written of what the capture holds.
//!
//! What may enter: which line a packet, or the end of a connection, has ([`Scribe`]). The lines
//! themselves are rows of the table.

mod answers;
mod astray;
mod connection;
mod diff;
mod ending;
mod left_out;
mod lines;
mod order;
mod records;
mod scribe;
mod step;
mod takers;
mod unwritten;

pub use diff::{Diff, Missing, compare, release_of};
pub use lines::Line;
pub use scribe::Scribe;

use super::{Format, Options};
use crate::log::MAX_LINE_2;
use crate::pipeline::{Lifeline, Record};
use crate::spec::mosquitto::Release;
use crate::text;
use std::io::{self, Write};

/// The log format.
#[derive(Debug)]
pub struct Log {
    scribe: Scribe,
    /// Lines whose topic is not known.
    topics: u64,
}

impl Log {
    /// A log as the user's release of mosquitto writes it.
    #[must_use]
    pub fn new(options: &Options) -> Self {
        Self { scribe: Scribe::new(options.mosquitto), topics: 0 }
    }

    fn write(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let release = self.scribe.release();
        for line in self.scribe.lines() {
            if line.lacks_topic {
                self.topics = self.topics.saturating_add(1);
                continue;
            }
            writeln!(out, "{}", shown(&line, release))?;
        }
        Ok(())
    }
}

/// A line with its time before it, as the broker writes it: seconds since 1970.
#[must_use]
pub fn shown(line: &Line, release: Release) -> String {
    let seconds = line.time.and_then(|time| time.checked_div_euclid(1_000_000_000));
    let stamp = seconds.map(|seconds| format!("{seconds}: ")).unwrap_or_default();
    let mut whole = format!("{stamp}{}", line.text);
    if release >= Release(2, 0, 0) {
        let mut cut = whole.len().min(MAX_LINE_2);
        while !whole.is_char_boundary(cut) {
            cut = cut.saturating_sub(1);
        }
        whole.truncate(cut);
    }
    match whole.split_once('\t') {
        // The one tab is the broker's own.
        Some((before, after)) if before == stamp => format!("{before}\t{}", text::safe(after)),
        _ => text::safe(&whole),
    }
}

impl Format for Log {
    fn record(&mut self, record: &Record<'_>, out: &mut dyn Write) -> io::Result<()> {
        self.scribe.record(record);
        self.write(out)
    }

    fn needs_lifelines(&self) -> bool {
        true
    }

    fn lifeline(&mut self, lifeline: &Lifeline, out: &mut dyn Write) -> io::Result<()> {
        self.scribe.lifeline(lifeline);
        self.write(out)
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.scribe.finish();
        self.write(out)?;
        for note in left_out::notes(&self.scribe, self.topics) {
            writeln!(out, "({note})")?;
        }
        Ok(())
    }
}
