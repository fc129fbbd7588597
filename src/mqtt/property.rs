//! Properties (5.0: section 2.2.2): read by the rows of the table.

use super::packet::Text;
use super::primitive;
use super::usual::{bit, prefixed, usual};
use crate::annotate::{Cursor, Finding, Sink, Stop};
use crate::bytes::Span;
use crate::spec::property::{PropertyInfo, Wire};
use crate::spec::{Field, PacketSet, PacketType, PropertyId, Rule, Sender};

/// The properties of a packet, as they stand on the wire.
///
/// ```
/// use mqttscope::mqtt::{Packet, Reading, decode};
/// use mqttscope::spec::{PropertyId, Version};
///
/// // A CONNACK with Receive Maximum 10.
/// let how = Reading { version: Version::V5, sender: None };
/// let Some(Packet::Connack(connack)) = decode(b"\x20\x06\0\0\x03\x21\0\x0a", how, &mut ()).packet else {
///     panic!("not a CONNACK");
/// };
/// assert_eq!(connack.properties.number(PropertyId::RECEIVE_MAXIMUM), Some(10));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Properties<'a> {
    raw: &'a [u8],
}

/// The value of a property.
///
/// ```
/// use mqttscope::mqtt::{Packet, Reading, decode, packet::Text, property::Value};
/// use mqttscope::spec::{PropertyId, Version};
///
/// // A PUBLISH with a User Property.
/// let bytes = b"\x30\x0b\0\x01t\x07\x26\0\x01k\0\x01v";
/// let how = Reading { version: Version::V5, sender: None };
/// let Some(Packet::Publish(publish)) = decode(bytes, how, &mut ()).packet else { panic!("no PUBLISH") };
/// let pair = Value::Pair(Text(b"k"), Text(b"v"));
/// assert_eq!(publish.properties.get(PropertyId::USER_PROPERTY), Some(pair));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// Byte, Two and Four Byte Integer, Variable Byte Integer.
    Number(u32),
    /// UTF-8 Encoded String.
    Text(Text<'a>),
    /// Binary Data.
    Binary(&'a [u8]),
    /// UTF-8 String Pair: name and value.
    Pair(Text<'a>, Text<'a>),
}

impl<'a> Properties<'a> {
    /// Those that bytes begin with, and what is behind them; `None` where their length has more than one
    /// byte, or they are not all there.
    #[inline]
    pub(super) fn ahead(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let [len @ ..0x80, rest @ ..] = bytes else { return None };
        let (raw, behind) = rest.split_at_checked(usize::from(*len))?;
        Some((Self { raw }, behind))
    }

    /// Whether there is nothing to say of any of them in this place.
    #[inline]
    pub(super) fn are_usual(&self, place: (PacketSet, Option<Sender>)) -> bool {
        let (mut rest, mut seen) = (self.raw, 0);
        while let Some((id, _, tail)) = usual(rest, place, seen) {
            seen |= bit(id);
            rest = tail;
        }
        rest.is_empty()
    }

    /// Each property in the order of the wire; ends at the first that cannot be read.
    ///
    /// ```
    /// # use mqttscope::mqtt::{Packet, Reading, decode};
    /// # use mqttscope::spec::{PropertyId, Version};
    /// # let how = Reading { version: Version::V5, sender: None };
    /// # let Some(Packet::Connack(connack)) = decode(b"\x20\x08\0\0\x05\x21\0\x0a\x25\0", how, &mut ()).packet else {
    /// #     panic!("not a CONNACK");
    /// # };
    /// let names: Vec<_> = connack.properties.iter().map(|(id, _)| id.name()).collect();
    /// assert_eq!(names, ["Receive Maximum", "Retain Available"]);
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (PropertyId, Value<'a>)> + use<'a> {
        let mut c = ByteReader(self.raw);
        std::iter::from_fn(move || {
            let [id] = c.array()?;
            let id = PropertyId(u32::from(id));
            Some((id, c.value(id.info()?.wire)?))
        })
    }

    /// The first property with this identifier.
    ///
    /// ```
    /// # use mqttscope::mqtt::{Packet, Reading, decode, property::Value};
    /// # use mqttscope::spec::{PropertyId, Version};
    /// # let how = Reading { version: Version::V5, sender: None };
    /// # let Some(Packet::Connack(connack)) = decode(b"\x20\x05\0\0\x02\x25\0", how, &mut ()).packet else {
    /// #     panic!("not a CONNACK");
    /// # };
    /// let retain = connack.properties.get(PropertyId::RETAIN_AVAILABLE);
    /// assert_eq!(retain, Some(Value::Number(0)));
    /// ```
    #[must_use]
    pub fn get(&self, id: PropertyId) -> Option<Value<'a>> {
        self.iter().find(|(found, _)| *found == id).map(|(_, value)| value)
    }

    /// The first property with this identifier, where it is a number.
    ///
    /// ```
    /// # use mqttscope::mqtt::{Packet, Reading, decode};
    /// # use mqttscope::spec::{PropertyId, Version};
    /// # let how = Reading { version: Version::V5, sender: None };
    /// # let Some(Packet::Connack(connack)) = decode(b"\x20\x06\0\0\x03\x13\0\x1e", how, &mut ()).packet else {
    /// #     panic!("not a CONNACK");
    /// # };
    /// assert_eq!(connack.properties.number(PropertyId::SERVER_KEEP_ALIVE), Some(30));
    /// assert_eq!(connack.properties.number(PropertyId::MAXIMUM_QOS), None);
    /// ```
    #[must_use]
    pub fn number(&self, id: PropertyId) -> Option<u32> {
        match self.get(id)? {
            Value::Number(value) => Some(value),
            _ => None,
        }
    }

    /// The first property with this identifier, where it is a text.
    ///
    /// ```
    /// # use mqttscope::mqtt::{Packet, Reading, decode};
    /// # use mqttscope::spec::{PropertyId, Version};
    /// # let how = Reading { version: Version::V5, sender: None };
    /// # let bytes = b"\x20\x08\0\x87\x05\x1f\0\x02no";
    /// # let Some(Packet::Connack(connack)) = decode(bytes, how, &mut ()).packet else { panic!("no CONNACK") };
    /// let reason = connack.properties.text(PropertyId::REASON_STRING).unwrap();
    /// assert_eq!(reason.as_str(), Some("no"));
    /// ```
    #[must_use]
    pub fn text(&self, id: PropertyId) -> Option<Text<'a>> {
        match self.get(id)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The Client Identifier that the server gave to a client without one.
    ///
    /// ```
    /// # use mqttscope::mqtt::{Packet, Reading, decode};
    /// # use mqttscope::spec::Version;
    /// # let how = Reading { version: Version::V5, sender: None };
    /// # let bytes = b"\x20\x08\0\0\x05\x12\0\x02c7";
    /// # let Some(Packet::Connack(connack)) = decode(bytes, how, &mut ()).packet else { panic!("no CONNACK") };
    /// assert_eq!(connack.properties.assigned_client_id().unwrap().as_str(), Some("c7"));
    /// ```
    #[must_use]
    pub fn assigned_client_id(&self) -> Option<Text<'a>> {
        self.text(PropertyId::ASSIGNED_CLIENT_IDENTIFIER)
    }

    /// Whether there is none.
    ///
    /// ```
    /// assert!(mqttscope::mqtt::property::Properties::default().is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }
}

