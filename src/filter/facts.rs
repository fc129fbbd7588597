//! What is known of a record beside where it was: readers for the rows of `own`.

use super::subject::{One, Subject, Take, option, text};
use super::value::Value;
use crate::mqtt::Packet;
use crate::pipeline::Record;
use crate::session::Partner;
use crate::spec::field::Kind;
use crate::spec::{Field, Version};
use std::ops::ControlFlow;

/// All bytes of the record.
pub(super) fn whole<'s>(subject: &'s Subject<'s>, is_there: bool, take: Take<'_, 's>) -> bool {
    if is_there {
        let _ = take(Value::bytes(subject.record.bytes));
    }
    true
}

// ---- the connection

pub(super) fn kind<'r>(record: &'r Record<'r>) -> One<'r> {
    One::Text(record.type_name().as_bytes())
}

pub(super) fn client<'r>(record: &'r Record<'r>) -> One<'r> {
    // What leaves the name to the server has the empty one, until the server says another.
    let is_left = matches!(
        record.decoded.as_ref().and_then(|it| it.packet.as_ref()),
        Some(Packet::Connect(connect)) if connect.client_id.0.is_empty()
    );
    record.client_id.or(is_left.then_some(b"")).into()
}

pub(super) fn sender<'r>(record: &'r Record<'r>) -> One<'r> {
    record.sender_name().map(str::as_bytes).into()
}

pub(super) fn version<'s>(subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
    let record = subject.record;
    let is_known = record.version == Version::Sn12 || record.version_from.name().is_some();
    let name = record.is_packet().then(|| record.version.name().as_bytes());
    text(name.filter(|_| is_known), take)
}

// ---- what the packet is to others

pub(super) fn answers(record: &Record<'_>) -> Option<Partner> {
    record.facts.answers.copied()
}

pub(super) fn copy_of(record: &Record<'_>) -> Option<Partner> {
    record.facts.copy_of.copied()
}

pub(super) fn frame_of(partner: &Partner) -> Option<u64> {
    Some(partner.at.frame).filter(|frame| *frame > 0)
}

pub(super) fn partner<'s>(
    subject: &'s Subject<'s>,
    which: fn(&Record<'_>) -> Option<Partner>,
    what: fn(&Partner) -> Option<u64>,
    take: Take<'_, 's>,
) -> bool {
    subject.is_whole && option(which(subject.record).as_ref().and_then(what), take)
}

pub(super) fn matched<'s>(subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
    subject.is_whole && text(subject.record.facts.filter, take)
}

pub(super) fn sn_topic<'s>(subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
    let topic = subject.record.sn.and_then(|sn| sn.topic).map(|topic| &*topic.name);
    text(topic, take)
}

// ---- what was found

pub(super) fn findings<'s>(subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
    let mut ids = subject.record.tape.findings().iter().map(|finding| finding.info().id);
    let _ = ids.try_for_each(|id| take(Value::text(id.as_bytes())));
    subject.is_whole
}

pub(super) fn severities<'s>(subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
    let findings = subject.record.tape.findings().iter();
    let mut severities = findings.map(|finding| finding.severity() as u8);
    let _ = severities.try_for_each(|severity| take(Value::number(severity)));
    subject.is_whole
}

// ---- what is inside

/// The payload of a PUBLISH.
pub(super) fn payload<'r>(record: &'r Record<'_>) -> Option<&'r [u8]> {
    match record.decoded.as_ref()?.packet.as_ref()? {
        Packet::Publish(publish) => Some(publish.payload),
        _ => None,
    }
}

/// All codes of the packet. In 5.0 a code that is left out is 0 (sections 3.4.2.1, 3.14.2.1, 3.15.2.1).
pub(super) fn reason_codes<'s>(subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
    let record = subject.record;
    let implied =
        record.decoded.filter(|decoded| decoded.version.is_v5()).is_some_and(
            |decoded| match decoded.packet {
                Some(Packet::Ack(ack)) => ack.reason.is_none(),
                Some(Packet::Disconnect(it) | Packet::Auth(it)) => it.reason.is_none(),
                _ => false,
            },
        );
    if implied {
        return option(Some(0), take);
    }
    if !subject.is_whole {
        // A packet of another type has none.
        return record.decoded.is_some_and(|decoded| {
            matches!(decoded.packet, Some(Packet::Publish(_) | Packet::Pingreq | Packet::Pingresp))
        });
    }
    let is_code = |field: Field| field.kind() == Kind::Code && field.key().starts_with("mqtt.");
    let codes = record.tape.nodes().iter().filter(|node| is_code(node.field()));
    let mut values = codes.map(|node| Value::number(node.value));
    matches!(values.try_for_each(take), ControlFlow::Continue(()) | ControlFlow::Break(()))
}
