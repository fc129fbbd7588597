//! `-T json` of `sessions` and `session`: one JSON object a line, one line a connection.
//!
//! A key without a value is absent. Times are RFC 3339 in UTC with nine decimals, latencies and
//! silences are seconds. A *place* is an object with `n`, the number of a record (absent for what is
//! no record, as a FIN), `frame` and `time`. Keys stand in this order:
//!
//! | key | value |
//! |---|---|
//! | `schema` | 1; a change that breaks readers raises it |
//! | `type` | `"SESSION"` |
//! | `stream` | number of the TCP connection, from 0 |
//! | `client`, `server` | their addresses: `"192.0.2.1:49152"` |
//! | `client_id` | Client Identifier |
//! | `assigned` | `true` where the server assigned it |
//! | `version`, `version_from` | as in a packet's line |
//! | `begin`, `end` | places of the first and the last segment that were captured |
//! | `packets`, `bytes` | what `client` and `server` sent: MQTT packets, and their bytes |
//! | `tcp` | for `client` and `server`: `segments`, `bytes` of payload (repeated ones included), `lost` (bytes that were not captured), `lost_at_least` (`true` where it may be one byte more: the last that the other side acknowledged is a byte or the FIN), places of `fin` and `rst` |
//! | `connect` | the CONNECT: its place, and `clean_start`, `session_expiry` (seconds), `user_name`, `password` (whether there is one) |
//! | `connack` | the CONNACK: its place, and `code`, `name`, `session_present`, `latency` |
//! | `session` | what becomes of the session when the connection has ended, as CONNECT, CONNACK and DISCONNECT say: `fate`: `"ends"` (with the connection, or with the CONNECT of Clean Start that took its place), `"kept"` (for so many `seconds`) or `"kept for ever"`; absent where another connection has it |
//! | `returns` | where the connection before it of the same client was over: `stream` of that, `left` (the place of its end), `away` (seconds from there to the CONNACK), `kept` (the seconds that the session was to be kept; absent for ever), `found`: `"resumed"`, `"new"` (the client asked for a new one), `"over"` (it was not kept for so long) or `"missing"` (the server does not have it, though it was to be kept), `doubted` (that is so unless a connection of the client in between is missing in the capture), `waited`: messages of QoS 1 and 2 that clients published meanwhile for its subscriptions with such a QoS, shared ones left out; absent where those are not all known; `came`: how many of them came on this connection, absent where that is not known |
//! | `limits` | for `client` and `server`, in 5.0: `receive_maximum`, `packet_size`, `alias_maximum`, `qos`, and what is available, which a server tells and a client always has: `retain`, `wildcard` and `shared` subscriptions, `identifier` (of subscriptions) |
//! | `keep_alive` | `asked` and `seconds` (what holds), `longest` silence, `late` and `broken` (how many were longer than the interval, and than one and a half times it), `pings`, `pongs`; `unanswered`: the place of a PINGREQ that was not answered though the server had a second or more, where all was seen, with `lasted`, the seconds from it to the end of the connection; `late_answer`: the place of its PINGRESP where that came when the client had left |
//! | `will` | `topic`, `qos`, `retain`, `delay`, `length` of its payload, `wait`: seconds after the end of the connection at which it is due, where that is not at once; `fate`: `"not armed"` (the server refused), `"armed"`, `"discarded"`, `"cancelled"` (the client came back before), `"delayed"` (the capture ends before it is due), `"asked"`, `"due"` or `"unknown"` (the CONNACK or the client's last bytes were not captured, or its DISCONNECT may not have counted); `certainty`: `"likely"` where that it is due is not certain, as the server may have taken a DISCONNECT of the client that is not legal; `doubted` (its PUBLISH may be missing all the same: the client may have come back before on a connection that was not captured, or the server may drop it, or publish it later); `by`: the place of the packet that discards, cancels or asks for it, of the DISCONNECT that does not discard it, or of the CONNECT that ended the session; `seen`: the place where it was seen going out, with `after`, seconds since the end of the connection, where it came no sooner |
//! | `unfinished` | exchanges that were open at the end: `count`, and of the oldest `first` (place), `type`, `asker`, `packet_id`, `waits_for` |
//! | `missed` | messages for its subscriptions that did not come, though the server acknowledged the PUBLISH, or had one of QoS 0 (which may be lost), or the Will was due: `count`, and of the first `first` (the place of the PUBLISH, or where the Will was due), `will` (whether it is one), `stream` (of the one that published), `topic`, `qos`, `doubted` (it did not come unless a connection is missing in the capture: one on which the client gave up the subscription, or came back before its Will was due) |
//! | `doubled` | copies that came once more within seconds, though one of its subscriptions alone matches and one PUBLISH was seen; a client that was not captured may have published the same: `count`, and of the first `first` (the place of the PUBLISH), `before` and `again` (the places of the copies), `topic` |
//! | `took_over`, `taken_over_by` | the other connection of the same client: `stream`, `client`, place of its CONNECT |
//! | `war` | where take-overs go back and forth: `count`, `time` (seconds from the first to the last), `period` (seconds from one to the next, on average), `addresses` |
//! | `reconnects` | the same where nothing shows that there are two clients: one that comes back before its connection was over |
//! | `at_once` | where the server ended all its connections that were open then, for no cause that is known: `count`, `time` (seconds from the first end to the last), `first` (the place of the first end) |
//! | `remarks` | what a security review would note: each with `rule`, `message` and the place of the packet |
//! | `faults` | how many findings of severity error there are on the packets of `client` and `server` |
//! | `causes` | why it ended, the cause that says most first: `cause` (the table of causes), `certainty` (`"proven"`, `"likely"` or `"possible"`, which is a guess), `fault` (whether it is one), `by` (`"client"`, `"server"`), `text`, `proof` (places) |
//! | `caveats` | what the capture does not show: sentences |
//! | `events` | with `session` alone: the time line, see below |

