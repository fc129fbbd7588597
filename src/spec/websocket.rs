//! Numbers of WebSocket (RFC 6455) with their names.

use super::{Field, Rule};

/// The field of a frame's header that a rule is about; the other rules are not about one.
pub static HEADER_RULES: &[(Rule, Field)] = &[
    (Rule::WEBSOCKET_UNMASKED, Field::WS_MASK),
    (Rule::WEBSOCKET_MASKED, Field::WS_MASK),
    (Rule::WEBSOCKET_TEXT, Field::WS_OPCODE),
    (Rule::WEBSOCKET_CONTINUATION, Field::WS_OPCODE),
    (Rule::WEBSOCKET_UNFINISHED, Field::WS_OPCODE),
    (Rule::WEBSOCKET_CONTROL, Field::WS_MASK_AND_LENGTH),
    (Rule::WEBSOCKET_RESERVED_BITS, Field::WS_RSV),
    (Rule::WEBSOCKET_LENGTH, Field::WS_LENGTH),
];

/// The opcode of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Opcode(pub u8);

/// Opcodes (RFC 6455 5.2): value, name, clause.
pub static OPCODES: &[(u64, &str, &str)] = &[
    (0x0, "continuation", "goes on with the message of the frame before"),
    (0x1, "text", "MQTT must be in binary frames"),
    (0x2, "binary", "carries bytes of the MQTT stream"),
    (0x8, "close", "ends the WebSocket connection"),
    (0x9, "ping", "the other end answers with a pong"),
    (0xa, "pong", "answers a ping, or shows unasked that the connection is alive"),
];

/// Close codes (RFC 6455 7.4.1): value, name, clause.
pub static CLOSE_CODES: &[(u64, &str, &str)] = &[
    (1000, "normal closure", "what the connection was for is done"),
    (1001, "going away", "the server shuts down, or the page was left"),
    (1002, "protocol error", "the other end broke the rules of WebSocket"),
    (1003, "unsupported data", "a kind of data came that is not taken, such as text"),
    (1005, "no status", "reserved: must not be sent"),
    (1006, "abnormal closure", "reserved: must not be sent"),
    (1007, "invalid data", "the data did not fit the type of its message"),
    (1008, "policy violation", "a rule of this end was broken"),
    (1009, "message too big", "a message was larger than this end takes"),
    (1010, "extension missing", "the client needs an extension that the server did not agree on"),
    (1011, "internal error", "the server cannot go on"),
    (1012, "service restart", "the server starts again"),
    (1013, "try again later", "the server has too much to do"),
    (1014, "bad gateway", "what the server stands for did not answer"),
    (1015, "TLS handshake", "reserved: must not be sent"),
];

impl Opcode {
    /// Goes on with a message.
    pub const CONTINUATION: Self = Self(0x0);
    /// Begins a message of text.
    pub const TEXT: Self = Self(0x1);
    /// Begins a message of bytes.
    pub const BINARY: Self = Self(0x2);
    /// Ends the connection.
    pub const CLOSE: Self = Self(0x8);
    /// Asks for a pong.
    pub const PING: Self = Self(0x9);
    /// Answers a ping.
    pub const PONG: Self = Self(0xa);

    /// Whether the standard knows it.
    #[must_use]
    pub fn is_known(self) -> bool {
        OPCODES.iter().any(|row| row.0 == u64::from(self.0))
    }

    /// Whether the frame carries no data but steers the connection.
    #[must_use]
    pub const fn is_control(self) -> bool {
        self.0 & 0x8 != 0
    }
}

/// Whether a close code may be sent: those of the table, of libraries and of applications.
#[must_use]
pub fn is_close_code(code: u16) -> bool {
    matches!(code, 3000..=4999) || CLOSE_CODES.iter().any(|row| row.0 == u64::from(code))
}

/// Subprotocols that the versions of MQTT name. Where a client cannot set other lines of the head it may
/// send a token as one more subprotocol.
pub const SUBPROTOCOLS: &[&str] = &["mqtt", "mqttv3.1"];

/// Versions of HTTP that a request may name (RFC 9112 2.3).
pub const HTTP_VERSIONS: &[&str] = &["HTTP/1.1", "HTTP/1.0"];
