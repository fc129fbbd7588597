//! Words that several causes share.

use super::acts::{Act, Scene, What};
use crate::session::At;
use crate::session::ended::Ended;
use crate::spec::{PacketType, Rule, Sender, Version, reason};
use crate::stream::{Place, Resent};
use crate::text::{self, Escaped};

/// Repetitions from which on a peer seems to be gone ...
const MANY: u32 = 3;
/// ... and the nanoseconds that they take at the least.
const LONG: u64 = 1_000_000_000;
/// Bytes of a Reason String that are quoted.
const MAX_REASON: usize = 200;

/// `the client`, `the server`.
pub(super) fn the(sender: Sender) -> String {
    format!("the {}", sender.name())
}

/// `0x8d Keep Alive timeout`, of DISCONNECT; the code alone where the standard has no name.
pub(super) fn disconnect_code(code: u8) -> String {
    let name = reason::reason(PacketType::DISCONNECT, code).map(|row| row.name);
    format!("0x{code:02x} {}", name.unwrap_or("(not a Reason Code of DISCONNECT)"))
}

/// The code of a CONNACK by name, and what it means.
pub(super) fn connack_code(code: u8, version: Version) -> (String, &'static str) {
    let (packet, is_v5) = (PacketType::CONNACK, version.is_v5());
    let info = match is_v5 {
        true => reason::reason(packet, code),
        false => reason::return_code_v3(packet, code, version),
    };
    let Some(info) = info else {
        // Another packet may carry it.
        let other = reason::REASONS.iter().find(|row| is_v5 && row.code == code);
        return match other {
            Some(row) => (
                format!("0x{code:02x} {}", row.name),
                "the standard does not define this code for CONNACK",
            ),
            None => (format!("0x{code:02x}"), "the standard does not define this code"),
        };
    };
    let name = if is_v5 { format!("0x{code:02x} {}", info.name) } else { info.name.into() };
    (name, info.meaning)
}

/// What an act was, in the past tense with its subject: `the server closed the TCP connection (FIN)`.
pub(super) fn did(act: &Act<'_>) -> String {
    let who = the(act.by);
    match act.what {
        What::Refusal(code) => format!("{who} refused the connection with 0x{code:02x}"),
        What::Disconnect(left) => {
            format!("{who} sent DISCONNECT {}", disconnect_code(left.reason))
        }
        What::Fin => format!("{who} closed the TCP connection (FIN)"),
        What::Rst => format!("{who} reset the TCP connection (RST)"),
    }
}

/// What a side sent again before the end, to a peer that did not answer any more, as it does that has lost its
/// network: `; before that the server had sent bytes again
/// 5 times in 12.3 s ...`. Nothing where that is not so.
pub(super) fn resent(scene: &Scene<'_>, act: &Act<'_>) -> String {
    let Some(tcp) = scene.ended.wire.tcp.as_ref() else { return String::new() };
    let resent = [Sender::Client, Sender::Server].map(|sender| (sender, tcp.sent(sender).resent));
    let of = |(sender, resent): (Sender, Resent)| {
        let place = |place: Place| At { number: 0, frame: place.frame, time: place.time };
        let (first, last) = (place(resent.first), place(resent.last));
        let time = last.since(first).filter(|time| *time >= LONG && resent.count >= MANY)?;
        let is_before = act.at.since(last).is_some();
        is_before.then(|| {
            format!(
                "; before that {} had sent bytes again {} times in {}, the last time with frame {}, and \
                 nothing came back",
                the(sender),
                resent.count,
                text::duration(time),
                last.frame
            )
        })
    };
    resent.into_iter().find_map(of).unwrap_or_default()
}

/// `#17`; `frame 20` for what is no packet.
pub(super) fn place(at: At) -> String {
    if at.number > 0 { format!("#{}", at.number) } else { format!("frame {}", at.frame) }
}

/// ` 1.20 ms after`; ` after` where the times do not tell.
pub(super) fn after(later: At, earlier: At) -> String {
    match later.since(earlier) {
        Some(time) => format!("{} after", text::duration(time)),
        None => "after".into(),
    }
}

/// ` (Reason String "...")`, or nothing.
pub(super) fn reason_string(text: Option<&[u8]>) -> String {
    let quoted = |text: &[u8]| {
        let some = text.get(..MAX_REASON).unwrap_or(text);
        format!(" (Reason String \"{}\")", Escaped(some))
    };
    text.map(quoted).unwrap_or_default()
}

/// ` (MQTT-3.1.2-22)`: the statements of a rule, where the version of a connection numbers its statements.
pub(super) fn statement(ended: &Ended, rule: Rule) -> String {
    let version = ended.version.map(|(version, _)| version);
    let version = version.filter(|version| *version != Version::V31);
    let place = version.map(|version| rule.info().place(version));
    place.map(|(_, statements)| format!(" ({statements})")).unwrap_or_default()
}