/// Reads the properties of a packet: their length, then each of them.
///
/// `place` is the packet type, or [`PacketSet::WILL`]; `group` is the field that holds them.
#[inline]
#[doc(hidden)]
pub fn properties<'a, S: Sink>(
    c: &mut Cursor<'a, '_, S>,
    group: Field,
    place: PacketSet,
) -> Result<Properties<'a>, Stop> {
    properties_from(c, group, place, None)
}

/// The same for a packet that both sides may send, but not with all of its properties.
#[inline]
pub(crate) fn properties_from<'a, S: Sink>(
    c: &mut Cursor<'a, '_, S>,
    group: Field,
    place: PacketSet,
    sender: Option<Sender>,
) -> Result<Properties<'a>, Stop> {
    if c.peek() == Some(0) {
        c.varint(Field::PROPERTY_LENGTH)?;
        return Ok(Properties::default());
    }
    c.group(group, |c| {
        let len = c.varint(Field::PROPERTY_LENGTH)? as usize;
        let left = c.left();
        let start = c.position();
        c.region(len, Field::PROPERTY_LENGTH, |c| {
            if !S::RECORDS {
                // A fault in them does not lose the packet, and they are read when asked for: with
                // nobody looking there is nothing to gain from them here.
                c.rest(group);
                return Ok(());
            }
            let mut seen = 0;
            let place = (place, sender);
            loop {
                usual_ones(c, place, &mut seen);
                if c.at_end() {
                    break;
                }
                property(c, place, &mut seen)?;
            }
            if seen & AUTHENTICATION == DATA_ALONE {
                judge_authentication(c, place.0, start);
            }
            Ok(())
        });
        if len > left {
            return too_long(c, len, left);
        }
        Ok(Properties { raw: c.since(start) })
    })
}

