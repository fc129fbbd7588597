//! Bytes that one reader found in one place, before they are joined and judged.

use super::data::Data;
use super::frame;
use super::mistake::MistakeKind;
use super::notation::Notation;
use super::piece::{Direction, Kind, Meant};
use super::stamp::Stamp;
use std::ops::Range;

/// How much the notation itself says that these bytes are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    /// Some digits in a sentence: a packet only if they frame as one.
    Prose,
    /// Digits that fill a line, or its end.
    Line,
    /// An array or a string as programs have them.
    Code,
    /// A dump, a log of bytes, or a text that is nothing else.
    Sure,
}

/// A place inside of a run that could not be read.
#[derive(Clone, Debug)]
pub(super) struct Slip {
    /// How many bytes of the run stand before it.
    pub(super) index: usize,
    pub(super) range: Range<usize>,
    pub(super) kind: MistakeKind,
    /// How many bytes it probably stands for.
    pub(super) lost: usize,
    /// The byte that was probably meant, where it stands for one.
    pub(super) meant: Option<Meant>,
}

impl Slip {
    /// Whether it hides no byte, nor the end of them.
    pub(super) const fn is_beside(&self) -> bool {
        let is_beside = matches!(
            self.kind,
            MistakeKind::Lookalike { .. }
                | MistakeKind::NotADigit { .. }
                | MistakeKind::BadAddress { .. }
                | MistakeKind::SplitByte
                | MistakeKind::SplitWord
                | MistakeKind::NoComma { .. }
                | MistakeKind::OtherAlphabet { .. }
                | MistakeKind::Base64Length { .. }
        );
        self.lost == 0 && is_beside
    }

