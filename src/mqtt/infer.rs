//! Which version a packet is read by when no CONNECT was seen.

use super::{Reading, decode};
use crate::annotate::Tape;
use crate::spec::{PacketType, Sender, Version};

/// What the bytes of a packet say of the version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Only one reading is without fault.
    Settled(Version),
    /// Both are without fault and say different things; this one is likelier.
    Ambiguous(Version),
    /// Both readings have faults; this one has fewer.
    Faulty(Version),
    /// Both readings say the same.
    Same,
}

/// Reads a packet as 3.1.1 and as 5.0 and compares. `tapes` are scratch.
pub fn infer(bytes: &[u8], sender: Option<Sender>, tapes: &mut [Tape; 2]) -> Evidence {
    const VERSIONS: [Version; 2] = [Version::V311, Version::V5];
    for (tape, version) in tapes.iter_mut().zip(VERSIONS) {
        tape.clear();
        decode(bytes, Reading { version, sender }, tape);
    }
    let [old, new] = tapes;
    match (old.errors(), new.errors()) {
        (a, b) if a == b && old.nodes() == new.nodes() => Evidence::Same,
        (0, 0) => Evidence::Ambiguous(likelier(bytes)),
        (0, _) => Evidence::Settled(Version::V311),
        (_, 0) => Evidence::Settled(Version::V5),
        (a, b) if b < a => Evidence::Faulty(Version::V5),
        _ => Evidence::Faulty(Version::V311),
    }
}

/// Both readings are clean. Bytes that happen to read as a property block are rare in packets of
/// 3.1.1: a payload that begins so, or a SUBACK whose first code is 0 and which has more than one.
fn likelier(bytes: &[u8]) -> Version {
    match bytes.first().copied().map(PacketType::of_header) {
        Some(PacketType::SUBACK) if bytes.len() > 6 => Version::V311,
        _ => Version::V5,
    }
}
