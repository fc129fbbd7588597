//! Rows of the tables by a word: `mqttscope explain`. All that is printed stands in [`spec`](crate::spec).
//!
//! What may enter: how a row is found (`find`) and how its cells are called. To make a further
//! table known: a variant of [`Item`], its names in `items`, its facts in `facts`.

mod codes;
mod facts;
mod field;
mod find;
mod items;

pub use facts::{Fact, facts};
pub use find::{Found, find};
pub use items::Item;

use super::flow::Flow;
use super::paint::{Painter, Role};
use serde::Serialize;

/// One row in words, for people.
#[must_use]
pub fn text(item: &Item, painter: Painter, width: Option<usize>) -> String {
    let mut out = String::new();
    Flow::new()
        .push(Role::Title, item.name())
        .push(Role::Meaning, "  ")
        .push(Role::Dim, item.table())
        .set(&mut out, painter, 0, 2, width);
    let facts = facts(item);
    let widest = facts.iter().map(|fact| fact.label.chars().count()).max().unwrap_or(0).min(28);
    for fact in facts {
        let label = format!("{:<widest$}", fact.label);
        let indent = widest.saturating_add(4);
        out.push_str("  ");
        let painted = painter.paint(Role::Label, label).to_string();
        out.push_str(&painted);
        out.push_str("  ");
        let mut flow = Flow::new();
        flow.push(Role::Meaning, fact.text);
        if !fact.source.is_empty() {
            flow.push(Role::Meaning, " ").push(Role::Dim, format!("· {}", fact.source));
        }
        flow.set(&mut out, painter, indent, 0, width);
    }
    out
}

/// One row as a JSON object.
#[derive(Debug, Serialize)]
pub struct Json {
    schema: u8,
    table: &'static str,
    name: String,
    facts: Vec<Fact>,
}

/// One row for programs.
#[must_use]
pub fn json(item: &Item) -> Json {
    Json { schema: 1, table: item.table(), name: item.name(), facts: facts(item) }
}

#[cfg(test)]
mod tests;
