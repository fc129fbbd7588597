//! Messages that were delivered on a connection, to see one come twice.

use crate::session::At;
use crate::session::queue::{Heads, Ring};
use crate::session::shared::{Came, Delivered};

/// Messages that are remembered for a connection.
const MAX_COPIED: usize = 256;

/// The copies of messages that came, by their keys: the last ones.
#[derive(Debug, Default)]
pub(super) struct Copied {
    heads: Heads<1, { MAX_COPIED << 1 }>,
    came: Ring<Came, MAX_COPIED>,
}

impl Copied {
    /// Where it stands what came of the message of a key.
    #[inline]
    pub(super) fn place(&self, key: u64) -> Option<usize> {
        let [head] = self.heads.of(key);
        self.came.place(head, key)
    }

    /// What stands there.
    #[inline]
    pub(super) fn at(&self, place: usize) -> Option<&Came> {
        self.came.at(place)
    }

    /// A copy comes; `place` is that of its key. What has grown old there becomes young again, so that half of all
    /// have been forgotten at the most when one is that came since.
    #[inline]
    pub(super) fn comes(&mut self, place: Option<usize>, delivered: &Delivered, at: At) {
        let is_young = |place: &usize| place.saturating_add(MAX_COPIED >> 1) >= self.came.len();
        if let Some(young) = place.filter(is_young) {
            if let Some(came) = self.came.at_mut(young) {
                came.add(delivered, at);
            }
            return;
        }
        let mut came = place.and_then(|place| self.at(place)).copied().unwrap_or_default();
        came.add(delivered, at);
        if let Some([head]) = self.heads.of_mut(delivered.key) {
            self.came.push(head, delivered.key, at.number, came);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_is_known_until_half_of_all_have_come_since() {
        let (mut copied, mut known) = (Copied::default(), Vec::<(u64, u64)>::new());
        for step in 0..10_000u64 {
            // Some come again at once, some much later, most never.
            let key = if step % 3 == 0 { step / 2 } else { step };
            let key = if step % 7 == 0 { 5 } else { key };
            let place = copied.place(key);
            let count = place.and_then(|place| copied.at(place)).map_or(0, Came::count);
            let since = known.iter().position(|(of, _)| *of == key).unwrap_or(usize::MAX);
            if since < MAX_COPIED >> 1 {
                assert_eq!(count, known[since].1, "{step}");
            }
            let delivered = Delivered::of_run(key, 1);
            copied.comes(place, &delivered, At { number: step, ..At::default() });
            known.retain(|(of, _)| *of != key);
            known.insert(0, (key, count + 1));
            assert!(copied.came.len() <= MAX_COPIED, "{step}");
        }
    }
}
