//! What the pieces of a pasted text have to do with each other.

use crate::annotate::{Finding, Tape};
use crate::bytes::Span;
use crate::mqtt::infer::{Evidence, infer};
use crate::mqtt::{Framing, frame, next_packet};
use crate::paste::{Continues, Direction, Kind, Locator, Meant, Paste, Piece, Place};
use crate::session::Connection;
use crate::spec::{Field, PacketType, Rule, Sender, Version};
use std::borrow::Cow;
use std::collections::HashMap;

/// Pieces that a mistake in the text cut, joined again: a byte 0 stands in for what could not be
/// read.
#[derive(Debug)]
pub(super) struct Stretch<'p> {
    /// The first of the pieces.
    pub(super) piece: &'p Piece,
    /// The bytes of all.
    pub(super) bytes: Cow<'p, [u8]>,
    /// Each piece with the offset of its first byte.
    parts: Vec<(usize, &'p Piece)>,
    /// What could not be read.
    holes: Vec<Hole>,
}

/// Bytes that could not be read in the text.
#[derive(Clone, Copy, Debug)]
struct Hole {
    at: usize,
    len: usize,
    /// What stands there instead of zeros.
    meant: Option<Meant>,
}

/// The longest unreadable part that zeros stand in for, in bytes.
const MAX_HOLE: usize = 64;

impl<'p> Stretch<'p> {
    /// The streams among the pieces, in the order of the text, without repetitions.
    pub(super) fn join(paste: &'p Paste<'_>) -> Vec<Self> {
        let mut stretches: Vec<Self> = Vec::new();
        let is_stream = |piece: &&Piece| piece.kind == Kind::Stream && piece.repeat_of.is_none();
        for piece in paste.pieces.iter().filter(is_stream) {
            let hole = piece.continues.filter(|continues| continues.missing <= MAX_HOLE);
            let last = stretches.last_mut().filter(|last| last.is_before(piece));
            match (last, hole) {
                (Some(last), Some(hole)) => last.append(piece, hole),
                (None, Some(hole)) => {
                    let mut first = Self::new(piece, Cow::Owned(Vec::new()));
                    first.append(piece, hole);
                    stretches.push(first);
                }
                (_, None) => {
                    let mut whole = Self::new(piece, Cow::Borrowed(&piece.bytes));
                    whole.parts.push((0, piece));
                    stretches.push(whole);
                }
            }
            let lacks = piece.lacks.filter(|lacks| lacks.missing <= MAX_HOLE);
            if let (Some(last), Some(lacks)) = (stretches.last_mut(), lacks) {
                last.hole(lacks);
            }
        }
        stretches
    }

    fn new(piece: &'p Piece, bytes: Cow<'p, [u8]>) -> Self {
        Self { piece, bytes, parts: Vec::new(), holes: Vec::new() }
    }

    fn is_before(&self, piece: &Piece) -> bool {
        self.piece.conversation == piece.conversation && self.piece.direction == piece.direction
    }

    fn append(&mut self, piece: &'p Piece, continues: Continues) {
        self.hole(continues);
        self.parts.push((self.bytes.len(), piece));
        self.bytes.to_mut().extend_from_slice(&piece.bytes);
    }

    fn hole(&mut self, hidden: Continues) {
        let (at, len) = (self.bytes.len(), hidden.missing);
        let meant = hidden.meant.filter(|_| len == 1);
        self.bytes.to_mut().resize(at.saturating_add(len), meant.map_or(0, Meant::byte));
        self.holes.push(Hole { at, len, meant });
    }

    /// Where the text shows the byte `at`.
    pub(super) fn place(&self, at: usize, locator: &mut Locator<'_>) -> Option<Place> {
        let after = self.parts.partition_point(|(start, _)| *start <= at);
        let (start, piece) = self.parts.get(after.checked_sub(1)?)?;
        let within = at.saturating_sub(*start);
        piece.map.text_of(within..within.saturating_add(1)).map(|range| locator.place(range))
    }

    /// Findings for what could not be read of the `len` bytes from `at` on.
    pub(super) fn holes_in(&self, at: usize, len: usize) -> Vec<Finding> {
        let end = at.saturating_add(len);
        let first = self.holes.partition_point(|hole| hole.at < at);
        let inside = self.holes.iter().skip(first).take_while(|hole| hole.at < end);
        let note = |hole: &Hole| {
            let len = hole.len.min(end.saturating_sub(hole.at));
            let span = Span::of_bytes(hole.at.saturating_sub(at), len);
            let finding = |rule| Finding::new(rule, span, Field::INPUT);
            match hole.meant {
                None => finding(Rule::UNREADABLE).with(len as u64, 0),
                Some(Meant::Looks(_)) => finding(Rule::GUESSED),
                Some(Meant::Digit(_)) => finding(Rule::LONE_DIGIT),
                Some(Meant::Type(_)) => finding(Rule::TYPE_UNREADABLE),
                Some(Meant::Length(n)) => finding(Rule::LENGTH_UNREADABLE).with(n.into(), 0),
            }
        };
        inside.filter(|hole| hole.len > 0).map(note).collect()
    }
}

