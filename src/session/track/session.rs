//! CONNECT and CONNACK: which session the connection goes on with, or begins.

use super::notes::Notes;
use super::{Track, security, subscription};
use crate::mqtt::packet::{Connack, Connect};
use crate::session::ended::Ended;
use crate::session::shared::TakeOver;
use crate::spec::{Field, Rule, Version};

/// The bit of the Protocol Level by which a bridge says that it is one.
const BRIDGE: u8 = 0x80;

impl Track {
    /// A CONNECT.
    pub(super) fn connect(
        &mut self,
        connect: &Connect<'_>,
        notes: &mut Notes<'_>,
        record: &mut Ended,
    ) {
        self.clean_start = Some(connect.clean_start);
        self.is_bridge = connect.level & BRIDGE != 0;
        let TakeOver { took_over, was_accepted, war, reconnects, is_answered } =
            notes.shared.connects(record, connect, notes.seen);
        (record.took_over, record.war, record.reconnects) = (took_over, war, reconnects);
        // One of which only the client's side was captured may be told late, and so its end.
        if let Some(other) = took_over.filter(|_| was_accepted) {
            let numbers = (other.stream, other.at.number);
            notes.at(Rule::TAKES_OVER, Field::CLIENT_ID, numbers);
        }
        if let Some(war) = war {
            notes.at(Rule::WAR, Field::CLIENT_ID, (war.count, war.time.unwrap_or(0)));
        }
        if let Some(many) = reconnects.filter(|_| is_answered) {
            let numbers = (many.count, many.time.unwrap_or(0));
            notes.at(Rule::TAKEN_OVER_AGAIN, Field::CLIENT_ID, numbers);
        }
        security::connect(connect, notes, record);
    }

    /// A CONNACK.
    pub(super) fn connack(
        &mut self,
        connack: &Connack<'_>,
        notes: &mut Notes<'_>,
        record: &mut Ended,
    ) {
        if connack.code != 0 {
            return notes.shared.refused(record);
        }
        self.negotiated.connack(&connack.properties, *notes.seen.proof);
        // 3.1 has no Session Present.
        let has_flag = notes.seen.decoded.version != Version::V31;
        let is_present = connack.session_present && has_flag;
        if is_present && notes.knows_request() && self.clean_start == Some(true) {
            notes.at(Rule::SESSION_AFTER_CLEAN_START, Field::SESSION_PRESENT, (0, 0));
        }
        let is_new = self.clean_start == Some(true) || (has_flag && !is_present);
        let is_complete = notes.is_complete();
        let accepted = notes.shared.accepted(record, is_present, is_new, is_complete);
        if is_new {
            let is_v5 = notes.seen.decoded.version.is_v5();
            let for_client = self.clean_start == Some(true) || is_v5;
            self.exchanges.begin_session(for_client, &accepted.old);
            self.is_session_known = true;
            self.is_session_new = true;
        }
        let (finding, is_unbroken) = (accepted.finding, accepted.is_unbroken);
        if let Some((rule, number)) = finding.filter(|_| has_flag && notes.is_complete()) {
            notes.at(rule, Field::SESSION_PRESENT, (number, 0));
        }
        if let Some(kept) = accepted.kept
            && is_present
        {
            self.exchanges.carry(&kept, notes);
            self.subscriptions = kept.subscriptions;
            self.is_session_known = true;
            self.is_session_unbroken = is_unbroken;
            if let Some(line) = notes.seen.line.filter(|_| notes.is_complete()) {
                for one in self.subscriptions.granted() {
                    let options = subscription::served(one.options, self.is_bridge);
                    let how = (options, !is_unbroken);
                    notes.shared.subscribed(&line, &one.filter, how, notes.seen.at);
                }
            }
        }
    }
}
