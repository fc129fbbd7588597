//! Rows as they were written before: most of a packet is the same as in the packets before it, so
//! most rows of a tree are copied, not made.

use super::parts::Stretch;
use crate::annotate::Node;
use crate::annotate::view::{Row, Rows};
use crate::bytes::Span;
use crate::spec::field::Context;
use crate::spec::{Field, PacketType, Version};
use crate::text::{Out, Words};

/// Rows that are remembered: a power of two. The packets of a capture share a few hundred.
const SLOTS: usize = 1 << 11;
/// The same at first, for one packet or two: to make room for all takes longer than to write these.
const FEW_SLOTS: usize = 1 << 6;
/// The longest field that is remembered, in bytes: topics and client ids come again, payloads do not.
const MAX_BYTES: usize = 64;
/// The longest text that is remembered of a row, in bytes.
const MAX_TEXT: usize = 4 << 10;

/// Rows with a value in words that are the same for all: a power of two. They differ by the packet's type and
/// flags, and by where they stand, which is behind the topic.
const PLACE_SLOTS: usize = 1 << 9;
/// The same where they differ by how long they are.
const LENGTH_SLOTS: usize = 1 << 10;
/// Runs of rows that are remembered: a power of two.
const RUN_SLOTS: usize = 1 << 11;
/// The longest run of rows that is remembered, in bytes of the packet and in nodes.
const MAX_RUN: usize = 128;
const MAX_NODES: usize = 32;
/// The longest text that is remembered of it, in bytes.
const MAX_RUN_TEXT: usize = 4 << 10;

/// What a row is written into.
pub(super) trait Text: Default {
    /// Bytes that are in it.
    fn len(&self) -> usize;
    /// Takes over what stands in `from` behind byte `at`, in place of what it had.
    fn set(&mut self, from: &Self, at: usize);
    /// Adds `text`.
    fn add(&mut self, text: &Self);
}

/// The rows that were written last, each at the place that its contents choose.
#[derive(Debug)]
pub(super) struct Memo<T> {
    slots: Vec<Slot<T>>,
    /// Rows that were not remembered, while there are few slots.
    misses: usize,
}

#[derive(Clone, Debug, Default)]
struct Slot<T> {
    key: Option<Key>,
    bytes: Vec<u8>,
    text: T,
}

/// All that the words of a row depend on, besides its bytes and the user's options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Key {
    number: u64,
    span: Span,
    field: Field,
    whole: Field,
    index: u32,
    depth: u8,
    in_will: bool,
    is_group: bool,
    packet: Packet,
}

/// What of a packet the words of all its rows depend on; `layout` tells apart whatever else they do.
///
/// It is one number, which is quickly compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Packet(u64);

impl Packet {
    pub(super) fn new(context: &Context, layout: u8) -> Self {
        let sender = context.sender.map_or(0, |sender| (sender as u8).saturating_add(1));
        let whether = u8::from(context.code.is_some()) << 1 | u8::from(context.is_empty);
        Self(u64::from_be_bytes([
            context.version as u8,
            whether,
            context.connect_flags,
            context.code.unwrap_or_default(),
            0,
            layout,
            context.header,
            sender,
        ]))
    }

    /// The first byte of the packet.
    fn header(self) -> u8 {
        (self.0 >> 8) as u8
    }

    /// Whether it is of MQTT-SN, whose topics stand elsewhere.
    fn is_sn(self) -> bool {
        self.0 >> 56 == Version::Sn12 as u64
    }
}

impl<T: Text + Clone> Memo<T> {
    /// Nothing is remembered.
    pub(super) fn new() -> Self {
        Self { slots: vec![Slot::default(); FEW_SLOTS], misses: 0 }
    }

