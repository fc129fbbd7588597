//! Reason codes of MQTT 5.0 (section 2.4) and return codes of MQTT 3.1 and 3.1.1: what a code
//! means in the packet that carries it.

use super::packet_type::PacketType as P;
use super::packet_type::{PacketSet, PacketType};
use super::version::Version;

/// What one code means in one packet type.
///
/// ```
/// use mqttscope::spec::{PacketType, reason::reason};
///
/// let row = reason(PacketType::DISCONNECT, 0x8e).unwrap();
/// assert_eq!(row.name, "Session taken over");
/// assert!(row.server_sends && !row.client_sends);
/// ```
#[derive(Debug)]
pub struct ReasonInfo {
    /// The packet that carries it.
    pub packet: PacketType,
    /// The code on the wire.
    pub code: u8,
    /// The standard's name of it.
    pub name: &'static str,
    /// The versions that define it so.
    pub versions: &'static [Version],
    /// Whether a client may send it in this packet.
    pub client_sends: bool,
    /// Whether a server may send it in this packet.
    pub server_sends: bool,
    /// What it means here and what follows from it, as one clause without a full stop.
    pub meaning: &'static str,
    /// Whether the section on the packet lists it, and not the table of all codes (5.0: section
    /// 2.4) alone.
    pub in_section: bool,
}

/// Where a standard lists the codes of one packet type.
#[derive(Debug)]
#[doc(hidden)]
pub struct CodeTable {
    /// The packet that carries the codes.
    pub packet: PacketType,
    /// The version of the standard.
    pub version: Version,
    /// The section that lists them.
    pub section: &'static str,
    /// The normative statements on the choice of code, blank between them; 3.1 numbers none.
    pub statements: &'static str,
}

/// The names of all codes of MQTT 5.0, in the order of the codes (section 2.4).
#[rustfmt::skip]
static NAMES: [(u8, &str); 43] = [
    (0x00, "Success"),
    (0x01, "Granted QoS 1"),
    (0x02, "Granted QoS 2"),
    (0x04, "Disconnect with Will Message"),
    (0x10, "No matching subscribers"),
    (0x11, "No subscription existed"),
    (0x18, "Continue authentication"),
    (0x19, "Re-authenticate"),
    (0x80, "Unspecified error"),
    (0x81, "Malformed Packet"),
    (0x82, "Protocol Error"),
    (0x83, "Implementation specific error"),
    (0x84, "Unsupported Protocol Version"),
    (0x85, "Client Identifier not valid"),
    (0x86, "Bad User Name or Password"),
    (0x87, "Not authorized"),
    (0x88, "Server unavailable"),
    (0x89, "Server busy"),
    (0x8a, "Banned"),
    (0x8b, "Server shutting down"),
    (0x8c, "Bad authentication method"),
    (0x8d, "Keep Alive timeout"),
    (0x8e, "Session taken over"),
    (0x8f, "Topic Filter invalid"),
    (0x90, "Topic Name invalid"),
    (0x91, "Packet Identifier in use"),
    (0x92, "Packet Identifier not found"),
    (0x93, "Receive Maximum exceeded"),
    (0x94, "Topic Alias invalid"),
    (0x95, "Packet too large"),
    (0x96, "Message rate too high"),
    (0x97, "Quota exceeded"),
    (0x98, "Administrative action"),
    (0x99, "Payload format invalid"),
    (0x9a, "Retain not supported"),
    (0x9b, "QoS not supported"),
    (0x9c, "Use another server"),
    (0x9d, "Server moved"),
    (0x9e, "Shared Subscriptions not supported"),
    (0x9f, "Connection rate exceeded"),
    (0xa0, "Maximum connect time"),
    (0xa1, "Subscription Identifiers not supported"),
    (0xa2, "Wildcard Subscriptions not supported"),
];

const CLIENT: (bool, bool) = (true, false);
const SERVER: (bool, bool) = (false, true);
const BOTH: (bool, bool) = (true, true);

