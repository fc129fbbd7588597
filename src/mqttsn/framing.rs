//! Where a message ends (sections 5.2.1 and 5.5).

use crate::spec::sn::MessageType;

/// Forwarders inside each other that are followed. One is the rule; the bound keeps hostile
/// datagrams, in which each takes three bytes, from nesting without end.
pub(super) const MAX_NESTING: usize = 4;

/// What the first bytes of a datagram say of the message that begins there.
///
/// ```
/// use mqttscope::mqttsn::{Framing, frame};
///
/// // A Length of three bytes: 1, then the number.
/// assert_eq!(frame(&[1, 0x01, 0x00, 0x0c]), Framing::Length(256));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// The message has this many bytes in all. They need not be there.
    Length(usize),
    /// The bytes end before the message's Length and type do.
    Cut,
    /// The Length is too small to count itself and the message type.
    TooShort,
}

/// Reads Length; of a message that a forwarder passes on, that of the inner one too.
///
/// ```
/// # use mqttscope::mqttsn::{Framing, frame};
/// assert_eq!(frame(&[2, 0x17]), Framing::Length(2));
/// assert_eq!(frame(&[9]), Framing::Cut);
/// ```
#[must_use]
pub fn frame(bytes: &[u8]) -> Framing {
    let mut rest = bytes;
    let mut outer = 0usize;
    for _ in 0..=MAX_NESTING {
        let (header, length) = match rest {
            [1, high, low, ..] => (3usize, usize::from(u16::from_be_bytes([*high, *low]))),
            [] | [1] | [1, _] => return Framing::Cut,
            [length, ..] => (1, usize::from(*length)),
        };
        if length <= header {
            return Framing::TooShort;
        }
        let Some(kind) = rest.get(header) else { return Framing::Cut };
        let whole = outer.saturating_add(length);
        if MessageType(*kind) != MessageType::ENCAPSULATED {
            return Framing::Length(whole);
        }
        rest = rest.get(length..).unwrap_or_default();
        outer = whole;
        if rest.is_empty() {
            return Framing::Length(whole);
        }
    }
    // What is nested deeper is shown as it is.
    Framing::Length(bytes.len())
}

/// The messages of a datagram with their offsets. What follows a message and cannot be one is the
/// last item; so is a message that is cut.
///
/// ```
/// # use mqttscope::mqttsn::messages;
/// // PINGREQ and PINGRESP in one datagram.
/// let messages: Vec<_> = messages(&[2, 0x16, 2, 0x17]).collect();
/// assert_eq!(messages, [(0, &[2, 0x16][..]), (2, &[2, 0x17])]);
/// ```
pub fn messages(datagram: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut at = 0usize;
    std::iter::from_fn(move || {
        let rest = datagram.get(at..).filter(|rest| !rest.is_empty())?;
        let message = match frame(rest) {
            Framing::Length(len) => rest.get(..len).unwrap_or(rest),
            Framing::Cut | Framing::TooShort => rest,
        };
        let start = at;
        at = at.saturating_add(message.len());
        Some((start, message))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_length() {
        assert_eq!(frame(&[2, 0x16]), Framing::Length(2));
        assert_eq!(frame(&[1, 0x01, 0x00, 0x0c]), Framing::Length(256));
        assert_eq!(frame(&[255, 0x0c]), Framing::Length(255));
        for cut in [&[][..], &[1], &[1, 0], &[1, 0, 4], &[2]] {
            assert_eq!(frame(cut), Framing::Cut, "{cut:?}");
        }
        for short in [&[0, 0][..], &[1, 0, 3, 4], &[1, 0, 0, 0]] {
            assert_eq!(frame(short), Framing::TooShort, "{short:?}");
        }
    }

    #[test]
    fn a_forwarder_passes_one_message_on() {
        let bytes = [5, 0xfe, 1, 0, 5, 2, 0x16, 2, 0x17];
        let all: Vec<(usize, &[u8])> = messages(&bytes).collect();
        assert_eq!(all, [(0, &bytes[..7]), (7, &bytes[7..])]);
        assert_eq!(frame(&[3, 0xfe, 0]), Framing::Length(3));
        assert_eq!(frame(&[3, 0xfe, 0].repeat(50)), Framing::Length(150));
    }
}
