//! Positions in a packet, counted in bits from its first bit.

/// A run of bits: offset and length, both in bits from the first bit of the packet.
///
/// 32 bits suffice: the longest MQTT packet has 268,435,460 bytes, that is 2,147,483,680 bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// Offset of the first bit.
    pub start: u32,
    /// Number of bits.
    pub len: u32,
}

impl Span {
    /// The span of `len` whole bytes from byte `start` on. Saturates beyond 512 MiB.
    #[must_use]
    pub const fn of_bytes(start: usize, len: usize) -> Self {
        Self { start: to_bits(start), len: to_bits(len) }
    }

    /// Offset of the bit after the last one.
    #[must_use]
    pub const fn end(self) -> u32 {
        self.start.saturating_add(self.len)
    }

    /// Index of the first byte that the span touches.
    #[must_use]
    pub const fn first_byte(self) -> usize {
        (self.start >> 3) as usize
    }

    /// Index of the byte after the last one that the span touches.
    #[must_use]
    pub const fn end_byte(self) -> usize {
        (self.end().saturating_add(7) >> 3) as usize
    }

    /// The bytes that the span touches; fewer where `bytes` is shorter.
    #[must_use]
    pub fn of(self, bytes: &[u8]) -> &[u8] {
        let end = self.end_byte().min(bytes.len());
        bytes.get(self.first_byte()..end).unwrap_or_default()
    }

    /// Whether the span is a part of a byte, not whole bytes.
    #[must_use]
    pub const fn is_bits(self) -> bool {
        self.start & 7 != 0 || self.len & 7 != 0
    }
}

const fn to_bits(bytes: usize) -> u32 {
    if bytes > (u32::MAX >> 3) as usize { u32::MAX } else { (bytes as u32) << 3 }
}
