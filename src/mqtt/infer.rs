//! Which version a packet is read by when no CONNECT was seen.

use super::{Reading, decode};
use crate::annotate::Tape;
use crate::spec::{Field, PacketType, Sender, Version};

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
        // Of as many faults those are less that leave no byte without a meaning.
        (a, b) if b < a || b == a && reads_all(new) && !reads_all(old) => {
            Evidence::Faulty(Version::V5)
        }
        _ => Evidence::Faulty(Version::V311),
    }
}

/// Whether a reading has a meaning for every byte.
fn reads_all(tape: &Tape) -> bool {
    !tape.leaves().any(|leaf| matches!(leaf.field(), Field::UNDECODED | Field::TRAILING))
}

/// Both readings are clean. Bytes that happen to read as a property block are rare in packets of
/// 3.1.1: a payload that begins so, or a SUBACK whose first code is 0 and which has more than one.
fn likelier(bytes: &[u8]) -> Version {
    match bytes.first().copied().map(PacketType::of_header) {
        Some(PacketType::SUBACK) if bytes.len() > 6 => Version::V311,
        _ => Version::V5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// PUBREC has no code 0x92 in 5.0, and no codes at all in 3.1.1: there two bytes are left over.
    #[test]
    fn of_as_many_faults_the_reading_that_reads_all_bytes_is_taken() {
        let mut tapes = [Tape::new(), Tape::new()];
        let pubrec = [0x50, 4, 0, 1, 0x92, 0];
        assert_eq!(infer(&pubrec, None, &mut tapes), Evidence::Faulty(Version::V5));
    }

    /// DISCONNECT with a Reason Code, which a server alone may send: of 3.1.1 it would be too long.
    #[test]
    fn a_reading_without_faults_is_taken_where_there_is_one() {
        let mut tapes = [Tape::new(), Tape::new()];
        for sender in [None, Some(Sender::Server)] {
            let evidence = infer(&[0xe0, 1, 0x9c], sender, &mut tapes);
            assert_eq!(evidence, Evidence::Settled(Version::V5));
        }
    }
}
