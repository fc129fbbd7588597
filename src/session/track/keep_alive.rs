//! Keep Alive: how long a client may be silent, and how long it was (5.0: section 3.1.2.10).

use super::Notes;
use crate::session::At;
use crate::spec::Rule;

/// One second, in nanoseconds.
const SECOND: u64 = 1_000_000_000;

/// The Keep Alive of one connection.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct KeepAlive {
    /// Seconds that the client may be silent; 0 is off. `None`: no CONNECT was seen.
    pub(super) seconds: Option<u16>,
    /// The last that the client sent, or that was lost of what it sent.
    pub(super) last: Option<At>,
}

impl KeepAlive {
    /// Takes note of a packet of the client: the server has to end the connection once a silence
    /// is longer than one and a half times what is allowed.
    pub(super) fn packet(&mut self, at: At, notes: &mut Notes<'_>) {
        let silence = self.last.and_then(|last| at.since(last));
        self.last = Some(at);
        let seconds = self.seconds.filter(|seconds| *seconds > 0 && notes.is_complete);
        let (Some(silence), Some(seconds)) = (silence, seconds) else { return };
        let allowed = u64::from(seconds).saturating_mul(SECOND);
        if silence > allowed.saturating_add(allowed >> 1) {
            let late = silence.saturating_sub(allowed);
            notes.whole(Rule::KEEP_ALIVE_EXPIRED, (silence, late));
        }
    }
}
