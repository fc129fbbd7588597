//! Rows as they were written before: most of a packet is the same as in the packets before it, so
//! most rows of a tree are copied, not made.

use super::parts::Stretch;
use crate::annotate::Node;
use crate::annotate::view::{Row, Rows};
use crate::bytes::Span;
use crate::spec::field::Context;
use crate::spec::{Field, PacketType, Version};
use crate::text::Words;

/// Rows that are remembered, and as many stretches: a power of two. The packets of a capture share a few hundred.
const SLOTS: usize = 1 << 11;
/// Runs of rows that are remembered of packets whose tree is there, which are few: a power of two.
const NODES_SLOTS: usize = 1 << 10;
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
/// The longest run of rows that is remembered, in bytes of the packet and in nodes.
const MAX_RUN: usize = 128;
const MAX_NODES: usize = 32;
/// The longest text that is remembered of it, in bytes.
const MAX_RUN_TEXT: usize = 4 << 10;

/// What a row is written into.
pub(super) trait Text: Default {
    /// Bytes that are in it.
    fn len(&self) -> usize;
    /// What stands behind byte `at`.
    fn since(&self, at: usize) -> &[u8];
    /// Adds what was taken [from](Self::since) a text.
    fn add(&mut self, text: &[u8]);
}

/// Slots that are few at first, and each of which has two places, so that two contents which come again and
/// again do not drive out each other.
#[derive(Debug)]
struct Slots<S> {
    slots: Vec<S>,
    /// How many they may become.
    most: usize,
    /// What was not remembered, while there are few slots.
    misses: usize,
}

impl<S: Clone + Default> Slots<S> {
    fn new(most: usize) -> Self {
        Self { slots: vec![S::default(); FEW_SLOTS], most, misses: 0 }
    }

    /// The two places for what `number`, `kind` and `bytes` tell apart, the one that was used last first.
    #[inline]
    fn pair(&mut self, number: u64, kind: u64, bytes: &[u8]) -> Option<&mut [S; 2]> {
        let place = place(number, kind, bytes, self.slots.len());
        self.slots.get_mut(place & !1..)?.first_chunk_mut()
    }

    /// Makes room for all, once there were more than a few.
    fn count_miss(&mut self) {
        if self.slots.len() < self.most {
            self.misses = self.misses.saturating_add(1);
            if self.misses > FEW_SLOTS {
                self.slots.resize(self.most, S::default());
            }
        }
    }
}

/// Bytes, and what was written of them. They stand side by side, as who looks at the ones mostly takes the other.
#[derive(Clone, Debug, Default)]
struct Known {
    both: Vec<u8>,
    /// How many are the bytes.
    len: usize,
}

impl Known {
    /// What was written of these bytes, and of no others.
    #[inline]
    fn of(&self, bytes: &[u8]) -> Option<&[u8]> {
        if self.len == bytes.len() { self.both.strip_prefix(bytes) } else { None }
    }

    fn set(&mut self, bytes: &[u8], text: &[u8]) {
        self.both.clear();
        self.both.extend_from_slice(bytes);
        self.both.extend_from_slice(text);
        self.len = bytes.len();
    }
}

/// The rows that were written last, each at the place that its contents choose.
#[derive(Debug)]
pub(super) struct Memo(Slots<Slot>);

#[derive(Clone, Debug, Default)]
struct Slot {
    key: Option<Key>,
    known: Known,
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

impl Memo {
    /// Nothing is remembered.
    pub(super) fn new() -> Self {
        Self(Slots::new(SLOTS))
    }

    /// Writes a row as it was written before, or else with `write`. `layout` tells apart whatever
    /// else it depends on; `bytes` are those of the row, or none where they are not shown.
    pub(super) fn row<T: Text>(
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
        let Some(pair) = self.0.pair(key.number, key.kind(), bytes) else { return write(out) };
        let mut own = pair.iter().filter(|slot| slot.key == Some(key));
        if let Some(text) = own.find_map(|slot| slot.known.of(bytes)) {
            return out.add(text);
        }
        pair.swap(0, 1);
        let [slot, _] = pair;
        if let Some(text) = written(out, MAX_TEXT, write) {
            slot.key = Some(key);
            slot.known.set(bytes, text);
        }
        self.0.count_miss();
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

    /// What most tells it apart, besides its number and bytes.
    fn kind(&self) -> u64 {
        u64::from(self.field.0) << 48
            ^ u64::from(self.span.start) << 24
            ^ u64::from(self.span.len) << 16
            ^ self.packet.0
    }
}

/// The slot of so many, which are a power of two, for bytes and two numbers that tell them apart. Both halves of
/// a product count, as its lower one knows nothing of the upper bits of its factors.
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
pub(super) struct Runs {
    of_nodes: Slots<NodesSlot>,
    of_bytes: Slots<BytesSlot>,
}

/// A run of a packet whose tree is there. All that was read of these bytes counts: rows that are made of the same
/// nodes and bytes are the same.
#[derive(Clone, Debug, Default)]
struct NodesSlot {
    packet: Packet,
    nodes: Vec<Node>,
    known: Known,
}

/// A stretch that is told from its bytes.
#[derive(Clone, Debug, Default)]
struct BytesSlot {
    packet: Packet,
    from: usize,
    known: Known,
}

impl Runs {
    /// Nothing is remembered.
    pub(super) fn new() -> Self {
        Self { of_nodes: Slots::new(NODES_SLOTS), of_bytes: Slots::new(SLOTS) }
    }

