//! No end of the connection was seen.

use super::Told;
use super::acts::Scene;
use crate::stream::End;

/// Something else happened before it could be seen.
pub(super) fn not_seen(scene: &Scene<'_>) -> Option<Told> {
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

fn is_open(scene: &Scene<'_>) -> bool {
    scene.acts.is_empty()
}
