//! Reason codes (5.0: section 2.4), and the return codes of 3.x.

use super::report::{Cell, Column, Report, column};
use super::{Counted, Run, Statistic, add};
use crate::mqtt::Packet;
use crate::spec::{PacketType, Version, reason};

/// The columns.
pub(super) static COLUMNS: &[Column] = &[
    column("type", "type", 0, "the packet type that carries the code"),
    column("code", "code", 0, "the code, a number"),
    column("name", "name", 0, "its name in that packet"),
    column("version", "MQTT", 2, "`5.0`, or `3.x`, where the codes are others"),
    column("count", "count", 0, "how often it was given; a code that is left out is 0 in 5.0"),
    column("share", "share", 1, "part of all codes in packets of this type, from 0 to 1"),
];

/// Codes of one packet type in 3.x and in 5.0.
type Codes = [[u64; 256]; 2];

/// Counts by packet type, version and code.
#[derive(Debug)]
pub(super) struct Reasons {
    types: Vec<Codes>,
}

impl Default for Reasons {
    fn default() -> Self {
        Self { types: vec![[[0; 256]; 2]; 16] }
    }
}

impl Reasons {
    fn add(&mut self, kind: PacketType, is_v5: bool, code: u8) {
        let versions = self.types.get_mut(usize::from(kind.0));
        let codes = versions.and_then(|versions| versions.get_mut(usize::from(is_v5)));
        if let Some(count) = codes.and_then(|codes| codes.get_mut(usize::from(code))) {
            add(count, 1);
        }
    }
}

impl Statistic for Reasons {
    fn count(&mut self, counted: &Counted<'_>) {
        let Some(decoded) = &counted.record.decoded else { return };
        let (kind, is_v5) = (decoded.header.packet_type, decoded.version.is_v5());
        match &decoded.packet {
            Some(Packet::Publish(_)) | None => {}
            Some(Packet::Connack(connack)) => self.add(kind, is_v5, connack.code),
            // Before 5.0 these have no code.
            Some(Packet::Ack(ack)) if is_v5 => self.add(kind, is_v5, ack.reason.unwrap_or(0)),
            Some(Packet::Disconnect(it) | Packet::Auth(it)) if is_v5 => {
                self.add(kind, is_v5, it.reason.unwrap_or(0));
            }
            Some(Packet::Suback(it) | Packet::Unsuback(it)) => {
                it.codes.iter().for_each(|code| self.add(kind, is_v5, *code));
            }
            Some(_) => {}
        }
    }

    fn report<'s>(&'s self, _: &'s Run) -> Report<'s> {
        let mut rows = Vec::new();
        for (kind, versions) in (0..16).map(PacketType).zip(&self.types) {
            let all = versions.iter().flatten().fold(0u64, |sum, count| sum.saturating_add(*count));
            for (is_v5, codes) in [false, true].into_iter().zip(versions) {
                for (code, count) in (0..=u8::MAX).zip(codes).filter(|(_, count)| **count > 0) {
                    rows.push(vec![
                        Cell::words(kind.name()),
                        Cell::Count(code.into()),
                        Cell::words(name(kind, code, is_v5)),
                        Cell::words(if is_v5 { "5.0" } else { "3.x" }),
                        Cell::Count(*count),
                        Cell::share(*count, all),
                    ]);
                }
            }
        }
        Report::of(COLUMNS, rows)
    }
}

/// The name of a code in a packet.
fn name(kind: PacketType, code: u8, is_v5: bool) -> &'static str {
    let info = match is_v5 {
        true => reason::reason(kind, code),
        false => reason::return_code_v3(kind, code, Version::V311),
    };
    info.map_or("not defined", |info| info.name)
}
