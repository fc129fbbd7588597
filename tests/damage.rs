//! Damaged transport: connections of real captures are reordered, repeated, cut, overlapped, begun
//! late and thinned out. What loses no byte changes no packet; what loses bytes invents none, and
//! costs no more than the packets that the lost bytes belong to.

mod support;

use mqttscope::annotate::view;
use mqttscope::capture::Frame;
use mqttscope::pipeline::{Consumer, Inspector, Record, Settings};
use mqttscope::render::{FORMATS, Options};
use mqttscope::spec::Severity;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use support::damage::{
    Random, cut, interleave, lose, merge, part, probe, reorder, repeat, segments, send_again,
};
use support::streams::{Stream, clean_streams};
use support::{IN_ORDER, Tcp};

/// What is compared of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Shown {
    json: String,
    kind: &'static str,
    from_client: bool,
    port: u16,
    bytes: Vec<u8>,
    rules: Vec<&'static str>,
    /// Those of severity error.
    errors: Vec<&'static str>,
}

#[derive(Default)]
struct Records(Vec<Shown>);

impl Consumer for Records {
    fn record(&mut self, record: &Record<'_>) -> ControlFlow<()> {
        let json = FORMATS.iter().find(|format| format.name == "json").unwrap();
        let mut out = Vec::new();
        (json.make)(&Options::default()).record(record, &mut out).unwrap();
        let mut value: serde_json::Value = serde_json::from_slice(&out).unwrap();
        // What a packet answers depends on how the two directions stand to each other.
        for key in [
            "n",
            "frames",
            "time",
            "stream",
            "answers",
            "repeats",
            "copy_of",
            "filter",
            "lowered_from",
        ] {
            value.as_object_mut().unwrap().remove(key);
        }
        let findings = value["findings"].as_array_mut().unwrap();
        findings.retain(|finding| !IN_ORDER.contains(&finding["rule"].as_str().unwrap()));
        for finding in findings {
            // Numbers of other packets count over all connections.
            let message = finding["message"].as_str().unwrap();
            finding["message"] = without_numbers(message).into();
        }
        let errors = record.tape.findings().iter().filter(|f| f.severity() == Severity::Error);
        let (from, to) = record.origin.ends.unwrap();
        let from_client = to.port() == 1883;
        let _ = view::context(record.bytes, record.tape, record.version, record.sender);
        self.0.push(Shown {
            json: value.to_string(),
            kind: record.type_name(),
            from_client,
            port: if from_client { from.port() } else { to.port() },
            bytes: record.bytes.to_vec(),
            rules: record.tape.findings().iter().map(|finding| finding.info().id).collect(),
            errors: errors.map(|finding| finding.info().id).collect(),
        });
        ControlFlow::Continue(())
    }
}

/// The words without the numbers of packets in them.
fn without_numbers(message: &str) -> String {
    let mut parts = message.split('#');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push('#');
        out.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    out
}

/// The records of a capture of these segments, a millisecond apart.
fn read(list: &[Tcp]) -> Vec<Shown> {
    let mut inspector = Inspector::new(Records::default(), Settings::default());
    for (number, segment) in (1..).zip(list) {
        let data = segment.ip();
        let time = Some(number as i64 * 1_000_000);
        let frame = Frame { number, time, ..support::frame(101, &data) };
        assert!(inspector.frame(&frame).is_continue());
    }
    inspector.finish();
    inspector.into_consumer().0
}

/// The records of each direction: the two directions of a connection may be told in another order.
fn directions(shown: &[Shown]) -> BTreeMap<(u16, bool), Vec<&str>> {
    let mut map = BTreeMap::<_, Vec<_>>::new();
    for one in shown {
        map.entry((one.port, one.from_client)).or_default().push(one.json.as_str());
    }
    map
}

const PORT: u16 = 50_000;

/// Streams of a size that many cases can be made of; a long one counts with its first part.
fn streams() -> Vec<Stream> {
    let mut streams = clean_streams();
    assert!(streams.len() > 60, "{}", streams.len());
    for stream in &mut streams {
        stream.turns.truncate(30);
    }
    streams
}

/// For each stream: the damaged one reads as the clean one.
fn is_the_same(damage: impl Fn(&[Tcp], &mut Random) -> Vec<Tcp>) {
    for (seed, stream) in (1..).zip(streams()) {
        let base = if seed % 3 == 0 { u32::MAX - 100 } else { 1_000_000 * seed as u32 };
        let list = segments(&stream, base, PORT);
        let clean = read(&list);
        let damaged = damage(&list, &mut Random(seed));
        let found = read(&damaged);
        assert_eq!(directions(&found), directions(&clean), "{}", stream.name);
        no_more_errors(&found, &clean, stream.name.as_str());
    }
}

/// No packet has an error that it has not in the clean capture.
fn no_more_errors(found: &[Shown], clean: &[Shown], name: &str) {
    for from_client in [true, false] {
        let side = |shown: &[Shown]| -> Vec<Shown> {
            shown.iter().filter(|one| one.from_client == from_client).cloned().collect()
        };
        for (found, clean) in side(found).iter().zip(side(clean)) {
            let is_new = |rule: &&&str| !clean.errors.contains(*rule);
            assert_eq!(found.errors.iter().find(is_new), None, "{name}: {}", found.json);
        }
    }
}

