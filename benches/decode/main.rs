//! What decoding costs: with nobody looking (`()`) and with the tree (`Tape`).
//!
//! `cargo bench --bench decode` measures a mix of 200,000 packets of MQTT 5.0, about 20 nodes each,
//! then each packet type of the mix by itself. Throughput is in elements, one a packet:
//! 20 Melem/s are 50 ns a packet. The targets on the mix: at most 30 ns with `()`, 100 with `Tape`.

mod mix;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mqttscope::annotate::{Sink, Tape};
use mqttscope::mqtt::{Reading, decode};
use mqttscope::spec::{PacketType, Version};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Duration;

const PACKETS: usize = 200_000;
const WARM_UP: Duration = Duration::from_millis(500);
const MEASUREMENT: Duration = Duration::from_secs(3);
const READING: Reading = Reading { version: Version::V5, sender: None };

fn decode_all<S: Sink>(packets: &Packets, sink: &mut S, reset: impl Fn(&mut S)) {
    for bytes in packets.iter() {
        reset(sink);
        // By reference: a copy of the result is no part of decoding.
        black_box(&decode(bytes, READING, sink));
    }
}

fn measure(c: &mut Criterion, name: &str, packets: &Packets) {
    println!("{name}: {} packets, {:.1} nodes each", packets.len(), packets.nodes_each());
    let mut group = c.benchmark_group(name);
    group.throughput(Throughput::Elements(packets.len() as u64));
    group.sample_size(20).warm_up_time(WARM_UP).measurement_time(MEASUREMENT);
    group.bench_function("()", |b| b.iter(|| decode_all(packets, &mut (), |_| {})));
    let mut tape = Tape::new();
    group.bench_function("tape", |b| b.iter(|| decode_all(packets, &mut tape, Tape::clear)));
    group.finish();
}

fn benches(c: &mut Criterion) {
    let mix = mix::packets(PACKETS);
    measure(c, "mix", &Packets::new(&mix));
    let mut by_type: BTreeMap<PacketType, Vec<Vec<u8>>> = BTreeMap::new();
    for packet in mix {
        by_type.entry(PacketType::of_header(packet[0])).or_default().push(packet);
    }
    for (kind, packets) in by_type {
        measure(c, kind.name(), &Packets::new(&packets));
    }
}

/// Packets one behind the other in memory, as they come out of a capture.
struct Packets {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Packets {
    fn new(packets: &[Vec<u8>]) -> Self {
        let ends = packets.iter().scan(0, |end, packet| {
            *end += packet.len();
            Some(*end)
        });
        Self { ends: ends.collect(), bytes: packets.concat() }
    }

    fn len(&self) -> usize {
        self.ends.len()
    }

    fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        self.ends.iter().map(move |end| &self.bytes[std::mem::replace(&mut start, *end)..*end])
    }

    /// Nodes of the tree; and a check that the mix is legal and that all of it is decoded.
    fn nodes_each(&self) -> f64 {
        let mut tape = Tape::new();
        let mut nodes = 0;
        for bytes in self.iter() {
            tape.clear();
            let decoded = decode(bytes, READING, &mut tape);
            assert!(decoded.packet.is_some() && tape.errors() == 0, "{:?}", tape.findings());
            nodes += tape.nodes().len();
        }
        nodes as f64 / self.len() as f64
    }
}

criterion_group!(group, benches);
criterion_main!(group);
