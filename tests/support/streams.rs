//! The MQTT connections of captures that lack nothing: of `captures/`, and of the corpus where
//! `MQTTSCOPE_CORPUS` names it.

use super::conversation::Turn;
use super::outside;
use mqttscope::capture::{Source, open};
use mqttscope::net::{Net, Transport};
use mqttscope::stream::{self, Connection, End, Event, Flows, Sink, Stamp};
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Client,
    Server,
}

/// A connection from its SYN on: what each segment brought, in order.
#[derive(Clone, Debug, Default)]
pub struct Stream {
    /// The capture, and the number of the connection in it.
    pub name: String,
    pub turns: Vec<Turn>,
    /// For each side, its bytes and where its segments end.
    sides: [(Vec<u8>, Vec<usize>); 2],
    is_clean: bool,
}

impl Stream {
    pub fn side(&self, side: Side) -> (&[u8], &[usize]) {
        let (bytes, ends) = &self.sides[side as usize];
        (bytes, ends)
    }
}

/// All of them, in the order of the captures' names.
pub fn clean_streams() -> Vec<Stream> {
    let mut files = files_of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("captures"));
    if let Some(corpus) = outside::folder("MQTTSCOPE_CORPUS") {
        files.extend(files_of(&corpus.join("captures")));
    }
    files.iter().flat_map(|file| streams_of(file)).collect()
}

fn files_of(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| {
        let extension = file.extension().and_then(|extension| extension.to_str());
        // Whose bytes are broken on purpose: where packets begin in them is a guess.
        // Of the second one the findings are about two connections, whose order is another here.
        let broken = ["ends.pcap", "sessions-passed-on.pcap"];
        let is_broken = file.file_name().is_some_and(|name| broken.iter().any(|it| name == *it));
        matches!(extension, Some("pcap" | "pcapng")) && !is_broken
    });
    files.sort();
    files
}

fn streams_of(file: &Path) -> Vec<Stream> {
    let Ok(mut source) = open(file) else { return Vec::new() };
    let name = file.file_name().unwrap().to_string_lossy().into_owned();
    let (mut flows, mut sink) = (Flows::default(), Collector { name, streams: Vec::new() });
    let mut net = Net::default();
    while let Ok(Some(frame)) = source.next_frame() {
        if let Ok(Transport::Tcp(segment)) = net.packet(&frame) {
            let at = Stamp { frame: frame.number, time: frame.time, previous: None };
            flows.push(at, &segment, &mut sink);
        }
    }
    flows.finish(&mut sink);
    sink.streams
}

struct Collector {
    name: String,
    streams: Vec<Stream>,
}

impl Sink for Collector {
    type State = Stream;

    fn opened(&mut self, connection: &Connection) -> Option<Stream> {
        let name = format!("{} stream {}", self.name, connection.stream);
        Some(Stream { name, is_clean: connection.opener.is_some(), ..Stream::default() })
    }

    fn event(
        &mut self,
        connection: &Connection,
        stream: &mut Stream,
        side: stream::Side,
        event: Event<'_>,
    ) -> ControlFlow<()> {
        let from_client = connection.opener == Some(side);
        match event {
            Event::Data { bytes, .. } => {
                stream.turns.push(Turn { from_client, bytes: bytes.to_vec() });
                let side = if from_client { Side::Client } else { Side::Server };
                let (all, ends) = &mut stream.sides[side as usize];
                all.extend(bytes);
                ends.push(all.len());
            }
            Event::Gap { .. } | Event::Conflict { .. } => stream.is_clean = false,
            Event::Closed { .. } => {}
        }
        ControlFlow::Continue(())
    }

    fn ended(&mut self, _: &Connection, stream: Stream, _: End) {
        let begins = |name: &[u8]| {
            stream.side(Side::Client).0.windows(name.len()).take(5).any(|w| w == name)
        };
        if stream.is_clean && (begins(b"\0\x04MQTT") || begins(b"\0\x06MQIsdp")) {
            self.streams.push(stream);
        }
    }
}
