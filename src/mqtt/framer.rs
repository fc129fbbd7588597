//! The bytes of one direction, in whatever pieces they come, become packets.

use super::boundary::{Known, is_plausible, seems_whole};
use super::framing::{Framing, frame};
use super::interleave::{Judged, More, Suspect, is_mark};
use super::search::{Search, next_chance};
use super::torn::{Looked, Torn, is_plainly_legal, look};
use crate::annotate::Tape;
use crate::spec::{Sender, Version};
use std::collections::VecDeque;

/// What the framer makes of a run of bytes. Offsets count the bytes of the direction.
///
/// ```
/// use mqttscope::mqtt::framer::{Framed, Framer, Why};
///
/// let mut cut = None;
/// let mut emit = |framed: Framed<'_>| match framed {
///     Framed::Cut { whole, why, .. } => cut = Some((whole, why)),
///     other => panic!("{other:?}"),
/// };
/// let mut framer = Framer::new(true, 1 << 20);
/// framer.data(b"\x30\x05\0\x01a", &mut emit);
/// framer.end(&mut emit);
/// assert_eq!(cut, Some((7, Why::End)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framed<'a> {
    /// A packet: all of its bytes.
    Packet {
        /// Offset of the first byte.
        offset: u64,
        /// The bytes.
        bytes: &'a [u8],
        /// Whether it stood in the middle of the packet that is told next.
        is_inside: bool,
    },
    /// A packet that has others in its middle, which were told just before it.
    Torn {
        /// Offset of the first byte.
        offset: u64,
        /// All of its bytes, without those of the others.
        bytes: &'a [u8],
        /// How many of its bytes stand before the others.
        before: usize,
        /// How many bytes the others have.
        others: usize,
    },
    /// The beginning of a packet whose other bytes are not there.
    Cut {
        /// Offset of the first byte.
        offset: u64,
        /// What there is of it.
        bytes: &'a [u8],
        /// Bytes that the whole packet has; 0 where its fixed header is cut too.
        whole: u64,
        /// How many of the bytes behind these are known not to be there; for [`Why::Missing`].
        missing: Option<u64>,
        /// Why.
        why: Why,
    },
    /// Bytes that belong to no packet.
    Stray {
        /// Offset of the first byte.
        offset: u64,
        /// The bytes.
        bytes: &'a [u8],
        /// Why.
        why: Why,
    },
    /// Bytes that were not captured, and that no [`Framed::Cut`] told of.
    Gap {
        /// Offset of the first of them.
        offset: u64,
        /// How many; `None` where that is not known.
        missing: Option<u64>,
    },
}

/// Why bytes are not a whole packet.
///
/// ```
/// use mqttscope::mqtt::framer::{Framed, Framer, Why};
///
/// // A packet of 100 bytes is more than this framer holds.
/// let mut told = Vec::new();
/// let mut framer = Framer::new(true, 50);
/// let mut emit = |framed: Framed<'_>| {
///     if let Framed::Cut { why, .. } = framed {
///         told.push(why);
///     }
/// };
/// framer.data(b"\x30\x62\0\x01a", &mut emit);
/// framer.data(&[0; 60], &mut emit);
/// framer.end(&mut emit);
/// assert_eq!(told, [Why::TooLarge]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Bytes of it were not captured.
    Missing,
    /// The stream ends.
    End,
    /// It is longer than the framer holds.
    TooLarge,
    /// All framers together hold too much, and this one holds the most.
    Crowded,
    /// It is not known where a packet begins, and these bytes do not look like one.
    NoPacket,
}

