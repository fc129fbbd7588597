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
    /// Of an end: its side had had more of the other one than was captured until now.
    pub is_early: bool,
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
    /// One end closed its side, with FIN or RST. All its packets were told before.
    Closed(Sender, Close),
    /// One end that had closed its side has answered with RST since: it takes nothing more.
    Reset(Sender),
    /// The connection carries something else than MQTT; nothing more is told of it.
    NotMqtt,
}
