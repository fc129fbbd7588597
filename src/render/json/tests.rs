use super::*;
use crate::annotate::{Finding as Found, Sink, Tape};
use crate::bytes::Span;
use crate::pipeline::Origin;
use crate::render::sample::{CONNECT, bytes, with_record, written};
use crate::session::How;
use crate::spec::property::PROPERTIES;
use crate::spec::{Field, Rule, Sender, Version};
use crate::text::is_unsafe;
use proptest::prelude::*;
use serde_json::{Value, json};

fn line(explain: Explain, record: &Record<'_>) -> String {
    let options = Options { explain, ..Options::default() };
    written(&mut Json::new(&options), record)
}

fn parsed(hex: &str, version: Version, explain: Explain) -> Value {
    let text = with_record(&bytes(hex), version, None, |record| line(explain, &record));
    serde_json::from_str(&text).unwrap()
}

/// The first field with this key, however deep.
fn find<'v>(fields: &'v Value, key: &str) -> &'v Value {
    let found = fields.as_array().unwrap().iter().find_map(|field| {
        if field["field"] == key {
            return Some(field);
        }
        field.get("fields").map(|below| find(below, key)).filter(|field| !field.is_null())
    });
    found.unwrap_or(&Value::Null)
}

/// They are written as they stand.
#[test]
fn names_of_the_tables_have_nothing_to_escape() {
    let fields = Field::all().flat_map(|(field, info)| {
        let labels = Version::ALL.map(|version| field.label(version));
        [field.key(), info.elsewhere, info.section_v5, info.section_v311]
            .into_iter()
            .chain([info.statements_v5, info.statements_v311])
            .chain(labels)
    });
    let properties = PROPERTIES.iter().flat_map(|info| [info.key, info.name]);
    for words in fields.chain(properties) {
        assert_eq!(serde_json::to_string(words).unwrap(), format!("\"{words}\""));
        assert!(words.is_ascii(), "{words}");
    }
}

#[test]
fn a_record_has_the_keys_of_the_contract_in_their_order() {
    let text = with_record(&bytes("c000"), Version::V5, Some(Sender::Client), |record| {
        let origin = Origin {
            frames: &[4, 7],
            time: Some(1_795_474_681_123_456_000),
            stream: Some(0),
            ends: Some(("[::1]:40000".parse().unwrap(), "127.0.0.1:1883".parse().unwrap())),
            ..Origin::default()
        };
        line(Explain::Off, &Record { origin: &origin, client_id: Some(b"a"), ..record })
    });
    let head = concat!(
        r#"{"schema":1,"n":1,"frames":[4,7],"time":"2026-11-23T22:58:01.123456000Z","stream":0,"#,
        r#""src":"[::1]:40000","dst":"127.0.0.1:1883","sender":"client","version":"5.0","#,
        r#""version_from":"connect","client_id":"a","type":"PINGREQ","length":2,"hex":"c000","#,
        r#""findings":[],"fields":[{"field":"mqtt.hdrflags","name":"Fixed header","#,
        r#""bit_offset":0,"bit_length":8,"value":192,"spec":"5.0 2.1.1","#,
        r#""fields":[{"field":"mqtt.msgtype","name":"Packet type","bit_offset":0,"bit_length":4,"#,
        r#""value":12,"text":"PINGREQ (12)","spec":"5.0 2.1.2"},"#,
    );
    assert!(text.starts_with(head), "{text}");
    assert!(text.ends_with("]}\n"));
}

#[test]
fn values_have_their_types() {
    let value = parsed(CONNECT, Version::V311, Explain::Brief);
    assert_eq!(value["length"], 49);
    let field = |key| find(&value["fields"], key);
    assert_eq!(field("mqtt.conflags")["value"], 0xc2);
    assert_eq!(field("mqtt.conflags").get("text"), None);
    assert_eq!(field("mqtt.properties").get("value"), None);
    let clean = field("mqtt.conflag.cleansess");
    assert_eq!(clean["value"], true);
    assert_eq!(clean["text"], "1");
    assert_eq!(clean["name"], "Clean Start");
    assert_eq!((&clean["bit_offset"], &clean["bit_length"]), (&json!(78), &json!(1)));
    assert_eq!(clean["spec"], "5.0 3.1.2.4 MQTT-3.1.2-4 MQTT-3.1.2-5 MQTT-3.1.2-6");
    assert_eq!(field("mqtt.kalive")["value"], 60);
    let id = field("mqtt.clientid");
    assert_eq!((&id["value"], &id["text"]), (&json!("mqttx_0c668d0d"), &json!("mqttx_0c668d0d")));
    assert_eq!((&id["bit_offset"], &id["bit_length"]), (&json!(144), &json!(128)));
    let password = field("mqtt.passwd");
    assert_eq!(password["value"], "7075626c6963");
    assert_eq!(password["text"], "public");
    let expiry = field("mqtt.property.session_expiry_interval");
    assert_eq!(expiry["value"], 300);
    assert_eq!(expiry["text"], "300 s (5 minutes)");
    assert!(expiry["meaning"].is_string());
}

