//! The room on a thread of its own, and how it comes back.

use super::Packet;
use super::batch::Batch;
use super::room::{End, Room, Session};
use crate::pipeline::Consumer;
use crate::session::ended::Closed;
use crate::spec::Sender;
use std::sync::mpsc::{Receiver, Sender as Giver, SyncSender, channel, sync_channel};
use std::thread::{self, JoinHandle};

/// Batches that wait for the thread, so that it need not wait for the next one.
const WAITING: usize = 2;
/// Batches in all: those that wait, the one that is being done, and the one that is being filled.
const BATCHES: usize = WAITING + 2;
/// Packets for each time that the room has to come back: with fewer to wait for it costs more than is gained.
const WORTH_IT: u64 = if cfg!(test) { 0 } else { 64 };
/// How often it comes back before that is looked at.
const TRIALS: u64 = 64;

/// A thread with the room, or the room where that is here.
#[derive(Debug)]
pub(super) struct Apart<C> {
    /// The room, while it is here.
    room: Option<Box<Room<C>>>,
    thread: Option<JoinHandle<()>>,
    jobs: SyncSender<Job<C>>,
    done: Receiver<Box<Batch>>,
    back: Receiver<Box<Room<C>>>,
    filling: Box<Batch>,
    /// How many batches there are.
    batches: usize,
    /// Records that there will be.
    records: u64,
    /// The consumer wants no more.
    is_stopped: bool,
    /// Packets that were given to it, and how often it had to come back.
    packets: u64,
    returns: u64,
}

/// What is given to the thread.
enum Job<C> {
    /// The room, in which the next are to be done.
    Take(Box<Room<C>>),
    Do(Box<Batch>),
    /// The room is wanted back.
    Return,
}

impl<C: Consumer + Send + 'static> Apart<C> {
    /// Starts the thread. Where the system has none, the room comes back.
    pub(super) fn new(room: Box<Room<C>>) -> Result<Self, Box<Room<C>>> {
        let (jobs, to_do) = sync_channel(WAITING);
        let (give_back, done) = channel();
        let (leave, back) = sync_channel(1);
        let run = move || work(&to_do, &give_back, &leave);
        let Ok(thread) = thread::Builder::new().name("sessions".to_owned()).spawn(run) else {
            return Err(room);
        };
        Ok(Self {
            records: room.reader.records(),
            is_stopped: room.reader.stopped(),
            room: Some(room),
            thread: Some(thread),
            jobs,
            done,
            back,
            filling: Box::default(),
            batches: 1,
            packets: 0,
            returns: 0,
        })
    }
}

/// What the thread does until nothing more is given to it.
fn work<C: Consumer>(
    jobs: &Receiver<Job<C>>,
    done: &Giver<Box<Batch>>,
    back: &SyncSender<Box<Room<C>>>,
) {
    let mut here = None;
    for job in jobs {
        // Who gave it may be gone: then nothing is to be done for anybody.
        match job {
            Job::Take(room) => here = Some(room),
            Job::Do(mut batch) => {
                if let Some(room) = &mut here {
                    batch.done_in(room);
                }
                let _ = done.send(batch);
            }
            Job::Return => {
                if let Some(room) = here.take() {
                    let _ = back.send(room);
                }
            }
        }
    }
}

impl<C: Consumer> Apart<C> {
    /// The room, here, with all done that was asked for.
    pub(super) fn room(&mut self) -> &mut Room<C> {
        if self.room.is_none() {
            self.give();
            self.returns = self.returns.saturating_add(1);
            self.room = self.jobs.send(Job::Return).ok().and_then(|()| self.back.recv().ok());
        }
        let Some(room) = &mut self.room else { gone(self.thread.take()) };
        if !self.filling.is_empty() {
            self.filling.done_in(room);
        }
        room
    }

    /// The room, for good.
    pub(super) fn leave(&mut self) -> Box<Room<C>> {
        self.room();
        match self.room.take() {
            Some(room) => room,
            None => gone(self.thread.take()),
        }
    }

