//! What holds for every record, and for what every format makes of it.

use crate::annotate::Tape;
use crate::pipeline::{Consumer, Lifeline, Record};
use crate::render::{Explain, FORMATS, Format, FormatRow, Options, Target};
use crate::session::Ended;
use crate::text::is_unsafe;
use std::cell::RefCell;
use std::io;
use std::ops::ControlFlow;

type Writer = (&'static FormatRow, Box<dyn Format>);

thread_local! {
    /// SARIF begins with a list of all rules, which takes more time than all else: that is written once
    /// for all runs.
    static SARIF: RefCell<Option<Writer>> = const { RefCell::new(None) };
}

/// Writes everything that it is told in every format, and asserts what holds for all of them.
pub(super) struct Checker {
    writers: Vec<Writer>,
    out: Vec<u8>,
}

impl Checker {
    /// One that was told nothing.
    pub(super) fn new() -> Self {
        // What writes files of its own has no place for them here.
        let rows = || FORMATS.iter().filter(|row| row.target != Target::Folder);
        let with = |explain| {
            let width = (explain == Explain::Full).then_some(60);
            let options = Options { explain, hex: true, width, ..Options::default() };
            let rows = rows().filter(|row| row.name != "sarif");
            rows.map(move |row| (row, (row.make)(&options)))
        };
        let mut writers: Vec<Writer> =
            [Explain::Off, Explain::Full].into_iter().flat_map(with).collect();
        let sarif = || rows().find(|row| row.name == "sarif");
        let make = || sarif().map(|row| (row, (row.make)(&Options::default())));
        writers.extend(SARIF.take().or_else(make));
        Self { writers, out: Vec::new() }
    }

    /// Nothing more comes.
    pub(super) fn end(mut self) {
        SARIF.set(self.writers.pop_if(|(row, _)| row.name == "sarif"));
        self.write(|format, out| format.end(out));
    }

    fn write(&mut self, mut act: impl FnMut(&mut dyn Format, &mut Vec<u8>) -> io::Result<()>) {
        for (row, format) in &mut self.writers {
            self.out.clear();
            let written = act(&mut **format, &mut self.out);
            assert!(written.is_ok(), "{}: {written:?}", row.name);
            if row.target == Target::Anywhere {
                assert_harmless(row.name, &self.out);
            }
        }
    }
}

impl Consumer for Checker {
    fn record(&mut self, record: &Record<'_>) -> ControlFlow<()> {
        assert_tiles(record.bytes, record.tape);
        self.write(|format, out| format.record(record, out));
        ControlFlow::Continue(())
    }

    fn ended(&mut self, ended: &Ended) {
        self.write(|format, out| format.ended(ended, out));
    }

    fn lifeline(&mut self, lifeline: &Lifeline) -> ControlFlow<()> {
        self.write(|format, out| format.lifeline(lifeline, out));
        ControlFlow::Continue(())
    }
}

/// Text that can't steer a terminal. Between fields stand tabs, and before the filters in a log.
fn assert_harmless(name: &str, out: &[u8]) {
    let text = std::str::from_utf8(out);
    let steers = |text: &str| {
        let text = if name == "log" { text.replace(": \t", ": ") } else { text.to_owned() };
        text.chars().any(|c| !(c == '\n' || name == "fields" && c == '\t') && is_unsafe(c))
    };
    assert!(text.is_ok_and(|text| !steers(text)), "{name}: {text:?}");
}

/// Leaves cover every bit once and in order; children lie inside their parents; findings lie
/// inside the packet.
pub(super) fn assert_tiles(bytes: &[u8], tape: &Tape) {
    let all = bytes.len().saturating_mul(8);
    let mut at = 0;
    for leaf in tape.leaves() {
        assert_eq!(leaf.span.start, at, "{tape:#?}");
        at = leaf.span.end();
    }
    assert_eq!(at as usize, all, "{tape:#?}");
    for (i, node) in tape.nodes().iter().enumerate() {
        let inside = tape
            .nodes()
            .get(i.saturating_add(1)..i.saturating_add(1).saturating_add(node.below() as usize))
            .unwrap_or_default();
        for child in inside {
            assert!(child.depth() > node.depth() && child.below() < node.below(), "{tape:#?}");
            assert!(child.span.start >= node.span.start, "{tape:#?}");
            assert!(child.span.end() <= node.span.end(), "{tape:#?}");
        }
    }
    for finding in tape.findings() {
        assert!(finding.span.end() as usize <= all, "{finding:?}");
    }
}
