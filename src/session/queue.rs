//! The last things of a kind, in their order, each found by what it is about or by its packet.
//!
//! What was captured a while ago is in no cache any more, so that each look at another place costs more than
//! what is done there. Therefore all of an entry stands in one place, the [`Heads`] of rings that are asked
//! together do so too, and a head tells of an entry what tells it from most others.

/// From so much room on there is some for all entries from the first one on: memory that is not touched costs
/// nothing, but to copy all of it whenever it becomes too small does.
const MANY: usize = 1 << 11;

/// A bounded queue of things that came with packets, in the order of these, where they lie in a ring. Of those
/// with the same key the last one is found, at once: each entry remembers which came before it in its list, and
/// where that is gone the list ends. So nothing need be done to forget one.
///
/// `ROOM` is how many entries there may be: a power of two. `LATELY` is how many packets may come until what
/// came with one is not found at once any more, but is searched for: a power of two, or 0.
#[derive(Debug)]
pub(super) struct Ring<T, const ROOM: usize, const LATELY: usize = 0> {
    entries: Vec<Entry<T>>,
    /// How many were taken out, and how many were added, since the beginning.
    first: Nth,
    next: Nth,
    /// The last entries by the last bits of the numbers of their packets. Empty until there is one.
    lately: Box<[Nth]>,
}

/// Which entry it is, counted from the very first one, from 1.
type Nth = u32;

#[derive(Debug)]
struct Entry<T> {
    key: u64,
    /// The number of its packet.
    number: u64,
    /// `None`: it was taken out.
    thing: Option<T>,
    /// The entry before it in its list.
    before: Head,
    /// It is not to be found by its key.
    is_hidden: bool,
}

/// The last entry of a list, and what is known of it without looking there: a piece of its key, and whether one
/// was before it in its list. So small that all of them stay in a cache: it has but the last bits of the number
/// of the entry, so that an old one may seem to be there, of another key.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Head(u32);

/// The bits of a head that tell which entry it is, the one that tells of another one before it, and those with a
/// piece of its key.
const NTH: u32 = (1 << 18) - 1;
const BEFORE: u32 = NTH + 1;
const TAG: u32 = !(NTH | BEFORE);

/// The last entries of each list, of all rings that are asked for the same keys side by side. `LISTS` is how many
/// lists there are, of entries whose keys are alike in their last bits: a power of two, and best twice as many as
/// the entries that a ring has at the most.
#[derive(Debug)]
pub(super) struct Heads<const RINGS: usize, const LISTS: usize>(Box<[[Head; RINGS]]>);

impl Head {
    #[inline]
    const fn new(nth: Nth, key: u64, has_before: bool) -> Self {
        let before = if has_before { BEFORE } else { 0 };
        Self(nth & NTH | before | Self::tag(key))
    }

    /// The piece of a key that a head has: its first bits, as the last ones of those in a list are alike.
    const fn tag(key: u64) -> u32 {
        (key >> 32) as u32 & TAG
    }

    /// Whether it may be the head of an entry with this key.
    #[inline]
    const fn may_be(self, key: u64) -> bool {
        self.0 & TAG == Self::tag(key)
    }

    #[inline]
    const fn has_before(self) -> bool {
        self.0 & BEFORE != 0
    }
}

impl<const RINGS: usize, const LISTS: usize> Default for Heads<RINGS, LISTS> {
    fn default() -> Self {
        Self(Box::default())
    }
}

impl<const RINGS: usize, const LISTS: usize> Heads<RINGS, LISTS> {
    /// Those of a key, which is a hash.
    #[inline]
    pub(super) fn of(&self, key: u64) -> [Head; RINGS] {
        self.0.get(Self::list(key)).copied().unwrap_or([Head(0); RINGS])
    }

    /// The same, to add something.
    #[inline]
    pub(super) fn of_mut(&mut self, key: u64) -> Option<&mut [Head; RINGS]> {
        if self.0.is_empty() {
            self.make_room();
        }
        self.0.get_mut(Self::list(key))
    }

    #[cold]
    fn make_room(&mut self) {
        self.0 = vec![[Head(0); RINGS]; LISTS].into();
    }

    const fn list(key: u64) -> usize {
        key as usize & LISTS.saturating_sub(1)
    }
}

impl<T, const ROOM: usize, const LATELY: usize> Default for Ring<T, ROOM, LATELY> {
    fn default() -> Self {
        // So that the last bits of a number tell an entry that is there from most that are not.
        const { assert!(ROOM.is_power_of_two() && ROOM <= NTH as usize >> 2) };
        let (entries, lately) = Default::default();
        Self { entries, first: 0, next: 0, lately }
    }
}

impl<T, const ROOM: usize, const LATELY: usize> Ring<T, ROOM, LATELY> {
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

    /// Takes the oldest out, with its key.
    pub(super) fn pop(&mut self) -> Option<(u64, T)> {
        if self.is_empty() {
            return None;
        }
        let slot = self.slot(0);
        self.first = self.first.wrapping_add(1);
        let entry = self.entries.get_mut(slot)?;
        Some((entry.key, entry.thing.take()?))
    }

