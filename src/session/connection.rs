//! Version and client of one connection, and how each packet of it is read.

use super::ended::{self, Ended};
use super::track::Track;
use super::wire::Said;
use super::{At, Facts, Proof, Seen, Shared};
use crate::annotate::{Finding, Sink, Tape};
use crate::bytes::Span;
use crate::mqtt::infer::{Evidence, infer};
use crate::mqtt::{Decoded, Packet, Reading, decode};
use crate::spec::field::Context;
use crate::spec::{Field, PacketType, Rule, Sender, Version};
use crate::stream::Close;

/// The longest Client Identifier that is kept to head the connection's packets, in bytes.
const MAX_CLIENT_ID: usize = 1_024;

/// How a packet's version is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum How {
    /// The connection's CONNECT says it.
    Connect,
    /// The bytes fit no other version, or fit it better.
    Inferred,
    /// An option says it.
    Option,
    /// It is not known, and makes no difference to this packet.
    #[default]
    Open,
}

impl How {
    /// `connect`, `inferred` or `option`; `None` where the version is not known.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::Connect => Some("connect"),
            Self::Inferred => Some("inferred"),
            Self::Option => Some("option"),
            Self::Open => None,
        }
    }
}

/// One connection.
#[derive(Debug, Default)]
pub struct Connection {
    version: Option<(Version, How)>,
    client_id: Option<Vec<u8>>,
    /// Whether the packets are those of one network connection, on which CONNECT comes once.
    is_stream: bool,
    connects: u64,
    /// The last packet was a broken CONNECT, or its rest.
    is_after_broken_connect: bool,
    track: Track,
    /// What it was so far; made with its first packet.
    record: Option<Box<Ended>>,
    /// It is over, and its session knows.
    has_left: bool,
}

impl Connection {
    /// A connection of which nothing is known but what the options say.
    #[must_use]
    pub fn new(version: Option<Version>) -> Self {
        Self { version: version.map(|version| (version, How::Option)), ..Self::default() }
    }

    /// The same for the packets of one network connection: a second CONNECT on it is a fault.
    #[must_use]
    pub fn of_stream(version: Option<Version>) -> Self {
        Self { is_stream: true, ..Self::new(version) }
    }

    /// A connection whose version was inferred from packets further on.
    #[must_use]
    pub fn inferred(version: Version) -> Self {
        Self { version: Some((version, How::Inferred)), ..Self::default() }
    }

    /// The version that packets are read by, where it is known.
    #[must_use]
    pub fn version(&self) -> Option<Version> {
        self.version.map(|(version, _)| version)
    }

    /// The version, where it was not inferred from packets.
    #[must_use]
    pub fn told_version(&self) -> Option<Version> {
        let (version, how) = self.version?;
        (how != How::Inferred).then_some(version)
    }

    /// The Client Identifier, as CONNECT gave it or CONNACK assigned it.
    #[must_use]
    pub fn client_id(&self) -> Option<&[u8]> {
        self.client_id.as_deref()
    }

    /// Whether what comes next may be the rest of a CONNECT that a wrong length cut off.
    #[must_use]
    pub fn is_after_broken_connect(&self) -> bool {
        self.is_after_broken_connect
    }

    /// The connection is seen from its first byte on.
    pub fn begin(&mut self) {
        self.track.begin();
    }

    /// Takes a packet that was read into account; what is wrong with it here goes to `tape`. Where that is
    /// without the tree of the packet it gets it, if anything is wrong.
    pub fn track(&mut self, seen: &Seen<'_>, shared: &mut Shared, tape: &mut Tape) {
        let record = begun(&mut self.record);
        record.packet(seen);
        shared.passes(seen.at.time);
        self.track.packet(seen, shared, tape, record);
        if !tape.findings().is_empty() {
            found(record, seen, tape);
        }
        if let Some(partner) = self.track.answers() {
            record.answers(seen, partner);
        }
    }

    /// Takes from a packet no more than what its Topic Alias stands for.
    pub fn track_aliases(&mut self, decoded: &Decoded<'_>, sender: Option<Sender>) {
        self.track.aliases_alone(decoded, sender);
    }

