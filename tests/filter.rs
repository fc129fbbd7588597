//! Filters on our own fields, on recordings and on packets made by hand; what tshark has as well is
//! compared with it in `filter_tshark`.

mod support;

use mqttscope::capture::{Source, open};
use mqttscope::filter::{Filter, Filtered, TABLE};
use mqttscope::pipeline::{Consumer, Inspector, Record, Settings};
use proptest::prelude::*;
use serde_json::Value;
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use support::conversation::packet;
use support::program::run;
use support::recordings;

/// Filters on every kind of field and with every operator.
const FILTERS: &[&str] = &[
    "mqtt",
    "mqtt.qos == 2",
    "mqtt.qos > 0 && mqtt.topic",
    "mqtt.msgtype == PUBLISH || mqtt.msgtype == \"Subscribe Request\"",
    "mqtt.msgtype in {PUBACK, 5..7}",
    "mqtt.topic contains \"a\" ^^ mqtt.dupflag == true",
    "mqtt.topic ~ \"+/#\"",
    "all mqtt.topic matches \"^[a-f]\"",
    "len(mqtt.topic) > 10",
    "mqtt.msg[0:1] == \"{\"",
    "mqtt.json",
    "mqtt.json.celsius > 20",
    "mqtt.hdrflags & 1",
    "(mqtt.hdrflags & 6) == 2",
    "mqtt.len >= 20",
    "mqtt.msgid != 1 && mqtt.qos <= 1",
    "mqtt.msgid == mqtt.len",
    "count(mqtt.topic) > 1",
    "max(mqtt.msgid, mqtt.len) > 100",
    "lower(mqtt.client) contains \"v5\"",
    "mqtt.client matches \"^.{4,8}$\"",
    "mqtt.reason_code >= 0x80",
    "mqtt.reason_code == Success",
    "mqtt.puback.reason_code",
    "mqtt.clientid",
    "mqtt.kalive == 60",
    "mqtt.property_id",
    "mqtt.property.topic_alias",
    "mqtt.property.user_property contains \"=\"",
    "mqtt.property.session_expiry_interval > 0",
    "mqtt.subscription_options_qos == 2",
    "mqtt.finding",
    "mqtt.finding.severity >= warning",
    "mqtt.latency < 1ms",
    "mqtt.answers",
    "mqtt.answers.msgtype == PUBLISH",
    "mqtt.copy_of",
    "mqtt.sender == server",
    "mqtt.version == 5.0",
    "mqtt.type == UNDECODED || mqtt.type == TLS",
    "mqtt.unknown_version",
    "mqtt.unknown_topic_alias",
    "frame.number < 40",
    "frame.time_relative > 0.5",
    "frame.len > 100",
    "ip.addr == 127.0.0.0/8",
    "ipv6",
    "tcp.dstport == 1883",
    "tcp.stream == 1",
    "udp",
    "mqttsn.msg.type == PUBLISH",
    "mqttsn.topic.resolved ~ \"#\"",
    "websocket",
    "http.request.uri",
];

#[test]
fn a_regular_expression_behind_a_tilde_is_told() {
    let args = ["decode", "30050003612f62", "-T", "fields", "-e", "mqtt.topic", "-Y"];
    let told = run(args.iter().chain(&["mqtt.topic ~ \"^a/b\""]));
    assert_eq!((told.code, told.out.as_str()), (0, ""));
    assert!(told.err.contains("the ^ means itself") && told.err.contains("matches \"^a/b\""));
    let other = run(args.iter().chain(&["mqtt.topic ~ \"a/+\""]));
    assert_eq!((other.out.as_str(), other.err.contains("means itself")), ("a/b\n", false));
}

#[test]
fn addresses_have_bytes_and_bits_and_numbers_a_sign() {
    let file = "captures/v5-topics.pcap";
    let chosen = |filter: &str| {
        run(["read", file, "-T", "fields", "-e", "frame.number", "-Y", filter]).out.lines().count()
    };
    let all = chosen("mqtt");
    assert!(all > 50);
    for filter in ["ip.src[0] == 7f", "ip.src & 255.0.0.0 == 127.0.0.0", "ip.src[3] == 01"] {
        assert_eq!(chosen(filter), all, "{filter}");
    }
    assert_eq!(chosen("ip.src & 0.0.0.2"), 0);
    assert_eq!(chosen("mqtt.qos > +0"), chosen("mqtt.qos & 3"));
}

