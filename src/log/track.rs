//! What went wrong, by a log alone: connections by their client, exchanges by their Packet
//! Identifier. A log has no payloads and no identifiers of SUBSCRIBE; what it says is taken at its
//! word, as the broker writes it.

use super::Entry;
use super::meaning::packet;
use crate::spec::mosquitto::{Event, Level, LogField};
use crate::spec::{PacketType, Sender, Verdict, Version, reason};
use crate::text;
use std::collections::{BTreeMap, HashMap};

/// Clients that are remembered: as many as a large broker serves.
const MAX_CLIENTS: usize = 65_536;
/// Messages of one client that are under way: what identifiers allow.
const MAX_OPEN: usize = 65_535;
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
    found: BTreeMap<(Verdict, String), Sum>,
    /// The line of the last CONNACK that refused.
    refusal: usize,
    /// Whether the log has lines of packets: without `log_type debug` no PINGREQ stands in it.
    has_packets: bool,
    forgotten: u64,
}

/// What is known of one client.
#[derive(Debug, Default)]
struct Client {
    /// What was said of it when it connected.
    address: Option<String>,
    keep_alive: Option<u64>,
    addresses: Vec<String>,
    /// The last line of it.
    last: Option<(usize, Option<i64>)>,
    last_event: Option<Event>,
    take_overs: Vec<Option<i64>>,
    /// Messages under way, by who published and their identifier.
    open: BTreeMap<(bool, u64), Open>,
}

