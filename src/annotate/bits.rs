//! A field that is a part of a byte.

use crate::bytes::Span;
use crate::spec::Field;

/// Bits `high` down to `low` of a byte, counted as the standard does: 7 is the first on the wire.
///
/// ```
/// use mqttscope::{annotate::Bits, spec::Field};
///
/// // The two bits of QoS in the first byte of a PUBLISH (section 3.3.1.2).
/// let qos = Bits { field: Field::QOS, high: 2, low: 1 };
/// assert_eq!(qos.of(0x34), 2);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bits {
    /// Which field they are.
    pub field: Field,
    /// The first on the wire, 0 to 7.
    pub high: u8,
    /// The last on the wire, 0 to 7.
    pub low: u8,
}

impl Bits {
    /// Some bits. Both numbers are 0 to 7, and `low` is not above `high`.
    #[must_use]
    #[doc(hidden)]
    pub const fn new(field: Field, high: u8, low: u8) -> Self {
        debug_assert!(low <= high && high <= 7);
        Self { field, high, low }
    }

    /// Bit `index` as a flag.
    ///
    /// ```
    /// # use mqttscope::{annotate::Bits, spec::Field};
    /// let dup = Bits::flag(Field::DUP, 3);
    /// assert_eq!((dup.high, dup.low), (3, 3));
    /// ```
    #[must_use]
    pub const fn flag(field: Field, index: u8) -> Self {
        Self::new(field, index, index)
    }

    /// Their value in a byte.
    ///
    /// ```
    /// # use mqttscope::{annotate::Bits, spec::Field};
    /// assert_eq!(Bits::flag(Field::RETAIN, 0).of(0x31), 1);
    /// ```
    #[inline]
    #[must_use]
    pub const fn of(self, byte: u8) -> u8 {
        byte.unbounded_shr(self.low as u32) & 0xff_u8.unbounded_shr(8_u32.wrapping_sub(self.len()))
    }

    /// Where they are, in a byte that begins at bit `start`.
    #[inline]
    pub(super) const fn span(self, start: u32) -> Span {
        Span { start: start.wrapping_add(7_u8.wrapping_sub(self.high) as u32), len: self.len() }
    }

    #[inline]
    const fn len(self) -> u32 {
        self.high.wrapping_sub(self.low).wrapping_add(1) as u32 & 15
    }
}
