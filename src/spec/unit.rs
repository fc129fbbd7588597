//! What a connection carries besides MQTT packets: one row a kind.
//!
//! To add a kind: add a row; the constant in [`Unit`] comes with it.

use std::fmt;

/// A kind of unit: an index into [`UNITS`].
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Unit(pub u8);

/// One row of the table of units.
#[derive(Debug)]
pub struct UnitInfo {
    /// The name in JSON (`type`) and in front of its line.
    pub name: &'static str,
    /// What it does to the conversation.
    pub meaning: &'static str,
}

// Turns   NAME: "NAME", "meaning";   into   pub const NAME: Unit = Unit(n)   and the n-th row.
macro_rules! units {
    ($($(#[doc = $doc:literal])* $name:ident: $text:literal, $meaning:literal;)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[repr(u8)]
        enum Index { $($name),* }
        impl Unit {
            $($(#[doc = $doc])* pub const $name: Self = Self(Index::$name as u8);)*
        }
        /// The rows, in the order of the constants.
        pub static UNITS: &[UnitInfo] = &[$(UnitInfo { name: $text, meaning: $meaning }),*];
    };
}

units! {
    /// A PROXY protocol header, version 1 or 2.
    PROXY: "PROXY", "a load balancer tells whom it speaks for; MQTT follows";
    /// A request of HTTP that asks for WebSocket.
    HTTP_REQUEST: "HTTP REQUEST", "the client asks to go on with WebSocket";
    /// The answer to it.
    HTTP_RESPONSE: "HTTP RESPONSE", "the server answers the request for WebSocket";
    /// What a server says behind its refusal.
    HTTP_BODY: "HTTP BODY", "explains the refusal to people; carries no MQTT";
    /// The header of a WebSocket frame that carries data.
    WEBSOCKET_FRAME: "WEBSOCKET FRAME", "carries bytes of the MQTT stream";
    /// A ping of WebSocket, not of MQTT.
    WEBSOCKET_PING: "WEBSOCKET PING", "asks whether the other end is still there";
    /// The answer to it.
    WEBSOCKET_PONG: "WEBSOCKET PONG", "answers a ping of WebSocket";
    /// Ends the WebSocket connection.
    WEBSOCKET_CLOSE: "WEBSOCKET CLOSE", "ends the WebSocket connection";
    /// Bytes in which no frame was found.
    WEBSOCKET_STRAY: "WEBSOCKET STRAY", "bytes that belong to no frame that can be read";
    /// What protects a connection, or why it stays closed.
    TLS: "TLS", "protects the connection";
    /// A fatal alert of TLS.
    TLS_ALERT: "TLS", "ends the connection";
    /// What a stream on a port of MQTT carries instead.
    OTHER: "NOT MQTT", "the connection carries something else";
}

impl Unit {
    /// The row of the table.
    #[must_use]
    pub fn info(self) -> &'static UnitInfo {
        const UNKNOWN: &UnitInfo = &UnitInfo { name: "UNIT", meaning: "" };
        UNITS.get(usize::from(self.0)).unwrap_or(UNKNOWN)
    }

    /// The name in JSON and in front of its line.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.info().name
    }
}

impl fmt::Debug for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
