//! A record reads the same whoever writes it: another thread, or a format that has written others before it and
//! remembers rows of theirs.

mod support;

use mqttscope::capture::{Source, open};
use mqttscope::filter::{Filter, Filtered, TABLE};
use mqttscope::pipeline::{Consumer, Inspector, Needs, Record, Settings};
use mqttscope::render::fields::FieldOptions;
use mqttscope::render::threaded::{Hand, with_threads};
use mqttscope::render::{ByOthers, Explain, FORMATS, Format, FormatRow, Options};
use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use support::recordings;

/// Where text comes together that is written, or given in whole buffers.
#[derive(Clone, Default)]
struct Place(Arc<Mutex<Vec<u8>>>);

impl Write for Place {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Hand for Place {
    fn give(&self, text: &mut Vec<u8>) -> io::Result<()> {
        self.0.lock().unwrap().append(text);
        Ok(())
    }
}

/// One format written in two ways.
struct Both {
    alone: Box<dyn Format>,
    by_alone: Vec<u8>,
    shared: Box<dyn Format>,
    /// What is written there waits, as on the way to standard output, while what is given does not.
    out: BufWriter<Place>,
    by_shared: Place,
    records: usize,
    /// After so many records nothing may be held back.
    flush_each: usize,
}

impl Both {
    fn new(row: &FormatRow, options: &Options, (threads, flush_each): (usize, usize)) -> Self {
        let by_shared = Place::default();
        let hand = Box::new(by_shared.clone());
        let alone = (row.make)(options);
        let shared = with_threads(row, options, Some(threads), Some(hand));
        let out = BufWriter::new(by_shared.clone());
        Self { alone, by_alone: Vec::new(), shared, out, by_shared, records: 0, flush_each }
    }

    /// Compares what was written, and forgets it.
    fn compare(&mut self, what: &str) {
        self.out.flush().unwrap();
        let mut by_shared = self.by_shared.0.lock().unwrap();
        if self.by_alone != *by_shared {
            let (a, b) = (&self.by_alone, &*by_shared);
            let place = a.iter().zip(b).take_while(|(a, b)| a == b).count();
            let near = |all: &[u8]| {
                let from = place.saturating_sub(200);
                let part = all.get(from..all.len().min(place + 100)).unwrap_or_default();
                String::from_utf8_lossy(part).into_owned()
            };
            panic!("{what}, behind {} records:\n{}\n---\n{}", self.records, near(a), near(b));
        }
        self.by_alone.clear();
        by_shared.clear();
    }
}

impl Consumer for Both {
    fn record(&mut self, record: &Record<'_>) -> ControlFlow<()> {
        self.alone.record(record, &mut self.by_alone).unwrap();
        self.shared.record(record, &mut self.out).unwrap();
        self.records += 1;
        if self.records.is_multiple_of(self.flush_each) {
            self.shared.flush(&mut self.out).unwrap();
            self.compare("after a flush");
        }
        ControlFlow::Continue(())
    }
}

/// Gives a recording to a consumer.
fn feed<C: Consumer>(consumer: C, file: &Path, redact: bool) -> C {
    let settings = Settings { redact, ..Settings::default() };
    let mut inspector = Inspector::new(consumer, settings);
    let mut capture = open(file).unwrap();
    while let Ok(Some(frame)) = capture.next_frame() {
        assert!(inspector.frame(&frame).is_continue());
    }
    inspector.finish();
    inspector.into_consumer()
}

/// Gives all recordings to one format.
fn run(mut both: Both, files: &[PathBuf], redact: bool, what: &str) -> usize {
    for file in files {
        both = feed(both, file, redact);
    }
    both.alone.end(&mut both.by_alone).unwrap();
    both.shared.end(&mut both.out).unwrap();
    both.compare(what);
    both.records
}

/// A format that gets records with all trees, or without those that it says it does not need.
struct One {
    format: Box<dyn Format>,
    needs_trees: bool,
    records: usize,
    without: usize,
    text: Vec<u8>,
}

impl Consumer for One {
    fn needs_trees(&self) -> bool {
        self.needs_trees
    }

