//! Against tshark: some thousand filters choose the same packets.
//!
//! For each capture filters are made by chance from its own fields and values. tshark starts slowly,
//! so many are asked in one run: `-z io,stat` counts the frames that each filter chooses in an
//! interval, and a copy of the capture has its frames a millisecond apart, which makes each interval
//! one frame. What lists need (commas) is asked with `-Y`, for a few captures. Compared are frames with
//! one MQTT packet: there both of us mean the same by a filter. `MQTTSCOPE_SEED=N` makes other filters.

#[path = "../support/mod.rs"]
mod support;

mod generate;

use generate::{Dice, Known, Seen};
use mqttscope::capture::{Source, open};
use mqttscope::filter::{Filter, TABLE, Type, Value};
use mqttscope::pipeline::{Consumer, Each, Inspector, Record, Settings};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use support::{captures_in, outside};

/// Filters for each capture.
const FILTERS: usize = 100;
/// Captures of which some filters are asked with `-Y`, one run each.
const WITH_COMMAS: usize = 24;
/// Frames of a capture that are looked at.
const MAX_FRAMES: usize = 400;
/// Ports that tshark is told to read as MQTT and as MQTT-SN.
const PORTS: [&str; 4] = [
    "tcp.port==11883,mqtt",
    "udp.port==1884,mqttsn",
    "udp.port==10000,mqttsn",
    "tcp.port==1884,mqtt",
];

/// A field that we read otherwise than tshark, so that no filter is made of it, and why.
const FIELDS_APART: &[(&str, &str)] = &[
    ("mqtt.msg_text", "tshark has it, in place of mqtt.msg, where a preference says so"),
    ("mqtt.willmsg_text", "the same of mqtt.willmsg"),
    ("mqtt.msg_decoded_as", "tshark has it where a preference names a dissector"),
    (
        "mqtt.subscription_options",
        "before 5.0 tshark has no parts of the byte, but mqtt.sub.qos alone",
    ),
    ("mqtt.subscription_options_reserved", "the same"),
    ("mqttsn.topic.id", "tshark shows a short topic name as a number"),
    ("mqttsn.dup", "tshark shows of the flags those that it holds for used by the type"),
    ("mqttsn.qos", "the same"),
    ("mqttsn.retain", "the same"),
    ("mqttsn.will", "the same"),
    ("mqttsn.clean.session", "the same"),
    ("mqttsn.topic.id.type", "the same"),
    ("mqttsn.msg", "tshark has it of every message, we of one that is inside another"),
];

/// A capture, and frames of it whose packet we read otherwise than tshark, and why.
const FRAMES_APART: &[(&str, &[u64], &str)] = &[
    (
        "bridge.pcap",
        &[6, 10, 11, 18, 46, 51, 124],
        "levels with the bridge bit are no versions to tshark",
    ),
    ("midstream.pcap", &[15, 31, 52], "tshark infers no version where no CONNECT was seen"),
    (
        "refused.pcap",
        &[106],
        "the answer to a CONNECT of level 6 is read as that of another version",
    ),
    ("snaplen-96.pcap", &[4, 34, 35], "what the snap length cut is shown as far as it goes"),
    ("v5-properties.pcapng", &[10, 11], "to tshark a text ends at its first byte 0"),
    ("sv_mqtt_events_unassigned_msgtype.pcap", &[8], "bytes of packet type 0"),
];

