//! TLS was ended by an alert.

use super::acts::Scene;
use super::{Certainty, Told};
use crate::session::Mark;
use crate::text;

pub(super) fn judge(scene: &Scene<'_>) -> Option<Told> {
    let heard = scene.ended.wire.alerts.first()?;
    // MQTT may have ended before: an alert that comes then is no cause.
    let mark = Mark { at: heard.at, proof: heard.proof };
    let first = scene.first().filter(|act| !act.what.is_tcp());
    let (is_late, is_certain) =
        first.map_or((false, true), |act| act.is_before(heard.sender, &mark));
    if is_late {
        return None;
    }
    let text = text::safe(&heard.text);
    let text = if text.starts_with("TLS") { text } else { format!("TLS: {text}") };
    let certainty = Certainty::of(is_certain);
    Some(Told { certainty, by: Some(heard.sender), text, proof: vec![heard.at] })
}
