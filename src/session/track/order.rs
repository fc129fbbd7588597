//! Which packet may come when, judged for each direction by itself: what the other one had said by
//! then is not certain where the capture mixed up its frames.

use crate::annotate::{Finding, Sink, Tape};
use crate::bytes::Span;
use crate::session::{At, Seen};
use crate::spec::{Field, PacketType, Rule, Sender};

/// The order of the packets of a connection.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Order {
    /// The connection was seen from its first byte on.
    is_begun: bool,
    is_lossy: bool,
    /// The CONNECT, the CONNACK, and a CONNACK that refused.
    connect: Option<At>,
    connack: Option<At>,
    refused: Option<At>,
    /// The first packets of both sides were seen, whatever they were.
    client_spoke: bool,
    server_spoke: bool,
    /// The DISCONNECT of each side.
    client_left: Option<At>,
    server_left: Option<At>,
    /// Both sides have spoken and neither has left: most packets change nothing here, and break nothing.
    is_settled: bool,
}

impl Order {
    /// The connection is seen from its first byte on.
    pub(super) fn begin(&mut self) {
        self.is_begun = true;
        self.is_settled = false;
    }

    /// Whether the connection is seen from its first byte on.
    pub(super) fn is_begun(&self) -> bool {
        self.is_begun
    }

    /// Bytes were lost, or could not be read.
    pub(super) fn lost(&mut self) {
        self.is_lossy = true;
    }

    /// Whether the server answers a client of which nothing was seen: its direction is missing.
    pub(super) fn is_one_sided(&self, kind: PacketType) -> bool {
        !self.client_spoke && (self.is_begun || kind == PacketType::CONNACK)
    }

    /// Whether all was seen, from the CONNECT on.
    pub(super) fn is_complete(&self) -> bool {
        self.is_begun && !self.is_lossy && self.connect.is_some()
    }

    /// Judges a packet by those before it.
    #[inline]
    pub(super) fn packet(&mut self, seen: &Seen<'_>, sender: Sender, tape: &mut Tape) {
        let kind = seen.decoded.header.packet_type;
        let is_middle =
            ![PacketType::CONNECT, PacketType::CONNACK, PacketType::DISCONNECT].contains(&kind);
        if self.is_settled && is_middle && !seen.proof.is_swallowed {
            return;
        }
        self.judge_and_note(seen, sender, tape);
        // Of what is lossy, or was not seen from its beginning, nothing is judged.
        let has_connack = self.connack.is_some() || !self.is_begun || self.is_lossy;
        self.is_settled = self.client_spoke && self.server_spoke && has_connack;
        self.is_settled &= self.refused.or(self.client_left).or(self.server_left).is_none();
    }

    /// The same of a packet that changes something, or may break something.
    #[inline(never)]
    fn judge_and_note(&mut self, seen: &Seen<'_>, sender: Sender, tape: &mut Tape) {
        // What its receiver makes of that, and of what follows, is not known.
        self.is_lossy |= seen.proof.is_swallowed;
        let kind = seen.decoded.header.packet_type;
        if self.is_begun
            && !self.is_lossy
            && let Some((rule, before)) = self.judge(kind, sender)
        {
            let span = Span::of_bytes(0, seen.bytes.len());
            let number = before.map_or(0, |at| at.number);
            tape.note(Finding::new(rule, span, Field::INPUT).with(number, 0));
        }
        match (kind, sender) {
            (PacketType::CONNECT, _) if self.connect.is_some() => self.is_lossy = true,
            (PacketType::CONNECT, _) => self.connect = Some(seen.at),
            (PacketType::CONNACK, _) => {
                // A CONNACK before the CONNECT: the frames are not in their order.
                self.is_lossy |= self.connect.is_none();
                self.connack = Some(seen.at);
                let is_refusal = seen.bytes.get(3).is_some_and(|code| *code != 0);
                self.refused = self.refused.or(is_refusal.then_some(seen.at));
            }
            // Its receiver never saw one that stood inside another packet.
            (PacketType::DISCONNECT, _) if seen.proof.is_swallowed => {}
            (PacketType::DISCONNECT, Sender::Client) => self.client_left = Some(seen.at),
            (PacketType::DISCONNECT, Sender::Server) => self.server_left = Some(seen.at),
            _ => {}
        }
        match sender {
            Sender::Client => self.client_spoke = true,
            Sender::Server => self.server_spoke = true,
        }
    }

