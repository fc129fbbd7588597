//! What is known of a packet from those before it, in words.

use super::words;
use crate::pipeline::Record;
use crate::session::Partner;
use crate::text;

/// Characters of a topic or filter that are shown.
const MAX_TOPIC: usize = 200;

/// The facts of a record, each as a clause: `answers #4 SUBSCRIBE (frame 9) after 412 µs`.
#[must_use]
pub fn clauses(record: &Record<'_>) -> Vec<String> {
    let facts = &record.facts;
    let answers = facts.answers.map(|partner| {
        let kind = partner.kind;
        format!("answers #{} {kind}{}", partner.at.number, place(&partner))
    });
    let repeats = facts.repeats.map(|partner| {
        let kind = partner.kind;
        format!("repeats #{} {kind}{}", partner.at.number, place(&partner))
    });
    let lowered =
        facts.lowered_from.map(|qos| format!(", which had QoS {qos}")).unwrap_or_default();
    let copy = facts
        .copy_of
        .map(|partner| format!("copy of #{}{}{lowered}", partner.at.number, place(&partner)));
    let topic =
        facts.topic.map(|topic| format!("topic by alias: {}", words::quoted(topic, MAX_TOPIC)));
    let filter = facts
        .filter
        .map(|filter| format!("matches the subscription {}", words::quoted(filter, MAX_TOPIC)));
    [answers, repeats, copy, topic, filter].into_iter().flatten().collect()
}

fn place(partner: &Partner) -> String {
    let frame = match partner.at.frame {
        0 => String::new(),
        frame => format!(" (frame {frame})"),
    };
    match partner.latency {
        Some(latency) => format!("{frame} after {}", text::duration(latency)),
        None => frame,
    }
}
