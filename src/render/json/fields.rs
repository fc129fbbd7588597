//! The fields of a packet as nested JSON, written straight from the rows.

use super::safe::{self, entry, known, number};
use super::shows::{self, Plain, Spec};
use crate::annotate::Tape;
use crate::annotate::view::{self, Row, Rows};
use crate::bytes::Span;
use crate::pipeline::{Record, SnRecord};
use crate::render::memo::{Around, Memo, Packet, Runs};
use crate::render::parts::{Part, Parts, Stretch};
use crate::render::{Explain, sn, words};
use crate::spec::Field;
use crate::spec::field::{Context, Kind};
use crate::spec::property::{Unit, Wire};
use crate::text;
use std::ops::Range;

/// What is shown of each field.
#[derive(Clone, Copy)]
pub(super) struct Shown<'r> {
    /// What the words depend on.
    pub(super) context: &'r Context,
    /// Whether meanings are.
    pub(super) meanings: bool,
    /// Whether identifier, length and value of a property and of a text are fields of their own.
    pub(super) parts: bool,
    /// What a message of MQTT-SN is about.
    pub(super) sn: Option<SnRecord<'r>>,
    /// Where in the text the packet's bytes were written as hex digits, if they were.
    pub(super) hex_at: Option<usize>,
}

impl<'r> Shown<'r> {
    pub(super) fn new(context: &'r Context, explain: Explain) -> Self {
        let (meanings, parts) = (explain > Explain::Off, explain == Explain::Full);
        Self { context, meanings, parts, sn: None, hex_at: None }
    }
}

/// Fields as they were written before.
#[derive(Debug)]
pub(super) struct Memos {
    runs: Runs,
    acks: Around,
    one: One,
}

/// The same of fields one by one.
#[derive(Debug)]
struct One {
    rows: Memo,
    ids: Around,
    payloads: Around,
}

impl Memos {
    pub(super) fn new() -> Self {
        let (ids, payloads) = (Around::of_places(), Around::of_lengths());
        let one = One { rows: Memo::new(), ids, payloads };
        Self { runs: Runs::new(), acks: Around::of_places(), one }
    }
}

/// Writes the fields of a packet as a list, each with those below it.
pub(super) fn write_packet(
    (tape, bytes): (&Tape, &[u8]),
    shown: &Shown<'_>,
    memos: &mut Memos,
    out: &mut Vec<u8>,
) {
    let mut rows = view::rows(tape, bytes, shown.parts);
    out.push(b'[');
    let Memos { runs, one, .. } = memos;
    if shown.parts {
        // There are more rows than nodes.
        list(rows, shown, one, out);
    } else {
        let packet = Packet::new(shown.context, 0);
        let mut is_first = true;
        while let Some(node) = rows.rest().first() {
            if !std::mem::replace(&mut is_first, false) {
                out.push(b',');
            }
            let mut write = |rows: &mut Rows<'_>, count, out: &mut Vec<u8>| {
                list(rows.take(count), shown, one, out);
            };
            if !runs.next(&mut rows, packet, out, &mut write) {
                // A node that lies in no group, with all that lies in it.
                write(&mut rows, (node.below() as usize).saturating_add(1), out);
            }
        }
    }
    out.push(b']');
}

/// The same of a packet that comes without its tree; nothing of it is made in `room` if all was written before.
pub(super) fn write_parts(
    (record, parts, room): (&Record<'_>, &Parts<'_>, &mut Tape),
    shown: &Shown<'_>,
    Memos { runs, acks, one }: &mut Memos,
    out: &mut Vec<u8>,
) {
    let mut lead = b'[';
    parts.each(|part, context| {
        out.push(std::mem::replace(&mut lead, b','));
        let shown = &Shown { context, ..*shown };
        let packet = Packet::new(context, 0);
        let mut write = |stretch: Stretch<'_>, out: &mut Vec<u8>| {
            stretch.rows(record, room, |rows| list(rows, shown, one, out));
        };
        match part {
            Part::Known(stretch) => {
                return runs.stretch(stretch, packet, out, |out| write(stretch, out));
            }
            Part::Field(row) => {
                return runs.stretch(Stretch::of(&row), packet, out, |out| {
                    write_one(&row, false, shown, out);
                    out.push(b'}');
                });
            }
            Part::Ack(lead, row) => {
                let lead = |out: &mut Vec<u8>| {
                    write(lead, out);
                    out.push(b',');
                };
                packet_id(&row, shown, acks, lead, out);
            }
            Part::Id(row) => {
                packet_id(&row, shown, &mut one.ids, |_| (), out);
            }
            Part::Payload(row) => {
                payload(&row, shown, &mut one.payloads, out);
            }
        }
        out.push(b'}');
    });
    out.push(b']');
}

