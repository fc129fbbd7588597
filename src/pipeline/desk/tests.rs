use super::{Desk, Packet, Session};
use crate::capture::{Source, open};
use crate::pipeline::{Consumer, Inspector, Origin, Reader, Record, Settings};
use crate::session::{Ended, Proof};
use crate::spec::unit::Unit;
use crate::spec::{Sender, Version};
use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// What is told of a capture: its packets with all that is known of them, and its connections.
struct Told {
    text: String,
    packets: u64,
    /// Records that are wanted.
    most: u64,
}

impl Consumer for Told {
    fn needs_frames(&self) -> bool {
        false
    }

    fn needs_lifelines(&self) -> bool {
        false
    }

    fn record(&mut self, record: &Record<'_>) -> ControlFlow<()> {
        // That there are no notes is told in two ways.
        let origin =
            Origin { notes: record.origin.notes.filter(|it| !it.is_empty()), ..*record.origin };
        writeln!(self.text, "{:?}", Record { origin: &origin, ..*record }).unwrap();
        self.packets += 1;
        if record.number >= self.most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn lost(&mut self, stream: Option<u64>) {
        writeln!(self.text, "{stream:?}").unwrap();
    }

    fn ended(&mut self, ended: &Ended) {
        writeln!(self.text, "{}", without_hashes(&format!("{ended:?}"))).unwrap();
    }
}

/// The seed of hashes is another one in each run.
fn without_hashes(text: &str) -> String {
    let hashed = ["message: Some(", "will_key: Some(", "key: "];
    hashed.iter().fold(text.to_owned(), |text, before| {
        let mut parts = text.split(before);
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |all, part| all + part.trim_start_matches(|c: char| c.is_ascii_digit()))
    })
}

/// What is told of a capture.
fn told(path: &Path, most: u64, is_apart: bool) -> Told {
    let told = Told { text: String::new(), packets: 0, most };
    let inspector = Inspector::new(told, Settings::default());
    let mut inspector = if is_apart { inspector.on_two_threads() } else { inspector };
    let mut capture = open(path).unwrap();
    while let Ok(Some(frame)) = capture.next_frame() {
        if inspector.frame(&frame).is_break() {
            break;
        }
    }
    inspector.finish();
    let records = inspector.records();
    let mut told = inspector.into_consumer();
    writeln!(told.text, "{records} records").unwrap();
    told
}

fn captures() -> impl Iterator<Item = PathBuf> {
    let all = std::fs::read_dir("captures").unwrap().map(|entry| entry.unwrap().path());
    all.filter(|path| path.extension().is_some_and(|it| it == "pcap" || it == "pcapng"))
}

#[test]
fn two_threads_tell_the_same_as_one() {
    let mut packets = 0;
    for path in captures() {
        let (one, two) = (told(&path, u64::MAX, false), told(&path, u64::MAX, true));
        let first = one.text.lines().zip(two.text.lines()).find(|(one, two)| one != two);
        assert_eq!(first, None, "{path:?}");
        assert_eq!(one.text.len(), two.text.len(), "{path:?}");
        packets += one.packets;
    }
    assert!(packets > 500, "{packets}");
}

#[test]
fn who_wants_no_more_gets_no_more() {
    for path in captures() {
        for most in [1, 7, 30] {
            let packets = |is_apart| told(&path, most, is_apart).packets;
            assert_eq!(packets(true), packets(false), "{path:?} {most}");
        }
    }
}

#[test]
fn a_fault_of_the_other_thread_is_told_by_this_one() {
    struct Faulty;
    impl Consumer for Faulty {
        fn needs_frames(&self) -> bool {
            false
        }
        fn needs_lifelines(&self) -> bool {
            false
        }
        fn record(&mut self, record: &Record<'_>) -> ControlFlow<()> {
            assert!(record.number < 20, "the twentieth");
            ControlFlow::Continue(())
        }
    }
    let run = || {
        let mut inspector = Inspector::new(Faulty, Settings::default()).on_two_threads();
        let mut capture = open("captures/session.pcap".as_ref()).unwrap();
        while let Some(frame) = capture.next_frame().unwrap() {
            let _ = inspector.frame(&frame);
        }
        inspector.finish();
        inspector.records()
    };
    let fault = std::panic::catch_unwind(run).unwrap_err();
    assert_eq!(fault.downcast_ref::<&str>(), Some(&"the twentieth"));
}

/// How many headers each record has.
struct Headers(Vec<usize>);

impl Consumer for Headers {
    fn record(&mut self, record: &Record<'_>) -> ControlFlow<()> {
        self.0.push(record.headers.len());
        ControlFlow::Continue(())
    }
}

#[test]
fn the_header_of_a_carrier_brings_one_packet() {
    let mut desk = Desk::new(Reader::new(Headers(Vec::new()), false)).set_apart();
    let [mut carried, mut other] = [(); 2].map(|()| Session::new(Some(Version::V311)));
    let mut over: Vec<_> = (0..9).map(|_| Session::new(Some(Version::V311))).collect();
    over.iter_mut().for_each(|session| desk.room().begin(session));
    let (proof, origin) = (Proof::default(), Origin::default());
    let of = |bytes| {
        let (sender, cut, notes, proof) = (Sender::Client, None, &[][..], &proof);
        Packet { bytes, sender, cut, notes, proof, origin: &origin }
    };
    let header = (Unit::WEBSOCKET_FRAME, &[0x82, 2][..], &[][..]);
    desk.room().reader.headers(std::iter::once(header));
    desk.packet(&mut carried, &of(&[0xc0, 0]));
    // As many as make the other thread begin.
    over.into_iter().for_each(|session| desk.ended(session, None));
    desk.no_headers();
    desk.packet(&mut other, &of(b"\x10\x0f\x00\x04MQTT\x04\x02\x00\x3c\x00\x03bob"));
    assert_eq!(desk.into_room().reader.consumer.0, [1, 0]);
}
