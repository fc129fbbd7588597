//! Records for tests, decoded from literal bytes.

use super::Format;
use crate::annotate::Tape;
use crate::mqtt::{Reading, decode};
use crate::pipeline::{Origin, Record};
use crate::session::{Facts, How};
use crate::spec::{Sender, Version};

/// A CONNECT of 5.0 with user name, password and a property, 49 bytes.
pub(super) const CONNECT: &str = "102f00044d51545405c2003c05110000012c\
    000e6d717474785f3063363638643064000561646d696e00067075626c6963";

/// What the hex digits stand for; blanks between them do not matter.
pub(super) fn bytes(hex: &str) -> Vec<u8> {
    let digits: String = hex.split_whitespace().collect();
    hex::decode(digits).unwrap()
}

/// Shows the record of one packet of this version to `look`.
pub(super) fn with_record<T>(
    bytes: &[u8],
    version: Version,
    sender: Option<Sender>,
    look: impl FnOnce(Record<'_>) -> T,
) -> T {
    let mut tape = Tape::new();
    let decoded = decode(bytes, Reading { version, sender }, &mut tape);
    look(Record {
        number: 1,
        origin: &Origin::default(),
        sender,
        version: decoded.version,
        version_from: How::Connect,
        client_id: None,
        bytes,
        tape: &tape,
        decoded: Some(&decoded),
        unit: None,
        text: "",
        headers: &[],
        sn: None,
        facts: &Facts::default(),
        repair: None,
    })
}

/// What a format writes of a record.
pub(super) fn written(format: &mut dyn Format, record: &Record<'_>) -> String {
    let mut out = Vec::new();
    format.record(record, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}
