//! What a side gives, with its name on it.

use crate::carrier::{Out, Output};
use crate::spec::unit::Unit;
use crate::spec::{Rule, Sender};

/// Where the outputs of one side go.
pub(super) struct Emit<'o> {
    pub(super) sender: Sender,
    pub(super) out: Out<'o>,
}

impl Emit<'_> {
    pub(super) fn data(&mut self, bytes: &[u8], from: u64, to: u64) {
        if !bytes.is_empty() {
            (self.out)(self.sender, Output::Data { bytes, from, to });
        }
    }

    pub(super) fn gap(&mut self, missing: Option<u64>) {
        if missing != Some(0) {
            (self.out)(self.sender, Output::Gap(missing));
        }
    }

    pub(super) fn header(&mut self, unit: Unit, bytes: &[u8], from: u64) {
        (self.out)(self.sender, Output::Header { unit, bytes, from });
    }

    /// A unit whose bytes lie below one after another, from `from` on.
    pub(super) fn unit(&mut self, unit: Unit, bytes: &[u8], from: u64) {
        if !bytes.is_empty() {
            let to = from.saturating_add(bytes.len() as u64);
            (self.out)(self.sender, Output::Unit { unit, bytes, from, to });
        }
    }

    pub(super) fn finding(&mut self, rule: Rule, a: u64, b: u64) {
        (self.out)(self.sender, Output::Finding { rule, a, b });
    }

    pub(super) fn note(&mut self, unit: Unit, text: &str) {
        (self.out)(self.sender, Output::Note { unit, text, at: None });
    }

    pub(super) fn end(&mut self) {
        (self.out)(self.sender, Output::End);
    }
}
