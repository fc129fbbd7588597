//! What went wrong, or how a connection ended: one row each. A capture and a log of mosquitto have the
//! same verdicts with the same words.
//!
//! To add one: a row; the constant in [`Verdict`] comes with it. Causes of an end stand in the order in
//! which they are told: why first, how behind it.

use super::rule::Severity;
use std::fmt;

/// A verdict: an index into [`VERDICTS`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Verdict(pub u8);

/// One row of the table of verdicts.
#[derive(Debug, PartialEq, Eq)]
pub struct VerdictInfo {
    /// The name in JSON.
    pub id: &'static str,
    /// How grave it is where it is so: how certain that is stands beside it. A finding of severity error needs a
    /// proof, so that the same may be a warning there.
    pub severity: Severity,
    /// What it is called.
    pub title: &'static str,
    /// What it means, as a clause without a full stop.
    pub about: &'static str,
    /// What follows from it, or what to look at, as a clause without a full stop; empty where there is
    /// nothing to do.
    pub advice: &'static str,
}

impl VerdictInfo {
    /// Whether it is a fault, of whichever side, and no ordinary end.
    #[must_use]
    pub fn is_fault(&self) -> bool {
        self.severity > Severity::Note
    }
}

impl Verdict {
    /// The row of the table.
    #[must_use]
    pub fn info(self) -> &'static VerdictInfo {
        const UNKNOWN: &VerdictInfo = &VerdictInfo {
            id: "unknown",
            severity: Severity::Note,
            title: "",
            about: "",
            advice: "",
        };
        VERDICTS.get(usize::from(self.0)).unwrap_or(UNKNOWN)
    }
}

impl fmt::Debug for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.info().id)
    }
}

const fn row(
    id: &'static str,
    severity: Severity,
    title: &'static str,
    about: &'static str,
    advice: &'static str,
) -> VerdictInfo {
    VerdictInfo { id, severity, title, about, advice }
}

// Turns   NAME: row;   into   pub const NAME: Verdict = Verdict(n)   and the n-th row of VERDICTS.
macro_rules! verdicts {
    ($($name:ident: $row:expr;)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[repr(u8)]
        enum Index { $($name),* }
        impl Verdict {
            $(#[doc = concat!("The verdict ", stringify!($name), ".")]
            pub const $name: Self = Self(Index::$name as u8);)*
        }
        /// The rows, in the order of the constants.
        pub static VERDICTS: &[VerdictInfo] = &[$($row),*];
    };
}

use Severity::{Error, Note, Warning};

