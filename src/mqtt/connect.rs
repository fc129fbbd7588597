//! CONNECT (5.0: section 3.1).

use super::packet::{Connect, Text, Will};
use super::primitive::{check_payload, text, topic_name};
use super::property::{Properties, properties};
use crate::annotate::{Bits, Cursor, Finding, Sink, Stop};
use crate::bytes::Span;
use crate::spec::level::ProtocolLevel;
use crate::spec::{Field, PacketSet, PacketType, Rule, Version};

/// Characters that 3.1 allows a Client Identifier (its section 3.1, payload).
const MAX_CLIENT_ID_V31: usize = 23;

/// The Connect Flags, taken apart.
#[derive(Clone, Copy, Default)]
struct Flags {
    user_name: bool,
    password: bool,
    will_retain: bool,
    will_qos: u8,
    will: bool,
    clean_start: bool,
}

pub(super) fn read<'a, S: Sink>(
    c: &mut Cursor<'a, '_, S>,
    version: &mut Version,
) -> Result<Connect<'a>, Stop> {
    let protocol_name = text(c, Field::PROTOCOL_NAME)?;
    let level = level(c, protocol_name, version)?;
    let version = *version;
    let flags = connect_flags(c, version)?;
    let keep_alive = c.u16(Field::KEEP_ALIVE)?;
    let own = PacketSet::of(&[PacketType::CONNECT]);
    let properties = v5_properties(c, version, Field::PROPERTIES, own)?;
    let client_id = client_id(c, version, flags)?;
    let will = if flags.will { Some(will(c, version, flags)?) } else { None };
    let user_name =
        credential(c, version, flags.user_name, Field::USER_NAME, |c| text(c, Field::USER_NAME))?;
    let password =
        credential(c, version, flags.password, Field::PASSWORD, |c| c.prefixed(Field::PASSWORD))?;
    let clean_start = flags.clean_start;
    Ok(Connect {
        protocol_name,
        level,
        clean_start,
        keep_alive,
        properties,
        client_id,
        will,
        user_name,
        password,
    })
}

/// The version of a CONNECT, from what stands behind its fixed header.
pub(super) fn version_ahead(body: &[u8]) -> Option<Version> {
    let (len, rest) = body.split_first_chunk::<2>()?;
    let level = rest.get(usize::from(u16::from_be_bytes(*len)))?;
    ProtocolLevel(*level).version()
}

/// Protocol Level: it decides how the rest is read. An unknown level is read as the version that
/// the caller expects.
fn level<S: Sink>(
    c: &mut Cursor<'_, '_, S>,
    name: Text<'_>,
    version: &mut Version,
) -> Result<u8, Stop> {
    let level = c.byte(Field::PROTOCOL_LEVEL)?;
    match ProtocolLevel(level).info() {
        Some(info) => {
            *version = info.version;
            if name.0 != info.name.as_bytes() {
                let len = name.0.len().saturating_add(2);
                let start = c.position().saturating_sub(len).saturating_sub(1);
                let span = Span::of_bytes(start, len);
                let finding = Finding::new(Rule::PROTOCOL_NAME, span, Field::PROTOCOL_NAME);
                c.note(finding.with(u64::from(level), 0));
            }
        }
        None => c.note_last(Rule::PROTOCOL_LEVEL, Field::PROTOCOL_LEVEL, 1, (u64::from(level), 0)),
    }
    Ok(level)
}

const USER_NAME: Bits = Bits::flag(Field::USER_NAME_FLAG, 7);
const PASSWORD: Bits = Bits::flag(Field::PASSWORD_FLAG, 6);
const WILL_RETAIN: Bits = Bits::flag(Field::WILL_RETAIN, 5);
const WILL_QOS: Bits = Bits::new(Field::WILL_QOS, 4, 3);
const WILL: Bits = Bits::flag(Field::WILL_FLAG, 2);
const CLEAN_START: Bits = Bits::flag(Field::CLEAN_START, 1);
const RESERVED: Bits = Bits::flag(Field::CONNECT_RESERVED, 0);

fn connect_flags<S: Sink>(c: &mut Cursor<'_, '_, S>, version: Version) -> Result<Flags, Stop> {
    let parts = [USER_NAME, PASSWORD, WILL_RETAIN, WILL_QOS, WILL, CLEAN_START, RESERVED];
    let byte = c.flags(Field::CONNECT_FLAGS, &parts)?;
    let flags = Flags {
        user_name: USER_NAME.of(byte) != 0,
        password: PASSWORD.of(byte) != 0,
        will_retain: WILL_RETAIN.of(byte) != 0,
        will_qos: WILL_QOS.of(byte),
        will: WILL.of(byte) != 0,
        clean_start: CLEAN_START.of(byte) != 0,
    };
    if S::RECORDS {
        judge_flags(c, version, flags, RESERVED.of(byte) != 0);
    }
    Ok(flags)
}