    /// Writes a row as it was written before, or else with `write`. `layout` tells apart whatever
    /// else it depends on; `bytes` are those of the row, or none where they are not shown.
    pub(super) fn row(
        &mut self,
        (row, bytes, context, layout): (&Row<'_>, &[u8], &Context, u8),
        out: &mut T,
        write: impl FnOnce(&mut T),
    ) {
        // Packet Identifiers, payloads and the messages of MQTT-SN, whose topics stand elsewhere.
        let is_new = bytes.len() > MAX_BYTES
            || matches!(row.field, Field::PACKET_ID | Field::PAYLOAD)
            || context.version == Version::Sn12;
        if is_new {
            return write(out);
        }
        let key = Key::new(row, context, layout);
        // It has two places, so that two rows which come again do not drive out each other.
        let place = key.place(bytes, self.slots.len()) & !1;
        let pair = self.slots.get_mut(place..).and_then(<[_]>::first_chunk_mut::<2>);
        let Some(pair) = pair else { return write(out) };
        if let Some(slot) = pair.iter().find(|slot| slot.key == Some(key) && slot.bytes == bytes) {
            return out.add(&slot.text);
        }
        pair.swap(0, 1);
        let [slot, _] = pair;
        let at = out.len();
        write(out);
        if out.len().saturating_sub(at) <= MAX_TEXT {
            slot.key = Some(key);
            slot.bytes.clear();
            slot.bytes.extend_from_slice(bytes);
            slot.text.set(out, at);
        }
        if self.slots.len() < SLOTS {
            self.misses = self.misses.saturating_add(1);
            if self.misses > FEW_SLOTS {
                self.slots.resize(SLOTS, Slot::default());
            }
        }
    }
}

impl Key {
    fn new(row: &Row<'_>, context: &Context, layout: u8) -> Self {
        Self {
            number: row.number,
            span: row.span,
            field: row.field,
            whole: row.whole,
            index: row.index,
            depth: row.depth,
            in_will: row.in_will,
            is_group: row.is_group,
            packet: Packet::new(context, layout),
        }
    }

    /// The slot for it of so many, which are a power of two: what most tells rows apart, mixed. Both
    /// halves of a product count, as its lower one knows nothing of the upper bits of its factors.
    fn place(&self, bytes: &[u8], slots: usize) -> usize {
        let kind = u64::from(self.field.0) << 48
            ^ u64::from(self.span.start) << 24
            ^ u64::from(self.span.len) << 16
            ^ self.packet.0;
        place(self.number, kind, bytes, slots)
    }
}

/// The slot of so many, which are a power of two, for bytes and two numbers that tell them apart.
fn place(number: u64, kind: u64, bytes: &[u8], slots: usize) -> usize {
    const FACTORS: (u64, u64) = (0x9e37_79b9_7f4a_7c15, 0xd6e8_feb8_6659_fd93);
    // Topics may differ in any place.
    let (words, rest) = bytes.as_chunks::<8>();
    let words = words.iter().map(|word| u64::from_le_bytes(*word));
    let add = |sum: u64, word: u64| (sum ^ word).wrapping_mul(FACTORS.0).rotate_left(29);
    let value = words.fold(number, add);
    // The last word is what the others leave over, and some that they hold; or all, where it is less.
    let value = match (bytes.last_chunk::<8>(), rest) {
        (_, []) => value,
        (Some(last), _) => add(value, u64::from_le_bytes(*last)),
        (None, _) => add(value, rest.iter().fold(1, |word, byte| word << 8 | u64::from(*byte))),
    };
    let product = u128::from(value ^ FACTORS.0).wrapping_mul((kind ^ FACTORS.1).into());
    (product ^ product >> 64) as usize & slots.saturating_sub(1)
}

/// All rows between two that differ from packet to packet, as they were written last. They come again by far
/// more often than not, and are copied in one go.
#[derive(Debug)]
pub(super) struct Runs<T> {
    slots: Vec<RunSlot<T>>,
    /// Runs that were not remembered, while there are few slots.
    misses: usize,
}

#[derive(Clone, Debug, Default)]
struct RunSlot<T> {
    packet: Packet,
    /// All that was read of these bytes: rows that are made of the same nodes and bytes are the same. None of a
    /// stretch that is told from its bytes.
    nodes: Vec<Node>,
    /// The offset of such a stretch.
    from: usize,
    bytes: Vec<u8>,
    text: T,
}

impl<T: Text + Clone> Runs<T> {
    /// Nothing is remembered.
    pub(super) fn new() -> Self {
        Self { slots: vec![RunSlot::default(); FEW_SLOTS], misses: 0 }
    }

