//! Why the broker ends a connection, as a capture shows it: by the code that it sends, and by what is
//! wrong with the client's last packet.

use super::super::Version;
use super::super::packet_type::PacketType;
use super::super::rule::Rule;
use super::{Event, Release};

/// What the broker's log says where it sends DISCONNECT or CONNACK with a code of 5.0.
#[rustfmt::skip]
pub static BY_CODE: &[(u8, Event)] = &[
    (0x81, Event::MALFORMED),
    (0x82, Event::PROTOCOL_ERROR),
    (0x83, Event::IMPLEMENTATION),
    (0x85, Event::PROTOCOL_ERROR),
    (0x86, Event::NOT_AUTHORISED),
    (0x87, Event::NOT_AUTHORISED),
    (0x89, Event::BUSY),
    (0x8c, Event::BAD_METHOD),
    (0x8d, Event::TIMEOUT),
    (0x93, Event::RECEIVE_MAXIMUM_END),
    (0x94, Event::ALIAS_INVALID),
    (0x95, Event::OVERSIZE),
    (0x97, Event::QUOTA),
    (0x98, Event::KICKED),
    (0x9a, Event::FEATURE),
    (0x9b, Event::FEATURE),
    (0x9f, Event::RATE),
];

/// What the broker's log says after a CONNACK of 3.x with a return code.
pub static BY_RETURN_CODE: &[(u8, Event)] = &[
    (1, Event::PROTOCOL_ERROR),
    (2, Event::PROTOCOL_ERROR),
    (3, Event::UNAVAILABLE),
    (4, Event::NOT_AUTHORISED),
    (5, Event::NOT_AUTHORISED),
];

/// What 2.0 says it failed with (`SOCKET_FAILED`) where a PUBLISH has a QoS that it does not take.
pub const QOS_NOT_SUPPORTED: &str = "Requested QoS not supported on server.";

/// What 2.0 says where it has no words of its own for what it failed with.
const NO_WORDS: &str = "Unknown error.";

/// What 2.0 says of a client that it had accepted, where it sends DISCONNECT with these codes.
static IN_DISCONNECT: &[(u8, Fault)] = &[
    (0x94, failed(None, NO_WORDS)),
    (0x9a, failed(None, NO_WORDS)),
    (0x9b, failed(None, QOS_NOT_SUPPORTED)),
];

/// The same where it refuses a client with CONNACK: 0x95 is about its Will, for it does not answer a CONNECT that is too
/// large itself.
static IN_CONNACK: &[(u8, Fault)] = &[(0x95, fault(None, Event::OVERSIZE_PAYLOAD))];

/// What the broker says of a packet that breaks a rule, before it ends the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The line of its own, where it has one.
    pub says: Option<Event>,
    /// How the connection ends.
    pub end: Event,
    /// What it says that it failed with, where it ends with `SOCKET_FAILED`.
    pub cause: &'static str,
    /// Whether the broker is known to end the connection for it.
    pub is_sure: bool,
}

impl Fault {
    /// A packet whose fields another one has torn apart.
    pub const TORN: Self = Self { is_sure: false, ..fault(None, Event::MALFORMED) };
}

const fn fault(says: Option<Event>, end: Event) -> Fault {
    Fault { says, end, cause: "", is_sure: true }
}

const fn failed(says: Option<Event>, cause: &'static str) -> Fault {
    Fault { says, end: Event::SOCKET_FAILED, cause, is_sure: true }
}

const fn maybe(end: Event) -> Fault {
    Fault { is_sure: false, ..fault(None, end) }
}

/// A rule that the packet of a client breaks, and what else the broker's words for it rest on.
#[derive(Clone, Copy, Debug)]
pub struct Broken {
    /// The rule.
    pub rule: Rule,
    /// The packet.
    pub kind: PacketType,
    /// The version of the connection.
    pub version: Version,
    /// Whether the packet could be read to its end.
    pub is_whole: bool,
    /// Whether it is a property, or the topic of a Will, that breaks it.
    pub is_aside: bool,
}

