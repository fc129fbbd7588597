//! No end of the connection was seen.

use super::Told;
use super::acts::{Act, Scene};
use super::taken_over::SOON;
use super::words::{did, place, statement, the};
use crate::session::At;
use crate::session::ended::Other;
use crate::spec::{Rule, Sender};
use crate::stream::{End, Place};

/// Something else happened before it could be seen.
pub(super) fn not_seen(scene: &Scene<'_>) -> Option<Told> {
    if let Some(act) = scene.bare_end().filter(|_| is_cut_off(scene)) {
        let text = format!("{}, but {}", did(act), doubt(scene, act));
        return Told::proven(None, text, vec![act.at]);
    }
    if let Some(act) = scene.bare_end().filter(|_| is_sealed(scene)) {
        let text = format!("{}; what was said before is encrypted", did(act));
        return Told::proven(None, text, vec![act.at]);
    }
    if let Some((sender, place)) = vanished(scene) {
        let text = format!(
            "the FIN of {}, or one byte, was not captured, as frame {} shows: how the connection ended is not known",
            the(sender),
            place.frame
        );
        return Told::proven(None, text, vec![At::of_place(place)]);
    }
    let text = match scene.ended.end.filter(|_| is_open(scene))? {
        End::Idle => "nothing came of it for longer than a connection may be silent",
        End::Reused => {
            "a new connection uses the same addresses and ports; how this one ended was not captured"
        }
        End::Forgotten => "it was forgotten, as there were too many connections at once",
        End::Unwanted => "the rest of it was not read",
        End::Capture | End::Closed => return None,
    };
    Told::proven(None, text.into(), scene.ended.last.into_iter().collect())
}

/// Why an end in TCP need not be the first that happened.
fn doubt(scene: &Scene<'_>, act: &Act<'_>) -> String {
    let other = the(act.by.other());
    let lost = scene.ended.wire.lost(act.by.other());
    if lost.is_tail {
        return format!(
            "the last bytes of {other} were not captured: {other} may have left before, with a DISCONNECT"
        );
    }
    if scene.has_unread(act.by.other()) {
        return format!(
            "the last bytes of {other} could not be read behind a gap: {other} may have left before, with a DISCONNECT"
        );
    }
    if lost.may_have_ended {
        return format!(
            "the FIN of {other}, or one byte, was not captured: {other} may have closed before"
        );
    }
    format!("the capture begins too late to show whether {other} had left before")
}

/// The capture ended first.
pub(super) fn open(scene: &Scene<'_>) -> Option<Told> {
    let is_end = matches!(scene.ended.end, None | Some(End::Capture | End::Closed));
    let is_pasted = scene.ended.wire.tcp.is_none();
    if !is_end
        || !is_open(scene)
        || vanished(scene).is_some()
        || super::unanswered::no_syn_ack(scene).is_some()
    {
        return None;
    }
    let is_bare = scene.ended.wire.tcp.is_some_and(|tcp| {
        tcp.server.segments == 0 && tcp.client.segments == u64::from(tcp.client.syns)
    });
    let text = match (is_pasted, is_bare) {
        (true, _) => "its end is not in the text",
        (_, true) => "nothing but its SYN was captured",
        (_, false) => "still open at the end of the capture",
    };
    let mut proof: Vec<At> = scene.ended.last.into_iter().collect();
    let may_have_ended = |sender| scene.ended.wire.lost(sender).may_have_ended;
    let rival = scene.ended.taken_over_by;
    proof.extend(rival.map(|rival| rival.at));
    let text = format!("{text}{}", rival.map(|it| beside(scene, &it)).unwrap_or_default());
    // Of a side of which nothing was captured an end shows late at best.
    match scene.is_one_way()
        || may_have_ended(Sender::Client)
        || may_have_ended(Sender::Server)
        || rival.is_some_and(|rival| !outlives(scene, &rival))
    {
        true => Told::likely(None, text, proof),
        false => Told::proven(None, text, proof),
    }
}

/// What a server is to do with a connection whose client has another one.
fn beside(scene: &Scene<'_>, rival: &Other) -> String {
    format!(
        ", though stream {} from {} connected with the same Client Identifier ({}): a server that accepts that \
         has to end this one{}, and no end by it was seen",
        rival.stream,
        rival.client,
        place(rival.at),
        statement(scene.ended, Rule::TAKES_OVER)
    )
}

/// Whether something was captured of it long after its client had another connection.
fn outlives(scene: &Scene<'_>, rival: &Other) -> bool {
    let last = scene.ended.wire.tcp.map(|tcp| tcp.last);
    last.and_then(|last| last.since(rival.at)).is_some_and(|time| time > SOON)
}

/// The side that has sent one thing more than was captured, its FIN as good as certain, and the segment that
/// shows it first, where no end was captured.
fn vanished(scene: &Scene<'_>) -> Option<(Sender, Place)> {
    let tcp = scene.ended.wire.tcp.filter(|_| is_open(scene))?;
    let sides = [Sender::Client, Sender::Server].into_iter().filter(|sender| {
        let lost = scene.ended.wire.lost(*sender);
        lost.may_have_ended && !lost.is_tail
    });
    let all = sides.filter_map(|sender| Some((sender, tcp.sent(sender).unseen()?.place)));
    all.min_by_key(|(_, place)| *place)
}

/// Whether the first end that was captured is one side's in TCP, and the last of the other side was not
/// captured, or nothing of what both said: one of them may have ended the connection before.
pub(super) fn is_cut_off(scene: &Scene<'_>) -> bool {
    let Some(act) = scene.bare_end() else { return false };
    let lost = scene.ended.wire.lost(act.by.other());
    let next = scene.ended.wire.tcp.and_then(|tcp| tcp.sent(act.by.other()).next);
    // One that came later is the answer to this one.
    let may_be_first = || act.had_beyond(next) != Some(false);
    let is_blank = || {
        let packets = [Sender::Client, Sender::Server].map(|sender| scene.half(sender).packets);
        !scene.is_begun() && packets == [0, 0]
    };
    lost.is_tail
        || scene.has_unread(act.by.other())
        || (lost.may_have_ended && may_be_first())
        || is_blank()
}

/// Whether nothing of what the sides said could be read: a DISCONNECT may be in it.
pub(super) fn is_sealed(scene: &Scene<'_>) -> bool {
    let wire = &scene.ended.wire;
    wire.is_tls && wire.alerts.is_empty() && scene.ended.first.is_none()
}

fn is_open(scene: &Scene<'_>) -> bool {
    scene.acts.is_empty()
}