use super::{Format, Session, Sessions};
use crate::pipeline::Record;
use crate::render::json::{Shows, Time, seconds, write_line};
use crate::session::ended::{self, Fate, Found, Half, Lasts, Limits, Other, Return};
use crate::session::verdict::AtOnce;
use crate::session::wire::{Finish, Lost, Sent};
use crate::session::{At, Cause, Certainty, Ended};
use crate::spec::{PacketType, Sender, Version, reason};
use serde::Serialize;
use std::borrow::Cow;
use std::io::{self, Write};

/// The JSON format of connections.
#[derive(Debug, Default)]
pub struct Json {
    sessions: Sessions,
}

impl Format for Json {
    fn record(&mut self, _: &Record<'_>, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn ended(&mut self, ended: &Ended, _: &mut dyn Write) -> io::Result<()> {
        self.sessions.add(ended);
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        for session in self.sessions.take() {
            write_line(&Line::new(&session, ()), out)?;
        }
        Ok(())
    }
}

/// One line. `E` is the time line, or nothing.
#[derive(Serialize)]
pub(in crate::render) struct Line<'s, E> {
    schema: u8,
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<std::net::SocketAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<std::net::SocketAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<Cow<'s, str>>,
    #[serde(skip_serializing_if = "is_false")]
    assigned: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_from: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    begin: Option<Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<Place>,
    packets: Both<u64>,
    bytes: Both<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tcp: Option<Both<TcpSide>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connect: Option<Connect>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connack: Option<Connack>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<Lasting>,
    #[serde(skip_serializing_if = "Option::is_none")]
    returns: Option<Returns>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limits: Option<Both<LimitsOf>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    keep_alive: Option<KeepAlive>,
    #[serde(skip_serializing_if = "Option::is_none")]
    will: Option<Will<'s>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unfinished: Option<Unfinished>,
    #[serde(skip_serializing_if = "Option::is_none")]
    missed: Option<Missed<'s>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    doubled: Option<Doubled<'s>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    took_over: Option<OtherOne>,
    #[serde(skip_serializing_if = "Option::is_none")]
    taken_over_by: Option<OtherOne>,
    #[serde(skip_serializing_if = "Option::is_none")]
    war: Option<War>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reconnects: Option<War>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_once: Option<Together>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    remarks: Vec<Remark>,
    faults: Both<u64>,
    causes: Vec<CauseOf<'s>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    caveats: &'s [String],
    #[serde(skip_serializing_if = "is_nothing")]
    events: E,
}

