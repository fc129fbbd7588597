//! Lines as they stand in logs and in what people paste.

use super::*;

fn events(text: &str) -> Vec<&'static str> {
    let mut reader = LogReader::default();
    let id = |line| match reader.line(line) {
        Read::Entry(entry) => entry.row.event.info().id,
        Read::Prose => "-",
    };
    text.lines().map(id).collect()
}

#[test]
fn lines_are_found_behind_what_other_programs_put_before_them() {
    let line = "Sending PINGRESP to a";
    for before in [
        "",
        "  ",
        "1403334375: ",
        "2021-03-09T22:23:42: ",
        "mosquitto_1  | 1615328622: ",
        "Mar  9 22:23:42 host mosquitto[123]: ",
    ] {
        assert_eq!(events(&format!("{before}{line}")), ["pingresp"], "{before}");
    }
    assert_eq!(events("he said Sending PINGRESP to a"), ["-"]);
    assert_eq!(events("Sending PINGRESP"), ["-"]);
}

#[test]
fn a_filter_is_known_by_the_line_before_it() {
    let log = "1: Received SUBSCRIBE from a b\n1: \tx/# (QoS 2)\n1: a b 2 x/#\n1: Sending SUBACK to a b\n\
               x (QoS 2)\na b 2 x/#";
    let expected = ["subscribe", "filter", "granted", "suback", "-", "-"];
    assert_eq!(events(log), expected);
    // Tabs that a paste has lost, and blank lines.
    assert_eq!(
        events(&log.replace('\t', "").replace('\n', "\n\n"))[..7],
        ["subscribe", "-", "filter", "-", "granted", "-", "suback"]
    );
    let log = "Received UNSUBSCRIBE from a\n\tx y\na x y\nSending UNSUBACK to a\na x y";
    assert_eq!(events(log), ["unsubscribe", "unfilter", "ungranted", "unsuback", "-"]);
    let log = log.replace('\t', "").replace('\n', "\n1403334375: ");
    let log = format!("1403334375: {log}");
    let expected = ["unsubscribe", "unfilter", "ungranted", "unsuback", "-"];
    assert_eq!(events(&log), expected);
    let log = "Will message specified (3 bytes) (r0, q1).\n\tw/t\nSending CONNACK to a (0, 0)";
    assert_eq!(events(log), ["will", "will_topic", "connack"]);
}

#[test]
fn an_address_of_ipv6_keeps_its_colons() {
    let mut reader = LogReader::default();
    for (line, address, port) in [
        ("New connection from ::1:1667 on port 1883.", "::1", Some("1667")),
        ("New connection from ::1 on port 1883.", "::1", None),
        ("New connection from fe80::1 on port 1883.", "fe80::1", None),
    ] {
        let Read::Entry(entry) = reader.line(line) else { panic!("{line}") };
        assert_eq!(entry.value(LogField::ADDRESS), Some(address), "{line}");
        assert_eq!(entry.value(LogField::PORT), port, "{line}");
    }
}

#[test]
fn a_line_made_to_be_slow_ends() {
    let line = format!("Client {}", " disconnected: [1:1]".repeat(400));
    assert_eq!(events(&line).len(), 1);
    assert_eq!(events(&"Received PUBLISH from (d0, q0, r0, m0, '".repeat(200)), ["-"]);
}

#[test]
fn bytes_that_are_no_text_stay_visible() {
    assert_eq!(text_of(b"a\xffb"), "a\\xffb");
}

/// A line as the broker writes it that has no room for more than so many bytes.
fn cut(line: &str, bytes: usize) -> String {
    text_of(line.as_bytes().get(..bytes).unwrap_or(line.as_bytes()))
}

/// 2.x formats a line with its time into 1000 bytes, the last of which is the NUL.
#[test]
fn a_line_that_the_broker_cut_is_what_its_beginning_says() {
    let topic = "t/".repeat(600);
    let line = |before: &str| {
        format!("{before}Received PUBLISH from a (d0, q1, r0, m7, '{topic}', ... (5 bytes))")
    };
    for before in ["1795870390: ", "2026-11-28T12:53:10: ", ""] {
        let text = cut(&line(before), 999);
        let Read::Entry(entry) = LogReader::default().line(&text) else {
            panic!("prose: {before}")
        };
        assert_eq!(entry.row.event, Event::PUBLISH_IN);
        assert_eq!(entry.client.as_deref(), Some("a"));
        assert_eq!(entry.number(LogField::MID), Some(7));
        assert!(topic.starts_with(entry.value(LogField::TOPIC).unwrap()));
        assert_eq!(entry.value(LogField::BYTES), None);
        assert_eq!(entry.cut, Some(999 - before.len()));
        assert_eq!(events(&cut(&line(before), 998)), ["-"], "{before}");
    }
    // What reads the broker's output puts its own before it.
    let within = format!("mosquitto_1  | {}", cut(&line("1795870390: "), 999));
    assert_eq!(events(&within), ["publish_in"]);
    // A name that is cut is none.
    let name = "a".repeat(2_000);
    assert_eq!(events(&cut(&format!("1795870390: Client {name} disconnected."), 999)), ["-"]);
    let text = cut(&format!("1795870390: Sending PINGRESP to {name}"), 999);
    let Read::Entry(entry) = LogReader::default().line(&text) else { panic!("prose") };
    assert_eq!((entry.row.event, entry.client), (Event::PINGRESP, None));
    // A number that is cut may be any.
    let most =
        "t".repeat(999 - "1795870390: Received PUBLISH from a (d0, q0, r0, m0, '', ... (12".len());
    let text =
        format!("1795870390: Received PUBLISH from a (d0, q0, r0, m0, '{most}', ... (1234 bytes))");
    let text = cut(&text, 999);
    let Read::Entry(entry) = LogReader::default().line(&text) else { panic!("prose") };
    assert_eq!(entry.value(LogField::TOPIC), Some(most.as_str()));
    assert_eq!(entry.value(LogField::BYTES), None);
    // Half a character is none.
    let text =
        format!("1795870390: Sending PUBLISH to a (d0, q0, r0, m0, 't{}", "\u{20ac}".repeat(500));
    let text = cut(&text, 999);
    assert!(text.ends_with("\\xe2\\x82"), "{text}");
    let Read::Entry(entry) = LogReader::default().line(&text) else { panic!("prose") };
    assert!(entry.value(LogField::TOPIC).unwrap().ends_with('\u{20ac}'));
    // A filter stands on a line of its own.
    let filter = format!("1795870390: \t{} (QoS 1)", "f/".repeat(600));
    let log = format!("1795870390: Received SUBSCRIBE from a\n{}", cut(&filter, 999));
    assert_eq!(events(&log), ["subscribe", "filter"]);
}
