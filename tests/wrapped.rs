//! Wherever an MQTT conversation is put, it stays the same: in every link, tunnel and kind of
//! fragment the JSON of its packets is that of the clean capture.

mod support;

use mqttscope::net::{Net, Transport, describe};
use mqttscope::pipeline::{Consumer, Inspector, Record, Settings};
use mqttscope::render::{self, Explain, Format, Options};
use serde_json::Value;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Command, Stdio};
use support::conversation::tidy;
use support::wrap::{Wrap, ipv4, ipv4_fragments, wraps};
use support::{IN_ORDER, Owned, frame, outside, pcap, read};

/// Collects the JSON of records.
struct Json {
    format: Box<dyn Format>,
    records: Vec<Value>,
}

impl Consumer for Json {
    fn record(&mut self, record: &Record<'_>) -> ControlFlow<()> {
        let mut line = Vec::new();
        self.format.record(record, &mut line).unwrap();
        let mut value: Value = serde_json::from_slice(&line).unwrap();
        for key in ["frames", "time"] {
            value.as_object_mut().unwrap().remove(key);
        }
        for partner in ["answers", "repeats", "copy_of"] {
            if let Some(partner) = value.get_mut(partner).and_then(Value::as_object_mut) {
                partner.retain(|key, _| key == "n" || key == "type");
            }
        }
        // Its sentence says how much time has passed, and that is not the same in every wrap.
        let findings = value["findings"].as_array_mut().unwrap();
        // What came in fragments has no frame of its own that proves an order.
        findings.retain(|finding| !IN_ORDER.contains(&finding["rule"].as_str().unwrap()));
        for finding in findings.iter_mut().filter(|finding| finding["rule"] == "take-over-war") {
            finding.as_object_mut().unwrap().remove("message");
        }
        self.records.push(value);
        ControlFlow::Continue(())
    }
}

/// The records of frames, and the inspection at its end.
fn inspect(link: u32, frames: &[Vec<u8>]) -> (Vec<Value>, Inspector<Json>) {
    let format = render::format("json").unwrap();
    let options = Options { explain: Explain::Off, ..Options::default() };
    let consumer = Json { format: (format.make)(&options), records: Vec::new() };
    let mut inspector = Inspector::new(consumer, Settings::default());
    for (number, bytes) in (1..).zip(frames) {
        let mut frame = frame(link, bytes);
        (frame.number, frame.time) = (number, Some(number as i64 * 1_000_000));
        assert!(inspector.frame(&frame).is_continue());
    }
    inspector.finish();
    let records = std::mem::take(&mut inspector.consumer().records);
    (records, inspector)
}

/// The IP packets of the conversation that the tests share.
fn conversation() -> Vec<Vec<u8>> {
    tidy().into_iter().map(|frame| frame[14..].to_vec()).collect()
}

/// The IPv4 packets of a recording on Ethernet; of other links none.
fn recorded(path: &Path) -> Vec<Vec<u8>> {
    let (frames, _) = read(&std::fs::read(path).unwrap());
    let whole = |f: &&Owned| {
        f.link == 1
            && f.data.get(12..14) == Some(&[8, 0])
            && f.original_len as usize == f.data.len()
    };
    let packet = |f: &Owned| {
        let length = usize::from(u16::from_be_bytes([f.data[16], f.data[17]]));
        f.data[14..14 + length].to_vec()
    };
    // The wraps are made for TCP.
    let is_tcp = |f: &Owned| f.data.get(23) == Some(&6);
    if frames.iter().all(|f| whole(&f) && is_tcp(f)) {
        frames.iter().map(packet).collect()
    } else {
        Vec::new()
    }
}

fn without_addresses(mut records: Vec<Value>) -> Vec<Value> {
    for record in &mut records {
        let record = record.as_object_mut().unwrap();
        assert!(record.remove("src").is_some() && record.remove("dst").is_some());
    }
    records
}

fn is_the_same(wrap: &Wrap, packets: &[Vec<u8>], clean: &[Value]) {
    let (records, inspector) = inspect(wrap.link, &wrap.frames(packets));
    let name = wrap.name;
    let strange: Vec<_> =
        inspector.counters().rows().filter(|row| !row.example.reason().is_ordinary()).collect();
    assert!(strange.is_empty(), "{name}: {strange:?}");
    let fragments = inspector.fragments();
    assert_eq!((fragments.incomplete, fragments.conflicts), (0, 0), "{name}: {fragments:?}");
    assert_eq!(records.len(), clean.len(), "{name}");
    if wrap.is_v6 {
        assert_eq!(without_addresses(records), without_addresses(clean.to_vec()), "{name}");
    } else {
        assert_eq!(records, clean, "{name}");
    }
}

#[test]
fn the_packets_are_those_of_the_clean_capture_in_every_wrap() {
    let packets = conversation();
    let (clean, _) = inspect(101, &packets);
    assert_eq!(clean.len(), 15);
    for wrap in wraps() {
        is_the_same(&wrap, &packets, &clean);
    }
}

