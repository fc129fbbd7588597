//! The bodies of pcapng blocks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Described, interface::Options, window::Order, write};

/// Types of blocks. That of a section header is the same in either byte order.
pub(super) const SECTION: u32 = 0x0a0d_0d0a;
pub(super) const INTERFACE: u32 = 1;
/// The packet block of old writers, which the enhanced one replaced.
pub(super) const OBSOLETE_PACKET: u32 = 2;
pub(super) const SIMPLE_PACKET: u32 = 3;
pub(super) const NAMES: u32 = 4;
pub(super) const STATISTICS: u32 = 5;
pub(super) const ENHANCED_PACKET: u32 = 6;
pub(super) const SECRETS: u32 = 10;

/// Whether a block of this type is read; others are passed over.
pub(super) const fn is_read(kind: u32) -> bool {
    is_packet(kind) || matches!(kind, SECTION | INTERFACE | NAMES | STATISTICS | SECRETS)
}

/// Whether a block of this type holds a packet.
pub(super) const fn is_packet(kind: u32) -> bool {
    matches!(kind, OBSOLETE_PACKET | SIMPLE_PACKET | ENHANCED_PACKET)
}

/// The option of any block that holds a comment.
const OPT_COMMENT: u16 = 1;
/// Length of a section header's body before its options, in bytes.
const SECTION_FIXED: usize = 16;

/// The comments among options.
pub(super) fn comments(order: Order, options: &[u8]) -> impl Iterator<Item = &[u8]> {
    Options::new(order, options).filter(|(code, _)| *code == OPT_COMMENT).map(|(_, text)| text)
}

/// The options of a section header.
pub(super) fn section_options(body: &[u8]) -> &[u8] {
    body.get(SECTION_FIXED..).unwrap_or_default()
}

/// The fields of a packet block, of whichever kind.
#[derive(Clone, Copy)]
pub(super) struct Fields {
    pub(super) interface: u32,
    /// Upper and lower half of the time.
    pub(super) time: Option<(u32, u32)>,
    /// Bytes captured; a simple packet does not say.
    pub(super) captured: Option<u32>,
    pub(super) original: u32,
    /// Bytes of the body before the data.
    pub(super) header: usize,
}

impl Fields {
    /// The fields of a packet block; `None` where the body is too short.
    pub(super) fn parse(kind: u32, order: Order, body: &[u8]) -> Option<Self> {
        match kind {
            ENHANCED_PACKET => Self::timed(order, body, order.u32_at(body, 0)?),
            OBSOLETE_PACKET => Self::timed(order, body, order.u16_at(body, 0)?.into()),
            _ => Some(Self {
                interface: 0,
                time: None,
                captured: None,
                original: order.u32_at(body, 0)?,
                header: 4,
            }),
        }
    }

    fn timed(order: Order, body: &[u8], interface: u32) -> Option<Self> {
        Some(Self {
            interface,
            time: Some((order.u32_at(body, 4)?, order.u32_at(body, 8)?)),
            captured: Some(order.u32_at(body, 12)?),
            original: order.u32_at(body, 16)?,
            header: 20,
        })
    }
}

/// The records of a name resolution block: an address and one of its names.
pub(super) fn names(order: Order, body: &[u8]) -> impl Iterator<Item = (IpAddr, &[u8])> {
    // A record has the form of an option: number, length, value, padding; number 0 ends them.
    Options::new(order, body).filter_map(|(kind, value)| {
        let (address, names) = match kind {
            1 => value.split_first_chunk().map(|(a, rest)| (Ipv4Addr::from(*a).into(), rest))?,
            2 => value
                .split_first_chunk::<16>()
                .map(|(a, rest)| (Ipv6Addr::from(*a).into(), rest))?,
            _ => return None,
        };
        let name = names.split(|byte| *byte == 0).next().filter(|name| !name.is_empty())?;
        Some((address, name))
    })
}

/// What the options of an interface say for people.
pub(super) fn described(order: Order, options: &[u8]) -> Described {
    let mut described = Described::default();
    for (code, value) in Options::new(order, options) {
        match code {
            write::IF_NAME => described.name = value.to_vec(),
            write::IF_DESCRIPTION => described.description = value.to_vec(),
            _ => {}
        }
    }
    described
}

/// The type and the bytes of a block of secrets; `None` where the body is too short.
pub(super) fn secrets(order: Order, body: &[u8]) -> Option<(u32, &[u8])> {
    let length = usize::try_from(order.u32_at(body, 4)?).ok()?;
    Some((order.u32_at(body, 0)?, body.get(8..)?.get(..length)?))
}

/// What a statistics block says was lost on its interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Statistics {
    pub(super) interface: u32,
    pub(super) dropped_by_interface: u64,
    pub(super) dropped_by_system: u64,
}

impl Statistics {
    /// Reads the body; `None` where it is too short.
    pub(super) fn parse(order: Order, body: &[u8]) -> Option<Self> {
        const ISB_IFDROP: u16 = 5;
        const ISB_OSDROP: u16 = 7;
        let mut statistics = Self {
            interface: order.u32_at(body, 0)?,
            dropped_by_interface: 0,
            dropped_by_system: 0,
        };
        for (code, value) in Options::new(order, body.get(12..)?) {
            match code {
                ISB_IFDROP => statistics.dropped_by_interface = order.u64_at(value, 0).unwrap_or(0),
                ISB_OSDROP => statistics.dropped_by_system = order.u64_at(value, 0).unwrap_or(0),
                _ => {}
            }
        }
        Some(statistics)
    }
}
