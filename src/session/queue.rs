//! The last things of a kind, in their order, each found by what it is about or by its packet.

/// From so many lists on there is room for all entries from the first one on: memory that is not touched costs
/// nothing, but to copy all of it whenever it becomes too small does.
const MANY: usize = 1 << 12;

/// Packets of which what came with them is found at once: those that were answered within so many. A power of two.
const LATELY: usize = 1 << 11;

/// A bounded queue of things that came with packets, in the order of these. Of those with the same key the
/// last one is found, at once: each entry remembers which came before it in its list, and where that is gone
/// the list ends. So nothing need be done to forget one.
///
/// `LISTS` is how many lists there are of entries whose keys are alike in their last bits: a power of two, and
/// twice as many as the entries that the queue has at the most. These lie in a ring.
#[derive(Debug)]
pub(super) struct Queue<T, const LISTS: usize> {
    /// Small and side by side, so that looking for something touches little memory.
    links: Vec<Link>,
    /// `None`: it was taken out.
    things: Vec<Option<T>>,
    /// How many were taken out, and how many were added, since the beginning.
    first: Nth,
    next: Nth,
    /// The last entry of each list. Empty until there is one.
    lasts: Box<[Nth]>,
    /// The last entries by the last bits of the numbers of their packets.
    lately: Box<[Nth]>,
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

impl<T, const LISTS: usize> Default for Queue<T, LISTS> {
    fn default() -> Self {
        let (links, things, lasts, lately) = Default::default();
        Self { links, things, first: 0, next: 0, lasts, lately }
    }
}

impl<T, const LISTS: usize> Queue<T, LISTS> {
    /// The most entries that there may be.
    const ROOM: usize = LISTS >> 1;

    /// How many there are.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.next.wrapping_sub(self.first) as usize
    }