/// What the broker takes though the standard does not allow it: the rule, the packet, the last release
/// that is known to.
#[rustfmt::skip]
static TAKEN: &[(Rule, PacketType, Release)] = &[
    (Rule::REASON_CODE, PacketType::DISCONNECT, Release(u8::MAX, 0, 0)),
    (Rule::REASON_CODE_SENDER, PacketType::DISCONNECT, Release(u8::MAX, 0, 0)),
    (Rule::HEADER_FLAGS, PacketType::PINGREQ, FLAGS_LATE),
    (Rule::DUP_WITH_QOS_0, PacketType::PUBLISH, FLAGS_LATE),
];

/// The same of clients of MQTT 3.1 alone, whose flags it does not look at.
static TAKEN_OF_3_1: &[(Rule, PacketType)] =
    &[(Rule::HEADER_FLAGS, PacketType::DISCONNECT), (Rule::HEADER_FLAGS, PacketType::PUBREL)];

/// What the standard only advises against, and the broker does not take: the rule, the packet, the first
/// release that is known to.
#[rustfmt::skip]
static NOT_TAKEN: &[(Rule, PacketType, Release)] = &[
    (Rule::TEXT_CONTROL, PacketType::PUBLISH, Release(2, 0, 0)),
    (Rule::TEXT_NONCHARACTER, PacketType::PUBLISH, Release(2, 0, 0)),
];

/// Whether a packet of this type gets the broker to end the connection, though the rule is advice.
#[must_use]
pub fn is_not_taken(rule: Rule, kind: PacketType, release: Release) -> bool {
    NOT_TAKEN.iter().any(|(r, k, first)| (*r, *k) == (rule, kind) && release >= *first)
}

/// Whether the broker takes a packet of this type and version though it breaks this rule.
#[must_use]
pub fn is_taken(rule: Rule, kind: PacketType, version: Version, release: Release) -> bool {
    let is_row = |(r, k): (Rule, PacketType)| (r, k) == (rule, kind);
    TAKEN.iter().any(|(r, k, last)| is_row((*r, *k)) && release <= *last)
        || version == Version::V31 && TAKEN_OF_3_1.iter().copied().any(is_row)
}

/// The last release that was seen to call a Remaining Length that is too long a protocol error, to look at few
/// of the flags, and at those of a DISCONNECT when it had
/// said that it received it.
const FLAGS_LATE: Release = Release(2, 0, 11);

