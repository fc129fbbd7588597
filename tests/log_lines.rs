//! Lines of a log, whatever stands in them: nothing panics, no value lies outside its line, and what a
//! broker writes is read as what it was.

use mqttscope::log::{LogReader, Read, write};
use mqttscope::render::entries::{LogExplainer, entry};
use mqttscope::render::paint::Painter;
use mqttscope::spec::mosquitto::release::WRITTEN;
use mqttscope::spec::mosquitto::{Event, LogField};
use mqttscope::text::is_unsafe;
use proptest::prelude::*;

/// Pieces that lines are made of, in any order.
fn pieces() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "1403334375: ",
        "Client ",
        " disconnected",
        ": ",
        ".",
        "Received PUBLISH from ",
        "Sending ",
        " (d0, q2, r0, m1, '",
        "', ... (",
        " bytes))",
        "\t",
        " (QoS ",
        ")",
        "Received SUBSCRIBE from a",
        "\n",
        " as ",
        "New client connected from ",
        "1.2.3.4",
        "::1",
        "5",
        " [",
        "] ",
        "\u{1b}[31m",
        "| ",
        "Will message specified (3 bytes) (r0, q1).",
    ]);
    let any = prop_oneof![4 => words.prop_map(str::to_owned), 1 => any::<String>()];
    prop::collection::vec(any, 0..12).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn any_text_is_read_and_shown_without_harm(text in pieces()) {
        let mut explainer = LogExplainer::default();
        for line in text.split('\n') {
            let Some(explained) = explainer.line(line) else { continue };
            for value in &explained.entry.values {
                prop_assert!(line.get(value.start..value.end).is_some());
            }
            for width in [None, Some(20), Some(80)] {
                let shown = entry(&explained, Painter::default(), width);
                prop_assert!(!shown.chars().any(|c| is_unsafe(c) && c != '\n'), "{shown:?}");
            }
        }
        let _ = explainer.finish();
    }

    #[test]
    fn what_a_broker_writes_is_read_as_what_it_was(
        client in "[ -~äж]{1,12}", topic in "[ -&(-~äж/]{0,12}", mid in 1u16.., bytes in 0u32..,
        row in 0..WRITTEN.len(),
    ) {
        let values = vec![
            (LogField::CLIENT, client.clone()),
            (LogField::TOPIC, topic.clone()),
            (LogField::DUP, "0".into()),
            (LogField::QOS, "1".into()),
            (LogField::RETAIN, "0".into()),
            (LogField::MID, mid.to_string()),
            (LogField::BYTES, bytes.to_string()),
            (LogField::CODE, "0".into()),
        ];
        for event in [Event::PUBLISH_IN, Event::PUBLISH_OUT, Event::PUBREC_IN, Event::PUBREL_OUT, Event::PUBACK_OUT] {
            let text = write(event, WRITTEN[row].1, &values).unwrap();
            let Read::Entry(entry) = LogReader::default().line(&text) else { panic!("{text}") };
            prop_assert_eq!(entry.row.event, event);
            prop_assert_eq!(entry.value(LogField::CLIENT), Some(client.as_str()));
            prop_assert_eq!(entry.number(LogField::MID), Some(u64::from(mid)));
            if event == Event::PUBLISH_IN {
                prop_assert_eq!(entry.value(LogField::TOPIC), Some(topic.as_str()));
                prop_assert_eq!(entry.number(LogField::BYTES), Some(u64::from(bytes)));
            }
        }
    }
}
