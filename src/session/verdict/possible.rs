//! What may have made a side close TCP where nothing tells: guesses, each from what came right before.
//! They are asked for only where nothing better is known, and say themselves that they are guesses.

use super::acts::{Act, Scene};
use super::blame::{may_be_it, torn};
use super::words::{place, the};
use super::{Certainty, Told};
use crate::session::At;
use crate::spec::{PacketType, Sender};
use crate::text;

/// Nanoseconds within which a server closes because of a request.
const SOON: u64 = 2_000_000_000;
/// Nanoseconds within which a packet that broke a rule is worth a look.
const LONG: u64 = 60_000_000_000;
/// Nanoseconds without a packet from which on a connection is idle: what drops idle ones waits for half a
/// minute at the least.
const IDLE: u64 = 30_000_000_000;
/// Nanoseconds that a client may take to acknowledge.
const PATIENCE: u64 = 10_000_000_000;

/// A request of the client had no answer: the first of several, as a server takes them in their order. Or its last
/// packet was a PUBLISH that gets none.
pub(super) fn request(scene: &Scene<'_>) -> Option<Told> {
    let act = bare(scene)?;
    let client = scene.half(Sender::Client);
    let last = client.last.filter(|last| act.at.since(*last).is_some_and(|time| time <= SOON))?;
    let is_open = |kind| client.last_kind == Some(kind);
    let (ours, count) = unanswered(scene, act);
    let server = scene.half(Sender::Server).last;
    let is_last = |last: At| server.is_none_or(|server| server.number < last.number);
    let (kind, last) = match ours {
        Some((kind, asked)) => (kind, asked),
        None if is_open(PacketType::PUBLISH) && is_last(last) => (PacketType::PUBLISH, last),
        None => return None,
    };
    let is_v5 = scene.ended.version.is_some_and(|(version, _)| version.is_v5());
    let why = match (kind, is_v5) {
        (PacketType::PUBLISH, false) => {
            "before 5.0 a server that does not allow a PUBLISH can say so in no other way than to close"
        }
        _ => "a server that does not allow it may close",
    };
    let unanswered = match count {
        0 => String::new(),
        1 => ", which was not answered".into(),
        many => format!(", the first of {many} packets that were not answered"),
    };
    let text = format!(
        "possibly because of the {kind} {} of the client{unanswered}, {} before: {why}",
        place(last),
        before(act.at, last),
        kind = kind.name(),
    );
    possible(act, text, last)
}

/// The first packet that waits for an answer of the server, which has answered none behind it, with its type; and
/// how many there are.
fn unanswered(scene: &Scene<'_>, act: &Act<'_>) -> (Option<(PacketType, At)>, usize) {
    let answered = scene.half(Sender::Client).answered;
    let waits = scene.ended.open.iter().filter(|open| {
        let is_due = open.asker == Sender::Client && open.next != PacketType::PUBREL;
        let is_soon = act.at.since(open.last).is_some_and(|time| time <= SOON);
        is_due && is_soon && !open.is_carried && open.last.number > answered
    });
    let all = waits.map(|open| match open.next {
        PacketType::PUBCOMP => (PacketType::PUBREL, open.last),
        _ => (open.kind, open.last),
    });
    (all.clone().min_by_key(|(_, last)| last.number), all.count())
}

/// A packet of the client broke a rule, too long before to be sure that it was that.
pub(super) fn fault(scene: &Scene<'_>) -> Option<Told> {
    let act = bare(scene)?;
    let broken = scene.ended.wire.broke(Sender::Client).iter().rev().find(|broken| {
        let is_packet = broken.cut.is_none() && broken.what != "bytes";
        is_packet && may_be_it(scene, act, (broken, Sender::Client), LONG)
    })?;
    let text = format!(
        "possibly because of the {} {} of the client, which broke a rule {} before: {} ({})",
        broken.what,
        place(broken.at),
        before(act.at, broken.at),
        broken.message,
        broken.rule.info().id
    );
    possible(act, text, broken.at)
}

/// The side that closed had written one packet into another, and nothing behind them was answered. It may as
/// well have left by itself.
pub(super) fn interleaved(scene: &Scene<'_>) -> Option<Told> {
    let act = scene.reaction().filter(|act| act.what.is_tcp())?;
    let (broken, inner) = torn(scene, act.by)?;
    let is_before = broken.at.order() <= act.mark().at.order();
    let is_soon = act.at.since(broken.at).is_some_and(|time| time <= LONG);
    if !is_before || !is_soon || scene.half(act.by).answered > broken.at.number {
        return None;
    }
    let text = format!(
        "possibly because the {} {} of {} had {} written into its middle, {} before: {} cannot have read them as \
         they were sent, nor what came behind them ({})",
        broken.what,
        place(broken.at),
        the(act.by),
        place(inner),
        before(act.at, broken.at),
        the(act.by.other()),
        broken.rule.info().id,
    );
    let (certainty, by) = (Certainty::Possible, Some(act.by));
    Some(Told { certainty, by, text, proof: vec![inner, broken.at, act.at] })
}

/// The client does not acknowledge what it got.
pub(super) fn unacknowledged(scene: &Scene<'_>) -> Option<Told> {
    let act = bare(scene)?;
    let is_long = |at: At| act.at.since(at).is_some_and(|time| time >= PATIENCE);
    let open = scene.ended.open.iter().find(|open| {
        open.asker == Sender::Server && open.next != PacketType::PUBREL && is_long(open.last)
    })?;
    let text = format!(
        "possibly because the client had not answered the PUBLISH {} with {} for {}",
        place(open.first),
        open.next.name(),
        before(act.at, open.last)
    );
    possible(act, text, open.first)
}

/// Nothing had passed for long.
pub(super) fn idle(scene: &Scene<'_>) -> Option<Told> {
    let act = bare(scene)?;
    let lasts = [Sender::Client, Sender::Server].map(|sender| scene.half(sender).last);
    let last = lasts.into_iter().flatten().max_by_key(At::order)?;
    let time = act.at.since(last)?.saturating_sub(scene.stood(last, act.at));
    if time < IDLE {
        return None;
    }
    let keeps = match scene.ended.keep_alive.seconds {
        Some(0) => "its Keep Alive is off, so that nothing showed that the client was there".into(),
        Some(seconds) => format!("sooner than its Keep Alive of {seconds} s allows"),
        None => "its Keep Alive is not known".into(),
    };
    let text = format!(
        "possibly because nothing had passed for {}: {}, or what stands in front of it, may end connections \
         that are idle; {keeps}",
        text::duration(time),
        the(act.by)
    );
    possible(act, text, last)
}

/// The end of TCP by a server that was seen whole, without a word.
fn bare<'s, 'e>(scene: &'s Scene<'e>) -> Option<&'s Act<'e>> {
    let is_whole = !scene.has_lost(Sender::Client) && !scene.has_lost(Sender::Server);
    let is_accepted = scene.ended.connack.as_ref().is_some_and(|connack| connack.code == 0);
    scene.bare_end().filter(|act| act.by == Sender::Server && is_whole && is_accepted)
}

fn possible(act: &Act<'_>, text: String, proof: At) -> Option<Told> {
    let (certainty, by) = (Certainty::Possible, Some(act.by));
    Some(Told { certainty, by, text, proof: vec![proof, act.at] })
}

fn before(later: At, earlier: At) -> String {
    later.since(earlier).map_or_else(|| "shortly".into(), text::duration)
}