#[test]
fn segments_cut_anywhere_read_the_same() {
    is_the_same(|list, random| cut(list, 3, random));
    is_the_same(|list, random| cut(list, 200, random));
}

#[test]
fn segments_sent_together_read_the_same() {
    is_the_same(|list, _| merge(list, 1_460));
}

#[test]
fn reordered_segments_read_the_same() {
    is_the_same(|list, random| {
        // The handshake stays in its place: what comes before it is another matter.
        let (first, rest) = list.split_at(2);
        [first, &reorder(&cut(rest, 100, random), 12, random)].concat()
    });
}

#[test]
fn repeated_and_overlapping_segments_read_the_same() {
    is_the_same(|list, random| repeat(list, 2, 4, random));
    is_the_same(|list, random| {
        let pieces = cut(list, 40, random);
        let (first, rest) = pieces.split_at(2);
        [first, &reorder(&repeat(rest, 2, 8, random), 6, random)].concat()
    });
}

#[test]
fn frames_captured_twice_read_the_same() {
    is_the_same(|list, _| list.iter().flat_map(|one| [one.clone(), one.clone()]).collect());
    // Two interfaces, of which one is behind.
    is_the_same(|list, _| {
        let late = list.iter().map(Some).chain([None, None]);
        let first = list.iter().map(Some).chain([None, None]).collect::<Vec<_>>();
        let late = [None, None].into_iter().chain(late).take(first.len());
        first.into_iter().zip(late).flat_map(|(a, b)| [a, b]).flatten().cloned().collect()
    });
}

#[test]
fn keep_alive_probes_change_nothing() {
    is_the_same(|list, random| probe(list, 2, random));
}

#[test]
fn sequence_numbers_may_wrap_at_any_byte() {
    let stream = &streams()[3];
    let clean = read(&segments(stream, 5_000, PORT));
    for back in 0..200 {
        let list = segments(stream, u32::MAX.wrapping_sub(back), PORT);
        assert_eq!(directions(&read(&list)), directions(&clean), "wraps after {back}");
    }
}

#[test]
fn lost_and_sent_again_reads_the_same() {
    is_the_same(|list, random| {
        let (first, rest) = list.split_at(2);
        [first, &send_again(&cut(rest, 300, random), 3, random)].concat()
    });
}

#[test]
fn interleaved_connections_read_the_same() {
    let mut random = Random(9);
    for group in streams().chunks(9) {
        let lists: Vec<_> = (PORT..)
            .zip(group)
            .map(|(port, stream)| segments(stream, u32::from(port) * 7_000, port))
            .collect();
        let clean = read(&lists.concat());
        let mixed = interleave(&lists, &mut random);
        assert_eq!(directions(&read(&mixed)), directions(&clean));
    }
}

/// A capture may show the directions out of step: an answer before its request, and a request long
/// after. Behind CONNECT and CONNACK nobody is accused for it.
#[test]
fn directions_out_of_step_accuse_nobody() {
    for (seed, stream) in (1..).zip(streams()) {
        let list = segments(&stream, 1_000_000 * seed as u32, PORT);
        let clean = read(&list);
        for most in [1, 3, 40] {
            let mut random = Random(seed + 1_000 * most as u64);
            let mixed = out_of_step(&list, most, &mut random);
            no_more_errors(&read(&mixed), &clean, stream.name.as_str());
        }
    }
}

/// The two directions in an order of their own: each in turn goes up to `most` segments ahead.
fn out_of_step(list: &[Tcp], most: usize, random: &mut Random) -> Vec<Tcp> {
    let (first, rest) = list.split_at(list.len().min(6));
    let of = |client: bool| rest.iter().filter(move |one| one.from_client == client).cloned();
    let mut sides = [of(true).collect::<Vec<_>>(), of(false).collect()];
    let (mut out, mut turn) = (first.to_vec(), 1);
    while sides.iter().any(|side| !side.is_empty()) {
        let side = &mut sides[turn];
        let count = (1 + random.below(most)).min(side.len());
        out.extend(side.drain(..count));
        turn = 1 - turn;
    }
    out
}

/// A packet of a direction: where it begins in the bytes of the side, its length.
struct Packets<'s> {
    clean: &'s [Shown],
}

