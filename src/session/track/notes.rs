//! Where the tracker's findings go, and what they may rest on.

use crate::annotate::{Finding, Sink, Tape};
use crate::bytes::Span;
use crate::session::Shared;
use crate::spec::{Field, Rule};

/// The tape of a packet with what is known of its connection.
pub(in crate::session) struct Notes<'n> {
    pub(super) tape: &'n mut Tape,
    /// Bytes of the packet.
    pub(super) len: usize,
    /// Whether everything of the connection was seen, from its CONNECT on.
    pub(super) is_complete: bool,
    /// Whether the session began with this connection.
    pub(super) is_new_session: bool,
    pub(super) shared: &'n mut Shared,
    /// Exchanges of this connection that count among those of all.
    pub(super) open: &'n mut usize,
}

impl Notes<'_> {
    /// A finding on a field of the packet, or on the whole where it has none of this kind.
    pub(super) fn at(&mut self, rule: Rule, field: Field, numbers: (u64, u64)) {
        let span = self.tape.find(field).map_or(self.all(), |node| node.span);
        self.note(Finding::new(rule, span, field), numbers);
    }

    /// A finding on the whole packet.
    pub(super) fn whole(&mut self, rule: Rule, numbers: (u64, u64)) {
        self.on(rule, Field::INPUT, numbers);
    }

    /// The same with the field that the sentence names.
    pub(super) fn on(&mut self, rule: Rule, field: Field, numbers: (u64, u64)) {
        self.note(Finding::new(rule, self.all(), field), numbers);
    }

    /// Whether one exchange more may be kept.
    pub(super) fn may_keep(&mut self) -> bool {
        let may = self.shared.may_open();
        *self.open = self.open.saturating_add(usize::from(may));
        may
    }

    /// An exchange has ended.
    pub(super) fn let_go(&mut self) {
        self.shared.closed(1);
        *self.open = self.open.saturating_sub(1);
    }

    fn all(&self) -> Span {
        Span::of_bytes(0, self.len)
    }

    fn note(&mut self, finding: Finding, (a, b): (u64, u64)) {
        self.tape.note(finding.with(a, b));
    }
}
