//! When a capture ends by itself: at a time, or when somebody asks.

use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    flag,
};
use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// When a capture ends by itself. The default is: never.
#[derive(Clone, Debug, Default)]
pub struct Stop {
    asked: Arc<AtomicBool>,
    at: Option<Instant>,
}

impl Stop {
    /// Ends after this time, counted from now.
    #[must_use]
    pub fn after(mut self, duration: Duration) -> Self {
        self.at = Instant::now().checked_add(duration);
        self
    }

    /// Ends on Ctrl-C, SIGTERM or SIGHUP. A second one ends the process at once.
    ///
    /// # Errors
    /// Where the system does not let the signals be caught.
    pub fn on_signals(self) -> Result<Self, io::Error> {
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            // In this order: the first signal sets the flag, and only a further one finds it set.
            let status = signal.saturating_add(128);
            flag::register_conditional_shutdown(signal, status, Arc::clone(&self.asked))
                .and_then(|_| flag::register(signal, Arc::clone(&self.asked)))?;
        }
        Ok(self)
    }

    /// Ends now. Any clone may ask for it, from any thread.
    pub fn ask(&self) {
        self.asked.store(true, Ordering::Relaxed);
    }

    /// Whether the end has come.
    #[must_use]
    pub fn is_due(&self) -> bool {
        self.asked.load(Ordering::Relaxed) || self.at.is_some_and(|at| Instant::now() >= at)
    }
}

/// Nanoseconds since 1970 by the system's clock, which is also what stamps frames.
pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_by_default() {
        assert!(!Stop::default().is_due());
        assert!(!Stop::default().after(Duration::from_secs(3_600)).is_due());
    }

    #[test]
    fn at_its_time_or_when_a_clone_asks() {
        assert!(Stop::default().after(Duration::ZERO).is_due());
        let stop = Stop::default();
        stop.clone().ask();
        assert!(stop.is_due());
    }

    #[test]
    fn a_signal_asks() {
        let stop = Stop::default().on_signals().unwrap();
        signal_hook::low_level::raise(SIGHUP).unwrap();
        assert!(stop.is_due());
    }
}
