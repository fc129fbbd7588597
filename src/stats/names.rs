//! Names of which there may be any number, told apart in bounded memory.

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use std::hash::{BuildHasher, Hasher};

/// The place of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot(u32);

impl Slot {
    /// The place of all names for which there was no room.
    pub const OTHERS: Self = Self(0);

    /// The place as an index.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// The place of an index; `None` where it is none.
    #[must_use]
    pub fn of(index: usize) -> Option<Self> {
        u32::try_from(index).ok().map(Self)
    }
}

/// Names with a place for each: a name is looked up by its bytes, and copied only when it is new.
///
/// The names that come first are kept. What comes when there is no more room has the place
/// [`Slot::OTHERS`].
#[derive(Debug)]
pub struct Names {
    table: HashTable<Slot>,
    /// Where each name stands in `bytes`; the first is that of all others.
    spans: Vec<(u32, u32)>,
    bytes: Vec<u8>,
    hasher: RandomState,
    most: usize,
    most_bytes: usize,
    is_full: bool,
}

impl Names {
    /// No names yet; at most so many, with at most so many bytes together.
    #[must_use]
    pub fn new(most: usize, most_bytes: usize) -> Self {
        Self {
            table: HashTable::new(),
            spans: vec![(0, 0)],
            bytes: Vec::new(),
            hasher: RandomState::default(),
            most,
            most_bytes: most_bytes.min(u32::MAX as usize),
            is_full: false,
        }
    }

    /// The place of a name, a new one where it has none.
    #[inline]
    pub fn slot(&mut self, name: &[u8]) -> Slot {
        let hash = hash(&self.hasher, name);
        let found = self.table.find(hash, |slot| get(&self.spans, &self.bytes, *slot) == name);
        match found {
            Some(slot) => *slot,
            None => self.add(name, hash),
        }
    }

    /// The name of a place; that of all others is empty.
    #[must_use]
    pub fn name(&self, slot: Slot) -> &[u8] {
        get(&self.spans, &self.bytes, slot)
    }

    /// Gives a place another name, unless that has a place already.
    pub fn rename(&mut self, slot: Slot, name: &[u8]) {
        let (old, new) = (hash(&self.hasher, self.name(slot)), hash(&self.hasher, name));
        let is_taken = self.table.find(new, |slot| self.name(*slot) == name).is_some();
        let Ok(entry) = self.table.find_entry(old, |found| *found == slot) else { return };
        if is_taken || slot == Slot::OTHERS || !has_room(&self.bytes, name, self.most_bytes) {
            return;
        }
        entry.remove();
        let start = self.bytes.len() as u32;
        self.bytes.extend_from_slice(name);
        if let Some(span) = self.spans.get_mut(slot.index()) {
            *span = (start, name.len() as u32);
        }
        self.enter(slot, new);
    }

    /// How many names have a place of their own.
    #[must_use]
    pub fn len(&self) -> usize {
        self.spans.len().saturating_sub(1)
    }

    /// Whether there is no name.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether there was no room for a name.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.is_full
    }

    #[cold]
    fn add(&mut self, name: &[u8], hash: u64) -> Slot {
        let slot = Slot::of(self.spans.len()).filter(|_| self.len() < self.most);
        let Some(slot) = slot.filter(|_| has_room(&self.bytes, name, self.most_bytes)) else {
            self.is_full = true;
            return Slot::OTHERS;
        };
        self.spans.push((self.bytes.len() as u32, name.len() as u32));
        self.bytes.extend_from_slice(name);
        self.enter(slot, hash);
        slot
    }

    fn enter(&mut self, slot: Slot, key: u64) {
        let Self { table, spans, bytes, hasher, .. } = self;
        table.insert_unique(key, slot, |slot| hash(hasher, get(spans, bytes, *slot)));
    }
}

fn has_room(bytes: &[u8], name: &[u8], most: usize) -> bool {
    bytes.len().saturating_add(name.len()) <= most
}

fn get<'a>(spans: &[(u32, u32)], bytes: &'a [u8], slot: Slot) -> &'a [u8] {
    let (start, len) = spans.get(slot.index()).copied().unwrap_or_default();
    let start = start as usize;
    bytes.get(start..start.saturating_add(len as usize)).unwrap_or_default()
}

#[inline]
fn hash(hasher: &RandomState, name: &[u8]) -> u64 {
    let mut hasher = hasher.build_hasher();
    hasher.write(name);
    hasher.finish()
}

/// Something for each place.
#[derive(Debug)]
pub struct Slots<T>(Vec<T>);

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Default> Slots<T> {
    /// What belongs to a place.
    #[inline]
    pub fn at(&mut self, slot: Slot) -> Option<&mut T> {
        if slot.index() >= self.0.len() {
            self.grow(slot.index());
        }
        self.0.get_mut(slot.index())
    }

    /// What belongs to a place, where there is something.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&T> {
        self.0.get(index)
    }

    /// The places that have something that `is_there`, without that of all others, as indices.
    pub fn filled(&self, is_there: impl Fn(&T) -> bool) -> Vec<u32> {
        let all = self.0.iter().zip(0u32..).skip(1);
        all.filter(|(it, _)| is_there(it)).map(|(_, index)| index).collect()
    }

    #[cold]
    fn grow(&mut self, index: usize) {
        self.0.resize_with(index.saturating_add(1), T::default);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_place_and_the_first_are_kept() {
        let mut names = Names::new(2, 100);
        let a = names.slot(b"a");
        assert_eq!((names.slot(b"a"), names.slot(b"b").index()), (a, 2));
        assert!(!names.is_full());
        assert_eq!(names.slot(b"c"), Slot::OTHERS);
        assert_eq!((names.slot(b"a"), names.name(a), names.is_full()), (a, &b"a"[..], true));
        assert_eq!(names.name(Slot::OTHERS), b"");
    }

    #[test]
    fn long_names_are_bounded_too() {
        let mut names = Names::new(1_000, 10);
        assert_eq!(names.slot(b"0123456789a"), Slot::OTHERS);
        assert_eq!(names.slot(b"0123456789").index(), 1);
        assert_eq!(names.slot(b"a"), Slot::OTHERS);
    }

    #[test]
    fn many_names_are_found_again() {
        let mut names = Names::new(10_000, 1 << 20);
        let places: Vec<Slot> =
            (0..10_000).map(|n| names.slot(format!("t/{n}").as_bytes())).collect();
        for (n, place) in places.into_iter().enumerate() {
            assert_eq!(names.slot(format!("t/{n}").as_bytes()), place);
        }
        assert_eq!(names.len(), 10_000);
    }

    #[test]
    fn a_place_keeps_its_figures_under_a_new_name() {
        let mut names = Names::new(10, 100);
        let (a, b) = (names.slot(b"a"), names.slot(b"b"));
        names.rename(a, b"assigned");
        assert_eq!((names.slot(b"assigned"), names.name(a)), (a, &b"assigned"[..]));
        names.rename(a, b"b");
        assert_eq!((names.slot(b"b"), names.name(a)), (b, &b"assigned"[..]));
        assert_eq!(names.slot(b"a").index(), 3);
    }
}
