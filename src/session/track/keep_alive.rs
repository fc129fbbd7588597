//! Keep Alive: how long a client may be silent, and how long it was (5.0: section 3.1.2.10).

use super::Notes;
use crate::session::At;
use crate::spec::{Field, Rule};

/// One second, in nanoseconds.
const SECOND: u64 = 1_000_000_000;

/// The Keep Alive of one connection.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::session) struct KeepAlive {
    /// Seconds that the client may be silent; 0 is off. `None`: no CONNECT was seen.
    pub(in crate::session) seconds: Option<u16>,
    /// The last that the client sent, or that was lost of what it sent.
    pub(in crate::session) last: Option<At>,
}

impl KeepAlive {
    /// Takes note of a packet of the client.
    pub(in crate::session) fn packet(&mut self, at: At, notes: &mut Notes<'_>) {
        if let Some((silence, allowed)) = self.silence(at).filter(|(s, allowed)| s > allowed) {
            let late = silence.saturating_sub(allowed);
            let rule = match is_beyond(silence, allowed) {
                true => Rule::KEEP_ALIVE_EXPIRED,
                false => Rule::KEEP_ALIVE_LATE,
            };
            notes.on(rule, Field::INPUT, (silence, late));
        }
        self.last = Some(at);
    }

    /// How long the client had been silent, and how long it may be, both in nanoseconds; `None`
    /// where there is no limit.
    pub(in crate::session) fn silence(&self, now: At) -> Option<(u64, u64)> {
        let seconds = self.seconds.filter(|seconds| *seconds > 0)?;
        let silence = now.since(self.last?)?;
        Some((silence, u64::from(seconds).saturating_mul(SECOND)))
    }
}

/// Whether a silence lasted so long that the server has to end the connection: one and a half
/// times what is allowed.
pub(in crate::session) const fn is_beyond(silence: u64, allowed: u64) -> bool {
    silence > allowed.saturating_add(allowed / 2)
}