#[test]
fn sections_of_3_1_are_those_of_3_1_1() {
    let value =
        parsed("101200064d5149736470 03 02 003c 0004 74657374", Version::V311, Explain::Off);
    assert_eq!(value["version"], "3.1");
    assert_eq!(
        find(&value["fields"], "mqtt.kalive")["spec"].as_str().unwrap().split(' ').next(),
        Some("3.1.1")
    );
    assert!(find(&value["fields"], "mqtt.kalive").get("meaning").is_none());
}

#[test]
fn data_is_hex_and_text_only_where_it_can_be_read() {
    let value = parsed("3007 0001 74 00 ff 10 80", Version::V311, Explain::Brief);
    let payload = find(&value["fields"], "mqtt.msg");
    assert_eq!(payload["value"], "00ff1080");
    assert_eq!(payload.get("text"), None);
    // User Property "a" = "b"
    let value = parsed("300b 0001 74 07 26 0001 61 0001 62", Version::V5, Explain::Brief);
    let pair = find(&value["fields"], "mqtt.property.user_property");
    assert_eq!(pair["value"], json!({"name": "a", "value": "b"}));
    assert_eq!(pair["text"], "a = b");
    assert_eq!(find(&value["fields"], "mqtt.msg")["value"], "");
}

#[test]
fn everything_explained_has_the_parts_of_values() {
    let value = parsed(CONNECT, Version::V5, Explain::Full);
    let id = find(&value["fields"], "mqtt.clientid");
    let part = |at: usize, key: &str| id["fields"][at][key].clone();
    assert_eq!((part(0, "field"), part(0, "value")), (json!("mqtt.string_len"), json!(14)));
    assert_eq!(part(1, "value"), "mqttx_0c668d0d");
    assert_eq!(part(1, "bit_offset"), 160);
    assert_eq!(id["value"], "mqttx_0c668d0d");
    let expiry = find(&value["fields"], "mqtt.property.session_expiry_interval");
    assert_eq!(expiry["fields"][0]["value"], 0x11);
    assert_eq!(expiry["fields"][1]["value"], 300);
    let password = find(&value["fields"], "mqtt.passwd");
    assert_eq!(password["fields"][1]["value"], "7075626c6963");
}

#[test]
fn findings_tell_place_and_source() {
    let value = parsed("3603 0001 74", Version::V311, Explain::Brief);
    let qos = json!({
        "severity": "error", "rule": "qos-3", "spec": "3.1.1 3.3.1.2 MQTT-3.3.1-4",
        "bit_offset": 5, "bit_length": 2, "message": "QoS 3 does not exist",
    });
    assert_eq!(value["findings"][0], qos);
    assert_eq!(value["type"], "PUBLISH");
}

#[test]
fn what_could_steer_a_terminal_is_an_escape() {
    let topic = "a\u{1b}[31m\u{9b}\u{7f}\u{202e}\u{e0041}\"\\é😀";
    let mut packet = vec![0x30, topic.len() as u8 + 2, 0, topic.len() as u8];
    packet.extend(topic.bytes());
    let text = with_record(&packet, Version::V311, None, |record| line(Explain::Off, &record));
    let raw = r#""value":"a\u001b[31m\u009b\u007f\u202e\udb40\udc41\"\\é😀""#;
    assert!(text.contains(raw), "{text}");
    let value: Value = serde_json::from_str(&text).unwrap();
    let field = find(&value["fields"], "mqtt.topic");
    assert_eq!(field["value"], topic);
    assert_eq!(
        field["text"],
        "a\\x1b[31m\\x7f".replace("\\x7f", "\\u{9b}\\x7f\\u{202e}\\u{e0041}\"\\é😀")
    );
}