#[cold]
fn too_long<T, S: Sink>(c: &mut Cursor<'_, '_, S>, len: usize, left: usize) -> Result<T, Stop> {
    let span = Span::of_bytes(c.position().saturating_sub(left), left);
    let finding = Finding::new(Rule::PROPERTY_LENGTH_TOO_LONG, span, Field::PROPERTY_LENGTH);
    let limit = c.limit();
    c.fail(finding.limited_by(limit).with(len as u64, left as u64))
}

const DATA_ALONE: u64 = bit(PropertyId::AUTHENTICATION_DATA.0 as u8);
const AUTHENTICATION: u64 = DATA_ALONE | bit(PropertyId::AUTHENTICATION_METHOD.0 as u8);

/// In a CONNECT, Authentication Data needs an Authentication Method (5.0: section 3.1.2.11.10).
#[cold]
fn judge_authentication<S: Sink>(c: &mut Cursor<'_, '_, S>, place: PacketSet, start: usize) {
    if place.meets(PacketSet::of(&[PacketType::CONNECT])) {
        let field = Field::property(PropertyId::AUTHENTICATION_DATA.0 as u8);
        let len = c.position().saturating_sub(start);
        c.note_last(Rule::AUTHENTICATION_DATA_ALONE, field, len, (0, 0));
    }
}

/// Reads properties up to the first with a fault, or with text that is not plain: nearly all there
/// are. The place in the bytes is a local variable here: kept in the cursor, each read would wait
/// for the one before to reach memory.
#[inline]
fn usual_ones<S: Sink>(
    c: &mut Cursor<'_, '_, S>,
    place: (PacketSet, Option<Sender>),
    seen: &mut u64,
) {
    let bytes = c.ahead();
    let (start, mut rest) = (c.position(), bytes);
    while let Some((id, number, tail)) = usual(rest, place, *seen) {
        *seen |= bit(id);
        let before = start.wrapping_add(bytes.len().wrapping_sub(rest.len()));
        let len = rest.len().wrapping_sub(tail.len());
        c.leaf_at(Field::property(id), before, len, u64::from(number));
        rest = tail;
    }
    c.skip_to(rest);
}

/// Whether only the other side may send the property here.
fn is_other_sides(info: &PropertyInfo, place: PacketSet, sender: Option<Sender>) -> bool {
    sender.is_some_and(|sender| {
        info.only_from.is_some_and(|(only, side, _)| only.meets(place) && sender != side)
    })
}

/// One property: identifier and value are one field. `seen` has a bit for each identifier met.
#[cold]
fn property<S: Sink>(
    c: &mut Cursor<'_, '_, S>,
    place: (PacketSet, Option<Sender>),
    seen: &mut u64,
) -> Result<(), Stop> {
    let start = c.position();
    let [id] = c.take_array(Field::PROPERTY_ID)?;
    let Some(info) = PropertyId(u32::from(id)).info() else {
        return unknown(c, id);
    };
    let field = Field::property(id);
    let number = value(c, info.wire, field).inspect_err(|_| c.back_to_identifier(start, id))?;
    c.leaf_before(field, c.position().wrapping_sub(start), u64::from(number));
    judge(c, info, place, start, number, seen);
    Ok(())
}

/// Reads the value; the result is its number, or 0.
fn value<S: Sink>(c: &mut Cursor<'_, '_, S>, wire: Wire, field: Field) -> Result<u32, Stop> {
    Ok(match wire {
        Wire::Byte => u32::from(u8::from_be_bytes(c.take_array(field)?)),
        Wire::U16 => u32::from(u16::from_be_bytes(c.take_array(field)?)),
        Wire::U32 => u32::from_be_bytes(c.take_array(field)?),
        Wire::VarInt => c.raw_varint(field)?,
        Wire::Binary => {
            c.raw_prefixed(field)?;
            0
        }
        Wire::Utf8 => raw_text(c, field)?,
        Wire::Pair => {
            raw_text(c, field)?;
            raw_text(c, field)?
        }
    })
}

fn raw_text<S: Sink>(c: &mut Cursor<'_, '_, S>, field: Field) -> Result<u32, Stop> {
    let bytes = c.raw_prefixed(field)?;
    primitive::check_text(c, field, bytes, c.position());
    Ok(0)
}

