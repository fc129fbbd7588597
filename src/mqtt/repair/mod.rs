//! "Did you mean": the one edit that makes a broken packet legal.
//!
//! People write packets by hand, or with firmware that gets one thing wrong. Each row of the table in
//! `edits` makes candidates from a broken packet; one is taken if it decodes to its last byte without
//! an error or a warning, and if no other does that is as small an edit. Where two edits are as good, nothing is
//! said.
//!
//! What may enter: edits that people make by mistake, as rows. To add one: a function that makes
//! candidates, in the file of its kind, and its row with what it costs.

mod body;
mod connect;
mod edits;
mod header;
mod places;
mod property;

use super::{Framing, Reading, decode, frame};
use crate::annotate::Tape;
use crate::spec::{PacketType, Rule, Severity};
use edits::{EDITS, OF_VALUES};

/// The longest packet that an edit is looked for, in bytes: one that a person has written. The work
/// grows with the square of it.
pub const MAX_BYTES: usize = 256;

/// What a packet should have been.
///
/// ```
/// use mqttscope::mqtt::{Reading, repair::repair};
///
/// // A PUBREL whose lower half byte is not 2.
/// let repair = repair(&[0x60, 2, 0, 1], &[], Reading::default()).unwrap();
/// assert_eq!(repair.bytes, [0x62, 2, 0, 1]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair {
    /// The edit, as a clause: it holds numbers and words of the standard, nothing of the packet's text.
    pub text: String,
    /// The packet with the edit; where bytes behind it were swallowed, with these.
    pub bytes: Vec<u8>,
}

impl Repair {
    /// How many of the bytes `behind` the packet `broken` are its own, if the repair is right: those that
    /// its Remaining Length leaves out.
    #[must_use]
    #[doc(hidden)]
    pub fn left_out(&self, broken: &[u8], behind: &[u8]) -> usize {
        if frame(&self.bytes) != Framing::Length(self.bytes.len()) {
            return 0;
        }
        let more = self.bytes.iter().skip(1).take(3).take_while(|byte| **byte >= 0x80).count();
        let body = self.bytes.get(more.saturating_add(2)..).unwrap_or_default();
        let is_end = |len: &usize| {
            let own = body.len().saturating_sub(*len);
            let before = broken.len().saturating_sub(own);
            behind.get(..*len).is_some_and(|end| self.bytes.ends_with(end))
                && before <= MAX_FIXED_HEADER
                && body.get(..own).is_some_and(|own| broken.ends_with(own))
        };
        (1..=behind.len().min(self.bytes.len())).rev().find(is_end).unwrap_or(0)
    }
}

/// Bytes of the longest fixed header.
const MAX_FIXED_HEADER: usize = 5;

/// The smallest edit that makes a packet legal; `None` where it is legal, where it is longer than
/// [`MAX_BYTES`], or where no edit or more than one does. `behind` is what stands behind it, where
/// its Remaining Length may have cut it off too early.
///
/// ```
/// use mqttscope::mqtt::{Reading, repair::repair};
///
/// let repaired = repair(&[0x80, 6, 0, 1, 0, 1, b'a', 0], &[], Reading::default()).unwrap();
/// assert_eq!(repaired.bytes[0], 0x82);
/// ```
#[must_use]
pub fn repair(bytes: &[u8], behind: &[u8], how: Reading) -> Option<Repair> {
    if bytes.len().saturating_add(behind.len()) > MAX_BYTES {
        return None;
    }
    let mut tape = Tape::new();
    let version = decode(bytes, how, &mut tape).version;
    let mut errors = tape.findings().iter().filter(|f| f.severity() == Severity::Error);
    if errors.all(|error| OF_VALUES.contains(&error.rule)) {
        return None;
    }
    let broken = Broken::new(bytes, behind, Reading { version, ..how }, &tape)?;
    let mut scratch = Tape::new();
    let last = EDITS.iter().map(|edit| edit.cost).max()?;
    for cost in 1..=last {
        let mut tries = Tries::default();
        for edit in EDITS.iter().filter(|edit| edit.cost == cost) {
            (edit.make)(&broken, &mut tries);
        }
        tries.0.retain(|candidate| is_legal(&candidate.bytes, &broken, &mut scratch));
        tries.0.dedup_by(|a, b| a.bytes == b.bytes);
        if let Some(first) = tries.0.first() {
            let is_one = tries.0.iter().all(|other| other.bytes == first.bytes);
            return is_one.then(|| first.clone());
        }
    }
    None
}

