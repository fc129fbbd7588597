//! What went wrong, by a log alone: connections by their client, exchanges by their Packet
//! Identifier. A log has no payloads and no identifiers of SUBSCRIBE; what it says is taken at its
//! word, as the broker writes it.

mod cause;
mod client;
mod pace;
#[cfg(test)]
mod tests;

use super::Entry;
use crate::spec::Verdict;
use crate::spec::mosquitto::{Event, Level, LogField};
use cause::{broken, refusal};
use client::{Client, Open};
use pace::pace;
use std::collections::{BTreeMap, HashMap};

/// Clients that are remembered: as many as a large broker serves.
const MAX_CLIENTS: usize = 65_536;
/// Take-overs of one client whose times are remembered.
const MAX_TAKE_OVERS: usize = 65_535;
/// Lines that one verdict names.
const MAX_LINES: usize = 8;
/// Take-overs of one client that make a war.
const WAR: u64 = 3;

/// The verdicts that a log alone allows, in the order of their table.
pub const VERDICTS_OF_LOGS: &[Verdict] = &[
    Verdict::REFUSED,
    Verdict::TAKE_OVER_WAR,
    Verdict::TAKEN_OVER,
    Verdict::KEEP_ALIVE,
    Verdict::LIMIT,
    Verdict::MALFORMED,
    Verdict::NOT_AUTHORISED,
    Verdict::CLOSED,
    Verdict::SOCKET_FAILED,
    Verdict::DENIED,
    Verdict::QOS_2_OPEN,
    Verdict::QOS_1_OPEN,
    Verdict::DROPPED,
    Verdict::UNDER_WAY,
];

/// One verdict, with what proves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Which.
    pub verdict: Verdict,
    /// Whose.
    pub client: String,
    /// What happened, as a sentence without a full stop.
    pub what: String,
    /// How often.
    pub count: u64,
    /// The first lines that tell it.
    pub lines: Vec<usize>,
}

/// Takes the lines of a log in their order.
#[derive(Debug, Default)]
pub struct LogTrack {
    clients: HashMap<String, Client>,
    /// By the verdict, the client, and the code of a CONNACK that refused, else 0.
    found: BTreeMap<(Verdict, String, u64), Sum>,
    /// The line of the last CONNACK that refused.
    refusal: usize,
    /// The broker has stopped: connections end without a line of their own.
    has_stopped: bool,
    /// Whether the log has lines of packets: without `log_type debug` no PINGREQ stands in it.
    has_packets: bool,
    forgotten: u64,
}

#[derive(Debug, Default)]
struct Sum {
    what: String,
    count: u64,
    lines: Vec<usize>,
}

impl LogTrack {
    /// Takes a line.
    pub fn entry(&mut self, entry: &Entry<'_>) {
        self.has_packets |= entry.row.level == Level::Debug;
        match entry.row.event {
            Event::TERMINATING => self.has_stopped = true,
            // Who is not there any more comes back with a line of its own.
            Event::STARTING => self.clients.values_mut().for_each(Client::leaves),
            _ => {}
        }
        let Some(id) = entry.client.clone() else { return };
        if !self.clients.contains_key(&id) && self.clients.len() >= MAX_CLIENTS {
            self.forgotten = self.forgotten.saturating_add(1);
            return;
        }
        let mut client = self.clients.remove(&id).unwrap_or_default();
        self.judge(entry, &id, &mut client);
        client.exchange(entry);
        if entry.row.event.is_end() || entry.row.event == Event::DISCONNECT_IN {
            client.leaves();
        }
        if entry.row.event != Event::TAKEN_OVER {
            client.last = Some((entry.number, entry.time()));
            client.last_event = Some(entry.row.event);
        }
        self.clients.insert(id, client);
    }