/// An identifier that the table does not have. It is a Variable Byte Integer (5.0: section 2.2.2.2), of
/// which all that exist take one byte.
#[cold]
fn unknown<S: Sink>(c: &mut Cursor<'_, '_, S>, first: u8) -> Result<(), Stop> {
    let (id, len) = if first & 0x80 == 0 { (u32::from(first), 1) } else { identifier(c, first) };
    c.leaf_before(Field::UNKNOWN_PROPERTY, len, u64::from(id));
    let span = Span::of_bytes(c.position().saturating_sub(len), len);
    let (rule, taken) = match PropertyId(id).info() {
        Some(_) => (Rule::VARINT_NOT_SHORTEST, len as u64),
        None => (Rule::PROPERTY_UNKNOWN, 0),
    };
    c.fail(Finding::new(rule, span, Field::UNKNOWN_PROPERTY).with(u64::from(id), taken))
}

/// Takes the rest of an identifier of several bytes; the result is its number, and how many bytes it
/// takes. One that does not end is its first byte.
fn identifier<S: Sink>(c: &mut Cursor<'_, '_, S>, first: u8) -> (u32, usize) {
    let mut id = u32::from(first & 0x7f);
    let mut rest = c.ahead();
    for (shift, len) in [(7, 2), (14, 3), (21, 4)] {
        let Some((byte, behind)) = rest.split_first() else { break };
        id |= u32::from(byte & 0x7f) << shift;
        rest = behind;
        if byte & 0x80 == 0 {
            c.skip_to(rest);
            return (id, len);
        }
    }
    (u32::from(first), 1)
}

/// Is the property allowed here, once, and with this value?
fn judge<S: Sink>(
    c: &mut Cursor<'_, '_, S>,
    info: &PropertyInfo,
    (place, sender): (PacketSet, Option<Sender>),
    start: usize,
    number: u32,
    seen: &mut u64,
) {
    let len = c.position().saturating_sub(start);
    let field = Field::property(info.id);
    let bit = bit(info.id);
    if !info.allowed.meets(place) {
        let in_will = u64::from(place.meets(PacketSet::WILL));
        c.note_last(Rule::PROPERTY_MISPLACED, field, len, (in_will, 0));
    } else if *seen & bit != 0 && !info.repeats.meets(place) {
        c.note_last(Rule::PROPERTY_REPEATED, field, len, (0, 0));
    }
    *seen |= bit;
    // What is no number counts as 0, in a range of 0 to 0.
    if !(info.min..=info.max).contains(&number) {
        c.note_last(Rule::PROPERTY_RANGE, field, len.saturating_sub(1), (u64::from(number), 0));
    }
    if is_other_sides(info, place, sender) {
        c.note_last(Rule::PROPERTY_SENDER, field, len, (0, 0));
    }
    if info.is_topic {
        let topic = c.since(start).get(3..).unwrap_or_default();
        primitive::check_topic(c, field, Text(topic), false, c.position());
    }
}

/// Reads values that were checked before.
struct ByteReader<'a>(&'a [u8]);

impl<'a> ByteReader<'a> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, tail) = self.0.split_first_chunk::<N>()?;
        self.0 = tail;
        Some(*head)
    }

    fn prefixed(&mut self) -> Option<&'a [u8]> {
        let (head, tail) = prefixed(self.0)?;
        self.0 = tail;
        Some(head)
    }

    fn varint(&mut self) -> Option<u32> {
        let mut value = 0;
        for shift in [0, 7, 14, 21] {
            let [byte] = self.array()?;
            value |= u32::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn value(&mut self, wire: Wire) -> Option<Value<'a>> {
        Some(match wire {
            Wire::Byte => Value::Number(u32::from(u8::from_be_bytes(self.array()?))),
            Wire::U16 => Value::Number(u32::from(u16::from_be_bytes(self.array()?))),
            Wire::U32 => Value::Number(u32::from_be_bytes(self.array()?)),
            Wire::VarInt => Value::Number(self.varint()?),
            Wire::Utf8 => Value::Text(Text(self.prefixed()?)),
            Wire::Binary => Value::Binary(self.prefixed()?),
            Wire::Pair => Value::Pair(Text(self.prefixed()?), Text(self.prefixed()?)),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::annotate::Tape;
    use crate::mqtt::{Reading, decode};
    use crate::spec::{Field, Rule, Version};

    /// The packet is cut, so its Remaining Length is not what the properties run out of.
    #[test]
    fn what_limits_the_properties_is_named() {
        let limit = |bytes: &[u8]| {
            let mut tape = Tape::new();
            decode(bytes, Reading { version: Version::V5, sender: None }, &mut tape);
            let wrong = Rule::PROPERTY_LENGTH_TOO_LONG;
            tape.findings().iter().find(|finding| finding.rule == wrong).unwrap().limit
        };
        assert_eq!(limit(&[0xe0, 9, 0, 7, 0x11]), Field::INPUT);
        assert_eq!(limit(&[0xe0, 3, 0, 7, 0x11]), Field::REMAINING_LENGTH);
    }
}