/// By the rule, and the packet where that makes a difference.
#[rustfmt::skip]
static BY_RULE: &[(Rule, Option<PacketType>, Fault)] = &[
    (Rule::QOS_3, None, fault(Some(Event::BAD_PUBLISH_QOS), Event::MALFORMED)),
    (Rule::QOS_ABOVE_MAXIMUM, None, failed(Some(Event::HIGH_PUBLISH_QOS), QOS_NOT_SUPPORTED)),
    (Rule::DUP_WITH_QOS_0, None, fault(Some(Event::DUP_QOS_0), Event::MALFORMED)),
    (Rule::FIRST_NOT_CONNECT, None, fault(None, Event::PROTOCOL_ERROR)),
    (Rule::SECOND_CONNECT, None, fault(Some(Event::SECOND_CONNECT), Event::PROTOCOL_ERROR)),
    (Rule::PROTOCOL_LEVEL, None, fault(Some(Event::BAD_LEVEL), Event::PROTOCOL_ERROR)),
    (Rule::PROTOCOL_NAME, None, fault(Some(Event::BAD_NAME), Event::PROTOCOL_ERROR)),
    (Rule::WILL_QOS_3, None, fault(Some(Event::BAD_WILL_QOS), Event::PROTOCOL_ERROR)),
    (Rule::PASSWORD_WITHOUT_USER_NAME, None, fault(Some(Event::PASSWORD_ALONE), Event::PROTOCOL_ERROR)),
    (Rule::TOPIC_EMPTY, Some(PacketType::SUBSCRIBE), fault(Some(Event::EMPTY_FILTER), Event::MALFORMED)),
    (Rule::TOPIC_EMPTY, Some(PacketType::UNSUBSCRIBE), fault(Some(Event::EMPTY_UNFILTER), Event::MALFORMED)),
    (Rule::SUBSCRIPTION_QOS_3, None, fault(Some(Event::BAD_FILTER_QOS), Event::MALFORMED)),
    (Rule::FILTER_MULTI_LEVEL, Some(PacketType::SUBSCRIBE), fault(Some(Event::BAD_FILTER), Event::MALFORMED)),
    (Rule::FILTER_SINGLE_LEVEL, Some(PacketType::SUBSCRIBE), fault(Some(Event::BAD_FILTER), Event::MALFORMED)),
    (Rule::FILTER_MULTI_LEVEL, None, fault(Some(Event::BAD_UNFILTER), Event::MALFORMED)),
    (Rule::FILTER_SINGLE_LEVEL, None, fault(Some(Event::BAD_UNFILTER), Event::MALFORMED)),
    (Rule::SHARE_NAME, None, fault(Some(Event::BAD_FILTER), Event::MALFORMED)),
    (Rule::SHARE_FILTER, None, fault(Some(Event::BAD_FILTER), Event::MALFORMED)),
    (Rule::NO_FILTER, None, fault(None, Event::MALFORMED)),
    (Rule::NO_FILTER_TO_LEAVE, None, fault(None, Event::MALFORMED)),
    (Rule::OPTIONS_RESERVED, None, fault(None, Event::MALFORMED)),
    (Rule::RETAIN_HANDLING_3, None, fault(None, Event::MALFORMED)),
    (Rule::HEADER_FLAGS, Some(PacketType::PUBREL), fault(None, Event::MALFORMED)),
    (Rule::HEADER_FLAGS, Some(PacketType::SUBSCRIBE), fault(None, Event::MALFORMED)),
    (Rule::HEADER_FLAGS, Some(PacketType::UNSUBSCRIBE), fault(None, Event::MALFORMED)),
    (Rule::HEADER_FLAGS, None, fault(None, Event::MALFORMED)),
    (Rule::AUTH_BEFORE_V5, None, fault(None, Event::PROTOCOL_ERROR)),
    (Rule::AUTH_WITHOUT_METHOD, Some(PacketType::AUTH), fault(None, Event::PROTOCOL_ERROR)),
    (Rule::TOPIC_WILDCARD, Some(PacketType::PUBLISH), fault(None, Event::PROTOCOL_ERROR)),
    (Rule::PACKET_ID_0, Some(PacketType::PUBLISH), fault(None, Event::PROTOCOL_ERROR)),
    (Rule::PROPERTY_REPEATED, Some(PacketType::DISCONNECT), failed(None, "Duplicate property in property list")),
    (Rule::UTF8_ILL_FORMED, Some(PacketType::DISCONNECT), failed(None, "Malformed UTF-8")),
    (Rule::UTF8_ILL_FORMED, None, fault(None, Event::MALFORMED)),
];

/// The packets that acknowledge, or go on with a message of QoS 2.
const ACKS: &[PacketType] =
    &[PacketType::PUBACK, PacketType::PUBREC, PacketType::PUBREL, PacketType::PUBCOMP];

/// Those that only a server sends, and of which 2.0 says that it received them.
const OF_SERVER: &[PacketType] = &[PacketType::SUBACK, PacketType::UNSUBACK];

/// Whatever packet it is.
const ANY: &[PacketType] = &[];

const DUPLICATE: &str = "Duplicate property in property list";
const INVALID: &str = "Invalid function arguments provided.";
const NOT_UTF8: &str = "Malformed UTF-8";

