//! Why a connection ended: ranked causes, each with the packets that prove it.
//!
//! What may enter: one file a cause, or a few that are near each other, and a row of the table in
//! [`CAUSES`]. A cause looks at one [`Ended`] and nothing else. It says `Proven` for what stands on the
//! wire, a packet or the absence of one where nothing was lost; `Likely` where the order of things
//! suggests what the wire does not say. Where the capture may have missed what would contradict it,
//! it says nothing: a false verdict is worse than none, and what is missing stands in the caveats.

mod acts;
mod alert;
mod blame;
mod caveats;
mod closed;
mod disconnect;
mod incomplete;
mod keep_alive;
mod open;
mod other;
mod refused;
mod taken_over;
#[cfg(test)]
mod tests;
mod unanswered;
mod websocket;
mod words;

use super::{At, Ended};
use crate::spec::Sender;
use acts::Scene;

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
    pub info: &'static CauseInfo,
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
}

impl Certainty {
    /// `proven` or `likely`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::Likely => "likely",
        }
    }
}

/// One row of the table of causes.
#[derive(Debug)]
pub struct CauseInfo {
    /// The name in JSON.
    pub id: &'static str,
    /// What it means, as a clause for the documentation.
    pub about: &'static str,
    /// Whether it is a fault, of whichever side, and no ordinary end.
    pub is_fault: bool,
    judge: fn(&Scene<'_>) -> Option<Told>,
}

impl PartialEq for CauseInfo {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
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

const fn row(
    id: &'static str,
    is_fault: bool,
    judge: fn(&Scene<'_>) -> Option<Told>,
    about: &'static str,
) -> CauseInfo {
    CauseInfo { id, about, is_fault, judge }
}

/// The causes, in the order in which they are told: why first, how behind it.
#[rustfmt::skip]
pub static CAUSES: &[CauseInfo] = &[
    row("refused", true, refused::judge, "the server refused the CONNECT with its CONNACK"),
    row("taken-over", true, taken_over::judge, "another connection took the Client Identifier"),
    row("keep-alive", true, keep_alive::judge, "the client was silent for too long, or the server did not answer a PINGREQ"),
    row("limit", true, blame::limit, "one side ended the connection when a packet broke a limit that it had set"),
    row("malformed", true, blame::malformed, "one side ended the connection when a packet broke a rule"),
    row("upgrade-refused", true, other::upgrade, "the server refused WebSocket"),
    row("not-mqtt", true, other::other, "the connection carries something else than MQTT"),
    row("tls-alert", true, alert::judge, "one side ended the connection with a fatal alert of TLS"),
    row("websocket-close", true, websocket::judge, "one side ended the connection with a close frame of WebSocket, without a DISCONNECT"),
    row("disconnect-error", true, disconnect::error, "one side said DISCONNECT with a Reason Code from 0x80 on"),
    row("disconnect", false, disconnect::ordinary, "one side said DISCONNECT"),
    row("port-closed", true, unanswered::port_closed, "the server answered the SYN with RST"),
    row("no-syn-ack", true, unanswered::no_syn_ack, "nothing answered the SYN"),
    row("no-connack", true, unanswered::no_connack, "the server never answered the CONNECT"),
    row("no-connect", false, unanswered::no_connect, "the client opened a TCP connection and sent nothing"),
    row("incomplete", true, incomplete::judge, "the last packet of a side did not come whole"),
    row("reset", true, closed::reset, "one side reset TCP without a DISCONNECT"),
    row("closed", true, closed::closed, "one side closed TCP without a DISCONNECT"),
    row("not-seen", false, open::not_seen, "the end is not in the capture"),
    row("open", false, open::open, "the connection was still open at the end of the capture"),
];

/// Judges a connection.
#[must_use]
pub fn judge(ended: &Ended) -> Verdict {
    let scene = Scene::new(ended);
    let causes = CAUSES.iter().filter_map(|info| {
        let Told { certainty, by, text, mut proof } = (info.judge)(&scene)?;
        proof.dedup();
        Some(Cause { info, certainty, by, text, proof })
    });
    let causes = causes.collect();
    Verdict { causes, caveats: caveats::of(&scene) }
}
