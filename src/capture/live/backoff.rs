//! Trying again, ever less often.

use std::time::{Duration, Instant};

/// When the next attempt is due: the wait doubles with each failure, up to a bound.
#[derive(Clone, Copy, Debug)]
pub(super) struct Backoff {
    wait: Duration,
    longest: Duration,
    next: Option<Instant>,
}

impl Backoff {
    pub(super) const fn new(first: Duration, longest: Duration) -> Self {
        Self { wait: first, longest, next: None }
    }

    /// An attempt has failed.
    pub(super) fn failed(&mut self, now: Instant) {
        self.next = now.checked_add(self.wait);
        self.wait = self.wait.saturating_mul(2).min(self.longest);
    }

    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.next.is_none_or(|next| now >= next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest() {
        let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(3));
        let mut now = Instant::now();
        assert!(backoff.is_due(now));
        for seconds in [1, 2, 3, 3] {
            backoff.failed(now);
            now += Duration::from_secs(seconds);
            assert!(!backoff.is_due(now - Duration::from_millis(1)));
            assert!(backoff.is_due(now));
        }
    }
}
