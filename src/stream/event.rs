//! What a consumer is told of a connection.

use std::ops::ControlFlow;

use super::{Connection, Side};
use crate::net::Layers;

/// A consumer of connections.
pub trait Sink {
    /// What the consumer keeps for one connection.
    type State;

    /// A connection appears. `None`: the consumer does not care for it, and it is not assembled.
    fn opened(&mut self, connection: &Connection) -> Option<Self::State>;

    /// The other side answered the one that opened the connection, and did not refuse it.
    fn answered(&mut self, connection: &Connection, state: &mut Self::State, at: Stamp) {
        let _ = (connection, state, at);
    }

    /// The first FIN or RST of a side was captured. [`Event::Closed`] tells it when its turn comes: it may wait
    /// for what stands before it, or for what it acknowledges.
    fn closing(&mut self, connection: &Connection, state: &mut Self::State, side: Side) {
        let _ = (connection, state, side);
    }

    /// A side that had closed with FIN has answered with RST since: it takes nothing more.
    fn reset(&mut self, connection: &Connection, state: &mut Self::State, side: Side, at: Stamp) {
        let _ = (connection, state, side, at);
    }

    /// Something happened on one side of a connection.
    ///
    /// `Break`: the consumer does not care for the rest of this connection; [`Self::ended`] is
    /// called at once and nothing more is told.
    fn event(
        &mut self,
        connection: &Connection,
        state: &mut Self::State,
        side: Side,
        event: Event<'_>,
    ) -> ControlFlow<()>;

    /// Whether a payload begins with what only the first segment of a connection has. It is asked
    /// where the sequence number does not fit the connection that is known by these addresses.
    fn begins(&self, payload: &[u8]) -> bool {
        let _ = payload;
        false
    }

    /// Whether a payload begins with what only answers the first segment of the other side: it waits for
    /// that one, if nothing of the other side was seen.
    fn answers(&self, payload: &[u8]) -> bool {
        let _ = payload;
        false
    }

    /// Nothing more comes of a connection.
    fn ended(&mut self, connection: &Connection, state: Self::State, end: End) {
        let _ = (connection, state, end);
    }
}

/// The frame of an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// Number of the frame, from 1 over the whole capture.
    pub frame: u64,
    /// Its time: nanoseconds since 1970-01-01 UTC.
    pub time: Option<i64>,
    /// Time of the frame before it in the capture.
    pub previous: Option<i64>,
}

/// What happened on one side. Offsets count the bytes of that side from its first known one; a gap
/// counts too, so offsets are sequence numbers that never wrap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// The next bytes in order.
    Data {
        /// Offset of the first of them.
        offset: u64,
        /// The bytes; never empty.
        bytes: &'a [u8],
        /// The frame that brought them.
        at: Stamp,
        /// The headers of that frame.
        layers: &'a Layers,
    },
    /// Bytes that are not in the capture. What follows begins after them.
    Gap {
        /// Offset of the first of them.
        offset: u64,
        /// How many; never 0.
        bytes: u64,
        /// How it is known that they do not come.
        cause: GapCause,
        /// The frame that showed the loss.
        at: Stamp,
    },
    /// A segment repeats bytes with other contents. The first contents were taken.
    Conflict {
        /// Offset of the first byte that differs.
        offset: u64,
        /// The other contents, from the first byte that differs to the last.
        bytes: &'a [u8],
        /// The frame that brought them.
        at: Stamp,
        /// The headers of that frame.
        layers: &'a Layers,
    },
    /// The side has ended: all its bytes were told before.
    Closed {
        /// How.
        how: Close,
        /// The frame that ended it.
        at: Stamp,
    },
}

/// How it is known that bytes do not come any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GapCause {
    /// The frame was captured without them: the snap length cut it.
    Cut,
    /// The receiver acknowledged them, yet they did not come: the capture lost them.
    Lost,
    /// Too much was held waiting for them.
    Bound,
    /// The connection or the capture ended.
    End,
    /// The same, and all that tells of them is the last acknowledgment of the other side. It counts
    /// one more than is told: a byte, or a FIN that was not captured. Where the connection goes on behind it, so
    /// that it can be no FIN, all are told as [`GapCause::End`].
    Acknowledged,
}

/// How a side ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Close {
    /// With FIN: in order.
    Fin,
    /// With RST: reset.
    Rst,
}

/// Why nothing more comes of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The capture ended.
    Capture,
    /// Its sides have ended it, and all was told.
    Closed,
    /// A new connection uses the same addresses and ports.
    Reused,
    /// It was idle the longest, and there were too many.
    Forgotten,
    /// Nothing came of it for longer than a connection may be idle.
    Idle,
    /// The consumer did not want more.
    Unwanted,
}