#[rustfmt::skip]
verdicts! {
    // ---- why and how a connection ended
    REFUSED: row("refused", Error, "refused", "the server refused the CONNECT with its CONNACK", "the code of the CONNACK says why");
    TAKE_OVER_WAR: row("take-over-war", Error, "take-over war", "two clients share one Client Identifier and throw each other out", "give each client its own Client Identifier");
    TAKEN_OVER: row("taken-over", Warning, "taken over", "another connection took the Client Identifier", "the client came back before the broker missed it, or a second client has the same Client Identifier");
    KEEP_ALIVE: row("keep-alive", Warning, "Keep Alive exceeded", "the client was silent for too long, or the server did not answer a PINGREQ", "the client must send something, a PINGREQ at least, within its Keep Alive: look for a blocked loop, a sleeping device or a lost network");
    LIMIT: row("limit", Error, "ended because a limit was broken", "one side ended the connection when a packet broke a limit that it had set", "a capture shows the packet: mqttscope read --findings tells which limit, and who had set it");
    INTERLEAVED: row("interleaved", Error, "ended because of interleaved writes", "one side ended the connection when a packet had another one written into its middle", "the sender writes from two threads without a lock: guard each packet, or let one thread write them all");
    MALFORMED: row("malformed", Error, "ended because of a packet", "one side ended the connection when a packet broke a rule", "a capture shows the packet: mqttscope read --findings tells what is wrong with it");
    UPGRADE_REFUSED: row("upgrade-refused", Error, "WebSocket refused", "the server refused WebSocket", "look at the path of the request and at the subprotocol, which must be mqtt");
    NOT_MQTT: row("not-mqtt", Warning, "no MQTT", "the connection carries something else than MQTT", "");
    TLS_ALERT: row("tls-alert", Error, "TLS alert", "one side ended the connection with a fatal alert of TLS", "the name of the alert says why: look at the certificates and versions of both sides");
    WEBSOCKET_CLOSE: row("websocket-close", Warning, "WebSocket closed", "one side ended the connection with a close frame of WebSocket, without a DISCONNECT", "the close code says why; what stands in front of the broker, a proxy say, may have sent it");
    NOT_AUTHORISED: row("not-authorised", Error, "not authorised", "the server did not let the client in, or threw it out", "look at the user name, the password and the settings allow_anonymous, password_file and acl_file");
    DISCONNECT_ERROR: row("disconnect-error", Error, "DISCONNECT with an error", "one side said DISCONNECT with a Reason Code from 0x80 on", "the Reason Code says why");
    DISCONNECT: row("disconnect", Note, "DISCONNECT", "one side said DISCONNECT", "");
    PORT_CLOSED: row("port-closed", Error, "port closed", "the server answered the SYN with RST", "nothing listens on that port, or a firewall answers in its place");
    NO_SYN_ACK: row("no-syn-ack", Error, "no answer of TCP", "nothing answered the SYN", "the machine is off, or a firewall drops what is sent to it");
    NO_CONNACK: row("no-connack", Error, "no CONNACK", "the server never answered the CONNECT", "");
    NO_CONNECT: row("no-connect", Note, "no CONNECT", "the client opened a TCP connection and sent nothing", "");
    INCOMPLETE: row("incomplete", Warning, "last packet not whole", "the last packet of a side did not come whole", "");
    RESET: row("reset", Warning, "reset without DISCONNECT", "one side reset TCP without a DISCONNECT", "a crash, or a socket that was closed with bytes unread");
    CLOSED: row("closed", Warning, "closed without DISCONNECT", "one side closed TCP without a DISCONNECT", "a crash, a lost network, or a client that closes without saying so");
    AFTER_REQUEST: row("after-request", Note, "closed after a request", "a guess: the server may have closed because of the client's last request", "look at the rights of the client, and at the log of the server");
    AFTER_FAULT: row("after-fault", Note, "closed after a fault", "a guess: the server may have closed because of a packet that broke a rule some time before", "a capture shows the packet: mqttscope read --findings tells what is wrong with it");
    AFTER_INTERLEAVED: row("after-interleaved", Note, "closed after interleaved writes", "a guess: a side may have closed because the other could not read what it had written, one packet in the middle of another", "the sender writes from two threads without a lock: guard each packet, or let one thread write them all");
    UNACKNOWLEDGED: row("unacknowledged", Note, "closed without acknowledgments", "a guess: the server may have closed because the client did not acknowledge what it got", "the client must answer each PUBLISH of QoS 1 and 2");
    IDLE: row("idle", Note, "closed while idle", "a guess: the server, or what stands in front of it, may have closed because nothing had passed for long", "a shorter Keep Alive keeps such a connection open");
    NOT_SEEN: row("not-seen", Note, "end not seen", "the end is not in the capture", "");
    OPEN: row("open", Note, "still open", "the connection was still open at the end of the capture", "");
    KEPT_OPEN: row("kept-open", Warning, "kept open beyond Keep Alive", "the client was silent for longer than one and a half times its Keep Alive, and the server did not end the connection", "a server that keeps such a connection does not notice that its client is lost; the client must send something, a PINGREQ at least, within its Keep Alive");
    // ---- what else a log tells of a client
    DENIED: row("denied", Warning, "publishing or subscribing denied", "the broker dropped a message or refused a subscription", "the access control list (acl_file or a plug-in) does not allow it");
    SOCKET_FAILED: row("socket-failed", Warning, "connection broken", "the connection broke without a DISCONNECT, and the log does not say which side or what between them is why", "a capture shows who closed: look at the client, at its network, and at what stands between");
    QOS_2_OPEN: row("qos-2-open", Warning, "QoS 2 never completed", "its connection ended before the last of its four steps", "look at why the connection ended first; only a session that is kept (Clean Session 0, Session Expiry Interval) goes on with the message");
    QOS_1_OPEN: row("qos-1-open", Warning, "QoS 1 never acknowledged", "its connection ended before the PUBACK", "look at why the connection ended first; only a session that is kept (Clean Session 0, Session Expiry Interval) sends the message again");
    DROPPED: row("dropped", Error, "messages dropped", "the broker dropped messages for a client", "the client is too slow or away, and its queue is full (see max_queued_messages and max_inflight_messages), or the message is longer than the client takes (its Maximum Packet Size)");
    UNDER_WAY: row("under-way", Note, "under way", "the log ends before the last step of a message does, with its connection open", "a longer log shows whether it comes");
}
