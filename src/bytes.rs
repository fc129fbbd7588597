//! Positions in a packet, counted in bits from its first bit.
//!
//! ```
//! use mqttscope::bytes::Span;
//!
//! // The upper four bits of the first byte are the type: 3 is PUBLISH (5.0: section 2.1.2).
//! let publish = b"\x32\x0a\x00\x04home\x00\x07hi";
//! let packet_type = Span { start: 0, len: 4 };
//! assert_eq!((packet_type.of(publish), packet_type.is_bits()), (&b"\x32"[..], true));
//!
//! // The text of the topic: four whole bytes from the fifth on.
//! let topic = Span::of_bytes(4, 4);
//! assert_eq!((topic.of(publish), topic.is_bits()), (&b"home"[..], false));
//! ```

/// A run of bits: offset and length, both in bits from the first bit of the packet.
///
/// 32 bits suffice: the longest MQTT packet has 268,435,460 bytes, that is 2,147,483,680 bits.
///
/// ```
/// # use mqttscope::bytes::Span;
/// let dup = Span { start: 4, len: 1 }; // of a PUBLISH (5.0: section 3.3.1.1)
/// let qos = Span { start: dup.end(), len: 2 };
/// assert_eq!((qos.start, qos.end()), (5, 7));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// Offset of the first bit.
    pub start: u32,
    /// Number of bits.
    pub len: u32,
}

impl Span {
    /// The span of `len` whole bytes from byte `start` on. Saturates beyond 512 MiB.
    ///
    /// ```
    /// # use mqttscope::bytes::Span;
    /// assert_eq!(Span::of_bytes(2, 4), Span { start: 16, len: 32 });
    /// ```
    #[must_use]
    pub const fn of_bytes(start: usize, len: usize) -> Self {
        Self { start: to_bits(start), len: to_bits(len) }
    }

    /// Offset of the bit after the last one.
    ///
    /// ```
    /// # use mqttscope::bytes::Span;
    /// assert_eq!(Span::of_bytes(2, 4).end(), 48);
    /// ```
    #[must_use]
    pub const fn end(self) -> u32 {
        self.start.saturating_add(self.len)
    }

    /// Index of the first byte that the span touches.
    ///
    /// ```
    /// # use mqttscope::bytes::Span;
    /// assert_eq!(Span { start: 12, len: 2 }.first_byte(), 1);
    /// ```
    #[must_use]
    pub const fn first_byte(self) -> usize {
        (self.start >> 3) as usize
    }

    /// Index of the byte after the last one that the span touches.
    ///
    /// ```
    /// # use mqttscope::bytes::Span;
    /// assert_eq!(Span { start: 12, len: 2 }.end_byte(), 2);
    /// assert_eq!(Span { start: 12, len: 8 }.end_byte(), 3);
    /// ```
    #[must_use]
    pub const fn end_byte(self) -> usize {
        (self.end().saturating_add(7) >> 3) as usize
    }

    /// The bytes that the span touches; fewer where `bytes` is shorter.
    ///
    /// ```
    /// # use mqttscope::bytes::Span;
    /// assert_eq!(Span::of_bytes(1, 2).of(&[0xc0, 0x00, 0xd0]), [0x00, 0xd0]);
    /// assert_eq!(Span::of_bytes(1, 2).of(&[0xc0, 0x00]), [0x00]);
    /// ```
    #[must_use]
    pub fn of(self, bytes: &[u8]) -> &[u8] {
        let end = self.end_byte().min(bytes.len());
        bytes.get(self.first_byte()..end).unwrap_or_default()
    }

    /// Whether the span is a part of a byte, not whole bytes.
    ///
    /// ```
    /// # use mqttscope::bytes::Span;
    /// assert!(Span { start: 4, len: 4 }.is_bits());
    /// assert!(!Span::of_bytes(0, 1).is_bits());
    /// ```
    #[must_use]
    pub const fn is_bits(self) -> bool {
        self.start & 7 != 0 || self.len & 7 != 0
    }
}

const fn to_bits(bytes: usize) -> u32 {
    if bytes > (u32::MAX >> 3) as usize { u32::MAX } else { (bytes as u32) << 3 }
}
