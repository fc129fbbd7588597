//! Whether the DISCONNECT of a client counts: one that is not legal, or that its server never got to
//! read, neither ends the session in another way than CONNECT said nor discards the Will (5.0:
//! sections 3.14.2.2.2, 3.14.4 and 4.13; 3.1.1: 3.14.4 and 4.8).
//!
//! What a server made of it is rarely on the wire, so that each reason comes with its certainty.

use super::{Disconnect, Ended};
use crate::annotate::{Finding, Tape};
use crate::session::wire::Broken;
use crate::session::{At, Certainty, Mark, Proof, Seen};
use crate::spec::{PacketType, Rule, Sender, Severity, Version};
use crate::stream::{Close, Finish};

/// Nanoseconds within which a server ends a connection because of a packet: where it goes on for
/// longer, it has taken it.
const SOON: u64 = 2_000_000_000;
/// Nanoseconds within which a server answers: a busy one takes longer, but the RST of a client that is gone
/// comes from farther away, too.
const AT_ONCE: u64 = 10_000_000;
/// The Reason Codes of 5.0 from here on say that something is wrong.
const ERROR: u8 = 0x80;

/// Why the DISCONNECT of a client does not count, or may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Void {
    /// Why.
    pub why: Why,
    /// The packet that is why: for [`Why::Illegal`] the DISCONNECT itself.
    pub at: At,
    /// Proven where the server has said so.
    pub certainty: Certainty,
}

/// The reasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It breaks this rule.
    Illegal(Rule),
    /// A packet of this type before it broke this rule, so that the server had to end the connection.
    Behind(&'static str, Rule),
    /// The server had ended the connection before it came.
    Late,
    /// The server answered with a DISCONNECT of an error.
    Rejected,
    /// The client's TCP answered with RST when its server had not come to this packet before it.
    Reset(PacketType, At),
}

impl Void {
    /// What is known of a connection's DISCONNECT so far; `None` where nothing is wrong with it.
    pub(in crate::session) fn of(ended: &Ended) -> Option<Self> {
        let left = ended.from_client.disconnect.as_ref()?;
        if let Some(late) = late(ended, left) {
            return Some(late);
        }
        let own = illegal(ended, left.at).or_else(|| behind(ended, left.at));
        let Some(answer) = ended.answer_to_disconnect() else { return own };
        Some(match own {
            Some(own) => Self { certainty: Certainty::Proven, ..own },
            None => Self { why: Why::Rejected, at: answer, certainty: Certainty::Likely },
        })
    }

    /// The client was gone before its server had answered what stands before the DISCONNECT: a server that
    /// cannot write any more need not read on.
    pub(in crate::session) fn by_reset(ended: &Ended) -> Option<Self> {
        let left = ended.from_client.disconnect.as_ref().filter(|left| left.void.is_none())?;
        let tcp = ended.wire.tcp.as_ref().filter(|_| ended.wire.server_lost.bytes == 0)?;
        let reset = tcp.client.rst?;
        let at = At::of_place(reset.place);
        let gone = Mark { at, proof: Proof::of_rst(reset) };
        let is_before = |end: Finish, proof: fn(Finish) -> Proof| {
            Mark { at: At::of_place(end.place), proof: proof(end) }.is_before(&gone)
        };
        if tcp.server.fin.is_some_and(|fin| is_before(fin, Proof::of_fin))
            || tcp.server.rst.is_some_and(|rst| is_before(rst, Proof::of_rst))
        {
            return None;
        }
        let open = ended.open.iter().find(|open| {
            let waits = open.asker == Sender::Client && open.next != PacketType::PUBREL;
            let is_recent = at.since(open.last).is_some_and(|time| time <= SOON);
            waits && is_recent && open.last.number < left.at.number
        })?;
        let why = Why::Reset(open.kind, open.first);
        Some(Self { why, at, certainty: Certainty::Possible })
    }

    /// Whether a client that was gone by then, as its RST says, has likely cut off the answer that its server
    /// could begin with at `free`, so that [`Why::Reset`] is what happened. Where that was longer before, the
    /// server may have written it, and read on: TCP holds small packets back until those before them are
    /// acknowledged.
    #[must_use]
    pub fn cuts_answer(free: At, reset: At) -> bool {
        reset.since(free).is_some_and(|time| time <= AT_ONCE)
    }

    /// Whether it can be taken for granted that the DISCONNECT did not count.
    #[must_use]
    pub fn is_likely(&self) -> bool {
        self.certainty <= Certainty::Likely
    }
}

