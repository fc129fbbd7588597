//! A tape seen as rows: what a tree, JSON or a filter loops over.

use super::{Node, Tape};
use crate::bytes::Span;
use crate::spec::field::{Context, Kind};
use crate::spec::level::ProtocolLevel;
use crate::spec::property::Wire;
use crate::spec::sn::{Flags, MessageType};
use crate::spec::{Field, PacketSet, PacketType, Sender, Version};
use std::ops::Range;

/// One field with all that is needed to put it into words.
///
/// ```
/// use mqttscope::annotate::{Tape, view};
/// use mqttscope::mqtt::{Reading, decode};
/// use mqttscope::spec::{Field, Version};
///
/// let (bytes, mut tape) = (b"\x30\x08\0\x04home21", Tape::new());
/// decode(bytes, Reading { version: Version::V311, sender: None }, &mut tape);
/// let topic = view::rows(&tape, bytes, false).find(|row| row.field == Field::TOPIC).unwrap();
/// assert_eq!((topic.bytes, topic.content()), (&b"\0\x04home"[..], &b"home"[..]));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// Which field it is.
    pub field: Field,
    /// The field that it is a part of, for the parts of a length-prefixed value or a property.
    pub whole: Field,
    /// How many groups it lies in.
    pub depth: u8,
    /// Its bits.
    pub span: Span,
    /// The number that it holds; 0 for text and bytes.
    pub number: u64,
    /// The bytes that it touches.
    pub bytes: &'a [u8],
    /// How many siblings of the same kind stand before it.
    pub index: u32,
    /// Whether it lies in the Will Properties.
    pub in_will: bool,
    /// Whether the fields that it holds are rows of their own.
    pub is_group: bool,
}

impl<'a> Row<'a> {
    /// The text or data without the length before it and the identifier of a property, or without
    /// the name of a line and what ends it.
    ///
    /// ```
    /// # use mqttscope::annotate::{Tape, view};
    /// # use mqttscope::mqtt::{Reading, decode};
    /// # use mqttscope::spec::{Field, Version};
    /// # let (bytes, mut tape) = (b"\x30\x08\0\x04home21", Tape::new());
    /// # decode(bytes, Reading { version: Version::V311, sender: None }, &mut tape);
    /// let payload = view::rows(&tape, bytes, false).last().unwrap();
    /// assert_eq!(payload.content(), b"21");
    /// ```
    #[must_use]
    pub fn content(&self) -> &'a [u8] {
        self.bytes.get(self.content_range()).unwrap_or_default()
    }

    /// Where [`content`](Self::content) lies in the bytes.
    ///
    /// ```
    /// # use mqttscope::annotate::{Tape, view};
    /// # use mqttscope::mqtt::{Reading, decode};
    /// # use mqttscope::spec::{Field, Version};
    /// # let (bytes, mut tape) = (b"\x30\x08\0\x04home21", Tape::new());
    /// # decode(bytes, Reading { version: Version::V311, sender: None }, &mut tape);
    /// let topic = view::rows(&tape, bytes, false).find(|row| row.field == Field::TOPIC).unwrap();
    /// assert_eq!(topic.content_range(), 2..6);
    /// ```
    #[must_use]
    pub fn content_range(&self) -> Range<usize> {
        let skip = match self.field.kind() {
            _ if self.is_group => 0,
            Kind::Text | Kind::Data => 2,
            Kind::Property(Wire::Utf8 | Wire::Binary) => 3,
            Kind::Property(_) => 1,
            Kind::HeaderLine => {
                let name = self.bytes.iter().take_while(|byte| **byte != b':').count();
                let value = self.bytes.get(name.saturating_add(1)..).unwrap_or_default();
                let blanks = value.iter().take_while(|byte| **byte == b' ').count();
                name.saturating_add(1).saturating_add(blanks)
            }
            _ => 0,
        };
        let end = match self.field.kind() {
            Kind::Line | Kind::HeaderLine | Kind::Digits if !self.is_group => {
                self.bytes.trim_ascii_end().len()
            }
            _ => self.bytes.len(),
        };
        skip.min(end)..end
    }

    /// Name and value of a User Property.
    #[must_use]
    #[doc(hidden)]
    pub fn pair(&self) -> Option<(&'a [u8], &'a [u8])> {
        let (len, rest) = self.content().split_first_chunk::<2>()?;
        let (name, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*len)))?;
        Some((name, rest.get(2..)?))
    }

    /// Where the field stands, as the table of properties names places.
    #[must_use]
    pub(crate) fn place(&self, context: &Context) -> PacketSet {
        if self.in_will { PacketSet::WILL } else { PacketSet::of(&[context.packet_type()]) }
    }
}

