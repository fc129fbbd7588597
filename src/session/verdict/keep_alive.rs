//! Keep Alive broken, by either side (5.0: section 3.1.2.10).

use super::acts::{Act, Scene, What};
use super::unanswered;
use super::words::{after, did, place, resent, statement};
use super::{Certainty, Told};
use crate::session::At;
use crate::session::ended::limit;
use crate::spec::{Rule, Sender};
use crate::text;

/// The Reason Code for it.
const TIMEOUT: u8 = 0x8d;
const SECOND: u64 = 1_000_000_000;
/// Nanoseconds by which a server's clock may be ahead: it counts from when it read the packet, in
/// whole milliseconds.
const SLACK: u64 = 20_000_000;
/// Nanoseconds that a client waits for PINGRESP at the least: one that leaves earlier has another
/// reason.
const PATIENCE: u64 = 1_000_000_000;

/// Nanoseconds by which a server is early at most that counts one and a half times the interval in whole seconds.
const ROUNDING: u64 = SECOND;
/// Nanoseconds by which a server may be late: some look at their clients every few seconds.
const ROUND: u64 = 5 * SECOND;

pub(super) fn judge(scene: &Scene<'_>) -> Option<Told> {
    let act = scene.first()?;
    match act.by {
        Sender::Server => silent_client(scene, act),
        Sender::Client => silent_server(scene, act),
    }
}

/// The server ended the connection when the client had been silent for too long.
fn silent_client(scene: &Scene<'_>, act: &Act<'_>) -> Option<Told> {
    let is_said = match act.what {
        What::Disconnect(left) => (left.reason == TIMEOUT).then_some(true)?,
        What::Fin | What::Rst => false,
        What::Refusal(_) => return None,
    };
    let keep_alive = &scene.ended.keep_alive;
    let by = Some(Sender::Server);
    let known = keep_alive.last.zip(keep_alive.seconds.filter(|seconds| *seconds > 0));
    let measured = known.and_then(|(last, seconds)| {
        // The silence has no end where bytes of the client were lost.
        let time = act.at.since(last).filter(|_| !scene.has_lost(Sender::Client))?;
        Some((last, time.saturating_sub(scene.held(last, act.at)), seconds))
    });
    let Some((last, time, seconds)) = measured else {
        let text = format!("{}; how long the client was silent is not known", did(act));
        return is_said.then(|| Told::proven(by, text, vec![act.at]))?;
    };
    let interval = u64::from(seconds).saturating_mul(SECOND);
    let limit = limit(interval);
    let is_broken = time.saturating_add(SLACK) >= limit;
    // A server that never answered at all shows nothing of its Keep Alive.
    let is_mute = scene.half(Sender::Server).first.is_none() && !scene.has_lost(Sender::Server);
    if !is_said && (is_mute || unanswered::no_connack(scene).is_some()) {
        return None;
    }
    let is_nearly = time >= interval && time.saturating_add(ROUNDING) > limit;
    let proof = vec![last, act.at];
    let silence = silence(scene, last, time, seconds);
    match (is_said, is_broken) {
        (true, true) => Told::proven(by, format!("{silence}; then {}", did(act)), proof),
        (true, false) => {
            let text = format!("{}, though {silence}: the server was too early", did(act));
            Told::proven(by, text, proof)
        }
        (false, true) => {
            let text = format!("{silence}; then {}{}", did(act), resent(scene, act));
            Told::likely(by, text, proof)
        }
        (false, false) if is_nearly => {
            let text = format!(
                "{silence}; then {}{}: some servers count one and a half times the Keep Alive in whole seconds",
                did(act),
                resent(scene, act)
            );
            Told::likely(by, text, proof)
        }
        (false, false) => None,
    }
}

