//! From runs to pieces with their places: what a mistake stands in is cut there.

use super::data::Data;
use super::frame::{self, Chain, Fit};
use super::mistake::{Mistake, MistakeKind};
use super::piece::{Continues, Kind, Meant, Piece};
use super::place::Locator;
use super::run::{MOST_LOST, Run, Slip};
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
        let first = self.pieces.len();
        let mut chain = Chain::new();
        let mut open: Option<Open> = None;
        // Cut from the end, so that no byte moves twice.
        let mut parts: Vec<Data> =
            slips.iter().rev().map(|slip| run.data.split_off(slip.index)).collect();
        let mut part = std::mem::take(&mut run.data);
        let mut type_byte = None;
        for (n, mut slip) in slips.iter().cloned().enumerate() {
            if slip.is_beside() {
                part.append(&parts.pop().unwrap_or_default());
                self.mistake(slip);
                continue;
            }
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
            let room = room(&chain);
            let is_beyond = matches!(slip.kind, MistakeKind::Gap { .. }) && slip.lost > room;
            if is_beyond {
                // No byte behind the packet is made up: the rows begin anew.
                slip.lost = room;
            }
            let before = open.take().filter(|open| open.hidden.missing > 0);
            let has_piece = self.pieces.len() > first;
            let mistake = self.mistakes.len().min(MAX_MISTAKES.saturating_sub(1));
            let next = Open::new(&slip, mistake, &chain, has_piece);
            let mut filler = Vec::new();
            Slip { lost: slip.lost.min(MOST_LOST), ..slip.clone() }.fill(&mut filler);
            chain.feed(&filler);
            self.mistake(slip);
            open = Open::join(before, next).filter(|open| open.hidden.missing > 0);
            if is_beyond {
                self.lacks(open.take());
                chain = Chain::new();
            }
            part = parts.pop().unwrap_or_default();
        }
        self.part(&run, part, &mut chain, &mut open, repeat);
        self.lacks(open);
    }

    /// A part behind a mistake is cut where the packet that the mistake stands in ends.
    fn part(
        &mut self,
        run: &Run,
        mut data: Data,
        chain: &mut Chain,
        open: &mut Option<Open>,
        repeat: Option<usize>,
    ) {
        if data.bytes.is_empty() {
            return;
        }
        let before = open.take();
        let continues = before.map(|open| open.hidden);
        if let (Some(_), Fit::Short(left), true) = (continues, chain.fit(), chain.knows_its_end()) {
            let rest = data.split_off(left);
            chain.feed(&data.bytes);
            self.push(run, data, continues, repeat);
            data = rest;
            if data.bytes.is_empty() {
                *open = before.filter(|_| chain.fit() != Fit::Whole);
                return;
            }
            chain.feed(&data.bytes);
            self.push(run, data, None, repeat);
        } else {
            let whole = continues.is_some() && chain.fit() == Fit::Whole && chain.knows_its_end();
            chain.feed(&data.bytes);
            self.lacks(before.filter(|_| whole));
            self.push(run, data, continues.filter(|_| !whole), repeat);
        }
    }

    /// What a mistake hides is the end of the last piece's packet.
    fn lacks(&mut self, open: Option<Open>) {
        let open = open.filter(|open| open.room > 0);
        if let (Some(Open { hidden, room }), Some(last)) = (open, self.pieces.last_mut()) {
            last.lacks = Some(Continues { missing: hidden.missing.min(room), ..hidden });
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
            also: run.also,
            direction: run.direction,
            time: run.time.clone(),
            conversation: run.conversation,
            place: self.locator.place(range),
            map: data.map,
            repeat_of,
            continues,
            lacks: None,
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

/// Bytes that the last packet still has, where its length is known.
const fn room(chain: &Chain) -> usize {
    match chain.fit() {
        Fit::Short(left) if chain.knows_its_end() => left,
        _ => 0,
    }
}

/// What mistakes hide that nothing that could be read has followed yet.
#[derive(Clone, Copy)]
struct Open {
    hidden: Continues,
    /// Bytes that the packet before them still has: no others are made up.
    room: usize,
}

impl Open {
    /// A mistake behind what a chain has seen.
    fn new(slip: &Slip, mistake: usize, chain: &Chain, has_piece: bool) -> Self {
        let is_known = chain.knows_its_end() || slip.meant.is_some();
        let is_told = !matches!(slip.kind, MistakeKind::LeftOut { .. });
        let room = match chain.fit() {
            Fit::Short(left) if has_piece && is_known && is_told => left,
            _ => 0,
        };
        Self { hidden: Continues { mistake, missing: slip.lost, meant: slip.meant }, room }
    }

    /// Both, one behind the other.
    fn join(before: Option<Self>, next: Self) -> Option<Self> {
        let Some(before) = before else { return Some(next) };
        let missing = before.hidden.missing.saturating_add(next.hidden.missing);
        let hidden = Continues { missing, meant: None, ..next.hidden };
        Some(Self { hidden, room: before.room })
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
