//! What a pcapng file says of an interface: link type, snap length, and how its times count.

use super::{LinkType, window::Order};

/// Length of the fixed part of an Interface Description Block's body, in bytes.
const FIXED: usize = 8;
/// Option: resolution of the times.
const IF_TSRESOL: u16 = 9;
/// Option: seconds to add to the times.
const IF_TSOFFSET: u16 = 14;

/// One interface of a section.
#[derive(Clone, Copy, Debug)]
pub(super) struct Interface {
    pub(super) link: LinkType,
    /// Bytes that a frame was cut to; 0 where it was not.
    pub(super) snap_len: u32,
    clock: Clock,
}

impl Interface {
    /// Reads the body of an Interface Description Block; `None` where it is too short.
    pub(super) fn parse(order: Order, body: &[u8]) -> Option<Self> {
        let link = LinkType(order.u16_at(body, 0)?.into());
        let snap_len = order.u32_at(body, 4)?;
        let mut clock = Clock::default();
        for (code, value) in Options::new(order, body.get(FIXED..)?) {
            match code {
                IF_TSRESOL => clock.resolution(value.first().copied().unwrap_or(6)),
                IF_TSOFFSET => clock.offset = order.i64_at(value, 0).unwrap_or(0),
                _ => {}
            }
        }
        Some(Self { link, snap_len, clock })
    }

    /// The options in the body of an Interface Description Block.
    pub(super) fn options(body: &[u8]) -> &[u8] {
        body.get(FIXED..).unwrap_or_default()
    }

    /// Nanoseconds since 1970 for a time of this interface; `None` outside what 64 bits hold.
    pub(super) fn time(&self, high: u32, low: u32) -> Option<i64> {
        self.clock.nanoseconds(u64::from(high) << 32 | u64::from(low))
    }
}

/// How the times of an interface count.
#[derive(Clone, Copy, Debug)]
struct Clock {
    /// Nanoseconds in one unit, where that is a whole number.
    unit: Option<u32>,
    /// Units in one second.
    per_second: u128,
    /// Seconds to add.
    offset: i64,
}

impl Default for Clock {
    fn default() -> Self {
        Self { unit: Some(1000), per_second: 1_000_000, offset: 0 }
    }
}

impl Clock {
    /// Takes the value of `if_tsresol`: a negative power of ten, or of two where the top bit is set.
    fn resolution(&mut self, value: u8) {
        let power = u32::from(value & 0x7f);
        let base: u128 = if value & 0x80 == 0 { 10 } else { 2 };
        // A resolution too fine for 128 bits leaves every time at the offset.
        self.per_second = base.checked_pow(power).unwrap_or(u128::MAX);
        let whole = NANOS.checked_rem(self.per_second) == Some(0);
        let unit = NANOS.checked_div(self.per_second).and_then(|unit| u32::try_from(unit).ok());
        self.unit = if whole { unit } else { None };
    }

    fn nanoseconds(&self, units: u64) -> Option<i64> {
        if let (Some(unit), Ok(units)) = (self.unit, i64::try_from(units)) {
            let offset = self.offset.checked_mul(1_000_000_000)?;
            return units.checked_mul(unit.into())?.checked_add(offset);
        }
        let seconds = u128::from(units).checked_div(self.per_second)?;
        let rest = u128::from(units).checked_rem(self.per_second)?;
        // Where the product does not fit, the resolution is so fine that the part below counts nothing.
        let fraction =
            rest.checked_mul(NANOS).and_then(|n| n.checked_div(self.per_second)).unwrap_or(0);
        let seconds = i64::try_from(seconds).ok()?.checked_add(self.offset)?;
        seconds.checked_mul(1_000_000_000)?.checked_add(i64::try_from(fraction).ok()?)
    }
}

const NANOS: u128 = 1_000_000_000;

/// The options at the end of a block: code and value, each padded to four bytes.
///
/// Ends at the end mark, and at the first option that does not fit: what came before stays good.
pub(super) struct Options<'a> {
    order: Order,
    rest: &'a [u8],
}

impl<'a> Options<'a> {
    pub(super) const fn new(order: Order, bytes: &'a [u8]) -> Self {
        Self { order, rest: bytes }
    }
}

impl<'a> Iterator for Options<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let code = self.order.u16_at(self.rest, 0).filter(|code| *code != 0)?;
        let length = usize::from(self.order.u16_at(self.rest, 2)?);
        let value = self.rest.get(4..)?.get(..length)?;
        let padded = length.checked_next_multiple_of(4)?.checked_add(4)?;
        self.rest = self.rest.get(padded..).unwrap_or_default();
        Some((code, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(resolution: u8, offset: i64) -> Clock {
        let mut clock = Clock { offset, ..Clock::default() };
        clock.resolution(resolution);
        clock
    }

    #[test]
    fn times_count_in_every_resolution() {
        assert_eq!(clock(6, 0).nanoseconds(1_500_000), Some(1_500_000_000));
        assert_eq!(clock(9, 0).nanoseconds(7), Some(7));
        assert_eq!(clock(0, 0).nanoseconds(3), Some(3_000_000_000));
        assert_eq!(clock(3, -1).nanoseconds(2500), Some(1_500_000_000));
        assert_eq!(clock(12, 0).nanoseconds(1_000_000_001_999), Some(1_000_000_001));
        assert_eq!(clock(0x81, 0).nanoseconds(3), Some(1_500_000_000));
        assert_eq!(clock(0x80 | 32, 0).nanoseconds(1 << 31), Some(500_000_000));
        assert_eq!(clock(0x7f, 5).nanoseconds(u64::MAX), Some(5_000_000_000));
        assert_eq!(clock(0xff, 5).nanoseconds(u64::MAX), Some(5_000_000_000));
        assert_eq!(clock(0, 0).nanoseconds(u64::MAX), None);
        assert_eq!(clock(6, i64::MAX).nanoseconds(1), None);
    }

    #[test]
    fn a_broken_option_ends_the_list_and_keeps_the_rest() {
        let mut body = vec![1, 0, 0, 0, 0, 0, 4, 0, 9, 0, 1, 0, 9, 0, 0, 0];
        body.extend([2, 0, 0xff, 0xff, b'e']);
        let interface = Interface::parse(Order::Little, &body).unwrap();
        assert_eq!(interface.link, LinkType::ETHERNET);
        assert_eq!(interface.time(0, 42), Some(42));
    }
}
