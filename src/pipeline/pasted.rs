//! Pieces of a pasted text become records.

use super::before::Before;
use super::conversations::{Conversations, Stretch, packet_at, packets};
use super::pasted_sn::{PastedProtocol, SnConversations};
use super::placed::Placed;
use super::{Consumer, Files, Inspector, Origin, Reader, Settings, TextOrigin};
use crate::annotate::Finding;
use crate::bytes::Span;
use crate::capture::{Frame, LinkType};
use crate::mqtt::boundary::has_length;
use crate::mqtt::torn::{Looked, Torn};
use crate::mqtt::{Framing, frame as frame_len};
use crate::paste::{Clock, Direction, Kind, Link, Locator, Paste, Piece, Place};
use crate::session::{Connection, Proof};
use crate::spec::{Field, PacketType, Rule, Sender};

/// How a pasted text is read.
///
/// ```
/// # use mqttscope::paste;
/// # use mqttscope::pipeline::{Each, PastedSettings, Record, read_paste};
/// use mqttscope::spec::{Sender, Version};
///
/// let mut settings = PastedSettings { sender: Some(Sender::Client), ..PastedSettings::default() };
/// settings.inspection.version = Some(Version::V5);
/// let pasted = paste::parse("e0 00", &paste::Options::default());
/// read_paste(&pasted, settings, Each(|record: &Record<'_>| {
///     assert_eq!((record.version, record.sender), (Version::V5, Some(Sender::Client)));
/// }));
/// ```
#[derive(Clone, Debug, Default)]
pub struct PastedSettings {
    /// The settings for frames, of which version and redaction hold for all.
    pub inspection: Settings,
    /// Which end sent the packets, where the text does not say it.
    pub sender: Option<Sender>,
    /// Whether each line is a packet of its own.
    pub lines: bool,
    /// The files of the text, where there are several.
    pub files: Files,
    /// The protocol of what is not in frames.
    pub protocol: PastedProtocol,
}

/// Gives the packets of a text to a consumer, which is given back: first those that stand in it as
/// such, then those in frames.
///
/// ```
/// # use mqttscope::paste;
/// # use mqttscope::pipeline::{Each, PastedSettings, Record, read_paste};
/// let pasted = paste::parse("c0 00\nd0 00", &paste::Options::default());
/// let mut names = Vec::new();
/// read_paste(&pasted, PastedSettings::default(), Each(|record: &Record<'_>| {
///     names.push(record.type_name());
/// }));
/// assert_eq!(names, ["PINGREQ", "PINGRESP"]);
/// ```
pub fn read_paste<C: Consumer>(paste: &Paste<'_>, settings: PastedSettings, consumer: C) -> C {
    read_pieces(paste, settings, consumer).consumer
}

/// What has become of a text.
///
/// ```
/// # use mqttscope::paste;
/// # use mqttscope::pipeline::{Each, PastedSettings, Record};
/// use mqttscope::pipeline::read_pieces;
///
/// let pasted = paste::parse("c0 00", &paste::Options::default());
/// let outcome = read_pieces(&pasted, PastedSettings::default(), Each(|_: &Record<'_>| {}));
/// assert_eq!((outcome.records, outcome.silent), (1, vec![]));
/// ```
#[derive(Debug)]
pub struct PastedOutcome<C> {
    /// The consumer that got the records.
    pub consumer: C,
    /// The pieces that are frames of which no record shows anything: indices into [`Paste::pieces`].
    pub silent: Vec<usize>,
    /// How many records there were.
    pub records: u64,
}