/// What the words for a packet's rows depend on.
///
/// ```
/// # use mqttscope::annotate::{Tape, view};
/// # use mqttscope::mqtt::{Reading, decode};
/// # use mqttscope::spec::{PacketType, Version};
/// # let (bytes, mut tape) = (b"\x30\x08\0\x04home21", Tape::new());
/// # decode(bytes, Reading { version: Version::V311, sender: None }, &mut tape);
/// let context = view::context(bytes, &tape, Version::V311, None);
/// assert_eq!((context.packet_type(), context.remaining_length), (PacketType::PUBLISH, 8));
/// ```
#[must_use]
pub fn context(bytes: &[u8], tape: &Tape, version: Version, sender: Option<Sender>) -> Context {
    let value = |field| tape.find(field).map(|node| node.value);
    // Of messages inside each other the innermost one counts, which stands last.
    let last = |field| {
        let nodes = if version == Version::Sn12 { tape.nodes() } else { &[] };
        let node = nodes.iter().rev().find(|node| node.field() == field);
        node.and_then(|node| u8::try_from(node.value).ok()).unwrap_or_default()
    };
    let header = bytes.first().copied().unwrap_or_default();
    Context {
        version,
        sender,
        header,
        code: code(header, tape, version),
        is_empty: is_empty(bytes, tape, version),
        remaining_length: value(Field::REMAINING_LENGTH).unwrap_or_default(),
        total: bytes.len() as u64,
        connect_flags: connect_flags(header, tape),
        named: name(bytes, tape).and_then(ProtocolLevel::named),
        message_type: MessageType(last(Field::SN_TYPE)),
        flags: Flags(last(Field::SN_FLAGS)),
        ..Context::default()
    }
}

/// The Connect Flags, which a CONNECT alone has.
fn connect_flags(header: u8, tape: &Tape) -> u8 {
    if PacketType::of_header(header) != PacketType::CONNECT {
        return 0;
    }
    let node = tape.find(Field::CONNECT_FLAGS);
    node.and_then(|node| u8::try_from(node.value).ok()).unwrap_or_default()
}

/// The code of an answer that has one.
fn code(header: u8, tape: &Tape, version: Version) -> Option<u8> {
    const ANSWERS: PacketSet = PacketSet::of(&[
        PacketType::CONNACK,
        PacketType::PUBACK,
        PacketType::PUBREC,
        PacketType::PUBREL,
        PacketType::PUBCOMP,
    ]);
    if version == Version::Sn12 || !ANSWERS.meets(PacketSet::of(&[PacketType::of_header(header)])) {
        return None;
    }
    let node = tape.nodes().iter().find(|node| node.field().kind() == Kind::Code)?;
    u8::try_from(node.value).ok()
}

/// Whether what may be stored is there, and has no bytes: a payload, or a Will Payload behind its length.
/// That of a packet which is cut is missing.
fn is_empty(bytes: &[u8], tape: &Tape, version: Version) -> bool {
    let header = bytes.first().copied().unwrap_or_default();
    let (field, bits) = match PacketType::of_header(header) {
        _ if version == Version::Sn12 => (Field::SN_DATA, 0),
        PacketType::PUBLISH if header & 1 == 1 => (Field::PAYLOAD, 0),
        PacketType::CONNECT => (Field::WILL_PAYLOAD, 16),
        _ => return false,
    };
    let is_empty = |node: &Node| node.below() == 0 && node.span.len == bits;
    tape.find(field).is_some_and(is_empty) && !is_cut(bytes, tape)
}

/// Whether bytes are missing at the end of a packet.
fn is_cut(bytes: &[u8], tape: &Tape) -> bool {
    tape.find(Field::REMAINING_LENGTH).is_some_and(|node| {
        let behind = bytes.len().saturating_sub(node.span.end() as usize >> 3);
        node.value > behind as u64
    })
}

/// The Protocol Name of a CONNECT.
fn name<'a>(bytes: &'a [u8], tape: &Tape) -> Option<&'a [u8]> {
    bytes.first().filter(|first| PacketType::of_header(**first) == PacketType::CONNECT)?;
    tape.find(Field::PROTOCOL_NAME)?.span.of(bytes).get(2..)
}

/// The rows of a packet in the order of its bytes. With `parts`, length-prefixed values and
/// properties are followed by their parts: identifier, length, value.
///
/// ```
/// # use mqttscope::annotate::{Tape, view};
/// # use mqttscope::mqtt::{Reading, decode};
/// # use mqttscope::spec::Version;
/// # let (bytes, mut tape) = (b"\x40\x02\0\x07", Tape::new());
/// # decode(bytes, Reading { version: Version::V311, sender: None }, &mut tape);
/// let rows: Vec<_> = view::rows(&tape, bytes, false).map(|row| row.field.label(Version::V311)).collect();
/// assert_eq!(rows.last(), Some(&"Packet Identifier"));
/// ```
#[must_use]
pub fn rows<'a>(tape: &'a Tape, bytes: &'a [u8], parts: bool) -> Rows<'a> {
    let counter = Siblings::default();
    Rows {
        nodes: tape.nodes(),
        at: 0,
        bytes,
        counter,
        will_end: 0,
        parts,
        queue: Vec::new().into_iter(),
    }
}

