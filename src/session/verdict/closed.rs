//! One side ended TCP, and nobody had said DISCONNECT.

use super::Told;
use super::acts::{Act, Scene, What};
use super::words::{did, place, resent, the};
use crate::session::At;
use crate::spec::Sender;
use crate::text;

/// With RST.
pub(super) fn reset(scene: &Scene<'_>) -> Option<Told> {
    let act = scene.bare_end().filter(|act| matches!(act.what, What::Rst))?;
    // That is the cause itself.
    if super::unanswered::port_closed(scene).is_some() {
        return None;
    }
    tell(scene, act)
}

/// With FIN.
pub(super) fn closed(scene: &Scene<'_>) -> Option<Told> {
    let act = scene.bare_end().filter(|act| matches!(act.what, What::Fin))?;
    tell(scene, act)
}

/// The DISCONNECT of the other side, where that had not come when this one closed.
fn crossed(scene: &Scene<'_>, act: &Act<'_>) -> Option<At> {
    let left = scene.acts.iter().find(|other| {
        other.by != act.by && matches!(other.what, What::Disconnect(_)) && !act.had(&other.mark())
    })?;
    Some(left.at)
}

fn tell(scene: &Scene<'_>, act: &Act<'_>) -> Option<Told> {
    if super::open::is_cut_off(scene) || super::open::is_sealed(scene) {
        return None;
    }
    let missing = scene.ended.wire.lost(act.by);
    let lost = missing.bytes.saturating_add(missing.suspected);
    let is_seen = scene.half(Sender::Client).packets > 0 || scene.half(Sender::Server).packets > 0;
    // Before 5.0 a server has no DISCONNECT to send.
    let is_v5 = scene.ended.version.is_some_and(|(version, _)| version.is_v5());
    let could = act.by == Sender::Client || is_v5;
    let without = match lost {
        _ if !is_seen || !could => String::new(),
        0 => " without a DISCONNECT".into(),
        lost => format!(
            "; no DISCONNECT of it was captured, but {} of {} were not",
            text::count(lost, "byte"),
            the(act.by)
        ),
    };
    // What says more has told of it.
    let is_told = super::keep_alive::judge(scene).is_some();
    let resent = if is_told { String::new() } else { resent(scene, act) };
    let crossed = crossed(scene, act);
    let too_late = crossed.map(|left| {
        format!("; the DISCONNECT {} of {} came too late", place(left), the(act.by.other()))
    });
    let text = format!("{}{without}{resent}{}", did(act), too_late.unwrap_or_default());
    let (by, proof) = (Some(act.by), [Some(act.at), crossed].into_iter().flatten().collect());
    Some(Told { certainty: scene.certainty(act), by, text, proof })
}