#[test]
fn recordings_are_the_same_in_every_wrap() {
    let mut count = 0;
    for entry in std::fs::read_dir("captures").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|end| end != "pcap" && end != "pcapng") {
            continue;
        }
        let packets = recorded(&path);
        // The long ones say nothing new, and take long without optimisation.
        if packets.is_empty() || packets.len() > 200 {
            continue;
        }
        count += 1;
        let (clean, _) = inspect(101, &packets);
        for wrap in wraps() {
            is_the_same(&wrap, &packets, &clean);
        }
    }
    assert!(count >= 3, "{count}");
}

#[test]
fn every_shorter_frame_and_every_changed_byte_is_survived() {
    // The longest packet: the turn with the PUBLISH of 150 bytes.
    let packet = conversation().into_iter().max_by_key(Vec::len).unwrap();
    for wrap in wraps() {
        for whole in wrap.frames(std::slice::from_ref(&packet)) {
            for length in 0..whole.len() {
                let mut cut = frame(wrap.link, &whole[..length]);
                cut.original_len = whole.len() as u32;
                survives(&cut);
            }
            for at in 0..whole.len().min(160) {
                for flip in [0x01, 0x10, 0x80, 0xff] {
                    let mut damaged = whole.clone();
                    damaged[at] ^= flip;
                    survives(&frame(wrap.link, &damaged));
                }
            }
        }
    }
}

fn survives(frame: &mqttscope::capture::Frame<'_>) {
    let mut net = Net::default();
    let mut next = Some(net.packet(frame));
    let mut count = 0;
    while let Some(result) = next {
        match result {
            Ok(Transport::Tcp(segment)) => assert!(describe(segment.layers).count() >= 3),
            Ok(Transport::Udp(datagram)) => assert!(describe(datagram.layers).count() >= 3),
            Err(skip) => assert!(!skip.to_string().is_empty()),
        }
        count += 1;
        assert!(count < 1000, "no end");
        next = net.more(frame);
    }
}

#[test]
fn the_layers_are_told_a_line_each() {
    let told = |name: &str| {
        let wrap = wraps().into_iter().find(|wrap| wrap.name == name).unwrap();
        let frames = wrap.frames(&conversation()[..1]);
        let mut net = Net::default();
        match net.packet(&frame(wrap.link, &frames[0])) {
            Ok(Transport::Tcp(segment)) => {
                describe(segment.layers).map(|layer| layer.words()).collect::<Vec<_>>()
            }
            other => panic!("{other:?}"),
        }
    };
    let everything = told("everything");
    assert_eq!(
        everything[..6],
        [
            "Ethernet 02:00:00:00:00:01 -> 02:00:00:00:00:02, VLAN 7",
            "PPPoE, session 5",
            "IPv4 192.0.2.1 -> 192.0.2.2",
            "VXLAN, network 42",
            "Ethernet 02:00:00:00:00:01 -> 02:00:00:00:00:02",
            "MPLS, label 16",
        ]
    );
    assert!(everything[6].starts_with("IPv4 10.0.0.1 -> 10.0.0.2, TTL 64"), "{everything:?}");
    assert!(everything[7].starts_with("TCP 50000 -> 1883, SYN"), "{everything:?}");
    assert_eq!(told("MPLS, five labels")[1], "MPLS, label 16 / 17 / 18 / 19 and 1 more");
    assert_eq!(told("GRE with key")[1..3], ["IPv4 192.0.2.1 -> 192.0.2.2", "GRE, key 5"]);
    assert_eq!(told("ERSPAN 2")[3], "ERSPAN version 2, session 7");
    assert_eq!(told("GTP-U")[2], "GTP-U, endpoint 0x00000009");
    assert_eq!(
        told("802.11, between them")[0],
        "IEEE 802.11 02:00:00:00:00:09 -> 02:00:00:00:00:03"
    );
}

#[test]
fn tunnels_within_tunnels_have_an_end() {
    let mut packet = conversation().remove(0);
    for depth in 1..20 {
        packet = ipv4(4, &packet);
        let result = Net::default().packet(&frame(101, &packet)).is_ok();
        assert_eq!(result, depth <= 8, "depth {depth}");
    }
}

#[test]
fn all_frames_that_brought_a_part_are_listed() {
    use support::program;
    let packets = conversation();
    let longest = packets.iter().max_by_key(|packet| packet.len()).unwrap();
    let frames = ipv4_fragments(longest, 1, 24);
    // The second comes twice; what it says is known then.
    let again = [&frames[..2], &frames[1..]].concat();
    let run = program::finish(
        program::command(["read", "-", "-T", "json", "-d", "tcp.port==1883,mqtt"]),
        &support::pcap(101, &again),
    );
    let records = run.json();
    let count = again.len() as u64;
    let expected: Vec<u64> = (1..=count).filter(|frame| *frame != 3).collect();
    let listed: Vec<u64> =
        records[0]["frames"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).collect();
    assert_eq!(listed, expected, "{}", run.out);
}