/// A row of 5.0. The name is that of [`NAMES`].
const fn row(
    packet: P,
    code: u8,
    (client_sends, server_sends): (bool, bool),
    meaning: &'static str,
) -> ReasonInfo {
    let name = name_in(&NAMES, code);
    let versions = &[Version::V5];
    ReasonInfo {
        packet,
        code,
        name,
        versions,
        client_sends,
        server_sends,
        meaning,
        in_section: true,
    }
}

impl ReasonInfo {
    /// The name that the code has in this packet alone.
    const fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    /// The section on the packet does not list the code; the table of all codes does.
    const fn in_table_of_all(self) -> Self {
        Self { in_section: false, ..self }
    }
}

const fn name_in(names: &[(u8, &'static str)], code: u8) -> &'static str {
    let mut rest = names;
    while let [(row, name), tail @ ..] = rest {
        if *row == code {
            return name;
        }
        rest = tail;
    }
    ""
}

/// The reason codes of MQTT 5.0, in the order of packet type and code.
///
/// ```
/// use mqttscope::spec::{PacketType, reason::REASONS};
///
/// let pubrel = REASONS.iter().filter(|row| row.packet == PacketType::PUBREL);
/// assert_eq!(pubrel.map(|row| row.code).collect::<Vec<_>>(), [0x00, 0x92]);
/// ```
#[rustfmt::skip]
pub static REASONS: [ReasonInfo; 96] = [
    row(P::CONNACK, 0x00, SERVER, "the server accepts the connection, and the conversation begins"),
    row(P::CONNACK, 0x80, SERVER, "the server refuses the connection and does not say why"),
    row(P::CONNACK, 0x81, SERVER, "the server could not parse the CONNECT; the client must be mended before it tries again"),
    row(P::CONNACK, 0x82, SERVER, "the CONNECT breaks a rule of the protocol; the client must be mended before it tries again"),
    row(P::CONNACK, 0x83, SERVER, "nothing is wrong with the CONNECT, but this server cannot serve it"),
    row(P::CONNACK, 0x84, SERVER, "the server does not speak the version that was asked for; the client may try another"),
    row(P::CONNACK, 0x85, SERVER, "the server does not allow this Client Identifier; the client may try another"),
    row(P::CONNACK, 0x86, SERVER, "the server does not accept the user name and password; trying again with them is no use"),
    row(P::CONNACK, 0x87, SERVER, "the server does not permit this client to connect; only its operator can change that"),
    row(P::CONNACK, 0x88, SERVER, "there is no service at the moment; the client may try again later"),
    row(P::CONNACK, 0x89, SERVER, "the server has too much to do; the client should wait before it tries again"),
    row(P::CONNACK, 0x8a, SERVER, "an administrator has barred this client and is the one to ask"),
    row(P::CONNACK, 0x8c, SERVER, "the server does not offer this Authentication Method, or it is not the one begun with"),
    row(P::CONNACK, 0x90, SERVER, "the Will Topic is well formed, but this server does not accept it"),
    row(P::CONNACK, 0x95, SERVER, "the CONNECT is larger than the server allows; the client may try a smaller one"),
    row(P::CONNACK, 0x97, SERVER, "a limit of the server or its operator is reached, so there is no room for this client"),
    row(P::CONNACK, 0x99, SERVER, "the Will Payload is not the text that its Payload Format Indicator promises"),
    row(P::CONNACK, 0x9a, SERVER, "the server keeps no retained messages; the client may try again with Will Retain 0"),
    row(P::CONNACK, 0x9b, SERVER, "the server does not support this Will QoS; the client may try again with a lower one"),
    row(P::CONNACK, 0x9c, SERVER, "the client should use another server for now; Server Reference may tell which"),
    row(P::CONNACK, 0x9d, SERVER, "the client should use another server from now on; Server Reference may tell which"),
    row(P::CONNACK, 0x9f, SERVER, "connections are being opened too fast; the client should wait before it tries again"),

    row(P::PUBACK, 0x00, BOTH, "the receiver has taken over the message; the QoS 1 delivery is complete"),
    row(P::PUBACK, 0x10, SERVER, "accepted, but nobody subscribes to the topic; the QoS 1 delivery is complete"),
    row(P::PUBACK, 0x80, BOTH, "the receiver rejects the message and does not say why; it must not be sent again"),
    row(P::PUBACK, 0x83, BOTH, "the PUBLISH is valid, but the receiver will not take it; it must not be sent again"),
    row(P::PUBACK, 0x87, BOTH, "the sender is not permitted to publish this; the message is lost"),
    row(P::PUBACK, 0x90, BOTH, "the receiver does not accept this Topic Name, well formed as it is; the message is lost"),
    row(P::PUBACK, 0x91, BOTH, "another exchange still has this Packet Identifier; the two ends may disagree on the session"),
    row(P::PUBACK, 0x97, BOTH, "a limit of the receiver is reached; the message is lost"),
    row(P::PUBACK, 0x99, BOTH, "the payload is not the text that its Payload Format Indicator promises; the message is lost"),

    row(P::PUBREC, 0x00, BOTH, "the receiver has taken over the message; the sender answers with PUBREL"),
    row(P::PUBREC, 0x10, SERVER, "accepted, but nobody subscribes to the topic; the sender still answers with PUBREL"),
    row(P::PUBREC, 0x80, BOTH, "the receiver rejects the message and does not say why; no PUBREL follows"),
    row(P::PUBREC, 0x83, BOTH, "the PUBLISH is valid, but the receiver will not take it; no PUBREL follows"),
    row(P::PUBREC, 0x87, BOTH, "the sender is not permitted to publish this; no PUBREL follows"),
    row(P::PUBREC, 0x90, BOTH, "the receiver does not accept this Topic Name, well formed as it is; no PUBREL follows"),
    row(P::PUBREC, 0x91, BOTH, "another exchange still has this Packet Identifier; no PUBREL follows for this message"),
    row(P::PUBREC, 0x97, BOTH, "a limit of the receiver is reached; no PUBREL follows"),
    row(P::PUBREC, 0x99, BOTH, "the payload is not the text that its Payload Format Indicator promises; no PUBREL follows"),

    row(P::PUBREL, 0x00, BOTH, "the sender lets the message go; the receiver answers with PUBCOMP"),
    row(P::PUBREL, 0x92, BOTH, "the PUBREC before names no message known here; harmless while a session is recovered"),

    row(P::PUBCOMP, 0x00, BOTH, "the QoS 2 delivery is complete, and its Packet Identifier is free again"),
    row(P::PUBCOMP, 0x92, BOTH, "the PUBREL before names no message known here; harmless while a session is recovered"),

    row(P::SUBACK, 0x00, SERVER, "subscribed; every message for this filter comes at QoS 0").named("Granted QoS 0"),
    row(P::SUBACK, 0x01, SERVER, "subscribed; messages for this filter come at QoS 1 at most"),
    row(P::SUBACK, 0x02, SERVER, "subscribed; messages for this filter come at the QoS they were published with"),
    row(P::SUBACK, 0x80, SERVER, "not subscribed, and the server does not say why"),
    row(P::SUBACK, 0x83, SERVER, "not subscribed: the SUBSCRIBE is valid, but the server does not accept it"),
    row(P::SUBACK, 0x87, SERVER, "the client may not subscribe to this filter; no messages will come for it"),
    row(P::SUBACK, 0x8f, SERVER, "not subscribed: the filter is well formed, but not open to this client"),
    row(P::SUBACK, 0x91, SERVER, "not subscribed: another exchange still has the SUBSCRIBE's Packet Identifier"),
    row(P::SUBACK, 0x97, SERVER, "not subscribed: a limit of the server or its operator is reached"),
    row(P::SUBACK, 0x9e, SERVER, "not subscribed: the server has no shared subscriptions for this client"),
    row(P::SUBACK, 0xa1, SERVER, "not subscribed: the server takes no Subscription Identifier; try again without"),
    row(P::SUBACK, 0xa2, SERVER, "not subscribed: the server takes no filter with + or #; name the topics one by one"),

    row(P::UNSUBACK, 0x00, SERVER, "the subscription is gone; what was already being delivered is still completed"),
    row(P::UNSUBACK, 0x11, SERVER, "the client had no subscription with exactly this filter; nothing has changed"),
    row(P::UNSUBACK, 0x80, SERVER, "still subscribed, and the server does not say why"),
    row(P::UNSUBACK, 0x83, SERVER, "still subscribed: the UNSUBSCRIBE is valid, but the server does not accept it"),
    row(P::UNSUBACK, 0x87, SERVER, "still subscribed: the client is not permitted to give up this filter"),
    row(P::UNSUBACK, 0x8f, SERVER, "nothing unsubscribed: the filter is well formed, but not open to this client"),
    row(P::UNSUBACK, 0x91, SERVER, "nothing unsubscribed: another exchange still has the UNSUBSCRIBE's Packet Identifier"),

    row(P::DISCONNECT, 0x00, BOTH, "a normal end; where the client says so, its Will Message is not published").named("Normal disconnection"),
    row(P::DISCONNECT, 0x04, CLIENT, "the client leaves, but wants its Will Message published all the same"),
    row(P::DISCONNECT, 0x80, BOTH, "the sender closes the connection and does not say why"),
    row(P::DISCONNECT, 0x81, BOTH, "the sender got a packet that it could not parse"),
    row(P::DISCONNECT, 0x82, BOTH, "the sender got a packet that breaks a rule of the protocol, or came out of turn"),
    row(P::DISCONNECT, 0x83, BOTH, "the sender got a valid packet that it is not made to handle"),
    row(P::DISCONNECT, 0x87, SERVER, "the client asked for something that it is not permitted to do"),
    row(P::DISCONNECT, 0x89, SERVER, "the server has too much to do to go on serving this client"),
    row(P::DISCONNECT, 0x8b, SERVER, "the server is going down; the client may connect again once it is back"),
    row(P::DISCONNECT, 0x8c, BOTH, "the Authentication Method is not supported, or not the one that the connection began with").in_table_of_all(),
    row(P::DISCONNECT, 0x8d, SERVER, "nothing came from the client for one and a half times the Keep Alive"),
    row(P::DISCONNECT, 0x8e, SERVER, "a newer connection has this Client Identifier now; two clients may be sharing it"),
    row(P::DISCONNECT, 0x8f, SERVER, "the client sent a Topic Filter that is well formed, but that the server does not accept"),
    row(P::DISCONNECT, 0x90, BOTH, "the sender got a Topic Name that is well formed, but that it does not accept"),
    row(P::DISCONNECT, 0x93, BOTH, "the other end had more QoS 1 and 2 messages unacknowledged than Receive Maximum allows"),
    row(P::DISCONNECT, 0x94, BOTH, "the other end used Topic Alias 0, or one above the sender's Topic Alias Maximum"),
    row(P::DISCONNECT, 0x95, BOTH, "the other end sent a packet above the sender's Maximum Packet Size"),
    row(P::DISCONNECT, 0x96, BOTH, "the other end publishes faster than the sender allows"),
    row(P::DISCONNECT, 0x97, BOTH, "the other end has reached a limit that the sender or its operator sets"),
    row(P::DISCONNECT, 0x98, BOTH, "a person or a tool that administers the sender closed the connection"),
    row(P::DISCONNECT, 0x99, BOTH, "the sender got a payload that is not what its Payload Format Indicator promises"),
    row(P::DISCONNECT, 0x9a, SERVER, "the client published with RETAIN 1, but the server keeps no retained messages"),
    row(P::DISCONNECT, 0x9b, SERVER, "the client published at a QoS above the Maximum QoS of the CONNACK"),
    row(P::DISCONNECT, 0x9c, SERVER, "the client should move to another server for now; Server Reference may tell which"),
    row(P::DISCONNECT, 0x9d, SERVER, "the client should move to another server for good; Server Reference may tell which"),
    row(P::DISCONNECT, 0x9e, SERVER, "the client asked for a shared subscription, which the server does not support"),
    row(P::DISCONNECT, 0x9f, SERVER, "connections are being opened too fast, and this one is closed for it"),
    row(P::DISCONNECT, 0xa0, SERVER, "the connection has lasted as long as it was authorized to"),
    row(P::DISCONNECT, 0xa1, SERVER, "the client sent a Subscription Identifier, which the server does not support"),
    row(P::DISCONNECT, 0xa2, SERVER, "the client used + or # in a Topic Filter, which the server does not support"),

    row(P::AUTH, 0x00, SERVER, "the client has proved again who it is; the connection goes on"),
    row(P::AUTH, 0x18, BOTH, "the exchange goes on, and the other end takes the next step"),
    row(P::AUTH, 0x19, CLIENT, "the client begins to prove again who it is, without a new connection"),
];

const V3: &[Version] = &[Version::V31, Version::V311];
const V31: &[Version] = &[Version::V31];
const V311: &[Version] = &[Version::V311];

/// A row of 3.1 and 3.1.1, which servers alone send.
const fn row_v3(
    packet: P,
    code: u8,
    versions: &'static [Version],
    name: &'static str,
    meaning: &'static str,
) -> ReasonInfo {
    ReasonInfo {
        packet,
        code,
        name,
        versions,
        client_sends: false,
        server_sends: true,
        meaning,
        in_section: true,
    }
}

/// The return codes of MQTT 3.1 and 3.1.1, in the order of packet type, code and version.
///
/// ```
/// use mqttscope::spec::{PacketType, Version, reason::RETURN_CODES_V3};
///
/// // 0x80 (Failure) came with MQTT 3.1.1.
/// let failure = RETURN_CODES_V3.iter().find(|row| row.code == 0x80).unwrap();
/// assert_eq!((failure.packet, failure.versions), (PacketType::SUBACK, &[Version::V311][..]));
/// ```
#[rustfmt::skip]
pub static RETURN_CODES_V3: [ReasonInfo; 14] = [
    row_v3(P::CONNACK, 0, V3, "Connection Accepted", "the server lets the client in"),
    row_v3(P::CONNACK, 1, V3, "Connection Refused, unacceptable protocol version", "the server does not speak the version asked for; the client may try another"),
    row_v3(P::CONNACK, 2, V31, "Connection Refused, identifier rejected", "the Client Identifier is not 1 to 23 characters long"),
    row_v3(P::CONNACK, 2, V311, "Connection Refused, identifier rejected", "the Client Identifier is valid text, but the server does not allow it"),
    row_v3(P::CONNACK, 3, V3, "Connection Refused, server unavailable", "the network reaches the server, but its MQTT service does not run; try again later"),
    row_v3(P::CONNACK, 4, V3, "Connection Refused, bad user name or password", "the user name or password is malformed, or (with many servers) wrong"),
    row_v3(P::CONNACK, 5, V3, "Connection Refused, not authorized", "the server does not let this client in, often for a wrong user name or password"),
    row_v3(P::SUBACK, 0, V31, "Granted QoS 0", "messages come at QoS 0, or not at all: 3.1 has no code to refuse a subscription"),
    row_v3(P::SUBACK, 0, V311, "Success, Maximum QoS 0", "subscribed; all messages for the filter come at QoS 0"),
    row_v3(P::SUBACK, 1, V31, "Granted QoS 1", "messages come at QoS 1 at most, or not at all: 3.1 has no code to refuse a subscription"),
    row_v3(P::SUBACK, 1, V311, "Success, Maximum QoS 1", "subscribed; messages for the filter come at QoS 0 or 1"),
    row_v3(P::SUBACK, 2, V31, "Granted QoS 2", "messages come at QoS 2 at most, or not at all: 3.1 has no code to refuse a subscription"),
    row_v3(P::SUBACK, 2, V311, "Success, Maximum QoS 2", "subscribed; messages for the filter come at the QoS they were published with"),
    row_v3(P::SUBACK, 0x80, V311, "Failure", "not subscribed; the server has no way to say why in this version"),
];

const fn table(
    packet: P,
    version: Version,
    section: &'static str,
    statements: &'static str,
) -> CodeTable {
    CodeTable { packet, version, section, statements }
}

/// Where the standards list the codes.
#[rustfmt::skip]
#[doc(hidden)]
pub static CODE_TABLES: [CodeTable; 13] = [
    table(P::CONNACK, Version::V31, "3.2", ""),
    table(P::SUBACK, Version::V31, "3.9", ""),
    table(P::CONNACK, Version::V311, "3.2.2.3", "MQTT-3.2.2-4 MQTT-3.2.2-5 MQTT-3.2.2-6"),
    table(P::SUBACK, Version::V311, "3.9.3", "MQTT-3.9.3-1 MQTT-3.9.3-2"),
    table(P::CONNACK, Version::V5, "3.2.2.2", "MQTT-3.2.2-7 MQTT-3.2.2-8"),
    table(P::PUBACK, Version::V5, "3.4.2.1", "MQTT-3.4.2-1"),
    table(P::PUBREC, Version::V5, "3.5.2.1", "MQTT-3.5.2-1"),
    table(P::PUBREL, Version::V5, "3.6.2.1", "MQTT-3.6.2-1"),
    table(P::PUBCOMP, Version::V5, "3.7.2.1", "MQTT-3.7.2-1"),
    table(P::SUBACK, Version::V5, "3.9.3", "MQTT-3.9.3-1 MQTT-3.9.3-2"),
    table(P::UNSUBACK, Version::V5, "3.11.3", "MQTT-3.11.3-1 MQTT-3.11.3-2"),
    table(P::DISCONNECT, Version::V5, "3.14.2.1", "MQTT-3.14.2-1"),
    table(P::AUTH, Version::V5, "3.15.2.1", "MQTT-3.15.2-1"),
];

const _: () = assert!(names_ascend(&NAMES), "two names share a code, or are out of order");
const _: () = assert!(ascending(&REASONS), "a (packet, code) stands twice, or is out of order");
const _: () = assert!(named(&REASONS), "a code of REASONS has no name in NAMES");

const fn names_ascend(names: &[(u8, &str)]) -> bool {
    let mut rest = names;
    while let [(code, _), tail @ ..] = rest {
        if let [(next, _), ..] = tail
            && *code >= *next
        {
            return false;
        }
        rest = tail;
    }
    true
}

const fn ascending(rows: &[ReasonInfo]) -> bool {
    let mut rest = rows;
    while let [first, tail @ ..] = rest {
        if let [second, ..] = tail {
            let in_order = first.packet.0 < second.packet.0
                || (first.packet.0 == second.packet.0 && first.code < second.code);
            if !in_order {
                return false;
            }
        }
        rest = tail;
    }
    true
}

const fn named(rows: &[ReasonInfo]) -> bool {
    let mut rest = rows;
    while let [first, tail @ ..] = rest {
        if first.name.is_empty() {
            return false;
        }
        rest = tail;
    }
    true
}

/// What a reason code of MQTT 5.0 means in this packet; `None` where the standard does not define it
/// there.
///
/// ```
/// # use mqttscope::spec::{PacketType, reason::reason};
/// assert_eq!(reason(PacketType::PUBACK, 0x10).unwrap().name, "No matching subscribers");
/// assert!(reason(PacketType::PUBACK, 0x01).is_none());
/// ```
#[must_use]
pub fn reason(packet: PacketType, code: u8) -> Option<&'static ReasonInfo> {
    let position = POSITIONS.get(usize::from(packet.0))?.get(usize::from(code))?;
    REASONS.get(usize::from(*position))
}

/// For each packet type and code the row's position in [`REASONS`]; `NO_ROW` where there is none.
static POSITIONS: [[u8; 256]; 16] = positions();

const NO_ROW: u8 = 0xff;

/// One walk through the places, and beside it through the rows, which have the same order.
const fn positions() -> [[u8; 256]; 16] {
    let mut table = [[NO_ROW; 256]; 16];
    let (mut packets, mut rows): (&mut [[u8; 256]], &[ReasonInfo]) = (&mut table, &REASONS);
    let (mut packet, mut position) = (0u8, 0u8);
    while let [codes, next_packets @ ..] = packets {
        let (mut slots, mut code): (&mut [u8], u8) = (codes, 0);
        while let [slot, next_slots @ ..] = slots {
            if let [row, next_rows @ ..] = rows
                && row.packet.0 == packet
                && row.code == code
            {
                *slot = position;
                position = position.wrapping_add(1);
                rows = next_rows;
            }
            slots = next_slots;
            code = code.wrapping_add(1);
        }
        packets = next_packets;
        packet = packet.wrapping_add(1);
    }
    table
}

/// What a return code means in this packet of MQTT 3.1 or 3.1.1; `None` where that version does not
/// define it there.
///
/// ```
/// # use mqttscope::spec::{PacketType, Version, reason::return_code_v3};
/// let row = return_code_v3(PacketType::CONNACK, 5, Version::V311).unwrap();
/// assert_eq!(row.name, "Connection Refused, not authorized");
/// ```
#[must_use]
pub fn return_code_v3(
    packet: PacketType,
    code: u8,
    version: Version,
) -> Option<&'static ReasonInfo> {
    defined_v3(packet, version).find(|row| row.code == code)
}

/// The reason codes that MQTT 5.0 defines for this packet, in the order of the codes.
pub(crate) fn defined(packet: PacketType) -> impl Iterator<Item = &'static ReasonInfo> {
    REASONS.iter().filter(move |row| row.packet == packet)
}

