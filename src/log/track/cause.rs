//! Why a connection was refused or broke, in the words of the tables.

use crate::log::Entry;
use crate::spec::mosquitto::LogField;
use crate::spec::{PacketType, Version, reason};

/// What a line tells of why a connection broke: the words of the system, where they stand there.
pub(super) fn broken(entry: &Entry<'_>) -> String {
    let Some(cause) = entry.value(LogField::CAUSE) else {
        return "its connection broke; the line does not say who is why: the client, the network, or what \
                the broker could not read"
            .into();
    };
    let cause = cause.trim_end_matches('.');
    match CAUSES.iter().find(|(name, _)| name.eq_ignore_ascii_case(cause)) {
        Some((name, meaning)) => format!("{name}: {meaning}"),
        None => format!("\"{cause}\": the line does not say which side is why"),
    }
}

/// What the system says of a socket that failed, in the words of POSIX, and what that tells.
#[rustfmt::skip]
const CAUSES: &[(&str, &str)] = &[
    ("Connection reset by peer", "an RST came from the client's side: from it, or from what stands between"),
    ("Broken pipe", "the broker wrote when the client's side had closed already"),
    ("Connection timed out", "nothing acknowledged what the broker had sent: the client or its network was gone"),
    ("No route to host", "the network lost the way to the client"),
    ("Network is unreachable", "the broker's host lost the way to the client"),
    ("Success", "the reason was lost, so that the line does not say which side is why"),
];

/// What a code of CONNACK is called.
pub(super) fn refusal(code: u64) -> Option<&'static str> {
    let code = u8::try_from(code).ok()?;
    let old = reason::return_code_v3(PacketType::CONNACK, code, Version::V311);
    let row = old.or_else(|| reason::reason(PacketType::CONNACK, code))?;
    Some(row.name)
}
