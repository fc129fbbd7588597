//! Another format, written by threads of its own while the next records are made.
//!
//! Records are copied into parcels. A thread writes a parcel to memory, and who reads the capture writes
//! that out, in the order of the records. What cannot be copied he writes himself, once all before it is.

use super::{ByOthers, Format, FormatRow, Options};
use crate::annotate::Tape;
use crate::pipeline::{Kept, Needs, Record};
use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

/// Records of a parcel, at most: lines of so many are nearly as long as a parcel's text is to be.
const MAX_RECORDS: usize = 2_048;
/// Records of the first parcels, while it is not known how long the text of one is.
const FEW_RECORDS: usize = 64;
/// Bytes of text that a parcel is to become: less costs more waking, and more does not stay in a core's cache.
const TEXT: usize = 384 << 10;
/// Bytes of their packets and names, about: as JSON they are up to twenty times as long.
const MAX_BYTES: usize = 128 << 10;
/// Bytes of written text that a parcel keeps memory for.
const MAX_TEXT: usize = 2 << 20;
/// Parcels that a thread has at once: the one that it writes, and the next.
const AT_ONCE: usize = 2;
/// Threads at most: who reads the capture does not keep more of them busy.
const MAX_THREADS: usize = 3;

/// Takes whole buffers of text for where the format writes to, so that they are not copied.
pub trait Hand: Send {
    /// Takes what was written, and leaves an empty buffer.
    ///
    /// # Errors
    /// Why it, or what was taken before it, cannot be written.
    fn give(&self, text: &mut Vec<u8>) -> io::Result<()>;
}

/// The format of a row; other threads write it where it allows that and the machine has them. `hand` takes
/// their text for the writer that the format is given.
#[must_use]
pub fn make(row: &FormatRow, options: &Options, hand: Option<Box<dyn Hand>>) -> Box<dyn Format> {
    with_threads(row, options, None, hand)
}

/// The same with so many threads at most, or as the machine has them. They begin to write once there is more
/// than they cost.
#[must_use]
pub fn with_threads(
    row: &FormatRow,
    options: &Options,
    threads: Option<usize>,
    hand: Option<Box<dyn Hand>>,
) -> Box<dyn Format> {
    let format = (row.make)(options);
    // Without the session it is as fast as a copy.
    if row.by_others == ByOthers::Nothing || format.needs() < Needs::Session {
        return format;
    }
    let threads = count(row, threads);
    if threads == 0 {
        return format;
    }
    let options = Options { is_continued: true, ..options.clone() };
    let is_free = row.by_others == ByOthers::Freely;
    let plan = Plan { make: row.make, options, is_free, threads };
    Box::new(Threaded::new(format, plan, hand))
}

/// How many cores the machine has; one, where that is not known.
pub(crate) fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// How many threads write: as the machine has them, if nothing else is asked for.
fn count(row: &FormatRow, asked: Option<usize>) -> usize {
    let threads = asked.unwrap_or_else(|| {
        let cores = cores();
        if cores < 2 { 0 } else { cores.min(MAX_THREADS) }
    });
    if row.by_others == ByOthers::Freely { threads } else { threads.min(1) }
}

type Shared = Arc<Mutex<Box<dyn Format>>>;

/// See the module.
struct Threaded {
    /// Writes the first records, and those that cannot be copied.
    format: Shared,
    /// How the other threads begin, before they are there.
    plan: Option<Plan>,
    threads: Vec<Writer>,
    /// Which of them have a parcel, the oldest parcel first.
    under_way: VecDeque<usize>,
    /// Which of them gets the next one.
    next: usize,
    filling: Parcel,
    spare: Vec<Parcel>,
    /// Whether the format looks at the headers of frames.
    needs_layers: bool,
    /// Room for the tree of a record that cannot be copied.
    tape: Tape,
    hand: Option<Box<dyn Hand>>,
    /// Records of the next parcel at most, by the text that the last one became.
    most: usize,
    /// What was written otherwise may have to go out before what `hand` takes.
    is_behind: bool,
}

/// What the threads will write with: nothing of it is made for a short capture.
struct Plan {
    make: fn(&Options) -> Box<dyn Format>,
    options: Options,
    /// Each may write for itself; else one writes with the format that is there.
    is_free: bool,
    /// How many.
    threads: usize,
}

/// A thread that writes parcels.
struct Writer {
    to_do: SyncSender<Parcel>,
    done: Receiver<Parcel>,
}

/// Records in a row, and what was written of them.
struct Parcel {
    records: Kept,
    text: Vec<u8>,
    failed: Option<io::Error>,
}

impl Plan {
    /// Starts the threads, as far as the system has them.
    fn start(self, format: &Shared) -> Vec<Writer> {
        let formats = (0..self.threads).map(|_| match self.is_free {
            true => Arc::new(Mutex::new((self.make)(&self.options))),
            false => Arc::clone(format),
        });
        formats.map_while(Writer::start).collect()
    }
}

impl Threaded {
    fn new(format: Box<dyn Format>, plan: Plan, hand: Option<Box<dyn Hand>>) -> Self {
        let needs_layers = format.needs_layers();
        Self {
            format: Arc::new(Mutex::new(format)),
            plan: Some(plan),
            threads: Vec::new(),
            under_way: VecDeque::new(),
            next: 0,
            filling: Parcel::new(needs_layers),
            spare: Vec::new(),
            needs_layers,
            tape: Tape::new(),
            hand,
            most: FEW_RECORDS,
            is_behind: false,
        }
    }

