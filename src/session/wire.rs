//! What the wire shows of a connection beside its whole packets: how TCP began and ended it, what
//! its packets broke last, what carried it.
//!
//! What may enter: facts that a verdict on the end of a connection needs. Each list is bounded.

use super::{At, Mark, Proof, Seen};
use crate::annotate::{Finding, Tape, view};
use crate::spec::field::Context;
use crate::spec::unit::Unit;
use crate::spec::{Field, Rule, Sender, Severity};
use crate::stream;
pub use crate::stream::{Finish, Place, Sent, Shut};
use std::collections::VecDeque;

/// Packets with errors that are remembered of each side: the last ones, as what ends a connection
/// comes shortly before its end.
const MAX_BROKEN: usize = 4;
/// Sentences of TLS and of what is no MQTT that are remembered: the first ones.
const MAX_WORDS: usize = 4;
/// Bytes of a sentence that are kept.
const MAX_SENTENCE: usize = 512;

/// What the wire shows of a connection.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wire {
    /// TCP; `None` for pasted bytes.
    pub tcp: Option<Tcp>,
    /// What was wrong with the client's last packets.
    pub client_broke: VecDeque<Broken>,
    /// What was wrong with the server's last packets.
    pub server_broke: VecDeque<Broken>,
    /// Fatal alerts of TLS.
    pub alerts: Vec<Heard>,
    /// What the connection carries instead of MQTT.
    pub other: Vec<Heard>,
    /// The status with which a server refused WebSocket.
    pub upgrade_refused: Option<(u64, At)>,
    /// The first WebSocket close frame.
    pub websocket_close: Option<WebsocketClose>,
    /// Whether a line was told of it that is no MQTT.
    pub(super) is_heard: bool,
    /// Whether TLS was seen.
    pub is_tls: bool,
    /// What of the client was not captured.
    pub client_lost: Lost,
    /// What of the server was not captured.
    pub server_lost: Lost,
}

/// What of one side was sent, but not captured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lost {
    /// Bytes that are certain to be missing.
    pub bytes: u64,
    /// Nothing was captured behind the last of them.
    pub is_tail: bool,
    /// Behind them the other side has acknowledged one thing more, which is the FIN or a byte: TCP
    /// counts both alike.
    pub may_have_ended: bool,
    /// Bytes, or all but one and a FIN, that an RST alone suggests: it stands so far behind the last that was
    /// captured.
    pub suspected: u64,
}

impl Lost {
    /// Whether anything of the side is missing, or may be.
    #[must_use]
    pub const fn is_any(&self) -> bool {
        self.bytes > 0 || self.may_have_ended || self.suspected > 0
    }

    /// What the side has sent behind all that was told as bytes or a gap.
    pub(crate) fn add_unseen(&mut self, sent: &Sent) {
        let Some(unseen) = sent.unseen() else { return };
        match (unseen.is_doubtful, self.is_tail) {
            (true, _) => {
                self.suspected = unseen.count.into();
                self.is_tail |= unseen.count > 1;
            }
            // Nothing but one Sequence Number, which no gap tells.
            (false, false) => self.may_have_ended = true,
            (false, true) => {}
        }
    }
}

/// TCP, by client and server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tcp {
    /// The first segment.
    pub first: At,
    /// The last one.
    pub last: At,
    /// What the client sent.
    pub client: stream::Sent,
    /// What the server sent.
    pub server: stream::Sent,
}

/// A packet of which something is wrong, or bytes that are none.
#[derive(Clone, Debug, PartialEq)]
pub struct Broken {
    /// Its place.
    pub at: At,
    /// What TCP proves of when; nothing for what is no packet.
    pub proof: Proof,
    /// The name of its type; `bytes` where they are no packet.
    pub what: &'static str,
    /// The rule that it breaks.
    pub rule: Rule,
    /// The sentence of the finding.
    pub message: Box<str>,
    /// Bytes that are there and bytes that were announced, for a packet that did not come whole.
    pub cut: Option<(u64, u64)>,
    /// The packet that was written into its middle, the last one of several.
    pub inner: Option<At>,
}

