//! What a line of the log tells of: one row each.
//!
//! To add an event: add a row; the constant in [`Event`] comes with it.

use super::super::packet_type::PacketType;
use std::fmt;

/// An event: an index into [`EVENTS`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Event(pub u16);

/// Which way the packet of an event goes, as the broker sees it. A client's log turns it round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the client to the broker.
    In,
    /// From the broker to the client.
    Out,
}

/// Whether a capture shows what the line tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// It can be written from a capture.
    Seen,
    /// It can be written from a capture, but for what this says.
    SeenBut(&'static str),
    /// It can be written from few captures, for this reason.
    Partly(&'static str),
    /// No capture shows it, for this reason.
    Unseen(&'static str),
}

/// One row of the table of events.
#[derive(Debug)]
pub struct EventInfo {
    /// The name in JSON.
    pub id: &'static str,
    /// The packet that the line stands for, and which way it went.
    pub packet: Option<(PacketType, Direction)>,
    /// Whether a capture shows it.
    pub wire: Wire,
    /// What it means, as a clause without a full stop.
    pub meaning: &'static str,
}

impl Event {
    /// The row of the table.
    #[must_use]
    pub fn info(self) -> &'static EventInfo {
        const UNKNOWN: &EventInfo =
            &EventInfo { id: "unknown", packet: None, wire: Wire::Seen, meaning: "" };
        EVENTS.get(usize::from(self.0)).unwrap_or(UNKNOWN)
    }

    /// Whether the connection ends with it.
    #[must_use]
    pub fn is_end(self) -> bool {
        (Self::DISCONNECTED..=Self::EXPIRED_TIMEOUT).contains(&self)
    }

    /// Whether the broker ends the connection because of what the client sent.
    #[must_use]
    pub fn is_fault(self) -> bool {
        (Self::PROTOCOL_ERROR..=Self::FEATURE).contains(&self)
    }

    /// Whether what the client sent was beyond a limit of the broker.
    #[must_use]
    pub fn is_limit(self) -> bool {
        (Self::OVERSIZE..=Self::FEATURE).contains(&self)
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.info().id)
    }
}

const fn plain(id: &'static str, meaning: &'static str) -> EventInfo {
    EventInfo { id, packet: None, wire: Wire::Seen, meaning }
}

const fn unseen(id: &'static str, reason: &'static str, meaning: &'static str) -> EventInfo {
    EventInfo { id, packet: None, wire: Wire::Unseen(reason), meaning }
}

const fn partly(id: &'static str, reason: &'static str, meaning: &'static str) -> EventInfo {
    EventInfo { id, packet: None, wire: Wire::Partly(reason), meaning }
}

const fn but(info: EventInfo, words: &'static str) -> EventInfo {
    EventInfo { wire: Wire::SeenBut(words), ..info }
}

const fn packet(
    id: &'static str,
    direction: Direction,
    kind: PacketType,
    meaning: &'static str,
) -> EventInfo {
    EventInfo { id, packet: Some((kind, direction)), wire: Wire::Seen, meaning }
}

// Turns   NAME: row;   into   pub const NAME: Event = Event(n)   and the n-th row of EVENTS.
macro_rules! events {
    ($($name:ident: $row:expr;)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[repr(u16)]
        enum Index { $($name),* }
        impl Event {
            $(#[doc = concat!("The event ", stringify!($name), ".")]
            pub const $name: Self = Self(Index::$name as u16);)*
        }
        /// The rows, in the order of the constants.
        pub static EVENTS: &[EventInfo] = &[$($row),*];
    };
}

use Direction::{In, Out};
use PacketType as P;

const CONFIG: &str = "it tells of the broker's start, stop or settings, which send nothing";
const INSIDE: &str = "it happens inside the broker and sends nothing";
const BRIDGE: &str = "it tells of the broker's own bridge, which is a client on another connection";
const NO_ANSWER: &str =
    "the broker drops the message in silence: in a capture it looks like one that was taken";
const BY_ANSWER: &str =
    "the code of PUBACK and PUBREC of 5.0 tells it, and nothing does of QoS 0 and before 5.0";
const UNANSWERED: &str = "not where the capture lacks the PUBACK or PUBREC of 5.0, which may refuse the message, nor \
     where the broker closes right behind it before 5.0, which may be because of its QoS or RETAIN; and one that is \
     dropped in silence stands there as one that was taken";
const LAST_BYTES: &str = "not where the capture lacks the last bytes of the connection, nor where the client resets it \
     while answers are due, or a message is on its way back to it";
