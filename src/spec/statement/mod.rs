//! The normative statements of MQTT 5.0 and 3.1.1, by their numbers, and what of them can be judged.
//!
//! A statement is judged by the rules whose rows cite it, and by those that cite it only at some
//! packet (`ELSEWHERE`); nothing is to be said here when a rule is added. The words are a reminder
//! of what a statement is about, not its text.

mod v311;
mod v5;

use super::rule::RULES;
use super::version::Version;
use super::{Rule, property::PROPERTIES};

/// The statements of one section, in their order: the first has number 1.
#[derive(Debug)]
pub struct Section {
    /// The number of the section: `3.1.2`.
    pub number: &'static str,
    /// Its statements.
    pub statements: &'static [Statement],
}

/// One statement, by what it is about in a few words.
#[derive(Clone, Copy, Debug)]
pub enum Statement {
    /// A capture can show that it is broken.
    Wire(&'static str),
    /// It is about what an end does or keeps inside, or leaves a choice that no packet betrays.
    Hidden(&'static str),
    /// No capture can prove that it is broken, though its packets are seen: with the reason.
    Unproven(&'static str, Reason),
    /// The standard has no statement of this number.
    Gap,
}

/// Why no capture proves that a statement is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Other clients, of which the capture shows nothing, may be the cause of what is seen.
    Outside,
    /// What does not come may be withheld for a good reason: rights, a full queue, expiry.
    Withheld,
    /// It binds only where an end has decided, found or forgotten something inside.
    Inside,
    /// What is missing may still come when the capture is over.
    Later,
}

impl Reason {
    /// The reason as a clause.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Outside => "clients that the capture does not show may be the cause",
            Self::Withheld => "rights, a full queue or expiry may be why nothing comes",
            Self::Inside => "it binds where an end has decided or kept something inside",
            Self::Later => "what is missing may come when the capture is over",
        }
    }
}

/// The sections of MQTT 5.0 (its appendix B), or of 3.1.1; 3.1 numbers no statements.
#[must_use]
pub fn sections(version: Version) -> &'static [Section] {
    if version.is_v5() { v5::SECTIONS } else { v311::SECTIONS }
}

/// Rules whose row does not cite these statements: which one is broken depends on the field or the
/// packet. Statements of 5.0, then of 3.1.1, each without `MQTT-`.
#[rustfmt::skip]
static ELSEWHERE: &[(Rule, &str, &str)] = &[
    (Rule::UTF8_ILL_FORMED,
        "1.5.7-1 3.1.3-4 3.1.3-11 3.1.3-12 3.3.2-1 3.3.2-13 3.3.2-19 3.8.3-1 3.10.3-1",
        "3.1.3-4 3.1.3-10 3.1.3-11 3.3.2-1 3.8.3-1 3.10.3-1"),
    (Rule::UTF8_NUL, "4.7.3-2", "4.7.3-2"),
    (Rule::TOO_SHORT,
        "2.2.2-1 3.1.2-9 3.1.2-17 3.1.2-19 3.1.3-1 3.1.3-3 3.3.2-1",
        "3.1.2-9 3.1.2-19 3.1.2-21 3.1.3-1 3.1.3-3 3.3.2-1"),
    (Rule::TRAILING_BYTES, "3.1.2-16 3.1.2-18 3.1.3-1", "3.1.2-11 3.1.2-18 3.1.2-20 3.1.3-1"),
    (Rule::HEADER_FLAGS, "3.6.1-1 3.8.1-1 3.10.1-1 3.14.1-1 3.15.1-1", "3.6.1-1 3.8.1-1 3.10.1-1 3.14.1-1"),
    (Rule::WILL_QOS_WITHOUT_WILL, "", "3.1.2-11"),
    (Rule::WILL_RETAIN_WITHOUT_WILL, "", "3.1.2-11"),
    (Rule::DUP_WITH_QOS_0, "4.3.1-1", "4.3.1-1"),
    (Rule::TOPIC_WILDCARD, "3.3.2-14", ""),
    (Rule::REASON_CODE,
        "3.2.2-8 3.4.2-1 3.5.2-1 3.6.2-1 3.7.2-1 3.8.4-7 3.9.3-2 3.11.3-2 3.14.2-1 3.15.2-1", ""),
    (Rule::RETURN_CODE, "", "3.2.2-6 3.8.4-5 3.9.3-2"),
    (Rule::ALIAS_ABOVE_MAXIMUM, "3.1.2-26 3.1.2-27 3.2.2-17 3.2.2-18", ""),
    (Rule::KEEP_ALIVE_EXPIRED, "3.1.2-20 3.1.2-21 3.2.2-21 3.2.2-22", "3.1.2-23"),
    // Whatever makes the packet too large.
    (Rule::PACKET_ABOVE_MAXIMUM,
        "3.2.2-19 3.2.2-20 3.4.2-2 3.4.2-3 3.5.2-2 3.5.2-3 3.6.2-2 3.6.2-3 3.7.2-2 3.7.2-3 3.9.2-1 3.9.2-2 \
         3.11.2-1 3.11.2-2 3.14.2-3 3.14.2-4 3.15.2-2 3.15.2-3", ""),
    (Rule::SESSION_LOST, "3.1.2-5", "3.1.2-4"),
    (Rule::BEFORE_CONNACK, "3.1.4-5 3.14.0-1", "3.1.4-4"),
    // What the server sends after its refusal, it sends because it has processed more.
    (Rule::AFTER_REFUSAL, "3.1.3-8 3.1.4-6 4.12.0-1 4.12.0-4 4.13.2-1", "3.1.3-9 3.1.4-5"),
    (Rule::AFTER_DISCONNECT, "4.13.2-1", ""),
    (Rule::DUP_AFTER_ANSWER, "", "4.3.2-1 4.3.3-1"),
    (Rule::ID_IN_USE, "3.3.1-1 4.3.2-1 4.3.3-1", "3.3.1-1 4.3.2-1"),
    (Rule::DUP_WITHOUT_FIRST, "3.3.1-3 4.3.2-2 4.3.3-2", "3.3.1-3 4.3.2-1"),
    (Rule::SENT_AGAIN, "4.4.0-2", ""),
    (Rule::NO_SUBSCRIPTION, "3.3.2-3 4.7.2-1", "3.3.2-3 4.7.2-1"),
    (Rule::QOS_ABOVE_GRANTED, "4.8.2-3", ""),
    (Rule::RECEIVE_MAXIMUM_EXCEEDED, "4.9.0-1 4.9.0-2", ""),
    (Rule::CODE_COUNT, "3.8.4-5 3.10.4-6", "3.8.4-4"),
    (Rule::ACK_TWICE, "3.8.4-5 3.10.4-6", "3.8.4-4 3.10.4-6"),
    (Rule::ACK_WRONG,
        "3.3.4-1 3.8.4-2 3.10.4-5 4.3.2-4 4.3.3-8 4.3.3-11", "3.3.4-1 3.8.4-2 3.10.4-4 4.3.2-2 4.3.3-2"),
    (Rule::ACK_UNASKED, "3.8.4-2 3.10.4-5 4.3.2-4 4.3.3-8", "3.8.4-2 3.10.4-4 4.3.2-2"),
];