/// A packet whose Remaining Length leaves out bytes that stand behind it and are no packet, with all of
/// them; `None` where that is not legal.
#[must_use]
pub(crate) fn lengthened(bytes: &[u8], behind: &[u8], how: Reading) -> Option<Repair> {
    if bytes.len().saturating_add(behind.len()) > MAX_BYTES {
        return None;
    }
    let mut tape = Tape::new();
    let version = decode(bytes, how, &mut tape).version;
    let broken = Broken::new(bytes, behind, Reading { version, ..how }, &tape)?;
    let mut tries = Tries::default();
    header::remaining_length(&broken, &mut tries);
    let found = tries.0.pop()?;
    is_legal(&found.bytes, &broken, &mut Tape::new()).then_some(found)
}

/// Whether bytes are whole packets with nothing to complain of but what was warned of before. A
/// control character is never right: it is a number that was taken for text.
fn is_legal(bytes: &[u8], broken: &Broken<'_>, tape: &mut Tape) -> bool {
    let how = broken.how;
    let is_known = |rule| {
        let mut findings = broken.tape.findings().iter();
        rule != Rule::TEXT_CONTROL && findings.any(|finding| finding.rule == rule)
    };
    let mut rest = bytes;
    while !rest.is_empty() {
        let Framing::Length(len) = frame(rest) else { return false };
        let Some((packet, behind)) = rest.split_at_checked(len) else { return false };
        // Nearly all fail here already, without a tree.
        if decode(packet, how, &mut ()).packet.is_none() {
            return false;
        }
        tape.clear();
        decode(packet, how, tape);
        let mut findings = tape.findings().iter();
        if findings.any(|finding| match finding.severity() {
            Severity::Error => true,
            Severity::Warning => !is_known(finding.rule),
            Severity::Note => false,
        }) {
            return false;
        }
        rest = behind;
    }
    true
}

/// A broken packet, taken apart.
struct Broken<'a> {
    bytes: &'a [u8],
    behind: &'a [u8],
    how: Reading,
    /// Its tree, as far as it goes.
    tape: &'a Tape,
    kind: PacketType,
    first: u8,
    /// What Remaining Length says.
    said: usize,
    /// Bytes of the fixed header.
    header: usize,
    /// What stands behind it.
    body: &'a [u8],
}

impl<'a> Broken<'a> {
    /// `None` where Remaining Length itself cannot be read.
    fn new(bytes: &'a [u8], behind: &'a [u8], how: Reading, tape: &'a Tape) -> Option<Self> {
        let Framing::Length(len) = frame(bytes) else { return None };
        let first = *bytes.first()?;
        let varint = bytes.iter().skip(1).take_while(|byte| **byte & 0x80 != 0).count();
        let header = varint.saturating_add(2);
        let kind = PacketType::of_header(first);
        let (said, body) = (len.saturating_sub(header), bytes.get(header..)?);
        Some(Self { bytes, behind, how, tape, kind, first, said, header, body })
    }

    /// The packet with another body. One edit is made and no other: Remaining Length must have been
    /// right for the old body, or for the new one. `None` where it is right for neither.
    fn with_body(&self, body: &[u8]) -> Option<Vec<u8>> {
        let was_right = self.said == self.body.len() || self.said == body.len();
        was_right.then(|| packet(self.first, body))
    }

    /// The packet with other bytes in the body, as many as were there, from the offset `at` of the
    /// packet on.
    fn with(&self, at: usize, new: &[u8]) -> Option<Vec<u8>> {
        if self.said != self.body.len() {
            return None;
        }
        let mut bytes = self.bytes.to_vec();
        bytes.get_mut(at..at.saturating_add(new.len()))?.copy_from_slice(new);
        Some(bytes)
    }

    /// The packet with bytes more, before the one at the offset `at` of the packet.
    fn with_inserted(&self, at: usize, new: &[u8]) -> Option<Vec<u8>> {
        let (before, after) = self.body.split_at_checked(at.checked_sub(self.header)?)?;
        self.with_body(&[before, new, after].concat())
    }
}

/// A packet of this first byte and body.
fn packet(first: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    let mut left = body.len();
    loop {
        let more = left > 0x7f;
        bytes.push((left & 0x7f) as u8 | if more { 0x80 } else { 0 });
        left >>= 7;
        if !more {
            break;
        }
    }
    bytes.extend_from_slice(body);
    bytes
}

/// The candidates of one cost.
#[derive(Default)]
struct Tries(Vec<Repair>);

impl Tries {
    fn add(&mut self, bytes: Option<Vec<u8>>, text: impl FnOnce() -> String) {
        if let Some(bytes) = bytes {
            self.0.push(Repair { text: text(), bytes });
        }
    }
}
