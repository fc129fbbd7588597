//! A tree as a flat list, in the order of the bytes, parents before their children.

use super::{Bits, Finding, Mark, Sink};
use crate::bytes::Span;
use crate::spec::{Field, Severity};
use std::fmt;

/// One field of a packet. 24 bytes, no text: names come from the tables, text from the span.
///
/// ```
/// use mqttscope::annotate::Tape;
/// use mqttscope::mqtt::{Reading, decode};
/// use mqttscope::spec::{Field, Version};
///
/// let mut tape = Tape::new();
/// decode(b"\x40\x02\0\x07", Reading { version: Version::V311, sender: None }, &mut tape);
/// let id = tape.find(Field::PACKET_ID).unwrap();
/// // Two bytes from the third on, counted in bits.
/// assert_eq!((id.value, id.span.start, id.span.len), (7, 16, 16));
/// ```
#[derive(Clone, Copy, Default, PartialEq)]
pub struct Node {
    /// The number that the field holds; 0 for text and bytes.
    pub value: u64,
    /// The bits that the field takes.
    pub span: Span,
    /// What is small, in one word that is written at once: how many nodes it holds (bits 0 to 31),
    /// which field it is (32 to 47), how deep it lies (48 to 55).
    tag: u64,
}

impl Node {
    #[inline]
    const fn new(field: Field, depth: Depth, span: Span, value: u64) -> Self {
        Self { value, span, tag: (field.0 as u64) << 32 | depth.0 }
    }

    /// Which field it is.
    ///
    /// ```
    /// # use mqttscope::annotate::Tape;
    /// # use mqttscope::mqtt::{Reading, decode};
    /// # use mqttscope::spec::{Field, Version};
    /// # let mut tape = Tape::new();
    /// # decode(b"\xc0\x00", Reading { version: Version::V311, sender: None }, &mut tape);
    /// assert_eq!(tape.nodes().last().unwrap().field(), Field::REMAINING_LENGTH);
    /// ```
    #[inline]
    #[must_use]
    pub const fn field(&self) -> Field {
        Field((self.tag >> 32) as u16)
    }

    /// How many groups it lies in.
    ///
    /// ```
    /// # use mqttscope::annotate::Tape;
    /// # use mqttscope::mqtt::{Reading, decode};
    /// # use mqttscope::spec::Version;
    /// # let mut tape = Tape::new();
    /// # decode(b"\xc0\x00", Reading { version: Version::V311, sender: None }, &mut tape);
    /// // First byte, its two halves, Remaining Length.
    /// let depths: Vec<u8> = tape.nodes().iter().map(|node| node.depth()).collect();
    /// assert_eq!(depths, [0, 1, 1, 0]);
    /// ```
    #[inline]
    #[must_use]
    pub const fn depth(&self) -> u8 {
        (self.tag >> 48) as u8
    }

    /// How many of the nodes behind it lie in it, whatever their depth.
    #[inline]
    #[must_use]
    #[doc(hidden)]
    pub const fn below(&self) -> u32 {
        self.tag as u32
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node")
            .field("field", &self.field())
            .field("span", &self.span)
            .field("value", &self.value)
            .field("depth", &self.depth())
            .field("below", &self.below())
            .finish()
    }
}

/// How many groups a node lies in, at its place in the tag.
#[derive(Clone, Copy, Debug, Default)]
struct Depth(u64);

impl Depth {
    const ONE: u64 = 1 << 48;

    #[inline]
    const fn deeper(self) -> Self {
        Self(self.0.wrapping_add(Self::ONE))
    }

    #[inline]
    const fn higher(self) -> Self {
        Self(self.0.wrapping_sub(Self::ONE))
    }
}

/// The annotated tree of one packet, to be reused from packet to packet.
///
/// ```
/// use mqttscope::annotate::Tape;
/// use mqttscope::mqtt::{Reading, decode};
/// use mqttscope::spec::{Field, Version};
///
/// let mut tape = Tape::new();
/// decode(b"\x31\x04\0\x01ab", Reading { version: Version::V311, sender: None }, &mut tape);
/// assert_eq!(tape.find(Field::RETAIN).unwrap().value, 1);
/// ```
#[derive(Debug, Default)]
pub struct Tape {
    /// Room for nodes, of which the first `count` are in use: a few that belong together are written
    /// where they will stand, and are asked only once whether there is room.
    slots: Vec<Node>,
    count: u32,
    findings: Vec<Finding>,
    depth: Depth,
}

