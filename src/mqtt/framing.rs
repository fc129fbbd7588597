//! Where a packet ends (5.0: section 2.1.4).

/// The largest value of Remaining Length: four bytes of seven bits.
pub const MAX_REMAINING_LENGTH: u32 = 268_435_455;

/// What the first bytes of a stream say of the packet that begins there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// The packet has this many bytes in all. They need not be there yet.
    Length(usize),
    /// The fixed header is not complete.
    NeedMore,
    /// Remaining Length does not end within four bytes: the packet's end cannot be known.
    Endless,
}

/// Reads as much of the fixed header as there is.
#[inline]
#[must_use]
pub fn frame(bytes: &[u8]) -> Framing {
    match bytes {
        // Nearly all packets are shorter than 130 bytes.
        [_, left @ ..0x80, ..] => Framing::Length(usize::from(*left).saturating_add(2)),
        _ => frame_longer(bytes),
    }
}

/// The same where Remaining Length has more than one byte, or is not there.
fn frame_longer(bytes: &[u8]) -> Framing {
    let mut value: usize = 0;
    for (i, shift) in [0, 7, 14, 21].into_iter().enumerate() {
        let header = i.saturating_add(2);
        let Some(byte) = bytes.get(header.saturating_sub(1)) else {
            return Framing::NeedMore;
        };
        value |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Framing::Length(value.saturating_add(header));
        }
    }
    Framing::Endless
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_standard() {
        // 5.0, table 1-1: the smallest and the largest value of each size.
        for (bytes, value) in [
            (&[0x00][..], 0),
            (&[0x7f], 127),
            (&[0x80, 0x01], 128),
            (&[0xff, 0x7f], 16_383),
            (&[0x80, 0x80, 0x01], 16_384),
            (&[0xff, 0xff, 0x7f], 2_097_151),
            (&[0x80, 0x80, 0x80, 0x01], 2_097_152),
            (&[0xff, 0xff, 0xff, 0x7f], 268_435_455),
        ] {
            let packet = [&[0x30], bytes].concat();
            assert_eq!(frame(&packet), Framing::Length(value + packet.len()));
            for cut in 0..packet.len() {
                assert_eq!(frame(&packet[..cut]), Framing::NeedMore);
            }
        }
        assert_eq!(frame(&[0x30, 0xff, 0xff, 0xff, 0xff, 0x01]), Framing::Endless);
    }
}
