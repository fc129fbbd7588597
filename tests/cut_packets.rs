//! A packet that the snap length cut is not faulty: whatever is left of it, the only thing told is
//! that bytes were not captured.

mod support;

use mqttscope::pipeline::{Consumer, Inspector, Record, Settings};
use mqttscope::session::How;
use mqttscope::spec::{Sender, Version};
use std::collections::BTreeSet;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use support::{Tcp, frame};

/// A packet without fault: its version, its sender, its bytes.
type Packet = (Version, Sender, Vec<u8>);

/// Keeps packets of known version that have no finding.
#[derive(Default)]
struct Clean(BTreeSet<(&'static str, Vec<u8>)>, Vec<Packet>);

impl Consumer for Clean {
    fn record(&mut self, record: &Record<'_>) -> ControlFlow<()> {
        // Those that TCP carries: a datagram is there or not, and headers of carriers are no packets.
        let is_mqtt = record.unit.is_none() && Version::ALL.contains(&record.version);
        let known = is_mqtt && matches!(record.version_from, How::Connect | How::Open);
        if let Some(sender) = record.sender.filter(|_| known && record.tape.findings().is_empty()) {
            let kind = (record.type_name(), record.bytes.to_vec());
            if record.bytes.len() < 300 && self.0.insert(kind) {
                self.1.push((record.version, sender, record.bytes.to_vec()));
            }
        }
        ControlFlow::Continue(())
    }
}

/// The packets without fault of all recordings.
fn packets() -> Vec<Packet> {
    let mut clean = Clean::default();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures");
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.extension().unwrap_or_default().to_string_lossy();
        if !name.starts_with("pcap") {
            continue;
        }
        let mut source = mqttscope::capture::open(&path).unwrap();
        let mut inspector = Inspector::new(clean, Settings::default());
        while let Some(frame) = source.next_frame().unwrap() {
            let _ = inspector.frame(&frame);
        }
        inspector.finish();
        clean = inspector.into_consumer();
    }
    clean.1
}

/// The findings of each record.
#[derive(Default)]
struct Told(Vec<(String, How, Vec<&'static str>)>);

impl Consumer for Told {
    fn record(&mut self, record: &Record<'_>) -> ControlFlow<()> {
        let rules = record.tape.findings().iter().map(|finding| finding.info().id).collect();
        self.0.push((record.type_name().to_owned(), record.version_from, rules));
        ControlFlow::Continue(())
    }
}

/// What is told of a packet of which `there` bytes were captured, on a connection of its version.
fn told((version, sender, bytes): &Packet, there: usize) -> Told {
    let settings = Settings { version: Some(*version), ..Settings::default() };
    let mut inspector = Inspector::new(Told::default(), settings);
    let segment = match sender {
        Sender::Client => Tcp::client(101, bytes),
        Sender::Server => Tcp::server(101, 1, bytes),
    };
    let opening = match sender {
        Sender::Client => Tcp::client(100, &[]),
        Sender::Server => Tcp::server(100, 1, &[]),
    };
    for (segment, missing) in [(opening.syn(), 0), (segment, bytes.len() - there)] {
        let data = segment.ethernet();
        let whole = frame(1, &data);
        let data = &data[..data.len() - missing];
        let _ = inspector.frame(&mqttscope::capture::Frame { data, ..whole });
    }
    inspector.finish();
    inspector.into_consumer()
}

#[test]
fn the_only_fault_of_a_cut_packet_is_that_it_is_cut() {
    let packets = packets();
    assert!(packets.len() > 300, "{}", packets.len());
    let mut wrong = BTreeSet::new();
    for packet in &packets {
        for there in 1..packet.2.len() {
            let Told(records) = told(packet, there);
            for (kind, _, rules) in &records {
                if !matches!(rules.as_slice(), ["bytes-missing" | "header-cut"]) {
                    wrong.insert(format!("{kind} {}: {rules:?}", packet.0));
                }
            }
            assert_eq!(records.len(), 1, "{packet:?} cut to {there}");
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_connect_that_is_cut_before_its_level_does_not_tell_the_version() {
    let is_connect = |packet: &&Packet| packet.2[0] == 0x10 && packet.0 == Version::V5;
    let connect = packets().into_iter().find(|packet| is_connect(&packet)).unwrap().2;
    let connack = [0x20, 9, 0, 0, 6, 0x22, 0, 10, 0x21, 0, 20];
    for there in 1..14 {
        let mut inspector = Inspector::new(Told::default(), Settings::default());
        let frames = [
            Tcp::client(100, &[]).syn(),
            Tcp::client(101, &connect),
            Tcp::server(7, 101 + connect.len() as u32, &connack),
        ];
        for (segment, missing) in frames.iter().zip([0, connect.len() - there, 0]) {
            let data = segment.ethernet();
            let whole = frame(1, &data);
            let data = &data[..data.len() - missing];
            let _ = inspector.frame(&mqttscope::capture::Frame { data, ..whole });
        }
        inspector.finish();
        let hows: Vec<_> = inspector.into_consumer().0.iter().map(|(_, how, _)| *how).collect();
        let expected = if there < 9 { [How::Open, How::Inferred] } else { [How::Connect; 2] };
        assert_eq!(hows, expected, "{there} bytes of the CONNECT");
    }
}

#[test]
fn no_version_is_blamed_on_a_cut_packet_where_none_is_known() {
    let connect =
        packets().into_iter().find(|it| it.2[0] == 0x10 && it.0 == Version::V5).unwrap().2;
    let connack = [0x20, 9, 0, 0, 6, 0x22, 0, 10, 0x21, 0, 20];
    for there in 4..connack.len() {
        let mut inspector = Inspector::new(Told::default(), Settings::default());
        let frames = [
            (Tcp::client(100, &[]).syn(), 0),
            (Tcp::client(101, &connect), connect.len() - 4),
            (Tcp::server(7, 101 + connect.len() as u32, &connack), connack.len() - there),
        ];
        for (segment, missing) in frames {
            let data = segment.ethernet();
            let whole = frame(1, &data);
            let data = &data[..data.len() - missing];
            let _ = inspector.frame(&mqttscope::capture::Frame { data, ..whole });
        }
        inspector.finish();
        let Told(records) = inspector.into_consumer();
        let (kind, _, rules) = records.last().unwrap();
        assert_eq!(kind, "CONNACK");
        let is_blamed = |rule: &&&str| !["bytes-missing", "header-cut"].contains(*rule);
        let blamed: Vec<_> = rules.iter().filter(is_blamed).collect();
        assert!(blamed.iter().all(|rule| rule.starts_with("version")), "{there}: {blamed:?}");
    }
}
