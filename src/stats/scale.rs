//! Figures by time, in a bounded number of intervals: when there would be more, they get longer.

/// What can be counted together.
pub(super) trait Merge: Default {
    /// Adds the figures of another interval.
    fn merge(&mut self, other: &Self);
}

impl Merge for u64 {
    fn merge(&mut self, other: &Self) {
        *self = self.saturating_add(*other);
    }
}

/// Intervals of equal length, from the beginning of the capture on.
#[derive(Debug)]
pub(super) struct Scale<T> {
    width: u64,
    first_width: u64,
    most: usize,
    all: Vec<T>,
    /// The interval that was counted in last, and when it begins: mostly it is the next one, too.
    latest: (usize, u64),
    /// Whether the next lengthening is the one by five: 1, 2, 10, 20, 100 ...
    by_five: bool,
}

impl<T: Merge> Scale<T> {
    /// Intervals of this many nanoseconds to begin with, and at most `most` of them.
    pub(super) fn new(width: u64, most: usize) -> Self {
        let width = width.max(1);
        Self { width, first_width: width, most, all: Vec::new(), latest: (0, 0), by_five: false }
    }

    /// The interval that a time lies in, in nanoseconds since the beginning.
    #[inline]
    pub(super) fn at(&mut self, since: u64) -> Option<&mut T> {
        let (index, begin) = self.latest;
        let is_there = since >= begin && since.saturating_sub(begin) < self.width;
        let index = if is_there && index < self.all.len() { index } else { self.find(since) };
        self.all.get_mut(index)
    }

    fn find(&mut self, since: u64) -> usize {
        let mut index = since.checked_div(self.width).unwrap_or(0);
        while index >= self.most as u64 {
            self.lengthen();
            index = since.checked_div(self.width).unwrap_or(0);
        }
        let index = index as usize;
        if index >= self.all.len() {
            self.all.resize_with(index.saturating_add(1), T::default);
        }
        self.latest = (index, self.width.saturating_mul(index as u64));
        index
    }

    fn lengthen(&mut self) {
        let factor: u8 = if self.by_five { 5 } else { 2 };
        self.by_five = !self.by_five;
        self.width = self.width.saturating_mul(factor.into());
        let old = std::mem::take(&mut self.all);
        for chunk in old.chunks(factor.into()) {
            let mut sum = T::default();
            chunk.iter().for_each(|one| sum.merge(one));
            self.all.push(sum);
        }
    }

    /// How long an interval is, in nanoseconds.
    pub(super) fn width(&self) -> u64 {
        self.width
    }

    /// Whether they are longer than at the beginning.
    pub(super) fn is_lengthened(&self) -> bool {
        self.width > self.first_width
    }

    /// The intervals, up to the last in which something was counted.
    pub(super) fn all(&self) -> &[T] {
        &self.all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_get_longer_and_nothing_is_lost() {
        let mut scale = Scale::<u64>::new(1_000, 10);
        for since in (0..95_000).step_by(500) {
            *scale.at(since).unwrap() += 1;
        }
        assert_eq!((scale.width(), scale.is_lengthened()), (10_000, true));
        assert_eq!(scale.all(), [20, 20, 20, 20, 20, 20, 20, 20, 20, 10]);
        *scale.at(3).unwrap() += 1;
        assert_eq!(scale.all()[0], 21);
    }

    #[test]
    fn a_time_from_nowhere_ends() {
        let mut scale = Scale::<u64>::new(1, 10);
        *scale.at(u64::MAX).unwrap() += 1;
        assert_eq!(scale.all().iter().sum::<u64>(), 1);
        assert!(scale.all().len() <= 10);
    }
}