/// The numbers of the records that come through.
#[derive(Default)]
struct Numbers(BTreeSet<u64>);

impl Consumer for Numbers {
    fn record(&mut self, record: &Record<'_>) -> ControlFlow<()> {
        self.0.insert(record.number);
        ControlFlow::Continue(())
    }
}

/// The numbers of the records that each filter accepts, where all trees are built.
struct Accepted<'f> {
    filters: &'f [Filter],
    numbers: Vec<BTreeSet<u64>>,
    all: u64,
}

impl Consumer for Accepted<'_> {
    fn record(&mut self, record: &Record<'_>) -> ControlFlow<()> {
        self.all = self.all.max(record.number);
        for (filter, numbers) in self.filters.iter().zip(&mut self.numbers) {
            if filter.accepts(record) {
                numbers.insert(record.number);
            }
        }
        ControlFlow::Continue(())
    }
}

fn read<C: Consumer>(file: &Path, consumer: C) -> C {
    let mut inspector = Inspector::new(consumer, Settings::default());
    let mut source = open(file).unwrap();
    while let Ok(Some(frame)) = source.next_frame() {
        let _ = inspector.frame(&frame);
    }
    inspector.finish();
    inspector.into_consumer()
}

fn parse(text: &str) -> Filter {
    match Filter::parse(text) {
        Ok(filter) => filter.unwrap(),
        Err(error) => panic!("{text}: {error} at {:?}", error.at),
    }
}

#[test]
fn a_packet_that_is_refused_before_its_tree_is_built_would_be_refused_with_it() {
    let negated: Vec<String> = FILTERS.iter().map(|text| format!("!({text})")).collect();
    let texts: Vec<&str> =
        FILTERS.iter().copied().chain(negated.iter().map(String::as_str)).collect();
    let filters: Vec<Filter> = texts.iter().map(|text| parse(text)).collect();
    let mut chosen_at_all = vec![false; texts.len()];
    for file in recordings() {
        let numbers = vec![BTreeSet::new(); texts.len()];
        let accepted = read(&file, Accepted { filters: &filters, numbers, all: 0 });
        for (nth, text) in texts.iter().enumerate() {
            let filtered = read(&file, Filtered::new(Some(parse(text)), Numbers::default()));
            let (chosen, left_out) = filtered.counts().unwrap();
            assert_eq!(filtered.inner.0, accepted.numbers[nth], "{}: {text}", file.display());
            assert_eq!(chosen + left_out, accepted.all, "{}: {text}", file.display());
            chosen_at_all[nth] |= chosen > 0;
        }
        for (is, is_not) in
            accepted.numbers[..FILTERS.len()].iter().zip(&accepted.numbers[FILTERS.len()..])
        {
            assert!(is.is_disjoint(is_not));
            assert_eq!((is.len() + is_not.len()) as u64, accepted.all);
        }
    }
    // Each filter is worth its place.
    let never: Vec<_> =
        texts.iter().zip(chosen_at_all).filter(|(_, is)| !is).map(|(text, _)| text).collect();
    assert!(never.iter().all(|text| text.starts_with("mqtt.msgid == mqtt.len")), "{never:?}");
}

/// Facts of a record as JSON shows them.
type Shows = fn(&Value) -> bool;

