//! Words that several causes share.

use super::acts::{Act, What};
use crate::session::At;
use crate::spec::{PacketType, Sender, Version, reason};
use crate::text::{self, Escaped};

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
        return (format!("0x{code:02x}"), "the standard does not define this code");
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