/// Finds the packets of one direction. Holds at most one packet that is not complete, or, where it
/// is not known where a packet begins, the bytes of which that is not decided yet.
///
/// ```
/// use mqttscope::mqtt::framer::{Framed, Framer};
///
/// // PINGREQ and DISCONNECT, in pieces that do not care for packets.
/// let mut packets = Vec::new();
/// let mut framer = Framer::new(true, 1 << 20);
/// for piece in [&b"\xc0"[..], b"\x00\xe0", b"\x00"] {
///     framer.data(piece, &mut |framed| {
///         if let Framed::Packet { offset, bytes, .. } = framed {
///             packets.push((offset, bytes.to_vec()));
///         }
///     });
/// }
/// assert_eq!(packets, [(0, vec![0xc0, 0]), (2, vec![0xe0, 0])]);
/// ```
#[derive(Debug)]
pub struct Framer {
    held: Vec<u8>,
    /// Offset of the first byte held, or of the next byte.
    offset: u64,
    state: State,
    max_packet: usize,
    known: Known,
    /// There only while a packet is looked for.
    search: Option<Box<Search>>,
    /// Where in the packet that is held pieces begin that may be packets of their own.
    marks: Vec<usize>,
    /// A packet that may have another one in its middle.
    suspect: Option<Box<Suspect>>,
    /// What followed on a suspect, to be looked at again.
    again: VecDeque<Vec<u8>>,
    /// Suspects that may still turn out to be none.
    suspects_left: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// A packet begins with the next byte that is not held. The number counts down the packets
    /// until that is beyond doubt.
    Aligned(u8),
    /// It is not known where a packet begins.
    Lost,
    /// The next bytes are the rest of a packet that was given up.
    Skipping(u64, Why, u8),
}

/// A buffer that grew beyond this is given back when its packet is complete: there may be two for
/// each of tens of thousands of connections.
const KEEP_CAPACITY: usize = 256;
/// Suspects of one direction that turned out to be none, after which none is looked for any more: each
/// is copied, and there is one in sixty thousand segments of anything.
const SUSPECTS: u8 = 64;
/// Packets behind a boundary that was found, each of which has to look like one: a false boundary
/// is nearly always betrayed by the first.
const DOUBT: u8 = 8;

impl Framer {
    /// For a direction whose first byte begins a packet, if `aligned`; packets longer than
    /// `max_packet` bytes are not held.
    ///
    /// ```
    /// # use mqttscope::mqtt::framer::Framer;
    /// let framer = Framer::new(true, 256 << 20);
    /// assert_eq!(framer.offset(), 0);
    /// ```
    #[must_use]
    pub fn new(aligned: bool, max_packet: usize) -> Self {
        let state = if aligned { State::Aligned(0) } else { State::Lost };
        Self {
            held: Vec::new(),
            offset: 0,
            state,
            max_packet: max_packet.max(5),
            known: Known::default(),
            search: None,
            marks: Vec::new(),
            suspect: None,
            again: VecDeque::new(),
            suspects_left: SUSPECTS,
        }
    }

