//! Reason Codes (5.0: section 2.4), and the two packets that are little more than one.

use super::packet::Reasoned;
use super::property::properties_from;
use crate::annotate::{Cursor, Sink, Stop};
use crate::spec::{Field, PacketSet, PacketType, Rule, Sender, reason};

/// A Reason Code, judged by the table for its packet type and, where it is known, the sender.
#[inline]
pub(super) fn reason_code<S: Sink>(
    c: &mut Cursor<'_, '_, S>,
    field: Field,
    kind: PacketType,
    sender: Option<Sender>,
) -> Result<u8, Stop> {
    let code = c.byte(field)?;
    if S::RECORDS {
        let may_send = |info: &reason::ReasonInfo| match sender {
            Some(Sender::Client) => info.client_sends,
            Some(Sender::Server) => info.server_sends,
            None => true,
        };
        let rule = match reason::reason(kind, code) {
            None => Some(Rule::REASON_CODE),
            Some(info) if !may_send(info) => Some(Rule::REASON_CODE_SENDER),
            Some(info) if !info.in_section => Some(Rule::REASON_CODE_DISPUTED),
            Some(_) => None,
        };
        if let Some(rule) = rule {
            c.note_last(rule, field, 1, (u64::from(code), 0));
        }
    }
    Ok(code)
}

/// A Reason Code and properties, either of which may be left out (5.0: sections 3.14.2 and 3.15.2).
pub(super) fn reasoned<'a, S: Sink>(
    c: &mut Cursor<'a, '_, S>,
    field: Field,
    kind: PacketType,
    sender: Option<Sender>,
) -> Result<Reasoned<'a>, Stop> {
    let mut packet = Reasoned::default();
    if !c.at_end() {
        packet.reason = Some(reason_code(c, field, kind, sender)?);
    }
    if !c.at_end() {
        packet.properties = properties_from(c, Field::PROPERTIES, PacketSet::of(&[kind]), sender)?;
    }
    Ok(packet)
}
