//! Do these bytes look like a frame that holds an IP packet? As in `frame`, structure alone.

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

/// The lengths must agree, or the frame be cut short: a snap length takes the end away.
fn ip(bytes: &[u8]) -> bool {
    match bytes.first().map(|b| b >> 4) {
        Some(4) => bytes.get(..20).is_some_and(|h| {
            let total = u16::from_be_bytes([byte(h, 2), byte(h, 3)]);
            byte(h, 0) & 15 >= 5
                && total >= 20
                && byte(h, 8) > 0
                && transport(byte(h, 9))
                && checksum(h)
        }),
        Some(6) => bytes.get(..40).is_some_and(|h| transport(byte(h, 6)) && byte(h, 7) > 0),
        _ => false,
    }
}

/// TCP, UDP, ICMP and what may stand before them.
const fn transport(protocol: u8) -> bool {
    matches!(protocol, 0 | 1 | 4 | 6 | 17 | 41 | 43 | 44 | 47 | 50 | 51 | 58 | 60 | 132)
}

/// Right, or zero as sending hosts leave it to the network card; options are not looked at.
fn checksum(header: &[u8]) -> bool {
    let has_options = byte(header, 0) & 15 > 5;
    let zero = byte(header, 10) == 0 && byte(header, 11) == 0;
    let sum: u32 = header
        .chunks_exact(2)
        .map(|two| u32::from(u16::from_be_bytes([byte(two, 0), byte(two, 1)])))
        .fold(0, u32::wrapping_add);
    has_options || zero || (sum & 0xffff).wrapping_add(sum >> 16) == 0xffff
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
}
