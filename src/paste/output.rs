//! From runs to pieces with their places: what a mistake stands in is cut there.

use super::data::Data;
use super::frame::{Chain, Fit};
use super::mistake::{Mistake, MistakeKind};
use super::piece::{Continues, Kind, Piece};
use super::place::Locator;
use super::run::{Run, Slip};
use super::{MAX_MISTAKES, MAX_PIECES};

/// Collects pieces and mistakes.
pub(super) struct Output<'t> {
    pub(super) locator: Locator<'t>,
    pub(super) pieces: Vec<Piece>,
    pub(super) mistakes: Vec<Mistake>,
    full: Option<std::ops::Range<usize>>,
}

impl<'t> Output<'t> {
    pub(super) const fn new(text: &'t str) -> Self {
        let locator = Locator::new(text);
        Self { locator, pieces: Vec::new(), mistakes: Vec::new(), full: None }
    }

    /// One piece, or one for each part that its mistakes leave.
    pub(super) fn run(&mut self, mut run: Run, repeat: Option<usize>) {
        if self.pieces.len() >= MAX_PIECES {
            self.full.get_or_insert(run.range);
            return;
        }
        let slips = std::mem::take(&mut run.slips);
        let mut chain = Chain::new();
        let mut open: Option<Continues> = None;
        // Cut from the end, so that no byte moves twice.
        let mut parts: Vec<Data> =
            slips.iter().rev().map(|slip| run.data.split_off(slip.index)).collect();
        let mut part = std::mem::take(&mut run.data);
        for slip in slips {
            self.part(&run, part, &mut chain, &mut open, repeat);
            let missing = slip.lost;
            chain.feed(&vec![0; slip.lost.min(MOST_LOST)]);
            self.mistake(slip);
            let mistake = self.mistakes.len().saturating_sub(1);
            let before = open.map_or(0, |o| o.missing);
            open = (missing > 0)
                .then_some(Continues { mistake, missing: before.saturating_add(missing) });
            part = parts.pop().unwrap_or_default();
        }
        self.part(&run, part, &mut chain, &mut open, repeat);
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

    pub(super) fn cap(&mut self) {
        if let Some(range) = self.full.take() {
            let limit = if self.pieces.len() >= MAX_PIECES { MAX_PIECES } else { MAX_MISTAKES };
            self.mistakes.push(Mistake {
                kind: MistakeKind::TooMany { limit },
                place: self.locator.place(range),
            });
        }
    }
}

/// More can't matter: no mistake stands for as much as a packet.
const MOST_LOST: usize = 1 << 16;
