//! What was found of the packets, by rule, as tshark's `expert` has it.

use super::report::{Cell, Column, Report, column};
use super::{Both, Counted, Run, Statistic, add};
use crate::pipeline::Record;
use crate::spec::rule::RULES;
use std::collections::BTreeMap;

/// The columns.
pub(super) static COLUMNS: &[Column] = &[
    column("severity", "severity", 0, "`error`, `warning` or `note`"),
    column("rule", "rule", 0, "the rule, as in findings of packets"),
    column("count", "count", 0, "how often it was found"),
    column("by_client", "of clients", 1, "of them, in what clients sent"),
    column("by_server", "of servers", 1, "of them, in what servers sent"),
    column("first", "first", 0, "the number of the first record with it"),
];

/// Counts by rule: there are as many at most as the table has rows.
#[derive(Debug, Default)]
pub(super) struct Findings {
    rules: BTreeMap<u16, (Both<u64>, u64)>,
}

impl Statistic for Findings {
    fn is_content(&self, _: &Record<'_>) -> bool {
        false
    }

    fn count(&mut self, counted: &Counted<'_>) {
        for finding in counted.record.tape.findings() {
            let new = (Both::default(), counted.record.number);
            let (both, _) = self.rules.entry(finding.rule.0).or_insert(new);
            add(both.of(counted.sender), 1);
        }
    }

    fn report<'s>(&'s self, _: &'s Run) -> Report<'s> {
        let known = self
            .rules
            .iter()
            .filter_map(|(rule, found)| Some((RULES.get(usize::from(*rule))?, found)));
        let mut all: Vec<_> = known.collect();
        all.sort_by_key(|(rule, (both, _))| {
            std::cmp::Reverse((rule.severity, both.client.saturating_add(both.server)))
        });
        let row = |(rule, (both, first)): &(&crate::spec::rule::RuleInfo, &(Both<u64>, u64))| {
            vec![
                Cell::words(rule.severity.name()),
                Cell::words(rule.id),
                Cell::Count(both.client.saturating_add(both.server)),
                Cell::some(both.client),
                Cell::some(both.server),
                Cell::Count(*first),
            ]
        };
        Report::of(COLUMNS, all.iter().map(row).collect())
    }
}
