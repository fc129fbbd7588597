//! Do these bytes look like MQTT? A test of structure alone, which decides between readings of
//! a text. It is no decoder: it names nothing and finds no faults.

/// How bytes fit the chain of fixed headers and Remaining Lengths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// One or more packets, and nothing after the last.
    Whole,
    /// The last packet goes on: so many bytes at least are missing.
    Short(usize),
    /// Somewhere stands what can't be a packet.
    Broken,
}

/// The chain of packets, fed little by little.
#[derive(Clone, Debug)]
pub(super) struct Chain {
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Start,
    Length { value: usize, shift: u32 },
    Body(usize),
    Broken,
}

impl Chain {
    pub(super) const fn new() -> Self {
        Self { state: State::Start }
    }

    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut chain = Self::new();
        chain.feed(bytes);
        chain
    }

    pub(super) fn feed(&mut self, mut bytes: &[u8]) {
        while let Some((&byte, rest)) = bytes.split_first() {
            self.state = match self.state {
                State::Broken => return,
                State::Body(left) => {
                    let skip = left.min(bytes.len());
                    bytes = bytes.get(skip..).unwrap_or_default();
                    self.state = body(left.saturating_sub(skip));
                    continue;
                }
                State::Start if byte < 0x10 => State::Broken,
                State::Start => State::Length { value: 0, shift: 0 },
                State::Length { value, shift } => length(value, shift, byte),
            };
            bytes = rest;
        }
    }

    pub(super) const fn fit(&self) -> Fit {
        match self.state {
            State::Start => Fit::Whole,
            State::Length { .. } => Fit::Short(1),
            State::Body(left) => Fit::Short(left),
            State::Broken => Fit::Broken,
        }
    }

    /// Whether a packet's first byte came last.
    pub(super) const fn is_before_length(&self) -> bool {
        matches!(self.state, State::Length { shift: 0, .. })
    }

    /// Whether the last packet's length is known, so that its end is too.
    pub(super) const fn knows_its_end(&self) -> bool {
        matches!(self.state, State::Body(_) | State::Start)
    }
}

const fn body(left: usize) -> State {
    if left == 0 { State::Start } else { State::Body(left) }
}

const fn length(value: usize, shift: u32, byte: u8) -> State {
    let value = value | (((byte & 0x7f) as usize) << shift);
    match (byte & 0x80, shift) {
        (0, _) => body(value),
        (_, 21) => State::Broken,
        _ => State::Length { value, shift: shift.saturating_add(7) },
    }
}

/// Whether the bytes are whole packets, each with the flags and the shortest length that its
/// type demands. Strict enough to tell a packet from a number in a sentence.
pub(super) fn strict(bytes: &[u8]) -> bool {
    !bytes.is_empty() && strict_prefix(bytes) == bytes.len()
}

/// How many bytes at the beginning are packets of which [`strict`] holds.
pub(super) fn strict_prefix(bytes: &[u8]) -> usize {
    let mut rest = bytes;
    while let Some((first, body, after)) = packet(rest) {
        if !plausible(first, body) {
            break;
        }
        rest = after;
    }
    bytes.len().saturating_sub(rest.len())
}

/// Whether the packet that begins with `first`, has this Remaining Length of one byte and goes on
/// with `rest` is followed by packets or by nothing.
pub(super) fn fits(first: u8, length: u8, rest: &[u8]) -> bool {
    rest.split_at_checked(usize::from(length)).is_some_and(|(body, behind)| {
        length < 0x80 && plausible(first, body) && strict_prefix(behind) == behind.len()
    })
}

/// Length of the first packet, where it is whole.
pub(super) fn first(bytes: &[u8]) -> Option<usize> {
    packet(bytes).map(|(_, _, rest)| bytes.len().saturating_sub(rest.len()))
}

/// Length of the first packet's fixed header, and its Remaining Length.
pub(super) fn lengths(bytes: &[u8]) -> Option<(usize, usize)> {
    let more = bytes.iter().skip(1).take(4).take_while(|byte| **byte & 0x80 != 0).count();
    let header = more.saturating_add(2);
    let digits = bytes.get(1..header).filter(|_| more < 4)?;
    let value = digits.iter().rev().fold(0_usize, |n, byte| (n << 7) | usize::from(byte & 0x7f));
    Some((header, value))
}

/// Whether the first byte is a type with flags that the standard allows.
pub(super) fn head(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|&first| flags(first))
}

/// Whether the bytes begin as a CONNECT does, up to its protocol name.
pub(super) fn connect(bytes: &[u8]) -> bool {
    let mut name = bytes.iter().skip(1).skip_while(|b| **b & 0x80 != 0).skip(1);
    let name: Vec<u8> = name.by_ref().take(8).copied().collect();
    bytes.first() == Some(&0x10) && protocol(&name)
}

