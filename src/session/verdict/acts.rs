//! What the two sides did to end a connection, in the order that TCP proves, or else that of the capture.

use crate::session::ended::{Disconnect, Half};
use crate::session::turn::merge;
use crate::session::{At, Certainty, Ended, Mark, Proof};
use crate::spec::Sender;
use crate::stream::Sent;

/// One connection, looked at from its end.
pub(super) struct Scene<'e> {
    pub(super) ended: &'e Ended,
    /// The first one in front.
    pub(super) acts: Vec<Act<'e>>,
}

/// Something that one side did.
#[derive(Clone, Copy, Debug)]
pub(super) struct Act<'e> {
    pub(super) by: Sender,
    pub(super) at: At,
    /// What TCP proves of when.
    proof: Proof,
    /// The last packet of its side, where that stands behind an end in TCP: it was sent again.
    behind: Option<At>,
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

impl Act<'_> {
    /// When it was, with what TCP proves. A FIN stands behind all that its side sent, also where some of that
    /// came later, sent again.
    pub(super) fn mark(&self) -> Mark {
        let at = match self.behind {
            Some(last) if last.order() > self.at.order() => last,
            _ => self.at,
        };
        Mark { at, proof: self.proof }
    }

    /// Whether something of the other side had come when its side did this: by what TCP proves, or else by
    /// the times.
    pub(super) fn had(&self, other: &Mark) -> bool {
        let by_time = || other.at.order() <= self.at.order();
        self.mark().had(other).unwrap_or_else(by_time)
    }

    /// Whether it came before what a side said beside MQTT, and whether that is certain: of one side its places
    /// tell, of both what TCP proves, or else the times.
    pub(super) fn is_before(&self, by: Sender, said: &Mark) -> (bool, bool) {
        // What stands in one segment with a FIN stands before that.
        let is_equal = self.at.order() == said.at.order() && !self.what.is_tcp();
        let by_place = self.at.order() < said.at.order() || is_equal;
        if self.by == by {
            return (by_place, true);
        }
        let proven = self.mark().is_proven_before(said);
        (proven.unwrap_or(by_place), proven.is_some())
    }

    /// Whether its side had more of the other one than so far; `None` where its segment does not say.
    pub(super) fn had_beyond(&self, next: Option<u32>) -> Option<bool> {
        let (had, next) = (self.proof.had?, next?);
        Some((had.wrapping_sub(next) as i32) > 0)
    }
}

impl<'e> Scene<'e> {
    pub(super) fn new(ended: &'e Ended) -> Self {
        // What the client did before the server's error does not count: the server did not take it.
        let rejected = ended.answer_to_disconnect();
        let is_rejected = |act: &Act<'_>| {
            act.by == Sender::Client
                && rejected.is_some_and(|answer| act.at.order() <= answer.order())
        };
        let [client, server] = [Sender::Client, Sender::Server].map(|by| {
            let mut acts = of(ended, by);
            acts.retain(|act| !is_rejected(act));
            acts
        });
        Self { ended, acts: merge(client, server, Act::mark) }
    }

    /// What ended the connection: the first act of all.
    pub(super) fn first(&self) -> Option<&Act<'e>> {
        self.acts.first()
    }

    /// Whether the times alone say that this was the first act: the other side did something, too, and had
    /// not had this then.
    pub(super) fn is_first_by_time(&self) -> bool {
        let Some(first) = self.first() else { return false };
        let other = self.acts.iter().find(|act| act.by != first.by);
        let is_proven = |other: &Act<'_>| first.mark().is_proven_before(&other.mark());
        other.is_some_and(|other| is_proven(other).is_none())
    }

    /// How certain it is that an end in TCP was the first act: its side's last words, or what the other one had
    /// said, may be missing, or the times alone tell.
    pub(super) fn certainty(&self, act: &Act<'_>) -> Certainty {
        let missing = self.ended.wire.lost(act.by);
        let is_unknown = missing.is_tail
            || missing.may_have_ended
            || (!self.is_begun() && self.half(act.by.other()).packets == 0)
            || self.is_one_way()
            || self.is_first_by_time();
        if act.what.is_tcp() && is_unknown { Certainty::Likely } else { Certainty::Proven }
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

    /// Nanoseconds between two places during which the server took no more bytes of the client, or the capture
    /// stood still.
    pub(super) fn held(&self, from: At, to: At) -> u64 {
        let shut = self.ended.wire.tcp.and_then(|tcp| tcp.server.shut);
        let shut = shut.map_or(0, |shut| shut.within(from.time, to.time));
        shut.saturating_add(self.stood(from, to))
    }

    /// Nanoseconds between two places during which the capture stood still.
    pub(super) fn stood(&self, from: At, to: At) -> u64 {
        let all = self.ended.still.iter().map(|still| still.within(from.time, to.time));
        all.fold(0, u64::saturating_add)
    }

    /// One direction.
    pub(super) fn half(&self, sender: Sender) -> &'e Half {
        self.ended.half(sender)
    }

    /// Whether anything of a side was not captured, or could not be read.
    pub(super) fn has_lost(&self, sender: Sender) -> bool {
        self.ended.wire.lost(sender).is_any()
    }

    /// Whether one side alone was captured: what the other did is not known.
    pub(super) fn is_one_way(&self) -> bool {
        self.ended.wire.tcp.is_some_and(|tcp| tcp.is_one_way())
    }

    /// Whether anything of a side that was not captured may stand behind a packet.
    pub(super) fn has_lost_behind(&self, sender: Sender, packet: At) -> bool {
        let lost = self.ended.wire.lost(sender);
        let is_behind = self.half(sender).lost_before > packet.number;
        (lost.bytes > 0 && is_behind) || lost.may_have_ended || lost.suspected > 0
    }

    /// Whether what a side sent last was captured, but could not be read behind a gap: WebSocket frames, say.
    pub(super) fn has_unread(&self, sender: Sender) -> bool {
        let lost = self.ended.wire.lost(sender);
        lost.bytes > 0 && !lost.is_tail && self.half(sender).may_have_more()
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

/// What one side did, in its order: a packet stands before the FIN of the segment that carries both.
fn of(ended: &Ended, by: Sender) -> Vec<Act<'_>> {
    let mut acts = Vec::new();
    let mut push = |at, proof, what, behind| acts.push(Act { by, at, proof, behind, what });
    let connack = ended.connack.as_ref().filter(|it| by == Sender::Server && it.code != 0);
    if let Some(connack) = connack {
        push(connack.at, connack.proof, What::Refusal(connack.code), None);
    }
    if let Some(left) = &ended.half(by).disconnect {
        push(left.at, left.proof, What::Disconnect(left), None);
    }
    let sent = ended.wire.tcp.as_ref().map(|tcp| tcp.sent(by));
    if let Some(fin) = sent.and_then(|sent| sent.fin) {
        push(At::of_place(fin.place), Proof::of_fin(fin), What::Fin, ended.half(by).last);
    }
    if let Some(rst) = sent.and_then(|sent| sent.rst) {
        push(At::of_place(rst.place), Proof::of_rst(rst), What::Rst, None);
    }
    // An RST may have come first where its port was used again.
    let is_earlier =
        |sent: &Sent| sent.rst.zip(sent.fin).is_some_and(|(rst, fin)| rst.place < fin.place);
    if sent.is_some_and(is_earlier)
        && let [.., fin, rst] = acts.as_mut_slice()
    {
        std::mem::swap(fin, rst);
    }
    acts
}
