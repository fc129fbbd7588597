//! What the whole way from a frame to a packet costs: link, IP, TCP, reassembly, framing and the
//! tree, with a consumer that does nothing.
//!
//! `cargo bench --bench frames` sends the mix of packets that `--bench decode` measures through one
//! connection, one packet a frame. Throughput is in elements, one a packet.

#[path = "../decode/mix.rs"]
mod mix;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use etherparse::PacketBuilder;
use mqttscope::capture::{Frame, LinkType};
use mqttscope::pipeline::{Consumer, Inspector, Record, Settings};
use std::hint::black_box;
use std::ops::ControlFlow;
use std::time::Duration;

const PACKETS: usize = 20_000;
const WARM_UP: Duration = Duration::from_millis(500);
const MEASUREMENT: Duration = Duration::from_secs(3);

/// Counts the records.
#[derive(Default)]
struct Count(u64);

impl Consumer for Count {
    fn record(&mut self, record: &Record<'_>) -> ControlFlow<()> {
        black_box(record.tape);
        self.0 += 1;
        ControlFlow::Continue(())
    }
}

/// A CONNECT of 5.0, then each packet in a segment of its own.
fn frames(packets: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let connect = b"\x10\x10\0\x04MQTT\x05\x02\0\0\0\0\x03abc".to_vec();
    let mut seq = 1000;
    let segments = std::iter::once(&connect).chain(packets);
    segments
        .map(|payload| {
            let mut frame = Vec::new();
            let header = PacketBuilder::ethernet2([2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2])
                .ipv4([10, 0, 0, 1], [10, 0, 0, 2], 64)
                .tcp(50_000, 1883, seq, 512);
            header.write(&mut frame, payload).unwrap();
            seq += u32::try_from(payload.len()).unwrap();
            frame
        })
        .collect()
}

fn inspect(frames: &[Vec<u8>]) -> u64 {
    let mut inspector = Inspector::new(Count::default(), Settings::default());
    for (number, data) in (1..).zip(frames) {
        let frame = Frame {
            number,
            time: i64::try_from(number).ok(),
            link: LinkType::ETHERNET,
            original_len: u32::try_from(data.len()).unwrap(),
            interface: 0,
            file: 0,
            beside: None,
            data,
        };
        let _ = inspector.frame(&frame);
    }
    inspector.finish();
    inspector.consumer().0
}

fn benches(c: &mut Criterion) {
    let frames = frames(&mix::packets(PACKETS));
    assert_eq!(inspect(&frames), frames.len() as u64, "each frame is a packet");
    let mut group = c.benchmark_group("frames");
    group.throughput(Throughput::Elements(frames.len() as u64));
    group.sample_size(20).warm_up_time(WARM_UP).measurement_time(MEASUREMENT);
    group.bench_function("mix", |b| b.iter(|| inspect(black_box(&frames))));
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