/// What [`rows`] goes through.
#[doc(hidden)]
pub struct Rows<'a> {
    nodes: &'a [Node],
    /// The number of the next node.
    at: usize,
    bytes: &'a [u8],
    counter: Siblings,
    /// The number of the node behind the last one of the Will Properties.
    will_end: usize,
    parts: bool,
    /// Parts of the row that was last.
    queue: std::vec::IntoIter<Row<'a>>,
}

impl<'a> Rows<'a> {
    /// The nodes of the next rows.
    pub(crate) fn rest(&self) -> &'a [Node] {
        self.nodes.get(self.at..).unwrap_or_default()
    }

    /// The node of the last row.
    pub(crate) fn last(&self) -> Option<&'a Node> {
        self.nodes.get(self.at.checked_sub(1)?)
    }

    /// The bytes of the packet.
    pub(crate) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Leaves out the rows of so many nodes, which lie in no group, with all that lies in them. The row behind
    /// them is of another kind than the last of those.
    pub(crate) fn skip_run(&mut self, count: usize) {
        self.at = self.at.saturating_add(count);
        // Of what lies deeper nothing was counted since the row before, which lies in no group either.
        if let Some(outermost) = self.counter.last.first_mut() {
            *outermost = None;
        }
    }

    /// Goes behind a node.
    fn begin(&mut self, node: &Node) {
        self.at = self.at.saturating_add(1);
        if node.field() == Field::WILL_PROPERTIES {
            self.will_end = self.at.saturating_add(node.below() as usize);
        }
    }
}

impl<'a> Iterator for Rows<'a> {
    type Item = Row<'a>;

    fn next(&mut self) -> Option<Row<'a>> {
        if self.parts
            && let Some(part) = self.queue.next()
        {
            return Some(part);
        }
        let node = self.nodes.get(self.at)?;
        self.begin(node);
        let row = Row {
            field: node.field(),
            whole: node.field(),
            depth: node.depth(),
            span: node.span,
            number: node.value,
            bytes: node.span.of(self.bytes),
            index: self.counter.count(node),
            in_will: self.at <= self.will_end,
            is_group: node.below() > 0 || node.field().kind() == Kind::Group,
        };
        if self.parts && !row.is_group {
            self.queue = split(&row).into_iter();
        }
        Some(row)
    }

    /// At least a row a node.
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.nodes.len().saturating_sub(self.at), None)
    }
}

/// Counts siblings of one kind that follow each other.
#[derive(Default)]
struct Siblings {
    last: [Option<(Field, u32)>; 16],
    /// The depth of the node before.
    deepest: usize,
}

impl Siblings {
    fn count(&mut self, node: &Node) -> u32 {
        let depth = usize::from(node.depth());
        for level in depth.saturating_add(1)..=self.deepest {
            if let Some(deeper) = self.last.get_mut(level) {
                *deeper = None;
            }
        }
        self.deepest = depth;
        let Some(slot) = self.last.get_mut(depth) else { return 0 };
        let index = match *slot {
            Some((field, n)) if field == node.field() => n.saturating_add(1),
            _ => 0,
        };
        *slot = Some((node.field(), index));
        index
    }
}

/// The parts of a value that has its length before it, or of a property.
fn split<'a>(row: &Row<'a>) -> Vec<Row<'a>> {
    let mut parts = Parts { whole: *row, at: 0, rows: Vec::new() };
    match row.field.kind() {
        Kind::Text | Kind::Data => parts.prefixed(Field::VALUE),
        Kind::Property(wire) => {
            parts.push(Field::PROPERTY_ID, 1);
            match wire {
                Wire::Utf8 | Wire::Binary => parts.prefixed(Field::VALUE),
                Wire::Pair => {
                    parts.prefixed(Field::PAIR_NAME);
                    parts.prefixed(Field::PAIR_VALUE);
                }
                _ => parts.push(Field::NUMBER, row.bytes.len().saturating_sub(1)),
            }
        }
        _ => {}
    }
    parts.rows
}

struct Parts<'a> {
    whole: Row<'a>,
    at: usize,
    rows: Vec<Row<'a>>,
}

impl Parts<'_> {
    fn push(&mut self, field: Field, len: usize) {
        let start = self.whole.span.first_byte().saturating_add(self.at);
        let end = self.at.saturating_add(len);
        let bytes = self.whole.bytes.get(self.at..end).unwrap_or_default();
        let number = match field.kind() {
            Kind::Rest => 0,
            _ if field == Field::NUMBER => self.whole.number,
            _ => bytes.iter().fold(0, |n, byte| n << 8 | u64::from(*byte)),
        };
        self.rows.push(Row {
            field,
            depth: self.whole.depth.saturating_add(1),
            span: Span::of_bytes(start, len),
            number,
            bytes,
            index: 0,
            ..self.whole
        });
        self.at = end;
    }

    fn prefixed(&mut self, value: Field) {
        let rest = self.whole.bytes.get(self.at..).unwrap_or_default();
        let Some(len) = rest.first_chunk::<2>() else { return };
        self.push(Field::LENGTH, 2);
        let len = usize::from(u16::from_be_bytes(*len));
        if len > 0 {
            self.push(value, len);
        }
    }
}