impl Clone for Tape {
    fn clone(&self) -> Self {
        let mut copy = Self::new();
        copy.clone_from(self);
        copy
    }

    /// Copies what is in use, into the memory that is there.
    fn clone_from(&mut self, other: &Self) {
        self.slots.clear();
        self.slots.extend_from_slice(other.nodes());
        self.findings.clone_from(&other.findings);
        (self.count, self.depth) = (other.count, other.depth);
    }
}

/// Nodes for which there is room at first.
const SLOTS: usize = 64;

impl Tape {
    /// An empty tape.
    ///
    /// ```
    /// let tape = mqttscope::annotate::Tape::new();
    /// assert!(tape.nodes().is_empty() && tape.findings().is_empty());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets the tree and keeps its memory.
    ///
    /// ```
    /// # use mqttscope::annotate::Tape;
    /// # use mqttscope::mqtt::{Reading, decode};
    /// # use mqttscope::spec::Version;
    /// # let mut tape = Tape::new();
    /// # decode(b"\xc0\x00", Reading { version: Version::V311, sender: None }, &mut tape);
    /// tape.clear();
    /// assert!(tape.nodes().is_empty());
    /// ```
    pub fn clear(&mut self) {
        self.count = 0;
        self.findings.clear();
        self.depth = Depth::default();
    }

    /// The fields in the order of their bytes, groups before what they hold.
    ///
    /// ```
    /// # use mqttscope::annotate::Tape;
    /// # use mqttscope::mqtt::{Reading, decode};
    /// # use mqttscope::spec::Version;
    /// # let mut tape = Tape::new();
    /// # decode(b"\xc0\x00", Reading { version: Version::V311, sender: None }, &mut tape);
    /// let keys: Vec<_> = tape.nodes().iter().map(|node| node.field().key()).collect();
    /// assert_eq!(keys, ["mqtt.hdrflags", "mqtt.msgtype", "mqtt.hdr_reserved", "mqtt.len"]);
    /// ```
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        self.slots.get(..self.count as usize).unwrap_or_default()
    }

    /// What was found, in the order in which it was met.
    ///
    /// ```
    /// # use mqttscope::annotate::Tape;
    /// # use mqttscope::mqtt::{Reading, decode};
    /// # use mqttscope::spec::{Rule, Version};
    /// # let mut tape = Tape::new();
    /// // A PUBREL, of which the lower half of the first byte must be 2.
    /// decode(b"\x60\x02\0\x01", Reading { version: Version::V311, sender: None }, &mut tape);
    /// assert_eq!(tape.findings()[0].rule, Rule::HEADER_FLAGS);
    /// ```
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The gravest of the findings.
    ///
    /// ```
    /// # use mqttscope::annotate::Tape;
    /// # use mqttscope::mqtt::{Reading, decode};
    /// # use mqttscope::spec::{Severity, Version};
    /// # let mut tape = Tape::new();
    /// // A PUBACK for Packet Identifier 0.
    /// decode(b"\x40\x02\0\0", Reading { version: Version::V311, sender: None }, &mut tape);
    /// assert_eq!(tape.worst(), Some(Severity::Error));
    /// ```
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(Finding::severity).max()
    }

    /// How many findings are errors.
    #[must_use]
    #[doc(hidden)]
    pub fn errors(&self) -> usize {
        self.findings.iter().filter(|f| f.severity() == Severity::Error).count()
    }

    /// The first field of this kind.
    ///
    /// ```
    /// # use mqttscope::annotate::Tape;
    /// # use mqttscope::mqtt::{Reading, decode};
    /// # use mqttscope::spec::{Field, Version};
    /// # let mut tape = Tape::new();
    /// # decode(b"\x40\x02\x12\x34", Reading { version: Version::V311, sender: None }, &mut tape);
    /// assert_eq!(tape.find(Field::PACKET_ID).unwrap().value, 0x1234);
    /// ```
    #[must_use]
    pub fn find(&self, field: Field) -> Option<&Node> {
        self.nodes().iter().find(|node| node.field() == field)
    }

    /// The nodes that hold no others, in the order of their bytes.
    ///
    /// ```
    /// # use mqttscope::annotate::Tape;
    /// # use mqttscope::mqtt::{Reading, decode};
    /// # use mqttscope::spec::Version;
    /// # let (bytes, mut tape) = (b"\x40\x02\x12\x34", Tape::new());
    /// # decode(bytes, Reading { version: Version::V311, sender: None }, &mut tape);
    /// // Each bit of the packet stands in exactly one leaf.
    /// let bits: u32 = tape.leaves().map(|node| node.span.len).sum();
    /// assert_eq!(bits, 8 * 4);
    /// ```
    pub fn leaves(&self) -> impl Iterator<Item = &Node> {
        self.nodes().iter().filter(|node| node.below() == 0)
    }

    /// Forgets the findings of these rules: a better reason for them is known.
    pub(crate) fn retract(&mut self, rules: &[crate::spec::Rule]) {
        self.findings.retain(|finding| !rules.contains(&finding.rule));
    }

    /// Forgets all findings but the first `count`.
    pub(crate) fn keep_findings(&mut self, count: usize) {
        self.findings.truncate(count);
    }

    /// Forgets what is wrong with a packet that is not all there.
    pub(crate) fn retract_errors(&mut self) {
        self.findings.retain(|finding| finding.severity() < Severity::Error);
    }

    /// Forgets what was found in a stretch of bytes that are not known.
    pub(crate) fn retract_in(&mut self, hidden: Span) {
        let end = |span: Span| span.start.saturating_add(span.len);
        let meets = |span: Span| span.start < end(hidden) && hidden.start < end(span);
        self.findings.retain(|finding| !meets(finding.span));
    }

    /// Forgets the fields from a bit on, which begin in no group, and what was found that reaches behind it.
    pub(crate) fn hide_from(&mut self, start: u32) {
        let kept = self.nodes().iter().take_while(|node| node.span.start < start).count();
        self.count = u32::try_from(kept).unwrap_or(self.count);
        self.findings.retain(|finding| finding.span.end() <= start && finding.span.start < start);
    }

    /// Puts findings before those that the decoder made: what explains them comes first.
    #[inline]
    pub(crate) fn note_first(&mut self, findings: &[Finding]) {
        if findings.is_empty() {
            return;
        }
        self.findings.splice(0..0, findings.iter().copied());
    }

    /// A packet has fewer nodes than bits, and a position in bits is 32 bits wide.
    #[inline]
    const fn next_index(&self) -> u32 {
        self.count
    }

    #[inline]
    fn push(&mut self, node: Node) {
        if let Some(slot) = self.slots.get_mut(self.count as usize) {
            *slot = node;
        } else {
            self.slots.push(node);
            self.make_room();
        }
        self.count = self.count.wrapping_add(1);
    }

    #[cold]
    fn make_room(&mut self) {
        let len = self.slots.len().saturating_mul(2).max(SLOTS);
        self.slots.resize(len, Node::default());
    }
}