    /// Whether there are none.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.next == self.first
    }

    /// The oldest.
    pub(super) fn front(&self) -> Option<&T> {
        self.at(0)
    }

    /// Takes the oldest out.
    pub(super) fn pop(&mut self) -> Option<T> {
        if self.is_empty() {
            return None;
        }
        let slot = self.slot(0);
        self.first = self.first.wrapping_add(1);
        self.things.get_mut(slot)?.take()
    }

    /// Adds what came with the packet of this number, which is larger than those before; where there is no room
    /// for it in place of the oldest.
    #[inline]
    pub(super) fn push(&mut self, key: u64, number: u64, thing: T) {
        if self.lasts.is_empty() {
            self.make_room();
        }
        if self.len() >= Self::ROOM {
            self.pop();
        }
        let slot = self.slot(self.len());
        self.next = self.next.wrapping_add(1);
        let nth = self.next;
        if let Some(of_number) = self.lately.get_mut(Self::lately(number)) {
            *of_number = nth;
        }
        let Some(last) = self.lasts.get_mut(Self::list(key)) else { return };
        let link = Link { key, number, before: std::mem::replace(last, nth), is_hidden: false };
        match (self.links.get_mut(slot), self.things.get_mut(slot)) {
            (Some(old), Some(place)) => (*old, *place) = (link, Some(thing)),
            // The ring is not full yet.
            _ => {
                self.links.push(link);
                self.things.push(Some(thing));
            }
        }
    }

    #[cold]
    fn make_room(&mut self) {
        (self.lasts, self.lately) = (vec![0; LISTS].into(), vec![0; LATELY.min(LISTS)].into());
        if LISTS >= MANY {
            self.links.reserve(Self::ROOM);
            self.things.reserve(Self::ROOM);
        }
    }

    /// What stands at a place.
    #[inline]
    pub(super) fn at(&self, place: usize) -> Option<&T> {
        self.things.get(self.slot(place))?.as_ref()
    }

    /// The same, to be changed.
    #[inline]
    pub(super) fn at_mut(&mut self, place: usize) -> Option<&mut T> {
        let slot = self.slot(place);
        self.things.get_mut(slot)?.as_mut()
    }

    /// The last one with a key.
    #[inline]
    pub(super) fn last(&self, key: u64) -> Option<&T> {
        self.at(self.place(key)?)
    }

    /// The same, to be changed.
    #[inline]
    pub(super) fn last_mut(&mut self, key: u64) -> Option<&mut T> {
        let place = self.place(key)?;
        self.at_mut(place)
    }

    /// The key of what came with the packet of this number, and the thing.
    #[inline]
    pub(super) fn of_packet(&mut self, number: u64) -> Option<(u64, &mut T)> {
        let place = self.place_of_packet(number)?;
        let key = self.link(place)?.key;
        Some((key, self.at_mut(place)?))
    }

    /// The last one with a key, and those before it, are not found any more.
    pub(super) fn hide(&mut self, key: u64) {
        while let Some(place) = self.place(key) {
            let slot = self.slot(place);
            let Some(link) = self.links.get_mut(slot) else { return };
            link.is_hidden = true;
        }
    }

    /// The place of the last one with a key, until one is taken out.
    #[inline]
    pub(super) fn place(&self, key: u64) -> Option<usize> {
        let mut nth = *self.lasts.get(Self::list(key))?;
        let mut end = self.len();
        loop {
            let place = nth.wrapping_sub(self.first).wrapping_sub(1) as usize;
            if place >= end {
                return None;
            }
            let link = self.links.get(self.slot(place))?;
            if link.key == key && !link.is_hidden {
                return Some(place);
            }
            (nth, end) = (link.before, place);
        }
    }

    /// The place of what came with the packet of this number, which no later one has taken over in `lately`, or which is
    /// searched for.
    #[inline]
    fn place_of_packet(&self, number: u64) -> Option<usize> {
        let nth = *self.lately.get(Self::lately(number))?;
        let place = nth.wrapping_sub(self.first).wrapping_sub(1) as usize;
        let is_there = self.link(place).is_some_and(|link| link.number == number);
        if is_there { Some(place) } else { self.search(number) }
    }

    /// It came of late, going by most: the steps back are doubled until it lies between.
    #[inline(never)]
    fn search(&self, number: u64) -> Option<usize> {
        let is_behind = |place: usize| self.link(place).is_none_or(|link| link.number > number);
        let (mut low, mut high, mut step) = (self.len(), self.len(), 1);
        while low > 0 && is_behind(low) {
            (low, high) = (low.saturating_sub(step), low);
            step = step.saturating_mul(2);
        }
        while high.saturating_sub(low) > 1 {
            let middle = low.midpoint(high);
            (low, high) = if is_behind(middle) { (low, middle) } else { (middle, high) };
        }
        self.link(low).filter(|link| link.number == number).map(|_| low)
    }

    fn link(&self, place: usize) -> Option<&Link> {
        if place < self.len() { self.links.get(self.slot(place)) } else { None }
    }

    /// Where in the ring a place is.
    #[inline]
    const fn slot(&self, place: usize) -> usize {
        (self.first as usize).wrapping_add(place) & Self::ROOM.saturating_sub(1)
    }

    /// The list of a key, which is a hash.
    const fn list(key: u64) -> usize {
        key as usize & LISTS.saturating_sub(1)
    }

    /// Where `lately` tells of the packet of this number.
    const fn lately(number: u64) -> usize {
        let room = if LATELY < LISTS { LATELY } else { LISTS };
        number as usize & room.saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keys that are so much apart are in one list.
    const ALIKE: u64 = 1 << 8;

    type Few<T> = Queue<T, { ALIKE as usize }>;

    #[test]
    fn the_last_one_with_a_key_is_found_until_it_is_taken_out() {
        let mut queue = Few::default();
        for (number, key) in [(10, 7), (11, 7 + ALIKE), (13, 7), (14, 8)] {
            queue.push(key, number, number);
        }
        let found = |queue: &Few<u64>| [7, 8, 9, 7 + ALIKE].map(|key| queue.last(key).copied());
        assert_eq!(found(&queue), [Some(13), Some(14), None, Some(11)]);
        assert_eq!((queue.pop(), queue.pop()), (Some(10), Some(11)));
        assert_eq!(found(&queue), [Some(13), Some(14), None, None]);
        assert_eq!((queue.pop(), queue.pop(), queue.pop()), (Some(13), Some(14), None));
        assert_eq!(found(&queue), [None; 4]);
    }

    #[test]
    fn what_came_with_a_packet_is_found_wherever_it_stands() {
        let mut queue = Few::default();
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
        // Whatever was asked for before.
        for number in (0..=10_001).rev().chain((0..20_000).map(|step| step * 7_919 % 10_002)) {
            let is_there = number > 100 && numbers().any(|it| it == number);
            assert_eq!(queue.of_packet(number).is_some(), is_there, "{number}");
        }
    }

    #[test]
    fn what_is_hidden_is_found_by_its_packet_alone() {
        let mut queue = Few::default();
        for number in 1..=3 {
            queue.push(7, number, ());
        }
        queue.hide(7);
        assert_eq!(queue.last(7), None);
        assert_eq!(queue.of_packet(2), Some((7, &mut ())));
        queue.push(7, 4, ());
        assert_eq!(queue.last(7), Some(&()));
    }

    #[test]
    fn a_ring_that_is_full_forgets_the_oldest() {
        let (mut queue, mut known) = (Few::default(), Vec::new());
        for step in 0..5_000u64 {
            let (key, number) = (step * step % 701, step * 3);
            queue.push(key, number, step);
            known.push((key, number, step));
            if known.len() > ALIKE as usize / 2 {
                known.remove(0);
            }
            for _ in 0..step % 97 / 95 * 100 {
                let oldest = (!known.is_empty()).then(|| known.remove(0).2);
                assert_eq!(queue.pop(), oldest);
            }
            assert_eq!(queue.len(), known.len());
            assert_eq!(queue.front(), known.first().map(|(.., step)| step));
            for key in step..step + 20 {
                let last = known.iter().rev().find(|(of, ..)| *of == key % 701);
                assert_eq!(queue.last(key % 701), last.map(|(.., step)| step), "{step}");
            }
            for number in (step * 3).saturating_sub(500)..step * 3 + 3 {
                let is_there = known.iter().any(|(_, of, _)| *of == number);
                assert_eq!(queue.of_packet(number).is_some(), is_there, "{step} {number}");
            }
        }
    }
}