/// As [`read_paste`], and tells what nothing was read from.
///
/// ```
/// # use mqttscope::paste;
/// # use mqttscope::pipeline::{Each, PastedSettings, Record};
/// # use mqttscope::pipeline::read_pieces;
/// let pasted = paste::parse("nothing to see", &paste::Options::default());
/// let outcome = read_pieces(&pasted, PastedSettings::default(), Each(|_: &Record<'_>| {}));
/// assert_eq!(outcome.records, 0);
/// ```
pub fn read_pieces<C: Consumer>(
    paste: &Paste<'_>,
    settings: PastedSettings,
    consumer: C,
) -> PastedOutcome<C> {
    let redact = settings.inspection.redact;
    let is_frame = |(_, piece): &(usize, &Piece)| matches!(piece.kind, Kind::Frame(_));
    let frames = || (1..).zip(paste.pieces.iter().enumerate().filter(is_frame));
    let shown = frames().map(|(_, (_, piece))| piece).collect();
    let placed = Placed::new(consumer, shown, &settings, paste.locator());
    let mut reader = Reader::new(placed, redact);
    reader.sn_topics = settings.inspection.sn_topics.clone();
    let mut conversations =
        Conversations::new(&paste.pieces, settings.inspection.version, settings.sender);
    let stretches = Stretch::join(paste);
    let mut sn = SnConversations::new(&stretches, settings.protocol, settings.sender);
    let mut places = Places { settings: &settings, locator: paste.locator() };
    for stretch in &stretches {
        if sn.holds(stretch.piece) {
            sn.read(stretch, &mut reader, |at, len| places.origin(stretch, at, len));
        } else {
            Text { places: &mut places, reader: &mut reader }.stretch(stretch, &mut conversations);
        }
    }
    for mut connection in conversations.into_connections() {
        reader.ended(&mut connection, None, None, None, None);
    }
    let mut inspector = Inspector::with_reader(reader, settings.inspection.clone());
    for (number, (_, piece)) in frames() {
        let frame = frame(piece, number);
        if inspector.frame(&frame).is_break() {
            break;
        }
    }
    inspector.finish();
    let records = inspector.records();
    let Placed { inner: consumer, seen, .. } = inspector.into_consumer();
    let silent = frames().filter(|(number, _)| !seen.contains(number));
    let silent = silent.map(|(_, (index, _))| index).collect();
    PastedOutcome { consumer, silent, records }
}

/// A frame that was pasted, as if it had been captured.
fn frame(piece: &Piece, number: u64) -> Frame<'_> {
    let link = match piece.kind {
        Kind::Frame(Link::RawIp) => LinkType::RAW,
        Kind::Frame(Link::Null) => LinkType::NULL,
        Kind::Frame(Link::LinuxSll) => LinkType::LINUX_SLL,
        Kind::Frame(Link::LinuxSll2) => LinkType::LINUX_SLL2,
        Kind::Frame(Link::Ethernet) | Kind::Stream => LinkType::ETHERNET,
    };
    let time = piece.time.as_ref().filter(|time| time.clock != Clock::Boot);
    Frame {
        number,
        time: time.and_then(|time| i64::try_from(time.nanos).ok()),
        link,
        original_len: u32::try_from(piece.bytes.len()).unwrap_or(u32::MAX),
        interface: 0,
        file: 0,
        beside: None,
        data: &piece.bytes,
    }
}

struct Text<'t, 'p, C> {
    places: &'t mut Places<'p>,
    reader: &'t mut Reader<C>,
}

impl<C: Consumer> Text<'_, '_, C> {
    fn stretch(&mut self, stretch: &Stretch<'_>, conversations: &mut Conversations) {
        let sender = conversations.sender(stretch.piece);
        let connection = conversations.connection(stretch.piece.conversation);
        let mut previous: &[u8] = &[];
        let mut before = Before::new(&stretch.bytes);
        let (mut next, mut left_out, mut was_broken) = (0, 0, false);
        while let Some((at, mut bytes)) = packet_at(&stretch.bytes, next) {
            let is_left_out = left_out > 0;
            if is_left_out {
                bytes = stretch.bytes.get(at..at.saturating_add(left_out)).unwrap_or(bytes);
                left_out = 0;
            }
            let behind = before.take(at, bytes.len());
            next = at.saturating_add(bytes.len());
            let notes = stretch.holes_in(at, bytes.len());
            let origin = self.places.origin(stretch, at, bytes.len());
            // Behind a packet that is broken may stand what it leaves out.
            let is_packet = may_be_a_packet(bytes) && (!was_broken || is_likely(bytes));
            if is_left_out || at > 0 && !is_packet {
                let span = Span::of_bytes(0, bytes.len());
                let finding = Finding::new(Rule::NOT_A_PACKET, span, Field::UNDECODED);
                let finding = finding.with(bytes.len() as u64, 0);
                // A length that is wrong, or another packet inside it: that can't be told apart.
                if !before.may_be_torn(connection.told_version(), sender) {
                    self.reader.left_out_of(previous, bytes, connection.version());
                }
                self.reader.stray(connection, bytes, sender, &[finding], &origin);
                previous = &[];
                continue;
            }
            match self.reader.look_inside(connection, bytes, behind, sender) {
                Looked::Torn(torn) if notes.is_empty() => {
                    self.torn(stretch, at, &torn, (connection, sender));
                    next = at.saturating_add(torn.used());
                    previous = &[];
                    before.forget();
                    continue;
                }
                Looked::Legal | Looked::LegalAlone => {}
                _ if before.may_be_torn(connection.told_version(), sender) => self.reader.doubt(),
                _ => {}
            }
            self.reader.behind(behind);
            let notes = (notes.as_slice(), &Proof::default());
            self.reader.packet(connection, bytes, sender, None, notes, &origin);
            (left_out, was_broken) = (self.reader.left_out(), self.reader.was_broken());
            previous = bytes;
        }
    }