/// A message under way.
#[derive(Debug)]
struct Open {
    qos: u64,
    line: usize,
    step: PacketType,
    topic: String,
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
        let Some(id) = entry.client.clone() else { return };
        if !self.clients.contains_key(&id) && self.clients.len() >= MAX_CLIENTS {
            self.forgotten = self.forgotten.saturating_add(1);
            return;
        }
        let mut client = self.clients.remove(&id).unwrap_or_default();
        self.judge(entry, &id, &mut client);
        client.exchange(entry);
        if entry.row.event != Event::TAKEN_OVER {
            client.last = Some((entry.number, entry.time()));
            client.last_event = Some(entry.row.event);
        }
        self.clients.insert(id, client);
    }

    fn judge(&mut self, entry: &Entry<'_>, id: &str, client: &mut Client) {
        let event = entry.row.event;
        match event {
            Event::CONNECTED | Event::BRIDGE_CONNECTED => client.connected(entry),
            Event::TAKEN_OVER | Event::SESSION_TAKEN_OVER => {
                client.take_overs.truncate(MAX_OPEN);
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
            // The releases that write both lines write the time-out first.
            Event::SOCKET_ERROR if client.last_event == Some(Event::TIMEOUT) => {}
            Event::SOCKET_ERROR | Event::SOCKET_FAILED => {
                let what = format!("{}{}", broken(entry), client.under_way());
                self.add(Verdict::SOCKET_FAILED, id, entry, what);
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
                if let Some(code) = entry.number(LogField::CODE).filter(|code| *code > 0) {
                    self.refusal = entry.number;
                    let name = refusal(code).unwrap_or("unknown");
                    self.add(Verdict::REFUSED, id, entry, format!("code {code}, {name}"));
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
        self.sum(verdict, id, entry.number, what);
    }

    fn sum(&mut self, verdict: Verdict, id: &str, line: usize, what: String) {
        let sum = self.found.entry((verdict, id.to_owned())).or_default();
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
            for ((by_client, mid), open) in &client.open {
                let verdict = if open.qos == 2 { Verdict::QOS_2_OPEN } else { Verdict::QOS_1_OPEN };
                let who = if *by_client { "from it" } else { "to it" };
                let what =
                    format!("message {mid} {who} on '{}' got as far as {}", open.topic, open.step);
                self.sum(verdict, id, open.line, what);
            }
        }
        let found = self.found.into_iter().map(|((verdict, client), sum)| Found {
            verdict,
            client,
            what: sum.what,
            count: sum.count,
            lines: sum.lines,
        });
        found.collect()
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
        let Some(sum) = self.found.remove(&(Verdict::TAKEN_OVER, id.to_owned())) else { return };
        let mut what = format!("taken over {count} times");
        let ends = (
            client.take_overs.first().copied().flatten(),
            client.take_overs.last().copied().flatten(),
        );
        if let (Some(first), Some(last)) = ends
            && let Ok(span) = u64::try_from(last.saturating_sub(first))
            && let Some(period) = span.checked_div(count.saturating_sub(1)).filter(|span| *span > 0)
        {
            what.push_str(&format!(", every {} on average", text::duration(period)));
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
        self.found.insert((verdict, id.to_owned()), Sum { what, ..sum });
    }
}

impl Client {
    fn connected(&mut self, entry: &Entry<'_>) {
        self.address = entry.value(LogField::ADDRESS).map(str::to_owned);
        self.keep_alive = entry.number(LogField::KEEP_ALIVE);
        if entry.number(LogField::CLEAN) == Some(1) {
            self.open.clear();
        }
        if let Some(address) = self.address.clone()
            && !self.addresses.contains(&address)
            && self.addresses.len() < MAX_LINES
        {
            self.addresses.push(address);
        }
    }

    /// How many messages were under way when the connection broke.
    fn under_way(&self) -> String {
        match self.open.len() as u64 {
            0 => String::new(),
            open => format!(", with {} under way", text::count(open, "message")),
        }
    }

    /// How long a client was silent before the broker gave up.
    fn silence(&self, entry: &Entry<'_>, has_packets: bool) -> String {
        let mut what = String::from("the broker heard nothing of it");
        if !has_packets {
            what.push_str(
                " for too long, and since when this log does not tell: it has no lines of \
                           packets, as without log_type all (or -v)",
            );
        } else if let (Some((line, Some(last))), Some(now)) = (self.last, entry.time())
            && let Ok(silence) = u64::try_from(now.saturating_sub(last))
        {
            what.push_str(&format!(" for {} since line {line}", text::duration(silence)));
        }
        match self.keep_alive {
            Some(seconds) => what.push_str(&format!(
                "; its Keep Alive is {seconds} s, and the broker waits one and a half times that"
            )),
            None => what.push_str("; its Keep Alive stands in a line that is not here"),
        }
        what
    }

    /// Steps of QoS 1 and 2.
    fn exchange(&mut self, entry: &Entry<'_>) {
        let Some((kind, sender)) = packet(entry) else { return };
        let Some(mid) = entry.number(LogField::MID).filter(|mid| *mid > 0) else { return };
        let by_client = sender == Sender::Client;
        let is_taken = matches!(entry.row.event, Event::PUBLISH_IN | Event::PUBLISH_OUT);
        match kind {
            PacketType::PUBLISH if is_taken && self.open.len() < MAX_OPEN => {
                let qos = entry.number(LogField::QOS).unwrap_or(0);
                let topic = entry.value(LogField::TOPIC).unwrap_or_default().to_owned();
                let open = Open { qos, line: entry.number, step: kind, topic };
                self.open.insert((by_client, mid), open);
            }
            PacketType::PUBACK | PacketType::PUBCOMP => {
                self.open.remove(&(!by_client, mid));
            }
            PacketType::PUBREC | PacketType::PUBREL => {
                let publisher = if kind == PacketType::PUBREL { by_client } else { !by_client };
                let is_refusal = entry.number(LogField::CODE).is_some_and(|code| code >= 0x80);
                if is_refusal {
                    self.open.remove(&(publisher, mid));
                } else if let Some(open) = self.open.get_mut(&(publisher, mid)) {
                    open.step = kind;
                }
            }
            _ => {}
        }
    }
}

/// What a line tells of why a connection broke: the words of the system, where they stand there.
fn broken(entry: &Entry<'_>) -> String {
    let Some(cause) = entry.value(LogField::CAUSE) else {
        return "its connection broke; the line does not say who is why: the client, the network, or what \
                the broker could not read"
            .into();
    };
    let cause = cause.trim_end_matches('.');
    match CAUSES.iter().find(|(name, _)| name.eq_ignore_ascii_case(cause)) {
        Some((name, meaning)) => format!("{name}: {meaning}"),
        None => format!("\"{cause}\": the line does not say which side is why"),
    }
}

/// What the system says of a socket that failed, in the words of POSIX, and what that tells.
#[rustfmt::skip]
const CAUSES: &[(&str, &str)] = &[
    ("Connection reset by peer", "an RST came from the client's side: from it, or from what stands between"),
    ("Broken pipe", "the broker wrote when the client's side had closed already"),
    ("Connection timed out", "nothing acknowledged what the broker had sent: the client or its network was gone"),
    ("No route to host", "the network lost the way to the client"),
    ("Network is unreachable", "the broker's host lost the way to the client"),
    ("Success", "the reason was lost, so that the line does not say which side is why"),
];

/// What a code of CONNACK is called.
fn refusal(code: u64) -> Option<&'static str> {
    let code = u8::try_from(code).ok()?;
    let old = reason::return_code_v3(PacketType::CONNACK, code, Version::V311);
    let row = old.or_else(|| reason::reason(PacketType::CONNACK, code))?;
    Some(row.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{LogReader, Read};

    fn found(log: &str) -> Vec<(&'static str, String, u64)> {
        let (mut reader, mut track) = (LogReader::default(), LogTrack::default());
        for line in log.lines() {
            if let Read::Entry(entry) = reader.line(line) {
                track.entry(&entry);
            }
        }
        let found = track.finish().into_iter();
        found.map(|found| (found.verdict.info().id, found.client, found.count)).collect()
    }

    #[test]
    fn two_take_overs_are_no_war_and_three_between_two_addresses_are() {
        let took = |address: &str| {
            format!(
                "100000000: Client a already connected, closing old connection.\n\
                 100000000: New client connected from {address}:4000 as a (p2, c1, k60).\n"
            )
        };
        let (here, there) = (took("10.0.0.1"), took("10.0.0.2"));
        assert_eq!(found(&[here.clone(), there.clone()].concat()), [("taken-over", "a".into(), 2)]);
        assert_eq!(
            found(&[here.clone(), there, here.clone()].concat()),
            [("take-over-war", "a".into(), 3)]
        );
        // One device that comes back looks the same from one address.
        assert_eq!(found(&here.repeat(3)), [("taken-over", "a".into(), 3)]);
    }

    #[test]
    fn an_exchange_is_open_until_its_last_step() {
        let steps = [
            "Received PUBLISH from a (d0, q2, r0, m1, 't', ... (1 bytes))",
            "Sending PUBREC to a (m1, rc0)",
            "Received PUBREL from a (Mid: 1)",
            "Sending PUBCOMP to a (m1)",
        ];
        for count in 1..4 {
            assert_eq!(found(&steps[..count].join("\n")), [("qos-2-open", "a".into(), 1)]);
        }
        assert_eq!(found(&steps.join("\n")), []);
        // The identifiers of the broker are others.
        let other = steps[..3].join("\n") + "\nReceived PUBCOMP from a (Mid: 1, RC:0)";
        assert_eq!(found(&other), [("qos-2-open", "a".into(), 1)]);
        // Clean Session drops what was under way.
        let again =
            steps[..3].join("\n") + "\nNew client connected from 1.2.3.4:5 as a (p2, c1, k60).";
        assert_eq!(found(&again), []);
    }

    #[test]
    fn who_broke_a_connection_is_told_where_the_log_says_it() {
        let what = |log: &str| {
            let (mut reader, mut track) = (LogReader::default(), LogTrack::default());
            for line in log.lines() {
                if let Read::Entry(entry) = reader.line(line) {
                    track.entry(&entry);
                }
            }
            let found = track.finish().remove(0);
            (found.verdict, found.what)
        };
        let (verdict, left_open) = what("Bad socket read/write on client a, disconnecting.");
        assert_eq!(verdict, Verdict::SOCKET_FAILED);
        assert!(left_open.contains("does not say who"), "{left_open}");
        let (_, said) = what("Bad socket read/write on client a: Connection reset by peer");
        assert!(
            said.starts_with("Connection reset by peer: an RST came from the client's"),
            "{said}"
        );
        let (_, lost) = what("Bad socket read/write on client a: Success");
        assert!(lost.contains("does not say which side"), "{lost}");
        let (verdict, _) = what("Socket error on client a, disconnecting.");
        assert_eq!(verdict, Verdict::SOCKET_FAILED);
        let (verdict, _) = what("Client a closed its connection.");
        assert_eq!(verdict, Verdict::CLOSED);
        // 1.4 writes two lines where a client was silent for too long.
        let both = "Client a has exceeded timeout, disconnecting.\nSocket error on client a, disconnecting.";
        assert_eq!(found(both), [("keep-alive", "a".into(), 1)]);
    }
}
