//! The payload of frames: the mask comes off, compressed messages are inflated, and all of it goes
//! out as it comes.

use super::emit::Emit;
use super::header::Header;
use super::inflate::{Fault, Inflater};
use super::mask::unmask;
use super::{Agreed, Compression};
use crate::spec::unit::Unit;
use crate::spec::websocket::Opcode;
use crate::spec::{Rule, Sender};
use crate::text;

/// A buffer that grew beyond this is given back: there may be two for each of tens of thousands
/// of connections.
const KEEP_CAPACITY: usize = 4_096;

/// The message that the frames of one side make up.
#[derive(Debug, Default)]
pub(super) struct Message {
    state: State,
    inflater: Option<Box<Inflater>>,
    /// No compressed message was missed, so the window is whole.
    has_missed: bool,
    scratch: Vec<u8>,
    /// The first byte below that the next inflated one may come from.
    pending: Option<u64>,
    closed: Closed,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// None has begun.
    #[default]
    Between,
    /// One whose bytes are as they are.
    Plain,
    /// One that is compressed.
    Deflate,
    /// One that cannot be inflated, as it refers to others that were lost.
    Closed,
    /// One whose own bytes are lost or broken.
    Skip,
}

/// Compressed messages that could not be read and were not told yet.
#[derive(Debug, Default)]
struct Closed {
    messages: u64,
    bytes: u64,
    is_told: bool,
}

/// Where bytes of a payload lie.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Offset below of the first.
    pub(super) at: u64,
    /// Bytes of the payload before them.
    pub(super) phase: u64,
    pub(super) key: Option<[u8; 4]>,
}

impl Message {
    /// For a side whose earlier messages were not seen, if `has_missed`.
    pub(super) fn new(has_missed: bool) -> Self {
        Self { has_missed, ..Self::default() }
    }

    /// A frame that carries data begins.
    pub(super) fn frame(&mut self, header: &Header, agreed: &Agreed, emit: &mut Emit<'_>) {
        if header.opcode == Opcode::CONTINUATION {
            if self.state == State::Between {
                if !self.has_missed {
                    emit.finding(Rule::WEBSOCKET_CONTINUATION, 0, 0);
                }
                // Of a message whose beginning was missed it is not known whether it is
                // compressed.
                let may_be = self.has_missed && agreed.compression != Compression::None;
                self.state = if may_be { State::Skip } else { State::Plain };
            }
            return;
        }
        if self.state != State::Between {
            emit.finding(Rule::WEBSOCKET_UNFINISHED, 0, 0);
            if self.state == State::Deflate {
                self.lose();
            }
        }
        if header.opcode == Opcode::TEXT {
            emit.finding(Rule::WEBSOCKET_TEXT, 0, 0);
        }
        self.state = State::Plain;
        if header.is_compressed() {
            if agreed.compression == Compression::None {
                emit.finding(Rule::WEBSOCKET_RESERVED_BITS, u64::from(header.rsv), 0);
            }
            self.state = State::Deflate;
            let has_missed = self.has_missed;
            self.inflater
                .get_or_insert_with(|| Box::new(inflater(emit.sender, agreed, has_missed)))
                .begin();
        }
    }

    /// The next bytes of a frame's payload.
    pub(super) fn data(&mut self, bytes: &[u8], place: Place, emit: &mut Emit<'_>) {
        let mut scratch = std::mem::take(&mut self.scratch);
        let plain = match place.key {
            Some(key) => {
                unmask(key, place.phase, bytes, &mut scratch);
                scratch.as_slice()
            }
            None => bytes,
        };
        let to = place.at.saturating_add(bytes.len() as u64);
        match self.state {
            State::Between | State::Plain => emit.data(plain, place.at, to),
            State::Skip => {}
            State::Closed => {
                self.closed.bytes = self.closed.bytes.saturating_add(bytes.len() as u64)
            }
            State::Deflate => {
                let from = self.pending.unwrap_or(place.at);
                self.inflate(Some(plain), from, to, emit);
            }
        }
        scratch.clear();
        scratch.shrink_to(KEEP_CAPACITY);
        self.scratch = scratch;
    }