#[test]
fn what_never_becomes_whole_is_counted() {
    let packets = conversation();
    let longest = packets.iter().max_by_key(|packet| packet.len()).unwrap();
    let mut frames = ipv4_fragments(longest, 1, 24);
    frames.remove(2);
    let (records, inspector) = inspect(101, &frames);
    assert!(records.is_empty());
    let counters = inspector.fragments();
    assert_eq!((counters.incomplete, counters.whole), (1, 0));
    assert_eq!(counters.fragments, frames.len() as u64);
}

#[test]
fn of_fragments_that_differ_the_first_wins() {
    let packets = conversation();
    let (clean, _) = inspect(101, &packets);
    let mut frames = Vec::new();
    for (n, packet) in packets.iter().enumerate() {
        let mut parts = ipv4_fragments(packet, n, 24);
        let last = parts.pop().unwrap();
        // The same places again with other bytes.
        let mut lies: Vec<_> = parts.clone();
        lies.iter_mut().for_each(|part| *part.last_mut().unwrap() ^= 0xff);
        frames.extend(parts);
        frames.extend(lies);
        frames.push(last);
    }
    let (records, inspector) = inspect(101, &frames);
    assert_eq!(records, clean);
    assert!(inspector.fragments().conflicts >= 13, "{:?}", inspector.fragments());
}

#[test]
fn fragments_that_wait_take_bounded_memory() {
    // First parts only, each of another packet of 64 KiB: 1.2 GiB if all were kept.
    let mut net = Net::default();
    let packet = ipv4(6, &[0; 64]);
    for host in 0..2_u8 {
        for id in 0..10_000_u16 {
            let mut part = packet.clone();
            part[12] = host;
            part[4..6].copy_from_slice(&id.to_be_bytes());
            // Far behind: room up to there is made.
            part[6..8].copy_from_slice(&(0x2000_u16 | 8000).to_be_bytes());
            assert!(net.packet(&frame(101, &part)).is_err());
        }
    }
    let counters = net.fragments();
    assert_eq!((counters.fragments, counters.incomplete), (20_000, 20_000));
}

/// What tshark finds in a capture: the numbers of the packet types, frame after frame.
fn tshark(capture: &[u8]) -> Option<Vec<String>> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("wrapped.pcap");
    std::fs::write(&path, capture).unwrap();
    let output = Command::new("tshark")
        .args(["-n", "-o", "tcp.desegment_tcp_streams:TRUE", "-T", "fields", "-e", "mqtt.msgtype"])
        .args(["-o", "ip.defragment:TRUE", "-o", "tcp.check_checksum:FALSE", "-r"])
        .arg(&path)
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).unwrap();
    let types = text.split([',', '\n']).filter(|part| !part.is_empty());
    Some(types.map(str::to_owned).collect())
}

/// The wraps are what they claim to be: another dissector finds the packets in them as well.
#[test]
fn tshark_finds_the_same_packets() {
    let packets = conversation();
    let Some(clean) = tshark(&pcap(101, &packets)) else {
        return outside::missing("tshark is not installed");
    };
    assert_eq!(clean.len(), 15, "{clean:?}");
    let mut differ = Vec::new();
    for wrap in wraps().into_iter().filter(|wrap| wrap.is_common) {
        let found = tshark(&pcap(wrap.link, &wrap.frames(&packets))).unwrap();
        if found != clean {
            differ.push((wrap.name, found.len()));
        }
    }
    assert!(differ.is_empty(), "{differ:?}");
}

/// The fuzzer of captures begins with one small file of each wrap, and of each compression.
///
/// `MQTTSCOPE_REWRITE=1 cargo test --test wrapped` writes them anew.
#[test]
fn the_fuzzer_has_a_seed_of_each_kind() {
    if !Path::new("fuzz").exists() {
        eprintln!("SKIPPED: fuzz is not part of a packed crate");
        return;
    }
    let folder = Path::new("fuzz/corpus/capture");
    // The turns with CONNECT and CONNACK.
    let packets = &conversation()[2..4];
    let mut seeds: Vec<(String, Vec<u8>)> =
        wraps().iter().map(|w| (w.name.to_owned(), pcap(w.link, &w.frames(packets)))).collect();
    let clear = pcap(101, packets);
    seeds.push(("packed gzip".to_owned(), packed::gzip(&clear)));
    seeds.push(("packed Zstandard".to_owned(), packed::zstd(&clear)));
    seeds.push(("packed LZ4".to_owned(), packed::lz4(&clear)));
    for (name, bytes) in seeds {
        let name = name.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        let path = folder.join(name.replace("--", "-"));
        if std::env::var("MQTTSCOPE_REWRITE").is_ok_and(|value| value == "1") {
            std::fs::write(&path, &bytes).unwrap();
        }
        assert!(path.is_file(), "{} is missing", path.display());
    }
}

mod packed {
    use std::io::Write;

    pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    pub(crate) fn zstd(bytes: &[u8]) -> Vec<u8> {
        zstd::encode_all(bytes, 3).unwrap()
    }

    pub(crate) fn lz4(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = lz4_flex::frame::FrameEncoder::new(Vec::new());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }
}
