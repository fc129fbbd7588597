//! Lists whose memory serves the next records too.

/// Values of which those in use come first: the others keep their memory.
#[derive(Debug)]
pub(in crate::pipeline) struct Slots<T> {
    slots: Vec<T>,
    count: usize,
}

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Self { slots: Vec::new(), count: 0 }
    }
}

impl<T> Slots<T> {
    /// Puts a value into the next slot, a new one or one that is there with what it held.
    #[inline]
    pub(in crate::pipeline) fn add(
        &mut self,
        new: impl FnOnce() -> T,
        assign: impl FnOnce(&mut T),
    ) {
        if self.count >= self.slots.len() {
            self.slots.push(new());
        }
        if let Some(slot) = self.slots.get_mut(self.count) {
            assign(slot);
        }
        self.count = self.count.saturating_add(1);
    }

    /// Those in use.
    #[inline]
    pub(in crate::pipeline) fn used(&self) -> &[T] {
        self.slots.get(..self.count).unwrap_or_default()
    }

    /// None is in use any more.
    pub(in crate::pipeline) fn clear(&mut self) {
        self.count = 0;
    }
}

/// Sides of connections of which the last value is found: a power of two, more than speak at one moment.
const SIDES: usize = 512;
/// Values that are remembered beyond the packets that they were kept for.
const MAX_COMMON: usize = 1_024;

/// What packets have in common: each value stands once, and the packets of a side mostly have the same one after the
/// other.
#[derive(Debug)]
pub(in crate::pipeline) struct Common<T> {
    all: Vec<T>,
    /// Which of them a packet of a side had last.
    last: Vec<u32>,
}

impl<T> Default for Common<T> {
    fn default() -> Self {
        Self { all: Vec::new(), last: vec![0; SIDES] }
    }
}

impl<T> Common<T> {
    /// The number of the value of a packet, which is made with `new` unless it `is` the last of its side. The side is
    /// that of a connection, by whatever number, and the server's or not.
    #[inline]
    pub(in crate::pipeline) fn number_of(
        &mut self,
        (connection, is_server): (usize, bool),
        is: impl FnOnce(&T) -> bool,
        new: impl FnOnce() -> T,
    ) -> u32 {
        let side = connection.wrapping_mul(2).wrapping_add(usize::from(is_server)) % SIDES;
        let last = self.last.get(side).copied().unwrap_or_default();
        if self.all.get(last as usize).is_some_and(is) { last } else { self.add(side, new()) }
    }

    #[cold]
    fn add(&mut self, side: usize, value: T) -> u32 {
        // Not many more than packets, which are kept by some hundreds.
        let number = self.all.len() as u32;
        self.all.push(value);
        if let Some(last) = self.last.get_mut(side) {
            *last = number;
        }
        number
    }

    #[inline]
    pub(in crate::pipeline) fn get(&self, number: u32) -> Option<&T> {
        self.all.get(number as usize)
    }

    /// No packet needs them any more: they stay for the next ones, unless they have become many.
    pub(in crate::pipeline) fn clear(&mut self) {
        if self.all.len() > MAX_COMMON {
            self.all.clear();
        }
    }
}

/// Takes so many members off the front of a list; all, if there are fewer.
#[inline]
pub(in crate::pipeline) fn take<'l, T>(list: &mut &'l [T], count: usize) -> &'l [T] {
    let (front, rest) = list.split_at_checked(count).unwrap_or((list, &[]));
    *list = rest;
    front
}
