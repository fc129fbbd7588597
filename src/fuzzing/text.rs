//! Text that people write: filters, and logs of mosquitto.

use crate::filter::Filter;
use crate::log::text_of;
use crate::paste;
use crate::pipeline::{Consumer, PastedSettings, Record, read_paste};
use crate::render::entries::{
    LogExplainer, entry, json, json_prose, json_verdict, prose, verdicts,
};
use crate::render::log::{compare, release_of};
use crate::render::paint::Painter;
use crate::text::is_unsafe;
use std::ops::ControlFlow;

/// A conversation of MQTT 5.0 that filters choose from: CONNECT and CONNACK, a PUBLISH of QoS 1 with
/// JSON and a topic alias, a PUBACK with a Reason Code, a SUBSCRIBE that breaks a rule, and what is no
/// packet.
const CONVERSATION: &str = "
    10 18 00 04 4d 51 54 54 05 c2 00 3c 05 11 00 00 00 0a 00 01 61 00 01 62 00 01 63
    20 03 00 00 00
    32 15 00 03 61 2f 62 00 07 03 23 00 02 7b 22 74 22 3a 31 2e 35 7d 0a
    40 04 00 07 10 00
    82 07 00 00 00 00 01 23 03
    ff 00 ff ff";

/// The text is a filter. What is wrong in it stands in it, and what is chosen at last was not left out
/// at first sight.
pub fn filter(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match Filter::parse(text) {
        Ok(None) => {}
        Ok(Some(filter)) => {
            let paste = paste::parse_bytes(CONVERSATION.as_bytes(), &paste::Options::default());
            read_paste(&paste, PastedSettings::default(), Chooser { filter, early: None });
        }
        Err(error) => {
            assert!(text.get(error.at.clone()).is_some(), "{error:?} is not in {text:?}");
            assert!(!error.message.is_empty(), "{text:?}");
        }
    }
}

/// Asks a filter of every record, and of those without a tree at first sight too.
struct Chooser {
    filter: Filter,
    early: Option<bool>,
}

impl Consumer for Chooser {
    fn is_choosy(&self) -> bool {
        true
    }

    fn wants(&mut self, record: &Record<'_>) -> bool {
        self.early = self.filter.early(record);
        true
    }

    fn record(&mut self, record: &Record<'_>) -> ControlFlow<()> {
        let (filter, accepted) = (&self.filter, self.filter.accepts(record));
        if let Some(early) = self.early.take() {
            assert_eq!(early, accepted, "{filter:?} changes its mind");
        }
        ControlFlow::Continue(())
    }
}

/// The text holds lines of a log. Values lie in their lines, and nothing that is shown of them can
/// steer a terminal.
pub fn log(data: &[u8]) {
    let text = text_of(data);
    let painter = Painter::default();
    let check = |shown: &str| {
        assert!(!shown.chars().any(|c| is_unsafe(c) && c != '\n'), "{shown:?}");
    };
    let mut explainer = LogExplainer::default();
    let mut entries = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let Some(explained) = explainer.line(line) else {
            check(&prose(at, line, painter, Some(40)));
            check(&serde_json::to_string(&json_prose(at, line)).unwrap_or_default());
            continue;
        };
        for value in &explained.entry.values {
            assert!(line.get(value.start..value.end).is_some(), "{value:?} is not in {line:?}");
        }
        check(&entry(&explained, painter, Some(40)));
        check(&serde_json::to_string(&json(&explained)).unwrap_or_default());
        entries.push(explained.entry);
    }
    let found = explainer.finish();
    check(&verdicts(&found, painter, Some(40)));
    for found in &found {
        check(&serde_json::to_string(&json_verdict(found)).unwrap_or_default());
    }
    let _ = release_of(&entries);
    let diff = compare(Vec::new(), &entries);
    assert_eq!(diff.same, 0, "there is nothing to compare with");
}
