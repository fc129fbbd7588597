//! Segments that came before earlier bytes, held until these come.

use std::{collections::BTreeMap, ops::Range};

use super::{
    Stamp,
    history::{difference, join},
};
use crate::net::Layers;

/// What a held segment costs beside its bytes, so that many small ones are bounded too.
const OVERHEAD: usize = size_of::<Chunk>() + 128;

/// A run of bytes at an offset: those captured, and after them those that the snap length cut off.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'a> {
    pub(super) offset: u64,
    pub(super) bytes: &'a [u8],
    pub(super) missing: u64,
    pub(super) at: Stamp,
    pub(super) layers: &'a Layers,
}

impl Piece<'_> {
    pub(super) const fn len(&self) -> u64 {
        (self.bytes.len() as u64).saturating_add(self.missing)
    }

    pub(super) const fn end(&self) -> u64 {
        self.offset.saturating_add(self.len())
    }

    /// The part before an offset and the part from there on.
    pub(super) fn split(self, offset: u64) -> (Self, Self) {
        let first = offset.saturating_sub(self.offset).min(self.len());
        let cut = usize::try_from(first).unwrap_or(usize::MAX).min(self.bytes.len());
        let (head, tail) = self.bytes.split_at_checked(cut).unwrap_or((self.bytes, &[]));
        let missing = first.saturating_sub(head.len() as u64);
        let before = Self { bytes: head, missing, ..self };
        let after = Self {
            offset: self.offset.saturating_add(first),
            bytes: tail,
            missing: self.missing.saturating_sub(missing),
            ..self
        };
        (before, after)
    }
}

/// A held run of bytes.
#[derive(Debug)]
pub(super) struct Chunk {
    pub(super) offset: u64,
    pub(super) bytes: Vec<u8>,
    pub(super) missing: u64,
    pub(super) at: Stamp,
    pub(super) layers: Layers,
    /// Segments of the connection that had passed when it came.
    pub(super) since: u64,
}

impl Chunk {
    pub(super) fn piece(&self) -> Piece<'_> {
        let Self { offset, bytes, missing, at, layers, .. } = self;
        Piece { offset: *offset, bytes, missing: *missing, at: *at, layers }
    }
}

/// What one side holds. The runs never overlap: of bytes that came twice the first ones stay.
#[derive(Debug, Default)]
pub(super) struct Held {
    chunks: BTreeMap<u64, Chunk>,
    cost: usize,
}

impl Held {
    pub(super) fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// What is held, in bytes, with what holding them costs.
    pub(super) const fn cost(&self) -> usize {
        self.cost
    }

    pub(super) fn first(&self) -> Option<&Chunk> {
        self.chunks.first_key_value().map(|(_, chunk)| chunk)
    }

    pub(super) fn pop(&mut self) -> Option<Chunk> {
        let (_, chunk) = self.chunks.pop_first()?;
        self.cost = self.cost.saturating_sub(chunk.bytes.len()).saturating_sub(OVERHEAD);
        if self.chunks.is_empty() {
            // An empty map keeps a node with room for eleven: some 4 KiB for each side.
            self.chunks = BTreeMap::new();
        }
        Some(chunk)
    }

    /// From where to where a piece differs from what is held at the same offsets.
    pub(super) fn difference(&self, piece: &Piece<'_>) -> Option<Range<u64>> {
        let behind = self.chunks.range(piece.offset..piece.end()).map(|(_, chunk)| chunk);
        let chunks = self.before(piece.offset).into_iter().chain(behind);
        chunks
            .filter_map(|chunk| {
                difference((chunk.offset, &chunk.bytes), (piece.offset, piece.bytes))
            })
            .reduce(join)
    }

    /// Holds what is new in a piece. Returns how many of its bytes were held already.
    pub(super) fn insert(&mut self, mut piece: Piece<'_>, since: u64) -> u64 {
        let mut known: u64 = 0;
        while piece.len() > 0 {
            if let Some(end) = self.before(piece.offset).map(|chunk| chunk.piece().end())
                && end > piece.offset
            {
                let (covered, rest) = piece.split(end);
                known = known.saturating_add(covered.len());
                piece = rest;
                continue;
            }
            let next =
                self.chunks.range(piece.offset..).next().map_or(u64::MAX, |(start, _)| *start);
            let (free, rest) = piece.split(next);
            self.add(free, since);
            piece = rest;
        }
        known
    }

    /// The last chunk that begins at or before an offset.
    fn before(&self, offset: u64) -> Option<&Chunk> {
        self.chunks.range(..=offset).next_back().map(|(_, chunk)| chunk)
    }

    fn add(&mut self, piece: Piece<'_>, since: u64) {
        self.cost = self.cost.saturating_add(piece.bytes.len()).saturating_add(OVERHEAD);
        let chunk = Chunk {
            offset: piece.offset,
            bytes: piece.bytes.to_vec(),
            missing: piece.missing,
            at: piece.at,
            layers: *piece.layers,
            since,
        };
        self.chunks.insert(piece.offset, chunk);
    }
}
