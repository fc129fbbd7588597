//! TLS was ended by an alert.

use super::Told;
use super::acts::Scene;
use crate::text;

pub(super) fn judge(scene: &Scene<'_>) -> Option<Told> {
    let heard = scene.ended.wire.alerts.first()?;
    // MQTT may have ended before: an alert that comes then is no cause.
    let is_late =
        scene.first().is_some_and(|act| !act.what.is_tcp() && act.at.order() <= heard.at.order());
    if is_late {
        return None;
    }
    let text = text::safe(&heard.text);
    let text = if text.starts_with("TLS") { text } else { format!("TLS: {text}") };
    Told::proven(Some(heard.sender), text, vec![heard.at])
}
