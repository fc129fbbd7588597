//! What a pasted text turns out to hold.

use super::data::TextMap;
use super::hint::Hint;
use super::link::Link;
use super::mistake::Mistake;
use super::notation::Notation;
use super::place::{Locator, Place};
use super::stamp::Stamp;
use std::borrow::Cow;

/// A text and all that was read from it.
#[derive(Debug)]
pub struct Paste<'t> {
    /// The text: as given, or decoded where it came as UTF-16. Empty where raw bytes came.
    pub text: Cow<'t, str>,
    /// The bytes, in the order of the text.
    pub pieces: Vec<Piece>,
    /// What could not be read inside of what was, in the order of the text.
    pub mistakes: Vec<Mistake>,
    /// What was left aside.
    pub ignored: Ignored,
    /// What the text seems to be, where it is something that this room does not read.
    pub hint: Option<Hint>,
}

/// Bytes that belong together: a packet, several in a row, or one frame of a capture.
#[derive(Clone, Debug)]
pub struct Piece {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// What they are a piece of.
    pub kind: Kind,
    /// How they were written.
    pub notation: &'static Notation,
    /// Another notation in which the same text is packets too: which one was meant nothing tells.
    pub also: Option<&'static Notation>,
    /// Who sent them, as far as the text says.
    pub direction: Option<Direction>,
    /// When, as far as the text says.
    pub time: Option<Stamp>,
    /// Pieces of one number share their state; what the text does not tell apart is 0.
    pub conversation: u32,
    /// Where in the text they stand.
    pub place: Place,
    /// Where each byte stands.
    pub map: TextMap,
    /// The piece that stands here once more, as a text does that shows a packet and then
    /// explains it: an index into [`Paste::pieces`].
    pub repeat_of: Option<usize>,
    /// The bytes go on in a packet that a mistake cut in two.
    pub continues: Option<Continues>,
    /// The packet in which the bytes end goes on with what a mistake hides, and nothing follows on that.
    pub lacks: Option<Continues>,
}

/// What a mistake hides of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Continues {
    /// The mistake, an index into [`Paste::mistakes`].
    pub mistake: usize,
    /// How many bytes the unreadable text stands for, as far as its length tells.
    pub missing: usize,
    /// The byte that probably stood there, where it is one and something tells it.
    pub meant: Option<Meant>,
}

/// A byte that could not be read, and what tells it all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meant {
    /// Its characters look like these digits.
    Looks(u8),
    /// A single digit stands there, and the zero before it was left out.
    Digit(u8),
    /// It is a packet's first byte, and what follows is such a packet's.
    Type(u8),
    /// It is the Remaining Length, and this one fits the bytes that follow.
    Length(u8),
}

impl Meant {
    /// The byte.
    #[must_use]
    pub const fn byte(self) -> u8 {
        match self {
            Self::Looks(byte) | Self::Digit(byte) | Self::Type(byte) | Self::Length(byte) => byte,
        }
    }
}

/// What bytes are a piece of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A stream of MQTT packets.
    Stream,
    /// A frame with its link and IP headers.
    Frame(Link),
}

/// Who sent the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// The program that wrote the log.
    Sent,
    /// The other end of the program that wrote the log.
    Received,
    /// The client.
    FromClient,
    /// The server.
    FromServer,
}

/// What was left aside, in numbers.
#[derive(Clone, Debug, Default)]
pub struct Ignored {
    /// Lines with text of which nothing was taken.
    pub lines: usize,
    /// Lines that a modem and its driver exchanged.
    pub modem: usize,
    /// Bytes in some notation that are no packet: parts quoted in an explanation, numbers.
    pub fragments: usize,
    /// Of these the numbers that would be packets if they were bytes.
    pub numbers: usize,
    /// The first of these numbers.
    pub number_places: Vec<Place>,
    /// Places that show bytes of the frames in the text again, reassembled or as the value of a field.
    pub of_frames: usize,
    /// The first of the fragments.
    pub samples: Vec<Place>,
    /// Lines without bytes in the mode that reads each line by itself.
    pub without_bytes: Vec<Place>,
}

impl Paste<'_> {
    /// What tells the lines and columns of the text, which
    /// [`text_of`](crate::paste::TextMap::text_of) the map of a piece asks for.
    #[must_use]
    pub fn locator(&self) -> Locator<'_> {
        Locator::new(&self.text)
    }

    /// Adds what was read from one line, in the mode that reads each line by itself.
    pub(super) fn absorb(&mut self, part: Self, line: u32, locator: &mut Locator<'_>) {
        let pieces = self.pieces.len();
        let mistakes = self.mistakes.len();
        for mut piece in part.pieces {
            piece.conversation = line;
            piece.place = locator.place(piece.place.start..piece.place.end);
            piece.repeat_of = piece.repeat_of.map(|n| n.saturating_add(pieces));
            if let Some(continues) = &mut piece.continues {
                continues.mistake = continues.mistake.saturating_add(mistakes);
            }
            if let Some(lacks) = &mut piece.lacks {
                lacks.mistake = lacks.mistake.saturating_add(mistakes);
            }
            self.pieces.push(piece);
        }
        for mut mistake in part.mistakes {
            mistake.place = locator.place(mistake.place.start..mistake.place.end);
            self.mistakes.push(mistake);
        }
        let (own, other) = (&mut self.ignored, part.ignored);
        own.lines = own.lines.saturating_add(other.lines);
        own.modem = own.modem.saturating_add(other.modem);
        own.of_frames = own.of_frames.saturating_add(other.of_frames);
        own.numbers = own.numbers.saturating_add(other.numbers);
        let places = other.number_places.into_iter().map(|it| locator.place(it.start..it.end));
        own.number_places.extend(places);
        own.fragments = own.fragments.saturating_add(other.fragments);
    }
}
