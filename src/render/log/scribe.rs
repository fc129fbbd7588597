//! From records and what happens to connections to lines.

use super::astray::Astray;
use super::connection::Connection;
use super::ending::end_with;
use super::lines::{Line, Lines, Open, PATIENCE, Values, When};
use super::records::{
    acknowledged_by, ends_of, is_connect, is_in_place_of_connect, is_lossy, is_websocket, rest_of,
    sender_of,
};
use super::step::{
    Act, Asked, Awaits, Step, ack_values, auth_values, method, publish_values, torn_at,
};
use super::takers::Takers;
use crate::mqtt::Packet;
use crate::mqtt::packet::{Ack, Connack};
use crate::pipeline::{Happened, Lacks, Lifeline, Record};
use crate::session::Proof;
use crate::spec::mosquitto::{Event, LogField, Release};
use crate::spec::unit::Unit;
use crate::spec::{PacketType, PropertyId, Sender, Version};
use crate::stream::Close;
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::net::SocketAddr;

/// Connections that are remembered: as many as a large broker has. Beyond, the oldest go.
const MAX_CONNECTIONS: usize = 65_536;

/// Listeners of which it is remembered that they carry WebSocket.
const MAX_LISTENERS: usize = 1_024;

/// Unacceptable protocol version.
const BAD_VERSION: u8 = 1;

/// How long a broker needs for a message of QoS 0, in nanoseconds: far more than it does.
const DELIVERY: i64 = 20_000_000;

/// Writes the log of a broker.
#[derive(Debug)]
pub struct Scribe {
    pub(super) lines: Lines,
    pub(super) connections: BTreeMap<u64, Connection>,
    /// The connection that has a Client Identifier now.
    pub(super) active: HashMap<String, u64>,
    /// The connection whose message of QoS 0 is being delivered.
    delivering: Option<u64>,
    /// Whether a packet of the broker was captured at all.
    pub(super) hears_broker: bool,
    /// The connections that may take over another one.
    pub(super) takers: Takers,
    /// The connections that wait for an answer, and since when.
    waits: VecDeque<(u64, When)>,
    pub(super) unknown_senders: u64,
    pub(super) too_new: u64,
    pub(super) unknown_ends: u64,
    pub(super) unread: u64,
    pub(super) unaccepted: u64,
    pub(super) unanswered: u64,
    /// Listeners that have carried WebSocket.
    of_websocket: HashSet<SocketAddr>,
    now: Option<i64>,
    is_last: bool,
}

impl Scribe {
    /// For a release of mosquitto.
    #[must_use]
    pub fn new(release: Release) -> Self {
        Self {
            lines: Lines::new(release),
            connections: BTreeMap::new(),
            active: HashMap::new(),
            delivering: None,
            hears_broker: false,
            takers: Takers::default(),
            waits: VecDeque::new(),
            unknown_senders: 0,
            too_new: 0,
            unknown_ends: 0,
            unread: 0,
            unaccepted: 0,
            unanswered: 0,
            of_websocket: HashSet::new(),
            now: None,
            is_last: false,
        }
    }

    /// The release that is written for.
    #[must_use]
    pub fn release(&self) -> Release {
        self.lines.release
    }

    /// The lines that are ready; each comes once.
    pub fn lines(&mut self) -> Vec<Line> {
        let times = (self.now, self.waits_since());
        std::iter::from_fn(|| self.lines.next(times, self.is_last)).collect()
    }

    /// Since when a client waits for an answer that may still come. One that has waited long enough goes on.
    fn waits_since(&mut self) -> Option<i64> {
        while let Some((stream, since)) = self.waits.front().copied() {
            let connection = self.connections.get_mut(&stream);
            let waits = connection.as_ref().and_then(|it| it.waits_for());
            let is_it = waits.is_some_and(|(_, when)| when.packet == since.packet);
            let passed = since.time.zip(self.now).map(|(since, now)| now.saturating_sub(since));
            let is_over = passed.is_none_or(|passed| passed > PATIENCE);
            match connection.filter(|_| is_it) {
                Some(_) if !is_over => return since.time,
                Some(connection) => {
                    connection.is_unheard |= connection.heard.is_none();
                    self.waits.pop_front();
                    self.parts(stream, since, true);
                    if let Some(connection) = self.connections.get_mut(&stream) {
                        connection.drain(&mut self.lines);
                    }
                    self.waits(stream);
                }
                None => {
                    self.waits.pop_front();
                }
            }
        }
        None
    }

