//! Records of programs for a device, in which no packet stands: Intel HEX (`:10010000..40`) and Motorola's S-records
//! (`S113..`). Their length and their checksum tell them from packets.

use super::source::Source;

/// The end of the records that begin at `at`; nothing where none does.
pub(super) fn rows(source: Source<'_>, at: usize) -> Option<usize> {
    let mut end = at;
    while end < source.text.len() {
        let line = source.line(end);
        if !is_record(line.text) {
            break;
        }
        end = line.next;
    }
    (end > at).then_some(end)
}

/// Whether a line is a record, by its length and its checksum.
pub(super) fn is_record(line: &str) -> bool {
    let line = line.trim();
    if line.len() > LONGEST {
        return false;
    }
    let motorola = line.strip_prefix('S').and_then(|it| it.get(1..));
    let Some(digits) = line.strip_prefix(':').or(motorola) else { return false };
    let bytes = hex::decode(digits).unwrap_or_default();
    let sum = bytes.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    let Some((length, rest)) = bytes.split_first() else { return false };
    match motorola {
        Some(_) => rest.len() == usize::from(*length) && sum == 0xff,
        // The address, the type and the checksum are not counted.
        None => rest.len() == usize::from(*length).saturating_add(OTHERS) && sum == 0,
    }
}

/// Bytes of an Intel record behind its length that are no data.
const OTHERS: usize = 4;
/// Digits of 255 bytes, with what stands around them.
const LONGEST: usize = 524;
