//! What the tables cite exists: the statements that the two standards number, counted in their
//! texts.

use super::fields::FIELDS;
use super::property::PROPERTIES;
use super::reason::CODE_TABLES;
use super::rule::RULES;
use super::version::Version;

/// For each section of MQTT 5.0 its highest statement. In 2.2.1 there is no first one.
const V5: &[(&str, u8)] = &[
    ("1.5.4", 3),
    ("1.5.5", 1),
    ("1.5.7", 1),
    ("2.1.3", 1),
    ("2.2.1", 6),
    ("2.2.2", 1),
    ("3.1.0", 2),
    ("3.1.2", 30),
    ("3.1.3", 12),
    ("3.1.4", 6),
    ("3.2.0", 2),
    ("3.2.2", 22),
    ("3.3.1", 13),
    ("3.3.2", 20),
    ("3.3.4", 10),
    ("3.4.2", 3),
    ("3.5.2", 3),
    ("3.6.1", 1),
    ("3.6.2", 3),
    ("3.7.2", 3),
    ("3.8.1", 1),
    ("3.8.3", 5),
    ("3.8.4", 8),
    ("3.9.2", 2),
    ("3.9.3", 2),
    ("3.10.1", 1),
    ("3.10.3", 2),
    ("3.10.4", 6),
    ("3.11.2", 2),
    ("3.11.3", 2),
    ("3.12.4", 1),
    ("3.14.0", 1),
    ("3.14.1", 1),
    ("3.14.2", 4),
    ("3.14.4", 3),
    ("3.15.1", 1),
    ("3.15.2", 3),
    ("4.1.0", 2),
    ("4.3.3", 13),
    ("4.4.0", 2),
    ("4.7.0", 1),
    ("4.7.1", 2),
    ("4.7.3", 4),
    ("6.0.0", 4),
    ("4.9.0", 3),
    ("4.12.0", 7),
    ("4.12.1", 2),
    ("6.0.0", 4),
];

/// For each section of MQTT 3.1.1 its highest statement.
const V311: &[(&str, u8)] = &[
    ("1.5.3", 3),
    ("2.2.2", 2),
    ("2.3.1", 7),
    ("3.1.0", 2),
    ("3.1.2", 24),
    ("3.1.3", 11),
    ("3.1.4", 5),
    ("3.2.0", 1),
    ("3.2.2", 6),
    ("3.3.1", 12),
    ("3.3.2", 3),
    ("3.6.1", 1),
    ("3.8.1", 1),
    ("3.8.3", 4),
    ("3.8.4", 6),
    ("3.9.3", 2),
    ("3.10.1", 1),
    ("3.10.3", 2),
    ("3.10.4", 6),
    ("3.14.1", 1),
    ("3.14.4", 3),
    ("4.3.3", 2),
    ("4.7.1", 3),
    ("4.7.3", 4),
    ("6.0.0", 4),
];

fn assert_all_exist(statements: &str, standard: &[(&str, u8)], who: &str) {
    for id in statements.split_terminator(' ') {
        let (section, number) = id.strip_prefix("MQTT-").unwrap().rsplit_once('-').unwrap();
        let highest = standard.iter().find(|row| row.0 == section).map(|row| row.1);
        let number: u8 = number.parse().unwrap();
        assert!(highest.is_some_and(|highest| (1..=highest).contains(&number)), "{who}: {id}");
    }
}

#[test]
fn every_statement_that_is_cited_exists() {
    for row in FIELDS {
        assert_all_exist(row.statements_v5, V5, row.label);
        assert_all_exist(row.statements_v311, V311, row.label);
    }
    for row in &RULES {
        assert_all_exist(row.statements_v5, V5, row.id);
        assert_all_exist(row.statements_v311, V311, row.id);
    }
    for row in &PROPERTIES {
        row.places.iter().for_each(|place| assert_all_exist(place.statements, V5, row.name));
    }
    for row in &CODE_TABLES {
        let standard = if row.version == Version::V5 { V5 } else { V311 };
        assert_all_exist(row.statements, standard, row.section);
    }
}

/// A statement stands in the section that it is named after: what a row cites from chapter 3
/// belongs to its packet, or to what the packet settles.
#[test]
fn statements_of_another_packet_are_not_cited_for_a_field() {
    for row in FIELDS.iter().filter(|row| row.section_v5.starts_with("3.")) {
        let packet: Vec<&str> = row.section_v5.split('.').take(2).collect();
        for id in row.statements_v5.split_terminator(' ').filter(|id| id.starts_with("MQTT-3.")) {
            let own = id.starts_with(&format!("MQTT-{}.", packet.join(".")));
            // Retain Handling and Retain As Published are laid down with RETAIN.
            let retain = row.label.starts_with("Retain ") && id.starts_with("MQTT-3.3.1-");
            assert!(own || retain, "{}: {id}", row.label);
        }
    }
}
