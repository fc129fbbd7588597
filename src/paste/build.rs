//! From runs to pieces: joins what makes up a packet, judges what is meant, marks repeats.

use super::data::Data;
use super::frame::{self, Chain, Fit};
use super::link;
use super::mistake::{Hint, Mistake, MistakeKind};
use super::piece::{Continues, Ignored, Kind, Paste, Piece};
use super::place::Locator;
use super::run::{Class, Join, Run, Slip};
use super::source::Source;
use super::{MAX_MISTAKES, MAX_PIECES};
use std::borrow::Cow;
use std::collections::HashMap;

/// Takes runs in the order of the text.
pub(super) struct Builder<'t> {
    source: Source<'t>,
    /// Where reading begins.
    from: usize,
    pending: Vec<Pending>,
    taken: Vec<Run>,
    /// What is bytes, but no packet: taken where the text holds nothing else.
    spare: Vec<Run>,
    spare_room: usize,
    pub(super) ignored: Ignored,
    samples: Vec<std::ops::Range<usize>>,
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
            spare: Vec::new(),
            spare_room: SPARE_ROOM,
            ignored: Ignored::default(),
            samples: Vec::new(),
            whole: false,
        }
    }

    /// Adds a run: to the one before where both together are a packet, else as its own.
    pub(super) fn add(&mut self, run: Run) {
        if run.join == Join::Never {
            self.judge(run);
            return;
        }
        let position = self.pending.iter().position(|p| {
            p.run.direction == run.direction
                && p.run.conversation == run.conversation
                && p.run.notation == run.notation
        });
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

    fn belongs(&self, before: &Pending, run: &Run) -> bool {
        if run.join == Join::StreamStart || run.join != before.run.join && run.join != Join::Stream
        {
            return false;
        }
        if let Join::Adjacent(_) = run.join
            && !self.adjacent(&before.run, run)
        {
            return false;
        }
        let alone = Chain::of(&run.data.bytes).fit();
        let mut both = before.chain.clone();
        both.feed(&run.data.bytes);
        match (before.chain.fit(), both.fit()) {
            (Fit::Short(_), Fit::Whole) => true,
            (Fit::Short(_), Fit::Short(_)) => {
                alone != Fit::Whole || !frame::strict(&run.data.bytes)
            }
            (Fit::Short(_), Fit::Broken) => alone == Fit::Broken,
            (Fit::Broken, _) => alone != Fit::Whole && matches!(run.join, Join::Adjacent(_)),
            (Fit::Whole, _) => false,
        }
    }

    /// Whether one line of digits follows the other, and no blank line stands between.
    fn adjacent(&self, before: &Run, run: &Run) -> bool {
        let gap = self.source.range(before.range.end..run.range.start);
        gap.len() < WIDEST_GAP && gap.bytes().filter(|b| *b == b'\n').count() == 1
    }

    fn judge(&mut self, mut run: Run) {
        trim(&mut run, self.whole);
        let filled = run.filled();
        let strict = frame::strict(&run.data.bytes) && run.slips.is_empty();
        let link = link::guess(&run.data.bytes).filter(|_| !strict);
        run.kind = run.kind.or_else(|| link.map(Kind::Frame));
        let mended =
            !run.slips.is_empty() && Chain::of(&filled).fit() == Fit::Whole && frame::head(&filled);
        let address = run.address_like && run.class <= Class::Prose;
        let meant = match run.class {
            _ if self.whole => true,
            Class::Sure => !run.data.bytes.is_empty(),
            _ if address => false,
            _ if strict || matches!(run.kind, Some(Kind::Frame(_))) => true,
            Class::Code => frame::connect(&filled) || mended,
            Class::Line => frame::connect(&filled) || mended || said_to_be_sent(&run),
            Class::Prose => mended && filled.len() > 6,
        };
        if meant {
            self.taken.push(run);
        } else {
            self.reject(run);
        }
    }

    fn reject(&mut self, run: Run) {
        self.ignored.fragments = self.ignored.fragments.saturating_add(1);
        if self.samples.len() < MOST_SAMPLES {
            self.samples.push(run.range.clone());
        }
        if run.class > Class::Prose && run.data.len() > 1 && self.spare_room >= run.data.len() {
            self.spare_room =
                self.spare_room.saturating_sub(run.data.len()).saturating_sub(SPARE_COST);
            self.spare.push(run);
        }
    }

    /// Takes the spare runs, where nothing else was taken and they look meant.
    fn last_resort(&mut self) {
        if !self.taken.is_empty() {
            return;
        }
        let all = self.source.from(self.from).trim().len();
        for run in std::mem::take(&mut self.spare) {
            let most_of_it = run.range.len().saturating_mul(2) >= all;
            if most_of_it || (frame::head(&run.data.bytes) && self.looks_hex(&run)) {
                self.taken.push(run);
            }
        }
    }

    /// Whether the digits are hex beyond doubt, or a program's array.
    fn looks_hex(&self, run: &Run) -> bool {
        let text = self.source.range(run.range.clone());
        let mut words = text.split(|c: char| !c.is_ascii_alphanumeric());
        run.class == Class::Code
            || words.any(|w| w.starts_with('0') || w.bytes().any(|b| b.is_ascii_alphabetic()))
    }

    /// The result, with places in `text`.
    pub(super) fn finish(
        mut self,
        text: Cow<'t, str>,
        hint: impl FnOnce(bool) -> Hint,
    ) -> Paste<'t> {
        self.flush();
        self.last_resort();
        self.taken.sort_by_key(|run| run.range.start);
        let repeats = if self.whole { vec![None; self.taken.len()] } else { repeats(&self.taken) };
        let mut output = Output {
            locator: Locator::new(&text),
            pieces: Vec::new(),
            mistakes: Vec::new(),
            full: None,
        };
        let mut firsts = Vec::new();
        for (run, repeat) in self.taken.into_iter().zip(repeats) {
            firsts.push(output.pieces.len());
            let repeat = repeat.and_then(|n: usize| firsts.get(n).copied());
            output.run(run, repeat);
        }
        output.cap();
        let mut ignored = self.ignored;
        ignored.samples =
            self.samples.into_iter().map(|range| output.locator.place(range)).collect();
        let Output { pieces, mistakes, .. } = output;
        let nothing = pieces.is_empty() && mistakes.is_empty();
        let hint = nothing.then(|| hint(ignored.fragments > 0));
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
    let known = run.direction.is_some() && run.data.len() > 1 || labelled && short;
    known && frame::head(&run.data.bytes)
}