    /// What is known of the last packet from those before it.
    #[must_use]
    #[inline]
    pub fn facts(&self) -> Facts<'_> {
        self.track.facts()
    }

    /// Bytes of one side were lost, or could not be read.
    pub fn lost(&mut self, sender: Sender, at: At, shared: &mut Shared) {
        // What stood there may have been the end of this connection and the beginning of another.
        self.connects = 0;
        let record = begun(&mut self.record);
        self.track.lost(sender, at, shared, record);
        let half = record.half_mut(sender);
        half.losses = half.losses.saturating_add(1);
        half.lost_before = at.number;
        half.is_tail_lost = true;
    }

    /// Bytes of one side are no whole packet: what is said of them, and for a packet how many of its
    /// bytes are there and how many it has.
    pub fn stray(
        &mut self,
        sender: Sender,
        at: At,
        said: (&Finding, &Context),
        cut: Option<(u64, u64)>,
    ) {
        let record = begun(&mut self.record);
        record.half_mut(sender).is_cut |= cut.is_some();
        record.wire.stray(sender, at, said, cut);
    }

    /// Whether the silence of its client has become too long by far between two times.
    #[must_use]
    pub fn is_overdue(&self, times: (i64, i64)) -> bool {
        !self.has_left && self.record.as_ref().is_some_and(|record| record.is_overdue(times))
    }

    /// The longest packet that the receiver takes, where the sender knew that when it sent one with this
    /// proof.
    #[must_use]
    pub fn most_bytes(&self, sender: Sender, proof: Proof) -> Option<u32> {
        self.track.most_bytes(sender, proof)
    }

    /// A packet that did not come whole has more bytes than its receiver takes.
    pub fn exceeds(&mut self, sender: Sender, at: At, said: (&Finding, &Context)) {
        begun(&mut self.record).wire.exceeds(sender, at, said);
    }

    /// The last packet of one side so far.
    #[must_use]
    pub fn last(&self, sender: Sender) -> Option<At> {
        self.record.as_ref()?.half(sender).last
    }

    /// Whether one side may have sent something behind its last packet that was lost, or could not be read.
    #[must_use]
    pub fn may_have_more(&self, sender: Sender) -> bool {
        self.record.as_ref().is_some_and(|record| record.half(sender).may_have_more())
    }

    /// A packet of one side, which was told just now, had another one written into its middle.
    pub fn torn(&mut self, sender: Sender, at: At, said: (&Finding, &Context), inner: Option<At>) {
        let record = begun(&mut self.record);
        record.half_mut(sender).fault(ended::Fault { rule: said.0.rule, at });
        record.wire.torn(sender, at, said, inner);
    }

    /// A line of the connection that is no MQTT, with what was found of it.
    pub fn heard(&mut self, said: &Said<'_>, sender: Sender, at: At, findings: &[Finding]) {
        let record = begun(&mut self.record);
        record.wire.heard(said, sender, at);
        record.wire.noted(findings, at);
    }

    /// Whether a line was told of it that is no MQTT.
    #[must_use]
    pub fn is_heard(&self) -> bool {
        self.record.as_ref().is_some_and(|record| record.wire.is_heard)
    }

    /// A side has ended in TCP.
    pub fn closed(&mut self, sender: Sender, closed: ended::Closed, shared: &mut Shared) {
        shared.passes(closed.at.time);
        let record = begun(&mut self.record);
        let half = record.half_mut(sender);
        let is_first = half.closed.is_none();
        half.closed = half.closed.or(Some(closed));
        if sender == Sender::Client && is_first && !self.has_left {
            record.settle_ping(self.track.unanswered_ping());
        }
        if is_first && !self.has_left {
            self.track.leaves(sender, shared, record);
            if sender == Sender::Client {
                shared.client_closes(record);
            }
        }
        let is_over = closed.how == Close::Rst || record.half(sender.other()).closed.is_some();
        if is_over {
            self.leave(shared);
        }
    }

    /// Nothing more comes of it: what it was.
    pub fn end(&mut self, shared: &mut Shared) -> Ended {
        self.leave(shared);
        let mut record = self.record.take().map_or_else(Ended::default, |record| *record);
        record.client_id = self.client_id.take().map(Vec::into_boxed_slice);
        record.version = self.version;
        record.settle_again();
        record.settle_both();
        record
    }

    /// The client has left, or was left: what the session keeps is known now.
    fn leave(&mut self, shared: &mut Shared) {
        let record = begun(&mut self.record);
        if std::mem::replace(&mut self.has_left, true) {
            return;
        }
        record.version = self.version;
        record.settle_will();
        record.settle_silence(shared);
        let kept = self.track.end(shared, record);
        shared.left(record, kept);
    }

    /// Reads one packet in the light of those before it. `tape` gets its tree; `scratch` serves to
    /// compare readings where the version is not known.
    pub fn read<'a>(
        &mut self,
        bytes: &'a [u8],
        sender: Option<Sender>,
        tape: &mut Tape,
        scratch: &mut [Tape; 2],
    ) -> (Decoded<'a>, How) {
        let kind = bytes.first().copied().map(PacketType::of_header);
        let sender = sender.or_else(|| kind.and_then(PacketType::only_sender));
        let (version, how, note) = match self.version {
            _ if kind == Some(PacketType::CONNECT) => (self.expected(), How::Connect, None),
            Some((Version::V5, How::Connect)) if is_old_refusal(bytes) => {
                (Version::V311, How::Inferred, Some(Rule::CONNACK_OLDER))
            }
            Some((Version::V5, How::Inferred)) if is_old_refusal(bytes) => {
                (Version::V311, How::Inferred, Some(Rule::VERSION_INFERRED))
            }
            Some((version, how)) => (version, how, None),
            None => self.infer(bytes, sender, scratch),
        };
        tape.clear();
        let decoded = decode(bytes, Reading { version, sender }, tape);
        let is_connect = kind == Some(PacketType::CONNECT);
        self.is_after_broken_connect =
            tape.errors() > 0 && (is_connect || self.is_after_broken_connect);
        if let Some(rule) = note {
            tape.note(Finding::new(rule, Span::of_bytes(0, bytes.len()), Field::INPUT));
        }
        if decoded.header.packet_type == PacketType::CONNECT
            && tape.find(Field::PROTOCOL_LEVEL).is_none()
        {
            // Cut before its level: what version the connection has is as open as before.
            return (decoded, self.version.map_or(How::Open, |(_, how)| how));
        }
        self.observe(&decoded);
        if kind == Some(PacketType::CONNECT) {
            self.connects = self.connects.saturating_add(1);
            if self.is_stream && self.connects > 1 {
                let span = Span { start: 0, len: 4 };
                let finding = Finding::new(Rule::SECOND_CONNECT, span, Field::PACKET_TYPE);
                tape.note(finding.with(self.connects, 0));
            }
        }
        (decoded, how)
    }

    /// How a packet is read where its tree is not needed; [`read`](Self::read) would read it the same.
    /// `None` for one that tells something of the connection itself, whose version is still to be found,
    /// or that may be the rest of a CONNECT.
    #[inline]
    #[must_use]
    pub fn reading(&self, bytes: &[u8], sender: Option<Sender>) -> Option<(Reading, How)> {
        let kind = bytes.first().copied().map(PacketType::of_header)?;
        let is_special =
            [PacketType::CONNECT, PacketType::CONNACK, PacketType::AUTH].contains(&kind);
        if is_special || self.is_after_broken_connect {
            return None;
        }
        let (version, how) = self.version?;
        let sender = sender.or_else(|| kind.only_sender());
        Some((Reading { version, sender }, how))
    }

    /// Forgets a version that was inferred.
    pub fn forget_inferred(&mut self) {
        self.version = self.version.filter(|(_, how)| *how != How::Inferred);
    }

    /// Forgets the Client Identifier: what was read as it may be a secret.
    pub fn forget_client_id(&mut self) {
        self.client_id = None;
    }

    /// What an unknown level in a CONNECT is read as.
    fn expected(&self) -> Version {
        self.version.map_or(Version::V311, |(version, _)| version)
    }

    fn infer(
        &mut self,
        bytes: &[u8],
        sender: Option<Sender>,
        scratch: &mut [Tape; 2],
    ) -> (Version, How, Option<Rule>) {
        match infer(bytes, sender, scratch) {
            Evidence::Settled(version) => {
                self.version = Some((version, How::Inferred));
                tracing::debug!(%version, "version inferred");
                (version, How::Inferred, None)
            }
            Evidence::Ambiguous(version) => (version, How::Inferred, Some(Rule::VERSION_AMBIGUOUS)),
            Evidence::Faulty(version) => (version, How::Inferred, Some(Rule::VERSION_INFERRED)),
            Evidence::Same => (Version::V311, How::Open, None),
        }
    }

    fn observe(&mut self, decoded: &Decoded<'_>) {
        match &decoded.packet {
            Some(Packet::Connect(connect)) => {
                self.version = Some((decoded.version, How::Connect));
                tracing::debug!(version = %decoded.version, "version by CONNECT");
                self.client_id = keep(connect.client_id.0);
            }
            Some(Packet::Connack(connack)) => {
                if let Some(id) = connack.properties.assigned_client_id() {
                    self.client_id = keep(id.0);
                }
            }
            _ if decoded.header.packet_type == PacketType::CONNECT => {
                self.version = Some((decoded.version, How::Connect));
                tracing::debug!(version = %decoded.version, "version by CONNECT");
            }
            _ => {}
        }
    }
}

