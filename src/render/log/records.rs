//! What a record tells beside its packet.

use super::astray::Astray;
use super::step::torn_by;
use crate::mqtt::Packet;
use crate::pipeline::Record;
use crate::spec::unit::Unit;
use crate::spec::{PacketType, Rule, Sender};
use std::net::SocketAddr;

/// Who sent it, as far as that or its type tells.
pub(super) fn sender_of(record: &Record<'_>) -> Option<Sender> {
    let only = || record.decoded.as_ref()?.header.packet_type.only_sender();
    record.sender.or_else(only)
}

/// The Packet Identifier of the message that a packet of the server acknowledges.
pub(super) fn acknowledged_by(record: &Record<'_>) -> Option<u16> {
    let packet = record.decoded.as_ref()?.packet?;
    matches!(packet, Packet::Ack(_)).then(|| packet.packet_id()).flatten()
}

/// The client of a record, and the port of its server.
pub(super) fn ends_of(record: &Record<'_>) -> Option<(SocketAddr, u16)> {
    record.origin.ends.map(|(src, dst)| match sender_of(record) {
        Some(Sender::Server) => (dst, src.port()),
        _ => (src, dst.port()),
    })
}

/// Whether WebSocket carries the connection.
pub(super) fn is_websocket(record: &Record<'_>) -> bool {
    let mut units = record.unit.into_iter().chain(record.headers.iter().map(|header| header.unit));
    let is_one = |unit| {
        matches!(
            unit,
            Unit::HTTP_REQUEST
                | Unit::HTTP_RESPONSE
                | Unit::WEBSOCKET_FRAME
                | Unit::WEBSOCKET_CLOSE
        )
    };
    units.any(is_one)
}

/// What is left for the broker of a packet that has others in its middle.
pub(super) fn rest_of(record: &Record<'_>) -> Option<Astray> {
    let torn = torn_by(record)?;
    let start = record.bytes.len().checked_sub(torn);
    Some(start.and_then(|it| record.bytes.get(it..)).map_or(Astray::Unknown, Astray::behind))
}

/// Whether the capture lacks bytes before a packet, or of a CONNECT.
pub(super) fn is_lossy(record: &Record<'_>) -> bool {
    let is_unread = record.decoded.as_ref().is_some_and(|decoded| {
        decoded.header.packet_type == PacketType::CONNECT && decoded.packet.is_none()
    });
    let is_loss = |rule| match rule {
        Rule::LOST_BEFORE | Rule::LOST_UNKNOWN => true,
        Rule::BYTES_MISSING | Rule::REST_MISSING => is_unread,
        _ => false,
    };
    record.tape.findings().iter().any(|finding| is_loss(finding.rule))
}

/// Whether it is the first packet of a client, which the broker may not have read.
pub(super) fn is_connect(record: &Record<'_>) -> bool {
    let decoded = record.decoded.as_ref();
    decoded.is_some_and(|decoded| decoded.header.packet_type == PacketType::CONNECT)
}

/// Whether the connection begins with it, though it is no CONNECT.
pub(super) fn is_in_place_of_connect(record: &Record<'_>) -> bool {
    record.tape.findings().iter().any(|finding| finding.rule == Rule::FIRST_NOT_CONNECT)
}
