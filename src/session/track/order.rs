//! Which packet may come when: CONNECT first, CONNACK before all else, nothing behind DISCONNECT.

use crate::annotate::{Finding, Sink, Tape};
use crate::bytes::Span;
use crate::mqtt::Packet;
use crate::mqtt::packet::Connack;
use crate::session::{At, Seen};
use crate::spec::{Field, PacketType, Rule, Sender};

/// How far a connection is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::session) enum Phase {
    /// The capture begins in the middle of it.
    #[default]
    Unknown,
    /// Nothing was sent.
    Opened,
    /// CONNECT was sent.
    Asked,
    /// CONNACK accepted it.
    Accepted,
    /// CONNACK refused it.
    Refused,
}

/// A DISCONNECT or a refusal: the last word of a side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::session) struct Said {
    pub(in crate::session) code: u8,
    pub(in crate::session) at: At,
}

/// The order of the packets of a connection.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::session) struct Order {
    pub(in crate::session) phase: Phase,
    is_lossy: bool,
    session_present: Option<bool>,
    /// The DISCONNECT of each side.
    pub(in crate::session) client_left: Option<Said>,
    pub(in crate::session) server_left: Option<Said>,
    pub(in crate::session) refused: Option<Said>,
    pub(in crate::session) connect: Option<At>,
    pub(in crate::session) connack: Option<At>,
}

impl Order {
    /// The connection was seen from its first byte on.
    pub(in crate::session) fn begin(&mut self) {
        if self.phase == Phase::Unknown && !self.is_lossy {
            self.phase = Phase::Opened;
        }
    }

    /// Bytes were lost.
    pub(super) fn lost(&mut self) {
        self.is_lossy = true;
    }

    /// Whether all was seen, from the CONNECT on.
    pub(super) fn is_complete(&self) -> bool {
        !self.is_lossy && !matches!(self.phase, Phase::Unknown | Phase::Opened)
    }

    /// Whether the session began with this connection.
    pub(super) fn is_new_session(&self) -> bool {
        self.session_present == Some(false)
    }

    /// A CONNACK.
    pub(super) fn accepted(&mut self, connack: &Connack<'_>) {
        self.session_present = Some(connack.session_present);
    }

    /// Judges a packet by those before it.
    pub(super) fn packet(&mut self, seen: &Seen<'_>, sender: Sender, tape: &mut Tape) {
        let kind = seen.decoded.header.packet_type;
        if let Some(rule) = self.judge(kind, sender).filter(|_| !self.is_lossy) {
            let span = Span::of_bytes(0, seen.bytes.len());
            let numbers = (self.before(sender).map_or(0, |at| at.number), 0);
            tape.note(Finding::new(rule, span, Field::INPUT).with(numbers.0, numbers.1));
        }
        match (kind, &seen.decoded.packet) {
            (PacketType::CONNECT, _) => {
                *self = Self {
                    phase: Phase::Asked,
                    connect: Some(seen.at),
                    is_lossy: self.is_lossy,
                    ..Self::default()
                };
            }
            (_, Some(Packet::Connack(connack))) => {
                self.connack = Some(seen.at);
                self.phase = match (connack.code, self.phase) {
                    (_, Phase::Unknown) => Phase::Unknown,
                    (0, _) => Phase::Accepted,
                    _ => Phase::Refused,
                };
                if connack.code != 0 {
                    self.refused = Some(Said { code: connack.code, at: seen.at });
                }
            }
            (_, Some(Packet::Disconnect(disconnect))) => {
                let said = Some(Said { code: disconnect.reason.unwrap_or(0), at: seen.at });
                match sender {
                    Sender::Client => self.client_left = said,
                    Sender::Server => self.server_left = said,
                }
            }
            _ => {}
        }
    }

    fn judge(&self, kind: PacketType, sender: Sender) -> Option<Rule> {
        let left = if sender == Sender::Client { self.client_left } else { self.server_left };
        let is_connect = kind == PacketType::CONNECT;
        match (self.phase, sender) {
            _ if left.is_some() => Some(Rule::AFTER_DISCONNECT),
            (Phase::Opened, Sender::Client) if !is_connect => Some(Rule::FIRST_NOT_CONNECT),
            (Phase::Opened, Sender::Server) => Some(Rule::BEFORE_CONNECT),
            (Phase::Asked, Sender::Server)
                if kind != PacketType::CONNACK && kind != PacketType::AUTH =>
            {
                Some(Rule::BEFORE_CONNACK)
            }
            (Phase::Accepted, Sender::Server) if kind == PacketType::CONNACK => {
                Some(Rule::SECOND_CONNACK)
            }
            (Phase::Refused, Sender::Server) => Some(Rule::AFTER_REFUSAL),
            _ => None,
        }
    }

    /// The packet that the sentence of a finding names.
    fn before(&self, sender: Sender) -> Option<At> {
        let left = if sender == Sender::Client { self.client_left } else { self.server_left };
        left.map(|said| said.at).or(self.refused.map(|said| said.at)).or(self.connack)
    }
}