/// The record, which is made with the first packet.
#[inline]
fn begun(record: &mut Option<Box<Ended>>) -> &mut Ended {
    // It is large: what makes it is kept out of what each packet goes through.
    #[cold]
    #[inline(never)]
    fn begin() -> Box<Ended> {
        Box::default()
    }
    record.get_or_insert_with(begin)
}

/// Something was found on a packet.
#[cold]
#[inline(never)]
fn found(record: &mut Ended, seen: &Seen<'_>, tape: &mut Tape) {
    seen.add_tree(tape);
    record.wire.found(seen, tape);
    record.found(seen, tape);
}

fn keep(id: &[u8]) -> Option<Vec<u8>> {
    (!id.is_empty()).then(|| id.get(..MAX_CLIENT_ID).unwrap_or(id).to_vec())
}

/// A CONNACK of two bytes of body has no Property Length: a server that does not speak 5.0 answers
/// so to a CONNECT of 5.0.
fn is_old_refusal(bytes: &[u8]) -> bool {
    matches!(bytes, [0x20, 2, _, _])
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONNECT_V5: &str = "101000044d51545405020000000003616263";
    const SUBSCRIBE_V5: &str = "820c000100000668617276657901";
    const SUBACK: &str = "900400010001";

    fn read(connection: &mut Connection, hex: &str) -> (Version, How, usize) {
        let bytes = hex::decode(hex.replace(' ', "")).unwrap();
        let (mut tape, mut scratch) = (Tape::new(), [Tape::new(), Tape::new()]);
        let (decoded, how) = connection.read(&bytes, None, &mut tape, &mut scratch);
        (decoded.version, how, tape.findings().len())
    }

    #[test]
    fn connect_settles_the_version() {
        let mut connection = Connection::new(None);
        assert_eq!(read(&mut connection, CONNECT_V5), (Version::V5, How::Connect, 0));
        assert_eq!(connection.client_id(), Some(&b"abc"[..]));
        assert_eq!(read(&mut connection, SUBACK), (Version::V5, How::Connect, 0));
    }

    #[test]
    fn a_packet_that_fits_one_version_alone_settles_it_for_those_behind_it() {
        let mut connection = Connection::new(None);
        assert_eq!(read(&mut connection, SUBACK), (Version::V5, How::Inferred, 1));
        assert_eq!(read(&mut connection, SUBSCRIBE_V5), (Version::V5, How::Inferred, 0));
        assert_eq!(read(&mut connection, SUBACK), (Version::V5, How::Inferred, 0));
    }

    #[test]
    fn a_packet_that_one_version_alone_has_settles_it() {
        assert_eq!(read(&mut Connection::new(None), "f000"), (Version::V5, How::Inferred, 0));
        let (mut tape, mut scratch) = (Tape::new(), [Tape::new(), Tape::new()]);
        let mut connection = Connection::new(None);
        let server = Some(Sender::Server);
        let (decoded, how) = connection.read(&[0xe0, 0], server, &mut tape, &mut scratch);
        assert_eq!((decoded.version, how), (Version::V5, How::Inferred));
    }

    #[test]
    fn an_option_settles_it_by_hand_and_a_ping_leaves_it_open() {
        let mut connection = Connection::new(Some(Version::V311));
        assert_eq!(read(&mut connection, SUBACK), (Version::V311, How::Option, 0));
        assert_eq!(read(&mut Connection::new(None), "c000").1, How::Open);
    }

    #[test]
    fn an_old_server_refuses_in_its_own_version() {
        let mut connection = Connection::new(None);
        read(&mut connection, CONNECT_V5);
        assert_eq!(read(&mut connection, "20020001"), (Version::V311, How::Inferred, 1));
        let mut inferred = Connection::inferred(Version::V5);
        assert_eq!(read(&mut inferred, "20020001"), (Version::V311, How::Inferred, 1));
    }

    #[test]
    fn what_is_settled_by_hand_stays_so() {
        let mut connection = Connection::new(Some(Version::V5));
        assert_eq!(read(&mut connection, "20020000"), (Version::V5, How::Option, 1));
    }

    #[test]
    fn a_connect_that_is_cut_before_its_level_settles_nothing() {
        let mut connection = Connection::new(None);
        assert_eq!(read(&mut connection, "101000044d51").1, How::Open);
        assert_eq!(read(&mut connection, SUBSCRIBE_V5), (Version::V5, How::Inferred, 0));
        let mut connection = Connection::new(None);
        assert_eq!(read(&mut connection, "101000044d51545405").1, How::Connect);
    }
}
