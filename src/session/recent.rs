//! A table of bounded size: what was not used for long is forgotten first.

use foldhash::fast::RandomState;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;

/// Keeps the entries used last, in two generations: when the young one is full the old one is
/// forgotten and the young becomes the old. An entry that is used is young again. So between half
/// of the bound and all of it is kept, and nothing is ever searched for the oldest.
#[derive(Debug)]
pub(super) struct Recent<K, V> {
    young: HashMap<K, V, RandomState>,
    old: HashMap<K, V, RandomState>,
    half: usize,
    forgotten: u64,
}

impl<K: Eq + Hash, V> Recent<K, V> {
    /// An empty table for at most `most` entries.
    pub(super) fn new(most: usize) -> Self {
        let half = (most >> 1).max(1);
        Self { young: HashMap::default(), old: HashMap::default(), half, forgotten: 0 }
    }

    /// The entry of this key, made with `new` where there is none.
    pub(super) fn entry(&mut self, key: K, new: impl FnOnce() -> V) -> &mut V {
        if self.young.len() >= self.half && !self.young.contains_key(&key) {
            let value = self.old.remove(&key).unwrap_or_else(new);
            self.forget_old();
            return self.young.entry(key).or_insert(value);
        }
        match self.young.entry(key) {
            Entry::Occupied(young) => young.into_mut(),
            Entry::Vacant(place) => {
                let value = self.old.remove(place.key()).unwrap_or_else(new);
                place.insert(value)
            }
        }
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.young.is_empty() && self.old.is_empty()
    }

    /// The entry of this key; it does not become young by that.
    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.young.get(key).or_else(|| self.old.get(key))
    }

    /// The same, to be changed.
    pub(super) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.young.get_mut(key).or_else(|| self.old.get_mut(key))
    }

    /// Forgets what was not used since the young generation began.
    pub(super) fn forget_old(&mut self) {
        self.forgotten = self.forgotten.saturating_add(self.old.len() as u64);
        // Its memory serves the next generation, which will be as large.
        self.old.clear();
        std::mem::swap(&mut self.old, &mut self.young);
    }

    /// All entries.
    pub(super) fn values(&self) -> impl Iterator<Item = &V> {
        self.young.values().chain(self.old.values())
    }

    /// How many entries were forgotten.
    pub(super) fn forgotten(&self) -> u64 {
        self.forgotten
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_stays_and_the_rest_is_bounded() {
        let mut table = Recent::new(8);
        table.entry(0, || "kept");
        for key in 1..1000 {
            table.entry(key, || "passing");
            assert_eq!(*table.entry(0, || "made again"), "kept");
            assert!(table.values().count() <= 8, "{table:?}");
        }
        assert!(table.forgotten() > 900);
        assert_eq!(*table.entry(1, || "made again"), "made again");
    }
}
