//! From runs to pieces with their places: what a mistake stands in is cut there.

use super::data::Data;
use super::frame::{self, Chain, Fit};
use super::mistake::{Mistake, MistakeKind};
use super::piece::{Continues, Kind, Meant, Piece};
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
        let mut type_byte = None;
        for (n, mut slip) in slips.iter().cloned().enumerate() {
            type_byte = part.bytes.last().copied().or(type_byte);
            self.part(&run, part, &mut chain, &mut open, repeat);
            let is_kept = self.mistakes.len() < MAX_MISTAKES;
            if let Some(first) = type_byte.filter(|_| is_kept && chain.is_before_length()) {
                let next = slips.get(n.saturating_add(1)..).unwrap_or_default();
                if let Some(rest) = rest(next, parts.iter().rev()).filter(|_| slip.lost == 1) {
                    let looks = slip.meant.map(Meant::byte);
                    if !looks.is_some_and(|byte| frame::fits(first, byte, &rest)) {
                        let length = (0..0x80).find(|byte| frame::fits(first, *byte, &rest));
                        slip.meant = length.map(Meant::Length).or(slip.meant);
                    }
                }
            }
            let (missing, meant) = (slip.lost, slip.meant);
            let mut filler = Vec::new();
            Slip { lost: missing.min(MOST_LOST), ..slip.clone() }.fill(&mut filler);
            chain.feed(&filler);
            self.mistake(slip);
            let mistake = self.mistakes.len().saturating_sub(1);
            let before = open.map_or(0, |o| o.missing);
            let meant = meant.filter(|_| before == 0);
            open = (before > 0 || missing > 0).then_some(Continues {
                mistake,
                missing: before.saturating_add(missing),
                meant,
            });
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

/// The bytes behind a mistake: the parts between the mistakes that follow. `None` where they are
/// more than a short packet and its neighbours.
fn rest<'d>(slips: &[Slip], mut parts: impl Iterator<Item = &'d Data>) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    bytes.extend_from_slice(parts.next().map_or(&[], |part| &part.bytes));
    for (slip, part) in slips.iter().zip(parts) {
        Slip { lost: slip.lost.min(MOST_AHEAD), ..slip.clone() }.fill(&mut bytes);
        bytes.extend_from_slice(&part.bytes);
        if bytes.len() > MOST_AHEAD {
            return None;
        }
    }
    (bytes.len() <= MOST_AHEAD).then_some(bytes)
}

/// A length that could not be read is told from so many bytes behind it at most.
const MOST_AHEAD: usize = 1 << 12;
/// More can't matter: no mistake stands for as much as a packet.
const MOST_LOST: usize = 1 << 16;
