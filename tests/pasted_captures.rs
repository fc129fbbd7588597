//! What tcpdump and tshark print of a capture, pasted, holds the packets of the capture: no more and no
//! fewer.

mod support;

use mqttscope::capture::open;
use mqttscope::paste::{Options, parse};
use mqttscope::pipeline::{Consumer, Inspector, PastedSettings, Record, Settings, read_paste};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;
use support::{outside, recordings};

/// How often each packet occurs.
#[derive(Debug, Default, PartialEq, Eq)]
struct Packets(BTreeMap<String, usize>);

impl Consumer for Packets {
    fn record(&mut self, record: &Record<'_>) -> ControlFlow<()> {
        *self.0.entry(hex::encode(record.bytes)).or_default() += 1;
        ControlFlow::Continue(())
    }
}

fn of_capture(path: &Path) -> Packets {
    let mut source = open(path).unwrap();
    let mut inspector = Inspector::new(Packets::default(), Settings::default());
    while let Some(frame) = source.next_frame().unwrap() {
        assert!(inspector.frame(&frame).is_continue());
    }
    inspector.finish();
    inspector.into_consumer()
}

fn of_text(text: &str) -> Packets {
    let paste = parse(text, &Options::default());
    assert_eq!(paste.mistakes, [], "{:?}", paste.mistakes.first());
    read_paste(&paste, PastedSettings::default(), Packets::default())
}

/// What a program prints; nothing where it is not there.
fn printed(program: &str, args: &[&str], path: &Path) -> Option<String> {
    let output = Command::new(program).args(args).arg(path).output();
    match output {
        Ok(output) => Some(String::from_utf8_lossy(&output.stdout).into_owned()),
        Err(_) => {
            outside::missing(&format!("{program} is not installed"));
            None
        }
    }
}

fn is_one_of(path: &Path, names: &[&str]) -> bool {
    path.file_stem().is_some_and(|stem| names.iter().any(|name| stem == *name))
}

/// The secrets of the others stand in no dump.
fn is_whole_in_a_dump(path: &Path) -> bool {
    !is_one_of(path, &["tls-secrets", "tls-ws", "tls12", "tls13"])
}

#[test]
fn what_tcpdump_prints() {
    for path in recordings().into_iter().filter(|path| is_whole_in_a_dump(path)) {
        let expected = of_capture(&path);
        for form in ["-x", "-X", "-XX"] {
            let Some(text) = printed("tcpdump", &["-n", form, "-r"], &path) else { return };
            assert_eq!(of_text(&text), expected, "{} {form}", path.display());
        }
    }
}

#[test]
fn what_tshark_prints() {
    let names = ["segments", "lossy-raw", "ipv6-port", "ws-refused"];
    for path in recordings().into_iter().filter(|path| is_one_of(path, &names)) {
        let expected = of_capture(&path);
        for form in [&["-n", "-x", "-r"][..], &["-n", "-V", "-x", "-r"]] {
            let Some(text) = printed("tshark", form, &path) else { return };
            assert_eq!(of_text(&text), expected, "{} {form:?}", path.display());
        }
    }
}
