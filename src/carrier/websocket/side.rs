//! One side of a connection: where in head, frames and losses it is.

use super::emit::Emit;
use super::handshake::{Head, MAX_HEAD, Subprotocol};
use super::header::{Header, MAX_CONTROL, MAX_HEADER};
use super::message::{Message, Place};
use super::search::{self, Look};
use super::{Agreed, Answer, Compression, mask};
use crate::spec::unit::Unit;
use crate::spec::websocket::Opcode;
use crate::spec::{Rule, Sender};

/// One side.
#[derive(Debug)]
pub(super) struct Side {
    pub(super) sender: Sender,
    /// Offset below of the next byte.
    at: u64,
    /// The beginning of a head, of a header, of a control frame, or what is searched.
    held: Vec<u8>,
    state: State,
    message: Message,
    /// What was searched and is to be read from its beginning.
    again: Option<Vec<u8>>,
    /// Bytes that were skipped since the last frame.
    skipped: u64,
    /// Whether what is held begins a segment.
    held_begins: bool,
    took_head: bool,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// A head of HTTP.
    Head,
    /// The header of a frame is next.
    Header,
    /// The payload of a frame that carries data.
    Data(Payload),
    /// The payload of a control frame, which is held behind its header.
    Control(Payload),
    /// What follows a refusal: how many bytes, where that is known.
    Body(Option<u64>),
    /// It is not known where the next frame begins.
    Lost,
}

/// How far a payload has come.
#[derive(Clone, Copy, Debug)]
struct Payload {
    header: Header,
    done: u64,
}

impl Payload {
    fn left(&self) -> u64 {
        self.header.len.saturating_sub(self.done)
    }

    /// As many of the bytes as belong to the payload, and the others.
    fn split<'b>(&self, bytes: &'b [u8]) -> (&'b [u8], &'b [u8]) {
        let left = usize::try_from(self.left()).unwrap_or(usize::MAX);
        bytes.split_at_checked(left).unwrap_or((bytes, &[]))
    }
}

impl Side {
    /// Begins with a head of HTTP.
    pub(super) fn at_head(sender: Sender) -> Self {
        Self::new(sender, State::Head)
    }

    /// Begins anywhere.
    pub(super) fn lost(sender: Sender) -> Self {
        Self::new(sender, State::Lost)
    }

    fn new(sender: Sender, state: State) -> Self {
        Self {
            sender,
            at: 0,
            held: Vec::new(),
            state,
            message: Message::new(matches!(state, State::Lost)),
            again: None,
            skipped: 0,
            held_begins: false,
            took_head: false,
        }
    }

    /// Whether a head was read since this was last asked.
    pub(super) fn took_head(&mut self) -> bool {
        std::mem::take(&mut self.took_head)
    }

    /// The client has asked again: what follows a refusal of unknown length ends here.
    pub(super) fn expect_head(&mut self) {
        if matches!(self.state, State::Body(None)) {
            self.state = State::Head;
        }
    }

    /// The lowest byte below that may still be named.
    pub(super) fn needs_from(&self) -> u64 {
        let held = self.at.saturating_sub(self.held.len() as u64);
        self.message.needs_from().map_or(held, |pending| pending.min(held))
    }

    /// Takes the next bytes.
    pub(super) fn data(&mut self, bytes: &[u8], agreed: &mut Agreed, emit: &mut Emit<'_>) {
        self.run(bytes, true, agreed, emit);
        while let Some(again) = self.again.take() {
            self.run(&again, self.held_begins, agreed, emit);
        }
    }

    /// Takes note that bytes were not captured.
    pub(super) fn gap(&mut self, missing: Option<u64>, emit: &mut Emit<'_>) {
        match (self.state, missing) {
            (State::Data(mut payload), Some(missing)) if missing <= payload.left() => {
                self.at = self.at.saturating_add(missing);
                self.message.gap(missing, emit);
                payload.done = payload.done.saturating_add(missing);
                self.state = State::Data(payload);
                self.frame_ends(payload, emit);
                return;
            }
            (State::Data(payload), Some(_)) => self.message.gap(payload.left(), emit),
            (State::Body(left), _) => {
                let left = left.map(|left| left.saturating_sub(missing.unwrap_or(left)));
                self.state = State::Body(left);
            }
            _ => {}
        }
        self.flush(emit);
        self.at = self.at.saturating_add(missing.unwrap_or(0));
        if !matches!(self.state, State::Body(_)) {
            self.lose(emit);
        }
    }

    /// Takes note that the side has ended.
    pub(super) fn end(&mut self, emit: &mut Emit<'_>) {
        self.flush(emit);
        self.finish(emit);
        emit.end();
    }