#[test]
fn every_field_of_tshark_is_known() {
    let Some(fields) = fields_of_tshark() else { return };
    let of_mqtt = |key: &&String| key.starts_with("mqtt.") || key.starts_with("mqttsn.");
    let missing: Vec<_> = fields
        .keys()
        .filter(of_mqtt)
        .filter(|key| !TABLE.iter().any(|row| row.key == **key))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn values_have_the_names_of_tshark() {
    let Ok(values) = Command::new("tshark").args(["-G", "values"]).output() else {
        return outside::missing("tshark is not installed");
    };
    let text = String::from_utf8_lossy(&values.stdout).into_owned();
    // Of a name that stands twice tshark takes the first number.
    let mut seen = BTreeSet::new();
    for line in text.lines() {
        let parts: Vec<&str> = line.split('\t').collect();
        let named = match parts[..] {
            ["V", key, number, name] => vec![(key, number, name)],
            ["T", key, set, unset] => vec![(key, "1", set), (key, "0", unset)],
            _ => continue,
        };
        for (key, number, name) in named {
            let is_ours = key.starts_with("mqtt.") || key.starts_with("mqttsn.");
            if !is_ours || !seen.insert((key, name)) {
                continue;
            }
            let read = |text: String| match Filter::parse(&text) {
                Ok(filter) => format!("{filter:?}"),
                Err(error) => panic!("{text}: {error}"),
            };
            let number = read(format!("{key} == {number}"));
            let by_name = read(format!("{key} == \"{name}\""));
            // Of reasons, 5.0 and the versions before it have some names in common.
            let check = |text: &str| text.rsplit_once("check: ").unwrap().1.to_owned();
            let digits = check(&number).replace(|c: char| !c.is_ascii_digit(), "");
            let check = check(&by_name);
            let mut numbers = check.split(|c: char| !c.is_ascii_digit());
            assert!(by_name == number || numbers.any(|n| n == digits), "{key} {name}: {check}");
        }
    }
    assert!(seen.len() > 200, "{}", seen.len());
}

#[test]
fn filters_choose_what_tshark_chooses() {
    let Some(fields) = fields_of_tshark() else { return };
    let corpus = outside::folder("MQTTSCOPE_CORPUS").map(|corpus| corpus.join("captures"));
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures");
    let files: Vec<PathBuf> =
        [Some(own), corpus].into_iter().flatten().flat_map(captures).collect();
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let telling = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let found = compare(file, &fields, &telling);
                    wrong.lock().unwrap().extend(found);
                }
            });
        }
    });
    // A filter tells something where it chooses some packets and not others.
    let telling = telling.into_inner();
    assert!(telling >= files.len() * FILTERS / 3, "only {telling} filters tell something");
    let wrong = wrong.into_inner().unwrap();
    // Of each frame the shortest filter.
    let mut shortest: BTreeMap<&str, &str> = BTreeMap::new();
    for (frame, how) in wrong.iter().filter_map(|line| line.split_once(": ")) {
        let best = shortest.entry(frame).or_insert(how);
        if how.len() < best.len() {
            *best = how;
        }
    }
    let first: Vec<_> =
        shortest.iter().take(80).map(|(frame, how)| format!("{frame}: {how}")).collect();
    assert!(wrong.is_empty(), "{} differences\n{}", wrong.len(), first.join("\n"));
}

/// What differs in one capture.
fn compare(file: &Path, fields: &BTreeMap<String, String>, telling: &AtomicUsize) -> Vec<String> {
    let name = file.file_name().unwrap().to_str().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.pcap");
    let Some(frames) = rewrite(file, &copy) else { return Vec::new() };
    let mut known = Known::new();
    each_record(&copy, |record| learn(&mut known, fields, record));
    if known.is_empty() {
        return Vec::new();
    }
    let seed = std::env::var("MQTTSCOPE_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = name
        .bytes()
        .fold(seed.unwrap_or(7_u64), |seed, byte| seed.wrapping_mul(31).wrapping_add(byte.into()));
    let mut dice = Dice::new(seed);
    let texts: Vec<String> =
        (0..FILTERS).map(|_| generate::filter(&mut dice, &known, false)).collect();
    let theirs = stat(&copy, &texts, frames);
    let all = theirs.single.len();
    let some = |chosen: &&BTreeSet<u64>| {
        let count = chosen.intersection(&theirs.single).count();
        count > 0 && count < all
    };
    telling.fetch_add(theirs.chosen.iter().filter(some).count(), Ordering::Relaxed);
    let mut wrong = differences(name, &copy, &texts, &theirs);
    if seed as usize % 50 < WITH_COMMAS {
        let text = generate::filter(&mut dice, &known, true);
        let chosen = chosen_by_option(&copy, &text);
        let Asked { single, .. } = theirs;
        let theirs = Asked { single, chosen: vec![chosen] };
        wrong.extend(differences(name, &copy, &[text], &theirs));
    }
    wrong
}

/// What tshark says of a capture: the frames with one packet, and those that each filter chooses.
struct Asked {
    single: BTreeSet<u64>,
    chosen: Vec<BTreeSet<u64>>,
}

fn differences(name: &str, file: &Path, texts: &[String], theirs: &Asked) -> Vec<String> {
    let parse = |text: &String| match Filter::parse(text) {
        Ok(filter) => filter.unwrap(),
        Err(error) => panic!("{text}: {error} at {:?}", error.at),
    };
    let filters: Vec<Filter> = texts.iter().map(parse).collect();
    let mut ours = Ours { filters: &filters, packets: BTreeMap::new(), quick: Vec::new() };
    run(file, &mut ours);
    let apart: BTreeSet<u64> = FRAMES_APART
        .iter()
        .filter(|(file, ..)| *file == name)
        .flat_map(|(_, frames, _)| frames.iter().copied())
        .collect();
    let mut wrong = Vec::new();
    for (frame, packets) in &ours.packets {
        let [packet] = packets.as_slice() else { continue };
        if !theirs.single.contains(frame) || apart.contains(frame) {
            continue;
        }
        for ((text, chosen), ours) in texts.iter().zip(&theirs.chosen).zip(packet) {
            if chosen.contains(frame) != *ours {
                wrong.push(format!("{name} frame {frame}: ours {ours}: {text}"));
            }
        }
    }
    wrong
}

/// What each filter says of the packets of a frame.
struct Ours<'f> {
    filters: &'f [Filter],
    packets: BTreeMap<u64, Vec<Vec<bool>>>,
    /// What each filter says of the packet that comes next without its tree.
    quick: Vec<Option<bool>>,
}

