//! A record that was kept is read back as it was.

mod support;

use mqttscope::annotate::Tape;
use mqttscope::capture::{Source, open};
use mqttscope::pipeline::{Consumer, Inspector, Kept, Origin, Record, Settings};
use std::convert::Infallible;
use std::ops::ControlFlow;
use support::recordings;

/// Keeps records and compares them a little later.
struct Comparing {
    kept: Kept,
    needs_layers: bool,
    needs_trees: bool,
    /// The records that are kept, in words.
    wanted: Vec<String>,
    records: usize,
    left_out: usize,
    bare: usize,
}

impl Comparing {
    fn new(needs_layers: bool, needs_trees: bool) -> Self {
        let (kept, wanted) = (Kept::new(needs_layers), Vec::new());
        Self { kept, needs_layers, needs_trees, wanted, records: 0, left_out: 0, bare: 0 }
    }

    /// All that is said of a record, but for what is not kept.
    fn words(&self, record: &Record<'_>) -> String {
        let layers = record.origin.layers.filter(|_| self.needs_layers);
        let origin = Origin { notes: None, segment: None, layers, ..*record.origin };
        // Of a tape only what is in use.
        let tape = (record.tape.nodes(), record.tape.findings());
        let headers: Vec<_> =
            record.headers.iter().map(|it| (it.unit, &it.bytes, it.tape.nodes())).collect();
        let rest = Record { origin: &origin, tape: &Tape::new(), headers: &[], ..*record };
        format!("{tape:?} {headers:?} {rest:?}")
    }

    fn compare(&mut self) {
        assert_eq!(self.kept.len(), self.wanted.len());
        let mut wanted = self.wanted.iter();
        let read = |record: &Record<'_>| {
            assert_eq!(&self.words(record), wanted.next().unwrap());
            Ok::<_, Infallible>(())
        };
        let Ok(()) = self.kept.each(None, read);
        assert_eq!(wanted.next(), None);
        self.trees_are_made_again();
        self.wanted.clear();
        self.kept.clear();
        assert!(self.kept.is_empty());
    }

    /// Those that were kept without their trees have them where there is room.
    fn trees_are_made_again(&self) {
        let mut tape = Tape::new();
        let read = |record: &Record<'_>| {
            assert!(record.decoded.is_none() || !record.tape.nodes().is_empty());
            Ok::<_, Infallible>(())
        };
        let Ok(()) = self.kept.each(Some(&mut tape), read);
    }
}

impl Consumer for Comparing {
    fn needs_trees(&self) -> bool {
        self.needs_trees
    }

    fn record(&mut self, record: &Record<'_>) -> ControlFlow<()> {
        self.records += 1;
        if self.kept.keep(record) {
            self.wanted.push(self.words(record));
            self.bare += usize::from(record.decoded.is_some() && record.tape.nodes().is_empty());
        } else {
            self.left_out += 1;
        }
        if self.kept.len() >= 300 {
            self.compare();
        }
        ControlFlow::Continue(())
    }
}

#[test]
fn what_was_kept_is_what_is_read_back() {
    for (needs_layers, needs_trees) in [(true, true), (false, false)] {
        let mut comparing = Comparing::new(needs_layers, needs_trees);
        for file in recordings() {
            let mut inspector = Inspector::new(comparing, Settings::default());
            let mut capture = open(&file).unwrap();
            while let Ok(Some(frame)) = capture.next_frame() {
                assert!(inspector.frame(&frame).is_continue());
            }
            inspector.finish();
            comparing = inspector.into_consumer();
        }
        comparing.compare();
        let Comparing { records, left_out, bare, .. } = comparing;
        assert!(left_out * 5 < records, "{left_out} of {records} were not kept");
        assert_eq!(bare * 3 > records, !needs_trees, "{bare} of {records} without trees");
    }
}