/// The same of 2.0 alone (seen of 2.0.11): how other lines of releases end these is not known.
#[rustfmt::skip]
static BY_RULE_2_0: &[(Rule, &[PacketType], Fault)] = &[
    (Rule::UTF8_NUL, &[PacketType::PUBLISH, PacketType::SUBSCRIBE], fault(None, Event::MALFORMED)),
    (Rule::TEXT_CONTROL, &[PacketType::PUBLISH], fault(None, Event::MALFORMED)),
    (Rule::TEXT_NONCHARACTER, &[PacketType::PUBLISH], fault(None, Event::MALFORMED)),
    (Rule::TOPIC_EMPTY, &[PacketType::PUBLISH], fault(None, Event::MALFORMED)),
    (Rule::TOPIC_WITHOUT_ALIAS, &[PacketType::PUBLISH], fault(None, Event::PROTOCOL_ERROR)),
    (Rule::TOPIC_WILDCARD, &[PacketType::CONNECT], failed(None, INVALID)),
    (Rule::UTF8_ILL_FORMED, &[PacketType::CONNECT], fault(None, Event::PROTOCOL_ERROR)),
    (Rule::HEADER_FLAGS, &[PacketType::CONNECT], fault(None, Event::PROTOCOL_ERROR)),
    (Rule::TOO_SHORT, &[PacketType::CONNECT], fault(None, Event::PROTOCOL_ERROR)),
    (Rule::WRONG_SENDER, &[PacketType::CONNACK], failed(None, INVALID)),
    (Rule::WRONG_SENDER, OF_SERVER, maybe(Event::PROTOCOL_ERROR)),
    (Rule::PROPERTY_REPEATED, ANY, failed(None, DUPLICATE)),
    (Rule::PROPERTY_UNKNOWN, ANY, fault(None, Event::MALFORMED)),
    (Rule::PROPERTY_LENGTH_TOO_LONG, ACKS, fault(None, Event::PROTOCOL_ERROR)),
    (Rule::REASON_CODE, ACKS, maybe(Event::PROTOCOL_ERROR)),
    (Rule::TOO_SHORT, ACKS, fault(None, Event::PROTOCOL_ERROR)),
    (Rule::PACKET_ID_0, ACKS, fault(None, Event::PROTOCOL_ERROR)),
    (Rule::PACKET_ID_0, &[PacketType::SUBSCRIBE, PacketType::UNSUBSCRIBE], fault(None, Event::MALFORMED)),
];

/// What 2.0 says of ill-formed text in a property or in the topic of a Will.
const OF_TEXT_ASIDE: Fault = failed(None, NOT_UTF8);

/// What is judged by what came before a packet: the broker looks at it last, if at all.
#[must_use]
pub fn is_of_session(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::SESSION_EXPIRY_RAISED
            | Rule::ACK_UNASKED
            | Rule::ACK_WRONG
            | Rule::ACK_TWICE
            | Rule::ID_IN_USE
    )
}

/// The words for a Protocol Name or level that a broker does not take; none for a name with other lengths than those
/// of the names that there are.
#[must_use]
pub fn of_name(name: &[u8]) -> Option<Event> {
    match (name, name.len()) {
        (b"MQTT" | b"MQIsdp", _) => Some(Event::BAD_LEVEL),
        (_, 4 | 6) => Some(Event::BAD_NAME),
        _ => None,
    }
}

/// The levels of a topic or filter that 2.0 takes, less one: the slashes.
const MOST_SLASHES: usize = 200;

/// What 2.0 says of a topic or filter of a packet of this type; `None` where it takes it, as far as its levels are
/// concerned.
#[must_use]
pub fn of_levels(text: &[u8], kind: PacketType, release: Release) -> Option<Fault> {
    let slashes = text.iter().filter(|byte| **byte == b'/').count();
    if !is_2_0(release) || slashes <= MOST_SLASHES {
        return None;
    }
    match kind {
        PacketType::CONNECT => Some(failed(None, INVALID)),
        PacketType::PUBLISH => Some(fault(None, Event::PROTOCOL_ERROR)),
        PacketType::SUBSCRIBE => Some(fault(Some(Event::BAD_FILTER), Event::MALFORMED)),
        PacketType::UNSUBSCRIBE => Some(fault(Some(Event::BAD_UNFILTER), Event::MALFORMED)),
        _ => None,
    }
}

/// Whether no client may publish to this topic, whatever the access control list says (2.0): those of the broker itself
/// but for the state of bridges, and shared subscriptions.
#[must_use]
pub fn is_denied(topic: &[u8], release: Release) -> bool {
    let is_state = || {
        let name = topic.strip_prefix(b"$SYS/broker/connection/");
        let name = name.and_then(|rest| rest.strip_suffix(b"/state"));
        name.is_some_and(|name| !name.contains(&b'/'))
    };
    let is_own = topic.starts_with(b"$SYS") && !is_state() || topic.starts_with(b"$share");
    is_own && is_2_0(release)
}

