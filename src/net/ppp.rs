//! PPP, and what it stands in: serial lines, PPPoE.

use super::{Carried, Kind, Skip, Tunnel, Tunnels, ether, split};
use crate::spec::link::EtherType;

/// Address and control of HDLC, where they are not left out.
const ADDRESS_CONTROL: [u8; 2] = [0xff, 0x03];
/// The first bytes of Cisco HDLC: to one, to all.
const CISCO: [u8; 2] = [0x0f, 0x8f];

/// PPP numbers of protocols.
const IPV4: u16 = 0x0021;
const IPV6: u16 = 0x0057;
const BRIDGING: u16 = 0x0031;
const MPLS: u16 = 0x0281;
const MPLS_MULTICAST: u16 = 0x0283;

/// Reads the protocol number, which may be compressed to one byte, and what may stand before it.
pub(super) fn protocol(data: &[u8]) -> Result<Carried<'_>, Skip> {
    let data = data.strip_prefix(&ADDRESS_CONTROL).unwrap_or(data);
    let (protocol, data) = match data.first() {
        // The last byte of a number is odd, any before it even.
        Some(byte) if byte & 1 == 1 => (u16::from(*byte), data.get(1..).unwrap_or_default()),
        _ => {
            let (number, rest) = split::<2>(data, "PPP")?;
            (u16::from_be_bytes(*number), rest)
        }
    };
    match protocol {
        IPV4 | IPV6 => Ok(Carried { kind: Kind::Ip, data }),
        MPLS | MPLS_MULTICAST => Ok(Carried { kind: Kind::EtherType(EtherType::MPLS), data }),
        BRIDGING => bridged(data),
        other => Err(Skip::NotIpPpp(other)),
    }
}

/// Bridged frames: flags 1, type 1 (Ethernet is 1), the frame.
fn bridged(data: &[u8]) -> Result<Carried<'_>, Skip> {
    let (header, data) = split::<2>(data, "PPP bridging")?;
    match *header {
        [_, 1] => Ok(Carried { kind: Kind::Ethernet, data }),
        _ => Err(Skip::NotIpPpp(BRIDGING)),
    }
}

/// PPPoE: version and type 1, code 1 (0 for data), session 2, length 2.
pub(super) fn pppoe<'a>(data: &'a [u8], tunnels: &mut Tunnels) -> Result<Carried<'a>, Skip> {
    let (header, rest) = split::<6>(data, "PPPoE")?;
    let [version, code, s0, s1, l0, l1] = *header;
    if version != 0x11 {
        return Err(Skip::Malformed("PPPoE"));
    }
    if code != 0 {
        return Err(Skip::NotIp(EtherType::PPPOE_DISCOVERY));
    }
    tunnels.push(Tunnel::Pppoe { session: u16::from_be_bytes([s0, s1]) })?;
    let length = usize::from(u16::from_be_bytes([l0, l1]));
    Ok(Carried { kind: Kind::Ppp, data: rest.get(..length).unwrap_or(rest) })
}

/// HDLC of Cisco: address 1, control 1, EtherType 2. `None` where it is not that.
pub(super) fn cisco(data: &[u8]) -> Option<Result<Carried<'_>, Skip>> {
    if !data.first().is_some_and(|byte| CISCO.contains(byte)) {
        return None;
    }
    Some(split::<4>(data, "HDLC").and_then(|([_, _, high, low], data)| {
        let kind = EtherType(u16::from_be_bytes([*high, *low]));
        ether::behind_tags(kind, data).map(|(_, carried)| carried)
    }))
}
