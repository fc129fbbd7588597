//! Lines of a log, each with what it and every value in it means; behind them, what went wrong.
//!
//! What may enter: how an entry is laid out, for people and as JSON. What it means comes from
//! [`log`](crate::log) and the tables.

mod json;
mod text;

pub use json::{Json, JsonVerdict, json, json_prose, json_verdict};
pub use text::{entry, prose, verdicts};

use crate::log::meaning::{Meant, meant, packet, version};
use crate::log::track::{Found, LogTrack};
use crate::log::{Entry, LogReader, Read};
use crate::spec::mosquitto::lines::LAST;
use crate::spec::mosquitto::release::WRITTEN;
use crate::spec::mosquitto::{LineInfo, Release};
use crate::spec::{PacketType, Sender, Version};
use std::collections::HashMap;

/// Clients whose version is remembered.
const MAX_CLIENTS: usize = 65_536;

impl Explained<'_> {
    /// What the line means. A client's log tells of a packet no more than that it passed.
    #[must_use]
    pub fn meaning(&self) -> &'static str {
        match self.packet.filter(|_| self.entry.row.by_client) {
            Some((kind, _)) => kind.info().meaning,
            None => self.entry.row.event.info().meaning,
        }
    }
}

/// Reads a log line by line and knows what each line means in the light of those before.
#[derive(Debug, Default)]
pub struct LogExplainer {
    reader: LogReader,
    track: LogTrack,
    versions: HashMap<String, Version>,
    last: Option<i64>,
    entries: u64,
    prose: u64,
}

/// A line with what it means.
#[derive(Debug)]
pub struct Explained<'t> {
    /// The line.
    pub entry: Entry<'t>,
    /// The packet that it stands for, and which end sent it.
    pub packet: Option<(PacketType, Sender)>,
    /// Its values.
    pub values: Vec<Meant>,
    /// Whether its time is another than that of the line before.
    pub is_later: bool,
}

impl LogExplainer {
    /// The next line, without what ends it; `None` for prose.
    pub fn line<'t>(&mut self, text: &'t str) -> Option<Explained<'t>> {
        let Read::Entry(entry) = self.reader.line(text) else {
            self.prose = self.prose.saturating_add(u64::from(!text.trim().is_empty()));
            return None;
        };
        self.entries = self.entries.saturating_add(1);
        self.track.entry(&entry);
        if let (Some(version), Some(client)) = (version(&entry), &entry.client)
            && (self.versions.len() < MAX_CLIENTS || self.versions.contains_key(client))
        {
            self.versions.insert(client.clone(), version);
        }
        let known = entry.client.as_ref().and_then(|client| self.versions.get(client)).copied();
        let values = entry.values.iter().map(|value| meant(&entry, value, known)).collect();
        let is_later = entry.stamp.is_some() && entry.time() != self.last;
        self.last = entry.time().or(self.last);
        Some(Explained { packet: packet(&entry), values, is_later, entry })
    }

    /// Lines of a log, and others that are not blank.
    #[must_use]
    pub fn counts(&self) -> (u64, u64) {
        (self.entries, self.prose)
    }

    /// Lines that were not judged, as there were too many clients.
    #[must_use]
    pub fn forgotten(&self) -> u64 {
        self.track.forgotten()
    }

    /// What went wrong.
    #[must_use]
    pub fn finish(self) -> Vec<Found> {
        self.track.finish()
    }
}

/// The releases that write a line: `1.0 to 1.3`, `since 1.6`; empty where all do.
fn releases(row: &LineInfo) -> String {
    let name = |release: Release| {
        let Release(major, minor, patch) = release;
        let is_last = WRITTEN.iter().any(|row| row.1 == release) || (major, minor) == (1, 3);
        if patch == 0 || is_last { format!("{major}.{minor}") } else { release.to_string() }
    };
    let from = name(row.from);
    let to = match row.to {
        // The first of a line that goes on otherwise.
        Release(_, _, 0) if row.to != row.from || row.to > Release(1, 4, 0) => row.to.to_string(),
        to => name(to),
    };
    match (row.from <= Release(1, 4, 0), row.to == LAST) {
        (true, true) => String::new(),
        (false, true) => format!("since {from}"),
        _ if from == to => from,
        _ => format!("{from} to {to}"),
    }
}
