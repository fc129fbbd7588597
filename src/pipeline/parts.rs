//! Frames whose IP packet came in fragments: those that brought its other parts.

use std::collections::BTreeMap;

/// Frames that are remembered with their other parts: a packet of MQTT is spread over fewer.
const MAX_FRAMES: usize = 4_096;
/// Frames that all of them name together.
const MAX_PARTS: usize = 65_536;

/// For each frame that completed an IP packet, the frames before it that brought parts of it.
#[derive(Debug, Default)]
pub(super) struct Parts {
    of: BTreeMap<u64, Box<[u64]>>,
    count: usize,
}

impl Parts {
    /// Remembers the parts of a frame; the oldest are forgotten where there are too many.
    #[inline]
    pub(super) fn add(&mut self, frame: u64, parts: &[u64]) {
        if !parts.is_empty() {
            self.remember(frame, parts);
        }
    }

    fn remember(&mut self, frame: u64, parts: &[u64]) {
        self.count = self.count.saturating_add(parts.len());
        if let Some(former) = self.of.insert(frame, parts.into()) {
            self.count = self.count.saturating_sub(former.len());
        }
        while self.of.len() > MAX_FRAMES || self.count > MAX_PARTS {
            let Some((_, oldest)) = self.of.pop_first() else { return };
            self.count = self.count.saturating_sub(oldest.len());
        }
    }

    /// Whether no frame has other parts.
    pub(super) fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    /// Puts the other parts of each frame before it.
    pub(super) fn list(&self, frames: &mut Vec<u64>) {
        if self.of.is_empty() || !frames.iter().any(|frame| self.of.contains_key(frame)) {
            return;
        }
        let mut all = Vec::with_capacity(frames.len());
        for frame in frames.iter() {
            all.extend(self.of.get(frame).into_iter().flatten().chain([frame]));
        }
        all.dedup();
        *frames = all;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stand_before_their_frame_and_are_bounded() {
        let mut parts = Parts::default();
        parts.add(5, &[2, 3]);
        parts.add(7, &[]);
        let mut frames = vec![4, 5, 7];
        parts.list(&mut frames);
        assert_eq!(frames, [4, 2, 3, 5, 7]);
        for frame in 10..10 + 2 * MAX_FRAMES as u64 {
            parts.add(frame, &[1]);
        }
        assert_eq!((parts.of.len(), parts.count), (MAX_FRAMES, MAX_FRAMES));
    }
}