impl Packets<'_> {
    /// The clean packets of a side with their offsets.
    fn of(&self, from_client: bool) -> Vec<(usize, &Shown)> {
        let mut at = 0;
        let side = self.clean.iter().filter(|one| one.from_client == from_client);
        side.map(|one| {
            let start = at;
            at += one.bytes.len();
            (start, one)
        })
        .collect()
    }

    /// What lossy damage may show: `lost` are byte ranges of the sides that are not there.
    fn check(&self, found: &[Shown], lost: &[(bool, usize, usize)], what: &str) {
        for from_client in [true, false] {
            let lost = lost.iter().filter(|(side, ..)| *side == from_client);
            let lost: Vec<_> = lost.map(|(_, start, end)| (*start, *end)).collect();
            let mut shown = found.iter().filter(|one| {
                let is_whole = !one.rules.iter().any(|rule| CUT.contains(rule));
                one.from_client == from_client && is_whole
            });
            let mut must = Vec::new();
            let clean = self.of(from_client);
            for (index, (start, one)) in clean.iter().enumerate() {
                let is_whole = |start: usize, end: usize| {
                    lost.iter().all(|(from, to)| *to <= start || *from >= end)
                };
                let before = if index > 0 { clean[index - 1].0 } else { *start };
                if is_whole(before, start + one.bytes.len()) && one.kind != "UNDECODED" {
                    must.push(*one);
                }
            }
            // Each packet that is shown whole is one of the clean ones, in their order ...
            let mut left = clean.iter();
            let mut seen = Vec::new();
            for one in &mut shown {
                let same = left.find(|(_, clean)| clean.bytes == one.bytes);
                assert!(same.is_some(), "{what}: invented {:?} {}", one.rules, one.json);
                let alike = clean.iter().filter(|(_, clean)| clean.bytes == one.bytes);
                let known: Vec<_> = alike.flat_map(|(_, clean)| &clean.errors).collect();
                let is_new = |rule: &&&str| !known.contains(rule);
                let new = one.errors.iter().find(is_new);
                assert_eq!(new, None, "{what}: accused falsely: {}", one.json);
                seen.push(&one.bytes);
            }
            // ... and none is missing that has a whole one before it.
            let mut seen = seen.into_iter();
            let missing = must.iter().filter(|one| !seen.any(|bytes| *bytes == one.bytes));
            let missing: Vec<_> = missing.map(|one| (one.kind, hex::encode(&one.bytes))).collect();
            let side = found.iter().filter(|one| one.from_client == from_client);
            let side: Vec<_> =
                side.map(|one| (one.kind, hex::encode(&one.bytes), &one.rules)).collect();
            assert!(
                missing.is_empty(),
                "{what}, from the client: {from_client}, lost {lost:?}: {missing:?} of {side:#?}"
            );
        }
    }
}

/// Findings of a record that is not a whole packet.
const CUT: &[&str] = &[
    "bytes-missing",
    "rest-missing",
    "header-cut",
    "stream-ends",
    "rest-of-packet",
    "not-a-packet",
    "packet-too-large",
    "rest-of-large-packet",
];

/// Byte ranges that the lost segments took with them, unless others brought the bytes.
fn ranges(list: &[Tcp], lost: &[Tcp]) -> Vec<(bool, usize, usize)> {
    let first = |from_client| {
        list.iter().find(|one| one.from_client == from_client).unwrap().seq.wrapping_add(1)
    };
    lost.iter()
        .map(|one| {
            let start = one.seq.wrapping_sub(first(one.from_client)) as usize;
            (one.from_client, start, start + one.payload.len())
        })
        .collect()
}

#[test]
fn lost_segments_cost_the_packets_that_they_hold() {
    for (seed, stream) in (1..).zip(streams()) {
        let whole = segments(&stream, 77_000, PORT);
        let clean = read(&whole);
        if clean.iter().any(|one| one.rules.iter().any(|rule| *rule != "version-ambiguous")) {
            continue;
        }
        for round in 0..6 {
            let mut random = Random(seed * 100 + round);
            let list = if round % 2 == 0 { whole.clone() } else { cut(&whole, 120, &mut random) };
            // The CONNECT stays: another version is another reading.
            let (kept, lost) = lose(&list, |index, segment| {
                index > 8 && !segment.payload.is_empty() && random.one_in(6)
            });
            let what = format!("{} round {round}", stream.name);
            Packets { clean: &clean }.check(&read(&kept), &ranges(&list, &lost), &what);
        }
    }
}

#[test]
fn connections_begun_at_any_byte_are_found_and_nothing_is_invented() {
    for (seed, stream) in (1..).zip(streams()) {
        let whole = segments(&stream, 77_000, PORT);
        let clean = read(&whole);
        let total: usize = whole.iter().map(|one| one.payload.len()).sum();
        for round in 0..6 {
            let mut random = Random(seed * 100 + round);
            let at = random.below(total.min(5_000));
            let (mut taken, mut kept, mut lost) = (0, Vec::new(), Vec::new());
            for segment in &whole {
                let len = segment.payload.len();
                let gone = at.saturating_sub(taken).min(len);
                taken += len;
                if gone > 0 {
                    lost.push(part(segment, 0, gone));
                }
                if taken > at {
                    kept.push(part(segment, gone, len - gone));
                }
            }
            let what = format!("{} from byte {at}", stream.name);
            let found = read(&kept);
            let whole = Packets { clean: &clean };
            for one in found.iter().filter(|one| !one.rules.iter().any(|rule| CUT.contains(rule))) {
                let side = whole.of(one.from_client);
                assert!(
                    side.iter().any(|(_, clean)| clean.bytes == one.bytes),
                    "{what}: invented {}",
                    one.json
                );
            }
        }
    }
}
