//! The pcapng file: blocks, which describe sections, interfaces and packets.

use super::{
    CaptureError, Fault, Frame, LinkType, MAX_FRAME_LEN, Notice, NoticeKind, Source,
    error::NoticeLog,
    interface::Interface,
    window::{CAPACITY, Order, Window},
};

/// Block type of a section header: the same in either byte order.
const SECTION: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
/// The packet block of old writers, which the enhanced one replaced.
const OBSOLETE_PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const ENHANCED_PACKET: u32 = 6;

/// Type and length before the body, in bytes.
const BEFORE: usize = 8;
/// The length again, after the body.
const AFTER: usize = 4;
/// The shortest block, in bytes: type, length, no body, length.
const SHORTEST: u32 = 12;
/// The longest block of a kind that is read; others are passed over without being held.
const MAX_BLOCK_LEN: u32 = CAPACITY as u32;
/// Interfaces kept for a section: more than any machine has, and small enough to hold.
const MAX_INTERFACES: usize = 4096;

/// A pcapng file.
pub(super) struct PcapNg {
    window: Window,
    order: Order,
    interfaces: Vec<Interface>,
    number: u64,
    /// Bytes of the block that holds the frame that was lent last.
    lent: usize,
    notices: NoticeLog,
    ended: bool,
}

impl PcapNg {
    pub(super) fn new(window: Window) -> Self {
        Self {
            window,
            order: Order::Little,
            interfaces: Vec::new(),
            number: 0,
            lent: 0,
            notices: NoticeLog::default(),
            ended: false,
        }
    }

    /// Goes on to the next block with a packet, and leaves that block in the window.
    fn packet(&mut self) -> Result<Option<Packet>, Fault> {
        while let Some(block) = self.block()? {
            let body = self.body(block.length);
            match block.kind {
                SECTION => self.interfaces.clear(),
                INTERFACE => self.interface(block),
                _ => {
                    if let Some(fields) = Fields::parse(block.kind, self.order, body)
                        && let Some(packet) = self.resolve(block, fields)
                    {
                        return Ok(Some(packet));
                    }
                }
            }
        }
        Ok(None)
    }

    /// Brings the next block into the window, whole where it is of a kind that is read.
    fn block(&mut self) -> Result<Option<Block>, Fault> {
        self.window.consume(std::mem::take(&mut self.lent));
        let available = self.window.fill(SHORTEST as usize)?;
        if available == 0 {
            return Ok(None);
        }
        if available < SHORTEST as usize {
            return Err(self.truncated(SHORTEST, available as u64));
        }
        let kind = self.order.u32_at(self.window.bytes(), 0).unwrap_or_default();
        if kind == SECTION {
            self.order = self.byte_order()?;
        }
        let length = self.order.u32_at(self.window.bytes(), 4).unwrap_or_default();
        self.check_length(kind, length)?;
        let block = Block { kind, length };
        if length > MAX_BLOCK_LEN {
            self.pass_over(length)?;
        } else {
            self.hold(length)?;
        }
        Ok(Some(block))
    }

    fn byte_order(&self) -> Result<Order, Fault> {
        match Order::Little.u32_at(self.window.bytes(), BEFORE).unwrap_or_default() {
            0x1a2b_3c4d => Ok(Order::Little),
            0x4d3c_2b1a => Ok(Order::Big),
            mark => Err(Fault::ByteOrder { offset: self.window.offset(), mark }),
        }
    }

    fn check_length(&self, kind: u32, length: u32) -> Result<(), Fault> {
        let read = matches!(kind, INTERFACE | OBSOLETE_PACKET | SIMPLE_PACKET | ENHANCED_PACKET);
        let limit = if length < SHORTEST {
            "the shortest block has 12"
        } else if !length.is_multiple_of(4) {
            "the length of a block is a multiple of 4"
        } else if read && length > MAX_BLOCK_LEN {
            "no such block needs more than 524288"
        } else {
            return Ok(());
        };
        let offset = self.window.offset();
        Err(Fault::Length { what: "block", offset, length: length.into(), limit })
    }

    fn hold(&mut self, length: u32) -> Result<(), Fault> {
        let whole = length as usize;
        let available = self.window.fill(whole)?;
        if available < whole {
            return Err(self.truncated(length, available as u64));
        }
        let end = self.order.u32_at(self.window.bytes(), whole.saturating_sub(AFTER));
        self.check_end(self.window.offset(), length, end.unwrap_or_default())?;
        self.lent = whole;
        Ok(())
    }

    fn pass_over(&mut self, length: u32) -> Result<(), Fault> {
        let offset = self.window.offset();
        let before_end = u64::from(length).saturating_sub(AFTER as u64);
        let mut available = self.window.skip(before_end)?;
        let end = self.window.fill(AFTER)?.min(AFTER);
        available = available.saturating_add(end as u64);
        if available < u64::from(length) {
            let needed = u64::from(length);
            return Err(Fault::Truncated { what: "block", offset, needed, available });
        }
        let last = self.order.u32_at(self.window.bytes(), 0).unwrap_or_default();
        self.lent = AFTER;
        self.check_end(offset, length, last)
    }