    /// Adds what stands in for the lost bytes.
    pub(super) fn fill(&self, bytes: &mut Vec<u8>) {
        bytes.resize(bytes.len().saturating_add(self.lost), 0);
        if let (1, Some(meant), Some(last)) = (self.lost, self.meant, bytes.last_mut()) {
            *last = meant.byte();
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Run {
    pub(super) data: Data,
    pub(super) slips: Vec<Slip>,
    pub(super) range: Range<usize>,
    pub(super) notation: &'static Notation,
    pub(super) class: Class,
    pub(super) kind: Option<Kind>,
    pub(super) direction: Option<Direction>,
    pub(super) time: Option<Stamp>,
    pub(super) conversation: u32,
    pub(super) join: Join,
    /// Whether a time stands in a run of six pairs, as in the address of a network card.
    pub(super) address_like: bool,
    /// Whether it is a number or a name, though it may frame.
    pub(super) is_number: bool,
    /// Whether the words around say that it is a number: no other packets make it one.
    pub(super) is_called: bool,
    /// Whether it is no packet unless others of the text are written so: then it is one with a fault.
    pub(super) is_suspect: bool,
    /// Another row in which the same text is packets, too.
    pub(super) also: Option<&'static Notation>,
    /// Whether it is what a program made of frames that it shows too.
    pub(super) made_of_frames: bool,
}

/// With which other runs a run may make up a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Join {
    /// With none: the notation says where it ends.
    Never,
    /// With the line before, where that begins alike; the text before the bytes, without digits.
    Adjacent(String),
    /// With the last one of the same notation, direction and conversation.
    Stream,
    /// As `Stream`, but a packet begins here.
    StreamStart,
}

impl Run {
    pub(super) fn new(notation: &'static Notation, class: Class, range: Range<usize>) -> Self {
        Self {
            data: Data::default(),
            slips: Vec::new(),
            range,
            notation,
            class,
            kind: None,
            direction: None,
            time: None,
            conversation: 0,
            join: Join::Never,
            address_like: false,
            is_number: false,
            is_called: false,
            is_suspect: false,
            also: None,
            made_of_frames: false,
        }
    }

    /// A mistake that hides `lost` bytes, of which at most [`MOST_LOST`] count.
    pub(super) fn slip(&mut self, range: Range<usize>, kind: MistakeKind, lost: usize) {
        let lost = lost.min(MOST_LOST);
        self.slips.push(Slip { index: self.data.len(), range, kind, lost, meant: None });
    }

    /// A mistake that stands before the bytes and hides none of them.
    pub(super) fn beside(&mut self, range: Range<usize>, kind: MistakeKind) {
        self.slips.insert(0, Slip { index: 0, range, kind, lost: 0, meant: None });
    }

    /// A mistake that stands between two bytes and hides none.
    pub(super) fn between(&mut self, range: Range<usize>, kind: MistakeKind) {
        let is_before = |n: &usize| {
            self.data.map.text_of(*n..n.saturating_add(1)).is_some_and(|it| it.start < range.start)
        };
        let index = (0..self.data.len()).take_while(is_before).count();
        let at = self.slips.partition_point(|slip| slip.range.start < range.start);
        self.slips.insert(at, Slip { index, range, kind, lost: 0, meant: None });
    }

    /// As `slip`, for one byte of which it is known what was meant.
    pub(super) fn guess(&mut self, range: Range<usize>, kind: MistakeKind, meant: Option<u8>) {
        self.mean(range, kind, meant.map(Meant::Looks));
    }

    /// As `guess`, with what tells it.
    pub(super) fn mean(&mut self, range: Range<usize>, kind: MistakeKind, meant: Option<Meant>) {
        self.slips.push(Slip { index: self.data.len(), range, kind, lost: 1, meant });
    }

    /// Turns bytes that were read into a byte that could not be.
    pub(super) fn lose(
        &mut self,
        bytes: Range<usize>,
        range: Range<usize>,
        kind: MistakeKind,
        meant: Option<Meant>,
    ) {
        let mut behind = self.data.split_off(bytes.start);
        self.data.append(&behind.split_off(bytes.len()));
        let at = self.slips.partition_point(|slip| slip.index <= bytes.start);
        for slip in self.slips.iter_mut().skip(at) {
            slip.index = slip.index.saturating_sub(bytes.len());
        }
        self.slips.insert(at, Slip { index: bytes.start, range, kind, lost: 1, meant });
    }

    pub(super) fn append(&mut self, next: Self) {
        let before = self.data.len();
        self.slips.extend(
            next.slips.into_iter().map(|s| Slip { index: s.index.saturating_add(before), ..s }),
        );
        self.data.append(&next.data);
        self.range.end = self.range.end.max(next.range.end);
        self.time = self.time.take().or(next.time);
        self.class = self.class.max(next.class);
        self.address_like = false;
    }

    /// One run a packet, each at its own place in the text.
    pub(super) fn into_packets(mut self) -> Vec<Self> {
        let mut packets = Vec::new();
        while let Some(len) = frame::first(&self.data.bytes).filter(|n| *n < self.data.len()) {
            if !self.slips.is_empty() {
                break;
            }
            let rest = self.data.split_off(len);
            let mut packet = self.clone();
            self.data = rest;
            packet.fit_range();
            packets.push(packet);
        }
        self.fit_range();
        packets.push(self);
        packets
    }

    fn fit_range(&mut self) {
        if let Some(range) = self.data.map.text_of(0..self.data.len()) {
            self.range = range;
        }
    }

    /// How many bytes the text shows, those too that could not be read.
    pub(super) fn shown(&self) -> usize {
        let is_shown = |slip: &&Slip| !matches!(slip.kind, MistakeKind::Gap { .. });
        let lost = self.slips.iter().filter(is_shown).map(|slip| slip.lost);
        lost.fold(self.data.len(), usize::saturating_add)
    }

    /// As [`filled`](Self::filled), with zeros for all that could not be read.
    pub(super) fn blank(&self) -> Vec<u8> {
        let mut run = self.clone();
        run.slips.iter_mut().for_each(|slip| slip.meant = None);
        run.filled()
    }

    /// Words of so many bytes, which were read in the order of the machine, with their low byte first: if only the
    /// other order is MQTT, that one counts. The last word is filled with `more` zeros.
    pub(super) fn order_words(&mut self, bytes: usize, more: usize) {
        if bytes < 2 || !self.slips.is_empty() {
            return;
        }
        let words = self.data.bytes.chunks(bytes);
        let big: Vec<u8> = words.flat_map(|word| word.iter().rev().copied()).collect();
        let len = big.len().saturating_sub(more);
        let of = |all: &[u8], fits: fn(&[u8]) -> bool| all.get(..len).is_some_and(fits);
        // Of packets of which the end is missing the beginning tells.
        let is_big = [frame::strict as fn(&[u8]) -> bool, frame::begins]
            .into_iter()
            .map(|fits| (of(&big, fits), of(&self.data.bytes, fits)))
            .find(|(big, little)| *big || *little);
        if is_big == Some((true, false)) {
            self.data.bytes = big;
        }
    }

    /// Whether the bytes are packets beyond doubt, whatever stands in for those that could not be read: what a
    /// letter looks like may not be what was meant.
    pub(super) fn is_strict(&self) -> bool {
        let with = |byte: u8, is_any: bool| {
            let mut run = self.clone();
            let is_unknown = |slip: &&mut Slip| slip.lost == 1 && (is_any || slip.meant.is_none());
            let unknown = run.slips.iter_mut().filter(is_unknown);
            unknown.for_each(|slip| slip.meant = Some(Meant::Looks(byte)));
            frame::strict(&run.filled())
        };
        STAND_INS.into_iter().any(|byte| with(byte, false) || with(byte, true))
    }

    /// The bytes with what stands in where something could not be read: their framing shows
    /// whether the rest are a packet.
    pub(super) fn filled(&self) -> Vec<u8> {
        let mut filled = Vec::new();
        let mut from = 0;
        for slip in &self.slips {
            filled.extend_from_slice(self.data.bytes.get(from..slip.index).unwrap_or_default());
            slip.fill(&mut filled);
            from = slip.index;
        }
        filled.extend_from_slice(self.data.bytes.get(from..).unwrap_or_default());
        filled
    }
}

/// What a text says was left out is filled so far: a number of a few digits takes no more memory.
pub(super) const MOST_LOST: usize = 1 << 16;

/// A high byte of a length, a letter, a flag, and what a CONNECT begins with.
const STAND_INS: [u8; 7] = [0, b'a', 1, 4, b'M', b'Q', b'T'];