impl Sink for Tape {
    const RECORDS: bool = true;

    #[inline]
    fn leaf(&mut self, field: Field, span: Span, value: u64) {
        self.push(Node::new(field, self.depth, span, value));
    }

    #[inline]
    fn open(&mut self, field: Field, start: u32) -> Mark {
        let index = self.next_index();
        let span = Span { start, len: 0 };
        self.push(Node::new(field, self.depth, span, 0));
        self.depth = self.depth.deeper();
        Mark(index)
    }

    #[inline]
    fn close(&mut self, mark: Mark, end: u32, value: u64) {
        self.depth = self.depth.higher();
        let below = self.next_index().wrapping_sub(mark.0).wrapping_sub(1);
        if below == 0 {
            // Its first field could not be read: there is nothing to show of the group.
            self.count = self.count.saturating_sub(1);
            return;
        }
        if let Some(node) = self.slots.get_mut(mark.0 as usize) {
            node.span.len = end.saturating_sub(node.span.start);
            node.tag |= u64::from(below);
            node.value = value;
        }
    }

    #[inline(always)]
    fn flags<const N: usize>(&mut self, group: Field, start: u32, byte: u8, parts: &[Bits; N]) {
        let room = self.slots.get_mut(self.count as usize..).and_then(<[Node]>::split_first_mut);
        let Some((node, Some(below))) = room.map(|(one, rest)| (one, rest.first_chunk_mut::<N>()))
        else {
            self.make_room();
            return self.flags(group, start, byte, parts);
        };
        *node = Node::new(group, self.depth, Span { start, len: 8 }, u64::from(byte));
        node.tag |= N as u64;
        let depth = self.depth.deeper();
        for (node, part) in below.iter_mut().zip(parts) {
            *node = Node::new(part.field, depth, part.span(start), u64::from(part.of(byte)));
        }
        self.count = self.count.wrapping_add(N as u32).wrapping_add(1);
    }

    fn note(&mut self, finding: Finding) {
        self.findings.push(finding);
    }
}