    fn check_end(&self, offset: u64, first: u32, last: u32) -> Result<(), Fault> {
        if first == last { Ok(()) } else { Err(Fault::BlockEnd { offset, first, last }) }
    }

    fn truncated(&self, needed: u32, available: u64) -> Fault {
        let offset = self.window.offset();
        Fault::Truncated { what: "block", offset, needed: needed.into(), available }
    }

    fn body(&self, length: u32) -> &[u8] {
        let end = (length as usize).saturating_sub(AFTER);
        self.window.bytes().get(BEFORE..end).unwrap_or_default()
    }

    fn interface(&mut self, block: Block) {
        match Interface::parse(self.order, self.body(block.length)) {
            Some(_) if self.interfaces.len() >= MAX_INTERFACES => {
                self.notice(NoticeKind::ManyInterfaces);
            }
            Some(interface) => self.interfaces.push(interface),
            None => self.short(block),
        }
    }

    /// Joins what a packet block says with its interface. `None` where it cannot be shown.
    fn resolve(&mut self, block: Block, fields: Option<Fields>) -> Option<Packet> {
        let Some(fields) = fields else {
            self.short(block);
            return None;
        };
        let Some(interface) = self.interfaces.get(fields.interface as usize).copied() else {
            self.notice(NoticeKind::NoInterface(fields.interface));
            return None;
        };
        let claimed = fields.captured.unwrap_or_else(|| match interface.snap_len {
            0 => fields.original,
            snap_len => fields.original.min(snap_len),
        });
        let there = block.length.saturating_sub(SHORTEST).saturating_sub(fields.header as u32);
        let captured = claimed.min(there).min(MAX_FRAME_LEN);
        if captured < claimed {
            self.notice(NoticeKind::CutToBlock { claimed, there: captured });
        }
        let time = fields.time.and_then(|(high, low)| interface.time(high, low));
        if time.is_none() && fields.time.is_some() {
            self.notice(NoticeKind::TimeRange);
        }
        Some(Packet { fields, time, link: interface.link, captured: captured as usize })
    }

    fn short(&mut self, block: Block) {
        let body = block.length.saturating_sub(SHORTEST);
        self.notice(NoticeKind::ShortBlock { block: block.kind, body });
    }

    fn notice(&mut self, kind: NoticeKind) {
        self.notices.add(0, self.window.offset(), kind);
    }
}

impl Source for PcapNg {
    fn next_frame(&mut self) -> Result<Option<Frame<'_>>, CaptureError> {
        if self.ended {
            return Ok(None);
        }
        let packet = self.packet();
        self.ended = !matches!(packet, Ok(Some(_)));
        let Some(packet) = packet.map_err(|fault| fault.of_file(0))? else {
            return Ok(None);
        };
        self.number = self.number.saturating_add(1);
        let start = BEFORE.saturating_add(packet.fields.header);
        let end = start.saturating_add(packet.captured);
        Ok(Some(Frame {
            number: self.number,
            time: packet.time,
            link: packet.link,
            original_len: packet.fields.original,
            interface: packet.fields.interface,
            file: 0,
            data: self.window.bytes().get(start..end).unwrap_or_default(),
        }))
    }

    fn notices(&mut self) -> Vec<Notice> {
        self.notices.drain()
    }
}

#[derive(Clone, Copy)]
struct Block {
    kind: u32,
    length: u32,
}

/// A packet block and what its interface adds.
struct Packet {
    fields: Fields,
    time: Option<i64>,
    link: LinkType,
    captured: usize,
}

/// The fields of a packet block, of whichever kind.
#[derive(Clone, Copy)]
struct Fields {
    interface: u32,
    /// Upper and lower half of the time.
    time: Option<(u32, u32)>,
    /// Bytes captured; a simple packet does not say.
    captured: Option<u32>,
    original: u32,
    /// Bytes of the body before the data.
    header: usize,
}

impl Fields {
    /// The fields of a packet block; `None` for another kind, `Some(None)` where the body is too short.
    fn parse(kind: u32, order: Order, body: &[u8]) -> Option<Option<Self>> {
        match kind {
            ENHANCED_PACKET => {
                Some(order.u32_at(body, 0).and_then(|id| Self::timed(order, body, id)))
            }
            OBSOLETE_PACKET => {
                Some(order.u16_at(body, 0).and_then(|id| Self::timed(order, body, id.into())))
            }
            SIMPLE_PACKET => Some(order.u32_at(body, 0).map(|original| Self {
                interface: 0,
                time: None,
                captured: None,
                original,
                header: 4,
            })),
            _ => None,
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