    /// Nobody else writes, so that a copy would be of no use.
    fn is_alone(&self) -> bool {
        self.plan.is_none() && self.threads.is_empty()
    }

    /// Gives the parcel that was filled to a thread.
    fn hand_over(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if let Some(plan) = self.plan.take() {
            // A short capture needs no threads, and those that there will be go on behind these records.
            self.write_here(out)?;
            self.threads = plan.start(&self.format);
            return Ok(());
        }
        if self.under_way.len() >= self.threads.len().saturating_mul(AT_ONCE) {
            self.take_back(out)?;
        }
        let Some(writer) = self.threads.get(self.next) else { return self.write_here(out) };
        let next = self.spare.pop().unwrap_or_else(|| Parcel::new(self.needs_layers));
        let parcel = std::mem::replace(&mut self.filling, next);
        writer.to_do.send(parcel).map_err(|_| gone())?;
        self.under_way.push_back(self.next);
        self.next = self.next.saturating_add(1);
        if self.next >= self.threads.len() {
            self.next = 0;
        }
        Ok(())
    }

    /// Writes out the oldest parcel that a thread has.
    fn take_back(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let Some(writer) = self.under_way.pop_front().and_then(|nth| self.threads.get(nth)) else {
            return Ok(());
        };
        let mut parcel = writer.done.recv().map_err(|_| gone())?;
        let in_text = TEXT.saturating_mul(parcel.records.len()).checked_div(parcel.text.len());
        self.most = in_text.unwrap_or(MAX_RECORDS).clamp(1, MAX_RECORDS);
        match &self.hand {
            Some(hand) => {
                if std::mem::take(&mut self.is_behind) {
                    out.flush()?;
                }
                hand.give(&mut parcel.text)?;
            }
            None => out.write_all(&parcel.text)?,
        }
        parcel.clear()?;
        self.spare.push(parcel);
        Ok(())
    }

    /// Writes the records that were copied last.
    fn write_here(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.is_behind = true;
        self.filling.fill(&self.format);
        out.write_all(&self.filling.text)?;
        self.filling.clear()
    }

    /// Writes a record that cannot be copied, or that nobody else would write.
    fn record_here(&mut self, record: &Record<'_>, out: &mut dyn Write) -> io::Result<()> {
        self.catch_up(out)?;
        let mut format = lock(&self.format)?;
        match format.needs_trees() {
            true => format.record(&record.with_tree(&mut self.tape), out),
            false => format.record(record, out),
        }
    }

    /// Writes out all that was copied.
    fn catch_up(&mut self, out: &mut dyn Write) -> io::Result<()> {
        while !self.under_way.is_empty() {
            self.take_back(out)?;
        }
        self.write_here(out)
    }
}

impl Format for Threaded {
    fn record(&mut self, record: &Record<'_>, out: &mut dyn Write) -> io::Result<()> {
        if self.is_alone() || !self.filling.records.keep(record) {
            return self.record_here(record, out);
        }
        if self.filling.is_full(self.most) { self.hand_over(out) } else { Ok(()) }
    }

    fn needs_trees(&self) -> bool {
        // Who writes makes them.
        false
    }

    fn flush(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.catch_up(out)
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.catch_up(out)?;
        lock(&self.format)?.end(out)
    }
}

impl Writer {
    /// `None` where the system has no thread for it.
    fn start(format: Shared) -> Option<Self> {
        let (to_do, parcels) = sync_channel::<Parcel>(AT_ONCE);
        let (written, done) = sync_channel(AT_ONCE);
        let work = move || {
            for mut parcel in parcels {
                parcel.fill(&format);
                if written.send(parcel).is_err() {
                    break;
                }
            }
        };
        thread::Builder::new().name("writer".into()).spawn(work).ok()?;
        Some(Self { to_do, done })
    }
}

impl Parcel {
    fn new(needs_layers: bool) -> Self {
        Self { records: Kept::new(needs_layers), text: Vec::new(), failed: None }
    }

    fn is_full(&self, most: usize) -> bool {
        self.records.len() >= most || self.records.bytes() >= MAX_BYTES
    }

    /// Writes the records to memory.
    fn fill(&mut self, format: &Shared) {
        let Ok(mut format) = lock(format).map_err(|error| self.failed = Some(error)) else {
            return;
        };
        let mut tape = format.needs_trees().then(Tape::new);
        let Self { records, text, failed } = self;
        let result = records.each(tape.as_mut(), |record| format.append(record, text));
        *failed = result.err();
    }

    /// Forgets what was written, and tells what could not be.
    fn clear(&mut self) -> io::Result<()> {
        self.text.clear();
        self.text.shrink_to(MAX_TEXT);
        self.records.clear();
        self.failed.take().map_or(Ok(()), Err)
    }
}

fn lock(format: &Shared) -> io::Result<MutexGuard<'_, Box<dyn Format>>> {
    format.lock().map_err(|_| gone())
}

/// Only a fault of this program ends a thread.
fn gone() -> io::Error {
    io::Error::other("a thread that writes records has ended early, which is a fault of mqttscope")
}