/// The return codes that MQTT 3.1 or 3.1.1 defines for this packet, in the order of the codes.
pub(crate) fn defined_v3(
    packet: PacketType,
    version: Version,
) -> impl Iterator<Item = &'static ReasonInfo> {
    let holds = move |row: &&ReasonInfo| row.packet == packet && row.versions.contains(&version);
    RETURN_CODES_V3.iter().filter(holds)
}

/// The name of a reason code of MQTT 5.0, in whichever packet it is defined; for 0x00 the general
/// `Success`.
///
/// ```
/// # use mqttscope::spec::reason::code_name;
/// assert_eq!(code_name(0x97), Some("Quota exceeded"));
/// assert_eq!(code_name(0x03), None);
/// ```
#[must_use]
pub fn code_name(code: u8) -> Option<&'static str> {
    let at = NAMES.binary_search_by_key(&code, |(row, _)| *row).ok()?;
    NAMES.get(at).map(|(_, name)| *name)
}

/// The packets of MQTT 5.0 whose Reason Code may be left out; it is 0x00 then (sections 3.4.2.1 to
/// 3.7.2.1, 3.14.2.1 and 3.15.2.1).
pub const MAY_OMIT: PacketSet =
    PacketSet::of(&[P::PUBACK, P::PUBREC, P::PUBREL, P::PUBCOMP, P::DISCONNECT, P::AUTH]);

