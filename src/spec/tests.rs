//! What the tables cite exists.

use super::fields::FIELDS;
use super::packet_type::PacketType;
use super::property::PROPERTIES;
use super::reason::CODE_TABLES;
use super::rule::RULES;
use super::statement;
use super::version::Version;

fn assert_all_exist(statements: &str, version: Version, who: &str) {
    for id in statements.split_terminator(' ') {
        assert!(statement::exists(version, id), "{who}: {id}");
    }
}

#[test]
fn every_statement_that_is_cited_exists() {
    for row in FIELDS {
        assert_all_exist(row.statements_v5, Version::V5, row.label);
        assert_all_exist(row.statements_v311, Version::V311, row.label);
    }
    for row in &RULES {
        assert_all_exist(row.statements_v5, Version::V5, row.id);
        assert_all_exist(row.statements_v311, Version::V311, row.id);
    }
    for row in &PROPERTIES {
        let own = [row.range_statement, row.only_from.map_or("", |(.., says)| says)];
        let all = row.places.iter().map(|place| place.statements).chain(own);
        all.for_each(|statements| assert_all_exist(statements, Version::V5, row.name));
    }
    for row in &CODE_TABLES {
        assert_all_exist(row.statements, row.version, row.section);
    }
    for kind in (0..16).map(PacketType) {
        for version in [Version::V5, Version::V311] {
            let (_, statements) = kind.flags_source(version).unwrap_or_default();
            assert_all_exist(statements, version, kind.name());
        }
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
