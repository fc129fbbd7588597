//! No end of the connection was seen.

use super::Told;
use super::acts::Scene;
use super::words::{did, the};
use crate::stream::End;

/// Something else happened before it could be seen.
pub(super) fn not_seen(scene: &Scene<'_>) -> Option<Told> {
    if let Some(act) = scene.bare_end().filter(|_| is_cut_off(scene)) {
        let other = the(act.by.other());
        let is_unread = !scene.ended.wire.lost(act.by.other()).is_tail;
        let why = if is_unread { "could not be read behind a gap" } else { "were not captured" };
        let text = format!(
            "{}, but the last bytes of {other} {why}: {other} may have left before, with a DISCONNECT",
            did(act)
        );
        return Told::proven(None, text, vec![act.at]);
    }
    if let Some(act) = scene.bare_end().filter(|_| is_sealed(scene)) {
        let text = format!("{}; what was said before is encrypted", did(act));
        return Told::proven(None, text, vec![act.at]);
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

/// The capture ended first.
pub(super) fn open(scene: &Scene<'_>) -> Option<Told> {
    let is_end = matches!(scene.ended.end, None | Some(End::Capture | End::Closed));
    let is_pasted = scene.ended.wire.tcp.is_none();
    if !is_end || !is_open(scene) || super::unanswered::no_syn_ack(scene).is_some() {
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
    Told::proven(None, text.into(), scene.ended.last.into_iter().collect())
}

/// Whether the first end that was captured is one side's in TCP, and the last bytes of the other
/// side were not, or could not be read: it may have ended the connection before, in MQTT and in TCP.
pub(super) fn is_cut_off(scene: &Scene<'_>) -> bool {
    let is_tail_lost = |by| scene.ended.wire.lost(by).is_tail || scene.has_unread(by);
    scene.bare_end().is_some_and(|act| is_tail_lost(act.by.other()))
}

/// Whether nothing of what the sides said could be read: a DISCONNECT may be in it.
pub(super) fn is_sealed(scene: &Scene<'_>) -> bool {
    let wire = &scene.ended.wire;
    wire.is_tls && wire.alerts.is_empty() && scene.ended.first.is_none()
}

fn is_open(scene: &Scene<'_>) -> bool {
    scene.acts.is_empty()
}
