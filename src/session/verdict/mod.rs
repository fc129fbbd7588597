//! Why a connection ended: ranked causes, each with the packets that prove it.
//!
//! What may enter: one file a cause, or a few that are near each other, and a row in [`CAUSES`] with its
//! words in [`spec::verdict`](crate::spec::verdict). A cause looks at one [`Ended`] and nothing else. It says `Proven` for what stands on the
//! wire, a packet or the absence of one where nothing was lost; `Likely` where the order of things
//! suggests what the wire does not say; `Possible` is a guess, told where there is nothing better. Where the capture may have missed what would contradict it,
//! it says nothing: a false verdict is worse than none, and what is missing stands in the caveats.
//!
//! Who ended it first is asked of [`Mark`](super::Mark): of what each end acknowledges, and of the times only
//! where the numbers say nothing, which makes it `Likely` at most.

mod acts;
mod alert;
mod at_once;
mod blame;
mod caveats;
mod closed;
mod disconnect;
mod incomplete;
mod keep_alive;
mod open;
mod other;
mod possible;
mod refused;
mod taken_over;
#[cfg(test)]
mod tests;
mod unanswered;
mod wars;
mod websocket;
mod words;

use super::{At, Ended};
use crate::spec::verdict::VerdictInfo;
use crate::spec::{Sender, Verdict as Word};
use acts::Scene;
pub use at_once::{AtOnce, at_once};
pub use wars::wars;

/// How a connection ended, as far as the capture tells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Verdict {
    /// The causes, the one that says most first; never empty.
    pub causes: Vec<Cause>,
    /// What the capture does not show, so that the causes may not be all.
    pub caveats: Vec<String>,
}

/// One cause. Its text is escaped where it quotes the wire.
#[derive(Clone, Debug, PartialEq)]
pub struct Cause {
    /// The row of the table.
    pub info: &'static VerdictInfo,
    /// How certain it is.
    pub certainty: Certainty,
    /// Who ended the connection by it, where one side did.
    pub by: Option<Sender>,
    /// What happened, as a sentence without a full stop.
    pub text: String,
    /// The packets and frames that prove it, in the order of the capture.
    pub proof: Vec<At>,
}

/// How certain a cause is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// It stands on the wire.
    Proven,
    /// The order of things suggests it.
    Likely,
    /// It is a guess.
    Possible,
}

impl Certainty {
    /// Of what is proven, or else likely by the times.
    const fn of(is_proven: bool) -> Self {
        if is_proven { Self::Proven } else { Self::Likely }
    }

    /// `proven`, `likely` or `possible`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::Likely => "likely",
            Self::Possible => "possible",
        }
    }
}

/// One row of the table of causes: a verdict, and what it takes.
#[derive(Debug)]
pub struct CauseRow {
    /// Its name and words.
    pub verdict: Word,
    judge: fn(&Scene<'_>) -> Option<Told>,
}

/// What a cause has to say.
struct Told {
    certainty: Certainty,
    by: Option<Sender>,
    text: String,
    proof: Vec<At>,
}

impl Told {
    fn proven(by: Option<Sender>, text: String, proof: Vec<At>) -> Option<Self> {
        Some(Self { certainty: Certainty::Proven, by, text, proof })
    }

    fn likely(by: Option<Sender>, text: String, proof: Vec<At>) -> Option<Self> {
        Some(Self { certainty: Certainty::Likely, by, text, proof })
    }
}

const fn row(verdict: Word, judge: fn(&Scene<'_>) -> Option<Told>) -> CauseRow {
    CauseRow { verdict, judge }
}

/// The causes, in the order in which they are told: why first, how behind it.
#[rustfmt::skip]
pub static CAUSES: &[CauseRow] = &[
    row(Word::REFUSED, refused::judge),
    row(Word::TAKE_OVER_WAR, taken_over::by_war),
    row(Word::TAKEN_OVER, taken_over::judge),
    row(Word::KEEP_ALIVE, keep_alive::judge),
    row(Word::LIMIT, blame::limit),
    row(Word::INTERLEAVED, blame::interleaved),
    row(Word::MALFORMED, blame::malformed),
    row(Word::UPGRADE_REFUSED, other::upgrade),
    row(Word::NOT_MQTT, other::other),
    row(Word::TLS_ALERT, alert::judge),
    row(Word::WEBSOCKET_CLOSE, websocket::judge),
    row(Word::DISCONNECT_ERROR, disconnect::error),
    row(Word::DISCONNECT, disconnect::ordinary),
    row(Word::PORT_CLOSED, unanswered::port_closed),
    row(Word::NO_SYN_ACK, unanswered::no_syn_ack),
    row(Word::NO_CONNACK, unanswered::no_connack),
    row(Word::NO_CONNECT, unanswered::no_connect),
    row(Word::INCOMPLETE, incomplete::judge),
    row(Word::RESET, closed::reset),
    row(Word::CLOSED, closed::closed),
    row(Word::NOT_SEEN, open::not_seen),
    row(Word::OPEN, open::open),
    row(Word::KEPT_OPEN, keep_alive::kept_open),
];

/// What may be behind an end in TCP for which there is no other cause, the likeliest first.
#[rustfmt::skip]
pub static GUESSES: &[CauseRow] = &[
    row(Word::AFTER_REQUEST, possible::request),
    row(Word::AFTER_FAULT, possible::fault),
    row(Word::AFTER_INTERLEAVED, possible::interleaved),
    row(Word::UNACKNOWLEDGED, possible::unacknowledged),
    row(Word::IDLE, possible::idle),
];

/// Judges a connection.
#[must_use]
pub fn judge(ended: &Ended) -> Verdict {
    let scene = Scene::new(ended);
    let mut causes = tell(CAUSES, &scene);
    if causes.iter().all(is_bare) {
        causes.extend(tell(GUESSES, &scene));
    }
    Verdict { causes, caveats: caveats::of(&scene) }
}

/// Whether it says no more than that a side ended TCP.
fn is_bare(cause: &Cause) -> bool {
    [Word::RESET, Word::CLOSED].iter().any(|bare| bare.info().id == cause.info.id)
}

fn tell(rows: &[CauseRow], scene: &Scene<'_>) -> Vec<Cause> {
    let causes = rows.iter().filter_map(|row| {
        let Told { certainty, by, text, mut proof } = (row.judge)(scene)?;
        proof.sort_by_key(At::order);
        proof.dedup();
        Some(Cause { info: row.verdict.info(), certainty, by, text, proof })
    });
    causes.collect()
}