    /// Nothing more comes of the connection.
    pub(super) fn finish(&mut self, emit: &mut Emit<'_>) {
        self.flush(emit);
        self.message.finish(emit);
    }

    /// Reads bytes until there are none, or until what was searched has to be read again.
    fn run(
        &mut self,
        mut bytes: &[u8],
        mut begins: bool,
        agreed: &mut Agreed,
        emit: &mut Emit<'_>,
    ) {
        while !bytes.is_empty() && self.again.is_none() {
            bytes = match self.state {
                State::Head => self.head(bytes, agreed, emit),
                State::Header => self.header(bytes, agreed, emit),
                State::Data(payload) => self.payload(payload, bytes, emit),
                State::Control(payload) => self.control(payload, bytes, emit),
                State::Body(left) => self.body(left, bytes, emit),
                State::Lost => self.search(bytes, begins, emit),
            };
            begins = false;
        }
    }

    /// Collects a head up to its empty line.
    fn head<'b>(&mut self, bytes: &'b [u8], agreed: &mut Agreed, emit: &mut Emit<'_>) -> &'b [u8] {
        let before = self.held.len();
        let room = MAX_HEAD.saturating_sub(before);
        let more = bytes.get(..room).unwrap_or(bytes);
        self.held.extend_from_slice(more);
        if !self.may_be_head() {
            self.held.truncate(before);
            self.flush(emit);
            self.lose(emit);
            return bytes;
        }
        let from = before.saturating_sub(3);
        let tail = self.held.get(from..).unwrap_or_default();
        let Some(end) = memchr::memmem::find(tail, b"\r\n\r\n") else {
            self.advance(more.len());
            if self.held.len() >= MAX_HEAD {
                emit.finding(Rule::WEBSOCKET_HEAD, MAX_HEAD as u64, 0);
                self.flush(emit);
                self.lose(emit);
            }
            return bytes.get(more.len()..).unwrap_or_default();
        };
        let end = from.saturating_add(end).saturating_add(4);
        let taken = end.saturating_sub(before);
        self.held.truncate(end);
        self.advance(taken);
        let head = std::mem::take(&mut self.held);
        let start = self.at.saturating_sub(end as u64);
        match self.sender {
            Sender::Client => self.request(&head, start, agreed, emit),
            Sender::Server => self.answer(&head, start, agreed, emit),
        }
        bytes.get(taken..).unwrap_or_default()
    }

    /// Whether what is held may begin a request, or an answer.
    fn may_be_head(&self) -> bool {
        match self.sender {
            Sender::Client => self.held.first().is_some_and(u8::is_ascii_uppercase),
            Sender::Server => {
                let start = self.held.get(..5).unwrap_or(&self.held);
                b"HTTP/".starts_with(start)
            }
        }
    }

    fn request(&mut self, bytes: &[u8], at: u64, agreed: &mut Agreed, emit: &mut Emit<'_>) {
        let head = Head::request(bytes).unwrap_or_default();
        agreed.offered = head.subprotocol;
        agreed.answer = Answer::Open;
        if head.subprotocol.is_none_or(|name| name == Subprotocol::Other) {
            emit.finding(Rule::WEBSOCKET_NO_SUBPROTOCOL, 0, 0);
        }
        emit.unit(Unit::HTTP_REQUEST, bytes, at);
        self.took_head = true;
        self.state = State::Header;
    }

    fn answer(&mut self, bytes: &[u8], at: u64, agreed: &mut Agreed, emit: &mut Emit<'_>) {
        let head = Head::response(bytes).unwrap_or_default();
        if head.status == 101 {
            agreed.answer = Answer::Accepted;
            agreed.chosen = head.subprotocol;
            agreed.compression = head.deflate.map_or(Compression::None, Compression::Deflate);
            if head.subprotocol.is_none_or(|name| name == Subprotocol::Other) {
                emit.finding(Rule::WEBSOCKET_SUBPROTOCOL, 0, 0);
            }
            self.state = State::Header;
        } else if head.status >= 200 || head.status == 0 {
            agreed.answer = Answer::Refused;
            emit.finding(Rule::WEBSOCKET_REFUSED, u64::from(head.status), 0);
            self.state = if head.body == Some(0) { State::Head } else { State::Body(head.body) };
        }
        emit.unit(Unit::HTTP_RESPONSE, bytes, at);
    }