/// The packets of a run of bytes with their offsets; the last may be cut.
pub(super) fn packets(bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut next = 0usize;
    std::iter::from_fn(move || {
        let (at, packet) = packet_at(bytes, next)?;
        next = at.saturating_add(packet.len());
        Some((at, packet))
    })
}

/// The packet at an offset of a run of bytes, with this offset; it may be cut. `None` at the end. One whose
/// length is none ends where the next one begins for certain.
pub(super) fn packet_at(bytes: &[u8], at: usize) -> Option<(usize, &[u8])> {
    let rest = bytes.get(at..).filter(|rest| !rest.is_empty())?;
    let packet = match frame(rest) {
        Framing::Length(len) => rest.get(..len).unwrap_or(rest),
        Framing::Endless => next_packet(rest).and_then(|len| rest.get(..len)).unwrap_or(rest),
        Framing::NeedMore => rest,
    };
    Some((at, packet))
}

/// The conversations of a text: version, client and sides of each.
#[derive(Debug)]
pub(super) struct Conversations {
    connections: HashMap<u32, Connection>,
    /// Which end wrote the log, where its packets tell.
    writers: HashMap<u32, Sender>,
    version: Option<Version>,
    sender: Option<Sender>,
}

impl Conversations {
    /// Looks at all pieces, so that what a later one settles holds for those before it.
    pub(super) fn new(pieces: &[Piece], version: Option<Version>, sender: Option<Sender>) -> Self {
        let mut all =
            Self { connections: HashMap::new(), writers: HashMap::new(), version, sender };
        for piece in pieces.iter().filter(|piece| piece.kind == Kind::Stream) {
            all.note_writer(piece);
        }
        if version.is_none() {
            all.infer_versions(pieces);
        }
        all
    }

    /// The state of one conversation.
    pub(super) fn connection(&mut self, conversation: u32) -> &mut Connection {
        let version = self.version;
        self.connections.entry(conversation).or_insert_with(|| Connection::new(version))
    }

    /// All conversations, in the order of the text.
    pub(super) fn into_connections(self) -> Vec<Connection> {
        let mut all: Vec<_> = self.connections.into_iter().collect();
        all.sort_unstable_by_key(|(conversation, _)| *conversation);
        all.into_iter().map(|(_, connection)| connection).collect()
    }

    /// Which end sent a piece.
    pub(super) fn sender(&self, piece: &Piece) -> Option<Sender> {
        let writer = self.writers.get(&piece.conversation).copied();
        by_text(piece.direction, writer).or(self.sender)
    }

    /// A packet that only one side may send tells which end wrote the log.
    fn note_writer(&mut self, piece: &Piece) {
        let first = piece.bytes.first().copied().map(PacketType::of_header);
        let Some(sender) = first.and_then(PacketType::only_sender) else { return };
        let writer = match piece.direction {
            Some(Direction::Sent) => sender,
            Some(Direction::Received) => sender.other(),
            _ => return,
        };
        self.writers.entry(piece.conversation).or_insert(writer);
    }

    /// Where a conversation does not begin with a CONNECT, the first packet that fits one version
    /// alone settles it.
    fn infer_versions(&mut self, pieces: &[Piece]) {
        let mut scratch = [Tape::new(), Tape::new()];
        let mut settled: HashMap<u32, Option<Version>> = HashMap::new();
        for piece in pieces.iter().filter(|piece| piece.kind == Kind::Stream) {
            if settled.contains_key(&piece.conversation) {
                continue;
            }
            for (_, bytes) in packets(&piece.bytes) {
                let is_connect =
                    bytes.first().copied().map(PacketType::of_header) == Some(PacketType::CONNECT);
                let found = match infer(bytes, self.sender(piece), &mut scratch) {
                    _ if is_connect => None,
                    Evidence::Settled(version) => Some(version),
                    _ => continue,
                };
                settled.insert(piece.conversation, found);
                break;
            }
        }
        for (conversation, version) in settled {
            if let Some(version) = version {
                self.connections.insert(conversation, Connection::inferred(version));
            }
        }
    }
}

/// Which end sent what a text says this of; `writer` is the end that wrote the log.
pub(super) fn by_text(direction: Option<Direction>, writer: Option<Sender>) -> Option<Sender> {
    match direction? {
        Direction::FromClient => Some(Sender::Client),
        Direction::FromServer => Some(Sender::Server),
        Direction::Sent => writer,
        Direction::Received => writer.map(Sender::other),
    }
}