impl<'s, E> Line<'s, E> {
    pub(in crate::render) fn new(session: &'s Session, events: E) -> Self {
        let ended = &session.ended;
        let (client, server) = ended.ends.unzip();
        let is_v5 = ended.version.is_some_and(|(version, _)| version.is_v5());
        let wire = &ended.wire;
        Self {
            schema: 1,
            r#type: "SESSION",
            stream: ended.stream,
            client,
            server,
            client_id: ended.client_id.as_deref().map(String::from_utf8_lossy),
            assigned: ended.is_assigned,
            version: ended.version.map(|(version, _)| version.name()),
            version_from: ended.version.and_then(|(_, how)| how.name()),
            begin: session.begin().map(Place::new),
            end: session.end().map(Place::new),
            packets: Both::of(ended, |half| half.packets),
            bytes: Both::of(ended, |half| half.bytes),
            tcp: wire.tcp.map(|tcp| Both {
                client: TcpSide::new(&tcp.client, wire.lost(Sender::Client)),
                server: TcpSide::new(&tcp.server, wire.lost(Sender::Server)),
            }),
            connect: ended.connect.as_ref().map(|connect| Connect {
                place: Place::new(connect.at),
                clean_start: connect.clean_start,
                session_expiry: connect.expiry,
                user_name: connect.user_name,
                password: connect.password,
            }),
            connack: ended.connack.as_ref().map(|connack| Connack {
                place: Place::new(connack.at),
                code: connack.code,
                name: code_name(connack.code, ended.version.map(|(version, _)| version)),
                session_present: connack.session_present,
                latency: connack.latency.map(seconds),
            }),
            session: ended.session_lasts().map(Lasting::new),
            returns: ended.returns.as_ref().map(Returns::new),
            limits: (is_v5 && ended.connect.is_some()).then(|| Both::of(ended, LimitsOf::new)),
            keep_alive: KeepAlive::new(ended),
            will: Will::new(ended),
            unfinished: Unfinished::new(ended),
            missed: Missed::new(ended),
            doubled: Doubled::new(ended),
            took_over: ended.took_over.as_ref().map(OtherOne::new),
            taken_over_by: ended.taken_over_by.as_ref().map(OtherOne::new),
            war: ended.war.as_ref().map(War::new),
            reconnects: ended.reconnects.as_ref().map(War::new),
            at_once: session.at_once.as_ref().map(Together::new),
            remarks: ended.remarks.iter().map(Remark::new).collect(),
            faults: Both::of(ended, |half| half.fault_count),
            causes: session.verdict.causes.iter().map(CauseOf::new).collect(),
            caveats: &session.verdict.caveats,
            events,
        }
    }
}

fn is_false(value: &bool) -> bool {
    !value
}

/// Whether there is no time line.
fn is_nothing<E>(_: &E) -> bool {
    size_of::<E>() == 0
}

fn code_name(code: u8, version: Option<Version>) -> Option<&'static str> {
    let packet = PacketType::CONNACK;
    let info = match version? {
        Version::V5 => reason::reason(packet, code),
        version => reason::return_code_v3(packet, code, version),
    };
    info.map(|info| info.name)
}

/// The same of client and server.
#[derive(Serialize)]
struct Both<T> {
    client: T,
    server: T,
}

impl<T> Both<T> {
    fn of(ended: &Ended, get: impl Fn(&Half) -> T) -> Self {
        Self { client: get(ended.half(Sender::Client)), server: get(ended.half(Sender::Server)) }
    }
}

/// Where something is in the capture.
#[derive(Serialize)]
pub(in crate::render) struct Place {
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    frame: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<Shows<Time>>,
}

impl Place {
    pub(in crate::render) fn new(at: At) -> Self {
        Self {
            n: (at.number > 0).then_some(at.number),
            frame: (at.frame > 0).then_some(at.frame),
            time: at.time.and_then(Time::new).map(Shows),
        }
    }

    fn of_finish(finish: Finish) -> Self {
        Self::new(At::of_place(finish.place))
    }
}

#[derive(Serialize)]
struct TcpSide {
    segments: u64,
    bytes: u64,
    lost: u64,
    #[serde(skip_serializing_if = "is_false")]
    lost_at_least: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    fin: Option<Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rst: Option<Place>,
}

impl TcpSide {
    fn new(sent: &Sent, lost: Lost) -> Self {
        let lost_at_least = lost.bytes > 0 && lost.may_have_ended;
        let (fin, rst) = (sent.fin.map(Place::of_finish), sent.rst.map(Place::of_finish));
        Self {
            segments: sent.segments,
            bytes: sent.bytes,
            lost: lost.bytes,
            lost_at_least,
            fin,
            rst,
        }
    }
}

#[derive(Serialize)]
struct Connect {
    #[serde(flatten)]
    place: Place,
    clean_start: bool,
    session_expiry: u32,
    user_name: bool,
    password: bool,
}

#[derive(Serialize)]
struct Connack {
    #[serde(flatten)]
    place: Place,
    code: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'static str>,
    session_present: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    latency: Option<f64>,
}

#[derive(Serialize)]
struct Lasting {
    fate: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<u32>,
}

impl Lasting {
    const fn new(lasts: Lasts) -> Self {
        match lasts {
            Lasts::No => Self { fate: "ends", seconds: None },
            Lasts::Seconds(seconds) => Self { fate: "kept", seconds: Some(seconds) },
            Lasts::Ever => Self { fate: "kept for ever", seconds: None },
        }
    }
}

