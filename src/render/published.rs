//! The message in a PUBLISH, of MQTT and of MQTT-SN alike.

use crate::mqtt::Packet;
use crate::mqtt::packet::Publish;
use crate::pipeline::Record;
use crate::spec::sn::MessageType;

/// The payload of a PUBLISH; `None` for other packets and for one that could not be decoded.
pub(super) fn payload<'r>(record: &'r Record<'_>) -> Option<&'r [u8]> {
    if let Some(publish) = publish(record) {
        return Some(publish.payload);
    }
    let message = record.sn?.decoded.message?;
    message.data.filter(|_| message.message_type == MessageType::PUBLISH)
}

/// Its topic: the one that stands there, or the one that a Topic Alias or an id stands for, where
/// that is known.
pub(super) fn topic<'r>(record: &'r Record<'_>) -> Option<&'r [u8]> {
    let written = publish(record).map(|publish| publish.topic.0).filter(|topic| !topic.is_empty());
    let of_sn = || record.sn?.topic.map(|topic| &*topic.name);
    written.or(record.facts.topic).or_else(of_sn)
}

/// A PUBLISH of MQTT.
pub(super) fn publish<'r>(record: &'r Record<'_>) -> Option<&'r Publish<'r>> {
    match record.decoded.as_ref()?.packet.as_ref()? {
        Packet::Publish(publish) => Some(publish),
        _ => None,
    }
}
