//! Whether the lengths inside of packets fit them: what [`frame::strict`] does not ask.

use super::frame;

/// Whether whole packets hold no more than the lengths inside of them say, in one of the versions.
pub(super) fn legal(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some((first, body, after)) = frame::packet(rest) {
        if !frame::plausible(first, body) || !has_lengths(first, body) {
            return false;
        }
        rest = after;
    }
    rest.is_empty() && !bytes.is_empty()
}

/// Whether the lengths in a packet's body fit it.
fn has_lengths(first: u8, body: &[u8]) -> bool {
    let behind = |n: usize| body.get(n..).unwrap_or_default();
    match first >> 4 {
        2 => body.len() == 2 || properties(behind(2)) == Some(&[][..]),
        4..=7 => body.len() <= 3 || properties(behind(3)) == Some(&[][..]),
        8 => filters(behind(2), 1) || properties(behind(2)).is_some_and(|it| filters(it, 1)),
        9 => {
            let codes = behind(2);
            codes.iter().all(|it| matches!(it, 0..=2 | 0x80))
                || properties(codes)
                    .is_some_and(|it| it.iter().all(|it| matches!(it, 0..=2 | 0x80..)))
        }
        10 => filters(behind(2), 0) || properties(behind(2)).is_some_and(|it| filters(it, 0)),
        11 => body.len() == 2 || properties(behind(2)).is_some(),
        14 | 15 => body.len() <= 1 || properties(behind(1)) == Some(&[][..]),
        _ => true,
    }
}

/// What stands behind properties, whose length is shorter than 128 as nearly all are.
fn properties(bytes: &[u8]) -> Option<&[u8]> {
    let (&len, rest) = bytes.split_first().filter(|(len, _)| **len < 0x80)?;
    rest.get(usize::from(len)..)
}

/// Whether these are topic filters with so many bytes of options behind each.
fn filters(mut bytes: &[u8], options: usize) -> bool {
    let mut count = 0_usize;
    while let Some(([high, low], rest)) = bytes.split_first_chunk() {
        let len = usize::from(u16::from_be_bytes([*high, *low]));
        let Some(behind) = rest.get(len.saturating_add(options)..) else { return false };
        if len == 0 || std::str::from_utf8(rest.get(..len).unwrap_or_default()).is_err() {
            return false;
        }
        count = count.saturating_add(1);
        bytes = behind;
    }
    count > 0 && bytes.is_empty()
}

/// As [`legal`], and the fields of each CONNECT fill it as its flags say.
pub(super) fn exact(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some((first, body, after)) = frame::packet(rest) {
        if first >> 4 == 1 && connect(body) != Some(&[][..]) {
            return false;
        }
        rest = after;
    }
    legal(bytes)
}

/// Whether lengths in the first packet say that it is one: a name, a topic or topic filters fill it.
pub(super) fn tells_itself(bytes: &[u8]) -> bool {
    frame::packet(bytes).is_some_and(|(first, body, _)| match first >> 4 {
        1 => connect(body) == Some(&[][..]),
        3 => text(body).is_some_and(|_| body.get(..2) != Some(&[0, 0])),
        8 | 10 => has_lengths(first, body),
        _ => false,
    })
}

/// What stands behind the fields of a CONNECT.
fn connect(body: &[u8]) -> Option<&[u8]> {
    let (_, rest) = field(body)?;
    let ([level, flags], rest) = rest.split_first_chunk()?;
    let has = |flag: u8| flags & flag != 0;
    let is_five = *level == 5;
    let is_known = matches!(level, 3..=5 | 0x83 | 0x84) && !has(RESERVED) && flags >> 3 & 3 < 3;
    let mut rest = rest.get(KEEP_ALIVE..).filter(|_| is_known)?;
    if is_five {
        rest = properties(rest)?;
    }
    rest = text(rest)?;
    if has(WILL) {
        if is_five {
            rest = properties(rest)?;
        }
        (_, rest) = field(text(rest)?)?;
    }
    if has(USER_NAME) {
        rest = text(rest)?;
    }
    if has(PASSWORD) {
        (_, rest) = field(rest)?;
    }
    Some(rest)
}

/// Bytes with their length before them, and what stands behind.
fn field(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let ([high, low], rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes([*high, *low])))
}

/// What stands behind a text without control characters.
fn text(bytes: &[u8]) -> Option<&[u8]> {
    let (text, rest) = field(bytes)?;
    let is_text = std::str::from_utf8(text).is_ok_and(|it| !it.contains(char::is_control));
    is_text.then_some(rest)
}

/// The Connect Flags (3.1.2.3 of MQTT 3.1.1).
const RESERVED: u8 = 1;
const WILL: u8 = 1 << 2;
const PASSWORD: u8 = 1 << 6;
const USER_NAME: u8 = 1 << 7;
/// Bytes of the Keep Alive.
const KEEP_ALIVE: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_of_a_connect_fill_it() {
        assert!(exact(b"\x10\x0e\0\x04MQTT\x04\x02\0\x3c\0\x02ab"));
        assert!(!exact(b"\x10\x0e\0\x04MQTT\x04\x02\0\x3c\0\x01ab"));
        assert!(!exact(b"\x10\x0e\0\x04MQTT\x44\x02\0\x3c\0\x02ab"), "level 0x44");
        assert!(exact(
            b"\x10\x1a\0\x04MQTT\x05\xc2\0\x3c\x05\x11\0\0\x01\x2c\0\x02ab\0\x01u\0\x01p\xc0\0"
        ));
        assert!(exact(b"\x10\x14\0\x04MQTT\x04\x06\0\x3c\0\x02ab\0\x01t\0\x01w"));
    }
}