    /// Writes the next rows as they were written before, or else with `write`, which takes as many of them as it
    /// is told. `false`: the next row is hardly ever the same, or there are too many, and nothing is done.
    pub(super) fn next<T: Text>(
        &mut self,
        rows: &mut Rows<'_>,
        packet: Packet,
        out: &mut T,
        write: impl FnOnce(&mut Rows<'_>, usize, &mut T),
    ) -> bool {
        let Some((nodes, bytes)) = run(rows, packet) else { return false };
        let start = nodes.first().map_or(0, |node| node.span.start);
        let number = u64::from(start) << 8 ^ nodes.len() as u64;
        let Some(pair) = self.of_nodes.pair(number, packet.0, bytes) else { return false };
        let mut own = pair.iter().filter(|slot| slot.packet == packet && slot.nodes == nodes);
        if let Some(text) = own.find_map(|slot| slot.known.of(bytes)) {
            out.add(text);
            rows.skip_run(nodes.len());
            return true;
        }
        pair.swap(0, 1);
        let [slot, _] = pair;
        if let Some(text) = written(out, MAX_RUN_TEXT, |out| write(rows, nodes.len(), out)) {
            slot.packet = packet;
            slot.nodes.clear();
            slot.nodes.extend_from_slice(nodes);
            slot.known.set(bytes, text);
        }
        self.of_nodes.count_miss();
        true
    }

    /// Writes a stretch of a packet that has no fault as it was written before, or else with `write`.
    #[inline]
    pub(super) fn stretch<T: Text>(
        &mut self,
        Stretch { from, bytes, .. }: Stretch<'_>,
        packet: Packet,
        out: &mut T,
        write: impl FnOnce(&mut T),
    ) {
        let pair = self.of_bytes.pair((from as u64) << 8, packet.0, bytes);
        let Some(pair) = pair.filter(|_| bytes.len() <= MAX_RUN) else { return write(out) };
        // Bytes there are, so that a slot which is empty is of none.
        let mut own = pair.iter().filter(|slot| slot.packet == packet && slot.from == from);
        if let Some(text) = own.find_map(|slot| slot.known.of(bytes)) {
            return out.add(text);
        }
        pair.swap(0, 1);
        let [slot, _] = pair;
        if let Some(text) = written(out, MAX_RUN_TEXT, write) {
            (slot.packet, slot.from) = (packet, from);
            slot.known.set(bytes, text);
        }
        self.of_bytes.count_miss();
    }
}

/// What `write` adds, unless it is too long to be remembered.
#[inline]
fn written<T: Text>(out: &mut T, most: usize, write: impl FnOnce(&mut T)) -> Option<&[u8]> {
    let at = out.len();
    write(out);
    Some(out.since(at)).filter(|text| text.len() <= most)
}

/// What stands before, between and behind the places of a row where a number is shown that nothing else in the
/// row depends on.
#[derive(Debug)]
pub(super) struct Around {
    slots: Vec<AroundSlot>,
}

#[derive(Clone, Debug, Default)]
struct AroundSlot {
    key: Option<(Packet, Field, Span, u8)>,
    /// Where the first two parts end.
    ends: [usize; 2],
    parts: Vec<u8>,
}

impl Around {
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
    #[inline]
    pub(super) fn of<T: Text>(
        &mut self,
        (row, span): (&Row<'_>, Span),
        packet: Packet,
        make: impl FnOnce(&mut [T; 3]),
    ) -> Option<[&[u8]; 3]> {
        let number = u64::from(span.start) << 32 | u64::from(span.len);
        let place = place(number, packet.0 ^ u64::from(row.field.0) << 32, &[], self.slots.len());
        // Two places, as for a row.
        let [first, second] = self.slots.get_mut(place & !1..)?.first_chunk_mut::<2>()?;
        let key = Some((packet, row.field, span, row.depth));
        if second.key == key {
            return second.parts();
        }
        if first.key != key {
            std::mem::swap(first, second);
            let mut parts: [T; 3] = Default::default();
            make(&mut parts);
            first.set(parts.each_ref().map(|part| part.since(0)));
            first.key = key;
        }
        first.parts()
    }
}

impl AroundSlot {
    fn set(&mut self, parts: [&[u8]; 3]) {
        let [first, second, _] = parts.map(<[u8]>::len);
        self.ends = [first, first.saturating_add(second)];
        self.parts = parts.concat();
    }

    #[inline]
    fn parts(&self) -> Option<[&[u8]; 3]> {
        let [first, second] = self.ends;
        let (before, last) = self.parts.split_at_checked(second)?;
        let (first, second) = before.split_at_checked(first)?;
        Some([first, second, last])
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

    fn since(&self, at: usize) -> &[u8] {
        self.since(at)
    }

    #[inline]
    fn add(&mut self, text: &[u8]) {
        self.push_known(text);
    }
}

impl Text for Vec<u8> {
    fn len(&self) -> usize {
        self.len()
    }

    fn since(&self, at: usize) -> &[u8] {
        self.get(at..).unwrap_or_default()
    }

    #[inline]
    fn add(&mut self, text: &[u8]) {
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
                .map(|nth| place(key(nth).number, key(nth).kind(), &[], SLOTS))
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