fn judge_flags<S: Sink>(c: &mut Cursor<'_, '_, S>, version: Version, flags: Flags, reserved: bool) {
    let qos = (u64::from(flags.will_qos), 0);
    if reserved {
        c.note_bits(Rule::CONNECT_RESERVED, RESERVED, (1, 0));
    }
    if flags.will_qos == 3 {
        c.note_bits(Rule::WILL_QOS_3, WILL_QOS, qos);
    }
    if !flags.will && flags.will_qos > 0 {
        c.note_bits(Rule::WILL_QOS_WITHOUT_WILL, WILL_QOS, qos);
    }
    if !flags.will && flags.will_retain {
        c.note_bits(Rule::WILL_RETAIN_WITHOUT_WILL, WILL_RETAIN, (1, 0));
    }
    if flags.password && !flags.user_name && !version.is_v5() {
        c.note_bits(Rule::PASSWORD_WITHOUT_USER_NAME, PASSWORD, (1, 0));
    }
}

fn client_id<'a, S: Sink>(
    c: &mut Cursor<'a, '_, S>,
    version: Version,
    flags: Flags,
) -> Result<Text<'a>, Stop> {
    let id = text(c, Field::CLIENT_ID)?;
    if id.is_empty() {
        let rule = match version {
            Version::V31 => Some(Rule::CLIENT_ID_EMPTY_V31),
            Version::V311 if !flags.clean_start => Some(Rule::CLIENT_ID_EMPTY),
            _ => None,
        };
        if let Some(rule) = rule {
            c.note_last(rule, Field::CLIENT_ID, 2, (0, 0));
        }
    } else if S::RECORDS && version == Version::V31 && id.0.len() > MAX_CLIENT_ID_V31 {
        let count = String::from_utf8_lossy(id.0).chars().count();
        if count > MAX_CLIENT_ID_V31 {
            let len = id.0.len().saturating_add(2);
            c.note_last(Rule::CLIENT_ID_LONG_V31, Field::CLIENT_ID, len, (count as u64, 0));
        }
    }
    Ok(id)
}

fn will<'a, S: Sink>(
    c: &mut Cursor<'a, '_, S>,
    version: Version,
    flags: Flags,
) -> Result<Will<'a>, Stop> {
    let properties = v5_properties(c, version, Field::WILL_PROPERTIES, PacketSet::WILL)?;
    let topic = topic_name(c, Field::WILL_TOPIC, false)?;
    let payload = c.prefixed(Field::WILL_PAYLOAD)?;
    if S::RECORDS && !properties.is_empty() {
        check_payload(c, Field::WILL_PAYLOAD, properties, payload);
    }
    Ok(Will { qos: flags.will_qos, retain: flags.will_retain, properties, topic, payload })
}

/// User Name or Password, where its flag is set. In 3.1 the packet may end before it: there
/// Remaining Length takes precedence over the flag.
fn credential<'a, S: Sink, T>(
    c: &mut Cursor<'a, '_, S>,
    version: Version,
    flagged: bool,
    field: Field,
    read: impl FnOnce(&mut Cursor<'a, '_, S>) -> Result<T, Stop>,
) -> Result<Option<T>, Stop> {
    if !flagged {
        return Ok(None);
    }
    if version == Version::V31 && c.at_end() {
        c.note_last(Rule::CREDENTIAL_MISSING_V31, field, 0, (0, 0));
        return Ok(None);
    }
    read(c).map(Some)
}

/// Properties where the version has them.
fn v5_properties<'a, S: Sink>(
    c: &mut Cursor<'a, '_, S>,
    version: Version,
    group: Field,
    place: PacketSet,
) -> Result<Properties<'a>, Stop> {
    if version.is_v5() { properties(c, group, place) } else { Ok(Properties::default()) }
}

#[cfg(test)]
mod tests {
    use crate::annotate::Tape;
    use crate::mqtt::{Reading, decode};
    use crate::spec::Rule;

    /// 3.1 and 3.1.1 forbid it, 5.0 allows it.
    #[test]
    fn a_password_needs_a_user_name_before_5_0() {
        let judged = |hex: &str| {
            let mut tape = Tape::new();
            decode(&hex::decode(hex).unwrap(), Reading::default(), &mut tape);
            tape.findings().iter().map(|finding| finding.rule).collect::<Vec<_>>()
        };
        let wrong = [Rule::PASSWORD_WITHOUT_USER_NAME];
        assert_eq!(judged("101200064d514973647003420000000161000170"), wrong);
        assert_eq!(judged("101000044d51545404420000000161000170"), wrong);
        assert_eq!(judged("101100044d5154540542000000000161000170"), []);
    }
}
