//! What was found, counted: by rule and by client.

use super::citation;
use super::paint::{Painter, Role};
use super::sessions::place;
use super::summary::{columns, cut};
use crate::pipeline::Record;
use crate::session::At;
use crate::spec::rule::RULES;
use crate::spec::{Sender, Severity};
use crate::text::{self, Escaped};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Clients that are counted one by one.
const MAX_CLIENTS: usize = 4_096;
/// Bytes of a client's name that are kept.
const MAX_NAME: usize = 128;
/// Columns that the name of a client or a rule may take.
const NAME: usize = 40;

/// Counts of findings.
#[derive(Debug, Default)]
pub struct Digest {
    packets: u64,
    concerned: u64,
    rules: BTreeMap<u16, Tally>,
    clients: BTreeMap<Vec<u8>, Sides>,
    /// Findings of clients beyond [`MAX_CLIENTS`].
    others: Sides,
}

/// Counts by severity: on what a client sent, and on what its server sent to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sides {
    own: [u64; 3],
    server: [u64; 3],
}

#[derive(Debug, Default)]
struct Tally {
    count: u64,
    first: At,
}

impl Digest {
    /// Takes a record into account; whether anything of at least this severity was found on it.
    pub fn add(&mut self, record: &Record<'_>, least: Severity) -> bool {
        self.packets = self.packets.saturating_add(1);
        let found = record.tape.findings().iter().filter(|finding| finding.severity() >= least);
        let mut is_concerned = false;
        for finding in found {
            is_concerned = true;
            let first = At {
                number: record.number,
                frame: record.origin.frames.last().copied().unwrap_or(0),
                time: record.origin.time,
            };
            let tally = self.rules.entry(finding.rule.0).or_insert(Tally { count: 0, first });
            tally.count = tally.count.saturating_add(1);
            let name = client(record);
            let is_full = self.clients.len() >= MAX_CLIENTS && !self.clients.contains_key(&name);
            let sides =
                if is_full { &mut self.others } else { self.clients.entry(name).or_default() };
            let of_server = record.sender == Some(Sender::Server);
            let counts = if of_server { &mut sides.server } else { &mut sides.own };
            if let Some(count) = counts.get_mut(finding.severity() as usize) {
                *count = count.saturating_add(1);
            }
        }
        self.concerned = self.concerned.saturating_add(u64::from(is_concerned));
        is_concerned
    }

    /// Writes the counts, the gravest and most frequent rules first.
    pub fn write(&self, painter: Painter, out: &mut String) {
        let all = self.rules.values().fold(0u64, |all, tally| all.saturating_add(tally.count));
        let head = format!(
            "{} on {} of {}",
            text::count(all, "finding"),
            text::number(self.concerned),
            text::count(self.packets, "packet")
        );
        // Writing to a String does not fail.
        let _ = writeln!(out, "{}", painter.paint(Role::Title, head));
        let mut rules: Vec<_> = self
            .rules
            .iter()
            .filter_map(|(rule, tally)| Some((RULES.get(usize::from(*rule))?, tally)))
            .collect();
        rules.sort_by_key(|(info, tally)| {
            (std::cmp::Reverse((info.severity, tally.count)), info.id)
        });
        let wide = rules.iter().map(|(info, _)| columns(info.id)).max().unwrap_or(0);
        for (info, tally) in rules {
            let severity =
                painter.paint(info.severity.into(), format!("{:<7}", info.severity.name()));
            let (id, count) = (info.id, text::number(tally.count));
            let first = painter.paint(Role::Dim, format!("first {}", place(&tally.first)));
            let _ = writeln!(out, "  {severity}  {id:<wide$}  {count:>7}  {first}");
        }
        if self.clients.is_empty() {
            return;
        }
        let _ = writeln!(out, "{}", painter.paint(Role::Title, "by client"));
        let mut clients: Vec<_> =
            self.clients.iter().map(|(name, counts)| (shown(name), *counts)).collect();
        clients.sort_by(|a, b| worst(&b.1).cmp(&worst(&a.1)).then_with(|| a.0.cmp(&b.0)));
        if self.others != Sides::default() {
            clients.push(("(others)".into(), self.others));
        }
        let wide = clients.iter().map(|(name, _)| columns(name)).max().unwrap_or(0);
        for (name, counts) in clients {
            let blanks = wide.saturating_sub(columns(&name));
            let name = painter.paint(Role::Label, name);
            let _ = writeln!(out, "  {name}{:blanks$}  {}", "", both_counted(counts));
        }
    }
}

/// `2 errors, 1 note; of its server 1 warning`.
fn both_counted(sides: Sides) -> String {
    let server = counted(sides.server);
    let server = if server.is_empty() { server } else { format!("of its server {server}") };
    let both = [counted(sides.own), server];
    both.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join("; ")
}

/// `2 errors, 1 note`.
fn counted(counts: [u64; 3]) -> String {
    let names = [Severity::Note, Severity::Warning, Severity::Error];
    let words: Vec<String> = names
        .into_iter()
        .zip(counts)
        .rev()
        .filter(|(_, count)| *count > 0)
        .map(|(severity, count)| text::count(count, severity.name()))
        .collect();
    words.join(", ")
}

/// The gravest counts first, of both sides together.
fn worst(sides: &Sides) -> [u64; 3] {
    let [note, warning, error] = sides.own;
    let [by_note, by_warning, by_error] = sides.server;
    [
        error.saturating_add(by_error),
        warning.saturating_add(by_warning),
        note.saturating_add(by_note),
    ]
}

/// The client of a record: its Client Identifier, its address, or nothing.
fn client(record: &Record<'_>) -> Vec<u8> {
    if let Some(id) = record.client_id {
        return id.get(..MAX_NAME).unwrap_or(id).to_vec();
    }
    let Some((src, dst)) = record.origin.ends else { return Vec::new() };
    let client = if record.sender == Some(Sender::Server) { dst } else { src };
    client.to_string().into_bytes()
}

fn shown(name: &[u8]) -> String {
    if name.is_empty() { "(not known)".into() } else { cut(&Escaped(name).to_string(), NAME) }
}

/// The findings of a record as comments on its frame: `#7 (frame 12 of the whole) PUBLISH: error: QoS 3
/// does not exist [MQTT-3.3.1-4]`. Where they are read, frames may have other numbers.
pub fn comments(record: &Record<'_>) -> impl Iterator<Item = String> {
    let context = record.context();
    let frame = record.origin.frames.iter().max();
    let frame = frame.map_or(String::new(), |frame| format!(" (frame {frame} of the whole)"));
    record.tape.findings().iter().map(move |finding| {
        let (severity, message) = (finding.severity().name(), finding.message(&context));
        let (number, kind) = (record.number, record.type_name());
        let said = citation(finding, &context);
        let blank = if said.is_empty() { "" } else { " " };
        text::safe(&format!("#{number}{frame} {kind}: {severity}: {message}{blank}{said}"))
    })
}
