//! The blocks of a pcapng file, one after another: type, length, body, length again.

use std::ops::Range;

use super::{
    Fault,
    blocks::{self, INTERFACE, SECTION},
    window::{CAPACITY, Order, Window},
};

/// Type and length before the body, in bytes.
const BEFORE: usize = 8;
/// The length again, after the body.
const AFTER: usize = 4;
/// The shortest block, in bytes: type, length, no body, length.
pub(super) const SHORTEST: u32 = 12;
/// The longest block that is held; others are passed over.
const MAX_BLOCK_LEN: u32 = CAPACITY as u32;

/// A block that was come to.
#[derive(Clone, Copy)]
pub(super) struct Block {
    pub(super) kind: u32,
    /// Its whole length, in bytes.
    pub(super) length: u32,
}

impl Block {
    /// Whether its body is there; a block that is too long was passed over.
    pub(super) const fn is_held(self) -> bool {
        self.length <= MAX_BLOCK_LEN
    }
}

/// The blocks of a file.
pub(super) struct Blocks {
    window: Window,
    order: Order,
    /// Bytes of the last block that are still in the window.
    lent: usize,
    /// Offset in the file of the last block.
    at: u64,
    /// Where in the window the body of the last block is.
    body: Range<usize>,
}

impl Blocks {
    pub(super) const fn new(window: Window) -> Self {
        Self { window, order: Order::Little, lent: 0, at: 0, body: 0..0 }
    }

    /// The byte order of the section.
    pub(super) const fn order(&self) -> Order {
        self.order
    }

    /// Offset in the file of the last block.
    pub(super) const fn at(&self) -> u64 {
        self.at
    }

    /// The body of the last block; empty where it was passed over.
    pub(super) fn body(&self) -> &[u8] {
        self.window.bytes().get(self.body.clone()).unwrap_or_default()
    }

    /// The type of the next block, if it is here whole.
    pub(super) fn peek(&self) -> Option<u32> {
        let bytes = self.window.bytes().get(self.lent..)?;
        let length = self.order.u32_at(bytes, 4)?;
        self.order.u32_at(bytes, 0).filter(|_| bytes.len() >= length as usize)
    }

    /// Brings the next block into the window, whole where it is not too long.
    pub(super) fn next(&mut self) -> Result<Option<Block>, Fault> {
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
        self.at = self.window.offset();
        self.body = 0..0;
        if block.is_held() {
            self.hold(length)?
        } else {
            self.pass_over(length)?
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
        self.body = BEFORE..whole.saturating_sub(AFTER);
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
}