    /// Collects the header of a frame.
    fn header<'b>(&mut self, bytes: &'b [u8], agreed: &Agreed, emit: &mut Emit<'_>) -> &'b [u8] {
        if self.held.is_empty() && agreed.answer != Answer::Accepted {
            // Not answered yet, or refused: the client may ask again.
            let asks =
                self.sender == Sender::Client && bytes.first().is_some_and(u8::is_ascii_uppercase);
            match agreed.answer {
                _ if asks => self.state = State::Head,
                Answer::Refused => self.state = State::Body(None),
                _ => {}
            }
            if !matches!(self.state, State::Header) {
                return bytes;
            }
        }
        let before = self.held.len();
        let room = MAX_HEADER.saturating_sub(before);
        self.held.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
        let Some(header) = Header::parse(&self.held) else {
            let taken = self.held.len().saturating_sub(before);
            self.advance(taken);
            return bytes.get(taken..).unwrap_or_default();
        };
        if header.is_impossible() {
            judge_impossible(&header, emit);
            self.held.truncate(before);
            self.lose(emit);
            return bytes;
        }
        self.held.truncate(header.size);
        let taken = header.size.saturating_sub(before);
        self.advance(taken);
        self.frame_begins(header, agreed, emit);
        bytes.get(taken..).unwrap_or_default()
    }

    fn frame_begins(&mut self, header: Header, agreed: &Agreed, emit: &mut Emit<'_>) {
        if self.skipped > 0 {
            emit.finding(Rule::WEBSOCKET_SKIPPED, std::mem::take(&mut self.skipped), 0);
        }
        judge(&header, emit);
        let payload = Payload { header, done: 0 };
        if header.opcode.is_control() {
            self.state = State::Control(payload);
            if header.len == 0 {
                self.control_ends(payload, emit);
            }
            return;
        }
        self.message.frame(&header, agreed, emit);
        let start = self.at.saturating_sub(self.held.len() as u64);
        emit.header(Unit::WEBSOCKET_FRAME, &self.held, start);
        self.held.clear();
        self.state = State::Data(payload);
        self.frame_ends(payload, emit);
    }