    fn record(&mut self, record: &Record<'_>) -> ControlFlow<()> {
        self.records += 1;
        let is_bare = record.decoded.is_some() && record.tape.nodes().is_empty();
        assert!(!is_bare || record.tape.findings().is_empty(), "#{}", record.number);
        self.without += usize::from(is_bare);
        self.format.record(record, &mut self.text).unwrap();
        ControlFlow::Continue(())
    }
}

/// Most formats need no trees whoever writes them, as they make those themselves that they do not know yet; others
/// need none of who only hands records to threads.
#[test]
fn what_is_written_without_trees_is_what_is_written_with_them() {
    let rows = FORMATS.iter().filter(|row| ["tree", "summary", "json", "ek"].contains(&row.name));
    let ways = [(0, Explain::Brief), (0, Explain::Full), (2, Explain::Full)];
    for (row, (threads, explain)) in rows.flat_map(|row| ways.map(|way| (row, way))) {
        let options = Options { explain, ..Options::default() };
        let [all, some] = [true, false].map(|is_asked| {
            let format = with_threads(row, &options, Some(threads), None);
            let needs_trees = is_asked || format.needs_trees();
            let mut one = One { format, needs_trees, records: 0, without: 0, text: Vec::new() };
            for file in recordings() {
                one = feed(one, &file, false);
            }
            one.format.end(&mut one.text).unwrap();
            one
        });
        let is_made_here = threads == 0 && row.name == "ek";
        assert_eq!(some.needs_trees, is_made_here, "{}", row.name);
        assert_eq!(all.without, 0);
        assert!(
            is_made_here || some.without * 3 > some.records,
            "{} of {}",
            some.without,
            some.records
        );
        // Not by assert_eq: it would print megabytes.
        assert!(all.text == some.text, "{} by {threads} threads", row.name);
    }
}

/// What a filter chooses for certain before there is a tree goes on without one.
#[test]
fn what_is_chosen_without_trees_is_what_is_chosen_with_them() {
    let row = FORMATS.iter().find(|row| row.name == "summary").unwrap();
    // The first two are decided at once, the others for some packets or for none.
    let filters = [
        ("mqtt.msgtype == 3", 200),
        ("mqtt.sender == \"client\" && mqtt.qos != 2", 50),
        ("mqtt.topic contains \"a\" || mqtt.reason_code", 1),
        ("mqtt.finding", 0),
    ];
    for (text, least) in filters {
        let [all, some] = [true, false].map(|needs_trees| {
            let (format, text_of) = ((row.make)(&Options::default()), Vec::new());
            let one = One { format, needs_trees, records: 0, without: 0, text: text_of };
            let filter = Filter::parse(text).unwrap();
            recordings().iter().fold(Filtered::new(filter, one), |it, file| feed(it, file, false))
        });
        assert_eq!(all.counts(), some.counts(), "{text}");
        assert_eq!(all.inner.without, 0, "{text}");
        assert!(some.inner.without >= least, "{text}: {} without trees", some.inner.without);
        assert!(all.inner.text == some.inner.text, "{text}");
    }
}

#[test]
fn threads_write_what_one_writes() {
    let files = recordings();
    let rows = FORMATS.iter().filter(|row| row.by_others != ByOthers::Nothing);
    for row in rows {
        let keys = ["frame.number", "mqtt.topic", "mqtt.msg_text"].map(str::to_owned);
        let fields =
            FieldOptions { keys: keys.into(), header: Some(true), ..FieldOptions::default() };
        let plain = Options { fields, ..Options::default() };
        let rich = Options { explain: Explain::Full, color: true, hex: true, ..plain.clone() };
        for (options, how, redact) in
            [(&plain, (1, 700), false), (&rich, (3, 300), false), (&plain, (2, 5_000), true)]
        {
            let records = run(Both::new(row, options, how), &files, redact, row.name);
            assert!(records > 1_500, "{}: {records} are too few for threads", row.name);
        }
    }
}

/// Compares a format that goes on with one that is new for each record.
struct Anew {
    make: Box<dyn Fn() -> Box<dyn Format>>,
    goes_on: Box<dyn Format>,
}

impl Consumer for Anew {
    fn record(&mut self, record: &Record<'_>) -> ControlFlow<()> {
        let (mut by_one, mut by_new) = (Vec::new(), Vec::new());
        self.goes_on.record(record, &mut by_one).unwrap();
        (self.make)().record(record, &mut by_new).unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_start().to_owned();
        assert_eq!(text(&by_one), text(&by_new), "#{}", record.number);
        ControlFlow::Continue(())
    }
}

#[test]
fn what_was_written_before_changes_nothing() {
    let names = ["tree", "json"];
    for row in FORMATS.iter().filter(|row| names.contains(&row.name)) {
        for explain in [Explain::Brief, Explain::Full] {
            let make = move || (row.make)(&Options { explain, ..Options::default() });
            let mut anew = Anew { make: Box::new(make), goes_on: make() };
            for file in recordings() {
                anew = feed(anew, &file, false);
            }
        }
    }
}

/// Compares a tree whose lines are never broken with one whose lines never have to be.
struct Wide {
    endless: Box<dyn Format>,
    wide: Box<dyn Format>,
}

impl Consumer for Wide {
    fn record(&mut self, record: &Record<'_>) -> ControlFlow<()> {
        let (mut by_endless, mut by_wide) = (Vec::new(), Vec::new());
        self.endless.record(record, &mut by_endless).unwrap();
        self.wide.record(record, &mut by_wide).unwrap();
        let text = String::from_utf8_lossy;
        assert_eq!(text(&by_endless), text(&by_wide), "#{}", record.number);
        ControlFlow::Continue(())
    }
}

/// Most lines of a tree without a width are put together from what was written before, or in one go.
#[test]
fn a_wide_terminal_shows_what_a_file_gets() {
    let row = FORMATS.iter().find(|row| row.name == "tree").unwrap();
    for explain in [Explain::Off, Explain::Brief, Explain::Full] {
        let make = |width| (row.make)(&Options { explain, width, ..Options::default() });
        let mut wide = Wide { endless: make(None), wide: make(Some(1 << 20)) };
        for file in recordings() {
            wide = feed(wide, &file, false);
        }
    }
}

/// Each of some fields, as a format of its own.
struct Each {
    needs: Needs,
    /// Packets are offered before their tree is made.
    is_early: bool,
    fields: Vec<OneField>,
}

struct OneField {
    key: &'static str,
    format: Box<dyn Format>,
    /// The last packet was enough without its tree.
    is_written: bool,
    early: usize,
    text: Vec<u8>,
}

impl Each {
    /// The fields that rest on no more than `needs`.
    fn new(needs: Needs, is_early: bool) -> Self {
        let row = FORMATS.iter().find(|row| row.name == "fields").unwrap();
        let one = |key: &'static str| {
            let fields = FieldOptions { keys: vec![key.to_owned()], ..FieldOptions::default() };
            let format = (row.make)(&Options { fields, ..Options::default() });
            OneField { key, format, is_written: false, early: 0, text: Vec::new() }
        };
        let rows = TABLE.iter().filter(|row| row.needs <= needs);
        Self { needs, is_early, fields: rows.map(|row| one(row.key)).collect() }
    }
}