    /// A connection may have begun to wait for an answer.
    fn waits(&mut self, stream: u64) {
        let connection = self.connections.get(&stream);
        let Some((_, since)) = connection.and_then(Connection::waits_for) else { return };
        let is_known = |row: &&(u64, When)| (row.0, row.1.packet) == (stream, since.packet);
        let last = self.waits.iter().rev().take_while(|row| row.1.packet >= since.packet);
        if last.clone().find(is_known).is_some() {
            return;
        }
        let place = self.waits.len().saturating_sub(last.count());
        self.waits.insert(place, (stream, since));
        if self.waits.len() > MAX_CONNECTIONS {
            self.waits.pop_front();
        }
    }

    /// Nothing more comes.
    pub fn finish(&mut self) {
        self.is_last = true;
        self.delivered();
        let parting =
            |(stream, connection): (&u64, &Connection)| Some((*stream, connection.parting?));
        let parting: Vec<_> = self.connections.iter().filter_map(parting).collect();
        for (stream, when) in parting {
            self.parts(stream, when, true);
        }
        let Self { lines, connections, .. } = self;
        for connection in connections.values_mut() {
            connection.drain(lines);
            if connection.is_doomed() || connection.dismissed.is_some() {
                // The capture does not show how the broker ended it.
                connection.forget();
            }
            connection.clear(lines);
        }
    }

    /// Takes a packet. Bytes that are none have no line.
    pub fn record(&mut self, record: &Record<'_>) {
        self.now = record.origin.time.or(self.now);
        self.carried(record);
        self.leads_astray(record);
        let is_packet = record.decoded.is_some();
        let Some(sender) = sender_of(record).filter(|_| is_packet) else {
            self.unknown_senders = self.unknown_senders.saturating_add(u64::from(is_packet));
            return;
        };
        let stream = record.origin.stream.unwrap_or(u64::MAX);
        let packet = record.decoded.as_ref().map(|decoded| decoded.header.packet_type);
        let is_delivery = sender == Sender::Server && packet == Some(PacketType::PUBLISH);
        let is_own = sender == Sender::Client && self.delivering == Some(stream);
        if is_delivery {
            self.catch_up(record);
        } else if !is_own || self.is_settled() {
            self.delivered();
        }
        if record.facts.is_inside && torn_at(record).is_none() {
            // The receiver did not take it for a packet.
            return;
        }
        let ends = ends_of(record);
        let Self { lines, connections, takers, .. } = self;
        let connection = connections.entry(stream).or_insert_with(|| Connection::new(stream, ends));
        let is_first = !std::mem::replace(&mut connection.has_packet, true);
        let is_late = packet != Some(PacketType::CONNECT) && !is_in_place_of_connect(record);
        if is_first && !connection.is_opened && is_late {
            // The capture begins later than the connection, or that is told in a moment.
            let id = record.client_id.map(crate::log::text_of);
            connection.is_guessed = id.is_none();
            connection.id = id.or_else(|| ends.map(|(client, _)| client.to_string()));
        }
        match sender {
            Sender::Client => connection.is_lossy |= is_lossy(record),
            Sender::Server => {
                if is_lossy(record) {
                    connection.is_deaf = true;
                    // One may have been denied, as an answer that the capture lacks would tell.
                    let lost = lines.take_back_unanswered(stream, acknowledged_by(record));
                    self.unanswered = self.unanswered.saturating_add(lost);
                }
                connection.heard = Some(When { time: record.origin.time, packet: record.number });
                connection.said = Proof::of_segment(record.origin.layers).end.or(connection.said);
            }
        }
        if proves_accepted(connection, sender, packet) {
            connection.accept();
        }
        self.hears_broker |= sender == Sender::Server;
        match sender {
            _ if connection.is_too_new => {}
            Sender::Client => {
                if let Some(step) = Step::of(record, lines.release) {
                    match step.act {
                        Act::Connect(asked) if is_too_new(&asked, lines.release) => {
                            self.refuse(stream, *asked, step.when);
                        }
                        _ => {
                            connection.client(step, lines);
                            takers.asks(stream, connection);
                            connection.astray =
                                connection.astray.take().or_else(|| rest_of(record));
                        }
                    }
                }
            }
            Sender::Server => {
                self.server(stream, record);
                let when = When { time: record.origin.time, packet: record.number };
                self.parts(stream, when, false);
            }
        }
        self.deliver(stream);
        self.waits(stream);
        self.bound();
    }