impl Ended {
    /// The DISCONNECT with an error that the server sent when the client's had come: a server that
    /// has taken a DISCONNECT has nothing more to say.
    #[must_use]
    pub fn answer_to_disconnect(&self) -> Option<At> {
        let left = self.from_client.disconnect.as_ref()?;
        let answer = self.from_server.disconnect.as_ref()?;
        let is_behind = answer.at.number > left.at.number;
        // Where the two crossed, it answers something else.
        let is_answer = is_behind && answer.mark().had(&left.mark()) != Some(false);
        (answer.reason >= ERROR && is_answer).then_some(answer.at)
    }
}

/// The rule that a packet breaks so that its receiver must end the connection. In 3.1 little is said
/// of that; some faults each receiver may tolerate.
pub(in crate::session) fn ends_connection(seen: &Seen<'_>, tape: &Tape) -> Option<Rule> {
    let is_error = |finding: &&Finding| finding.severity() == Severity::Error;
    let mut rules = tape.findings().iter().filter(is_error).map(|finding| finding.rule);
    let rule = rules.find(|rule| !is_tolerated(*rule))?;
    (seen.decoded.version != Version::V31).then_some(rule)
}

fn is_tolerated(rule: Rule) -> bool {
    matches!(rule, Rule::INTERLEAVED | Rule::PAYLOAD_NOT_UTF8)
}

/// The server had ended the connection before it came: by what it acknowledged then, or else by the order of
/// the capture.
fn late(ended: &Ended, left: &Disconnect) -> Option<Void> {
    let had = |end: Mark, is_before: bool| end.had(&left.mark()).unwrap_or(!is_before);
    let said = ended.from_server.disconnect.as_ref().map(Disconnect::mark);
    if let Some(Mark { at, .. }) = said.filter(|said| !had(*said, said.at.number < left.at.number))
    {
        return Some(Void { why: Why::Late, at, certainty: Certainty::Proven });
    }
    let closed = ended.from_server.closed.map(|closed| closed.mark()).filter(|closed| {
        closed.at.frame > 0 && !had(*closed, closed.at.order() < left.at.order())
    })?;
    Some(Void { why: Why::Late, at: closed.at, certainty: Certainty::Likely })
}

/// It breaks a rule itself.
fn illegal(ended: &Ended, left: At) -> Option<Void> {
    let broken = broke(ended).find(|broken| broken.at.number == left.number)?;
    // Many servers do not look at Reason Codes.
    let certainty = match broken.rule {
        Rule::REASON_CODE | Rule::REASON_CODE_SENDER => Certainty::Possible,
        _ => Certainty::Likely,
    };
    Some(Void { why: Why::Illegal(broken.rule), at: left, certainty })
}

/// A packet before it is one that the server ends the connection for, and nothing shows that it went
/// on.
fn behind(ended: &Ended, left: At) -> Option<Void> {
    let half = &ended.from_client;
    let is_recent = |at: At| left.since(at).is_none_or(|time| time <= SOON);
    let is_old_habit = |broken: &Broken| {
        let mut before = half.faults.iter().filter(|fault| fault.rule == broken.rule);
        before.any(|fault| !is_recent(fault.at))
    };
    let culprit = broke(ended).find(|broken| {
        let is_packet = broken.what != "bytes" && broken.inner.is_none();
        let is_open = broken.at.number < left.number && broken.at.number > half.answered;
        is_packet && is_open && is_recent(broken.at) && !is_old_habit(broken)
    })?;
    // TCP answers with RST where the program closes with bytes unread.
    let is_unread = ended.from_server.closed.is_some_and(|closed| closed.how == Close::Rst)
        && half.last == Some(left);
    let certainty = if is_unread { Certainty::Likely } else { Certainty::Possible };
    Some(Void { why: Why::Behind(culprit.what, culprit.rule), at: culprit.at, certainty })
}

/// The packets of the client that its server must not take, the oldest first.
fn broke(ended: &Ended) -> impl Iterator<Item = &Broken> {
    let is_v31 = ended.version.is_some_and(|(version, _)| version == Version::V31);
    let all = ended.wire.client_broke.iter();
    let is_error = |broken: &&Broken| broken.rule.info().severity == Severity::Error;
    let all = all.filter(is_error);
    all.filter(move |broken| !is_v31 && broken.cut.is_none() && !is_tolerated(broken.rule))
}
