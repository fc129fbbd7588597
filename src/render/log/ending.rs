//! How connections end in the log, and why.

use super::astray::Astray;
use super::connection::Connection;
use super::lines::{Lines, Open, Values, When};
use super::order::NewTimes;
use super::scribe::Scribe;
use super::step::{Act, Asked, Step};
use crate::spec::mosquitto::ends::{Broken, Fault, of_code, of_name, of_rule};
use crate::spec::mosquitto::{Event, LogField, Release};
use crate::spec::{PacketType, Rule, Sender, Version};

/// The broker looks for silent clients by whole seconds: so much less than one and a half times the
/// Keep Alive may have passed by the clock of the capture, in nanoseconds.
const ROUNDING: u64 = 1_000_000_000;

/// Nanoseconds within which the broker answers the client that it has closed another connection for.
const AT_ONCE: i64 = 1_000_000_000;

/// The Reason Codes that a client gets which fails to authenticate: not authorized, bad
/// authentication method.
const AUTHENTICATION: [u8; 2] = [0x87, 0x8c];

/// The Reason Code of a CONNACK where the broker does not take a Will of this size.
const TOO_LARGE: u8 = 0x95;

impl Scribe {
    /// The CONNECT was refused.
    pub(super) fn refused(
        &mut self,
        stream: u64,
        asked: Option<Asked>,
        values: impl Fn(String) -> Values,
        when: When,
    ) {
        let Self { lines, connections, .. } = self;
        let Some(connection) = connections.get_mut(&stream) else { return };
        let code = connection.code.unwrap_or(0);
        // The broker takes the id for its own when it has accepted the client, or asks for the next step
        // of its authentication.
        let authenticates = |asked: &Asked| asked.has_method && AUTHENTICATION.contains(&code);
        let own = asked.as_ref().filter(|asked| authenticates(asked)).map(|it| it.id.clone());
        let large = asked.as_ref().filter(|asked| code == TOO_LARGE && asked.will.is_some());
        if let Some(asked) = large {
            let own = vec![(LogField::CLIENT, asked.id.clone())];
            connection.put(lines, when, Event::WILL_TOO_LARGE, own);
        }
        let name = own.filter(|id| !id.is_empty()).unwrap_or_else(|| connection.address());
        if let Some(asked) = asked.filter(|_| matches!(code, 1 | 0x84)) {
            let event = of_name(asked.name.as_bytes());
            let own =
                vec![(LogField::VALUE, asked.level.to_string()), (LogField::NAME, asked.name)];
            if let Some(event) = event {
                connection.put(lines, when, event, own);
            }
        }
        connection.put(lines, when, Event::CONNACK, values(name));
        connection.answered(PacketType::CONNACK, 0, lines);
    }

    /// A connection with this id was accepted: the one that had it is closed. The result is that one, where the
    /// broker has closed it already.
    pub(super) fn take_over(&mut self, stream: u64, id: &str, when: When) -> Option<u64> {
        let old = self.active.insert(id.to_owned(), stream).filter(|old| *old != stream)?;
        let new = self.connections.get(&stream);
        let late_since = new.and_then(|connection| connection.late_since);
        let times = new.map(|new| NewTimes { opened: new.opened_at, asked: new.asked_at });
        let is_open = self.connections.get(&old)?.is_open_for(&times.unwrap_or_default());
        if is_open == Some(false) {
            // It is told how it ended when all is there that stands before its end.
            self.parts(old, when, true);
        }
        let Self { lines, connections, .. } = self;
        let old = connections.get_mut(&old)?;
        if is_open == Some(false) && !old.is_over {
            return None;
        }
        if is_open.is_some() {
            old.drain(lines);
        } else {
            old.drop_unanswered();
        }
        let was_taken = old.is_taken || is_replaced(old, late_since, when);
        if old.is_over && !was_taken {
            return None;
        }
        lines.take_back((old.stream, Open::Silent));
        let gone = old.is_over.then_some(old.stream);
        let is_new = lines.release >= Release::LEVEL;
        let event = if is_new { Event::SESSION_TAKEN_OVER } else { Event::TAKEN_OVER };
        // How the broker closes it will show what it had had before.
        let open = if is_open.is_some() { Open::Taken } else { Open::Doubtful };
        let open = (!old.is_over).then_some((old.stream, open));
        let values = old.values(Values::new(), lines.release);
        lines.put_before((stream, Open::Will), when, event, values, open);
        if !old.is_over {
            old.taken = Some(Vec::new());
        }
        (old.is_over, old.is_taken, old.stopped) = (true, false, None);
        gone
    }

