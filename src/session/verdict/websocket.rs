//! WebSocket was ended by a close frame (RFC 6455 sections 5.5.1 and 7.4).

use super::acts::Scene;
use super::words::the;
use super::{Certainty, Told};
use crate::session::Mark;
use crate::spec::websocket::CLOSE_CODES;
use crate::text::Escaped;

pub(super) fn judge(scene: &Scene<'_>) -> Option<Told> {
    let close = scene.ended.wire.websocket_close.as_ref()?;
    // What ended the connection came before it.
    let mark = Mark { at: close.at, proof: close.proof };
    let (is_late, is_certain) =
        scene.first().map_or((false, true), |act| act.is_before(close.sender, &mark));
    if is_late {
        return None;
    }
    let code = close.code.map_or_else(|| "without a close code".into(), words);
    let reason = match &*close.reason {
        [] => String::new(),
        reason => format!(" (reason \"{}\")", Escaped(reason)),
    };
    let who = the(close.sender);
    let text = format!("{who} ended WebSocket with a close frame, {code}{reason}");
    let certainty = Certainty::of(is_certain);
    Some(Told { certainty, by: Some(close.sender), text, proof: vec![close.at] })
}

/// `1001 going away: the server shuts down, or the page was left`.
fn words(code: u16) -> String {
    match CLOSE_CODES.iter().find(|row| row.0 == u64::from(code)) {
        Some((_, name, clause)) => format!("{code} {name}: {clause}"),
        None => {
            let whose = match code {
                3000..=3999 => "a code of libraries and frameworks, registered with IANA",
                4000..=4999 => "a code that applications agree on by themselves",
                _ => "the standard does not define this code",
            };
            format!("{code}: {whose}")
        }
    }
}
