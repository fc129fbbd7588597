//! Which of two sides did something first: by what TCP proves, or else by the times of the frames.
//!
//! A capture may show one side later than the other, a mirror port for example does. What a segment
//! acknowledges had come before it was sent (RFC 9293, section 3.4), whatever the times say.

use super::{At, Proof, is_behind};

/// Something that a side did: its place, and what TCP proves of when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// Where it stands in the capture.
    pub at: At,
    /// What it had of the other side, and how the other side acknowledges it.
    pub proof: Proof,
}

impl Mark {
    /// Whether what the other side did had come when this was sent; `None` where the numbers do not say.
    #[must_use]
    pub fn had(&self, other: &Self) -> Option<bool> {
        let (had, end) = (self.proof.had?, other.proof.end?);
        Some(is_behind(had, end))
    }

    /// Whether this came before what the other side did, as one of them had the other; `None` where neither
    /// had, or that is not known. Where each seems to have had the other, one of them was sent again.
    #[must_use]
    pub fn is_proven_before(&self, other: &Self) -> Option<bool> {
        match (other.had(self) == Some(true), self.had(other) == Some(true)) {
            (true, false) => Some(true),
            (false, true) => Some(false),
            _ => None,
        }
    }

    /// Whether this came before what the other side did, by their times where nothing proves it.
    #[must_use]
    pub fn is_before(&self, other: &Self) -> bool {
        let by_time = || self.at.order() <= other.at.order();
        self.is_proven_before(other).unwrap_or_else(by_time)
    }
}

/// Puts into one order what two sides did, each in its own order.
#[must_use]
pub fn merge<T>(one: Vec<T>, other: Vec<T>, mark: impl Fn(&T) -> Mark) -> Vec<T> {
    let mut all = Vec::with_capacity(one.len().saturating_add(other.len()));
    let (mut one, mut other) = (one.into_iter().peekable(), other.into_iter().peekable());
    while let (Some(a), Some(b)) = (one.peek(), other.peek()) {
        let next = if mark(a).is_before(&mark(b)) { one.next() } else { other.next() };
        all.extend(next);
    }
    all.extend(one);
    all.extend(other);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Something at this time that had the other side up to `had`, and ends before `end`.
    fn mark(time: i64, had: u32, end: u32) -> Mark {
        let at = At { number: 0, frame: 1, time: Some(time) };
        Mark { at, proof: Proof { had: Some(had), end: Some(end), ..Proof::default() } }
    }

    #[test]
    fn what_was_acknowledged_came_first_whatever_the_times_say() {
        let (asked, answer) = (mark(9, 5, 102), mark(1, 102, 6));
        assert_eq!(asked.is_proven_before(&answer), Some(true));
        assert_eq!(answer.is_proven_before(&asked), Some(false));
        assert!(asked.is_before(&answer) && !answer.is_before(&asked));
        // Numbers begin anew behind the largest.
        let (asked, answer) = (mark(9, 5, 2), mark(1, 4, 6));
        assert_eq!(asked.is_proven_before(&answer), Some(true));
    }

    #[test]
    fn of_two_that_crossed_the_times_tell() {
        let (one, other) = (mark(1, 5, 102), mark(2, 100, 6));
        assert_eq!((one.had(&other), other.had(&one)), (Some(false), Some(false)));
        assert_eq!(one.is_proven_before(&other), None);
        assert!(one.is_before(&other) && !other.is_before(&one));
        // Each had the other: one was sent again.
        let (one, other) = (mark(1, 6, 102), mark(2, 102, 6));
        assert_eq!(one.is_proven_before(&other), None);
    }

    #[test]
    fn each_side_keeps_its_own_order() {
        let client = vec![mark(9, 5, 102), mark(10, 5, 103)];
        let server = vec![mark(1, 102, 6)];
        let times = merge(client, server, |mark| *mark).into_iter().map(|mark| mark.at.time);
        assert_eq!(times.collect::<Vec<_>>(), [9, 1, 10].map(Some));
    }
}
