//! The pcapng file: blocks, which describe sections, interfaces and packets.

use super::{
    Beside, CaptureError, Fault, Frame, LinkType, MAX_FRAME_LEN, Notice, NoticeKind, Source,
    blocks::{self, Fields, INTERFACE, NAMES, SECRETS, SECTION, STATISTICS, Statistics},
    error::NoticeLog,
    interface::Interface,
    window::{CAPACITY, Order, Window},
};

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

/// Comments of one section or interface that are told, and bytes of each: a screen full.
const MAX_COMMENTS: usize = 16;
const MAX_COMMENT: usize = 2_000;

/// A pcapng file.
pub(super) struct PcapNg {
    window: Window,
    order: Order,
    interfaces: Vec<Interface>,
    number: u64,
    /// Bytes of the block that holds the frame that was lent last.
    lent: usize,
    /// What is to be told with the next frame, or was with the last one.
    beside: Beside,
    beside_is_told: bool,
    /// The last statistics of each interface of the section.
    statistics: Vec<Statistics>,
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
            beside: Beside::default(),
            beside_is_told: false,
            statistics: Vec::new(),
            notices: NoticeLog::default(),
            ended: false,
        }
    }

    /// Goes on to the next block with a packet, and leaves that block in the window.
    fn packet(&mut self) -> Result<Option<Packet>, Fault> {
        if std::mem::take(&mut self.beside_is_told) {
            self.beside.clear();
        }
        while let Some(block) = self.block()? {
            match block.kind {
                SECTION => self.section(block),
                // It was passed over, and told.
                _ if block.length > MAX_BLOCK_LEN => {}
                INTERFACE => self.interface(block),
                NAMES => self.names(block),
                STATISTICS => self.keep_statistics(block),
                SECRETS => self.secrets(block),
                kind if blocks::is_packet(kind) => {
                    let fields = Fields::parse(kind, self.order, self.body(block.length));
                    if let Some(packet) = self.resolve(block, fields) {
                        self.packet_comments(block, packet);
                        self.beside_is_told = true;
                        return Ok(Some(packet));
                    }
                }
                // Custom blocks, and kinds that are not known, are nobody's fault.
                _ => {}
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
            if blocks::is_read(kind) {
                self.notice(NoticeKind::LongBlock { block: kind, length });
            }
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
        let limit = if length < SHORTEST {
            "the shortest block has 12"
        } else if !length.is_multiple_of(4) {
            "the length of a block is a multiple of 4"
        } else if (blocks::is_packet(kind) || kind == INTERFACE) && length > MAX_BLOCK_LEN {
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
        body(&self.window, length)
    }

    fn section(&mut self, block: Block) {
        self.tell_statistics();
        self.interfaces.clear();
        let body = self.body(block.length);
        let texts = texts(self.order, blocks::section_options(body));
        self.comments("section", texts);
    }

    fn interface(&mut self, block: Block) {
        let body = self.body(block.length);
        let texts = texts(self.order, Interface::options(body));
        self.comments("interface", texts);
        match Interface::parse(self.order, self.body(block.length)) {
            Some(_) if self.interfaces.len() >= MAX_INTERFACES => {
                self.notice(NoticeKind::ManyInterfaces);
            }
            Some(interface) => self.interfaces.push(interface),
            None => self.short(block),
        }
    }

    fn names(&mut self, block: Block) {
        let body = body(&self.window, block.length);
        let beside = &mut self.beside;
        let told = blocks::names(self.order, body)
            .try_for_each(|(address, name)| beside.name(address, name));
        told.unwrap_or_else(|kind| self.notice(kind));
    }

    fn secrets(&mut self, block: Block) {
        match blocks::secrets(self.order, body(&self.window, block.length)) {
            Some((kind, bytes)) => {
                let told = self.beside.secrets(kind, bytes);
                told.unwrap_or_else(|kind| self.notice(kind));
            }
            None => self.short(block),
        }
    }

    fn keep_statistics(&mut self, block: Block) {
        let Some(new) = Statistics::parse(self.order, self.body(block.length)) else {
            return self.short(block);
        };
        let known = self.statistics.iter_mut().find(|known| known.interface == new.interface);
        if let Some(known) = known {
            *known = new;
        } else if self.statistics.len() < MAX_INTERFACES {
            self.statistics.push(new);
        }
    }

    fn comments(&mut self, on: &'static str, texts: Vec<String>) {
        for text in texts {
            self.notice(NoticeKind::Comment { on, text });
        }
    }

    /// Tells what was lost, by the last statistics of each interface.
    fn tell_statistics(&mut self) {
        for statistics in std::mem::take(&mut self.statistics) {
            let Statistics { interface, dropped_by_interface, dropped_by_system } = statistics;
            if dropped_by_interface > 0 || dropped_by_system > 0 {
                self.notice(NoticeKind::Dropped {
                    interface,
                    by_interface: dropped_by_interface,
                    by_system: dropped_by_system,
                });
            }
        }
    }

    /// Comments on a packet stand behind its bytes, which are padded.
    fn packet_comments(&mut self, block: Block, packet: Packet) {
        if block.kind == blocks::SIMPLE_PACKET {
            return;
        }
        let body = body(&self.window, block.length);
        let captured = packet.captured.checked_next_multiple_of(4).unwrap_or(usize::MAX);
        let options = body.get(packet.fields.header.saturating_add(captured)..).unwrap_or_default();
        if options.is_empty() {
            return;
        }
        let beside = &mut self.beside;
        let told = blocks::comments(self.order, options).try_for_each(|text| beside.comment(text));
        told.unwrap_or_else(|kind| self.notice(kind));
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
    fn waits(&self) -> bool {
        let bytes = self.window.bytes().get(self.lent..).unwrap_or_default();
        let is_packet = self.order.u32_at(bytes, 0).is_some_and(blocks::is_packet);
        let length = self.order.u32_at(bytes, 4).unwrap_or(u32::MAX);
        // Behind another block there may be nothing.
        !is_packet || bytes.len() < length as usize
    }

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
            beside: (!self.beside.is_empty()).then_some(&self.beside),
            data: self.window.bytes().get(start..end).unwrap_or_default(),
        }))
    }

    fn notices(&mut self) -> Vec<Notice> {
        if self.ended {
            self.tell_statistics();
        }
        self.notices.drain()
    }
}

/// The body of a block of this length, which the window holds. Empty where it was passed over.
fn body(window: &Window, length: u32) -> &[u8] {
    let end = (length as usize).saturating_sub(AFTER);
    window.bytes().get(BEFORE..end).unwrap_or_default()
}

/// The comments among options: the beginning of each, as many as are of use to a reader.
fn texts(order: Order, options: &[u8]) -> Vec<String> {
    let beginning =
        |text: &[u8]| String::from_utf8_lossy(text.get(..MAX_COMMENT).unwrap_or(text)).into_owned();
    blocks::comments(order, options).take(MAX_COMMENTS).map(beginning).collect()
}

#[derive(Clone, Copy)]
struct Block {
    kind: u32,
    length: u32,
}

/// A packet block and what its interface adds.
#[derive(Clone, Copy)]
struct Packet {
    fields: Fields,
    time: Option<i64>,
    link: LinkType,
    captured: usize,
}