    /// How many records there will be when all is done that was asked for.
    #[inline]
    pub(super) fn records(&self) -> u64 {
        match &self.room {
            Some(room) => room.reader.records().saturating_add(self.filling.packets()),
            None => self.records,
        }
    }

    /// Whether the consumer wants no more, as far as is known here.
    #[inline]
    pub(super) fn stopped(&self) -> bool {
        self.room.as_ref().map_or(self.is_stopped, |room| room.reader.stopped())
    }

    /// No header of a carrier brings the next packet.
    #[inline]
    pub(super) fn no_headers(&mut self) {
        if let Some(room) = &mut self.room {
            room.reader.no_headers();
        }
    }

    /// Whether a packet of this session can be read without the room: its place and version are known, and
    /// nothing that is kept in the room belongs to the packet.
    #[inline]
    pub(super) fn takes(&self, session: &Session) -> bool {
        session.place.is_some()
            && session.version().is_some()
            && self.room.as_ref().is_none_or(|room| !room.reader.has_headers())
    }

    /// Has a packet read that it [takes](Self::takes).
    #[inline]
    pub(super) fn packet(&mut self, session: &Session, packet: &Packet<'_>) {
        let Some(place) = session.place else { return };
        self.packets = self.packets.saturating_add(1);
        self.records = self.records.saturating_add(1);
        // Packets of one segment stay together, as it would have to be copied again.
        if self.filling.is_full() && !self.filling.goes_on(packet.origin) {
            self.give();
        }
        self.filling.packet(place, packet);
    }

    /// A side of a connection has ended in TCP.
    pub(super) fn closed(&mut self, session: &mut Session, sender: Sender, closed: Closed) {
        match session.place {
            Some(place) => self.filling.closed(place, sender, closed),
            None => self.room().closed(session, sender, closed),
        }
        self.give_if_full();
    }

    /// Nothing more comes of a connection.
    pub(super) fn ended(&mut self, session: Session, end: Option<End>) {
        match session.place {
            Some(_) => self.filling.ended(session.place, end),
            None if end.is_some() => self.room().ended(session, end),
            None => {}
        }
        self.give_if_full();
    }

    /// Whether the room has to come back so often that it is better where the packets are found.
    #[inline]
    pub(super) fn is_too_busy(&self) -> bool {
        self.returns > TRIALS && self.packets < self.returns.saturating_mul(WORTH_IT)
    }

    #[inline]
    fn give_if_full(&mut self) {
        if self.filling.is_full() {
            self.give();
        }
    }

    /// Has done what is to be done.
    #[inline(never)]
    fn give(&mut self) {
        if self.filling.is_empty() {
            return;
        }
        if let Some(mut room) = self.room.take() {
            // Whatever brought the last packet that was read here brings no other.
            room.reader.no_headers();
            self.records = room.reader.records().saturating_add(self.filling.packets());
            self.is_stopped = room.reader.stopped();
            if self.jobs.send(Job::Take(room)).is_err() {
                gone(self.thread.take());
            }
        }
        let next = match self.done.try_recv() {
            Ok(batch) => batch,
            Err(_) if self.batches < BATCHES => {
                self.batches = self.batches.saturating_add(1);
                Box::default()
            }
            Err(_) => match self.done.recv() {
                Ok(batch) => batch,
                Err(_) => gone(self.thread.take()),
            },
        };
        self.is_stopped |= next.is_last;
        let batch = std::mem::replace(&mut self.filling, next);
        if self.jobs.send(Job::Do(batch)).is_err() {
            gone(self.thread.take());
        }
    }
}

/// Only a fault of this program ends the thread: that is told by it.
fn gone(thread: Option<JoinHandle<()>>) -> ! {
    let fault = thread.and_then(|thread| thread.join().err());
    std::panic::resume_unwind(fault.unwrap_or_else(|| Box::new("a thread has ended early")))
}
