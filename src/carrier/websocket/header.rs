//! The header of a frame (RFC 6455 5.2).

use crate::spec::websocket::Opcode;

/// The longest header: two bytes, eight of length, four of the masking key.
pub(super) const MAX_HEADER: usize = 14;
/// The longest payload of a control frame (RFC 6455 5.5).
pub(super) const MAX_CONTROL: u64 = 125;

/// A header, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// The last frame of its message.
    pub(super) fin: bool,
    /// The three reserved bits.
    pub(super) rsv: u8,
    pub(super) opcode: Opcode,
    pub(super) key: Option<[u8; 4]>,
    /// Bytes of the payload.
    pub(super) len: u64,
    /// Bytes that the length takes besides its seven bits: none, two or eight.
    pub(super) extended: u8,
    /// Bytes of the header itself.
    pub(super) size: usize,
}

impl Header {
    /// The header that `bytes` begin with; `None`: more of them are needed.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let ([first, second], rest) = bytes.split_first_chunk::<2>()?;
        let (len, extended, rest) = match second & 0x7f {
            126 => {
                let (len, rest) = rest.split_first_chunk::<2>()?;
                (u64::from(u16::from_be_bytes(*len)), 2, rest)
            }
            127 => {
                let (len, rest) = rest.split_first_chunk::<8>()?;
                (u64::from_be_bytes(*len), 8, rest)
            }
            len => (u64::from(len), 0, rest),
        };
        let (key, rest) = match second & 0x80 {
            0 => (None, rest),
            _ => rest.split_first_chunk::<4>().map(|(key, rest)| (Some(*key), rest))?,
        };
        Some(Self {
            fin: first & 0x80 != 0,
            rsv: first >> 4 & 0b111,
            opcode: Opcode(first & 0x0f),
            key,
            len,
            extended,
            size: bytes.len().saturating_sub(rest.len()),
        })
    }

    /// Whether the payload is compressed, where that was agreed on (RFC 7692 6).
    pub(super) const fn is_compressed(&self) -> bool {
        self.rsv & 0b100 != 0
    }

    /// Whether a shorter form of the length would do.
    pub(super) const fn is_length_too_long(&self) -> bool {
        match self.extended {
            2 => self.len < 126,
            8 => self.len <= 0xffff,
            _ => false,
        }
    }

    /// Whether the header cannot be that of a frame: nothing after it can be trusted.
    pub(super) fn is_impossible(&self) -> bool {
        self.rsv & 0b011 != 0 || !self.opcode.is_known() || self.len >> 63 != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_every_form_and_no_byte_less() {
        for (hex, len, size) in [
            ("8205", 5, 2),
            ("8285aabbccdd", 5, 6),
            ("827e0100", 256, 4),
            ("827f0000000000010000", 65_536, 10),
            ("82ff0000000000010000aabbccdd", 65_536, MAX_HEADER),
        ] {
            let bytes = hex::decode(hex).unwrap();
            let header = Header::parse(&bytes).unwrap();
            assert_eq!((header.len, header.size), (len, size), "{hex}");
            for cut in 0..bytes.len() {
                assert_eq!(Header::parse(&bytes[..cut]), None, "{hex} cut at {cut}");
            }
        }
    }
}
