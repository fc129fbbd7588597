//! Beginning and end of connections, told when they happen: what a consumer needs that writes down
//! more than packets.

use crate::session::Proof;
use crate::spec::Sender;
use crate::stream::Close;
use std::net::SocketAddr;

/// Something that happened to a TCP connection that carries MQTT, or ought to by its port.
#[derive(Clone, Copy, Debug)]
pub struct Lifeline {
    /// The connection, counted from 0 over all TCP connections.
    pub stream: u64,
    /// Time of the frame that showed it: nanoseconds since 1970-01-01 UTC.
    pub time: Option<i64>,
    /// Address and port of the client.
    pub client: SocketAddr,
    /// Address and port of the server.
    pub server: SocketAddr,
    /// Whether the connection has carried bytes, none of which were read: encrypted ones, or such as a snap
    /// length cut off.
    pub is_closed_book: bool,
    /// What of client and server was not captured, or could not be read, up to here.
    pub lacks: [Lacks; 2],
    /// Where the client's side shows later than the server's, as the answer to its SYN stands before that:
    /// the time of this answer.
    pub late_since: Option<i64>,
    /// Of an end: what TCP proves of when.
    pub proof: Proof,
    /// Of an end: how many Sequence Numbers of the other side its own had had that were not captured until now. The
    /// last may be a FIN.
    pub unseen: u32,
    /// Of an end: its side had no byte of the other one.
    pub had_nothing: bool,
    /// What.
    pub what: Happened,
}

/// What is missing of one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lacks {
    /// Nothing.
    Nothing,
    /// Some of what it sent.
    Some,
    /// Also what it sent last, behind its last packet that is known.
    Last,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    /// The server took the connection. Not told where the capture begins later than it.
    Opened,
    /// The FIN or RST of one end was captured. It is told once more as [`Self::Closed`], when all is there that stands
    /// before it and that it acknowledges; until then packets may be told that came before it.
    Closing(Sender, Close),
    /// One end closed its side, with FIN or RST. All its packets were told before.
    Closed(Sender, Close),
    /// One end that had closed its side has answered with RST since: it takes nothing more.
    Reset(Sender),
    /// The connection carries something else than MQTT; nothing more is told of it.
    NotMqtt,
}
