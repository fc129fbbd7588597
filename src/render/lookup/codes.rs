//! Reason codes and return codes: one number, a meaning in each packet.

use super::Fact;
use crate::spec::reason::{REASONS, RETURN_CODES_V3, ReasonInfo, code_name, code_table};
use crate::spec::{PacketType, Version};

/// The rows of a code, those of 5.0 first.
pub(super) fn rows(
    code: u8,
    packet: Option<PacketType>,
) -> impl Iterator<Item = &'static ReasonInfo> {
    all().filter(move |row| row.code == code && packet.is_none_or(|packet| row.packet == packet))
}

/// All rows, those of 5.0 first.
pub(super) fn all() -> impl Iterator<Item = &'static ReasonInfo> {
    REASONS.iter().chain(&RETURN_CODES_V3)
}

/// `0x97 Quota exceeded`.
pub(super) fn title(code: u8, packet: Option<PacketType>) -> String {
    let own = || rows(code, packet).next().map(|row| row.name);
    let name = match packet {
        Some(_) => own(),
        None => code_name(code).or_else(own),
    };
    let of = packet.map(|packet| format!(" in {packet}")).unwrap_or_default();
    format!("0x{code:02x} {}{of}", name.unwrap_or("reserved"))
}

/// What it means, packet by packet.
pub(super) fn facts(code: u8, packet: Option<PacketType>) -> Vec<Fact> {
    let mut out = vec![Fact::new("Number", format!("{code}, 0x{code:02x}"))];
    let name = title(code, packet);
    for row in rows(code, packet) {
        let is_v5 = row.versions.contains(&Version::V5);
        let versions: Vec<String> = row.versions.iter().map(ToString::to_string).collect();
        let version = if is_v5 { Version::V5 } else { Version::V311 };
        let table = code_table(row.packet, version);
        let section = table.map(|table| format!("{} section {}", version.title(), table.section));
        let statements = table.map_or("", |table| table.statements);
        let own = if name.contains(row.name) { String::new() } else { format!("{}: ", row.name) };
        let who = match (row.client_sends, row.server_sends) {
            (true, false) => "; only a client sends it",
            (false, true) if is_v5 && sends_both(row.packet) => "; only a server sends it",
            _ => "",
        };
        let label = format!("{} {}", row.packet, versions.join(", "));
        let source = super::facts::source(&section.unwrap_or_default(), statements);
        out.push(Fact::new(label, format!("{own}{}{who}", row.meaning)).from(source));
    }
    out
}

fn sends_both(packet: PacketType) -> bool {
    packet.only_sender().is_none()
}