#[test]
fn ill_formed_text_shows_what_it_is_not() {
    let value = parsed("3005 0003 61 ff 62", Version::V311, Explain::Off);
    let field = find(&value["fields"], "mqtt.topic");
    assert_eq!(field["value"], "a\u{fffd}b");
    assert_eq!(field["text"], "a\\xffb");
}

#[test]
fn bytes_of_no_packet_are_a_line_with_their_place() {
    let mut tape = Tape::new();
    let span = Span::of_bytes(0, 2);
    tape.leaf(Field::UNDECODED, span, 0);
    tape.note(Found::new(Rule::NOT_A_PACKET, span, Field::UNDECODED).with(2, 0));
    let text = TextOrigin {
        file: None,
        line: 3,
        column: 5,
        end_line: 3,
        notation: "hex",
        time: None,
        direction: Some("Send"),
        alone: true,
    };
    let record = Record {
        number: 2,
        origin: &Origin { text: Some(text), ..Default::default() },
        sender: None,
        version: Version::V311,
        version_from: How::Connect,
        client_id: None,
        bytes: &[0xff, 0xfe],
        tape: &tape,
        decoded: None,
        unit: None,
        text: "",
        headers: &[],
        sn: None,
        facts: &crate::session::Facts::default(),
        repair: None,
    };
    let value: Value = serde_json::from_str(&line(Explain::Brief, &record)).unwrap();
    let expected = json!({
        "schema": 1, "n": 2, "line": 3,
        "paste": {"line": 3, "column": 5, "end_line": 3, "notation": "hex", "direction": "Send"},
        "type": "UNDECODED", "length": 2, "hex": "fffe",
        "findings": [{
            "severity": "warning", "rule": "not-a-packet", "bit_offset": 0, "bit_length": 16,
            "message": "no MQTT packet: 2 bytes skipped",
        }],
        "fields": [{
            "field": "mqtt.undecoded", "name": "Not decoded", "bit_offset": 0, "bit_length": 16,
            "value": "fffe", "text": "2 bytes",
        }],
    });
    assert_eq!(value, expected);
}

/// Offset and length of the fields that hold no others.
fn leaves(fields: &Value, out: &mut Vec<(u64, u64)>) {
    for field in fields.as_array().unwrap() {
        match field.get("fields") {
            Some(below) => leaves(below, out),
            None => out.push((
                field["bit_offset"].as_u64().unwrap(),
                field["bit_length"].as_u64().unwrap(),
            )),
        }
    }
}

/// Any bytes, and a real packet with one byte changed and its end cut off.
fn packets() -> impl Strategy<Value = Vec<u8>> {
    let broken =
        (any::<prop::sample::Index>(), any::<u8>(), 1..=49usize).prop_map(|(at, byte, len)| {
            let mut packet = bytes(CONNECT);
            let at = at.index(packet.len());
            packet[at] = byte;
            packet.truncate(len);
            packet
        });
    prop_oneof![prop::collection::vec(any::<u8>(), 0..300), broken]
}

proptest! {
    #[test]
    fn any_bytes_are_a_line_that_covers_them(
        packet in packets(),
        version in prop::sample::select(&Version::ALL[..]),
        explain in prop::sample::select(&[Explain::Off, Explain::Brief, Explain::Full][..]),
        client in prop::collection::vec(any::<u8>(), 0..20),
    ) {
        let text = with_record(&packet, version, None, |record| {
            let record = Record { client_id: Some(&client), ..record };
            line(explain, &record)
        });
        let body = text.strip_suffix('\n').unwrap();
        prop_assert!(!body.chars().any(is_unsafe), "{body}");
        let value: Value = serde_json::from_str(body).unwrap();
        prop_assert_eq!(value["hex"].as_str().unwrap(), hex::encode(&packet));
        prop_assert_eq!(value["client_id"].as_str().unwrap(), String::from_utf8_lossy(&client));
        let mut spans = Vec::new();
        leaves(&value["fields"], &mut spans);
        let mut end = 0;
        for (start, len) in spans {
            prop_assert_eq!(start, end, "{}", body);
            end = start + len;
        }
        prop_assert_eq!(end, packet.len() as u64 * 8);
    }
}