    /// A client is accepted whose CONNECT the capture lacks: a connection that was closed just before may have been closed
    /// for it, however silent it had been.
    pub(super) fn may_take_over(&mut self, stream: u64, when: When) {
        let is_just = |old: &&Connection| {
            let closed = old.stopped.and_then(|stopped| stopped.time);
            let passed = closed.zip(when.time).map(|(closed, now)| now.saturating_sub(closed));
            old.stream != stream && passed.is_some_and(|passed| (0..=AT_ONCE).contains(&passed))
        };
        let Self { lines, connections, .. } = self;
        for old in connections.values().filter(is_just) {
            let is_untold = lines.take_back((old.stream, Open::Silent));
            self.unknown_ends = self.unknown_ends.saturating_add(u64::from(is_untold));
        }
    }

    /// One end closed the connection.
    pub(super) fn closed(&mut self, stream: u64, by: Sender, when: When) {
        let Some(mut connection) = self.connections.remove(&stream) else { return };
        let by = connection.closed_first().unwrap_or(by);
        connection.closes = connection.closes.saturating_add(1);
        if !connection.is_over {
            let is_wrong = by == Sender::Server && connection.asked_fault.is_some();
            if !self.hears_broker && connection.asked.is_some() && !is_wrong {
                // Captured in one direction alone.
                connection.accept();
            }
            if self.hears_broker || by == Sender::Server {
                self.end(&mut connection, by, when);
            } else {
                // The broker may have been the first to close.
                connection.drain(&mut self.lines);
                let is_doomed = connection.is_lost_to_view();
                if is_doomed {
                    connection.forget();
                }
                let is_unknown = connection.is_last_lost || is_doomed;
                self.unknown_ends = self.unknown_ends.saturating_add(u64::from(is_unknown));
                connection.clear(&mut self.lines);
                (connection.is_over, connection.is_untold) = (true, true);
            }
        }
        let is_gone = connection.closes > 1 && !connection.is_taken;
        let is_ours = |id: &String| self.active.get(id) == Some(&stream);
        if is_gone && let Some(id) = connection.id.clone().filter(is_ours) {
            self.active.remove(&id);
        }
        if !is_gone {
            self.connections.insert(stream, connection);
        }
    }

    fn end(&mut self, connection: &mut Connection, by: Sender, when: When) {
        if by == Sender::Client && self.is_cut(connection, when) {
            return;
        }
        if by == Sender::Server && self.is_unexplained(connection, when) {
            return;
        }
        connection.drain(&mut self.lines);
        connection.believe(&mut self.lines);
        if connection.is_over {
            return;
        }
        if connection.lacks_end() {
            connection.forget();
            self.unknown_ends = self.unknown_ends.saturating_add(1);
            return;
        }
        let lines = &mut self.lines;
        let is_refused = connection.id.is_none() && connection.code.is_some_and(|it| it > 0);
        let is_rejected =
            is_refused || connection.is_doomed() || connection.code.is_some_and(|it| it >= 0x80);
        let is_own = !is_rejected && (by == Sender::Client || connection.has_left());
        if !is_own && connection.is_last_unheard {
            // Why the broker has closed stands in what it sent last.
            connection.forget();
            self.unknown_ends = self.unknown_ends.saturating_add(1);
            return;
        }
        if is_own {
            connection.clear(lines);
            connection.drain(lines);
            if connection.astray == Some(Astray::Unknown) {
                connection.forget();
                self.unknown_ends = self.unknown_ends.saturating_add(1);
            } else if !connection.is_over {
                leave(connection, when, lines);
            }
            return;
        }
        if let Some(step) = connection.suspect.take() {
            let broken = Broken {
                rule: Rule::SECOND_CONNECT,
                kind: step.kind,
                version: Version::V311,
                is_whole: true,
                is_aside: false,
            };
            let second = || of_rule(broken, lines.release);
            let fault = step.fault.unwrap_or_else(second);
            connection.forget();
            return fail(connection, &step, fault, when, lines);
        }
        // Who is refused may close first: the broker ends the connection all the same.
        if by == Sender::Client && !is_refused {
            return leave(connection, when, lines);
        }
        connection.is_over = true;
        if let Some(fault) = ended_by(connection, lines.release) {
            return finish(connection, fault, when, lines);
        }
        let id = connection.id.clone();
        let wants = |other: &Connection| {
            other.asked.as_ref().is_some_and(|asked| Some(&asked.id) == id.as_ref())
        };
        let may_be_back = self.connections.values().any(Connection::is_nobody);
        // A client that is back is taken over, however silent the old connection was.
        if self.connections.values().any(wants) {
            connection.is_taken = true;
        } else if is_silent(connection, when) {
            let event = Event::TIMEOUT;
            let is_open = connection.late_since.is_some() || may_be_back;
            if is_open && lines.release >= Release::PROTOCOL {
                // It may show in a moment that the client has come back.
                let by = (connection.stream, Open::Silent);
                lines.put_open(when, event, connection.values(Values::new(), lines.release), by);
            } else {
                end_with(connection, event, when, lines);
            }
        } else if connection.id.is_none() {
            let is_known = not_accepted(connection, when, lines);
            self.unknown_ends = self.unknown_ends.saturating_add(u64::from(!is_known));
        } else if connection.has_closed {
            leave(connection, when, &mut self.lines);
        }
        // Else the broker was stopped, which has no line for each connection.
        connection.stopped = Some(when);
    }