#[derive(Serialize)]
struct Returns {
    stream: u64,
    left: Place,
    #[serde(skip_serializing_if = "Option::is_none")]
    away: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kept: Option<u32>,
    found: &'static str,
    #[serde(skip_serializing_if = "is_false")]
    doubted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    waited: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    came: Option<u64>,
}

impl Returns {
    fn new(returns: &Return) -> Self {
        Self {
            stream: returns.stream,
            left: Place::new(returns.left),
            away: returns.away.map(seconds),
            kept: match returns.lasts {
                Lasts::No => Some(0),
                Lasts::Seconds(seconds) => Some(seconds),
                Lasts::Ever => None,
            },
            found: match returns.found {
                Found::Resumed => "resumed",
                Found::New => "new",
                Found::Over => "over",
                Found::Missing => "missing",
            },
            doubted: super::lasting::is_doubted(returns),
            waited: returns.waited,
            came: returns.came,
        }
    }
}

#[derive(Serialize)]
struct LimitsOf {
    receive_maximum: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    packet_size: Option<u32>,
    alias_maximum: u16,
    qos: u8,
    retain: bool,
    wildcard: bool,
    shared: bool,
    identifier: bool,
}

impl LimitsOf {
    fn new(half: &Half) -> Self {
        let Limits {
            receive_maximum,
            packet_size,
            alias_maximum,
            qos,
            retain,
            wildcard,
            shared,
            subscription_id: identifier,
        } = half.limits;
        Self {
            receive_maximum,
            packet_size,
            alias_maximum,
            qos,
            retain,
            wildcard,
            shared,
            identifier,
        }
    }
}

#[derive(Serialize)]
struct KeepAlive {
    asked: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    longest: Option<f64>,
    late: u64,
    broken: u64,
    pings: u64,
    pongs: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    unanswered: Option<Unanswered>,
    #[serde(skip_serializing_if = "Option::is_none")]
    late_answer: Option<Place>,
}

#[derive(Serialize)]
struct Unanswered {
    #[serde(flatten)]
    place: Place,
    lasted: f64,
}

impl KeepAlive {
    fn new(ended: &Ended) -> Option<Self> {
        let record = &ended.keep_alive;
        let unanswered = super::unanswered_ping(ended);
        Some(Self {
            asked: record.asked?,
            seconds: record.seconds,
            longest: record.longest.map(|silence| seconds(silence.time)),
            late: record.late,
            broken: record.broken,
            pings: record.pings,
            pongs: record.pongs,
            unanswered: unanswered
                .map(|(at, lasted)| Unanswered { place: Place::new(at), lasted: seconds(lasted) }),
            late_answer: unanswered.and(record.late_answer).map(Place::new),
        })
    }
}

#[derive(Serialize)]
struct Will<'s> {
    topic: Cow<'s, str>,
    qos: u8,
    retain: bool,
    delay: u32,
    length: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    wait: Option<u32>,
    fate: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    certainty: Option<&'static str>,
    #[serde(skip_serializing_if = "is_false")]
    doubted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seen: Option<SeenGoing>,
}

#[derive(Serialize)]
struct SeenGoing {
    #[serde(flatten)]
    place: Place,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<f64>,
}

impl<'s> Will<'s> {
    fn new(ended: &'s Ended) -> Option<Self> {
        let will = ended.will.as_ref()?;
        let begun = will.session_ended.zip(will.fate.due());
        let wait = match begun.map(|(back, due)| back.since(due).unwrap_or(0)) {
            Some(nanos) => u32::try_from(nanos / 1_000_000_000).unwrap_or(u32::MAX),
            None => ended.will_wait(),
        };
        let left = ended.from_client.disconnect.as_ref().map(|left| left.at);
        let certainty = Some(ended.will_certainty()).filter(|it| *it != Certainty::Proven);
        Some(Self {
            topic: String::from_utf8_lossy(&will.topic),
            qos: will.qos,
            retain: will.retain,
            delay: will.delay,
            length: will.payload_len,
            wait: Some(wait).filter(|wait| *wait > 0),
            by: match will.fate {
                Fate::Discarded(at)
                | Fate::Cancelled(at)
                | Fate::Asked(at)
                | Fate::Doubtful(at) => Some(Place::new(at)),
                Fate::Due(_) | Fate::Delayed(_) => will.session_ended.or(left).map(Place::new),
                _ => None,
            },
            fate: match will.fate {
                Fate::NotArmed if ended.connack.is_none() => "unknown",
                Fate::NotArmed => "not armed",
                Fate::Armed => "armed",
                Fate::Discarded(_) => "discarded",
                Fate::Cancelled(_) => "cancelled",
                Fate::Delayed(_) => "delayed",
                Fate::Asked(_) => "asked",
                Fate::Due(_) => "due",
                Fate::Unknown | Fate::Doubtful(_) => "unknown",
            },
            certainty: certainty
                .filter(|_| matches!(will.fate, Fate::Due(_) | Fate::Delayed(_)))
                .map(Certainty::name),
            doubted: super::will::is_doubted(ended, will),
            seen: will.seen.as_ref().map(|copy| SeenGoing {
                place: Place::new(copy.at),
                stream: copy.stream,
                after: copy.after.map(seconds),
            }),
        })
    }
}