#[test]
fn facts_are_those_that_json_shows() {
    let rows: [(&str, Shows); 14] = [
        ("mqtt.client", |r| r.get("client_id").is_some() || leaves_name_to_server(r)),
        ("mqtt.client contains \"-\"", |r| {
            r["client_id"].as_str().is_some_and(|id| id.contains('-'))
        }),
        ("mqtt.sender == client", |r| r["sender"] == "client"),
        ("mqtt.version == 3.1", |r| r["version"] == "3.1"),
        ("mqtt.answers", |r| r.get("answers").is_some()),
        ("mqtt.answers.msgtype == PUBREC", |r| r["answers"]["type"] == "PUBREC"),
        ("mqtt.copy_of", |r| r.get("copy_of").is_some()),
        ("mqtt.finding", |r| r["findings"].as_array().is_some_and(|list| !list.is_empty())),
        ("mqtt.finding.severity == error", |r| has(r, "severity", "error")),
        ("mqtt.finding == \"dup-with-qos-0\"", |r| has(r, "rule", "dup-with-qos-0")),
        ("mqtt.number == 7", |r| r["n"] == 7),
        ("tcp.stream == 2", |r| r["stream"] == 2),
        ("mqtt.type == PUBLISH", |r| r["type"] == "PUBLISH"),
        ("mqtt.matched_filter", |r| r.get("filter").is_some()),
    ];
    // The command line waits for the end to tell of TLS, the library tells it as it comes.
    let is_tls = |path: &&PathBuf| path.to_str().is_some_and(|path| path.contains("/tls"));
    for file in recordings().iter().filter(|path| !is_tls(path)) {
        let path = file.to_str().unwrap();
        let all = run(["read", "-T", "json", path]);
        let records = all.json();
        for (text, shows) in rows {
            let wanted: BTreeSet<u64> =
                records.iter().filter(|r| shows(r)).map(|r| r["n"].as_u64().unwrap()).collect();
            let filtered = read(file, Filtered::new(Some(parse(text)), Numbers::default()));
            assert_eq!(filtered.inner.0, wanted, "{path}: {text}");
        }
    }
}

/// Whether it is a CONNECT with an empty Client Identifier.
fn leaves_name_to_server(record: &Value) -> bool {
    let mut fields = record["fields"].as_array().into_iter().flatten();
    fields.any(|field| field["field"] == "mqtt.clientid" && field["value"] == "")
}

fn has(record: &Value, key: &str, value: &str) -> bool {
    record["findings"].as_array().into_iter().flatten().any(|finding| finding[key] == value)
}

/// Types of the packets that a filter chooses of some that are pasted.
fn chosen(hex: &[&str], filter: &str) -> Vec<String> {
    let args = ["decode", "-T", "json", "-Y", filter].into_iter().chain(hex.iter().copied());
    let run = run(args);
    assert_eq!(run.code, 0, "{filter}: {}", run.err);
    run.json().iter().map(|record| record["type"].as_str().unwrap().to_owned()).collect()
}

/// A PUBLISH of QoS 0 to the topic `t`.
fn publish(payload: &str) -> String {
    hex::encode(packet(0x30, &[b"\0\x01t", payload.as_bytes()].concat()))
}

