//! A tree as a flat list, in the order of the bytes, parents before their children.

use super::{Finding, Mark, Sink};
use crate::bytes::Span;
use crate::spec::{Field, Severity};

/// One field of a packet. 24 bytes, no text: names come from the tables, text from the span.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Node {
    /// The number that the field holds; 0 for text and bytes.
    pub value: u64,
    /// The bits that the field takes.
    pub span: Span,
    /// Index of the node behind this one's last descendant.
    pub end: u32,
    /// Which field it is.
    pub field: Field,
    /// How many groups it lies in.
    pub depth: u8,
}

/// The annotated tree of one packet, to be reused from packet to packet.
#[derive(Debug, Default)]
pub struct Tape {
    nodes: Vec<Node>,
    findings: Vec<Finding>,
    depth: u8,
}

impl Tape {
    /// An empty tape.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets the tree and keeps its memory.
    pub fn clear(&mut self) {
        self.nodes.clear();
        self.findings.clear();
        self.depth = 0;
    }

    /// The fields in the order of their bytes, groups before what they hold.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// What was found, in the order in which it was met.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The gravest of the findings.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(Finding::severity).max()
    }

    /// How many findings are errors.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.findings.iter().filter(|f| f.severity() == Severity::Error).count()
    }

    /// The first field of this kind.
    #[must_use]
    pub fn find(&self, field: Field) -> Option<&Node> {
        self.nodes.iter().find(|node| node.field == field)
    }

    /// The nodes that hold no others, in the order of their bytes.
    pub fn leaves(&self) -> impl Iterator<Item = &Node> {
        (1u32..).zip(&self.nodes).filter(|(next, node)| node.end == *next).map(|(_, node)| node)
    }

    /// Forgets the findings of these rules: a better reason for them is known.
    pub fn retract(&mut self, rules: &[crate::spec::Rule]) {
        self.findings.retain(|finding| !rules.contains(&finding.rule));
    }

    /// Puts findings before those that the decoder made: what explains them comes first.
    pub fn note_first(&mut self, findings: &[Finding]) {
        self.findings.splice(0..0, findings.iter().copied());
    }

    fn next_index(&self) -> u32 {
        // A packet has fewer nodes than bits, and a position in bits is 32 bits wide.
        self.nodes.len() as u32
    }
}

impl Sink for Tape {
    const RECORDS: bool = true;

    #[inline]
    fn leaf(&mut self, field: Field, span: Span, value: u64) {
        let end = self.next_index().wrapping_add(1);
        self.nodes.push(Node { value, span, end, field, depth: self.depth });
    }

    #[inline]
    fn open(&mut self, field: Field, start: u32) -> Mark {
        let index = self.next_index();
        let span = Span { start, len: 0 };
        self.nodes.push(Node { value: 0, span, end: index, field, depth: self.depth });
        self.depth = self.depth.wrapping_add(1);
        Mark(index)
    }

    #[inline]
    fn close(&mut self, mark: Mark, end: u32, value: u64) {
        self.depth = self.depth.wrapping_sub(1);
        let next = self.next_index();
        if next == mark.0.wrapping_add(1) {
            // Its first field could not be read: there is nothing to show of the group.
            self.nodes.pop();
            return;
        }
        if let Some(node) = self.nodes.get_mut(mark.0 as usize) {
            node.span.len = end.saturating_sub(node.span.start);
            node.end = next;
            node.value = value;
        }
    }

    fn note(&mut self, finding: Finding) {
        self.findings.push(finding);
    }
}