/// The same of the header of a frame.
pub(super) fn write_header(
    (tape, bytes): (&Tape, &[u8]),
    shown: &Shown<'_>,
    memos: &mut Memos,
    out: &mut Vec<u8>,
) {
    out.push(b'[');
    let rows = view::rows(tape, bytes, shown.parts);
    list(rows, shown, &mut memos.one, out);
    out.push(b']');
}

/// Writes fields, each with those below it, with commas between.
fn list<'a>(
    rows: impl Iterator<Item = Row<'a>>,
    shown: &Shown<'_>,
    one: &mut One,
    out: &mut Vec<u8>,
) {
    let mut rows = rows.peekable();
    let mut depth = 0;
    let mut is_first = true;
    while let Some(row) = rows.next() {
        while depth > row.depth {
            out.extend_from_slice(b"]}");
            depth = depth.saturating_sub(1);
        }
        if !is_first {
            out.push(b',');
        }
        let next = rows.peek();
        let is_parent = next.is_some_and(|next| next.depth > row.depth);
        let is_byte_of_flags = is_parent && next.is_some_and(|next| next.span.is_bits());
        // Of a group at most its number is shown.
        let bytes = if row.is_group { &[] } else { row.bytes };
        let key = (&row, bytes, shown.context, u8::from(is_byte_of_flags));
        if !packet_id(&row, shown, &mut one.ids, |_| (), out)
            && !payload(&row, shown, &mut one.payloads, out)
        {
            one.rows.row(key, out, |out| write_one(&row, is_byte_of_flags, shown, out));
        }
        if is_parent {
            out.extend_from_slice(b",\"fields\":[");
            depth = depth.saturating_add(1);
        } else {
            out.push(b'}');
        }
        is_first = is_parent;
    }
    for _ in 0..depth {
        out.extend_from_slice(b"]}");
    }
}

/// Writes a field without what ends it: fields below it may follow.
fn write_one(row: &Row<'_>, is_byte_of_flags: bool, shown: &Shown<'_>, out: &mut Vec<u8>) {
    write_begin(row, shown, out);
    number("", row.span.start.into(), out);
    write_length(row, out);
    write_value(row, is_byte_of_flags, shown, out);
    write_meaning(row, shown, out);
    write_end(row, shown, out);
}

const VALUE: &[u8] = b",\"value\":";
const TEXT: &[u8] = b",\"text\":";

/// Writes the keys up to the number of the first bit.
fn write_begin(row: &Row<'_>, shown: &Shown<'_>, out: &mut Vec<u8>) {
    known("{\"field\":\"", row.field.key(), out);
    known("\",\"name\":\"", words::name(row, shown.context), out);
    out.extend_from_slice(b"\",\"bit_offset\":");
}

/// Writes how many bits there are.
fn write_length(row: &Row<'_>, out: &mut Vec<u8>) {
    number(",\"bit_length\":", row.span.len.into(), out);
}

/// Writes the value, and the same for people.
fn write_value(row: &Row<'_>, is_byte_of_flags: bool, shown: &Shown<'_>, out: &mut Vec<u8>) {
    let value = Value::new(row, is_byte_of_flags);
    let mut written = 0..0;
    if let Some(value) = &value {
        out.extend_from_slice(VALUE);
        let start = out.len();
        value.write(out);
        written = start..out.len();
    }
    if let Some(words) = Words::new(row, shown.context) {
        out.extend_from_slice(TEXT);
        match (value, &words) {
            // The same text, which nothing has to be escaped in a second time.
            (Some(Value::Text(text)), Words::Plain(plain))
                if text == plain.0 && plain.is_as_it_is() =>
            {
                out.extend_from_within(written);
            }
            _ => words.write(out),
        }
    }
}