    /// The rule that a packet breaks, with the packet before that it names.
    fn judge(&self, kind: PacketType, sender: Sender) -> Option<(Rule, Option<At>)> {
        let left = if sender == Sender::Client { self.client_left } else { self.server_left };
        if left.is_some() && kind != PacketType::CONNECT {
            return Some((Rule::AFTER_DISCONNECT, left));
        }
        if sender == Sender::Client {
            let is_first = !self.client_spoke && kind != PacketType::CONNECT;
            return is_first.then_some((Rule::FIRST_NOT_CONNECT, None));
        }
        let is_answer = matches!(kind, PacketType::CONNACK | PacketType::AUTH);
        match (self.refused, self.connack) {
            (Some(refused), _) => Some((Rule::AFTER_REFUSAL, Some(refused))),
            (None, Some(first)) if kind == PacketType::CONNACK => {
                Some((Rule::SECOND_CONNACK, Some(first)))
            }
            // A server may not leave before it has accepted either (MQTT-3.14.0-1). One that answers a client
            // of which nothing was seen says that more is missing.
            (None, None)
                if !is_answer
                    && self.client_spoke
                    && (!self.server_spoke || kind == PacketType::DISCONNECT) =>
            {
                Some((Rule::BEFORE_CONNACK, None))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mqtt::{Reading, decode};
    use crate::session::Proof;
    use crate::spec::Version;

    /// Packets of both sides: CONNECT, CONNACK, a refusal, PINGREQ, PINGRESP, and a DISCONNECT of each.
    const PACKETS: [(Sender, &[u8]); 7] = [
        (Sender::Client, b"\x10\x0d\0\x04MQTT\x04\x02\0\x0a\0\x01a"),
        (Sender::Server, b"\x20\x02\0\0"),
        (Sender::Server, b"\x20\x02\0\x05"),
        (Sender::Client, b"\xc0\0"),
        (Sender::Server, b"\xd0\0"),
        (Sender::Client, b"\xe0\0"),
        (Sender::Server, b"\xe0\0"),
    ];

    /// What is found, packet by packet, where `nth` in base 7 says which come; the fourth may be swallowed.
    fn found(
        nth: usize,
        is_begun: bool,
        take: fn(&mut Order, &Seen<'_>, Sender, &mut Tape),
    ) -> String {
        let (mut order, mut found) = (Order::default(), String::new());
        if is_begun {
            order.begin();
        }
        for (place, digit) in (0..5).map(|place| (place, nth / 7usize.pow(place) % 7)) {
            let (sender, bytes) = PACKETS[digit];
            let how = Reading { version: Version::V311, sender: Some(sender) };
            let (mut tape, decoded) = (Tape::new(), decode(bytes, how, &mut ()));
            let at = At { number: place.into(), ..At::default() };
            let proof =
                Proof { is_swallowed: place == 3 && nth.is_multiple_of(5), ..Proof::default() };
            let (decoded, line, began, proof) = (&decoded, None, None, &proof);
            let sent = Some(sender);
            let seen =
                Seen { at, sender: sent, line, began, proof, is_secret: false, bytes, decoded };
            take(&mut order, &seen, sender, &mut tape);
            found += &format!("{:?} {}; ", tape.findings(), order.is_complete());
        }
        found
    }

    #[test]
    fn the_short_way_finds_what_the_long_one_finds() {
        for nth in 0..7usize.pow(5) {
            for is_begun in [true, false] {
                let short = found(nth, is_begun, Order::packet);
                assert_eq!(short, found(nth, is_begun, Order::judge_and_note), "{nth}");
            }
        }
    }
}
