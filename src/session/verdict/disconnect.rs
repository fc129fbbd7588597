//! One side said that it leaves.

use super::acts::{Scene, What};
use super::words::{disconnect_code, place, reason_string, the};
use super::{Certainty, Told};
use crate::session::ended::Disconnect;
use crate::session::{Void, Why};
use crate::spec::{PacketType, Sender, reason};

/// Because something was wrong.
pub(super) fn error(scene: &Scene<'_>) -> Option<Told> {
    judge(scene, true)
}

/// As it should.
pub(super) fn ordinary(scene: &Scene<'_>) -> Option<Told> {
    judge(scene, false)
}

fn judge(scene: &Scene<'_>, is_error: bool) -> Option<Told> {
    let act = scene.first()?;
    let What::Disconnect(left) = act.what else { return None };
    if (left.reason >= 0x80) != is_error {
        return None;
    }
    let is_v5 = scene.ended.version.is_some_and(|(version, _)| version.is_v5());
    let who = the(act.by);
    let said = match is_v5 {
        false => format!("{who} said that it leaves: DISCONNECT"),
        true => {
            let string = reason_string(left.text.as_deref());
            format!("{who} sent DISCONNECT {}{string}", disconnect_code(left.reason))
        }
    };
    if let Some(void) = left.void {
        let text = format!("{said}; but {}", in_vain(&void));
        let proof = vec![void.at, act.at];
        let certainty = void.certainty.max(Certainty::Likely);
        return Some(Told { certainty, by: Some(act.by), text, proof });
    }
    let text = match is_v5 {
        false => said,
        true => format!("{said}: {}", meaning(scene, act.by, left.reason)),
    };
    let (by, proof) = (Some(act.by), vec![act.at]);
    // The other side may have closed before, with a FIN that was not captured.
    let is_doubtful = scene.ended.wire.lost(act.by.other()).may_have_ended || scene.is_one_way();
    match is_doubtful || scene.is_first_by_time() {
        true => Told::likely(by, text, proof),
        false => Told::proven(by, text, proof),
    }
}

/// Why a DISCONNECT did not do what it says.
fn in_vain(void: &Void) -> String {
    let is_likely = void.is_likely();
    let taken = if is_likely { "likely did not take it" } else { "may not have taken it" };
    let read = if is_likely { "likely did not read on" } else { "may not have read on" };
    let at = place(void.at);
    match void.why {
        Why::Illegal(rule) => {
            format!("it breaks a rule ({}), and the server {taken}", rule.info().id)
        }
        Why::Behind(kind, rule) => format!(
            "the {kind} {at} before it breaks a rule ({}), and the server {read}",
            rule.info().id
        ),
        Why::Late => format!("the server had ended the connection before ({at})"),
        Why::Rejected => format!("the server answered with an error ({at})"),
        Why::Reset(kind, before) => format!(
            "the client answered with RST ({at}) when the server had not answered the {} {} before it, and \
             the server {read}",
            kind.name(),
            place(before)
        ),
    }
}

/// What a Reason Code means here: two of them are about the Will, which the CONNECT tells.
fn meaning(scene: &Scene<'_>, by: Sender, reason: u8) -> &'static str {
    let is_known = scene.ended.connect.is_some();
    match (reason, by, scene.ended.will.is_some()) {
        (Disconnect::NORMAL, Sender::Server, _) => return "a normal end",
        (Disconnect::NORMAL, Sender::Client, true) => return "a normal end; its Will is discarded",
        (Disconnect::NORMAL, Sender::Client, false) if is_known => return "a normal end",
        (Disconnect::WITH_WILL, Sender::Client, true) => {
            return "the client leaves, but wants its Will published";
        }
        (Disconnect::WITH_WILL, Sender::Client, false) if is_known => {
            return "the client leaves and wants its Will published, but its CONNECT had none";
        }
        _ => {}
    }
    let row = reason::reason(PacketType::DISCONNECT, reason);
    row.map_or("the standard does not define this code", |row| row.meaning)
}