    /// The last frame of the message has ended, before byte `at`.
    pub(super) fn end(&mut self, at: u64, emit: &mut Emit<'_>) {
        if self.state == State::Deflate {
            let from = self.pending.unwrap_or(at.saturating_sub(1));
            self.inflate(None, from, at, emit);
        }
        if self.state == State::Closed {
            self.closed.messages = self.closed.messages.saturating_add(1);
        } else if self.state == State::Deflate {
            self.closed.tell(emit);
        }
        self.state = State::Between;
        self.pending = None;
    }

    /// Bytes of this frame's payload were not captured: how many.
    pub(super) fn gap(&mut self, missing: u64, emit: &mut Emit<'_>) {
        match self.state {
            State::Between | State::Plain => emit.gap(Some(missing)),
            State::Closed | State::Skip => {}
            State::Deflate => self.close(State::Skip, emit),
        }
    }

    /// It is not known where the next frame begins: the message is given up.
    pub(super) fn give_up(&mut self, emit: &mut Emit<'_>) {
        emit.gap(None);
        self.lose();
        self.state = State::Between;
        self.pending = None;
    }

    /// The lowest byte below that may still be named.
    pub(super) fn needs_from(&self) -> Option<u64> {
        self.pending
    }

    /// Nothing more comes: tells what stayed closed.
    pub(super) fn finish(&mut self, emit: &mut Emit<'_>) {
        if self.state == State::Closed {
            self.closed.messages = self.closed.messages.saturating_add(1);
        }
        if self.closed.messages > 0 {
            let text = format!(
                "{} in {} stay closed: they refer to earlier ones, which were not captured",
                text::count(self.closed.bytes, "byte"),
                text::count(self.closed.messages, "compressed message")
            );
            emit.note(Unit::WEBSOCKET_FRAME, &text);
        }
        self.closed = Closed::default();
    }

    /// Inflates bytes, or the end of the message.
    fn inflate(&mut self, bytes: Option<&[u8]>, from: u64, to: u64, emit: &mut Emit<'_>) {
        let Some(inflater) = &mut self.inflater else { return };
        let mut has_given = false;
        let mut give = |inflated: &[u8]| {
            has_given = true;
            emit.data(inflated, from, to);
        };
        let result = match bytes {
            Some(bytes) => inflater.data(bytes, &mut give),
            None => inflater.end(&mut give),
        };
        // The bits of the last byte may go on in the next one's.
        self.pending = Some(if has_given { to.saturating_sub(1) } else { from });
        match result {
            Ok(()) => {}
            Err(Fault::Lost) => {
                self.closed.bytes = self.closed.bytes.saturating_add(to.saturating_sub(from));
                self.close(State::Closed, emit);
                self.tell_closed(emit);
            }
            Err(Fault::Broken) => {
                emit.finding(Rule::WEBSOCKET_DEFLATE, 0, 0);
                self.close(State::Skip, emit);
            }
            Err(Fault::Bomb(from, to)) => {
                emit.finding(Rule::WEBSOCKET_BOMB, to, from);
                self.close(State::Skip, emit);
            }
        }
    }

    /// The rest of a compressed message cannot be read.
    fn close(&mut self, state: State, emit: &mut Emit<'_>) {
        emit.gap(None);
        self.lose();
        self.state = state;
    }

    /// Says once that messages stay closed.
    fn tell_closed(&mut self, emit: &mut Emit<'_>) {
        if !std::mem::replace(&mut self.closed.is_told, true) {
            let text = "a compressed message refers to earlier ones that were not captured: it and \
                        those after it stay closed until one stands for itself";
            emit.note(Unit::WEBSOCKET_FRAME, text);
        }
    }

    fn lose(&mut self) {
        self.has_missed = true;
        if let Some(inflater) = &mut self.inflater {
            inflater.lose();
        }
    }
}

impl Closed {
    /// A message can be read again: how many before it could not?
    fn tell(&mut self, emit: &mut Emit<'_>) {
        if self.messages > 0 {
            emit.finding(Rule::WEBSOCKET_CONTEXT, self.bytes, self.messages);
        }
        *self = Self::default();
    }
}

fn inflater(sender: Sender, agreed: &Agreed, has_missed: bool) -> Inflater {
    let Compression::Deflate(deflate) = agreed.compression else {
        return Inflater::new(15, true, !has_missed);
    };
    let (bits, resets) = match sender {
        Sender::Client => (deflate.client_max_window_bits, deflate.client_no_context_takeover),
        Sender::Server => (deflate.server_max_window_bits, deflate.server_no_context_takeover),
    };
    Inflater::new(bits, !resets, !has_missed)
}