impl Consumer for Ours<'_> {
    fn is_choosy(&self) -> bool {
        true
    }

    fn wants(&mut self, record: &Record<'_>) -> bool {
        self.quick = self.filters.iter().map(|filter| filter.early(record)).collect();
        true
    }

    fn record(&mut self, record: &Record<'_>) -> ControlFlow<()> {
        let chosen: Vec<bool> = self.filters.iter().map(|filter| filter.accepts(record)).collect();
        for (quick, chosen) in self.quick.iter().zip(&chosen) {
            assert!(
                quick.is_none_or(|quick| quick == *chosen),
                "chosen or refused without its tree, and otherwise with it: #{}",
                record.number
            );
        }
        self.quick.clear();
        if record.is_packet() {
            let frame = record.origin.frames.iter().copied().max().unwrap();
            self.packets.entry(frame).or_default().push(chosen);
        }
        ControlFlow::Continue(())
    }
}

fn settings() -> Settings {
    let mut settings = Settings::default();
    settings.ports.extend([11_883, 1_884]);
    settings
}

fn run<C: Consumer>(file: &Path, consumer: &mut C) {
    struct By<'c, C>(&'c mut C);
    impl<C: Consumer> Consumer for By<'_, C> {
        fn is_choosy(&self) -> bool {
            self.0.is_choosy()
        }
        fn wants(&mut self, record: &Record<'_>) -> bool {
            self.0.wants(record)
        }
        fn record(&mut self, record: &Record<'_>) -> ControlFlow<()> {
            self.0.record(record)
        }
    }
    let mut inspector = Inspector::new(By(consumer), settings());
    let mut source = open(file).unwrap();
    while let Ok(Some(frame)) = source.next_frame() {
        let _ = inspector.frame(&frame);
    }
    inspector.finish();
}