    /// Adds what came with the packet of this number, which is larger than those before; where there is no room
    /// for it in place of the oldest. `head` is that of its key.
    #[inline]
    pub(super) fn push(&mut self, head: &mut Head, key: u64, number: u64, thing: T) {
        if self.entries.is_empty() {
            self.make_room();
        }
        let has_before = self.place_of(*head, self.len()).is_some();
        if self.len() >= ROOM {
            // What stands there is replaced.
            self.first = self.first.wrapping_add(1);
        }
        let slot = self.slot(self.len());
        self.next = self.next.wrapping_add(1);
        if let Some(of_number) = self.lately.get_mut(Self::lately(number)) {
            *of_number = self.next;
        }
        let before = std::mem::replace(head, Head::new(self.next, key, has_before));
        let entry = Entry { key, number, thing: Some(thing), before, is_hidden: false };
        match self.entries.get_mut(slot) {
            Some(place) => *place = entry,
            // The ring is not full yet.
            None => self.entries.push(entry),
        }
    }

    #[cold]
    fn make_room(&mut self) {
        self.lately = vec![0; LATELY].into();
        if ROOM >= MANY {
            self.entries.reserve_exact(ROOM);
        }
    }

    /// What stands at a place.
    #[inline]
    pub(super) fn at(&self, place: usize) -> Option<&T> {
        self.entries.get(self.slot(place))?.thing.as_ref()
    }

    /// The same, to be changed.
    #[inline]
    pub(super) fn at_mut(&mut self, place: usize) -> Option<&mut T> {
        let slot = self.slot(place);
        self.entries.get_mut(slot)?.thing.as_mut()
    }

    /// The last one with a key, of which `head` is.
    #[inline]
    pub(super) fn last(&self, head: Head, key: u64) -> Option<&T> {
        self.at(self.place(head, key)?)
    }

    /// The same, to be changed.
    #[inline]
    pub(super) fn last_mut(&mut self, head: Head, key: u64) -> Option<&mut T> {
        let place = self.place(head, key)?;
        self.at_mut(place)
    }

    /// The key of what came with the packet of this number, and the thing.
    #[inline]
    pub(super) fn of_packet(&mut self, number: u64) -> Option<(u64, &mut T)> {
        let place = self.place_of_packet(number)?;
        let slot = self.slot(place);
        let entry = self.entries.get_mut(slot)?;
        Some((entry.key, entry.thing.as_mut()?))
    }

    /// The last one with a key, and those before it, are not found any more.
    pub(super) fn hide(&mut self, head: Head, key: u64) {
        while let Some(place) = self.place(head, key) {
            let slot = self.slot(place);
            let Some(entry) = self.entries.get_mut(slot) else { return };
            entry.is_hidden = true;
        }
    }

    /// The place of the last one with a key, of which `head` is, until one is taken out.
    #[inline]
    pub(super) fn place(&self, mut head: Head, key: u64) -> Option<usize> {
        let mut end = self.len();
        loop {
            let place = self.place_of(head, end)?;
            let may_be = head.may_be(key);
            if !may_be && !head.has_before() {
                return None;
            }
            let entry = self.entries.get(self.slot(place))?;
            if may_be && entry.key == key && !entry.is_hidden {
                return Some(place);
            }
            if !head.has_before() {
                return None;
            }
            (head, end) = (entry.before, place);
        }
    }

    /// Where the entry of a head stands, if that is before a place.
    #[inline]
    fn place_of(&self, head: Head, end: usize) -> Option<usize> {
        let place = head.0.wrapping_sub(self.first).wrapping_sub(1) & NTH;
        Some(place as usize).filter(|place| *place < end)
    }

    /// The place of what came with the packet of this number, which no later one has taken over in `lately`, or which is
    /// searched for.
    #[inline]
    fn place_of_packet(&self, number: u64) -> Option<usize> {
        let nth = self.lately.get(Self::lately(number)).copied().unwrap_or(0);
        let place = nth.wrapping_sub(self.first).wrapping_sub(1) as usize;
        let is_there = self.entry(place).is_some_and(|entry| entry.number == number);
        if is_there { Some(place) } else { self.search(number) }
    }

    /// It came of late, going by most: the steps back are doubled until it lies between.
    #[inline(never)]
    fn search(&self, number: u64) -> Option<usize> {
        let is_behind = |place: usize| self.entry(place).is_none_or(|entry| entry.number > number);
        let (mut low, mut high, mut step) = (self.len(), self.len(), 1);
        while low > 0 && is_behind(low) {
            (low, high) = (low.saturating_sub(step), low);
            step = step.saturating_mul(2);
        }
        while high.saturating_sub(low) > 1 {
            let middle = low.midpoint(high);
            (low, high) = if is_behind(middle) { (low, middle) } else { (middle, high) };
        }
        self.entry(low).filter(|entry| entry.number == number).map(|_| low)
    }

    fn entry(&self, place: usize) -> Option<&Entry<T>> {
        if place < self.len() { self.entries.get(self.slot(place)) } else { None }
    }

