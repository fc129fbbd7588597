//! What is known of a packet from those before it, in words.

use super::words;
use crate::pipeline::Record;
use crate::session::Partner;
use crate::text::{self, Counted, Out, Words};

/// Characters of a topic or filter that are shown.
const MAX_TOPIC: usize = 200;

/// The numbers of the packet that was told last, and of its frame: those of the next are mostly close.
#[derive(Clone, Copy, Debug, Default)]
pub struct Near {
    number: Counted,
    frame: Counted,
}

/// Adds the facts of a record, each as a clause: `answers #4 SUBSCRIBE (frame 9) after 412 µs`.
pub fn add(record: &Record<'_>, near: &mut Near, out: &mut Words) {
    let facts = &record.facts;
    let mut clauses = Clauses { start: out.len(), out };
    for (verb, partner) in [("answers #", &facts.answers), ("repeats #", &facts.repeats)] {
        let Some(partner) = partner else { continue };
        near.number.add(partner.at.number, clauses.begin(verb));
        clauses.out.push(' ');
        clauses.out.push_str(partner.kind.name());
        place(partner, near, clauses.out);
    }
    if let Some(partner) = &facts.copy_of {
        near.number.add(partner.at.number, clauses.begin("copy of #"));
        place(partner, near, clauses.out);
        if let Some(qos) = facts.lowered_from {
            clauses.out.push_str(", which had QoS ");
            text::add::digits(qos.into(), clauses.out);
        }
    }
    if let Some(topic) = facts.topic {
        words::add_quoted(topic, MAX_TOPIC, clauses.begin("topic by alias: "));
    }
    if let Some(filter) = facts.filter {
        words::add_quoted(filter, MAX_TOPIC, clauses.begin("matches the subscription "));
    }
}

/// Clauses with points between.
struct Clauses<'o> {
    out: &'o mut Words,
    /// Where the first one begins.
    start: usize,
}

impl Clauses<'_> {
    /// Adds the first words of the next clause; the others follow in what is given back.
    fn begin(&mut self, words: &str) -> &mut Words {
        if self.out.len() > self.start {
            self.out.push_str(" · ");
        }
        self.out.push_str(words);
        self.out
    }
}

fn place(partner: &Partner, near: &mut Near, out: &mut Words) {
    if partner.at.frame > 0 {
        out.push_str(" (frame ");
        near.frame.add(partner.at.frame, out);
        out.push(')');
    }
    if let Some(latency) = partner.latency {
        out.push_str(" after ");
        text::add::duration(latency, out);
    }
}