/// Where the standard of this version lists the codes of this packet; `None` where the packet
/// carries none.
#[must_use]
pub(crate) fn code_table(packet: PacketType, version: Version) -> Option<&'static CodeTable> {
    CODE_TABLES.iter().find(|row| row.packet == packet && row.version == version)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    /// The standard's tables, typed from the standard and not from the rows above: `c` and `s` say
    /// that only a client, only a server may send the code, `2.4:` that only table 2-6 has it.
    const V5: &[(P, &str)] = &[
        (
            P::CONNACK,
            "s00 s80 s81 s82 s83 s84 s85 s86 s87 s88 s89 s8a s8c s90 s95 s97 s99 s9a s9b s9c s9d s9f",
        ),
        (P::PUBACK, "00 s10 80 83 87 90 91 97 99"),
        (P::PUBREC, "00 s10 80 83 87 90 91 97 99"),
        (P::PUBREL, "00 92"),
        (P::PUBCOMP, "00 92"),
        (P::SUBACK, "s00 s01 s02 s80 s83 s87 s8f s91 s97 s9e sa1 sa2"),
        (P::UNSUBACK, "s00 s11 s80 s83 s87 s8f s91"),
        (
            P::DISCONNECT,
            "00 c04 80 81 82 83 s87 s89 s8b 2.4:8c s8d s8e s8f 90 93 94 95 96 97 98 99 \
             s9a s9b s9c s9d s9e s9f sa0 sa1 sa2",
        ),
        (P::AUTH, "s00 18 c19"),
    ];

    fn shown(row: &ReasonInfo) -> String {
        let who = match (row.client_sends, row.server_sends) {
            (true, true) => "",
            (true, false) => "c",
            (false, true) => "s",
            (false, false) => "nobody",
        };
        let table = if row.in_section { "" } else { "2.4:" };
        format!("{table}{who}{:02x}", row.code)
    }

    #[test]
    fn rows_are_the_tables_of_the_standard() {
        for (packet, codes) in V5 {
            let rows: Vec<String> = defined(*packet).map(shown).collect();
            let expected: Vec<&str> = codes.split_whitespace().collect();
            assert_eq!(rows, expected, "{packet}");
        }
        let total: usize = V5.iter().map(|(_, codes)| codes.split_whitespace().count()).sum();
        assert_eq!(total, REASONS.len());
        let counts = V5.iter().map(|(packet, _)| defined(*packet).count());
        assert!(counts.eq([22, 9, 9, 2, 2, 12, 7, 30, 3]));
    }

    #[test]
    fn every_code_is_found_where_it_is_defined_and_nowhere_else() {
        for packet in (0..16).map(P) {
            for code in 0..=u8::MAX {
                let row = defined(packet).find(|row| row.code == code);
                let found = reason(packet, code);
                assert_eq!(found.map(shown), row.map(shown), "{packet} {code:02x}");
                assert!(found.is_none_or(|row| row.packet == packet));
            }
        }
    }

    #[test]
    fn every_name_is_used_and_known_outside_its_packet() {
        for (code, name) in &NAMES {
            assert!(REASONS.iter().any(|row| row.code == *code), "{name}");
            assert_eq!(code_name(*code), Some(*name));
        }
        assert_eq!(code_name(0x03), None);
        assert_eq!(code_name(0xff), None);
        assert!(reason(P::PUBCOMP, 0x97).is_none());
        assert_eq!(code_name(0x97), Some("Quota exceeded"));
    }

    #[test]
    fn code_zero_has_its_own_names() {
        assert_eq!(reason(P::CONNACK, 0).unwrap().name, "Success");
        assert_eq!(reason(P::SUBACK, 0).unwrap().name, "Granted QoS 0");
        assert_eq!(reason(P::DISCONNECT, 0).unwrap().name, "Normal disconnection");
    }

    #[test]
    fn version_3_codes() {
        let codes =
            |packet, version| defined_v3(packet, version).map(|row| row.code).collect::<Vec<_>>();
        for version in [Version::V31, Version::V311] {
            assert_eq!(codes(P::CONNACK, version), [0, 1, 2, 3, 4, 5]);
        }
        assert_eq!(codes(P::SUBACK, Version::V31), [0, 1, 2]);
        assert_eq!(codes(P::SUBACK, Version::V311), [0, 1, 2, 0x80]);
        assert!(return_code_v3(P::SUBACK, 0x80, Version::V31).is_none());
        assert!(return_code_v3(P::CONNACK, 0, Version::V5).is_none());
        assert!(return_code_v3(P::UNSUBACK, 0, Version::V311).is_none());
        let rejected = |version| return_code_v3(P::CONNACK, 2, version).unwrap().meaning;
        assert_ne!(rejected(Version::V31), rejected(Version::V311));
    }

    #[test]
    fn every_packet_with_codes_has_a_section() {
        for packet in (0..16).map(P) {
            let v5 = code_table(packet, Version::V5);
            assert_eq!(v5.is_some(), defined(packet).next().is_some(), "{packet}");
            for version in [Version::V31, Version::V311] {
                let table = code_table(packet, version);
                assert_eq!(table.is_some(), defined_v3(packet, version).next().is_some());
            }
            let section = packet.info().section_v5;
            assert!(v5.is_none_or(|row| row.section.starts_with(&format!("{section}."))));
        }
    }

    #[test]
    fn sentences_are_clauses_and_each_is_its_own() {
        let mut seen = HashSet::new();
        for row in REASONS.iter().chain(&RETURN_CODES_V3) {
            let clause = row.meaning;
            assert!(clause.starts_with(|c: char| c.is_lowercase()), "{clause}");
            assert!(!clause.ends_with('.') && clause.len() < 110, "{clause}");
            assert!(!row.versions.is_empty() && !row.name.is_empty(), "{clause}");
            assert!(seen.insert(clause), "stands twice: {clause}");
        }
    }
}
