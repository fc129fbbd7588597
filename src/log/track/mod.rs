//! What went wrong, by a log alone: connections by their client, exchanges by their Packet
//! Identifier. A log has no payloads and no identifiers of SUBSCRIBE; what it says is taken at its
//! word, as the broker writes it.

mod cause;
mod client;
mod pace;
mod sums;
#[cfg(test)]
mod tests;

use super::Entry;
use crate::spec::Verdict;
use crate::spec::mosquitto::{Event, Level, LogField};
use cause::{broken, refusal};
use client::{Client, Open};
use pace::pace;
use std::collections::HashMap;
use sums::{Sums, Told};

/// Clients that are remembered: as many as a large broker serves.
const MAX_CLIENTS: usize = 65_536;
/// Take-overs of one client whose times are remembered.
const MAX_TAKE_OVERS: usize = 65_535;
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
    found: Sums,
    /// The line of the last CONNACK that refused.
    refusal: usize,
    /// The broker has stopped: connections end without a line of their own.
    has_stopped: bool,
    /// Whether the log has lines of packets: without `log_type debug` no PINGREQ stands in it.
    has_packets: bool,
    forgotten: u64,
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
                if entry.row.by_client && client.has_begun {
                    let what = "it sends CONNECT again without a DISCONNECT before: its connection was lost, and it \
                                began anew; a client's log does not tell which side ended it";
                    self.add(Verdict::SOCKET_FAILED, id, entry, Told::all(what));
                }
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
                    Told::all(
                        "a new connection has its Client Identifier, and the old one was closed",
                    ),
                );
            }
            Event::TIMEOUT => {
                let silence = client.silence(entry, self.has_packets);
                let told = Told::Same("the broker heard nothing of it".into(), silence);
                self.add(Verdict::KEEP_ALIVE, id, entry, told);
            }
            Event::CLOSED => {
                let what = "it went away without DISCONNECT";
                self.add(Verdict::CLOSED, id, entry, Told::Same(what.into(), client.under_way()));
            }
            Event::ENDED_IN_PACKET => {
                let what = "it went away without DISCONNECT, most likely in the middle of a packet: the broker \
                            had no more to read, which its system calls Success";
                self.add(Verdict::CLOSED, id, entry, Told::Same(what.into(), client.under_way()));
            }
            // The releases that write both lines write the time-out first.
            Event::SOCKET_ERROR if client.last_event == Some(Event::TIMEOUT) => {}
            Event::SOCKET_ERROR | Event::SOCKET_FAILED | Event::SYSTEM_FAILED => {
                let told = Told::Same(broken(entry), client.under_way());
                self.add(cause::verdict(entry), id, entry, told);
            }
            // The line above has said it, with the address.
            Event::NOT_AUTHORISED if self.refusal.saturating_add(1) == entry.number => {}
            Event::NOT_AUTHORISED | Event::BAD_PASSWORD => {
                self.add(
                    Verdict::NOT_AUTHORISED,
                    id,
                    entry,
                    Told::all("the broker did not let it in, or threw it out"),
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
                    if entry.row.by_client {
                        client.leaves();
                    }
                    self.refusal = entry.number;
                    let name = refusal(code).unwrap_or("unknown");
                    let what = format!("code {code}, {name}");
                    self.add(Verdict::REFUSED, id, entry, Told::all(what));
                }
            }
            Event::PUBLISH_DENIED | Event::FILTER_DENIED => {
                let topic = entry.value(LogField::TOPIC).or_else(|| entry.value(LogField::FILTER));
                let what = format!("first for '{}'", topic.unwrap_or_default());
                self.add(Verdict::DENIED, id, entry, Told::First(what));
            }
            Event::GRANTED if entry.number(LogField::GRANTED_QOS).is_some_and(|qos| qos > 2) => {
                let filter = entry.value(LogField::FILTER).unwrap_or_default();
                let what = format!("first for '{filter}'");
                self.add(Verdict::DENIED, id, entry, Told::First(what));
            }
            Event::DELIVERY_DROPPED | Event::DELIVERY_TOO_LARGE | Event::PUBLISH_TOO_LARGE => {
                self.add(Verdict::DROPPED, id, entry, Told::all(event.info().meaning));
            }
            _ if event.is_fault() => {
                let verdict = if event.is_limit() { Verdict::LIMIT } else { Verdict::MALFORMED };
                self.add(verdict, id, entry, Told::all(event.info().meaning));
            }
            _ => {}
        }
    }

    fn add(&mut self, verdict: Verdict, id: &str, entry: &Entry<'_>, told: Told) {
        self.found.add((verdict, id), entry.number, told);
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
                if is_there {
                    let stalled = open.stalled();
                    let ends =
                        if stalled.is_empty() { "; the log ends before more" } else { &stalled };
                    self.found.add((Verdict::UNDER_WAY, id), open.line, open.told(*key, ends));
                } else {
                    self.unfinished(id, *key, open, &client.outlook(open));
                }
            }
        }
        self.found.finish()
    }

    /// A message whose last step did not come before its connection ended.
    fn unfinished(&mut self, id: &str, key: (bool, u64), open: &Open, outlook: &str) {
        let verdict = if open.qos == 2 { Verdict::QOS_2_OPEN } else { Verdict::QOS_1_OPEN };
        self.found.add((verdict, id), open.line, open.told(key, outlook));
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
        self.found.change((Verdict::TAKEN_OVER, id), verdict, Told::all(what));
    }
}