/// Takes numbers away that stand before or behind a packet in the same line.
fn trim(run: &mut Run, whole: bool) {
    if whole || run.class > Class::Line || !run.slips.is_empty() || frame::strict(&run.data.bytes) {
        return;
    }
    let len = run.data.len();
    let most = len.saturating_sub(SHORTEST_TRIMMED).min(MOST_TRIMMED);
    for skip in 0..=most {
        let rest = run.data.bytes.get(skip..).unwrap_or_default();
        let packets = frame::strict_prefix(rest);
        if packets >= SHORTEST_TRIMMED && rest.len().saturating_sub(packets) <= MOST_TRIMMED {
            run.data = run.data.split_off(skip);
            run.data.split_off(packets);
            if let Some(range) = run.data.map.text_of(0..packets) {
                run.range = range;
            }
            return;
        }
    }
}

/// For each run the earlier one that it repeats: the same bytes said to be sent at the same
/// time, or quoted without a time or a direction of their own.
fn repeats(runs: &[Run]) -> Vec<Option<usize>> {
    let mut seen: HashMap<&[u8], Vec<usize>> = HashMap::new();
    let mut repeats = Vec::with_capacity(runs.len());
    for (n, run) in runs.iter().enumerate() {
        let earlier = seen.entry(&run.data.bytes).or_default();
        let found = earlier
            .iter()
            .rev()
            .take(MOST_COMPARED)
            .find(|e| runs.get(**e).is_some_and(|e| repeated(e, run)));
        repeats.push(found.copied());
        if found.is_none() {
            earlier.push(n);
        }
    }
    repeats
}

fn repeated(first: &Run, run: &Run) -> bool {
    let quoted = run.class <= Class::Line
        && run.time.is_none()
        && run.direction.is_none()
        && run.data.len() >= 4;
    let directions = run.direction == first.direction || run.direction.is_none();
    let times = run.time.is_some() && run.time == first.time;
    let frame = matches!(run.kind, Some(Kind::Frame(_)));
    run.slips.is_empty() && first.slips.is_empty() && directions && !frame && (times || quoted)
}

