//! The connection never got to MQTT.

use super::Told;
use super::acts::Scene;
use crate::spec::Sender;
use crate::text;

/// The server refused WebSocket.
pub(super) fn upgrade(scene: &Scene<'_>) -> Option<Told> {
    let (status, at) = scene.ended.wire.upgrade_refused?;
    let text = format!("the server refused WebSocket with status {status}");
    Told::proven(Some(Sender::Server), text, vec![at])
}

/// It is something else.
pub(super) fn other(scene: &Scene<'_>) -> Option<Told> {
    let heard = scene.ended.wire.other.first()?;
    let text = format!("no MQTT: {}", text::safe(&heard.text));
    Told::proven(None, text, vec![heard.at])
}
