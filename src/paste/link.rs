//! Do these bytes look like a frame that holds an IP packet? As in `frame`, structure alone; but what
//! is no frame beyond doubt is left to MQTT, where every byte is shown.

/// What a frame begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// An Ethernet header.
    Ethernet,
    /// An IPv4 or IPv6 header.
    RawIp,
    /// The four bytes of BSD's loopback.
    Null,
    /// Linux cooked capture, version 1.
    LinuxSll,
    /// Linux cooked capture, version 2.
    LinuxSll2,
}

/// The link type whose header leads to an IP header in the bytes.
pub(super) fn guess(bytes: &[u8]) -> Option<Link> {
    let at = |n: usize| bytes.get(n..).unwrap_or_default();
    let rows: [(Link, bool); 5] = [
        (Link::RawIp, ip(bytes)),
        (Link::Ethernet, ethernet(at(12))),
        (Link::Null, null(bytes) && ip(at(4))),
        (Link::LinuxSll, bytes.first() == Some(&0) && typed(at(14))),
        (Link::LinuxSll2, matches!(ether_type(bytes), Some(0x0800 | 0x86dd)) && ip(at(20))),
    ];
    rows.into_iter().find(|(_, fits)| *fits).map(|(link, _)| link)
}

fn ethernet(from_type: &[u8]) -> bool {
    match ether_type(from_type) {
        Some(0x8100 | 0x88a8) => ethernet(from_type.get(4..).unwrap_or_default()),
        _ => typed(from_type),
    }
}

fn typed(from_type: &[u8]) -> bool {
    let version = from_type.get(2).map(|b| b >> 4);
    let fits = matches!(
        (ether_type(from_type), version),
        (Some(0x0800), Some(4)) | (Some(0x86dd), Some(6))
    );
    fits && ip(from_type.get(2..).unwrap_or_default())
}

fn ether_type(bytes: &[u8]) -> Option<u16> {
    bytes.first_chunk().map(|two| u16::from_be_bytes(*two))
}

fn null(bytes: &[u8]) -> bool {
    let family = |n: u32| matches!(n, 2 | 10 | 24 | 28 | 30);
    bytes
        .first_chunk()
        .is_some_and(|four| family(u32::from_le_bytes(*four)) || family(u32::from_be_bytes(*four)))
}

/// An IP header beyond doubt. A right checksum says so, of a packet too that a snap length has cut;
/// without one (network cards fill it in later) the lengths and the header behind must agree.
fn ip(bytes: &[u8]) -> bool {
    match bytes.first().map(|b| b >> 4) {
        Some(4) => v4(bytes),
        Some(6) => v6(bytes),
        _ => false,
    }
}

fn v4(bytes: &[u8]) -> bool {
    let header_len = usize::from(byte(bytes, 0) & 15).saturating_mul(4);
    let Some((header, body)) = bytes.split_at_checked(header_len) else { return false };
    let total = usize::from(u16::from_be_bytes([byte(header, 2), byte(header, 3)]));
    let protocol = byte(header, 9);
    let is_header = header_len >= 20 && total > header_len && byte(header, 8) > 0;
    let is_right = checksum(header) && transport(protocol);
    is_header && (is_right || ends(bytes.len(), total) && carries(protocol, body))
}

/// IPv6 has no checksum.
fn v6(bytes: &[u8]) -> bool {
    let Some((header, body)) = bytes.split_at_checked(40) else { return false };
    let body_len = usize::from(u16::from_be_bytes([byte(header, 4), byte(header, 5)]));
    let (next, hops) = (byte(header, 6), byte(header, 7));
    let is_whole = ends(body.len(), body_len);
    let is_cut = body_len > body.len() && byte(header, 0) == 0x60;
    hops > 0 && (is_whole && extended(next) || is_whole | is_cut && carries(next, body))
}

/// Whether a packet of `total` bytes is all that is there, but for what Ethernet pads it with.
const fn ends(len: usize, total: usize) -> bool {
    total == len || total < len && len <= SHORTEST_ETHERNET
}

/// A payload of Ethernet is no shorter.
const SHORTEST_ETHERNET: usize = 46;

/// Whether TCP or UDP stands here as its header says.
fn carries(protocol: u8, body: &[u8]) -> bool {
    match protocol {
        6 => body.len() >= 20 && byte(body, 12) >> 4 >= 5 && byte(body, 12) & 0b1110 == 0,
        17 => {
            let len = usize::from(u16::from_be_bytes([byte(body, 4), byte(body, 5)]));
            len >= 8 && ends(body.len(), len)
        }
        _ => false,
    }
}

/// TCP, UDP, ICMP and what may stand before them.
const fn transport(protocol: u8) -> bool {
    matches!(protocol, 0 | 1 | 4 | 6 | 17 | 41 | 43 | 44 | 47 | 50 | 51 | 58 | 60 | 132)
}

/// What else may stand behind a header of IPv6.
const fn extended(next: u8) -> bool {
    matches!(next, 0 | 4 | 41 | 43 | 44 | 47 | 50 | 51 | 58 | 60 | 132)
}

/// Whether the checksum of a header of IPv4 is right.
fn checksum(header: &[u8]) -> bool {
    let sum: u32 = header
        .chunks_exact(2)
        .map(|two| u32::from(u16::from_be_bytes([byte(two, 0), byte(two, 1)])))
        .fold(0, u32::wrapping_add);
    (sum & 0xffff).wrapping_add(sum >> 16) == 0xffff
}

fn byte(bytes: &[u8], n: usize) -> u8 {
    bytes.get(n).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_link() {
        let v4 = hex::decode("450000280001000040067ccd7f0000017f000001075b96bc0000000000000000")
            .unwrap();
        let with = |head: &str| [hex::decode(head).unwrap(), v4.clone()].concat();
        assert_eq!(guess(&v4), Some(Link::RawIp));
        assert_eq!(guess(&with("0000000000000000000000000800")), Some(Link::Ethernet));
        assert_eq!(guess(&with("0000000000000000000000008100000a0800")), Some(Link::Ethernet));
        assert_eq!(guess(&with("02000000")), Some(Link::Null));
        assert_eq!(guess(&with("00000304000600000000000000000800")), Some(Link::LinuxSll));
        assert_eq!(guess(&with("0800000000000001030400060000000000000000")), Some(Link::LinuxSll2));
        assert_eq!(guess(&hex::decode("102f00044d515454").unwrap()), None);
        assert_eq!(guess(&v4[..19]), None);
    }

    /// The first half byte alone says nothing: PUBACK and PUBREL begin so too.
    #[test]
    fn what_begins_as_ip_and_is_none() {
        for text in [
            "4a138f0555d463021b33e8e16b6e3d30b9bd5b3d8670aaa6a03c6af1acaad06c2a889c5dea",
            "4a008f00000000001b0000000000000000000000",
            "6b556ed6076a011683a15929af340c2a992b2f2689976c0649efee0c682750f55b2804de3aaabc3b",
        ] {
            assert_eq!(guess(&hex::decode(text).unwrap()), None, "{text}");
        }
        // A checksum that is wrong or not filled in, but lengths that agree with what is there.
        let ack = "0100004006f97c7f0000017f0000010fa0075b0000000100000001501003e800000000";
        let ack = format!("4500002800{ack}");
        assert_eq!(guess(&hex::decode(&ack).unwrap()), Some(Link::RawIp));
        assert_eq!(guess(&hex::decode(ack.replace("f97c", "0000")).unwrap()), Some(Link::RawIp));
        assert_eq!(guess(&hex::decode(format!("{ack}{}", "00".repeat(20))).unwrap()), None);
    }
}