/// What the broker says of a packet that breaks a rule.
#[must_use]
pub fn of_rule(broken: Broken, release: Release) -> Fault {
    let Broken { rule, kind, version, is_whole, is_aside } = broken;
    let is_end = kind == PacketType::DISCONNECT;
    if is_end && rule == Rule::HEADER_FLAGS && release <= FLAGS_LATE {
        return fault(Some(Event::DISCONNECT_IN), Event::PROTOCOL_ERROR);
    }
    let is_early = (Release(2, 0, 0)..=FLAGS_LATE).contains(&release);
    if kind == PacketType::PUBREL && rule == Rule::HEADER_FLAGS && is_early {
        return fault(None, Event::PROTOCOL_ERROR);
    }
    if rule == Rule::OPTIONS_RESERVED && !version.is_v5() {
        // The whole byte is the QoS.
        return fault(Some(Event::BAD_FILTER_QOS), Event::MALFORMED);
    }
    let is_text = matches!(rule, Rule::UTF8_NUL | Rule::UTF8_ILL_FORMED);
    if is_text && is_aside && is_2_0(release) {
        return OF_TEXT_ASIDE;
    }
    let own = BY_RULE_2_0.iter().filter(|_| is_2_0(release));
    let is_of = |kinds: &[PacketType]| kinds.is_empty() || kinds.contains(&kind);
    if let Some((.., own)) = own.into_iter().find(|(r, k, _)| *r == rule && is_of(k)) {
        return *own;
    }
    let row = BY_RULE.iter().find(|(r, k, _)| *r == rule && k.is_none_or(|k| k == kind));
    // The broker takes few DISCONNECT packets that are not legal.
    let end = if is_whole || is_end { Event::PROTOCOL_ERROR } else { Event::MALFORMED };
    let other = Fault { is_sure: is_end || !is_whole, ..fault(None, end) };
    row.map_or(other, |row| row.2)
}

/// What the broker says of a Remaining Length of more than four bytes, whatever packet it is of.
#[must_use]
pub fn of_length(release: Release) -> Fault {
    let is_early = (Release(2, 0, 0)..=FLAGS_LATE).contains(&release);
    fault(None, if is_early { Event::PROTOCOL_ERROR } else { Event::MALFORMED })
}

/// What 2.0 says it failed with (`SYSTEM_FAILED`) where it writes to a client that has closed its side and
/// is gone.
pub const BROKEN_PIPE: &str = "Broken pipe";

/// What 2.0 says where it fails to write these answers, as if it had run out of memory. Of others it says
/// what its system says.
#[rustfmt::skip]
static UNWRITTEN: &[(PacketType, Event)] = &[
    (PacketType::PUBACK, Event::NO_MEMORY),
    (PacketType::SUBACK, Event::NO_MEMORY),
];

/// The end where an answer of this type cannot be written, as the client is gone; `has_closed`: it had
/// closed its side before.
#[must_use]
pub fn of_unwritten(answer: PacketType, has_closed: bool) -> Event {
    let by_system = if has_closed { Event::SYSTEM_FAILED } else { Event::CLOSED };
    UNWRITTEN.iter().find(|row| row.0 == answer).map_or(by_system, |row| row.1)
}

/// The end by a code, in the packet of 5.0 or of 3.x; `is_accepted`: the client was, so that it is that of a DISCONNECT.
#[must_use]
pub fn of_code(code: u8, is_accepted: bool, release: Release) -> Option<Fault> {
    let by_packet = if is_accepted { IN_DISCONNECT } else { IN_CONNACK };
    if let Some((_, own)) = by_packet.iter().filter(|_| is_2_0(release)).find(|row| row.0 == code) {
        return Some(*own);
    }
    let row = BY_CODE.iter().chain(BY_RETURN_CODE).find(|row| row.0 == code);
    row.map(|row| fault(None, row.1))
}

/// Whether it is one of the releases of 2.0.
fn is_2_0(release: Release) -> bool {
    (release.0, release.1) == (2, 0)
}
