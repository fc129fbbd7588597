//! Rows as they were written before: most of a packet is the same as in the packets before it, so
//! most rows of a tree are copied, not made.

use crate::annotate::view::Row;
use crate::bytes::Span;
use crate::spec::field::Context;
use crate::spec::{Field, Sender, Version};

/// Rows that are remembered: a power of two. The packets of a capture share a few hundred.
const SLOTS: usize = 1 << 11;
/// The longest field that is remembered, in bytes: topics and client ids come again, payloads do not.
const MAX_BYTES: usize = 64;
/// The longest text that is remembered of a row, in bytes.
const MAX_TEXT: usize = 4 << 10;

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
    version: Version,
    sender: Option<Sender>,
    header: u8,
    connect_flags: u8,
    layout: u8,
}

impl<T: Text + Clone> Memo<T> {
    /// Nothing is remembered.
    pub(super) fn new() -> Self {
        Self { slots: vec![Slot::default(); SLOTS] }
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
        let key = Key::new(row, context, layout);
        let slot = self.slots.get_mut(key.place(bytes)).filter(|_| !is_new);
        let Some(slot) = slot else { return write(out) };
        if slot.key == Some(key) && slot.bytes == bytes {
            return out.add(&slot.text);
        }
        let at = out.len();
        write(out);
        if out.len().saturating_sub(at) <= MAX_TEXT {
            slot.key = Some(key);
            slot.bytes.clear();
            slot.bytes.extend_from_slice(bytes);
            slot.text.set(out, at);
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
            version: context.version,
            sender: context.sender,
            header: context.header,
            connect_flags: context.connect_flags,
            layout,
        }
    }

    /// The slot for it: what most tells rows apart, mixed.
    fn place(&self, bytes: &[u8]) -> usize {
        const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
        let tail = bytes.last_chunk::<8>().map_or(0, |tail| u64::from_le_bytes(*tail));
        let all = self.number
            ^ u64::from(self.field.0) << 40
            ^ u64::from(self.span.start) << 20
            ^ u64::from(self.span.len) << 8
            ^ u64::from(self.header) << 56
            ^ tail.wrapping_mul(FACTOR);
        let mixed = all.wrapping_mul(FACTOR);
        (mixed ^ mixed >> 32) as usize & SLOTS.saturating_sub(1)
    }
}

impl Text for String {
    fn len(&self) -> usize {
        self.len()
    }

    fn set(&mut self, from: &Self, at: usize) {
        self.clear();
        self.push_str(from.get(at..).unwrap_or_default());
    }

    fn add(&mut self, text: &Self) {
        self.push_str(text);
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
