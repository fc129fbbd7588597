//! `docs/statements.md` is current: what is judged of each normative statement, from the tables.
//!
//! `MQTTSCOPE_REWRITE=1 cargo test --test statements` writes it anew.

mod support;

use mqttscope::spec::Version;
use mqttscope::spec::statement::{Statement, judges, sections};
use std::fmt::Write;
use std::path::Path;
use std::{env, fs};
use support::diff::diff;

const HEAD: &str = "\
# The normative statements, and what is judged of them

One line for each statement that MQTT 5.0 and 3.1.1 number. The words are a reminder, not the text of
the standard. *Judged* names the rules that a packet or a connection is judged by; a rule may judge a
statement in part. *Not on the wire* is what an end does or keeps inside. *Not provable* is what leaves
traces on the wire, none of which proves that it is broken, with the reason. *Not yet* could be judged.
MQTT 3.1 numbers no statements. What was left out of a pasted text is not known, so of the rules on several
packets those alone are judged there that ask for a request and the answer right behind it. This file is written by `tests/statements.rs`.
";

#[test]
fn the_table_of_statements_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/statements.md");
    let text = fs::read_to_string(&path).unwrap_or_default();
    let now = format!("{HEAD}{}{}", table(Version::V5), table(Version::V311));
    let Some(difference) = diff(&text, &now) else { return };
    let is_rewritten = env::var("MQTTSCOPE_REWRITE").is_ok_and(|value| value == "1");
    assert!(is_rewritten, "docs/statements.md\n{difference}");
    fs::write(path, now).unwrap();
}

fn table(version: Version) -> String {
    let mut rows = String::new();
    let [mut judged, mut hidden, mut unproven, mut open] = [0; 4];
    for section in sections(version) {
        for (statement, number) in section.statements.iter().zip(1..) {
            let id = format!("{}-{number}", section.number);
            let rules: Vec<String> =
                judges(version, &id).map(|rule| format!("`{}`", rule.info().id)).collect();
            let (words, state) = match statement {
                Statement::Gap => continue,
                Statement::Hidden(words) => {
                    hidden += 1;
                    (words, "not on the wire".to_owned())
                }
                Statement::Unproven(words, why) => {
                    unproven += 1;
                    (words, format!("not provable: {}", why.words()))
                }
                Statement::Wire(words) if rules.is_empty() => {
                    open += 1;
                    (words, "not yet".to_owned())
                }
                Statement::Wire(words) => {
                    judged += 1;
                    (words, rules.join(" "))
                }
            };
            writeln!(rows, "| MQTT-{id} | {words} | {state} |").unwrap();
        }
    }
    format!(
        "\n## {}\n\n{} statements: {judged} judged, {hidden} not on the wire, \
         {unproven} not provable, {open} not yet.\n\n\
         | statement | about | judged |\n|---|---|---|\n{rows}",
        version.title(),
        judged + hidden + unproven + open
    )
}