fn each_record(file: &Path, mut act: impl FnMut(&Record<'_>)) {
    run(file, &mut Each(&mut act));
}

/// Values of a record's fields that tshark has as well, a few of each field.
fn learn(known: &mut Known, fields: &BTreeMap<String, String>, record: &Record<'_>) {
    if !record.is_packet() {
        return;
    }
    let is_apart = |key: &str| FIELDS_APART.iter().any(|(apart, _)| *apart == key);
    for row in TABLE.iter().filter(|row| !is_apart(row.key)) {
        let Some(kind) = fields.get(row.key) else { continue };
        let mut values = row.values(record);
        if values.is_empty() {
            continue;
        }
        if !is_same(row.kind, kind) {
            // Of another type there: whether it is there is all that can be compared.
            values = vec![Value::Present];
        }
        let is_number = kind.starts_with("FT_UINT") && kind != "FT_UINT_STRING";
        let all = &mut known
            .entry(row.key)
            .or_insert_with(|| Seen { row, is_number, values: Vec::new() })
            .values;
        let room = 24_usize.saturating_sub(all.len());
        all.extend(values.into_iter().take(room.min(3)));
        let distinct: Vec<Value<'static>> = std::mem::take(all);
        for value in distinct {
            if !all.contains(&value) {
                all.push(value);
            }
        }
    }
}

/// Whether our type is what tshark calls so.
fn is_same(ours: Type, theirs: &str) -> bool {
    let theirs = theirs.trim_start_matches("FT_");
    match ours {
        Type::Number | Type::Flag => theirs.starts_with("UINT") || theirs == "BOOLEAN",
        Type::Text => theirs.ends_with("STRING"),
        Type::Bytes => theirs == "BYTES",
        Type::Duration => theirs == "RELATIVE_TIME",
        Type::Ipv4 => theirs == "IPv4",
        Type::Ipv6 => theirs == "IPv6",
        _ => false,
    }
}

fn captures(folder: PathBuf) -> Vec<PathBuf> {
    // tshark sees no MQTT in what something else carries.
    let is_carried =
        |name: &str| ["ws", "proxy", "tls"].iter().any(|start| name.starts_with(start));
    let mut files = captures_in(&folder);
    files.retain(|path| !is_carried(path.file_name().unwrap().to_str().unwrap()));
    assert!(!files.is_empty(), "no capture in {}", folder.display());
    files
}

/// The first frames of a capture a millisecond apart, in one pcap. `None` where links differ.
fn rewrite(file: &Path, copy: &Path) -> Option<usize> {
    let mut source = open(file).unwrap();
    let mut out = Vec::new();
    let (mut link, mut count) = (None, 0);
    while let Ok(Some(frame)) = source.next_frame() {
        let first = *link.get_or_insert(frame.link);
        if frame.link != first {
            return None;
        }
        if count == 0 {
            let words = [0xa1b2_c3d4, 0x0004_0002, 0, 0, 262_144, first.0];
            out.extend(support::words(&words, false));
        }
        let time = count as u32 * 1_000;
        let len = frame.data.len() as u32;
        out.extend(support::words(
            &[1_000_000_000 + time / 1_000_000, time % 1_000_000, len, frame.original_len],
            false,
        ));
        out.extend(frame.data);
        count += 1;
        if count == MAX_FRAMES {
            break;
        }
    }
    // The interval of the last frame is shown where another frame follows.
    out.extend(support::words(&[1_000_000_002, 0, 0, 0], false));
    fs::write(copy, out).unwrap();
    (count > 0).then_some(count)
}

/// tshark with what both of us are told.
fn tshark(file: &Path) -> Command {
    let mut command = Command::new("tshark");
    command.args(["-n", "-o", "tcp.reassemble_out_of_order:TRUE", "-r"]).arg(file);
    command.args(PORTS.iter().flat_map(|port| ["-d", port]));
    command
}

fn output(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The fields that tshark has, with their types.
fn fields_of_tshark() -> Option<BTreeMap<String, String>> {
    let Ok(fields) = Command::new("tshark").args(["-G", "fields"]).output() else {
        outside::missing("tshark is not installed");
        return None;
    };
    let text = String::from_utf8_lossy(&fields.stdout).into_owned();
    let rows = text.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let row = |row: Vec<&str>| match row[..] {
        ["F", _, key, kind, ..] => Some((key.to_owned(), kind.to_owned())),
        _ => None,
    };
    Some(rows.filter_map(row).collect())
}

/// One run for all filters.
fn stat(file: &Path, filters: &[String], frames: usize) -> Asked {
    let list = format!("io,stat,0.001,{}", filters.join(","));
    let fields = ["-T", "fields", "-e", "frame.number", "-e", "mqtt.len", "-e", "mqttsn.msg.len"];
    let text = output(tshark(file).args(fields).args(["-z", &list]));
    let mut single = BTreeSet::new();
    let mut chosen = vec![BTreeSet::new(); filters.len()];
    let mut row = 0;
    for line in text.lines() {
        if line.contains(" <> ") {
            row += 1;
            let cells = line.split('|').skip(2).step_by(2);
            for (cell, chosen) in cells.zip(&mut chosen) {
                if cell.trim().parse::<u64>().is_ok_and(|count| count > 0) {
                    chosen.insert(row);
                }
            }
        } else if let [number, mqtt, sn] = line.split('\t').collect::<Vec<_>>()[..] {
            let packets =
                [mqtt, sn].into_iter().flat_map(|list| list.split(',')).filter(|v| !v.is_empty());
            if packets.count() == 1 {
                single.insert(number.parse().unwrap());
            }
        }
    }
    assert!(row >= frames as u64, "{row} rows of io,stat for {frames} frames");
    Asked { single, chosen }
}

/// The frames that `-Y` chooses.
fn chosen_by_option(file: &Path, filter: &str) -> BTreeSet<u64> {
    let text = output(tshark(file).args(["-Y", filter, "-T", "fields", "-e", "frame.number"]));
    text.lines().map(|line| line.parse().unwrap()).collect()
}