/// Whether bytes are the beginning of packets beyond doubt: whole ones, a CONNECT, or a PUBLISH as far as
/// its topic; of the last the end is missing.
pub(super) fn begins(bytes: &[u8]) -> bool {
    if !matches!(Chain::of(bytes).fit(), Fit::Short(_)) {
        return false;
    }
    let whole = strict_prefix(bytes);
    let rest = bytes.get(whole..).unwrap_or_default();
    head(rest) && (whole > 0 || connect(rest) || topic(rest))
}

/// Whether bytes begin as a PUBLISH does, up to the end of its topic, which is plain text.
fn topic(bytes: &[u8]) -> bool {
    let Some((&first, rest)) = bytes.split_first() else { return false };
    let skip = rest.iter().take_while(|byte| **byte & 0x80 != 0).count().saturating_add(1);
    let Some(([high, low], rest)) = rest.get(skip..).and_then(<[u8]>::split_first_chunk) else {
        return false;
    };
    let topic = rest.get(..usize::from(u16::from_be_bytes([*high, *low])));
    let is_text =
        |topic: &[u8]| std::str::from_utf8(topic).is_ok_and(|it| !it.contains(char::is_control));
    first >> 4 == 3 && topic.is_some_and(|topic| !topic.is_empty() && is_text(topic))
}

/// The first packet: its first byte, its body and what stands behind it.
pub(super) fn packet(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&first, mut rest) = bytes.split_first()?;
    let mut value = 0_usize;
    for shift in [0_u32, 7, 14, 21] {
        let (&byte, after) = rest.split_first()?;
        value |= usize::from(byte & 0x7f) << shift;
        rest = after;
        if byte & 0x80 == 0 {
            let (body, after) = rest.split_at_checked(value)?;
            return Some((first, body, after));
        }
    }
    None
}

const fn flags(first: u8) -> bool {
    match first >> 4 {
        0 => false,
        3 => first & 0b110 != 0b110,
        6 | 8 | 10 => first & 15 == 2,
        _ => first & 15 == 0,
    }
}

/// Whether a body can be one of the type and the flags of the first byte.
pub(super) fn plausible(first: u8, body: &[u8]) -> bool {
    let len = body.len();
    flags(first)
        && match first >> 4 {
            1 => len >= 10 && protocol(body),
            2 => len >= 2 && body.first().is_some_and(|b| *b < 2),
            3 => publish(first, body),
            4..=7 | 11 => len >= 2 && body.get(..2) != Some(&[0, 0]),
            8 => len >= 5,
            9 => len >= 3,
            10 => len >= 4,
            12 | 13 => len == 0,
            14 => true,
            _ => len == 0 || len >= 2,
        }
}

fn protocol(body: &[u8]) -> bool {
    body.starts_with(b"\0\x04MQTT") || body.starts_with(b"\0\x06MQIsdp")
}

fn publish(first: u8, body: &[u8]) -> bool {
    let Some(([high, low], rest)) = body.split_first_chunk() else { return false };
    let topic = usize::from(u16::from_be_bytes([*high, *low]));
    let id = if first & 0b110 == 0 { 0 } else { 2 };
    rest.len() >= topic.saturating_add(id)
        && rest.get(..topic).is_some_and(|t| std::str::from_utf8(t).is_ok() && !t.contains(&0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains() {
        assert_eq!(Chain::of(&[0xc0, 0]).fit(), Fit::Whole);
        assert_eq!(Chain::of(&[0xc0, 0, 0x20]).fit(), Fit::Short(1));
        assert_eq!(Chain::of(&[0x20, 2, 0]).fit(), Fit::Short(1));
        assert_eq!(Chain::of(&[0x20, 2, 0, 0, 0]).fit(), Fit::Broken);
        assert_eq!(Chain::of(&[0x30, 0xff, 0xff, 0xff, 0xff]).fit(), Fit::Broken);
        assert_eq!(Chain::of(&[0x30, 0xff, 0xff, 0xff, 0x7f]).fit(), Fit::Short(268_435_455));
    }

    #[test]
    fn a_length_is_told_from_what_stands_behind_it() {
        let connect = b"\0\x04MQTT\x04\x02\0<\0\x04demo";
        let all =
            |first, rest: &[u8]| (0..=255).filter(|n| fits(first, *n, rest)).collect::<Vec<u8>>();
        assert_eq!(all(0x10, connect), [16]);
        assert_eq!(all(0x10, &[&connect[..], &[0xd0, 0, 0xc0, 0]].concat()), [16, 18, 20]);
        assert_eq!(all(0xc0, &[]), [0]);
        assert!(all(0x10, b"\0\x04MQ").is_empty());
    }

    #[test]
    fn what_frames_by_chance_is_told_apart() {
        assert!(strict(&[0xc0, 0, 0xd0, 0]));
        assert!(!strict(&[0x10, 0]), "a CONNECT without a protocol name");
        assert!(!strict(&[0x20, 0]));
        assert!(!strict(&[0x36, 0x35]));
        assert!(strict(b"\x30\x06\0\x03a/bX"));
        assert!(!strict(b"\x36\x06\0\x03a/bX"), "QoS 3");
        assert!(connect(b"\x10\x8c\x01\0\x04MQTT\x05"));
    }
}
