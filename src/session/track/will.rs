//! The Will of a connection: armed by CONNECT, discarded by DISCONNECT, due when the connection is
//! lost (5.0: section 3.1.2.5).

use crate::mqtt::packet;
use crate::session::At;
use crate::spec::PropertyId;

/// A Will.
#[derive(Clone, Debug)]
pub(in crate::session) struct Will {
    /// The CONNECT that armed it.
    pub(in crate::session) armed: At,
    pub(in crate::session) topic: Box<[u8]>,
    /// Seconds between the end of the connection and the publication.
    pub(in crate::session) delay: u32,
    pub(in crate::session) state: WillState,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::session) enum WillState {
    /// It is published if the connection is lost.
    Armed,
    /// A DISCONNECT discarded it.
    Discarded(At),
    /// A DISCONNECT with another code than 0 asked for it.
    Asked(At),
}

/// The longest topic that is kept, in bytes.
const MAX_TOPIC: usize = 1_024;

impl Will {
    pub(super) fn new(will: &packet::Will<'_>, at: At) -> Self {
        let topic = will.topic.0;
        Self {
            armed: at,
            topic: topic.get(..MAX_TOPIC).unwrap_or(topic).into(),
            delay: will.properties.number(PropertyId::WILL_DELAY_INTERVAL).unwrap_or(0),
            state: WillState::Armed,
        }
    }

    /// The client leaves: the code 0 discards the Will, any other has it published (5.0: section
    /// 3.14.4).
    pub(super) fn disconnect(&mut self, code: u8, at: At) {
        self.state = match code {
            0 => WillState::Discarded(at),
            _ => WillState::Asked(at),
        };
    }
}
