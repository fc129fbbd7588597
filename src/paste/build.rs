//! From runs to pieces: joins what makes up a packet, judges what is meant, marks repeats.

use super::again;
use super::aside::{Aside, is_few, looks_hex};
use super::bases;
use super::frame::{self, Chain, Fit};
use super::hint::Hint;
use super::leftover;
use super::link;
use super::output::Output;
use super::piece::{Direction, Ignored, Kind, Paste};
use super::repeat::repeats;
use super::run::{Class, Join, Run, Slip};
use super::settle::{Mended, settle};
use super::source::Source;
use super::trim::{SHORTEST_TRIMMED, trim};
use std::borrow::Cow;

/// Takes runs in the order of the text.
pub(super) struct Builder<'t> {
    source: Source<'t>,
    /// Where reading begins.
    from: usize,
    pending: Vec<Pending>,
    taken: Vec<Run>,
    aside: Aside,
    pub(super) ignored: Ignored,
    samples: Vec<std::ops::Range<usize>>,
    /// The first of the numbers that could be packets.
    numbers: Vec<std::ops::Range<usize>>,
    /// Whether some of what was left aside is hex, not just numbers.
    hex_seen: bool,
    /// Whether everything is taken, whatever it frames to.
    pub(super) whole: bool,
}

struct Pending {
    run: Run,
    chain: Chain,
}

impl<'t> Builder<'t> {
    pub(super) fn new(source: Source<'t>, from: usize) -> Self {
        Self {
            source,
            from,
            pending: Vec::new(),
            taken: Vec::new(),
            aside: Aside::new(),
            ignored: Ignored::default(),
            samples: Vec::new(),
            numbers: Vec::new(),
            hex_seen: false,
            whole: false,
        }
    }

    /// Adds a run: to the one before where both together are a packet, else as its own.
    pub(super) fn add(&mut self, run: Run) {
        if run.is_suspect {
            self.aside.spare(run);
            return;
        }
        if run.join == Join::Never {
            self.judge(run);
            return;
        }
        // The lines below the first of a block do not say again who sent it.
        let unsaid = run.direction.is_none() && matches!(run.join, Join::Adjacent(_));
        let position = self.pending.iter().rposition(|p| {
            (p.run.direction == run.direction || unsaid)
                && p.run.conversation == run.conversation
                && p.run.notation == run.notation
        });
        let position = self.stream_before(&run).or(position);
        let before = position.map(|n| self.pending.swap_remove(n));
        let joined = match before {
            Some(before) if self.belongs(&before, &run) => before.join(run),
            Some(before) => {
                self.judge(before.run);
                Pending::new(run)
            }
            None => Pending::new(run),
        };
        if joined.chain.fit() == Fit::Whole {
            self.judge(joined.run);
        } else {
            self.pending.push(joined);
        }
        if self.pending.len() > MOST_PENDING {
            let oldest = self.pending.remove(0);
            self.judge(oldest.run);
        }
    }

    /// Ends what waits for more.
    pub(super) fn flush(&mut self) {
        for pending in std::mem::take(&mut self.pending) {
            self.judge(pending.run);
        }
    }

    /// The stream of digits of which a single byte, which no row is told from, is the last line.
    fn stream_before(&self, run: &Run) -> Option<usize> {
        if run.shown() != 1 || !matches!(run.join, Join::Adjacent(_)) {
            return None;
        }
        self.pending.iter().rposition(|p| {
            p.run.notation.name == STREAM && p.chain.fit() == Fit::Short(1) && self.belongs(p, run)
        })
    }

