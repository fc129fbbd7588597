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
    if !is_end || !is_open(scene) {
        return None;
    }
    let text = match is_pasted {
        true => "its end is not in the text",
        false => "still open at the end of the capture",
    };
    Told::proven(None, text.into(), scene.ended.last.into_iter().collect())
}

fn is_open(scene: &Scene<'_>) -> bool {
    scene.acts.is_empty()
}