struct Output<'t> {
    locator: Locator<'t>,
    pieces: Vec<Piece>,
    mistakes: Vec<Mistake>,
    full: Option<std::ops::Range<usize>>,
}

impl Output<'_> {
    /// One piece, or one for each part that its mistakes leave.
    fn run(&mut self, mut run: Run, repeat: Option<usize>) {
        if self.pieces.len() >= MAX_PIECES {
            self.full.get_or_insert(run.range);
            return;
        }
        let slips = std::mem::take(&mut run.slips);
        let mut chain = Chain::new();
        let mut open: Option<Continues> = None;
        let mut from = 0_usize;
        for slip in slips {
            let rest = run.data.split_off(slip.index.saturating_sub(from));
            let part = std::mem::replace(&mut run.data, rest);
            from = slip.index;
            self.part(&run, part, &mut chain, &mut open, repeat);
            let missing = slip.lost;
            chain.feed(&vec![0; slip.lost.min(MOST_LOST)]);
            self.mistake(slip);
            let mistake = self.mistakes.len().saturating_sub(1);
            let before = open.map_or(0, |o| o.missing);
            open = (missing > 0)
                .then_some(Continues { mistake, missing: before.saturating_add(missing) });
        }
        let last = std::mem::take(&mut run.data);
        self.part(&run, last, &mut chain, &mut open, repeat);
    }

    /// A part behind a mistake is cut where the packet that the mistake stands in ends.
    fn part(
        &mut self,
        run: &Run,
        mut data: Data,
        chain: &mut Chain,
        open: &mut Option<Continues>,
        repeat: Option<usize>,
    ) {
        if data.bytes.is_empty() {
            return;
        }
        let continues = open.take();
        if let (Some(_), Fit::Short(left), true) = (continues, chain.fit(), chain.knows_its_end()) {
            let rest = data.split_off(left);
            chain.feed(&data.bytes);
            self.push(run, data, continues, repeat);
            data = rest;
            if data.bytes.is_empty() {
                *open = continues.filter(|_| chain.fit() != Fit::Whole);
                return;
            }
            chain.feed(&data.bytes);
            self.push(run, data, None, repeat);
        } else {
            let whole = continues.is_some() && chain.fit() == Fit::Whole && chain.knows_its_end();
            chain.feed(&data.bytes);
            self.push(run, data, continues.filter(|_| !whole), repeat);
        }
    }

    fn push(
        &mut self,
        run: &Run,
        data: Data,
        continues: Option<Continues>,
        repeat_of: Option<usize>,
    ) {
        let range = data.map.text_of(0..data.len()).unwrap_or_else(|| run.range.clone());
        self.pieces.push(Piece {
            bytes: data.bytes,
            kind: run.kind.unwrap_or(Kind::Stream),
            notation: run.notation,
            direction: run.direction,
            time: run.time.clone(),
            conversation: run.conversation,
            place: self.locator.place(range),
            map: data.map,
            repeat_of,
            continues,
        });
    }

    fn mistake(&mut self, slip: Slip) {
        if self.mistakes.len() >= MAX_MISTAKES {
            self.full.get_or_insert(slip.range);
        } else {
            self.mistakes.push(Mistake { kind: slip.kind, place: self.locator.place(slip.range) });
        }
    }

    fn cap(&mut self) {
        if let Some(range) = self.full.take() {
            let limit = if self.pieces.len() >= MAX_PIECES { MAX_PIECES } else { MAX_MISTAKES };
            self.mistakes.push(Mistake {
                kind: MistakeKind::TooMany { limit },
                place: self.locator.place(range),
            });
        }
    }
}

/// More streams at once than a log shows.
const MOST_PENDING: usize = 64;
/// A line's head, and nothing that is worth reading.
const WIDEST_GAP: usize = 400;
/// Bytes that wait for the end of the text, which tells whether it holds anything better.
const SPARE_ROOM: usize = 1 << 22;
/// What a run takes beside its bytes.
const SPARE_COST: usize = 256;
const MOST_SAMPLES: usize = 8;
/// A frame's number, a length, the bytes' count.
const MOST_TRIMMED: usize = 4;
/// Shorter packets are found in numbers by chance.
const SHORTEST_TRIMMED: usize = 8;
/// The same bytes at other times are looked through so far back.
const MOST_COMPARED: usize = 64;
/// More can't matter: no mistake stands for as much as a packet.
const MOST_LOST: usize = 1 << 16;
