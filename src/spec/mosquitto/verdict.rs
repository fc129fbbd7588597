//! What a log says went wrong: one row each.

use super::super::rule::Severity;
use std::fmt;

/// A verdict: an index into [`VERDICTS`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Verdict(pub u8);

/// One row of the table of verdicts.
#[derive(Debug)]
pub struct VerdictInfo {
    /// The name in JSON.
    pub id: &'static str,
    /// How grave it is.
    pub severity: Severity,
    /// What it is called.
    pub title: &'static str,
    /// What follows from it, or what to look at, as a clause without a full stop.
    pub advice: &'static str,
}

impl Verdict {
    /// The row of the table.
    #[must_use]
    pub fn info(self) -> &'static VerdictInfo {
        const UNKNOWN: &VerdictInfo =
            &VerdictInfo { id: "unknown", severity: Severity::Note, title: "", advice: "" };
        VERDICTS.get(usize::from(self.0)).unwrap_or(UNKNOWN)
    }
}

impl fmt::Debug for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.info().id)
    }
}

const fn row(
    id: &'static str,
    severity: Severity,
    title: &'static str,
    advice: &'static str,
) -> VerdictInfo {
    VerdictInfo { id, severity, title, advice }
}

// Turns   NAME: row;   into   pub const NAME: Verdict = Verdict(n)   and the n-th row of VERDICTS.
macro_rules! verdicts {
    ($($name:ident: $row:expr;)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[repr(u8)]
        enum Index { $($name),* }
        impl Verdict {
            $(#[doc = concat!("The verdict ", stringify!($name), ".")]
            pub const $name: Self = Self(Index::$name as u8);)*
        }
        /// The rows, in the order of the constants.
        pub static VERDICTS: &[VerdictInfo] = &[$($row),*];
    };
}

use Severity::{Error, Note, Warning};

#[rustfmt::skip]
verdicts! {
    TAKE_OVER_WAR: row("take_over_war", Error, "take-over war", "two clients share one Client Identifier and throw each other out: give each its own");
    TAKE_OVER: row("take_over", Warning, "taken over", "the client came back before the broker missed it, or a second client has the same Client Identifier");
    KEEP_ALIVE: row("keep_alive_exceeded", Warning, "Keep Alive exceeded", "the client must send something, a PINGREQ at least, within its Keep Alive: look for a blocked loop, a sleeping device or a lost network");
    CONNECTION_LOST: row("connection_lost", Warning, "connection lost without DISCONNECT", "a crash, a lost network, or a client that closes without saying so; with 1.x also a packet that the broker could not read");
    FAULT: row("fault", Error, "ended by the broker because of a packet", "a capture shows the packet: mqttscope read tells what is wrong with it");
    REFUSED: row("refused", Error, "refused", "the code of the CONNACK says why");
    NOT_AUTHORISED: row("not_authorised", Error, "not authorised", "look at the user name, the password and the settings allow_anonymous, password_file and acl_file");
    DENIED: row("denied", Warning, "publishing or subscribing denied", "the access control list (acl_file or a plug-in) does not allow it, and the message or the subscription is dropped");
    QOS_2_OPEN: row("qos_2_open", Warning, "QoS 2 never completed", "one step of four is missing: the message is not lost, but it waits for the client to come back with its session");
    QOS_1_OPEN: row("qos_1_open", Warning, "QoS 1 never acknowledged", "the message is sent again when the client comes back with its session");
    DROPPED: row("dropped", Error, "messages dropped", "the client is too slow or away, and its queue is full: see max_queued_messages and max_inflight_messages");
    ANSWER_MISSING: row("answer_missing", Note, "no answer", "the log ends or the connection was lost before the broker answered");
}
