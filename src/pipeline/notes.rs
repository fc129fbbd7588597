//! What capture files say of frames and addresses, as far as it is remembered.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use crate::capture::Beside;

/// Frames whose comments are remembered: a packet is spread over fewer frames, and people comment
/// few.
const MAX_COMMENTED: usize = 4096;
/// Bytes of comments that are remembered.
const MAX_COMMENT_BYTES: usize = 1 << 20;
/// Addresses whose names are remembered, and bytes of these names: a large network.
const MAX_NAMES: usize = 65_536;
const MAX_NAME_BYTES: usize = 4 << 20;

/// Comments on frames and names of addresses. Untrusted text, to be escaped where it is shown.
#[derive(Debug, Default)]
pub struct Notes {
    comments: BTreeMap<u64, Comments>,
    comment_bytes: usize,
    names: HashMap<IpAddr, String>,
    name_bytes: usize,
}

/// The comments on a frame.
#[derive(Debug)]
struct Comments {
    texts: Vec<String>,
    /// Whether a record with this frame was made.
    is_told: AtomicBool,
}

impl Notes {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.comments.is_empty() && self.names.is_empty()
    }

    /// The comments on these frames, in order.
    pub fn comments<'n>(&'n self, frames: &'n [u64]) -> impl Iterator<Item = &'n str> {
        let none = self.comments.is_empty();
        let frames = if none { &[] } else { frames };
        let known = frames.iter().filter_map(|frame| self.comments.get(frame));
        known.flat_map(|comments| &comments.texts).map(String::as_str)
    }

    /// The comments on frames that no record was made of, each with its frame.
    pub fn untold(&self) -> impl Iterator<Item = (u64, &str)> {
        let untold = self.comments.iter().filter(|(_, comments)| !comments.is_told.load(Relaxed));
        untold
            .flat_map(|(frame, comments)| comments.texts.iter().map(|text| (*frame, text.as_str())))
    }

    /// Takes note that a record of these frames was made.
    pub(super) fn tell(&self, frames: &[u64]) {
        if self.comments.is_empty() {
            return;
        }
        for comments in frames.iter().filter_map(|frame| self.comments.get(frame)) {
            comments.is_told.store(true, Relaxed);
        }
    }

    /// The name of an address.
    #[must_use]
    pub fn name(&self, address: IpAddr) -> Option<&str> {
        if self.names.is_empty() { None } else { self.names.get(&address).map(String::as_str) }
    }

    /// Remembers what stands beside a frame. Of the names of an address the first counts; of
    /// comments the oldest are forgotten where there are too many.
    pub(super) fn add(&mut self, frame: u64, beside: &Beside) {
        for (address, name) in &beside.names {
            let bytes = self.name_bytes.saturating_add(name.len());
            if self.names.len() < MAX_NAMES && bytes <= MAX_NAME_BYTES {
                self.name_bytes = bytes;
                self.names.entry(*address).or_insert_with(|| name.clone());
            }
        }
        if beside.comments.is_empty() {
            return;
        }
        self.comment_bytes = self.comment_bytes.saturating_add(size(&beside.comments));
        let texts = beside.comments.clone();
        self.comments.insert(frame, Comments { texts, is_told: AtomicBool::new(false) });
        while self.comments.len() > MAX_COMMENTED || self.comment_bytes > MAX_COMMENT_BYTES {
            let Some((_, oldest)) = self.comments.pop_first() else { break };
            self.comment_bytes = self.comment_bytes.saturating_sub(size(&oldest.texts));
        }
    }
}

fn size(comments: &[String]) -> usize {
    comments.iter().map(String::len).sum()
}
