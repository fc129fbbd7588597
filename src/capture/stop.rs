//! When a capture ends by itself: at a time, or when somebody asks.

use signal_hook::{consts, flag};
use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

/// The signals that ask for the end.
#[cfg(unix)]
const SIGNALS: [i32; 3] = [consts::SIGINT, consts::SIGTERM, consts::SIGHUP];
#[cfg(not(unix))]
const SIGNALS: [i32; 2] = [consts::SIGINT, consts::SIGTERM];

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
        self.on(&SIGNALS)
    }

    /// Ends on Ctrl-C alone. A second one ends the process at once.
    ///
    /// # Errors
    /// Where the system does not let the signal be caught.
    pub fn on_interrupt(self) -> Result<Self, io::Error> {
        self.on(&[consts::SIGINT])
    }

    fn on(self, signals: &[i32]) -> Result<Self, io::Error> {
        for &signal in signals {
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

    /// Whether somebody asked for the end: then it is not to wait for others.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }

    /// Whether the end has come.
    #[must_use]
    pub fn is_due(&self) -> bool {
        self.is_asked() || self.at.is_some_and(|at| Instant::now() >= at)
    }
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
        signal_hook::low_level::raise(consts::SIGTERM).unwrap();
        assert!(stop.is_due());
    }
}