/// How long the client was silent since its last packet, by its Keep Alive; and where its server had left a
/// PINGREQ without an answer by then, that before all.
fn silence(scene: &Scene<'_>, last: At, time: u64, seconds: u16) -> String {
    let limit = limit(u64::from(seconds).saturating_mul(SECOND));
    let beyond = match time.saturating_sub(limit) {
        0 => String::new(),
        over => format!(", {} more than allowed", text::duration(over)),
    };
    let (asked, time) = (ignored(scene, last, time), text::duration(time));
    let silent = match asked {
        Some(asked) if asked == last => format!("the client sent nothing more either for {time}"),
        _ => format!("the client was silent for {time} since {}", place(last)),
    };
    let before = asked.map(|asked| format!("{}; ", mute(asked))).unwrap_or_default();
    format!("{before}{silent}{beyond} (Keep Alive {seconds} s, and half as long again)")
}

/// The PINGREQ that the server did not answer, nor sent anything behind, until the client had been silent for
/// so long.
fn ignored(scene: &Scene<'_>, last: At, time: u64) -> Option<At> {
    let asked = unanswered(scene)?;
    (asked.number <= last.number && time >= PATIENCE).then_some(asked)
}

/// The oldest PINGREQ without an answer, where its server sent nothing at all behind it and all was captured.
fn unanswered(scene: &Scene<'_>) -> Option<At> {
    let keep_alive = &scene.ended.keep_alive;
    let asked = keep_alive.unanswered?;
    // What comes when the client has gone is no answer any more.
    let is_silent = keep_alive.heard.is_none_or(|last| last.number < asked.number);
    // Behind a hole of the client its packets are told behind the answers to them.
    let has_lost = scene.has_lost(Sender::Server) || scene.has_lost(Sender::Client);
    (is_silent && !has_lost).then_some(asked)
}

fn mute(asked: At) -> String {
    format!("the server did not answer the PINGREQ {}, nor send anything else", place(asked))
}

/// The client was silent for too long, and its server did nothing: the connection was still open then, or
/// the client ended it.
pub(super) fn kept_open(scene: &Scene<'_>) -> Option<Told> {
    let ended = scene.ended;
    let is_whole = ended.is_complete && !ended.half(Sender::Client).is_cut;
    let has_lost = scene.has_lost(Sender::Client) || scene.has_lost(Sender::Server);
    let is_accepted = ended.connack.as_ref().is_some_and(|connack| connack.code == 0);
    if !is_whole || has_lost || !is_accepted {
        return None;
    }
    let seconds = ended.keep_alive.seconds.filter(|seconds| *seconds > 0)?;
    let last = ended.keep_alive.last?;
    let limit = limit(u64::from(seconds).saturating_mul(SECOND));
    let silent = |until: At| {
        let time = until.since(last)?.saturating_sub(scene.held(last, until));
        (time > limit.saturating_add(ROUND)).then_some((until, time))
    };
    let (certainty, (until, time)) = match scene.first() {
        Some(act) if act.by == Sender::Client && act.what.is_tcp() => {
            (Certainty::Proven, silent(act.at)?)
        }
        // The DISCONNECT of a client ends its silence.
        Some(_) => return None,
        None => match silent(ended.wire.tcp?.last) {
            Some(silent) => (Certainty::Proven, silent),
            // Behind its last segment its end may be missing from the capture, and nothing would show it.
            None => (Certainty::Likely, silent(ended.captured_until?)?),
        },
    };
    let statement = statement(ended, Rule::KEEP_ALIVE_EXPIRED);
    let text = format!(
        "{}; the server has to end the connection then{statement}, and no end by it was seen",
        silence(scene, last, time, seconds)
    );
    Some(Told { certainty, by: None, text, proof: vec![last, until] })
}

/// The client left when no PINGRESP had come.
fn silent_server(scene: &Scene<'_>, act: &Act<'_>) -> Option<Told> {
    let asked = unanswered(scene).filter(|_| act.what.is_tcp())?;
    let time = act.at.since(asked)?.saturating_sub(scene.stood(asked, act.at));
    if time < PATIENCE {
        return None;
    }
    let answer = scene.ended.keep_alive.late_answer;
    let late = answer.map(|answer| {
        format!("; the PINGRESP {} came {} that", place(answer), after(answer, act.at))
    });
    let text = format!(
        "{}; {} later {}{}",
        mute(asked),
        text::duration(time),
        did(act),
        late.unwrap_or_default()
    );
    let proof = [asked, act.at].into_iter().chain(answer);
    Told::likely(Some(Sender::Client), text, proof.collect())
}
