//! Edits of CONNECT: its name, its level, its flags.

use super::places::number;
use super::{Broken, Tries};
use crate::spec::level::{LEVELS, LevelInfo, ProtocolLevel};
use crate::spec::{Field, PacketType};

/// The Connect Flag Will.
const WILL: u8 = 0x04;
/// What many clients ask for: 60 s.
const KEEP_ALIVE: [u8; 2] = [0, 60];

/// The level that belongs to the name, where the level is another name's or no standard's.
pub(super) fn level_of_name(broken: &Broken<'_>, tries: &mut Tries) {
    let Some((name, level, at)) = start(broken) else { return };
    let own = ProtocolLevel(level).info();
    if own.is_some_and(|own| own.name.as_bytes() == name) {
        return;
    }
    for row in LEVELS.iter().filter(|row| row.name.as_bytes() == name) {
        other_level(broken, at, row, tries);
    }
}

/// The level whose layout the packet has.
pub(super) fn level_of_layout(broken: &Broken<'_>, tries: &mut Tries) {
    let Some((name, level, at)) = start(broken) else { return };
    for row in LEVELS.iter().filter(|row| row.name.as_bytes() == name && row.level != level) {
        other_level(broken, at, row, tries);
    }
}

/// The name that belongs to the level.
pub(super) fn name_of_level(broken: &Broken<'_>, tries: &mut Tries) {
    let Some((name, level, at)) = start(broken) else { return };
    let Some(row) = ProtocolLevel(level).info().filter(|row| row.name.as_bytes() != name) else {
        return;
    };
    let Some(behind) = at.checked_sub(broken.header).and_then(|at| broken.body.get(at..)) else {
        return;
    };
    let name = row.name.as_bytes();
    let body = [&[0, name.len() as u8], name, behind].concat();
    tries.add(broken.with_body(&body), || {
        format!("the Protocol Name of level {level} is {}", row.name)
    });
}

/// The Connect Flags that fit what follows.
pub(super) fn flags(broken: &Broken<'_>, tries: &mut Tries) {
    /// User Name, Password, Will, Clean Start: together and alone.
    const MASKS: [(u8, &str); 6] = [
        (0x80, "User Name"),
        (0x40, "Password"),
        (0xc0, "User Name and Password"),
        (WILL, "Will"),
        (0x02, "Clean Start"),
        (0xc4, "User Name, Password and Will"),
    ];
    let Some((at, flags)) = flag_byte(broken) else { return };
    for (mask, name) in MASKS.into_iter().filter(|(mask, _)| *mask != WILL || flags & WILL != 0) {
        let is_session = name == "Clean Start" && !broken.how.version.is_v5();
        let name = if is_session { "Clean Session" } else { name };
        if flags & mask == 0 {
            tries.add(broken.with(at, &[flags | mask]), || {
                format!("the Connect Flags have {name} set (0x{:02x})", flags | mask)
            });
        } else if flags & mask == mask && mask != 0x02 {
            tries.add(broken.with(at, &[flags & !mask]), || {
                format!("the Connect Flags have {name} not set (0x{:02x})", flags & !mask)
            });
        }
    }
}

/// Will is not set, though two fields follow. These may as well be User Name and Password, which are asked for
/// far more often.
pub(super) fn will_flag(broken: &Broken<'_>, tries: &mut Tries) {
    let Some((at, flags)) = flag_byte(broken).filter(|(_, flags)| flags & WILL == 0) else {
        return;
    };
    tries.add(broken.with(at, &[flags | WILL]), || {
        format!("the Connect Flags have Will set (0x{:02x})", flags | WILL)
    });
}

/// The Connect Flags, and where they stand.
fn flag_byte(broken: &Broken<'_>) -> Option<(usize, u8)> {
    let (.., level) = start(broken)?;
    let at = level.saturating_add(1);
    Some((at, broken.bytes.get(at).copied()?))
}

/// The Client Identifier, which is the last field, without its length.
pub(super) fn client_id_length(broken: &Broken<'_>, tries: &mut Tries) {
    let Some(node) = broken.tape.find(Field::CLIENT_ID) else { return };
    let at = node.span.first_byte();
    let len = broken.bytes.len().saturating_sub(at);
    if at.checked_sub(2).and_then(|before| number(broken, before)) == Some(len) {
        // That is its length, and what is missing stands before it.
        return;
    }
    let Some(bytes) = u16::try_from(len).ok().map(u16::to_be_bytes) else { return };
    tries.add(broken.with_inserted(at, &bytes), || {
        format!("Client Identifier begins with its length, {len}, in two bytes")
    });
}

/// Keep Alive is missing.
pub(super) fn keep_alive_forgotten(broken: &Broken<'_>, tries: &mut Tries) {
    let Some((.., level)) = start(broken) else { return };
    // Behind the level and the flags, a byte each.
    tries.add(broken.with_inserted(level.saturating_add(2), &KEEP_ALIVE), || {
        "two bytes of Keep Alive, such as 00 3c for 60 s, follow on the Connect Flags".to_owned()
    });
}

fn other_level(broken: &Broken<'_>, at: usize, row: &LevelInfo, tries: &mut Tries) {
    tries.add(broken.with(at, &[row.level]), || {
        format!("the level is {}, that of MQTT {}", row.level, row.version)
    });
}

/// Protocol Name, level, and the offset of the level.
fn start<'a>(broken: &Broken<'a>) -> Option<(&'a [u8], u8, usize)> {
    let node = broken.tape.find(Field::PROTOCOL_LEVEL)?;
    if broken.kind != PacketType::CONNECT {
        return None;
    }
    let at = node.span.first_byte();
    let name = broken.bytes.get(broken.header.saturating_add(2)..at)?;
    Some((name, *broken.bytes.get(at)?, at))
}