const IN_VAIN: &str = "not one that was written in vain, unless it is shown that nothing else can have kept it from the \
     wire";
const LIMIT: &str = "before 5.0 the broker does not say what it takes";
const CLIENT: &str = "it stands in a client's log, not in the broker's";

#[rustfmt::skip]
events! {
    // ---- the beginning of a connection
    OPENED: but(plain("opened", "a TCP connection was accepted; no MQTT has passed yet"), "2.0 has no such line for a listener of WebSocket; and not where the broker closes before it has read anything, or all of a CONNECT, or the client resets before it has sent a byte");
    CONNECTED: packet("connected", In, P::CONNECT, "the CONNECT of this client was accepted, and its session begins");
    BRIDGE_CONNECTED: packet("bridge_connected", In, P::CONNECT, "another broker's bridge was accepted: its CONNECT has the bridge bit 0x80 in the level");
    WILL: plain("will", "the CONNECT holds a Will, which is published if the connection is lost");
    WILL_TOPIC: plain("will_topic", "the topic of the Will of the line above");
    NO_WILL: plain("no_will", "the CONNECT holds no Will: nothing is published if the connection is lost");
    CONNACK: packet("connack", Out, P::CONNACK, "the broker answers the CONNECT");
    NEGOTIATED: unseen("negotiated", "the handshake shows it, yet the name is that of the broker's TLS library", "the version of TLS and the cipher suite of this connection");
    TAKEN_OVER: but(plain("taken_over", "a new connection came with the Client Identifier of one that is open, and the old one is closed ([MQTT-3.1.4-3] in 5.0, [MQTT-3.1.4-2] in 3.1.1)"), "not where neither end of the old connection was captured");
    DENIED_TCPD: unseen("denied_tcpd", "the broker closes before MQTT begins, and does not say why", "the hosts files (tcpd) do not allow this address");
    DENIED_MAX: unseen("denied_max", "the broker closes before MQTT begins, and does not say why", "the listener has as many clients as max_connections allows");
    ACCEPT_FAILED: unseen("accept_failed", "the cause is one of the broker's system", "the TCP or TLS handshake failed");
    REJECTED_PROXY: unseen("rejected_proxy", "the broker closes before MQTT begins, and does not say why", "the PROXY header of a load balancer is not what the listener wants");
    BAD_LEVEL: plain("bad_level", "the Protocol Level is none that this broker speaks; the client is refused");
    BAD_NAME: plain("bad_name", "the Protocol Name is neither MQTT nor MQIsdp");
    BAD_WILL_QOS: plain("bad_will_qos", "the Will QoS is 3, which does not exist");
    PASSWORD_ALONE: plain("password_alone", "the CONNECT has a password but no user name, which 3.x forbids");
    SECOND_CONNECT: plain("second_connect", "a client that is connected sent CONNECT again, which is a protocol error");
    WILL_TOO_LARGE: partly("will_too_large", LIMIT, "the Will is above the broker's message_size_limit");
    TLS_TO_PLAIN: plain("tls_to_plain", "the first byte is that of a TLS handshake, but this listener has no TLS");

    // ---- packets of a connection
    PUBLISH_IN: but(packet("publish_in", In, P::PUBLISH, "the client published a message, and the broker took it"), UNANSWERED);
    PUBLISH_OUT: but(packet("publish_out", Out, P::PUBLISH, "the broker delivers a message to a subscriber"), "not to a client that has reset, which the broker does not know yet");
    PUBLISH_DENIED: EventInfo { wire: Wire::Partly("the code of PUBACK and PUBREC of 5.0 tells it, and a topic to which nobody may publish; nothing does otherwise of QoS 0 and before 5.0"), ..packet("publish_denied", In, P::PUBLISH, "the access control list does not let this client publish here: the message is dropped") };
    PUBLISH_TOO_LARGE: EventInfo { wire: Wire::Partly(BY_ANSWER), ..packet("publish_too_large", In, P::PUBLISH, "the payload is above message_size_limit: the message is dropped") };
    PUBLISH_QUOTA: EventInfo { wire: Wire::Unseen(NO_ANSWER), ..packet("publish_quota", In, P::PUBLISH, "a quota is used up: the message is dropped") };
    DELIVERY_DENIED: unseen("delivery_denied", "what is not sent cannot be seen", "the access control list does not let this client read the topic: the message is not sent to it");
    DELIVERY_QUOTA: unseen("delivery_quota", "what is not sent cannot be seen", "a quota is used up: the message is not sent");
    DELIVERY_DROPPED: unseen("delivery_dropped", "what is not sent cannot be seen", "the queue of this client is full (max_queued_messages): messages for it are being lost");
    DELIVERY_TOO_LARGE: unseen("delivery_too_large", "what is not sent cannot be seen", "the message is above the Maximum Packet Size of this client, and is not sent to it");
    ACK_IN: packet("ack_in", In, P::PUBACK, "the client acknowledges a message: PUBACK ends a delivery of QoS 1, PUBCOMP one of QoS 2");
    PUBREC_IN: packet("pubrec_in", In, P::PUBREC, "QoS 2, step 2 of 4: the client has the message");
    PUBREL_IN: packet("pubrel_in", In, P::PUBREL, "QoS 2, step 3 of 4: the client lets its message go, and the broker may pass it on");
    PUBACK_OUT: but(packet("puback_out", Out, P::PUBACK, "the broker acknowledges a message of QoS 1"), IN_VAIN);
    PUBREC_OUT: but(packet("pubrec_out", Out, P::PUBREC, "QoS 2, step 2 of 4: the broker has the message"), IN_VAIN);
    PUBREL_OUT: but(packet("pubrel_out", Out, P::PUBREL, "QoS 2, step 3 of 4: the broker lets its message go"), IN_VAIN);
    PUBCOMP_OUT: but(packet("pubcomp_out", Out, P::PUBCOMP, "QoS 2, step 4 of 4: the delivery is complete"), IN_VAIN);
    ACK_UNKNOWN: unseen("ack_unknown", "the broker does not say it to the client, and a capture may not reach back to the PUBLISH", "no message with this Packet Identifier is under way: the client acknowledges twice, or the session was lost in between");
    REUSED_MID: unseen("reused_mid", "the broker does not say it to the client", "the client uses a Packet Identifier again while its first message is still open; the older one is dropped");
    SUBSCRIBE: packet("subscribe", In, P::SUBSCRIBE, "the client asks for messages; the filters stand on the lines below");
    FILTER: plain("filter", "a Topic Filter that the client asks for, and the QoS that it asks for");
    FILTER_DENIED: plain("filter_denied", "the access control list does not let this client subscribe here");
    GRANTED: plain("granted", "subscribed: the client, the QoS that the broker granted (128 is a refusal), and the filter");
    SUBACK: but(packet("suback", Out, P::SUBACK, "the broker answers the SUBSCRIBE"), IN_VAIN);
    UNSUBSCRIBE: packet("unsubscribe", In, P::UNSUBSCRIBE, "the client gives up subscriptions; the filters stand on the lines below");
    UNFILTER: plain("unfilter", "a Topic Filter that the client gives up");
    UNGRANTED: plain("ungranted", "unsubscribed: the client and the filter");
    UNSUBACK: but(packet("unsuback", Out, P::UNSUBACK, "the broker answers the UNSUBSCRIBE"), IN_VAIN);
    PINGREQ: but(packet("pingreq", In, P::PINGREQ, "the client shows that it is alive, and asks whether the broker is"), "not behind a packet that the broker may have ended the connection for");
    PINGRESP: but(packet("pingresp", Out, P::PINGRESP, "the broker answers the PINGREQ"), IN_VAIN);
    PINGREQ_OUT: packet("pingreq_out", Out, P::PINGREQ, "the broker asks over its bridge whether the other broker is there");
    PINGRESP_IN: packet("pingresp_in", In, P::PINGRESP, "an answer to a PINGREQ, which a broker gets over its bridge; a client must not send it");
    SUBACK_IN: packet("suback_in", In, P::SUBACK, "an answer to a SUBSCRIBE, which a broker gets over its bridge; a client must not send it");
    UNSUBACK_IN: packet("unsuback_in", In, P::UNSUBACK, "an answer to an UNSUBSCRIBE, which a broker gets over its bridge; a client must not send it");
    DISCONNECT_IN: packet("disconnect_in", In, P::DISCONNECT, "the client leaves in order: its Will is dropped, unless a DISCONNECT of 5.0 asks for it (0x04)");
    DISCONNECT_OUT: EventInfo { wire: Wire::Unseen("builds with bridges, as distributions have them, send the packet but leave the line out"), ..packet("disconnect_out", Out, P::DISCONNECT, "the broker ends a connection of 5.0 and says why") };
    AUTH_IN: packet("auth_in", In, P::AUTH, "a step of enhanced authentication, from the client");
    AUTH_OUT: packet("auth_out", Out, P::AUTH, "a step of enhanced authentication, from the broker");

    // ---- why the broker is about to end a connection
    CAUSE: unseen("cause", "the reason is told in the broker's own words, in the log alone", "what is wrong with a packet; the connection is ended next");
    BAD_PUBLISH_QOS: plain("bad_publish_qos", "a PUBLISH with QoS 3, which does not exist");
    HIGH_PUBLISH_QOS: partly("high_publish_qos", LIMIT, "a PUBLISH above the max_qos of the listener");
    DUP_QOS_0: plain("dup_qos_0", "a PUBLISH of QoS 0 with DUP, which is not allowed ([MQTT-3.3.1-2])");
    BAD_TOPIC_UTF8: unseen("bad_topic_utf8", "only releases before 2.0 say it", "a Topic Name that is not UTF-8");
    EMPTY_FILTER: plain("empty_filter", "a SUBSCRIBE with an empty Topic Filter; the line names the address, not the client");
    BAD_FILTER: plain("bad_filter", "a SUBSCRIBE with a wildcard where none may stand; the line names the address, not the client");
    BAD_FILTER_QOS: plain("bad_filter_qos", "a SUBSCRIBE asks for a QoS that does not exist; the line names the address, not the client");
    EMPTY_UNFILTER: plain("empty_unfilter", "an UNSUBSCRIBE with an empty Topic Filter");
    BAD_UNFILTER: plain("bad_unfilter", "an UNSUBSCRIBE with a wildcard where none may stand");
    FILTER_UTF8: unseen("filter_utf8", "only 1.5 says it", "a Topic Filter that is not UTF-8");
    TOO_LARGE: unseen("too_large", "the limit is a setting of the broker", "a packet above max_packet_size");
    RECEIVE_MAXIMUM: unseen("receive_maximum", "the broker warns and goes on", "the client has more QoS 1 and 2 messages open than the broker's Receive Maximum allows");

    // ---- the end of a connection; `is_end` and `is_fault` go by this order
    DISCONNECTED: but(plain("disconnected", "the connection has ended in order, after the client's DISCONNECT"), LAST_BYTES);
    CLOSED: but(plain("closed", "the client's side of TCP went away without DISCONNECT: a crash, a lost network or a client that just closes. A Will is due"), LAST_BYTES);
    ENDED_IN_PACKET: but(plain("ended_in_packet", "most likely the client closed its side of TCP in the middle of a packet, without DISCONNECT: the broker had no more to read, which its system calls Success. A Will is due"), LAST_BYTES);
    SOCKET_ERROR: but(plain("socket_error", "the connection broke without DISCONNECT: the client vanished or closed, or sent what the broker could not read. A Will is due"), LAST_BYTES);
    TIMEOUT: but(plain("timeout", "nothing came from the client for one and a half times its Keep Alive, so the broker closed. A Will is due"), LAST_BYTES);
    PROTOCOL_ERROR: but(plain("protocol_error", "the client broke a rule of the protocol, and the broker closed"), LAST_BYTES);
    MALFORMED: but(plain("malformed", "the client sent a packet that cannot be read, and the broker closed"), LAST_BYTES);
    OVERSIZE: plain("oversize", "the client sent a packet above max_packet_size, and the broker closed");
    OVERSIZE_PAYLOAD: plain("oversize_payload", "the client sent a payload above message_size_limit, and the broker closed");
    RECEIVE_MAXIMUM_END: plain("receive_maximum_end", "the client had more messages open than Receive Maximum allows, and the broker closed");
    ALIAS_INVALID: plain("alias_invalid", "the client used a Topic Alias that the broker does not allow, and the broker closed");
    FEATURE: plain("feature", "the client used what this broker does not offer (a QoS too high, RETAIN, or its Authentication Method), and the broker closed");
    NOT_AUTHORISED: plain("not_authorised", "the client is not permitted (any more): its user name and password, or a plug-in's decision; the broker closed");
    BAD_PASSWORD: plain("bad_password", "the user name or the password is wrong; the broker closed");
    BAD_CLIENT_ID: plain("bad_client_id", "the broker does not take this Client Identifier; it closed");
    BAD_METHOD: plain("bad_method", "the broker does not offer this Authentication Method; it closed");
    BANNED: plain("banned", "an administrator has barred this client; the broker closed");
    BUSY: plain("busy", "the broker has too much to do, and closed");
    UNAVAILABLE: plain("unavailable", "the broker is not available, and closed");
    IMPLEMENTATION: plain("implementation", "the packet is valid, but this broker cannot serve it; it closed");
    QUOTA: plain("quota", "a quota is used up, and the broker closed");
    RATE: plain("rate", "connections are being opened too fast, and the broker closed");
    ORIGIN: plain("origin", "the page that opened the WebSocket is not one that the broker allows");
    KICKED: plain("kicked", "an administrator ended the connection");
    NO_MEMORY: partly("no_memory", "it is shown where a PUBACK or SUBACK cannot be written, as the client has reset, and nothing else can have kept it from the wire", "the broker ran out of memory for this connection, or, of 2.0, a PUBACK or SUBACK could not be written, as the client was gone. A Will is due");
    SOCKET_FAILED: partly("socket_failed", "2.0 says so of a few packets, too, and of limits that its DISCONNECT names; otherwise the cause is one of the broker's system", "reading from the socket or writing to it failed, for the reason that stands there; \"Success\" means that the reason was lost");
    SYSTEM_FAILED: partly("system_failed", "it is shown where an answer cannot be written, as the client has closed and reset, and nothing else can have kept it from the wire; otherwise the cause is one of the broker's system", "the broker's system could not read from the connection or write to it, for the reason that stands there: with \"Broken pipe\" the client was gone before an answer to it could be written. A Will is due");
    SESSION_TAKEN_OVER: but(plain("session_taken_over", "a new connection has this Client Identifier now, and the broker closed this one"), "not where neither end of the old connection was captured");
    EXPIRED_TIMEOUT: unseen("bridge_timeout", BRIDGE, "the broker's bridge had nothing to send for its idle_timeout, and was closed");

    // ---- sessions and the broker
    EXPIRED: unseen("expired", INSIDE, "the client has been away for longer than its session is kept: the session is dropped");
    STARTING: unseen("starting", CONFIG, "the broker starts");
    RUNNING: unseen("running", CONFIG, "the broker has started and serves clients");
    TERMINATING: unseen("terminating", CONFIG, "the broker stops: connections end without a line of their own");
    CONFIG_LOADED: unseen("config_loaded", CONFIG, "the settings come from this file");
    CONFIG_DEFAULT: unseen("config_default", CONFIG, "no file of settings was named: the defaults hold");
    RELOADING: unseen("reloading", CONFIG, "SIGHUP came: the settings are read again");
    LISTENING: unseen("listening", CONFIG, "the broker listens here");
    LOCAL_ONLY: unseen("local_only", CONFIG, "no listener is set up, so that since 2.0 only clients on this machine can connect");
    SUPPORT: unseen("support", CONFIG, "what this build of the broker can do");
    RUNNING_AS: unseen("running_as", CONFIG, "the user that the broker runs as");
    KEY_LOGGING: unseen("key_logging", CONFIG, "the keys of TLS are written to a file, so that captures can be decrypted");
    TOO_MANY_SOCKETS: unseen("too_many_sockets", INSIDE, "the system allows no more open sockets: raise ulimit -n");
    SAVING: unseen("saving", INSIDE, "what is kept over a restart is written to mosquitto.db");
    RESTORED: unseen("restored", INSIDE, "what was kept over a restart is read from mosquitto.db");
    BRIDGE_STEP: unseen("bridge_step", BRIDGE, "the broker's bridge connects to another broker");
    BRIDGE_CONNACK: unseen("bridge_connack", BRIDGE, "the other broker has answered the bridge");
    BRIDGE_REFUSED: unseen("bridge_refused", BRIDGE, "the other broker refused the bridge");
    BRIDGE_SENDS: unseen("bridge_sends", BRIDGE, "the broker's bridge sends this packet to the other broker");
    BRIDGE_DISCONNECTED: unseen("bridge_disconnected", BRIDGE, "the other broker ended the bridge's connection");
    SUBSCRIBED: unseen("subscribed", CLIENT, "mosquitto_sub: the broker granted these QoS levels, one a filter (128 is a refusal)");
    DUPLICATE_CONNACK: unseen("duplicate_connack", CLIENT, "the broker sent a second CONNACK");
    CONNACK_FAULT: unseen("connack_fault", CLIENT, "the CONNACK contradicts itself or the CONNECT");
    CONNECTION_ERROR: unseen("connection_error", CLIENT, "the broker refused the client, in the words of the client's library");
}