    /// Writes the next rows as they were written before, or else with `write`, which takes as many of them as it
    /// is told. `false`: the next row is hardly ever the same, or there are too many, and nothing is done.
    pub(super) fn next(
        &mut self,
        rows: &mut Rows<'_>,
        packet: Packet,
        out: &mut T,
        write: impl FnOnce(&mut Rows<'_>, usize, &mut T),
    ) -> bool {
        let Some((nodes, bytes)) = run(rows, packet) else { return false };
        let start = nodes.first().map_or(0, |node| node.span.start);
        let number = u64::from(start) << 8 ^ nodes.len() as u64;
        let place = place(number, packet.0, bytes, self.slots.len());
        let Some(slot) = self.slots.get_mut(place) else { return false };
        if slot.bytes == bytes && slot.packet == packet && slot.nodes == nodes {
            out.add(&slot.text);
            rows.skip_run(nodes.len());
            return true;
        }
        let at = out.len();
        write(rows, nodes.len(), out);
        if out.len().saturating_sub(at) <= MAX_RUN_TEXT {
            slot.set((packet, nodes), (0, bytes), (out, at));
        }
        self.count_miss();
        true
    }

    /// Writes a stretch of a packet that has no fault as it was written before, or else with `write`.
    pub(super) fn stretch(
        &mut self,
        Stretch { from, bytes, .. }: Stretch<'_>,
        packet: Packet,
        out: &mut T,
        write: impl FnOnce(&mut T),
    ) {
        let place = place((from as u64) << 8, packet.0, bytes, self.slots.len()) & !1;
        let pair = self.slots.get_mut(place..).and_then(<[_]>::first_chunk_mut::<2>);
        let Some(pair) = pair.filter(|_| bytes.len() <= MAX_RUN) else { return write(out) };
        let is_same = |slot: &RunSlot<T>| {
            let is_place = slot.packet == packet && slot.from == from;
            is_place && slot.nodes.is_empty() && slot.bytes == bytes
        };
        // Two places, as for a row.
        let [first, second] = &mut *pair;
        if is_same(first) {
            return out.add(&first.text);
        }
        if is_same(second) {
            return out.add(&second.text);
        }
        std::mem::swap(first, second);
        let [slot, _] = pair;
        let at = out.len();
        write(out);
        if out.len().saturating_sub(at) <= MAX_RUN_TEXT {
            slot.set((packet, &[]), (from, bytes), (out, at));
        }
        self.count_miss();
    }

    /// Makes room for all, once there were more than a few.
    fn count_miss(&mut self) {
        if self.slots.len() < RUN_SLOTS {
            self.misses = self.misses.saturating_add(1);
            if self.misses > FEW_SLOTS {
                self.slots.resize(RUN_SLOTS, RunSlot::default());
            }
        }
    }
}

impl<T: Text> RunSlot<T> {
    fn set(
        &mut self,
        (packet, nodes): (Packet, &[Node]),
        (from, bytes): (usize, &[u8]),
        (text, at): (&T, usize),
    ) {
        (self.packet, self.from) = (packet, from);
        self.nodes.clear();
        self.nodes.extend_from_slice(nodes);
        self.bytes.clear();
        self.bytes.extend_from_slice(bytes);
        self.text.set(text, at);
    }
}

/// What stands before, between and behind the places of a row where a number is shown that nothing else in the
/// row depends on.
#[derive(Debug)]
pub(super) struct Around<T> {
    slots: Vec<AroundSlot<T>>,
}

#[derive(Clone, Debug, Default)]
struct AroundSlot<T> {
    key: Option<(Packet, Field, Span, u8)>,
    parts: [T; 3],
}

impl<T: Text + Clone> Around<T> {
    /// Nothing is remembered of rows that differ by where they stand.
    pub(super) fn of_places() -> Self {
        Self { slots: vec![AroundSlot::default(); PLACE_SLOTS] }
    }

    /// The same of rows that differ by how long they are.
    pub(super) fn of_lengths() -> Self {
        Self { slots: vec![AroundSlot::default(); LENGTH_SLOTS] }
    }

    /// The parts of a row as they were made before, or else by `make`, which finds them empty. The parts of rows
    /// that differ by their place alone are the same if `span` is.
    pub(super) fn of(
        &mut self,
        (row, span): (&Row<'_>, Span),
        packet: Packet,
        make: impl FnOnce(&mut [T; 3]),
    ) -> Option<&[T; 3]> {
        let number = u64::from(span.start) << 32 | u64::from(span.len);
        let place = place(number, packet.0 ^ u64::from(row.field.0) << 32, &[], self.slots.len());
        // Two places, as for a row.
        let [first, second] = self.slots.get_mut(place & !1..)?.first_chunk_mut::<2>()?;
        let key = Some((packet, row.field, span, row.depth));
        if second.key == key {
            return Some(&second.parts);
        }
        if first.key != key {
            std::mem::swap(first, second);
            first.key = key;
            first.parts.iter_mut().for_each(|part| part.set(&T::default(), 0));
            make(&mut first.parts);
        }
        Some(&first.parts)
    }
}

/// The next nodes up to the first whose value is hardly ever the same, and their bytes; `None` where there are
/// none, or many.
fn run<'r>(rows: &Rows<'r>, packet: Packet) -> Option<(&'r [Node], &'r [u8])> {
    // Payloads are long and short, those of one topic too.
    let is_publish = PacketType::of_header(packet.header()) == PacketType::PUBLISH;
    let is_new = |node: &Node| match node.field() {
        Field::PACKET_ID | Field::PAYLOAD => true,
        field => is_publish && field == Field::REMAINING_LENGTH,
    };
    // In the middle of a run rows may depend on how many of their kind stand before.
    if rows.last().is_some_and(|last| !is_new(last)) {
        return None;
    }
    let (nodes, bytes) = (rows.rest(), rows.bytes());
    let from = nodes.first().filter(|node| !is_new(node))?.span.first_byte();
    let (nodes, to) = match nodes.iter().take(MAX_NODES).position(is_new) {
        Some(at) => {
            let next = nodes.get(at).filter(|node| node.depth() == 0)?;
            (nodes.get(..at)?, next.span.first_byte())
        }
        None => (nodes, bytes.len()),
    };
    let bytes = bytes.get(from..to)?;
    let is_short = nodes.len() <= MAX_NODES && bytes.len() <= MAX_RUN;
    let can_be_known = is_short && !nodes.is_empty() && !packet.is_sn();
    can_be_known.then_some((nodes, bytes))
}

impl Text for Words {
    fn len(&self) -> usize {
        self.len()
    }

