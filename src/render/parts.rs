//! A PUBLISH and its acknowledgments in parts, told from their bytes: most packets are one of these, and all of
//! their tree but Packet Identifier and payload was written before. So nearly always no tree has to be made.

use crate::annotate::Tape;
use crate::annotate::view::{self, Row};
use crate::bytes::Span;
use crate::mqtt;
use crate::pipeline::Record;
use crate::spec::field::Context;
use crate::spec::{Field, Version};

/// Where the parts of a packet end, in bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parts<'r> {
    /// What the words of its rows depend on.
    pub(super) context: Context,
    bytes: &'r [u8],
    header: usize,
    topic: usize,
    id: usize,
    properties: usize,
}

/// One part.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part<'r> {
    /// Fields that the packets before had as well, by far more often than not.
    Known(Stretch<'r>),
    /// The same of one, whose row is known without a tree.
    Field(Row<'r>),
    /// All of an acknowledgment: its fixed header, which is the same in all of its kind, and its Packet
    /// Identifier.
    Ack(Stretch<'r>, Row<'r>),
    /// The Packet Identifier.
    Id(Row<'r>),
    /// The payload, which has bytes.
    Payload(Row<'r>),
}

/// Whole fields that stand in no group, with all that lies in them. No fault is in their packet, so its kind,
/// their place and their bytes say all of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch<'r> {
    /// Offset of the first byte.
    pub(super) from: usize,
    /// Their bytes, one at least.
    pub(super) bytes: &'r [u8],
}

impl<'r> Parts<'r> {
    /// Those of a record whose tree was left out; `None` where it is there, or the packet is of another kind.
    pub(super) fn of(record: &Record<'r>) -> Option<Self> {
        let decoded = record.decoded.filter(|_| record.is_bare())?;
        let is_plain = record.tape.findings().is_empty() && record.version != Version::Sn12;
        let (bytes, packet) = (record.bytes, decoded.packet.as_ref().filter(|_| is_plain)?);
        let remaining = decoded.header.remaining_length?;
        let header = fixed_header(bytes, remaining as usize)?;
        let (topic, id, properties) = match packet {
            mqtt::Packet::Publish(publish) if !publish.payload.is_empty() => {
                let topic = header.checked_add(2)?.checked_add(publish.topic.0.len())?;
                let id = if publish.packet_id.is_some() { topic.checked_add(2)? } else { topic };
                (topic, id, bytes.len().checked_sub(publish.payload.len())?)
            }
            // Without a Reason Code, on which the words of other rows depend.
            mqtt::Packet::Ack(_) if remaining == 2 && header == 2 => {
                (header, bytes.len(), bytes.len())
            }
            _ => return None,
        };
        let context = Context {
            version: record.version,
            sender: record.sender,
            header: bytes.first().copied()?,
            remaining_length: remaining.into(),
            total: bytes.len() as u64,
            ..Context::default()
        };
        Some(Self { context, bytes, header, topic, id, properties })
    }

    /// Shows the parts in the order of their bytes, each with what its words depend on.
    pub(super) fn each(&self, mut show: impl FnMut(Part<'r>, &Context)) {
        let Self { header, topic, id, properties, .. } = *self;
        let ends = self.bytes.len();
        if header == topic {
            let bytes = self.bytes.get(..header).unwrap_or_default();
            let id = self.leaf(Field::PACKET_ID, topic, id);
            return show(Part::Ack(Stretch { from: 0, bytes }, id), &self.context);
        }
        // Lengths and topics are many, and nothing in their words tells of flags or of who sent them: to have
        // them once for all takes less memory, which then is close to the processor.
        let mut alike = Context { sender: None, ..self.context };
        let of_flags = |flags| self.context.header & (0xf0 | flags);
        alike.header = of_flags(0);
        // Topics and lengths go together in more ways than are remembered.
        self.known(0, 1, &mut show);
        show(Part::Field(self.leaf(Field::REMAINING_LENGTH, 1, header)), &alike);
        show(Part::Field(self.leaf(Field::TOPIC, header, topic)), &alike);
        if topic < id {
            // Its words tell of the QoS.
            alike.header = of_flags(QOS);
            show(Part::Id(self.leaf(Field::PACKET_ID, topic, id)), &alike);
            alike.header = of_flags(0);
        }
        self.known(id, properties, &mut show);
        if properties < ends {
            show(Part::Payload(self.leaf(Field::PAYLOAD, properties, ends)), &alike);
        }
    }

    #[inline]
    fn known(&self, from: usize, to: usize, show: &mut impl FnMut(Part<'r>, &Context)) {
        if let Some(bytes) = self.bytes.get(from..to).filter(|bytes| !bytes.is_empty()) {
            show(Part::Known(Stretch { from, bytes }), &self.context);
        }
    }

    /// The row of a field that stands in no group and holds none.
    #[inline]
    fn leaf(&self, field: Field, from: usize, to: usize) -> Row<'r> {
        let bytes = self.bytes.get(from..to).unwrap_or_default();
        let number = match (field, bytes) {
            (Field::PACKET_ID, [high, low]) => u16::from_be_bytes([*high, *low]).into(),
            (Field::REMAINING_LENGTH, _) => self.context.remaining_length,
            _ => 0,
        };
        let span = Span::of_bytes(from, bytes.len());
        Row {
            field,
            whole: field,
            depth: 0,
            span,
            number,
            bytes,
            index: 0,
            in_will: false,
            is_group: false,
        }
    }
}

/// The flags of a PUBLISH on which its QoS depends.
const QOS: u8 = 0b110;

impl<'r> Stretch<'r> {
    /// The field of a row that was [told](Part::Field) without a tree. There are many of them, so it is enough to
    /// remember it so.
    #[inline]
    pub(super) fn of(row: &Row<'r>) -> Self {
        Self { from: row.span.first_byte(), bytes: row.bytes }
    }

    /// Shows its rows, whose tree is made in `room`.
    pub(super) fn rows<T>(
        self,
        record: &Record<'_>,
        room: &mut Tape,
        show: impl FnOnce(&mut dyn Iterator<Item = Row<'_>>) -> T,
    ) -> T {
        let Record { tape, bytes, .. } = record.with_tree(room);
        let to = self.from.saturating_add(self.bytes.len());
        let is_in = |row: &Row<'_>| (self.from..to).contains(&row.span.first_byte());
        show(&mut view::rows(tape, bytes, false).filter(is_in))
    }
}

/// How long the fixed header of a whole packet is.
fn fixed_header(bytes: &[u8], remaining: usize) -> Option<usize> {
    let len = bytes.len().checked_sub(remaining)?;
    let (last, others) = bytes.get(1..len)?.split_last()?;
    (*last < 0x80 && others.iter().all(|byte| *byte >= 0x80)).then_some(len)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mqtt::altered;
    use crate::render::{Explain, Options, format, sample};
    use crate::spec::Sender;

    /// A PUBLISH with these flags.
    fn publish(flags: u8, version: Version, topic: usize, payload: usize) -> Vec<u8> {
        let id: &[u8] = if flags & QOS == 0 { &[] } else { &[0, 7] };
        let properties: &[u8] = if version.is_v5() { &[2, 1, 1] } else { &[] };
        let (topic_len, topic) = ([0, topic as u8], vec![b't'; topic]);
        let body = [&topic_len, &topic[..], id, properties, &vec![b'p'; payload]].concat();
        let (low, high) = (body.len() as u8 & 0x7f | 0x80, (body.len() >> 7) as u8);
        let len = if high > 0 { vec![low, high] } else { vec![body.len() as u8] };
        [&[0x30 | flags][..], &len, &body].concat()
    }

    /// Whatever flags and sender were before, words that do not tell of them are those of each packet.
    #[test]
    fn what_is_remembered_for_all_flags_and_senders_is_what_a_tree_shows() {
        // DUP, QoS and RETAIN, without QoS 3, and DUP only where it may be.
        let flags = [0, 1, 2, 3, 4, 5, 0xa, 0xb, 0xc, 0xd];
        let senders = [None, Some(Sender::Client), Some(Sender::Server)];
        let lens = [(1, 1), (1, 2), (9, 1), (9, 130), (100, 27), (100, 300)];
        for (name, explain) in [("tree", Explain::Brief), ("json", Explain::Brief)] {
            let options = Options { is_continued: true, explain, ..Options::default() };
            let make = || (format(name).unwrap().make)(&options);
            let (mut used, mut whole, mut parted) = (make(), make(), 0);
            for (version, sender, (topic, payload), flags) in [Version::V311, Version::V5]
                .into_iter()
                .flat_map(|version| senders.map(|sender| (version, sender)))
                .flat_map(|(version, sender)| lens.map(|lens| (version, sender, lens)))
                .flat_map(|(version, sender, lens)| flags.map(|it| (version, sender, lens, it)))
            {
                let packet = publish(flags, version, topic, payload);
                sample::with_record(&packet, version, sender, |record| {
                    assert!(record.tape.findings().is_empty(), "{packet:x?}");
                    let bare = Record { tape: &Tape::new(), ..record };
                    parted += usize::from(Parts::of(&bare).is_some());
                    let expected = sample::written(&mut *whole, &record);
                    assert_eq!(sample::written(&mut *used, &bare), expected, "{packet:x?}");
                });
            }
            assert_eq!(parted, 2 * senders.len() * lens.len() * flags.len());
        }
    }

    /// Whatever was written before, a packet without its tree is shown as one that comes with it.
    #[test]
    fn what_is_written_of_parts_is_what_a_tree_shows() {
        const EACH: usize = 23;
        for (name, explain) in [
            ("tree", Explain::Brief),
            ("tree", Explain::Off),
            ("json", Explain::Brief),
            ("json", Explain::Off),
        ] {
            let options = Options { is_continued: true, explain, ..Options::default() };
            let make = || (format(name).unwrap().make)(&options);
            let (mut used, mut whole, mut parted) = (make(), make(), 0);
            let count = altered::every(EACH, &altered::usual(), |packet| {
                for version in [Version::V311, Version::V5] {
                    sample::with_record(packet, version, None, |record| {
                        let bare = Record { tape: &Tape::new(), ..record };
                        // What has a finding comes with its tree.
                        if !record.tape.findings().is_empty() {
                            return;
                        }
                        parted += usize::from(Parts::of(&bare).is_some());
                        assert!(Parts::of(&record).is_none());
                        let expected = sample::written(&mut *whole, &record);
                        for _ in 0..2 {
                            assert_eq!(sample::written(&mut *used, &bare), expected, "{packet:x?}");
                        }
                    });
                }
            });
            assert!(parted > 100, "{parted} of {count}");
        }
    }
}