    /// Where in the ring a place is.
    #[inline]
    const fn slot(&self, place: usize) -> usize {
        (self.first as usize).wrapping_add(place) & ROOM.saturating_sub(1)
    }

    /// Where `lately` tells of the packet of this number.
    const fn lately(number: u64) -> usize {
        number as usize & LATELY.saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keys that are so much apart are in one list.
    const ALIKE: u64 = 1 << 8;

    /// A ring, with heads of its own; and one beside it, whose entries have the same keys and other numbers.
    struct Few<T> {
        heads: Heads<2, { ALIKE as usize }>,
        ring: Ring<T, { ALIKE as usize / 2 }, { ALIKE as usize }>,
        beside: Ring<u64, { ALIKE as usize / 4 }>,
    }

    impl<T> Default for Few<T> {
        fn default() -> Self {
            let (heads, ring, beside) = (Heads::default(), Ring::default(), Ring::default());
            Self { heads, ring, beside }
        }
    }

    impl<T> Few<T> {
        fn push(&mut self, key: u64, number: u64, thing: T) {
            let [head, beside] = self.heads.of_mut(key).unwrap();
            self.ring.push(head, key, number, thing);
            if number.is_multiple_of(3) {
                self.beside.push(beside, key, number, number);
            }
        }

        fn last(&self, key: u64) -> Option<&T> {
            self.ring.last(self.heads.of(key)[0], key)
        }

        fn pop(&mut self) -> Option<T> {
            self.ring.pop().map(|(_, thing)| thing)
        }
    }

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
            let found = queue.ring.of_packet(number).map(|(key, it)| (key, *it));
            assert_eq!(found, is_there.then_some((number % 5, number)), "{number}");
        }
        // Whatever was asked for before.
        for number in (0..=10_001).rev().chain((0..20_000).map(|step| step * 7_919 % 10_002)) {
            let is_there = number > 100 && numbers().any(|it| it == number);
            assert_eq!(queue.ring.of_packet(number).is_some(), is_there, "{number}");
        }
    }

    #[test]
    fn what_is_hidden_is_found_by_its_packet_alone() {
        let mut queue = Few::default();
        for number in 1..=3 {
            queue.push(7, number, ());
        }
        queue.ring.hide(queue.heads.of(7)[0], 7);
        assert_eq!(queue.last(7), None);
        assert_eq!(queue.ring.of_packet(2), Some((7, &mut ())));
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
            assert_eq!(queue.ring.len(), known.len());
            assert_eq!(queue.ring.front(), known.first().map(|(.., step)| step));
            for key in step..step + 20 {
                let last = known.iter().rev().find(|(of, ..)| *of == key % 701);
                assert_eq!(queue.last(key % 701), last.map(|(.., step)| step), "{step}");
            }
            for number in (step * 3).saturating_sub(500)..step * 3 + 3 {
                let is_there = known.iter().any(|(_, of, _)| *of == number);
                assert_eq!(queue.ring.of_packet(number).is_some(), is_there, "{step} {number}");
            }
        }
    }

    /// A head has no more than the last bits of the number of an entry.
    #[test]
    fn an_old_head_that_seems_to_be_there_is_of_nothing() {
        let (mut queue, mut last) = (Few::default(), [0; ALIKE as usize]);
        let (first, lists) = (ALIKE * 3, ALIKE / 2);
        for step in 0..u64::from(NTH) * 2 + 700 {
            // At first there are entries in every other list, then in the others alone; some at once, some much later.
            let key =
                if step < first { step % lists * 2 } else { step * step % 337 % lists * 2 + 1 };
            let key = key + step % 5 / 3 * ALIKE;
            let step = step + 1;
            queue.push(key, step, step);
            last[(key % ALIKE) as usize] = step;
            if step < 2_000 || step % u64::from(NTH + 1) < 2_000 {
                for key in 0..ALIKE {
                    let found = [key, key + ALIKE].map(|key| queue.last(key).copied());
                    let oldest = step.saturating_sub(lists);
                    let newest = Some(last[key as usize]).filter(|step| *step > oldest);
                    assert_eq!(found.into_iter().max().flatten(), newest, "{step} {key}");
                }
            }
        }
    }

    #[test]
    fn rings_that_share_their_heads_do_not_mix() {
        let (mut queue, mut known) = (Few::default(), Vec::new());
        for number in 1..3_000u64 {
            let key = number * number % 401;
            queue.push(key, number, number);
            known.push((key, number));
            let last = |key, room: usize, is_one: fn(u64) -> bool| {
                let ours = known.iter().rev().filter(|(_, number)| is_one(*number)).take(room);
                ours.clone().find(|(of, _)| *of == key).map(|(_, number)| *number)
            };
            for key in [key, number % 401, number * 7 % 401] {
                let [head, beside] = queue.heads.of(key);
                assert_eq!(queue.ring.last(head, key).copied(), last(key, 128, |_| true));
                let thirds = last(key, 64, |number| number.is_multiple_of(3));
                assert_eq!(queue.beside.last(beside, key).copied(), thirds);
                assert_eq!(queue.beside.of_packet(number).is_some(), number.is_multiple_of(3));
            }
        }
    }
}
