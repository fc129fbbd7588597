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

/// Takes so many members off the front of a list; all, if there are fewer.
#[inline]
pub(in crate::pipeline) fn take<'l, T>(list: &mut &'l [T], count: usize) -> &'l [T] {
    let (front, rest) = list.split_at_checked(count).unwrap_or((list, &[]));
    *list = rest;
    front
}
