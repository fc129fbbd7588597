//! What the two sides did to end a connection, in the order of the capture.

use crate::session::ended::{Disconnect, Half};
use crate::session::{At, Ended};
use crate::spec::Sender;
use crate::stream;

/// One connection, looked at from its end.
pub(super) struct Scene<'e> {
    pub(super) ended: &'e Ended,
    /// In the order of the capture.
    pub(super) acts: Vec<Act<'e>>,
}

/// Something that one side did.
#[derive(Clone, Copy, Debug)]
pub(super) struct Act<'e> {
    pub(super) by: Sender,
    pub(super) at: At,
    pub(super) what: What<'e>,
}

/// What it was.
#[derive(Clone, Copy, Debug)]
pub(super) enum What<'e> {
    /// A CONNACK that refuses, with its code.
    Refusal(u8),
    /// A DISCONNECT.
    Disconnect(&'e Disconnect),
    /// A FIN.
    Fin,
    /// An RST.
    Rst,
}

impl What<'_> {
    /// Whether it is TCP's.
    pub(super) const fn is_tcp(self) -> bool {
        matches!(self, Self::Fin | Self::Rst)
    }
}

impl<'e> Scene<'e> {
    pub(super) fn new(ended: &'e Ended) -> Self {
        let mut acts = Vec::new();
        if let Some(connack) = ended.connack.as_ref().filter(|connack| connack.code != 0) {
            let what = What::Refusal(connack.code);
            acts.push(Act { by: Sender::Server, at: connack.at, what });
        }
        // What the client did before the server's error does not count: the server did not take it.
        let rejected = ended.answer_to_disconnect();
        let is_rejected = |by, at: At| {
            let is_before = |answer: At| at.order() <= answer.order();
            by == Sender::Client && rejected.is_some_and(is_before)
        };
        for by in [Sender::Client, Sender::Server] {
            if let Some(left) = &ended.half(by).disconnect
                && !is_rejected(by, left.at)
            {
                acts.push(Act { by, at: left.at, what: What::Disconnect(left) });
            }
            let sent = ended.wire.tcp.as_ref().map(|tcp| tcp.sent(by));
            let mut tcp = |place: Option<stream::Place>, what| {
                if let Some(place) = place {
                    let at = At { number: 0, frame: place.frame, time: place.time };
                    if !is_rejected(by, at) {
                        acts.push(Act { by, at, what });
                    }
                }
            };
            tcp(sent.and_then(|sent| sent.fin), What::Fin);
            tcp(sent.and_then(|sent| sent.rst), What::Rst);
        }
        acts.sort_by_key(|act| {
            let at = act.at.order();
            // A FIN stands behind all that its side sent, also where some of that came later, sent
            // again; and a packet before the FIN of the segment that carries both.
            let last = match act.what {
                What::Fin => ended.half(act.by).last.map(|last| last.order()),
                _ => None,
            };
            (last.map_or(at, |last| last.max(at)), act.what.is_tcp())
        });
        Self { ended, acts }
    }

    /// What ended the connection: the first act of all.
    pub(super) fn first(&self) -> Option<&Act<'e>> {
        self.acts.first()
    }

    /// What the server may have ended the connection with because of a packet: the first act of all,
    /// or what comes right behind a DISCONNECT of the client that likely did not count.
    pub(super) fn reaction(&self) -> Option<&Act<'e>> {
        let [first, rest @ ..] = self.acts.as_slice() else { return None };
        let is_void = match first.what {
            What::Disconnect(left) => left.void.is_some_and(|void| void.is_likely()),
            _ => false,
        };
        let next = rest.first().filter(|next| is_void && next.by != first.by);
        Some(next.unwrap_or(first))
    }

    /// The first end in TCP, where nobody had said before in MQTT that the connection ends.
    pub(super) fn bare_end(&self) -> Option<&Act<'e>> {
        self.first().filter(|act| act.what.is_tcp())
    }

    /// Nanoseconds between two places during which the server took no more bytes of the client.
    pub(super) fn held(&self, from: At, to: At) -> u64 {
        let shut = self.ended.wire.tcp.and_then(|tcp| tcp.server.shut);
        shut.map_or(0, |shut| shut.within(from.time, to.time))
    }

    /// One direction.
    pub(super) fn half(&self, sender: Sender) -> &'e Half {
        self.ended.half(sender)
    }

    /// Whether anything of a side was not captured, or could not be read.
    pub(super) fn has_lost(&self, sender: Sender) -> bool {
        self.ended.wire.lost(sender).bytes > 0
    }

    /// Whether what a side sent last was captured, but could not be read behind a gap: WebSocket frames, say.
    pub(super) fn has_unread(&self, sender: Sender) -> bool {
        let is_behind = !self.ended.wire.lost(sender).is_tail;
        self.has_lost(sender) && is_behind && self.half(sender).may_have_more()
    }

    /// Whether nothing of MQTT came before what was captured: its first segment was, or the CONNECT.
    pub(super) fn is_begun(&self) -> bool {
        let connect = self.ended.connect.as_ref().map(|connect| connect.at);
        let is_first = connect.is_some() && connect == self.ended.from_client.first;
        is_first
            || self.ended.is_begun
            || self.ended.wire.tcp.is_some_and(|tcp| tcp.client.syns > 0)
    }
}
