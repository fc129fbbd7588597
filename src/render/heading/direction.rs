//! What is the same above each packet that goes one way on a connection: it is put into words once.

use crate::net::{Describe, Flags, Layers, LinkLayer, Near, TransportLayer};
use crate::pipeline::Record;
use crate::render::ends;
use crate::session::How;
use crate::spec::{Sender, Version};
use crate::text::{Out, Words};
use std::net::{IpAddr, SocketAddr};

/// Directions of connections that are remembered: a power of two, more than speak at one moment.
const SLOTS: usize = 256;

/// The directions of connections whose packets were last, each at the place that the ports choose.
#[derive(Debug)]
pub(super) struct Directions {
    slots: Vec<Direction>,
}

/// The place of the one that was asked for last.
#[derive(Clone, Copy, Debug)]
pub(in crate::render) struct Known(usize);

/// What was put into words of one.
#[derive(Clone, Debug, Default)]
pub(super) struct Direction {
    way: Option<Way>,
    /// From which end to which, on which stream, and who sent it.
    pub(super) between: Words,
    layers: Option<Lasting>,
    /// The same, the line of the link and what lasts of that of IP.
    link: Words,
    /// What lasts of the line of TCP, and what did not in the line before.
    transport: Words,
    near: Near,
    /// How the version is known, and its words.
    version_from: Option<How>,
    version: Words,
    /// Nothing, or a Client Identifier and its words.
    client: Option<Vec<u8>>,
    client_words: Words,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Way {
    ends: (SocketAddr, SocketAddr),
    stream: Option<u64>,
    /// What the sender is called depends on both.
    sender: Option<Sender>,
    version: Version,
}

/// What the lasting words of layers depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Lasting {
    link: LinkLayer,
    ip: (IpAddr, IpAddr, u8),
    ports: (u16, u16),
    flags: Flags,
}

impl Directions {
    /// Nothing is remembered.
    pub(super) fn new() -> Self {
        Self { slots: vec![Direction::default(); SLOTS] }
    }

    /// The one of a record's packet; `between` puts into words who speaks to whom. `None` where that is not
    /// known, or the words of this packet are its own.
    pub(super) fn of(
        &mut self,
        record: &Record<'_>,
        between: impl FnOnce(&mut Words),
    ) -> Option<Known> {
        let origin = record.origin;
        // Of notes come names and comments.
        if origin.notes.is_some_and(|notes| !notes.is_empty()) {
            return None;
        }
        let ends = origin.ends?;
        let (sender, version) = (record.sender, record.version);
        let way = Some(Way { ends, stream: origin.stream, sender, version });
        let known = Known(ends::place(ends, SLOTS));
        let slot = self.get(known)?;
        if slot.way != way {
            slot.way = way;
            // These words hold what is told of the way.
            (slot.layers, slot.version_from) = (None, None);
            slot.between.clear();
            between(&mut slot.between);
        }
        Some(known)
    }

    /// What is remembered of it, until another one is asked for.
    #[inline]
    pub(super) fn get(&mut self, Known(place): Known) -> Option<&mut Direction> {
        self.slots.get_mut(place)
    }
}

impl Direction {
    /// Adds who speaks to whom and a line for each header below MQTT, with a feed in front. `false`: they are
    /// not of the usual kinds, and no line is added.
    pub(super) fn layers(&mut self, layers: &Layers, out: &mut Words) -> bool {
        let tcp = match &layers.transport {
            TransportLayer::Tcp(tcp) if layers.tunnels.is_empty() => tcp,
            _ => {
                out.push_words(&self.between);
                return false;
            }
        };
        let ip = &layers.ip;
        let lasting = Lasting {
            link: layers.link,
            ip: (ip.src, ip.dst, ip.ttl),
            ports: (tcp.src_port, tcp.dst_port),
            flags: tcp.flags,
        };
        if self.layers != Some(lasting) {
            self.layers = Some(lasting);
            self.link.clear();
            self.link.push_words(&self.between);
            self.link.push_str(LINE);
            layers.link.add(&mut self.link);
            self.link.push_str(LINE);
            ip.add_lasting(&mut self.link);
            self.transport.clear();
            self.transport.push_str(LINE);
            tcp.add_lasting(&mut self.transport);
        }
        out.push_words(&self.link);
        ip.add_passing(out);
        out.push_words(&self.transport);
        tcp.add_near(&mut self.near, out);
        true
    }

    /// Adds the words for the version of a packet, which are those that `write` writes.
    pub(super) fn version(&mut self, from: How, out: &mut Words, write: impl FnOnce(&mut Words)) {
        if self.version_from != Some(from) {
            self.version_from = Some(from);
            self.version.clear();
            write(&mut self.version);
        }
        out.push_words(&self.version);
    }

    /// Adds the words for a Client Identifier, which are those that `write` writes, or nothing.
    pub(super) fn client(
        &mut self,
        id: Option<&[u8]>,
        out: &mut Words,
        write: impl FnOnce(&[u8], &mut Words),
    ) {
        let Some(id) = id else { return };
        if self.client.as_deref() != Some(id) {
            self.client_words.clear();
            write(id, &mut self.client_words);
            self.client = Some(id.to_vec());
        }
        out.push_words(&self.client_words);
    }
}

/// How the line of a header begins.
const LINE: &str = "\n    ";