/// Writes what the value does.
fn write_meaning(row: &Row<'_>, shown: &Shown<'_>, out: &mut Vec<u8>) {
    if !shown.meanings {
        return;
    }
    let meaning = sn::meaning(row, shown.context, shown.sn);
    if !meaning.is_empty() {
        entry(",\"meaning\":", &meaning, out);
    }
}

/// Writes where the standard says it.
fn write_end(row: &Row<'_>, shown: &Shown<'_>, out: &mut Vec<u8>) {
    let context = shown.context;
    let (section, statements) = words::spec(row, context);
    let elsewhere = words::elsewhere(row);
    if !elsewhere.is_empty() {
        known(",\"spec\":\"", elsewhere, out);
        out.push(b'"');
    } else if let Some(spec) = Spec::new(context.version, section, statements) {
        out.extend_from_slice(b",\"spec\":\"");
        spec.words().for_each(|word| out.extend_from_slice(word.as_bytes()));
        out.push(b'"');
    }
}

/// Writes a payload between words that are the same for all. `false`: it is another field.
fn payload(row: &Row<'_>, shown: &Shown<'_>, payloads: &mut Around, out: &mut Vec<u8>) -> bool {
    if row.field != Field::PAYLOAD {
        return false;
    }
    // They stand at any place, and none of these words tells it; some tell how long they are.
    let key = (row, Span { start: 0, ..row.span });
    let parts = payloads.of(
        key,
        Packet::new(shown.context, 0),
        |[before, between, behind]: &mut [_; 3]| {
            write_begin(row, shown, before);
            write_length(row, between);
            write_meaning(row, shown, behind);
            write_end(row, shown, behind);
        },
    );
    let Some([before, between, behind]) = parts else { return false };
    out.extend_from_slice(before);
    number("", row.span.start.into(), out);
    out.extend_from_slice(between);
    match digits(row, shown).filter(|digits| out.get(digits.clone()).is_some()) {
        Some(digits) => {
            out.extend_from_slice(VALUE);
            out.push(b'"');
            out.extend_from_within(digits);
            out.push(b'"');
            write_text(row, shown, out);
        }
        None => write_value(row, false, shown, out),
    }
    out.extend_from_slice(behind);
    true
}

/// Where in the text the bytes of a row stand as hex digits already.
fn digits(row: &Row<'_>, shown: &Shown<'_>) -> Option<Range<usize>> {
    let start = row.span.first_byte().checked_mul(2)?.checked_add(shown.hex_at?)?;
    Some(start..start.checked_add(row.bytes.len().checked_mul(2)?)?)
}

/// Writes the value of data for people, where it is text.
fn write_text(row: &Row<'_>, shown: &Shown<'_>, out: &mut Vec<u8>) {
    // Nearly always it is printable, so that nothing else has to be asked.
    let start = out.len();
    out.extend_from_slice(TEXT);
    if !row.is_group && safe::ascii(row.content(), out) {
        return;
    }
    out.truncate(start);
    if let Some(words) = Words::new(row, shown.context) {
        out.extend_from_slice(TEXT);
        words.write(out);
    }
}

/// Writes a Packet Identifier, which is nearly always another one, between words that are the same for all.
/// `lead` writes fields before it that are the same for all as well. `false`: it is another field.
fn packet_id(
    row: &Row<'_>,
    shown: &Shown<'_>,
    ids: &mut Around,
    lead: impl FnOnce(&mut Vec<u8>),
    out: &mut Vec<u8>,
) -> bool {
    if row.field != Field::PACKET_ID {
        return false;
    }
    let key = (row, row.span);
    let parts = ids.of(key, Packet::new(shown.context, 0), |[before, between, behind]| {
        lead(before);
        write_begin(row, shown, before);
        number("", row.span.start.into(), before);
        write_length(row, before);
        before.extend_from_slice(VALUE);
        between.extend_from_slice(TEXT);
        between.push(b'"');
        behind.push(b'"');
        write_meaning(row, shown, behind);
        write_end(row, shown, behind);
    });
    let Some([before, between, behind]) = parts else { return false };
    out.extend_from_slice(before);
    text::add::digits_to(row.number, out);
    out.extend_from_slice(between);
    text::add::digits_to(row.number, out);
    out.extend_from_slice(behind);
    true
}

