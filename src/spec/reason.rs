//! Reason codes of MQTT 5.0 (section 2.4) and return codes of MQTT 3.1 and 3.1.1: what a code
//! means in the packet that carries it.

use super::packet_type::PacketType;

/// What one code means in one packet type.
#[derive(Debug)]
pub struct ReasonInfo {
    /// The packet that carries it.
    pub packet: PacketType,
    /// The code on the wire.
    pub code: u8,
    /// The standard's name of it.
    pub name: &'static str,
    /// Whether a client may send it in this packet.
    pub client_sends: bool,
    /// Whether a server may send it in this packet.
    pub server_sends: bool,
    /// What it means here and what follows from it, as one clause without a full stop.
    pub meaning: &'static str,
}
/// x
pub fn reason(_p: PacketType, _c: u8) -> Option<&'static ReasonInfo> {
    None
}
/// x
pub fn return_code_v3(_p: PacketType, _c: u8, _v: super::Version) -> Option<&'static ReasonInfo> {
    None
}