#[derive(Serialize)]
struct Remark {
    rule: &'static str,
    message: &'static str,
    #[serde(flatten)]
    place: Place,
}

impl Remark {
    /// The sentences of these rules have nothing to fill in.
    fn new(remark: &ended::Fault) -> Self {
        let info = remark.rule.info();
        Self { rule: info.id, message: info.message, place: Place::new(remark.at) }
    }
}

#[derive(Serialize)]
struct Unfinished {
    count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    first: Option<Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    r#type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    asker: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    packet_id: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waits_for: Option<&'static str>,
}

impl Unfinished {
    fn new(ended: &Ended) -> Option<Self> {
        let open = ended.open.first();
        (ended.open_count > 0).then(|| Self {
            count: ended.open_count,
            first: open.map(|open| Place::new(open.first)),
            r#type: open.map(|open| open.kind.name()),
            asker: open.map(|open| open.asker.name()),
            packet_id: open.map(|open| open.packet_id),
            waits_for: open.map(|open| open.next.name()),
        })
    }
}

#[derive(Serialize)]
struct Missed<'s> {
    count: u64,
    first: Place,
    #[serde(skip_serializing_if = "is_false")]
    will: bool,
    stream: u64,
    topic: Cow<'s, str>,
    qos: u8,
    #[serde(skip_serializing_if = "is_false")]
    doubted: bool,
}

impl<'s> Missed<'s> {
    fn new(ended: &'s Ended) -> Option<Self> {
        let first = ended.missed.first()?;
        Some(Self {
            count: ended.missed_count,
            first: Place::new(first.publish),
            will: first.is_will,
            stream: first.from,
            topic: String::from_utf8_lossy(&first.topic),
            qos: first.qos,
            doubted: first.is_doubted,
        })
    }
}

#[derive(Serialize)]
struct Doubled<'s> {
    count: u64,
    first: Place,
    before: Place,
    again: Place,
    topic: Cow<'s, str>,
}

impl<'s> Doubled<'s> {
    fn new(ended: &'s Ended) -> Option<Self> {
        let first = ended.doubled.first()?;
        Some(Self {
            count: ended.doubled_count,
            first: Place::new(first.publish),
            before: Place::new(first.before),
            again: Place::new(first.again),
            topic: String::from_utf8_lossy(&first.topic),
        })
    }
}

#[derive(Serialize)]
struct OtherOne {
    stream: u64,
    client: std::net::SocketAddr,
    #[serde(flatten)]
    place: Place,
}

impl OtherOne {
    fn new(other: &Other) -> Self {
        Self { stream: other.stream, client: other.client, place: Place::new(other.at) }
    }
}

/// A server that ended all its connections.
#[derive(Serialize)]
struct Together {
    count: usize,
    time: f64,
    first: Place,
}

impl Together {
    fn new(all: &AtOnce) -> Self {
        Self { count: all.count, time: seconds(all.time), first: Place::new(all.first) }
    }
}

#[derive(Serialize)]
struct War {
    count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    period: Option<f64>,
    addresses: usize,
}

impl War {
    fn new(war: &ended::War) -> Self {
        Self {
            count: war.count,
            time: war.time.map(seconds),
            period: war.period().map(seconds),
            addresses: war.addresses,
        }
    }
}

#[derive(Serialize)]
struct CauseOf<'s> {
    cause: &'static str,
    certainty: &'static str,
    fault: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'static str>,
    text: &'s str,
    proof: Vec<Place>,
}

impl<'s> CauseOf<'s> {
    fn new(cause: &'s Cause) -> Self {
        Self {
            cause: cause.info.id,
            certainty: cause.certainty.name(),
            fault: cause.info.is_fault(),
            by: cause.by.map(Sender::name),
            text: &cause.text,
            proof: cause.proof.iter().map(|at| Place::new(*at)).collect(),
        }
    }
}
