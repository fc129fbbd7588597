//! Which conversations of a pasted text are MQTT-SN, and what is known of each.

use super::conversations::{Stretch, by_text};
use super::sn::Bytes;
use super::{Consumer, Origin, Reader};
use crate::mqttsn::{decode, is_connect, messages};
use crate::paste::{Direction, Piece};
use crate::session::How;
use crate::session::sn::Session;
use crate::spec::Sender;
use std::collections::{HashMap, HashSet};

/// The protocol of what is pasted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PastedProtocol {
    /// MQTT, unless a conversation holds a CONNECT of MQTT-SN, which no packet of MQTT reads as.
    #[default]
    Mqtt,
    /// MQTT-SN.
    MqttSn,
}

/// The conversations that are MQTT-SN.
#[derive(Debug)]
pub(super) struct SnConversations {
    protocol: PastedProtocol,
    found: HashSet<u32>,
    sessions: HashMap<u32, Session>,
    /// Which end wrote the log, where its messages tell.
    writers: HashMap<u32, Sender>,
    sender: Option<Sender>,
}

impl SnConversations {
    /// Looks at all pieces, so that what a later one tells holds for those before it.
    pub(super) fn new(
        stretches: &[Stretch<'_>],
        protocol: PastedProtocol,
        sender: Option<Sender>,
    ) -> Self {
        let mut found = HashSet::new();
        let mut writers = HashMap::new();
        for stretch in stretches {
            let conversation = stretch.piece.conversation;
            let Some((_, first)) = messages(&stretch.bytes).next() else { continue };
            if is_connect(first) {
                found.insert(conversation);
            }
            if let Some(writer) = writer(first, stretch.piece.direction) {
                writers.entry(conversation).or_insert(writer);
            }
        }
        Self { protocol, found, sessions: HashMap::new(), writers, sender }
    }

    /// Whether a piece is read as MQTT-SN.
    pub(super) fn holds(&self, piece: &Piece) -> bool {
        self.protocol == PastedProtocol::MqttSn || self.found.contains(&piece.conversation)
    }

    /// Gives the messages of a stretch to the reader; `origin` tells where the text shows some
    /// bytes of it.
    pub(super) fn read<'o, C: Consumer>(
        &mut self,
        stretch: &Stretch<'o>,
        reader: &mut Reader<C>,
        mut origin: impl FnMut(usize, usize) -> Origin<'o>,
    ) {
        let sender = self.sender_of(stretch.piece);
        let session = self.sessions.entry(stretch.piece.conversation).or_default();
        let is_said = self.protocol == PastedProtocol::MqttSn;
        let how = if is_said { How::Option } else { How::Inferred };
        for (at, bytes) in messages(&stretch.bytes) {
            let what = Bytes { bytes, missing: 0, is_behind: at > 0, sender, how };
            let notes = stretch.holes_in(at, bytes.len());
            reader.message(what, &notes, origin(at, bytes.len()), |decoded| {
                let by_type = decoded.message_type.and_then(|kind| kind.only_sender());
                (session, sender.or(by_type))
            });
        }
    }

    fn sender_of(&self, piece: &Piece) -> Option<Sender> {
        let writer = self.writers.get(&piece.conversation).copied();
        by_text(piece.direction, writer).or(self.sender)
    }
}

/// A message that only one side may send tells which end wrote the log.
fn writer(message: &[u8], direction: Option<Direction>) -> Option<Sender> {
    let sender = decode(message, None, &mut ()).message_type?.only_sender()?;
    match direction? {
        Direction::Sent => Some(sender),
        Direction::Received => Some(sender.other()),
        Direction::FromClient | Direction::FromServer => None,
    }
}
