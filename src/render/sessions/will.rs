//! What became of the Will, in words.

use super::place;
use crate::render::words::quoted;
use crate::session::ended::{Disconnect, Ended, Fate, Will};
use crate::session::{Certainty, Void, Why};
use crate::text;

/// Bytes of the topic that are shown.
const TOPIC: usize = 80;

/// What became of the Will of a connection that has ended; `None` where there is nothing to say.
pub(super) fn fate(ended: &Ended) -> Option<String> {
    let will = ended.will.as_ref()?;
    let topic = quoted(&will.topic, TOPIC);
    let wait = wait(ended, will);
    let seen = seen(will, if wait.is_empty() { "later" } else { "after the end" });
    let left = ended.from_client.disconnect.as_ref();
    let is = match ended.will_certainty() {
        Certainty::Proven => "is",
        Certainty::Likely | Certainty::Possible => "is probably",
    };
    Some(match will.fate {
        Fate::Due(_) => {
            format!(
                "its Will {topic} {is} due{wait}{seen}{}{}",
                although(ended),
                later(ended, will)
            )
        }
        Fate::Doubtful(at) => {
            let why = left.and_then(|left| left.void).map(|void| why(&void)).unwrap_or_default();
            let left = place(&at);
            format!("its Will {topic} may be due{wait}: {left} would discard it, but {why}")
        }
        Fate::Asked(at) => {
            format!("its Will {topic} is due{wait}, as {} asks for it{seen}", place(&at))
        }
        Fate::Delayed(_) => {
            format!(
                "its Will {topic} {is} due{wait}, which is later than the capture ends{}",
                although(ended)
            )
        }
        Fate::Cancelled(at) => format!(
            "its Will {topic} is cancelled by {}: the client is back before its Will Delay Interval of {} s is \
             over",
            place(&at),
            will.delay
        ),
        Fate::Discarded(at) => format!("its Will {topic} is discarded by {}", place(&at)),
        Fate::Armed | Fate::NotArmed | Fate::Unknown => return None,
    })
}

/// Whether a Will that is due may rightly stay away: its client may have come back unseen, or its server
/// drops it, or publishes it later.
pub(super) fn is_doubted(ended: &Ended, will: &Will) -> bool {
    let is_due = matches!(will.fate, Fate::Due(_) | Fate::Asked(_)) && will.seen.is_none();
    let waits = will.session_ended.is_some() || ended.will_wait() > 0;
    is_due && (waits || !later(ended, will).is_empty())
}

/// A server that shuts down need not publish it before it is back (3.1.1 and 5.0: section 3.1.2.5).
fn later(ended: &Ended, will: &Will) -> &'static str {
    let left = ended.from_server.disconnect.as_ref();
    match left.is_some_and(|left| left.reason == Disconnect::SHUTTING_DOWN) && will.seen.is_none() {
        true => "; a server that shuts down may publish it when it is back",
        false => "",
    }
}

/// Why it is due though the client has said DISCONNECT.
fn although(ended: &Ended) -> String {
    let Some(left) = &ended.from_client.disconnect else { return String::new() };
    let at = place(&left.at);
    match left.void {
        Some(void) => format!("; {at} does not discard it: {}", why(&void)),
        None if left.reason == Disconnect::NORMAL => String::new(),
        None => format!("; {at} does not discard it: it has another Reason Code than 0x00"),
    }
}

/// Why a DISCONNECT does not count.
fn why(void: &Void) -> String {
    let at = place(&void.at);
    match void.why {
        Why::Illegal(rule) => format!("it breaks a rule ({})", rule.info().id),
        Why::Behind(kind, rule) => {
            format!("the {kind} {at} before it breaks a rule ({})", rule.info().id)
        }
        Why::Late => format!("the server had ended the connection before ({at})"),
        Why::Rejected => format!("the server answered with an error ({at})"),
        Why::Reset(kind, before) => format!(
            "the client was gone ({at}) when the server had not answered the {} {} before it",
            kind.name(),
            place(&before)
        ),
    }
}

/// Where it was seen going out; `than` says since when its time is measured.
fn seen(will: &Will, than: &str) -> String {
    let Some(copy) = &will.seen else { return String::new() };
    let at = place(&copy.at);
    match copy.after {
        Some(after) => format!(", seen going out {} {than} ({at})", text::duration(after)),
        None => format!(", seen going out just before ({at})"),
    }
}

/// When it is due, where that is not at once.
fn wait(ended: &Ended, will: &Will) -> String {
    if let Some(back) = &will.session_ended {
        let may = match will.seen {
            Some(_) => "",
            None => ", and a server may drop it then (MQTT-3.1.2-8)",
        };
        return format!(
            " with {}: the client came back within its Will Delay Interval of {} s, but to a new session{may}",
            place(back),
            will.delay
        );
    }
    match ended.will_wait() {
        0 => String::new(),
        wait => {
            let why = if wait < will.delay {
                ", when its session ends"
            } else {
                " (Will Delay Interval)"
            };
            // Who is back by then may be so where the capture does not show it.
            let is_open = will.seen.is_none() && matches!(will.fate, Fate::Due(_) | Fate::Asked(_));
            let unless = match is_open {
                true => {
                    ", unless its client came back before on a connection that was not captured"
                }
                false => "",
            };
            format!(" {wait} s after the end{why}{unless}")
        }
    }
}