    fn belongs(&self, before: &Pending, run: &Run) -> bool {
        let goes_on = || self.is_continuation(before, run);
        if run.join == Join::StreamStart
            || run.join != before.run.join && run.join != Join::Stream && !goes_on()
        {
            return false;
        }
        if let Join::Adjacent(_) = run.join
            && !self.adjacent(&before.run, run)
        {
            return false;
        }
        // The line that shows a header comes before the one that shows the rest.
        if before.run.join == Join::StreamStart && !before.run.slips.is_empty() {
            return true;
        }
        let filled = run.filled();
        let alone = Chain::of(&filled).fit();
        let mut both = before.chain.clone();
        both.feed(&filled);
        match (before.chain.fit(), both.fit()) {
            (Fit::Short(_), Fit::Whole) => true,
            (Fit::Short(_), Fit::Short(_)) => alone != Fit::Whole || !frame::strict(&filled),
            // What stands behind the packet's end may begin with a byte that could not be read.
            (Fit::Short(left), Fit::Broken) => {
                let has_end = !run.slips.is_empty() && filled.len() >= left;
                alone == Fit::Broken || has_end && before.chain.knows_its_end()
            }
            (Fit::Broken, _) => alone != Fit::Whole && matches!(run.join, Join::Adjacent(_)),
            (Fit::Whole, _) => false,
        }
    }

    /// Whether a line has no label, and goes on with the packet of a line that has one.
    fn is_continuation(&self, before: &Pending, run: &Run) -> bool {
        let is_labelled = matches!(before.run.join, Join::Adjacent(_));
        let is_bare = matches!(&run.join, Join::Adjacent(label) if label.is_empty());
        let Fit::Short(left) = before.chain.fit() else { return false };
        is_labelled && is_bare && run.class == Class::Line && run.shown() <= left
    }

    /// Whether one line of digits follows the other, and no blank line stands between.
    fn adjacent(&self, before: &Run, run: &Run) -> bool {
        let gap = self.source.range(before.range.end..run.range.start);
        gap.len() < WIDEST_GAP && gap.bytes().filter(|b| *b == b'\n').count() == 1
    }

    fn judge(&mut self, mut run: Run) {
        trim(self.source, &mut run, self.whole);
        let settled = if run.slips.is_empty() { Mended::Not } else { settle(&mut run) };
        // Numbers of which many are none are numbers of another kind.
        let few = is_few(&run);
        let mended = few
            && (settled == Mended::Whole
                || settled == Mended::Headless && run.class == Class::Line);
        let filled = run.filled();
        let strict = frame::strict(&run.data.bytes) && run.slips.iter().all(Slip::is_beside);
        let link = link::guess(&run.data.bytes).filter(|_| !strict);
        run.kind = run.kind.or_else(|| link.map(Kind::Frame));
        // A whole packet stands before what could not be read, or is none.
        let follows_packet = few && frame::strict_prefix(&filled) >= SHORTEST_TRIMMED;
        let address = run.address_like && run.class <= Class::Prose;
        let meant = match run.class {
            _ if self.whole => true,
            Class::Sure => !run.data.bytes.is_empty(),
            _ if address || run.is_number => false,
            _ if strict || matches!(run.kind, Some(Kind::Frame(_))) => true,
            _ if follows_packet => true,
            Class::Code => frame::connect(&filled) || mended,
            Class::Line => frame::connect(&filled) || mended || said_to_be_sent(&run),
            Class::Prose => mended && filled.len() > 6,
        };
        if meant {
            self.taken.push(run);
        } else if let Some(run) = self.aside.hold(self.source, run) {
            self.reject(run);
        }
    }

    fn reject(&mut self, run: Run) {
        if run.is_number && run.slips.is_empty() && frame::strict(&run.data.bytes) {
            self.ignored.numbers = self.ignored.numbers.saturating_add(1);
            if self.numbers.len() < MOST_SAMPLES {
                self.numbers.push(run.range.clone());
            }
        }
        if run.is_called {
            return;
        }
        self.ignored.fragments = self.ignored.fragments.saturating_add(1);
        self.hex_seen |= run.data.len() > 1 && looks_hex(self.source, &run);
        if self.samples.len() < MOST_SAMPLES {
            self.samples.push(run.range.clone());
        }
        self.aside.spare(run);
    }

    /// Takes what was rejected and is a packet with a fault.
    fn take_faulty(&mut self) {
        let faulty = self.aside.faulty(self.source, &self.taken);
        let seen = faulty.iter().filter(|run| !run.is_suspect).count();
        self.ignored.fragments = self.ignored.fragments.saturating_sub(seen);
        self.samples.retain(|range| faulty.iter().all(|run| run.range != *range));
        self.taken.extend(faulty);
    }