    /// Takes the beginning or the end of a connection.
    pub fn lifeline(&mut self, lifeline: &Lifeline) {
        self.now = lifeline.time.or(self.now);
        let when = When { time: lifeline.time, packet: 0 };
        let stream = lifeline.stream;
        match lifeline.what {
            Happened::Closing(by, how) => return self.closing(lifeline, by, how),
            Happened::Closed(by, how) => self.closing(lifeline, by, how),
            _ => {}
        }
        let is_delivering = self.delivering == Some(stream);
        if let Some(connection) = self.connections.get_mut(&stream) {
            connection.is_reset |= lifeline.what == Happened::Closed(Sender::Client, Close::Rst);
            connection.is_reset_late |= lifeline.what == Happened::Reset(Sender::Client);
            connection.is_echo_cut |= connection.cuts_echo(when);
        }
        if let Some(connection) = self.connections.get_mut(&stream) {
            let [client, server] = lifeline.lacks;
            connection.is_lossy |= client > Lacks::Nothing;
            connection.is_deaf |= server > Lacks::Nothing;
            if server > Lacks::Nothing {
                let lost = self.lines.take_back_unanswered(stream, None);
                self.unanswered = self.unanswered.saturating_add(lost);
            }
            // One may be a FIN; of a client that the broker does not know it may be a byte that it does not take.
            let fins = u32::from(connection.id.is_some());
            connection.is_last_lost = client == Lacks::Last || lifeline.unseen > fins;
            connection.is_last_unheard = server == Lacks::Last;
        }
        if let Happened::Closed(Sender::Server, how) = lifeline.what {
            self.had(stream, (when, lifeline.proof), how);
        }
        let has_closed = match lifeline.what {
            Happened::Reset(Sender::Client) => Some(true),
            // One that answers what the broker wrote; another one may cross with answers.
            Happened::Closed(Sender::Client, Close::Rst) if lifeline.proof.had.is_none() => {
                Some(false)
            }
            _ => None,
        };
        if has_closed.is_some_and(|it| self.hears_broker && self.cuts_answer(stream, it, when)) {
            self.delivered();
            self.closed(stream, Sender::Client, when);
            return;
        }
        if let Some(connection) = self.connections.get_mut(&stream)
            && (is_delivering || (connection.is_waiting() && self.hears_broker))
        {
            match lifeline.what {
                // The broker reads what came before, and answers it, before it reads of the end.
                Happened::Closed(Sender::Client, _) => {
                    connection.parting = Some(when);
                    return;
                }
                // Its answers may be under way.
                Happened::Reset(Sender::Client) if connection.parting.is_some() => return,
                _ => {}
            }
        }
        self.delivered();
        let is_end = matches!(lifeline.what, Happened::Closed(..));
        if lifeline.is_closed_book && is_end {
            // What the log says of it stands in bytes that were not read.
            let is_known = self.connections.remove(&stream).is_some();
            let is_lost = lifeline.lacks != [Lacks::Nothing; 2];
            self.unknown_ends = self.unknown_ends.saturating_add(u64::from(is_known && is_lost));
            return;
        }
        match lifeline.what {
            Happened::Opened => {
                self.opened(stream, (lifeline.client, lifeline.server), when);
                if let Some(connection) = self.connections.get_mut(&stream) {
                    connection.late_since = lifeline.late_since;
                    connection.opened_at = lifeline.late_since.or(lifeline.time);
                }
            }
            Happened::Closed(Sender::Client, Close::Rst) if self.is_bare_reset(stream, when) => {
                self.lines.take_back((stream, Open::Opening));
                self.connections.remove(&stream);
                self.unaccepted = self.unaccepted.saturating_add(1);
            }
            Happened::Closed(by, _) => {
                // The answer to a CONNECT may be one in HTTP.
                let is_asking =
                    |it: &Connection| it.is_asked_alone() && by == Sender::Client && !it.is_over;
                if !self.connections.get(&stream).is_some_and(is_asking) {
                    self.lines.settle((stream, Open::Opening), None);
                }
                self.parts(stream, when, true);
                self.closed(stream, by, when);
            }
            Happened::Closing(..) => {}
            Happened::Reset(_) => self.parts(stream, when, true),
            Happened::NotMqtt => self.not_mqtt(stream, when),
        }
        self.bound();
    }