    /// Whether the broker has closed behind a packet of which it is not known whether it took it, and nothing tells why:
    /// then it is not known how the connection ended.
    fn is_unexplained(&mut self, connection: &mut Connection, when: When) -> bool {
        let is_told = connection.suspect.is_some()
            || connection.has_left()
            || connection.code.is_some()
            || connection.id.is_none()
            || is_silent(connection, when);
        if is_told || !connection.disbelieve(when, &mut self.lines) {
            return false;
        }
        connection.forget();
        connection.stopped = Some(when);
        self.unknown_ends = self.unknown_ends.saturating_add(1);
        true
    }

    /// The connection carries something else than MQTT, which no broker takes.
    pub(super) fn not_mqtt(&mut self, stream: u64, when: When) {
        let Some(connection) = self.connections.remove(&stream) else { return };
        if !connection.is_over {
            end_with(&connection, Event::PROTOCOL_ERROR, when, &mut self.lines);
        }
    }
}

/// Whether the broker has closed a connection for one that it accepts now, though that asked later by the times:
/// its client's side shows late, the broker had answered its SYN before, and it accepts it right behind.
fn is_replaced(old: &Connection, late_since: Option<i64>, when: When) -> bool {
    let closed = old.stopped.and_then(|stopped| stopped.time);
    let Some(((closed, begun), now)) = closed.zip(late_since).zip(when.time) else { return false };
    begun <= closed && (0..=AT_ONCE).contains(&now.saturating_sub(closed))
}

/// The client is gone without DISCONNECT.
fn leave(connection: &mut Connection, when: When, lines: &mut Lines) {
    connection.is_over = true;
    let is_astray = matches!(connection.astray, Some(Astray::Packet(_)));
    let is_cut = (connection.is_mid_packet || is_astray) && !connection.is_reset;
    let event = if is_cut { Event::ENDED_IN_PACKET } else { Event::CLOSED };
    connection.put(lines, when, event, Values::new());
}

/// The broker ended the connection because of a packet.
fn fail(connection: &Connection, step: &Step, fault: Fault, when: When, lines: &mut Lines) {
    if let Some(event) = received(step) {
        connection.put(lines, step.when, event, Values::new());
    }
    if let Act::Filters { filters, is_subscribe, .. } = &step.act {
        // The broker takes one filter after the other, up to the first that it cannot.
        for (filter, options) in filters.iter().take(step.good_filters) {
            connection.filter(step.when, filter, options & 3, *is_subscribe, lines);
        }
    }
    if connection.id.is_none() && step.kind != PacketType::CONNECT {
        // Whatever else is wrong with it: it was to be a CONNECT.
        return end_with(connection, Event::PROTOCOL_ERROR, when, lines);
    }
    // Since 2.0 a SUBSCRIBE with an empty filter is malformed without more words.
    let is_said = |event: &Event| *event != Event::EMPTY_FILTER || lines.release < Release(2, 0, 0);
    if let Some(event) = fault.says.filter(is_said) {
        connection.put(lines, step.when, event, Values::new());
    }
    // What the broker says of it counts more than what is thought of it here.
    let by_code = ended_by(connection, lines.release);
    let end = by_code.filter(|_| fault.end != Event::SOCKET_FAILED).unwrap_or(fault);
    finish(connection, end, when, lines);
    if fault.says == Some(Event::DISCONNECT_IN) {
        // These releases end the connection, and find once more that it has failed.
        let unknown = vec![(LogField::CLIENT, connection.nameless(lines.release))];
        connection.put(lines, when, end.end, unknown);
    }
}

