//! What the broker reads behind a packet that had others in its middle: it takes that for whole when it has as many bytes
//! as its fixed header says, and what is left of it for the beginning of the next one.

use crate::mqtt::{Framing, frame};

/// Where the broker stands.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Astray {
    /// In a fixed header, of which it has these bytes.
    Header(Vec<u8>),
    /// In a packet of which it lacks so many bytes.
    Packet(usize),
    /// It has had another packet, or it is not known what it has had.
    Unknown,
}

impl Astray {
    /// Behind the packet, with the bytes that are left of it.
    pub(super) fn behind(rest: &[u8]) -> Self {
        let mut astray = Self::Header(Vec::new());
        astray.push(rest);
        astray
    }

    /// More bytes came.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        let framing = match self {
            Self::Unknown => return,
            Self::Packet(lacks) => {
                let lacks = lacks.checked_sub(bytes.len()).filter(|lacks| *lacks > 0);
                *self = lacks.map_or(Self::Unknown, Self::Packet);
                return;
            }
            Self::Header(header) => {
                // A fixed header is no longer than that, so that nothing of what is held is lost.
                let all = [header.as_slice(), bytes].concat();
                (frame(&all), all)
            }
        };
        *self = match framing {
            (Framing::NeedMore, all) => Self::Header(all),
            (Framing::Length(len), all) => match len.checked_sub(all.len()) {
                None | Some(0) => Self::Unknown,
                Some(lacks) => Self::Packet(lacks),
            },
            (Framing::Endless, _) => Self::Unknown,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_pieces_it_stands_where_it_stands_in_one() {
        assert_eq!(Astray::behind(b"1"), Astray::Header(b"1".to_vec()));
        let mut astray = Astray::behind(b"1}");
        assert_eq!(astray, Astray::Packet(125));
        astray.push(&[0; 124]);
        assert_eq!(astray, Astray::Packet(1));
        astray.push(&[0]);
        assert_eq!(astray, Astray::Unknown);
        assert_eq!(Astray::behind(&[0xc0, 0]), Astray::Unknown);
    }
}
