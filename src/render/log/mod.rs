//! `-T log`: the log that mosquitto would have written of what the capture holds.
//!
//! What may enter: which line a packet, or the end of a connection, has ([`Scribe`]). The lines
//! themselves are rows of the table.

mod astray;
mod connection;
mod diff;
mod ending;
mod lines;
mod order;
mod scribe;
mod step;
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

    fn lifeline(&mut self, lifeline: &Lifeline, out: &mut dyn Write) -> io::Result<()> {
        self.scribe.lifeline(lifeline);
        self.write(out)
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.scribe.finish();
        self.write(out)?;
        let too_new = self.scribe.too_new();
        if too_new > 0 {
            let Release(major, minor, _) = self.scribe.release();
            writeln!(
                out,
                "({} of MQTT 5.0, which mosquitto {major}.{minor} does not know: it refuses them; \
                 --mosquitto 1.6 or later knows it)",
                text::count(too_new, "connection")
            )?;
        }
        let unknown = self.scribe.unknown_ends();
        if unknown > 0 {
            writeln!(
                out,
                "(how {} ended is left out: the capture does not show on what that line rests)",
                text::count(unknown, "connection")
            )?;
        }
        let unread = self.scribe.unread();
        if unread > 0 {
            writeln!(
                out,
                "({} left out: the broker closed before it read of them, as it does where max_connections \
                 or the hosts files deny them)",
                text::count(unread, "connection")
            )?;
        }
        let unaccepted = self.scribe.unaccepted();
        if unaccepted > 0 {
            writeln!(
                out,
                "({} left out: the client reset it before it had sent a byte, so that the broker need not have taken it)",
                text::count(unaccepted, "connection")
            )?;
        }
        let unanswered = self.scribe.unanswered();
        if unanswered > 0 {
            writeln!(
                out,
                "({} left out: the capture lacks the answer, which tells whether the broker denied it)",
                text::count(unanswered, "PUBLISH packet")
            )?;
        }
        if self.topics > 0 {
            writeln!(
                out,
                "({} left out: the topic is not known, as the Topic Alias was set before the capture begins)",
                text::count(self.topics, "PUBLISH packet")
            )?;
        }
        match self.scribe.unknown_senders() {
            0 => Ok(()),
            count => writeln!(
                out,
                "({} left out: it is not known which end sent them; --from says it)",
                text::count(count, "packet")
            ),
        }
    }
}
