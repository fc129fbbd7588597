//! What is known of one client, and of its messages under way.

use super::sums::Told;
use crate::log::Entry;
use crate::log::meaning::{packet, version};
use crate::spec::mosquitto::{Event, LogField};
use crate::spec::{PacketType, Sender, Version};
use crate::text;
use std::collections::BTreeMap;

/// Messages of one client that are under way: what identifiers allow.
const MAX_OPEN: usize = 65_535;
/// Addresses of one client that are told apart.
const MAX_ADDRESSES: usize = 8;

/// What is known of one client.
#[derive(Debug, Default)]
pub(super) struct Client {
    /// What was said of it when it connected.
    address: Option<String>,
    keep_alive: Option<u64>,
    /// Whether its session outlives the connection, where the line of the connection tells.
    lasts: Option<bool>,
    /// Whether its connection is open, as far as the log tells.
    pub(super) is_connected: bool,
    pub(super) addresses: Vec<String>,
    /// The last line of it.
    pub(super) last: Option<(usize, Option<i64>)>,
    pub(super) last_event: Option<Event>,
    pub(super) take_overs: Vec<Option<i64>>,
    /// The message to it that its last line is about: the next one may say that it was not sent after all.
    written: Option<u64>,
    /// Whether it began its connection by its own log, and nothing has ended that.
    pub(super) has_begun: bool,
    /// Messages under way, by whether the client published, and their identifier.
    pub(super) open: BTreeMap<(bool, u64), Open>,
}

/// A message under way.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) qos: u64,
    pub(super) line: usize,
    step: PacketType,
    topic: String,
    /// The line in which the client came back to go on with it, which neither has done since.
    back: Option<usize>,
}

impl Open {
    /// How far it has come, and what becomes of it; `key` is that of [`Client::open`].
    pub(super) fn told(&self, (by_client, mid): (bool, u64), outlook: &str) -> Told {
        let who = if by_client { "from it" } else { "to it" };
        let rest = format!("got as far as {}{outlook}", self.step);
        Told::Message { mid, topic: self.topic.clone(), who, rest }
    }

    /// That it did not go on though the client came back; empty where it did not come back.
    pub(super) fn stalled(&self) -> String {
        let words = |line| {
            format!(
                "; the client came back (line {line}), and to its end the log has no more of this"
            )
        };
        self.back.map(words).unwrap_or_default()
    }
}

impl Client {
    /// It is connected. The result is what was under way in a session that it drops by that.
    pub(super) fn connected(&mut self, entry: &Entry<'_>) -> BTreeMap<(bool, u64), Open> {
        self.address = entry.value(LogField::ADDRESS).map(str::to_owned);
        self.keep_alive = entry.number(LogField::KEEP_ALIVE);
        self.is_connected = true;
        self.has_begun |= entry.row.by_client;
        let clean = entry.number(LogField::CLEAN);
        // In 5.0 the Session Expiry Interval decides, and no line has it.
        let is_v5 = version(entry) == Some(Version::V5);
        self.lasts = clean.filter(|_| !is_v5).map(|clean| clean == 0);
        if let Some(address) = self.address.clone()
            && !self.addresses.contains(&address)
            && self.addresses.len() < MAX_ADDRESSES
        {
            self.addresses.push(address);
        }
        if clean == Some(1) {
            return std::mem::take(&mut self.open);
        }
        for open in self.open.values_mut() {
            open.back = open.back.or(Some(entry.number));
        }
        BTreeMap::new()
    }

    /// Its connection is over.
    pub(super) fn leaves(&mut self) {
        (self.is_connected, self.has_begun) = (false, false);
    }

    /// What becomes of one of its messages under way, now that its connection is over.
    pub(super) fn outlook(&self, open: &Open) -> String {
        if open.back.is_some() {
            return open.stalled();
        }
        let words = match self.lasts {
            Some(true) => "; its session is kept, so that this goes on when the client comes back",
            Some(false) => {
                "; its session has ended with the connection (Clean Session 1), so that this does not go on"
            }
            None => {
                "; whether this goes on depends on how long the session is kept, which no line tells"
            }
        };
        words.into()
    }

    /// How many messages were under way when the connection broke.
    pub(super) fn under_way(&self) -> String {
        match self.open.len() as u64 {
            0 => String::new(),
            open => format!(", with {} under way", text::count(open, "message")),
        }
    }

    /// How long a client was silent before the broker gave up, to stand behind that it was.
    pub(super) fn silence(&self, entry: &Entry<'_>, has_packets: bool) -> String {
        let mut what = String::new();
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
    pub(super) fn exchange(&mut self, entry: &Entry<'_>) {
        let written = self.written.take();
        if entry.row.event == Event::DELIVERY_TOO_LARGE
            && let Some(mid) = written
        {
            self.open.remove(&(false, mid));
        }
        let Some((kind, sender)) = packet(entry) else { return };
        let Some(mid) = entry.number(LogField::MID).filter(|mid| *mid > 0) else { return };
        let by_client = sender == Sender::Client;
        let is_taken = matches!(entry.row.event, Event::PUBLISH_IN | Event::PUBLISH_OUT);
        match kind {
            PacketType::PUBLISH if is_taken && self.open.len() < MAX_OPEN => {
                // Clients count messages of QoS 0, too, which nothing answers.
                let qos = entry.number(LogField::QOS).unwrap_or(0);
                if qos == 0 {
                    return;
                }
                self.written = (!by_client).then_some(mid);
                let topic = entry.value(LogField::TOPIC).unwrap_or_default().to_owned();
                let open = Open { qos, line: entry.number, step: kind, topic, back: None };
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
                    (open.step, open.back) = (kind, None);
                }
            }
            _ => {}
        }
    }
}