/// The rules that judge a statement, which is given without `MQTT-`.
pub fn judges(version: Version, id: &str) -> impl Iterator<Item = Rule> {
    let all = (0u16..).map(Rule).take(RULES.len());
    all.filter(move |rule| {
        let (_, cited) = rule.info().place(version);
        cited.split(' ').any(|cited| cited.strip_prefix("MQTT-") == Some(id))
            || elsewhere(*rule, version).any(|cited| cited == id)
            || is_of_property(*rule, version, id)
    })
}

fn elsewhere(rule: Rule, version: Version) -> impl Iterator<Item = &'static str> {
    let rows = ELSEWHERE.iter().filter(move |(own, ..)| *own == rule);
    let lists = rows.map(move |(_, v5, v311)| if version.is_v5() { v5 } else { v311 });
    lists.flat_map(|list| list.split_terminator(' '))
}

/// Whether a property has the statement, for its range or for who may send it.
fn is_of_property(rule: Rule, version: Version, id: &str) -> bool {
    let cites = |statement: &str| statement.strip_prefix("MQTT-") == Some(id);
    version.is_v5()
        && match rule {
            Rule::PROPERTY_RANGE => PROPERTIES.iter().any(|row| cites(row.range_statement)),
            Rule::PROPERTY_SENDER => {
                PROPERTIES.iter().any(|row| row.only_from.is_some_and(|(.., says)| cites(says)))
            }
            _ => false,
        }
}

/// Whether the standard has this statement, with `MQTT-` before it.
#[must_use]
pub fn exists(version: Version, id: &str) -> bool {
    let number = id.strip_prefix("MQTT-").and_then(|id| id.rsplit_once('-'));
    number.is_some_and(|(section, number)| {
        let section = sections(version).iter().find(|row| row.number == section);
        let nth = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let statement = nth.and_then(|nth| section?.statements.get(nth));
        statement.is_some_and(|statement| !matches!(statement, Statement::Gap))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(version: Version) -> impl Iterator<Item = (String, Statement)> {
        sections(version).iter().flat_map(|section| {
            let numbered = section.statements.iter().zip(1..);
            numbered.map(|(statement, n)| (format!("{}-{n}", section.number), *statement))
        })
    }

    /// 5.0: the table of its appendix B has 252 lines, of which 4.2.0-1 is 4.2-1 in the text.
    /// 3.1.1: 139, and two that it prints with a slip: 3.1.2.7 for 3.1.2-7, 3-8.3-4 for 3.8.3-4.
    #[test]
    fn the_standards_have_so_many_statements() {
        for (version, count) in [(Version::V5, 251), (Version::V311, 141)] {
            let statements = all(version).filter(|(_, s)| !matches!(s, Statement::Gap));
            assert_eq!(statements.count(), count, "{version}");
        }
    }

    #[test]
    fn what_no_capture_shows_is_judged_by_no_rule() {
        for version in [Version::V5, Version::V311] {
            for (id, statement) in all(version) {
                let judges: Vec<Rule> = judges(version, &id).collect();
                let may = matches!(statement, Statement::Wire(_));
                assert!(may || judges.is_empty(), "{version} {id}: {judges:?}");
            }
        }
    }

    #[test]
    fn what_is_cited_elsewhere_exists_and_is_not_in_the_row() {
        for (rule, v5, v311) in ELSEWHERE {
            for (version, list) in [(Version::V5, v5), (Version::V311, v311)] {
                for id in list.split_terminator(' ') {
                    let id = format!("MQTT-{id}");
                    assert!(exists(version, &id), "{rule:?}: {id}");
                    let (_, cited) = rule.info().place(version);
                    assert!(!cited.split(' ').any(|cited| cited == id), "{rule:?}: {id}");
                }
            }
        }
    }

    #[test]
    fn words_are_few_and_each_is_its_own() {
        for version in [Version::V5, Version::V311] {
            for (id, statement) in all(version) {
                if let Statement::Wire(words)
                | Statement::Hidden(words)
                | Statement::Unproven(words, _) = statement
                {
                    assert!(!words.is_empty() && words.len() < 90 && !words.ends_with('.'), "{id}");
                }
            }
        }
    }
}