    fn is_bare_reset(&self, stream: u64, reset: When) -> bool {
        self.connections.get(&stream).is_some_and(|it| it.is_bare_reset(reset))
    }

    /// A client that has closed its side while it waited for answers is gone once it has them, or once
    /// none can come.
    pub(super) fn parts(&mut self, stream: u64, when: When, is_last: bool) {
        if let Some(connection) = self.connections.get_mut(&stream)
            && self.delivering != Some(stream)
            && (is_last || !connection.is_waiting())
            && connection.parting.take().is_some()
        {
            self.closed(stream, Sender::Client, when);
        }
    }

    /// A message of this connection may be on its way.
    fn deliver(&mut self, stream: u64) {
        let is_delivering =
            |stream| self.connections.get(stream).is_some_and(Connection::is_delivering);
        if is_delivering(&stream) && self.delivering != Some(stream) {
            self.delivered();
            self.delivering = Some(stream);
        }
    }

    /// Whether the message that is being delivered came so long ago that the broker has done it.
    fn is_settled(&self) -> bool {
        let connection = self.delivering.and_then(|stream| self.connections.get(&stream));
        let since = connection.and_then(Connection::delivering).and_then(|when| when.time);
        since.zip(self.now).is_some_and(|(since, now)| now.saturating_sub(since) > DELIVERY)
    }

    /// A delivery tells which message it is a copy of: those of the same client before it are done.
    fn catch_up(&mut self, record: &Record<'_>) {
        let Some(copy) = record.facts.copy_of else { return };
        let Self { lines, connections, delivering, .. } = self;
        let Some(connection) = delivering.and_then(|stream| connections.get_mut(&stream)) else {
            return;
        };
        let Awaits { kind, mid } = Awaits::DELIVERIES;
        while connection.delivering().is_some_and(|when| when.packet < copy.at.number) {
            connection.answered(kind, mid, lines);
        }
    }

    /// What comes next is no delivery: the client whose message it was goes on.
    fn delivered(&mut self) {
        while let Some(stream) = self.delivering.take() {
            let Self { lines, connections, .. } = self;
            let Some(connection) = connections.get_mut(&stream) else { return };
            if connection.is_echo_cut {
                connection.drop_unanswered();
            }
            let Awaits { kind, mid } = Awaits::DELIVERIES;
            connection.answered(kind, mid, lines);
            // The next packet may be a message, too; nothing tells when that was delivered.
            while connection.is_delivering() {
                connection.answered(kind, mid, lines);
            }
            if let Some(when) = connection.parting {
                self.parts(stream, when, false);
            }
        }
    }

    /// What carries a connection is known: its listener has a line for it, or none.
    fn carried(&mut self, record: &Record<'_>) {
        let Some(stream) = record.origin.stream else { return };
        if is_websocket(record) {
            self.lines.take_back((stream, Open::Opening));
            let new = || Connection::new(stream, ends_of(record));
            let connection = self.connections.entry(stream).or_insert_with(new);
            connection.is_websocket = true;
            let ends = record.origin.ends;
            let server = ends.map(|(src, dst)| match record.sender {
                Some(Sender::Server) => src,
                _ => dst,
            });
            // A request alone may be one to somebody who does not know WebSocket.
            let is_known = record.sender == Some(Sender::Server);
            if self.of_websocket.len() < MAX_LISTENERS {
                self.of_websocket.extend(server.filter(|_| is_known));
            }
            let is_answer = record.unit == Some(Unit::HTTP_RESPONSE);
            self.hears_broker |= is_answer;
            if is_answer && connection.asked.is_some() {
                let when = When { time: record.origin.time, packet: record.number };
                connection.is_turned_down(when, &mut self.lines);
            }
            let is_close = record.unit == Some(Unit::WEBSOCKET_CLOSE);
            connection.has_closed |= is_close && record.sender == Some(Sender::Client);
        } else if record.unit.is_none() && !is_connect(record) {
            self.lines.settle((stream, Open::Opening), None);
        }
    }

    /// Bytes of a client come that the broker does not read as they were meant.
    fn leads_astray(&mut self, record: &Record<'_>) {
        let connection = record.origin.stream.and_then(|it| self.connections.get_mut(&it));
        let astray = connection.and_then(|it| it.astray.as_mut());
        if let Some(astray) = astray.filter(|_| record.sender == Some(Sender::Client)) {
            match is_lossy(record) || torn_at(record).is_some() || record.facts.is_inside {
                true => *astray = Astray::Unknown,
                false => astray.push(record.bytes),
            }
        }
    }