/// A line of a connection that is no MQTT.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// What it is about.
    pub unit: Unit,
    /// What it says, where it is a sentence.
    pub text: &'a str,
    /// What TCP proves of when.
    pub proof: Proof,
    /// Its bytes, where it is some, ...
    pub bytes: &'a [u8],
    /// ... and their fields.
    pub tape: &'a Tape,
}

/// A close frame of WebSocket (RFC 6455 section 5.5.1).
#[derive(Clone, Debug, PartialEq)]
pub struct WebsocketClose {
    /// Who sent it.
    pub sender: Sender,
    /// Its line.
    pub at: At,
    /// What TCP proves of when.
    pub proof: Proof,
    /// The close code, where there is one.
    pub code: Option<u16>,
    /// The reason behind it, at most so many bytes of it as of a sentence.
    pub reason: Box<[u8]>,
}

/// A sentence about the connection; it may quote untrusted text.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    /// Whom it is about.
    pub sender: Sender,
    /// The record that told it.
    pub at: At,
    /// What TCP proves of when.
    pub proof: Proof,
    /// The sentence.
    pub text: Box<str>,
}

impl Wire {
    /// What was wrong with the last packets of one side, the oldest first.
    #[must_use]
    pub fn broke(&self, sender: Sender) -> &VecDeque<Broken> {
        if sender == Sender::Client { &self.client_broke } else { &self.server_broke }
    }

    /// What of one side was not captured.
    #[must_use]
    pub fn lost(&self, sender: Sender) -> Lost {
        if sender == Sender::Client { self.client_lost } else { self.server_lost }
    }

    /// Takes note of what was found on a whole packet: the first error of it, or else that it holds what
    /// its receiver may refuse.
    pub(super) fn found(&mut self, seen: &Seen<'_>, tape: &Tape) {
        let Some(sender) = seen.sender else { return };
        let is_error = |finding: &&Finding| finding.severity() == Severity::Error;
        let may_refuse = |finding: &&Finding| finding.rule == Rule::TEXT_CONTROL;
        let findings = tape.findings();
        let first = findings.iter().find(is_error).or_else(|| findings.iter().find(may_refuse));
        // A receiver that has taken it once does not refuse it the next time.
        let is_again = |finding: &&Finding| {
            may_refuse(finding)
                && self.broke(sender).iter().any(|broken| broken.rule == Rule::TEXT_CONTROL)
        };
        let Some(finding) = first.filter(|finding| !is_again(finding)) else { return };
        let what = seen.decoded.header.packet_type.name();
        let context = view::context(seen.bytes, tape, seen.decoded.version, Some(sender));
        let broken = Broken::new(seen.at, what, finding, &context, None);
        self.break_by(sender, Broken { proof: *seen.proof, ..broken });
    }

    /// Takes note of bytes that are no whole packet.
    pub(super) fn stray(
        &mut self,
        sender: Sender,
        at: At,
        (finding, context): (&Finding, &Context),
        cut: Option<(u64, u64)>,
    ) {
        let what = if cut.is_some() { context.packet_type().name() } else { "bytes" };
        self.break_by(sender, Broken::new(at, what, finding, context, cut));
    }

    /// Takes note of a packet that its receiver does not take, whose end did not come.
    pub(super) fn exceeds(&mut self, by: Sender, at: At, (finding, context): (&Finding, &Context)) {
        let what = context.packet_type().name();
        self.break_by(by, Broken::new(at, what, finding, context, None));
    }

    /// Takes note of a packet into whose middle another one was written.
    pub(super) fn torn(
        &mut self,
        sender: Sender,
        at: At,
        (finding, context): (&Finding, &Context),
        inner: Option<At>,
    ) {
        let broken = Broken::new(at, context.packet_type().name(), finding, context, None);
        self.break_by(sender, Broken { inner, ..broken });
    }

    /// Takes note of a line that is no MQTT.
    pub(super) fn heard(&mut self, line: &Said<'_>, sender: Sender, at: At) {
        let Said { unit, text, proof, .. } = *line;
        self.is_heard = true;
        self.is_tls |= matches!(unit, Unit::TLS | Unit::TLS_ALERT);
        let list = match unit {
            Unit::TLS_ALERT => &mut self.alerts,
            Unit::OTHER => &mut self.other,
            Unit::WEBSOCKET_CLOSE => {
                self.websocket_close.get_or_insert_with(|| WebsocketClose::new(line, sender, at));
                return;
            }
            _ => return,
        };
        if list.len() < MAX_WORDS {
            list.push(Heard { sender, at, proof, text: kept(text).into() });
        }
    }

