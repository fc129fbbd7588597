//! WebSocket (RFC 6455) with permessage-deflate (RFC 7692): from HTTP's request and its answer to
//! the bytes in the frames.
//!
//! ```text
//! mod        both sides of a connection, what they agreed on
//! handshake  the heads of request and answer: what they say
//! side       one side: head, frame headers, control frames, losses
//! message    the payload of frames: unmasked, inflated
//! header, mask, inflate, search: a frame's header, its mask, its compression, the next one after a loss
//! ```
//!
//! Data goes out as it comes: no frame is held. What is held is bounded: a head by `MAX_HEAD`, a
//! control frame by its 125 bytes, a search by `search::MAX_HELD`, a compressed message by the
//! window that it refers to.

mod emit;
mod handshake;
mod header;
mod inflate;
mod mask;
mod message;
mod search;
mod side;

#[cfg(test)]
mod tests;

use super::{Input, Layer, Out};
use crate::spec::Sender;
use emit::Emit;
pub use handshake::{Deflate, Subprotocol};
pub(crate) use search::{chained_frames, compressed_frames, whole_packets};
use side::Side;

/// The layer of one connection.
#[derive(Debug)]
pub struct WebSocket {
    agreed: Agreed,
    client: Side,
    server: Side,
}

/// What both sides know.
#[derive(Debug)]
struct Agreed {
    /// What the client asked for.
    offered: Option<Subprotocol>,
    /// What the server chose.
    chosen: Option<Subprotocol>,
    compression: Compression,
    answer: Answer,
}

/// Whether messages may be compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Compression {
    /// The answer of the server was not seen.
    Unknown,
    /// It was not agreed on.
    None,
    /// It was.
    Deflate(Deflate),
}

/// What the server said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// Nothing yet.
    Open,
    /// Frames follow.
    Accepted,
    /// No frames follow.
    Refused,
}

impl Default for WebSocket {
    fn default() -> Self {
        Self::new()
    }
}

impl WebSocket {
    /// A connection that begins with the request of the client.
    #[must_use]
    pub fn new() -> Self {
        Self::with(Answer::Open, Side::at_head)
    }

    /// A connection whose beginning was not seen: the first bytes of a side may be anywhere in a
    /// frame.
    #[must_use]
    pub fn mid_stream() -> Self {
        Self::with(Answer::Accepted, Side::lost)
    }

    fn with(answer: Answer, side: fn(Sender) -> Side) -> Self {
        let agreed =
            Agreed { offered: None, chosen: None, compression: Compression::Unknown, answer };
        Self { agreed, client: side(Sender::Client), server: side(Sender::Server) }
    }

    /// The subprotocol that the server chose, or the client asked for as long as the answer is not
    /// there.
    #[must_use]
    pub fn subprotocol(&self) -> Option<Subprotocol> {
        self.agreed.chosen.or(self.agreed.offered)
    }

    /// What was agreed on for compression; `None` where it was not agreed on, or not seen.
    #[must_use]
    pub fn deflate(&self) -> Option<Deflate> {
        match self.agreed.compression {
            Compression::Deflate(deflate) => Some(deflate),
            _ => None,
        }
    }
}

impl Layer for WebSocket {
    fn name(&self) -> &'static str {
        "WebSocket"
    }

    fn push(&mut self, sender: Sender, input: Input<'_>, out: Out<'_>) {
        let (side, other) = match sender {
            Sender::Client => (&mut self.client, &mut self.server),
            Sender::Server => (&mut self.server, &mut self.client),
        };
        let mut emit = Emit { sender, out };
        match input {
            Input::Data(bytes) => side.data(bytes, &mut self.agreed, &mut emit),
            Input::Gap(missing) => side.gap(missing, &mut emit),
            Input::End => side.end(&mut emit),
        }
        if sender == Sender::Client && side.took_head() {
            other.expect_head();
        }
    }

    fn needs_from(&self, sender: Sender) -> u64 {
        if sender == Sender::Client { self.client.needs_from() } else { self.server.needs_from() }
    }

    fn is_for_mqtt(&self) -> bool {
        self.subprotocol().is_some_and(|name| name != Subprotocol::Other)
    }

    fn is_chained(&self) -> bool {
        self.deflate().is_some()
    }

    fn finish(&mut self, out: Out<'_>) {
        for side in [&mut self.client, &mut self.server] {
            side.finish(&mut Emit { sender: side.sender, out: &mut *out });
        }
    }
}
