//! Why a connection was refused or broke, in the words of the tables.

use crate::log::Entry;
use crate::spec::mosquitto::LogField;
use crate::spec::{PacketType, Verdict, Version, reason};

/// What a line tells of why a connection broke: the words of the system, where they stand there.
pub(super) fn broken(entry: &Entry<'_>) -> String {
    let Some(cause) = entry.value(LogField::CAUSE) else {
        return "its connection broke; the line does not say who is why: the client, the network, or what \
                the broker could not read"
            .into();
    };
    let cause = cause.trim_end_matches('.');
    match CAUSES.iter().find(|row| row.0.eq_ignore_ascii_case(cause)) {
        Some((name, _, meaning)) => format!("{name}: {meaning}"),
        None => format!("\"{cause}\": the line does not say which side is why"),
    }
}

/// What the words of such a line tell: mosquitto writes some of its own reasons there.
pub(super) fn verdict(entry: &Entry<'_>) -> Verdict {
    let cause = entry.value(LogField::CAUSE).unwrap_or_default().trim_end_matches('.');
    let row = CAUSES.iter().find(|row| row.0.eq_ignore_ascii_case(cause));
    row.map_or(Verdict::SOCKET_FAILED, |row| row.1)
}

const BROKEN: Verdict = Verdict::SOCKET_FAILED;

/// What the system says of a socket that failed, in the words of POSIX, or the broker in its own; and what
/// that tells.
#[rustfmt::skip]
const CAUSES: &[(&str, Verdict, &str)] = &[
    ("Connection reset by peer", BROKEN, "an RST came from the client's side: from it, or from what stands between"),
    ("Broken pipe", BROKEN, "the broker wrote when the client's side had closed already"),
    ("Connection timed out", BROKEN, "nothing acknowledged what the broker had sent: the client or its network was gone"),
    ("No route to host", BROKEN, "the network lost the way to the client"),
    ("Network is unreachable", BROKEN, "the broker's host lost the way to the client"),
    ("Success", BROKEN, "the reason was lost, so that the line does not say which side is why"),
    ("Duplicate property in property list", Verdict::MALFORMED, "the client sent a property twice that may stand once, and the broker closed"),
    ("Malformed UTF-8", Verdict::MALFORMED, "the client sent a text that is not UTF-8, and the broker closed"),
    ("Invalid function arguments provided", Verdict::MALFORMED, "the client sent a packet that the broker has no use for, as a CONNACK, and the broker closed"),
    ("Requested QoS not supported on server", Verdict::LIMIT, "the client used a QoS that the broker does not take, and the broker closed"),
];

/// What a code of CONNACK is called.
pub(super) fn refusal(code: u64) -> Option<&'static str> {
    let code = u8::try_from(code).ok()?;
    let old = reason::return_code_v3(PacketType::CONNACK, code, Version::V311);
    let row = old.or_else(|| reason::reason(PacketType::CONNACK, code))?;
    Some(row.name)
}