    fn opened(&mut self, stream: u64, (client, server): (SocketAddr, SocketAddr), when: When) {
        let connection = self
            .connections
            .entry(stream)
            .or_insert_with(|| Connection::new(stream, Some((client, server.port()))));
        connection.is_opened = true;
        connection.is_websocket |= self.of_websocket.contains(&server);
        if std::mem::take(&mut connection.is_guessed) && connection.heard.is_none() {
            connection.id = None;
        }
        if !connection.is_websocket {
            let values = connection.values(Values::new(), self.lines.release);
            self.lines.put_open(when, Event::OPENED, values, (stream, Open::Opening));
        }
    }

    fn server(&mut self, stream: u64, record: &Record<'_>) {
        let when = When { time: record.origin.time, packet: record.number };
        let Some(decoded) = &record.decoded else { return };
        let Some(packet) = &decoded.packet else { return };
        if let Packet::Connack(connack) = packet {
            self.connack(stream, connack, when);
            self.is_answered(stream);
            return;
        }
        let taker = self.taker_by_will(packet, record);
        let Self { lines, connections, .. } = self;
        let Some(connection) = connections.get_mut(&stream) else { return };
        let kind = decoded.header.packet_type;
        if let Packet::Disconnect(disconnect) = packet {
            // Builds with bridges have no line for it; it tells why the end comes.
            connection.code = Some(disconnect.reason.unwrap_or(0));
            connection.dismissed = connection.said;
            if connection.is_lossy || connection.is_deaf {
                // To others than it has accepted a broker sends none.
                connection.accept();
            }
            return;
        }
        connection.proves(kind, packet.packet_id().unwrap_or(0), lines);
        connection.reaches(kind, packet.packet_id().unwrap_or(0), lines);
        // A delivery or a PINGRESP does not tell that the last packet was taken, nor does the answer to
        // one before it.
        let is_answer = packet.packet_id().is_some() && !matches!(packet, Packet::Publish(_));
        if is_answer && !connection.is_waiting() {
            connection.clear(lines);
        }
        if is_answer || matches!(packet, Packet::Pingresp) {
            connection.believe(lines);
        }
        match packet {
            Packet::Publish(publish) => {
                connection.deliver(when, publish_values(publish, record), taker, lines);
            }
            Packet::Ack(ack) => acknowledge(connection, ack, kind, when, lines),
            Packet::Suback(suback) => {
                connection.subscribed(when, suback.packet_id, suback.codes, lines);
            }
            Packet::Unsuback(unsuback) => {
                connection.unsubscribed(when, unsuback.packet_id, lines);
            }
            Packet::Pingresp => connection.put(lines, when, Event::PINGRESP, Values::new()),
            Packet::Auth(auth) => {
                let values = auth_values(auth.reason, method(&auth.properties));
                connection.put(lines, when, Event::AUTH_OUT, values);
            }
            _ => {}
        }
        connection.answered(kind, packet.packet_id().unwrap_or(0), lines);
    }

    fn connack(&mut self, stream: u64, connack: &Connack<'_>, when: When) {
        let Some(connection) = self.connections.get_mut(&stream) else { return };
        let asked = connection.asked.take();
        let values = |name: String| {
            vec![
                (LogField::CLIENT, name),
                (LogField::SESSION_PRESENT, u8::from(connack.session_present).to_string()),
                (LogField::CODE, connack.code.to_string()),
            ]
        };
        if connack.code != 0 {
            connection.code = Some(connack.code);
            if std::mem::take(&mut connection.is_guessed) {
                // It has no name for the broker, nor had it one before.
                connection.id = None;
            }
            return self.refused(stream, asked, values, when);
        }
        connection.takes_connect();
        let mut gone = None;
        if let Some(mut asked) = asked {
            if let Some(id) = connack.properties.assigned_client_id() {
                asked.id = crate::log::text_of(id.0);
            } else if asked.id.is_empty() {
                // The broker made a name that no packet tells.
                let ends = connection.ends.map(|(client, _)| client.to_string());
                asked.id = format!("auto-{}", ends.unwrap_or_default());
            }
            connection.id = Some(asked.id.clone());
            gone = self.take_over(stream, &asked.id, when);
            let Some(connection) = self.connections.get_mut(&stream) else { return };
            connection.connected(asked, when, &mut self.lines);
            let most = connack.properties.number(PropertyId::MAXIMUM_QOS);
            connection.most_qos = most.and_then(|most| u8::try_from(most).ok());
            let keep_alive = connack.properties.number(PropertyId::SERVER_KEEP_ALIVE);
            if let Some(seconds) = keep_alive.and_then(|seconds| u16::try_from(seconds).ok()) {
                connection.keep_alive = seconds;
            }
        }
        let Some(connection) = self.connections.get_mut(&stream) else { return };
        if connection.id.is_none() {
            // The CONNECT could not be read.
            connection.id = connection.ends.map(|(client, _)| client.to_string());
            self.may_take_over(stream, when);
        }
        let Self { lines, connections, .. } = self;
        let Some(connection) = connections.get_mut(&stream) else { return };
        connection.put(lines, when, Event::CONNACK, values(connection.name(lines.release)));
        connection.answered(PacketType::CONNACK, 0, lines);
        if let Some(gone) = gone.and_then(|gone| connections.get(&gone)) {
            gone.put_gone(lines, when);
        }
    }