    /// The offset before which nothing is held.
    ///
    /// ```
    /// # use mqttscope::mqtt::framer::Framer;
    /// let mut framer = Framer::new(true, 1 << 20);
    /// framer.data(b"\xc0\x00\xc0", &mut |_| {});
    /// assert_eq!(framer.offset(), 2);
    /// ```
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.search.as_ref().map_or(self.offset, |search| search.offset())
    }

    /// Whether a packet is held that is whole as it stands, until it is known whether another one
    /// was written into its middle: its receiver may have answered it.
    #[must_use]
    pub(crate) fn is_undecided(&self) -> bool {
        self.suspect.is_some()
    }

    /// What is allocated to hold bytes.
    #[must_use]
    pub(crate) fn cost(&self) -> usize {
        let search = self.search.as_ref().map_or(0, |search| search.cost());
        let suspect = self.suspect.as_ref().map_or(0, |suspect| suspect.cost());
        self.held.capacity().saturating_add(search).saturating_add(suspect)
    }

    /// Tells which end sends the bytes and which version they are of, as far as that is known: it
    /// helps where a packet has to be looked for.
    #[doc(hidden)]
    pub fn expect(&mut self, sender: Option<Sender>, version: Option<Version>) {
        (self.known.sender, self.known.version) = (sender, version);
    }

    /// Tells a Packet Identifier that the other side used: acknowledgements have one of these.
    pub(crate) fn expect_id(&mut self, id: u16) {
        self.known.learn_id(id);
    }

    /// Takes the next bytes: what came in one piece, a segment or a message of what carries MQTT.
    /// A packet that lies whole in `bytes` is not copied.
    ///
    /// ```
    /// # use mqttscope::mqtt::framer::{Framed, Framer};
    /// let mut count = 0;
    /// let mut framer = Framer::new(true, 1 << 20);
    /// framer.data(b"\xc0\x00\xc0\x00\xc0", &mut |framed| {
    ///     assert!(matches!(framed, Framed::Packet { bytes: b"\xc0\x00", .. }));
    ///     count += 1;
    /// });
    /// assert_eq!(count, 2);
    /// ```
    pub fn data(&mut self, bytes: &[u8], emit: &mut impl FnMut(Framed<'_>)) {
        self.take(bytes, true, emit);
        self.take_again(emit);
    }

    /// Emits the packets at the beginning of a piece, each with its offset, where nothing but their fixed
    /// headers is needed to find them, as for nearly all: a packet begins where the piece does, and each is
    /// followed by another, or by nothing. The result is how many bytes were taken; what is
    /// left is for [`data`](Self::data).
    #[inline]
    pub(crate) fn in_step(&mut self, piece: &[u8], mut emit: impl FnMut(u64, &[u8])) -> usize {
        if self.state != State::Aligned(0) || !self.held.is_empty() || self.suspect.is_some() {
            return 0;
        }
        let mut rest = piece;
        while let Framing::Length(len) = frame(rest)
            && let Some((packet, behind)) = rest.split_at_checked(len)
            && (behind.is_empty() || self.seems_usual(packet, behind))
        {
            emit(self.offset, packet);
            self.advance(len);
            self.known.learn(packet);
            rest = behind;
        }
        piece.len().saturating_sub(rest.len())
    }

    /// Whether what follows on a packet tells that no other one stands inside it: it seems to be whole, or is the
    /// beginning of one for sure.
    #[inline]
    fn seems_usual(&self, packet: &[u8], rest: &[u8]) -> bool {
        seems_whole(rest, &self.known) || is_plainly_legal(packet, rest, &self.known)
    }

    fn take_again(&mut self, emit: &mut impl FnMut(Framed<'_>)) {
        while let Some(piece) = self.again.pop_front() {
            self.take(&piece, true, emit);
        }
    }

    fn take(&mut self, bytes: &[u8], mut is_piece: bool, emit: &mut impl FnMut(Framed<'_>)) {
        let mut rest = bytes;
        while !rest.is_empty() {
            if let Some(suspect) = &mut self.suspect {
                suspect.push(rest);
                return self.judge(More::Comes, emit);
            }
            rest = match self.state {
                State::Skipping(left, why, doubt) => self.skip(rest, (left, why, doubt), emit),
                State::Lost => {
                    self.look(rest, is_piece, emit);
                    return;
                }
                State::Aligned(_) if self.held.is_empty() => self.whole(rest, emit),
                State::Aligned(_) => self.complete(rest, emit),
            };
            // Only what was not begun yet begins where the piece does.
            is_piece = is_piece && rest.len() == bytes.len();
        }
    }

    /// Takes note that the next bytes were not captured: so many, or an unknown number of them.
    ///
    /// ```
    /// # use mqttscope::mqtt::framer::{Framed, Framer};
    /// let mut framer = Framer::new(true, 1 << 20);
    /// let mut missing = None;
    /// framer.gap(100, &mut |framed| {
    ///     if let Framed::Gap { missing: bytes, .. } = framed {
    ///         missing = bytes;
    ///     }
    /// });
    /// assert_eq!((missing, framer.offset()), (Some(100), 100));
    /// ```
    pub fn gap(&mut self, missing: impl Into<Option<u64>>, emit: &mut impl FnMut(Framed<'_>)) {
        let missing = missing.into();
        self.settle(More::Lost, emit);
        let (left, why, doubt) = match self.state {
            State::Skipping(left, why, doubt) => (left, why, doubt),
            State::Aligned(doubt) if !self.held.is_empty() => {
                (self.give_up(Why::Missing, missing, emit), Why::Missing, doubt)
            }
            _ => (0, Why::Missing, 0),
        };
        let is_told = left > 0 && matches!(self.state, State::Aligned(_));
        self.abandon(emit);
        let inside = missing.map(|missing| missing.min(left));
        let untold = match (is_told, missing, inside) {
            (true, Some(missing), Some(inside)) => Some(missing.saturating_sub(inside)),
            (true, None, _) => Some(0),
            _ => missing,
        };
        let offset = self.offset.saturating_add(inside.filter(|_| is_told).unwrap_or_default());
        self.offset = self.offset.saturating_add(missing.unwrap_or_default());
        self.state = match missing.map(|missing| left.checked_sub(missing)) {
            Some(Some(0)) if left > 0 => State::Aligned(doubt),
            Some(Some(left)) if left > 0 => State::Skipping(left, why, doubt),
            _ => State::Lost,
        };
        if untold != Some(0) {
            emit(Framed::Gap { offset, missing: untold });
        }
    }

    /// Takes note that nothing more comes.
    ///
    /// ```
    /// # use mqttscope::mqtt::framer::{Framed, Framer};
    /// let mut framer = Framer::new(true, 1 << 20);
    /// framer.data(b"\xc0", &mut |_| {});
    /// framer.end(&mut |framed| assert!(matches!(framed, Framed::Cut { bytes: b"\xc0", .. })));
    /// ```
    pub fn end(&mut self, emit: &mut impl FnMut(Framed<'_>)) {
        self.settle(More::Never, emit);
        self.abandon(emit);
        if !self.held.is_empty() {
            self.give_up(Why::End, None, emit);
        }
    }

    /// Gives up what is held, as too much is held in all.
    pub(crate) fn shed(&mut self, emit: &mut impl FnMut(Framed<'_>)) {
        self.settle(More::Lost, emit);
        self.abandon(emit);
        if let State::Aligned(doubt) = self.state
            && !self.held.is_empty()
        {
            let left = self.give_up(Why::Crowded, None, emit);
            self.skip_next(left, Why::Crowded, doubt);
        }
    }

    /// Emits what is held of a packet; the result is how many of its bytes are still to come.
    fn give_up(
        &mut self,
        why: Why,
        missing: Option<u64>,
        emit: &mut impl FnMut(Framed<'_>),
    ) -> u64 {
        let whole = match frame(&self.held) {
            Framing::Length(len) => len as u64,
            _ => 0,
        };
        let left = whole.saturating_sub(self.held.len() as u64);
        let missing = missing.map(|missing| missing.min(left));
        emit(Framed::Cut { offset: self.offset, bytes: &self.held, whole, missing, why });
        self.release();
        left
    }

    /// Nothing is held: emits the packets that lie whole in `bytes`, and holds what is left.
    fn whole<'b>(&mut self, bytes: &'b [u8], emit: &mut impl FnMut(Framed<'_>)) -> &'b [u8] {
        if !self.goes_on(bytes) {
            self.state = State::Lost;
            return bytes;
        }
        match frame(bytes) {
            Framing::Length(len) if len <= bytes.len() => {
                let (packet, rest) = bytes.split_at_checked(len).unwrap_or((bytes, &[]));
                if let Some(torn) = self.look_inside(packet, rest) {
                    let used = self.part(&torn, bytes, emit);
                    return bytes.get(used..).unwrap_or_default();
                }
                if self.suspect.is_some() {
                    return rest;
                }
                emit(Framed::Packet { offset: self.offset, bytes: packet, is_inside: false });
                self.advance(len);
                self.learn(packet);
                rest
            }
            Framing::Endless => {
                // What stands behind such a length may be the next packet: it is looked for there.
                let len = next_chance(bytes, &self.known).unwrap_or(bytes.len());
                let (packet, rest) = bytes.split_at_checked(len).unwrap_or((bytes, &[]));
                emit(Framed::Packet { offset: self.offset, bytes: packet, is_inside: false });
                self.advance(len);
                self.state = State::Lost;
                rest
            }
            Framing::Length(_) | Framing::NeedMore => {
                self.hold(bytes, emit);
                &[]
            }
        }
    }

    /// A packet is held in part: takes what it lacks.
    fn complete<'b>(&mut self, bytes: &'b [u8], emit: &mut impl FnMut(Framed<'_>)) -> &'b [u8] {
        let lacks = match frame(&self.held) {
            Framing::Length(len) => len.saturating_sub(self.held.len()),
            _ => 1,
        };
        let (head, rest) = bytes.split_at_checked(lacks).unwrap_or((bytes, &[]));
        // Of the fixed header nothing is looked for, nor where there is doubt of the boundary.
        if self.held.len() > 2
            && self.state == State::Aligned(0)
            && self.suspects_left > 0
            && (is_mark(&self.held, bytes, &self.marks, &self.known) || self.ends_mark())
        {
            self.marks.push(self.held.len());
        }
        self.hold(head, emit);
        let is_whole = match frame(&self.held) {
            Framing::Length(len) => len <= self.held.len(),
            Framing::NeedMore => false,
            Framing::Endless => true,
        };
        if !is_whole || self.held.is_empty() {
            return rest;
        }
        let held = std::mem::take(&mut self.held);
        if !self.goes_on(&held) {
            self.state = State::Lost;
            self.look(&held, false, emit);
            return rest;
        }
        let marks = std::mem::take(&mut self.marks);
        if !marks.is_empty() && frame(&held) != Framing::Endless {
            let mut suspect = Suspect::new(&held, marks);
            suspect.push(rest);
            self.suspect = Some(Box::new(suspect));
            self.judge(More::Comes, emit);
            return &[];
        }
        let torn = self.look_inside(&held, rest);
        // What is held is told in one go.
        if let Some(torn) = torn.filter(|it| it.used() >= held.len()) {
            let used = self.part(&torn, &[&held, rest].concat(), emit);
            return rest.get(used.saturating_sub(held.len())..).unwrap_or_default();
        }
        if self.suspect.is_some() {
            return rest;
        }
        emit(Framed::Packet { offset: self.offset, bytes: &held, is_inside: false });
        if frame(&held) == Framing::Endless {
            self.state = State::Lost;
        }
        self.learn(&held);
        self.held = held;
        self.release();
        rest
    }

    /// Whether what may be an inner packet ends where the next piece begins: that speaks for it.
    fn ends_mark(&self) -> bool {
        let inner = self.marks.last().and_then(|mark| self.held.get(*mark..));
        inner.is_some_and(|inner| frame(inner) == Framing::Length(inner.len()))
    }

    /// Settles whether a suspect has another packet in its middle, if that can be said.
    fn judge(&mut self, more: More, emit: &mut impl FnMut(Framed<'_>)) {
        let Some(suspect) = self.suspect.take() else { return };
        let rest = match suspect.judge(&self.known, more) {
            Judged::Later => {
                self.suspect = Some(suspect);
                return;
            }
            Judged::Whole => {
                self.suspects_left = self.suspects_left.saturating_sub(1);
                let bytes = suspect.packet();
                emit(Framed::Packet { offset: self.offset, bytes, is_inside: false });
                self.advance(suspect.packet().len());
                self.learn(suspect.packet());
                suspect.rest(0)
            }
            Judged::Torn { at, len } => {
                let (inner, outer) = suspect.parts(at, len);
                self.inner(inner, self.offset.saturating_add(at as u64), emit);
                let offset = self.offset;
                emit(Framed::Torn { offset, bytes: &outer, before: at, others: len });
                self.advance(outer.len().saturating_add(len));
                self.learn(&outer);
                suspect.rest(len)
            }
        };
        for piece in rest.into_iter().rev() {
            self.again.push_front(piece);
        }
    }

    /// Looks into a packet for others, where what follows on it in the same piece does not seem to be
    /// a packet. It is a suspect where the end of the stream is to tell.
    fn look_inside(&mut self, packet: &[u8], rest: &[u8]) -> Option<Torn> {
        let is_usual = rest.is_empty()
            || self.state != State::Aligned(0)
            || self.suspects_left == 0
            || self.seems_usual(packet, rest);
        if is_usual {
            return None;
        }
        match look(packet, rest, &self.known) {
            Looked::Torn(torn) => Some(torn),
            Looked::Legal | Looked::Broken => None,
            Looked::IfLast(at) => {
                self.suspect = Some(Box::new(Suspect::until_end(packet, at)));
                None
            }
            Looked::LegalAlone | Looked::Unsure => {
                self.suspects_left = self.suspects_left.saturating_sub(1);
                None
            }
        }
    }

    /// Emits a packet that has others inside it, and these; the result is how many of the bytes that is.
    fn part(&mut self, torn: &Torn, bytes: &[u8], emit: &mut impl FnMut(Framed<'_>)) -> usize {
        let Torn { at, others, outer } = torn;
        let inner = bytes.get(*at..at.saturating_add(*others)).unwrap_or_default();
        self.inner(inner, self.offset.saturating_add(*at as u64), emit);
        let offset = self.offset;
        emit(Framed::Torn { offset, bytes: outer, before: *at, others: *others });
        let used = torn.used();
        self.advance(used);
        self.learn(outer);
        used
    }

    /// The packets in the middle of another one.
    fn inner(&mut self, inner: &[u8], offset: u64, emit: &mut impl FnMut(Framed<'_>)) {
        let (mut rest, mut offset) = (inner, offset);
        while let Framing::Length(len) = frame(rest)
            && let Some((packet, behind)) = rest.split_at_checked(len)
        {
            emit(Framed::Packet { offset, bytes: packet, is_inside: true });
            self.learn(packet);
            offset = offset.saturating_add(len as u64);
            rest = behind;
        }
    }

    /// Nothing more comes that could tell of a suspect.
    fn settle(&mut self, more: More, emit: &mut impl FnMut(Framed<'_>)) {
        while self.suspect.is_some() {
            self.judge(more, emit);
            self.take_again(emit);
        }
    }

    /// Whether these bytes may be the next packet. There is doubt only behind a boundary that was
    /// found: where boundaries are known, a packet may be as faulty as it likes.
    fn goes_on(&self, bytes: &[u8]) -> bool {
        let is_sure = !matches!(self.state, State::Aligned(1..));
        is_sure || is_plausible(bytes, &self.known, &mut Tape::new())
    }

    fn learn(&mut self, packet: &[u8]) {
        self.known.learn(packet);
        if let State::Aligned(doubt) = self.state {
            self.state = State::Aligned(doubt.saturating_sub(1));
        }
    }

    /// Holds the next bytes, unless their packet is too long for that.
    fn hold(&mut self, bytes: &[u8], emit: &mut impl FnMut(Framed<'_>)) {
        self.held.extend_from_slice(bytes);
        if self.held.len() > self.max_packet
            && let State::Aligned(doubt) = self.state
        {
            let left = self.give_up(Why::TooLarge, None, emit);
            self.skip_next(left, Why::TooLarge, doubt);
        }
    }

    fn skip_next(&mut self, left: u64, why: Why, doubt: u8) {
        self.state =
            if left > 0 { State::Skipping(left, why, doubt) } else { State::Aligned(doubt) };
    }

    fn skip<'b>(
        &mut self,
        bytes: &'b [u8],
        (left, why, doubt): (u64, Why, u8),
        emit: &mut impl FnMut(Framed<'_>),
    ) -> &'b [u8] {
        let take = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
        let (skipped, rest) = bytes.split_at_checked(take).unwrap_or((bytes, &[]));
        emit(Framed::Stray { offset: self.offset, bytes: skipped, why });
        self.advance(take);
        self.skip_next(left.saturating_sub(take as u64), why, doubt);
        rest
    }

    /// Looks for a packet in the next bytes and those that are still undecided.
    fn look(&mut self, bytes: &[u8], is_piece: bool, emit: &mut impl FnMut(Framed<'_>)) {
        let offset = self.offset;
        let mut search = self.search.take().unwrap_or_else(|| Box::new(Search::new(offset)));
        let mut found = search.push(bytes, is_piece, &self.known);
        while let Some(at) = found {
            self.offset = search.offset();
            self.stray(search.before(at), emit);
            search.drop_to(at);
            self.follow(&mut search, emit);
            if self.state != State::Lost {
                return;
            }
            found = search.look(&self.known);
        }
        let decided = search.decided();
        if decided > search.offset() {
            self.offset = search.offset();
            self.stray(search.before(decided), emit);
            search.drop_to(decided);
        }
        self.offset = search.offset();
        self.search = (!search.held().is_empty()).then_some(search);
    }

    /// Emits the packets from a boundary that was found, as far as they go on.
    fn follow(&mut self, search: &mut Search, emit: &mut impl FnMut(Framed<'_>)) {
        self.state = State::Aligned(DOUBT);
        while matches!(self.state, State::Aligned(_)) && !search.held().is_empty() {
            let left = self.whole(search.held(), emit).len();
            let used = search.held().len().saturating_sub(left);
            search.drop_to(search.offset().saturating_add(used as u64));
        }
    }

    /// Ends a search: what is undecided is no packet.
    fn abandon(&mut self, emit: &mut impl FnMut(Framed<'_>)) {
        if let Some(search) = self.search.take() {
            self.offset = search.offset();
            self.stray(search.held(), emit);
        }
    }

    fn stray(&mut self, bytes: &[u8], emit: &mut impl FnMut(Framed<'_>)) {
        if !bytes.is_empty() {
            emit(Framed::Stray { offset: self.offset, bytes, why: Why::NoPacket });
            self.advance(bytes.len());
        }
    }

    fn release(&mut self) {
        self.marks.clear();
        self.advance(self.held.len());
        self.held.clear();
        self.held.shrink_to(KEEP_CAPACITY);
    }

    fn advance(&mut self, len: usize) {
        self.offset = self.offset.saturating_add(len as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PINGREQ: &[u8] = &[0xc0, 0];
    const PUBLISH: &[u8] = b"\x30\x07\x00\x03a/bhi";

    fn run(framer: &mut Framer, pieces: &[&[u8]]) -> Vec<String> {
        let mut out = Vec::new();
        let mut emit = |framed: Framed<'_>| out.push(show(framed));
        for piece in pieces {
            framer.data(piece, &mut emit);
        }
        framer.end(&mut emit);
        out
    }

    fn show(framed: Framed<'_>) -> String {
        match framed {
            Framed::Packet { offset, bytes, .. } => format!("{offset} {}", hex::encode(bytes)),
            Framed::Cut { offset, bytes, whole, why, .. } => {
                format!("{offset} {} cut of {whole} {why:?}", hex::encode(bytes))
            }
            Framed::Torn { offset, bytes, before, others } => {
                format!("{offset} {} torn at {before} by {others}", hex::encode(bytes))
            }
            Framed::Gap { offset, missing } => format!("{offset} gap {missing:?}"),
            Framed::Stray { offset, bytes, why } => {
                format!("{offset} {} stray {why:?}", hex::encode(bytes))
            }
        }
    }

    #[test]
    fn a_stream_cut_anywhere_gives_the_same_packets() {
        let stream = [PUBLISH, PINGREQ, PUBLISH].concat();
        let whole = run(&mut Framer::new(true, 1000), &[&stream]);
        assert_eq!(
            whole,
            ["0 3007 0003 612f62 6869", "9 c000", "11 300700036 12f626869"].map(|s| {
                let (at, hex) = s.split_once(' ').unwrap();
                format!("{at} {}", hex.replace(' ', ""))
            })
        );
        for cut in 0..stream.len() {
            for next in cut..stream.len() {
                let pieces = [&stream[..cut], &stream[cut..next], &stream[next..]];
                assert_eq!(run(&mut Framer::new(true, 1000), &pieces), whole);
            }
        }
    }

    #[test]
    fn a_gap_in_a_packet_costs_that_packet_alone() {
        let mut framer = Framer::new(true, 1000);
        let mut out = Vec::new();
        let mut emit = |framed: Framed<'_>| out.push(show(framed));
        framer.data(&PUBLISH[..6], &mut emit);
        framer.gap(2, &mut emit);
        framer.data(&[&PUBLISH[8..], PINGREQ].concat(), &mut emit);
        framer.gap(4, &mut emit);
        framer.data(&[0x41, 0x41, 0x41], &mut emit);
        framer.data(PUBLISH, &mut emit);
        assert_eq!(
            out,
            [
                "0 30070003612f cut of 9 Missing",
                "8 69 stray Missing",
                "9 c000",
                "11 gap Some(4)",
                "15 414141 stray NoPacket",
                "18 30070003612f626869",
            ]
        );
    }

    #[test]
    fn what_is_too_long_is_shown_in_part_and_skipped() {
        let mut framer = Framer::new(true, 6);
        let out = run(&mut framer, &[&PUBLISH[..5], &PUBLISH[5..], PINGREQ]);
        assert_eq!(out, ["0 30070003612f626869 cut of 9 TooLarge", "9 c000"]);
        let out = run(&mut Framer::new(true, 6), &[&PUBLISH[..7], &PUBLISH[7..], PINGREQ]);
        assert_eq!(out, ["0 30070003612f62 cut of 9 TooLarge", "7 6869 stray TooLarge", "9 c000"]);
    }

    #[test]
    fn behind_a_length_that_is_none_the_next_packet_is_found() {
        // 5.0, section 1.5.5: four bytes at most. What follows may stand in the same piece or not.
        for junk in [&[0xff; 5][..], b"\x30\xff\xff\xff\xff\x01", b"\x30\x80\x80\x80\x80hello"] {
            let good = [PUBLISH, b"\x82\x06\0\x01\0\x01t\0", PINGREQ].concat();
            let stream = [PINGREQ, junk, &good, PUBLISH].concat();
            let mut due = vec!["0 c000".to_owned()];
            let head = format!("2 {}", hex::encode(&junk[..5]));
            let mut at = 2 + junk.len();
            for packet in [PUBLISH, b"\x82\x06\0\x01\0\x01t\0", PINGREQ, PUBLISH] {
                due.push(format!("{at} {}", hex::encode(packet)));
                at += packet.len();
            }
            for cut in 0..stream.len() {
                let mut framer = Framer::new(true, 1000);
                framer.expect(Some(Sender::Client), Some(Version::V311));
                let pieces = [&stream[..cut], &stream[cut..]];
                let mut told = run(&mut framer, &pieces);
                // What comes in one piece with such a length is shown with it.
                assert!(told.iter().any(|it| it.starts_with(&head)), "cut at {cut}: {told:?}");
                told.retain(|it| !it.ends_with("stray NoPacket") && !it.starts_with(&head));
                assert_eq!(told, due, "cut at {cut}");
            }
        }
    }

    #[test]
    fn the_end_tells_what_is_left() {
        let out = run(&mut Framer::new(true, 100), &[PINGREQ, &PUBLISH[..4]]);
        assert_eq!(out, ["0 c000", "2 30070003 cut of 9 End"]);
    }
}
