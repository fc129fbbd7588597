//! Every row of every table is found by each of its names, and has something to say.

use super::items::all;
use super::*;

fn rows(words: &str) -> Vec<String> {
    let words: Vec<String> = words.split(' ').map(Into::into).collect();
    let found = find(&words).into_iter();
    let names = found.flat_map(|(_, found)| match found {
        Found::Rows(rows) => {
            rows.iter().map(|row| format!("{}: {}", row.table(), row.name())).collect()
        }
        Found::Near(names) => names.into_iter().map(|name| format!("? {name}")).collect::<Vec<_>>(),
    });
    names.collect()
}

#[test]
fn each_row_is_found_by_each_name() {
    for (names, item) in all() {
        assert!(!facts(&item).is_empty(), "{item:?}");
        for name in names {
            let found = find(std::slice::from_ref(&name));
            let is_there = matches!(&found[0].1, Found::Rows(rows) if rows.contains(&item));
            assert!(is_there, "{name}: {found:?}");
            assert!(
                text(&item, Painter::default(), Some(80))
                    .lines()
                    .all(|line| line.chars().count() <= 80),
                "{name}"
            );
        }
    }
}

#[test]
fn words_as_people_write_them() {
    for (words, expected) in [
        ("0x97", "reason code: 0x97 Quota exceeded"),
        ("151", "reason code: 0x97 Quota exceeded"),
        ("quota exceeded", "reason code: 0x97 Quota exceeded"),
        ("0x97 PUBACK", "reason code: 0x97 Quota exceeded in PUBACK"),
        ("PUBACK rc151", "reason code: 0x97 Quota exceeded in PUBACK"),
        ("DISCONNECT 0x8d", "reason code: 0x8d Keep Alive timeout in DISCONNECT"),
        ("disconnect 8D", "reason code: 0x8d Keep Alive timeout in DISCONNECT"),
        ("DISCONNECT keep alive timeout", "reason code: 0x8d Keep Alive timeout in DISCONNECT"),
        ("CONNACK 5", "reason code: 0x05 Connection Refused, not authorized in CONNACK"),
        ("CONNACK RC:5", "reason code: 0x05 Connection Refused, not authorized in CONNACK"),
        ("return code 9", "rc of a client's library: rc 9"),
        ("rc 135", "reason code: 0x87 Not authorized"),
        ("RC:0x97", "reason code: 0x97 Quota exceeded"),
        ("MOSQ_ERR_CONN_LOST", "rc of a client's library: rc 7"),
        ("CONNACK not authorized", "reason code: 0x87 Not authorized in CONNACK"),
        ("SUBACK 128", "reason code: 0x80 Unspecified error in SUBACK"),
        ("PINGREQ 3", "packet type: PINGREQ"),
        ("pubrec", "packet type: PUBREC"),
        ("Receive Maximum", "property: Receive Maximum (0x21)"),
        ("receive-maximum", "property: Receive Maximum (0x21)"),
        ("retain-handling", "field: Retain Handling"),
        ("MQTT-3.1.2-24", "normative statement: MQTT-3.1.2-24"),
        ("[MQTT-3.1.2-24]", "normative statement: MQTT-3.1.2-24"),
        ("mqtt.conflag.cleansess", "field: Clean Start"),
        ("Clean Session", "field: Clean Start"),
        ("qos-3", "rule: qos-3"),
        ("3.1.2.10", "section: 3.1.2.10"),
        ("closed its connection", "line of mosquitto's log: closed"),
        ("socket_error", "line of mosquitto's log: socket_error"),
    ] {
        assert_eq!(rows(words).first().map(String::as_str), Some(expected), "{words}");
    }
    // One argument with a blank in it is the same as two.
    for words in ["DISCONNECT 0x8d", "0x8d DISCONNECT", "CONNACK (rc5)"] {
        let found = find(&[words.to_owned()]);
        assert!(matches!(&found[..], [(_, Found::Rows(rows))] if rows.len() == 1), "{found:?}");
    }
    // 3.x and 5.0 have a code each for it.
    assert_eq!(rows("CONNACK not authorized").len(), 2);
    // A code that the packet has not: those that it has.
    assert!(rows("PUBACK 0x8d").contains(&"? PUBACK 0x97 Quota exceeded".to_owned()));
    assert_eq!(
        rows("0xff").first().map(String::as_str),
        Some("? 0xa2 Wildcard Subscriptions not supported")
    );
    assert!(rows("pubrce").contains(&"? PUBREC".to_owned()));
    assert!(rows("recieve maximum").contains(&"? Receive Maximum".to_owned()));
}

/// MQTT-SN 1.2, section 5.3.4: Retain is "only relevant within a PUBLISH message", and the Will's own in
/// WILLTOPIC; a CONNECT has Will and CleanSession alone.
#[test]
fn a_flag_of_mqtt_sn_is_told_by_the_messages_that_use_it() {
    let shown = |key: &str| {
        let found = find(&[key.to_owned()]);
        let [(_, Found::Rows(rows))] = &found[..] else { panic!("{found:?}") };
        rows.iter().map(|row| text(row, Painter::default(), None)).collect::<String>()
    };
    let retain = shown("mqttsn.retain");
    assert!(retain.contains("in PUBLISH  "), "{retain}");
    assert!(retain.contains("in WILLTOPIC, WILLTOPICUPD  "), "{retain}");
    assert!(shown("mqttsn.will").contains("in CONNECT  "));
    for key in ["mqttsn.dup", "mqttsn.qos", "mqttsn.retain", "mqttsn.topic.id.type"] {
        let shown = shown(key);
        assert!(shown.contains("MQTT-SN 1.2") && shown.contains("section 5.3.4"), "{shown}");
        assert!(!shown.contains("MQTT 3.1.1") && !shown.contains("not used"), "{shown}");
    }
    assert!(
        shown("5.3.4").contains("MQTT-SN 1.2 fields") && !shown("5.3.4").contains("MQTT 3.1.1")
    );
    assert!(!shown("mqtt.msgtype").contains("forbids"), "each type is another");
}

#[test]
fn a_code_without_its_packet_is_all_that_it_may_be() {
    let both =
        ["reason code: 0x05 Connection Refused, not authorized", "rc of a client's library: rc 5"];
    for words in ["rc5", "rc=5", "rc 5", "RC:5", "(rc5)", "rc = 5", "return code 5", "rc 0x05"] {
        assert_eq!(rows(words), both, "{words}");
    }
    assert!(rows("rc222").iter().all(|row| row.starts_with('?')), "{:?}", rows("rc222"));
}
