use crate::capture::{Source, open};
use crate::pipeline::{Consumer, Inspector, Record, Settings};
use crate::render::{self, Format, Options};
use crate::session::Ended;
use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// What is told of a capture: its packets with all that is known of them, and its connections.
struct Told {
    format: Box<dyn Format>,
    sessions: Box<dyn Format>,
    text: Vec<u8>,
    /// Records that are wanted.
    most: u64,
}

impl Told {
    fn new(most: u64) -> Self {
        let format = (render::format("json").unwrap().make)(&Options::default());
        let row = render::sessions::FORMATS.iter().find(|row| row.name == "json").unwrap();
        Self { format, sessions: (row.make)(&Options::default()), text: Vec::new(), most }
    }
}

impl Consumer for Told {
    fn needs_frames(&self) -> bool {
        false
    }

    fn needs_lifelines(&self) -> bool {
        false
    }

    fn record(&mut self, record: &Record<'_>) -> ControlFlow<()> {
        self.format.record(record, &mut self.text).unwrap();
        if record.number >= self.most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn lost(&mut self, stream: Option<u64>) {
        writeln!(self.text, "{stream:?}").unwrap();
    }

    fn ended(&mut self, ended: &Ended) {
        self.sessions.ended(ended, &mut self.text).unwrap();
    }
}

/// What is told of a capture.
fn told(path: &Path, most: u64, is_apart: bool) -> String {
    let inspector = Inspector::new(Told::new(most), Settings::default());
    let mut inspector = if is_apart { inspector.on_two_threads() } else { inspector };
    let mut capture = open(path).unwrap();
    while let Ok(Some(frame)) = capture.next_frame() {
        if inspector.frame(&frame).is_break() {
            break;
        }
    }
    inspector.finish();
    let records = inspector.records();
    let text = String::from_utf8(inspector.into_consumer().text).unwrap();
    format!("{records} records\n{text}")
}

fn captures() -> impl Iterator<Item = PathBuf> {
    let all = std::fs::read_dir("captures").unwrap().map(|entry| entry.unwrap().path());
    all.filter(|path| path.extension().is_some_and(|it| it == "pcap" || it == "pcapng"))
}

#[test]
fn two_threads_tell_the_same_as_one() {
    let mut bytes = 0;
    for path in captures() {
        let (one, two) = (told(&path, u64::MAX, false), told(&path, u64::MAX, true));
        let first = one.lines().zip(two.lines()).find(|(one, two)| one != two);
        assert_eq!(first, None, "{path:?}");
        assert_eq!(one.len(), two.len(), "{path:?}");
        bytes += one.len();
    }
    assert!(bytes > 500_000, "{bytes}");
}

#[test]
fn who_wants_no_more_gets_no_more() {
    for path in captures() {
        for most in [1, 7, 30] {
            let packets = |is_apart| {
                let told = told(&path, most, is_apart);
                told.lines().filter(|line| line.contains("\"number\"")).count()
            };
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
