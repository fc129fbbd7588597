//! From the bytes of one MQTT-SN message to its record.

use super::{Consumer, Origin, Reader, Record, SnRecord};
use crate::annotate::{Finding, Sink};
use crate::bytes::Span;
use crate::mqttsn::{Decoded, Framing, decode, frame};
use crate::session::sn::{At, Session};
use crate::session::{Facts, How};
use crate::spec::{Field, Rule, Sender, Version};

/// One message, and what is known of it beside its bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bytes<'a> {
    /// The bytes that are there.
    pub(super) bytes: &'a [u8],
    /// Bytes of its datagram that were not captured.
    pub(super) missing: u64,
    /// Whether another message stands before it in the datagram.
    pub(super) is_behind: bool,
    /// Which end sent it, where that is known for certain.
    pub(super) sender: Option<Sender>,
    /// How it is known to be MQTT-SN.
    pub(super) how: How,
}

impl<C: Consumer> Reader<C> {
    /// One message of MQTT-SN. `pick` finds the session that it belongs to, and the end that sent
    /// it. The result is how much the session kept before and keeps now.
    pub(super) fn message<'s>(
        &mut self,
        what: Bytes<'_>,
        notes: &[Finding],
        origin: Origin<'_>,
        pick: impl FnOnce(&Decoded<'_>) -> (&'s mut Session, Option<Sender>),
    ) -> (usize, usize) {
        let Bytes { bytes, missing, .. } = what;
        self.tape.clear();
        let is_message = !what.is_behind || may_be_a_message(bytes);
        let decoded = if is_message {
            decode(bytes, what.sender, &mut self.tape)
        } else {
            self.no_message(bytes);
            Decoded::default()
        };
        if missing > 0 && self.tape.findings().iter().any(|f| is_for_want(f.rule)) {
            self.tape.retract(&[Rule::SN_LENGTH_TOO_LONG, Rule::TOO_SHORT]);
            let span = Span::of_bytes(bytes.len(), 0);
            let finding = Finding::new(Rule::BYTES_MISSING, span, Field::INPUT);
            self.tape.note(finding.with(missing, 0));
        }
        for note in notes {
            self.tape.note(*note);
        }
        let (session, sender) = pick(&decoded);
        let before = session.held();
        let at =
            At { record: self.records().saturating_add(1), frame: origin.frames.last().copied() };
        session.observe(&decoded, sender, at, &self.sn_topics, &mut self.tape);
        let (session, how) = (&*session, session.version_from(what.how));
        let facts = Facts::default();
        self.hand_on(|number, tape| Record {
            number,
            origin: &origin,
            sender,
            version: Version::Sn12,
            version_from: how,
            client_id: session.client_id(),
            bytes,
            tape,
            decoded: None,
            unit: None,
            text: "",
            headers: &[],
            sn: Some(SnRecord { decoded, topic: session.topic() }),
            facts: &facts,
            repair: None,
        });
        (before, session.held())
    }

    /// Bytes behind a message that cannot be another one.
    fn no_message(&mut self, bytes: &[u8]) {
        let span = Span::of_bytes(0, bytes.len());
        self.tape.leaf(Field::UNDECODED, span, 0);
        let finding = Finding::new(Rule::SN_NOT_A_MESSAGE, span, Field::UNDECODED);
        self.tape.note(finding.with(bytes.len() as u64, 0));
    }
}

/// Whether bytes behind a message are likely another one: its end is there, and its type is one that
/// the standard has.
fn may_be_a_message(bytes: &[u8]) -> bool {
    let is_whole = frame(bytes) == Framing::Length(bytes.len());
    let kind = decode(bytes, None, &mut ()).message_type;
    is_whole && kind.is_some_and(|kind| kind.info().is_some())
}

/// Whether a rule says no more than that bytes are not there.
fn is_for_want(rule: Rule) -> bool {
    [Rule::SN_LENGTH_TOO_LONG, Rule::TOO_SHORT].contains(&rule)
}