    fn judge(&mut self, entry: &Entry<'_>, id: &str, client: &mut Client) {
        let event = entry.row.event;
        match event {
            Event::CONNECTED | Event::BRIDGE_CONNECTED => {
                self.has_stopped = false;
                for (key, open) in client.connected(entry) {
                    let gone = "; the client has come back with a new session, so that this does not go on";
                    self.unfinished(id, key, &open, gone);
                }
            }
            Event::TAKEN_OVER | Event::SESSION_TAKEN_OVER => {
                client.take_overs.truncate(MAX_TAKE_OVERS);
                client.take_overs.push(entry.time());
                self.add(
                    Verdict::TAKEN_OVER,
                    id,
                    entry,
                    "a new connection has its Client Identifier, and the old one was closed".into(),
                );
            }
            Event::TIMEOUT => {
                let what = client.silence(entry, self.has_packets);
                self.add(Verdict::KEEP_ALIVE, id, entry, what);
            }
            Event::CLOSED => {
                let what = format!("it went away without DISCONNECT{}", client.under_way());
                self.add(Verdict::CLOSED, id, entry, what);
            }
            Event::ENDED_IN_PACKET => {
                let what = format!(
                    "it went away without DISCONNECT, most likely in the middle of a packet: the broker \
                     had no more to read, which its system calls Success{}",
                    client.under_way()
                );
                self.add(Verdict::CLOSED, id, entry, what);
            }
            // The releases that write both lines write the time-out first.
            Event::SOCKET_ERROR if client.last_event == Some(Event::TIMEOUT) => {}
            Event::SOCKET_ERROR | Event::SOCKET_FAILED | Event::SYSTEM_FAILED => {
                let what = format!("{}{}", broken(entry), client.under_way());
                self.add(cause::verdict(entry), id, entry, what);
            }
            // The line above has said it, with the address.
            Event::NOT_AUTHORISED if self.refusal.saturating_add(1) == entry.number => {}
            Event::NOT_AUTHORISED | Event::BAD_PASSWORD => {
                self.add(
                    Verdict::NOT_AUTHORISED,
                    id,
                    entry,
                    "the broker did not let it in, or threw it out".into(),
                );
            }
            Event::CONNACK => {
                let code = entry.number(LogField::CODE);
                if code == Some(0) && entry.number(LogField::SESSION_PRESENT) == Some(0) {
                    // A client may publish its own once more; they are behind those to it.
                    let own = client.open.split_off(&(true, 0));
                    for (key, open) in std::mem::replace(&mut client.open, own) {
                        let gone = "; the broker had no session of the client when it came back, so that this does \
                                    not go on";
                        self.unfinished(id, key, &open, gone);
                    }
                }
                if let Some(code) = code.filter(|code| *code > 0) {
                    self.refusal = entry.number;
                    let name = refusal(code).unwrap_or("unknown");
                    let what = format!("code {code}, {name}");
                    self.sum((Verdict::REFUSED, id, code), entry.number, what);
                }
            }
            Event::PUBLISH_DENIED | Event::FILTER_DENIED => {
                let topic = entry.value(LogField::TOPIC).or_else(|| entry.value(LogField::FILTER));
                let what = format!("first for '{}'", topic.unwrap_or_default());
                self.add(Verdict::DENIED, id, entry, what);
            }
            Event::GRANTED if entry.number(LogField::GRANTED_QOS).is_some_and(|qos| qos > 2) => {
                let filter = entry.value(LogField::FILTER).unwrap_or_default();
                self.add(Verdict::DENIED, id, entry, format!("first for '{filter}'"));
            }
            Event::DELIVERY_DROPPED | Event::DELIVERY_TOO_LARGE | Event::PUBLISH_TOO_LARGE => {
                self.add(Verdict::DROPPED, id, entry, event.info().meaning.into());
            }
            _ if event.is_fault() => {
                let verdict = if event.is_limit() { Verdict::LIMIT } else { Verdict::MALFORMED };
                self.add(verdict, id, entry, event.info().meaning.into());
            }
            _ => {}
        }
    }

    fn add(&mut self, verdict: Verdict, id: &str, entry: &Entry<'_>, what: String) {
        self.sum((verdict, id, 0), entry.number, what);
    }

    fn sum(&mut self, (verdict, id, code): (Verdict, &str, u64), line: usize, what: String) {
        let sum = self.found.entry((verdict, id.to_owned(), code)).or_default();
        if sum.count == 0 {
            sum.what = what;
        }
        sum.count = sum.count.saturating_add(1);
        if sum.lines.len() < MAX_LINES {
            sum.lines.push(line);
        }
    }

    /// What was found, in the order of the table of verdicts and then of clients.
    #[must_use]
    pub fn finish(mut self) -> Vec<Found> {
        let mut clients: Vec<_> = std::mem::take(&mut self.clients).into_iter().collect();
        clients.sort_by(|a, b| a.0.cmp(&b.0));
        for (id, client) in &clients {
            self.war(id, client);
            let is_there = client.is_connected && !self.has_stopped;
            for (key, open) in &client.open {
                if is_there && open.is_waiting() {
                    let what = format!("{}{}", open.what(*key), open.stalled());
                    self.sum((Verdict::UNDER_WAY, id, 0), open.line, what);
                } else if is_there {
                    let what = format!("{}; the log ends before more", open.what(*key));
                    self.sum((Verdict::UNDER_WAY, id, 0), open.line, what);
                } else {
                    self.unfinished(id, *key, open, &client.outlook(open));
                }
            }
        }
        let found = self.found.into_iter().map(|((verdict, client, _), sum)| Found {
            verdict,
            client,
            what: sum.what,
            count: sum.count,
            lines: sum.lines,
        });
        found.collect()
    }

    /// A message whose last step did not come before its connection ended.
    fn unfinished(&mut self, id: &str, key: (bool, u64), open: &Open, outlook: &str) {
        let verdict = if open.qos == 2 { Verdict::QOS_2_OPEN } else { Verdict::QOS_1_OPEN };
        self.sum((verdict, id, 0), open.line, format!("{}{outlook}", open.what(key)));
    }

    /// Lines of clients that were passed over, as there were too many clients.
    #[must_use]
    pub fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// Take-overs become a war where they go on between two addresses. From one address it may as well
    /// be one device that comes back before the broker misses it.
    fn war(&mut self, id: &str, client: &Client) {
        let count = client.take_overs.len() as u64;
        if count < WAR {
            return;
        }
        let Some(sum) = self.found.remove(&(Verdict::TAKEN_OVER, id.to_owned(), 0)) else { return };
        let mut what = format!("taken over {count} times");
        if let Some(pace) = pace(&client.take_overs) {
            what.push_str(&format!(", {pace}"));
        }
        let verdict = match client.addresses.as_slice() {
            [] => Verdict::TAKEN_OVER,
            [one] => {
                what.push_str(&format!(
                    ", always from {one}: one device that comes back again and again, or several behind \
                     that address that throw each other out"
                ));
                Verdict::TAKEN_OVER
            }
            several => {
                what.push_str(&format!(", from {}", several.join(" and ")));
                Verdict::TAKE_OVER_WAR
            }
        };
        self.found.insert((verdict, id.to_owned(), 0), Sum { what, ..sum });
    }
}
