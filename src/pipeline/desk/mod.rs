//! Where packets are read in the light of their connections: here, or on a thread of its own.
//!
//! Who takes frames finds the packets in them; to read these, follow their sessions and hand them on is as much work
//! again, and needs nothing of it but the packets in their order. So another thread may do that. What is not a packet
//! as nearly all are is done [here](Desk::room), once that thread has done what it was given and has given the room
//! back. Either way the same is done in the same order.
//!
//! What may enter: what is done for a packet or a connection, and how it comes to where it is done.

mod apart;
mod batch;
mod room;
mod segment;
#[cfg(test)]
mod tests;

pub(super) use room::{End, Room, Session};

use super::reader::{Cut, Reader};
use super::{Consumer, Notes, Origin};
use crate::annotate::Finding;
use crate::session::Proof;
use crate::session::ended::Closed;
use crate::spec::{PacketType, Sender};
use apart::Apart;
use batch::Batch;

/// A reader with the sessions of all connections, and where it is.
#[derive(Debug)]
pub(super) struct Desk<C>(Place<C>);

#[derive(Debug)]
enum Place<C> {
    Here(Box<Room<C>>),
    Apart(Box<Apart<C>>),
}

/// One packet, as [`Reader::packet`] takes it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packet<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) sender: Sender,
    pub(super) cut: Option<Cut>,
    pub(super) notes: &'a [Finding],
    pub(super) proof: &'a Proof,
    pub(super) origin: &'a Origin<'a>,
}

impl Packet<'_> {
    /// Whether it is one as nearly all are: to read it needs no more than itself and its session.
    #[inline]
    fn is_usual(&self) -> bool {
        let kind = self.bytes.first().copied().map(PacketType::of_header);
        self.cut.is_none()
            && self.notes.is_empty()
            // It tells the version, by which the bytes behind it are framed.
            && kind != Some(PacketType::CONNECT)
            && self.origin.notes.is_none_or(Notes::is_empty)
            // Its segment may lie where the next one will.
            && !self.origin.is_secret
            && Batch::takes(self)
    }
}

impl<C: Consumer> Desk<C> {
    /// With a reader that may have made records before.
    pub(super) fn new(reader: Reader<C>) -> Self {
        Self(Place::Here(Box::new(Room::new(reader))))
    }

    /// From now on a thread of its own reads, if the system has one.
    pub(super) fn set_apart(self) -> Self
    where
        C: Send + 'static,
    {
        match self.0 {
            Place::Here(room) => Self(match Apart::new(room) {
                Ok(apart) => Place::Apart(Box::new(apart)),
                Err(room) => Place::Here(room),
            }),
            Place::Apart(_) => self,
        }
    }

    /// The room, here, with all done that was asked for.
    pub(super) fn room(&mut self) -> &mut Room<C> {
        if let Place::Apart(apart) = &mut self.0
            && apart.is_too_busy()
        {
            self.0 = Place::Here(apart.leave());
        }
        match &mut self.0 {
            Place::Here(room) => room,
            Place::Apart(apart) => apart.room(),
        }
    }

    /// The room, at the end.
    pub(super) fn into_room(self) -> Box<Room<C>> {
        match self.0 {
            Place::Here(room) => room,
            Place::Apart(mut apart) => apart.leave(),
        }
    }

    /// How many records there will be when all is done that was asked for.
    #[inline]
    pub(super) fn records(&self) -> u64 {
        match &self.0 {
            Place::Here(room) => room.reader.records(),
            Place::Apart(apart) => apart.records(),
        }
    }

    /// Whether the consumer wants no more, as far as is known here.
    #[inline]
    pub(super) fn stopped(&self) -> bool {
        match &self.0 {
            Place::Here(room) => room.reader.stopped(),
            Place::Apart(apart) => apart.stopped(),
        }
    }

    /// No header of a carrier brings the next packet.
    #[inline]
    pub(super) fn no_headers(&mut self) {
        match &mut self.0 {
            Place::Here(room) => room.reader.no_headers(),
            Place::Apart(apart) => apart.no_headers(),
        }
    }

    /// Has a packet read.
    #[inline]
    pub(super) fn packet(&mut self, session: &mut Session, packet: &Packet<'_>) {
        match &mut self.0 {
            Place::Here(room) => room.packet(session, packet),
            Place::Apart(apart) if packet.is_usual() && apart.takes(session) => {
                apart.packet(session, packet);
            }
            Place::Apart(_) => self.room().packet(session, packet),
        }
    }

    /// A side of a connection has ended in TCP.
    pub(super) fn closed(&mut self, session: &mut Session, sender: Sender, closed: Closed) {
        match &mut self.0 {
            Place::Here(room) => room.closed(session, sender, closed),
            Place::Apart(apart) => apart.closed(session, sender, closed),
        }
    }

    /// Nothing more comes of a connection. Where `end` is there, that is told.
    pub(super) fn ended(&mut self, session: Session, end: Option<End>) {
        match &mut self.0 {
            Place::Here(room) => room.ended(session, end),
            Place::Apart(apart) => apart.ended(session, end),
        }
    }
}
