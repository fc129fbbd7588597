//! What a connection was: told once, when all of it is known.
//!
//! What may enter: facts of one connection that the packets of the capture prove, each with the
//! place of the packet. No verdict: why a connection ended is for those to say who read this.
//!
//! One file a subject, with its part of the record and how that is filled: each side ([`Half`]), CONNECT
//! and CONNACK ([`Asked`], [`Answered`]), [`KeepAliveRecord`], the [`Will`], the session
//! ([`Lasts`], [`Return`]), messages ([`Open`], [`Missed`]), other connections ([`Other`]), and whether the
//! DISCONNECT of the client counts ([`Void`]). What the packets say goes in by `packets`.

mod half;
mod handshake;
mod keep_alive;
mod lasting;
mod messages;
mod others;
mod packets;
pub(super) mod void;
mod will;

pub use half::{Closed, Disconnect, Fault, Half, Latency, Limits, MAX_FAULTS};
pub use handshake::{Answered, Asked};
pub(in crate::session) use keep_alive::limit;
pub use keep_alive::{KeepAliveRecord, Silence, Still};
pub use lasting::{Found, Lasts, Return};
pub use messages::{
    Doubled, MAX_DOUBLED, MAX_MISSED, MAX_OPEN_TOLD, MAX_SUBSCRIPTIONS_TOLD, Missed, Open,
    Subscription,
};
pub use others::{Other, War};
pub use void::{Void, Why};
pub use will::{Fate, Will, WillCopy};

use super::wire::Wire;
use super::{At, How};
use crate::mqtt::packet::Text;
use crate::spec::Version;
use crate::stream;
use std::net::SocketAddr;

/// A connection that has ended, or of which nothing more comes.
///
/// The pipeline's consumers get it: mostly when the connection ends, and later where its Will
/// waits for something, at the latest at the end of the capture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ended {
    /// Its number over all TCP connections; `None` for pasted bytes.
    pub stream: Option<u64>,
    /// Client and server.
    pub ends: Option<(SocketAddr, SocketAddr)>,
    /// The Client Identifier, as CONNECT gave it or CONNACK assigned it; at most
    /// [`MAX_TEXT`] bytes of it.
    pub client_id: Option<Box<[u8]>>,
    /// Whether the server assigned it.
    pub is_assigned: bool,
    /// The version that its packets were read by, and how that is known.
    pub version: Option<(Version, How)>,
    /// Whether it was seen from its first byte on.
    pub is_begun: bool,
    /// Whether all of it was seen, from its CONNECT on. Only then what is not here did not happen.
    pub is_complete: bool,
    /// Its first and its last record of MQTT; `None` where there was none.
    pub first: Option<At>,
    /// The last one.
    pub last: Option<At>,
    /// What the client sent.
    pub from_client: Half,
    /// What the server sent.
    pub from_server: Half,
    /// The first CONNECT.
    pub connect: Option<Asked>,
    /// The CONNACK to it.
    pub connack: Option<Answered>,
    /// Keep Alive.
    pub keep_alive: KeepAliveRecord,
    /// Where nothing more comes of it as the capture ends: the last frame until which everything was captured,
    /// of whatever connection.
    pub captured_until: Option<At>,
    /// Times in which it was open and the capture stood still.
    pub still: Vec<Still>,
    /// The Will of the CONNECT and what became of it.
    pub will: Option<Will>,
    /// Exchanges that were open when it ended, the oldest first; at most [`MAX_OPEN_TOLD`] of them.
    pub open: Vec<Open>,
    /// How many there were.
    pub open_count: u64,
    /// How many of these are not remembered for the next connection of the session, as there were too many.
    pub open_forgotten: u64,
    /// Subscriptions that held when it ended, in the order of their grants; at most
    /// [`MAX_SUBSCRIPTIONS_TOLD`] of them.
    pub subscriptions: Vec<Subscription>,
    /// Subscriptions that the server refused: the filter, the code, the SUBACK.
    pub refused: Vec<(Box<[u8]>, u8, At)>,
    /// Copies that the broker owed this client and that were not seen.
    pub missed: Vec<Missed>,
    /// How many there were.
    pub missed_count: u64,
    /// Copies that came to this client when it had one of the same PUBLISH already, though one of
    /// its subscriptions alone matches: the first ones, at most [`MAX_DOUBLED`] of them.
    pub doubled: Vec<Doubled>,
    /// How many there were.
    pub doubled_count: u64,
    /// The connection with the same Client Identifier that was open when this one began.
    pub took_over: Option<Other>,
    /// The one that began while this one was open.
    pub taken_over_by: Option<Other>,
    /// The connection before it of the same client, where that was over, and what its session had
    /// become.
    pub returns: Option<Return>,
    /// Where such take-overs go back and forth: the war so far.
    pub war: Option<War>,
    /// Where the client connects again and again while its connection before is open, and nothing
    /// shows that there are two of them.
    pub reconnects: Option<War>,
    /// What a security review would note.
    pub remarks: Vec<Fault>,
    /// Why nothing more comes of it.
    pub end: Option<stream::End>,
    /// What the wire shows of it beside its whole packets.
    pub wire: Wire,
    /// The key of the Will's message.
    pub(super) will_key: Option<u64>,
    /// How many of the missed copies no later packet of the connection proves.
    pub(super) unproven_missed: u64,
}

/// One second, in nanoseconds.
const SECOND: u64 = 1_000_000_000;
/// Bytes of a text or name that are kept.
pub const MAX_TEXT: usize = 1_024;

impl Ended {
    /// When the connection was over: at the first DISCONNECT or the first end of a side in TCP.
    #[must_use]
    pub fn over_at(&self) -> Option<At> {
        let [client, server] = [&self.from_client, &self.from_server].map(Half::leaves);
        let first = match (client, server) {
            (Some(client), Some(server)) if !client.is_before(&server) => Some(server),
            (client, server) => client.or(server),
        };
        first.map(|first| first.at)
    }
}

/// A text of the wire, as much of it as is kept.
fn kept(text: Text<'_>) -> Box<[u8]> {
    text.0.get(..MAX_TEXT).unwrap_or(text.0).into()
}