/// A value as JSON has it.
enum Value<'a> {
    Flag(bool),
    Number(u64),
    Text(&'a [u8]),
    Data(&'a [u8]),
    Made(String),
    Pair(&'a [u8], &'a [u8]),
}

impl<'a> Value<'a> {
    fn new(row: &Row<'a>, is_byte_of_flags: bool) -> Option<Self> {
        if row.is_group {
            return is_byte_of_flags.then_some(Self::Number(row.number));
        }
        Some(match row.field.kind() {
            Kind::Group => return None,
            Kind::Flag => Self::Flag(row.number != 0),
            Kind::Rest if is_text(row) => Self::Text(row.content()),
            Kind::Text | Kind::Tail | Kind::Property(Wire::Utf8) => Self::Text(row.content()),
            Kind::Line | Kind::HeaderLine => Self::Text(row.content()),
            Kind::Address => Self::Made(words::address(row.content())),
            Kind::Data | Kind::Rest | Kind::Hex | Kind::Undecoded => Self::Data(row.content()),
            Kind::Property(Wire::Binary) => Self::Data(row.content()),
            Kind::Property(Wire::Pair) => {
                row.pair().map(|(name, value)| Self::Pair(name, value))?
            }
            _ => Self::Number(row.number),
        })
    }
}

/// Whether a part of a field is text, as its whole is.
fn is_text(row: &Row<'_>) -> bool {
    matches!(row.field, Field::VALUE | Field::PAIR_NAME | Field::PAIR_VALUE)
        && matches!(row.whole.kind(), Kind::Text | Kind::Property(Wire::Utf8 | Wire::Pair))
}

impl Value<'_> {
    fn write(&self, out: &mut Vec<u8>) {
        match *self {
            Self::Made(ref words) => safe::string(words, out),
            Self::Flag(true) => out.extend_from_slice(b"true"),
            Self::Flag(false) => out.extend_from_slice(b"false"),
            Self::Number(value) => number("", value, out),
            Self::Text(text) => safe::lossy(text, out),
            Self::Data(bytes) => {
                out.push(b'"');
                shows::hex(bytes, out);
                out.push(b'"');
            }
            Self::Pair(name, value) => {
                out.extend_from_slice(b"{\"name\":");
                safe::lossy(name, out);
                out.extend_from_slice(b",\"value\":");
                safe::lossy(value, out);
                out.push(b'}');
            }
        }
    }
}

/// A value for people.
enum Words<'a> {
    Number(u64),
    Plain(Plain<'a>),
    Pair(Plain<'a>, Plain<'a>),
    Made(String),
}

impl<'a> Words<'a> {
    fn new(row: &Row<'a>, context: &Context) -> Option<Self> {
        if row.is_group {
            return None;
        }
        Some(match row.field.kind() {
            Kind::Group => return None,
            Kind::Flag | Kind::Reserved | Kind::Number(Unit::None) => Self::Number(row.number),
            Kind::Line | Kind::HeaderLine => Self::Plain(Plain(row.content())),
            Kind::Text | Kind::Tail | Kind::Property(Wire::Utf8) => {
                Self::Plain(Plain(row.content()))
            }
            Kind::Rest if is_text(row) => Self::Plain(Plain(row.content())),
            Kind::Data | Kind::Rest | Kind::Property(Wire::Binary) => {
                let content = row.content();
                return text::is_readable(content).then_some(Self::Plain(Plain(content)));
            }
            Kind::Property(Wire::Pair) => {
                let (name, value) = row.pair()?;
                Self::Pair(Plain(name), Plain(value))
            }
            _ => Self::Made(words::value(row, context, usize::MAX)),
        })
    }
}

impl Words<'_> {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Number(value) => {
                number("\"", *value, out);
                out.push(b'"');
            }
            // What is printable stands there as it is.
            Self::Plain(text) if safe::ascii(text.0, out) => {}
            Self::Plain(text) => safe::string(&text.words(), out),
            Self::Pair(name, value) => safe::string(&format!("{name} = {value}"), out),
            Self::Made(words) => safe::string(words, out),
        }
    }
}
