//! CONNACK (5.0: section 3.2).

use super::packet::Connack;
use super::property::{self, Properties};
use crate::annotate::{Bits, Cursor, Finding, Sink, Stop};
use crate::bytes::Span;
use crate::spec::{Field, PacketSet, PacketType, Rule, Version, reason};

pub(super) fn read<'a, S: Sink>(
    c: &mut Cursor<'a, '_, S>,
    version: Version,
) -> Result<Connack<'a>, Stop> {
    let session_present = flags(c, version)?;
    let code = code(c, version)?;
    if session_present && code != 0 {
        let flags = Span::of_bytes(c.position().saturating_sub(2), 1);
        let bit = Span { start: flags.end().saturating_sub(1), len: 1 };
        c.note(Finding::new(Rule::SESSION_PRESENT_ON_REFUSAL, bit, Field::SESSION_PRESENT));
    }
    let properties = if version.is_v5() {
        let place = const { PacketSet::of(&[PacketType::CONNACK]) };
        property::properties(c, Field::PROPERTIES, place)?
    } else {
        Properties::default()
    };
    Ok(Connack { session_present, code, properties })
}

/// The first byte: Session Present since 3.1.1, of no use in 3.1.
fn flags<S: Sink>(c: &mut Cursor<'_, '_, S>, version: Version) -> Result<bool, Stop> {
    if version == Version::V31 {
        c.byte(Field::CONNACK_RESERVED_V31)?;
        return Ok(false);
    }
    const RESERVED: Bits = Bits::new(Field::CONNACK_RESERVED, 7, 1);
    const SESSION_PRESENT: Bits = Bits::flag(Field::SESSION_PRESENT, 0);
    let byte = c.flags(Field::CONNACK_FLAGS, &[RESERVED, SESSION_PRESENT])?;
    let reserved = RESERVED.of(byte);
    if reserved != 0 {
        c.note_bits(Rule::CONNACK_RESERVED, RESERVED, (u64::from(reserved), 0));
    }
    Ok(SESSION_PRESENT.of(byte) != 0)
}

fn code<S: Sink>(c: &mut Cursor<'_, '_, S>, version: Version) -> Result<u8, Stop> {
    if version.is_v5() {
        return super::reason::reason_code(c, Field::CONNACK_REASON, PacketType::CONNACK, None);
    }
    let code = c.byte(Field::CONNACK_RETURN)?;
    if S::RECORDS && reason::return_code_v3(PacketType::CONNACK, code, version).is_none() {
        c.note_last(Rule::RETURN_CODE, Field::CONNACK_RETURN, 1, (u64::from(code), 0));
    }
    Ok(code)
}
