//! The log of a recording of which a snap length left little: how a connection ended stands there only where
//! the log of the whole recording says the same.

mod support;

use mqttscope::capture::{Frame, Merge, Source};
use mqttscope::pipeline::{Consumer, Inspector, Lifeline, Record, Settings};
use mqttscope::render::log::{Line, Scribe};
use mqttscope::spec::mosquitto::{LogField, Release};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::Path;
use support::{program, recordings};

/// Keeps the lines.
struct Lines(Scribe, Vec<Line>);

impl Consumer for Lines {
    fn record(&mut self, record: &Record<'_>) -> ControlFlow<()> {
        self.0.record(record);
        self.1.extend(self.0.lines());
        ControlFlow::Continue(())
    }

    fn lifeline(&mut self, lifeline: &Lifeline) -> ControlFlow<()> {
        self.0.lifeline(lifeline);
        self.1.extend(self.0.lines());
        ControlFlow::Continue(())
    }
}

/// The lines of a recording, so many bytes of each frame of which were captured, and how many ends are left out.
fn log(path: &Path, snap: usize) -> (Vec<Line>, u64) {
    let mut source = Merge::open(&[path.to_path_buf()]);
    let lines = Lines(Scribe::new(Release::DEFAULT), Vec::new());
    let mut inspector = Inspector::new(lines, Settings::default());
    while let Some(frame) = source.next_frame().unwrap() {
        let data = frame.data.get(..snap).unwrap_or(frame.data);
        let _ = inspector.frame(&Frame { data, ..frame });
    }
    inspector.finish();
    let Lines(mut scribe, mut lines) = inspector.into_consumer();
    scribe.finish();
    lines.extend(scribe.lines());
    (lines, scribe.unknown_ends())
}

/// Clients by address and port, as the lines of their beginning tell.
fn clients(lines: &[Line]) -> BTreeMap<String, String> {
    let value = |line: &Line, field| {
        line.values.iter().find(|row| row.0 == field).map(|row| row.1.clone()).unwrap_or_default()
    };
    let begins = lines.iter().filter(|line| line.text.contains(" connected from "));
    let ends = |line: &Line| match value(line, LogField::ADDRESS) {
        ip if ip.contains(':') => format!("[{ip}]:{}", value(line, LogField::PORT)),
        ip => format!("{ip}:{}", value(line, LogField::PORT)),
    };
    begins.map(|line| (ends(line), value(line, LogField::CLIENT))).collect()
}

/// The lines about an end, with the names that the whole recording tells.
fn ends(lines: &[Line], clients: &BTreeMap<String, String>) -> BTreeSet<String> {
    let ends = lines.iter().filter_map(|line| line.text.strip_prefix("Client "));
    let named = |end: &str| {
        let (client, what) = end.split_at(end.find([' ', ',']).unwrap_or(end.len()));
        format!("{}{what}", clients.get(client).map_or(client, |name| name))
    };
    ends.map(named).collect()
}

#[test]
fn an_end_that_rests_on_what_was_cut_is_left_out() {
    let (mut wrong, mut right) = (Vec::new(), 0);
    for path in recordings() {
        let (whole, left_out) = log(&path, usize::MAX);
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let clients = clients(&whole);
        let known = ends(&whole, &clients);
        let opened = |lines: &[Line]| {
            lines.iter().filter(|line| line.text.starts_with("New connection")).count()
        };
        for snap in [66, 68, 70, 72, 74, 80, 96] {
            let (lines, cut_out) = log(&path, snap);
            let ends = ends(&lines, &clients);
            right += ends.intersection(&known).count();
            let lies = ends.difference(&known).map(|end| format!("{name} {snap}: {end}"));
            wrong.extend(lies);
            // What nothing was read of is counted, too.
            let is_counted = snap > 66 || opened(&lines) == 0 || cut_out > left_out;
            assert!(is_counted, "{name}: {cut_out} ends are left out");
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(right > 200, "{right}");
}

/// The header of a record of TLS is enough to call it that: nothing of it is a packet.
#[test]
fn a_record_of_tls_that_is_cut_is_no_packet() {
    for name in ["tls12.pcap", "tls13.pcap"] {
        let (frames, _) = support::read(&std::fs::read(Path::new("captures").join(name)).unwrap());
        // Some ends are cut to the bytes of the record's header and fewer.
        for snap in 69..76 {
            let frames = frames.iter().map(|frame| frame.data.as_slice());
            let file = support::cut_pcap(1, frames, snap);
            let args = ["read", "-", "-T", "json", "-d", "tcp.port==8883,mqtt"];
            let lines = program::finish(program::command(args), &file).json();
            assert!(!lines.is_empty());
            for line in lines {
                assert!(line["version"].is_null() && line["type"] != "UNDECODED", "{snap}: {line}");
            }
        }
    }
}
