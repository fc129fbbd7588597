//! Which Packet Identifiers were used.

/// Ranges that are kept: senders count up.
const MAX_RANGES: usize = 32;

/// The Packet Identifiers that were used, as ranges.
#[derive(Debug, Default)]
pub(super) struct Used {
    /// First and last, in no order.
    ranges: Vec<(u16, u16)>,
    /// They are scattered too much to know them all.
    is_partial: bool,
}

impl Used {
    /// An identifier is used.
    #[inline]
    pub(super) fn insert(&mut self, id: u16) {
        // Most senders count up.
        if let Some((_, last)) = self.ranges.last_mut()
            && *last != u16::MAX
            && last.saturating_add(1) == id
        {
            *last = id;
            return;
        }
        self.insert_anywhere(id);
    }

    #[inline(never)]
    fn insert_anywhere(&mut self, id: u16) {
        if self.is_partial || self.has(id) {
            return;
        }
        // One that closes a gap leaves two ranges that touch, which does no harm.
        let (below, above) = (id.saturating_sub(1), id.saturating_add(1));
        for (first, last) in &mut self.ranges {
            if *last == below {
                *last = id;
                return;
            }
            if *first == above {
                *first = id;
                return;
            }
        }
        self.is_partial = self.ranges.len() >= MAX_RANGES;
        if !self.is_partial {
            self.ranges.push((id, id));
        }
    }

    /// Whether an identifier was certainly not used.
    pub(super) fn lacks(&self, id: u16) -> bool {
        !self.is_partial && !self.has(id)
    }

    fn has(&self, id: u16) -> bool {
        self.ranges.iter().any(|(first, last)| (*first..=*last).contains(&id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_grow_at_both_ends_and_are_bounded() {
        let mut used = Used::default();
        for id in [5, 6, 4, 9, 7, 8, u16::MAX, 1] {
            assert!(used.lacks(id), "{id}");
            used.insert(id);
            assert!(!used.lacks(id), "{id}");
        }
        assert!(used.lacks(2) && used.lacks(10) && used.lacks(u16::MAX - 1));
        for id in 0..1_000 {
            used.insert(id * 3);
        }
        assert!(!used.lacks(3_001) && used.ranges.len() <= MAX_RANGES);
    }
}
