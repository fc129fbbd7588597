//! The pcapng file: blocks, which describe sections, interfaces and packets.

use super::{
    Beside, CaptureError, Described, Fault, Frame, LinkType, MAX_FRAME_LEN, Notice, NoticeKind,
    Source,
    block::{Block, Blocks, SHORTEST},
    blocks::{self, Fields, INTERFACE, NAMES, SECRETS, SECTION, STATISTICS, Statistics},
    error::NoticeLog,
    interface::Interface,
    window::{Order, Window},
};

/// Interfaces kept for a section: more than any machine has, and small enough to hold.
const MAX_INTERFACES: usize = 4096;

/// Comments of one section or interface that are told, and bytes of each: a screen full.
const MAX_COMMENTS: usize = 16;
const MAX_COMMENT: usize = 2_000;

/// A pcapng file.
pub(super) struct PcapNg {
    blocks: Blocks,
    interfaces: Vec<Interface>,
    number: u64,
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
            blocks: Blocks::new(window),
            interfaces: Vec::new(),
            number: 0,
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
        while let Some(block) = self.blocks.next()? {
            match block.kind {
                SECTION => self.section(),
                kind if !block.is_held() && blocks::is_read(kind) => {
                    self.notice(NoticeKind::LongBlock { block: kind, length: block.length });
                }
                INTERFACE => self.interface(block),
                NAMES => self.names(),
                STATISTICS => self.keep_statistics(block),
                SECRETS => self.secrets(block),
                kind if blocks::is_packet(kind) => {
                    let fields = Fields::parse(kind, self.blocks.order(), self.blocks.body());
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

    fn section(&mut self) {
        self.tell_statistics();
        self.interfaces.clear();
        let texts = texts(self.blocks.order(), blocks::section_options(self.blocks.body()));
        self.comments("section", texts);
    }

    fn interface(&mut self, block: Block) {
        let texts = texts(self.blocks.order(), Interface::options(self.blocks.body()));
        self.comments("interface", texts);
        match Interface::parse(self.blocks.order(), self.blocks.body()) {
            Some(_) if self.interfaces.len() >= MAX_INTERFACES => {
                self.notice(NoticeKind::ManyInterfaces);
            }
            Some(interface) => {
                let (order, body) = (self.blocks.order(), self.blocks.body());
                let described = blocks::described(order, Interface::options(body));
                let number = u32::try_from(self.interfaces.len()).unwrap_or(u32::MAX);
                self.interfaces.push(interface);
                let told = self.beside.interface(Described { interface: number, ..described });
                told.unwrap_or_else(|kind| self.notice(kind));
            }
            None => self.short(block),
        }
    }

    fn names(&mut self) {
        let beside = &mut self.beside;
        let told = blocks::names(self.blocks.order(), self.blocks.body())
            .try_for_each(|(address, name)| beside.name(address, name));
        told.unwrap_or_else(|kind| self.notice(kind));
    }

    fn secrets(&mut self, block: Block) {
        match blocks::secrets(self.blocks.order(), self.blocks.body()) {
            Some((kind, bytes)) => {
                let told = self.beside.secrets(kind, bytes);
                told.unwrap_or_else(|kind| self.notice(kind));
            }
            None => self.short(block),
        }
    }

    fn keep_statistics(&mut self, block: Block) {
        let Some(new) = Statistics::parse(self.blocks.order(), self.blocks.body()) else {
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
        let body = self.blocks.body();
        let captured = packet.captured.checked_next_multiple_of(4).unwrap_or(usize::MAX);
        let options = body.get(packet.fields.header.saturating_add(captured)..).unwrap_or_default();
        if options.is_empty() {
            return;
        }
        let beside = &mut self.beside;
        let told = blocks::comments(self.blocks.order(), options)
            .try_for_each(|text| beside.comment(text));
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
        self.notices.add(0, self.blocks.at(), kind);
    }
}

impl Source for PcapNg {
    fn waits(&self) -> bool {
        // Behind a block without a packet there may be nothing.
        !self.blocks.peek().is_some_and(blocks::is_packet)
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
        let start = packet.fields.header;
        let end = start.saturating_add(packet.captured);
        Ok(Some(Frame {
            number: self.number,
            time: packet.time,
            link: packet.link,
            original_len: packet.fields.original,
            interface: packet.fields.interface,
            file: 0,
            beside: (!self.beside.is_empty()).then_some(&self.beside),
            data: self.blocks.body().get(start..end).unwrap_or_default(),
        }))
    }

    fn behind(&mut self) -> Option<Beside> {
        let is_left = self.ended && !self.beside_is_told && !self.beside.is_empty();
        is_left.then(|| std::mem::take(&mut self.beside))
    }

    fn notices(&mut self) -> Vec<Notice> {
        if self.ended {
            self.tell_statistics();
        }
        self.notices.drain()
    }
}

/// The comments among options: the beginning of each, as many as are of use to a reader.
fn texts(order: Order, options: &[u8]) -> Vec<String> {
    let beginning =
        |text: &[u8]| String::from_utf8_lossy(text.get(..MAX_COMMENT).unwrap_or(text)).into_owned();
    blocks::comments(order, options).take(MAX_COMMENTS).map(beginning).collect()
}

/// A packet block and what its interface adds.
#[derive(Clone, Copy)]
struct Packet {
    fields: Fields,
    time: Option<i64>,
    link: LinkType,
    captured: usize,
}
