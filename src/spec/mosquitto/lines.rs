//! The lines of the broker's log, each with the releases that write it.
//!
//! A template holds fields between braces, by the names of the table of fields. Where several
//! lines fit an event, the writer takes the first whose fields it knows, the reader the first that
//! fits.

use super::event::Event as E;
use super::{Event, Release};

/// How grave the broker calls a line; it does not stand in the line itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// `log_type error`
    Error,
    /// `log_type warning`
    Warning,
    /// `log_type notice`
    Notice,
    /// `log_type information`
    Information,
    /// `log_type debug`
    Debug,
    /// `log_type subscribe`
    Subscribe,
    /// `log_type unsubscribe`
    Unsubscribe,
}

impl Level {
    /// The word of the setting `log_type`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
            Self::Information => "information",
            Self::Debug => "debug",
            Self::Subscribe => "subscribe",
            Self::Unsubscribe => "unsubscribe",
        }
    }
}

/// One row of the table of lines.
#[derive(Debug)]
pub struct LineInfo {
    /// What it tells of.
    pub event: Event,
    /// How grave the broker calls it.
    pub level: Level,
    /// The text, with fields between braces.
    pub template: &'static str,
    /// The first release that writes it so.
    pub from: Release,
    /// The last one, as far as they are known.
    pub to: Release,
    /// Whether a client writes it, not the broker.
    pub by_client: bool,
}

impl LineInfo {
    /// Whether this release writes it.
    #[must_use]
    pub fn is_of(&self, release: Release) -> bool {
        self.from <= release && release <= self.to
    }

    /// Whether it is known only by the line before it: it has no words of its own.
    #[must_use]
    pub fn needs_context(&self) -> bool {
        self.template.starts_with('\t') || matches!(self.event, Event::GRANTED | Event::UNGRANTED)
    }
}

pub(super) const fn line(
    event: Event,
    level: Level,
    template: &'static str,
    from: Release,
    to: Release,
) -> LineInfo {
    LineInfo { event, level, template, from, to, by_client: false }
}

use Level::{Debug as D, Error as R, Information as I, Notice as N, Warning as W};

pub(super) const V1_0: Release = Release(1, 0, 0);
pub(super) const V1_3: Release = Release(1, 3, 5);
pub(super) const V1_4: Release = Release(1, 4, 0);
pub(super) const V1_4_END: Release = Release(1, 4, 15);
pub(super) const V1_5: Release = Release(1, 5, 0);
pub(super) const V1_5_END: Release = Release(1, 5, 11);
pub(super) const V1_6: Release = Release(1, 6, 0);
pub(super) const V1_6_END: Release = Release(1, 6, 15);
pub(super) const V2_0: Release = Release(2, 0, 0);
pub(super) const V2_0_END: Release = Release(2, 0, 22);
pub(super) const V2_1: Release = Release(2, 1, 0);
pub(super) const V2_1_1: Release = Release(2, 1, 1);
/// The last release that the lines are known of.
pub const LAST: Release = Release(2, 1, 2);

