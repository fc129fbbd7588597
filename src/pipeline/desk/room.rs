//! The reader and the sessions that it reads by.

use super::Packet;
use crate::annotate::Finding;
use crate::pipeline::reader::Reader;
use crate::pipeline::{Consumer, Origin};
use crate::session::Connection;
use crate::session::ended::Closed;
use crate::session::wire::{Lost, Tcp};
use crate::spec::unit::Unit;
use crate::spec::{Sender, Version};
use crate::stream;
use std::net::SocketAddr;

/// What packets are read with.
#[derive(Debug)]
pub(in crate::pipeline) struct Room<C> {
    pub(in crate::pipeline) reader: Reader<C>,
    sessions: Sessions,
}

/// What is known of the connections that carry MQTT, each in a place of its own.
#[derive(Debug, Default)]
struct Sessions {
    places: Vec<Option<Box<Connection>>>,
    /// Those of them that are free.
    free: Vec<usize>,
}

/// Which connection it is, for who does not have its session.
#[derive(Debug)]
pub(in crate::pipeline) struct Session {
    /// Until something is to be known of it, it has no place.
    pub(super) place: Option<usize>,
    /// By which its packets are read, as far as is known where they are found.
    version: Option<Version>,
}

/// How a connection ended.
#[derive(Debug)]
pub(in crate::pipeline) struct End {
    pub(in crate::pipeline) stream: u64,
    /// Its client and its server.
    pub(in crate::pipeline) ends: (SocketAddr, SocketAddr),
    pub(in crate::pipeline) end: stream::End,
    /// What TCP shows of it.
    pub(in crate::pipeline) tcp: Tcp,
    /// What of client and server was not captured.
    pub(in crate::pipeline) lost: [Lost; 2],
}

impl Session {
    /// Of a connection before its first packet, whose version an option says.
    pub(in crate::pipeline) fn new(version: Option<Version>) -> Self {
        Self { place: None, version }
    }

    /// Whether anything is known of it yet.
    pub(in crate::pipeline) fn has_begun(&self) -> bool {
        self.place.is_some()
    }

    /// The version by which its packets are read.
    #[inline]
    pub(in crate::pipeline) fn version(&self) -> Option<Version> {
        self.version
    }
}

impl<C: Consumer> Room<C> {
    /// With a reader that may have made records before, and no session yet.
    pub(super) fn new(reader: Reader<C>) -> Self {
        Self { reader, sessions: Sessions::default() }
    }

    /// What is known of a connection, and the reader.
    #[inline]
    pub(super) fn of(
        &mut self,
        session: &mut Session,
    ) -> Option<(&mut Connection, &mut Reader<C>)> {
        let Self { reader, sessions } = self;
        let place = match session.place {
            Some(place) => place,
            None => *session.place.insert(sessions.open(session.version)),
        };
        Some((sessions.at(place)?, reader))
    }

    /// The session of a connection, if it has one yet.
    pub(in crate::pipeline) fn session(&self, session: &Session) -> Option<&Connection> {
        self.sessions.places.get(session.place?)?.as_deref()
    }

    /// The connection is seen from its first byte on.
    pub(in crate::pipeline) fn begin(&mut self, session: &mut Session) {
        if let Some((connection, _)) = self.of(session) {
            connection.begin();
        }
    }

    /// Reads a packet.
    #[inline]
    pub(super) fn packet(&mut self, session: &mut Session, packet: &Packet<'_>) {
        let Some((connection, reader)) = self.of(session) else { return };
        let Packet { bytes, sender, cut, notes, proof, origin } = *packet;
        reader.packet(connection, bytes, Some(sender), cut, (notes, proof), origin);
        session.version = connection.version();
    }

    /// The same for one whose session has this place.
    #[inline]
    pub(super) fn packet_at(&mut self, place: usize, packet: &Packet<'_>) {
        let Self { reader, sessions } = self;
        let Some(connection) = sessions.at(place) else { return };
        let Packet { bytes, sender, proof, origin, .. } = *packet;
        reader.no_headers();
        reader.whole(connection, bytes, Some(sender), proof, origin);
    }

    /// Bytes of a side were lost, or could not be read.
    pub(in crate::pipeline) fn lost(
        &mut self,
        session: &mut Session,
        sender: Sender,
        origin: &Origin<'_>,
    ) {
        if let Some((connection, reader)) = self.of(session) {
            reader.lost(connection, Some(sender), origin);
            session.version = connection.version();
        }
    }

    /// Bytes that belong to no packet, with the reason and what else is found of them.
    pub(in crate::pipeline) fn stray(
        &mut self,
        session: &mut Session,
        (bytes, sender): (&[u8], Sender),
        findings: &[Finding],
        origin: &Origin<'_>,
    ) {
        if let Some((connection, reader)) = self.of(session) {
            reader.stray(connection, bytes, Some(sender), findings, origin);
        }
    }

    /// Bytes, or just a sentence, that are no MQTT but worth a line of the session.
    pub(in crate::pipeline) fn unit(
        &mut self,
        session: &mut Session,
        said: (Unit, &str),
        (bytes, sender): (&[u8], Sender),
        notes: &[Finding],
        origin: &Origin<'_>,
    ) {
        if let Some((connection, reader)) = self.of(session) {
            reader.unit(connection, said, bytes, Some(sender), notes, origin);
        }
    }

    /// A side of a connection has ended in TCP.
    pub(super) fn closed(&mut self, session: &mut Session, sender: Sender, closed: Closed) {
        if let Some((connection, reader)) = self.of(session) {
            reader.closed(connection, sender, closed);
        }
    }

    /// The same for one whose session has this place.
    pub(super) fn closed_at(&mut self, place: usize, sender: Sender, closed: Closed) {
        if let Some(connection) = self.sessions.at(place) {
            self.reader.closed(connection, sender, closed);
        }
    }

    /// Nothing more comes of a connection. Where `end` is there, that is told.
    pub(super) fn ended(&mut self, mut session: Session, end: Option<End>) {
        if end.is_some() {
            self.of(&mut session);
        }
        self.ended_at(session.place, end);
    }

    /// The same for one whose session has this place.
    pub(super) fn ended_at(&mut self, place: Option<usize>, end: Option<End>) {
        if let Some(End { stream, ends, end, tcp, lost }) = end
            && let Some(connection) = place.and_then(|place| self.sessions.at(place))
        {
            let seen = Some((tcp, lost));
            self.reader.ended(connection, Some(stream), Some(ends), Some(end), seen);
        }
        self.sessions.close(place);
    }
}

impl Sessions {
    /// A place for the session of one more connection.
    #[cold]
    fn open(&mut self, version: Option<Version>) -> usize {
        let place = self.free.pop().unwrap_or(self.places.len());
        if place >= self.places.len() {
            self.places.push(None);
        }
        if let Some(free) = self.places.get_mut(place) {
            *free = Some(Box::new(Connection::of_stream(version)));
        }
        place
    }

    #[inline]
    fn at(&mut self, place: usize) -> Option<&mut Connection> {
        self.places.get_mut(place)?.as_deref_mut()
    }

    /// Nothing more is to be known of a connection.
    fn close(&mut self, place: Option<usize>) {
        let old = place.and_then(|place| Some((place, self.places.get_mut(place)?.take()?)));
        self.free.extend(old.map(|(place, _)| place));
    }
}
