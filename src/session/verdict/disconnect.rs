//! One side said that it leaves.

use super::Told;
use super::acts::{Scene, What};
use super::words::{disconnect_code, reason_string, the};
use crate::spec::{PacketType, reason};

/// Because something was wrong.
pub(super) fn error(scene: &Scene<'_>) -> Option<Told> {
    judge(scene, true)
}

/// As it should.
pub(super) fn ordinary(scene: &Scene<'_>) -> Option<Told> {
    judge(scene, false)
}

fn judge(scene: &Scene<'_>, is_error: bool) -> Option<Told> {
    let act = scene.first()?;
    let What::Disconnect(left) = act.what else { return None };
    if (left.reason >= 0x80) != is_error {
        return None;
    }
    let is_v5 = scene.ended.version.is_some_and(|(version, _)| version.is_v5());
    let who = the(act.by);
    if !is_v5 {
        let text = format!("{who} said that it leaves: DISCONNECT");
        return Told::proven(Some(act.by), text, vec![act.at]);
    }
    let meaning = reason::reason(PacketType::DISCONNECT, left.reason).map(|row| row.meaning);
    let text = format!(
        "{who} sent DISCONNECT {}{}: {}",
        disconnect_code(left.reason),
        reason_string(left.text.as_deref()),
        meaning.unwrap_or("the standard does not define this code")
    );
    Told::proven(Some(act.by), text, vec![act.at])
}