/// The lines of the broker.
#[rustfmt::skip]
pub static LINES: &[LineInfo] = &[
    // ---- the beginning of a connection
    // With a port first: an address of IPv6 with one looks like a longer address.
    line(E::OPENED, N, "New connection from {address}:{port} on port {listener}.", V2_0, LAST),
    line(E::OPENED, N, "New connection from {address} on port {listener}.", V1_0, V1_6_END),
    line(E::CONNECTED, N, "New client connected from {address} as {client} (c{clean}, k{keep_alive}, u'{user}').", V1_4, V1_5_END),
    line(E::CONNECTED, N, "New client connected from {address} as {client} (c{clean}, k{keep_alive}, u{user}).", V1_0, V1_3),
    line(E::CONNECTED, N, "New client connected from {address} as {client} (c{clean}, k{keep_alive}).", V1_0, V1_5_END),
    line(E::CONNECTED, N, "New client connected from {address}:{port} as {client} (p{protocol}, c{clean}, k{keep_alive}, u'{user}').", V2_0, LAST),
    line(E::CONNECTED, N, "New client connected from {address}:{port} as {client} (p{protocol}, c{clean}, k{keep_alive}).", V2_0, LAST),
    line(E::CONNECTED, N, "New client connected from {address} as {client} (p{protocol}, c{clean}, k{keep_alive}, u'{user}').", V1_6, V1_6_END),
    line(E::CONNECTED, N, "New client connected from {address} as {client} (p{protocol}, c{clean}, k{keep_alive}).", V1_6, V1_6_END),
    line(E::BRIDGE_CONNECTED, N, "New bridge connected from {address} as {client} (c{clean}, k{keep_alive}, u'{user}').", V1_4, V1_5_END),
    line(E::BRIDGE_CONNECTED, N, "New bridge connected from {address} as {client} (c{clean}, k{keep_alive}).", V1_4, V1_5_END),
    line(E::BRIDGE_CONNECTED, N, "New bridge connected from {address}:{port} as {client} (p{protocol}, c{clean}, k{keep_alive}, u'{user}').", V2_0, LAST),
    line(E::BRIDGE_CONNECTED, N, "New bridge connected from {address}:{port} as {client} (p{protocol}, c{clean}, k{keep_alive}).", V2_0, LAST),
    line(E::BRIDGE_CONNECTED, N, "New bridge connected from {address} as {client} (p{protocol}, c{clean}, k{keep_alive}, u'{user}').", V1_6, V1_6_END),
    line(E::BRIDGE_CONNECTED, N, "New bridge connected from {address} as {client} (p{protocol}, c{clean}, k{keep_alive}).", V1_6, V1_6_END),
    line(E::WILL, D, "Will message specified ({will_bytes} bytes) (r{will_retain}, q{will_qos}).", V1_5, LAST),
    line(E::WILL_TOPIC, D, "\t{topic}", V1_5, LAST),
    line(E::NO_WILL, D, "No will message specified.", V1_5, LAST),
    line(E::NEGOTIATED, N, "Client {client} negotiated {tls} cipher {cipher}", V2_1, LAST),
    line(E::NEGOTIATED, N, "Connection from {address}:{port} negotiated {tls} cipher {cipher}", V2_1, LAST),
    line(E::CONNACK, D, "Sending CONNACK to {client} ({session_present}, {code})", V1_4, LAST),
    line(E::CONNACK, D, "Sending CONNACK to {client} ({code})", V1_0, V1_3),
    line(E::TAKEN_OVER, R, "Client {client} already connected, closing old connection.", V1_0, V2_0_END),
    line(E::DENIED_TCPD, N, "Client connection from {address} denied access by tcpd.", V1_0, LAST),
    line(E::DENIED_MAX, N, "Client connection from {address} denied: max_connections exceeded.", V1_0, LAST),
    line(E::ACCEPT_FAILED, N, "Client connection from {address} failed: {cause}.", V1_0, V2_0_END),
    line(E::REJECTED_PROXY, N, "Connection rejected, corrupt PROXY header.", V2_1, LAST),
    line(E::REJECTED_PROXY, N, "Connection from {address}:{port} rejected, {cause}.", V2_1, LAST),
    line(E::BAD_LEVEL, I, "Invalid protocol version {value} in CONNECT from {address}.", V1_0, V2_0_END),
    line(E::BAD_NAME, I, "Invalid protocol \"{name}\" in CONNECT from {address}.", V1_0, V2_0_END),
    line(E::BAD_WILL_QOS, I, "Invalid Will QoS in CONNECT from {address}.", V1_0, LAST),
    line(E::PASSWORD_ALONE, R, "Protocol error from {client}: password without username, closing connection.", Release(1, 5, 4), LAST),
    // A name that looks like an address with a port is rarer than the address.
    line(E::SECOND_CONNECT, N, "Bad client {address}:{port} sending multiple CONNECT messages.", V2_1, LAST),
    line(E::SECOND_CONNECT, N, "Bad client {client} sending multiple CONNECT messages.", V1_6, V2_0_END),
    line(E::WILL_TOO_LARGE, D, "Client {client} connected with too large Will payload", Release(2, 0, 6), LAST),
    line(E::TLS_TO_PLAIN, N, "Client from {address}:{port} appears to be using TLS to connect to a non-TLS listener.", V2_1, LAST),

    // ---- PUBLISH and what answers it
    line(E::PUBLISH_IN, D, "Received PUBLISH from {client} (d{dup}, q{qos}, r{retain}, m{mid}, '{topic}', ... ({bytes} bytes))", V1_0, LAST),
    line(E::PUBLISH_OUT, D, "Sending PUBLISH to {client} (d{dup}, q{qos}, r{retain}, m{mid}, '{topic}', ... ({bytes} bytes))", V1_0, LAST),
    line(E::PUBLISH_DENIED, D, "Denied PUBLISH from {client} (d{dup}, q{qos}, r{retain}, m{mid}, '{topic}', ... ({bytes} bytes))", V1_4, LAST),
    line(E::PUBLISH_TOO_LARGE, D, "Dropped too large PUBLISH from {client} (d{dup}, q{qos}, r{retain}, m{mid}, '{topic}', ... ({bytes} bytes))", V1_4, LAST),
    line(E::PUBLISH_QUOTA, D, "Rejected PUBLISH from {client}, quota exceeded.", V2_1, LAST),
    line(E::DELIVERY_DENIED, D, "Denied PUBLISH to {client} (q{qos}, r{retain}, '{topic}', ... ({bytes} bytes))", V2_1, LAST),
    line(E::DELIVERY_QUOTA, D, "Rejected PUBLISH to {client}, quota exceeded.", V2_1, LAST),
    line(E::DELIVERY_DROPPED, N, "Outgoing messages are being dropped for client {client}.", V1_0, LAST),
    line(E::DELIVERY_TOO_LARGE, N, "Dropping too large outgoing PUBLISH for {client} ({bytes} bytes)", V1_6, LAST),
    line(E::DELIVERY_TOO_LARGE, N, "Dropping too large outgoing PUBLISH ({bytes} bytes)", V1_6, LAST),
    line(E::PUBREC_IN, D, "Received PUBREC from {client} (Mid: {mid})", V1_0, LAST),
    line(E::PUBREL_IN, D, "Received PUBREL from {client} (Mid: {mid})", V1_0, LAST),
    line(E::ACK_IN, D, "Received {ack} from {client} (Mid: {mid}, RC:{code})", V1_6, LAST),
    line(E::ACK_IN, D, "Received {ack} from {client} (Mid: {mid})", V1_0, V1_5_END),
    line(E::PUBACK_OUT, D, "Sending PUBACK to {client} (m{mid}, rc{code})", V1_6, LAST),
    line(E::PUBACK_OUT, D, "Sending PUBACK to {client} (Mid: {mid})", V1_0, V1_5_END),
    line(E::PUBREC_OUT, D, "Sending PUBREC to {client} (m{mid}, rc{code})", V1_6, LAST),
    line(E::PUBREC_OUT, D, "Sending PUBREC to {client} (Mid: {mid})", V1_0, V1_5_END),
    line(E::PUBREL_OUT, D, "Sending PUBREL to {client} (m{mid})", V1_6, LAST),
    line(E::PUBREL_OUT, D, "Sending PUBREL to {client} (Mid: {mid})", V1_0, V1_5_END),
    line(E::PUBCOMP_OUT, D, "Sending PUBCOMP to {client} (m{mid})", V1_6, LAST),
    line(E::PUBCOMP_OUT, D, "Sending PUBCOMP to {client} (Mid: {mid})", V1_0, V1_5_END),
    line(E::ACK_UNKNOWN, W, "Warning: Received PUBREC from {client} for an unknown packet identifier {mid}.", Release(1, 4, 9), LAST),
    line(E::ACK_UNKNOWN, W, "Warning: Received PUBREL from {client} for an unknown packet identifier {mid}.", Release(1, 4, 9), Release(1, 6, 2)),
    line(E::ACK_UNKNOWN, W, "Warning: Received {ack} from {client} for an unknown packet identifier {mid}.", Release(1, 4, 9), LAST),
    line(E::REUSED_MID, W, "Reused message ID {mid} from {client} detected. Clearing from storage.", Release(2, 0, 9), LAST),

    // ---- subscriptions
    line(E::SUBSCRIBE, D, "Received SUBSCRIBE from {client}", V1_0, LAST),
    line(E::FILTER, D, "\t{filter} (QoS {requested_qos})", V1_0, LAST),
    line(E::FILTER_DENIED, D, "\t{filter} (denied)", V2_1, LAST),
    line(E::GRANTED, Level::Subscribe, "{client} {granted_qos} {filter}", V1_0, LAST),
    line(E::SUBACK, D, "Sending SUBACK to {client}", V1_0, LAST),
    line(E::UNSUBSCRIBE, D, "Received UNSUBSCRIBE from {client}", V1_0, LAST),
    line(E::UNFILTER, D, "\t{filter}", V1_0, LAST),
    line(E::UNGRANTED, Level::Unsubscribe, "{client} {filter}", V1_0, LAST),
    line(E::UNSUBACK, D, "Sending UNSUBACK to {client}", Release(1, 5, 1), LAST),
    line(E::SUBACK_IN, D, "Received SUBACK from {client}", V1_0, LAST),
    line(E::UNSUBACK_IN, D, "Received UNSUBACK from {client}", V1_0, LAST),

    // ---- the rest of the packets
    line(E::PINGREQ, D, "Received PINGREQ from {client}", V1_0, LAST),
    line(E::PINGRESP, D, "Sending PINGRESP to {client}", V1_0, LAST),
    line(E::PINGREQ_OUT, D, "Sending PINGREQ to {client}", V1_0, LAST),
    line(E::PINGRESP_IN, D, "Received PINGRESP from {client}", V1_0, LAST),
    line(E::DISCONNECT_IN, D, "Received DISCONNECT from {client}", V1_0, LAST),
    line(E::DISCONNECT_OUT, D, "Sending DISCONNECT to {client} (rc{code})", V1_6, LAST),
    line(E::AUTH_IN, D, "Received AUTH from {client} (rc{code}, {method})", V1_6, LAST),
    line(E::AUTH_OUT, D, "Sending AUTH to {client} (rc{code}, {method})", V1_6, LAST),

    // ---- why the broker is about to end a connection
    line(E::BAD_PUBLISH_QOS, I, "Invalid QoS in PUBLISH from {client}, disconnecting.", V1_0, LAST),
    line(E::HIGH_PUBLISH_QOS, I, "Too high QoS in PUBLISH from {client}, disconnecting.", V1_6, LAST),
    line(E::DUP_QOS_0, I, "Invalid PUBLISH (QoS=0 and DUP=1) from {client}, disconnecting.", Release(2, 0, 12), LAST),
    line(E::BAD_TOPIC_UTF8, I, "Client {client} sent topic with invalid UTF-8, disconnecting.", Release(1, 5, 6), V1_6_END),
    line(E::EMPTY_FILTER, I, "Empty subscription string from {address}, disconnecting.", V1_0, LAST),
    line(E::BAD_FILTER, I, "Invalid subscription string from {address}, disconnecting.", V1_0, LAST),
    line(E::BAD_FILTER_QOS, I, "Invalid QoS in subscription command from {address}, disconnecting.", V1_0, LAST),
    line(E::EMPTY_UNFILTER, I, "Empty unsubscription string from {client}, disconnecting.", V1_0, LAST),
    line(E::BAD_UNFILTER, I, "Invalid unsubscription string from {client}, disconnecting.", V1_0, LAST),
    line(E::FILTER_UTF8, I, "Malformed UTF-8 in subscription string from {address}, disconnecting.", V1_5, V1_5_END),
    line(E::FILTER_UTF8, I, "Malformed UTF-8 in unsubscription string from {client}, disconnecting.", V1_5, V1_5_END),
    line(E::TOO_LARGE, I, "Client {client} sent too large packet {bytes}, disconnecting.", V1_6, V1_6_END),
    line(E::RECEIVE_MAXIMUM, W, "Client {client} has exceeded its receive-maximum quota. This behaviour must be fixed on the client.", V2_1_1, LAST),
    line(E::CAUSE, I, "Protocol error from {client}: {cause}", V2_1, LAST),
    line(E::CAUSE, I, "Protocol error from {address}:{port} {cause}", V2_1, LAST),
    line(E::CAUSE, I, " or attempted to continue authentication when no authentication in progress.", V2_1, LAST),
    line(E::CAUSE, I, "{client} sent CONNECT with missing keepalive.", V2_1, LAST),

    // ---- the end of a connection
    line(E::TIMEOUT, N, "Client {client} has exceeded timeout, disconnecting.", V1_0, V2_1),
    line(E::TIMEOUT, N, "Client {client} [{address}:{port}] disconnected: exceeded timeout.", V2_1_1, LAST),
    line(E::SOCKET_ERROR, N, "Socket error on client {client}, disconnecting.", V1_0, V1_6_END),
    line(E::CLOSED, N, "Client {client} closed its connection.", V2_0, V2_1),
    line(E::ENDED_IN_PACKET, N, "Client {client} disconnected: Success.", Release(2, 0, 6), V2_0_END),
    line(E::CLOSED, N, "Client {client} [{address}:{port}] disconnected: connection closed by client.", V2_1_1, LAST),
    line(E::DISCONNECTED, N, "Client {client} [{address}:{port}] disconnected.", V2_1_1, LAST),
    line(E::DISCONNECTED, N, "Client {client} disconnected.", V1_0, V2_1),
    line(E::PROTOCOL_ERROR, N, "Client {client} disconnected due to protocol error.", V1_6, V2_1),
    line(E::PROTOCOL_ERROR, N, "Client {client} [{address}:{port}] disconnected: protocol error.", V2_1_1, LAST),
    line(E::MALFORMED, N, "Client {client} disconnected due to malformed packet.", V2_0, V2_1),
    line(E::MALFORMED, N, "Client {client} [{address}:{port}] disconnected: malformed packet.", V2_1_1, LAST),
    line(E::OVERSIZE, N, "Client {client} disconnected due to oversize packet.", V2_0, V2_1),
    line(E::OVERSIZE, N, "Client {client} [{address}:{port}] disconnected: oversize packet.", V2_1_1, LAST),
    line(E::OVERSIZE_PAYLOAD, N, "Client {client} disconnected due to oversize payload.", Release(2, 0, 6), V2_1),
    line(E::OVERSIZE_PAYLOAD, N, "Client {client} [{address}:{port}] disconnected: oversize payload.", V2_1_1, LAST),
    line(E::RECEIVE_MAXIMUM_END, N, "Client {client} disconnected due to exceeding the receive maximum.", V2_1, V2_1),
    line(E::RECEIVE_MAXIMUM_END, N, "Client {client} [{address}:{port}] disconnected: receive maximum exceeded.", V2_1_1, LAST),
    line(E::ALIAS_INVALID, N, "Client {client} disconnected, topic alias invalid.", V2_1, V2_1),
    line(E::ALIAS_INVALID, N, "Client {client} [{address}:{port}] disconnected: topic alias invalid.", V2_1_1, LAST),
    line(E::FEATURE, N, "Client {client} disconnected due to QoS too high or retain not supported.", V2_0, Release(2, 0, 11)),
    line(E::FEATURE, N, "Client {client} disconnected due to using not allowed feature (QoS too high, retain not supported, or bad AUTH method).", Release(2, 0, 12), V2_1),
    line(E::FEATURE, N, "Client {client} [{address}:{port}] disconnected: used disallowed feature (QoS too high, retain not supported, or bad AUTH method).", V2_1_1, LAST),
    line(E::NOT_AUTHORISED, N, "Client {client} disconnected, no longer authorised.", V1_6, V1_6_END),
    line(E::NOT_AUTHORISED, N, "Client {client} disconnected, not authorised.", V2_0, V2_1),
    line(E::NOT_AUTHORISED, N, "Client {client} [{address}:{port}] disconnected: not authorised.", V2_1_1, LAST),
    line(E::BAD_PASSWORD, N, "Client {client} disconnected, bad username or password.", V2_1, V2_1),
    line(E::BAD_PASSWORD, N, "Client {client} [{address}:{port}] disconnected: bad username or password.", V2_1_1, LAST),
    line(E::BAD_CLIENT_ID, N, "Client {client} disconnected, client identifier not valid.", V2_1, V2_1),
    line(E::BAD_CLIENT_ID, N, "Client {client} [{address}:{port}] disconnected: client identifier not valid.", V2_1_1, LAST),
    line(E::BAD_METHOD, N, "Client {client} disconnected, bad authentication method.", V2_1, V2_1),
    line(E::BAD_METHOD, N, "Client {client} [{address}:{port}] disconnected: bad authentication method.", V2_1_1, LAST),
    line(E::BANNED, N, "Client {client} disconnected, client banned.", V2_1, V2_1),
    line(E::BANNED, N, "Client {client} [{address}:{port}] disconnected: client banned.", V2_1_1, LAST),
    line(E::BUSY, N, "Client {client} disconnected, server busy.", V2_1, V2_1),
    line(E::BUSY, N, "Client {client} [{address}:{port}] disconnected: server busy.", V2_1_1, LAST),
    line(E::UNAVAILABLE, N, "Client {client} disconnected, server unavailable.", V2_1, V2_1),
    line(E::UNAVAILABLE, N, "Client {client} [{address}:{port}] disconnected: server unavailable.", V2_1_1, LAST),
    line(E::IMPLEMENTATION, N, "Client {client} disconnected, implementation specific error.", V2_1, V2_1),
    line(E::IMPLEMENTATION, N, "Client {client} [{address}:{port}] disconnected: implementation specific error.", V2_1_1, LAST),
    line(E::QUOTA, N, "Client {client} disconnected, quota exceeded.", V2_1, V2_1),
    line(E::QUOTA, N, "Client {client} [{address}:{port}] disconnected: quota exceeded.", V2_1_1, LAST),
    line(E::RATE, N, "Client {client} disconnected, connection rate exceeded.", V2_1, V2_1),
    line(E::RATE, N, "Client {client} [{address}:{port}] disconnected: connection rate exceeded.", V2_1_1, LAST),
    line(E::ORIGIN, N, "Client {client} disconnected, non-matching http origin.", V2_1, V2_1),
    line(E::ORIGIN, N, "Client {client} [{address}:{port}] disconnected: non-matching http origin.", V2_1_1, LAST),
    line(E::KICKED, N, "Client {client} been disconnected by administrative action.", V2_0, V2_1),
    line(E::KICKED, N, "Client {client} [{address}:{port}] disconnected: administrative action.", V2_1_1, LAST),
    line(E::NO_MEMORY, N, "Client {client} disconnected due to out of memory.", V2_0, V2_1),
    line(E::NO_MEMORY, N, "Client {client} [{address}:{port}] disconnected: out of memory.", V2_1_1, LAST),
    line(E::SESSION_TAKEN_OVER, N, "Client {client} disconnected, session taken over.", V2_1, V2_1),
    line(E::SESSION_TAKEN_OVER, N, "Client {client} [{address}:{port}] disconnected: session taken over.", V2_1_1, LAST),
    line(E::SOCKET_FAILED, N, "Bad socket read/write on client {client}, disconnecting.", V2_0, Release(2, 0, 5)),
    line(E::SOCKET_FAILED, N, "Bad socket read/write on client {client}: {cause}", Release(2, 0, 6), V2_1),
    line(E::SOCKET_FAILED, N, "Client {client} [{address}:{port}] disconnected: bad socket read/write: {cause}", V2_1_1, LAST),
    line(E::SYSTEM_FAILED, N, "Client {client} [{address}:{port}] disconnected: {cause}.", V2_1_1, LAST),
    line(E::SYSTEM_FAILED, N, "Client {client} disconnected: {cause}.", Release(2, 0, 6), V2_1),
    line(E::EXPIRED_TIMEOUT, N, "Bridge connection {client} has exceeded idle timeout, disconnecting.", V1_4, LAST),

    // ---- sessions and the broker
    line(E::EXPIRED, N, "Expiring persistent client {client} due to timeout.", V1_4, Release(1, 6, 7)),
    line(E::EXPIRED, N, "Expiring client {client} due to timeout.", Release(1, 6, 8), LAST),
    line(E::STARTING, I, "mosquitto version {version} (build date {text}) starting", V1_0, V1_4_END),
    line(E::STARTING, I, "mosquitto version {version} starting", V1_5, LAST),
    line(E::RUNNING, I, "mosquitto version {version} running", Release(1, 6, 11), LAST),
    line(E::TERMINATING, I, "mosquitto version {version} terminating", V1_0, LAST),
    line(E::CONFIG_LOADED, I, "Config loaded from {name}.", V1_0, LAST),
    line(E::CONFIG_DEFAULT, I, "Using default config.", V1_0, LAST),
    line(E::RELOADING, I, "Reloading config.", V1_0, LAST),
    line(E::LISTENING, I, "Opening {name} listen socket on port {listener}.", V1_0, LAST),
    line(E::LISTENING, I, "Opening unix listen socket on path {name}.", V2_0, LAST),
    line(E::LOCAL_ONLY, W, "Starting in local only mode. Connections will only be possible from clients running on this machine.", V2_0, LAST),
    line(E::LOCAL_ONLY, W, "Create a configuration file which defines a listener to allow remote access.", V2_0, LAST),
    line(E::SUPPORT, I, "Bridge support available.", V2_1, LAST),
    line(E::SUPPORT, I, "Bridge support NOT available.", V2_1, LAST),
    line(E::SUPPORT, I, "Persistence support available.", V2_1, LAST),
    line(E::SUPPORT, I, "Persistence support NOT available.", V2_1, LAST),
    line(E::SUPPORT, I, "TLS support available.", V2_1, LAST),
    line(E::SUPPORT, I, "TLS support NOT available.", V2_1, LAST),
    line(E::SUPPORT, I, "TLS-PSK support available.", V2_1, LAST),
    line(E::SUPPORT, I, "TLS-PSK support NOT available.", V2_1, LAST),
    line(E::SUPPORT, I, "Websockets support available.", V2_1, LAST),
    line(E::SUPPORT, I, "Websockets support NOT available.", V2_1, LAST),
    line(E::RUNNING_AS, I, "Info: running mosquitto as user id: {value}.", V2_1, LAST),
    line(E::RUNNING_AS, I, "Info: running mosquitto as user: {name}.", V2_1, LAST),
    line(E::KEY_LOGGING, N, "TLS key logging to '{name}' enabled for all listeners.", V2_1, LAST),
    line(E::KEY_LOGGING, N, "TLS key logging is for DEBUGGING only.", V2_1, LAST),
    line(E::TOO_MANY_SOCKETS, W, "Unable to accept new connection, system socket count has been exceeded. Try increasing \"ulimit -n\" or equivalent.", Release(1, 5, 2), LAST),
    line(E::SAVING, I, "Saving in-memory database to {name}.", V1_0, LAST),
    line(E::RESTORED, I, "Restored {value} subscriptions", V2_1, LAST),
    line(E::RESTORED, W, "Warning: Persistence found a subscription with no client id, ignoring.", Release(2, 0, 19), LAST),
    line(E::RESTORED, W, "Warning: Persistence found a subscription with no topic filter, ignoring.", Release(2, 0, 19), LAST),
    line(E::BRIDGE_STEP, N, "Connecting bridge (step 1) {name} ({text})", Release(1, 5, 2), LAST),
    line(E::BRIDGE_STEP, N, "Connecting bridge (step 2) {name} ({text})", Release(1, 5, 2), LAST),
    line(E::BRIDGE_STEP, N, "Connecting bridge {name} ({text})", V1_4, LAST),
    line(E::BRIDGE_STEP, D, "Bridge {name} doing local SUBSCRIBE on topic {filter}", V1_4, LAST),
    line(E::BRIDGE_CONNACK, D, "Received CONNACK on connection {name}.", V1_4, LAST),
    line(E::BRIDGE_REFUSED, R, "Connection Refused: {cause}", V1_4, LAST),
    line(E::BRIDGE_SENDS, D, "Bridge {name} sending SUBSCRIBE (Mid: {mid}, Topic: {filter}, QoS: {requested_qos}, Options: 0x{options})", V1_6, LAST),
    line(E::BRIDGE_SENDS, D, "Bridge {name} sending SUBSCRIBE (Mid: {mid}, Topic: {filter}, QoS: {requested_qos})", V1_4, V1_5_END),
    line(E::BRIDGE_SENDS, D, "Bridge {name} sending UNSUBSCRIBE (Mid: {mid}, Topic: {filter})", V1_4, LAST),
    line(E::BRIDGE_SENDS, D, "Bridge {name} sending CONNECT", V1_4, LAST),
    line(E::BRIDGE_SENDS, D, "Bridge {name} sending DISCONNECT", V1_4, LAST),
    line(E::BRIDGE_DISCONNECTED, D, "Received DISCONNECT ({code})", V1_6, LAST),
];
