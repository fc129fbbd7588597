//! One side ended the connection because of what the other had sent.

use super::acts::{Act, Scene, What};
use super::words::{after, did, place, the};
use super::{Certainty, Told};
use crate::session::At;
use crate::session::wire::Broken;
use crate::spec::{Rule, Sender, Severity};

/// Nanoseconds within which a receiver ends a connection because of a packet: it does so when it has
/// read it; a busy one takes a moment.
const SOON: u64 = 2_000_000_000;
/// The same for a client, which has one connection to look after.
const SOON_BY_CLIENT: u64 = 200_000_000;
/// Nanoseconds during which the receiver may go on sending, as it has not read the packet yet.
const IN_FLIGHT: u64 = 100_000_000;
/// The Reason Codes that blame a packet of the other side.
#[rustfmt::skip]
const BLAMES: &[u8] = &[
    0x81, 0x82, 0x84, 0x85, 0x8f, 0x90, 0x91, 0x92, 0x93, 0x94, 0x95, 0x99, 0x9a, 0x9b, 0x9e, 0xa1, 0xa2,
];
/// Rules about the limits that the receiver had set, and whether a packet that breaks one cannot be read like any
/// other.
const LIMITS: &[(Rule, bool)] = &[
    (Rule::PACKET_ABOVE_MAXIMUM, true),
    (Rule::ALIAS_ABOVE_MAXIMUM, true),
    (Rule::RECEIVE_MAXIMUM_EXCEEDED, false),
    (Rule::QOS_ABOVE_MAXIMUM, false),
    (Rule::RETAIN_UNAVAILABLE, false),
    (Rule::WILDCARD_UNAVAILABLE, false),
    (Rule::SHARED_UNAVAILABLE, false),
    (Rule::SUBSCRIPTION_ID_UNAVAILABLE, false),
];

fn is_limit(rule: Rule) -> bool {
    LIMITS.iter().any(|(limit, _)| *limit == rule)
}

/// The packet broke a limit.
pub(super) fn limit(scene: &Scene<'_>) -> Option<Told> {
    judge(scene, is_limit)
}

/// The packet broke another rule.
pub(super) fn malformed(scene: &Scene<'_>) -> Option<Told> {
    // Who writes into its own packets is answered by what its receiver has read of that.
    let by = scene.reaction()?.by;
    if torn(scene, by).is_some() {
        return None;
    }
    judge(scene, |rule| !is_limit(rule) && rule != Rule::INTERLEAVED)
}

/// The packet had another one in its middle: what its receiver made of the two is not known.
pub(super) fn interleaved(scene: &Scene<'_>) -> Option<Told> {
    judge(scene, |rule| rule == Rule::INTERLEAVED)
}

/// The last packet of one side into whose middle another one was written.
pub(super) fn torn<'e>(scene: &Scene<'e>, by: Sender) -> Option<(&'e Broken, At)> {
    let all = scene.ended.wire.broke(by).iter().rev();
    all.filter_map(|broken| Some((broken, broken.inner?))).next()
}

fn judge(scene: &Scene<'_>, is_wanted: fn(Rule) -> bool) -> Option<Told> {
    let act = scene.reaction()?;
    let blames = match act.what {
        What::Refusal(code) => blames(code),
        What::Disconnect(left) if left.reason < 0x80 => return None,
        What::Disconnect(left) => blames(left.reason),
        What::Fin | What::Rst => false,
    };
    // Another reason was given.
    if !blames && matches!(act.what, What::Disconnect(_)) {
        return None;
    }
    // A client that leaves without a word may just have wanted to: what it can read all the same is no reason.
    let is_told = |broken: &Broken| {
        act.by == Sender::Server || !act.what.is_tcp() || !LIMITS.contains(&(broken.rule, false))
    };
    let culprit = act.by.other();
    // Where a packet begins is not known where the capture begins in the middle, or behind a hole.
    let is_in_step = scene.is_begun() && !scene.has_lost(culprit);
    let is_packet = |broken: &Broken| is_in_step || broken.what != "bytes";
    let broke = scene.ended.wire.broke(culprit).iter();
    let broken = broke
        .filter(|broken| broken.cut.is_none() && is_wanted(broken.rule))
        .filter(|broken| is_told(broken) && is_packet(broken))
        .find(|broken| may_be_it(scene, act, (broken, culprit), SOON))?;
    let is_error = broken.rule.info().severity == Severity::Error;
    let certainty = if blames && is_error { Certainty::Proven } else { Certainty::Likely };
    let what = match broken.what {
        "bytes" => format!("bytes of {} in which no packet could be found", the(culprit)),
        kind => format!("the {kind} {} of {}", place(broken.at), the(culprit)),
    };
    let how = match broken.inner {
        Some(inner) => format!("had {} written into its middle", place(inner)),
        None if is_error => format!("broke a rule: {}", broken.message),
        None => format!("held what a receiver may refuse: {}", broken.message),
    };
    let (did, after, rule) = (did(act), after(act.at, broken.at), broken.rule.info().id);
    let text = format!("{did} {after} {what} {how} ({rule})");
    let proof = broken.inner.into_iter().chain([broken.at, act.at]).collect();
    Some(Told { certainty, by: Some(act.by), text, proof })
}

fn blames(code: u8) -> bool {
    BLAMES.contains(&code)
}

/// Whether a packet can be what made the other side end the connection, within so many nanoseconds.
pub(super) fn may_be_it(
    scene: &Scene<'_>,
    act: &Act<'_>,
    (broken, culprit): (&Broken, Sender),
    within: u64,
) -> bool {
    let is_before = act.had(&broken.mark());
    // Behind a gap anything may have been said, and why it ends.
    let is_last_word = !act.what.is_tcp()
        || [Sender::Client, Sender::Server]
            .into_iter()
            .all(|sender| !scene.has_lost_behind(sender, broken.at));
    let within = if act.by == Sender::Client { within.min(SOON_BY_CLIENT) } else { within };
    let is_soon = act.at.since(broken.at).is_none_or(|time| time <= within);
    // What could not be read because bytes before it were lost says nothing.
    let is_seen = broken.what != "bytes" || !scene.has_lost(culprit);
    let half = scene.half(act.by);
    let goes_on = act.what.is_tcp()
        && half.last.is_some_and(|last| {
            last.number > broken.at.number
                && last.since(broken.at).is_none_or(|time| time > IN_FLIGHT)
        });
    // It, or what came behind it, was answered as if nothing was wrong, or the same was tolerated before.
    let accepted = scene.half(culprit).accepted;
    let is_tolerated = scene.half(culprit).faults.iter().any(|fault| {
        fault.rule == broken.rule
            && fault.at.number < broken.at.number
            && (fault.at.number <= accepted
                || broken.at.since(fault.at).is_some_and(|time| time > SOON))
    });
    let is_accepted = act.what.is_tcp() && accepted >= broken.at.number;
    is_before && is_last_word && is_soon && is_seen && !goes_on && !is_accepted && !is_tolerated
}
