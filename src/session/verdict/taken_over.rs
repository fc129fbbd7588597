//! Another connection took the Client Identifier (5.0: section 3.1.4).

use super::Told;
use super::acts::{Scene, What};
use super::words::{after, did, place};
use crate::session::ended::{Disconnect, War};
use crate::spec::Sender;
use crate::text;

/// Nanoseconds within which a server ends the old connection: it does so before it answers the new
/// one; a busy one, or one of a cluster, takes a moment.
pub(super) const SOON: u64 = 5_000_000_000;

pub(super) fn judge(scene: &Scene<'_>) -> Option<Told> {
    told(scene).filter(|_| scene.ended.war.is_none())
}

/// The same where two clients are shown to do that to each other.
pub(super) fn by_war(scene: &Scene<'_>) -> Option<Told> {
    told(scene).filter(|_| scene.ended.war.is_some())
}

fn told(scene: &Scene<'_>) -> Option<Told> {
    let act = scene.first().filter(|act| act.by == Sender::Server)?;
    let is_said =
        matches!(act.what, What::Disconnect(left) if left.reason == Disconnect::TAKEN_OVER);
    let by = Some(Sender::Server);
    let Some(other) = scene.ended.taken_over_by else {
        let text = format!("{}; the connection that took over is not in the capture", did(act));
        return is_said.then(|| Told::proven(by, text, vec![act.at]))?;
    };
    let proof = vec![other.at, act.at];
    let who = format!(
        "stream {} from {} connected with the same Client Identifier ({})",
        other.stream,
        other.client,
        place(other.at)
    );
    let reconnects = || scene.ended.reconnects.as_ref().map(reconnects);
    let war = scene.ended.war.as_ref().map(war).or_else(reconnects).unwrap_or_default();
    if is_said {
        return Told::proven(by, format!("{who}; {}{war}", did(act)), proof);
    }
    // The client may have left before.
    if !act.what.is_tcp()
        || super::open::is_cut_off(scene)
        || act.at.since(other.at).is_none_or(|time| time > SOON)
    {
        return None;
    }
    let text = format!("{who}, and {} {} that{war}", did(act), after(act.at, other.at));
    Told::likely(by, text, proof)
}

/// What there is to say of a war.
fn war(war: &War) -> String {
    let time = within(war);
    let addresses = match war.addresses {
        0 | 1 => String::new(),
        several => format!(" from {several} addresses"),
    };
    let period = every(war);
    let count = war.count;
    format!("; take-over number {count}{time}{addresses}{period}: more than one client uses it")
}

/// What there is to say of a client that comes back again and again, or of several that nothing tells
/// apart.
fn reconnects(many: &War) -> String {
    let (time, period) = (within(many), every(many));
    let (from, who) = match many.addresses {
        0 | 1 => {
            (" from one address".into(), "several behind that address that throw each other out")
        }
        several => (format!(" from {several} addresses"), "several that throw each other out"),
    };
    format!(
        "; take-over number {}{time}{from}{period}: one client that connects anew while its old connection is \
         open, having lost it without noticing for example, or {who}",
        many.count
    )
}

/// ` in 1.87 s`.
fn within(war: &War) -> String {
    war.time.map(|time| format!(" in {}", text::duration(time))).unwrap_or_default()
}

/// `, every 468 ms`.
fn every(war: &War) -> String {
    war.period().map(|time| format!(", every {}", text::duration(time))).unwrap_or_default()
}