/// The line that a packet has before the broker looks at what is in it.
fn received(step: &Step) -> Option<Event> {
    let by_kind = |kind| match kind {
        PacketType::SUBSCRIBE => Some(Event::SUBSCRIBE),
        PacketType::UNSUBSCRIBE => Some(Event::UNSUBSCRIBE),
        PacketType::SUBACK => Some(Event::SUBACK_IN),
        PacketType::UNSUBACK => Some(Event::UNSUBACK_IN),
        _ => None,
    };
    match step.act {
        Act::Filters { .. } | Act::Nothing | Act::Says { .. } => by_kind(step.kind),
        _ => None,
    }
}

/// How it ended by the code that the broker sent.
fn ended_by(connection: &Connection, release: Release) -> Option<Fault> {
    of_code(connection.code?, connection.id.is_some(), release)
}

/// The last line of a connection that the broker ended.
fn finish(connection: &Connection, fault: Fault, when: When, lines: &mut Lines) {
    if fault.end == Event::SOCKET_FAILED {
        let mut values = vec![(LogField::CAUSE, fault.cause.to_owned())];
        if connection.id.is_none() {
            values.push((LogField::CLIENT, connection.nameless(lines.release)));
        }
        return connection.put(lines, when, fault.end, values);
    }
    end_with(connection, fault.end, when, lines);
}

/// The broker ended a connection without an answer to its CONNECT, or to what is none. The result is whether it is
/// known why.
fn not_accepted(connection: &Connection, when: When, lines: &mut Lines) -> bool {
    let Some(asked) = &connection.asked else {
        end_with(connection, Event::PROTOCOL_ERROR, when, lines);
        return true;
    };
    if let Some(fault) = connection.asked_fault {
        let own = vec![
            (LogField::VALUE, asked.level.to_string()),
            (LogField::NAME, asked.name.clone()),
            (LogField::CLIENT, asked.id.clone()),
        ];
        let is_name = |event| matches!(event, Event::BAD_LEVEL | Event::BAD_NAME);
        let says = match fault.says {
            Some(event) if is_name(event) => of_name(asked.name.as_bytes()),
            says => says,
        };
        if let Some(event) = says {
            connection.put(lines, when, event, own);
        }
        finish(connection, fault, when, lines);
        return true;
    }
    // Before 5.0 nothing tells that a broker does not take the QoS of a Will, or a Will that is to be retained.
    let is_refused = |will: &(usize, bool, u8, String)| will.1 || will.2 > 0;
    if asked.will.as_ref().is_some_and(is_refused) {
        return false;
    }
    end_with(connection, Event::PROTOCOL_ERROR, when, lines);
    true
}

pub(super) fn end_with(connection: &Connection, event: Event, when: When, lines: &mut Lines) {
    let is_unknown = matches!(connection.code, Some(1 | 2)) || connection.id.is_none();
    let unknown = vec![(LogField::CLIENT, connection.nameless(lines.release))];
    let values = if is_unknown { unknown } else { Values::new() };
    connection.put(lines, when, event, values);
    if event == Event::TIMEOUT && lines.release < Release::PROTOCOL {
        connection.put(lines, when, Event::SOCKET_ERROR, Values::new());
    }
}

/// Whether nothing came from the client for one and a half times its Keep Alive.
fn is_silent(connection: &Connection, when: When) -> bool {
    let silence = when.time.zip(connection.last).map(|(now, last)| now.saturating_sub(last));
    let silence = silence.and_then(|silence| u64::try_from(silence).ok());
    let seconds = u64::from(connection.keep_alive);
    let limit = seconds.saturating_mul(1_500_000_000).saturating_sub(ROUNDING);
    seconds > 0 && silence.is_some_and(|silence| silence >= limit)
}
