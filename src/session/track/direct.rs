//! Answers in a pasted text that stand right behind what they answer.
//!
//! What was left out of such a text is not known: of most rules of a connection the proof is missing that nothing was.
//! What a CONNECT and its CONNACK say to each other, and a SUBSCRIBE and its SUBACK, is judged all the same where the
//! two stand together.

use crate::session::Seen;
use crate::spec::PacketType;

/// The packet before, and what waits for an answer.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Direct {
    previous: Option<PacketType>,
    /// CONNECTs without an answer: of several it is not known which one a CONNACK answers.
    connects: u16,
}

impl Direct {
    /// Takes a packet. Whether it stands in a pasted text, right behind the only one that it can answer there.
    #[inline]
    pub(super) fn packet(&mut self, seen: &Seen<'_>) -> bool {
        seen.at.frame == 0 && self.pasted(seen)
    }

    #[inline(never)] // of a capture there is none
    fn pasted(&mut self, seen: &Seen<'_>) -> bool {
        let kind = seen.decoded.header.packet_type;
        let before = self.previous.replace(kind);
        if seen.proof.is_swallowed {
            self.previous = None;
            return false;
        }
        match kind {
            PacketType::CONNECT => {
                self.connects = self.connects.saturating_add(1);
                false
            }
            PacketType::CONNACK => {
                let open = self.connects;
                self.connects = open.saturating_sub(1);
                before == Some(PacketType::CONNECT) && open == 1
            }
            PacketType::SUBACK => before == Some(PacketType::SUBSCRIBE),
            _ => false,
        }
    }

    /// Something stands here that could not be read.
    pub(super) fn lost(&mut self) {
        self.previous = None;
    }
}
