//! Recorded captures of others, where `MQTTSCOPE_CORPUS` names their folder: the streams assembled
//! here hold the packets that an independent reader found, at the same places in the same frames.

mod support;

use std::{collections::BTreeMap, env, fs, ops::ControlFlow, path::Path};

use mqttscope::{
    capture::{Source, open},
    net::{Counters, Net, Transport},
    stream::{Connection, Event, Flows, Origins, Side, Sink, Stamp},
};

/// A packet: stream, sender and receiver port, first and last frame, first byte, length.
type Row = (u64, String, u64, u64, u8, usize);

#[derive(Default)]
struct Packets {
    rows: Vec<Row>,
}

/// One side's bytes that are not framed yet.
#[derive(Default)]
struct Half {
    bytes: Vec<u8>,
    /// Offset of the first of them.
    start: u64,
    origins: Origins,
    lost: bool,
}

impl Sink for Packets {
    type State = [Half; 2];

    fn opened(&mut self, connection: &Connection) -> Option<[Half; 2]> {
        let mqtt = connection.a.port() == 1883 || connection.b.port() == 1883;
        mqtt.then(Default::default)
    }

    fn event(
        &mut self,
        connection: &Connection,
        state: &mut [Half; 2],
        side: Side,
        event: Event<'_>,
    ) -> ControlFlow<()> {
        let half = &mut state[side as usize];
        match event {
            Event::Data { offset, bytes, at, .. } if !half.lost => {
                half.bytes.extend(bytes);
                half.origins.push(offset, bytes.len(), at);
                let ports =
                    (connection.address(side).port(), connection.address(side.other()).port());
                half.frame(connection.stream, &format!("{}>{}", ports.0, ports.1), &mut self.rows);
            }
            Event::Gap { .. } => half.lost = true,
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

impl Half {
    /// Takes whole packets off the front, by their Remaining Length.
    fn frame(&mut self, stream: u64, ports: &str, rows: &mut Vec<Row>) {
        while let Some(len) = packet_len(&self.bytes).filter(|len| *len <= self.bytes.len()) {
            let end = self.start + len as u64;
            let frames: Vec<_> = self.origins.frames(self.start..end).map(|at| at.frame).collect();
            rows.push((
                stream,
                ports.to_owned(),
                frames[0],
                *frames.last().unwrap(),
                self.bytes[0],
                len,
            ));
            self.bytes.drain(..len);
            self.start = end;
            self.origins.forget_before(end);
            assert!(self.origins.len() <= 1);
        }
    }
}

fn packet_len(bytes: &[u8]) -> Option<usize> {
    let mut value = 0;
    for (index, byte) in bytes.iter().skip(1).take(4).enumerate() {
        value |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some(value + index + 2);
        }
    }
    None
}

fn packets(path: &Path) -> Vec<Row> {
    let mut source = open(path).unwrap();
    let (mut net, mut flows) = (Net::default(), Flows::default());
    let (mut sink, mut skips) = (Packets::default(), Counters::default());
    while let Some(frame) = source.next_frame().unwrap() {
        match net.packet(&frame) {
            Ok(Transport::Tcp(segment)) => {
                let at = Stamp { frame: frame.number, time: frame.time, ..Stamp::default() };
                flows.push(at, &segment, &mut sink);
            }
            Ok(Transport::Udp(_)) => {}
            Err(skip) => skips.add(frame.number, skip),
        }
    }
    flows.finish(&mut sink);
    let skipped: Vec<_> =
        skips.rows().map(|row| format!("{} {}", row.frames, row.example)).collect();
    println!("{}: {:?} {skipped:?}", path.display(), flows.counters());
    sink.rows.sort();
    sink.rows
}

fn truth(path: &Path) -> Vec<Row> {
    let table = fs::read_to_string(path).unwrap();
    let mut lines = table.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let head = lines.next().unwrap();
    let mut rows: Vec<_> = lines
        .map(|cells| {
            let row: BTreeMap<_, _> = head.iter().copied().zip(cells).collect();
            (
                row["stream"].parse().unwrap(),
                row["dir"].to_owned(),
                row["first_frame"].parse().unwrap(),
                row["last_frame"].parse().unwrap(),
                u8::from_str_radix(row["hdr"].trim_start_matches("0x"), 16).unwrap(),
                row["bytes"].parse().unwrap(),
            )
        })
        .collect();
    rows.sort();
    rows
}

#[test]
fn the_packets_of_an_independent_reader_are_found() {
    let Some(corpus) = env::var_os("MQTTSCOPE_CORPUS") else {
        eprintln!("SKIPPED: MQTTSCOPE_CORPUS is not set");
        return;
    };
    let corpus = Path::new(&corpus);
    let mut captures = 0;
    for entry in fs::read_dir(corpus.join("captures")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let expected = truth(&corpus.join("truth").join(format!("{name}.oracle.tsv")));
        assert_eq!(packets(&path), expected, "{name}");
        captures += 1;
    }
    assert!(captures > 0, "no capture in {}", corpus.display());
}