    fn payload<'b>(
        &mut self,
        mut payload: Payload,
        bytes: &'b [u8],
        emit: &mut Emit<'_>,
    ) -> &'b [u8] {
        let (own, rest) = payload.split(bytes);
        let place = Place { at: self.at, phase: payload.done, key: payload.header.key };
        self.message.data(own, place, emit);
        self.advance(own.len());
        payload.done = payload.done.saturating_add(own.len() as u64);
        self.state = State::Data(payload);
        self.frame_ends(payload, emit);
        rest
    }

    /// Goes on with the next header, if the frame has ended.
    fn frame_ends(&mut self, payload: Payload, emit: &mut Emit<'_>) {
        if payload.left() > 0 {
            return;
        }
        if payload.header.fin {
            self.message.end(self.at, emit);
        }
        self.state = State::Header;
    }

    /// Holds the payload of a control frame; of one that is too long, its beginning.
    fn control<'b>(
        &mut self,
        mut payload: Payload,
        bytes: &'b [u8],
        emit: &mut Emit<'_>,
    ) -> &'b [u8] {
        let (own, rest) = payload.split(bytes);
        let room = MAX_CONTROL.saturating_sub(payload.done);
        let room = usize::try_from(room).unwrap_or_default();
        let (kept, over) = own.split_at_checked(room).unwrap_or((own, &[]));
        let mut plain = Vec::new();
        mask::unmask(payload.header.key.unwrap_or_default(), payload.done, kept, &mut plain);
        self.held.extend_from_slice(&plain);
        self.advance(kept.len());
        payload.done = payload.done.saturating_add(own.len() as u64);
        self.state = State::Control(payload);
        if !over.is_empty() {
            self.control_unit(payload, emit);
            self.stray(over, emit);
        }
        if payload.left() == 0 {
            self.control_ends(payload, emit);
        }
        rest
    }

    fn control_ends(&mut self, payload: Payload, emit: &mut Emit<'_>) {
        self.control_unit(payload, emit);
        self.state = State::Header;
    }

    /// Gives what is held of a control frame.
    fn control_unit(&mut self, payload: Payload, emit: &mut Emit<'_>) {
        let unit = match payload.header.opcode {
            Opcode::PING => Unit::WEBSOCKET_PING,
            Opcode::PONG => Unit::WEBSOCKET_PONG,
            _ => Unit::WEBSOCKET_CLOSE,
        };
        self.give_held(unit, emit);
    }

    fn body<'b>(&mut self, left: Option<u64>, bytes: &'b [u8], emit: &mut Emit<'_>) -> &'b [u8] {
        let len = left.map_or(usize::MAX, |left| usize::try_from(left).unwrap_or(usize::MAX));
        let (own, rest) = bytes.split_at_checked(len).unwrap_or((bytes, &[]));
        emit.unit(Unit::HTTP_BODY, own, self.at);
        self.advance(own.len());
        let left = left.map(|left| left.saturating_sub(own.len() as u64));
        self.state = if left == Some(0) { State::Head } else { State::Body(left) };
        rest
    }

    /// Looks for the header of a frame in what is held and in `bytes`.
    fn search<'b>(&mut self, bytes: &'b [u8], begins: bool, emit: &mut Emit<'_>) -> &'b [u8] {
        if !self.held.is_empty() {
            // Rare, and bounded by what may be held: both together are read again.
            let mut again = std::mem::take(&mut self.held);
            self.at = self.at.saturating_sub(again.len() as u64);
            self.again = Some({
                again.extend_from_slice(bytes);
                again
            });
            return &[];
        }
        let mut open = None;
        for at in 0..bytes.len() {
            let rest = bytes.get(at..).unwrap_or_default();
            match search::look(rest, self.sender, begins && at == 0) {
                Look::Frame => {
                    self.stray(bytes.get(..at).unwrap_or_default(), emit);
                    self.state = State::Header;
                    return rest;
                }
                Look::Open if open.is_none() => open = Some(at),
                _ => {}
            }
        }
        let oldest = bytes.len().saturating_sub(search::MAX_HELD);
        let keep = open.unwrap_or(bytes.len()).max(oldest);
        let (strays, kept) = bytes.split_at_checked(keep).unwrap_or((bytes, &[]));
        self.stray(strays, emit);
        self.held_begins = begins && keep == 0;
        self.held.extend_from_slice(kept);
        self.advance(kept.len());
        &[]
    }

    /// Gives bytes that belong to no frame.
    fn stray(&mut self, bytes: &[u8], emit: &mut Emit<'_>) {
        emit.unit(Unit::WEBSOCKET_STRAY, bytes, self.at);
        self.skipped = self.skipped.saturating_add(bytes.len() as u64);
        self.advance(bytes.len());
    }

    /// Gives what is held, as what it is the beginning of.
    fn flush(&mut self, emit: &mut Emit<'_>) {
        let unit = match (self.state, self.sender) {
            (State::Head, Sender::Client) => Unit::HTTP_REQUEST,
            (State::Head, Sender::Server) => Unit::HTTP_RESPONSE,
            (State::Control(payload), _) => return self.control_unit(payload, emit),
            _ => Unit::WEBSOCKET_STRAY,
        };
        self.give_held(unit, emit);
    }

    fn give_held(&mut self, unit: Unit, emit: &mut Emit<'_>) {
        let held = std::mem::take(&mut self.held);
        emit.unit(unit, &held, self.at.saturating_sub(held.len() as u64));
    }

    /// It is not known any more where a frame begins.
    fn lose(&mut self, emit: &mut Emit<'_>) {
        self.message.give_up(emit);
        self.state = State::Lost;
    }

    fn advance(&mut self, len: usize) {
        self.at = self.at.saturating_add(len as u64);
    }
}

/// What is wrong with a frame that can be read all the same.
fn judge(header: &Header, emit: &mut Emit<'_>) {
    match (emit.sender, header.key) {
        (Sender::Client, None) => emit.finding(Rule::WEBSOCKET_UNMASKED, 0, 0),
        (Sender::Server, Some(_)) => emit.finding(Rule::WEBSOCKET_MASKED, 0, 0),
        _ => {}
    }
    if header.is_length_too_long() {
        emit.finding(Rule::WEBSOCKET_LENGTH, header.len, u64::from(header.extended));
    }
    let is_control = header.opcode.is_control();
    if is_control && (!header.fin || header.len > MAX_CONTROL) {
        emit.finding(Rule::WEBSOCKET_CONTROL, header.len, 0);
    }
    if header.rsv != 0 && (is_control || header.opcode == Opcode::CONTINUATION) {
        emit.finding(Rule::WEBSOCKET_RESERVED_BITS, u64::from(header.rsv), 0);
    }
}

/// Why a header cannot be that of a frame.
fn judge_impossible(header: &Header, emit: &mut Emit<'_>) {
    if !header.opcode.is_known() {
        emit.finding(Rule::WEBSOCKET_OPCODE, u64::from(header.opcode.0), 0);
    } else if header.rsv & 0b011 != 0 {
        emit.finding(Rule::WEBSOCKET_RESERVED_BITS, u64::from(header.rsv), 0);
    } else {
        emit.finding(Rule::WEBSOCKET_LENGTH_TOO_LARGE, header.len, 0);
    }
}