impl Consumer for Each {
    fn needs(&self) -> Needs {
        self.needs
    }

    fn is_choosy(&self) -> bool {
        self.is_early
    }

    fn wants(&mut self, record: &Record<'_>) -> bool {
        for field in &mut self.fields {
            field.is_written = field.format.early(record, &mut field.text).unwrap();
            field.early += usize::from(field.is_written);
        }
        true
    }

    fn record(&mut self, record: &Record<'_>) -> ControlFlow<()> {
        for field in &mut self.fields {
            if !std::mem::take(&mut field.is_written) {
                field.format.record(record, &mut field.text).unwrap();
            }
        }
        ControlFlow::Continue(())
    }
}

#[test]
fn fields_need_no_more_than_they_say() {
    let mut whole = Each::new(Needs::Session, false);
    let mut some = [Needs::Packet, Needs::Aliases].map(|needs| Each::new(needs, true));
    for file in recordings() {
        whole = feed(whole, &file, false);
        some = some.map(|each| feed(each, &file, false));
    }
    let all: BTreeMap<_, _> = whole.fields.iter().map(|field| (field.key, &field.text)).collect();
    for field in some.iter().flat_map(|each| &each.fields) {
        let (text, whole) = (lines(&field.text), lines(all[field.key]));
        let first = text.iter().zip(&whole).position(|(a, b)| a != b);
        assert_eq!(first, None, "line of {}, of {}", field.key, text.len());
        assert_eq!(text.len(), whole.len(), "{}", field.key);
    }
    let early = some[0].fields.iter().filter(|field| field.early > 1_000).count();
    assert!(early > 50, "{early} fields are known early");
}

fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.split(|byte| *byte == b'\n').collect()
}
