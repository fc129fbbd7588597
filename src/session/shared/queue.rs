//! The last things of a kind, in their order, each found by what it is about or by its packet.

use std::collections::VecDeque;

/// Entries for which there is room from the first one on: as many as each queue may have. Memory that is
/// not touched costs nothing, but to copy all of it whenever it becomes too small does.
const ROOM: usize = 1 << 14;

/// Lists of entries whose keys are alike in their last bits: a power of two.
const LISTS: usize = 1 << 15;

/// A bounded queue of things that came with packets, in the order of these. Of those with the same key the
/// last one is found, at once: each entry remembers which came before it in its list, and where that is gone
/// the list ends. So nothing need be done to forget one.
#[derive(Debug)]
pub(super) struct Queue<T> {
    /// Small and side by side, so that looking for something touches little memory.
    links: VecDeque<Link>,
    things: VecDeque<T>,
    /// How many were taken out before the first of those.
    first: Nth,
    /// The last entry of each list. Empty until there is one.
    lasts: Box<[Nth]>,
}

/// Which entry it is, counted from the very first one, from 1. So small that all lists stay in the cache: where
/// it has wrapped, an old one may seem to be there, of another key.
type Nth = u32;

#[derive(Clone, Copy, Debug)]
struct Link {
    key: u64,
    /// The number of its packet.
    number: u64,
    /// The entry before it in its list.
    before: Nth,
    /// It is not to be found by its key.
    is_hidden: bool,
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        let (links, things) = (VecDeque::new(), VecDeque::new());
        Self { links, things, first: 0, lasts: Box::default() }
    }
}

impl<T> Queue<T> {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.things.len()
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.things.is_empty()
    }

    /// The oldest.
    pub(super) fn front(&self) -> Option<&T> {
        self.things.front()
    }

    /// Takes the oldest out.
    pub(super) fn pop(&mut self) -> Option<T> {
        self.links.pop_front();
        let thing = self.things.pop_front()?;
        self.first = self.first.wrapping_add(1);
        Some(thing)
    }

    /// Adds what came with the packet of this number, which is larger than those before.
    pub(super) fn push(&mut self, key: u64, number: u64, thing: T) {
        if self.lasts.is_empty() {
            self.lasts = vec![0; LISTS].into();
            self.links.reserve(ROOM);
            self.things.reserve(ROOM);
        }
        self.things.push_back(thing);
        let nth = self.first.wrapping_add(self.things.len() as Nth);
        let Some(last) = self.lasts.get_mut(list(key)) else { return };
        let before = std::mem::replace(last, nth);
        self.links.push_back(Link { key, number, before, is_hidden: false });
    }

    /// The last one with a key.
    pub(super) fn last(&self, key: u64) -> Option<&T> {
        self.things.get(self.place(key)?)
    }

    /// The same, to be changed.
    pub(super) fn last_mut(&mut self, key: u64) -> Option<&mut T> {
        let place = self.place(key)?;
        self.things.get_mut(place)
    }

    /// The key of what came with the packet of this number, and the thing.
    pub(super) fn of_packet(&mut self, number: u64) -> Option<(u64, &mut T)> {
        let place = self.place_of_packet(number)?;
        let key = self.links.get(place)?.key;
        Some((key, self.things.get_mut(place)?))
    }

    /// The last one with a key, and those before it, are not found any more.
    pub(super) fn hide(&mut self, key: u64) {
        while let Some(link) = self.place(key).and_then(|place| self.links.get_mut(place)) {
            link.is_hidden = true;
        }
    }

    fn place(&self, key: u64) -> Option<usize> {
        let mut nth = *self.lasts.get(list(key))?;
        let mut end = self.links.len();
        loop {
            let place = nth.wrapping_sub(self.first).wrapping_sub(1) as usize;
            let link = self.links.get(place).filter(|_| place < end)?;
            if link.key == key && !link.is_hidden {
                return Some(place);
            }
            (nth, end) = (link.before, place);
        }
    }

    /// What is asked for came of late nearly always: the steps back are doubled until it lies between.
    fn place_of_packet(&self, number: u64) -> Option<usize> {
        let is_behind =
            |place: usize| self.links.get(place).is_none_or(|link| link.number > number);
        let (mut low, mut high, mut step) = (self.links.len(), self.links.len(), 1);
        while low > 0 && is_behind(low) {
            (low, high) = (low.saturating_sub(step), low);
            step = step.saturating_mul(2);
        }
        while high.saturating_sub(low) > 1 {
            let middle = low.midpoint(high);
            (low, high) = if is_behind(middle) { (low, middle) } else { (middle, high) };
        }
        self.links.get(low).filter(|link| link.number == number).map(|_| low)
    }
}

/// The list of a key, which is a hash.
const fn list(key: u64) -> usize {
    key as usize & (LISTS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As many that are alike in their last bits as a list may get.
    const ALIKE: u64 = LISTS as u64;

    #[test]
    fn the_last_one_with_a_key_is_found_until_it_is_taken_out() {
        let mut queue = Queue::default();
        for (number, key) in [(10, 7), (11, 7 + ALIKE), (13, 7), (14, 8)] {
            queue.push(key, number, number);
        }
        let found = |queue: &Queue<u64>| [7, 8, 9, 7 + ALIKE].map(|key| queue.last(key).copied());
        assert_eq!(found(&queue), [Some(13), Some(14), None, Some(11)]);
        assert_eq!((queue.pop(), queue.pop()), (Some(10), Some(11)));
        assert_eq!(found(&queue), [Some(13), Some(14), None, None]);
        assert_eq!((queue.pop(), queue.pop(), queue.pop()), (Some(13), Some(14), None));
        assert_eq!(found(&queue), [None; 4]);
    }

    #[test]
    fn what_came_with_a_packet_is_found_wherever_it_stands() {
        let mut queue = Queue::default();
        let numbers = || (1..).map(|n: u64| n * n).take(100);
        numbers().for_each(|number| queue.push(number % 5, number, number));
        for _ in 0..10 {
            queue.pop();
        }
        for number in 0..=10_001 {
            let is_there = number > 100 && numbers().any(|it| it == number);
            let found = queue.of_packet(number).map(|(key, it)| (key, *it));
            assert_eq!(found, is_there.then_some((number % 5, number)), "{number}");
        }
    }

    #[test]
    fn what_is_hidden_is_found_by_its_packet_alone() {
        let mut queue = Queue::default();
        for number in 1..=3 {
            queue.push(7, number, ());
        }
        queue.hide(7);
        assert_eq!(queue.last(7), None);
        assert_eq!(queue.of_packet(2), Some((7, &mut ())));
        queue.push(7, 4, ());
        assert_eq!(queue.last(7), Some(&()));
    }
}