    /// Takes lines that are mistyped packets, as the others tell.
    fn take_leftover(&mut self) {
        if self.whole {
            return;
        }
        let leftover = leftover::read(self.source, self.from, &self.taken);
        if leftover.is_empty() {
            return;
        }
        let is_other = |it: &std::ops::Range<usize>| {
            leftover.iter().all(|run| run.range.end <= it.start || it.end <= run.range.start)
        };
        self.samples.retain(is_other);
        self.numbers.retain(is_other);
        self.taken.extend(leftover);
        self.taken.sort_by_key(|run| run.range.start);
    }

    /// The result, with places in `text`.
    pub(super) fn finish<'p>(
        mut self,
        text: Cow<'p, str>,
        hint: impl FnOnce(bool) -> Hint,
    ) -> Paste<'p> {
        self.flush();
        for run in self.aside.settle(self.source, &mut self.taken) {
            self.reject(run);
        }
        self.take_faulty();
        if self.taken.is_empty() {
            self.taken = self.aside.last_resort(self.source, self.from);
        }
        self.taken.sort_by_key(|run| run.range.start);
        self.take_leftover();
        bases::settle(self.source, &mut self.taken);
        let all = self.taken.len();
        self.ignored.of_frames = again::take_away(&mut self.taken);
        let numbers = all.saturating_sub(self.taken.len()).saturating_sub(self.ignored.of_frames);
        self.ignored.fragments = self.ignored.fragments.saturating_add(numbers);
        let repeats = if self.whole {
            vec![None; self.taken.len()]
        } else {
            repeats(self.source, &self.taken)
        };
        let mut output = Output::new(&text);
        let mut firsts = Vec::new();
        for (run, repeat) in self.taken.into_iter().zip(repeats) {
            firsts.push(output.pieces.len());
            let repeat = repeat.and_then(|n: usize| firsts.get(n).copied());
            output.run(run, repeat);
        }
        output.cap();
        let mut ignored = self.ignored;
        self.samples.sort_by_key(|range| range.start);
        ignored.samples =
            self.samples.into_iter().map(|range| output.locator.place(range)).collect();
        self.numbers.sort_by_key(|range| range.start);
        ignored.number_places =
            self.numbers.into_iter().map(|range| output.locator.place(range)).collect();
        let Output { pieces, mistakes, .. } = output;
        let nothing = pieces.is_empty() && mistakes.is_empty();
        let hint = nothing.then(|| hint(self.hex_seen));
        Paste { text, pieces, mistakes, ignored, hint }
    }
}

impl Pending {
    fn new(run: Run) -> Self {
        Self { chain: Chain::of(&run.filled()), run }
    }

    fn join(mut self, run: Run) -> Self {
        self.chain.feed(&run.filled());
        self.run.append(run);
        self
    }
}

/// A log says that the program sent or received this, or has a label before it that others
/// have too, and it begins as a packet does.
fn said_to_be_sent(run: &Run) -> bool {
    let labelled =
        matches!(&run.join, Join::Adjacent(label) if !label.is_empty()) && run.data.len() >= 8;
    let short = matches!(Chain::of(&run.data.bytes).fit(), Fit::Short(_));
    // A log shows bytes, of which one is mistyped.
    let has_head =
        frame::head(&run.data.bytes) || run.slips.first().is_some_and(|it| it.index == 0);
    // The name of a side stands before other things, too.
    let is_told = matches!(run.direction, Some(Direction::Sent | Direction::Received));
    let is_logged = is_told && run.data.len() >= 4 || labelled;
    let mistyped = is_few(run) && !run.slips.is_empty() && is_logged && has_head;
    let known = is_told && run.data.len() > 1 || labelled && short;
    known && frame::head(&run.data.bytes) || mistyped
}

/// Lines of digits without gaps.
const STREAM: &str = "hex stream, xxd -p";
/// More streams at once than a log shows.
const MOST_PENDING: usize = 64;
/// A line's head, and nothing that is worth reading.
const WIDEST_GAP: usize = 400;
const MOST_SAMPLES: usize = 8;
