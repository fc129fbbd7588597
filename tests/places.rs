//! What is found of one of several fields of the same kind stands at that one.

use mqttscope::paste::{Options, parse};
use mqttscope::pipeline::{Each, PastedSettings, Record, read_paste};

/// The rules that are found, each with the bytes that it is said of.
fn found(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let mut all = Vec::new();
    let paste = parse(text, &Options::default());
    let take = |record: &Record<'_>| {
        let findings = record.tape.findings().iter();
        all.extend(findings.map(|it| (it.rule.info().id, it.span.of(record.bytes).to_vec())));
    };
    read_paste(&paste, PastedSettings::default(), Each(take));
    all
}

#[test]
fn a_filter_among_others() {
    let found = found("82 0d 00 01 00 00 03 61 2f 62 00 00 01 23 00 20 03 00 00 00");
    let of = found.iter().find(|(rule, _)| *rule == "subscribes-to-all").map(|(_, of)| &of[2..]);
    assert_eq!(of, Some(&b"#"[..]));
}