    /// A packet that has others inside it: these come first.
    fn torn(
        &mut self,
        stretch: &Stretch<'_>,
        at: usize,
        torn: &Torn,
        (connection, sender): (&mut Connection, Option<Sender>),
    ) {
        let start = at.saturating_add(torn.at);
        let inner = stretch.bytes.get(start..start.saturating_add(torn.others));
        for (at, bytes) in packets(inner.unwrap_or_default()) {
            let at = start.saturating_add(at);
            let origin = self.places.origin(stretch, at, bytes.len());
            let proof = Proof { is_swallowed: true, ..Proof::default() };
            self.reader.packet(connection, bytes, sender, None, (&[], &proof), &origin);
        }
        let finding = Finding::new(Rule::INTERLEAVED, Span::of_bytes(torn.at, 0), Field::INPUT);
        let finding = finding.with(torn.others as u64, torn.at as u64);
        let origin = self.places.origin(stretch, at, torn.used());
        let notes = (&[finding][..], &Proof::default());
        self.reader.packet(connection, &torn.outer, sender, None, notes, &origin);
    }
}

/// Tells where the text shows bytes. They are asked for in the order of the text, and so that is one
/// walk through it.
struct Places<'p> {
    settings: &'p PastedSettings,
    locator: Locator<'p>,
}

impl<'p> Places<'p> {
    /// Where the text shows `len` bytes from `at` on.
    fn origin<'o>(&mut self, stretch: &Stretch<'o>, at: usize, len: usize) -> Origin<'o>
    where
        'p: 'o,
    {
        let piece = stretch.piece;
        let first = stretch.place(at, &mut self.locator).unwrap_or(piece.place);
        let last = stretch.place(at.saturating_add(len).saturating_sub(1), &mut self.locator);
        let end_line = last.map_or(first.line, |last| last.end_line);
        let text = text_origin(self.settings, piece, first, end_line);
        Origin { text: Some(text), ..Origin::default() }
    }
}

/// What a text tells of bytes of a piece that it shows from `first` to `end_line`.
pub(super) fn text_origin<'o>(
    settings: &'o PastedSettings,
    piece: &'o Piece,
    first: Place,
    end_line: usize,
) -> TextOrigin<'o> {
    let (file, line) = settings.files.of(first.line);
    let direction = piece.direction.map(|direction| match direction {
        Direction::Sent => "sent",
        Direction::Received => "received",
        Direction::FromClient => "from the client",
        Direction::FromServer => "from the server",
    });
    TextOrigin {
        file,
        line,
        column: first.column,
        end_line: line.saturating_add(end_line.saturating_sub(first.line)),
        notation: piece.notation.name,
        time: piece.time.as_ref().map(|time| time.text.as_str()),
        direction,
        alone: settings.lines,
    }
}

/// Whether bytes behind a packet are likely another one: its end is there, or its first byte is
/// one that the standard allows.
fn may_be_a_packet(bytes: &[u8]) -> bool {
    let is_reserved =
        bytes.first().is_none_or(|first| PacketType::of_header(*first) == PacketType::RESERVED);
    let is_whole = frame_len(bytes) == Framing::Length(bytes.len());
    !is_reserved && (is_whole || is_allowed(bytes))
}

/// Whether they are so behind a packet that is broken, whose own end may stand here.
fn is_likely(bytes: &[u8]) -> bool {
    let kind = bytes.first().map(|first| PacketType::of_header(*first));
    is_allowed(bytes) || kind.is_some_and(|kind| has_length(kind, bytes.len()))
}

/// Whether bytes begin as the standard allows a packet to begin.
fn is_allowed(bytes: &[u8]) -> bool {
    let Some(first) = bytes.first() else { return false };
    let kind = PacketType::of_header(*first);
    let has_flags = match kind.info().flags {
        Some(flags) => first & 0x0f == flags,
        None => first & 0b110 != 0b110,
    };
    kind != PacketType::RESERVED && has_flags
}