#[test]
fn members_of_json_are_compared_by_what_they_are() {
    let payload = r#"{"temp":31.5,"n":18446744073709551615,"on":true,"unit":"C","gone":null,
        "list":[1,2,{"x":7}],"deep":{"a-b":-3},"room 1":{"a.b":8},"none":[]}"#;
    let packet = publish(payload);
    for (filter, is) in [
        ("mqtt.json", true),
        ("mqtt.json.temp > 30", true),
        ("mqtt.json.temp == 31.5", true),
        ("mqtt.json.temp < 31", false),
        ("mqtt.json.n == 18446744073709551615", true),
        ("mqtt.json.on == true", true),
        ("mqtt.json.on == false", false),
        ("mqtt.json.unit == \"C\"", true),
        ("mqtt.json.unit > 3", false),
        ("mqtt.json.unit != 3", true),
        ("mqtt.json.unit == c", false),
        ("lower(mqtt.json.unit) == c", true),
        ("mqtt.json.gone", true),
        ("mqtt.json.gone == 0", false),
        ("mqtt.json.missing", false),
        ("mqtt.json.list == 2", true),
        ("mqtt.json.list.0 == 1", true),
        ("mqtt.json.list.x == 7", true),
        ("mqtt.json.list.2.x in {5..7}", true),
        ("mqtt.json.deep.a-b == -3", true),
        ("mqtt.json.deep", true),
        ("count(mqtt.json.list) == 3", true),
        ("mqtt.json.temp in {31..32}", true),
        ("mqtt.json.unit contains \"C\"", true),
        ("mqtt.json.unit matches \"^c$\"", true),
        (r#"mqtt.json."room 1"."a.b" == 8"#, true),
        (r#"mqtt.json."room 1".a.b == 8"#, false),
        ("mqtt.json.none", true),
        ("string(mqtt.json.temp) matches \"^31\"", true),
    ] {
        assert_eq!(chosen(&[&packet], filter).len(), usize::from(is), "{filter}");
    }
    assert!(chosen(&[&publish("{\"temp\":")], "mqtt.json").is_empty());
    // The whole payload may be a value.
    let chooses = |payload: &str, filter| chosen(&[&publish(payload)], filter).len() == 1;
    assert!(chooses("21.5", "mqtt.json") && chooses("21.5", "mqtt.json > 21"));
    assert!(!chooses("21.5", "mqtt.json > 22") && chooses("[1,[2,3]]", "mqtt.json == 3"));
    assert!(chooses("[]", "mqtt.json") && chooses("null", "mqtt.json"));
    assert!(chooses("\"on\"", "mqtt.json == \"on\"") && !chooses("on", "mqtt.json"));
    let mistake = run(["read", "-Y", "mqtt.json.list[0] == 1", "none.pcap"]);
    assert!(mistake.err.contains("mqtt.json.list.0"), "{}", mistake.err);
}

#[test]
fn a_number_that_no_packet_can_hold_is_refused() {
    for (filter, words) in [
        ("mqtt.msgtype == 300", "mqtt.msgtype is 0 to 255, never 300"),
        ("udp.port == 99999", "udp.port is 0 to 65535, never 99999"),
        ("mqtt.topic_len == 70000", "mqtt.topic_len is 0 to 65535, never 70000"),
        ("mqtt.len == 99999999999999999999", "never 99999999999999999999"),
    ] {
        let refused = run(["read", "-Y", filter, "none.pcap"]);
        assert!(refused.err.contains(words), "{filter}: {}", refused.err);
    }
    for filter in ["mqtt.msgid == 65535", "mqtt.len <= 268435455", "len(mqtt.topic) < 70000"] {
        assert!(Filter::parse(filter).is_ok(), "{filter}");
    }
}

#[test]
fn a_reason_code_is_one_field_and_may_be_left_out() {
    // CONNECT of 5.0, CONNACK, PUBACK without its code, DISCONNECT without it.
    let packets = ["101000044d51545405020000000003616263", "2003008700", "40020001", "e000"];
    assert_eq!(chosen(&packets, "mqtt.reason_code"), ["CONNACK", "PUBACK", "DISCONNECT"]);
    assert_eq!(chosen(&packets, "mqtt.reason_code == \"Not authorized\""), ["CONNACK"]);
    assert_eq!(chosen(&packets, "mqtt.reason_code == 0"), ["PUBACK", "DISCONNECT"]);
    // In 3.1.1 a PUBACK has none, and code 5 has the name that 0x87 has in 5.0.
    let packets = ["100f00044d515454040200000003616263", "20020005", "40020001"];
    assert_eq!(chosen(&packets, "mqtt.reason_code == \"not authorized\""), ["CONNACK"]);
    assert_eq!(chosen(&packets, "mqtt.conack.val == \"Not authorized\""), ["CONNACK"]);
}

#[test]
fn a_topic_is_matched_by_the_rules_of_topic_filters() {
    let packet = "30070005706c616e74"; // plant
    for (filter, is) in [
        ("mqtt.topic ~ \"plant/#\"", true),
        ("mqtt.topic ~ \"+\"", true),
        ("mqtt.topic ~ \"plan\"", false),
        ("mqtt.topic matches \"plan\"", true),
        ("mqtt.topic matches \"PLAN\"", true),
        ("mqtt.topic matches \"(?-i)PLAN\"", false),
        ("mqtt.topic ~ \"#\" && !(mqtt.topic ~ \"+/+\")", true),
    ] {
        assert_eq!(chosen(&[packet], filter).len(), usize::from(is), "{filter}");
    }
}

#[test]
fn numbers_and_spans_of_time_are_calculated_with() {
    // SUBSCRIBE of 16 bytes behind its header, with id 7.
    let packet =
        ["--from", "client", "--mqtt-version", "3.1.1", "821000070003612f31000005622c22322001"];
    for (filter, is_chosen) in [
        ("mqtt.len + 2 == 18", true),
        ("mqtt.len -2 == 14", true),
        ("mqtt.len - mqtt.msgid == 9", true),
        ("20 - mqtt.len == 4", true),
        ("mqtt.len == 2 + 2 * 7", true),
        ("mqtt.len == {2 + 2} * 4", true),
        ("mqtt.len / 3 == 5 && mqtt.len % 3 == 1", true),
        ("mqtt.len & 3 + 1 == 0", true),
        ("0 > - mqtt.len", true),
        ("mqtt.len / 0 == 0", false),
        ("mqtt.len in {15 + 1}", true),
        ("mqtt.len & 16", true),
        ("mqtt.latency + 1ms > 0", false),
        ("abs(mqtt.len) == 16", true),
        ("abs(mqtt.len - 20) == 4", true),
        ("abs(20 - mqtt.len) == 4", true),
    ] {
        assert_eq!(chosen(&packet, filter).len(), usize::from(is_chosen), "{filter}");
    }
}

#[test]
fn a_name_that_is_left_to_the_server_is_empty_until_it_is_known() {
    // CONNECT of 5.0 without a Client Identifier; CONNACK with one.
    let conversation = ["100d00044d5154540502003c000000", "200a00000712000461757431"];
    let clients = |filter| chosen(&conversation, filter).len();
    assert_eq!(clients("mqtt.client == \"\""), 1);
    assert_eq!(clients("mqtt.client == \"aut1\""), 1);
    assert_eq!(clients("mqtt.client"), 2);
}

#[test]
fn the_topic_of_an_alias_is_the_topic_of_the_packet() {
    let (first, second) = ("300700016103230001", "30060000032300 01".replace(' ', ""));
    let connect = "101000044d51545405020000000003616263";
    let packets = ["--from", "client", connect, first, &second];
    assert_eq!(chosen(&packets, "mqtt.topic == \"a\"").len(), 2);
    assert_eq!(chosen(&packets, "mqtt.topic != \"a\"").len(), 0);
    assert_eq!(chosen(&packets, "mqtt.unknown_topic_alias").len(), 0);
    let packets = ["--from", "client", connect, &second];
    assert_eq!(chosen(&packets, "mqtt.unknown_topic_alias").len(), 1);
}

#[test]
fn what_is_wrong_is_pointed_at_and_what_is_meant_is_told() {
    for (filter, at, hint) in [
        ("mqtt.topik == \"a\"", 0..10, "did you mean mqtt.topic?"),
        ("qos == 1", 0..3, "did you mean mqtt.qos?"),
        ("mqtt.qos == 1 && mqtt.topic == mqtt.nothing_like", 31..48, "-G fields"),
        ("mqtt.msgtype == PUBLISHED", 16..25, "did you mean \"PUBLISH\"?"),
        ("mqtt.qos == \"2\"", 12..15, "without quotes: 2"),
        ("mqtt.kalive == sixty", 15..20, ""),
        ("mqtt.kalive contains 1", 0..11, ""),
        ("mqtt.msgid[0] == 1", 0..10, ""),
        ("mqtt.topic == mqtt.qos", 0..22, ""),
        ("mqtt.topic matches \"(\"", 20..21, ""),
        ("mqtt.topic matches \"ab(?=c)d\"", 22..25, ""),
        ("mqtt.topic matches r\"a(b)\\1\"", 25..27, ""),
        ("mqtt.topic matches \"\\\\(?=c)\"", 19..28, ""),
        ("frame contains \"a\"", 0..5, "mqtt contains"),
        ("mqtt.qos == 1 AND mqtt.topic", 14..17, "small letters: and"),
        ("NOT mqtt.topic", 4..14, "small letters: not"),
        ("mqtt.topic_filter == \"a\"", 0..17, "mqtt.topic is the Topic Filter"),
        ("mqtt.property.session_expiry_interval == 1m", 41..43, "without a unit: 60"),
        ("mqtt.kalive > 1h", 14..16, "without a unit: 3600"),
        ("abs(mqtt.topic) == 2", 4..14, ""),
        ("mqtt.topic == \"a\\q\"", 16..18, "r\"...\""),
        ("ip.addr == 10.0.0.0/33", 11..22, "10.0.0.0/8"),
        ("ip.addr == ::1", 11..14, "10.0.0.0/8"),
        ("mqtt.msg == xyz", 12..15, "10:2f"),
        ("mqtt.msgid in {5..2}", 15..19, ""),
        ("frame.time > yesterday", 13..22, "local time"),
        ("mqtt.latency > fast", 15..19, "20ms"),
        ("mqtt.finding == \"qos-33\"", 16..24, ""),
        ("length(mqtt.topic) > 1", 0..6, "len("),
        ("mqtt.topic ~ \"a#\"", 13..17, "Topic Filter"),
        ("mqtt.topic ~ \"$share//a\"", 13..24, "Topic Filter"),
        ("mqtt.topic ~ \"$share/g\"", 13..23, "Topic Filter"),
        ("mqtt.topic ~ \"$share/g/\"", 13..24, "Topic Filter"),
        ("mqtt.topic ~ \"$share/#/a\"", 13..25, "Topic Filter"),
        ("mqtt.json. == 1", 0..10, ""),
        ("mqtt.qos == 2 mqtt.topic", 14..24, "&&"),
        ("nothing(mqtt.topic)", 0..7, "len("),
        ("mqtt.topic + 1 == 2", 0..10, ""),
        ("mqtt.len + 2", 0..12, ""),
        ("mqtt.topic ~ plant/+/temp", 13..19, "quotes"),
        ("mqtt.latency * mqtt.latency > 1ms", 0..27, ""),
        ("mqtt.len == 1 / 0", 12..17, ""),
        ("ip.addr#1 == 10.0.0.1", 7..8, "layers"),
        ("_ws.col.Info contains \"a\"", 0..12, "-T summary"),
        ("mqtt.partner == 7", 0..12, "mqtt.answers"),
        ("tcp.seq == 1", 0..7, "stream"),
    ] {
        let error = Filter::parse(filter).unwrap_err();
        assert_eq!(error.at, at, "{filter}: {error}");
        let told = error.hint.clone().unwrap_or_default();
        assert!(
            told.contains(hint) && told.is_empty() == hint.is_empty() || hint.is_empty(),
            "{filter}: {told}"
        );
        assert!(error.to_string().chars().all(|c| !c.is_control()));
    }
}

#[test]
fn the_command_line_takes_filters_as_tshark_does() {
    let file = "captures/v5-qos.pcapng";
    let numbers = |args: &[&str]| {
        let run = run(args);
        assert_eq!(run.code, 0, "{args:?}: {}", run.err);
        run.json().iter().map(|record| record["n"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    let wanted = numbers(&["read", "-T", "json", file, "-Y", "mqtt.qos==2"]);
    assert_eq!(wanted.len(), 3);
    assert_eq!(numbers(&["read", "-T", "json", file, "mqtt.qos==2"]), wanted);
    assert_eq!(numbers(&["read", file, "-T", "json", "mqtt.qos", "==", "2"]), wanted);
    assert_eq!(numbers(&["-r", file, "-T", "json", "mqtt.qos == 2"]), wanted);
    let both = numbers(&["-r", file, "-T", "json", "-Y", "mqtt.qos", "mqtt.qos == 2"]);
    assert_eq!(both, wanted);
    let wrong = run(["read", file, "mqtt.topik==1"]);
    assert_eq!((wrong.code, wrong.out.as_str()), (1, ""));
    assert!(
        wrong.err.contains("  mqtt.topik==1\n  ^^^^^^^^^^\n  did you mean mqtt.topic?"),
        "{}",
        wrong.err
    );
    let wrong = run(["read", file, "-Y", "mqtt.topic == \u{202e}"]);
    assert!(!wrong.err.contains('\u{202e}'), "{}", wrong.err);
    assert_eq!(run(["read", "captures/nothing.pcap"]).code, 2);
    assert_eq!(run(["read", file, "captures/nothing.pcap"]).code, 2);
}

#[test]
fn what_the_filter_leaves_out_does_not_fail_the_run() {
    let qos_3 = ["decode", "3603000161", "--fail-on", "error"];
    assert_eq!(run(qos_3).code, 3);
    assert_eq!(run(qos_3.into_iter().chain(["-Y", "mqtt.retain == 1"])).code, 0);
    assert_eq!(run(qos_3.into_iter().chain(["-Y", "mqtt.finding"])).code, 3);
}

#[test]
fn a_filter_does_not_see_what_is_redacted() {
    let connect = "101a00044d51545404c2003c00036162630003626f62000473656372";
    let args = |filter| ["decode", connect, "-T", "json", "--redact", "-Y", filter];
    assert_eq!(run(args("mqtt.username")).json().len(), 1);
    assert_eq!(run(args("mqtt.username == \"bob\"")).json().len(), 0);
    assert_eq!(run(args("mqtt contains \"bob\"")).json().len(), 0);
}

#[test]
fn the_list_of_fields_is_that_of_the_table() {
    let run = run(["-G", "fields"]);
    assert_eq!(run.out.lines().count(), TABLE.len());
    for (line, row) in run.out.lines().zip(TABLE.iter()) {
        let cells: Vec<_> = line.split('\t').collect();
        assert_eq!((cells[0], cells[2], cells[3]), ("F", row.key, row.kind.wireshark()));
    }
    assert_eq!(crate::run(["fields", "topic_alias"]).out.lines().count(), 3);
}

/// What filters are made of.
fn pieces() -> impl Strategy<Value = String> {
    let keys: Vec<&str> = TABLE.iter().map(|row| row.key).collect();
    let signs = [
        "==",
        "!=",
        "===",
        "~",
        "<",
        ">=",
        "&&",
        "||",
        "^^",
        "!",
        "not",
        "in",
        "contains",
        "matches",
        "any",
        "all",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        "..",
        "&",
        "len(",
        "max(",
        "\"",
        "'a'",
        "\"a\\",
        "r\"x\"",
        "0:4",
        "-1",
        "1-2",
        "10:2f",
        "127.0.0.1/8",
        "0x10",
        "PUBLISH",
        "é",
        "\u{202e}",
    ];
    let piece = prop_oneof![
        proptest::sample::select(keys).prop_map(str::to_owned),
        proptest::sample::select(signs.to_vec()).prop_map(str::to_owned),
        "\\PC{0,4}",
    ];
    proptest::collection::vec(piece, 0..14).prop_map(|pieces| pieces.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn any_text_is_a_filter_or_has_an_error_in_it(text in prop_oneof![pieces(), any::<String>()]) {
        if let Err(error) = Filter::parse(&text) {
            prop_assert!(error.at.start <= error.at.end && error.at.end <= text.len());
            prop_assert!(text.get(error.at.clone()).is_some(), "within a character");
        }
    }
}

/// tshark has names for what IPv4 carries.
#[test]
fn protocols_have_names() {
    let chosen = |filter: &str| {
        let run = run(["read", "captures/session.pcap", "-T", "json", "-Y", filter]);
        assert_eq!(run.code, 0, "{filter}: {}", run.err);
        run.json().len()
    };
    assert_eq!(chosen("ip.proto == TCP"), chosen("tcp"));
    assert_eq!((chosen("ip.proto == UDP"), chosen("ip.proto == 6")), (0, chosen("ip")));
}