    fn set(&mut self, from: &Self, at: usize) {
        self.clear();
        self.push_ascii(from.since(at));
    }

    fn add(&mut self, text: &Self) {
        self.push_words(text);
    }
}

impl Text for Vec<u8> {
    fn len(&self) -> usize {
        self.len()
    }

    fn set(&mut self, from: &Self, at: usize) {
        self.clear();
        self.extend_from_slice(from.get(at..).unwrap_or_default());
    }

    fn add(&mut self, text: &Self) {
        self.extend_from_slice(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mqtt::altered;
    use crate::render::{Options, format, sample};
    use std::collections::BTreeSet;

    /// Whatever was written before, a packet is shown as by who has written nothing.
    #[test]
    fn what_is_copied_is_what_would_be_made() {
        const EACH: usize = 97;
        let options = Options { is_continued: true, ..Options::default() };
        for make in ["tree", "json"].map(|name| format(name).unwrap().make) {
            let mut used = make(&options);
            let count = altered::every(EACH, &altered::usual(), |packet| {
                for version in [Version::V311, Version::V5] {
                    sample::with_record(packet, version, None, |record| {
                        // Twice: the second time all that can be remembered of it is.
                        let fresh = sample::written(&mut *make(&options), &record);
                        for _ in 0..2 {
                            assert_eq!(sample::written(&mut *used, &record), fresh, "{packet:x?}");
                        }
                    });
                }
            });
            assert!(count > 100 * EACH, "{count}");
        }
    }

    /// The last codes of two SUBACKs stand at the same place, but for filters of other numbers.
    #[test]
    fn rows_depend_on_how_many_of_their_kind_stand_before() {
        let suback = |properties: &[u8], codes: usize| {
            let rest = [&[0, 7, properties.len() as u8], properties, &vec![1; codes]].concat();
            [&[0x90, rest.len() as u8], &rest[..]].concat()
        };
        let (reason, options) =
            (b"\x1f\0\x01x", Options { is_continued: true, ..Options::default() });
        for make in ["tree", "json"].map(|name| format(name).unwrap().make) {
            let mut used = make(&options);
            for packet in [suback(b"", 40), suback(reason, 36), suback(b"", 40)] {
                sample::with_record(&packet, Version::V5, None, |record| {
                    let fresh = sample::written(&mut *make(&options), &record);
                    assert_eq!(sample::written(&mut *used, &record), fresh);
                });
            }
        }
    }

    /// Rows that are as many as half the slots hardly share one, whichever part tells them apart.
    #[test]
    fn rows_are_spread_over_the_slots() {
        let key = |field, start, number, header| Key {
            number,
            span: Span { start, len: 8 },
            field: Field(field),
            whole: Field(field),
            index: 0,
            depth: 0,
            in_will: false,
            is_group: false,
            packet: Packet::new(&Context { version: Version::V5, header, ..Context::default() }, 0),
        };
        let places = |key: &dyn Fn(u64) -> Key| -> usize {
            (0..SLOTS as u64 / 2)
                .map(|nth| key(nth).place(&[], SLOTS))
                .collect::<BTreeSet<_>>()
                .len()
        };
        let by: [&dyn Fn(u64) -> Key; 4] = [
            &|nth| key(1, 0, nth, 0x30),
            &|nth| key(nth as u16 % 64, nth as u32 / 64 * 8, 0, 0x30),
            &|nth| key(1, nth as u32 * 8, 0, 0x30),
            &|nth| key(nth as u16 % 8, 8, nth / 128, (nth / 8 % 16) as u8 | 0x30),
        ];
        // By chance 1024 of 2048 slots would get about 806 different ones.
        for places in by.map(places) {
            assert!(places > 700, "{places} of {}", SLOTS / 2);
        }
    }
}
