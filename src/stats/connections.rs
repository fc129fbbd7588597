//! TCP connections, as tshark's `conv,tcp` lists them, by packets of MQTT.

use super::names::{Slot, Slots};
use super::report::{Cell, Column, Report, column};
use super::{Both, Counted, Run, Statistic, Volume};
use crate::spec::Sender;
use foldhash::fast::RandomState;
use std::collections::HashMap;
use std::net::SocketAddr;

/// Connections that are told apart, at some 180 bytes each.
const MAX_CONNECTIONS: usize = 16_384;

/// The columns.
pub(super) static COLUMNS: &[Column] = &[
    column("stream", "stream", 0, "number of the TCP connection, from 0; MQTT-SN has none"),
    column("client", "client", 0, "address and port of the client"),
    column("server", "server", 1, "address and port of the server"),
    column(
        "client_id",
        "client id",
        1,
        "Client Identifier, or the client's address again in round brackets",
    ),
    column("from_client", "sent", 0, "packets that the client sent"),
    column("from_client_bytes", "bytes", 2, "their bytes"),
    column("from_server", "received", 0, "packets that the server sent"),
    column("from_server_bytes", "bytes", 2, "their bytes"),
    column("begin", "begins", 3, "seconds from the first frame to its first packet"),
    column("seconds", "lasts", 2, "seconds from its first packet to its last"),
];

/// Figures of each connection.
#[derive(Debug, Default)]
pub(super) struct Connections {
    places: HashMap<Key, Slot, RandomState>,
    connections: Slots<Connection>,
    latest: Option<(Key, Slot)>,
}

/// What tells connections apart: of MQTT-SN the two ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Key {
    Stream(u64),
    Ends(SocketAddr, SocketAddr),
    Pasted,
}

#[derive(Clone, Debug, Default)]
struct Connection {
    stream: Option<u64>,
    ends: Option<(SocketAddr, SocketAddr)>,
    client: Option<Slot>,
    volume: Both<Volume>,
    first: Option<i64>,
    last: Option<i64>,
}

impl Connections {
    fn place(&mut self, key: Key) -> Slot {
        if let Some((_, slot)) = self.latest.filter(|(latest, _)| *latest == key) {
            return slot;
        }
        let next = self.places.len().saturating_add(1);
        let slot = match self.places.get(&key) {
            Some(slot) => *slot,
            None if self.places.len() >= MAX_CONNECTIONS => Slot::OTHERS,
            None => {
                let slot = Slot::of(next).unwrap_or(Slot::OTHERS);
                self.places.insert(key, slot);
                slot
            }
        };
        self.latest = Some((key, slot));
        slot
    }
}

impl Connection {
    fn row(&self, is_others: bool, run: &Run) -> Vec<Cell> {
        let end =
            |end: Option<SocketAddr>| end.map_or(Cell::Nothing, |end| Cell::words(end.to_string()));
        let (client, server) = self.ends.filter(|_| !is_others).unzip();
        let id = self.client.filter(|_| !is_others);
        let lasts = self
            .first
            .zip(self.last)
            .and_then(|(first, last)| u64::try_from(last.saturating_sub(first)).ok());
        vec![
            self.stream.filter(|_| !is_others).map_or(Cell::Nothing, Cell::Count),
            if is_others { Cell::words("others") } else { end(client) },
            end(server),
            id.map_or(Cell::Nothing, |slot| run.names.client_cell(slot.index())),
            Cell::Count(self.volume.client.packets),
            Cell::Count(self.volume.client.bytes),
            Cell::Count(self.volume.server.packets),
            Cell::Count(self.volume.server.bytes),
            Cell::since(self.first.and_then(|time| run.since(time))),
            Cell::span(lasts),
        ]
    }
}

impl Statistic for Connections {
    fn count(&mut self, counted: &Counted<'_>) {
        let record = counted.record;
        if !record.is_packet() {
            return;
        }
        let ends = record.origin.ends.map(|(src, dst)| match counted.sender {
            Sender::Client => (src, dst),
            Sender::Server => (dst, src),
        });
        let key = match (record.origin.stream, ends) {
            (Some(stream), _) => Key::Stream(stream),
            (None, Some((client, server))) => Key::Ends(client, server),
            (None, None) => Key::Pasted,
        };
        let slot = self.place(key);
        let Some(connection) = self.connections.at(slot) else { return };
        connection.volume.of(counted.sender).add(counted.len);
        connection.last = record.origin.time.or(connection.last);
        connection.client = Some(counted.client);
        if connection.first.is_none() {
            connection.first = record.origin.time;
            (connection.stream, connection.ends) = (record.origin.stream, ends);
        }
    }

    fn report<'s>(&'s self, run: &'s Run) -> Report<'s> {
        let bytes = |it: &Connection| it.volume.all().bytes;
        let mut order = self.connections.filled(|it| it.volume.all().packets > 0);
        order.sort_by_key(|row| {
            std::cmp::Reverse(self.connections.get(*row as usize).map_or(0, bytes))
        });
        let row = move |row: u32| {
            self.connections.get(row as usize).map(|it| it.row(false, run)).unwrap_or_default()
        };
        let mut report = Report::lazy(COLUMNS, order, Box::new(row)).ranking();
        let others = self.connections.get(0).filter(|it| it.volume.all().packets > 0);
        report.others = others.map(|it| it.row(true, run));
        if report.others.is_some() {
            report.note(format!(
                "the first {} connections are told apart; those that came later are counted together",
                crate::text::number(MAX_CONNECTIONS as u64)
            ));
        }
        report
    }
}