    /// The release does not know MQTT 5.0: it answers as the standard says (3.1.1: section 3.1.2.2),
    /// with the return code for it, whatever the broker of the capture did, and closes.
    fn refuse(&mut self, stream: u64, asked: Asked, when: When) {
        self.too_new = self.too_new.saturating_add(1);
        let Some(connection) = self.connections.get_mut(&stream) else { return };
        connection.code = Some(BAD_VERSION);
        let values = |name: String| {
            vec![
                (LogField::CLIENT, name),
                (LogField::SESSION_PRESENT, "0".into()),
                (LogField::CODE, BAD_VERSION.to_string()),
            ]
        };
        self.refused(stream, Some(asked), values, when);
        let Some(connection) = self.connections.get_mut(&stream) else { return };
        end_with(connection, Event::PROTOCOL_ERROR, when, &mut self.lines);
        (connection.is_over, connection.is_too_new) = (true, true);
    }

    /// Forgets the oldest connections where there are too many.
    fn bound(&mut self) {
        while self.connections.len() > MAX_CONNECTIONS {
            let Some((_, old)) = self.connections.pop_first() else { return };
            if let Some(id) = old.id {
                self.active.remove(&id);
            }
        }
    }
}

/// Whether a packet shows that the broker has accepted its client, the CONNECT or CONNACK of which was not
/// captured.
fn proves_accepted(connection: &Connection, sender: Sender, packet: Option<PacketType>) -> bool {
    let Some(packet) = packet.filter(|_| connection.id.is_none()) else { return false };
    match sender {
        Sender::Server => {
            !matches!(packet, PacketType::CONNACK | PacketType::AUTH | PacketType::DISCONNECT)
        }
        Sender::Client => {
            let goes_on = !matches!(packet, PacketType::CONNECT | PacketType::AUTH);
            connection.is_lossy && connection.asked.is_none() && goes_on
        }
    }
}

/// Whether a release knows nothing of the version of a client.
fn is_too_new(asked: &Asked, release: Release) -> bool {
    asked.version == Version::V5 && release < Release::V5
}

/// The broker acknowledges.
fn acknowledge(
    connection: &mut Connection,
    ack: &Ack<'_>,
    kind: PacketType,
    when: When,
    lines: &mut Lines,
) {
    /// Not authorized.
    const DENIED: u8 = 0x87;
    /// Packet too large.
    const TOO_LARGE: u8 = 0x95;
    let event = match kind {
        PacketType::PUBACK => Event::PUBACK_OUT,
        PacketType::PUBREC => Event::PUBREC_OUT,
        PacketType::PUBREL => Event::PUBREL_OUT,
        _ => Event::PUBCOMP_OUT,
    };
    if matches!(kind, PacketType::PUBACK | PacketType::PUBREC) {
        let dropped = match ack.reason {
            Some(DENIED) => Some(Event::PUBLISH_DENIED),
            Some(TOO_LARGE) => Some(Event::PUBLISH_TOO_LARGE),
            _ => None,
        };
        lines.settle((connection.stream, Open::Message(ack.packet_id)), dropped);
    }
    let mut values = ack_values(ack, kind);
    if ack.reason.is_none() && connection.was_denied(ack.packet_id) {
        values.retain(|(field, _)| *field != LogField::CODE);
        values.push((LogField::CODE, DENIED.to_string()));
    }
    connection.put(lines, when, event, values);
}
