//! Where the tracker's findings go, and what they may rest on.
//!
//! Few packets have any. What notes one is kept out of the code that judges, which each packet goes through: the less
//! of that there is, the more of it stays at hand.

use crate::annotate::{Finding, Sink, Tape};
use crate::bytes::Span;
use crate::session::shared::{Hashes, Keyed, Scope, Whole};
use crate::session::{Seen, Shared};
use crate::spec::{Field, Rule};

/// The tape of a packet with what is known of its connection.
pub(super) struct Notes<'n> {
    pub(super) tape: &'n mut Tape,
    pub(super) seen: &'n Seen<'n>,
    /// What was seen of the connection and of its client.
    pub(super) whole: Whole,
    /// It was pasted, right behind what it answers.
    pub(super) is_direct: bool,
    /// Of a PUBLISH, what its message is known by.
    pub(super) hashes: Hashes,
    /// The same with its broker; where its topic stands in it.
    pub(super) keyed: Option<Keyed>,
    pub(super) shared: &'n mut Shared,
}

impl Notes<'_> {
    /// Whether all was seen in which that might stand which is not there.
    pub(super) const fn saw_all(&self, scope: Scope) -> bool {
        self.whole.is(scope)
    }

    /// Whether everything of the connection was seen, from its CONNECT on.
    pub(super) const fn is_complete(&self) -> bool {
        self.saw_all(Scope::Connection)
    }

    /// Whether the packet that this one answers is known for certain: that alone is what a rule on the two asks for.
    pub(super) const fn knows_request(&self) -> bool {
        self.is_complete() || self.is_direct
    }

    /// Whether all that the sender can have known was seen: what was not told before had not
    /// reached it either.
    pub(super) const fn is_sure(&self) -> bool {
        self.saw_all(Scope::Sender)
    }

    /// A finding on a field of the packet, or on the whole where it has none of this kind.
    #[cold]
    #[inline(never)]
    pub(super) fn at(&mut self, rule: Rule, field: Field, (a, b): (u64, u64)) {
        self.seen.add_tree(self.tape);
        let all = Span::of_bytes(0, self.seen.bytes.len());
        let span = self.tape.find(field).map_or(all, |node| node.span);
        self.tape.note(Finding::new(rule, span, field).with(a, b));
    }

    /// A finding on the field of this kind that stands behind so many others of it.
    #[cold]
    #[inline(never)]
    pub(super) fn at_nth(&mut self, rule: Rule, field: Field, nth: usize) {
        self.seen.add_tree(self.tape);
        let mut nodes = self.tape.nodes().iter().filter(|node| node.field() == field);
        let span = nodes.nth(nth).map(|node| node.span);
        let span = span.unwrap_or(Span::of_bytes(0, self.seen.bytes.len()));
        self.tape.note(Finding::new(rule, span, field));
    }

    /// A finding on the whole packet.
    #[cold]
    #[inline(never)]
    pub(super) fn whole(&mut self, rule: Rule, (a, b): (u64, u64)) {
        let all = Span::of_bytes(0, self.seen.bytes.len());
        self.tape.note(Finding::new(rule, all, Field::INPUT).with(a, b));
    }
}
