//! The Will and what became of it (5.0: sections 3.1.2.5, 3.1.3.2.2 and 3.14.4).

use super::{Disconnect, Ended};
use crate::session::{At, Certainty, Void};
use crate::spec::Sender;

/// The Will of a connection.
#[derive(Clone, Debug, PartialEq)]
pub struct Will {
    /// Will Topic.
    pub topic: Box<[u8]>,
    /// Will QoS.
    pub qos: u8,
    /// Will Retain.
    pub retain: bool,
    /// Will Delay Interval in seconds.
    pub delay: u32,
    /// Bytes of the Will Payload.
    pub payload_len: usize,
    /// What became of it.
    pub fate: Fate,
    /// The CONNECT with which the session ended before the Will Delay Interval had passed, so that
    /// the Will is due with it.
    pub session_ended: Option<At>,
    /// The first PUBLISH of the server that holds it, where one was seen that is of no other
    /// connection.
    pub seen: Option<WillCopy>,
}

/// What became of a Will.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fate {
    /// The connection was refused, or its CONNACK was not seen: it may not count.
    #[default]
    NotArmed,
    /// It is armed: the connection was still open at the end of the capture.
    Armed,
    /// The client's DISCONNECT has discarded it.
    Discarded(At),
    /// The client came back with this CONNECT before the Will Delay Interval had passed.
    Cancelled(At),
    /// The connection ended at this place, and the Will Delay Interval had not passed when the capture
    /// ended.
    Delayed(At),
    /// The client's DISCONNECT of 0x04 asks for it.
    Asked(At),
    /// The connection ended at this place without a DISCONNECT of the client that discards it:
    /// without any, with another Reason Code than 0x00, or with one that does not count.
    Due(At),
    /// This DISCONNECT of the client would discard it, but may not have counted.
    Doubtful(At),
    /// The last bytes of the client are missing from the capture: it may have said DISCONNECT.
    Unknown,
}

/// A Will on its way to a subscriber.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WillCopy {
    /// The PUBLISH.
    pub at: At,
    /// The connection of the subscriber.
    pub stream: Option<u64>,
    /// Nanoseconds since the end of the connection, by which the Will is due, its delay included; `None` where it
    /// came before: the server knew of the end before the capture shows it.
    pub after: Option<u64>,
}

impl Ended {
    /// The seconds from when a Will is due until it is published: its delay, or what is left of the
    /// session where that ends before (5.0: section 3.1.3.2.2).
    #[must_use]
    pub fn will_wait(&self) -> u32 {
        let delay = self.will.as_ref().map_or(0, |will| will.delay);
        delay.min(self.session_expiry())
    }

    /// What became of the Will, now that the connection is over (5.0: sections 3.1.2.5 and 3.14.4).
    pub(in crate::session) fn settle_will(&mut self) {
        self.settle_disconnect();
        let over = self.over_at();
        let left = self.from_client.disconnect.as_ref();
        let left = left.map(|left| (left.reason, left.void.map(|void| void.certainty), left.at));
        let is_lost = self.from_client.may_have_more();
        let Some(will) = self.will.as_mut().filter(|will| will.fate == Fate::Armed) else { return };
        will.fate = match (left, over) {
            (None, Some(_)) if is_lost => Fate::Unknown,
            (Some((Disconnect::WITH_WILL, _, at)), _) => Fate::Asked(at),
            (Some((Disconnect::NORMAL, None, at)), _) => Fate::Discarded(at),
            (Some((Disconnect::NORMAL, Some(Certainty::Possible), at)), _) => Fate::Doubtful(at),
            (_, Some(at)) => Fate::Due(at),
            (_, None) => Fate::Armed,
        };
    }

    /// Whether the client's DISCONNECT counts, as far as that is known by now.
    pub(in crate::session) fn settle_disconnect(&mut self) {
        let void = Void::of(self);
        if let Some(left) = &mut self.from_client.disconnect {
            left.void = void;
        }
    }

    /// What came when the connection was over may show that the client's DISCONNECT did not count.
    pub(in crate::session) fn settle_again(&mut self) {
        self.settle_disconnect();
        let left = self.from_client.disconnect.as_ref();
        let is_void = left.and_then(|left| left.void).is_some_and(|void| void.is_likely());
        if let Some(will) = self.will.as_mut().filter(|_| is_void)
            && let Fate::Discarded(at) | Fate::Doubtful(at) = will.fate
        {
            will.fate = Fate::Due(at);
        }
    }

    /// How its sides ended in TCP may show that the client's DISCONNECT may not have counted.
    pub(in crate::session) fn doubt_disconnect(&mut self) {
        let Some(void) = Void::by_reset(self) else { return };
        if let Some(left) = &mut self.from_client.disconnect {
            left.void = Some(void);
        }
        if let Some(will) = &mut self.will
            && let Fate::Discarded(at) = will.fate
        {
            will.fate = Fate::Doubtful(at);
        }
    }

    /// How certain it is that a Will that is due is: not where a DISCONNECT of the client may have
    /// discarded it, unless it was seen.
    #[must_use]
    pub fn will_certainty(&self) -> Certainty {
        let left = self.from_client.disconnect.as_ref();
        let void =
            left.filter(|left| left.reason != Disconnect::WITH_WILL).and_then(|left| left.void);
        let is_seen = self.will.as_ref().is_some_and(|will| will.seen.is_some());
        match void {
            Some(void) if !is_seen => void.certainty,
            _ => Certainty::Proven,
        }
    }

    /// The last bytes of the client are missing from the capture: whether its Will is due is not known.
    pub(in crate::session) fn doubt_will(&mut self) {
        let is_tail = self.wire.lost(Sender::Client).is_tail;
        if let Some(will) = self.will.as_mut().filter(|_| is_tail)
            && matches!(will.fate, Fate::Due(_))
        {
            will.fate = Fate::Unknown;
        }
    }
}
