//! What is left out, and how many there are of it: a line that rests on what the capture does not show.

use super::scribe::Scribe;
use crate::spec::mosquitto::Release;
use crate::text::count;

impl Scribe {
    /// Packets that have no line, as it is not known which end sent them.
    #[must_use]
    pub fn unknown_senders(&self) -> u64 {
        self.unknown_senders
    }

    /// Connections of MQTT 5.0 that the release would have refused.
    #[must_use]
    pub fn too_new(&self) -> u64 {
        self.too_new
    }

    /// Connections whose end has no line, as the capture does not show on what it rests: bytes that it
    /// lacks, or what a broker does not take without saying so.
    #[must_use]
    pub fn unknown_ends(&self) -> u64 {
        self.unknown_ends.saturating_add(self.lines.dropped)
    }

    /// Connections that the broker closed before it had read all of them: it denied them, in words that no packet tells, or
    /// did not take their first packet for its size.
    #[must_use]
    pub fn unread(&self) -> u64 {
        self.unread
    }

    /// Connections that the client reset at once, so that the broker need not have taken them.
    #[must_use]
    pub fn unaccepted(&self) -> u64 {
        self.unaccepted
    }

    /// PUBLISH packets the answer to which the capture lacks: it tells whether they were denied.
    #[must_use]
    pub fn unanswered(&self) -> u64 {
        self.unanswered.saturating_add(self.lines.unanswered)
    }
}

/// A sentence for each kind of lines that were left out; `topics`: lines whose topic is not known.
pub(super) fn notes(scribe: &Scribe, topics: u64) -> Vec<String> {
    let Release(major, minor, _) = scribe.release();
    let too_new = format!(
        " of MQTT 5.0, which mosquitto {major}.{minor} does not know: it refuses them; --mosquitto 1.6 or later knows it"
    );
    let kinds = [
        ("", scribe.too_new(), "connection", too_new.as_str()),
        (
            "how ",
            scribe.unknown_ends(),
            "connection",
            " ended is left out: the capture does not show on what that line rests",
        ),
        (
            "",
            scribe.unread(),
            "connection",
            " left out: the broker closed before it had read all of them: those that max_connections or the hosts files deny \
             have no line, those with a CONNECT above max_packet_size have one",
        ),
        (
            "",
            scribe.unaccepted(),
            "connection",
            " left out: the client reset it before it had sent a byte, so that the broker need not have taken it",
        ),
        (
            "",
            scribe.unanswered(),
            "PUBLISH packet",
            " left out: the capture lacks the answer, which tells whether the broker denied it",
        ),
        (
            "",
            topics,
            "PUBLISH packet",
            " left out: the topic is not known, as the Topic Alias was set before the capture begins",
        ),
        (
            "",
            scribe.unknown_senders(),
            "packet",
            " left out: it is not known which end sent them; --from says it",
        ),
    ];
    let there = kinds.into_iter().filter(|(_, number, ..)| *number > 0);
    there.map(|(head, number, noun, rest)| format!("{head}{}{rest}", count(number, noun))).collect()
}