    /// Takes note of the findings on such a line.
    pub(super) fn noted(&mut self, findings: &[Finding], at: At) {
        let refused = findings.iter().find(|it| it.rule == Rule::WEBSOCKET_REFUSED);
        self.upgrade_refused = self.upgrade_refused.or(refused.map(|finding| (finding.a, at)));
    }

    fn break_by(&mut self, sender: Sender, broken: Broken) {
        let list = match sender {
            Sender::Client => &mut self.client_broke,
            Sender::Server => &mut self.server_broke,
        };
        if list.len() >= MAX_BROKEN {
            list.pop_front();
        }
        list.push_back(broken);
    }
}

impl Broken {
    /// When it was, with what TCP proves.
    pub(super) const fn mark(&self) -> Mark {
        Mark { at: self.at, proof: self.proof }
    }

    fn new(
        at: At,
        what: &'static str,
        finding: &Finding,
        context: &Context,
        cut: Option<(u64, u64)>,
    ) -> Self {
        let message = finding.message(context);
        let message = kept(&message).into();
        let proof = Proof::default();
        Self { at, proof, what, rule: finding.rule, message, cut, inner: None }
    }
}

impl WebsocketClose {
    fn new(line: &Said<'_>, sender: Sender, at: At) -> Self {
        let code = line.tape.find(Field::WS_CLOSE_CODE);
        let reason = line.tape.find(Field::WS_CLOSE_REASON);
        let reason = reason.map(|node| node.span.of(line.bytes)).unwrap_or_default();
        Self {
            sender,
            at,
            proof: line.proof,
            code: code.and_then(|node| u16::try_from(node.value).ok()),
            reason: reason.get(..MAX_SENTENCE).unwrap_or(reason).into(),
        }
    }
}

impl Tcp {
    /// By what the flow table knows, and which side the client is.
    #[must_use]
    pub fn new(course: &stream::Course, client: stream::Side) -> Self {
        let at = |place: stream::Place| At { number: 0, frame: place.frame, time: place.time };
        Self {
            first: at(course.first),
            last: at(course.last),
            client: *course.sent(client),
            server: *course.sent(client.other()),
        }
    }

    /// When one side ended it first, with FIN or RST; `None` where that was not seen.
    #[must_use]
    pub fn over(&self) -> Option<At> {
        let (client, server) = (&self.client, &self.server);
        let ends = [client.fin, client.rst, server.fin, server.rst].into_iter().flatten();
        ends.map(|end| end.place).min().map(At::of_place)
    }

    /// Whether one side alone was captured, though the other one was there.
    #[must_use]
    pub fn is_one_way(&self) -> bool {
        let (client, server) = (&self.client, &self.server);
        (server.segments == 0 && client.segments > u64::from(client.syns)) || client.segments == 0
    }

    /// What one side sent.
    #[must_use]
    pub fn sent(&self, sender: Sender) -> &stream::Sent {
        if sender == Sender::Client { &self.client } else { &self.server }
    }
}

/// As much of a sentence as is kept.
fn kept(text: &str) -> &str {
    let mut end = text.len().min(MAX_SENTENCE);
    while !text.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A client that leaves its side open for long when the server has closed its own.
    #[test]
    fn a_connection_is_over_with_the_end_of_one_side() {
        let end = |time| {
            let place = Place { frame: 1, time: Some(time) };
            Some(Finish { place, ..Finish::default() })
        };
        let over = |client: [Option<Finish>; 2], server: [Option<Finish>; 2]| {
            let [client, server] =
                [client, server].map(|[fin, rst]| Sent { fin, rst, ..Sent::default() });
            Tcp { client, server, ..Tcp::default() }.over().and_then(|at| at.time)
        };
        assert_eq!(over([None, None], [None, None]), None);
        assert_eq!(over([end(155), None], [end(10), None]), Some(10));
        assert_eq!(over([end(5), end(7)], [end(6), None]), Some(5));
        assert_eq!(over([None, None], [None, end(8)]), Some(8));
    }
}
